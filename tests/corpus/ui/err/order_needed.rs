use logphi::prelude::*;

#[distribution(sample = uniform() + uniform() / p)]
fn product(omega: Frequency, p: Probability) -> LogCf {
    3.0 * (1.0 - p + p * (I * omega).exp()).ln()
}

#[estimator(distribution = Product)]
fn wave(z: f64) -> f64 {
    softplus(z)
}

fn main() {}
