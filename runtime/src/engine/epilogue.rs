//! Weights times moments, and what 32 lane means say about the error.
//!
//! For each parameter, coordinate and lane the gradient is `Σ_n a_n(θ_j) D_{n,j}` (Eq. (3) of the paper, cut as the rule
//! says). Lanes are added together here and nowhere else, always in the same pairwise order. The standard error is that
//! of batch means over the lanes: `SE² = Σ_l n_l (m_l - m)² / ((L - 1) S)` with `n_l` samples in lane `l` and `L` lanes
//! that hold any.

use super::LANES;
use super::moments::Layout;
use crate::kernel::{Estimator, Law};
use crate::lane::{Kernel, Lane};
use crate::parameters::Gradient;

/// The numbers of lanes.
pub(crate) type Lanes = [f64; LANES];

/// How samples are spread over the lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    samples: f64,
    counts: Lanes,
    /// `1 / n_l`, or 0 for an empty lane.
    reciprocals: Lanes,
    /// `1 / ((L - 1) S)`, if there are two lanes.
    scale: Option<f64>,
}

impl Spread {
    pub(crate) fn new(samples: usize) -> Self {
        let counts: Lanes = std::array::from_fn(|lane| ((samples + LANES - 1 - lane) / LANES) as f64);
        let used = samples.min(LANES);
        Self {
            samples: samples as f64,
            counts,
            reciprocals: counts.map(|count| if count > 0.0 { 1.0 / count } else { 0.0 }),
            scale: (used > 1).then(|| 1.0 / ((used - 1) as f64 * samples as f64)),
        }
    }

    /// The mean over all samples.
    #[inline(always)]
    pub(crate) fn mean(&self, sums: &Lanes) -> f64 {
        add_lanes(sums) / self.samples
    }

    /// The standard error of the mean; 0 with fewer than two samples (nobody reads it then).
    #[inline(always)]
    pub(crate) fn standard_error(&self, sums: &Lanes, mean: f64) -> f64 {
        let squares: Lanes = std::array::from_fn(|lane| {
            let deviation = sums[lane] * self.reciprocals[lane] - mean;
            self.counts[lane] * deviation * deviation
        });
        (add_lanes(&squares) * self.scale.unwrap_or(0.0)).sqrt()
    }
}

/// Adds the lanes pairwise: halves, quarters, …
#[inline(always)]
pub(crate) fn add_lanes(sums: &Lanes) -> f64 {
    let mut sums = *sums;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

/// One result with its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Measured {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

/// Turns contracted moments into results.
pub(crate) struct Epilogue<'a, E: Estimator, G> {
    pub(crate) layout: &'a Layout,
    pub(crate) spread: Spread,
    pub(crate) moments: &'a [f64],
    /// `derivatives[order][coordinate][lane]`.
    pub(crate) derivatives: &'a [f64],
    /// `coefficients[coordinate][term]`.
    pub(crate) coefficients: &'a [f64],
    /// The part of `f` that does not depend on the draw.
    pub(crate) constant: f64,
    /// Index in `E::ORDERS` of each term's order.
    pub(crate) order_of_term: &'a [usize],
    pub(crate) gradient: &'a mut G,
    pub(crate) standard_error: Option<&'a mut G>,
    /// One for each term: its size by entry of the parameter's gradient.
    pub(crate) terms: &'a mut [Vec<f64>],
    /// One for each term: the standard error of a discarded one by entry; empty for kept ones.
    pub(crate) discarded_errors: &'a mut [Vec<f64>],
    pub(crate) estimator: std::marker::PhantomData<E>,
}

impl<E: Estimator, G: Gradient> Kernel<f64> for Epilogue<'_, E, G> {
    /// The value of `E f`.
    type Output = Measured;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(mut self) -> Measured {
        for (term, info) in E::TERMS.iter().enumerate() {
            self.measure_term(term, info.kept);
        }
        for parameter in 0..<E::Law as Law>::PARAMETERS.len() {
            self.parameter(parameter);
        }
        self.value()
    }
}

