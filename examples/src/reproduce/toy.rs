//! What the two toy problems share: independent gamma laws, trained by Adam on estimated gradients.
//!
//! Shape and scale are positive, so each is the softplus of a number that moves freely. The functions are sums over
//! coordinates whose expectations are known: losses and gradient norms are those of the parameters, without noise. The
//! variance is that of a gradient from a single sample, behind the standard errors of a mean of `samples`.

use logphi::laws::Gamma;
use logphi::{Adam, EstimateError, Estimator, Prepare, Prepared, sigmoid, softplus};
use serde_json::{Value, json};

use super::account::RuleText;
use super::outcome::Outcome;
use super::unit::{Label, Unit};
use crate::fingerprint::fingerprint;

/// The paper's `ε`.
pub const EPSILON: f64 = 0.49;

/// Samples for each gradient.
pub const SAMPLES: usize = 64;

/// Where the training starts: shape and scale.
pub const START: (f64, f64) = (1.5, 0.7);

const RATE: f64 = 1e-3;

/// The dimensions of the problems.
pub const DIMENSIONS: [usize; 3] = [1, 10, 100];

/// Shapes and scales of the coordinates, and what has their shape.
pub type Gammas = Gamma<Vec<f64>, Vec<f64>>;

/// Estimates gradients, with new samples each time.
pub trait Gradients {
    /// The gradient and its standard errors.
    ///
    /// # Errors
    /// What the estimator finds wrong with the parameters or the result.
    fn step(&mut self, law: &Gammas) -> Result<(&Gammas, Option<&Gammas>), EstimateError>;
}

impl<E: Estimator<Law = Gamma<(), ()>>> Gradients for Prepared<'_, E, Gammas> {
    fn step(&mut self, law: &Gammas) -> Result<(&Gammas, Option<&Gammas>), EstimateError> {
        let run = Prepared::step(self, law)?;
        Ok((&run.gradient, run.standard_error.as_ref()))
    }
}

/// Prepares an estimator for laws of one shape.
///
/// # Errors
/// What the estimator finds wrong.
pub fn build<'a, E>(estimator: Prepare<'_, 'a, E, Gammas>, seed: u64) -> Result<Box<dyn Gradients + 'a>, EstimateError>
where
    E: Estimator<Law = Gamma<(), ()>>,
{
    Ok(Box::new(estimator.samples(SAMPLES).seed(seed).threads(1).build()?))
}

/// A compiled estimator with its name.
pub struct Candidate {
    /// Its name in labels.
    pub name: &'static str,
    /// Its name in figures.
    pub title: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// The rule as a formula.
    pub latex: &'static str,
    /// The code that was compiled.
    pub rust: &'static str,
    /// Prepares it.
    pub prepare: fn(&Gammas, u64) -> Result<Box<dyn Gradients>, EstimateError>,
    /// The variances of one coordinate's derivatives by `k` and `mu` from one sample, where they are known.
    pub variance: Option<fn(f64, f64) -> (f64, f64)>,
}

impl Candidate {
    /// The rule for the page.
    #[must_use]
    pub fn text(&self) -> RuleText {
        RuleText { name: self.title.to_owned(), rule: self.rule.to_owned(), latex: self.latex.to_owned() }
    }
}

/// A candidate from the name and title of a compiled estimator, and its exact variances if they are known.
macro_rules! candidate {
    ($name:literal, $title:literal, $type:ident, $variance:expr) => {
        $crate::reproduce::toy::Candidate {
            name: $name,
            title: $title,
            rule: $type::RULE,
            latex: $type::LATEX,
            rust: $type::RUST,
            prepare: |law, seed| {
                $crate::reproduce::toy::build($type::prepare(law, $crate::reproduce::toy::EPSILON), seed)
            },
            variance: $variance,
        }
    };
}
pub(super) use candidate;

/// A toy problem: what is known of it, for one coordinate, as functions of shape and scale.
pub struct Toy {
    /// Its estimators.
    pub candidates: &'static [Candidate],
    /// The expectation.
    pub loss: fn(f64, f64) -> f64,
    /// Its derivatives by shape and scale.
    pub gradient: fn(f64, f64) -> (f64, f64),
    /// Steps of the training.
    pub steps: u32,
    /// Steps between two records.
    pub every: u32,
}

/// Columns of a training.
pub const COLUMNS: [&str; 10] = [
    "step",
    "loss",
    "gradient_norm",
    "mean_k",
    "mean_mu",
    "variance_k",
    "variance_mu",
    "exact_variance_k",
    "exact_variance_mu",
    "squared_error",
];

impl Toy {
    /// The trainings of all estimators, dimensions and seeds.
    pub fn units<'a>(&'a self, seeds: &'a [u64]) -> Vec<Unit<'a>> {
        let mut units = Vec::new();
        for dimension in DIMENSIONS {
            for candidate in self.candidates {
                units.extend(seeds.iter().map(|&seed| Unit {
                    label: Label::new("training", &format!("d{dimension}"), candidate.name, seed),
                    configuration: self.configuration(candidate, dimension),
                    job: Box::new(move || self.train(candidate, dimension, seed)),
                }));
            }
        }
        units
    }

