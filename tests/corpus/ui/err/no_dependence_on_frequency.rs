use logphi::prelude::*;

#[distribution(sample = mu)]
fn constant(omega: Frequency, mu: Real) -> LogCf {
    mu - mu
}

fn main() {}
