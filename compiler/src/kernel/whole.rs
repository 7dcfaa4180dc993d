//! The stencils of a function that is called whole: weights times its values.

use super::program::{Inputs, Place, Probe, Probes, Weight, WholeSection};
use crate::errors::bug;
use crate::ir::{DataId, Graph, Node, NodeId, WholeReason};
use crate::passes;

/// The points at which the function is called, each once, and the stencils over its values there.
pub(super) fn lower_whole(probes: &Probes, reason: WholeReason) -> WholeSection {
    let mut points = Vec::new();
    let mut graph = Graph::new();
    for stencil in &probes.stencils {
        let terms = stencil.iter().map(|probe| term(probe, &mut points, &mut graph)).collect();
        let sum = graph.sum(terms);
        graph.outputs.push(sum);
    }
    WholeSection { reason, points, stencils: passes::run(graph) }
}

/// A weight times a value.
fn term(probe: &Probe, points: &mut Vec<usize>, graph: &mut Graph) -> NodeId {
    let weight = match &probe.weight {
        Weight::Constant(value) => graph.constant(value.clone()),
        Weight::Number(weight) => graph.push(Node::Input(Inputs::NUMBERS + weight)),
    };
    let value = match (probe.order, probe.place) {
        (0, Place::Draw) => graph.push(Node::Input(Inputs::VALUE)),
        (0, Place::Moved { point: Some(point), .. }) => {
            let known = points.iter().position(|known| *known == point).unwrap_or_else(|| {
                points.push(point);
                points.len() - 1
            });
            graph.push(Node::Data(DataId(known)))
        }
        (order, place) => bug!("lower", "a derivative of order {order} of an opaque function at {place:?}"),
    };
    graph.product(vec![weight, value])
}
