//! The radius of convergence of a gradient's series: the distance to the nearest singularity of `∂_θ log φ`.
//!
//! Singularities are where `1 - ψ` is 0 inside a logarithm or a power. For a Brownian exponent these are the roots of a
//! quadratic, for jumps of one length `x` at rate `r` those of `e^{xs} = 1 + 1/r`. The logarithm of a gamma function is singular
//! where its argument is 0, -1, -2, …

use super::interpret::interpret;
use super::sum::{Exponent, Factor, Sum};
use crate::algebra::{Field, Quotient};
use crate::ir::{Graph, Node, NodeId, ParamId, Primitive, Radius, Rational};
use crate::rule::build::Builder;

/// The radius, as a function of the parameters.
pub(super) fn radius(gradient: &Sum, field: &mut Field) -> Radius {
    let mut builder = Builder::new();
    match singularities(gradient, field, &mut builder) {
        Some(nearest) => least(nearest, builder),
        None => Radius::Unknown,
    }
}

/// The radius of the gradient of a sum of multiples of `ln Γ(x + y s)` and of terms of known shape.
pub(super) fn with_gamma_functions(log_cf: &Graph, parameter: ParamId, field: &mut Field) -> Radius {
    let mut builder = Builder::new();
    let mut nearest = Vec::new();
    for summand in summands(log_cf, log_cf.output()) {
        if !depends_on(log_cf, summand, &Node::Param(parameter)) {
            continue;
        }
        let alone = |output: NodeId| {
            let mut graph = log_cf.clone();
            graph.outputs = vec![output];
            graph
        };
        let found = match interpret(&alone(summand), field, false) {
            Some((sum, _)) => {
                let gradient = sum.derivative(field, parameter);
                singularities(&gradient, field, &mut builder)
            }
            None => gamma_argument(log_cf, summand).and_then(|argument| {
                let (argument, _) = interpret(&alone(argument), field, false)?;
                pole(&argument, field, &mut builder).map(|pole| vec![pole])
            }),
        };
        match found {
            Some(found) => nearest.extend(found),
            None => return Radius::Unknown,
        }
    }
    least(nearest, builder)
}

/// The terms of a sum, of those that are sums too.
fn summands(graph: &Graph, id: NodeId) -> Vec<NodeId> {
    match graph.node(id) {
        Node::Sum(operands) => operands.iter().flat_map(|&operand| summands(graph, operand)).collect(),
        _ => vec![id],
    }
}

/// The argument of `ln Γ` if a term is a multiple of it by something that does not depend on `s`.
fn gamma_argument(graph: &Graph, term: NodeId) -> Option<NodeId> {
    match graph.node(term) {
        Node::Call(Primitive::LnGamma, argument) => Some(*argument),
        Node::Product(factors) => {
            let mut moving = factors.iter().filter(|&&factor| depends_on(graph, factor, &Node::TransformVariable));
            let (only, none) = (*moving.next()?, moving.next());
            none.is_none().then(|| gamma_argument(graph, only))?
        }
        _ => None,
    }
}

fn depends_on(graph: &Graph, id: NodeId, leaf: &Node) -> bool {
    let mut found = graph.node(id) == leaf;
    graph.node(id).for_each_operand(|operand| found |= depends_on(graph, operand, leaf));
    found
}

/// The modulus of the zero of `x + y s`, which is nearer to 0 than those of `x + y s + n` where `x` is positive.
fn pole(argument: &Sum, field: &mut Field, builder: &mut Builder) -> Option<NodeId> {
    let (mut x, mut y) = (field.integer(0), field.integer(0));
    for term in &argument.terms {
        match (term.power, term.factors.as_slice()) {
            (0, []) => x = field.add(&x, &term.coefficient),
            (1, []) => y = field.add(&y, &term.coefficient),
            _ => return None,
        }
    }
    if y.is_zero() {
        return None;
    }
    let zero = field.divide(&x, &y);
    let (size, sign) = match field.sign(&zero) {
        Some(false) => (field.multiply(&field.integer(-1), &zero), Some(true)),
        sign => (zero, sign),
    };
    let node = builder.import(&field.to_graph(&size));
    Some(if sign == Some(true) { node } else { builder.node(Node::Call(Primitive::Abs, node)) })
}

