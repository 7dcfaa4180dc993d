//! What an experiment leaves: a [`folder`] of files, [`figure`]s, with the feature `png` as pictures, too, and a [`table`] on the [`terminal`].

pub mod figure;
pub mod folder;
#[cfg(feature = "png")]
pub mod picture;
pub mod table;
pub mod terminal;
