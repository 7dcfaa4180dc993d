//! The rules of a joint law.
//!
//! Where `log φ(ω) = Σ_j r(θ_j, ω_j) + Σ_k q_k ω'Σ_kω`, two kinds of exact rules follow.
//!
//! * A parameter of `r` acts on each coordinate by itself: `∂_θ log φ` is a function of `s_j = iω_j` alone, as in a law of one
//!   variable, and so is its rule. `r` is handed to the derivation of such laws.
//! * `∂ log φ / ∂Σ_ij = q ω_i ω_j = -q s_i s_j`, so `∂ E f(z) / ∂Σ_ij = -q E ∂_i ∂_j f(z)`, with `Σ_ij` and `Σ_ji` as separate
//!   entries (paper Eq. (15), where `q = -1/2`).

use num_traits::{One, Zero};
use proc_macro2::Span;

use super::categorical::visits_states;
use super::form::{Form, RequestedForm, Rule};
use super::select::{Choice, Subject, rule, select};
use super::shares::pathwise_of_shares;
use crate::cache;
use crate::errors::{Code, Errors, Fault, bug};
use crate::ir::display::coordinate_names;
use crate::ir::{
    Graph, JointLaw, JointStep, Law, Node, NodeId, NormalForm, ParamId, Parameter, ParameterShape, Rational, Reduction,
    Support,
};
use crate::rule::{Coefficient, StencilTerm};

/// The rule of every parameter, all of them exact.
///
/// # Errors
/// [`Code::BadOption`] for an order, which belongs to series in one frequency; [`Code::UnknownName`] for a form of something
/// that is not a parameter; [`Code::FormUnavailable`] where the form that was asked for, or any, does not exist;
/// [`Code::NotDifferentiable`] where no rule accepts the kinks of `f`; and those of [`select`].
pub fn select_joint(law: &JointLaw, subject: &Subject, choice: &Choice) -> Result<Vec<Rule>, Errors> {
    check_choice(law, choice)?;
    if let Some(JointStep::Earliest(simplex)) = law.sampler.step {
        return super::categorical::select_categorical(law, simplex, choice);
    }
    let written = |parameter: ParamId| law.rules.iter().any(|rule| rule.parameter == parameter);
    let mut rules = written_rules(law, subject, choice)?;
    if (0..law.parameters.len()).any(|index| !written(ParamId(index))) {
        let others = rules_of_parts(law, subject, choice, &written)?;
        if !rules.is_empty() && others.iter().any(|rule| !rule.stencils.is_empty()) {
            return Err(Fault::new(
                Code::FormUnavailable,
                choice.distribution,
                "rules that move the draw along a coordinate and rules that move it to a vertex stand side by side",
                "write rules beside the law for all vectors, or for none",
            )
            .into());
        }
        rules.extend(others);
    }
    rules.sort_by_key(|rule| rule.parameter);
    Ok(rules)
}

/// Refuses interaction terms where a rule moves a categorical variable from state to state, as an update of ridge arguments.
///
/// # Errors
/// [`Code::NotNormalForm`] at the first such term.
pub fn check_interactions(form: &NormalForm, law: &JointLaw, rules: &[Rule]) -> Result<(), Fault> {
    let visits = |rule: &Rule| visits_states(&law.parameters, rule);
    let (Some(term), true) = (form.interactions.first(), rules.iter().any(visits)) else { return Ok(()) };
    let coordinates = coordinate_names(&term.coordinates).join(", ");
    let fault = Fault::new(
        Code::NotNormalForm,
        term.at.start,
        format!(
            "this reads {coordinates} together, and the rules of `{}` go from state to state of a variable",
            law.name
        ),
        "under such a law `f` is a sum of terms `h(dot(a, z) + c)` and of terms of one coordinate each; or add the option `opaque`, \
         with which the function is only called",
    );
    Err(Fault { end: term.at.end, ..fault })
}

