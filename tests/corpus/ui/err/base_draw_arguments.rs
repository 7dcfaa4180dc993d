use logphi::prelude::*;

#[distribution(sample = normal(mu, sigma))]
fn bell(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
    I * mu * omega - sigma.powi(2) * omega.powi(2) / 2.0
}

fn main() {}
