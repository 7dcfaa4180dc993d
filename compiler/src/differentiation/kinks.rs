//! Where a function of the draw is not differentiable.

use super::generators::Tower;
use crate::errors::Errors;
use crate::ir::{Graph, Node, NormalForm};
use crate::passes;

/// Every kink of `f` that depends on the draw: `abs`, `max` and `min` of it, and roots of squares. Empty if `f` is smooth where
/// it is defined.
pub fn kinks(function: &NormalForm) -> Errors {
    let mut kinks = Errors::new();
    let mut check = |graph: &Graph, variable: &Node| {
        if let Err(found) = Tower::new(&passes::run(graph.clone()), variable) {
            kinks.extend(found);
        }
    };
    function.ridges.iter().for_each(|ridge| check(&ridge.function, &Node::Ridge));
    function.separable.iter().for_each(|term| check(&term.function, &Node::Sample));
    for term in &function.interactions {
        (0..term.coordinates.len()).for_each(|place| check(&term.function, &Node::Coordinate(place)));
    }
    kinks
}
