//! Real numbers: the arithmetic of the cumulant generating function.

use super::Analytic;
use crate::{functions, special};

impl Analytic for f64 {
    type Path = ();

    fn real(value: f64) -> Self {
        value
    }
    fn rounded(value: f64) -> Self {
        value
    }
    fn powi(self, exponent: u32) -> Self {
        i32::try_from(exponent).map_or(f64::NAN, |exponent| self.powi(exponent))
    }
    fn exp(self) -> Self {
        self.exp()
    }
    fn exp_m1(self) -> Self {
        self.exp_m1()
    }
    fn sin(self) -> Self {
        self.sin()
    }
    fn cos(self) -> Self {
        self.cos()
    }
    fn tan(self) -> Self {
        self.tan()
    }
    fn sinh(self) -> Self {
        self.sinh()
    }
    fn cosh(self) -> Self {
        self.cosh()
    }
    fn tanh(self) -> Self {
        self.tanh()
    }
    fn sigmoid(self) -> Self {
        functions::sigmoid(self)
    }
    fn ln(self, (): &mut ()) -> Self {
        self.ln()
    }
    fn ln_1p(self, (): &mut ()) -> Self {
        self.ln_1p()
    }
    fn sqrt(self, (): &mut ()) -> Self {
        self.sqrt()
    }
    fn atan(self, (): &mut ()) -> Self {
        self.atan()
    }
    fn softplus(self, (): &mut ()) -> Self {
        functions::softplus(self)
    }
    fn powf(self, exponent: Self, (): &mut ()) -> Self {
        self.powf(exponent)
    }
    fn ln_gamma(self) -> Self {
        special::ln_gamma(self)
    }
    fn polygamma(self, order: u32) -> Self {
        special::polygamma(order, self)
    }
    fn kummer(self, a: Self, b: Self) -> Self {
        special::kummer(a, b, self)
    }
    fn kummer_slopes(self, a: Self, b: Self) -> [Self; 2] {
        special::kummer_slopes(a, b, self)
    }
    fn abs(self) -> Self {
        self.abs()
    }
    fn sign(self) -> Self {
        functions::sign(self)
    }
    fn maximum(self, other: Self) -> Self {
        functions::maximum(self, other)
    }
    fn minimum(self, other: Self) -> Self {
        functions::minimum(self, other)
    }
}
