use logphi::prelude::*;

#[distribution(sample = {
    let jump = mean + normal();
    compound(poisson(rate), jump)
})]
fn jumps(omega: Frequency, rate: Positive, mean: Real) -> LogCf {
    let s = I * omega;
    rate * ((mean * s + s.powi(2) / 2.0).exp() - 1.0)
}

fn main() {}
