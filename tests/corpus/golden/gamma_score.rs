#[estimator(distribution = Gamma, form(k) = score, form(mu) = score(leave_one_out))]
fn losses(z: &[f64], x: &Matrix) -> f64 {
    x.rows().map(|row| log_sigmoid(dot(row, z))).sum()
}
