//! The scalar that log characteristic functions are written with.
//!
//! `Frequency`, `Real`, `Positive`, … and `LogCf` are one opaque complex number, so that a real log characteristic
//! function, one that the compiler refuses and `1 + …` are all valid Rust, and the only error a user sees is the
//! compiler's. The annotated function stays callable: it evaluates `log φ_θ(ω)`.

use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::matrix::Matrix;
use crate::special;

/// A complex number; converts from `f64` and whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

/// The frequency ω of a log characteristic function.
pub type Frequency = Complex;
/// A parameter that may be any finite number.
pub type Real = Complex;
/// A parameter above 0.
pub type Positive = Complex;
/// A parameter strictly between 0 and 1.
pub type Probability = Complex;
/// A parameter that is a whole number, at least 0, and has no gradient.
pub type Count = Complex;
/// The value of a log characteristic function.
pub type LogCf = Complex;

/// Probabilities that add up to 1, one for each coordinate of a joint law: `p: &Simplex`.
pub type Simplex = [Probability];

/// The covariance matrix Σ of a joint law: `sigma: &Covariance`; what is known of it is [`quadratic`].
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance(Matrix);

impl From<Matrix> for Covariance {
    fn from(entries: Matrix) -> Self {
        Self(entries)
    }
}

/// `ω'Σω = Σ_ij ω_i Σ_ij ω_j`, of the frequency and the covariance matrix of a joint law.
///
/// # Panics
/// If the matrix does not have one row and one column for each frequency.
#[must_use]
pub fn quadratic(omega: &[Frequency], sigma: &Covariance) -> Complex {
    let Covariance(sigma) = sigma;
    let square = omega.len() == sigma.row_count() && omega.len() == sigma.columns();
    assert!(square, "a covariance matrix of another dimension than the frequency");
    let row = |row: &[f64]| row.iter().zip(omega).map(|(&entry, &omega)| entry * omega).sum::<Complex>();
    sigma.rows().zip(omega).map(|(entries, &omega)| omega * row(entries)).sum()
}

/// The imaginary unit.
pub const I: Complex = Complex { re: 0.0, im: 1.0 };

impl From<f64> for Complex {
    fn from(re: f64) -> Self {
        Self { re, im: 0.0 }
    }
}

impl From<i32> for Complex {
    fn from(re: i32) -> Self {
        f64::from(re).into()
    }
}

impl Complex {
    /// `|x|`, as a complex number without imaginary part.
    #[must_use]
    pub fn abs(self) -> Self {
        self.re.hypot(self.im).into()
    }

    /// `e^x`
    #[must_use]
    pub fn exp(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        Self { re: self.re.exp() * cos, im: self.re.exp() * sin }
    }

    /// `e^x - 1`
    #[must_use]
    pub fn exp_m1(self) -> Self {
        self.exp() - 1.0
    }

    /// Principal logarithm.
    #[must_use]
    pub fn ln(self) -> Self {
        Self { re: self.re.hypot(self.im).ln(), im: self.im.atan2(self.re) }
    }

    /// `ln(1 + x)`
    #[must_use]
    pub fn ln_1p(self) -> Self {
        (self + 1.0).ln()
    }

    /// Principal square root.
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.powf(0.5)
    }

    /// `1 / x`
    #[must_use]
    pub fn recip(self) -> Self {
        1.0 / self
    }

    /// Integer power.
    #[must_use]
    pub fn powi(self, exponent: i32) -> Self {
        let base = if exponent < 0 { self.recip() } else { self };
        (0..exponent.unsigned_abs()).fold(1.0.into(), |power, _| power * base)
    }

    /// Principal power.
    #[must_use]
    pub fn powf(self, exponent: impl Into<Complex>) -> Self {
        if self == Self::default() { self } else { (self.ln() * exponent.into()).exp() }
    }

    /// Sine.
    #[must_use]
    pub fn sin(self) -> Self {
        ((I * self).exp() - (-(I * self)).exp()) / (2.0 * I)
    }

    /// Cosine.
    #[must_use]
    pub fn cos(self) -> Self {
        ((I * self).exp() + (-(I * self)).exp()) / 2.0
    }

    /// Tangent.
    #[must_use]
    pub fn tan(self) -> Self {
        self.sin() / self.cos()
    }

    /// Hyperbolic sine.
    #[must_use]
    pub fn sinh(self) -> Self {
        (self.exp() - (-self).exp()) / 2.0
    }

    /// Hyperbolic cosine.
    #[must_use]
    pub fn cosh(self) -> Self {
        (self.exp() + (-self).exp()) / 2.0
    }

    /// Hyperbolic tangent.
    #[must_use]
    pub fn tanh(self) -> Self {
        self.sinh() / self.cosh()
    }

    /// Inverse tangent.
    #[must_use]
    pub fn atan(self) -> Self {
        ((1.0 + I * self).ln() - (1.0 - I * self).ln()) / (2.0 * I)
    }

    /// `σ(x) = 1 / (1 + e^{-x})`
    #[must_use]
    pub fn sigmoid(self) -> Self {
        1.0 / (1.0 + (-self).exp())
    }

    /// `ln σ(x)`
    #[must_use]
    pub fn log_sigmoid(self) -> Self {
        self.sigmoid().ln()
    }

    /// `ln(1 + e^x)`
    #[must_use]
    pub fn softplus(self) -> Self {
        (1.0 + self.exp()).ln()
    }

    /// `ln Γ(x)` for a positive real part, on the branch that is real for real `x`; NaN otherwise.
    #[must_use]
    pub fn ln_gamma(self) -> Self {
        special::ln_gamma(self)
    }
}

