//! The arithmetic in which graphs and expressions are evaluated: `f64`, or exact rationals where the value is one.

use logphi_compiler::ir::{Primitive, Rational};
use num_traits::{One, Pow, ToPrimitive, Zero};

/// A number; operations that leave the arithmetic give `None`.
pub trait Number: Clone {
    /// An exact constant.
    fn constant(value: &Rational) -> Self;
    /// π.
    fn pi() -> Option<Self>;
    /// The imaginary unit; real numbers have none.
    fn imaginary_unit() -> Option<Self> {
        None
    }
    /// Euler's constant γ.
    fn euler_gamma() -> Option<Self>;
    /// `ζ(n)` for a whole `n` from 2 on.
    fn zeta(n: u32) -> Option<Self>;
    /// `self + other`
    #[must_use]
    fn plus(&self, other: &Self) -> Self;
    /// `self × other`
    #[must_use]
    fn times(&self, other: &Self) -> Self;
    /// `self^exponent`
    fn power(&self, exponent: i32) -> Option<Self>;
    /// `self^exponent` for a positive base.
    fn real_power(&self, exponent: &Self) -> Option<Self>;
    /// `primitive(self)`
    fn call(&self, primitive: Primitive) -> Option<Self>;
    /// The larger one.
    #[must_use]
    fn maximum(&self, other: &Self) -> Self;
    /// The smaller one.
    #[must_use]
    fn minimum(&self, other: &Self) -> Self;
}

impl Number for f64 {
    fn constant(value: &Rational) -> Self {
        value.to_f64().expect("a rational has a nearest number")
    }
    fn pi() -> Option<Self> {
        Some(std::f64::consts::PI)
    }
    fn euler_gamma() -> Option<Self> {
        Some(0.577_215_664_901_532_9)
    }
    fn zeta(n: u32) -> Option<Self> {
        // The sum to 49 and what is left of it by the Euler-Maclaurin formula, whose next term is below 1e-16.
        let s = f64::from(n);
        let sum: f64 = (1..50).rev().map(|k| f64::from(k).powf(-s)).sum();
        let last = 50.0_f64.powf(-s);
        let tail = 50.0 * last / (s - 1.0) + last / 2.0 + s * last / 600.0;
        let third = s * (s + 1.0) * (s + 2.0) * last / 50.0_f64.powi(3);
        let fifth = third * (s + 3.0) * (s + 4.0) / 50.0_f64.powi(2);
        Some(sum + (tail - third / 720.0 + fifth / 30240.0))
    }
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    fn power(&self, exponent: i32) -> Option<Self> {
        Some(self.powi(exponent))
    }
    fn real_power(&self, exponent: &Self) -> Option<Self> {
        Some(self.powf(*exponent))
    }
    fn call(&self, primitive: Primitive) -> Option<Self> {
        let x = *self;
        Some(match primitive {
            Primitive::Exp => x.exp(),
            Primitive::ExpM1 => x.exp_m1(),
            Primitive::Ln => x.ln(),
            Primitive::Ln1p => x.ln_1p(),
            Primitive::Sqrt => x.sqrt(),
            Primitive::Sin => x.sin(),
            Primitive::Cos => x.cos(),
            Primitive::Tan => x.tan(),
            Primitive::Sinh => x.sinh(),
            Primitive::Cosh => x.cosh(),
            Primitive::Tanh => x.tanh(),
            Primitive::Atan => x.atan(),
            Primitive::Sigmoid => 0.5 * (1.0 + (0.5 * x).tanh()),
            Primitive::LogSigmoid => -((-x).exp().ln_1p()),
            Primitive::Softplus => x.exp().ln_1p(),
            Primitive::LnGamma => logphi::ln_gamma(x),
            Primitive::Polygamma(order) => logphi::polygamma(order, x),
            Primitive::Abs => x.abs(),
            Primitive::Sign if x == 0.0 => 0.0,
            Primitive::Sign => x.signum(),
        })
    }
    fn maximum(&self, other: &Self) -> Self {
        self.max(*other)
    }
    fn minimum(&self, other: &Self) -> Self {
        self.min(*other)
    }
}

impl Number for Rational {
    fn constant(value: &Rational) -> Self {
        value.clone()
    }
    fn pi() -> Option<Self> {
        None
    }
    fn euler_gamma() -> Option<Self> {
        None
    }
    fn zeta(_: u32) -> Option<Self> {
        None
    }
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    fn power(&self, exponent: i32) -> Option<Self> {
        (exponent > 0 || !self.is_zero()).then(|| Pow::pow(self, exponent))
    }
    fn real_power(&self, exponent: &Self) -> Option<Self> {
        self.power(exponent.is_integer().then(|| exponent.to_i32())??)
    }
    fn call(&self, primitive: Primitive) -> Option<Self> {
        match primitive {
            Primitive::Exp if self.is_zero() => Some(Self::one()),
            Primitive::Ln if self.is_one() => Some(Self::zero()),
            Primitive::Sqrt => {
                let (above, below) = (self.numer().sqrt(), self.denom().sqrt());
                let root = Self::new(above, below);
                (&root * &root == *self).then_some(root)
            }
            _ => None,
        }
    }
    fn maximum(&self, other: &Self) -> Self {
        self.max(other).clone()
    }
    fn minimum(&self, other: &Self) -> Self {
        self.min(other).clone()
    }
}
