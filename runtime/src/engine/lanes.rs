//! Adding lanes, and what 32 lane means say about the error.
//!
//! Lanes are added in one pairwise order. The standard error is that of batch means over the lanes:
//! `SE² = Σ_l n_l (m_l - m)² / ((L - 1) S)` with `n_l` samples in lane `l` and `L` lanes that hold any.

use super::LANES;
use crate::lane::{Lane, Mask, Scalar};

/// The fewest samples of a lane whose mean is judged.
const LEAST_PER_LANE: usize = 8;

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

    /// Whether every lane holds so many samples that one with a large part of the sum of squares is a sign of something.
    ///
    /// The mean of one or two samples is far from normal, also where nothing is wrong with them: of the training steps of a
    /// logistic regression with 50 samples, 7 in 100 have an error that one lane dominates.
    pub(crate) fn judges_lanes(&self) -> bool {
        self.samples >= (LEAST_PER_LANE * LANES) as f64
    }

    /// The square of the standard error of a mean, from the deviations of the lanes' means; and whether one lane has more than the part
    /// `limit` of the sum of squares.
    #[inline(always)]
    pub(crate) fn squared_error<L: Lane<Scalar = f64>>(&self, deviations: &Lanes, limit: f64) -> (f64, bool) {
        let mut squares = [0.0; LANES];
        let mut largest = L::splat(0.0);
        for lane in (0..LANES).step_by(L::WIDTH) {
            let deviation = L::load(&deviations[lane..]);
            let square = L::load(&self.counts[lane..]) * deviation * deviation;
            square.store(&mut squares[lane..]);
            largest = L::select(square.gt(largest), square, largest);
        }
        let sum = add_lanes(&squares);
        (sum * self.scale, largest.gt(L::splat(limit * sum)).any())
    }

    /// The largest part that one lane has in the sum of squares.
    pub(crate) fn largest_share(&self, deviations: &Lanes) -> f64 {
        let squares: Lanes = std::array::from_fn(|lane| self.counts[lane] * deviations[lane] * deviations[lane]);
        fold_lanes(&squares, f64::max) / add_lanes(&squares)
    }
}

/// The part of the sum of squares above which one lane is said to dominate one of so many standard errors.
///
/// It is a half for one error. For lanes with normal means and equal numbers of samples a share is `31/32 B` with
/// `B ~ Beta(1/2, 15)`, and no two exceed a half, so that one does with probability `32 P(B > 16/31) = 1.2e-4`. For `m` errors
/// the limit `t` is such that `(1 - 32t/31)^15` is `m` times less, which keeps the false alarms of all together below that.
pub(crate) fn dominance(errors: usize) -> f64 {
    31.0 / 32.0 * (1.0 - 15.0 / 31.0 * (errors.max(1) as f64).powf(-1.0 / 15.0))
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
        assert!((spread.squared_error::<Pack>(&deviations, 0.5).0.sqrt() / expected - 1.0).abs() < 1e-14);
    }

    /// How many of `runs` runs with normal means of lanes have a dominated error among `errors`.
    struct Alarms {
        runs: u64,
        errors: usize,
    }

    impl crate::lane::Kernel<f64> for Alarms {
        type Output = usize;

        #[inline(always)]
        fn run<L: Lane<Scalar = f64>>(self) -> usize {
            let (spread, limit) = (Spread::new(50 * LANES), dominance(self.errors));
            let key = crate::draw::Key::new(7, self.errors as u64);
            let alarm = |first: u64| {
                let mut values: Lanes = [0.0; LANES];
                for lane in (0..LANES).step_by(L::WIDTH) {
                    let normal = crate::draw::Words::<L>::new(key, first + lane as u64, 0).normal();
                    normal.store(&mut values[lane..]);
                }
                let mean = add_lanes(&values) / LANES as f64;
                spread.squared_error::<L>(&values.map(|value| value - mean), limit).1
            };
            let errors = self.errors as u64;
            let runs = (0..self.runs)
                .filter(|run| (0..errors).fold(false, |any, error| any | alarm((run * errors + error) * LANES as u64)));
            runs.count()
        }
    }

    #[test]
    fn normal_means_are_rarely_dominated() {
        // 32 I(15/31; 15, 1/2) = 1.168e-4 by quadrature, so 23.4 of 200000 runs with one error; Poisson leaves 8 to 45 with
        // probability 1e-4. With 20 errors the rate is 1.08e-4: 2.2 of 20000 runs, above 11 with probability 1e-5.
        let alarms = |runs, errors| crate::lane::dispatch(None, Alarms { runs, errors });
        let one = alarms(200_000, 1);
        assert!((8..=45).contains(&one), "{one} alarms");
        let several = alarms(20_000, 20);
        assert!(several <= 11, "{several} alarms");
    }

    #[test]
    fn one_lane_of_many_dominates() {
        let spread = Spread::new(20 * LANES);
        let mut deviations = [-1.0; LANES];
        deviations[5] = 31.0;
        // 31² of 31² + 31.
        let (_, dominated) = spread.squared_error::<Pack>(&deviations, dominance(1));
        assert!(dominated && (spread.largest_share(&deviations) - 31.0 / 32.0).abs() < 1e-15);
        assert!(!spread.squared_error::<Pack>(&[0.0; LANES], dominance(1)).1);
        assert_eq!(dominance(1), 0.5);
        assert!(dominance(1_000_000) < 0.8);
    }

    #[test]
    fn lanes_of_few_samples_are_not_judged() {
        assert!(!Spread::new(50).judges_lanes() && !Spread::new(8 * LANES - 1).judges_lanes());
        assert!(Spread::new(8 * LANES).judges_lanes());
    }

    #[test]
    fn few_samples_use_only_the_lanes_that_hold_one() {
        let spread = Spread::new(2);
        let mut deviations = [-2.0; LANES];
        (deviations[0], deviations[1]) = (-1.0, 1.0);
        assert_eq!(spread.squared_error::<Pack>(&deviations, 0.6), (1.0, false));
    }
}
