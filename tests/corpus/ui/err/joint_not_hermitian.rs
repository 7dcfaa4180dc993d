use logphi::prelude::*;

#[distribution(sample = mu + cholesky(sigma) * normal())]
fn gaussian(omega: &[Frequency], mu: &[Real], sigma: &Covariance) -> LogCf {
    dot(mu, omega) - quadratic(omega, sigma) / 2.0
}

fn main() {}
