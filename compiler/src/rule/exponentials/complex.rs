//! Complex numbers whose parts are exact expressions in the arguments of `f`.
//!
//! A part that is 0 is absent, and equal parts are equal nodes as far as constants and signs go, so that exponents which are
//! equal are found to be.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use crate::ir::{Node, NodeId, Primitive, Rational};
use crate::rule::build::Builder;

/// A complex number whose parts are nodes of the builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Complex {
    pub(super) re: Option<NodeId>,
    pub(super) im: Option<NodeId>,
}

impl Complex {
    pub(super) const ZERO: Self = Self { re: None, im: None };

    pub(super) const fn real(re: NodeId) -> Self {
        Self { re: Some(re), im: None }
    }
}

/// Arithmetic of numbers.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) builder: Builder,
}

impl Numbers {
    /// The node of a real number.
    pub(super) fn number(&mut self, value: Complex) -> NodeId {
        value.re.unwrap_or_else(|| self.integer(0))
    }

    pub(super) fn integer(&mut self, value: i64) -> NodeId {
        self.fraction(value, 1)
    }

    pub(super) fn fraction(&mut self, above: i64, below: i64) -> NodeId {
        self.builder.constant(Rational::new(above.into(), below.into()))
    }

    pub(super) fn of(&mut self, primitive: Primitive, argument: NodeId) -> NodeId {
        // e^0 and cos 0 are 1, sin 0 is 0: so that polynomial coefficients stay exact.
        if matches!(self.builder.peek(argument), Node::Constant(value) if value.is_zero()) {
            match primitive {
                Primitive::Exp | Primitive::Cos => return self.integer(1),
                Primitive::Sin => return argument,
                _ => {}
            }
        }
        self.builder.node(Node::Call(primitive, argument))
    }

    /// A part of a number; nothing if it is 0.
    fn part(&mut self, mut terms: Vec<NodeId>) -> Option<NodeId> {
        // Exact constants are added at once, and opposite terms cancel, so that exponents which are equal are the same.
        let mut constant = Rational::zero();
        let mut multiples: BTreeMap<Vec<NodeId>, Rational> = BTreeMap::new();
        while let Some(term) = terms.pop() {
            match self.builder.peek(term).clone() {
                Node::Sum(operands) => terms.extend(operands.iter().copied()),
                Node::Constant(value) => constant += value,
                Node::Product(factors) => {
                    let mut multiple = Rational::one();
                    let mut others = Vec::new();
                    for &factor in &factors {
                        match self.builder.peek(factor) {
                            Node::Constant(value) => multiple *= value,
                            _ => others.push(factor),
                        }
                    }
                    *multiples.entry(others).or_insert_with(Rational::zero) += multiple;
                }
                _ => *multiples.entry(vec![term]).or_insert_with(Rational::zero) += Rational::one(),
            }
        }
        let mut sum = Vec::new();
        if !constant.is_zero() {
            sum.push(self.builder.constant(constant));
        }
        for (mut factors, multiple) in multiples {
            if multiple.is_zero() {
                continue;
            }
            if !multiple.is_one() || factors.is_empty() {
                factors.push(self.builder.constant(multiple));
            }
            sum.push(self.builder.product(factors));
        }
        (!sum.is_empty()).then(|| self.builder.sum(sum))
    }

    /// The product of factors, flat, with one constant.
    fn flat(&mut self, factors: [NodeId; 2], sign: i64) -> NodeId {
        let mut constant = Rational::from_integer(sign.into());
        let mut others = Vec::new();
        let mut pending = factors.to_vec();
        while let Some(factor) = pending.pop() {
            match self.builder.peek(factor).clone() {
                Node::Constant(value) => constant *= value,
                Node::Product(operands) => pending.extend(operands.iter().copied()),
                _ => others.push(factor),
            }
        }
        if !constant.is_one() || others.is_empty() {
            others.push(self.builder.constant(constant));
        }
        self.builder.product(others)
    }

    pub(super) fn negative(&mut self, node: NodeId) -> NodeId {
        let minus_one = self.integer(-1);
        self.flat([minus_one, node], 1)
    }

    pub(super) fn minus(&mut self, x: Complex) -> Complex {
        Complex { re: x.re.map(|re| self.negative(re)), im: x.im.map(|im| self.negative(im)) }
    }

    pub(super) fn conjugate(&mut self, x: Complex) -> Complex {
        Complex { re: x.re, im: x.im.map(|im| self.negative(im)) }
    }

    pub(super) fn add(&mut self, x: Complex, y: Complex) -> Complex {
        Complex {
            re: self.part(x.re.into_iter().chain(y.re).collect()),
            im: self.part(x.im.into_iter().chain(y.im).collect()),
        }
    }

    pub(super) fn product(&mut self, x: Complex, y: Complex) -> Complex {
        let mut term = |a: Option<NodeId>, b: Option<NodeId>, sign| Some(self.flat([a?, b?], sign));
        let re: Vec<NodeId> = [term(x.re, y.re, 1), term(x.im, y.im, -1)].into_iter().flatten().collect();
        let im: Vec<NodeId> = [term(x.re, y.im, 1), term(x.im, y.re, 1)].into_iter().flatten().collect();
        Complex { re: self.part(re), im: self.part(im) }
    }
}
