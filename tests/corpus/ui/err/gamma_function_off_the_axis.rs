use logphi::prelude::*;

#[distribution(sample = -scale * exponential().ln())]
fn extreme(omega: Frequency, scale: Positive) -> LogCf {
    (1.0 - omega * scale).ln_gamma()
}

fn main() {}