/// The moduli of the singularities that are nearest to 0.
fn singularities(gradient: &Sum, field: &mut Field, builder: &mut Builder) -> Option<Vec<NodeId>> {
    let mut nearest: Vec<NodeId> = Vec::new();
    for factor in gradient.terms.iter().flat_map(|term| &term.factors) {
        let exponent = match factor {
            Factor::Exponential(_) => continue,
            Factor::Power(_, power) if is_natural(power, field) => continue,
            Factor::Power(exponent, _) | Factor::Logarithm(exponent) => exponent,
        };
        nearest.extend(distances(exponent, field, builder)?);
    }
    Some(nearest)
}

fn least(mut nearest: Vec<NodeId>, mut builder: Builder) -> Radius {
    nearest.sort_unstable();
    nearest.dedup();
    match nearest.split_first() {
        None => Radius::Infinite,
        Some((&first, rest)) => {
            let least = rest.iter().fold(first, |least, &next| builder.node(Node::Minimum(least, next)));
            Radius::Finite(builder.finish(least))
        }
    }
}

fn is_natural(power: &Quotient, field: &Field) -> bool {
    field.as_rational(power).is_some_and(|power| power.is_integer() && power >= Rational::from_integer(0.into()))
}

/// The moduli of the zeros of `1 - ψ` that are nearest to 0.
fn distances(exponent: &Exponent, field: &mut Field, builder: &mut Builder) -> Option<Vec<NodeId>> {
    let import = |graph: Graph, builder: &mut Builder| builder.import(&graph);
    if exponent.jumps.is_empty() {
        let mut found = Vec::new();
        for zero in zeros(exponent, field)? {
            let is_positive = field.sign(&zero) == Some(true);
            let node = import(field.to_graph(&zero), builder);
            found.push(if is_positive { node } else { builder.node(Node::Call(Primitive::Abs, node)) });
        }
        return Some(found);
    }
    let (rate, length) = exponent.as_jump()?;
    let one = field.integer(1);
    let total = field.add(&one, rate);
    let (ratio, turns) = match field.sign(rate)? {
        true => (field.divide(&total, rate), false),
        // The number on the right is negative, so the zeros lie at odd multiples of iπ.
        false => (field.divide(&total, &field.multiply(&field.integer(-1), rate)), true),
    };
    let logarithm = field.ln(&ratio).ok()?;
    let mut size = import(field.to_graph(&logarithm), builder);
    if turns {
        let pi = builder.node(Node::Pi);
        let squares = [builder.power(size, 2), builder.power(pi, 2)];
        let sum = builder.sum(squares.to_vec());
        size = builder.node(Node::Call(Primitive::Sqrt, sum));
    }
    if *length != one {
        let inverse = import(field.to_graph(&field.divide(&one, length)), builder);
        size = builder.product(vec![size, inverse]);
        size = builder.node(Node::Call(Primitive::Abs, size));
    }
    Some(vec![size])
}

/// The zeros of `1 - drift s - diffusion s²`.
fn zeros(exponent: &Exponent, field: &mut Field) -> Option<Vec<Quotient>> {
    if exponent.diffusion.is_zero() {
        return Some(vec![field.divide(&field.integer(1), &exponent.drift)]);
    }
    let half = field.rational(&Rational::new(1.into(), 2.into()));
    let square = field.multiply(&exponent.drift, &exponent.drift);
    let four = field.multiply(&field.integer(4), &exponent.diffusion);
    let root = field.real_power(&field.add(&square, &four), &half).ok()?;
    let below = field.multiply(&field.integer(2), &exponent.diffusion);
    if exponent.drift.is_zero() {
        return Some(vec![field.divide(&root, &below)]);
    }
    let minus = field.multiply(&field.integer(-1), &exponent.drift);
    Some(vec![field.divide(&field.add(&minus, &root), &below), field.divide(&field.subtract(&minus, &root), &below)])
}
