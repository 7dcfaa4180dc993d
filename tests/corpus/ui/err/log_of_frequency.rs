use logphi::prelude::*;

#[distribution]
fn broken(omega: Frequency, c: Positive) -> LogCf {
    -c * omega.powi(2) * omega.ln()
}

fn main() {}
