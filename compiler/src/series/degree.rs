//! Proves that `∂_θ log φ` is a polynomial in `s`, on the structure of the graph.
//!
//! `log φ` is written as a sum of products, as far as products with a sum and logarithms of products go. A summand without
//! `θ` does not contribute to the derivative; if every other summand is a polynomial in `s`, so is the derivative, and its
//! degree is at most theirs. Zero coefficients up to some order would prove nothing.

use std::collections::BTreeSet;

use crate::ir::{Graph, Node, NodeId, ParamId, Primitive};

/// Expanding products stops here; what is left whole is judged as a whole.
const MOST_SUMMANDS: usize = 256;

/// A bound on the degree in `s` of the derivative of the graph's output with respect to a parameter, if that is a
/// polynomial for a reason that can be seen.
#[must_use]
pub fn gradient_degree_bound(log_cf: &Graph, parameter: ParamId) -> Option<u32> {
    let dependent = dependents(log_cf, &Node::Param(parameter));
    let degrees = degrees(log_cf);
    let mut bound = 0;
    for summand in summands(log_cf, log_cf.output()) {
        if !summand.iter().any(|factor| dependent.contains(&factor.node())) {
            continue;
        }
        let degree = summand.iter().try_fold(0_u32, |sum, factor| sum.checked_add(factor.degree(&degrees)?))?;
        bound = bound.max(degree);
    }
    Some(bound)
}

/// The nodes that depend on a leaf.
fn dependents(graph: &Graph, leaf: &Node) -> BTreeSet<NodeId> {
    let mut dependent = BTreeSet::new();
    for (id, node) in graph.iter() {
        let mut found = node == leaf;
        node.for_each_operand(|operand| found |= dependent.contains(&operand));
        if found {
            dependent.insert(id);
        }
    }
    dependent
}

/// For each node a bound on its degree in `s`, if it is a polynomial in `s` with coefficients free of it.
fn degrees(graph: &Graph) -> Vec<Option<u32>> {
    let mut degrees: Vec<Option<u32>> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let of = |id: &NodeId| degrees[id.0 as usize];
        // Anything of operands that are free of `s` is free of `s`.
        let mut free = *node != Node::TransformVariable;
        node.for_each_operand(|operand| free &= of(&operand) == Some(0));
        let degree = if free {
            Some(0)
        } else {
            match node {
                Node::TransformVariable => Some(1),
                Node::Sum(operands) => {
                    operands.iter().try_fold(0, |degree: u32, operand| Some(degree.max(of(operand)?)))
                }
                Node::Product(operands) => {
                    operands.iter().try_fold(0_u32, |degree, operand| degree.checked_add(of(operand)?))
                }
                Node::Power(base, exponent) => {
                    of(base).and_then(|degree| degree.checked_mul(u32::try_from(*exponent).ok()?))
                }
                Node::Constant(_)
                | Node::Pi
                | Node::ImaginaryUnit
                | Node::Frequency
                | Node::Param(_)
                | Node::Sample
                | Node::Ridge
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Input(_)
                | Node::Coordinate(_)
                | Node::RealPower(..)
                | Node::Call(..)
                | Node::Maximum(..)
                | Node::Minimum(..)
                | Node::Kummer(..)
                | Node::DrawSlope(..) => None,
            }
        };
        degrees.push(degree);
    }
    degrees
}

/// A factor of a summand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    /// The value of a node.
    Value(NodeId),
    /// The logarithm of a node's value.
    Logarithm(NodeId),
}

impl Factor {
    const fn node(self) -> NodeId {
        match self {
            Factor::Value(id) | Factor::Logarithm(id) => id,
        }
    }

    /// A bound on the degree in `s`, if the factor is a polynomial; a logarithm is one only if it is free of `s`.
    fn degree(self, degrees: &[Option<u32>]) -> Option<u32> {
        let degree = degrees[self.node().0 as usize];
        match self {
            Factor::Value(_) => degree,
            Factor::Logarithm(_) => degree.filter(|degree| *degree == 0),
        }
    }
}

