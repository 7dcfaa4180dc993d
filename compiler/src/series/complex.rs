//! A log characteristic function at a frequency, in complex floating-point numbers.

use std::f64::consts::PI;

use num_traits::ToPrimitive;

use crate::ir::{Graph, Node, Primitive};

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
                Node::TransformVariable
                | Node::Sample
                | Node::Ridge
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Input(_) => Self::real(f64::NAN),
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
            Primitive::Abs => Self::real(self.re.abs()),
            Primitive::Sign => Self::real(if self.re == 0.0 { 0.0 } else { self.re.signum() }),
        }
    }
}
