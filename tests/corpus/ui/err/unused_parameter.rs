use logphi::prelude::*;

#[distribution(sample = mu)]
fn point(omega: Frequency, mu: Real, scale: Positive) -> LogCf {
    I * mu * omega
}

fn main() {}
