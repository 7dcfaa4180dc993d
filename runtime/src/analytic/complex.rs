//! Complex numbers: the arithmetic of the characteristic function.
//!
//! Inherent methods of [`Complex`] take principal values, as the user's own function does when it is called; these follow
//! a path.

use super::{Analytic, Branches};
use crate::complex::{Complex, I};
use crate::special;

/// Beyond this real part `e^{-2x}` vanishes beside 1.
const SATURATED: f64 = 20.0;

impl Analytic for Complex {
    type Path = Branches;

    fn real(value: f64) -> Self {
        value.into()
    }
    fn rounded(value: f64) -> Self {
        value.into()
    }
    fn powi(self, exponent: u32) -> Self {
        let (mut power, mut square, mut rest) = (Self::from(1.0), self, exponent);
        while rest > 0 {
            if rest % 2 == 1 {
                power = power * square;
            }
            rest /= 2;
            if rest > 0 {
                square = square * square;
            }
        }
        power
    }
    fn exp(self) -> Self {
        self.exp()
    }
    fn exp_m1(self) -> Self {
        // e^x cos y - 1 = (e^x - 1) cos y - 2 sin²(y/2)
        let (sin, cos) = self.im.sin_cos();
        let half = (self.im / 2.0).sin();
        Self { re: self.re.exp_m1() * cos - 2.0 * half * half, im: self.re.exp() * sin }
    }
    fn sin(self) -> Self {
        let (sin, cos) = self.re.sin_cos();
        Self { re: sin * self.im.cosh(), im: cos * self.im.sinh() }
    }
    fn cos(self) -> Self {
        let (sin, cos) = self.re.sin_cos();
        Self { re: cos * self.im.cosh(), im: -sin * self.im.sinh() }
    }
    fn tan(self) -> Self {
        // tan x = -i tanh(ix)
        -I * Analytic::tanh(I * self)
    }
    fn sinh(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        Self { re: self.re.sinh() * cos, im: self.re.cosh() * sin }
    }
    fn cosh(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        Self { re: self.re.cosh() * cos, im: self.re.sinh() * sin }
    }
    fn tanh(self) -> Self {
        if self.re.abs() > SATURATED {
            return Self::from(self.re.signum());
        }
        Analytic::sinh(self) / Analytic::cosh(self)
    }
    fn sigmoid(self) -> Self {
        // The exponential of the number with the negative real part cannot overflow.
        if self.re >= 0.0 {
            1.0 / (1.0 + (-self).exp())
        } else {
            let power = self.exp();
            power / (1.0 + power)
        }
    }
    fn ln(self, path: &mut Branches) -> Self {
        Self { re: self.re.hypot(self.im).ln(), im: path.follow(self.im.atan2(self.re)) }
    }
    fn ln_1p(self, path: &mut Branches) -> Self {
        // |1 + x|² = 1 + (2 re + |x|²)
        let excess = 2.0 * self.re + self.re * self.re + self.im * self.im;
        let re = if excess.abs() < 0.5 { 0.5 * excess.ln_1p() } else { (1.0 + self.re).hypot(self.im).ln() };
        Self { re, im: path.follow(self.im.atan2(1.0 + self.re)) }
    }
    fn sqrt(self, path: &mut Branches) -> Self {
        let phase = path.follow(self.im.atan2(self.re)) / 2.0;
        let size = self.re.hypot(self.im).sqrt();
        let (sin, cos) = phase.sin_cos();
        Self { re: size * cos, im: size * sin }
    }
    fn atan(self, path: &mut Branches) -> Self {
        let (up, down) = (Analytic::ln_1p(I * self, path), Analytic::ln_1p(-I * self, path));
        (up - down) / (2.0 * I)
    }
    fn softplus(self, path: &mut Branches) -> Self {
        if self.re > 0.0 { self + Analytic::ln_1p((-self).exp(), path) } else { Analytic::ln_1p(self.exp(), path) }
    }
    fn ln_gamma(self) -> Self {
        special::ln_gamma(self)
    }
    fn polygamma(self, order: u32) -> Self {
        special::polygamma(order, self)
    }
    fn kummer(self, a: Self, b: Self) -> Self {
        special::kummer(a.re, b.re, self)
    }
    fn kummer_slopes(self, a: Self, b: Self) -> [Self; 2] {
        special::kummer_slopes(a.re, b.re, self)
    }
    fn abs(self) -> Self {
        if self.re < 0.0 { -self } else { self }
    }
    fn sign(self) -> Self {
        crate::functions::sign(self.re).into()
    }
    fn maximum(self, other: Self) -> Self {
        if self.re >= other.re { self } else { other }
    }
    fn minimum(self, other: Self) -> Self {
        if self.re <= other.re { self } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(x: Complex, y: Complex) {
        let distance = (x - y).re.hypot((x - y).im);
        assert!(distance <= 2e-14 * (1.0 + y.re.hypot(y.im)), "{x:?} is not {y:?}");
    }

    /// On the principal branch, and away from overflow and cancellation, the inherent functions are another computation.
    #[test]
    fn first_evaluations_are_principal() {
        let path = &mut Branches::default();
        for re in [-2.3, -0.4, 0.3, 1.7] {
            for im in [-0.9, -0.2, 0.6, 0.95] {
                let x = Complex { re, im };
                close(Analytic::ln(x, path), x.ln());
                close(Analytic::ln_1p(x, path), (1.0 + x).ln());
                close(Analytic::sqrt(x, path), x.sqrt());
                close(Analytic::powf(x, Complex::from(0.7), path), x.powf(0.7));
                close(Analytic::atan(x, path), x.atan());
                close(Analytic::softplus(x, path), x.softplus());
                close(Analytic::log_sigmoid(x, path), x.log_sigmoid());
                close(Analytic::exp_m1(x), x.exp_m1());
                close(Analytic::sin(x), x.sin());
                close(Analytic::cos(x), x.cos());
                close(Analytic::tan(x), x.tan());
                close(Analytic::sinh(x), x.sinh());
                close(Analytic::cosh(x), x.cosh());
                close(Analytic::tanh(x), x.tanh());
                close(Analytic::sigmoid(x), x.sigmoid());
                close(Analytic::powi(x, 5), x.powi(5));
                // A new path for each point: nothing is followed here.
                *path = Branches::default();
            }
        }
    }

    #[test]
    fn nothing_overflows_on_the_way() {
        let large = Complex { re: 900.0, im: 0.3 };
        close(Analytic::tanh(large), 1.0.into());
        close(Analytic::sigmoid(-large), 0.0.into());
        close(Analytic::softplus(large, &mut Branches::default()), large);
        let small = Complex { re: 1e-20, im: 3e-20 };
        let difference = Analytic::exp_m1(small) - small;
        assert!(difference.re.hypot(difference.im) < 1e-35);
        let difference = Analytic::ln_1p(small, &mut Branches::default()) - small;
        assert!(difference.re.hypot(difference.im) < 1e-35);
    }
}
