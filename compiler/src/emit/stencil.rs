//! Exact rules in words: `2 * b * E f''(z + b * (T1 - T2))`, and what the letters stand for.

use num_traits::{One, Signed};

use super::summary::derivative;
use crate::ir::display::{Leaves, infix};
use crate::ir::{DrawKind, Graph, Node, NodeId, Parameter, Rational, Sampler};
use crate::rule::{Stencil, StencilTerm};

/// The letters of base draws: `T1`, `T2`, `U`; a number where a kind occurs more than once.
pub(super) fn draw_names(numbers: &Sampler) -> Vec<String> {
    let letter = |index: usize| match numbers.draws[index].kind {
        DrawKind::Exponential => "T",
        DrawKind::Uniform => "U",
        DrawKind::Normal => "N",
        DrawKind::Gamma | DrawKind::LogGamma => "G",
        DrawKind::Bernoulli | DrawKind::Beta => "B",
        DrawKind::Poisson | DrawKind::Binomial => "P",
        DrawKind::Geometric | DrawKind::ZetaMixture | DrawKind::TrigammaMixture => "K",
        DrawKind::Logarithmic => "L",
        DrawKind::InverseGaussian => "V",
        DrawKind::Compound => "S",
    };
    let count = numbers.draws.len();
    (0..count)
        .map(|index| {
            let of_kind = |range: std::ops::Range<usize>| range.filter(|&other| letter(other) == letter(index)).count();
            match of_kind(0..count) {
                1 => letter(index).to_owned(),
                _ => format!("{}{}", letter(index), of_kind(0..index + 1)),
            }
        })
        .collect()
}

/// Points longer than this have their shift named, if they stand more than once.
const LONG: usize = 24;

/// Shifts that get a name, since they are long and stand more than once: the point, the name, and what it stands for.
fn named_shifts(leaves: &Leaves, stencil: &Stencil) -> Vec<(NodeId, String, String)> {
    let graph = &stencil.numbers.graph;
    let points: Vec<NodeId> = (0..stencil.orders.len()).map(|probe| stencil.point(probe)).collect();
    let mut named: Vec<(NodeId, String)> = Vec::new();
    for &point in &points {
        let repeated = points.iter().filter(|other| **other == point).count() > 1;
        let text = infix(graph, point, leaves);
        if let Some(shift) = text.strip_prefix("z + ").or_else(|| text.strip_prefix("z "))
            && (repeated || points.len() > 1)
            && text.len() > LONG
            && !named.iter().any(|known| known.0 == point)
        {
            named.push((point, shift.to_owned()));
        }
    }
    let single = named.len() == 1;
    let name = |index: usize| if single { "W".to_owned() } else { format!("W{}", index + 1) };
    named.into_iter().enumerate().map(|(index, (point, shift))| (point, name(index), shift)).collect()
}

/// `W = mu * U * T, U ~ uniform(), T ~ exponential()`; nothing without draws.
pub(crate) fn draws(parameters: &[Parameter], stencil: &Stencil) -> String {
    let names = draw_names(&stencil.numbers);
    let leaves = Leaves::of_parameters(parameters).with_draws(&names);
    let texts = stencil.numbers.draws.iter().zip(&names).map(|(draw, name)| {
        let arguments: Vec<String> =
            draw.arguments.iter().map(|&argument| infix(&stencil.numbers.graph, argument, &leaves)).collect();
        format!("{name} ~ {}({})", draw.kind.name(), arguments.join(", "))
    });
    let shifts = named_shifts(&leaves, stencil).into_iter().map(|(_, name, shift)| format!("{name} = {shift}"));
    shifts.chain(texts).collect::<Vec<_>>().join(", ")
}

/// A term on one line, and whether its sign is negative: `2 * b * E f''(z + b * (T1 - T2))`.
pub(crate) fn term(parameters: &[Parameter], term: &StencilTerm) -> (bool, String) {
    let leaves = Leaves::of_parameters(parameters);
    let coefficient = infix(&term.coefficient, term.coefficient.output(), &leaves);
    let is_sum = matches!(term.coefficient.node(term.coefficient.output()), Node::Sum(_));
    let body = body(parameters, &term.stencil);
    let (negative, magnitude) = match coefficient.strip_prefix('-') {
        Some(magnitude) if !is_sum => (true, magnitude),
        _ => (false, coefficient.as_str()),
    };
    let factor = match magnitude {
        "1" => String::new(),
        _ if is_sum => format!("({magnitude}) * "),
        _ => format!("{magnitude} * "),
    };
    (negative, format!("{factor}E {body}"))
}

