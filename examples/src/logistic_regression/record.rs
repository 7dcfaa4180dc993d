//! What is kept of each epoch.

use serde::Serialize;

use super::model::Step;
use crate::scaling::Dataset;

/// The measurements of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Number of the epoch, from 1.
    pub epoch: u32,
    /// Evidence lower bound per row in nats: the mean over the epoch's rows, while the parameters move.
    pub elbo: f64,
    /// Its Monte Carlo standard error.
    pub elbo_standard_error: Option<f64>,
    /// Fraction of all rows that the posterior mean classifies correctly after the epoch.
    pub accuracy: f64,
    /// Decimal logarithm of the variance of a single-sample gradient by `μ`, mean over weights and steps.
    pub log10_variance_mu: Option<f64>,
    /// The same by `b`.
    pub log10_variance_b: Option<f64>,
    /// The largest `b_j |x_ij|` after the epoch.
    pub largest_b_x: f64,
    /// Steps whose estimator warned that its truncated rule is biased.
    pub warned_steps: usize,
}

/// Adds up the steps of one epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    rows: f64,
    steps: f64,
    value: f64,
    squared_error: Option<f64>,
    variance_mu: Option<f64>,
    variance_b: Option<f64>,
    warned_steps: usize,
}

impl Sums {
    /// Adds a step of `samples` samples on a batch of `rows` rows.
    pub fn add(&mut self, step: &Step<'_>, samples: usize, rows: usize) {
        let (first, rows) = (self.steps == 0.0, rows as f64);
        let add = |sum: &mut Option<f64>, summand: Option<f64>| {
            *sum = if first { summand } else { sum.zip(summand).map(|(sum, summand)| sum + summand) };
        };
        self.rows += rows;
        self.steps += 1.0;
        self.value += rows * step.value;
        add(&mut self.squared_error, step.value_standard_error.map(|error| (rows * error).powi(2)));
        add(&mut self.variance_mu, step.standard_error.map(|error| variance(&error.mu, samples)));
        add(&mut self.variance_b, step.standard_error.map(|error| variance(&error.b, samples)));
        self.warned_steps += usize::from(!step.warnings.is_empty());
    }

    /// The epoch's record. A logarithm of 0 (no spread at all) is left out.
    #[must_use]
    pub fn record(&self, epoch: u32, accuracy: f64, largest_b_x: f64) -> Record {
        let logarithm = |sum: Option<f64>| sum.map(|sum| (sum / self.steps).log10()).filter(|value| value.is_finite());
        Record {
            epoch,
            elbo: self.value / self.rows,
            elbo_standard_error: self.squared_error.map(|sum| sum.sqrt() / self.rows),
            accuracy,
            log10_variance_mu: logarithm(self.variance_mu),
            log10_variance_b: logarithm(self.variance_b),
            largest_b_x,
            warned_steps: self.warned_steps,
        }
    }
}

/// The variance of one sample behind the standard error of a mean of `samples`, averaged over the entries.
fn variance(standard_error: &[f64], samples: usize) -> f64 {
    standard_error.iter().map(|error| error * error).sum::<f64>() * samples as f64 / standard_error.len() as f64
}

/// The fraction of rows on the right side of the plane `⟨x, weights⟩ = 0`; a row on the plane counts as -1.
#[must_use]
pub fn accuracy(weights: &[f64], data: &Dataset) -> f64 {
    let right = data
        .features
        .rows()
        .zip(&data.targets)
        .filter(|(row, target)| (logphi::dot(row, weights) > 0.0) == (**target > 0.0));
    right.count() as f64 / data.targets.len() as f64
}

#[cfg(test)]
mod tests {
    use logphi::Matrix;
    use logphi::laws::Laplace;

    use super::*;

    #[test]
    fn batches_count_by_their_rows() {
        let gradient = Laplace { mu: vec![0.0; 2], b: vec![0.0; 2] };
        let errors = [Laplace { mu: vec![1.0, 3.0], b: vec![0.0; 2] }, Laplace { mu: vec![0.0; 2], b: vec![0.0; 2] }];
        let step = |value, error, errors| Step {
            value,
            value_standard_error: Some(error),
            gradient: &gradient,
            standard_error: Some(errors),
            warnings: &[],
        };
        let mut sums = Sums::default();
        sums.add(&step(-1.0, 0.3, &errors[0]), 40, 3);
        sums.add(&step(-5.0, 1.7, &errors[1]), 40, 1);
        let record = sums.record(4, 0.5, 1.0);
        assert_eq!((record.epoch, record.elbo, record.warned_steps), (4, -2.0, 0));
        // sqrt((3 · 0.3)² + 1.7²) / 4 = sqrt(3.7) / 4; 40 (1² + 3²) / 2 = 200 in one step of two; no spread in b at all.
        assert!((record.elbo_standard_error.expect("known") - 3.7_f64.sqrt() / 4.0).abs() < 1e-15);
        assert!((record.log10_variance_mu.expect("known") - 2.0).abs() < 1e-15);
        assert_eq!(record.log10_variance_b, None);
    }

    #[test]
    fn accuracy_is_the_fraction_on_the_right_side() {
        let features = Matrix::new(4, 1, vec![1.0, 2.0, -3.0, 0.0]).expect("fits");
        let data = Dataset { names: vec!["a".to_owned()], features, targets: vec![1.0, -1.0, -1.0, -1.0] };
        assert_eq!(accuracy(&[0.7], &data), 0.75);
    }
}
