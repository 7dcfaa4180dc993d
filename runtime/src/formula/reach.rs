//! How far from 0 the exponents of a function lie.
//!
//! `a(D) z^m e^{λz}` is made of the value and the first `m` derivatives of `a = ∂_θ log φ` at `λ`. The series of `a` in powers
//! of `s` gives them where `|λ|` is below its radius of convergence, and nowhere beyond.

use super::exponentials::{Exponentials, Outcome};
use super::{Coefficient, exponentials::Add};

/// Raises `reach` to the largest `|λ|` in each coordinate, over terms that are not 0; a ridge argument has `|λ A_oj|`.
///
/// # Errors
/// None of its own.
pub fn add_reach<E: Exponentials>(arguments: E::Arguments<'_>, reach: &mut [f64]) -> Outcome {
    for (coordinate, reach) in reach.iter_mut().enumerate() {
        let own = largest(|add: &mut Add<'_, E::Number>| E::separable(arguments, coordinate, 0.0, add))?;
        *reach = reach.max(own);
    }
    let mut ridge = 0;
    while let Some(rows) = E::rows(arguments, ridge) {
        for row in 0..rows {
            let own = largest(|add: &mut Add<'_, E::Number>| E::row(arguments, ridge, row, 0.0, add))?;
            for (coordinate, reach) in reach.iter_mut().enumerate() {
                *reach = reach.max(own * E::slope(arguments, ridge, row, coordinate).abs());
            }
        }
        ridge += 1;
    }
    Ok(())
}

/// The largest modulus among the exponents of a sum.
fn largest<C: Coefficient>(terms: impl FnOnce(&mut Add<'_, C>) -> Outcome) -> Result<f64, crate::EstimateError> {
    let mut largest = 0.0_f64;
    terms(&mut |exponent, polynomial| {
        if polynomial.iter().any(|coefficient| !coefficient.is_zero()) {
            let [re, im] = exponent.parts();
            largest = largest.max(re.hypot(im));
        }
        Ok(())
    })?;
    Ok(largest)
}
