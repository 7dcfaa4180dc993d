//! The passes over a graph, in the order in which [`run`] applies them.
//!
//! A pass takes a graph, gives a graph with the same outputs, and cannot fail. What it may do to floating results stands
//! in the first line of its documentation: [`fold()`] and [`powers()`] round differently, the others change no bit. All are
//! deterministic, since the text of generated code must be.

pub mod exact;
pub mod fold;
pub mod hoist;
#[cfg(test)]
pub mod interpret;
pub mod powers;
pub mod prune;
pub mod share;
#[cfg(test)]
mod tests;

pub use fold::fold;
pub use hoist::hoist;
pub use powers::powers;
pub use prune::prune;
pub use share::share;

use crate::errors::bug;
use crate::ir::Graph;
use crate::ir::verify::verify;

/// One step from graph to graph.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Name in messages.
    pub name: &'static str,
    /// What it does.
    pub run: fn(Graph) -> Graph,
}

/// The passes in order.
pub const PASSES: &[Pass] = &[
    Pass { name: "prune", run: prune }, // first, so that uses by dead nodes do not count
    Pass { name: "share", run: share }, // before fold, which flattens what is used once only
    Pass { name: "fold", run: fold },
    Pass { name: "share", run: share }, // after fold, which makes constants and powers equal
    Pass { name: "powers", run: powers }, // after share, which brings all powers of one base together
    Pass { name: "share", run: share },
    Pass { name: "prune", run: prune },
];

/// Applies [`PASSES`]: equal nodes are merged, constants folded, and integer powers are squares, products and inverses.
///
/// After: no two nodes are equal, every node is needed by an output, and the only exponents of [`Node::Power`] are 2
/// and -1. Rounding may differ from the input's in the last places. Debug builds verify the graph after each pass.
///
/// [`Node::Power`]: crate::ir::Node::Power
#[must_use]
pub fn run(graph: Graph) -> Graph {
    run_list(PASSES, graph)
}

fn run_list(passes: &[Pass], graph: Graph) -> Graph {
    passes.iter().fold(graph, |graph, pass| {
        let graph = (pass.run)(graph);
        if cfg!(debug_assertions)
            && let Err(violation) = verify(&graph)
        {
            bug!("passes", "after `{}`: {violation}", pass.name);
        }
        graph
    })
}
