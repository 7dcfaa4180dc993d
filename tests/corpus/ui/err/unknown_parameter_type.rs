use logphi::prelude::*;

#[distribution(sample = mu + b * normal())]
fn normal_law(omega: Frequency, mu: Real, b: f64) -> LogCf {
    I * mu * omega - b * b * omega.powi(2) / 2.0
}

fn main() {}
