use logphi::prelude::*;

#[distribution(sample = poisson(rate), rule(rate) = f(z + 1.0) * f(z), rule(n) = f(z))]
fn counts(omega: Frequency, rate: Positive) -> LogCf {
    rate * ((I * omega).exp() - 1.0)
}

fn main() {}
