//! The variational posterior: one Laplace law for each weight.

use logphi::laws::Laplace;
use logphi::{Adam, sigmoid, softplus};

/// A Laplace law for each weight. A scale must stay positive while the optimiser moves freely, so it is the softplus
/// of a number of its own: `b = ln(1 + e^raw)`.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// Locations `μ_j` and scales `b_j`, the latter always the softplus of `raw`.
    pub law: Laplace<Vec<f64>, Vec<f64>>,
    raw: Vec<f64>,
}

/// The law from which the training starts, which is the prior: location 0 and scale 1 for each of `weights` weights.
#[must_use]
pub fn prior(weights: usize) -> Laplace<Vec<f64>, Vec<f64>> {
    Laplace { mu: vec![0.0; weights], b: vec![1.0; weights] }
}

/// Where `softplus(raw)` is 1: `ln(e - 1)`.
fn start_of_raw() -> f64 {
    (std::f64::consts::E - 1.0).ln()
}

impl Posterior {
    /// The posterior before any data.
    #[must_use]
    pub fn new(weights: usize) -> Self {
        Self { law: prior(weights), raw: vec![start_of_raw(); weights] }
    }

    /// The largest `b_j |x_ij|`, from the largest `|x_ij|` of each column: the argument of the truncated series.
    #[must_use]
    pub fn reach(&self, largest: &[f64]) -> f64 {
        self.law.b.iter().zip(largest).fold(0.0, |reach, (b, x)| reach.max(b * x))
    }
}

/// Adam for both groups of parameters.
pub struct Ascent {
    mu: Adam,
    raw: Adam,
    gradient: Vec<f64>,
}

impl Ascent {
    /// Ascent at a learning rate, for `weights` weights.
    #[must_use]
    pub fn new(rate: f64, weights: usize) -> Self {
        Self { mu: Adam::maximizing(rate), raw: Adam::maximizing(rate), gradient: vec![0.0; weights] }
    }

    /// One step along a gradient by `μ` and `b`; the chain rule makes the latter one by `raw`, `db/draw = σ(raw)`.
    pub fn update(&mut self, posterior: &mut Posterior, gradient: &Laplace<Vec<f64>, Vec<f64>>) {
        self.mu.update(&mut posterior.law.mu, &gradient.mu);
        for ((entry, b), raw) in self.gradient.iter_mut().zip(&gradient.b).zip(&posterior.raw) {
            *entry = b * sigmoid(*raw);
        }
        self.raw.update(&mut posterior.raw, &self.gradient);
        for (b, raw) in posterior.law.b.iter_mut().zip(&posterior.raw) {
            *b = softplus(*raw);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_start_at_one() {
        assert!((softplus(start_of_raw()) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_first_step_has_the_size_of_the_rate_and_the_sign_of_the_gradient() {
        let mut posterior = Posterior::new(2);
        Ascent::new(1e-3, 2).update(&mut posterior, &Laplace { mu: vec![5.0, -0.2], b: vec![3.0, -7.0] });
        assert!((posterior.law.mu[0] - 1e-3).abs() < 1e-9 && (posterior.law.mu[1] + 1e-3).abs() < 1e-9);
        // db = σ(ln(e - 1)) draw = (1 - 1/e) draw.
        let moved = (1.0 - (-1.0_f64).exp()) * 1e-3;
        assert!((posterior.law.b[0] - 1.0 - moved).abs() < 1e-6 && (posterior.law.b[1] - 1.0 + moved).abs() < 1e-6);
    }

    #[test]
    fn the_reach_is_the_largest_product() {
        let posterior = Posterior { law: Laplace { mu: vec![0.0; 2], b: vec![0.5, 2.0] }, raw: vec![0.0; 2] };
        assert_eq!(posterior.reach(&[8.0, 1.0]), 4.0);
    }
}
