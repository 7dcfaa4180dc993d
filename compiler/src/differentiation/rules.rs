//! First derivatives by the plain rules of calculus, with respect to any leaf.
//!
//! One forward sweep: every node that depends on the leaf gets the node of its derivative, every other node none, so
//! that no zero is ever written down. The result is as long as the original times a small factor; sharing and folding
//! are left to the passes. Used where one derivative is wanted: deterministic terms, arguments of `f`.

use crate::errors::{Code, Errors, Fault, bug};
use crate::ir::{Graph, Kummer, Node, NodeId, Primitive, Rational};

/// What to do where a function has a kink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinks {
    /// Refuse: an expectation of the second derivative would miss the kink.
    Refused,
    /// Take the mean of the two one-sided derivatives, `sign(0) = 0`.
    Averaged,
}

/// The first derivative of `output` with respect to a leaf: one output, the derivative; 0 if nothing depends on the leaf.
///
/// # Errors
/// [`Code::NotDifferentiable`] at every `abs`, `max`, `min` or `sign` whose argument depends on the leaf.
pub fn derivative(graph: &Graph, output: NodeId, with_respect_to: &Node) -> Result<Graph, Errors> {
    sweep(graph, output, with_respect_to, Kinks::Refused)
}

/// As [`derivative`], for functions that are not averaged over the draw: `abs`, `max` and `min` are differentiated
/// with `sign(0) = 0`, as `max(a, b) = (a + b + |a - b|) / 2`, and `sign` has derivative 0.
///
/// The result is the derivative wherever there is one, and the mean of the one-sided derivatives at kinks; a sum such
/// as Eq. (27), whose kinks cancel, is therefore right everywhere.
#[must_use]
pub fn derivative_of_term(graph: &Graph, output: NodeId, with_respect_to: &Node) -> Graph {
    match sweep(graph, output, with_respect_to, Kinks::Averaged) {
        Ok(derivative) => derivative,
        Err(errors) => bug!("differentiation", "a kink was refused in a term: {errors:?}"),
    }
}

fn sweep(graph: &Graph, output: NodeId, leaf: &Node, kinks: Kinks) -> Result<Graph, Errors> {
    let mut errors = Errors::new();
    let mut result = graph.clone();
    let mut slopes: Vec<Option<NodeId>> = vec![None; graph.len()];
    for (id, node) in graph.iter().take(output.0 as usize + 1) {
        let slope_of = |operand: NodeId| slopes[operand.0 as usize];
        let g = &mut result;
        let slope = if node == leaf {
            Some(g.integer(1))
        } else {
            match node {
                Node::Constant(_)
                | Node::Pi
                | Node::ImaginaryUnit
                | Node::Frequency
                | Node::TransformVariable
                | Node::Param(_)
                | Node::Sample
                | Node::Ridge
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Input(_)
                | Node::Coordinate(_) => None,
                Node::Sum(operands) => {
                    let slopes: Vec<NodeId> = operands.iter().filter_map(|&operand| slope_of(operand)).collect();
                    (!slopes.is_empty()).then(|| g.sum(slopes))
                }
                Node::Product(operands) => product(g, operands, slope_of),
                Node::Power(base, exponent) => slope_of(*base).map(|slope| {
                    let lower = g.power(*base, exponent - 1);
                    let factor = g.integer(i64::from(*exponent));
                    g.product(vec![factor, lower, slope])
                }),
                Node::RealPower(base, exponent) => real_power(g, id, *base, *exponent, slope_of),
                Node::Call(primitive, argument) => match slope_of(*argument) {
                    None => None,
                    Some(_) if kinks == Kinks::Refused && has_kink(*primitive) => {
                        errors.push(kink(graph, id, &format!("`{}`", primitive.name())));
                        None
                    }
                    Some(_) if *primitive == Primitive::Sign => None,
                    Some(slope) => {
                        let outer = primitive_derivative(g, *primitive, id, *argument);
                        Some(g.product(vec![outer, slope]))
                    }
                },
                Node::Maximum(x, y) | Node::Minimum(x, y) => {
                    let larger = matches!(node, Node::Maximum(..));
                    let slopes = (slope_of(*x), slope_of(*y));
                    if slopes == (None, None) {
                        None
                    } else if kinks == Kinks::Refused {
                        errors.push(kink(graph, id, if larger { "`max`" } else { "`min`" }));
                        None
                    } else {
                        Some(extremum(g, larger, (*x, *y), slopes))
                    }
                }
                Node::DrawSlope(..) => bug!("differentiation", "a derivative of a draw is not differentiated again"),
                Node::Kummer(part, operands) => kummer(g, *part, *operands, operands.map(slope_of)),
            }
        };
        slopes[id.0 as usize] = slope;
    }
    errors.into_result()?;
    let slope = slopes[output.0 as usize].unwrap_or_else(|| result.integer(0));
    result.outputs = vec![slope];
    Ok(result)
}

