//! What programs that define and run estimators usually need.

pub use std::f64::consts::PI;

pub use crate::complex::{Count, Covariance, Frequency, I, LogCf, Positive, Probability, Real, Simplex, quadratic};
pub use crate::functions::{
    Elementary, digamma, dot, kummer, ln_gamma, log_bernoulli, log_sigmoid, sigmoid, softplus, trigamma,
};
pub use crate::matrix::Matrix;
pub use crate::one_hot::OneHot;
pub use logphi_macros::{distribution, estimator, term};
