use logphi::prelude::*;

#[distribution(sample = binomial(n, p), rule(p) = n * (f(z + 1.0) - f(z)))]
fn trials(omega: Frequency, n: Count, p: Probability) -> LogCf {
    n * (1.0 - p + p * (I * omega).exp()).ln()
}

fn main() {}
