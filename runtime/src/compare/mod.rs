//! Comparing several rules for one gradient by a pilot run: variance, bias and cost.
//!
//! Several exact rules of one gradient are several unbiased estimators of one number, and none is best for every function
//! and parameter. A pilot run decides: what counts is the *work-normalised variance*, the variance of one sample times its
//! cost, since half the cost buys twice the samples. What is not exact has a bias besides, which shows against a reference: an
//! exact gradient, or an estimate with many samples.

use std::time::Instant;

use crate::error::EstimateError;
use crate::estimate::Prepare;
use crate::kernel::{Estimator, Law, Sampled};
use crate::parameters::{Gradient, Parameters};

mod figure;
mod reference;
mod table;

use reference::{Reference, Wanted};

/// Samples of a pilot run that asked for no number.
const DEFAULT_SAMPLES: usize = 10_000;

/// Steps whose fastest is the cost; the first fills buffers and caches.
const STEPS: usize = 4;

/// Compares estimators of one function under one law at one parameter value.
///
/// ```
/// use logphi::laws::Laplace;
/// use logphi::prelude::*;
///
/// #[estimator(distribution = Laplace)]
/// fn loss(z: f64) -> f64 {
///     softplus(z)
/// }
///
/// #[estimator(of = loss, distribution = Laplace, order = 4)]
/// struct Truncated;
///
/// # fn main() -> Result<(), logphi::EstimateError> {
/// let law = Laplace { mu: 0.2, b: 0.7 };
/// let pilot = logphi::compare(&law, ()).rule::<loss>("exact").rule::<Truncated>("order 4");
/// let comparison = pilot.reference::<loss>(1_000_000).seed(1).run()?;
/// println!("{comparison}");
/// assert!(comparison.rules[0].exact && !comparison.rules[1].exact);
/// let bias = comparison.deviation(1, "b").expect("there is a reference");
/// println!("order 4 is off by {:.4} ± {:.4}", bias.size, bias.standard_error);
/// assert!(comparison.svg().starts_with("<svg"));
/// # Ok(())
/// # }
/// ```
pub fn compare<'a, P: Parameters, A: Copy>(law: &'a P, arguments: A) -> Compare<'a, P, A> {
    Compare {
        law,
        arguments,
        reference: None,
        samples: DEFAULT_SAMPLES,
        seed: None,
        dimension: None,
        candidates: Vec::new(),
    }
}

/// How a candidate is run: law, arguments, samples, seed, dimension.
type Pilot<'a, P, A> = fn(&'a P, A, usize, Option<u64>, Option<usize>) -> Result<RuleComparison, EstimateError>;

/// A comparison to be made, from [`compare()`].
#[must_use = "nothing happens before `run`"]
pub struct Compare<'a, P: Parameters, A> {
    law: &'a P,
    arguments: A,
    samples: usize,
    seed: Option<u64>,
    dimension: Option<usize>,
    candidates: Vec<(&'static str, Pilot<'a, P, A>)>,
    reference: Option<Wanted<'a, P, A>>,
}

impl<'a, P: Parameters, A: Copy> Compare<'a, P, A> {
    /// Adds an estimator of the same function under the same law, with a name for the table.
    pub fn rule<E>(mut self, name: &'static str) -> Self
    where
        E: Estimator<Law = P::Law, Arguments<'a> = A>,
        P::Law: Sampled,
    {
        self.candidates.push((name, pilot::<E, P, A>));
        self
    }

    /// Gives the gradient, which is known: biases are measured from it.
    pub fn exact(mut self, gradient: P::Gradient) -> Self {
        self.reference = Some(Wanted::Known(gradient));
        self
    }

    /// Measures biases from an estimate by an unbiased rule, with so many samples, on all threads. Its draws are no pilot run's,
    /// and its standard error counts.
    pub fn reference<E>(mut self, samples: usize) -> Self
    where
        E: Estimator<Law = P::Law, Arguments<'a> = A>,
        P::Law: Sampled,
    {
        self.reference = Some(Wanted::estimated::<E>(samples));
        self
    }

    /// Samples of each pilot run, 10 000 if not said.
    pub const fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// Seed of the random numbers: all rules see the same draws. Without one a fresh seed is drawn for each.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The number of coordinates, where all parameters are shared and no argument tells it.
    pub const fn dimension(mut self, dimension: usize) -> Self {
        self.dimension = Some(dimension);
        self
    }

    /// Runs every rule on one thread.
    ///
    /// # Errors
    /// As [`Prepared::step`](crate::Prepared::step), for the first rule that fails; [`EstimateError::NoSamples`] also for a
    /// single sample, which has no variance; [`EstimateError::LengthsDiffer`] and [`EstimateError::GradientNotFinite`] for an
    /// exact gradient of another shape, or with entries that are no numbers.
    pub fn run(self) -> Result<Comparison, EstimateError> {
        let Self { law, arguments, samples, seed, dimension, candidates, reference } = self;
        if samples < 2 {
            return Err(EstimateError::NoSamples);
        }
        let mut rules = Vec::with_capacity(candidates.len());
        for (name, pilot) in candidates {
            rules.push(RuleComparison { name, ..pilot(law, arguments, samples, seed, dimension)? });
        }
        let reference = match reference {
            Some(wanted) => Some(wanted.find(law, arguments, seed, dimension, &rules)?),
            None => None,
        };
        Ok(Comparison { rules, samples, reference })
    }
}

/// What a pilot run found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// One entry for each rule, in the order in which they were added.
    pub rules: Vec<RuleComparison>,
    /// Samples of each run.
    pub samples: usize,
    /// What biases are measured from; without it, the best exact rule.
    reference: Option<Reference>,
}

