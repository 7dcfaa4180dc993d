//! `φ` and its parameter gradient, as graphs in `s`, from the graph of `log φ`.

use super::approximate::Point;
use super::expand::expand;
use super::refusal::{PRECISION, first_nonzero};
use crate::differentiation::derivative_of_term;
use crate::ir::{Graph, Law, Node, NodeId, ParamId, Parameter, Primitive, Rational};
use crate::passes;

/// Outputs are `φ`, then `∂_θ φ` for each parameter; 0 for one without gradient.
///
/// Where `log φ = Σ_i c_i ln g_i + r` with `c_i` free of `s`, the graph is that of `Π_i g_i^{c_i} e^r`. Whole powers have no
/// singularity where `φ` is 0, though `log φ` has one: the gradient of the uniform law's `φ` is finite at its zeros. Kinks in
/// parameters are differentiated with `sign(0) = 0`.
#[must_use]
pub fn characteristic(log_cf: &Graph, parameters: &[Parameter]) -> Graph {
    let log_cf = passes::fold(passes::share(log_cf.clone()));
    let mut graph = Graph::new();
    let root = graph.import(&log_cf, log_cf.output(), |_, _| None);
    let terms: Vec<NodeId> = match graph.node(root) {
        Node::Sum(terms) => terms.to_vec(),
        _ => vec![root],
    };
    let varying = varying(&graph);
    let (mut factors, mut rest) = (Vec::new(), Vec::new());
    for term in terms {
        match power(&mut graph, term, &varying) {
            Some(factor) => factors.push(factor),
            None => rest.push(term),
        }
    }
    if !rest.is_empty() {
        let sum = graph.sum(rest);
        factors.push(graph.call(Primitive::Exp, sum));
    }
    let value = graph.product(factors);
    graph.outputs = vec![value];
    // Shared before it is differentiated, so that what is equal is differentiated once.
    let graph = passes::share(passes::prune(graph));
    let mut whole = Graph::new();
    let value = whole.import(&graph, graph.output(), |_, _| None);
    whole.outputs.push(value);
    push_gradient(&mut whole, &graph, parameters);
    passes::run(whole)
}

/// Outputs are `∂_θ log φ` for each parameter; 0 for one without gradient. They have poles where `φ` is 0.
#[must_use]
pub fn log_gradient(log_cf: &Graph, parameters: &[Parameter]) -> Graph {
    let graph = passes::share(passes::prune(passes::fold(passes::share(log_cf.clone()))));
    let mut whole = Graph::new();
    push_gradient(&mut whole, &graph, parameters);
    passes::run(whole)
}

/// Appends the derivative of `graph`'s output with respect to each parameter as an output.
fn push_gradient(whole: &mut Graph, graph: &Graph, parameters: &[Parameter]) {
    for (index, parameter) in parameters.iter().enumerate() {
        let output = if parameter.kind.has_gradient() {
            let derivative = derivative_of_term(graph, graph.output(), &Node::Param(ParamId(index)));
            whole.import(&derivative, derivative.output(), |_, _| None)
        } else {
            whole.integer(0)
        };
        whole.outputs.push(output);
    }
}

/// How many orders of a power series at 0 singularities that cancel may cost in the graph of [`characteristic`].
///
/// A divisor that begins with `s^v` costs `v` orders of its own, and its square, which derivatives have, twice as many more.
#[must_use]
pub fn lost_orders(characteristic: &Graph, law: &Law) -> u32 {
    let divisors = characteristic.iter().filter_map(|(_, node)| match node {
        Node::Power(base, exponent) if *exponent < 0 => Some(*base),
        _ => None,
    });
    let valuation = |divisor: NodeId| {
        let mut single = characteristic.clone();
        single.outputs = vec![divisor];
        // Some points lie outside of the law's domain.
        let starts = Point::sample(law, CANDIDATES).into_iter().filter_map(|mut point| {
            let series = expand(&single, &mut point, PRECISION).ok()?;
            first_nonzero(&series[&divisor], &point)
        });
        starts.take(POINTS).max().map_or(0, |start| start.max(0) as u32)
    };
    3 * divisors.map(valuation).max().unwrap_or(0)
}

/// Parameter values that are tried, and that are enough.
const CANDIDATES: usize = 64;
const POINTS: usize = 2;

