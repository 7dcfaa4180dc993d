#[estimator(distribution = Laplace, order = 2, precision = f32)]
fn energy(z: &[f64], a: &Matrix, bias: &[f64], t: &[f64], scale: f64) -> f64 {
    let units: f64 = a.rows().zip(bias).map(|(row, bias)| softplus(dot(row, z) + bias)).sum();
    units - (scale * dot(t, z)).exp() + 0.5 * z.iter().map(|z| z.powi(2)).sum::<f64>() + scale.ln()
}