/// How far a gradient is from the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Deviation {
    /// The norm of the difference.
    pub size: f64,
    /// The norm of the standard errors of the difference: a rule without bias has a size about as large.
    pub standard_error: f64,
    /// The largest difference of an entry in its standard errors; 0 where both are the same.
    pub largest: f64,
}

impl Deviation {
    /// Of gradients with standard errors.
    fn between(gradients: [&[f64]; 2], standard_errors: [&[f64]; 2]) -> Self {
        let mut deviation = Self { size: 0.0, standard_error: 0.0, largest: 0.0 };
        let entries = gradients[0].iter().zip(gradients[1]).zip(standard_errors[0].iter().zip(standard_errors[1]));
        for ((x, y), (own, other)) in entries {
            let (difference, error) = ((x - y).abs(), own.hypot(*other));
            deviation.size = deviation.size.hypot(difference);
            deviation.standard_error = deviation.standard_error.hypot(error);
            if difference > 0.0 {
                deviation.largest = deviation.largest.max(difference / error);
            }
        }
        deviation
    }
}

/// One rule in a [`Comparison`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleComparison {
    /// Its name in the comparison.
    pub name: &'static str,
    /// Whether it is free of bias for every parameter.
    pub exact: bool,
    /// Seconds for one sample on one thread, standard errors included.
    pub seconds: f64,
    /// One entry for each parameter that has a gradient.
    pub parameters: Vec<ParameterComparison>,
}

/// The gradient of one parameter by one rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParameterComparison {
    /// Name of the parameter.
    pub name: &'static str,
    /// Whether its rule drops terms.
    pub truncated: bool,
    /// The estimate, entry by entry.
    pub gradient: Vec<f64>,
    /// Its standard error.
    pub standard_error: Vec<f64>,
    /// The variance of one sample, summed over entries.
    pub variance: f64,
}

impl ParameterComparison {
    /// The norm of the estimated gradient.
    fn size(&self) -> f64 {
        self.gradient.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
    }
}

impl Comparison {
    /// The best exact rule for a parameter: the one with the least variance times cost. `None` if no rule is exact for it.
    #[must_use]
    pub fn best(&self, parameter: &str) -> Option<&RuleComparison> {
        let exact = self.rules.iter().filter_map(|rule| {
            let is_exact = rule.parameter(parameter).is_some_and(|found| !found.truncated);
            Some((rule, self.work(rule, parameter).filter(|_| is_exact)?))
        });
        exact.min_by(|x, y| x.1.total_cmp(&y.1)).map(|(rule, _)| rule)
    }

    /// How far a rule's gradient of a parameter is from the reference: the exact gradient or the estimate that was asked for,
    /// else the estimate by the [best](Self::best) exact rule. `None` for that rule itself, and where there is nothing to measure
    /// from.
    #[must_use]
    pub fn deviation(&self, rule: usize, parameter: &str) -> Option<Deviation> {
        let candidate = self.rules.get(rule)?;
        let own = candidate.parameter(parameter)?;
        let (gradient, standard_error) = match &self.reference {
            Some(reference) => reference.of(parameter)?,
            None => {
                let best = self.best(parameter).filter(|best| !std::ptr::eq(*best, candidate))?.parameter(parameter)?;
                (best.gradient.as_slice(), best.standard_error.as_slice())
            }
        };
        Some(Deviation::between([&own.gradient, gradient], [&own.standard_error, standard_error]))
    }

    /// The variance of one sample times its cost, in seconds times the square of the gradient's unit.
    fn work(&self, rule: &RuleComparison, parameter: &str) -> Option<f64> {
        Some(rule.parameter(parameter)?.variance * rule.seconds)
    }
}

impl RuleComparison {
    /// The gradient of one parameter.
    fn parameter(&self, name: &str) -> Option<&ParameterComparison> {
        self.parameters.iter().find(|found| found.name == name)
    }
}

fn pilot<'a, E, P, A>(
    law: &'a P,
    arguments: A,
    samples: usize,
    seed: Option<u64>,
    dimension: Option<usize>,
) -> Result<RuleComparison, EstimateError>
where
    E: Estimator<Law = P::Law, Arguments<'a> = A>,
    P: Parameters,
    P::Law: Sampled,
{
    let mut prepare = Prepare::<E, P>::new(law, arguments).samples(samples).threads(1);
    if let Some(seed) = seed {
        prepare = prepare.seed(seed);
    }
    if let Some(dimension) = dimension {
        prepare = prepare.dimension(dimension);
    }
    let mut prepared = prepare.build()?;
    let first = prepared.step(law)?;
    let truncated = |index: usize| E::TERMS.iter().any(|term| term.parameter == index && !term.kept);
    let mut parameters = Vec::new();
    for (index, info) in <E::Law as Law>::PARAMETERS.iter().enumerate() {
        let gradient = first.gradient.entries(index).to_vec();
        if gradient.is_empty() {
            continue;
        }
        let standard_error =
            first.standard_error.as_ref().map_or_else(Vec::new, |errors| errors.entries(index).to_vec());
        let variance = standard_error.iter().map(|error| error * error * samples as f64).sum();
        let name = info.name;
        parameters.push(ParameterComparison { name, truncated: truncated(index), gradient, standard_error, variance });
    }
    let mut seconds = f64::INFINITY;
    for _ in 1..STEPS {
        let start = Instant::now();
        prepared.step(law)?;
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    let exact = E::EXACT;
    Ok(RuleComparison { name: E::NAME, exact, seconds: seconds / samples as f64, parameters })
}
