//! Adding lanes, and what 32 lane means say about the error.
//!
//! Lanes are added in one pairwise order. The standard error is that of batch means over the lanes:
//! `SE² = Σ_l n_l (m_l - m)² / ((L - 1) S)` with `n_l` samples in lane `l` and `L` lanes that hold any.

use super::LANES;
use crate::lane::{Lane, Scalar};

/// One number for each lane.
pub(crate) type Lanes = [f64; LANES];

/// How samples are spread over the lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) samples: f64,
    counts: Lanes,
    /// `1 / n_l`, or 0 for an empty lane.
    pub(crate) reciprocals: Lanes,
    /// `1 / ((L - 1) S)`; 0 with fewer than two lanes, where nobody asks for an error.
    scale: f64,
}

impl Spread {
    pub(crate) fn new(samples: usize) -> Self {
        let used = samples.min(LANES);
        let (least, more) = (samples / LANES, samples % LANES);
        let reciprocal = |count: usize| if count > 0 { 1.0 / count as f64 } else { 0.0 };
        let (mut counts, mut reciprocals) = ([least as f64; LANES], [reciprocal(least); LANES]);
        counts[..more].fill((least + 1) as f64);
        reciprocals[..more].fill(reciprocal(least + 1));
        Self {
            samples: samples as f64,
            counts,
            reciprocals,
            scale: if used > 1 { 1.0 / ((used - 1) as f64 * samples as f64) } else { 0.0 },
        }
    }

    /// The standard error of a mean, from the deviations of the lanes' means.
    #[inline(always)]
    pub(crate) fn standard_error<L: Lane<Scalar = f64>>(&self, deviations: &Lanes) -> f64 {
        let mut squares = [0.0; LANES];
        for lane in (0..LANES).step_by(L::WIDTH) {
            let deviation = L::load(&deviations[lane..]);
            (L::load(&self.counts[lane..]) * deviation * deviation).store(&mut squares[lane..]);
        }
        (add_lanes(&squares) * self.scale).sqrt()
    }
}

/// A quarter of the lanes, to which the others were added.
pub(crate) type Quarter = [f64; LANES / 4];

/// Adds the lanes pairwise: halves, quarters, …
#[inline(always)]
pub(crate) fn add_lanes(sums: &Lanes) -> f64 {
    fold_lanes(sums, |a, b| a + b)
}

/// Joins the lanes pairwise: halves, quarters, …
#[inline(always)]
pub(crate) fn fold_lanes(lanes: &Lanes, join: impl Fn(f64, f64) -> f64) -> f64 {
    let mut half = [0.0; LANES / 2];
    for lane in 0..LANES / 2 {
        half[lane] = join(lanes[lane], lanes[lane + LANES / 2]);
    }
    let mut quarter = Quarter::default();
    for lane in 0..LANES / 4 {
        quarter[lane] = join(half[lane], half[lane + LANES / 4]);
    }
    fold_quarter(&quarter, join)
}

/// The first two steps of [`add_lanes`].
#[inline(always)]
pub(crate) fn quarter_lanes<S: Scalar>(sums: &[S; LANES]) -> Quarter {
    let mut half = [0.0; LANES / 2];
    for lane in 0..LANES / 2 {
        half[lane] = sums[lane].to_f64() + sums[lane + LANES / 2].to_f64();
    }
    let mut quarter = Quarter::default();
    for lane in 0..LANES / 4 {
        quarter[lane] = half[lane] + half[lane + LANES / 4];
    }
    quarter
}

/// The last three steps of [`fold_lanes`].
#[inline(always)]
pub(crate) fn fold_quarter(&[a, b, c, d, e, f, g, h]: &Quarter, join: impl Fn(f64, f64) -> f64) -> f64 {
    join(join(join(a, e), join(c, g)), join(join(b, f), join(d, h)))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pack = <f64 as Scalar>::Narrow;

    #[test]
    fn standard_error_is_that_of_batch_means() {
        // 40 samples: lanes 0 to 7 hold two, the others one. Sample i has the value i.
        let samples = 40;
        let spread = Spread::new(samples);
        let mut sums = [0.0; LANES];
        for sample in 0..samples {
            sums[sample % LANES] += sample as f64;
        }
        let mean = add_lanes(&sums) / samples as f64;
        assert_eq!(mean, 19.5);
        let mut squares = 0.0;
        for lane in 0..LANES {
            let members: Vec<f64> = (lane..samples).step_by(LANES).map(|sample| sample as f64).collect();
            let count = members.len() as f64;
            squares += count * (members.iter().sum::<f64>() / count - mean).powi(2);
        }
        let expected = (squares / (31.0 * samples as f64)).sqrt();
        let deviations = std::array::from_fn(|lane| sums[lane] * spread.reciprocals[lane] - mean);
        assert!((spread.standard_error::<Pack>(&deviations) / expected - 1.0).abs() < 1e-14);
    }

    #[test]
    fn few_samples_use_only_the_lanes_that_hold_one() {
        let spread = Spread::new(2);
        let mut deviations = [-2.0; LANES];
        (deviations[0], deviations[1]) = (-1.0, 1.0);
        assert_eq!(spread.standard_error::<Pack>(&deviations), 1.0);
    }
}
