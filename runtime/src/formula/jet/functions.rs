//! The functions of characteristic functions, of power series.

use super::Jet;
use super::solve::factorial;
use crate::analytic::Analytic;
use crate::formula::Coefficient;

impl<C: Coefficient, const N: usize> Analytic for Jet<C, N> {
    type Path = C::Path;

    fn real(value: f64) -> Self {
        Self::constant(C::real(value))
    }
    fn rounded(value: f64) -> Self {
        Self::constant(C::rounded(value))
    }
    fn powi(self, exponent: u32) -> Self {
        let (mut power, mut square, mut rest) = (Self::real(1.0), self, exponent);
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
        self.solve(C::exp, [0.0, 1.0, 0.0])
    }
    fn exp_m1(self) -> Self {
        self.solve(C::exp_m1, [1.0, 1.0, 0.0])
    }
    fn sin(self) -> Self {
        self.solve_pair(|x| (x.sin(), x.cos()), -1.0).0
    }
    fn cos(self) -> Self {
        self.solve_pair(|x| (x.sin(), x.cos()), -1.0).1
    }
    fn tan(self) -> Self {
        self.solve(C::tan, [1.0, 0.0, 1.0])
    }
    fn sinh(self) -> Self {
        self.solve_pair(|x| (x.sinh(), x.cosh()), 1.0).0
    }
    fn cosh(self) -> Self {
        self.solve_pair(|x| (x.sinh(), x.cosh()), 1.0).1
    }
    fn tanh(self) -> Self {
        self.solve(C::tanh, [1.0, 0.0, -1.0])
    }
    fn sigmoid(self) -> Self {
        self.solve(C::sigmoid, [0.0, 1.0, -1.0])
    }
    fn ln(self, path: &mut Self::Path) -> Self {
        let series = self.unit();
        (series.derivative() / series).integral(series.terms[0].ln(path))
    }
    fn ln_1p(self, path: &mut Self::Path) -> Self {
        let series = self.regular();
        (series.derivative() / (Self::real(1.0) + series)).integral(series.terms[0].ln_1p(path))
    }
    fn sqrt(self, path: &mut Self::Path) -> Self {
        let series = self.leading();
        let root = series.raised(C::real(0.5), series.terms[0].sqrt(path));
        if series.start % 2 == 0 { Self { start: series.start / 2, ..root } } else { Self::nowhere() }
    }
    fn atan(self, path: &mut Self::Path) -> Self {
        let series = self.regular();
        (series.derivative() / (Self::real(1.0) + series * series)).integral(series.terms[0].atan(path))
    }
    fn softplus(self, path: &mut Self::Path) -> Self {
        let series = self.regular();
        (series.derivative() * Analytic::sigmoid(series)).integral(series.terms[0].softplus(path))
    }
    fn powf(self, exponent: Self, path: &mut Self::Path) -> Self {
        let Some(exponent) = exponent.as_constant() else { return (self.ln(path) * exponent).exp() };
        let series = self.leading();
        if let Some(whole) = exponent.as_whole() {
            // A whole power has one branch, but the place in the path is taken all the same: exponents may differ from one
            // set of parameters to another.
            let _ = series.terms[0].ln(path);
            let first = series.terms[0].powi(whole.unsigned_abs());
            let first = if whole < 0 { first.recip() } else { first };
            return Self { start: series.start.saturating_mul(whole), ..series.raised(exponent, first) };
        }
        let series = self.unit();
        series.raised(exponent, series.terms[0].powf(exponent, path))
    }
    fn ln_gamma(self) -> Self {
        self.composed(|x, k| match k {
            0 => x.ln_gamma(),
            _ => x.polygamma(k - 1) / factorial(k),
        })
    }
    fn polygamma(self, order: u32) -> Self {
        self.composed(|x, k| x.polygamma(order + k) / factorial(k))
    }
    fn kummer(self, a: Self, b: Self) -> Self {
        self.kummer_part(a, b, 0)
    }
    fn kummer_slopes(self, a: Self, b: Self) -> [Self; 2] {
        [self.kummer_part(a, b, 1), self.kummer_part(a, b, 2)]
    }
    fn abs(self) -> Self {
        self * self.sign()
    }
    fn sign(self) -> Self {
        Self::constant(self.coefficient(0).sign())
    }
    fn maximum(self, other: Self) -> Self {
        (self + other + (self - other).abs()) * Self::real(0.5)
    }
    fn minimum(self, other: Self) -> Self {
        (self + other - (self - other).abs()) * Self::real(0.5)
    }
}
