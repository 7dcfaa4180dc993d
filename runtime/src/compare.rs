//! Comparing several rules for one gradient by a pilot run: variance, bias and cost.
//!
//! Several exact rules of one gradient are several unbiased estimators of one number, and none is best for every function
//! and parameter. A pilot run decides: what counts is the *work-normalised variance*, the variance of one sample times its
//! cost, since half the cost buys twice the samples.

use std::time::Instant;

use crate::error::EstimateError;
use crate::estimate::Prepare;
use crate::kernel::{Estimator, Law, Sampled};
use crate::parameters::{Gradient, Parameters};

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
/// let comparison = logphi::compare(&law, ()).rule::<loss>("exact").rule::<Truncated>("order 4").seed(1).run()?;
/// println!("{comparison}");
/// assert!(comparison.rules[0].exact && !comparison.rules[1].exact);
/// # Ok(())
/// # }
/// ```
pub fn compare<'a, P: Parameters, A: Copy>(law: &'a P, arguments: A) -> Compare<'a, P, A> {
    Compare { law, arguments, samples: DEFAULT_SAMPLES, seed: None, dimension: None, candidates: Vec::new() }
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
    /// single sample, which has no variance.
    pub fn run(self) -> Result<Comparison, EstimateError> {
        let Self { law, arguments, samples, seed, dimension, candidates } = self;
        if samples < 2 {
            return Err(EstimateError::NoSamples);
        }
        let mut rules = Vec::with_capacity(candidates.len());
        for (name, pilot) in candidates {
            rules.push(RuleComparison { name, ..pilot(law, arguments, samples, seed, dimension)? });
        }
        Ok(Comparison { rules, samples })
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
            let found = rule.parameters.iter().find(|found| found.name == parameter && !found.truncated)?;
            Some((rule, found.variance * rule.seconds))
        });
        exact.min_by(|x, y| x.1.total_cmp(&y.1)).map(|(rule, _)| rule)
    }

    /// How far a rule's gradient of a parameter is from that of the best exact rule: the norm of the difference, and its
    /// standard error. `None` without an exact rule, and for that rule itself.
    #[must_use]
    pub fn deviation(&self, rule: usize, parameter: &str) -> Option<(f64, f64)> {
        let best = self.best(parameter)?;
        let candidate = self.rules.get(rule)?;
        if std::ptr::eq(best, candidate) {
            return None;
        }
        let of = |rule: &'_ RuleComparison| rule.parameters.iter().position(|found| found.name == parameter);
        let (x, y) = (&candidate.parameters[of(candidate)?], &best.parameters[of(best)?]);
        let square = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>();
        let difference = square(&mut x.gradient.iter().zip(&y.gradient).map(|(x, y)| x - y)).sqrt();
        let errors = square(&mut x.standard_error.iter().copied()) + square(&mut y.standard_error.iter().copied());
        Some((difference, errors.sqrt()))
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{:<16} {:<10} {:>12} {:>12} {:>24} {:>10} {:>12}",
            "rule", "parameter", "gradient", "variance", "off the best exact by", "ns/sample", "var × cost"
        )?;
        for (index, rule) in self.rules.iter().enumerate() {
            for found in &rule.parameters {
                let deviation = match self.deviation(index, found.name) {
                    Some((difference, error)) => format!("{difference:.3e} ± {error:.1e}"),
                    None => "-".to_owned(),
                };
                let best = self.best(found.name).and_then(|best| {
                    let parameter = best.parameters.iter().find(|other| other.name == found.name)?;
                    Some(parameter.variance * best.seconds)
                });
                let work = found.variance * rule.seconds;
                let relative = match best {
                    Some(best) if best > 0.0 => format!("{:.2}", work / best),
                    _ => format!("{:.2e}", 1e9 * work),
                };
                let (size, nanoseconds) = (found.size(), 1e9 * rule.seconds);
                writeln!(
                    f,
                    "{:<16} {:<10} {size:>12.4e} {:>12.4e} {deviation:>24} {nanoseconds:>10.1} {relative:>12}",
                    rule.name, found.name, found.variance
                )?;
            }
        }
        Ok(())
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