/// Which nodes depend on `s`.
fn varying(graph: &Graph) -> Vec<bool> {
    let mut varying = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let mut depends = *node == Node::TransformVariable;
        node.for_each_operand(|operand: NodeId| depends |= varying[operand.0 as usize]);
        varying.push(depends);
    }
    varying
}

/// `g^c` of a term `c ln g` whose `c` does not depend on `s`.
fn power(graph: &mut Graph, term: NodeId, varying: &[bool]) -> Option<NodeId> {
    let (logarithm, factors) = match graph.node(term) {
        Node::Product(factors) => {
            let mut depending = factors.iter().filter(|factor| varying[factor.0 as usize]);
            let (logarithm, others) = (*depending.next()?, depending.next());
            if others.is_some() {
                return None;
            }
            (logarithm, factors.iter().copied().filter(|&factor| factor != logarithm).collect())
        }
        _ => (term, Vec::new()),
    };
    let base = match *graph.node(logarithm) {
        Node::Call(Primitive::Ln, argument) => argument,
        Node::Call(Primitive::Ln1p, argument) => {
            let one = graph.integer(1);
            graph.sum(vec![one, argument])
        }
        _ => return None,
    };
    let exponent = graph.product(factors);
    let whole = match graph.node(exponent) {
        Node::Constant(value) => whole(value),
        _ => None,
    };
    Some(match whole {
        Some(exponent) => graph.power(base, exponent),
        None => graph.push(Node::RealPower(base, exponent)),
    })
}

fn whole(value: &Rational) -> Option<i32> {
    if value.is_integer() { i32::try_from(value.numer()).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::interpret::{Leaves, values};
    use crate::series::analytic::judge;
    use crate::series::samples::{Positive, Real, gamma, laplace, law, uniform};

    /// `φ` and its gradient at a point on the real axis, where the graph's variable is replaced by the ridge argument.
    fn at(law: &Law, parameters: &[f64], s: f64) -> Vec<f64> {
        let graph = characteristic(&judge(law).expect("an expansion").log_cf, &law.parameters);
        let mut real = Graph::new();
        for &output in &graph.outputs {
            let output = real.import(&graph, output, |graph, node| {
                (*node == Node::TransformVariable).then(|| graph.push(Node::Ridge))
            });
            real.outputs.push(output);
        }
        values(&real, &Leaves { parameters: parameters.to_vec(), ridge: s, ..Leaves::default() })
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-14 * (1.0 + expected.abs()), "{found} is not {expected}");
        }
    }

    #[test]
    fn closed_forms() {
        // e^{μs} / (1 - b² s²)
        let (mu, b, s) = (0.3, 0.5, 0.8f64);
        let (shift, pole) = ((mu * s).exp(), 1.0 - b * b * s * s);
        close(&at(&laplace(), &[mu, b], s), &[shift / pole, s * shift / pole, shift * 2.0 * b * s * s / (pole * pole)]);
        // (1 - μs)^{-k}
        let (k, mu, s) = (2.5, 0.4, -1.5);
        let base: f64 = 1.0 - mu * s;
        close(&at(&gamma(), &[k, mu], s), &[base.powf(-k), -base.ln() * base.powf(-k), k * s * base.powf(-k - 1.0)]);
    }

    #[test]
    fn logarithms_are_gone_where_they_stood_alone() {
        let has_logarithm = |law: &Law| {
            let graph = characteristic(&judge(law).expect("an expansion").log_cf, &law.parameters);
            graph.iter().any(|(_, node)| matches!(node, Node::Call(Primitive::Ln, _)))
        };
        assert!(!has_logarithm(&uniform()));
        assert!(!has_logarithm(&laplace()));
        assert!(!has_logarithm(&law([("m", Real), ("c", Positive)], |_, s, [m, c]| {
            m * s - 3 * (1 - c * s).ln() + (-s * s).call(Primitive::Ln1p)
        })));
        // The gradient with respect to a real exponent is a logarithm.
        assert!(has_logarithm(&gamma()));
    }

    #[test]
    fn only_singularities_that_cancel_cost_orders() {
        let lost =
            |law: &Law| lost_orders(&characteristic(&judge(law).expect("an expansion").log_cf, &law.parameters), law);
        assert_eq!([lost(&laplace()), lost(&gamma()), lost(&uniform())], [0, 0, 3]);
        let logistic = law([("m", Real), ("c", Positive)], |omega, s, [m, c]| {
            m * s + (c * omega / (c * omega).call(Primitive::Sinh)).ln()
        });
        assert_eq!(lost(&logistic), 3);
    }
}
