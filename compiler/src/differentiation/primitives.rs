//! The generators of each primitive and of powers: the rows of the table in `generators`.

use num_traits::One;

use super::generators::{Reduction, Tower, integer};
use super::polynomial::{Monomial, Polynomial, Symbol};
use crate::errors::bug;
use crate::ir::{Node, NodeId, Primitive, Rational};

/// The highest power that an exact number is raised to.
const LONGEST_POWER: u32 = 128;

impl Tower {
    /// An integer power. Bases that would be multiplied out or reduced, both of which cancel, stay whole.
    pub(super) fn power(&mut self, base: NodeId, exponent: i32) -> Polynomial {
        let power = exponent.unsigned_abs();
        let polynomial = if exponent > 0 { self.polynomial(base) } else { self.inverse(base) };
        match polynomial.single() {
            Some((monomial, coefficient)) if self.may_be_raised(monomial, coefficient, power) => {
                let scale = num_traits::pow(coefficient.clone(), power as usize);
                Polynomial::term(monomial.map_exponents(|_, inner| inner * power), scale)
            }
            Some(_) | None => {
                let whole = self.whole(base);
                let symbol = if exponent > 0 { whole } else { self.inverse_symbol(whole) };
                Polynomial::term(Monomial::power(symbol, power), integer(1))
            }
        }
    }

    /// Whether the power of a term is again a short term: no square is reduced, and no number becomes very long.
    fn may_be_raised(&self, monomial: &Monomial, coefficient: &Rational, power: u32) -> bool {
        let short = |symbol: Symbol| !matches!(self.generators[symbol].reduction, Reduction::Square { .. });
        let fits = |inner: u32| inner.checked_mul(power).is_some_and(|product| product <= i32::MAX as u32);
        (power <= LONGEST_POWER || (coefficient * coefficient).is_one())
            && monomial.factors().iter().all(|&(symbol, inner)| short(symbol) && fits(inner))
    }

    /// `w = x^y`: `w' = w (y x' / x + y' ln x)`.
    pub(super) fn real_power(&mut self, id: NodeId, base: NodeId, exponent: NodeId) -> Polynomial {
        let constant = if let Node::Constant(value) = self.graph.node(exponent) { Some(value.clone()) } else { None };
        if self.varying[base.0 as usize] && self.is_absolute(base, constant.as_ref()) {
            return self.refuse(id, "a real power of an even power (a power of `abs`)");
        }
        let symbol = self.generate(id, true);
        self.symbols.insert(id, symbol);
        let mut sum = Polynomial::default();
        if self.varying[base.0 as usize] {
            let ratio = self.logarithmic_slope(base);
            let exponent = self.polynomial(exponent);
            sum.add_all(&self.times(&exponent, &ratio));
        }
        if self.varying[exponent.0 as usize] {
            let logarithm = self.intern(Node::Call(Primitive::Ln, base));
            let logarithm = self.polynomial(logarithm);
            let slope = self.slope(exponent);
            sum.add_all(&self.times(&slope, &logarithm));
        }
        let itself = Polynomial::symbol(symbol);
        self.generators[symbol].derivative = self.times(&itself, &sum);
        itself
    }

    /// `v' / v`.
    fn logarithmic_slope(&mut self, id: NodeId) -> Polynomial {
        let (slope, inverse) = (self.slope(id), self.inverse(id));
        self.times(&slope, &inverse)
    }

    /// Whether `base^exponent` is an odd power of an absolute value: `base` is a product of even powers, and no whole
    /// even power comes out. The root of `u²` looks smooth to the rules of calculus and is not.
    fn is_absolute(&mut self, base: NodeId, exponent: Option<&Rational>) -> bool {
        let polynomial = self.polynomial(base);
        let Some((monomial, _)) = polynomial.single() else { return false };
        let kinked = |power: u32| match exponent {
            Some(exponent) => !(exponent * integer(i64::from(power / 2))).is_integer(),
            None => true,
        };
        monomial.factors().iter().any(|&(symbol, power)| {
            !self.is_free(symbol) && !self.generators[symbol].positive && power % 2 == 0 && kinked(power)
        })
    }