/// The derivative of a primitive at its argument; `call` is the node of the primitive's own value.
fn primitive_derivative(g: &mut Graph, primitive: Primitive, call: NodeId, argument: NodeId) -> NodeId {
    match primitive {
        Primitive::Exp => call,
        Primitive::ExpM1 => g.call(Primitive::Exp, argument),
        Primitive::Ln => g.power(argument, -1),
        Primitive::Ln1p => {
            let one = g.integer(1);
            let sum = g.sum(vec![one, argument]);
            g.power(sum, -1)
        }
        Primitive::Sqrt => {
            let half = g.constant(Rational::new(1.into(), 2.into()));
            let inverse = g.power(call, -1);
            g.product(vec![half, inverse])
        }
        Primitive::Sin => g.call(Primitive::Cos, argument),
        Primitive::Cos => {
            let sine = g.call(Primitive::Sin, argument);
            g.negate(sine)
        }
        Primitive::Tan => {
            let one = g.integer(1);
            let square = g.power(call, 2);
            g.sum(vec![one, square])
        }
        Primitive::Sinh => g.call(Primitive::Cosh, argument),
        Primitive::Cosh => g.call(Primitive::Sinh, argument),
        // 1 - tanh² has no correct digit left once tanh rounds to 1.
        Primitive::Tanh => {
            let cosh = g.call(Primitive::Cosh, argument);
            g.power(cosh, -2)
        }
        Primitive::Atan => {
            let one = g.integer(1);
            let square = g.power(argument, 2);
            let sum = g.sum(vec![one, square]);
            g.power(sum, -1)
        }
        Primitive::Sigmoid => {
            let negative = g.negate(argument);
            let mirrored = g.call(Primitive::Sigmoid, negative);
            g.product(vec![call, mirrored])
        }
        Primitive::LogSigmoid => {
            let negative = g.negate(argument);
            g.call(Primitive::Sigmoid, negative)
        }
        Primitive::Softplus => g.call(Primitive::Sigmoid, argument),
        Primitive::LnGamma => g.call(Primitive::Polygamma(0), argument),
        Primitive::Polygamma(order) => g.call(Primitive::Polygamma(order + 1), argument),
        Primitive::Abs => g.call(Primitive::Sign, argument),
        Primitive::Sign => g.integer(0),
    }
}

fn product(g: &mut Graph, operands: &[NodeId], slope_of: impl Fn(NodeId) -> Option<NodeId>) -> Option<NodeId> {
    let mut terms = Vec::new();
    for (index, &operand) in operands.iter().enumerate() {
        if let Some(slope) = slope_of(operand) {
            let mut factors = operands.to_vec();
            factors[index] = slope;
            terms.push(g.product(factors));
        }
    }
    (!terms.is_empty()).then(|| g.sum(terms))
}

/// `(x^y)' = x^y (y x' / x + y' ln x)`.
fn real_power(
    g: &mut Graph,
    power: NodeId,
    base: NodeId,
    exponent: NodeId,
    slope_of: impl Fn(NodeId) -> Option<NodeId>,
) -> Option<NodeId> {
    let mut terms = Vec::new();
    if let Some(slope) = slope_of(base) {
        let inverse = g.power(base, -1);
        terms.push(g.product(vec![exponent, slope, inverse]));
    }
    if let Some(slope) = slope_of(exponent) {
        let logarithm = g.call(Primitive::Ln, base);
        terms.push(g.product(vec![slope, logarithm]));
    }
    if terms.is_empty() {
        return None;
    }
    let sum = g.sum(terms);
    Some(g.product(vec![power, sum]))
}

