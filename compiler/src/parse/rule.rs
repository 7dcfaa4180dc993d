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
    BaseDraw, Coefficient, DrawId, DrawKind, ExactRule, Graph, Node, NodeId, Origin, ParamId, Primitive, Sampler,
    Stencil, StencilTerm, WrittenRule,
};
use crate::passes;

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
    rule(walker, output, Place::of(expression), parameter, CHECKED_DEGREE)
}

/// The rule of a parameter from the expression that a walker has read, to be checked to a degree.
pub(crate) fn rule(
    walker: Walker,
    output: Option<NodeId>,
    place: Place,
    parameter: ParamId,
    degree: u32,
) -> Result<WrittenRule, Errors> {
    let Walker { mut terms, draws, errors, evaluations, .. } = walker;
    errors.into_result()?;
    let Some(output) = output else { crate::errors::bug!("parse", "a rule without value and without fault") };
    if draws.iter().any(|draw| draw.kind == DrawKind::Compound) {
        let help = "draw the number of copies and, given it, the sum: a gamma number for exponential ones, for example";
        return Err(place.fault(Code::Unsupported, "a rule cannot draw a sum of copies", help).into());
    }
    let mut found = Vec::new();
    linear(&terms, output, &[], &mut found)?;
    let probes = found.into_iter().map(|(factors, evaluation)| {
        let (numbers, weights) = factors.into_iter().partition(|&factor| is_number(&terms, factor));
        let Evaluation { order, point } = evaluations[evaluation];
        Probe { order, point, numbers, weights }
    });
    let groups = grouped(&terms, probes.collect());
    let mut rule = ExactRule { origin: Origin::Author { degree }, derivatives: Vec::new(), stencils: Vec::new() };
    for Group { coefficient, probes } in groups {
        let coefficient = product(&mut terms, coefficient, place);
        match probes.as_slice() {
            [probe] if probe.order > 0 && probe.is_at_the_draw(&terms) => {
                rule.derivatives.push(Coefficient { order: probe.order, value: terms.graph(&[coefficient]) });
            }
            _ => {
                let coefficient = terms.graph(&[coefficient]);
                let stencil = stencil(&mut terms, &draws, probes, place)?;
                rule.stencils.push(StencilTerm { coefficient, stencil });
            }
        }
    }
    rule.derivatives.sort_by_key(|coefficient| coefficient.order);
    Ok(WrittenRule { parameter, rule, extent: place.extent() })
}

/// `weights × numbers × f^(order)(point)`: weights depend on draws, numbers on parameters only.
struct Probe {
    order: u32,
    point: NodeId,
    numbers: Vec<NodeId>,
    weights: Vec<NodeId>,
}

impl Probe {
    /// Whether it is a derivative of `f` at the draw itself, without a weight.
    fn is_at_the_draw(&self, terms: &Terms) -> bool {
        self.weights.is_empty() && matches!(terms.term(self.point), Term::Scalar(Node::Sample))
    }
}

/// Probes with a common coefficient, which is left out of theirs.
struct Group {
    coefficient: Vec<NodeId>,
    probes: Vec<Probe>,
}

fn is_number(terms: &Terms, id: NodeId) -> bool {
    !terms.has_draw(id) && !terms.has_base_draw(id) && !terms.runs_along_coordinates(id)
}

/// Values of `f` stay together, since only their differences count; derivatives go by their coefficients, constants apart, so
/// that these are computed once and not for each sample.
fn grouped(terms: &Terms, probes: Vec<Probe>) -> Vec<Group> {
    let mut values = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for mut probe in probes {
        if probe.order == 0 {
            values.push(probe);
            continue;
        }
        let at_the_draw = probe.is_at_the_draw(terms);
        let is_constant = |factor: &NodeId| terms.as_constant(*factor).is_some();
        let (constants, coefficient) = std::mem::take(&mut probe.numbers).into_iter().partition(is_constant);
        probe.numbers = constants;
        let is_same = |group: &&mut Group| !group.probes[0].is_at_the_draw(terms) && group.coefficient == coefficient;
        match groups.iter_mut().find(is_same).filter(|_| !at_the_draw) {
            Some(group) => group.probes.push(probe),
            None => groups.push(Group { coefficient, probes: vec![probe] }),
        }
    }
    for group in &mut groups {
        if let [probe] = group.probes.as_mut_slice() {
            group.coefficient.append(&mut probe.numbers);
        }
    }
    if let Some(first) = values.first() {
        let is_common = |factor: &NodeId| values.iter().all(|probe| probe.numbers.contains(factor));
        let coefficient: Vec<NodeId> = first.numbers.iter().copied().filter(is_common).collect();
        for probe in &mut values {
            for factor in &coefficient {
                if let Some(index) = probe.numbers.iter().position(|known| known == factor) {
                    probe.numbers.remove(index);
                }
            }
        }
        groups.insert(0, Group { coefficient, probes: values });
    }
    groups
}

