use logphi::prelude::*;

#[distribution(sample = mu + sigma * normal())]
fn bell(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
    I * mu * omega - 1 / 2 * sigma.powi(2) * omega.powi(2)
}

fn main() {}
