use logphi::prelude::*;

#[distribution(sample = mu * gamma(k), rule(k) = trigamma(z) * df(z), rule(mu) = k * df(z + mu * exponential()))]
fn waiting(omega: Frequency, k: Positive, mu: Positive) -> LogCf {
    -k * (1.0 - I * mu * omega).ln()
}

fn main() {}