/// `M(a, b, x)' = ∂_a M a' + ∂_b M b' + (a/b) M(a + 1, b + 1, x) x'`. A derivative in `a` or `b` is not differentiated in them
/// again: no rule asks for it.
fn kummer(g: &mut Graph, part: Kummer, [a, b, x]: [NodeId; 3], [da, db, dx]: [Option<NodeId>; 3]) -> Option<NodeId> {
    let mut terms = Vec::new();
    for (slope, by) in [(da, Kummer::FirstSlope), (db, Kummer::SecondSlope)] {
        let Some(slope) = slope else { continue };
        if part != Kummer::Value {
            bug!("differentiation", "a second derivative of {part:?} with respect to a shape");
        }
        let outer = g.push(Node::Kummer(by, [a, b, x]));
        terms.push(g.product(vec![outer, slope]));
    }
    if let Some(slope) = dx {
        // (a/b) M(a + 1, b + 1, x), and its derivatives: by a + 1/b M, by b - a/b² M.
        let one = g.integer(1);
        let (above, below) = (g.sum(vec![a, one]), g.sum(vec![b, one]));
        let mut next = |part| g.push(Node::Kummer(part, [above, below, x]));
        let (value, outer) = (next(Kummer::Value), next(part));
        let ratio = g.divide(a, b);
        terms.push(g.product(vec![ratio, outer, slope]));
        let inverse = g.power(b, -1);
        match part {
            Kummer::Value => {}
            Kummer::FirstSlope => terms.push(g.product(vec![inverse, value, slope])),
            Kummer::SecondSlope => {
                let minus = g.integer(-1);
                terms.push(g.product(vec![minus, ratio, inverse, value, slope]));
            }
        }
    }
    (!terms.is_empty()).then(|| g.sum(terms))
}

/// `max(x, y)' = (x' (1 + sign(x - y)) + y' (1 - sign(x - y))) / 2`; the signs are exchanged for `min`.
fn extremum(
    g: &mut Graph,
    larger: bool,
    (x, y): (NodeId, NodeId),
    (dx, dy): (Option<NodeId>, Option<NodeId>),
) -> NodeId {
    let difference = if larger { g.subtract(x, y) } else { g.subtract(y, x) };
    let sign = g.call(Primitive::Sign, difference);
    let (one, half) = (g.integer(1), g.constant(Rational::new(1.into(), 2.into())));
    let mut terms = Vec::new();
    if let Some(slope) = dx {
        let weight = g.sum(vec![one, sign]);
        terms.push(g.product(vec![half, slope, weight]));
    }
    if let Some(slope) = dy {
        let weight = g.subtract(one, sign);
        terms.push(g.product(vec![half, slope, weight]));
    }
    g.sum(terms)
}

/// Whether a primitive is continuous or piecewise constant with a kink or jump at 0.
#[must_use]
pub const fn has_kink(primitive: Primitive) -> bool {
    match primitive {
        Primitive::Abs | Primitive::Sign => true,
        Primitive::Exp
        | Primitive::ExpM1
        | Primitive::Ln
        | Primitive::Ln1p
        | Primitive::Sqrt
        | Primitive::Sin
        | Primitive::Cos
        | Primitive::Tan
        | Primitive::Sinh
        | Primitive::Cosh
        | Primitive::Tanh
        | Primitive::Atan
        | Primitive::Sigmoid
        | Primitive::LogSigmoid
        | Primitive::Softplus
        | Primitive::LnGamma
        | Primitive::Polygamma(_) => false,
    }
}

