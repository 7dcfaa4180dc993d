//! Expectations of powers times exponentials, as coefficients of power series.
//!
//! `E (z - c)^m e^{λz} / m!` is power `m` in `t` of `φ(λ + t) e^{-ct}`. Far from 0 the powers of `z` are large and those of
//! `z - c` small differences of them. At `λ = 0`, where `φ` is 1, the differences are taken in `log φ(t) - ct`, whose
//! coefficients are cumulants: only the mean cancels, and exactly. Elsewhere, or where cumulants themselves are small
//! differences (those of the uniform law on a short interval far from 0), digits are lost; that is noticed and refused.

use super::characteristic::{check_strip, describe, follow};
use super::{Characteristic, Coefficient, Jet};
use crate::analytic::Analytic;
use crate::error::EstimateError;
use crate::kernel::Law;

/// A number and its derivative with respect to each parameter of a law, as power series.
pub type WithGradient<W, C, const N: usize> = (Jet<C, N>, <W as Law>::Theta<Jet<C, N>>);

/// Where the distance of a law from 0 is this many times its spread, digits are counted.
const FAR: f64 = 1024.0;

/// By how much two evaluations that round differently may differ, relative to the law's spread.
const TOLERANCE: f64 = 1e-7;

/// The stretching of the second evaluation: no power of it is a number of few digits.
const STRETCHED: f64 = 1.1;

/// The mean of a law, around which polynomials are taken; `N` is above [`Characteristic::LOST`] by two.
///
/// # Errors
/// [`EstimateError::CharacteristicNotFinite`] if it is not finite.
pub fn mean<W: Characteristic, const N: usize>(theta: &W::Theta<f64>, coordinate: usize) -> Result<f64, EstimateError> {
    let logarithm = |s: Jet<f64, N>, path: &mut ()| W::log_cf(theta, s, path).coefficient(1);
    follow::<W, f64, _, N>(theta, 0.0, 1.0, coordinate, logarithm, |mean| mean.is_finite())
}

/// `E (z - c)^m e^{λz} / m!` as power `m` of a series, and its derivative with respect to each parameter (not through `c`): the
/// expansion of `φ(s) e^{-c(s - λ)}` and of `∂_θ φ(s) e^{-c(s - λ)}` at `s = λ`.
///
/// Exact up to rounding, without a draw. The coefficients below `orders`, which is at most `N - LOST`, are finite; `coordinate`
/// is named in errors. Units of `z^m`, and of `z^m / θ`.
///
/// # Errors
/// [`EstimateError::OutsideStrip`] where the expectation does not exist, [`EstimateError::StripUndecided`] where that was not
/// decided; [`EstimateError::CharacteristicNotFinite`] where the function overflows or cannot be followed;
/// [`EstimateError::DigitsLost`] where rounding takes the place of the spread.
pub fn expand<W: Characteristic, C: Coefficient, const N: usize>(
    theta: &W::Theta<f64>,
    exponent: C,
    centre: f64,
    orders: usize,
    coordinate: usize,
) -> Result<WithGradient<W, C, N>, EstimateError> {
    check_strip::<W>(theta, exponent.parts()[0], coordinate)?;
    let at = |scale: f64| evaluate::<W, C, N>(theta, exponent, centre, scale, orders, coordinate);
    let found = at(1.0)?;
    if orders > 2 && is_far(&found.0, centre) {
        let other = at(STRETCHED)?;
        let pairs = std::iter::once((&found.0, &other.0)).chain(found.1.as_ref().iter().zip(other.1.as_ref()));
        let spread = spread(&found.0);
        for (jet, other) in pairs {
            if !agree(jet, other, spread, orders) {
                return Err(EstimateError::DigitsLost {
                    law: W::NAME,
                    coordinate,
                    parameters: describe::<W>(theta),
                    centre,
                });
            }
        }
    }
    Ok(found)
}

fn evaluate<W: Characteristic, C: Coefficient, const N: usize>(
    theta: &W::Theta<f64>,
    exponent: C,
    centre: f64,
    scale: f64,
    orders: usize,
    coordinate: usize,
) -> Result<WithGradient<W, C, N>, EstimateError> {
    let finite = |(value, gradient): &WithGradient<W, C, N>| {
        value.is_finite(orders) && gradient.as_ref().iter().all(|jet| jet.is_finite(orders))
    };
    let times = |factor: Jet<C, N>, gradient: W::Theta<Jet<C, N>>| W::theta(|index| gradient.as_ref()[index] * factor);
    let shift = Jet::variable(C::real(0.0), scale) * Jet::real(centre);
    let function = |s: Jet<C, N>, path: &mut C::Path| {
        if exponent.is_zero() {
            let value = (W::log_cf(theta, s, path) - shift).exp();
            return (value, times(value, W::log_gradient(theta, s, &mut C::Path::default())));
        }
        let (value, gradient) = W::characteristic(theta, s, path);
        if centre == 0.0 {
            return (value, gradient);
        }
        let moved = (-shift).exp();
        (value * moved, times(moved, gradient))
    };
    follow::<W, C, _, N>(theta, exponent, scale, coordinate, function, finite)
}

/// Whether the law is so far from 0 that its spread may be lost; also where no spread is found.
fn is_far<C: Coefficient, const N: usize>(value: &Jet<C, N>, centre: f64) -> bool {
    let near = centre.abs() < FAR * spread(value);
    !near && centre != 0.0
}

/// The standard deviation, that of the law weighted by `e^{λz}`.
fn spread<C: Coefficient, const N: usize>(value: &Jet<C, N>) -> f64 {
    let [whole, second] = [0, 2].map(|power| size(value.coefficient(power)));
    (2.0 * second / whole).sqrt()
}

/// Whether two evaluations are the same, in units of the law's spread. The second is stretched.
fn agree<C: Coefficient, const N: usize>(jet: &Jet<C, N>, other: &Jet<C, N>, spread: f64, orders: usize) -> bool {
    let unit = |power: usize| spread.powi(power as i32).recip();
    let sizes = (0..orders).map(|power| size(jet.coefficient(power)) * unit(power));
    let largest = sizes.fold(0.0, f64::max);
    (0..orders).all(|power| {
        let other = other.coefficient(power) * C::real(STRETCHED.powi(-(power as i32)));
        let difference = size(jet.coefficient(power) - other);
        // Nothing is lost of what is exactly the same, as where a law has no spread.
        difference == 0.0 || difference * unit(power) <= TOLERANCE * largest
    })
}

fn size<C: Coefficient>(value: C) -> f64 {
    let [re, im] = value.parts();
    re.hypot(im)
}
