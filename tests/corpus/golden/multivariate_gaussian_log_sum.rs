#[estimator(distribution = MultivariateGaussian)]
fn log_sum(z: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum()
}
