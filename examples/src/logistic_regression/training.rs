//! The training loop: stochastic gradient ascent on the evidence lower bound.
//!
//! A truncated rule that leaves its range does not fail, it misleads. So every warning of the estimator is kept and
//! shown, and a step that ends in a number which is not finite ends the training, with what was reached so far.

use std::mem::{Discriminant, discriminant};
use std::time::{Duration, Instant};

use logphi::{EstimateError, Warning};
use thiserror::Error;

use super::batch::Batches;
use super::model::{Settings, objective};
use super::posterior::{Ascent, Posterior, prior};
use super::record::{Record, Sums, accuracy};
use crate::scaling::Dataset;

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The objective.
    pub settings: Settings,
    /// Passes over the data.
    pub epochs: u32,
    /// Rows in a batch.
    pub batch: usize,
    /// Learning rate of Adam.
    pub learning_rate: f64,
}

/// What a training leaves.
#[derive(Debug)]
pub struct Training {
    /// The completed epochs.
    pub records: Vec<Record>,
    /// Each kind of warning that was seen.
    pub warnings: Vec<Seen>,
    /// The posterior at the end.
    pub posterior: Posterior,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// Gradients estimated.
    pub steps: u64,
    /// Time spent in estimating them.
    pub estimating: Duration,
}

/// A kind of warning.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The first of its kind.
    pub warning: Warning,
    /// The epoch in which it came.
    pub epoch: u32,
    /// Steps that brought a warning of this kind.
    pub steps: u64,
}

/// Why a training ended early.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Stop {
    /// The estimator refused the parameters, or its result is not finite.
    #[error("epoch {epoch}, step {step}: {source}")]
    Estimate {
        /// The epoch, from 1.
        epoch: u32,
        /// The step in it, from 1.
        step: usize,
        /// What the estimator said.
        source: EstimateError,
    },
    /// A parameter became infinite or NaN.
    #[error("epoch {epoch}, step {step}: `{parameter}` of weight {weight} became {value}")]
    Parameter {
        /// The epoch, from 1.
        epoch: u32,
        /// The step in it, from 1.
        step: usize,
        /// Which parameter.
        parameter: &'static str,
        /// Whose it is, from 1.
        weight: usize,
        /// What it became.
        value: f64,
    },
}

/// Is told how a training goes.
pub trait Observer {
    /// An epoch is complete.
    fn epoch(&mut self, record: &Record);
    /// A warning of a kind not seen before.
    fn warning(&mut self, seen: &Seen);
}

/// Trains a posterior from the prior.
///
/// # Errors
/// What the estimator finds wrong before the first step. Later faults end the training and stand in [`Training::stop`].
pub fn train(data: &Dataset, plan: &Plan, observer: &mut impl Observer) -> Result<Training, EstimateError> {
    let weights = data.features.columns();
    let largest = data.largest();
    let mut batches = Batches::new(data, plan.batch, plan.settings.seed);
    let (start, first) = (prior(weights), batches.get(0).clone());
    let mut objective = objective(plan.settings, &start, &first)?;
    let posterior = Posterior::new(weights);
    let mut ascent = Ascent::new(plan.learning_rate, weights);
    let mut warnings = Warnings::default();
    let mut training = Training {
        records: Vec::new(),
        warnings: Vec::new(),
        posterior,
        stop: None,
        steps: 0,
        estimating: Duration::ZERO,
    };
    'epochs: for epoch in 1..=plan.epochs {
        batches.shuffle();
        let mut sums = Sums::default();
        for index in 0..batches.count() {
            let batch = batches.get(index);
            let start = Instant::now();
            let estimated = objective.step(&training.posterior.law, batch);
            training.estimating += start.elapsed();
            let step = match estimated {
                Ok(step) => step,
                Err(source) => {
                    training.stop = Some(Stop::Estimate { epoch, step: index + 1, source });
                    break 'epochs;
                }
            };
            training.steps += 1;
            warnings.collect(step.warnings, epoch, observer);
            sums.add(&step, plan.settings.samples, batch.targets.len());
            ascent.update(&mut training.posterior, step.gradient);
            if let Some((parameter, weight, value)) = not_finite(&training.posterior) {
                training.stop = Some(Stop::Parameter { epoch, step: index + 1, parameter, weight: weight + 1, value });
                break 'epochs;
            }
        }
        let accuracy = accuracy(&training.posterior.law.mu, data);
        let record = sums.record(epoch, accuracy, training.posterior.reach(&largest));
        observer.epoch(&record);
        training.records.push(record);
    }
    training.warnings = warnings.seen;
    Ok(training)
}

