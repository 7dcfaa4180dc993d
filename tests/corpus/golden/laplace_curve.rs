#[estimator(distribution = Laplace)]
fn misfit(z: &[f64], t: &[f64], y: &[f64]) -> f64 {
    t.iter().zip(y).map(|(t, y)| (y - z[0] * (-z[1] * t).exp()).powi(2)).sum::<f64>() + (z[1] * z[2]).cos()
}
