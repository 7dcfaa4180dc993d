//! The pathwise rule for the shapes of gamma numbers whose shares are drawn, the concentrations of a Dirichlet law.
//!
//! The share `z_k` is a beta number with shapes `alpha_k` and `A - alpha_k`, `A = Σ_j alpha_j`, and independent of the proportions
//! `z_j / (1 - z_k)` of the others, whose law does not hang on `alpha_k`. With `z_k` at a fixed probability and these proportions
//! kept,
//!
//! ```text
//! ∂ E f(z) / ∂alpha_k = E w_k ⟨e_k - z, ∇f(z)⟩,    w_k = -∂ ln(1 - z_k) / ∂alpha_k
//! ```
//!
//! (Jankowiak and Obermeyer, *Pathwise derivatives beyond the reparameterization trick*, 2018.)

use super::form::{Form, Rule};
use super::select::rule;
use crate::ir::{
    DrawId, DrawKind, DrawSlope, ENTRY, Graph, JointLaw, JointStep, Node, ParamId, Sampler, Stencil, StencilTerm,
    VERTEX,
};

/// The rule of a vector parameter, or why there is none.
///
/// # Errors
/// The reason, as the end of a sentence about the rule.
pub(super) fn pathwise_of_shares(law: &JointLaw, parameter: ParamId) -> Result<Rule, String> {
    let name = &law.parameters[parameter.0].name;
    if !has_shares_of(law, parameter) {
        return Err(format!("the sample expression is not `softmax(loggamma({name}))`"));
    }
    let Some(total) = law.totals.iter().position(|known| *known == parameter) else {
        return Err(format!("it reads `{name}.sum()`, which no rule beside the law does"));
    };
    let mut graph = Graph::new();
    let alpha = graph.push(Node::Param(parameter));
    let sum = graph.push(Node::Param(ParamId(law.parameters.len() + total)));
    let others = graph.subtract(sum, alpha);
    let entry = graph.push(ENTRY);
    let weight = graph.push(Node::DrawSlope(DrawSlope::BetaRest, [alpha, others, entry].into()));
    let [z, vertex] = [Node::Sample, VERTEX].map(|leaf| graph.push(leaf));
    let towards = graph.subtract(vertex, z);
    let direction = graph.product(vec![weight, towards]);
    graph.outputs = vec![z, direction];
    let stencil = Stencil { numbers: Sampler { graph, draws: Vec::new() }, orders: vec![1] };
    let mut one = Graph::new();
    one.outputs = vec![one.integer(1)];
    let stencils = vec![StencilTerm { coefficient: one, stencil }];
    Ok(Rule { stencils, ..rule(parameter, Form::Pathwise, Vec::new()) })
}

/// Whether the law's draws are shares of gamma numbers with the parameter's entries as shapes.
fn has_shares_of(law: &JointLaw, parameter: ParamId) -> bool {
    let Sampler { graph, draws } = &law.sampler.base;
    let [draw] = draws.as_slice() else { return false };
    draw.kind == DrawKind::LogGamma
        && draw.arguments.iter().all(|&shape| *graph.node(shape) == Node::Param(parameter))
        && *graph.node(graph.output()) == Node::Draw(DrawId(0))
        && law.sampler.step == Some(JointStep::Softmax)
        && *law.sampler.finish.node(law.sampler.finish.output()) == Node::Input(0)
}
