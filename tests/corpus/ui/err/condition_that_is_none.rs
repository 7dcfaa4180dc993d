use logphi::prelude::*;

#[distribution(require = a + b, sample = a + (b - a) * uniform())]
fn between(omega: Frequency, a: Real, b: Real) -> LogCf {
    (((I * b * omega).exp() - (I * a * omega).exp()) / (I * (b - a) * omega)).ln()
}

fn main() {}
