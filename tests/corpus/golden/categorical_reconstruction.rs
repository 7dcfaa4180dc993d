#[estimator(distribution = Categorical)]
fn reconstruction(z: &OneHot, weights: &Matrix, x: &[f64], t: &[f64]) -> f64 {
    weights.rows().zip(x).map(|(row, x)| log_bernoulli(x, dot(row, z))).sum::<f64>()
        + z.iter().zip(t).map(|(z, t)| (z - t).powi(2)).sum::<f64>()
}
