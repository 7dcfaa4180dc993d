//! The expansion of a real graph in `s`, node by node.

use std::collections::BTreeMap;

use super::power_series::{Coefficients, Obstacle, Series};
use crate::ir::{Graph, Kummer, Node, NodeId, Primitive, Rational};

/// A node without expansion and the reason.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) node: NodeId,
    pub(super) obstacle: Obstacle,
}

/// The Laurent series of every node that the first output needs, each to `precision` terms before cancellation.
pub(super) fn expand<F: Coefficients>(
    graph: &Graph,
    field: &mut F,
    precision: usize,
) -> Result<BTreeMap<NodeId, Series<F::Value>>, Failure> {
    let mut needed = vec![false; graph.len()];
    if let Some(root) = graph.outputs.first() {
        needed[root.0 as usize] = true;
    }
    for (id, node) in graph.iter().rev() {
        if needed[id.0 as usize] {
            node.for_each_operand(|operand| needed[operand.0 as usize] = true);
        }
    }
    let mut all = BTreeMap::new();
    for (id, node) in graph.iter() {
        if needed[id.0 as usize] {
            let series =
                expand_node(graph, node, &all, field, precision).map_err(|obstacle| Failure { node: id, obstacle })?;
            all.insert(id, series);
        }
    }
    Ok(all)
}

fn expand_node<F: Coefficients>(
    graph: &Graph,
    node: &Node,
    all: &BTreeMap<NodeId, Series<F::Value>>,
    field: &mut F,
    precision: usize,
) -> Result<Series<F::Value>, Obstacle> {
    let get = |id: &NodeId| all[id].clone();
    Ok(match node {
        Node::Constant(value) => {
            let value = field.rational(value);
            Series::constant(field, value, precision)
        }
        Node::Pi => {
            let value = field.pi();
            Series::constant(field, value, precision)
        }
        Node::Param(parameter) => {
            let value = field.parameter(*parameter);
            Series::constant(field, value, precision)
        }
        Node::TransformVariable => Series::variable(field, precision),
        Node::Sum(operands) => {
            let mut sum = get(&operands[0]);
            for operand in &operands[1..] {
                sum = sum.add(&all[operand], field);
            }
            sum
        }
        Node::Product(operands) => {
            let mut product = get(&operands[0]);
            for operand in &operands[1..] {
                product = product.multiply(&all[operand], field);
            }
            product
        }
        Node::Power(base, exponent) => all[base].power(i64::from(*exponent), field)?,
        Node::RealPower(base, exponent) => real_power(&all[base], &all[exponent], field)?,
        Node::Call(Primitive::Ln, argument) if let Node::Kummer(Kummer::Value, [a, b, x]) = graph.node(*argument) => {
            let shapes = [constant(&all[a], field)?, constant(&all[b], field)?];
            all[x].ln_kummer([&shapes[0], &shapes[1]], field)?
        }
        Node::Call(primitive, argument) => call(*primitive, &all[argument], field, precision)?,
        Node::Maximum(x, y) => {
            if order(&all[x], &all[y], field)? {
                get(x)
            } else {
                get(y)
            }
        }
        Node::Minimum(x, y) => {
            if order(&all[x], &all[y], field)? {
                get(y)
            } else {
                get(x)
            }
        }
        Node::Kummer(part, [a, b, x]) => {
            let shapes = [constant(&all[a], field)?, constant(&all[b], field)?];
            all[x].kummer(*part, [&shapes[0], &shapes[1]], field)?
        }
        Node::ImaginaryUnit
        | Node::DrawSlope(..)
        | Node::Frequency
        | Node::Sample
        | Node::Ridge
        | Node::Data(_)
        | Node::Draw(_)
        | Node::Input(_)
        | Node::Coordinate(_) => {
            return Err(Obstacle::Inexpressible(format!("{node:?} has no place in a log characteristic function")));
        }
    })
}

/// A series that does not depend on `s`.
fn constant<F: Coefficients>(series: &Series<F::Value>, field: &mut F) -> Result<F::Value, Obstacle> {
    if is_moving(series, field) {
        let why = "the shapes of Kummer's function must not depend on the frequency";
        return Err(Obstacle::Inexpressible(why.to_owned()));
    }
    Ok(series.coefficient(field, 0))
}

