//! What the graph of `log φ` shows about the draw: a location, and whether the rest lives on single points.
//!
//! Terms linear in `s` add a constant to the draw, the *location*; the other terms are the law's *shape*. If `s` stands in
//! the shape only in exponentials of multiples of `s`, as in `λ (e^s - 1)`, then `φ` is a series in `e^{c s}` for the multiples
//! `c`, and the draw is a sum of these *jumps* with whole coefficients. Numerical inversion treats such laws apart.
//!
//! Only the graph is read: `e^{cs}` hidden as `(e^{cs/2})²` is found, `s + (s + 1) - 1` is not. What is not found is treated as
//! a law with a density, which its characteristic function then contradicts; nothing wrong follows.

use super::scale;
use crate::ir::{Graph, Law, Node, NodeId, ParamId, Primitive};
use crate::passes;

/// `log φ` taken apart; all graphs have been through the [passes].
#[derive(Clone, Debug)]
pub struct Shape {
    /// The coefficient of `s` in the terms linear in it; one output.
    pub location: Graph,
    /// The other terms; one output.
    pub shape: Graph,
    /// The jumps, one output each, if the shape has no other dependence on `s`.
    pub jumps: Option<Graph>,
    /// The parameters that the shape reads, ascending.
    pub parameters: Vec<ParamId>,
    /// The law's scale `c` (1 if the graph shows none), then the parameters of `z / c`, one output each.
    pub standard: Graph,
}

/// How a node depends on `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dependence {
    /// Not at all.
    None,
    /// A multiple of `s`, given by its factor (a node of the graph of slopes), plus possibly a constant.
    Affine { slope: NodeId, is_multiple: bool },
    /// Through exponentials of multiples of `s`.
    Periodic,
    /// The sum of an affine and a periodic function.
    Drifting { slope: NodeId },
    /// In another way.
    Other,
}

/// Takes the real graph of a law's `log φ` in `s` apart.
#[must_use]
pub fn shape(law: &Law, log_cf: &Graph) -> Shape {
    let log_cf = &passes::run(log_cf.clone());
    let mut reading = Reading { slopes: Graph::new(), jumps: Vec::new() };
    let mut dependences: Vec<Dependence> = Vec::with_capacity(log_cf.len());
    let mut jumps_of: Vec<Vec<NodeId>> = Vec::with_capacity(log_cf.len());
    for (id, node) in log_cf.iter() {
        reading.jumps.clear();
        node.for_each_operand(|operand| {
            for &jump in &jumps_of[operand.0 as usize] {
                if !reading.jumps.contains(&jump) {
                    reading.jumps.push(jump);
                }
            }
        });
        let dependence = reading.node(log_cf, id, &dependences);
        dependences.push(dependence);
        jumps_of.push(reading.jumps.clone());
    }
    let output = log_cf.output();
    let terms: Vec<NodeId> = match log_cf.node(output) {
        Node::Sum(terms) => terms.to_vec(),
        _ => vec![output],
    };
    let linear = |term: &NodeId| match dependences[term.0 as usize] {
        Dependence::Affine { slope, is_multiple: true } => Some(slope),
        Dependence::None
        | Dependence::Affine { is_multiple: false, .. }
        | Dependence::Periodic
        | Dependence::Drifting { .. }
        | Dependence::Other => None,
    };
    let mut slopes = reading.slopes;
    let location = slopes.sum(terms.iter().filter_map(linear).collect());
    let rest: Vec<NodeId> = terms.iter().copied().filter(|term| linear(term).is_none()).collect();
    let is_periodic =
        rest.iter().all(|term| matches!(dependences[term.0 as usize], Dependence::None | Dependence::Periodic));
    let mut jumps = Vec::new();
    for term in &rest {
        for &jump in &jumps_of[term.0 as usize] {
            if !jumps.contains(&jump) {
                jumps.push(jump);
            }
        }
    }
    let mut shape = log_cf.clone();
    let sum = shape.sum(rest);
    shape.outputs = vec![sum];
    let with_outputs = |outputs: Vec<NodeId>| {
        let mut graph = slopes.clone();
        graph.outputs = outputs;
        graph
    };
    let shape = passes::run(shape);
    Shape {
        location: passes::run(with_outputs(vec![location])),
        jumps: is_periodic.then(|| passes::run(with_outputs(jumps))),
        parameters: parameters(&shape),
        standard: scale::standard(&shape, &law.parameters),
        shape,
    }
}

