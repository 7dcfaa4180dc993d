use logphi::prelude::*;

#[distribution]
fn stable(omega: Frequency, c: Positive, alpha: Positive) -> LogCf {
    -c * omega.powi(2).powf(alpha)
}

fn main() {}
