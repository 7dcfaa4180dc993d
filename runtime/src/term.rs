//! Deterministic terms of an objective, such as a Kullback–Leibler divergence, with their derivatives.

use std::marker::PhantomData;

use crate::kernel::Law;

/// A function of the parameters of one coordinate, summed over coordinates and added to an objective by `plus`.
///
/// Made by `#[term]`, as the constant `TERM` of the type that the macro adds.
pub struct Term<L: Law> {
    name: &'static str,
    evaluate: fn(&[f64], &mut [f64]) -> f64,
    law: PhantomData<fn() -> L>,
}

impl<L: Law> Term<L> {
    /// A term from a function that returns its value and writes its derivative with respect to each parameter.
    #[must_use]
    pub const fn new(name: &'static str, evaluate: fn(&[f64], &mut [f64]) -> f64) -> Self {
        Self { name, evaluate, law: PhantomData }
    }

    /// Name of the annotated function.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The value for the parameters of one coordinate; its derivative with respect to each goes to `derivatives`.
    #[must_use]
    pub fn evaluate(&self, theta: &[f64], derivatives: &mut [f64]) -> f64 {
        (self.evaluate)(theta, derivatives)
    }
}

impl<L: Law> Clone for Term<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Law> Copy for Term<L> {}

impl<L: Law> std::fmt::Debug for Term<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Term").field("name", &self.name).field("law", &L::NAME).finish()
    }
}
