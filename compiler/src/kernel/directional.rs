//! From the rules of a joint law to what a sample computes for each entry of a vector parameter.
//!
//! Such a rule asks for `⟨d, ∇f(y)⟩` at a point `y = a z + b e_k` in a direction `d = a' z + b' e_k`, with the vertex `e_k` of the
//! entry and numbers that are drawn once for each sample, or are functions of the entry's coordinate. With
//! `u_o = ⟨A_o, z⟩ + c_o`,
//!
//! ```text
//! ridge term        h'(c_o + a (u_o - c_o) + b A_ok) (a' (u_o - c_o) + b' A_ok)
//! separable term    Σ_j g'(a z_j + b δ_jk) (a' z_j + b' δ_jk)
//! interaction term  Σ_j ∂_j h(a z + b e_k) (a' z_j + b' δ_jk), over its coordinates j
//! ```
//!
//! so that a ridge costs one evaluation for each row and entry, the separable term differs between entries in one summand only,
//! and an interaction term is one function for each of its coordinates as `k`, and one for all others.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use super::program::{Directional, Inputs, Probes, Weight};
use super::stencils::{Keeping, Merging};
use crate::differentiation::derivatives_almost_everywhere;
use crate::errors::Errors;
use crate::ir::{DrawId, ENTRY, Graph, Node, NodeId, Rational, VERTEX};
use crate::passes;
use crate::rule::{Rule, Stencil};

/// The probes of all rules of a joint law, in the order in which terms name them. Base draws are shared between rules.
pub(super) fn lower_directional(rules: &[&Rule]) -> Probes {
    let mut merging = Merging::new(false, false);
    let stencils: Vec<Vec<[usize; 4]>> =
        rules.iter().flat_map(|rule| &rule.stencils).map(|term| numbers(&mut merging, &term.stencil)).collect();
    let mut keeping = Keeping::of(super::lower::lower_sampler(&merging.sampler));
    let directional = stencils
        .into_iter()
        .map(|probes| {
            let probe = |numbers: [usize; 4]| {
                let [a, b, along, across] = numbers.map(|number| keeping.weight(number));
                Directional { point: [a, b], direction: [along, across] }
            };
            probes.into_iter().map(probe).collect()
        })
        .collect();
    Probes { numbers: keeping.numbers(), directional, ..Probes::default() }
}

/// `a, b, a', b'` of each probe, as outputs of the merged sampler.
fn numbers(merging: &mut Merging, stencil: &Stencil) -> Vec<[usize; 4]> {
    let draws = merging.draws(&stencil.numbers);
    let graph = &stencil.numbers.graph;
    (0..stencil.orders.len())
        .map(|probe| {
            let (point, direction) = (stencil.point(probe), stencil.weight(probe));
            [(point, [1, 0]), (point, [0, 1]), (direction, [1, 0]), (direction, [0, 1])].map(|(root, at)| {
                let factor = factor(&mut merging.sampler.graph, graph, root, at, &draws);
                merging.output(factor)
            })
        })
        .collect()
}

/// The factor of the draw or of the vertex in a linear function of both: its value where one is 1 and the other 0.
fn factor(merged: &mut Graph, graph: &Graph, root: NodeId, [draw, vertex]: [i64; 2], draws: &[DrawId]) -> NodeId {
    let mut value = Graph::new();
    let output = value.import(graph, root, |value, node| match node {
        Node::Draw(id) => Some(value.push(Node::Draw(draws[id.0]))),
        Node::Sample => Some(value.integer(draw)),
        node if *node == VERTEX => Some(value.integer(vertex)),
        _ => None,
    });
    value.outputs = vec![output];
    let value = passes::fold(passes::share(value));
    let mut atoms = BTreeMap::new();
    collect(&value, value.output(), &Rational::one(), &mut atoms);
    let terms = atoms
        .into_iter()
        .filter(|(_, factor)| !factor.is_zero())
        .map(|(atom, factor)| {
            let mut factors = Vec::new();
            if atom.is_none() || !factor.is_one() {
                factors.push(merged.constant(factor));
            }
            factors.extend(atom.map(|atom| {
                merged.import(&value, atom, |merged, node| (*node == ENTRY).then(|| merged.push(Node::Sample)))
            }));
            merged.product(factors)
        })
        .collect();
    merged.sum(terms)
}

