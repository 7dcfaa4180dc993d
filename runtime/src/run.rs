//! What a run returns.

use crate::kernel::{Estimator, Moment, TermInfo};
use crate::warning::Warning;

/// An estimate of `E f(z)` and its gradient.
#[non_exhaustive]
pub struct Run<E: Estimator, G> {
    /// `E f(z)`, with the deterministic terms of `plus`.
    pub value: f64,
    /// The gradient, with the shapes of the parameters, including that of the terms of `plus`.
    pub gradient: G,
    /// Standard error of each entry of the gradient: batch means over 32 lanes, an interval uses Student's t with 31
    /// degrees of freedom. `None` with fewer than two samples or if switched off. It measures noise, not the bias of a
    /// truncated rule. 0 for a parameter whose rule is a formula, which has no noise whatever the number of samples.
    pub standard_error: Option<G>,
    /// Standard error of the value, under the same conditions.
    pub value_standard_error: Option<f64>,
    /// The size of every kept term of every rule, and of the first discarded one of truncated rules.
    pub terms: Vec<TermSize>,
    /// Signs that the result should not be trusted.
    pub warnings: Vec<Warning>,
    /// The gradient with respect to the other arguments of `f`, if asked for.
    pub argument_gradient: Option<E::ArgumentGradient>,
    /// By how much the sampler may err in any probability `P(z ≤ x)`: the bound of numerical inversion, 0 for a law with a
    /// sample expression. The draws' law, and so `E f`, is off by as much times the variation of `f`, whatever the rule.
    pub sampler_error: f64,
    /// Number of samples that were drawn: as many as were asked for, or none if every rule is a formula and no gradients
    /// with respect to arguments are wanted.
    pub samples: usize,
    /// The seed, also when it was drawn afresh.
    pub seed: u64,
    /// The stream of random numbers.
    pub stream: u64,
}

impl<E: Estimator, G: Clone> Clone for Run<E, G> {
    fn clone(&self) -> Self {
        Self {
            gradient: self.gradient.clone(),
            standard_error: self.standard_error.clone(),
            terms: self.terms.clone(),
            warnings: self.warnings.clone(),
            argument_gradient: self.argument_gradient.clone(),
            ..*self
        }
    }
}

impl<E: Estimator, G: std::fmt::Debug> std::fmt::Debug for Run<E, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("value", &self.value)
            .field("gradient", &self.gradient)
            .field("standard_error", &self.standard_error)
            .field("value_standard_error", &self.value_standard_error)
            .field("terms", &self.terms)
            .field("warnings", &self.warnings)
            .field("sampler_error", &self.sampler_error)
            .field("samples", &self.samples)
            .field("seed", &self.seed)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// The size of one term of a rule: a coefficient times `E f^(n)` or the expectation of an exact rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TermSize {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// The expectation.
    pub moment: Moment,
    /// Whether the term is part of the gradient; the discarded one is only measured.
    pub kept: bool,
    /// The estimated term, one entry for each of the parameter's gradient.
    pub values: Vec<f64>,
}

impl TermSize {
    pub(crate) const fn new(parameter: &'static str, info: TermInfo, values: Vec<f64>) -> Self {
        Self { parameter, moment: info.moment, kept: info.kept, values }
    }

    /// The order `n` of a term with `E f^(n)`; 2 for the second derivatives by pairs of coordinates.
    #[must_use]
    pub const fn order(&self) -> Option<u32> {
        match self.moment {
            Moment::Derivative(order) => Some(order),
            Moment::Hessian => Some(2),
            Moment::Stencil(_) => None,
        }
    }

    /// The largest size over the entries.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.values.iter().fold(0.0, |largest, value| f64::max(largest, value.abs()))
    }
}