/// The rules of the parameters that have none beside the law.
fn rules_of_parts(
    law: &JointLaw,
    subject: &Subject,
    choice: &Choice,
    written: &dyn Fn(ParamId) -> bool,
) -> Result<Vec<Rule>, Errors> {
    let Some(parts) = Parts::of(law) else {
        return Err(Fault::new(
            Code::FormUnavailable,
            choice.distribution,
            format!("no exact rule is known for the parameters of `{}`", law.name),
            "rules are known for a log characteristic function that is a sum over coordinates and a multiple of \
             `quadratic(omega, sigma)`; others can be written beside the law, `rule(alpha) = …`",
        )
        .into());
    };
    if !parts.quadratics.is_empty() {
        check_smooth(law, subject)?;
    }
    let mut errors = Errors::new();
    let mut rules = match parts.rules_by_coordinate(law, subject, choice, written) {
        Ok(rules) => rules,
        Err(faults) => {
            errors.extend(faults);
            Vec::new()
        }
    };
    for (sigma, factor) in &parts.quadratics {
        match quadratic_rule(law, *sigma, factor, choice) {
            Ok(rule) => rules.push(rule),
            Err(faults) => errors.extend(faults),
        }
    }
    errors.into_result()?;
    Ok(rules)
}

fn check_choice(law: &JointLaw, choice: &Choice) -> Result<(), Errors> {
    let mut errors = Errors::new();
    if let Some((_, span)) = choice.order {
        errors.push(Fault::new(
            Code::BadOption,
            span,
            "`order` cuts a series in one frequency, and this is a joint law",
            "leave it out: the rules of joint laws are exact",
        ));
    }
    for (form, span) in choice.form.into_iter().chain(choice.forms.iter().map(|(_, form, span)| (*form, *span))) {
        if matches!(form, RequestedForm::Formula | RequestedForm::ClosedForm | RequestedForm::Truncated) {
            errors.push(Fault::new(
                Code::FormUnavailable,
                span,
                format!(
                    "the form `{form}` belongs to characteristic functions of one variable, and this is a joint law"
                ),
                "leave the form out: the rules of joint laws draw, and are exact",
            ));
        }
    }
    for (name, _, span) in &choice.forms {
        if !law.parameters.iter().any(|parameter| parameter.name == *name) {
            let names: Vec<&str> = law.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            errors.push(Fault::new(
                Code::UnknownName,
                *span,
                format!("`{name}` is not a parameter of `{}`", law.name),
                format!("its parameters are {}", names.join(", ")),
            ));
        }
    }
    errors.into_result()
}

/// Refuses kinks and opaque functions where some rule takes derivatives of any function.
fn check_smooth(law: &JointLaw, subject: &Subject) -> Result<(), Errors> {
    let mut errors = Errors::new();
    if let Some(opaque) = subject.opaque {
        errors.push(Fault::new(
            Code::FormUnavailable,
            opaque,
            format!("the rules of `{}` take derivatives, which an opaque function does not have", law.name),
            "leave `opaque` out and write the function in the language of logphi",
        ));
    }
    for fault in subject.kinks.faults() {
        let mut fault = fault.clone();
        fault.help = format!("{}; the rules of `{}` take derivatives everywhere", fault.help, law.name);
        errors.push(fault);
    }
    errors.into_result()
}

/// The rules that stand beside the law, one for each parameter that has any.
fn written_rules(law: &JointLaw, subject: &Subject, choice: &Choice) -> Result<Vec<Rule>, Errors> {
    if !law.rules.is_empty() {
        check_smooth(law, subject)?;
    }
    let mut errors = Errors::new();
    let mut rules = Vec::new();
    for (index, parameter) in law.parameters.iter().enumerate() {
        let own: Vec<_> = law.rules.iter().filter(|rule| rule.parameter == ParamId(index)).collect();
        let name = &parameter.name;
        let Some(first) = own.first() else { continue };
        let written = match choice.form_of(name) {
            None => first,
            Some((RequestedForm::Pathwise, span)) => {
                match pathwise_of_shares(law, ParamId(index)) {
                    Ok(rule) => rules.push(rule),
                    Err(why) => errors.push(Fault::new(
                        Code::FormUnavailable,
                        span,
                        format!("no rule of the form `pathwise` for `{name}`: {why}"),
                        format!("leave the form out for the best rule of `{name}`"),
                    )),
                }
                continue;
            }
            Some((RequestedForm::Auxiliary(number @ 1..), _)) if number as usize <= own.len() => {
                &own[number as usize - 1]
            }
            Some((form, span)) => {
                errors.push(Fault::new(
                    Code::FormUnavailable,
                    span,
                    format!("no rule of the form `{form}` for `{name}`"),
                    format!(
                        "the law has {} for it, `auxiliary`",
                        crate::emit::summary::plural(own.len(), "written rule")
                    ),
                ));
                continue;
            }
        };
        let form = Form::Auxiliary { origin: written.rule.origin };
        rules.push(Rule { stencils: written.rule.stencils.clone(), ..rule(ParamId(index), form, Vec::new()) });
    }
    errors.into_result()?;
    Ok(rules)
}

