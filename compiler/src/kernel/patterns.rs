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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DataId, NormalForm, SeparableTerm};
    use crate::passes::interpret::{Leaves, values};
    use crate::rule::exponentials::expand;

    /// The patterns of a function at `z = 0.8` around 0.3, with exponents `-0.5 + 1.5 i` where they are data.
    fn patterns(build: impl FnOnce(&mut Graph, NodeId) -> NodeId) -> Vec<f64> {
        let mut function = Graph::new();
        let z = function.push(Node::Sample);
        let output = build(&mut function, z);
        function.outputs = vec![output];
        let form = NormalForm { separable: Some(SeparableTerm { along: vec![], function }), ..NormalForm::default() };
        let expansion = expand(&form).expect("a sum of polynomials times exponentials");
        let (real, sum) = (expansion.is_real(), expansion.separable.as_ref().expect("a separable term"));
        let graph = lower_patterns(sum, &Node::Sample, real, expansion.centred);
        values(&graph, &Leaves { sample: 0.8, inputs: vec![0.3, -0.5, 1.5], ..Leaves::default() })
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-15), "{found:?} is not {expected:?}");
    }

    #[test]
    fn powers_around_the_centre() {
        close(&patterns(|graph, z| graph.power(z, 3)), &[1.0, 0.5, 0.25, 0.125]);
        // Below the square there is no centre.
        close(&patterns(|_, z| z), &[1.0, 0.8]);
    }

    #[test]
    fn exponents_are_constants_or_numbers() {
        let growth = patterns(|graph, z| {
            let two = graph.integer(2);
            let exponent = graph.product(vec![two, z]);
            graph.call(Primitive::Exp, exponent)
        });
        close(&growth, &[1.6f64.exp()]);
        // e^{rz} z cos(tz): real and imaginary part of e^{λz} and z e^{λz}.
        let wave = patterns(|graph, z| {
            let (r, t) = (graph.push(Node::Data(DataId(0))), graph.push(Node::Data(DataId(1))));
            let (growth, turn) = (graph.product(vec![r, z]), graph.product(vec![t, z]));
            let (growth, wave) = (graph.call(Primitive::Exp, growth), graph.call(Primitive::Cos, turn));
            graph.product(vec![z, growth, wave])
        });
        let (size, turn) = ((-0.4f64).exp(), 1.2f64);
        let parts = [size * turn.cos(), size * turn.sin()];
        close(&wave, &[parts[0], parts[1], 0.8 * parts[0], 0.8 * parts[1]]);
    }
}
