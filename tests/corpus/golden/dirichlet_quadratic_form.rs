#[estimator(distribution = Dirichlet)]
fn quadratic_form(p: &[f64], a: &Matrix, t: &[f64]) -> f64 {
    a.rows().map(|row| dot(row, p).powi(2)).sum::<f64>() + p.iter().zip(t).map(|(p, t)| t * p.ln()).sum::<f64>()
}
