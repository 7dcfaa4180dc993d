use logphi::prelude::*;

#[distribution]
fn stable(omega: Frequency, c: Positive) -> LogCf {
    -c * omega.abs().powf(1.5)
}

fn main() {}
