//! The normal law of several variables.

use crate::prelude::*;

/// The normal law with mean `mu` and covariance matrix `sigma`, of any dimension.
///
/// Echraibi, Flocon-Cholet, Gosselin, Vaton (2020), Eq. (15): `∂E f/∂mu_i = E ∂_i f` and `∂E f/∂Σ_ij = ½ E ∂_i ∂_j f`, both exact,
/// with `Σ_ij` and `Σ_ji` as separate entries. (As printed there the log characteristic function has the inverse of `Σ` and another
/// sign, which is no characteristic function; the equation is right.) The gradient of `sigma` is a matrix; no Hessian is formed
/// for a sample.
///
/// ```
/// use logphi::laws::MultivariateGaussian;
/// use logphi::prelude::*;
///
/// #[estimator(distribution = MultivariateGaussian)]
/// fn log_sum(z: &[f64], a: &Matrix) -> f64 {
///     a.rows().map(|row| softplus(dot(row, z))).sum()
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let a = Matrix::from_rows(&[[1.0, -0.5], [0.3, 2.0], [-1.0, 1.0]])?;
/// let sigma = Matrix::from_rows(&[[1.0, 0.3], [0.3, 0.5]])?;
/// let law = MultivariateGaussian { mu: [0.2, -0.1], sigma: &sigma };
/// let run = log_sum::estimate(&law, &a).samples(10_000).seed(7).run()?;
/// assert_eq!(run.gradient.mu.len(), 2);
/// assert_eq!(run.gradient.sigma.row(0)[1], run.gradient.sigma.row(1)[0]);
/// # Ok(())
/// # }
/// ```
#[doc = include_str!("rules/multivariate_gaussian.md")]
#[distribution(crate = crate, sample = mu + cholesky(sigma) * normal())]
pub fn multivariate_gaussian(omega: &[Frequency], mu: &[Real], sigma: &Covariance) -> LogCf {
    I * dot(mu, omega) - quadratic(omega, sigma) / 2.0
}
