//! What programs that define and run estimators usually need.

pub use std::f64::consts::PI;

pub use crate::complex::{Count, Frequency, I, LogCf, Positive, Probability, Real};
pub use crate::functions::{Elementary, digamma, dot, kummer, ln_gamma, log_sigmoid, sigmoid, softplus, trigamma};
pub use crate::matrix::Matrix;
pub use logphi_macros::{distribution, estimator, term};