    /// What a training depends on besides its seed.
    #[must_use]
    pub fn configuration(&self, candidate: &Candidate, dimension: usize) -> Value {
        json!({
            "estimator": fingerprint([candidate.rule.as_bytes(), candidate.rust.as_bytes()]),
            "dimension": dimension, "samples": SAMPLES, "epsilon": EPSILON, "start": START,
            "optimiser": "adam", "learning_rate": RATE, "steps": self.steps, "every": self.every,
        })
    }

    /// Trains from the start. A step that the estimator refuses ends the training, with a note.
    fn train(&self, candidate: &Candidate, dimension: usize, seed: u64) -> Result<Outcome, EstimateError> {
        let inverse = |value: f64| value.exp_m1().ln();
        let (mut raw_k, mut raw_mu) = (vec![inverse(START.0); dimension], vec![inverse(START.1); dimension]);
        let mut law = Gamma { k: vec![START.0; dimension], mu: vec![START.1; dimension] };
        let mut gradients = (candidate.prepare)(&law, seed)?;
        let (mut adam_k, mut adam_mu) = (Adam::minimizing(RATE), Adam::minimizing(RATE));
        let mut outcome = Outcome::new(&COLUMNS);
        let mut sums = Sums::default();
        for step in 1..=self.steps {
            let (gradient, error) = match gradients.step(&law) {
                Ok(found) => found,
                Err(source) => {
                    outcome.notes.push(format!("step {step}: {source}"));
                    break;
                }
            };
            self.measure(candidate, &law, gradient, error, &mut sums);
            let chain = |raw: &[f64], gradient: &[f64]| -> Vec<f64> {
                raw.iter().zip(gradient).map(|(raw, slope)| slope * sigmoid(*raw)).collect()
            };
            let (slope_k, slope_mu) = (chain(&raw_k, &gradient.k), chain(&raw_mu, &gradient.mu));
            adam_k.update(&mut raw_k, &slope_k);
            adam_mu.update(&mut raw_mu, &slope_mu);
            law.k.iter_mut().zip(&raw_k).for_each(|(k, raw)| *k = softplus(*raw));
            law.mu.iter_mut().zip(&raw_mu).for_each(|(mu, raw)| *mu = softplus(*raw));
            if step % self.every == 0 {
                outcome.push(&self.record(&law, step, &std::mem::take(&mut sums)));
            }
        }
        Ok(outcome)
    }

    /// Adds what one gradient tells of its noise and its error.
    fn measure(&self, candidate: &Candidate, law: &Gammas, found: &Gammas, error: Option<&Gammas>, sums: &mut Sums) {
        let per_coordinate = 1.0 / law.k.len() as f64;
        let variance =
            |errors: &[f64]| SAMPLES as f64 * per_coordinate * errors.iter().map(|error| error * error).sum::<f64>();
        sums.steps += 1.0;
        sums.variance_k += error.map_or(f64::NAN, |error| variance(&error.k));
        sums.variance_mu += error.map_or(f64::NAN, |error| variance(&error.mu));
        for (j, (&k, &mu)) in law.k.iter().zip(&law.mu).enumerate() {
            let exact = candidate.variance.map_or((f64::NAN, f64::NAN), |variance| variance(k, mu));
            sums.exact_k += per_coordinate * exact.0;
            sums.exact_mu += per_coordinate * exact.1;
            let truth = (self.gradient)(k, mu);
            sums.squared_error += (found.k[j] - truth.0).powi(2) + (found.mu[j] - truth.1).powi(2);
        }
    }

    fn record(&self, law: &Gammas, step: u32, sums: &Sums) -> [f64; 10] {
        let count = law.k.len() as f64;
        let pairs = || law.k.iter().zip(&law.mu).map(|(&k, &mu)| (k, mu));
        let squares = |(k, mu)| {
            let slope = (self.gradient)(k, mu);
            slope.0.powi(2) + slope.1.powi(2)
        };
        [
            f64::from(step),
            pairs().map(|(k, mu)| (self.loss)(k, mu)).sum(),
            pairs().map(squares).sum::<f64>().sqrt(),
            law.k.iter().sum::<f64>() / count,
            law.mu.iter().sum::<f64>() / count,
            sums.variance_k / sums.steps,
            sums.variance_mu / sums.steps,
            sums.exact_k / sums.steps,
            sums.exact_mu / sums.steps,
            sums.squared_error / sums.steps,
        ]
    }
}

/// What is added up between two records.
#[derive(Default)]
struct Sums {
    steps: f64,
    variance_k: f64,
    variance_mu: f64,
    exact_k: f64,
    exact_mu: f64,
    squared_error: f64,
}
