use logphi::prelude::*;

#[distribution(sample = mu + cauchy())]
fn point(omega: Frequency, mu: Real) -> LogCf {
    I * mu * omega
}

fn main() {}
