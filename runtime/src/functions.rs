//! Functions that laws, rules, terms and functions `f` are written with and that the standard library lacks.

use crate::complex::Complex;
use crate::special;

use std::borrow::Borrow;
use std::iter::Sum;
use std::ops::Mul;

/// `Σ_j a_j z_j`; in `f` the linear form that makes a ridge term, in the log characteristic function of a joint law a sum
/// over coordinates.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot<T: Copy + Mul<Output = T> + Sum>(a: impl AsRef<[T]>, z: impl AsRef<[T]>) -> T {
    let (a, z) = (a.as_ref(), z.as_ref());
    assert_eq!(a.len(), z.len(), "dot product of vectors of different lengths");
    a.iter().zip(z).map(|(&a, &z)| a * z).sum()
}

/// `σ(x) = 1 / (1 + e^{-x})`, without overflow.
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// `ln σ(x)`, without overflow or cancellation.
#[must_use]
pub fn log_sigmoid(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

/// `ln(1 + e^x)`, without overflow or cancellation.
#[must_use]
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `ln(p^x (1 - p)^{1-x}) = x l - softplus(l)`, the log likelihood of `x`, 0 or 1, under a Bernoulli law with log odds
/// `l = ln(p / (1 - p))`: without overflow. Numbers may be given by reference, as iterators over slices do.
#[must_use]
pub fn log_bernoulli(x: impl Borrow<f64>, log_odds: impl Borrow<f64>) -> f64 {
    let (x, log_odds) = (*x.borrow(), *log_odds.borrow());
    x * log_odds - softplus(log_odds)
}

/// Numbers of which the gamma function is taken: `f64`, and the complex ones of log characteristic functions.
pub trait GammaArgument: Copy {
    /// See [`ln_gamma`].
    #[must_use]
    fn ln_gamma_of(self) -> Self;
}

impl GammaArgument for f64 {
    fn ln_gamma_of(self) -> Self {
        special::ln_gamma(self)
    }
}

impl GammaArgument for Complex {
    fn ln_gamma_of(self) -> Self {
        special::ln_gamma(self)
    }
}

/// `ln Γ(x)` for a positive `x`, or a complex one with a positive real part, on the branch that is real for real `x`; NaN
/// otherwise. The error is at most `1e-14 (1 + |ln Γ(x)|)`.
#[must_use]
pub fn ln_gamma<X: GammaArgument>(x: X) -> X {
    x.ln_gamma_of()
}

/// The digamma function `ψ(x) = d/dx ln Γ(x)` for `x > 0`, NaN otherwise: error at most `4e-15 (1 + |ψ(x)|)`.
#[must_use]
pub fn digamma(x: f64) -> f64 {
    special::polygamma(0, x)
}

/// The trigamma function `ψ'(x)` for `x > 0`, NaN otherwise: relative error at most `5e-15`.
#[must_use]
pub fn trigamma(x: f64) -> f64 {
    special::polygamma(1, x)
}

/// The derivative `ψ^(order)(x)` of the digamma function for `x > 0`, NaN otherwise: for orders above 0 the relative error is
/// at most `(4 + order) 1e-15`.
#[must_use]
pub fn polygamma(order: u32, x: f64) -> f64 {
    special::polygamma(order, x)
}

/// Kummer's function `1F1(a; b; x) = Σ_n (a)_n / (b)_n x^n / n!` of real positive `a` and `b`; NaN for others, and where
/// `|x|` or, off the positive axis, `b ln |x|` is above a million.
///
/// For `0 < a < b` it is `E e^{xZ}` of a beta number with shapes `a` and `b - a`. The relative error is at most
/// `1e-14 (1 + |x| / 10)` for shapes of moderate size.
#[must_use]
pub fn kummer(a: impl Into<Complex>, b: impl Into<Complex>, x: impl Into<Complex>) -> Complex {
    let (a, b) = (a.into(), b.into());
    if a.im == 0.0 && b.im == 0.0 { special::kummer(a.re, b.re, x.into()) } else { f64::NAN.into() }
}

/// The functions `sigmoid`, `log_sigmoid` and `softplus` as methods, so that `f` may be written `x.sigmoid()`.
pub trait Elementary {
    /// See [`sigmoid`].
    #[must_use]
    fn sigmoid(self) -> f64;
    /// See [`log_sigmoid`].
    #[must_use]
    fn log_sigmoid(self) -> f64;
    /// See [`softplus`].
    #[must_use]
    fn softplus(self) -> f64;
}

impl Elementary for f64 {
    fn sigmoid(self) -> f64 {
        sigmoid(self)
    }
    fn log_sigmoid(self) -> f64 {
        log_sigmoid(self)
    }
    fn softplus(self) -> f64 {
        softplus(self)
    }
}

/// The sign of `x`, with `sign(0) = 0`; NaN for NaN.
#[must_use]
pub fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The larger of two numbers; NaN if one is.
#[must_use]
pub fn maximum(x: f64, y: f64) -> f64 {
    if x.is_nan() || x >= y { x } else { y }
}

/// The smaller of two numbers; NaN if one is.
#[must_use]
pub fn minimum(x: f64, y: f64) -> f64 {
    if x.is_nan() || x <= y { x } else { y }
}

/// Entry `coordinate` of the unit vector `index`: the slope of `z[index]`.
#[must_use]
pub fn unit(coordinate: usize, index: usize) -> f64 {
    if coordinate == index { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_accurate() {
        assert_eq!(log_sigmoid(-800.0), -800.0);
        assert_eq!(softplus(800.0), 800.0);
        // ln σ(40) = -ln(1 + e^-40) = -e^-40 (1 - e^-40/2 + …)
        assert!((log_sigmoid(40.0) / -4.248354255291589e-18 - 1.0).abs() < 1e-14);
        assert_eq!(sigmoid(-800.0), 0.0);
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!([0.0, 1.0].iter().map(|x| log_bernoulli(x, 800.0)).collect::<Vec<f64>>(), [-800.0, 0.0]);
    }

    #[test]
    fn nan_is_kept() {
        for x in [maximum(f64::NAN, 1.0), maximum(1.0, f64::NAN), minimum(f64::NAN, 1.0), minimum(1.0, f64::NAN)] {
            assert!(x.is_nan());
        }
        assert!(sign(f64::NAN).is_nan());
        assert_eq!(sign(-0.0), 0.0);
    }
}
