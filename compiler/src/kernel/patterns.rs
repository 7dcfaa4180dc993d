//! What a sample computes for closed forms: the powers times exponentials that make up `f` and `a(D) f`.
//!
//! `a(D)` of a polynomial times `e^{λx}` is another polynomial times `e^{λx}`. Its coefficients depend on the law's parameters
//! and on the coordinate, the *patterns* `(x - c)^n e^{λx}` only on the draw: they are computed once for each sample and row,
//! whatever the number of coordinates and parameters, and weighted for each.

use crate::ir::{Graph, Node, NodeId, Primitive};
use crate::passes;
use crate::rule::exponentials::{ExponentialSum, Group};

/// Places of the numbers that patterns read.
#[derive(Clone, Copy, Debug)]
pub struct PatternNumbers;

impl PatternNumbers {
    /// The centre `c`.
    pub const CENTRE: usize = 0;

    /// Real part of the exponent of a group; its imaginary part comes next.
    #[must_use]
    pub const fn exponent(group: usize) -> usize {
        1 + 2 * group
    }

    /// How many there are for a sum of so many groups.
    #[must_use]
    pub const fn count(groups: usize) -> usize {
        1 + 2 * groups
    }
}

/// The patterns of a sum over `variable`: for each group and power real and imaginary part of `(x - c)^n e^{λx}`, the real part
/// only if all exponents are `real`. Leaves are constants, π, the variable and inputs, see [`PatternNumbers`].
pub(super) fn lower_patterns(sum: &ExponentialSum, variable: &Node, real: bool, centred: bool) -> Graph {
    let mut graph = Graph::new();
    let x = graph.push(variable.clone());
    let base = if centred {
        let centre = graph.push(Node::Input(PatternNumbers::CENTRE));
        graph.subtract(x, centre)
    } else {
        x
    };
    for (index, group) in sum.groups.iter().enumerate() {
        let wave = exponential(&mut graph, sum, index, group, x);
        for power in 0..group.polynomial.len() {
            for part in wave.iter().take(if real { 1 } else { 2 }) {
                let factors = std::iter::repeat_n(base, power).chain([*part]);
                let output = graph.product(factors.collect());
                graph.outputs.push(output);
            }
        }
    }
    passes::run(graph)
}

/// Real and imaginary part of `e^{λx}`.
fn exponential(graph: &mut Graph, sum: &ExponentialSum, index: usize, group: &Group, x: NodeId) -> [NodeId; 2] {
    let mut argument = |part: Option<usize>, input: usize| {
        let factor = match sum.graph.node(sum.graph.outputs[part?]) {
            Node::Constant(value) => graph.constant(value.clone()),
            _ => graph.push(Node::Input(input)),
        };
        Some(graph.product(vec![factor, x]))
    };
    let place = PatternNumbers::exponent(index);
    let (re, im) = (argument(group.exponent.re, place), argument(group.exponent.im, place + 1));
    let size = re.map(|re| graph.call(Primitive::Exp, re));
    let turn = im.map(|im| [Primitive::Cos, Primitive::Sin].map(|wave| graph.call(wave, im)));
    let turn = turn.unwrap_or_else(|| [1, 0].map(|part| graph.integer(part)));
    match size {
        Some(size) => turn.map(|part| graph.product(vec![size, part])),
        None => turn,
    }
}
