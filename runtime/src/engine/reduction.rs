//! From the lane sums to the results.
//!
//! The gradient of a parameter is `Σ_j Σ_n a_n(θ_j) D_{n,j} / S` over the coordinates that share it (Eq. (3) of the paper,
//! cut as the rule says). The error of a sum of terms is that of the sum of their deviations, lane by lane.

use std::ops::Range;

use super::LANES;
use super::contraction::{Contracted, Contraction, Totals};
use super::deviations::{Deviations, LaneMeans};
use super::lanes::{Lanes, Spread};
use super::moments::Layout;
use super::signature::Signature;
use super::table::Slopes;
use crate::error::EstimateError;
use crate::lane::{Floats, Kernel, Lane, PackWidth, dispatch};
use crate::run::{TermSize, Warning, judge_truncation};

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
    lane_means: LaneMeans,
    /// Whether each moment's lane means are to be computed.
    wanted: Vec<bool>,
    /// Whether each moment's lane means are there.
    known: Vec<bool>,
    pub(crate) value: f64,
    pub(crate) value_error: f64,
    /// The entries of each parameter's gradient.
    pub(crate) gradient: Vec<Vec<f64>>,
    /// Their standard errors.
    pub(crate) errors: Vec<Vec<f64>>,
}

impl Reduction {
    /// Buffers for a gradient with as many entries for each parameter as `gradient`.
    pub(crate) fn new(signature: Signature, ridges: usize, gradient: Vec<Vec<f64>>, width: Option<PackWidth>) -> Self {
        Self {
            signature,
            width,
            layout: Layout::default(),
            ridges: std::iter::repeat_with(Slopes::default).take(ridges).collect(),
            largest_slope: 0.0,
            coefficients: Vec::new(),
            moment_of_term: (0..signature.terms.len()).map(|term| signature.moment(term)).collect(),
            contracted: Contracted::default(),
            lane_means: LaneMeans::default(),
            wanted: vec![false; signature.moments()],
            known: vec![false; signature.moments()],
            value: 0.0,
            value_error: 0.0,
            errors: gradient.clone(),
            gradient,
        }
    }

    /// Takes what the prologue read from the arguments.
    pub(crate) fn prepare(
        &mut self,
        dimension: usize,
        ridge_rows: usize,
        ridge_partials: usize,
        largest_slope: f64,
        adjoints: bool,
    ) {
        self.largest_slope = largest_slope;
        for ridge in &mut self.ridges {
            ridge.normalise(largest_slope);
        }
        self.layout = Layout::new(&self.signature, dimension, ridge_rows, ridge_partials, adjoints);
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
        self.value = self.mean_value(sums) + sums.constant;
        self.gradient(sums.samples, terms);
        warnings.clear();
        if errors {
            self.errors(sums);
            let (gradient, errors) = (std::mem::take(&mut self.gradient), std::mem::take(&mut self.errors));
            let signature = self.signature;
            let term_error = |term: usize, entry| self.term_error(sums, term, terms[term].values.len(), entry);
            judge_truncation(&signature, terms, &gradient, &errors, term_error, warnings);
            (self.gradient, self.errors) = (gradient, errors);
        }
        Ok(())
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
        if self.signature.separable.is_some() {
            sum = coordinates.iter().step_by(coordinate_entries).fold(sum, |sum, value| sum + value);
        }
        sum / sums.samples as f64
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
        let sums = &self.contracted.sums[self.moment_of_term[term] * self.layout.padded..];
        let coordinates = self.layout.coordinates(entries, entry);
        let sum = coordinates.map(|coordinate| self.weight(term, coordinate) * sums[coordinate]);
        sum.sum::<f64>() / samples as f64
    }

    fn weight(&self, term: usize, coordinate: usize) -> f64 {
        self.coefficients[coordinate * self.signature.terms.len() + term]
    }

    /// The standard errors of the gradient and the value.
    fn errors(&mut self, sums: Sums<'_>) {
        self.wanted.fill(false);
        for (term, &moment) in self.signature.terms.iter().zip(&self.moment_of_term) {
            self.wanted[moment] |= term.kept;
        }
        self.known.copy_from_slice(&self.wanted);
        self.lane_means(sums);
        let spread = Spread::new(sums.samples);
        let mut errors = std::mem::take(&mut self.errors);
        for (parameter, errors) in errors.iter_mut().enumerate() {
            let terms = self.signature.kept_terms(parameter);
            let entries = errors.len();
            for (entry, error) in errors.iter_mut().enumerate() {
                *error = self.error_of_terms(&spread, terms.clone(), entries, entry);
            }
        }
        self.errors = errors;
        let mean = self.mean_value(sums);
        let mut deviations = self.contracted.values;
        for lane in 0..LANES {
            deviations[lane] = deviations[lane] * spread.reciprocals[lane] - mean;
        }
        self.value_error = dispatch(self.width, StandardError { spread: &spread, deviations: &deviations });
    }

    /// The standard error of one term at one entry.
    fn term_error(&mut self, sums: Sums<'_>, term: usize, entries: usize, entry: usize) -> f64 {
        let moment = self.moment_of_term[term];
        if !self.known[moment] {
            self.wanted.fill(false);
            self.wanted[moment] = true;
            self.known[moment] = true;
            self.lane_means(sums);
        }
        self.error_of_terms(&Spread::new(sums.samples), term..term + 1, entries, entry)
    }

    /// Computes the deviations of the lanes for the wanted moments.
    fn lane_means(&mut self, sums: Sums<'_>) {
        let deviations = Deviations {
            layout: &self.layout,
            orders: self.signature.orders,
            spread: &Spread::new(sums.samples),
            moments: sums.moments,
            contracted: &self.contracted,
            ridges: &self.ridges,
            largest: self.largest_slope,
            wanted: &self.wanted,
            out: &mut self.lane_means,
        };
        dispatch(self.width, deviations);
    }

    /// The standard error of the sum of some terms at an entry; the moments of the terms must be among the lane means.
    fn error_of_terms(&self, spread: &Spread, terms: Range<usize>, entries: usize, entry: usize) -> f64 {
        dispatch(self.width, ErrorOfTerms { reduction: self, spread, terms, entries, entry })
    }
}

impl Layout {
    /// The coordinates that contribute to an entry of a gradient: its own, or all where the parameter is shared.
    fn coordinates(&self, entries: usize, entry: usize) -> Range<usize> {
        if entries == self.dimension { entry..entry + 1 } else { 0..self.dimension }
    }
}

struct ErrorOfTerms<'a> {
    reduction: &'a Reduction,
    spread: &'a Spread,
    terms: Range<usize>,
    entries: usize,
    entry: usize,
}

impl Kernel<f64> for ErrorOfTerms<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> f64 {
        let Self { reduction, spread, terms, entries, entry } = self;
        let mut deviations: Lanes = [0.0; LANES];
        for lane in (0..LANES).step_by(L::WIDTH) {
            let mut sum = L::splat(0.0);
            for coordinate in reduction.layout.coordinates(entries, entry) {
                for term in terms.clone() {
                    let moment = reduction.moment_of_term[term];
                    let means = reduction.lane_means.of(&reduction.layout, moment, coordinate);
                    sum = L::load(&means[lane..]).mul_add(L::splat(reduction.weight(term, coordinate)), sum);
                }
            }
            sum.store(&mut deviations[lane..]);
        }
        spread.standard_error::<L>(&deviations)
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
        self.spread.standard_error::<L>(self.deviations)
    }
}
