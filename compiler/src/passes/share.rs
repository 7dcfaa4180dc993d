//! Common subexpressions.

use std::collections::BTreeMap;

use crate::ir::{Graph, Node, NodeId};

/// Merges equal nodes. After: no two nodes are equal; every value is unchanged to the bit.
///
/// Operands of a sum are added in ascending order, and merging may move an operand forward. Where that would change the
/// order of addition, the sum is split so that it does not (two operands may change places freely).
#[must_use]
pub fn share(graph: Graph) -> Graph {
    let mut result = Graph::new();
    let mut ids: BTreeMap<Node, NodeId> = BTreeMap::new();
    let mut image: Vec<NodeId> = Vec::with_capacity(graph.len());
    for (id, node) in graph.iter() {
        let mut intern =
            |node: Node| *ids.entry(node).or_insert_with_key(|node| result.push_spanned(node.clone(), graph.span(id)));
        let mapped = match node {
            Node::Sum(operands) => in_order(operands, &image, Node::Sum, &mut intern),
            Node::Product(operands) => in_order(operands, &image, Node::Product, &mut intern),
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
            | Node::Coordinate(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => intern(node.map_operands(|operand| image[operand.0 as usize])),
        };
        image.push(mapped);
    }
    result.outputs = graph.outputs.iter().map(|output| image[output.0 as usize]).collect();
    result
}

/// A sum or product of the images of `operands`, evaluated in the same order.
fn in_order(
    operands: &[NodeId],
    image: &[NodeId],
    make: impl Fn(Box<[NodeId]>) -> Node,
    intern: &mut impl FnMut(Node) -> NodeId,
) -> NodeId {
    let mut ascending: Vec<NodeId> = Vec::with_capacity(operands.len());
    for operand in operands {
        let operand = image[operand.0 as usize];
        if ascending.len() >= 2 && ascending.last().is_some_and(|&last| operand < last) {
            let first = intern(make(std::mem::take(&mut ascending).into()));
            ascending.push(first);
        }
        ascending.push(operand);
        // The first two may stand in either order.
        if ascending.len() == 2 {
            ascending.sort_unstable();
        }
    }
    intern(make(ascending.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DataId, Primitive};
    use crate::passes::interpret::{Leaves, values};

    #[test]
    fn equal_nodes_become_one() {
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Sample), graph.push(Node::Sample));
        let (a, b) = (graph.call(Primitive::Exp, x), graph.call(Primitive::Exp, y));
        let product = graph.product(vec![a, b]);
        graph.outputs = vec![product, a];
        let shared = share(graph);
        assert_eq!(shared.len(), 3);
        assert_eq!(shared.node(shared.outputs[0]), &Node::Product([NodeId(1), NodeId(1)].into()));
    }

    #[test]
    fn sums_keep_their_order() {
        // (1e17 + c) - 1e17 is 0 for small c, c + ... is not: the merged node must not come to the front.
        let mut graph = Graph::new();
        let small = graph.push(Node::Data(DataId(0)));
        let (large, opposite) = (graph.push(Node::Data(DataId(1))), graph.push(Node::Data(DataId(2))));
        let again = graph.push(Node::Data(DataId(0)));
        let sum = graph.sum(vec![large, opposite, again]);
        graph.outputs = vec![sum, small];
        let leaves = Leaves { data: vec![1.0, 1e17, -1e17], ..Leaves::default() };
        assert_eq!(values(&graph, &leaves)[0], 1.0);
        assert_eq!(values(&share(graph), &leaves)[0], 1.0);
    }
}
