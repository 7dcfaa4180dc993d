//! What is known about the series of every parameter, before a form is chosen.

use super::form::Coefficient;
use crate::ir::ParamId;

/// The series of the parameter gradients of a law.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// One entry for each parameter that has a gradient, in the order of their declaration.
    pub parameters: Vec<ParameterSeries>,
}

/// `∂_θ log φ = Σ_n a_n(θ) s^n` for one parameter `θ`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSeries {
    /// The parameter.
    pub parameter: ParamId,
    /// The degree if `∂_θ log φ` is proved to be a polynomial in `s`: all its coefficients are listed.
    pub degree: Option<u32>,
    /// The nonzero coefficients, by ascending order.
    pub coefficients: Vec<Coefficient>,
    /// Orders up to this one were computed: what is not listed there is zero.
    pub computed_to: u32,
}
