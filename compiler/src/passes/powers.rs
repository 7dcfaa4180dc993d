//! Integer powers as squares, products and one inverse for each base.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Graph, Node, NodeId};

/// Writes integer powers as multiplications, which rounds differently from a library's power by a few units in the
/// last place.
///
/// All powers of one base are built together: an exponent is half an even one, or the sum of two that are there
/// already, so that `b², b⁴, b⁶` cost three multiplications. Negative powers are powers of one shared inverse,
/// because a division costs as much as several multiplications. After: the only exponents are 2 and -1. Equal bases
/// must have been merged before, or nothing is shared.
#[must_use]
pub fn powers(graph: Graph) -> Graph {
    let mut exponents: BTreeMap<NodeId, BTreeSet<i32>> = BTreeMap::new();
    for (_, node) in graph.iter() {
        if let Node::Power(base, exponent) = node {
            exponents.entry(*base).or_default().insert(*exponent);
        }
    }
    let mut result = Graph::new();
    let mut image: Vec<NodeId> = Vec::with_capacity(graph.len());
    let mut built: BTreeMap<(NodeId, i32), NodeId> = BTreeMap::new();
    for (id, node) in graph.iter() {
        let mapped = match node {
            Node::Power(base, exponent) => {
                let ladder = match built.get(&(*base, *exponent)) {
                    Some(_) => None,
                    None => exponents.remove(base),
                };
                if let Some(wanted) = ladder {
                    climb(&mut result, image[base.0 as usize], *base, &wanted, &mut built);
                }
                built[&(*base, *exponent)]
            }
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
            | Node::Sum(_)
            | Node::Product(_)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => {
                let mapped = node.map_operands(|operand| image[operand.0 as usize]);
                result.push_spanned(mapped, graph.span(id))
            }
        };
        image.push(mapped);
    }
    result.outputs = graph.outputs.iter().map(|output| image[output.0 as usize]).collect();
    result
}

/// Builds all `wanted` powers of `base`, whose image is `x`.
fn climb(
    graph: &mut Graph,
    x: NodeId,
    base: NodeId,
    wanted: &BTreeSet<i32>,
    built: &mut BTreeMap<(NodeId, i32), NodeId>,
) {
    let mut rungs = BTreeMap::from([(1, x)]);
    for &exponent in wanted.range(2..) {
        built.insert((base, exponent), step(graph, exponent.unsigned_abs(), &mut rungs));
    }
    if wanted.first().is_some_and(|&exponent| exponent < 0) {
        let mut rungs = BTreeMap::from([(1, graph.power(x, -1))]);
        for &exponent in wanted.range(..0).rev() {
            built.insert((base, exponent), step(graph, exponent.unsigned_abs(), &mut rungs));
        }
    }
}

/// The power `exponent` of the first rung.
fn step(graph: &mut Graph, exponent: u32, rungs: &mut BTreeMap<u32, NodeId>) -> NodeId {
    if let Some(&power) = rungs.get(&exponent) {
        return power;
    }
    let halves = |part: u32| part <= exponent - part;
    let known = rungs.keys().copied().find(|&part| halves(part) && rungs.contains_key(&(exponent - part)));
    let part = match known {
        Some(part) => part,
        None if exponent.is_multiple_of(2) => exponent / 2,
        None => 1,
    };
    let (low, high) = (step(graph, part, rungs), step(graph, exponent - part, rungs));
    let power = if low == high { graph.power(low, 2) } else { graph.product(vec![low, high]) };
    rungs.insert(exponent, power);
    power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ParamId;
    use crate::passes::interpret::{Leaves, values};

    fn written(exponents: &[i32]) -> Graph {
        let mut graph = Graph::new();
        let b = graph.push(Node::Param(ParamId(0)));
        graph.outputs = exponents.iter().map(|&exponent| graph.power(b, exponent)).collect();
        powers(graph)
    }

    #[test]
    fn even_powers_cost_one_multiplication_each() {
        let graph = written(&[2, 4, 6, 8]);
        assert_eq!(graph.len(), 1 + 4);
        let leaves = Leaves { parameters: vec![3.0], ..Leaves::default() };
        assert_eq!(values(&graph, &leaves), [9.0, 81.0, 729.0, 6561.0]);
        // b³, b⁵, b⁷ need b² besides.
        assert_eq!(written(&[3, 5, 7]).len(), 1 + 4);
        // Whatever the order in which they are met.
        assert_eq!(written(&[8, 2, 6, 4]).len(), 1 + 4);
        assert_eq!(written(&[i32::MAX]).len(), 1 + 60);
    }

    #[test]
    fn negative_powers_share_one_division() {
        let graph = written(&[-1, -2, -3, 2]);
        let divisions = graph.iter().filter(|(_, node)| matches!(node, Node::Power(_, -1))).count();
        assert_eq!((divisions, graph.len()), (1, 1 + 1 + 1 + 2));
        let leaves = Leaves { parameters: vec![2.0], ..Leaves::default() };
        assert_eq!(values(&graph, &leaves), [0.5, 0.25, 0.125, 4.0]);
    }
}
