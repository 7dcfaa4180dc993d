//! All that generated code may name.

pub use crate::lane::PackWidth;
pub use crate::one_hot::OneHot;
pub use crate::opaque::OpaqueFunction;
pub use logphi_macros::{__estimator, __estimator_of, __term};

/// Glob-imported by generated code, so that it reads naturally and compiles where prelude names are shadowed.
pub mod prelude {
    pub use core::convert::{AsMut, AsRef};
    pub use core::iter::{IntoIterator, Iterator};
    pub use core::marker::{Copy, Send, Sized, Sync};
    pub use core::option::Option::{self, None, Some};
    pub use core::primitive::{bool, f32, f64, str, u16, u32, usize};
    pub use core::result::Result::{self, Err, Ok};
    pub use std::vec::Vec;

    pub use crate::analytic::{Analytic, LogCharacteristic};
    pub use crate::check;
    pub use crate::complex::Complex;
    pub use crate::coupling::{Cholesky, Earliest, Independent, Softmax};
    pub use crate::draw::Words;
    pub use crate::error::EstimateError;
    pub use crate::estimate::{Estimate, Prepare};
    pub use crate::formula::{
        Add, Characteristic, ClosedForms, Expectations, Exponentials, add_reach, evaluate as evaluate_formula,
        weigh as weigh_closed_forms,
    };
    pub use crate::functions::{ln_gamma, log_sigmoid, maximum, minimum, polygamma, sigmoid, sign, softplus, unit};
    pub use crate::inversion::{Inverted, SamplerError, Tables};
    pub use crate::kernel::{
        Domain, Estimator, Interaction, Law, Moment, Nothing, ParameterInfo, Ridge, RidgeAdjoint, Sampled, Score,
        Separable, TermInfo,
    };
    pub use crate::lane::{Lane, Scalar};
    pub use crate::matrix::Matrix;
    pub use crate::opaque::{OpaqueFunction, Whole};
    pub use crate::parameters::{Field, Gradient, GradientField, MatrixField, Parameters, SimplexField, Values};
    pub use crate::special::digamma_of_samples as digamma;
    pub use crate::special::{beta_first_slope, beta_rest_slope, beta_second_slope, gamma_slope};
    pub use crate::term::Term;
}
