//! Complex numbers with a derivative by one real parameter: `x + x' ε`, `ε² = 0`.

use logphi::Complex;
use logphi_compiler::ir::{Primitive, Rational};

use crate::number::Number;

/// A value and its derivative.
#[derive(Clone, Copy, Debug)]
pub struct Dual {
    /// The value.
    pub value: Complex,
    /// The derivative.
    pub slope: Complex,
}

impl Dual {
    /// A number that does not depend on the parameter.
    #[must_use]
    pub fn fixed(value: Complex) -> Self {
        Self { value, slope: Complex::from(0.0) }
    }

    fn chain(self, value: Complex, derivative: Complex) -> Self {
        Self { value, slope: self.slope * derivative }
    }
}

impl Number for Dual {
    fn constant(value: &Rational) -> Self {
        Self::fixed(Complex::from(f64::constant(value)))
    }
    fn pi() -> Option<Self> {
        Some(Self::fixed(Complex::from(std::f64::consts::PI)))
    }
    fn euler_gamma() -> Option<Self> {
        None
    }
    fn zeta(_: u32) -> Option<Self> {
        None
    }
    fn imaginary_unit() -> Option<Self> {
        Some(Self::fixed(logphi::I))
    }
    fn plus(&self, other: &Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
    fn times(&self, other: &Self) -> Self {
        Self { value: self.value * other.value, slope: self.slope * other.value + self.value * other.slope }
    }
    fn power(&self, exponent: i32) -> Option<Self> {
        let below = self.value.powi(exponent - 1);
        Some(self.chain(below * self.value, f64::from(exponent) * below))
    }
    fn real_power(&self, exponent: &Self) -> Option<Self> {
        let logarithm = self.call(Primitive::Ln)?;
        logarithm.times(exponent).call(Primitive::Exp)
    }
    fn call(&self, primitive: Primitive) -> Option<Self> {
        let (x, one) = (self.value, Complex::from(1.0));
        Some(match primitive {
            Primitive::Exp => self.chain(x.exp(), x.exp()),
            Primitive::ExpM1 => self.chain(x.exp() - one, x.exp()),
            Primitive::Ln => self.chain(x.ln(), one / x),
            Primitive::Ln1p => self.chain((one + x).ln(), one / (one + x)),
            Primitive::Sqrt => self.chain(x.sqrt(), 0.5 / x.sqrt()),
            Primitive::Sin => self.chain(x.sin(), x.cos()),
            Primitive::Cos => self.chain(x.cos(), -x.sin()),
            Primitive::Sinh => self.chain(x.sinh(), x.cosh()),
            Primitive::Cosh => self.chain(x.cosh(), x.sinh()),
            Primitive::Tan
            | Primitive::Tanh
            | Primitive::Atan
            | Primitive::Sigmoid
            | Primitive::LogSigmoid
            | Primitive::Softplus
            | Primitive::LnGamma
            | Primitive::Polygamma(_)
            | Primitive::Abs
            | Primitive::Sign => return None,
        })
    }
    fn maximum(&self, _: &Self) -> Self {
        panic!("complex numbers have no order")
    }
    fn minimum(&self, _: &Self) -> Self {
        panic!("complex numbers have no order")
    }
}
