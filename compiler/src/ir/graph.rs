//! A flat graph of scalar operations with named outputs.

use std::collections::BTreeSet;

use crate::errors::Extent;

use super::node::{Node, NodeId, Primitive, Rational};

/// Scalar operations in topological order, and the nodes whose values are wanted.
///
/// Building a graph never rewrites: `constant(0) * x` stays a product until the pass `fold` removes it. The helper
/// methods only keep the invariants of [`Node`] (operand order, at least two operands, exponents other than 0 and 1).
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    spans: Vec<Option<Extent>>,
    /// The nodes whose values are wanted, in an order the owner of the graph defines.
    pub outputs: Vec<NodeId>,
}

impl PartialEq for Graph {
    /// Equality of operations and outputs; spans do not count.
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes && self.outputs == other.outputs
    }
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The operation behind `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Where in the user's source the node came from, if it did.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Option<Extent> {
        self.spans[id.0 as usize]
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the graph has no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every node with its id, operands before users.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node))
    }

    /// The single output of a graph that stands for one expression.
    ///
    /// # Panics
    /// If the graph does not have exactly one output, which is a compiler bug.
    #[must_use]
    pub fn output(&self) -> NodeId {
        assert_eq!(self.outputs.len(), 1, "compiler bug: expected one output");
        self.outputs[0]
    }

    /// Appends a node without a source position.
    pub fn push(&mut self, node: Node) -> NodeId {
        self.push_spanned(node, None)
    }

    /// Appends a node that came from `span`.
    pub fn push_spanned(&mut self, node: Node, span: Option<Extent>) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(node);
        self.spans.push(span);
        id
    }

    /// Appends an exact constant.
    pub fn constant(&mut self, value: Rational) -> NodeId {
        self.push(Node::Constant(value))
    }

    /// Appends a small whole constant.
    pub fn integer(&mut self, value: i64) -> NodeId {
        self.constant(Rational::from_integer(value.into()))
    }

    /// Appends the sum of `terms`; the sum of none is 0 and of one is that term.
    pub fn sum(&mut self, mut terms: Vec<NodeId>) -> NodeId {
        terms.sort_unstable();
        match terms.len() {
            0 => self.integer(0),
            1 => terms[0],
            _ => self.push(Node::Sum(terms.into())),
        }
    }

    /// Appends the product of `factors`; the product of none is 1 and of one is that factor.
    pub fn product(&mut self, mut factors: Vec<NodeId>) -> NodeId {
        factors.sort_unstable();
        match factors.len() {
            0 => self.integer(1),
            1 => factors[0],
            _ => self.push(Node::Product(factors.into())),
        }
    }

    /// Appends `-x`.
    pub fn negate(&mut self, x: NodeId) -> NodeId {
        let minus_one = self.integer(-1);
        self.product(vec![minus_one, x])
    }

    /// Appends `x - y`.
    pub fn subtract(&mut self, x: NodeId, y: NodeId) -> NodeId {
        let negated = self.negate(y);
        self.sum(vec![x, negated])
    }

    /// Appends `x^exponent`.
    pub fn power(&mut self, x: NodeId, exponent: i32) -> NodeId {
        match exponent {
            0 => self.integer(1),
            1 => x,
            _ => self.push(Node::Power(x, exponent)),
        }
    }

    /// Appends `x / y`.
    pub fn divide(&mut self, x: NodeId, y: NodeId) -> NodeId {
        let inverse = self.power(y, -1);
        self.product(vec![x, inverse])
    }

    /// Appends `primitive(x)`.
    pub fn call(&mut self, primitive: Primitive, x: NodeId) -> NodeId {
        self.push(Node::Call(primitive, x))
    }

    /// Whether an expression has a node of a kind.
    pub fn contains(&self, root: NodeId, is_wanted: impl Fn(&Node) -> bool) -> bool {
        let (mut waiting, mut seen) = (vec![root], BTreeSet::from([root]));
        while let Some(id) = waiting.pop() {
            if is_wanted(self.node(id)) {
                return true;
            }
            self.node(id).for_each_operand(|operand| {
                if seen.insert(operand) {
                    waiting.push(operand);
                }
            });
        }
        false
    }

    /// Copies the part of `other` that `root` needs into this graph, replacing leaves and nodes through `replace`.
    ///
    /// `replace` is asked for every reachable node, operands first, and may give the id of a node of this graph to use
    /// in its place; spans are kept.
    pub fn import(
        &mut self,
        other: &Graph,
        root: NodeId,
        mut replace: impl FnMut(&mut Graph, &Node) -> Option<NodeId>,
    ) -> NodeId {
        let mut needed = vec![false; root.0 as usize + 1];
        needed[root.0 as usize] = true;
        for index in (0..=root.0).rev() {
            if needed[index as usize] {
                other.node(NodeId(index)).for_each_operand(|operand| needed[operand.0 as usize] = true);
            }
        }
        let mut image = vec![None; root.0 as usize + 1];
        for index in 0..=root.0 {
            if !needed[index as usize] {
                continue;
            }
            let node = other.node(NodeId(index));
            let id = match replace(self, node) {
                Some(id) => id,
                None => {
                    let mapped = node.map_operands(|operand| image[operand.0 as usize].expect("operands come first"));
                    self.push_spanned(mapped, other.span(NodeId(index)))
                }
            };
            image[index as usize] = Some(id);
        }
        image[root.0 as usize].expect("the root is needed")
    }
}

impl Node {
    /// Calls `visit` for every operand.
    pub fn for_each_operand(&self, mut visit: impl FnMut(NodeId)) {
        match self {
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
            | Node::Coordinate(_) => {}
            Node::Sum(operands) | Node::Product(operands) => operands.iter().copied().for_each(visit),
            Node::Power(base, _) => visit(*base),
            Node::Call(_, argument) => visit(*argument),
            Node::RealPower(x, y) | Node::Maximum(x, y) | Node::Minimum(x, y) => {
                visit(*x);
                visit(*y);
            }
            Node::Kummer(_, operands) => operands.iter().copied().for_each(visit),
            Node::DrawSlope(_, operands) => operands.iter().copied().for_each(visit),
        }
    }

    /// The same operation on other operands; operand lists are brought to ascending order again.
    #[must_use]
    pub fn map_operands(&self, mut map: impl FnMut(NodeId) -> NodeId) -> Node {
        let mut list = |operands: &[NodeId]| {
            let mut mapped: Vec<NodeId> = operands.iter().map(|&operand| map(operand)).collect();
            mapped.sort_unstable();
            mapped.into_boxed_slice()
        };
        match self {
            Node::Sum(operands) => Node::Sum(list(operands)),
            Node::Product(operands) => Node::Product(list(operands)),
            Node::Power(base, exponent) => Node::Power(map(*base), *exponent),
            Node::Call(primitive, argument) => Node::Call(*primitive, map(*argument)),
            Node::RealPower(x, y) => Node::RealPower(map(*x), map(*y)),
            Node::Maximum(x, y) => Node::Maximum(map(*x), map(*y)),
            Node::Minimum(x, y) => Node::Minimum(map(*x), map(*y)),
            Node::Kummer(part, operands) => Node::Kummer(*part, operands.map(map)),
            Node::DrawSlope(slope, operands) => {
                Node::DrawSlope(*slope, operands.iter().map(|&operand| map(operand)).collect())
            }
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
            | Node::Coordinate(_) => self.clone(),
        }
    }
}
