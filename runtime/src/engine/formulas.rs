//! What formulas and closed forms need between runs: the parameters in full precision, and room for results.

use crate::error::EstimateError;
use crate::formula::{ClosedFormTables, ClosedForms, Expectations};
use crate::kernel::{Estimator, Law};

/// The buffers of an estimator with formulas or closed forms; empty for others.
pub(super) struct Formulas<E: Estimator> {
    /// The parameters of each coordinate.
    pub(super) theta: Vec<<E::Law as Law>::Theta<f64>>,
    /// `E f` without its part that does not depend on the draw.
    pub(super) value: f64,
    /// The entries of each parameter's gradient.
    pub(super) gradient: Vec<Vec<f64>>,
    room: Vec<[f64; 2]>,
    centres: Vec<f64>,
    /// What closed forms read in the sample loop.
    pub(super) closed_forms: ClosedFormTables<E::Scalar>,
}

impl<E: Estimator> Formulas<E> {
    /// Buffers for a gradient with as many entries for each parameter as `gradient`.
    pub(super) fn new(gradient: &[Vec<f64>]) -> Self {
        let gradient = if E::FORMULAS.is_empty() { Vec::new() } else { gradient.to_vec() };
        let (room, centres, closed_forms) = (Vec::new(), Vec::new(), ClosedFormTables::default());
        Self { theta: Vec::new(), value: 0.0, gradient, room, centres, closed_forms }
    }

    /// Computes value and gradient for the parameters in `theta`.
    pub(super) fn evaluate(&mut self, arguments: E::Arguments<'_>) -> Result<(), EstimateError> {
        let Self { theta, centres, value, gradient, room, .. } = self;
        E::formula(arguments, Expectations { theta, centres, value, gradient, room })
    }

    /// Computes what closed forms read, for the parameters in `theta`.
    pub(super) fn weigh(&mut self, arguments: E::Arguments<'_>) -> Result<(), EstimateError> {
        let Self { theta, centres, closed_forms, .. } = self;
        E::closed_forms(arguments, ClosedForms { theta, centres, tables: closed_forms })
    }
}
