//! Primitives, the gamma function's family among them, in floating-point numbers: for judging laws at sample parameters.
//!
//! Generated code uses the runtime's; here a few digits less would do.

use std::ops::{Add, Div, Mul, Sub};

use crate::ir::Primitive;

/// A real or complex number.
pub(crate) trait Argument:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The real number `value`.
    fn of(value: f64) -> Self;
    /// The real part.
    fn real_part(self) -> f64;
    /// The natural logarithm.
    fn ln(self) -> Self;
}

impl Argument for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn real_part(self) -> f64 {
        self
    }
    fn ln(self) -> Self {
        self.ln()
    }
}

/// From this real part on three terms of asymptotic series give ten digits and more.
const LARGE: f64 = 30.0;

/// `ln Γ(x)` for a positive real part; NaN otherwise.
pub(crate) fn ln_gamma<X: Argument>(x: X) -> X {
    if x.real_part() <= 0.0 || x.real_part().is_nan() {
        return X::of(f64::NAN);
    }
    let (mut x, mut below) = (x, X::of(0.0));
    while x.real_part() < LARGE {
        below = below + x.ln();
        x = x + X::of(1.0);
    }
    let square = X::of(1.0) / (x * x);
    let series = (X::of(1.0 / 12.0) + square * (X::of(-1.0 / 360.0) + square * X::of(1.0 / 1260.0))) / x;
    (x - X::of(0.5)) * x.ln() - x + X::of(0.5 * std::f64::consts::TAU.ln()) + series - below
}

/// `ψ^(order)(x)` for a positive `x`; NaN otherwise.
pub(crate) fn polygamma(order: u32, mut x: f64) -> f64 {
    if x <= 0.0 || x.is_nan() {
        return f64::NAN;
    }
    let n = f64::from(order);
    let ratio = |x: f64| (1..=order).fold(1.0, |product, factor| product * f64::from(factor) / x);
    let mut sum = 0.0;
    while x < LARGE + n {
        sum += ratio(x) / x;
        x += 1.0;
    }
    sum += if order == 0 { -x.ln() } else { ratio(x) / n };
    sum += ratio(x) / (2.0 * x);
    // B_2k / (2k)! (2k + n - 1)! / x^(2k + n)
    let mut factor = ratio(x) / x;
    for (k, coefficient) in [(1, 1.0 / 12.0), (2, -1.0 / 720.0), (3, 1.0 / 30_240.0), (4, -1.0 / 1_209_600.0)] {
        let place = f64::from(2 * k) + n;
        factor *= if k == 1 { (place - 1.0) / x } else { (place - 2.0) * (place - 1.0) / (x * x) };
        sum += coefficient * factor;
    }
    if order.is_multiple_of(2) { -sum } else { sum }
}

/// A primitive at a number, in both tails as accurate as `f64` allows.
pub(crate) fn primitive_value(primitive: Primitive, x: f64) -> f64 {
    let sigmoid = |x: f64| if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) };
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    match primitive {
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
        Primitive::Sigmoid => sigmoid(x),
        Primitive::LogSigmoid => -softplus(-x),
        Primitive::Softplus => softplus(x),
        Primitive::LnGamma => ln_gamma(x),
        Primitive::Polygamma(order) => polygamma(order, x),
        Primitive::Abs => x.abs(),
        Primitive::Sign => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn known_values() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()));
        close(ln_gamma(0.5), 0.5 * PI.ln());
        close(ln_gamma(5.0), 24f64.ln());
        close(polygamma(0, 1.0), -0.577_215_664_901_532_9);
        close(polygamma(1, 0.5), PI * PI / 2.0);
        close(polygamma(3, 1.0), PI.powi(4) / 15.0);
        // ψ''(1) = -2 ζ(3)
        close(polygamma(2, 1.0), -2.404_113_806_319_188_6);
        assert!(ln_gamma(-0.5).is_nan() && polygamma(1, 0.0).is_nan());
    }
}
