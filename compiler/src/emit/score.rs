//! Score function rules in words: `E[f(z) * (ln(z) - ln(mu) - digamma(k))]`.

use super::formula;
use crate::ir::display::{Leaves, infix};
use crate::ir::{Graph, Node, Parameter};
use crate::rule::Baseline;

/// The right side of the rule's equation; the score is the weight plus the rest.
pub(super) fn equation(parameters: &[Parameter], weight: &Graph, rest: Option<&Graph>, baseline: Baseline) -> String {
    let score = score(weight, rest);
    let text = infix(&score, score.output(), &Leaves::of_parameters(parameters));
    let text = if is_sum(&score) { format!("({text})") } else { text };
    match baseline {
        Baseline::None => format!("E[f(z) * {text}]"),
        Baseline::LeaveOneOut => format!("E[(f(z) - mean of f over the other samples) * {text}]"),
    }
}

/// The same as LaTeX.
pub(super) fn latex(
    weight: &Graph,
    rest: Option<&Graph>,
    baseline: Baseline,
    leaf: &dyn Fn(&Node) -> String,
) -> String {
    let score = score(weight, rest);
    let leaf = |node: &Node| if *node == Node::Sample { "z".to_owned() } else { leaf(node) };
    let text = formula::formula(&score, score.output(), &leaf);
    let text = if is_sum(&score) { format!("\\left({text}\\right)") } else { text };
    let function = match baseline {
        Baseline::None => "f(z)",
        Baseline::LeaveOneOut => "\\left(f(z) - \\bar{f}\\right)",
    };
    format!("\\mathbb{{E}}\\left[{function}\\,{text}\\right]")
}

/// The expectation of a weight times the value of `f`, as LaTeX.
pub(super) fn weighted(weight: Option<&Graph>, leaf: &dyn Fn(&Node) -> String) -> String {
    let leaf = |node: &Node| if *node == Node::Sample { "z".to_owned() } else { leaf(node) };
    let weight = weight.map(|weight| formula::formula(weight, weight.output(), &leaf) + "\\,");
    format!("\\mathbb{{E}}\\left[{}f(z)\\right]", weight.unwrap_or_default())
}

fn is_sum(graph: &Graph) -> bool {
    matches!(graph.node(graph.output()), Node::Sum(_))
}

/// Weight and rest as one sum.
fn score(weight: &Graph, rest: Option<&Graph>) -> Graph {
    let mut score = Graph::new();
    let mut terms = Vec::new();
    for part in std::iter::once(weight).chain(rest) {
        let term = score.import(part, part.output(), |_, _| None);
        match score.node(term) {
            Node::Sum(operands) => terms.extend(operands.iter().copied()),
            _ => terms.push(term),
        }
    }
    score.outputs = vec![if terms.len() == 1 { terms[0] } else { score.sum(terms) }];
    score
}
