//! From an interaction term to what a sample computes for each of its rows.

use super::lower::pull_back_of;
use super::program::{InteractionSection, Probes};
use super::stencils::lower_stencils;
use crate::differentiation::{derivative_of_term, derivatives_almost_everywhere};
use crate::errors::Errors;
use crate::ir::{DataId, DataRef, Graph, InteractionTerm, Node};
use crate::passes;

/// The section of a term.
///
/// # Errors
/// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) where a second or higher derivative meets a kink;
/// [`Code::BadOrder`](crate::errors::Code::BadOrder) if a derivative is too long to be compiled.
pub(super) fn lower_interaction(
    term: &InteractionTerm,
    orders: &[u32],
    probes: &Probes,
    data: &[DataRef],
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
        let [own, _] = lower_stencils(&rest, variable, probes)?;
        stencils.push(own);
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
        numbers,
        derivatives: passes::run(derivatives),
        partials: passes::run(partials),
        stencils,
        numbers_pull_back,
    })
}