struct Reading {
    /// Factors of `s`.
    slopes: Graph,
    /// The jumps of the node that is being read.
    jumps: Vec<NodeId>,
}

impl Reading {
    fn node(&mut self, graph: &Graph, id: NodeId, dependences: &[Dependence]) -> Dependence {
        let of = |operand: NodeId| dependences[operand.0 as usize];
        match graph.node(id) {
            Node::TransformVariable => Dependence::Affine { slope: self.slopes.integer(1), is_multiple: true },
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
            | Node::Coordinate(_) => Dependence::None,
            Node::Sum(terms) => self.sum(terms.iter().map(|&term| of(term))),
            Node::Product(factors) => self.product(graph, factors, of),
            // The exponent is not 1: no power of a multiple of `s` is one.
            Node::Power(base, _) => match of(*base) {
                Dependence::None => Dependence::None,
                Dependence::Periodic => Dependence::Periodic,
                Dependence::Affine { .. } | Dependence::Drifting { .. } | Dependence::Other => Dependence::Other,
            },
            Node::RealPower(x, y) | Node::Maximum(x, y) | Node::Minimum(x, y) => match (of(*x), of(*y)) {
                (Dependence::None, Dependence::None) => Dependence::None,
                (Dependence::None | Dependence::Periodic, Dependence::None | Dependence::Periodic) => {
                    Dependence::Periodic
                }
                _ => Dependence::Other,
            },
            node @ (Node::Kummer(..) | Node::DrawSlope(..)) => {
                let mut dependence = Dependence::None;
                node.for_each_operand(|operand| {
                    if of(operand) != Dependence::None {
                        dependence = Dependence::Other;
                    }
                });
                dependence
            }
            Node::Call(primitive, argument) => match of(*argument) {
                Dependence::None => Dependence::None,
                Dependence::Periodic => Dependence::Periodic,
                Dependence::Affine { slope, .. } | Dependence::Drifting { slope } if is_exponential(*primitive) => {
                    self.jumps.push(slope);
                    Dependence::Periodic
                }
                Dependence::Affine { .. } | Dependence::Drifting { .. } | Dependence::Other => Dependence::Other,
            },
        }
    }

    fn sum(&mut self, terms: impl Iterator<Item = Dependence>) -> Dependence {
        let (mut slopes, mut all_multiples, mut periodic, mut other) = (Vec::new(), true, false, false);
        for term in terms {
            match term {
                Dependence::None => all_multiples = false,
                Dependence::Affine { slope, is_multiple } => {
                    slopes.push(slope);
                    all_multiples &= is_multiple;
                }
                Dependence::Periodic => periodic = true,
                Dependence::Drifting { slope } => {
                    slopes.push(slope);
                    periodic = true;
                }
                Dependence::Other => other = true,
            }
        }
        match (other, periodic, slopes.is_empty()) {
            (true, _, _) => Dependence::Other,
            (false, false, true) => Dependence::None,
            (false, true, true) => Dependence::Periodic,
            (false, false, false) => Dependence::Affine { slope: self.slopes.sum(slopes), is_multiple: all_multiples },
            (false, true, false) => Dependence::Drifting { slope: self.slopes.sum(slopes) },
        }
    }

    fn product(&mut self, graph: &Graph, factors: &[NodeId], of: impl Fn(NodeId) -> Dependence) -> Dependence {
        let (free, dependent): (Vec<NodeId>, Vec<NodeId>) =
            factors.iter().copied().partition(|&factor| of(factor) == Dependence::None);
        match dependent.as_slice() {
            [] => Dependence::None,
            [factor] => match of(*factor) {
                Dependence::Affine { slope, is_multiple } => {
                    Dependence::Affine { slope: self.scaled(graph, &free, slope), is_multiple }
                }
                Dependence::Drifting { slope } => Dependence::Drifting { slope: self.scaled(graph, &free, slope) },
                dependence @ (Dependence::None | Dependence::Periodic | Dependence::Other) => dependence,
            },
            several if several.iter().all(|&factor| of(factor) == Dependence::Periodic) => Dependence::Periodic,
            _ => Dependence::Other,
        }
    }

    /// `slope` times factors of the original graph, which do not depend on `s`.
    fn scaled(&mut self, graph: &Graph, factors: &[NodeId], slope: NodeId) -> NodeId {
        let mut product: Vec<NodeId> =
            factors.iter().map(|&factor| self.slopes.import(graph, factor, |_, _| None)).collect();
        product.push(slope);
        self.slopes.product(product)
    }
}

