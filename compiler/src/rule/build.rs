//! Building a coefficient's graph so that every operation stands once.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use crate::ir::{Graph, Node, NodeId, Rational};

/// A graph in which every operation stands once.
#[derive(Debug, Default)]
pub struct Builder {
    graph: Graph,
    known: BTreeMap<Node, NodeId>,
}

impl Builder {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The node for an operation, shared if it is there already.
    pub fn node(&mut self, node: Node) -> NodeId {
        if let Some(&known) = self.known.get(&node) {
            return known;
        }
        let id = self.graph.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// What an id stands for.
    #[must_use]
    pub fn peek(&self, id: NodeId) -> &Node {
        self.graph.node(id)
    }

    /// The output of a graph, as a node here.
    pub fn import(&mut self, graph: &Graph) -> NodeId {
        let mut images: Vec<NodeId> = Vec::with_capacity(graph.len());
        for (_, node) in graph.iter() {
            let image = self.node(node.map_operands(|operand| images[operand.0 as usize]));
            images.push(image);
        }
        images[graph.output().0 as usize]
    }

    /// An exact number.
    pub fn constant(&mut self, value: Rational) -> NodeId {
        self.node(Node::Constant(value))
    }

    /// The sum, or the one term.
    pub fn sum(&mut self, mut terms: Vec<NodeId>) -> NodeId {
        terms.sort_unstable();
        match terms.as_slice() {
            [] => self.constant(Rational::zero()),
            [term] => *term,
            [_, _, ..] => self.node(Node::Sum(terms.into())),
        }
    }

    /// The product, or the one factor.
    pub fn product(&mut self, mut factors: Vec<NodeId>) -> NodeId {
        factors.sort_unstable();
        match factors.as_slice() {
            [] => self.constant(Rational::one()),
            [factor] => *factor,
            [_, _, ..] => self.node(Node::Product(factors.into())),
        }
    }

    /// An integer power; the exponent is not 0.
    pub fn power(&mut self, base: NodeId, exponent: i32) -> NodeId {
        if exponent == 1 { base } else { self.node(Node::Power(base, exponent)) }
    }

    /// The graph with one output. The draw, numbers, parameters and base draws come first in their own order, so that
    /// operands, which are sorted by position, read as one would write them: `2 * b^3` and `z + mu * T`.
    #[must_use]
    pub fn finish(self, output: NodeId) -> Graph {
        self.finish_all(&[output])
    }

    /// The graph with several outputs, its nodes in the same order.
    #[must_use]
    pub fn finish_all(self, outputs: &[NodeId]) -> Graph {
        let mut order: Vec<NodeId> = self.graph.iter().map(|(id, _)| id).collect();
        order.sort_by(|x, y| {
            let (x, y) = (self.graph.node(*x), self.graph.node(*y));
            let leaf = |node: &Node| {
                matches!(node, Node::Constant(_) | Node::Pi | Node::Param(_) | Node::Sample | Node::Draw(_))
            };
            match (leaf(x), leaf(y)) {
                (true, true) => (*x != Node::Sample, x).cmp(&(*y != Node::Sample, y)),
                (x, y) => y.cmp(&x),
            }
        });
        let mut positions = vec![NodeId(0); order.len()];
        let mut graph = Graph::new();
        for id in order {
            let node = self.graph.node(id).map_operands(|operand| positions[operand.0 as usize]);
            positions[id.0 as usize] = graph.push(node);
        }
        graph.outputs = outputs.iter().map(|output| positions[output.0 as usize]).collect();
        graph
    }
}
