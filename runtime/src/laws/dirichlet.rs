//! The Dirichlet law.

use crate::prelude::*;

/// The Dirichlet law with concentrations `alpha`: shares of independent gamma numbers `ζ_j` with shapes `alpha_j`, `z = ζ / Σ_j ζ_j`.
///
/// What stands here as log characteristic function is that of the gamma numbers, as in Echraibi, Flocon-Cholet, Gosselin, Vaton
/// (2020), Eq. (21) and (22). The truncated series there is not: its terms are infinite from an order on. The rule is exact for
/// every `alpha` above 0, with `A = Σ_j alpha_j`, `e_k` the vertex of the entry, `T` exponential and `P(K = j) ∝ (A + j)^-2`:
///
/// ```text
/// ∂E f/∂alpha_k = ψ'(A) E <e_k - y, ∇f(y)>,    y = e_k + (z - e_k) e^(-T / (A + K))
/// ```
///
/// To compare with, `form = pathwise` moves the share `z_k` at a fixed probability, and keeps the proportions of the others.
///
/// Draws are made from the logarithms of gamma numbers, so that concentrations of 1e-3 do no harm.
///
/// ```
/// use logphi::laws::Dirichlet;
/// use logphi::prelude::*;
///
/// #[estimator(distribution = Dirichlet)]
/// fn quadratic_form(p: &[f64], a: &Matrix) -> f64 {
///     a.rows().map(|row| dot(row, p).powi(2)).sum()
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let a = Matrix::from_rows(&[[1.0, -0.5, 0.0], [0.3, 2.0, 1.0]])?;
/// let run = quadratic_form::estimate(&Dirichlet { alpha: [2.0, 3.0, 0.5] }, &a).samples(10_000).seed(7).run()?;
/// assert_eq!(run.gradient.alpha.len(), 3);
/// # Ok(())
/// # }
/// ```
#[doc = include_str!("rules/dirichlet.md")]
#[distribution(
    crate = crate,
    image = z / z.sum(),
    sample = softmax(loggamma(alpha)),
    rule(alpha) = {
        let decay = (-exponential() / (alpha.sum() + trigamma_mixture(alpha.sum()))).exp();
        let y = vertex + (z - vertex) * decay;
        trigamma(alpha.sum()) * df(y, vertex - y)
    },
)]
pub fn dirichlet(omega: &[Frequency], alpha: &[Positive]) -> LogCf {
    alpha.iter().zip(omega).map(|(alpha, omega)| -alpha * (1.0 - I * omega).ln()).sum()
}