    /// The symbol of a primitive whose argument varies; symbols it needs are made along.
    pub(super) fn call(&mut self, id: NodeId, primitive: Primitive, argument: NodeId) -> Symbol {
        if let Some(&symbol) = self.symbols.get(&id) {
            return symbol;
        }
        let positive = matches!(primitive, Primitive::Exp | Primitive::Sqrt | Primitive::Cosh | Primitive::Sigmoid);
        let symbol = self.generate(id, positive);
        self.symbols.insert(id, symbol);
        let inner = self.slope(argument);
        let outer = match primitive {
            Primitive::Exp => Polynomial::symbol(symbol),
            Primitive::ExpM1 => self.partner(Primitive::Exp, argument),
            Primitive::Ln => self.inverse(argument),
            Primitive::Ln1p => {
                let one = self.intern(Node::Constant(integer(1)));
                let sum = self.intern_sum(vec![one, argument]);
                self.inverse(sum)
            }
            Primitive::Sqrt => {
                let half = Rational::new(1.into(), 2.into());
                if self.is_absolute(argument, Some(&half)) {
                    self.refuse(id, "the root of an even power (a power of `abs`)");
                }
                let inverse = self.inverse(argument);
                self.times(&Polynomial::term(Monomial::power(symbol, 1), half), &inverse)
            }
            Primitive::Sin => self.partner(Primitive::Cos, argument),
            Primitive::Cos => negated(&self.partner(Primitive::Sin, argument)),
            Primitive::Tan => {
                let mut square = Polynomial::term(Monomial::power(symbol, 2), integer(1));
                square.add(Monomial::default(), integer(1));
                square
            }
            Primitive::Sinh => self.partner(Primitive::Cosh, argument),
            Primitive::Cosh => self.partner(Primitive::Sinh, argument),
            Primitive::Tanh => self.tanh(symbol, argument, &inner),
            Primitive::Atan => {
                let one = self.intern(Node::Constant(integer(1)));
                let square = self.intern(Node::Power(argument, 2));
                let sum = self.intern_sum(vec![one, square]);
                self.inverse(sum)
            }
            Primitive::Sigmoid => Polynomial::symbol(self.logistic(argument).0),
            Primitive::LogSigmoid => {
                let mirrored = self.mirrored(argument);
                self.partner(Primitive::Sigmoid, mirrored)
            }
            Primitive::Softplus => self.partner(Primitive::Sigmoid, argument),
            Primitive::LnGamma | Primitive::Polygamma(_) => {
                bug!("differentiation", "`{}` of a draw, which no function has", primitive.name())
            }
            Primitive::Abs | Primitive::Sign => self.refuse(id, &format!("`{}`", primitive.name())),
        };
        self.generators[symbol].derivative = self.times(&inner, &outer);
        symbol
    }

    /// Another primitive of the same argument.
    fn partner(&mut self, primitive: Primitive, argument: NodeId) -> Polynomial {
        let id = self.intern(Node::Call(primitive, argument));
        self.polynomial(id)
    }

    /// `q = cosh(v)^-2` of a symbol `t = tanh v`; `1 - t²` would have no correct digit left where `t` rounds to 1.
    fn tanh(&mut self, t: Symbol, argument: NodeId, inner: &Polynomial) -> Polynomial {
        let cosh = self.intern(Node::Call(Primitive::Cosh, argument));
        let node = self.append_once(Node::Power(cosh, -2));
        let q = self.generate(node, true);
        let product = Polynomial::term(Monomial::power(t, 1).times(&Monomial::power(q, 1)), integer(-2));
        self.generators[q].derivative = self.times(inner, &product);
        self.generators[t].reduction = Reduction::Square { factor: 1, symbol: q };
        Polynomial::symbol(q)
    }

    /// `q = σ(v) σ(-v)` and `d = σ(-v) - σ(v)`, shared by `v` and `-v` up to the sign of `d`.
    fn logistic(&mut self, argument: NodeId) -> (Symbol, Symbol) {
        let mirrored = self.mirrored(argument);
        let (v, negative) = if self.negation(argument).is_some() { (mirrored, argument) } else { (argument, mirrored) };
        if let Some(&family) = self.logistic.get(&v) {
            return family;
        }
        let (q, d) = (self.generate(v, true), self.generate(v, false));
        self.logistic.insert(v, (q, d));
        let inner = self.slope(v);
        let above = self.intern(Node::Call(Primitive::Sigmoid, v));
        let below = self.intern(Node::Call(Primitive::Sigmoid, negative));
        self.generators[q].node = self.intern_product(vec![above, below]);
        let minus_one = self.intern(Node::Constant(integer(-1)));
        let subtracted = self.intern_product(vec![minus_one, above]);
        self.generators[d].node = self.intern_sum(vec![below, subtracted]);
        let product = Polynomial::term(Monomial::power(q, 1).times(&Monomial::power(d, 1)), integer(1));
        self.generators[q].derivative = self.times(&inner, &product);
        self.generators[d].derivative = self.times(&inner, &Polynomial::term(Monomial::power(q, 1), integer(-2)));
        self.generators[d].reduction = Reduction::Square { factor: 4, symbol: q };
        (q, d)
    }

    /// The node of `-id`.
    fn mirrored(&mut self, id: NodeId) -> NodeId {
        match self.negation(id) {
            Some(positive) => positive,
            None => {
                let minus_one = self.intern(Node::Constant(integer(-1)));
                self.intern_product(vec![minus_one, id])
            }
        }
    }

    /// `x` if `id` is written `-x`.
    fn negation(&self, id: NodeId) -> Option<NodeId> {
        let Node::Product(operands) = self.graph.node(id) else { return None };
        let minus_one = |operand: NodeId| matches!(self.graph.node(operand), Node::Constant(c) if *c == integer(-1));
        match **operands {
            [x, y] if minus_one(x) => Some(y),
            [x, y] if minus_one(y) => Some(x),
            _ => None,
        }
    }
}

/// `-polynomial`.
fn negated(polynomial: &Polynomial) -> Polynomial {
    let mut result = Polynomial::default();
    for (monomial, coefficient) in polynomial.terms() {
        result.add(monomial.clone(), -coefficient.clone());
    }
    result
}
