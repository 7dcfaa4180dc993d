//! How a node is read as a quotient of products: what the printers for Rust and LaTeX have in common.

use num_traits::{One, Signed};

use crate::ir::{Graph, Node, NodeId, Rational};

/// `± constants * numerator / denominator`, one layer deep: factors are not taken apart any further.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Quotient {
    /// Whether the value is the negative of what the rest says.
    pub(super) negative: bool,
    /// Constant factors, positive, none of them 1.
    pub(super) constants: Vec<Rational>,
    /// Factors with positive exponents.
    pub(super) numerator: Vec<(NodeId, u32)>,
    /// Factors whose powers are divided by, with positive exponents.
    pub(super) denominator: Vec<(NodeId, u32)>,
}

impl Quotient {
    /// Reads node `id`; nodes for which `is_name` holds are printed as names elsewhere and stay whole.
    pub(super) fn of(graph: &Graph, id: NodeId, is_name: &dyn Fn(NodeId) -> bool) -> Self {
        let mut quotient = Self::default();
        match graph.node(id) {
            Node::Product(factors) if !is_name(id) => {
                for &factor in factors {
                    quotient.multiply(graph, factor, is_name);
                }
            }
            _ => quotient.multiply(graph, id, is_name),
        }
        quotient
    }

    fn multiply(&mut self, graph: &Graph, factor: NodeId, is_name: &dyn Fn(NodeId) -> bool) {
        if is_name(factor) {
            self.numerator.push((factor, 1));
            return;
        }
        match graph.node(factor) {
            Node::Constant(value) => {
                self.negative ^= value.is_negative();
                if !value.abs().is_one() {
                    self.constants.push(value.abs());
                }
            }
            Node::Power(base, exponent) if *exponent > 0 => self.numerator.push((*base, exponent.unsigned_abs())),
            Node::Power(base, exponent) => self.denominator.push((*base, exponent.unsigned_abs())),
            Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => self.numerator.push((factor, 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ParamId;

    #[test]
    fn signs_constants_and_powers_are_told_apart() {
        let mut graph = Graph::new();
        let constant = graph.integer(-2);
        let a = graph.push(Node::Param(ParamId(0)));
        let b = graph.push(Node::Param(ParamId(1)));
        let square = graph.power(b, -2);
        let product = graph.product(vec![constant, a, square]);
        let quotient = Quotient::of(&graph, product, &|_| false);
        assert!(quotient.negative);
        assert_eq!(quotient.constants, [Rational::from_integer(2.into())]);
        assert_eq!(quotient.numerator, [(a, 1)]);
        assert_eq!(quotient.denominator, [(b, 2)]);
        // A node with a name stays whole.
        assert_eq!(Quotient::of(&graph, product, &|id| id == square).numerator, [(a, 1), (square, 1)]);
    }
}
