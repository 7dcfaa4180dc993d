//! Characteristic functions with their gradients, and where the expectations that they give exist.

use super::{Coefficient, Jet};
use crate::analytic::{Analytic, LogCharacteristic, StripError, exists_on};
use crate::error::EstimateError;
use crate::kernel::Law;

/// A law whose characteristic function and its gradient can be evaluated. Implemented by `#[distribution]`.
pub trait Characteristic: LogCharacteristic {
    /// How many orders of a power series singularities that cancel may cost.
    const LOST: usize;

    /// `φ_θ` at `s = iω`, and `∂_θ φ` for each parameter; 0 for parameters without gradient.
    ///
    /// Where `log φ` is `Σ_i c_i ln g_i + r` with whole `c_i`, this is `Π_i g_i^{c_i} e^r`: the poles that `log φ` has at
    /// zeros of `φ` are gone.
    fn characteristic<N: Analytic + Send + Sync + 'static>(
        theta: &Self::Theta<f64>,
        s: N,
        path: &mut N::Path,
    ) -> (N, Self::Theta<N>);

    /// `a = ∂_θ log φ_θ` at `s = iω` for each parameter; 0 for parameters without gradient. It has a pole where `φ` is 0.
    fn log_gradient<N: Analytic + Send + Sync + 'static>(
        theta: &Self::Theta<f64>,
        s: N,
        path: &mut N::Path,
    ) -> Self::Theta<N>;

    /// The ends of `strip = …`: where `E e^{sz}` exists, if the author said so.
    fn strip(theta: &Self::Theta<f64>) -> Option<[f64; 2]>;
}

/// Refuses an exponent whose expectation is not known to exist.
///
/// # Errors
/// [`EstimateError::OutsideStrip`] where the expectation does not exist, [`EstimateError::StripUndecided`] where that was
/// not decided; [`EstimateError::CharacteristicNotFinite`] for an exponent that is no number.
pub(super) fn check_strip<W: Characteristic>(
    theta: &W::Theta<f64>,
    exponent: f64,
    coordinate: usize,
) -> Result<(), EstimateError> {
    let (law, parameters) = (W::NAME, || describe::<W>(theta));
    let (outside, proved) = match W::strip(theta) {
        Some([lower, upper]) if lower < exponent && exponent < upper => return Ok(()),
        Some([lower, upper]) => (true, if exponent < 0.0 { lower } else { upper }),
        None => match exists_on::<W>(theta, exponent) {
            Ok(()) => return Ok(()),
            Err(StripError::Outside { proved, .. }) => (true, proved),
            Err(StripError::Undecided { proved, .. }) => (false, proved),
            Err(StripError::NotFinite { exponent }) => return Err(not_finite::<W>(theta, [exponent, 0.0], coordinate)),
        },
    };
    Err(if outside {
        EstimateError::OutsideStrip { law, coordinate, parameters: parameters(), exponent, end: proved }
    } else {
        EstimateError::StripUndecided { law, coordinate, parameters: parameters(), exponent, proved }
    })
}

/// Evaluates a function of the transform variable as a power series in `t` at `s = exponent + scale t`, on the branches that
/// are continuous from 0; `finite` says whether what was found is.
///
/// # Errors
/// [`EstimateError::CharacteristicNotFinite`] if it is not, or if the branches cannot be followed.
pub(super) fn follow<W: Characteristic, C: Coefficient, T, const N: usize>(
    theta: &W::Theta<f64>,
    exponent: C,
    scale: f64,
    coordinate: usize,
    mut function: impl FnMut(Jet<C, N>, &mut C::Path) -> T,
    finite: impl Fn(&T) -> bool,
) -> Result<T, EstimateError> {
    let mut found = None;
    let followed = C::follow(exponent, |place, path| {
        let value = function(Jet::variable(place, scale), path);
        let all = finite(&value);
        found = Some(value);
        all
    });
    found.filter(|_| followed).ok_or_else(|| not_finite::<W>(theta, exponent.parts(), coordinate))
}

fn not_finite<W: Law>(theta: &W::Theta<f64>, exponent: [f64; 2], coordinate: usize) -> EstimateError {
    EstimateError::CharacteristicNotFinite { law: W::NAME, coordinate, parameters: describe::<W>(theta), exponent }
}

/// `k = 2, mu = 1.5`.
pub(super) fn describe<W: Law>(theta: &W::Theta<f64>) -> String {
    let pairs = W::PARAMETERS.iter().zip(theta.as_ref()).map(|(info, value)| format!("{} = {value}", info.name));
    pairs.collect::<Vec<_>>().join(", ")
}
