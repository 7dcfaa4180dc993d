use logphi as gradients;

mod inner {
    use super::gradients::prelude::*;

    #[distribution(sample = mu + sigma * normal(), crate = super::gradients)]
    pub fn bell(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
        I * mu * omega - sigma.powi(2) * omega.powi(2) / 2.0
    }

    #[estimator(distribution = Bell, crate = super::gradients)]
    pub fn wave(z: f64) -> f64 {
        z.sin()
    }
}

fn main() {
    let run = inner::wave::estimate(&inner::Bell { mu: 0.0, sigma: 1.0 }, ()).run().unwrap();
    assert!(run.gradient.mu > 0.0);
}