/// `f''(z + b * T)`, or `[f(z + 1) - f(z)]`.
pub(super) fn body(parameters: &[Parameter], stencil: &Stencil) -> String {
    let leaves = Leaves::of_parameters(parameters).with_draws(&draw_names(&stencil.numbers));
    let graph = &stencil.numbers.graph;
    let named = named_shifts(&leaves, stencil);
    let mut text = String::new();
    for (probe, &order) in stencil.orders.iter().enumerate() {
        let point = stencil.point(probe);
        let point = match named.iter().find(|known| known.0 == point) {
            Some((_, name, _)) => format!("z + {name}"),
            None => infix(graph, point, &leaves),
        };
        let value = format!("{}({point})", derivative(order));
        let weight = stencil.weight(probe);
        let (negative, factor) = match graph.node(weight) {
            Node::Constant(value) => (value.is_negative(), constant(&value.abs())),
            node => {
                let whole = infix(graph, weight, &leaves);
                match (node, whole.strip_prefix('-')) {
                    (Node::Sum(_), _) => (false, format!("({whole}) * ")),
                    (_, Some(magnitude)) => (true, format!("{magnitude} * ")),
                    (_, None) => (false, format!("{whole} * ")),
                }
            }
        };
        text.push_str(match (text.is_empty(), negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        });
        text.push_str(&factor);
        text.push_str(&value);
    }
    let plain =
        stencil.orders.len() == 1 && matches!(graph.node(stencil.weight(0)), Node::Constant(one) if one.is_one());
    if plain { text } else { format!("[{text}]") }
}

fn constant(value: &Rational) -> String {
    if value.is_one() { String::new() } else { format!("{value} * ") }
}

/// A stencil as LaTeX: `\mathbb{E} f''\left(z + b\,(T_1 - T_2)\right)`.
pub(super) fn latex(stencil: &Stencil, parameter: &dyn Fn(usize) -> String) -> String {
    let names = draw_names(&stencil.numbers);
    let graph: &Graph = &stencil.numbers.graph;
    let leaf = |node: &Node| match node {
        Node::Param(index) => parameter(index.0),
        Node::Sample => "z".to_owned(),
        Node::Draw(draw) => {
            let name = &names[draw.0];
            let (letters, digits) = name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len());
            let letters = if letters.len() == 1 { letters.to_owned() } else { format!("\\mathrm{{{letters}}}") };
            if digits.is_empty() { letters } else { format!("{letters}_{{{digits}}}") }
        }
        other => crate::errors::bug!("emit", "{other:?} in a stencil"),
    };
    let mut text = String::new();
    for (probe, &order) in stencil.orders.iter().enumerate() {
        let point = super::formula::formula(graph, stencil.point(probe), &leaf);
        let name = if order <= 2 { derivative(order) } else { format!("f^{{({order})}}") };
        let weight = super::formula::formula(graph, stencil.weight(probe), &leaf);
        let is_sum = matches!(graph.node(stencil.weight(probe)), Node::Sum(_));
        let (negative, magnitude) = match weight.strip_prefix('-') {
            Some(magnitude) if !is_sum => (true, magnitude),
            _ => (false, weight.as_str()),
        };
        text.push_str(match (text.is_empty(), negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        });
        match magnitude {
            "1" => {}
            _ if is_sum => text.push_str(&format!("\\left({magnitude}\\right)\\,")),
            _ => text.push_str(&format!("{magnitude}\\,")),
        }
        text.push_str(&format!("{name}\\left({point}\\right)"));
    }
    if stencil.orders.len() == 1 {
        format!("\\mathbb{{E}}\\,{text}")
    } else {
        format!("\\mathbb{{E}}\\left[{text}\\right]")
    }
}
