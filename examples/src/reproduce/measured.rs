//! Estimates of single gradients beside their exact values: what the experiments beyond the paper consist of.

use logphi::{Draws, EstimateError, Estimator, Gradient, Law, Parameters, Prepare, Prepared};
use serde_json::json;

use super::account::RuleText;
use super::curves::{mean_and_deviation, short};
use super::outcome::Outcome;
use super::unit::{Finished, Label, Unit};
use crate::fingerprint::fingerprint;

/// Where a gradient is estimated: parameters of a law, another argument of the function, and the exact gradient.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name of the law.
    pub law: &'static str,
    /// Name of the place, for files.
    pub name: String,
    /// Names of the parameters.
    pub parameters: &'static [&'static str],
    /// Their values.
    pub values: Vec<f64>,
    /// The argument.
    pub argument: f64,
    /// The exact derivatives.
    pub exact: Vec<f64>,
}

/// Means and standard deviations of the derivatives of independent runs.
pub type Estimates = Vec<(f64, f64)>;

/// Runs of a unit, whose spread tells the variance: it asks nothing of how an estimator judges its own noise, and holds for
/// baselines that make samples depend on each other.
const RUNS: usize = 100;

/// A compiled estimator for the places of one law.
pub struct Competitor {
    /// Name of the law.
    pub law: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Estimates the gradient at parameters and argument, by runs of some samples, with a seed.
    pub run: fn(&[f64], f64, usize, u64) -> Result<Estimates, EstimateError>,
    /// The rule.
    pub rule: &'static str,
    /// The rule as a formula.
    pub latex: &'static str,
    /// The code that was compiled.
    pub rust: &'static str,
}

/// A competitor from the names of law and rule, the compiled estimator, and how the law is made of parameters.
macro_rules! competitor {
    ($law:literal, $name:literal, $estimator:ident, |$values:ident| $make:expr) => {
        $crate::reproduce::measured::Competitor {
            law: $law,
            name: $name,
            run: |$values, argument, samples, seed| {
                let law = $make;
                $crate::reproduce::measured::measure($estimator::prepare(&law, argument), &law, samples, seed)
            },
            rule: $estimator::RULE,
            latex: $estimator::LATEX,
            rust: $estimator::RUST,
        }
    };
}
pub(super) use competitor;

/// Gradients of runs with noise of their own, on one thread.
///
/// # Errors
/// What the estimator finds wrong.
pub fn measure<'a, E, P>(
    prepare: Prepare<'_, 'a, E, P>,
    law: &P,
    samples: usize,
    seed: u64,
) -> Result<Estimates, EstimateError>
where
    E: Estimator,
    P: Parameters<Law = E::Law> + Clone,
{
    let mut prepared: Prepared<'a, E, P::Gradient> =
        prepare.samples(samples).seed(seed).standard_errors(false).threads(1).build()?;
    let mut found = vec![Vec::with_capacity(RUNS); <E::Law as Law>::PARAMETERS.len()];
    for run in prepared.sweep(&vec![law.clone(); RUNS], Draws::Own)? {
        for (parameter, values) in found.iter_mut().enumerate() {
            values.push(run.gradient.entries(parameter).iter().sum());
        }
    }
    Ok(found.iter().map(|values| mean_and_deviation(values)).collect())
}

impl Competitor {
    /// The rule for the page.
    #[must_use]
    pub fn text(&self) -> RuleText {
        RuleText {
            name: format!("{}, {}", self.law, self.name),
            rule: self.rule.to_owned(),
            latex: self.latex.to_owned(),
        }
    }

    /// The unit of this competitor at a place, with some samples for each of its runs.
    #[must_use]
    pub fn unit<'a>(&'a self, table: &str, place: &'a Place, samples: usize, seed: u64) -> Unit<'a> {
        Unit {
            label: Label::new(table, &place.name, self.name, seed),
            configuration: json!({
                "law": self.law, "values": place.values, "argument": place.argument, "runs": RUNS, "samples": samples,
                "estimator": fingerprint([self.rule.as_bytes(), self.rust.as_bytes()]),
            }),
            job: Box::new(move || {
                let mut outcome = Outcome::new(&["parameter", "estimate", "standard_error", "exact", "variance"]);
                let found = (self.run)(&place.values, place.argument, samples, seed)?;
                for (index, (&(estimate, deviation), exact)) in found.iter().zip(&place.exact).enumerate() {
                    let error = deviation / (RUNS as f64).sqrt();
                    let variance = deviation * deviation * samples as f64;
                    outcome.push(&[index as f64, estimate, error, *exact, variance]);
                }
                Ok(outcome)
            }),
        }
    }
}

/// What all seeds together say of one derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The mean.
    pub estimate: f64,
    /// Its standard error.
    pub error: f64,
    /// The exact value.
    pub exact: f64,
    /// Variance of one sample.
    pub variance: f64,
}

impl Judged {
    /// The runs of one estimator at one place, for the derivative with an index. None without runs.
    #[must_use]
    pub fn new(finished: &[Finished], table: &str, place: &Place, estimator: &str, index: usize) -> Option<Self> {
        let runs = super::curves::runs(finished, table, &place.name, estimator);
        let column =
            |name: &str| -> Option<Vec<f64>> { runs.iter().map(|run| run.column(name).get(index).copied()).collect() };
        let count = runs.len() as f64;
        let mean = |name: &str| Some(column(name)?.iter().sum::<f64>() / count);
        let squares: f64 = column("standard_error")?.iter().map(|error| error * error).sum();
        (count > 0.0).then_some(())?;
        Some(Self {
            estimate: mean("estimate")?,
            error: squares.sqrt() / count,
            exact: *place.exact.get(index)?,
            variance: mean("variance")?,
        })
    }

    /// How far the mean is from the exact value, in standard errors.
    #[must_use]
    pub fn errors(&self) -> f64 {
        (self.estimate - self.exact) / self.error
    }

    /// A row of a table.
    #[must_use]
    pub fn row(&self, place: &Place, estimator: &str, index: usize) -> Vec<String> {
        vec![
            format!("{}, {estimator}", place.name),
            place.parameters[index].to_owned(),
            format!("{} ± {}", short(self.estimate), short(self.error)),
            short(self.exact),
            format!("{:.1}", self.errors()),
            short(self.variance),
        ]
    }

    /// The header of its rows.
    #[must_use]
    pub fn header() -> Vec<String> {
        ["where", "by", "estimate", "exact", "error / standard error", "variance of one sample"]
            .map(str::to_owned)
            .to_vec()
    }
}
