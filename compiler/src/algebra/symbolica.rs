//! The computer algebra system behind our own vocabulary: the only file that names it.
//!
//! What is used is small: quotients of polynomials with integer coefficients, brought to lowest terms after every
//! operation, their derivatives and the factors of their numerators and denominators. Exact integers go in and come out
//! as `num-bigint` numbers, so that no type of the system is visible elsewhere. Everything here must run on the thread
//! that [`permit`](super::permit) provides.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use numerica::domains::integer::{Integer, IntegerRing, Z};
use symbolica::domains::rational_polynomial::{FromNumeratorAndDenominator, RationalPolynomial};
use symbolica::poly::PolyVariable;
use symbolica::poly::factor::Factorize;
use symbolica::poly::polynomial::MultivariatePolynomial;

use crate::ir::Rational;

type Polynomial = MultivariatePolynomial<IntegerRing, u16>;

/// One term of a polynomial: `coefficient · Π variable^exponent`, exponents above 0, variables ascending.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) powers: Vec<(usize, u32)>,
    pub(super) coefficient: BigInt,
}

/// The variables `x_0, x_1, …` known so far. It only grows, so that an older list is the start of a newer one.
#[derive(Clone, Debug)]
pub(super) struct Variables(Arc<Vec<PolyVariable>>);

impl Variables {
    /// `count` variables.
    pub(super) fn new(count: usize) -> Self {
        let list = (0..count).map(|index| symbolica::symbol!(format!("logphi::x{index}")).into()).collect();
        Self(Arc::new(list))
    }

    /// One variable more.
    pub(super) fn grow(&mut self) {
        *self = Self::new(self.0.len() + 1);
    }
}

/// A quotient of two polynomials over the integers, in lowest terms.
#[derive(Clone, Debug)]
pub(super) struct Fraction(RationalPolynomial<IntegerRing, u16>);

impl Fraction {
    /// An exact number.
    pub(super) fn constant(variables: &Variables, value: &Rational) -> Self {
        Self::from_terms(
            variables,
            &[Term { coefficient: value.numer().clone(), powers: Vec::new() }],
            &[Term { coefficient: value.denom().clone(), powers: Vec::new() }],
        )
    }

    /// The variable `x_index`.
    pub(super) fn variable(variables: &Variables, index: usize) -> Self {
        let one = Term { coefficient: 1.into(), powers: Vec::new() };
        Self::from_terms(variables, &[Term { coefficient: 1.into(), powers: vec![(index, 1)] }], &[one])
    }

    /// The quotient of two sums of terms; the second is not zero.
    pub(super) fn from_terms(variables: &Variables, numerator: &[Term], denominator: &[Term]) -> Self {
        let numerator = polynomial(variables, numerator);
        let denominator = polynomial(variables, denominator);
        Self(RationalPolynomial::from_num_den(numerator, denominator, &Z, true))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        self.together(other, |x, y| x + y)
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        self.together(other, |x, y| x * y)
    }

    /// The quotient; `other` is not zero.
    pub(super) fn divide(&self, other: &Self) -> Self {
        self.together(other, |x, y| x / y)
    }

    /// The partial derivative with respect to `x_index`, all other variables fixed.
    pub(super) fn derivative(&self, index: usize) -> Self {
        if self.degrees(index) == (0, 0) {
            return Self(RationalPolynomial::new(&Z, self.0.get_variables().clone()));
        }
        Self(self.0.derivative(index))
    }

    /// The highest power of `x_index` in the numerator and in the denominator.
    pub(super) fn degrees(&self, index: usize) -> (u32, u32) {
        let degree = |p: &Polynomial| if index < p.nvars() { u32::from(p.degree(index)) } else { 0 };
        (degree(&self.0.numerator), degree(&self.0.denominator))
    }

    pub(super) fn numerator(&self) -> Vec<Term> {
        terms(&self.0.numerator)
    }

