//! From the lane sums to the results.
//!
//! The gradient of a parameter is `Σ_j Σ_n a_n(θ_j) D_{n,j} / S` over the coordinates that share it (Eq. (3) of the paper,
//! cut as the rule says). The error of a sum of terms is that of the sum of their deviations, lane by lane.

use std::iter::StepBy;
use std::ops::Range;

use super::LANES;
use super::contraction::{Contracted, Contraction, Totals};
use super::deviations::{Deviate, Deviations};
use super::hessian::{PairErrors, Pairs, SecondDerivatives};
use super::lanes::{Lanes, Spread, dominance};
use super::moments::{Layout, convert, runs};
use super::signature::Signature;
use super::table::Slopes;
use crate::error::EstimateError;
use crate::lane::{Floats, Kernel, Lane, PackWidth, Scalar, dispatch};
use crate::run::TermSize;
use crate::warning::{Warning, judge_domination, judge_truncation};

/// What a run adds up, besides the draws.
#[derive(Clone, Copy)]
pub(crate) struct Sums<'a> {
    /// The lane sums of all samples.
    pub(crate) moments: Floats<'a>,
    pub(crate) samples: usize,
    /// The part of `f` that does not depend on the draw.
    pub(crate) constant: f64,
}

/// The results of a run, and what they are made from.
pub(crate) struct Reduction {
    signature: Signature,
    width: Option<PackWidth>,
    pub(crate) layout: Layout,
    /// The ridge terms.
    pub(crate) ridges: Vec<Slopes>,
    /// The largest slope of all ridge terms.
    largest_slope: f64,
    /// `coefficients[coordinate][term]`.
    pub(crate) coefficients: Vec<f64>,
    /// The moment of each term, among those of a coordinate.
    moment_of_term: Vec<usize>,
    contracted: Contracted,
    /// `Σ E ∂_i ∂_j f` over all samples, rows filled up to whole packs, if a term asks for it.
    hessian: Vec<f64>,
    pairs: Pairs,
    /// The sum of terms that each term belongs to where errors are computed.
    sum_of_term: Vec<Option<usize>>,
    deviations: Deviations,
    /// The standard errors of the entries of one term.
    term_errors: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) value_error: f64,
    /// The entries of each parameter's gradient.
    pub(crate) gradient: Vec<Vec<f64>>,
    /// Their standard errors.
    pub(crate) errors: Vec<Vec<f64>>,
    /// How far the mean of `f` over each lane is from that over all samples.
    value_deviations: Lanes,
    /// The part of one lane in the square of each standard error; 0 where none dominates.
    shares: Vec<Vec<f64>>,
    /// The part from which on a lane dominates.
    dominance: f64,
}

impl Reduction {
    /// Buffers for a gradient with as many entries for each parameter as `gradient`.
    pub(crate) fn new(signature: Signature, ridges: usize, gradient: Vec<Vec<f64>>, width: Option<PackWidth>) -> Self {
        Self {
            signature,
            width,
            layout: Layout::default(),
            ridges: std::iter::repeat_with(Slopes::default)
                .take(ridges + usize::from(!signature.pairs.is_empty()))
                .collect(),
            largest_slope: 0.0,
            coefficients: Vec::new(),
            moment_of_term: (0..signature.terms.len()).map(|term| signature.moment(term)).collect(),
            contracted: Contracted::default(),
            hessian: Vec::new(),
            pairs: Pairs::default(),
            sum_of_term: vec![None; signature.terms.len()],
            deviations: Deviations::default(),
            term_errors: Vec::new(),
            value: 0.0,
            value_error: 0.0,
            value_deviations: [0.0; LANES],
            errors: gradient.clone(),
            shares: gradient.clone(),
            dominance: dominance(gradient.iter().map(Vec::len).sum()),
            gradient,
        }
    }

    /// Takes what the prologue read from the arguments.
    pub(crate) fn prepare(
        &mut self,
        dimension: usize,
        ridges: [usize; 2],
        interactions: [usize; 2],
        largest_slope: f64,
        adjoints: bool,
    ) {
        self.largest_slope = largest_slope;
        for ridge in &mut self.ridges {
            ridge.normalise(largest_slope);
        }
        self.layout = Layout::new(&self.signature, dimension, ridges, interactions, adjoints);
    }

    /// Refuses coefficients that are not finite.
    pub(crate) fn check_coefficients(&self) -> Result<(), EstimateError> {
        let Some(at) = self.coefficients.iter().position(|coefficient| !coefficient.is_finite()) else { return Ok(()) };
        let (coordinate, term) =
            (at / self.signature.terms.len(), self.signature.terms[at % self.signature.terms.len()]);
        let parameter = self.signature.parameters[term.parameter].name;
        Err(EstimateError::CoefficientNotFinite { parameter, moment: term.moment, coordinate })
    }

