//! Power series in `t` with finitely many coefficients: derivatives of all orders at once.
//!
//! A characteristic function written for analytic numbers, evaluated at `s = λ + t`, is its own Taylor expansion at `λ`:
//! coefficient `m` is `φ^(m)(λ) / m!`. The series may begin with a negative power, so that singularities which cancel,
//! such as that of the uniform law's `(e^{bs} - e^{as}) / s` at 0, do so here. They cost orders: how many coefficients
//! are known is kept, and one that is not known reads as NaN.
//!
//! Every function follows from a differential equation that it satisfies, coefficient by coefficient.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Coefficient;
use crate::analytic::Analytic;

/// `Σ_k terms[k] t^{start + k}`, `k < known`.
#[derive(Clone, Copy, Debug)]
pub struct Jet<C, const N: usize> {
    start: i32,
    known: usize,
    terms: [C; N],
}

impl<C: Coefficient, const N: usize> Jet<C, N> {
    /// `value + t`.
    pub(super) fn variable(value: C) -> Self {
        let mut jet = Self::constant(value);
        if N > 1 {
            jet.terms[1] = C::real(1.0);
        }
        jet
    }

    /// The coefficient of `t^power`; NaN if it is not known or if there is a pole.
    pub(super) fn coefficient(&self, power: usize) -> C {
        let series = self.regular();
        if power < series.known { series.terms[power] } else { C::real(f64::NAN) }
    }

    fn constant(value: C) -> Self {
        let mut terms = [C::real(0.0); N];
        terms[0] = value;
        Self { start: 0, known: N, terms }
    }

    const fn undefined(&self) -> bool {
        self.known == 0
    }

    fn nowhere() -> Self {
        Self { start: 0, known: 0, terms: [C::real(f64::NAN); N] }
    }

    /// The same with powers from 0 on; nothing is known at a pole.
    fn regular(&self) -> Self {
        if self.start == 0 || self.undefined() {
            return *self;
        }
        let mut regular = Self { start: 0, known: 0, terms: [C::real(0.0); N] };
        if self.start > 0 {
            let shift = self.start as usize;
            regular.known = N.min(self.known.saturating_add(shift));
            for power in shift..regular.known {
                regular.terms[power] = self.terms[power - shift];
            }
            return regular;
        }
        let drop = self.start.unsigned_abs() as usize;
        if drop >= self.known || self.terms[..drop].iter().any(|term| !term.is_zero()) {
            return Self::nowhere();
        }
        regular.known = self.known - drop;
        regular.terms[..regular.known].copy_from_slice(&self.terms[drop..self.known]);
        regular
    }

    /// The same with a first coefficient that is not 0; nothing is known of a series of zeros.
    fn leading(&self) -> Self {
        let zeros = self.terms[..self.known].iter().take_while(|term| term.is_zero()).count();
        if zeros == self.known {
            return Self::nowhere();
        }
        let mut leading = Self { start: self.start + zeros as i32, known: self.known - zeros, terms: self.terms };
        leading.terms.copy_within(zeros..self.known, 0);
        leading.terms[leading.known..].fill(C::real(0.0));
        leading
    }

    /// The first coefficients where the series begins with a constant other than 0.
    fn unit(&self) -> Self {
        let leading = self.leading();
        if leading.start == 0 { leading } else { Self::nowhere() }
    }

    /// `p` with `p' = (a + b p + c p²) self'`.
    fn solve(&self, first: impl FnOnce(C) -> C, [a, b, c]: [f64; 3]) -> Self {
        let inner = self.regular();
        if inner.undefined() {
            return inner;
        }
        let mut solution = Self { terms: [C::real(0.0); N], ..inner };
        let mut slope = [C::real(0.0); N];
        solution.terms[0] = first(inner.terms[0]);
        for k in 0..inner.known {
            if k > 0 {
                solution.terms[k] = chain(&inner.terms, &slope, k);
            }
            slope[k] = C::real(b) * solution.terms[k] + C::real(c) * convolution(&solution.terms, &solution.terms, k);
            if k == 0 {
                slope[0] = slope[0] + C::real(a);
            }
        }
        solution
    }

    /// `(p, q)` with `p' = q self'` and `q' = ±p self'`.
    fn solve_pair(&self, first: impl FnOnce(C) -> (C, C), sign: f64) -> (Self, Self) {
        let inner = self.regular();
        if inner.undefined() {
            return (inner, inner);
        }
        let mut p = Self { terms: [C::real(0.0); N], ..inner };
        let mut q = p;
        (p.terms[0], q.terms[0]) = first(inner.terms[0]);
        for k in 1..inner.known {
            p.terms[k] = chain(&inner.terms, &q.terms, k);
            q.terms[k] = C::real(sign) * chain(&inner.terms, &p.terms, k);
        }
        (p, q)
    }

