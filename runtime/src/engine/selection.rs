//! A few coordinates for each sample instead of all, where each of them is dear.
//!
//! An exact rule moves one coordinate at a time, so that a ridge row or an opaque function is evaluated once for each
//! coordinate. `coordinates = m` evaluates `m` of `d` for each sample, with weight `d / m`: every coordinate is among them
//! with probability `m / d`, so that each entry of the gradient stays unbiased.
//!
//! The `m` coordinates lie at equal distances `d / m` from one random start, around the end (a systematic sample): no
//! coordinate twice, every one equally often, one random word for a sample. Each sample has a start of its own. A start for
//! all lanes would be cheaper, but noise that the lanes share is not seen by the standard error.
//!
//! Positions are whole multiples of 2⁻³², so that they are the same on every machine; by the rounding of the start a
//! probability is off by less than `m 2⁻³²`.

use crate::draw::{Key, SELECTION_SITE, philox};

/// Which coordinates the samples of a run evaluate.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    dimension: u64,
    /// The distances from the start, in units of 2⁻³²; none if all coordinates are evaluated.
    distances: Vec<u64>,
}

impl Selection {
    /// Selects `wanted` of `dimension` coordinates; all of them if that many are wanted.
    pub(crate) fn reset(&mut self, wanted: Option<usize>, dimension: usize) {
        self.dimension = dimension as u64;
        self.distances.clear();
        if let Some(wanted) = wanted.filter(|&wanted| wanted < dimension) {
            let whole = u128::from(self.dimension) << 32;
            self.distances.extend((0..wanted as u128).map(|index| (index * whole / wanted as u128) as u64));
        }
    }

    /// How many coordinates a sample evaluates; `None` if all.
    pub(crate) fn count(&self) -> Option<usize> {
        (!self.distances.is_empty()).then_some(self.distances.len())
    }

    /// `d / m`.
    pub(crate) fn weight(&self) -> f64 {
        self.dimension as f64 / self.distances.len() as f64
    }

    /// The coordinates of a sample.
    pub(crate) fn of_sample(&self, key: Key, sample: u64) -> impl Iterator<Item = usize> + '_ {
        let words = philox(key, [sample & 0xffff_ffff, (sample >> 32) | (u64::from(SELECTION_SITE) << 16), 0, 0]);
        // Below d by one part in 2³² at least, since the word is below 2³².
        let start = (words[0] & 0xffff_ffff) * self.dimension;
        let end = self.dimension << 32;
        self.distances.iter().map(move |distance| {
            let place = start + distance;
            (if place < end { place } else { place - end } >> 32) as usize
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coordinate_is_selected_equally_often_and_none_twice() {
        let samples = 40_000;
        for (dimension, wanted) in [(7, 3), (10, 5), (5, 4), (30, 1)] {
            let mut selection = Selection::default();
            selection.reset(Some(wanted), dimension);
            let mut counts = vec![0_u32; dimension];
            for sample in 0..samples {
                let mut seen = vec![false; dimension];
                for coordinate in selection.of_sample(Key::new(1, 2), sample) {
                    assert!(!std::mem::replace(&mut seen[coordinate], true), "{coordinate} twice");
                    counts[coordinate] += 1;
                }
            }
            assert_eq!(counts.iter().sum::<u32>() as usize, wanted * samples as usize);
            let p = wanted as f64 / dimension as f64;
            let deviation = (samples as f64 * p * (1.0 - p)).sqrt();
            // Binomial; 52 comparisons at 5 deviations, a false alarm in 3e5.
            for count in counts {
                assert!((f64::from(count) - samples as f64 * p).abs() < 5.0 * deviation, "{count} of {samples}, {p}");
            }
        }
    }

    #[test]
    fn as_many_as_there_are_is_all() {
        let mut selection = Selection::default();
        for (wanted, dimension, count) in
            [(None, 4, None), (Some(4), 4, None), (Some(9), 4, None), (Some(3), 4, Some(3))]
        {
            selection.reset(wanted, dimension);
            assert_eq!(selection.count(), count);
        }
        assert!((selection.weight() - 4.0 / 3.0).abs() < 1e-15);
    }
}
