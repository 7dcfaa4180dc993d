use logphi::prelude::*;

#[distribution(sample = mu)]
fn dirac(omega: Frequency, mu: &[Real]) -> LogCf {
    I * mu[0] * omega
}

fn main() {}