    /// The value, the gradient and the size of every term; with `errors` also standard errors, and warnings.
    pub(crate) fn run(
        &mut self,
        sums: Sums<'_>,
        errors: bool,
        terms: &mut [TermSize],
        warnings: &mut Vec<Warning>,
    ) -> Result<(), EstimateError> {
        let Self { signature, width, layout, contracted, .. } = self;
        if !dispatch(*width, Totals { layout, moments: sums.moments, out: contracted }) {
            return Err(EstimateError::ResultNotFinite {
                what: "a moment of the function or of one of its derivatives",
            });
        }
        dispatch(*width, Contraction { layout, orders: signature.orders, ridges: &self.ridges, out: contracted });
        if let Some(term) = (0..signature.terms.len()).find(|&term| signature.is_hessian(term)) {
            let moment = signature.moment(term);
            let (ridges, out) = (&self.ridges, &mut self.hessian);
            dispatch(*width, SecondDerivatives { layout, moment, ridges, contracted, out });
        }
        self.value = self.mean_value(sums) + sums.constant;
        self.set_baselines(sums.samples);
        self.gradient(sums.samples, terms);
        warnings.clear();
        if errors {
            self.errors(sums);
            judge_domination(&self.signature, terms, &self.errors, &self.shares, warnings);
            let (gradient, errors) = (std::mem::take(&mut self.gradient), std::mem::take(&mut self.errors));
            let signature = self.signature;
            let mut known = None;
            let term_error = |term: usize, entry: usize| {
                if known != Some(term) {
                    known = Some(term);
                    self.term_errors(sums, term, terms[term].values.len());
                }
                self.term_errors[entry]
            };
            judge_truncation(&signature, terms, &gradient, &errors, term_error, warnings);
            (self.gradient, self.errors) = (gradient, errors);
        }
        Ok(())
    }

    /// The value, the gradient and the size of every term from sums that were contracted elsewhere: `[1 + moments][coordinates]`,
    /// the sum of the values first.
    #[cfg(feature = "cuda")]
    pub(crate) fn run_contracted(
        &mut self,
        samples: usize,
        constant: f64,
        contracted: &[f64],
        terms: &mut [TermSize],
        warnings: &mut Vec<Warning>,
    ) {
        let Layout { dimension, padded, .. } = self.layout;
        let (values, moments) = contracted.split_at(dimension);
        let sums = &mut self.contracted.sums;
        sums.resize(moments.len() / dimension * padded, 0.0);
        for (sums, moment) in sums.chunks_exact_mut(padded).zip(moments.chunks_exact(dimension)) {
            sums[..dimension].copy_from_slice(moment);
        }
        self.value = values[0] / samples as f64 + constant;
        self.set_baselines(samples);
        self.gradient(samples, terms);
        warnings.clear();
    }

    /// Refuses results that are not finite.
    pub(crate) fn check_results(&self, errors: bool) -> Result<(), EstimateError> {
        if !self.value.is_finite() || (errors && !self.value_error.is_finite()) {
            return Err(EstimateError::ResultNotFinite { what: "the value" });
        }
        let finite = |entries: &[f64]| entries.iter().all(|entry| entry.is_finite());
        for (info, (gradient, deviations)) in
            self.signature.parameters.iter().zip(self.gradient.iter().zip(&self.errors))
        {
            if !finite(gradient) || (errors && !finite(deviations)) {
                return Err(EstimateError::GradientNotFinite { parameter: info.name });
            }
        }
        Ok(())
    }

    /// The mean of the part of `f` that depends on the draw.
    fn mean_value(&self, sums: Sums<'_>) -> f64 {
        let Layout { entries, coordinate_entries, .. } = self.layout;
        let (ridge, coordinates) = self.contracted.totals.split_at(self.layout.ridge_runs());
        let mut sum = ridge.iter().step_by(entries).sum::<f64>();
        if self.layout.separable_entries > 0 {
            sum = coordinates.iter().step_by(coordinate_entries).fold(sum, |sum, value| sum + value);
        }
        sum / sums.samples as f64
    }

    /// The coefficients of rules with a leave-one-out baseline, `Σ_i (f_i - Σ_{k≠i} f_k / (S - 1)) w_i / S` with
    /// `S / (S - 1)` in front of the mean of `f w`, and with minus the mean of `f` besides in front of the mean of `w`.
    fn set_baselines(&mut self, samples: usize) {
        let count = self.signature.terms.len();
        let scale = samples as f64 / (samples as f64 - 1.0);
        for term in (0..count).filter(|&term| self.signature.is_baseline(term)) {
            for coefficients in self.coefficients.chunks_exact_mut(count) {
                coefficients[term - 1] = scale;
                coefficients[term] = -scale * self.value;
            }
        }
    }

