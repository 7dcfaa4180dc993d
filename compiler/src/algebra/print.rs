//! Field elements as graphs, short and in a stable order: `2 b³`, `μⁿ / n`, a polynomial over powers.
//!
//! An element is written as rational number × powers × polynomials in the numerator × powers of polynomials in the
//! denominator. Repeated factors of denominators are always found (`(α² - β²)^{-5}` comes expanded), those of numerators
//! only where these are short. Splitting further is left out: it took nine tenths of a derivation's time and made
//! evaluation longer, `(1 - κ)(1 + κ)(1 + κ²)` for `1 - κ⁴`.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use super::symbolica::{Fraction, Term};
use super::{Field, Kernel, Quotient};
use crate::ir::{Graph, Node, NodeId, ParamId, Primitive, Rational};
use crate::rule::build::Builder;

/// Numerators with more terms are printed as they are.
const SHORT: usize = 8;

/// Powers by variable: a Laurent monomial.
type Monomial = BTreeMap<usize, i32>;

impl Field {
    /// An element as a graph with one output over constants, π and parameters.
    #[must_use]
    pub fn to_graph(&self, x: &Quotient) -> Graph {
        let mut builder = Builder::new();
        let output = self.write(x, &mut builder);
        builder.finish(output)
    }

    fn write(&self, x: &Quotient, builder: &mut Builder) -> NodeId {
        if x.is_zero() {
            return builder.constant(Rational::zero());
        }
        let (mut number, mut powers, mut polynomials) = (Rational::one(), Monomial::new(), Vec::new());
        for (terms, sign) in [(x.0.numerator(), 1), (x.0.denominator(), -1)] {
            let (content, monomial, rest) = primitive_part(terms);
            number *= Rational::from_integer(content).pow(sign);
            for (variable, exponent) in monomial {
                *powers.entry(variable).or_insert(0) += sign * exponent as i32;
            }
            if rest.len() == 1 {
                continue;
            }
            let factors = if sign < 0 || rest.len() <= SHORT {
                self.polynomial(&rest).0.square_free_factors()
            } else {
                vec![(rest, 1)]
            };
            for (factor, exponent) in factors {
                let (content, _, rest) = primitive_part(factor);
                number *= Rational::from_integer(content).pow(sign * exponent);
                if rest.len() > 1 {
                    polynomials.push((rest, sign * exponent));
                }
            }
        }
        let mut factors = Vec::new();
        if !number.is_one() {
            factors.push(builder.constant(number));
        }
        factors.extend(powers.into_iter().filter(|power| power.1 != 0).map(|(variable, exponent)| {
            let base = self.write_variable(variable, builder);
            builder.power(base, exponent)
        }));
        polynomials.sort_by(|x, y| (x.1 < 0, x.0.len(), &x.0).cmp(&(y.1 < 0, y.0.len(), &y.0)));
        for (polynomial, exponent) in polynomials {
            let base = self.write_polynomial(&polynomial, builder);
            factors.push(builder.power(base, exponent));
        }
        builder.product(factors)
    }

    fn write_polynomial(&self, terms: &[Term], builder: &mut Builder) -> NodeId {
        let terms = terms
            .iter()
            .map(|term| {
                let mut factors = Vec::new();
                if !term.coefficient.is_one() || term.powers.is_empty() {
                    factors.push(builder.constant(Rational::from_integer(term.coefficient.clone())));
                }
                for &(variable, exponent) in &term.powers {
                    let base = self.write_variable(variable, builder);
                    factors.push(builder.power(base, exponent as i32));
                }
                builder.product(factors)
            })
            .collect();
        builder.sum(terms)
    }