/// Whether a series depends on `s`.
fn is_moving<F: Coefficients>(series: &Series<F::Value>, field: &mut F) -> bool {
    series.start < 0
        || (1..series.end()).any(|power| {
            let term = series.coefficient(field, power);
            !field.is_zero(&term)
        })
}

fn real_power<F: Coefficients>(
    base: &Series<F::Value>,
    exponent: &Series<F::Value>,
    field: &mut F,
) -> Result<Series<F::Value>, Obstacle> {
    let constant = exponent.coefficient(field, 0);
    if is_moving(exponent, field) {
        base.ln(field)?.multiply(exponent, field).exp(field)
    } else {
        base.real_power(&constant, field)
    }
}

fn call<F: Coefficients>(
    primitive: Primitive,
    u: &Series<F::Value>,
    field: &mut F,
    precision: usize,
) -> Result<Series<F::Value>, Obstacle> {
    let number = |field: &mut F, value: i64| {
        let value = field.integer(value);
        Series::constant(field, value, precision)
    };
    let minus = field.integer(-1);
    let half = field.rational(&Rational::new(1.into(), 2.into()));
    match primitive {
        Primitive::Exp => u.exp(field),
        Primitive::ExpM1 => Ok(u.exp(field)?.add(&number(field, -1), field)),
        Primitive::Ln => u.ln(field),
        Primitive::Ln1p => u.add(&number(field, 1), field).ln(field),
        Primitive::Sqrt => u.real_power(&half, field),
        Primitive::Sin => Ok(u.sin_cos(field)?.0),
        Primitive::Cos => Ok(u.sin_cos(field)?.1),
        Primitive::Tan => {
            let (sine, cosine) = u.sin_cos(field)?;
            Ok(sine.multiply(&cosine.power(-1, field)?, field))
        }
        Primitive::Sinh | Primitive::Cosh | Primitive::Tanh => {
            let up = u.exp(field)?;
            let down = u.scale(&minus, field).exp(field)?;
            let difference = up.add(&down.scale(&minus, field), field);
            let sum = up.add(&down, field);
            if primitive == Primitive::Sinh {
                Ok(difference.scale(&half, field))
            } else if primitive == Primitive::Cosh {
                Ok(sum.scale(&half, field))
            } else {
                Ok(difference.multiply(&sum.power(-1, field)?, field))
            }
        }
        Primitive::Atan => u.atan(field),
        Primitive::Sigmoid => {
            let below = u.scale(&minus, field).exp(field)?.add(&number(field, 1), field);
            below.power(-1, field)
        }
        Primitive::LogSigmoid => {
            let below = u.scale(&minus, field).exp(field)?.add(&number(field, 1), field);
            Ok(below.ln(field)?.scale(&minus, field))
        }
        Primitive::Softplus => u.exp(field)?.add(&number(field, 1), field).ln(field),
        Primitive::LnGamma => u.ln_gamma(field),
        Primitive::Polygamma(order) => u.polygamma(order, field),
        Primitive::Abs => Ok(if sign(u, field)? { u.clone() } else { u.scale(&minus, field) }),
        Primitive::Sign => {
            let positive = sign(u, field)?;
            Ok(number(field, if positive { 1 } else { -1 }))
        }
    }
}

/// Whether the series is above 0 near `s = 0`, where it must not vanish.
fn sign<F: Coefficients>(u: &Series<F::Value>, field: &F) -> Result<bool, Obstacle> {
    match u.terms.first() {
        Some(first) if u.start == 0 => field.is_positive(first).ok_or_else(|| {
            Obstacle::Inexpressible("the sign of this constant is not known for all parameters".to_owned())
        }),
        Some(_) | None => Err(Obstacle::Kink),
    }
}

/// Whether `x > y` near `s = 0`.
fn order<F: Coefficients>(x: &Series<F::Value>, y: &Series<F::Value>, field: &mut F) -> Result<bool, Obstacle> {
    let minus = field.integer(-1);
    let difference = x.add(&y.scale(&minus, field), field);
    sign(&difference, field)
}