    fn gradient(&mut self, samples: usize, terms: &mut [TermSize]) {
        let mut gradient = std::mem::take(&mut self.gradient);
        for entries in &mut gradient {
            entries.fill(0.0);
        }
        for (term, (info, size)) in self.signature.terms.iter().zip(terms).enumerate() {
            let entries = size.values.len();
            for (entry, size) in size.values.iter_mut().enumerate() {
                *size = self.term(samples, term, entries, entry);
                if info.kept {
                    gradient[info.parameter][entry] += *size;
                }
            }
        }
        self.gradient = gradient;
    }

    /// A term's contribution to an entry of its parameter's gradient, of which there are `entries`.
    fn term(&self, samples: usize, term: usize, entries: usize, entry: usize) -> f64 {
        let Layout { dimension, padded, .. } = self.layout;
        if self.signature.is_hessian(term) {
            let (row, column) = (entry / dimension, entry % dimension);
            return self.weight(term, row) * self.hessian[row * padded + column] / samples as f64;
        }
        let sums = &self.contracted.sums[self.moment_of_term[term] * padded..];
        let of = |coordinate: usize| self.weight(term, coordinate) * sums[coordinate];
        // Most parameters have an entry for each coordinate; to set up the other loop takes longer than what it would do.
        let sum = if entries == dimension { of(entry) } else { self.layout.coordinates(entries, entry).map(of).sum() };
        sum / samples as f64
    }

    fn weight(&self, term: usize, coordinate: usize) -> f64 {
        self.coefficients[coordinate * self.signature.terms.len() + term]
    }

    /// The standard errors of the gradient and the value.
    fn errors(&mut self, sums: Sums<'_>) {
        for (index, (sum, term)) in self.sum_of_term.iter_mut().zip(self.signature.terms).enumerate() {
            *sum = (term.kept && !self.signature.is_hessian(index)).then_some(term.parameter);
        }
        let spread = Spread::new(sums.samples);
        let mean = self.mean_value(sums);
        for lane in 0..LANES {
            self.value_deviations[lane] = self.contracted.values[lane] * spread.reciprocals[lane] - mean;
        }
        let (mut errors, mut shares) = (std::mem::take(&mut self.errors), std::mem::take(&mut self.shares));
        self.errors_of_sums(sums, &mut errors, Some(&mut shares));
        let signature = self.signature;
        for term in (0..signature.terms.len()).filter(|&term| signature.is_hessian(term)) {
            self.errors_of_pairs(sums, term, &mut errors[signature.terms[term].parameter]);
        }
        (self.errors, self.shares) = (errors, shares);
        let deviations = &self.value_deviations;
        self.value_error = dispatch(self.width, StandardError { spread: &spread, deviations });
    }

    /// The standard errors of second derivatives by pairs of coordinates.
    fn errors_of_pairs(&mut self, sums: Sums<'_>, term: usize, out: &mut [f64]) {
        let errors = PairErrors {
            layout: &self.layout,
            moment: self.moment_of_term[term],
            spread: &Spread::new(sums.samples),
            moments: sums.moments,
            contracted: &self.contracted,
            ridges: &self.ridges,
            largest: self.largest_slope,
            coefficient: self.weight(term, 0),
            buffers: &mut self.pairs,
            out,
        };
        dispatch(self.width, errors);
    }

    /// The standard errors of the entries of one term.
    fn term_errors(&mut self, sums: Sums<'_>, term: usize, entries: usize) {
        self.sum_of_term.fill(None);
        self.sum_of_term[term] = Some(0);
        let mut errors = std::mem::take(&mut self.term_errors);
        errors.resize(entries, 0.0);
        self.errors_of_sums(sums, std::slice::from_mut(&mut errors), None);
        self.term_errors = errors;
    }

    /// The standard errors of the entries of sums of terms; in `shares` what lanes have in them.
    fn errors_of_sums(&mut self, sums: Sums<'_>, out: &mut [Vec<f64>], shares: Option<&mut [Vec<f64>]>) {
        let spread = Spread::new(sums.samples);
        let deviate = Deviate {
            signature: &self.signature,
            layout: &self.layout,
            spread: &spread,
            moments: sums.moments,
            contracted: &self.contracted,
            ridges: &self.ridges,
            largest: self.largest_slope,
            coefficients: &self.coefficients,
            sums: out.len(),
            sum_of_term: &self.sum_of_term,
            out: &mut self.deviations,
        };
        dispatch(self.width, deviate);
        dispatch(self.width, ErrorsOfSums { reduction: self, spread: &spread, moments: sums.moments, out, shares });
    }
}

