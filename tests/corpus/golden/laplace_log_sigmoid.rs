#[estimator(distribution = Laplace, order = 4)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}
