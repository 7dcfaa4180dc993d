use logphi::prelude::*;

#[distribution(sample = mu)]
fn point(omega: Frequency, mu: Real) -> f64 {
    I * mu * omega
}

fn main() {}
