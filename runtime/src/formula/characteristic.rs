//! Characteristic functions with their gradients, and the expectations that they give.

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

    /// The ends of `strip = …`: where `E e^{sz}` exists, if the author said so.
    fn strip(theta: &Self::Theta<f64>) -> Option<[f64; 2]>;
}

/// A number and its derivative with respect to each parameter of a law, as power series.
type WithGradient<W, C, const N: usize> = (Jet<C, N>, <W as Law>::Theta<Jet<C, N>>);

/// `E z^m e^{λz} / m!` as power `m` of a series, and its derivative with respect to each parameter: the expansion of `φ` and
/// `∂_θ φ` at `λ`. Their coefficients below `orders`, at most `N - LOST`, are finite.
///
/// # Errors
/// [`EstimateError::OutsideStrip`] where the expectation does not exist, [`EstimateError::StripUndecided`] where that was
/// not decided; [`EstimateError::CharacteristicNotFinite`] where the function overflows or cannot be followed.
pub(super) fn expand<W: Characteristic, C: Coefficient, const N: usize>(
    theta: &W::Theta<f64>,
    exponent: C,
    orders: usize,
    coordinate: usize,
) -> Result<WithGradient<W, C, N>, EstimateError> {
    let [re, im] = exponent.parts();
    check_strip::<W>(theta, re, coordinate)?;
    let mut expansion = None;
    let found = C::follow(exponent, |place, path| {
        let (value, gradient) = W::characteristic(theta, Jet::variable(place), path);
        let finite = |jet: &Jet<C, N>| {
            (0..orders).all(|power| jet.coefficient(power).parts().iter().all(|part| part.is_finite()))
        };
        let all = finite(&value) && gradient.as_ref().iter().all(finite);
        expansion = Some((value, gradient));
        all
    });
    expansion.filter(|_| found).ok_or_else(|| EstimateError::CharacteristicNotFinite {
        law: W::NAME,
        coordinate,
        parameters: describe::<W>(theta),
        exponent: [re, im],
    })
}

/// Refuses an exponent whose expectation is not known to exist.
fn check_strip<W: Characteristic>(
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
            Err(StripError::NotFinite { exponent }) => {
                let exponent = [exponent, 0.0];
                return Err(EstimateError::CharacteristicNotFinite {
                    law,
                    coordinate,
                    parameters: parameters(),
                    exponent,
                });
            }
        },
    };
    Err(if outside {
        EstimateError::OutsideStrip { law, coordinate, parameters: parameters(), exponent, end: proved }
    } else {
        EstimateError::StripUndecided { law, coordinate, parameters: parameters(), exponent, proved }
    })
}

/// `k = 2, mu = 1.5`.
fn describe<W: Law>(theta: &W::Theta<f64>) -> String {
    let pairs = W::PARAMETERS.iter().zip(theta.as_ref()).map(|(info, value)| format!("{} = {value}", info.name));
    pairs.collect::<Vec<_>>().join(", ")
}
