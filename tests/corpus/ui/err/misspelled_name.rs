use logphi::prelude::*;

#[distribution(sample = mu + sigma * normal())]
fn bell(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
    I * mu * omega - sigam.powi(2) * omega.powi(2) / 2.0
}

fn main() {}
