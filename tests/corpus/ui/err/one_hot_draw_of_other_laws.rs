use logphi::laws::{Bernoulli, MultivariateGaussian};
use logphi::prelude::*;

#[estimator(distribution = Bernoulli)]
fn score(z: &OneHot, a: &[f64]) -> f64 {
    dot(a, z).exp()
}

#[estimator(of = score, distribution = MultivariateGaussian)]
struct GaussianScore;

fn main() {}
