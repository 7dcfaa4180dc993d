//! Which expressions are affine in the draw, `Σ_j A_oj z_j + c_o`, and with which slopes and offset.
//!
//! Slopes and offsets are polynomials with rational coefficients in *factors*: expressions of data that are not looked
//! into. That is no algebra beyond what comparing slopes takes: `2 x y` and `-x y` are seen to be multiples of one another,
//! `(a - b) x` and `a x - b x` are not, and nothing depends on recognising them.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use super::terms::{Term, Terms};
use crate::ir::{Node, NodeId, Rational};

/// A product of factors: the exponent of each.
pub(crate) type Monomial = BTreeMap<NodeId, i32>;

/// A sum of products of factors: the rational coefficient of each product, never 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Polynomial(pub(crate) BTreeMap<Monomial, Rational>);

impl Polynomial {
    fn term(coefficient: Rational, monomial: Monomial) -> Self {
        let mut sum = Self::default();
        sum.add_term(&coefficient, monomial);
        sum
    }

    fn add_term(&mut self, coefficient: &Rational, monomial: Monomial) {
        let entry = self.0.entry(monomial.clone()).or_insert_with(Rational::zero);
        *entry += coefficient;
        if entry.is_zero() {
            self.0.remove(&monomial);
        }
    }

    /// Whether this is the number 0.
    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// `self + coefficient · other`.
    pub(crate) fn add_scaled(&mut self, coefficient: &Rational, other: &Self) {
        for (monomial, value) in &other.0 {
            self.add_term(&(coefficient * value), monomial.clone());
        }
    }

    /// `self · coefficient · monomial`.
    pub(crate) fn times(&self, coefficient: &Rational, monomial: &Monomial) -> Self {
        let mut product = Self::default();
        for (own, value) in &self.0 {
            product.add_term(&(coefficient * value), multiply(own, monomial));
        }
        product
    }

    /// The number `r` with `self = r · other`, if there is one and neither is 0.
    pub(crate) fn ratio_to(&self, other: &Self) -> Option<Rational> {
        let ((_, mine), (_, theirs)) = (self.0.first_key_value()?, other.0.first_key_value()?);
        let ratio = mine / theirs;
        let mut scaled = Self::default();
        scaled.add_scaled(&ratio, other);
        (scaled == *self).then_some(ratio)
    }
}

fn multiply(left: &Monomial, right: &Monomial) -> Monomial {
    let mut product = left.clone();
    for (&factor, &exponent) in right {
        let entry = product.entry(factor).or_insert(0);
        *entry += exponent;
        if *entry == 0 {
            product.remove(&factor);
        }
    }
    product
}

/// `Σ_j slope_oj z_j + offset_o`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Affine {
    /// The slopes; factors may run along coordinates.
    pub(crate) slope: Polynomial,
    /// The offset; outside the body of a sum over coordinates, no factor runs along coordinates.
    pub(crate) offset: Polynomial,
}

impl Affine {
    /// The slopes without the factors that do not run along coordinates, scaled to a leading coefficient of 1, and the
    /// factors taken out: all functions of one direction can share a ridge argument.
    pub(crate) fn direction(&self, terms: &Terms) -> (Polynomial, Monomial) {
        let mut common: Option<Monomial> = None;
        for monomial in self.slope.0.keys() {
            let outer = |factor: &NodeId| !terms.runs_along_coordinates(*factor);
            common = Some(match common {
                None => monomial.iter().filter(|(factor, _)| outer(factor)).map(|(f, e)| (*f, *e)).collect(),
                Some(common) => common
                    .into_iter()
                    .filter_map(|(factor, exponent)| {
                        let own = *monomial.get(&factor)?;
                        (own.signum() == exponent.signum())
                            .then(|| (factor, exponent.abs().min(own.abs()) * exponent.signum()))
                    })
                    .collect(),
            });
        }
        let common = common.unwrap_or_default();
        let inverse = common.iter().map(|(factor, exponent)| (*factor, -exponent)).collect();
        let stripped = self.slope.times(&Rational::one(), &inverse);
        let leading = stripped.0.values().next().map_or_else(Rational::one, |value| value.recip());
        (stripped.times(&leading, &Monomial::new()), common)
    }
}

