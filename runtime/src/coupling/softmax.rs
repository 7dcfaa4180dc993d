//! `x ↦ e^{x_j} / Σ_i e^{x_i}`: from logarithms of positive numbers to their shares.

use super::Coupling;
use crate::error::EstimateError;
use crate::lane::{Lane, Scalar};
use crate::parameters::Values;

/// Shares of positive numbers that are given by their logarithms.
///
/// The largest logarithm is taken off first, so that the sum is at least 1: nothing overflows, and where all numbers are too
/// small to be represented their shares still add up to 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softmax;

impl<S: Scalar> Coupling<S> for Softmax {
    fn prepare(&mut self, _: Option<(&'static str, Values<'_>)>) -> Result<(), EstimateError> {
        Ok(())
    }

    #[inline(always)]
    fn apply<L: Lane<Scalar = S>>(&self, draws: &mut [S]) {
        let mut largest = L::splat(-S::INFINITY);
        for x in draws.chunks_exact(L::WIDTH) {
            largest = largest.maximum(L::load(x));
        }
        let mut sum = L::splat(S::ZERO);
        for x in draws.chunks_exact_mut(L::WIDTH) {
            let share = (L::load(x) - largest).exp();
            share.store(x);
            sum = sum + share;
        }
        for x in draws.chunks_exact_mut(L::WIDTH) {
            (L::load(x) / sum).store(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_numbers_that_are_too_small_add_up_to_one() {
        type Pack = <f64 as Scalar>::Narrow;
        for (logarithms, expected) in [
            ([-2000.0, -2000.0, -3000.0], [0.5, 0.5, 0.0]),
            ([1000.0, 1000.0 + 3.0_f64.ln(), f64::NEG_INFINITY], [0.25, 0.75, 0.0]),
        ] {
            let mut draws: Vec<f64> = logarithms.iter().flat_map(|&x: &f64| vec![x; Pack::WIDTH]).collect();
            Softmax.apply::<Pack>(&mut draws);
            for (found, expected) in draws.iter().step_by(Pack::WIDTH).zip(expected) {
                assert!((found - expected).abs() < 1e-13, "{draws:?}");
            }
        }
    }
}
