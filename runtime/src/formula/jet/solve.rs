//! Power series that satisfy a differential equation, coefficient by coefficient.

use super::Jet;
use super::arithmetic::convolution;
use crate::formula::Coefficient;

impl<C: Coefficient, const N: usize> Jet<C, N> {
    /// `p` with `p' = (a + b p + c p²) self'`.
    pub(super) fn solve(&self, first: impl FnOnce(C) -> C, [a, b, c]: [f64; 3]) -> Self {
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
    pub(super) fn solve_pair(&self, first: impl FnOnce(C) -> (C, C), sign: f64) -> (Self, Self) {
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
    pub(super) fn raised(&self, exponent: C, first: C) -> Self {
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
    pub(super) fn composed(&self, outer: impl Fn(C, u32) -> C) -> Self {
        let mut inner = self.regular();
        if inner.undefined() {
            return inner;
        }
        let place = inner.terms[0];
        inner.terms[0] = C::real(0.0);
        let mut sum = Self { known: inner.known, ..Self::constant(outer(place, inner.known as u32 - 1)) };
        for k in (0..inner.known as u32 - 1).rev() {
            sum = sum * inner + Self::constant(outer(place, k));
        }
        sum
    }

    /// Kummer's function with constant shapes, or its derivative with respect to one.
    pub(super) fn kummer_part(&self, a: Self, b: Self, part: usize) -> Self {
        let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) else { return Self::nowhere() };
        self.composed(|x, k| x.kummer_taylor(a, b, k)[part])
    }

    pub(super) fn derivative(&self) -> Self {
        let series = self.regular();
        let mut derivative = Self { start: 0, known: series.known.saturating_sub(1), terms: [C::real(0.0); N] };
        for k in 0..derivative.known {
            derivative.terms[k] = C::real((k + 1) as f64) * series.terms[k + 1];
        }
        derivative
    }

    /// The integral of a regular series, with a given constant.
    pub(super) fn integral(&self, constant: C) -> Self {
        let series = self.regular();
        let mut integral = Self { start: 0, known: (series.known + 1).min(N), terms: [C::real(0.0); N] };
        integral.terms[0] = constant;
        for k in 1..integral.known {
            integral.terms[k] = series.terms[k - 1] / C::real(k as f64);
        }
        integral
    }

    /// The constant, if the series is one.
    pub(super) fn as_constant(&self) -> Option<C> {
        let series = self.regular();
        let constant = !series.undefined() && series.terms[1..series.known].iter().all(|term| term.is_zero());
        constant.then_some(series.terms[0])
    }
}

/// `k!`
pub(super) fn factorial<C: Coefficient>(k: u32) -> C {
    C::real((1..=k).map(f64::from).product())
}

/// Coefficient `k` of the integral of `slope(t) inner'(t)`.
fn chain<C: Coefficient, const N: usize>(inner: &[C; N], slope: &[C; N], k: usize) -> C {
    let sum = (1..=k).fold(C::real(0.0), |sum, i| sum + C::real(i as f64) * inner[i] * slope[k - i]);
    sum / C::real(k as f64)
}
