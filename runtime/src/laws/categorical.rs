//! The categorical law.

use crate::error::EstimateError;
use crate::parameters::{GradientField, SimplexField};
use crate::prelude::*;

/// Categorical variables with `K` states of probabilities `p`; a draw is one-hot, `e_k` of a variable in state `k`.
///
/// An estimator draws `d` independent variables, which its function takes as one [`OneHot`](crate::OneHot) slice of `d K` numbers. The field
/// `p` holds a [`Matrix`] with one row for each variable, or a slice of the `K` probabilities that all variables share (then
/// `.dimension(d)` says how many there are, unless an argument does). The probabilities of a variable add up to 1 within 1e-9.
/// One may be 0: its state is never drawn, and the gradient says what it would change.
///
/// # Gradient
/// By Theorem 2 of Echraibi, Flocon-Cholet, Gosselin, Vaton (2020), for any function `f`, with no noise from a variable's own
/// draw,
///
/// ```text
/// gradient.p[j][k] = E[f(z: z_j = e_k)] - E[f(z)]
/// ```
///
/// in the shape of `p`. It is the derivative by an entry where `p` stands for `p / Σ_m p_m`: no state is singled out, the entries
/// weighted by `p` add up to 0, and it can be handed through any way to compute `p`. From it follow
///
/// * with respect to logits, of which `p` is the softmax, [`logits`](Categorical::logits): `p_k gradient_k`;
/// * with respect to the first `K - 1` entries, of which the last is what is left (Eq. (18)): `gradient_k - gradient_K`.
///
/// # Joint cliques
/// Several discrete variables that are not independent, with a table of the probabilities of their joint states, are one
/// variable of this law: a state of it is a row of the table. A function that is only called (`opaque`) looks up the values with
/// [`OneHot::state`](crate::OneHot::state); a linear form of values `v_k` is one of `e_k` with the slopes `⟨a, v_k⟩`.
///
/// ```
/// use logphi::laws::Categorical;
/// use logphi::prelude::*;
///
/// #[estimator(distribution = Categorical)]
/// fn reconstruction(z: &OneHot, weights: &Matrix, bias: &[f64], x: &[f64]) -> f64 {
///     weights.rows().zip(bias).zip(x).map(|((row, b), x)| log_bernoulli(x, dot(row, z) + b)).sum()
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Two variables with three states.
/// let p = Matrix::from_rows(&[[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])?;
/// let weights = Matrix::from_rows(&[[1.0, -1.0, 0.5, 2.0, 0.0, -0.5], [0.3, 0.2, 0.1, -1.0, 1.0, 0.0]])?;
/// let law = Categorical { p: &p };
/// let run = reconstruction::estimate(&law, (&weights, &[0.1, -0.2], &[1.0, 0.0])).samples(1000).seed(7).run()?;
/// let gradient = run.gradient.p.row(1);
/// let mean: f64 = p.row(1).iter().zip(gradient).map(|(p, gradient)| p * gradient).sum();
/// assert!(mean.abs() < 1e-12);
/// let by_logits = run.gradient.logits(&law)?;
/// assert_eq!(by_logits.row(1)[2], 0.1 * gradient[2]);
/// # Ok(())
/// # }
/// ```
#[doc = include_str!("rules/categorical.md")]
#[distribution(crate = crate, sample = categorical(p))]
pub fn categorical(omega: &[Frequency], p: &Simplex) -> LogCf {
    p.iter().zip(omega).map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>().ln()
}

impl<P: GradientField> Categorical<P> {
    /// The gradient with respect to logits `l`, where `p_k = e^{l_k} / Σ_m e^{l_m}`, from that with respect to `p`; of standard
    /// errors, those of the result. `p` is the law that the gradient was estimated for.
    ///
    /// # Errors
    /// [`EstimateError::LengthsDiffer`] if the law has another number of probabilities.
    pub fn logits<F: SimplexField<Gradient = P>>(&self, law: &Categorical<F>) -> Result<P, EstimateError> {
        let values = law.p.values();
        let probabilities = values.probabilities();
        let (found, expected) = (probabilities.len(), self.p.entries().len());
        if found != expected {
            return Err(EstimateError::LengthsDiffer { name: "p", found, other: "the gradient", expected });
        }
        let mut logits = self.p.clone();
        for (entry, p) in logits.entries_mut().iter_mut().zip(probabilities) {
            *entry *= p;
        }
        Ok(logits)
    }
}
