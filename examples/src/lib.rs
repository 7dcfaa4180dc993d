//! The experiments of logphi: one module and one program for each question.
//!
//! What experiments share stands at the top: tables of labelled rows ([`data`]), their [`scaling`], seeded
//! [`shuffle`]s and the pieces of a [`report`]. [`logistic_regression`] is the main job;
//! [`truncation`] asks how far its series can be trusted. [`reproduce`] does all the experiments of the paper.

pub mod data;
pub mod fingerprint;
pub mod logistic_regression;
pub mod report;
pub mod reproduce;
pub mod scaling;
pub mod shuffle;
pub mod truncation;
