//! The rules of joint laws in words: derivatives of `f` along a direction, at points between the draw and a vertex.

use super::formula;
use super::stencil::draw_names;
use crate::ir::display::{Leaves, infix};
use crate::ir::{ENTRY, Node, Parameter, Stencil, StencilTerm, VERTEX};

/// `trigamma(alpha_sum) * E <d, ∇f(y)>`; `parameters` are those of a coordinate, with sums.
pub(crate) fn term(parameters: &[Parameter], term: &StencilTerm) -> String {
    let coefficient = infix(&term.coefficient, term.coefficient.output(), &Leaves::of_parameters(parameters));
    let probes = 0..term.stencil.orders.len();
    let body: Vec<String> = probes
        .map(|probe| format!("<{}, ∇f({})>", name("d", probe, &term.stencil), point_name(probe, &term.stencil)))
        .collect();
    let body = if body.len() == 1 { body.concat() } else { format!("[{}]", body.join(" + ")) };
    match coefficient.as_str() {
        "1" => format!("E {body}"),
        _ => format!("{coefficient} * E {body}"),
    }
}

/// `z` where the point is the draw itself, otherwise `y`, or `y2` where there are several.
fn point_name(probe: usize, stencil: &Stencil) -> String {
    if is_draw(probe, stencil) { "z".to_owned() } else { name("y", probe, stencil) }
}

fn is_draw(probe: usize, stencil: &Stencil) -> bool {
    *stencil.numbers.graph.node(stencil.point(probe)) == Node::Sample
}

/// `y`, or `y2` where there are several.
fn name(letter: &str, probe: usize, stencil: &Stencil) -> String {
    if stencil.orders.len() == 1 { letter.to_owned() } else { format!("{letter}{}", probe + 1) }
}

/// `y = e_j + (z - e_j) * exp(-T / (alpha_sum + K)), d = e_j - y, T ~ exponential(), …`.
pub(crate) fn draws(parameters: &[Parameter], stencil: &Stencil) -> String {
    let names = draw_names(&stencil.numbers);
    let leaves = Leaves::of_parameters(parameters).with_draws(&names).with_data(&["e_j".to_owned(), "z_j".to_owned()]);
    let graph = &stencil.numbers.graph;
    let mut texts = Vec::new();
    for probe in 0..stencil.orders.len() {
        let mut direction = infix(graph, stencil.weight(probe), &leaves);
        if !is_draw(probe, stencil) {
            let point = infix(graph, stencil.point(probe), &leaves);
            let own = name("y", probe, stencil);
            direction = direction.replace(&format!("({point})"), &own).replace(&point, &own);
            texts.push(format!("{own} = {point}"));
        }
        texts.push(format!("{} = {direction}", name("d", probe, stencil)));
    }
    texts.extend(stencil.numbers.draws.iter().zip(&names).map(|(draw, name)| {
        let arguments: Vec<String> = draw.arguments.iter().map(|&argument| infix(graph, argument, &leaves)).collect();
        format!("{name} ~ {}({})", draw.kind.name(), arguments.join(", "))
    }));
    texts.join(", ")
}

/// The expectation as LaTeX, with the point and the direction after it.
pub(super) fn latex(stencil: &Stencil, parameter: &dyn Fn(usize) -> String) -> String {
    let names = draw_names(&stencil.numbers);
    let graph = &stencil.numbers.graph;
    let leaf = |node: &Node| match node {
        Node::Param(index) => parameter(index.0),
        Node::Sample => "z".to_owned(),
        node if *node == VERTEX => "e_j".to_owned(),
        node if *node == ENTRY => "z_j".to_owned(),
        Node::Draw(draw) => names[draw.0].clone(),
        other => crate::errors::bug!("emit", "{other:?} in a directional stencil"),
    };
    let (mut terms, mut places) = (Vec::new(), Vec::new());
    for probe in 0..stencil.orders.len() {
        let [y, d] = ["y", "d"].map(|letter| match stencil.orders.len() {
            1 => letter.to_owned(),
            _ => format!("{letter}_{{{}}}", probe + 1),
        });
        let direction = formula::formula(graph, stencil.weight(probe), &leaf);
        if is_draw(probe, stencil) {
            terms.push(format!("\\langle {d}, \\nabla f(z)\\rangle"));
            places.push(format!("\\quad {d} = {direction}"));
            continue;
        }
        let point = formula::formula(graph, stencil.point(probe), &leaf);
        let direction = direction.replace(&format!("\\left({point}\\right)"), &y).replace(&point, &y);
        terms.push(format!("\\langle {d}, \\nabla f({y})\\rangle"));
        places.push(format!("\\quad {y} = {point},\\quad {d} = {direction}"));
    }
    let body = if terms.len() == 1 { terms.concat() } else { format!("\\left[{}\\right]", terms.join(" + ")) };
    format!("\\mathbb{{E}}\\,{body},{}", places.join(","))
}