/// Adds up what a node is a linear combination of, constants under `None`: `1 - (1 - c)` is `c`, without its rounding.
fn collect(graph: &Graph, id: NodeId, factor: &Rational, atoms: &mut BTreeMap<Option<NodeId>, Rational>) {
    let mut add = |atom: Option<NodeId>, value: Rational| *atoms.entry(atom).or_insert_with(Rational::zero) += value;
    match graph.node(id) {
        Node::Constant(value) => add(None, factor * value),
        Node::Sum(operands) => operands.iter().for_each(|&operand| collect(graph, operand, factor, atoms)),
        Node::Product(operands) => match operands.as_ref() {
            [left, right] => match (graph.node(*left), graph.node(*right)) {
                (Node::Constant(value), _) => collect(graph, *right, &(factor * value), atoms),
                (_, Node::Constant(value)) => collect(graph, *left, &(factor * value), atoms),
                _ => add(Some(id), factor.clone()),
            },
            _ => add(Some(id), factor.clone()),
        },
        _ => add(Some(id), factor.clone()),
    }
}

/// One output for each stencil: what a row or coordinate adds to it. `function` is the hoisted function of `variable`,
/// [`Node::Ridge`] or [`Node::Sample`]; the inputs are the vertex, the numbers and, of a ridge, its offset.
///
/// # Errors
/// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) at kinks.
pub(super) fn lower_directional_stencils(function: &Graph, variable: &Node, probes: &Probes) -> Result<Graph, Errors> {
    let derivative = derivatives_almost_everywhere(function, variable, &[1])?;
    let mut graph = Graph::new();
    for stencil in &probes.directional {
        let mut terms = Vec::new();
        for Directional { point, direction } in stencil {
            let point = combination(&mut graph, point, variable);
            let point = match variable {
                Node::Ridge => {
                    let offset = graph.push(Node::Input(Inputs::OFFSET));
                    graph.sum(vec![offset, point])
                }
                _ => point,
            };
            let direction = combination(&mut graph, direction, variable);
            let slope = graph.import(&derivative, derivative.outputs[1], |_, node| (node == variable).then_some(point));
            terms.push(graph.product(vec![direction, slope]));
        }
        let sum = graph.sum(terms);
        graph.outputs.push(sum);
    }
    Ok(passes::run(graph))
}

/// The same of an interaction term of so many coordinates, for each of them as the entry's, then for an entry of another
/// coordinate; `function` is its hoisted function.
///
/// # Errors
/// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) at kinks.
pub(super) fn lower_directional_interaction(
    function: &Graph,
    coordinates: usize,
    probes: &Probes,
) -> Result<Vec<Graph>, Errors> {
    let slopes = (0..coordinates).map(|place| derivatives_almost_everywhere(function, &Node::Coordinate(place), &[1]));
    let slopes = slopes.collect::<Result<Vec<Graph>, Errors>>()?;
    let of_entry = |entry: usize| {
        let mut graph = Graph::new();
        for stencil in &probes.directional {
            let mut terms = Vec::new();
            for Directional { point, direction } in stencil {
                let along = |graph: &mut Graph, factors: &[Weight; 2]| -> Vec<NodeId> {
                    (0..coordinates).map(|place| at_place(graph, factors, place, place == entry)).collect()
                };
                let (points, directions) = (along(&mut graph, point), along(&mut graph, direction));
                for (slope, direction) in slopes.iter().zip(directions) {
                    let slope = graph.import(slope, slope.outputs[1], |_, node| match node {
                        Node::Coordinate(place) => Some(points[*place]),
                        _ => None,
                    });
                    terms.push(graph.product(vec![direction, slope]));
                }
            }
            let sum = graph.sum(terms);
            graph.outputs.push(sum);
        }
        passes::run(graph)
    };
    Ok((0..=coordinates).map(of_entry).collect())
}

/// `a z_j`, with `b` added where the coordinate is the entry's.
fn at_place(graph: &mut Graph, [a, b]: &[Weight; 2], place: usize, is_entry: bool) -> NodeId {
    let x = graph.push(Node::Coordinate(place));
    let factor = factor_of(graph, a);
    let mut terms = vec![graph.product(vec![factor, x])];
    if is_entry {
        terms.push(factor_of(graph, b));
    }
    graph.sum(terms)
}

fn factor_of(graph: &mut Graph, weight: &Weight) -> NodeId {
    match weight {
        Weight::Constant(value) => graph.constant(value.clone()),
        Weight::Number(number) => graph.push(Node::Input(Inputs::NUMBERS + number)),
    }
}

/// `a x + b v`, with `x` the coordinate or `u_o - c_o`, and `v` the vertex.
fn combination(graph: &mut Graph, [a, b]: &[Weight; 2], variable: &Node) -> NodeId {
    let mut x = graph.push(variable.clone());
    if *variable == Node::Ridge {
        let offset = graph.push(Node::Input(Inputs::OFFSET));
        x = graph.subtract(x, offset);
    }
    let vertex = graph.push(Node::Input(Inputs::VERTEX));
    let mut term = |weight: &Weight, of: NodeId| {
        let weight = factor_of(graph, weight);
        graph.product(vec![weight, of])
    };
    let terms = vec![term(a, x), term(b, vertex)];
    graph.sum(terms)
}
