//! Calls that share one exponential: `ln σ(x)`, `σ(x)` and `σ(-x)` come from one method of a pack.

use num_traits::One;

use crate::ir::{Graph, Node, NodeId, Primitive};

/// Two or three calls of one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Family {
    /// `x`
    pub(super) argument: NodeId,
    /// `ln σ(x)`, `σ(x)`, `σ(-x)`, as far as the graph has them.
    pub(super) members: [Option<NodeId>; 3],
}

/// The families of a graph with at least two members.
pub(super) fn families(graph: &Graph) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for (id, node) in graph.iter() {
        let (argument, place) = match node {
            Node::Call(Primitive::LogSigmoid, argument) => (*argument, 0),
            Node::Call(Primitive::Sigmoid, argument) => match negated(graph, *argument) {
                Some(positive) => (positive, 2),
                None => (*argument, 1),
            },
            _ => continue,
        };
        match families.iter_mut().find(|family| family.argument == argument) {
            Some(family) => family.members[place] = Some(id),
            None => {
                let mut members = [None; 3];
                members[place] = Some(id);
                families.push(Family { argument, members });
            }
        }
    }
    families.retain(|family| family.members.iter().flatten().count() > 1);
    families
}

/// `x` if the node is `-x`.
fn negated(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let Node::Product(factors) = graph.node(id) else { return None };
    let minus_one = |id: &NodeId| matches!(graph.node(*id), Node::Constant(value) if (-value).is_one());
    match factors.as_ref() {
        [first, second] if minus_one(first) => Some(*second),
        [first, second] if minus_one(second) => Some(*first),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_argument_form_a_family() {
        let mut graph = Graph::new();
        let u = graph.push(Node::Ridge);
        let minus = graph.negate(u);
        let right = graph.call(Primitive::Sigmoid, minus);
        let log = graph.call(Primitive::LogSigmoid, u);
        let square = graph.power(u, 2);
        graph.call(Primitive::Sigmoid, square);
        assert_eq!(families(&graph), [Family { argument: u, members: [Some(log), None, Some(right)] }]);
    }
}