impl Neg for Complex {
    type Output = Self;
    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let norm = other.re * other.re + other.im * other.im;
        let size = other.re.abs().max(other.im.abs());
        if !norm.is_normal() && size.is_normal() {
            // The square leaves the range of the format, the quotient need not.
            let scaled = Self { re: other.re / size, im: other.im / size };
            let quotient = self / scaled;
            return Self { re: quotient.re / size, im: quotient.im / size };
        }
        let product = self * Self { re: other.re, im: -other.im };
        Self { re: product.re / norm, im: product.im / norm }
    }
}

macro_rules! mixed_operators {
    ($($real:ty: $($operator:ident $method:ident),*);*) => {$($(
        impl $operator<$real> for Complex {
            type Output = Complex;
            fn $method(self, other: $real) -> Complex {
                $operator::$method(self, Complex::from(other))
            }
        }
        impl $operator<Complex> for $real {
            type Output = Complex;
            fn $method(self, other: Complex) -> Complex {
                $operator::$method(Complex::from(self), other)
            }
        }
        impl $operator<$real> for &Complex {
            type Output = Complex;
            fn $method(self, other: $real) -> Complex {
                $operator::$method(*self, Complex::from(other))
            }
        }
        impl $operator<&Complex> for $real {
            type Output = Complex;
            fn $method(self, other: &Complex) -> Complex {
                $operator::$method(Complex::from(self), *other)
            }
        }
    )*)*};
}
mixed_operators!(f64: Add add, Sub sub, Mul mul, Div div; i32: Add add, Sub sub, Mul mul, Div div);

/// Entries of slices are met by reference, as in `mu.iter().zip(omega).map(|(mu, omega)| I * mu * omega)`.
macro_rules! operators_of_references {
    ($($operator:ident $method:ident),*) => {$(
        impl $operator<&Complex> for Complex {
            type Output = Complex;
            fn $method(self, other: &Complex) -> Complex {
                $operator::$method(self, *other)
            }
        }
        impl $operator<Complex> for &Complex {
            type Output = Complex;
            fn $method(self, other: Complex) -> Complex {
                $operator::$method(*self, other)
            }
        }
        impl $operator for &Complex {
            type Output = Complex;
            fn $method(self, other: Self) -> Complex {
                $operator::$method(*self, *other)
            }
        }
    )*};
}
operators_of_references!(Add add, Sub sub, Mul mul, Div div);

impl Neg for &Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        -*self
    }
}

impl Sum for Complex {
    fn sum<T: Iterator<Item = Self>>(items: T) -> Self {
        items.fold(Self::default(), |sum, item| sum + item)
    }
}

impl<'a> Sum<&'a Self> for Complex {
    fn sum<T: Iterator<Item = &'a Self>>(items: T) -> Self {
        items.copied().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(x: Complex, re: f64, im: f64) {
        assert!((x.re - re).abs() < 1e-14 && (x.im - im).abs() < 1e-14, "{x:?} is not {re} + {im} i");
    }

    #[test]
    fn values_of_elementary_functions() {
        // Reference: the same functions of Python's `cmath`.
        let x = Complex { re: 0.5, im: -0.75 };
        close(x.exp(), 1.2063510016467855, -1.1238323225841311);
        close(x.ln(), -0.10381968238912226, -0.982793723247329);
        close(x.sqrt(), 0.8370746140177701, -0.44798873806491907);
        close(x.powi(-2), -0.47337278106508873, 1.136094674556213);
        close(x.sin(), 0.6207042310780551, -0.7216508242975646);
        close(x.tanh(), 0.7282118012804724, -0.6180963948062024);
    }

    #[test]
    fn quotients_of_extreme_numbers() {
        let large = Complex { re: 3e200, im: 4e200 };
        close(large / large, 1.0, 0.0);
        close(1e-200 * I / Complex { re: 0.0, im: 2e-200 }, 0.5, 0.0);
    }

    #[test]
    fn numbers_mix() {
        close(1 + 2.0 * I / 4, 1.0, 0.5);
        close(I * I, -1.0, 0.0);
        let (x, y) = (&I, &Complex { re: 2.0, im: 0.0 });
        close(x * y - x / 2.0 + 1 * -y, -2.0, 1.5);
    }

    #[test]
    fn sums_over_coordinates() {
        let omega = [1.0, -2.0].map(Complex::from);
        let sigma = Covariance::from(Matrix::from_rows(&[[2.0, 0.5], [0.5, 3.0]]).unwrap());
        close(quadratic(&omega, &sigma), 2.0 - 2.0 + 12.0, 0.0);
        let mu = [0.5, 1.5].map(Complex::from);
        close(I * crate::dot(mu, omega), 0.0, -2.5);
        close(mu.iter().zip(&omega).map(|(mu, omega)| -mu * (1.0 - I * omega)).sum(), -2.0, -2.5);
    }
}
