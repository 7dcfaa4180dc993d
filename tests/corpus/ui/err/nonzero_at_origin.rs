use logphi::prelude::*;

#[distribution(sample = mu)]
fn shifted(omega: Frequency, mu: Real) -> LogCf {
    1.0 + I * mu * omega
}

fn main() {}
