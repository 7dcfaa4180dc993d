#[estimator(distribution = Gaussian)]
fn waves(z: &[f64], phase: &[f64]) -> f64 {
    z.iter().zip(phase).map(|(z, phase)| (2.0 * z + phase).sin() / 3.0).sum()
}
