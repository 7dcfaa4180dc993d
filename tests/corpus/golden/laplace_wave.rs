#[estimator(distribution = Laplace, order = 4)]
fn wave(z: &[f64], a: &[f64]) -> f64 {
    dot(a, z).cos()
}
