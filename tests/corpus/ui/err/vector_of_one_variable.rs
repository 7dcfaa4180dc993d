use logphi::prelude::*;

#[distribution(sample = mu)]
fn dirac(omega: Frequency, mu: &[Real]) -> LogCf {
    I * omega
}

fn main() {}