fn not_finite(posterior: &Posterior) -> Option<(&'static str, usize, f64)> {
    let find = |name, values: &[f64]| {
        values.iter().position(|value| !value.is_finite()).map(|weight| (name, weight, values[weight]))
    };
    find("mu", &posterior.law.mu).or_else(|| find("b", &posterior.law.b))
}

/// Keeps the first warning of each kind and counts the steps that had one: their figures differ at every step.
#[derive(Default)]
struct Warnings {
    seen: Vec<Seen>,
}

impl Warnings {
    fn collect(&mut self, warnings: &[Warning], epoch: u32, observer: &mut impl Observer) {
        for (index, warning) in warnings.iter().enumerate() {
            let kind = discriminant(warning);
            if warnings[..index].iter().any(|earlier| discriminant(earlier) == kind) {
                continue; // one step counts once
            }
            match self.find(kind) {
                Some(seen) => seen.steps += 1,
                None => {
                    let seen = Seen { warning: warning.clone(), epoch, steps: 1 };
                    observer.warning(&seen);
                    self.seen.push(seen);
                }
            }
        }
    }

    fn find(&mut self, kind: Discriminant<Warning>) -> Option<&mut Seen> {
        self.seen.iter_mut().find(|seen| discriminant(&seen.warning) == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::Order;
    use super::*;
    use crate::data;
    use crate::scaling::Scaling;

    #[derive(Default)]
    struct Told {
        epochs: Vec<u32>,
        warnings: usize,
    }

    impl Observer for Told {
        fn epoch(&mut self, record: &Record) {
            self.epochs.push(record.epoch);
        }
        fn warning(&mut self, _: &Seen) {
            self.warnings += 1;
        }
    }

    fn data(scaling: Scaling) -> Dataset {
        let text = "a,b,y\n4.5,-0.5,1\n3.5,1.5,1\n-2.5,1,0\n-4,-2,0\n3,0,1\n-5,5,0\n";
        Dataset::new(&data::read(text.as_bytes(), "t.csv").expect("readable"), scaling)
    }

    fn plan(epochs: u32, learning_rate: f64) -> Plan {
        let settings = Settings { order: Order::Eight, samples: 50, seed: 5, kl_weight: 1.0 / 6.0, threads: None };
        Plan { settings, epochs, batch: 4, learning_rate }
    }

    #[test]
    fn training_raises_the_bound_and_separates_the_classes() {
        let mut told = Told::default();
        let training = train(&data(Scaling::MaxAbs), &plan(300, 1e-2), &mut told).expect("valid");
        let (first, last) = (training.records[0], training.records[299]);
        assert!(last.elbo > first.elbo + 0.05, "{first:?} {last:?}");
        assert_eq!((last.accuracy, training.steps, training.stop), (1.0, 600, None));
        assert_eq!(told.epochs, (1..=300).collect::<Vec<_>>());
    }

    #[test]
    fn the_same_seed_gives_the_same_curves() {
        let run = || train(&data(Scaling::MaxAbs), &plan(5, 1e-3), &mut Told::default()).expect("valid").records;
        assert_eq!(run(), run());
    }

    #[test]
    fn a_diverging_series_is_told_once_and_counted() {
        // |x| up to 5, beyond π: the terms grow, and so slowly that their noise does not hide it.
        let mut told = Told::default();
        let training = train(&data(Scaling::None), &plan(20, 1e-3), &mut told).expect("valid");
        let bias = training.warnings.iter().filter(|seen| matches!(seen.warning, Warning::TruncationBias { .. }));
        assert_eq!((told.warnings, bias.clone().count()), (training.warnings.len(), 1));
        let warned: usize = training.records.iter().map(|record| record.warned_steps).sum();
        let most = training.warnings.iter().map(|seen| seen.steps).max().expect("a warning");
        assert!(bias.map(|seen| seen.steps).sum::<u64>() == most && most <= warned as u64, "{most} of {warned}");
    }

    #[test]
    fn numbers_that_are_not_finite_end_the_training_and_keep_what_was_reached() {
        let mut told = Told::default();
        let training = train(&data(Scaling::MaxAbs), &plan(3, 1e308), &mut told).expect("valid");
        assert!(training.stop.is_some() && training.records.len() == told.epochs.len() && training.records.len() < 3);
    }
}
