#![doc = include_str!("../../README.md")]
// Loops over fixed arrays by index are what the compiler turns into vector code.
#![allow(clippy::needless_range_loop)]

mod adam;
pub mod analytic;
mod backend;
#[doc(hidden)]
pub mod check;
mod compare;
mod complex;
#[doc(hidden)]
pub mod coupling;
#[cfg(feature = "cuda")]
mod cuda;
pub mod draw;
mod engine;
mod error;
mod estimate;
pub mod formula;
mod functions;
pub mod inversion;
mod kernel;
mod lane;
pub mod laws;
mod math;
mod matrix;
mod one_hot;
mod opaque;
mod parameters;
pub mod prelude;
#[doc(hidden)]
pub mod private;
mod run;
mod sample;
mod seed;
mod special;
mod sweep;
mod term;
mod warning;

pub use adam::Adam;
pub use analytic::LogCharacteristic;
pub use backend::{Arithmetic, Backend, DeviceError, KernelReport, device_count};
pub use compare::{Compare, Comparison, Deviation, ParameterComparison, RuleComparison, compare};
pub use complex::{Complex, Count, Covariance, Frequency, I, LogCf, Positive, Probability, Real, Simplex, quadratic};
#[doc(hidden)]
pub use engine::{DeviceJob, DeviceRidge};
pub use engine::{LANES, LEAF};
pub use error::EstimateError;
pub use estimate::{Estimate, Prepare, Prepared};
pub use functions::{
    Elementary, GammaArgument, digamma, dot, kummer, ln_gamma, log_bernoulli, log_sigmoid, polygamma, sigmoid,
    softplus, trigamma,
};
pub use kernel::{Domain, Estimator, Law, Moment, ParameterInfo, Sampled, TermInfo};
pub use logphi_macros::{distribution, estimator, term};
pub use matrix::{Matrix, MatrixError};
pub use one_hot::{OneHot, OneHotError};
pub use parameters::{Field, Gradient, GradientField, MatrixField, Parameters, SimplexField, Values};
pub use run::{Run, TermSize};
pub use sample::{Sample, sample};
pub use sweep::Draws;
pub use term::Term;
pub use warning::Warning;
