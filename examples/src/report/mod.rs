//! What an experiment leaves: a [`folder`] of files, [`figure`]s, and a [`table`] on the [`terminal`].

pub mod figure;
pub mod folder;
pub mod table;
pub mod terminal;
