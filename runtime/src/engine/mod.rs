//! The loops around generated code, and *one sum*.
//!
//! Sums over samples have one definition, whatever the pack width, the number of threads or the chunk: sample `i` belongs
//! to lane `i mod 32`; a leaf is 1024 consecutive samples; in a leaf each lane adds its samples in order, in the
//! arithmetic of the estimator; leaves are added lane by lane, in `f64`, in a binary tree over the leaf index. The 32
//! lane sums of each moment are what leaves the sample loop ([`leaf`]). Added up, they become derivatives for each
//! coordinate ([`contraction`]) and, weighted with the coefficients, gradients ([`reduction`]); lane by lane they become
//! deviations ([`deviations`]) and standard errors, which so see every covariance between rows and orders. The result is
//! the same to the bit on any machine.
//!
//! The draws of a joint law are made from those of its coordinates ([`leaf`], [`coupling`](crate::coupling)). Its second
//! derivatives by pairs of coordinates come from the moments of single ones ([`hessian`]), and rules that move the whole draw
//! at once have a loop of their own ([`directional`]).
//!
//! The sample loop is compiled with each estimator, for packs of every width. All that comes after it knows an estimator
//! by its [`signature`] and is compiled once.

mod adjoint;
mod contraction;
mod deviations;
mod device;
mod directional;
mod formulas;
mod hessian;
mod interactions;
mod lanes;
mod leaf;
mod moments;
mod noise;
mod patterns;
mod reduction;
mod selection;
mod signature;
mod states;
mod stencils;
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod whole;
mod workspace;

pub use device::{DeviceJob, DeviceRidge};
pub use interactions::InteractionTable;
pub(crate) use leaf::draw_pack;
pub(crate) use noise::Noise;
pub(crate) use reduction::Reduction;
pub(crate) use signature::Signature;
pub use table::RidgeTable;
#[cfg(feature = "cuda")]
pub(crate) use table::Slopes;
#[cfg(feature = "cuda")]
pub(crate) use tree::combine;
pub(crate) use workspace::{Settings, Workspace};

/// Lanes of a sum; sample `i` belongs to lane `i mod LANES`.
pub const LANES: usize = 32;

/// Samples of a leaf of the summation tree.
pub const LEAF: usize = 1024;
