//! Power series in `t` with finitely many coefficients: derivatives of all orders at once.
//!
//! A characteristic function written for analytic numbers, evaluated at `s = λ + t`, is its own Taylor expansion at `λ`:
//! coefficient `m` is `φ^(m)(λ) / m!`. The series may begin with a negative power, so that singularities which cancel,
//! such as that of the uniform law's `(e^{bs} - e^{as}) / s` at 0, do so here. They cost orders: how many coefficients
//! are known is kept, and one that is not known reads as NaN.
//!
//! Every function follows from a differential equation that it satisfies, coefficient by coefficient.

mod arithmetic;
mod functions;
mod solve;
#[cfg(test)]
mod tests;

use super::Coefficient;

/// `Σ_k terms[k] t^{start + k}`, `k < known`.
#[derive(Clone, Copy, Debug)]
pub struct Jet<C, const N: usize> {
    start: i32,
    known: usize,
    terms: [C; N],
}

impl<C: Coefficient, const N: usize> Jet<C, N> {
    /// `value + scale t`.
    pub(super) fn variable(value: C, scale: f64) -> Self {
        let mut jet = Self::constant(value);
        if N > 1 {
            jet.terms[1] = C::real(scale);
        }
        jet
    }

    /// The coefficient of `t^power`; NaN if it is not known or if there is a pole.
    #[must_use]
    pub fn coefficient(&self, power: usize) -> C {
        let series = self.regular();
        if power < series.known { series.terms[power] } else { C::real(f64::NAN) }
    }

    /// Whether the coefficients of the first `orders` powers are known and finite.
    pub(super) fn is_finite(&self, orders: usize) -> bool {
        (0..orders).all(|power| self.coefficient(power).parts().iter().all(|part| part.is_finite()))
    }

    fn constant(value: C) -> Self {
        let mut terms = [C::real(0.0); N];
        terms[0] = value;
        Self { start: 0, known: N, terms }
    }

    pub(super) const fn undefined(&self) -> bool {
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
}