fn product(terms: &mut Terms, factors: Vec<NodeId>, place: Place) -> NodeId {
    if factors.is_empty() { terms.constant(num_traits::One::one(), place) } else { terms.product(factors, place) }
}

/// The stencil of a group, with the draws that it needs.
fn stencil(terms: &mut Terms, draws: &[BaseDraw], probes: Vec<Probe>, place: Place) -> Result<Stencil, Fault> {
    let (mut orders, mut roots) = (Vec::new(), Vec::new());
    for Probe { order, point, numbers, mut weights } in probes {
        weights.extend(numbers);
        orders.push(order);
        roots.extend([point, product(terms, weights, place)]);
    }
    let draws = needed_draws(terms, draws, &roots);
    let outputs = roots.len();
    roots.extend(draws.iter().flat_map(|(_, draw)| draw.arguments.iter().copied()));
    for &root in &roots {
        check_functions(terms, root)?;
    }
    let mut graph = terms.graph(&roots);
    let new_id = |old: DrawId| draws.iter().position(|(id, _)| *id == old).map(DrawId);
    let mut renumbered = Graph::new();
    for output in std::mem::take(&mut graph.outputs) {
        let output = renumbered.import(&graph, output, |renumbered, node| match node {
            Node::Draw(draw) => Some(renumbered.push(Node::Draw(new_id(*draw)?))),
            _ => None,
        });
        renumbered.outputs.push(output);
    }
    let mut graph = passes::share(renumbered);
    let mut draws: Vec<BaseDraw> = draws.into_iter().map(|(_, draw)| draw).collect();
    take_arguments(&mut graph, &mut draws);
    debug_assert_eq!(graph.outputs.len(), outputs, "points and weights");
    Ok(Stencil { numbers: Sampler { graph, draws }, orders })
}

/// The draws that expressions depend on, themselves or through arguments of draws.
fn needed_draws(terms: &Terms, draws: &[BaseDraw], roots: &[NodeId]) -> Vec<(DrawId, BaseDraw)> {
    let mut needed = vec![false; draws.len()];
    let mark = |needed: &mut Vec<bool>, root: NodeId| {
        for part in terms.parts(root) {
            if let Term::Scalar(Node::Draw(draw)) = terms.term(part) {
                needed[draw.0] = true;
            }
        }
    };
    for &root in roots {
        mark(&mut needed, root);
    }
    for (index, draw) in draws.iter().enumerate().rev() {
        if needed[index] {
            draw.arguments.iter().for_each(|&argument| mark(&mut needed, argument));
        }
    }
    draws
        .iter()
        .enumerate()
        .filter(|(index, _)| needed[*index])
        .map(|(index, draw)| (DrawId(index), draw.clone()))
        .collect()
}

/// Refuses what has no code for samples.
fn check_functions(terms: &Terms, root: NodeId) -> Result<(), Fault> {
    for part in terms.parts(root) {
        if let Term::Scalar(Node::Call(primitive @ (Primitive::LnGamma | Primitive::Polygamma(_)), _)) =
            terms.term(part)
        {
            return Err(terms.place(part).fault(
                Code::Unsupported,
                format!("`{}` would be computed for each sample", primitive.name()),
                "let it be a factor of whole terms, such as `trigamma(k) * y * df(y)`, and common to all values of `f`: it is \
                 then computed once",
            ));
        }
    }
    Ok(())
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
            let mut all = factors.to_vec();
            outer.into_iter().for_each(|factor| gather_factors(terms, factor, &mut all));
            linear(terms, inner, &all, found)?;
        }
        Term::Scalar(_) | Term::OverCoordinates(_) | Term::OverRows(..) => return Err(not_linear(terms, id)),
    }
    Ok(())
}

/// The factors of a product, of those that are products too.
fn gather_factors(terms: &Terms, id: NodeId, factors: &mut Vec<NodeId>) {
    match terms.term(id) {
        Term::Scalar(Node::Product(operands)) => {
            operands.iter().for_each(|&operand| gather_factors(terms, operand, factors));
        }
        _ => factors.push(id),
    }
}

fn not_linear(terms: &Terms, id: NodeId) -> Fault {
    terms.place(id).fault(
        Code::Unsupported,
        "this is no sum of weights times `f`, `df` or `ddf`",
        "every term of a rule is a weight times one evaluation: `n * (f(w + 1.0) - f(w))`, `b * ddf(z + b * normal())`",
    )
}
