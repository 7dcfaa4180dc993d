//! The numbers of a run, to compare runs by.

use logphi::{Estimator, Gradient, Law, Run};

/// Every number of a run: value, gradient, their standard errors, and the sizes of all terms.
#[must_use]
pub fn numbers<E: Estimator, G: Gradient>(run: &Run<E, G>) -> Vec<f64> {
    let mut numbers = vec![run.value];
    numbers.extend(run.value_standard_error);
    for index in 0..<E::Law as Law>::PARAMETERS.len() {
        numbers.extend(run.gradient.entries(index));
        numbers.extend(run.standard_error.iter().flat_map(|errors| errors.entries(index)));
    }
    numbers.extend(run.terms.iter().flat_map(|term| &term.values));
    numbers
}
