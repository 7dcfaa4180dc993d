//! A function that is called whole, for one pack of samples.
//!
//! The draws of a pack are copied sample by sample into plain slices of `f64`, which is what the function takes. For the exact
//! rules each coordinate in turn is replaced by the points of its probes, the function is called, and the coordinate is put
//! back. A call is taken to be dear: where a point is the draw itself, or a point that was tried before, its value is used
//! again. Of `f(1) - f(0)` under a Bernoulli law one call for each coordinate is left.

use super::leaf::Pack;
use super::stencils::scores;
use super::{LANES, LEAF};
use crate::kernel::Estimator;
use crate::lane::{Lane, Scalar};
use crate::opaque::Whole;

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Adds the value and the stencils of every coordinate to their lanes.
    #[inline(always)]
    pub(super) fn whole(&mut self) {
        let job = self.job;
        self.copy_draws();
        let value = self.values();
        self.accumulate(0, &[value]);
        if const { E::STENCILS == 0 } {
            return;
        }
        if const { E::STATES } {
            self.whole_states(value);
            return;
        }
        if const { E::COORDINATES.is_some() }
            && let Some(count) = job.selection.count()
        {
            self.selected_whole(count, value);
            return;
        }
        for coordinate in 0..job.layout.dimension {
            let sums = self.moved_stencils(coordinate, value);
            self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
        }
    }

    /// What a coordinate adds to the stencils of each sample.
    #[inline(always)]
    fn moved_stencils(&mut self, coordinate: usize, value: L) -> E::Stencils<L> {
        let job = self.job;
        let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
        let mut words = job.noise.auxiliary::<L>(self.sample, coordinate);
        let probes = E::probes(&job.theta[coordinate], z, &mut words);
        let moved = self.moved(coordinate, value, E::Whole::points(&probes));
        let mut sums = E::Whole::stencils(value, &moved, &probes);
        scores::<E, L>(value, &probes, sums.as_mut());
        sums
    }

    /// Adds the stencils of the coordinates that are selected for each sample; for the others, samples do not exist.
    #[inline(always)]
    fn selected_whole(&mut self, count: usize, value: L) {
        let (layout, weight) = (self.job.layout, L::constant(self.job.selection.weight()));
        let is_first = self.sample % LEAF < LANES;
        self.select();
        let exist = self.scratch.exist;
        for coordinate in 0..layout.dimension {
            let mut any = false;
            for lane in 0..L::WIDTH {
                let mut own = self.scratch.selected.iter().skip(lane).step_by(L::WIDTH).take(count);
                let selected = exist[lane] > E::Scalar::ZERO && own.any(|&selected| selected as usize == coordinate);
                self.scratch.exist[lane] = if selected { E::Scalar::ONE } else { E::Scalar::ZERO };
                any |= selected;
            }
            // The first samples of a leaf write every sum, so that what others selected can be added.
            if any || is_first {
                let mut sums = self.moved_stencils(coordinate, value);
                sums.as_mut().iter_mut().for_each(|sum| *sum = weight * *sum);
                self.accumulate(layout.first_stencil(coordinate), sums.as_ref());
            }
        }
        self.scratch.exist = exist;
    }

    /// Copies the draws so that those of one sample stand side by side.
    #[inline(always)]
    fn copy_draws(&mut self) {
        let dimension = self.job.layout.dimension;
        for (coordinate, draws) in self.scratch.draws.chunks_exact(L::WIDTH).take(dimension).enumerate() {
            for (sample, draw) in self.scratch.samples.chunks_exact_mut(dimension).zip(draws) {
                sample[coordinate] = draw.to_f64();
            }
        }
    }

    /// The function at the draws; 0 for samples that do not exist.
    #[inline(always)]
    fn values(&self) -> L {
        L::from_fn(|lane| if self.exists(lane) { self.call(lane) } else { E::Scalar::ZERO })
    }

    /// The function with one coordinate at each of `points`, for draws with the given values of the function.
    #[inline(always)]
    fn moved(
        &mut self,
        coordinate: usize,
        value: L,
        points: <E::Whole as Whole<E>>::Points<L>,
    ) -> <E::Whole as Whole<E>>::Points<L> {
        let mut moved = points;
        for (point, numbers) in points.as_ref().iter().enumerate() {
            let earlier = points.as_ref()[..point].iter().zip(moved.as_ref());
            let at_point = L::from_fn(|lane| {
                let at = |pack: &L| pack.extract(lane);
                let number = at(numbers).to_f64();
                if !self.exists(lane) {
                    return E::Scalar::ZERO;
                }
                let known = earlier.clone().find(|(earlier, _)| at(earlier).to_f64() == number);
                match known {
                    Some((_, known)) => at(known),
                    None => self.call_moved(lane, coordinate, number).unwrap_or_else(|| at(&value)),
                }
            });
            moved.as_mut()[point] = at_point;
        }
        moved
    }

    /// The function of one sample with a coordinate replaced by a number; nothing if that is the coordinate's own.
    #[inline(always)]
    fn call_moved(&mut self, lane: usize, coordinate: usize, number: f64) -> Option<E::Scalar> {
        let place = lane * self.job.layout.dimension + coordinate;
        let own = std::mem::replace(&mut self.scratch.samples[place], number);
        let value = (own != number).then(|| self.call(lane));
        self.scratch.samples[place] = own;
        value
    }

    /// The function of one sample, as it stands among the copies.
    #[inline(always)]
    pub(super) fn call(&self, lane: usize) -> E::Scalar {
        let dimension = self.job.layout.dimension;
        call::<E>(&self.scratch.samples[lane * dimension..][..dimension], self.block(), self.job.arguments)
    }
}

/// Calls the function. Compiled once and not for every pack.
#[inline(never)]
fn call<E: Estimator>(z: &[f64], block: usize, arguments: E::Arguments<'_>) -> E::Scalar {
    E::Scalar::from_f64(E::Whole::value(z, block, arguments))
}
