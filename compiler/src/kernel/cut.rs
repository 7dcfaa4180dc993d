//! Logarithms that the function itself takes of draws that are too small for a number, for a warning.
//!
//! They cannot be completed as those of a weight are ([`tails`](super::tails)): the function is the user's.

use std::collections::BTreeSet;

use super::program::CutSection;
use super::tails::{argument, at_end, ends, free_of_draws, is_zero, simplified};
use crate::ir::{DataRef, Graph, Node, NodeId, NormalForm, Sampler};
use crate::passes;

/// The shape of a draw that may be too small for a number, of parameters only, and whose logarithm the function takes: of all
/// coordinates, or of those that it names.
pub(super) fn cut(form: &NormalForm, sampler: Option<&Sampler>) -> Option<CutSection> {
    let sampler = sampler?;
    let [draw] = sampler.draws.as_slice() else { return None };
    if ends(draw) == 0 || !is_zero(&at_end(sampler, 0)) {
        return None;
    }
    let takes = |function: &Graph, variable: &Node| {
        let mut arguments = function.iter().filter_map(|(_, node)| argument(node));
        arguments.any(|argument| {
            function.contains(argument, |node| node == variable) && is_zero(&vanishing(function, argument, variable))
        })
    };
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for ridge in &form.ridges {
        let unit = only_coordinate(&ridge.slope, &form.data);
        named.extend(unit.filter(|_| is_zero(&ridge.offset) && takes(&ridge.function, &Node::Ridge)));
    }
    for term in &form.interactions {
        let places = term.coordinates.iter().enumerate();
        let cut = places.filter(|(place, _)| takes(&term.function, &Node::Coordinate(*place)));
        named.extend(cut.map(|(_, coordinate)| *coordinate));
    }
    let all = form.separable.as_ref().is_some_and(|term| takes(&term.function, &Node::Sample));
    let mut shape = sampler.graph.clone();
    shape.outputs = vec![draw.arguments[0]];
    let coordinates = if all { None } else { Some(named.into_iter().collect::<Vec<_>>()) };
    let takes_any = coordinates.as_ref().is_none_or(|named| !named.is_empty());
    free_of_draws(shape).filter(|_| takes_any).map(|shape| CutSection { shape: passes::run(shape), coordinates })
}

/// The index of the coordinate that a slope is of, if it is a multiple of one unit vector.
fn only_coordinate(slope: &Graph, data: &[DataRef]) -> Option<usize> {
    let unit = |id: NodeId| match slope.node(id) {
        Node::Data(datum) => match data[datum.0] {
            DataRef::Unit(index) => Some(index),
            DataRef::Scalar(_) | DataRef::Row(_) | DataRef::Coordinate(_) | DataRef::Entry(_) => None,
        },
        _ => None,
    };
    match slope.node(slope.output()) {
        Node::Product(factors) => factors.iter().find_map(|&factor| unit(factor)),
        _ => unit(slope.output()),
    }
}

/// A part of a function where a variable is 0.
fn vanishing(function: &Graph, part: NodeId, variable: &Node) -> Graph {
    let mut composed = Graph::new();
    let output = composed.import(function, part, |composed, node| (node == variable).then(|| composed.integer(0)));
    composed.outputs = vec![output];
    simplified(composed)
}
