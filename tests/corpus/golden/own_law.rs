#[distribution(require = width > 0.1, sample = start + width * gamma(shape) - exponential() / 2.0)]
fn skewed(omega: Frequency, start: Real, width: Positive, shape: Positive) -> LogCf {
    let s = I * omega;
    start * s - shape * (1.0 - width * s).ln() - (1.0 + s / 2.0).ln()
}

#[estimator(distribution = Skewed, order = 3)]
fn bump(z: f64) -> f64 {
    (-z.powi(2) / 2.0).exp()
}
