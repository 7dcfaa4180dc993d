use logphi::prelude::*;

#[distribution(sample = mu)]
fn complex(omega: Frequency, mu: Real) -> LogCf {
    mu * omega
}

fn main() {}