/// `∂_{Σ_ij} E f = -q E ∂_i ∂_j f`
fn quadratic_rule(law: &JointLaw, sigma: ParamId, factor: &Rational, choice: &Choice) -> Result<Rule, Errors> {
    let name = &law.parameters[sigma.0].name;
    match choice.form_of(name) {
        None | Some((RequestedForm::Terminating, _)) => {}
        Some((form, span)) => {
            return Err(Fault::new(
                Code::FormUnavailable,
                span,
                format!("no rule of the form `{form}` for `{name}`"),
                format!("the form of `{name}` is `terminating`, by second derivatives"),
            )
            .into());
        }
    }
    Ok(rule(sigma, Form::Hessian { coefficient: -factor }, Vec::new()))
}

/// `log φ` as a sum.
struct Parts {
    /// `r(θ, ω)` of one coordinate, if there is any.
    coordinate: Option<Graph>,
    /// Covariance matrices, each with the factor `q` of `ω'Σω`.
    quadratics: Vec<(ParamId, Rational)>,
}

impl Parts {
    /// The parts of a `log φ` that is such a sum.
    fn of(law: &JointLaw) -> Option<Self> {
        if law.image.is_some() {
            return None;
        }
        let outer = &law.log_cf.outer;
        let mut summands = Vec::new();
        linear(outer, outer.output(), &mut Vec::new(), &mut summands)?;
        let mut coordinate = Graph::new();
        let mut terms = Vec::new();
        let mut quadratics: Vec<(ParamId, Rational)> = Vec::new();
        for (factors, reduction) in summands {
            match &law.log_cf.reductions[reduction] {
                Reduction::Coordinates(body) => {
                    if body.iter().any(|(_, node)| matches!(node, Node::Input(_))) {
                        return None;
                    }
                    let mut product = vec![coordinate.import(body, body.output(), |_, _| None)];
                    for factor in factors {
                        product.push(coordinate.import(outer, factor, |_, _| None));
                    }
                    terms.push(coordinate.product(product));
                }
                Reduction::Quadratic(sigma) => {
                    let mut value = Rational::one();
                    for factor in factors {
                        value *= rational(outer, factor)?;
                    }
                    match quadratics.iter_mut().find(|known| known.0 == *sigma) {
                        Some(known) => known.1 += value,
                        None => quadratics.push((*sigma, value)),
                    }
                }
            }
        }
        let coordinate = if terms.is_empty() {
            None
        } else {
            let output = coordinate.sum(terms);
            coordinate.outputs = vec![output];
            Some(coordinate)
        };
        Some(Self { coordinate, quadratics })
    }

    /// The rules of the parameters that act on each coordinate by itself: those of a law of one variable.
    fn rules_by_coordinate(
        &self,
        law: &JointLaw,
        subject: &Subject,
        choice: &Choice,
        written: &dyn Fn(ParamId) -> bool,
    ) -> Result<Vec<Rule>, Errors> {
        let Some(log_cf) = &self.coordinate else { return Ok(Vec::new()) };
        let used = |index: &usize| log_cf.iter().any(|(_, node)| *node == Node::Param(ParamId(*index)));
        let indices: Vec<usize> = (0..law.parameters.len()).filter(used).collect();
        let single = |index: &usize| Parameter { shape: ParameterShape::Scalar, ..law.parameters[*index].clone() };
        let own = Law {
            function: law.function.clone(),
            name: law.name.clone(),
            span: law.span,
            parameters: indices.iter().map(single).collect(),
            log_cf: relabelled(log_cf, &|index| indices.iter().position(|known| *known == index)),
            log_cf_span: law.log_cf_span,
            sampler: None,
            conditions: Vec::new(),
            support: Support::default(),
            strip: None,
            log_density: None,
            rules: Vec::new(),
        };
        let mut choice = choice.clone();
        let is_own = |(name, ..): &(String, RequestedForm, Span)| {
            let index = own.parameters.iter().position(|parameter| parameter.name == *name);
            index.is_some_and(|index| !written(ParamId(indices[index])))
        };
        choice.forms.retain(is_own);
        let order = super::select::required_order(&own, subject, &choice)?;
        let mut derivation = cache::derivation(&own, order)?;
        derivation.parameters.retain(|series| !written(ParamId(indices[series.parameter.0])));
        let mut rules = select(&own, &derivation, subject, &choice).map_err(without_orders)?;
        for rule in &mut rules {
            rule.parameter = ParamId(indices[rule.parameter.0]);
            let relabel = |graph: &mut Graph| *graph = relabelled(graph, &|index| indices.get(index).copied());
            let in_term = |term: &mut StencilTerm| {
                relabel(&mut term.coefficient);
                let numbers = &mut term.stencil.numbers;
                crate::ir::draw::carry_arguments(&mut numbers.graph, &numbers.draws);
                relabel(&mut numbers.graph);
                crate::ir::draw::take_arguments(&mut numbers.graph, &mut numbers.draws);
            };
            rule.coefficients.iter_mut().for_each(|Coefficient { value, .. }| relabel(value));
            rule.stencils.iter_mut().for_each(in_term);
            rule.alternatives.iter_mut().flat_map(|(_, terms)| terms).for_each(in_term);
            if let crate::ir::Radius::Finite(radius) = &mut rule.radius {
                relabel(radius);
            }
        }
        Ok(rules)
    }
}

