//! `rule(p) = …`: an exact rule that a law's author writes beside the law.
//!
//! The expression is `∂E f(z)/∂p` without the expectation: a sum of terms, each a weight times `f`, its derivative `df` or its
//! second derivative `ddf` at a point. Weights and points are made of the draw `z`, parameters and base draws:
//!
//! ```text
//! rule(p) = { let w = z - bernoulli(z / n); n * (f(w + 1.0) - f(w)) }
//! ```

use syn::Expr;

use super::expression::{Dialect, Walker};
use super::log_cf::declare_parameters;
use super::signature::Parameter;
use super::terms::{Place, Term, Terms};
use crate::errors::{Code, Errors, Fault};
use crate::ir::draw::take_arguments;
use crate::ir::exact_rule::CHECKED_DEGREE;
use crate::ir::{
    DrawKind, ExactRule, Graph, Node, NodeId, Origin, ParamId, Sampler, Stencil, StencilTerm, WrittenRule,
};

/// One call of `f`, `df` or `ddf`.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    /// The order of the derivative.
    pub(crate) order: u32,
    /// The point.
    pub(crate) point: NodeId,
}

/// The function of `f` that a name stands for in a rule: the order of its derivative.
pub(crate) fn derivative_of_name(name: &str) -> Option<u32> {
    ["f", "df", "ddf"].iter().position(|known| *known == name).map(|order| order as u32)
}

/// Reads a rule of a parameter.
///
/// # Errors
/// Every fault of syntax, names and types; [`Code::Unsupported`] where the expression is not linear in `f`, and for sums of
/// copies, which a rule cannot draw.
pub(crate) fn parse_rule(
    expression: &Expr,
    parameter: ParamId,
    parameters: &[Parameter],
) -> Result<WrittenRule, Errors> {
    let mut walker = Walker::new(Dialect::Rule);
    declare_parameters(&mut walker, parameters);
    let z = syn::Ident::new("z", proc_macro2::Span::call_site());
    walker.declare(&z, Node::Sample);
    let output = walker.number(expression);
    let place = Place::of(expression);
    let Walker { mut terms, mut draws, errors, evaluations, .. } = walker;
    errors.into_result()?;
    let Some(output) = output else { crate::errors::bug!("parse", "a rule without value and without fault") };
    if draws.iter().any(|draw| draw.kind == DrawKind::Compound) {
        let help = "draw the number of copies and, given it, the sum: a gamma number for exponential ones, for example";
        return Err(place.fault(Code::Unsupported, "a rule cannot draw a sum of copies", help).into());
    }
    let mut probes = Vec::new();
    linear(&terms, output, &[], &mut probes)?;
    let is_number = |terms: &Terms, id: NodeId| !terms.has_draw(id) && !terms.has_base_draw(id);
    let common: Vec<NodeId> = match probes.first() {
        Some((first, _)) => first
            .iter()
            .copied()
            .filter(|&factor| is_number(&terms, factor) && probes.iter().all(|(factors, _)| factors.contains(&factor)))
            .collect(),
        None => Vec::new(),
    };
    let mut roots: Vec<NodeId> = draws.iter().flat_map(|draw| draw.arguments.iter().copied()).collect();
    let arguments = roots.len();
    let mut orders = Vec::new();
    for (mut factors, evaluation) in probes {
        for factor in &common {
            if let Some(index) = factors.iter().position(|known| known == factor) {
                factors.remove(index);
            }
        }
        let weight = if factors.is_empty() {
            terms.constant(num_traits::One::one(), place)
        } else {
            terms.product(factors, place)
        };
        let Evaluation { order, point } = evaluations[evaluation];
        orders.push(order);
        roots.extend([point, weight]);
    }
    let coefficient: Graph = if common.is_empty() {
        let one = terms.constant(num_traits::One::one(), place);
        terms.graph(&[one])
    } else {
        let product = terms.product(common, place);
        terms.graph(&[product])
    };
    let mut graph = terms.graph(&roots);
    graph.outputs.rotate_left(arguments);
    take_arguments(&mut graph, &mut draws);
    let stencil = Stencil { numbers: Sampler { graph, draws }, orders };
    let rule = ExactRule {
        origin: Origin::Author { degree: CHECKED_DEGREE },
        derivatives: Vec::new(),
        stencils: vec![StencilTerm { coefficient, stencil }],
    };
    Ok(WrittenRule { parameter, rule, extent: place.extent() })
}

/// The evaluations that `id` is a sum of, each with its factors besides `factors`.
fn linear(terms: &Terms, id: NodeId, factors: &[NodeId], found: &mut Vec<(Vec<NodeId>, usize)>) -> Result<(), Fault> {
    let evaluates =
        |id: NodeId| terms.parts(id).iter().any(|&part| matches!(terms.term(part), Term::Scalar(Node::Input(_))));
    match terms.term(id) {
        Term::Scalar(Node::Input(evaluation)) => found.push((factors.to_vec(), *evaluation)),
        Term::Scalar(Node::Sum(operands)) => {
            for &operand in operands {
                linear(terms, operand, factors, found)?;
            }
        }
        Term::Scalar(Node::Product(operands)) => {
            let (inner, outer): (Vec<NodeId>, Vec<NodeId>) = operands.iter().partition(|operand| evaluates(**operand));
            let &[inner] = inner.as_slice() else { return Err(not_linear(terms, id)) };
            let all: Vec<NodeId> = factors.iter().copied().chain(outer).collect();
            linear(terms, inner, &all, found)?;
        }
        Term::Scalar(_) | Term::OverCoordinates(_) | Term::OverRows(..) => return Err(not_linear(terms, id)),
    }
    Ok(())
}

fn not_linear(terms: &Terms, id: NodeId) -> Fault {
    terms.place(id).fault(
        Code::Unsupported,
        "this is no sum of weights times `f`, `df` or `ddf`",
        "every term of a rule is a weight times one evaluation: `n * (f(w + 1.0) - f(w))`, `b * ddf(z + b * normal())`",
    )
}