    /// The power of a series whose first coefficient is not 0, given the power of that.
    fn raised(&self, exponent: C, first: C) -> Self {
        let mut power = Self { start: 0, known: self.known, terms: [C::real(0.0); N] };
        if power.undefined() {
            return power;
        }
        power.terms[0] = first;
        for k in 1..self.known {
            let mut sum = C::real(0.0);
            for i in 1..=k {
                let weight = exponent * C::real(i as f64) - C::real((k - i) as f64);
                sum = sum + weight * self.terms[i] * power.terms[k - i];
            }
            power.terms[k] = sum / (C::real(k as f64) * self.terms[0]);
        }
        power
    }

    /// `outer(self)`, from the Taylor coefficients `outer(x, k)` of the function at a place.
    fn composed(&self, outer: impl Fn(C, u32) -> C) -> Self {
        let mut inner = self.regular();
        if inner.undefined() {
            return inner;
        }
        let place = inner.terms[0];
        inner.terms[0] = C::real(0.0);
        let mut sum = Self { known: inner.known, ..Self::constant(outer(place, inner.known as u32 - 1)) };
        for k in (0..inner.known as u32 - 1).rev() {
            sum = sum * inner;
            sum.terms[0] = sum.terms[0] + outer(place, k);
        }
        sum
    }

    /// Kummer's function with constant shapes, or its derivative with respect to one.
    fn kummer_part(&self, a: Self, b: Self, part: usize) -> Self {
        let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) else { return Self::nowhere() };
        self.composed(|x, k| x.kummer_taylor(a, b, k)[part])
    }

    fn derivative(&self) -> Self {
        let series = self.regular();
        let mut derivative = Self { start: 0, known: series.known.saturating_sub(1), terms: [C::real(0.0); N] };
        for k in 0..derivative.known {
            derivative.terms[k] = C::real((k + 1) as f64) * series.terms[k + 1];
        }
        derivative
    }

    /// The integral of a regular series, with a given constant.
    fn integral(&self, constant: C) -> Self {
        let series = self.regular();
        let mut integral = Self { start: 0, known: (series.known + 1).min(N), terms: [C::real(0.0); N] };
        integral.terms[0] = constant;
        for k in 1..integral.known {
            integral.terms[k] = series.terms[k - 1] / C::real(k as f64);
        }
        integral
    }

    /// The constant, if the series is one.
    fn as_constant(&self) -> Option<C> {
        let series = self.regular();
        let constant = !series.undefined() && series.terms[1..series.known].iter().all(|term| term.is_zero());
        constant.then_some(series.terms[0])
    }
}

/// `k!`
fn factorial<C: Coefficient>(k: u32) -> C {
    C::real((1..=k).map(f64::from).product())
}

/// Coefficient `k` of the product.
fn convolution<C: Coefficient, const N: usize>(x: &[C; N], y: &[C; N], k: usize) -> C {
    (1..=k).fold(x[0] * y[k], |sum, i| sum + x[i] * y[k - i])
}

/// Coefficient `k` of the integral of `slope(t) inner'(t)`.
fn chain<C: Coefficient, const N: usize>(inner: &[C; N], slope: &[C; N], k: usize) -> C {
    let sum = (1..=k).fold(C::real(0.0), |sum, i| sum + C::real(i as f64) * inner[i] * slope[k - i]);
    sum / C::real(k as f64)
}

impl<C: Coefficient, const N: usize> Neg for Jet<C, N> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { terms: self.terms.map(|term| -term), ..self }
    }
}

impl<C: Coefficient, const N: usize> Add for Jet<C, N> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        if self.undefined() || other.undefined() {
            return Self::nowhere();
        }
        let start = self.start.min(other.start);
        let end = (self.start + self.known as i32).min(other.start + other.known as i32);
        let known = ((end - start).max(0) as usize).min(N);
        let mut terms = [C::real(0.0); N];
        for (k, term) in terms.iter_mut().enumerate().take(known) {
            for jet in [&self, &other] {
                let place = start + k as i32 - jet.start;
                if place >= 0 {
                    *term = *term + jet.terms[place as usize];
                }
            }
        }
        Self { start, known, terms }
    }
}

impl<C: Coefficient, const N: usize> Sub for Jet<C, N> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<C: Coefficient, const N: usize> Mul for Jet<C, N> {
    type Output = Self;
    // The leading powers of a product add up.
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn mul(self, other: Self) -> Self {
        let mut product =
            Self { start: self.start + other.start, known: self.known.min(other.known), terms: [C::real(0.0); N] };
        for k in 0..product.known {
            product.terms[k] = convolution(&self.terms, &other.terms, k);
        }
        product
    }
}

