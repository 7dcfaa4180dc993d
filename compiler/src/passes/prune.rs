//! Removes what no output needs.

use crate::ir::{Graph, NodeId};

/// Drops every node that no output needs. Every value is unchanged to the bit: the remaining nodes keep their order.
#[must_use]
pub fn prune(graph: Graph) -> Graph {
    let mut needed = vec![false; graph.len()];
    for output in &graph.outputs {
        needed[output.0 as usize] = true;
    }
    for (id, node) in graph.iter().rev() {
        if needed[id.0 as usize] {
            node.for_each_operand(|operand| needed[operand.0 as usize] = true);
        }
    }
    let mut result = Graph::new();
    // Dead nodes keep a meaningless image that nothing asks for.
    let mut image = vec![NodeId(0); graph.len()];
    for (id, node) in graph.iter() {
        if needed[id.0 as usize] {
            let mapped = node.map_operands(|operand| image[operand.0 as usize]);
            image[id.0 as usize] = result.push_spanned(mapped, graph.span(id));
        }
    }
    result.outputs = graph.outputs.iter().map(|output| image[output.0 as usize]).collect();
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Node, Primitive};

    #[test]
    fn what_no_output_needs_is_dropped() {
        let mut graph = Graph::new();
        let z = graph.push(Node::Sample);
        let dead = graph.call(Primitive::Exp, z);
        graph.call(Primitive::Sin, dead);
        let live = graph.call(Primitive::Cos, z);
        graph.outputs = vec![live];
        let pruned = prune(graph);
        assert_eq!(pruned.len(), 2);
        assert_eq!(pruned.node(pruned.output()), &Node::Call(Primitive::Cos, NodeId(0)));
    }
}
