#[estimator(distribution = Laplace, form(mu) = closed_form, form(b) = formula)]
fn damped(z: &[f64], a: &[f64], rate: f64) -> f64 {
    (rate * dot(a, z)).exp() * dot(a, z) + z.iter().map(|z| (z - 0.5).powi(2) * (rate * z).cos()).sum::<f64>()
}