/// A node as a sum of products.
fn summands(graph: &Graph, id: NodeId) -> Vec<Vec<Factor>> {
    if let Node::Sum(operands) = graph.node(id) {
        return operands.iter().flat_map(|operand| summands(graph, *operand)).collect();
    }
    if let Node::Call(Primitive::Ln, argument) = graph.node(id) {
        return logarithm(graph, *argument);
    }
    let Node::Product(operands) = graph.node(id) else { return vec![vec![Factor::Value(id)]] };
    let mut products: Vec<Vec<Factor>> = vec![Vec::new()];
    for operand in operands {
        let factors = summands(graph, *operand);
        if factors.len() * products.len() > MOST_SUMMANDS {
            return vec![vec![Factor::Value(id)]];
        }
        products = products
            .iter()
            .flat_map(|product| factors.iter().map(|factor| [product.as_slice(), factor].concat()))
            .collect();
    }
    products
}

/// The logarithm of a node as a sum of products, numerical factors left out. Splitting it is right up to a multiple of
/// `2πi`, which no derivative sees.
fn logarithm(graph: &Graph, id: NodeId) -> Vec<Vec<Factor>> {
    if let Node::Call(Primitive::Exp, argument) = graph.node(id) {
        return summands(graph, *argument);
    }
    if let Node::Product(operands) = graph.node(id) {
        return operands.iter().flat_map(|operand| logarithm(graph, *operand)).collect();
    }
    if let Node::Power(base, _) = graph.node(id) {
        return logarithm(graph, *base);
    }
    vec![vec![Factor::Logarithm(id)]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_linear_and_a_scale_is_not() {
        // mu s - ln(1 - b² s²)
        let mut graph = Graph::new();
        let (mu, b) = (graph.push(Node::Param(ParamId(0))), graph.push(Node::Param(ParamId(1))));
        let s = graph.push(Node::TransformVariable);
        let drift = graph.product(vec![mu, s]);
        let bs = graph.product(vec![b, s]);
        let square = graph.power(bs, 2);
        let one = graph.integer(1);
        let below = graph.subtract(one, square);
        let logarithm = graph.call(Primitive::Ln, below);
        let output = graph.subtract(drift, logarithm);
        graph.outputs = vec![output];
        assert_eq!(gradient_degree_bound(&graph, ParamId(0)), Some(1));
        assert_eq!(gradient_degree_bound(&graph, ParamId(1)), None);
    }

    #[test]
    fn logarithms_of_products_are_split() {
        // ln(e^{mu s} / (1 - b s)) = mu s - ln(1 - b s)
        let mut graph = Graph::new();
        let (mu, b) = (graph.push(Node::Param(ParamId(0))), graph.push(Node::Param(ParamId(1))));
        let s = graph.push(Node::TransformVariable);
        let drift = graph.product(vec![mu, s]);
        let above = graph.call(Primitive::Exp, drift);
        let bs = graph.product(vec![b, s]);
        let one = graph.integer(1);
        let below = graph.subtract(one, bs);
        let ratio = graph.divide(above, below);
        let output = graph.call(Primitive::Ln, ratio);
        graph.outputs = vec![output];
        assert_eq!(gradient_degree_bound(&graph, ParamId(0)), Some(1));
        assert_eq!(gradient_degree_bound(&graph, ParamId(1)), None);
    }

    #[test]
    fn a_factor_outside_brings_in_what_it_multiplies() {
        // lam (s² + e^s - 1): every parameter in front of the exponential needs all orders
        let mut graph = Graph::new();
        let lam = graph.push(Node::Param(ParamId(0)));
        let v = graph.push(Node::Param(ParamId(1)));
        let s = graph.push(Node::TransformVariable);
        let square = graph.power(s, 2);
        let quadratic = graph.product(vec![v, square]);
        let exponential = graph.call(Primitive::Exp, s);
        let sum = graph.sum(vec![quadratic, exponential]);
        let output = graph.product(vec![lam, sum]);
        graph.outputs = vec![output];
        assert_eq!(gradient_degree_bound(&graph, ParamId(0)), None);
        assert_eq!(gradient_degree_bound(&graph, ParamId(1)), Some(2));
    }
}
