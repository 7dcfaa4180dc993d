//! Laws for tests, built by hand, and values of coefficients.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use proc_macro2::Span;

use super::approximate::Point;
use crate::ir::{
    Graph, Kummer, Law, Node, NodeId, ParamId, Parameter, ParameterKind, ParameterShape, Primitive, Rational,
};

/// An expression in a graph that several share.
#[derive(Clone, Copy)]
pub(crate) struct Expression<'a> {
    graph: &'a RefCell<Graph>,
    id: NodeId,
}

impl<'a> Expression<'a> {
    fn with(self, build: impl FnOnce(&mut Graph) -> NodeId) -> Self {
        let id = build(&mut self.graph.borrow_mut());
        Self { graph: self.graph, id }
    }

    pub(crate) fn number(self, numerator: i64, denominator: i64) -> Self {
        self.with(|graph| graph.constant(Rational::new(numerator.into(), denominator.into())))
    }

    pub(crate) fn call(self, primitive: Primitive) -> Self {
        self.with(|graph| graph.call(primitive, self.id))
    }

    pub(crate) fn exp(self) -> Self {
        self.call(Primitive::Exp)
    }

    pub(crate) fn ln(self) -> Self {
        self.call(Primitive::Ln)
    }

    pub(crate) fn sqrt(self) -> Self {
        self.call(Primitive::Sqrt)
    }

    pub(crate) fn powi(self, exponent: i32) -> Self {
        self.with(|graph| graph.power(self.id, exponent))
    }

    pub(crate) fn powf(self, exponent: Self) -> Self {
        self.with(|graph| graph.push(Node::RealPower(self.id, exponent.id)))
    }

    /// `1F1(self; b; x)`
    pub(crate) fn kummer(self, b: Self, x: Self) -> Self {
        self.with(|graph| graph.push(Node::Kummer(Kummer::Value, [self.id, b.id, x.id])))
    }

    pub(crate) fn leaf(self, node: Node) -> Self {
        self.with(|graph| graph.push(node))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $build:expr) => {
        impl<'a> $trait for Expression<'a> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.with(|graph| ($build)(graph, self.id, other.id))
            }
        }
        impl<'a> $trait<i64> for Expression<'a> {
            type Output = Self;
            fn $method(self, other: i64) -> Self {
                let other = self.number(other, 1);
                $trait::$method(self, other)
            }
        }
        impl<'a> $trait<Expression<'a>> for i64 {
            type Output = Expression<'a>;
            fn $method(self, other: Expression<'a>) -> Expression<'a> {
                let number = other.number(self, 1);
                $trait::$method(number, other)
            }
        }
    };
}

operator!(Add, add, |graph: &mut Graph, x, y| graph.sum(vec![x, y]));
operator!(Sub, sub, |graph: &mut Graph, x, y| graph.subtract(x, y));
operator!(Mul, mul, |graph: &mut Graph, x, y| graph.product(vec![x, y]));
operator!(Div, div, |graph: &mut Graph, x, y| graph.divide(x, y));

impl Neg for Expression<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.with(|graph| graph.negate(self.id))
    }
}

pub(crate) use crate::ir::ParameterKind::{Count, Positive, Probability, Real};

/// A law from its parameters and `log φ` as a function of ω, `iω` and the parameters.
pub(crate) fn law<const N: usize>(
    parameters: [(&str, ParameterKind); N],
    log_cf: impl for<'a> FnOnce(Expression<'a>, Expression<'a>, [Expression<'a>; N]) -> Expression<'a>,
) -> Law {
    let graph = RefCell::new(Graph::new());
    let omega = Expression { graph: &graph, id: graph.borrow_mut().push(Node::Frequency) };
    let i = omega.leaf(Node::ImaginaryUnit);
    let leaves = std::array::from_fn(|index| omega.leaf(Node::Param(ParamId(index))));
    let output = log_cf(omega, i * omega, leaves).id;
    let mut log_cf = graph.into_inner();
    log_cf.outputs = vec![output];
    Law {
        function: "sample".to_owned(),
        name: "Sample".to_owned(),
        span: Span::call_site(),
        parameters: parameters
            .into_iter()
            .map(|(name, kind)| Parameter {
                name: name.to_owned(),
                kind,
                shape: ParameterShape::Scalar,
                span: Span::call_site(),
            })
            .collect(),
        log_cf,
        log_cf_span: Span::call_site().into(),
        sampler: None,
        conditions: Vec::new(),
        support: crate::ir::Support::default(),
        strip: None,
        log_density: None,
        rules: Vec::new(),
    }
}

pub(crate) fn laplace() -> Law {
    law([("mu", Real), ("b", Positive)], |omega, s, [mu, b]| mu * s - (1 + b.powi(2) * omega.powi(2)).ln())
}

#[cfg(feature = "algebra")]
pub(crate) fn gaussian() -> Law {
    law([("mu", Real), ("v", Positive)], |_, s, [mu, v]| mu * s + v * s.powi(2) / 2)
}

pub(crate) fn gamma() -> Law {
    law([("k", Positive), ("mu", Positive)], |_, s, [k, mu]| -(k * (1 - mu * s).ln()))
}

pub(crate) fn uniform() -> Law {
    law([("a", Real), ("b", Real)], |_, s, [a, b]| (((b * s).exp() - (a * s).exp()) / (s * (b - a))).ln())
}

/// The value of a graph over parameters.
pub(crate) fn value(graph: &Graph, parameters: &[f64]) -> f64 {
    Point(parameters.to_vec()).evaluate(graph, graph.output())
}
