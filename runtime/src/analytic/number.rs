//! The arithmetic of log characteristic functions, and the law's side of it.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::kernel::Law;

/// Numbers in which a log characteristic function is evaluated: `f64`, [`Complex`](crate::Complex) and
/// [`Interval`](super::Interval).
///
/// The operators and functions are those of the language in which laws are written. Functions with several branches take
/// the path on which they are followed; each call is one branch point of the expression, in order of evaluation.
pub trait Analytic:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// What functions with several branches need to be followed continuously: `()` for real numbers and intervals,
    /// [`Branches`](super::Branches) for complex numbers.
    type Path: Default;

    /// Exactly this number.
    fn real(value: f64) -> Self;
    /// A constant of which this is the nearest number, such as π.
    fn rounded(value: f64) -> Self;
    /// `1 / x`
    fn recip(self) -> Self {
        Self::real(1.0) / self
    }
    /// Integer power.
    fn powi(self, exponent: u32) -> Self;
    /// `e^x`
    fn exp(self) -> Self;
    /// `e^x - 1`, accurate near 0.
    fn exp_m1(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Tangent.
    fn tan(self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// `1 / (1 + e^{-x})`
    fn sigmoid(self) -> Self;
    /// Logarithm.
    fn ln(self, path: &mut Self::Path) -> Self;
    /// `ln(1 + x)`, accurate near 0.
    fn ln_1p(self, path: &mut Self::Path) -> Self;
    /// Square root.
    fn sqrt(self, path: &mut Self::Path) -> Self;
    /// Inverse tangent.
    fn atan(self, path: &mut Self::Path) -> Self;
    /// `ln(1 + e^x)`
    fn softplus(self, path: &mut Self::Path) -> Self;
    /// `ln(1 / (1 + e^{-x}))`
    fn log_sigmoid(self, path: &mut Self::Path) -> Self {
        -(-self).softplus(path)
    }
    /// `x^exponent = e^{exponent ln x}`
    fn powf(self, exponent: Self, path: &mut Self::Path) -> Self {
        (self.ln(path) * exponent).exp()
    }
    /// `ln Γ(x)`, analytic where the real part is positive, which it must be.
    fn ln_gamma(self) -> Self;
    /// The derivative `ψ^(order)(x)` of the digamma function; the real part must be positive.
    fn polygamma(self, order: u32) -> Self;
    /// Kummer's function `1F1(a; b; x)` of `x`, with real positive `a` and `b` that do not depend on the frequency.
    fn kummer(self, a: Self, b: Self) -> Self;
    /// The derivatives of Kummer's function with respect to `a` and `b`.
    fn kummer_slopes(self, a: Self, b: Self) -> [Self; 2];
    /// Absolute value of a number that is real for every frequency; `x` or `-x`, so that it is analytic between its kinks.
    fn abs(self) -> Self;
    /// The derivative of [`abs`](Self::abs): 1, 0 or -1.
    fn sign(self) -> Self;
    /// The larger of two numbers that are real for every frequency.
    fn maximum(self, other: Self) -> Self;
    /// The smaller of two numbers that are real for every frequency.
    fn minimum(self, other: Self) -> Self;
}

/// A law whose log characteristic function can be evaluated. Implemented by `#[distribution]`.
pub trait LogCharacteristic: Law {
    /// `log φ_θ` at `s = iω`: the cumulant generating function `log E e^{sz}` for real `s`.
    ///
    /// The sum of the location's `s · location` and the [`shape`](Self::shape).
    ///
    /// At a complex `s` other than 0 the value is on the branch that `path` leads to; [`FrequencyPath`](super::FrequencyPath)
    /// walks there. Real numbers outside the domain give NaN, intervals [`Interval::UNDECIDED`](super::Interval::UNDECIDED)
    /// or [`Interval::EMPTY`](super::Interval::EMPTY).
    fn log_cf<N: Analytic>(theta: &Self::Theta<f64>, s: N, path: &mut N::Path) -> N {
        let location = Self::location::<N>(theta, path);
        s * location + Self::shape(theta, s, path)
    }

    /// The parameters that the shape depends on, ascending; the others only move the law.
    const SHAPE: &'static [usize];

    /// The constant that the graph of `log φ` shows to be added to the draw: the coefficient of the terms linear in `s`.
    fn location<N: Analytic>(theta: &Self::Theta<f64>, path: &mut N::Path) -> N;

    /// `log φ` of the draw without its location.
    fn shape<N: Analytic>(theta: &Self::Theta<f64>, s: N, path: &mut N::Path) -> N;

    /// The scale that the graph shows, 1 if it shows none, and the parameters of the draw divided by it, location apart: the
    /// parameter that sets the scale becomes 1.
    fn standard(theta: &Self::Theta<f64>) -> (f64, Self::Theta<f64>);

    /// If `s` stands in the shape only in exponentials (and what is made of them) of multiples of `s`: those multiples. The
    /// draw without its location is then a sum of them with whole coefficients. None of them means that it is 0.
    fn jumps(theta: &Self::Theta<f64>) -> Option<Vec<f64>>;

    /// The ends of `support = …`, infinite where none was given.
    fn support(theta: &Self::Theta<f64>) -> [f64; 2];
}