/// Whether a function of `c s` is one of `e^{c s}`.
const fn is_exponential(primitive: Primitive) -> bool {
    match primitive {
        Primitive::Exp
        | Primitive::ExpM1
        | Primitive::Sinh
        | Primitive::Cosh
        | Primitive::Tanh
        | Primitive::Sigmoid
        | Primitive::LogSigmoid
        | Primitive::Softplus => true,
        Primitive::Ln
        | Primitive::Ln1p
        | Primitive::Sqrt
        | Primitive::Sin
        | Primitive::Cos
        | Primitive::Tan
        | Primitive::Atan
        | Primitive::LnGamma
        | Primitive::Polygamma(_)
        | Primitive::Abs
        | Primitive::Sign => false,
    }
}

/// The parameters that a simplified graph reads, ascending.
fn parameters(graph: &Graph) -> Vec<ParamId> {
    let parameter =
        |(_, node): (NodeId, &Node)| if let Node::Param(parameter) = node { Some(*parameter) } else { None };
    let mut found: Vec<ParamId> = graph.iter().filter_map(parameter).collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::parse::distribution::parse_distribution;
    use crate::series::analytic::judge;

    /// Location, jumps and parameters of the shape, of a law with parameters `a`, `b`, `p`.
    fn read(body: &str) -> (String, Option<Vec<String>>, Vec<usize>) {
        let item = format!(
            "fn f(omega: Frequency, a: Real, b: Positive, p: Probability) -> LogCf {{ let s = I * omega; {body} + 0.0 * (a * b * p * s) }}"
        );
        let item = syn::parse_str(&item).expect("a function");
        let law = parse_distribution(quote::quote! {}, &item).expect("a law");
        let Shape { location, jumps, parameters, .. } = shape(&law, &judge(&law).expect("an expansion").log_cf);
        let leaves = Leaves::of_law(&law);
        let texts =
            |graph: Graph| graph.outputs.iter().map(|&output| infix(&graph, output, &leaves)).collect::<Vec<_>>();
        let read = parameters.into_iter().map(|parameter| parameter.0).collect();
        (texts(location).remove(0), jumps.map(texts), read)
    }

    fn some(jumps: &[&str]) -> Option<Vec<String>> {
        Some(jumps.iter().map(|&jump| jump.to_owned()).collect())
    }

    #[test]
    fn locations_are_taken_off() {
        assert_eq!(read("a * s + b.powi(2) * s.powi(2) / 2"), ("a".to_owned(), None, vec![1]));
        assert_eq!(read("s * (a + 2 * b) - (1 - b * s).ln()"), ("a + 2 * b".to_owned(), None, vec![1]));
        assert_eq!(read("-b * (1 - a * s).ln()"), ("0".to_owned(), None, vec![0, 1]));
        assert_eq!(read("a * s"), ("a".to_owned(), some(&[]), vec![]));
    }

    #[test]
    fn jumps_are_found() {
        assert_eq!(read("b * (s.exp() - 1)"), ("0".to_owned(), some(&["1"]), vec![1]));
        assert_eq!(read("b * (s.exp() - 1) + p * ((-s).exp() - 1) + a * s").1, some(&["1", "-1"]));
        assert_eq!(read("3 * (1 - p + p * s.exp()).ln()").1, some(&["1"]));
        assert_eq!(read("b * ((1 - p).ln() - (1 - p * (a * s).exp()).ln())").1, some(&["a"]));
        assert_eq!(read("b * ((a * s).cosh() - 1)").1, some(&["a"]));
        assert_eq!(read("(1 - p) * ((s + p.ln()).exp() - p)").1, some(&["1"]));
        // φ = cos(aω), written with the frequency.
        assert_eq!(read("(a * omega).cos().ln()").1, some(&["a"]));
    }

    #[test]
    fn other_dependences_are_none() {
        for body in [
            "b * ((a * s + s.powi(2) / 2).exp() - 1)",
            "b * (1 / (1 - a * s) - 1)",
            "b * (s.exp() - 1) + s.powi(2)",
            "-p * (1 - b * s).ln() + (s.exp() - 1)",
            "b * (s * s.exp())",
        ] {
            assert_eq!(read(body).1, None, "{body}");
        }
    }
}
