#[estimator(distribution = Gamma, form = terminating)]
fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}