    pub(super) fn denominator(&self) -> Vec<Term> {
        terms(&self.0.denominator)
    }

    /// The factors of a nonzero fraction that cannot be split further, with their exponents: constants as well, whose
    /// product is the fraction's rational factor up to its sign.
    pub(super) fn factors(&self) -> Vec<(Vec<Term>, i32)> {
        self.split(|polynomial| polynomial.factor())
    }

    /// The factors of a nonzero fraction by multiplicity, which is much cheaper to find.
    pub(super) fn square_free_factors(&self) -> Vec<(Vec<Term>, i32)> {
        self.split(|polynomial| polynomial.square_free_factorization())
    }

    fn split(&self, factor: impl Fn(&Polynomial) -> Vec<(Polynomial, usize)>) -> Vec<(Vec<Term>, i32)> {
        let one = |polynomial: &Polynomial, sign: i32| -> Vec<(Vec<Term>, i32)> {
            if polynomial.nterms() == 1 {
                let term = terms(polynomial).remove(0);
                let constant = Term { coefficient: term.coefficient, powers: Vec::new() };
                let variable = |(index, exponent): (usize, u32)| {
                    (vec![Term { coefficient: 1.into(), powers: vec![(index, 1)] }], sign * exponent as i32)
                };
                return std::iter::once((vec![constant], sign)).chain(term.powers.into_iter().map(variable)).collect();
            }
            factor(polynomial).into_iter().map(|(base, exponent)| (terms(&base), sign * exponent as i32)).collect()
        };
        let mut all = one(&self.0.numerator, 1);
        all.extend(one(&self.0.denominator, -1));
        all
    }

    fn together(
        &self,
        other: &Self,
        operation: impl Fn(
            &RationalPolynomial<IntegerRing, u16>,
            &RationalPolynomial<IntegerRing, u16>,
        ) -> RationalPolynomial<IntegerRing, u16>,
    ) -> Self {
        let (x, y) = (&self.0, &other.0);
        if Arc::ptr_eq(x.get_variables(), y.get_variables()) || x.get_variables() == y.get_variables() {
            return Self(operation(x, y));
        }
        let (mut x, mut y) = (x.clone(), y.clone());
        // The longer list leads: the shorter one is its start, so positions do not change.
        if x.get_variables().len() >= y.get_variables().len() {
            x.unify_variables(&mut y);
        } else {
            y.unify_variables(&mut x);
        }
        Self(operation(&x, &y))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.numerator() == other.numerator() && self.denominator() == other.denominator()
    }
}

fn polynomial(variables: &Variables, terms: &[Term]) -> Polynomial {
    let mut sum = Polynomial::new(&Z, Some(terms.len()), variables.0.clone());
    let mut exponents = vec![0_u16; variables.0.len()];
    for term in terms {
        exponents.fill(0);
        for &(index, exponent) in &term.powers {
            exponents[index] = u16::try_from(exponent).expect("exponents were checked to fit");
        }
        sum.append_monomial(integer(&term.coefficient), &exponents);
    }
    sum
}

fn terms(polynomial: &Polynomial) -> Vec<Term> {
    (0..polynomial.nterms())
        .map(|index| Term {
            coefficient: big(&polynomial.coefficients[index]),
            powers: polynomial
                .exponents(index)
                .iter()
                .enumerate()
                .filter(|(_, exponent)| **exponent > 0)
                .map(|(variable, exponent)| (variable, u32::from(*exponent)))
                .collect(),
        })
        .collect()
}

fn integer(value: &BigInt) -> Integer {
    match value.to_i64() {
        Some(small) => Integer::from(small),
        None => value.to_string().parse().expect("decimal digits are a number"),
    }
}

fn big(value: &Integer) -> BigInt {
    match value.to_i64() {
        Some(small) => small.into(),
        None => value.to_string().parse().expect("a number prints as decimal digits"),
    }
}
