//! Simplifies base draws: sums of copies whose law is known, and draws that nothing reads.
//!
//! `compound(N, jump)` is a loop, unless the jump is `c + Σ s_i d_i` with numbers that are the same for all copies and
//! draws `d_i` whose sums have a known law. Then it is `N c + Σ s_i D_i`, where `D_i`, the sum of `N` copies of `d_i`, is
//! drawn at once. That is exact: each `D_i` has the law of the sum given `N`, and they are independent.
//!
//! | jump | sum of `N` copies |
//! | --- | --- |
//! | `normal()` | `√N normal()` |
//! | `exponential()` | `gamma(N)` |
//! | `gamma(k)` | `gamma(N k)` |
//! | `poisson(λ)` | `poisson(N λ)` |
//! | `bernoulli(p)` | `binomial(N, p)` |
//! | `binomial(n, p)` | `binomial(N n, p)` |

use std::collections::{BTreeMap, BTreeSet};

use crate::errors::bug;
use crate::ir::draw::{carry_arguments, take_arguments};
use crate::ir::{BaseDraw, DrawId, DrawKind, Graph, Node, NodeId, Primitive};
use crate::passes;

/// A graph with base draws, arguments of base draws included, that has been through the passes.
///
/// The law of the outputs, given the parameters, is unchanged; they are other functions of the random words.
#[must_use]
pub fn lower_draws(graph: &Graph, draws: &[BaseDraw]) -> (Graph, Vec<BaseDraw>) {
    let (mut graph, mut draws) = simplify(graph.clone(), draws.to_vec());
    let written = draws.len();
    drop_unread(&mut graph, &mut draws);
    // A draw within a compound draw comes before it, so inner compound draws are merged before outer ones.
    let mut index = 0;
    while index < draws.len() {
        let merged = draws[index].kind == DrawKind::Compound && merge(&mut graph, &mut draws, DrawId(index));
        index += usize::from(!merged);
    }
    if draws.len() == written {
        return (graph, draws);
    }
    simplify(graph, draws)
}

fn simplify(mut graph: Graph, mut draws: Vec<BaseDraw>) -> (Graph, Vec<BaseDraw>) {
    carry_arguments(&mut graph, &draws);
    let mut graph = passes::run(graph);
    take_arguments(&mut graph, &mut draws);
    (graph, draws)
}

/// Removes draws that neither the outputs nor other draws read.
fn drop_unread(graph: &mut Graph, draws: &mut Vec<BaseDraw>) {
    let mut read = BTreeSet::new();
    let mut waiting = graph.outputs.clone();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = graph.node(id);
        node.for_each_operand(|operand| waiting.push(operand));
        if let Node::Draw(draw) = node {
            read.insert(*draw);
            waiting.extend(&draws[draw.0].arguments);
        }
    }
    if read.len() < draws.len() {
        rebuild(graph, draws, &read, None);
    }
}

/// Puts the sum of its copies in the place of a compound draw, if the law of the sum is known.
fn merge(graph: &mut Graph, draws: &mut Vec<BaseDraw>, compound: DrawId) -> bool {
    let within = |draw: DrawId| draws[draw.0].within == Some(compound);
    let mut varies: Vec<bool> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let mut varying = matches!(node, Node::Draw(draw) if within(*draw));
        node.for_each_operand(|operand| varying |= varies[operand.0 as usize]);
        varies.push(varying);
    }
    let reads_copies = |draw: &BaseDraw| draw.arguments.iter().any(|argument| varies[argument.0 as usize]);
    if draws.iter().any(|draw| draw.within == Some(compound) && reads_copies(draw)) {
        return false;
    }
    let &[count, jump] = draws[compound.0].arguments.as_slice() else {
        bug!("kernel", "a compound draw has a count and a jump")
    };
    let mut sum = graph.clone();
    let Some(Linear { constant, slopes }) = linear(&mut sum, &varies, jump) else { return false };
    let mut merged = draws.clone();
    let mut terms = Vec::new();
    if !constant.is_empty() {
        let constant = sum.sum(constant);
        terms.push(sum.product(vec![count, constant]));
    }
    for (id, slope) in slopes {
        let Some(Copies { kind, arguments, root }) = copies(&mut sum, &draws[id.0], count) else { return false };
        merged[id.0] = BaseDraw { kind, arguments, within: draws[id.0].within };
        let mut factors = vec![sum.sum(slope), sum.push(Node::Draw(id))];
        if root {
            factors.push(sum.call(Primitive::Sqrt, count));
        }
        terms.push(sum.product(factors));
    }
    let total = sum.sum(terms);
    let outer = draws[compound.0].within;
    merged.iter_mut().filter(|draw| draw.within == Some(compound)).for_each(|draw| draw.within = outer);
    let kept = (0..draws.len()).map(DrawId).filter(|draw| *draw != compound).collect();
    rebuild(&mut sum, &mut merged, &kept, Some((compound, total)));
    (*graph, *draws) = (sum, merged);
    true
}

