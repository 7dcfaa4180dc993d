//! The rule of an estimator as LaTeX.

use super::formula::{self, latex_name};
use super::summary;
use crate::errors::bug;
use crate::ir::{Graph, Node, ParamId, ParameterShape};
use crate::kernel::program::Program;
use crate::rule::categorical::visits_states;
use crate::rule::{Coefficient, Form, Rule, ScoreTerm};

/// Coefficients on one line of the output, so that a formula fits on a page.
const PER_LINE: usize = 4;

/// The gradient of `E f(z)` with respect to each parameter, as an `aligned` environment.
///
/// One line for each parameter: `\partial_{b}\,\mathbb{E} f(z) &= 2\,b\,\mathbb{E} f''(z) + …`. A truncated rule ends
/// with its first discarded term in brackets after `\;+\;\cdots`, an exact one does not.
#[must_use]
pub fn latex(program: &Program, rules: &[Rule]) -> String {
    let mut text = String::from("\\begin{aligned}\n");
    for (position, rule) in rules.iter().enumerate() {
        if position > 0 {
            text.push_str(" \\\\\n");
        }
        let parameter = &program.parameters[rule.parameter.0];
        let name = latex_name(&parameter.name) + index(parameter.shape);
        text.push_str(&format!("\\partial_{{{name}}}\\,\\mathbb{{E}} f(z) &= "));
        if let (form @ (Form::Formula | Form::ClosedForm), Some(section)) = (&rule.form, &program.exponentials) {
            let latex = if *form == Form::ClosedForm { super::closed_forms::latex } else { super::exponentials::latex };
            text.push_str(&latex(&name, &section.expansion));
            continue;
        }
        let other = matches!(rule.form, Form::Hessian { .. } | Form::Score { .. });
        if rule.coefficients.is_empty() && rule.stencils.is_empty() && !other {
            text.push('0');
        }
        for (index, coefficient) in rule.coefficients.iter().enumerate() {
            if index > 0 && index % PER_LINE == 0 {
                text.push_str(" \\\\\n&\\quad");
            }
            text.push_str(&term(program, coefficient, index == 0));
        }
        let theta = program.theta();
        for (index, stencil) in rule.stencils.iter().enumerate() {
            let name = |parameter: usize| latex_name(&theta[parameter].name);
            if visits_states(&theta, rule) {
                let name = latex_name(&theta[rule.parameter.0].name);
                text.push_str(&format!(
                    "\\mathbb{{E}}\\left[f(z_{{-j}}, e_k) - \\textstyle\\sum_m {name}_{{jm}}\\,f(z_{{-j}}, e_m)\\right]"
                ));
                continue;
            }
            let expectation = match rule.is_directional(&theta) {
                true => super::directional::latex(&stencil.stencil, &name),
                false => super::stencil::latex(&stencil.stencil, &name),
            };
            let first = index == 0 && rule.coefficients.is_empty();
            text.push_str(&weighted(program, &stencil.coefficient, &expectation, first));
        }
        match &rule.form {
            Form::Formula
            | Form::ClosedForm
            | Form::Terminating { .. }
            | Form::Auxiliary { .. }
            | Form::Difference { .. }
            | Form::Discrete
            | Form::Pathwise => {}
            Form::Score { weight, rest, baseline } => {
                text.push_str(&super::score::latex(weight, rest.as_ref(), *baseline, &|node| leaf(program, node)));
            }
            Form::Weak { correction } => {
                for ScoreTerm { coefficient, weight } in correction {
                    let expectation = super::score::weighted(weight.as_ref(), &|node| leaf(program, node));
                    text.push_str(" \\\\\n&\\quad");
                    text.push_str(&weighted(program, coefficient, &expectation, false));
                }
            }
            Form::Hessian { coefficient } => {
                let mut graph = Graph::new();
                let output = graph.constant(coefficient.clone());
                graph.outputs = vec![output];
                text.push_str(&weighted(program, &graph, "\\mathbb{E}\\,\\partial_i\\,\\partial_j f(z)", true));
            }
            Form::Truncated { discarded: Some(discarded), .. } => {
                let discarded = term(program, discarded, true);
                text.push_str(&format!(" + \\left[{}\\right] + \\cdots", discarded.trim()));
            }
            Form::Truncated { discarded: None, .. } => text.push_str(" + \\cdots"),
        }
    }
    if let Some(whole) = &program.whole {
        text.push_str(&format!(" \\\\\n&\\quad\\text{{({})}}", summary::calls(program, whole)));
    }
    text.push_str("\n\\end{aligned}\n");
    text
}

/// The index of a parameter's entry, where a joint law has many.
const fn index(shape: ParameterShape) -> &'static str {
    match shape {
        ParameterShape::Scalar => "",
        ParameterShape::Vector => "_j",
        ParameterShape::Simplex => "_{jk}",
        ParameterShape::Covariance => "_{ij}",
    }
}

/// ` + a_n\,\mathbb{E} f^{(n)}(z)`.
fn term(program: &Program, coefficient: &Coefficient, first: bool) -> String {
    let expectation = match (program.joint, coefficient.order) {
        (false, order) => format!("\\mathbb{{E}} {}(z)", derivative(order)),
        (true, 1) => "\\mathbb{E}\\,\\partial_j f(z)".to_owned(),
        (true, order) => format!("\\mathbb{{E}}\\,\\partial_j^{{{order}}} f(z)"),
    };
    weighted(program, &coefficient.value, &expectation, first)
}

/// A coefficient times an expectation, with the sign that joins it to what stands before.
fn weighted(program: &Program, graph: &Graph, expectation: &str, first: bool) -> String {
    let value = formula::formula(graph, graph.output(), &|node| leaf(program, node));
    let is_sum = matches!(graph.node(graph.output()), Node::Sum(_));
    let (sign, magnitude) = match value.strip_prefix('-') {
        Some(magnitude) if !is_sum => ("-", magnitude),
        _ => ("+", value.as_str()),
    };
    let sign = match (first, sign) {
        (true, "+") => "",
        (true, _) => "-",
        (false, "+") => " + ",
        (false, _) => " - ",
    };
    let factor = match magnitude {
        "1" => String::new(),
        _ if is_sum => format!("\\left({magnitude}\\right)\\,"),
        _ => format!("{magnitude}\\,"),
    };
    format!("{sign}{factor}{expectation}")
}

fn leaf(program: &Program, node: &Node) -> String {
    match node {
        Node::Param(ParamId(index)) => latex_name(&program.theta()[*index].name),
        other => bug!("emit", "{other:?} in a coefficient"),
    }
}

fn derivative(order: u32) -> String {
    if order <= 2 { summary::derivative(order) } else { format!("f^{{({order})}}") }
}