impl<E: Estimator, G: Gradient> Epilogue<'_, E, G> {
    #[inline(always)]
    fn lanes_of(&self, order: usize, coordinate: usize) -> &Lanes {
        let at = (order * self.layout.dimension + coordinate) * LANES;
        self.derivatives[at..].first_chunk().expect("every order and coordinate has its lanes")
    }

    /// Adds the lanes of one term at one coordinate to `sums`.
    #[inline(always)]
    fn add_term(&self, term: usize, coordinate: usize, sums: &mut Lanes) {
        let weight = self.coefficients[coordinate * E::TERMS.len() + term];
        let derivative = self.lanes_of(self.order_of_term[term], coordinate);
        for (sum, derivative) in sums.iter_mut().zip(derivative) {
            *sum = weight.mul_add(*derivative, *sum);
        }
    }

    /// Calls `add` for every coordinate that contributes to an entry of a parameter's gradient.
    #[inline(always)]
    fn coordinates_of(&self, entries: usize, entry: usize) -> std::ops::Range<usize> {
        if entries == self.layout.dimension { entry..entry + 1 } else { 0..self.layout.dimension }
    }

    /// The size of a term, by entry, and the standard error of a discarded one.
    #[inline(always)]
    fn measure_term(&mut self, term: usize, kept: bool) {
        let entries = self.terms[term].len();
        for entry in 0..entries {
            let mut sums = [0.0; LANES];
            for coordinate in self.coordinates_of(entries, entry) {
                self.add_term(term, coordinate, &mut sums);
            }
            let mean = self.spread.mean(&sums);
            self.terms[term][entry] = mean;
            if !kept {
                self.discarded_errors[term][entry] = self.spread.standard_error(&sums, mean);
            }
        }
    }

    #[inline(always)]
    fn parameter(&mut self, parameter: usize) {
        let entries = self.gradient.entries(parameter).len();
        for entry in 0..entries {
            let mut sums = [0.0; LANES];
            for coordinate in self.coordinates_of(entries, entry) {
                for (term, info) in E::TERMS.iter().enumerate() {
                    if info.kept && info.parameter == parameter {
                        self.add_term(term, coordinate, &mut sums);
                    }
                }
            }
            let mean = self.spread.mean(&sums);
            self.gradient.entries_mut(parameter)[entry] = mean;
            if let Some(errors) = &mut self.standard_error {
                errors.entries_mut(parameter)[entry] = self.spread.standard_error(&sums, mean);
            }
        }
    }

    #[inline(always)]
    fn value(&self) -> Measured {
        let mut sums: Lanes = self.spread.counts.map(|count| count * self.constant);
        for row in self.moments.chunks_exact(self.layout.row_length()).take(self.layout.rows) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        let mean = self.spread.mean(&sums);
        Measured { mean, error: self.spread.standard_error(&sums, mean) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_error_is_that_of_batch_means() {
        // 40 samples: lanes 0 to 7 hold two, the others one. Sample i has the value i.
        let samples = 40;
        let spread = Spread::new(samples);
        let mut sums = [0.0; LANES];
        for sample in 0..samples {
            sums[sample % LANES] += sample as f64;
        }
        let mean = spread.mean(&sums);
        assert_eq!(mean, 19.5);
        let mut squares = 0.0;
        for lane in 0..LANES {
            let members: Vec<f64> = (lane..samples).step_by(LANES).map(|sample| sample as f64).collect();
            let count = members.len() as f64;
            squares += count * (members.iter().sum::<f64>() / count - mean).powi(2);
        }
        let expected = (squares / (31.0 * samples as f64)).sqrt();
        assert!((spread.standard_error(&sums, mean) / expected - 1.0).abs() < 1e-14);
    }

    #[test]
    fn few_samples_use_only_the_lanes_that_hold_one() {
        let spread = Spread::new(2);
        let mut sums = [0.0; LANES];
        (sums[0], sums[1]) = (1.0, 3.0);
        assert_eq!(spread.mean(&sums), 2.0);
        assert_eq!(spread.standard_error(&sums, 2.0), 1.0);
    }
}
