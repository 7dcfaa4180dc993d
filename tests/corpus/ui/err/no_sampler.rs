use logphi::prelude::*;

#[distribution]
fn tempered(omega: Frequency, scale: Positive, decay: Positive) -> LogCf {
    -scale * ((decay - I * omega).sqrt() - decay.sqrt())
}

#[estimator(distribution = Tempered, order = 4)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
