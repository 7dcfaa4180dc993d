//! `x ↦ 1 at the smallest of x, 0 elsewhere`: which of several clocks rings first.

use super::Coupling;
use crate::error::EstimateError;
use crate::lane::{Lane, Scalar};
use crate::parameters::Values;

/// One-hot numbers of categorical variables, from the times at which the clocks of their states ring.
///
/// Of exponential times with rates `p_k` that add up to 1, that of state `k` is the earliest with probability `p_k`. A rate of
/// 0 gives an infinite time (or, divided into a time of 0, NaN) and its state never. Of equal times the first counts, which
/// happens with a probability below `2^-22` in `f32` and `2^-51` in `f64` for each pair of states.
#[derive(Clone, Copy, Debug, Default)]
pub struct Earliest {
    states: usize,
}

impl<S: Scalar> Coupling<S> for Earliest {
    fn prepare(&mut self, parameter: Option<(&'static str, Values<'_>)>) -> Result<(), EstimateError> {
        self.states = parameter.and_then(|(_, values)| values.states()).unwrap_or(0);
        Ok(())
    }

    #[inline(always)]
    fn apply<L: Lane<Scalar = S>>(&self, draws: &mut [S]) {
        let (zero, one) = (L::splat(S::ZERO), L::splat(S::ONE));
        for times in draws.chunks_exact_mut((self.states * L::WIDTH).max(1)) {
            let mut earliest = L::splat(S::INFINITY);
            for time in times.chunks_exact(L::WIDTH) {
                // A comparison with NaN does not hold.
                let time = L::load(time);
                earliest = L::select(earliest.gt(time), time, earliest);
            }
            let mut open = one;
            for time in times.chunks_exact_mut(L::WIDTH) {
                let rings = L::load(time).eq(earliest);
                L::select(rings, open, zero).store(time);
                open = L::select(rings, zero, open);
            }
        }
    }

    fn block(&self, _: usize) -> usize {
        self.states
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_smallest_is_one() {
        type Pack = <f64 as Scalar>::Narrow;
        let mut earliest = Earliest::default();
        let prepared = Coupling::<f64>::prepare(&mut earliest, Some(("p", Values::Repeated(&[0.2, 0.3, 0.5]))));
        assert_eq!(prepared, Ok(()));
        let times = [2.0, 0.5, 1.0, f64::NAN, f64::INFINITY, 3.0, 1.0, 1.0, 4.0];
        let mut draws: Vec<f64> = times.iter().flat_map(|&time| vec![time; Pack::WIDTH]).collect();
        earliest.apply::<Pack>(&mut draws);
        let found: Vec<f64> = draws.iter().copied().step_by(Pack::WIDTH).collect();
        assert_eq!(found, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }
}
