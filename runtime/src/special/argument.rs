//! What arguments of special functions can do, real or complex.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Sub};

use crate::complex::Complex;

/// A real or complex number.
pub(crate) trait Argument:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The real number `value`.
    fn of(value: f64) -> Self;
    /// The real part.
    fn real_part(self) -> f64;
    /// `|x|`
    fn size(self) -> f64;
    /// The natural logarithm, for a positive real part.
    fn ln(self) -> Self;
}

impl Argument for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn real_part(self) -> f64 {
        self
    }
    fn size(self) -> f64 {
        self.abs()
    }
    fn ln(self) -> Self {
        self.ln()
    }
}

impl Argument for Complex {
    fn of(value: f64) -> Self {
        value.into()
    }
    fn real_part(self) -> f64 {
        self.re
    }
    fn size(self) -> f64 {
        self.re.hypot(self.im)
    }
    fn ln(self) -> Self {
        self.ln()
    }
}