/// The fault for a kink at node `id`; `what` names it as the user wrote it.
#[must_use]
pub fn kink(graph: &Graph, id: NodeId, what: &str) -> Fault {
    Fault::new(
        Code::NotDifferentiable,
        graph.span(id).unwrap_or_else(|| proc_macro2::Span::call_site().into()),
        format!("{what} of the draw is not differentiable, and the rule needs derivatives of the function"),
        "use a smooth function in its place, such as `softplus(x)` for `max(x, 0)` or `(x * x + c).sqrt()` for `abs(x)`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::interpret::{Leaves, values};

    /// Central differences with a fifth-order error, for one-argument primitives at `x`.
    fn difference(primitive: Primitive, x: f64) -> f64 {
        let mut graph = Graph::new();
        let leaf = graph.push(Node::Sample);
        let call = graph.call(primitive, leaf);
        graph.outputs = vec![call];
        let at = |x: f64| values(&graph, &Leaves { sample: x, ..Leaves::default() })[0];
        let h = 2e-4;
        (8.0 * (at(x + h) - at(x - h)) - (at(x + 2.0 * h) - at(x - 2.0 * h))) / (12.0 * h)
    }

    #[test]
    fn every_primitive_agrees_with_central_differences() {
        for &primitive in Primitive::ALL {
            for x in [0.3, 0.9, 2.2] {
                let mut graph = Graph::new();
                let leaf = graph.push(Node::Sample);
                let call = graph.call(primitive, leaf);
                let slope = derivative_of_term(&graph, call, &Node::Sample);
                let found = values(&slope, &Leaves { sample: x, ..Leaves::default() })[0];
                let expected = difference(primitive, x);
                // Rounding of the differences: 1e-16 / 2e-4, times the size of the function.
                assert!(
                    (found - expected).abs() < 1e-10 * expected.abs().max(1.0),
                    "{primitive:?} at {x}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn products_powers_and_extrema() {
        // x³ y^x max(x, y) at x = 2, y = 3, and min in its place: 8·9·3 and 8·9·2.
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Sample), graph.push(Node::Ridge));
        let cube = graph.power(x, 3);
        let power = graph.push(Node::RealPower(y, x));
        let largest = graph.push(Node::Maximum(x, y));
        let smallest = graph.push(Node::Minimum(x, y));
        let first = graph.product(vec![cube, power, largest]);
        let second = graph.product(vec![cube, power, smallest]);
        let at = |output, leaf: &Node| {
            let slope = derivative_of_term(&graph, output, leaf);
            values(&slope, &Leaves { sample: 2.0, ridge: 3.0, ..Leaves::default() })[0]
        };
        let ln3 = 3f64.ln();
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-12 * expected.abs(), "{found} {expected}")
        };
        close(at(first, &Node::Sample), 216.0 * (1.5 + ln3));
        close(at(second, &Node::Sample), 144.0 * (1.5 + ln3 + 0.5));
        close(at(first, &Node::Ridge), 216.0 * (2.0 / 3.0 + 1.0 / 3.0));
        close(at(second, &Node::Ridge), 144.0 * (2.0 / 3.0));
    }

    #[test]
    fn slopes_of_kummers_function() {
        // 1F1(x; 3 x + 1; x²) at x = 0.7, and the derivatives of its slopes with respect to the last argument.
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Sample), graph.push(Node::Ridge));
        let (one, three) = (graph.integer(1), graph.integer(3));
        let below = graph.product(vec![three, x]);
        let below = graph.sum(vec![one, below]);
        let square = graph.power(x, 2);
        let whole = graph.push(Node::Kummer(Kummer::Value, [x, below, square]));
        let parts = Kummer::ALL.iter().map(|&part| graph.push(Node::Kummer(part, [one, three, y]))).collect::<Vec<_>>();
        let check = |output: NodeId, leaf: &Node, at: f64| {
            let mut function = graph.clone();
            function.outputs = vec![output];
            let value = |x: f64| values(&function, &Leaves { sample: x, ridge: x, ..Leaves::default() })[0];
            let h = 1e-3;
            let expected =
                (8.0 * (value(at + h) - value(at - h)) - (value(at + 2.0 * h) - value(at - 2.0 * h))) / (12.0 * h);
            let slope = derivative_of_term(&graph, output, leaf);
            let found = values(&slope, &Leaves { sample: at, ridge: at, ..Leaves::default() })[0];
            assert!((found - expected).abs() < 1e-10, "{found} {expected}");
        };
        check(whole, &Node::Sample, 0.7);
        for part in parts {
            check(part, &Node::Ridge, 0.7);
        }
    }

    #[test]
    fn the_gradient_of_equation_27_is_zero_at_its_kink() {
        // |μ| + b exp(-|μ|/b) at μ = 0: the two kinks cancel.
        let mut graph = Graph::new();
        let (mu, b) = (graph.push(Node::Sample), graph.push(Node::Ridge));
        let size = graph.call(Primitive::Abs, mu);
        let ratio = graph.divide(size, b);
        let negative = graph.negate(ratio);
        let exponential = graph.call(Primitive::Exp, negative);
        let product = graph.product(vec![b, exponential]);
        let sum = graph.sum(vec![size, product]);
        let slope = derivative_of_term(&graph, sum, &Node::Sample);
        assert_eq!(values(&slope, &Leaves { sample: 0.0, ridge: 0.5, ..Leaves::default() }), [0.0]);
        let at_one = values(&slope, &Leaves { sample: 1.0, ridge: 0.5, ..Leaves::default() })[0];
        assert!((at_one - (1.0 - (-2f64).exp())).abs() < 1e-15);
    }

    #[test]
    fn kinks_are_refused_only_where_the_leaf_matters() {
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Sample), graph.push(Node::Ridge));
        let size = graph.call(Primitive::Abs, y);
        let largest = graph.push(Node::Maximum(size, y));
        let product = graph.product(vec![x, largest]);
        assert!(derivative(&graph, product, &Node::Sample).is_ok());
        let errors = derivative(&graph, product, &Node::Ridge).expect_err("two kinks");
        assert_eq!(errors.faults().len(), 2);
        assert!(errors.faults().iter().all(|fault| fault.code == Code::NotDifferentiable));
    }
}
