use logphi::prelude::*;

#[distribution(sampel = mu)]
fn point(omega: Frequency, mu: Real) -> LogCf {
    I * mu * omega
}

fn main() {}
