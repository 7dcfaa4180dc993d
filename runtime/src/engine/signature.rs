//! What an estimator is outside the sample loop: plain data.
//!
//! Generated types are named by the sample loop only. All that comes after it reads this, and so is compiled once, in
//! this crate, and not again for every estimator.

use crate::kernel::{Estimator, Interactions, Law, Moment, ParameterInfo, Score, Separable, TermInfo};
use crate::opaque::Whole;

/// The constants of an [`Estimator`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) parameters: &'static [ParameterInfo],
    pub(crate) orders: &'static [u32],
    pub(crate) terms: &'static [TermInfo],
    pub(crate) stencils: usize,
    /// Those that are expectations of score function rules.
    pub(crate) scores: &'static [Score],
    /// Whether they move categorical variables from state to state.
    pub(crate) states: bool,
    /// Numbers of one coordinate of the separable term, if there is one.
    pub(crate) separable: Option<usize>,
    /// Whether there are interaction terms.
    pub(crate) interacts: bool,
    /// The pairs of coordinates by which they have mixed derivatives.
    pub(crate) pairs: &'static [[usize; 2]],
    /// Points to which a coordinate of a function that is called whole is moved, if it is.
    pub(crate) whole: Option<usize>,
}

impl Signature {
    pub(crate) fn of<E: Estimator>() -> Self {
        Self {
            parameters: E::Law::PARAMETERS,
            orders: E::ORDERS,
            terms: E::TERMS,
            stencils: E::STENCILS,
            scores: E::SCORES,
            states: E::STATES,
            separable: E::Separable::PRESENT.then_some(E::Separable::NUMBERS),
            interacts: E::Interactions::COUNT > 0,
            pairs: E::PAIRS,
            whole: E::Whole::PRESENT.then_some(E::Whole::POINTS),
        }
    }

    /// The place of an order among the moments.
    fn place(&self, order: u32) -> usize {
        self.orders.iter().position(|&known| known == order).unwrap_or(0)
    }

    /// Whether a term is made of second derivatives by pairs of coordinates.
    pub(crate) fn is_hessian(&self, term: usize) -> bool {
        self.terms[term].moment == Moment::Hessian
    }

    /// Whether a term subtracts a leave-one-out baseline; what it is subtracted from is the term before.
    pub(crate) fn is_baseline(&self, term: usize) -> bool {
        let moment = self.terms[term].moment;
        self.scores.iter().any(|score| !score.with_value && moment == Moment::Stencil(score.stencil))
    }

    /// The place of a term's moment among those of a coordinate.
    pub(crate) fn moment(&self, term: usize) -> usize {
        match self.terms[term].moment {
            Moment::Derivative(order) => self.place(order),
            Moment::Hessian => self.place(2),
            Moment::Stencil(number) => self.orders.len() + number,
        }
    }
}
