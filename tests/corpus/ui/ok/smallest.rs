use logphi::laws::Laplace;
use logphi::prelude::*;

#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &[f64], y: f64) -> f64 {
    log_sigmoid(y * dot(x, w))
}

fn main() {
    let law = Laplace { mu: [0.5, -0.5], b: 0.3 };
    let run = log_likelihood::estimate(&law, (&[1.0, 2.0], 1.0)).samples(10).run().unwrap();
    assert_eq!(run.gradient.mu.len(), 2);
}
