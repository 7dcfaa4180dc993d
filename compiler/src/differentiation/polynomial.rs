//! Sparse polynomials with exact coefficients: the derivatives of every order, over the symbols of a tower.
//!
//! Only what differentiation needs is here: sums, and products with one monomial at a time. Nothing is factored,
//! divided or simplified, which is the business of the computer algebra system. Terms are kept in an ordered map, so
//! that the same function always leads to the same text.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use crate::ir::Rational;

/// Index of a symbol of a [`Tower`](super::generators::Tower).
pub type Symbol = usize;

/// A product of powers of symbols: ascending by symbol, exponents at least 1. The empty product is 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monomial(Vec<(Symbol, u32)>);

impl Monomial {
    /// `symbol^exponent`.
    #[must_use]
    pub fn power(symbol: Symbol, exponent: u32) -> Self {
        if exponent == 0 { Self::default() } else { Self(vec![(symbol, exponent)]) }
    }

    /// The factors, ascending by symbol.
    #[must_use]
    pub fn factors(&self) -> &[(Symbol, u32)] {
        &self.0
    }

    /// Whether the product is empty.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// The exponent of `symbol`; 0 if it does not occur.
    #[must_use]
    pub fn exponent(&self, symbol: Symbol) -> u32 {
        self.0.binary_search_by_key(&symbol, |&(other, _)| other).map_or(0, |index| self.0[index].1)
    }

    /// The product of two monomials; exponents end at the largest number, where every float has long become 0 or infinite.
    #[must_use]
    pub fn times(&self, other: &Monomial) -> Monomial {
        let (mut left, mut right) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        let mut factors = Vec::with_capacity(self.0.len() + other.0.len());
        while let (Some(&(a, m)), Some(&(b, n))) = (left.peek(), right.peek()) {
            if a <= b {
                left.next();
            }
            if b <= a {
                right.next();
            }
            factors.push(if a == b {
                (a, m.saturating_add(n))
            } else if a < b {
                (a, m)
            } else {
                (b, n)
            });
        }
        factors.extend(left);
        factors.extend(right);
        Monomial(factors)
    }

    /// `self / symbol^exponent`, which must divide it.
    #[must_use]
    pub fn without(&self, symbol: Symbol, exponent: u32) -> Monomial {
        let kept = self.0.iter().map(|&(other, power)| (other, if other == symbol { power - exponent } else { power }));
        Monomial(kept.filter(|&(_, power)| power > 0).collect())
    }

    /// `self / divisor`, if `divisor` divides it.
    #[must_use]
    pub fn divided_by(&self, divisor: &Monomial) -> Option<Monomial> {
        let divides = divisor.0.iter().all(|&(symbol, power)| self.exponent(symbol) >= power);
        divides.then(|| self.map_exponents(|symbol, power| power - divisor.exponent(symbol)))
    }

    /// Every factor with its exponent changed by `map`.
    #[must_use]
    pub fn map_exponents(&self, map: impl Fn(Symbol, u32) -> u32) -> Monomial {
        let mapped = self.0.iter().map(|&(symbol, power)| (symbol, map(symbol, power)));
        Monomial(mapped.filter(|&(_, power)| power > 0).collect())
    }
}

/// A sum of monomials with nonzero rational coefficients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial(BTreeMap<Monomial, Rational>);

impl Polynomial {
    /// `value`.
    #[must_use]
    pub fn constant(value: Rational) -> Self {
        Self::term(Monomial::default(), value)
    }

    /// `symbol`.
    #[must_use]
    pub fn symbol(symbol: Symbol) -> Self {
        Self::term(Monomial::power(symbol, 1), Rational::one())
    }

    /// `coefficient * monomial`.
    #[must_use]
    pub fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let mut polynomial = Self::default();
        polynomial.add(monomial, coefficient);
        polynomial
    }

    /// The terms, ascending by monomial.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.0.iter()
    }

    /// Number of terms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the polynomial is 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only term, if there is exactly one.
    #[must_use]
    pub fn single(&self) -> Option<(&Monomial, &Rational)> {
        if self.0.len() == 1 { self.0.first_key_value() } else { None }
    }

    /// Adds `coefficient * monomial`.
    pub fn add(&mut self, monomial: Monomial, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        match self.0.entry(monomial) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(coefficient);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let sum = add(entry.get(), &coefficient);
                if sum.is_zero() {
                    entry.remove();
                } else {
                    entry.insert(sum);
                }
            }
        }
    }

    /// Adds another polynomial.
    pub fn add_all(&mut self, other: &Polynomial) {
        for (monomial, coefficient) in &other.0 {
            self.add(monomial.clone(), coefficient.clone());
        }
    }
}

/// `a + b`. Nearly all coefficients are whole numbers, for which the search for common factors is skipped.
fn add(a: &Rational, b: &Rational) -> Rational {
    if a.is_integer() && b.is_integer() { Rational::from_integer(a.numer() + b.numer()) } else { a + b }
}

/// `a b`, with the same shortcut.
#[must_use]
pub fn multiply(a: &Rational, b: &Rational) -> Rational {
    if a.is_integer() && b.is_integer() { Rational::from_integer(a.numer() * b.numer()) } else { a * b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i64) -> Rational {
        Rational::from_integer(value.into())
    }

    #[test]
    fn monomials_multiply_and_divide() {
        let product = Monomial::power(2, 3).times(&Monomial::power(0, 1)).times(&Monomial::power(2, 1));
        assert_eq!(product.factors(), [(0, 1), (2, 4)]);
        assert_eq!(product.without(2, 4), Monomial::power(0, 1));
        assert_eq!(
            product.divided_by(&Monomial::power(2, 3)),
            Some(Monomial::power(0, 1).times(&Monomial::power(2, 1)))
        );
        assert_eq!(product.divided_by(&Monomial::power(1, 1)), None);
        assert_eq!(product.exponent(2), 4);
        assert_eq!(product.exponent(1), 0);
        assert!(Monomial::power(5, 0).is_one());
    }

    #[test]
    fn terms_that_cancel_disappear() {
        let mut polynomial = Polynomial::symbol(1);
        polynomial.add(Monomial::power(1, 1), whole(-1));
        assert!(polynomial.is_empty());
        polynomial.add(Monomial::default(), Rational::new(1.into(), 2.into()));
        polynomial.add(Monomial::default(), Rational::new(1.into(), 3.into()));
        assert_eq!(polynomial.single(), Some((&Monomial::default(), &Rational::new(5.into(), 6.into()))));
    }
}