    fn write_variable(&self, variable: usize, builder: &mut Builder) -> NodeId {
        let Some(index) = variable.checked_sub(self.kinds.len()) else {
            return builder.node(Node::Param(ParamId(variable)));
        };
        let mut call = |primitive: Primitive, of: &Quotient| {
            let of = self.write(of, builder);
            builder.node(Node::Call(primitive, of))
        };
        match &self.kernels[index] {
            Kernel::Pi => builder.node(Node::Pi),
            Kernel::Ln { of, positive: true } => call(Primitive::Ln, of),
            Kernel::Ln { of, positive: false } => {
                let size = call(Primitive::Abs, of);
                builder.node(Node::Call(Primitive::Ln, size))
            }
            Kernel::Exp(of) => match self.as_power(of) {
                Some((base, exponent)) => {
                    let base = self.write(&base, builder);
                    let exponent = self.write(&exponent, builder);
                    builder.node(Node::RealPower(base, exponent))
                }
                None => call(Primitive::Exp, of),
            },
            Kernel::Root { of, degree: 2 } => call(Primitive::Sqrt, of),
            Kernel::Root { of, degree } => {
                let base = self.write(of, builder);
                let exponent = builder.constant(Rational::new(BigInt::one(), (*degree).into()));
                builder.node(Node::RealPower(base, exponent))
            }
            Kernel::Sin(of) => call(Primitive::Sin, of),
            Kernel::Cos(of) => call(Primitive::Cos, of),
            Kernel::Atan(of) => call(Primitive::Atan, of),
            Kernel::LnGamma(of) => call(Primitive::LnGamma, of),
            Kernel::Polygamma { of, order } => call(Primitive::Polygamma(*order), of),
        }
    }

    /// Base and exponent if an exponential's argument is `exponent · ln base`.
    fn as_power(&self, argument: &Quotient) -> Option<(Quotient, Quotient)> {
        let above = argument.0.numerator();
        let [term] = above.as_slice() else { return None };
        let (base, logarithm) = term.powers.iter().find_map(|&(variable, exponent)| {
            match &self.kernels[variable.checked_sub(self.kinds.len())?] {
                Kernel::Ln { of, positive: true } if exponent == 1 => Some((of.clone(), variable)),
                Kernel::Ln { .. }
                | Kernel::Pi
                | Kernel::Exp(_)
                | Kernel::Root { .. }
                | Kernel::Sin(_)
                | Kernel::Cos(_)
                | Kernel::Atan(_)
                | Kernel::LnGamma(_)
                | Kernel::Polygamma { .. } => None,
            }
        })?;
        let logarithm = Quotient(Fraction::variable(&self.variables, logarithm));
        Some((base, self.divide(argument, &logarithm)))
    }
}

/// Splits a polynomial in the greatest common divisor of its coefficients, the common powers of its variables, and the
/// rest: terms of low degree first, the first one with a positive coefficient.
fn primitive_part(mut terms: Vec<Term>) -> (BigInt, BTreeMap<usize, u32>, Vec<Term>) {
    terms.sort_by_cached_key(|term| {
        let powers: Vec<_> = term.powers.iter().map(|power| (power.0, std::cmp::Reverse(power.1))).collect();
        (term.powers.iter().map(|power| power.1).sum::<u32>(), powers)
    });
    let mut content = terms.iter().fold(BigInt::zero(), |divisor, term| divisor.gcd(&term.coefficient));
    if terms.first().is_some_and(|term| term.coefficient.is_negative()) {
        content = -content;
    }
    let mut common: BTreeMap<usize, u32> =
        terms.first().map_or_else(BTreeMap::new, |t| t.powers.iter().copied().collect());
    for term in &terms {
        common.retain(|variable, exponent| {
            let here = term.powers.iter().find(|power| power.0 == *variable).map_or(0, |power| power.1);
            *exponent = here.min(*exponent);
            *exponent > 0
        });
    }
    for term in &mut terms {
        term.coefficient /= &content;
        for power in &mut term.powers {
            power.1 -= common.get(&power.0).copied().unwrap_or(0);
        }
        term.powers.retain(|power| power.1 > 0);
    }
    (content, common, terms)
}