/// `Σ constant + Σ_d (Σ slopes_d) d` over the draws of a jump.
#[derive(Default)]
struct Linear {
    constant: Vec<NodeId>,
    slopes: BTreeMap<DrawId, Vec<NodeId>>,
}

/// A node as a linear function of the draws on which the nodes that vary depend; products are appended to the graph.
fn linear(graph: &mut Graph, varies: &[bool], id: NodeId) -> Option<Linear> {
    let varying = |id: &NodeId| varies[id.0 as usize];
    if !varying(&id) {
        return Some(Linear { constant: vec![id], ..Linear::default() });
    }
    match graph.node(id).clone() {
        Node::Draw(draw) => {
            let one = graph.integer(1);
            Some(Linear { slopes: BTreeMap::from([(draw, vec![one])]), ..Linear::default() })
        }
        Node::Sum(terms) => terms.iter().try_fold(Linear::default(), |mut sum, &term| {
            let term = linear(graph, varies, term)?;
            sum.constant.extend(term.constant);
            for (draw, slope) in term.slopes {
                sum.slopes.entry(draw).or_default().extend(slope);
            }
            Some(sum)
        }),
        Node::Product(factors) => {
            let (varying, fixed): (Vec<NodeId>, Vec<NodeId>) = factors.iter().copied().partition(varying);
            let &[only] = varying.as_slice() else { return None };
            let mut product = linear(graph, varies, only)?;
            for term in product.constant.iter_mut().chain(product.slopes.values_mut().flatten()) {
                *term = graph.product([fixed.as_slice(), &[*term]].concat());
            }
            Some(product)
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
        | Node::Input(_)
        | Node::Coordinate(_)
        | Node::Power(..)
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => None,
    }
}

/// What the sum of copies of a draw is drawn from.
struct Copies {
    kind: DrawKind,
    arguments: Vec<NodeId>,
    /// Whether the draw is multiplied by the root of the count.
    root: bool,
}

fn copies(graph: &mut Graph, draw: &BaseDraw, count: NodeId) -> Option<Copies> {
    let mut times = |argument: NodeId| graph.product(vec![count, argument]);
    let (kind, arguments) = match (draw.kind, draw.arguments.as_slice()) {
        (DrawKind::Normal, []) => return Some(Copies { kind: DrawKind::Normal, arguments: vec![], root: true }),
        (DrawKind::Exponential, []) => (DrawKind::Gamma, vec![count]),
        (DrawKind::Gamma, &[shape]) => (DrawKind::Gamma, vec![times(shape)]),
        (DrawKind::Poisson, &[rate]) => (DrawKind::Poisson, vec![times(rate)]),
        (DrawKind::Bernoulli, &[p]) => (DrawKind::Binomial, vec![count, p]),
        (DrawKind::Binomial, &[n, p]) => (DrawKind::Binomial, vec![times(n), p]),
        (
            DrawKind::Uniform
            | DrawKind::LogGamma
            | DrawKind::Beta
            | DrawKind::InverseGaussian
            | DrawKind::Geometric
            | DrawKind::Logarithmic
            | DrawKind::ZetaMixture
            | DrawKind::TrigammaMixture
            | DrawKind::Compound,
            _,
        ) => return None,
        (
            DrawKind::Normal
            | DrawKind::Exponential
            | DrawKind::Gamma
            | DrawKind::Poisson
            | DrawKind::Bernoulli
            | DrawKind::Binomial,
            _,
        ) => bug!("kernel", "{} has the wrong number of arguments", draw.kind.name()),
    };
    Some(Copies { kind, arguments, root: false })
}

/// Keeps the draws in `kept`, numbered anew, and puts a node in the place of one of the others.
fn rebuild(
    graph: &mut Graph,
    draws: &mut Vec<BaseDraw>,
    kept: &BTreeSet<DrawId>,
    replacement: Option<(DrawId, NodeId)>,
) {
    let numbers: BTreeMap<DrawId, DrawId> = kept.iter().copied().zip((0..).map(DrawId)).collect();
    let mut rebuilding = Rebuilding { old: graph, numbers, replacement, graph: Graph::new(), image: BTreeMap::new() };
    let mut rebuilt = Vec::new();
    for draw in kept {
        let BaseDraw { kind, arguments, within } = &draws[draw.0];
        let arguments = arguments.iter().map(|&argument| rebuilding.node(argument)).collect();
        rebuilt.push(BaseDraw { kind: *kind, arguments, within: within.map(|outer| rebuilding.numbers[&outer]) });
    }
    let outputs = rebuilding.old.outputs.iter().map(|&output| rebuilding.node(output)).collect();
    let mut result = rebuilding.graph;
    result.outputs = outputs;
    (*graph, *draws) = (result, rebuilt);
}

struct Rebuilding<'a> {
    old: &'a Graph,
    numbers: BTreeMap<DrawId, DrawId>,
    replacement: Option<(DrawId, NodeId)>,
    graph: Graph,
    image: BTreeMap<NodeId, NodeId>,
}

