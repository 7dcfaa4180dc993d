use logphi::prelude::*;

#[distribution(sample = mu)]
fn point(mu: Real, omega: Frequency) -> LogCf {
    I * mu * omega
}

fn main() {}
