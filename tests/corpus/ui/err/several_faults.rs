use logphi::prelude::*;

#[distribution(sample = mean + b * normal(), order = 3)]
fn bell(omega: Frequency, mu: Real, sigma: Positve) -> LogCf {
    I * mu * omega - sigma.powi(2) * freq.powi(2) / 2.0
}

fn main() {}
