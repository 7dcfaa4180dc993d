//! Weights times moments, and what 32 lane means say about the error.
//!
//! The gradient of a parameter is `Σ_j Σ_n a_n(θ_j) D_{n,j} / S` over the coordinates that share it (Eq. (3) of the paper,
//! cut as the rule says). Lanes are added together here and nowhere else, always in the same pairwise order. The standard
//! error is that of batch means over the lanes: `SE² = Σ_l n_l (m_l - m)² / ((L - 1) S)` with `n_l` samples in lane `l` and
//! `L` lanes that hold any.

use std::ops::Range;

use super::LANES;
use super::contraction::Contracted;
use super::deviations::LaneMeans;
use super::moments::Layout;
use crate::kernel::{Estimator, Law};
use crate::lane::{Kernel, Lane};
use crate::parameters::Gradient;

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
    let mut quarter = [0.0; LANES / 4];
    for lane in 0..LANES / 4 {
        quarter[lane] = join(half[lane], half[lane + LANES / 4]);
    }
    let [a, b, c, d, e, f, g, h] = quarter;
    join(join(join(a, e), join(c, g)), join(join(b, f), join(d, h)))
}

/// Everything the results are made of.
pub(crate) struct Epilogue<'a, E: Estimator> {
    pub(crate) layout: &'a Layout,
    pub(crate) spread: Spread,
    pub(crate) contracted: &'a Contracted,
    pub(crate) lane_means: &'a LaneMeans,
    /// `coefficients[coordinate][term]`.
    pub(crate) coefficients: &'a [f64],
    /// Index in `E::ORDERS` of each term's order.
    pub(crate) order_of_term: &'a [usize],
    /// The part of `f` that does not depend on the draw.
    pub(crate) constant: f64,
    pub(crate) estimator: std::marker::PhantomData<E>,
}

impl<E: Estimator> Epilogue<'_, E> {
    /// `E f`.
    pub(crate) fn value(&self) -> f64 {
        let values = self.contracted.totals.iter().step_by(self.layout.entries);
        values.sum::<f64>() / self.spread.samples + self.constant
    }

    /// A term's contribution to an entry of its parameter's gradient, of which there are `entries`.
    pub(crate) fn term(&self, term: usize, entries: usize, entry: usize) -> f64 {
        let sums = &self.contracted.sums[self.order_of_term[term] * self.layout.padded..];
        let sum = self.coordinates(entries, entry).map(|coordinate| self.weight(term, coordinate) * sums[coordinate]);
        sum.sum::<f64>() / self.spread.samples
    }

    /// The coordinates that contribute to an entry: its own, or all where the parameter is shared.
    #[inline(always)]
    fn coordinates(&self, entries: usize, entry: usize) -> Range<usize> {
        if entries == self.layout.dimension { entry..entry + 1 } else { 0..self.layout.dimension }
    }

    #[inline(always)]
    fn weight(&self, term: usize, coordinate: usize) -> f64 {
        self.coefficients[coordinate * E::TERMS.len() + term]
    }

    /// The standard error of the sum of some terms at an entry; the orders of the terms must be among the lane means.
    #[inline(always)]
    fn error_of_terms<L: Lane<Scalar = f64>>(&self, terms: Range<usize>, entries: usize, entry: usize) -> f64 {
        let mut deviations: Lanes = [0.0; LANES];
        for lane in (0..LANES).step_by(L::WIDTH) {
            let mut sum = L::splat(0.0);
            for coordinate in self.coordinates(entries, entry) {
                for term in terms.clone() {
                    let means = self.lane_means.of(self.layout, self.order_of_term[term], coordinate);
                    sum = L::load(&means[lane..]).mul_add(L::splat(self.weight(term, coordinate)), sum);
                }
            }
            sum.store(&mut deviations[lane..]);
        }
        self.spread.standard_error::<L>(&deviations)
    }
}

/// The terms of a parameter's gradient, which stand side by side.
fn kept_terms<E: Estimator>(parameter: usize) -> Range<usize> {
    let kept = |term: &crate::kernel::TermInfo| term.kept && term.parameter == parameter;
    let first = E::TERMS.iter().position(kept).unwrap_or(0);
    first..first + E::TERMS.iter().filter(|term| kept(term)).count()
}

/// The standard errors of every gradient; returns that of the value.
pub(crate) struct Errors<'a, E: Estimator, G> {
    pub(crate) epilogue: Epilogue<'a, E>,
    pub(crate) value: f64,
    pub(crate) errors: &'a mut G,
}

impl<E: Estimator, G: Gradient> Kernel<f64> for Errors<'_, E, G> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> f64 {
        let Self { epilogue, value, errors } = self;
        for parameter in 0..<E::Law as Law>::PARAMETERS.len() {
            let terms = kept_terms::<E>(parameter);
            let errors = errors.entries_mut(parameter);
            let entries = errors.len();
            for (entry, error) in errors.iter_mut().enumerate() {
                *error = epilogue.error_of_terms::<L>(terms.clone(), entries, entry);
            }
        }
        let mean = value - epilogue.constant;
        let mut deviations = epilogue.contracted.values;
        for lane in 0..LANES {
            deviations[lane] = deviations[lane] * epilogue.spread.reciprocals[lane] - mean;
        }
        epilogue.spread.standard_error::<L>(&deviations)
    }
}

/// The standard error of one term at one entry.
pub(crate) struct TermError<'a, E: Estimator> {
    pub(crate) epilogue: Epilogue<'a, E>,
    pub(crate) term: usize,
    pub(crate) entries: usize,
    pub(crate) entry: usize,
}

impl<E: Estimator> Kernel<f64> for TermError<'_, E> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> f64 {
        self.epilogue.error_of_terms::<L>(self.term..self.term + 1, self.entries, self.entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Scalar;

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
