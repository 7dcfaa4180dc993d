use logphi::prelude::*;

#[distribution]
fn gumbel(omega: Frequency, scale: Positive) -> LogCf {
    ln_gamma(1.0 - I * scale * omega)
}

fn main() {}
