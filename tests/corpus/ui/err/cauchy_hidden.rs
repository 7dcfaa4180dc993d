use logphi::prelude::*;

#[distribution]
fn cauchy(omega: Frequency, gamma: Positive) -> LogCf {
    -gamma * (omega * omega).sqrt()
}

fn main() {}
