//! Sums, products and quotients of power series.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Jet;
use crate::formula::Coefficient;

/// Coefficient `k` of the product.
pub(super) fn convolution<C: Coefficient, const N: usize>(x: &[C; N], y: &[C; N], k: usize) -> C {
    (1..=k).fold(x[0] * y[k], |sum, i| sum + x[i] * y[k - i])
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
        // More is known of a product if its factors do not begin with zeros; a series of zeros has no beginning.
        let (x, y) = match (self.leading(), other.leading()) {
            (x, y) if !x.undefined() && !y.undefined() => (x, y),
            _ => (self, other),
        };
        let mut product = Self { start: x.start + y.start, known: x.known.min(y.known), terms: [C::real(0.0); N] };
        for k in 0..product.known {
            product.terms[k] = convolution(&x.terms, &y.terms, k);
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