/// Faults that do not send the user to an order, which no joint law takes.
fn without_orders(errors: Errors) -> Errors {
    let mut explained = Errors::new();
    for fault in errors.faults() {
        let mut fault = fault.clone();
        if fault.code == Code::OrderNeeded {
            "only laws of one variable can be cut after an order".clone_into(&mut fault.help);
        }
        explained.push(fault);
    }
    explained
}

/// Adds the summands of `id`: the factors besides a reduction, and its number. `None` where a reduction stands elsewhere
/// than as a factor.
fn linear(graph: &Graph, id: NodeId, factors: &mut Vec<NodeId>, found: &mut Vec<(Vec<NodeId>, usize)>) -> Option<()> {
    match graph.node(id) {
        Node::Input(reduction) => found.push((factors.clone(), *reduction)),
        Node::Sum(operands) => {
            for &operand in operands {
                linear(graph, operand, factors, found)?;
            }
        }
        Node::Product(operands) => {
            let (inner, others): (Vec<NodeId>, Vec<NodeId>) =
                operands.iter().partition(|operand| reduces(graph, **operand));
            let inner = match inner.as_slice() {
                [] => return Some(()),
                [inner] => *inner,
                [_, _, ..] => return None,
            };
            let before = factors.len();
            factors.extend(others);
            linear(graph, inner, factors, found)?;
            factors.truncate(before);
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
        | Node::Coordinate(_)
        | Node::Power(..)
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..)
        | Node::Maximum(..)
        | Node::Minimum(..) => {
            // What holds no reduction adds up to 0, as the judgement has shown.
            return (!reduces(graph, id)).then_some(());
        }
    }
    Some(())
}

/// Whether a reduction occurs in a node.
fn reduces(graph: &Graph, id: NodeId) -> bool {
    let mut found = matches!(graph.node(id), Node::Input(_));
    graph.node(id).for_each_operand(|operand| found |= reduces(graph, operand));
    found
}

/// The rational number that a node is, if it is one.
fn rational(graph: &Graph, id: NodeId) -> Option<Rational> {
    match graph.node(id) {
        Node::Constant(value) => Some(value.clone()),
        Node::Product(operands) => operands.iter().map(|&operand| rational(graph, operand)).product(),
        Node::Power(base, exponent) => {
            let base = rational(graph, *base)?;
            (*exponent > 0 || !base.is_zero()).then(|| num_traits::Pow::pow(base, *exponent))
        }
        Node::Sum(operands) => operands.iter().map(|&operand| rational(graph, operand)).sum(),
        Node::Pi
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
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..)
        | Node::Maximum(..)
        | Node::Minimum(..) => None,
    }
}

/// A graph with other numbers of its parameters.
fn relabelled(graph: &Graph, label: &dyn Fn(usize) -> Option<usize>) -> Graph {
    let mut relabelled = Graph::new();
    for &output in &graph.outputs {
        let output = relabelled.import(graph, output, |relabelled, node| {
            let Node::Param(ParamId(index)) = node else { return None };
            let Some(label) = label(*index) else { bug!("rule", "no label for parameter {index}") };
            Some(relabelled.push(Node::Param(ParamId(label))))
        });
        relabelled.outputs.push(output);
    }
    relabelled
}

#[cfg(all(test, feature = "algebra"))]
mod tests;
