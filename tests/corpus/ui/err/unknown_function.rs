use logphi::prelude::*;

#[distribution]
fn folded(omega: Frequency, scale: Positive) -> LogCf {
    erfc(I * scale * omega)
}

fn main() {}
