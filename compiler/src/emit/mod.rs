//! Printers: from a kernel program to Rust and LaTeX. They know no mathematics.
//!
//! `expression` prints graphs as Rust, `formula` as LaTeX; `literal` rounds the exact constants, `names`
//! invents names, `file` makes readable text out of tokens. `law`, `term` and `rust` put these together.

mod arguments;
mod branches;
mod characteristic;
pub(crate) mod closed_forms;
mod cuda;
pub(crate) mod directional;
mod draws;
pub(crate) mod exponentials;
mod expression;
mod fields;
mod file;
pub mod formula;
mod interactions;
pub mod joint_law;
pub mod latex;
pub mod law;
mod literal;
mod logistic;
pub mod names;
mod probes;
mod quotient;
pub mod rust;
mod score;
mod sections;
mod sharing;
pub(crate) mod stencil;
pub(crate) mod summary;
mod sums;
pub mod term;
#[cfg(test)]
mod tests;
pub(crate) mod weak;
mod whole;
