//! What is known about the series of every parameter, before a form is chosen.

use crate::ir::{Coefficient, ExactRule, ParamId, Radius};

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
    /// Exact rules that were recognised in `∂_θ log φ`, in the order of preference within each form.
    pub exact: Vec<ExactRule>,
    /// Whether `log φ` depends on `s` through `e^s` only, up to a factor: the law lives on a lattice.
    pub lattice: bool,
    /// Where the series converges.
    pub radius: Radius,
}
