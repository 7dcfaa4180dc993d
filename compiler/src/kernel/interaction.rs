//! From an interaction term to what a sample computes for each of its rows.

use std::collections::BTreeSet;

use super::directional::lower_directional_interaction;
use super::lower::pull_back_of;
use super::program::{InteractionSection, Probes};
use super::stencils::lower_stencils;
use crate::differentiation::{derivative, derivative_of_term, derivatives_almost_everywhere};
use crate::errors::Errors;
use crate::ir::{DataId, DataRef, Graph, InteractionTerm, Node};
use crate::passes;

/// The pairs of coordinates that some term joins, ascending.
pub(super) fn pairs(terms: &[InteractionTerm]) -> Vec<[usize; 2]> {
    let of_term = |term: &InteractionTerm| {
        let coordinates = term.coordinates.clone();
        (0..coordinates.len()).flat_map(move |second| {
            let coordinates = coordinates.clone();
            (0..second).map(move |first| [coordinates[first], coordinates[second]])
        })
    };
    let all: BTreeSet<[usize; 2]> = terms.iter().flat_map(of_term).collect();
    all.into_iter().collect()
}

/// The section of a term, with mixed derivatives by those of the `pairs` that it joins.
///
/// # Errors
/// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) where a second or higher derivative meets a kink;
/// [`Code::BadOrder`](crate::errors::Code::BadOrder) if a derivative is too long to be compiled.
pub(super) fn lower_interaction(
    term: &InteractionTerm,
    orders: &[u32],
    probes: &Probes,
    data: &[DataRef],
    pairs: &[[usize; 2]],
) -> Result<InteractionSection, Errors> {
    let variables: Vec<Node> = (0..term.coordinates.len()).map(Node::Coordinate).collect();
    let (rest, numbers) = passes::hoist(&passes::run(term.function.clone()), &variables);
    let rest = passes::run(rest);
    let mut derivatives = Graph::new();
    let value = derivatives.import(&rest, rest.output(), |_, _| None);
    derivatives.outputs.push(value);
    let mut stencils = Vec::new();
    for variable in &variables {
        let own = derivatives_almost_everywhere(&rest, variable, orders)?;
        for &output in &own.outputs[1..] {
            let output = derivatives.import(&own, output, |_, _| None);
            derivatives.outputs.push(output);
        }
        if probes.directional.is_empty() {
            let [own, _] = lower_stencils(&rest, variable, probes)?;
            stencils.push(own);
        }
    }
    if !probes.directional.is_empty() {
        stencils = lower_directional_interaction(&rest, variables.len(), probes)?;
    }
    let mut own_pairs = Vec::new();
    for (pair, coordinates) in pairs.iter().enumerate() {
        let place = |coordinate: usize| term.coordinates.iter().position(|&own| own == coordinate);
        let [Some(first), Some(second)] = coordinates.map(place) else { continue };
        let by_first = derivative(&rest, rest.output(), &variables[first])?;
        let mixed = derivative(&by_first, by_first.output(), &variables[second])?;
        let output = derivatives.import(&mixed, mixed.output(), |_, _| None);
        derivatives.outputs.push(output);
        own_pairs.push(pair);
    }
    let mut partials = Graph::new();
    for number in 0..numbers.outputs.len() {
        let partial = derivative_of_term(&rest, rest.output(), &Node::Data(DataId(number)));
        let output = partials.import(&partial, partial.output(), |_, _| None);
        partials.outputs.push(output);
    }
    let numbers = passes::run(numbers);
    let numbers_pull_back = numbers.outputs.iter().map(|&output| pull_back_of(&numbers, output, data)).collect();
    Ok(InteractionSection {
        rows: term.rows.clone(),
        coordinates: term.coordinates.clone(),
        pairs: own_pairs,
        numbers,
        derivatives: passes::run(derivatives),
        partials: passes::run(partials),
        stencils,
        numbers_pull_back,
    })
}
