//! What a run returns.

use crate::engine::Signature;
use crate::kernel::{Estimator, Moment};

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
    /// What the sizes of the terms say against a truncated rule.
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

/// A sign that a result should not be trusted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The first discarded term of a truncated rule matters: it is beyond two of its own standard errors and two of the
    /// gradient's, or it exceeds both the last kept term and the gradient itself (so that a series that runs away is
    /// caught even where its terms are mostly noise). The gradient is then off by about its size or more.
    TruncationBias {
        /// Name of the parameter.
        parameter: &'static str,
        /// Highest order kept.
        kept_order: u32,
        /// Order of the first discarded term.
        discarded_order: u32,
        /// The entry of the gradient with the largest discarded term among those that gave rise to the warning.
        entry: usize,
        /// How many entries gave rise to it.
        entries: usize,
        /// The last kept term there.
        kept: f64,
        /// The discarded term there.
        discarded: f64,
    },
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Warning::TruncationBias { parameter, kept_order, discarded_order, entry, entries, kept, discarded } => {
                write!(
                    f,
                    "the truncated rule for `{parameter}` is biased in {entries} {}: at entry {entry} the first discarded \
                 term (order {discarded_order}) is {discarded:.3e}, the last kept one (order {kept_order}) {kept:.3e}",
                    if *entries == 1 { "entry" } else { "entries" },
                )
            }
        }
    }
}

/// Compares the discarded term of each truncated rule with its noise, the gradient's, the last kept term and the gradient.
///
/// `term_error` gives the standard error of a term at an entry; it costs something and is asked only where it decides.
pub(crate) fn judge_truncation(
    signature: &Signature,
    terms: &[TermSize],
    gradient: &[Vec<f64>],
    gradient_errors: &[Vec<f64>],
    mut term_error: impl FnMut(usize, usize) -> f64,
    warnings: &mut Vec<Warning>,
) {
    for (index, discarded) in terms.iter().enumerate().filter(|(_, term)| !term.kept) {
        let parameter = signature.terms[index].parameter;
        let kept =
            terms[..index].iter().zip(signature.terms).rev().find(|(_, info)| info.kept && info.parameter == parameter);
        let Some((kept, _)) = kept else { continue };
        let (Some(kept_order), Some(discarded_order)) = (kept.order(), discarded.order()) else { continue };
        let mut guilty = 0;
        let mut worst: Option<usize> = None;
        for (entry, size) in discarded.values.iter().map(|value| value.abs()).enumerate() {
            let runaway = size > kept.values[entry].abs() && size > gradient[parameter][entry].abs();
            let matters = size > 2.0 * gradient_errors[parameter][entry];
            if runaway || (matters && size > 2.0 * term_error(index, entry)) {
                guilty += 1;
                if worst.is_none_or(|worst| size > discarded.values[worst].abs()) {
                    worst = Some(entry);
                }
            }
        }
        let Some(entry) = worst else { continue };
        warnings.push(Warning::TruncationBias {
            parameter: signature.parameters[parameter].name,
            kept_order,
            discarded_order,
            entry,
            entries: guilty,
            kept: kept.values[entry],
            discarded: discarded.values[entry],
        });
    }
}