impl Rebuilding<'_> {
    /// The image of an old node. The replacement may come later in the old graph than what reads it.
    fn node(&mut self, id: NodeId) -> NodeId {
        if let Some(&image) = self.image.get(&id) {
            return image;
        }
        let image = match (self.old.node(id), self.replacement) {
            (Node::Draw(draw), Some((replaced, node))) if *draw == replaced => self.node(node),
            (Node::Draw(draw), _) => {
                let node = Node::Draw(self.numbers[draw]);
                self.graph.push_spanned(node, self.old.span(id))
            }
            (node, _) => {
                let mut operands = Vec::new();
                node.for_each_operand(|operand| operands.push(operand));
                operands.into_iter().for_each(|operand| {
                    self.node(operand);
                });
                let node = node.map_operands(|operand| self.image[&operand]);
                self.graph.push_spanned(node, self.old.span(id))
            }
        };
        self.image.insert(id, image);
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Sampler;
    use crate::ir::display::{Leaves, dump_draws, infix};
    use crate::parse::distribution::parse_distribution;

    /// The sampler of a law with parameters `r`, `m`, `s`, and what each draw reads, on one line each.
    fn lowered(sample: &str) -> Vec<String> {
        let options = format!("sample = {sample}").parse().expect("tokens");
        let item =
            syn::parse_str("fn f(omega: Frequency, r: Positive, m: Real, s: Positive) -> LogCf { r * m * s * omega }");
        let law = parse_distribution(options, &item.expect("a function")).expect("a law");
        let (graph, draws) =
            law.sampler.map(|Sampler { graph, draws }| lower_draws(&graph, &draws)).expect("a sampler");
        crate::ir::verify::verify_draws(&graph, &draws).expect("draws that can be made");
        let leaves = Leaves::of_parameters(&law.parameters);
        let mut lines: Vec<String> = draws
            .iter()
            .zip(dump_draws(&draws).lines())
            .map(|(draw, line)| {
                let arguments: Vec<String> =
                    draw.arguments.iter().map(|&argument| infix(&graph, argument, &leaves)).collect();
                let within = line.split_once(", for").map_or_else(String::new, |(_, rest)| format!(", for{rest}"));
                format!("{}({}){within}", draw.kind.name(), arguments.join(", "))
            })
            .collect();
        lines.push(infix(&graph, graph.output(), &leaves));
        lines
    }

    #[test]
    fn sums_of_copies_are_drawn_at_once() {
        let normal = lowered("compound(poisson(r), m + s * normal())");
        assert_eq!(normal, ["poisson(r)", "normal()", "draw0 * m + s * draw1 * sqrt(draw0)"]);
        let exponential = lowered("m + s * compound(poisson(r), exponential())");
        assert_eq!(exponential, ["poisson(r)", "gamma(draw0)", "m + s * draw1"]);
        let gamma = lowered("compound(poisson(r), gamma(m) / s + 1.0)");
        assert_eq!(gamma, ["poisson(r)", "gamma(m * draw0)", "draw0 + draw1 / s"]);
        let difference = lowered("compound(poisson(r), m * (exponential() - exponential()))");
        assert_eq!(difference, ["poisson(r)", "gamma(draw0)", "gamma(draw0)", "m * draw1 - m * draw2"]);
        let counts = lowered("compound(poisson(r), bernoulli(m) + poisson(s) + binomial(3.0, m))");
        assert_eq!(
            counts,
            [
                "poisson(r)",
                "binomial(draw0, m)",
                "poisson(draw0 * s)",
                "binomial(3 * draw0, m)",
                "draw1 + draw2 + draw3"
            ]
        );
        assert_eq!(lowered("compound(poisson(r), m)"), ["poisson(r)", "draw0 * m"]);
    }

    #[test]
    fn what_let_binds_outside_is_one_number_for_all_copies() {
        let shared = lowered("{ let v = gamma(s); compound(poisson(r * v), v * normal()) }");
        assert_eq!(shared, ["gamma(s)", "poisson(r * draw0)", "normal()", "draw0 * draw2 * sqrt(draw1)"]);
    }

    #[test]
    fn inner_sums_are_merged_first() {
        let nested = lowered("compound(poisson(r), compound(poisson(s), m))");
        assert_eq!(nested, ["poisson(r)", "poisson(s * draw0)", "m * draw1"]);
        let loops = lowered("compound(poisson(r), compound(poisson(s), normal()))");
        assert_eq!(
            loops,
            [
                "poisson(r)",
                "poisson(s), for each copy of draw3",
                "normal(), for each copy of draw3",
                "compound(draw0, draw2 * sqrt(draw1))",
                "draw3"
            ]
        );
    }

    #[test]
    fn other_jumps_stay_loops_and_unread_draws_go() {
        let square = lowered("{ let x = gamma(s); compound(poisson(r), normal().powi(2)) }");
        assert_eq!(square, ["poisson(r)", "normal(), for each copy of draw2", "compound(draw0, draw1^2)", "draw2"]);
        let uniform = lowered("compound(poisson(r), uniform() + normal())");
        assert_eq!(uniform.len(), 5);
        let mixture = lowered("compound(poisson(r), poisson(gamma(m)))");
        assert_eq!(mixture[2], "poisson(draw1), for each copy of draw3");
    }
}
