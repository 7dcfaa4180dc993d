//! What an estimator is outside the sample loop: plain data.
//!
//! Generated types are named by the sample loop only. All that comes after it reads this, and so is compiled once, in
//! this crate, and not again for every estimator.

use std::ops::Range;

use crate::kernel::{Estimator, Law, ParameterInfo, Separable, TermInfo};

/// The constants of an [`Estimator`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) parameters: &'static [ParameterInfo],
    pub(crate) orders: &'static [u32],
    pub(crate) terms: &'static [TermInfo],
    /// Numbers of one coordinate of the separable term, if there is one.
    pub(crate) separable: Option<usize>,
}

impl Signature {
    pub(crate) fn of<E: Estimator>() -> Self {
        Self {
            parameters: E::Law::PARAMETERS,
            orders: E::ORDERS,
            terms: E::TERMS,
            separable: E::Separable::PRESENT.then_some(E::Separable::NUMBERS),
        }
    }

    /// The place of a term's moment among those of a coordinate.
    pub(crate) fn moment(&self, term: usize) -> usize {
        self.orders.iter().position(|&order| order == self.terms[term].order).unwrap_or(0)
    }

    /// The terms of a parameter's gradient, which stand side by side.
    pub(crate) fn kept_terms(&self, parameter: usize) -> Range<usize> {
        let kept = |term: &TermInfo| term.kept && term.parameter == parameter;
        let first = self.terms.iter().position(kept).unwrap_or(0);
        first..first + self.terms.iter().filter(|term| kept(term)).count()
    }
}