impl<C: Coefficient, const N: usize> Div for Jet<C, N> {
    type Output = Self;
    fn div(self, divisor: Self) -> Self {
        let (dividend, divisor) = (self.leading(), divisor.leading());
        // A dividend of zeros has no first coefficient.
        let dividend = if dividend.undefined() { self } else { dividend };
        let mut quotient = Self {
            start: dividend.start - divisor.start,
            known: dividend.known.min(divisor.known),
            terms: [C::real(0.0); N],
        };
        for k in 0..quotient.known {
            let rest = (1..=k).fold(dividend.terms[k], |rest, i| rest - divisor.terms[i] * quotient.terms[k - i]);
            quotient.terms[k] = rest / divisor.terms[0];
        }
        quotient
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complex::Complex;

    type Real = Jet<f64, 6>;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} is not {expected}");
    }

    /// Compares the coefficients with divided differences of the function itself on a circle: Cauchy's integral, exact to
    /// rounding for functions that are analytic well beyond it.
    fn agrees(at: f64, function: impl Fn(Jet<Complex, 6>, &mut crate::analytic::Branches) -> Jet<Complex, 6>) {
        const POINTS: usize = 64;
        let radius = 0.25;
        let value = |re: f64, im: f64| {
            let jet = function(Jet::variable(Complex { re, im }), &mut Default::default());
            jet.coefficient(0)
        };
        let jet = function(Jet::variable(Complex::from(at)), &mut Default::default());
        for power in 0..6 {
            let (mut re, mut im) = (0.0, 0.0);
            for point in 0..POINTS {
                let angle = std::f64::consts::TAU * point as f64 / POINTS as f64;
                let sample = value(at + radius * angle.cos(), radius * angle.sin());
                let turn = Complex { re: 0.0, im: -(power as f64) * angle }.exp();
                re += (sample * turn).re;
                im += (sample * turn).im;
            }
            let scale = POINTS as f64 * radius.powi(power as i32);
            close(jet.coefficient(power).re * radius.powi(power as i32), re / scale * radius.powi(power as i32));
            close(jet.coefficient(power).im * radius.powi(power as i32), im / POINTS as f64);
        }
    }

    #[test]
    fn coefficients_are_those_of_cauchys_integral() {
        agrees(0.3, |s, _| s.exp());
        agrees(0.3, |s, _| s.exp_m1() * s.sin());
        agrees(0.3, |s, _| s.cos() / s.cosh());
        agrees(0.3, |s, _| s.tan() - s.tanh());
        agrees(0.3, |s, _| s.sinh() * s.sigmoid());
        agrees(1.3, |s, path| s.ln(path));
        agrees(0.3, |s, path| s.ln_1p(path));
        agrees(1.3, |s, path| s.sqrt(path));
        agrees(0.3, |s, path| s.atan(path));
        agrees(0.3, |s, path| s.softplus(path) + s.log_sigmoid(path));
        agrees(1.3, |s, path| s.powf(Jet::real(-1.7), path));
        agrees(1.3, |s, path| s.powf(Jet::real(-3.0), path));
        agrees(1.3, |s, path| s.powf(s, path));
        agrees(1.3, |s, _| s.powi(5));
        agrees(1.3, |s, _| s.ln_gamma() + s.polygamma(1));
        agrees(-0.3, |s, _| (s * s).kummer(Jet::real(0.7), Jet::real(1.9)));
        agrees(0.3, |s, _| s.kummer_slopes(Jet::real(0.7), Jet::real(1.9))[0]);
        agrees(-0.3, |s, _| s.kummer_slopes(Jet::real(0.7), Jet::real(1.9))[1]);
    }

    #[test]
    fn singularities_cancel() {
        // (e^{2s} - 1) / s = Σ 2^{k+1} s^k / (k+1)!
        let s = Real::variable(0.0);
        let quotient = ((s + s).exp() - Real::real(1.0)) / s;
        let (mut factorial, mut power) = (1.0, 1.0);
        for k in 0..5 {
            factorial *= k as f64 + 1.0;
            power *= 2.0;
            close(quotient.coefficient(k), power / factorial);
        }
        // One order is lost, and says so.
        assert!(quotient.coefficient(5).is_nan());
        // ln(s / sin s) = s²/6 + s⁴/180
        let logarithm = (s / s.sin()).ln(&mut ());
        for (power, expected) in [0.0, 0.0, 1.0 / 6.0, 0.0, 1.0 / 180.0].into_iter().enumerate() {
            close(logarithm.coefficient(power), expected);
        }
    }

    #[test]
    fn poles_and_branch_points_are_not_numbers() {
        let s = Real::variable(0.0);
        assert!((Real::real(1.0) / s).coefficient(0).is_nan());
        assert!((Real::real(1.0) / (s - s)).coefficient(0).is_nan());
        assert!(s.ln(&mut ()).coefficient(0).is_nan());
        assert!(s.sqrt(&mut ()).coefficient(0).is_nan());
        assert!(s.powf(Real::real(0.5), &mut ()).coefficient(0).is_nan());
        assert!((Real::real(1.0) / s).exp().coefficient(0).is_nan());
        close(s.powf(Real::real(3.0), &mut ()).coefficient(3), 1.0);
        close((s * s).sqrt(&mut ()).coefficient(1), 1.0);
    }

    #[test]
    fn kinks_are_analytic_on_either_side() {
        let s = Real::variable(-0.5);
        close(s.abs().coefficient(0), 0.5);
        close(s.abs().coefficient(1), -1.0);
        close(s.maximum(Real::real(-2.0)).coefficient(1), 1.0);
        close(s.minimum(Real::real(-2.0)).coefficient(0), -2.0);
    }
}