/// Finds affine forms, remembering what it has seen.
#[derive(Debug, Default)]
pub(crate) struct AffineForms {
    known: BTreeMap<NodeId, Option<Affine>>,
}

impl AffineForms {
    /// The affine form that `id` is, if it is one. A number without the draw has slope 0, unless it contains a sum, which
    /// has no place in an offset.
    pub(crate) fn of(&mut self, terms: &Terms, id: NodeId) -> Option<Affine> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let found = self.find(terms, id);
        self.known.insert(id, found.clone());
        found
    }

    fn find(&mut self, terms: &Terms, id: NodeId) -> Option<Affine> {
        let node = match terms.term(id) {
            Term::OverRows(..) => return None,
            Term::OverCoordinates(body) => {
                if !terms.has_draw(*body) || terms.has_sum(*body) {
                    return None;
                }
                return self.of(terms, *body).filter(|affine| affine.offset.is_zero());
            }
            Term::Scalar(node) => node,
        };
        let data = !terms.has_draw(id) && !terms.has_sum(id);
        let factor = || Affine {
            offset: Polynomial::term(Rational::one(), Monomial::from([(id, 1)])),
            slope: Polynomial::default(),
        };
        match node {
            Node::Sample => Some(Affine {
                slope: Polynomial::term(Rational::one(), Monomial::new()),
                offset: Polynomial::default(),
            }),
            Node::Constant(value) => {
                Some(Affine { offset: Polynomial::term(value.clone(), Monomial::new()), slope: Polynomial::default() })
            }
            Node::Sum(operands) => {
                let mut sum = Affine::default();
                for &operand in operands {
                    let part = self.of(terms, operand)?;
                    sum.slope.add_scaled(&Rational::one(), &part.slope);
                    sum.offset.add_scaled(&Rational::one(), &part.offset);
                }
                Some(sum)
            }
            Node::Product(operands) => {
                let mut coefficient = Rational::one();
                let mut monomial = Monomial::new();
                let mut with_draw = None;
                for &operand in operands {
                    if terms.has_draw(operand) {
                        if with_draw.replace(self.of(terms, operand)?).is_some() {
                            return None;
                        }
                        continue;
                    }
                    let (value, factors) = self.monomial(terms, operand)?;
                    coefficient *= value;
                    monomial = multiply(&monomial, &factors);
                }
                Some(match with_draw {
                    None => Affine { offset: Polynomial::term(coefficient, monomial), slope: Polynomial::default() },
                    Some(affine) => Affine {
                        slope: affine.slope.times(&coefficient, &monomial),
                        offset: affine.offset.times(&coefficient, &monomial),
                    },
                })
            }
            Node::Power(base, exponent) if data => {
                let (value, factors) = self.monomial(terms, *base)?;
                if value.is_zero() {
                    return Some(factor());
                }
                let powers: Option<Monomial> =
                    factors.iter().map(|(factor, own)| Some((*factor, own.checked_mul(*exponent)?))).collect();
                match (powers, exponent.unsigned_abs() <= LARGEST_EXACT_POWER) {
                    (Some(powers), true) => Some(Affine {
                        offset: Polynomial::term(num_traits::Pow::pow(value, *exponent), powers),
                        slope: Polynomial::default(),
                    }),
                    _ => Some(factor()),
                }
            }
            Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)
            | Node::Ridge
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => data.then(factor),
        }
    }

    /// A number without the draw as one product of factors; a sum is a factor by itself.
    fn monomial(&mut self, terms: &Terms, id: NodeId) -> Option<(Rational, Monomial)> {
        let offset = self.of(terms, id)?.offset;
        Some(match offset.0.len() {
            0 => (Rational::zero(), Monomial::new()),
            1 => offset.0.into_iter().next().map(|(monomial, value)| (value, monomial))?,
            _ => (Rational::one(), Monomial::from([(id, 1)])),
        })
    }
}

/// Powers of constants are multiplied out up to this exponent, so that no number grows without bound.
const LARGEST_EXACT_POWER: u32 = 64;
