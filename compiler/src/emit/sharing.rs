//! Which nodes of a graph get a name in printed code, and how often each is written.

use crate::ir::{Graph, Node};

/// Whether some output of the graph needs a node for which `wanted` holds.
pub(super) fn uses(graph: &Graph, wanted: impl Fn(&Node) -> bool) -> bool {
    let counts = use_counts(graph);
    graph.iter().any(|(id, node)| counts[id.0 as usize] > 0 && wanted(node))
}

/// How often each node stands in the printed text if nothing has a name; 0 for nodes that no output needs.
fn use_counts(graph: &Graph) -> Vec<usize> {
    let mut counts = vec![0_usize; graph.len()];
    for output in &graph.outputs {
        counts[output.0 as usize] += 1;
    }
    for (id, node) in graph.iter().rev() {
        if counts[id.0 as usize] == 0 {
            continue;
        }
        let copies = match node {
            Node::Power(_, exponent) => repetitions(exponent.unsigned_abs()),
            _ => 1,
        };
        node.for_each_operand(|operand| counts[operand.0 as usize] += copies);
    }
    counts
}

/// How often the base of a power is written: small powers are products.
pub(super) const fn repetitions(exponent: u32) -> usize {
    match exponent {
        2 => 2,
        3 => 3,
        _ => 1,
    }
}

/// The nodes that get a name: those written more than once, and those of more than `depth` operations.
pub(super) fn named_nodes(graph: &Graph, depth: usize) -> Vec<bool> {
    let counts = use_counts(graph);
    let mut sizes = vec![0_usize; graph.len()];
    let mut named = vec![false; graph.len()];
    for (id, node) in graph.iter() {
        let index = id.0 as usize;
        if counts[index] == 0 || is_leaf(node) {
            continue;
        }
        let mut size = 1;
        node.for_each_operand(|operand| size += sizes[operand.0 as usize]);
        named[index] = counts[index] > 1 || (size > depth && !graph.outputs.contains(&id));
        sizes[index] = if named[index] { 0 } else { size };
    }
    named
}

/// Whether the node has no operands.
fn is_leaf(node: &Node) -> bool {
    let mut leaf = true;
    node.for_each_operand(|_| leaf = false);
    leaf
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Primitive;

    #[test]
    fn names_are_for_what_is_written_twice_or_too_deep() {
        let mut graph = Graph::new();
        let u = graph.push(Node::Ridge);
        let e = graph.call(Primitive::Exp, u);
        let square = graph.power(e, 2);
        let dead = graph.call(Primitive::Sin, square);
        let root = graph.call(Primitive::Sqrt, square);
        graph.outputs = vec![root];
        // `e` stands twice in `e * e`; the unused sine makes nothing shared.
        assert_eq!(named_nodes(&graph, 9), [false, true, false, false, false]);
        assert_eq!(named_nodes(&graph, 0), [false, true, true, false, false]);
        assert!(uses(&graph, |node| *node == Node::Ridge));
        graph.outputs = vec![dead];
        assert!(!uses(&graph, |node| matches!(node, Node::Call(Primitive::Sqrt, _))));
    }
}
