use logphi::prelude::*;

#[distribution]
fn broken(omega: Frequency, c: Positive) -> LogCf {
    c * I / omega
}

fn main() {}