impl Layout {
    /// The coordinates that contribute to an entry of a gradient: its own; all where the parameter is shared; those of its
    /// state where variables share their probabilities.
    fn coordinates(&self, entries: usize, entry: usize) -> StepBy<Range<usize>> {
        (entry..self.dimension).step_by(entries)
    }
}

/// Turns deviations into standard errors.
struct ErrorsOfSums<'a> {
    reduction: &'a Reduction,
    spread: &'a Spread,
    moments: Floats<'a>,
    out: &'a mut [Vec<f64>],
    shares: Option<&'a mut [Vec<f64>]>,
}

impl Kernel<f64> for ErrorsOfSums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        match self.moments {
            Floats::Single(moments) => self.of::<L, _>(runs(moments)),
            Floats::Double(moments) => self.of::<L, _>(runs(moments)),
        }
    }
}

impl ErrorsOfSums<'_> {
    #[inline(always)]
    fn of<L: Lane<Scalar = f64>, S: Scalar>(self, moments: &[[S; LANES]]) {
        let Self { reduction, spread, out, mut shares, .. } = self;
        let limit = if spread.judges_lanes() { reduction.dominance } else { f64::INFINITY };
        for (sum, out) in out.iter_mut().enumerate() {
            let entries = out.len();
            if !reduction.sum_of_term.contains(&Some(sum)) {
                out.fill(0.0);
                shares.iter_mut().for_each(|shares| shares[sum].fill(0.0));
                continue;
            }
            for (entry, error) in out.iter_mut().enumerate() {
                let mut deviations: Lanes = [0.0; LANES];
                for coordinate in reduction.layout.coordinates(entries, entry) {
                    reduction.add_ridges::<L>(sum, coordinate, &mut deviations);
                    if reduction.layout.coordinate_entries > 0 {
                        reduction.add_coordinate::<L, S>(spread, moments, sum, coordinate, &mut deviations);
                    }
                }
                let (square, dominated) = spread.squared_error::<L>(&deviations, limit);
                *error = square;
                if let Some(shares) = &mut shares {
                    shares[sum][entry] = if dominated { spread.largest_share(&deviations) } else { 0.0 };
                }
            }
            // All at once: one root after each sum would wait for it.
            out.iter_mut().for_each(|error| *error = error.sqrt());
        }
    }
}

impl Reduction {
    /// Adds the deviations over ridge rows of a sum of terms at a coordinate.
    #[inline(always)]
    fn add_ridges<L: Lane<Scalar = f64>>(&self, sum: usize, coordinate: usize, deviations: &mut Lanes) {
        if self.ridges.is_empty() {
            return;
        }
        let (lanes, scale) = self.deviations.of(&self.layout, sum, coordinate);
        for lane in (0..LANES).step_by(L::WIDTH) {
            let deviations = &mut deviations[lane..];
            convert::<f32, L>(&lanes[lane..]).mul_add(L::splat(scale), L::load(deviations)).store(deviations);
        }
    }

    /// Adds the deviations of the separable term and the stencils.
    #[inline(always)]
    fn add_coordinate<L: Lane<Scalar = f64>, S: Scalar>(
        &self,
        spread: &Spread,
        moments: &[[S; LANES]],
        sum: usize,
        coordinate: usize,
        deviations: &mut Lanes,
    ) {
        for (term, _) in self.sum_of_term.iter().enumerate().filter(|(_, of)| **of == Some(sum)) {
            let Some(run) = self.layout.run(self.signature.orders.len(), self.moment_of_term[term], coordinate) else {
                continue;
            };
            let mean = L::splat(self.contracted.totals[run] / spread.samples);
            let weight = L::splat(self.weight(term, coordinate));
            for lane in (0..LANES).step_by(L::WIDTH) {
                let deviation = convert::<S, L>(&moments[run][lane..]) * L::load(&spread.reciprocals[lane..]) - mean;
                let deviations = &mut deviations[lane..];
                deviation.mul_add(weight, L::load(deviations)).store(deviations);
            }
            // The baseline is a mean of its own: where it is subtracted from a weight whose mean is not 0, it moves the result.
            if self.signature.is_baseline(term) {
                let weight = L::splat(-self.weight(term - 1, coordinate)) * mean;
                for lane in (0..LANES).step_by(L::WIDTH) {
                    let deviations = &mut deviations[lane..];
                    let of_value = L::load(&self.value_deviations[lane..]);
                    of_value.mul_add(weight, L::load(deviations)).store(deviations);
                }
            }
        }
    }
}

struct StandardError<'a> {
    spread: &'a Spread,
    deviations: &'a Lanes,
}

impl Kernel<f64> for StandardError<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> f64 {
        self.spread.squared_error::<L>(self.deviations, f64::INFINITY).0.sqrt()
    }
}
