//! A log characteristic function at a frequency, in complex floating-point numbers.

use std::f64::consts::PI;
use std::ops::{Add, Div, Mul, Sub};

use num_traits::ToPrimitive;

use crate::ir::{Graph, Kummer, Node, Primitive};
use crate::special;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

const ONE: Complex = Complex { re: 1.0, im: 0.0 };

impl Complex {
    const fn real(re: f64) -> Self {
        Self { re, im: 0.0 }
    }

    /// The value of a graph as written, at parameters `theta` and frequency `omega`. Logarithms, roots and powers are
    /// principal values, which is right for their modulus.
    pub(super) fn evaluate(graph: &Graph, theta: &[f64], omega: f64) -> Self {
        let mut values: Vec<Complex> = Vec::with_capacity(graph.len());
        for (_, node) in graph.iter() {
            let get = |id: &crate::ir::NodeId| values[id.0 as usize];
            values.push(match node {
                Node::Constant(value) => Self::real(value.to_f64().unwrap_or(f64::NAN)),
                Node::Pi => Self::real(PI),
                Node::ImaginaryUnit => Self { re: 0.0, im: 1.0 },
                Node::Frequency => Self::real(omega),
                Node::Param(parameter) => Self::real(theta[parameter.0]),
                Node::Sum(operands) => operands.iter().map(get).fold(Self::real(0.0), Self::plus),
                Node::Product(operands) => operands.iter().map(get).fold(ONE, Self::times),
                Node::Power(base, exponent) => get(base).powi(*exponent),
                Node::RealPower(base, exponent) => get(base).ln().times(get(exponent)).exp(),
                Node::Call(primitive, argument) => get(argument).call(*primitive),
                Node::Maximum(x, y) => Self::real(get(x).re.max(get(y).re)),
                Node::Minimum(x, y) => Self::real(get(x).re.min(get(y).re)),
                Node::Kummer(Kummer::Value, [a, b, x]) => get(x).kummer(get(a).re, get(b).re),
                Node::TransformVariable
                | Node::Sample
                | Node::Ridge
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Input(_)
                | Node::Coordinate(_)
                | Node::DrawSlope(..)
                | Node::Kummer(Kummer::FirstSlope | Kummer::SecondSlope, _) => Self::real(f64::NAN),
            });
        }
        graph.outputs.first().map_or(Self::real(f64::NAN), |output| values[output.0 as usize])
    }

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn inverse(self) -> Self {
        // Divided twice by the modulus, whose square may overflow.
        let size = self.re.hypot(self.im);
        Self { re: self.re / size / size, im: -self.im / size / size }
    }

    fn scaled(self, factor: f64) -> Self {
        Self { re: factor * self.re, im: factor * self.im }
    }

    fn powi(self, exponent: i32) -> Self {
        let base = if exponent < 0 { self.inverse() } else { self };
        (0..exponent.unsigned_abs()).fold(ONE, |power, _| power.times(base))
    }

    fn exp(self) -> Self {
        let size = self.re.exp();
        Self { re: size * self.im.cos(), im: size * self.im.sin() }
    }

    fn ln(self) -> Self {
        Self { re: self.re.hypot(self.im).ln(), im: self.im.atan2(self.re) }
    }

    fn sinh(self) -> Self {
        self.exp().plus(self.scaled(-1.0).exp().scaled(-1.0)).scaled(0.5)
    }

    fn cosh(self) -> Self {
        self.exp().plus(self.scaled(-1.0).exp()).scaled(0.5)
    }

    /// `i z`
    fn turned(self) -> Self {
        Self { re: -self.im, im: self.re }
    }

    /// `1F1(a; b; x)` of an `x` that is large beside `a` and `b`, by the leading terms of its asymptotic expansion:
    /// `Γ(b) / Γ(b - a) (-x)^-a + Γ(b) / Γ(a) e^x x^(a - b)`.
    fn kummer(self, a: f64, b: f64) -> Self {
        let of = |shape: f64, power: Self| power.scaled((special::ln_gamma(b) - special::ln_gamma(shape)).exp());
        let algebraic = self.scaled(-1.0).ln().scaled(-a).exp();
        let exponential = self.plus(self.ln().scaled(a - b)).exp();
        of(b - a, algebraic).plus(of(a, exponential))
    }

    fn call(self, primitive: Primitive) -> Self {
        match primitive {
            Primitive::Exp => self.exp(),
            Primitive::ExpM1 => self.exp().plus(Self::real(-1.0)),
            Primitive::Ln => self.ln(),
            Primitive::Ln1p => self.plus(ONE).ln(),
            Primitive::Sqrt => self.ln().scaled(0.5).exp(),
            Primitive::Sin => self.turned().sinh().turned().scaled(-1.0),
            Primitive::Cos => self.turned().cosh(),
            Primitive::Tan => self.call(Primitive::Sin).times(self.call(Primitive::Cos).inverse()),
            Primitive::Sinh => self.sinh(),
            Primitive::Cosh => self.cosh(),
            Primitive::Tanh => self.sinh().times(self.cosh().inverse()),
            Primitive::Atan => {
                let (above, below) = (ONE.plus(self.turned()), ONE.plus(self.turned().scaled(-1.0)));
                above.ln().plus(below.ln().scaled(-1.0)).turned().scaled(-0.5)
            }
            Primitive::Sigmoid => self.scaled(-1.0).exp().plus(ONE).inverse(),
            Primitive::LogSigmoid => self.scaled(-1.0).exp().plus(ONE).ln().scaled(-1.0),
            Primitive::Softplus => self.exp().plus(ONE).ln(),
            Primitive::LnGamma => special::ln_gamma(self),
            Primitive::Polygamma(order) => Self::real(special::polygamma(order, self.re)),
            Primitive::Abs => Self::real(self.re.abs()),
            Primitive::Sign => Self::real(if self.re == 0.0 { 0.0 } else { self.re.signum() }),
        }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.plus(other)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.plus(other.scaled(-1.0))
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.times(other)
    }
}

impl Div for Complex {
    type Output = Self;
    // The quotient is the product with the inverse.
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn div(self, other: Self) -> Self {
        self.times(other.inverse())
    }
}

impl special::Argument for Complex {
    fn of(value: f64) -> Self {
        Self::real(value)
    }
    fn real_part(self) -> f64 {
        self.re
    }
    fn ln(self) -> Self {
        self.ln()
    }
}
