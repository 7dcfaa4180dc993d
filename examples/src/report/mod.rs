//! What an experiment leaves: a [`folder`] of files, [`figure`]s and [`picture`]s of them, and a [`table`] on the [`terminal`].

pub mod figure;
pub mod folder;
pub mod picture;
pub mod table;
pub mod terminal;
