//! Logarithms of draws in the tails that numbers do not reach.
//!
//! A gamma number of small shape is often below the smallest positive number, and is drawn as that number; a beta number near
//! 1 is drawn as 1. A weight that takes the logarithm of such a draw has another mean than its rule needs. Near such an end
//! the density of a base draw at the distance `x` is `x^(k-1)` times a constant, so that for a bound `B` far below 1
//!
//! ```text
//! E[ln x | x < B] = ln B - 1 / k.
//! ```
//!
//! Below the bound this mean takes the place of the logarithm. The function that the weight multiplies sees nothing of `x`
//! there but that it is small, so that the expectation of the product is that of the rule.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::differentiation::derivative;
use crate::ir::{BaseDraw, DrawId, DrawKind, Graph, Node, NodeId, Primitive, Rational, Sampler};
use crate::parse::options::Precision;
use crate::passes;

/// The weight of the value of `f` in a rule, with means in place of logarithms where draws of the sampler are cut.
pub(super) fn completed(weight: &Graph, sampler: Option<&Sampler>, precision: Precision) -> Graph {
    let mut graph = Graph::new();
    let output = graph.import(weight, weight.output(), |graph, node| {
        let argument = argument(node)?;
        let tail = Tail::of(weight, argument, sampler?, precision)?;
        let argument = graph.import(weight, argument, |_, _| None);
        Some(tail.logarithm(graph, argument))
    });
    graph.outputs = vec![output];
    graph
}

/// What becomes of the logarithms of a weight where draws are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tails {
    /// No draw is cut, or none of which a logarithm is taken.
    None,
    /// Means take their place.
    Completed,
    /// Some stay as they are.
    Cut,
}

/// What becomes of the logarithms of the draw in a weight.
pub(crate) fn tails(weight: &Graph, sampler: Option<&Sampler>) -> Tails {
    let Some(sampler) = sampler else { return Tails::None };
    let ends = sampler.draws.iter().map(ends).max().unwrap_or(0);
    let is_completed = |argument| Tail::of(weight, argument, sampler, Precision::F64).is_some();
    let may_vanish = |&argument: &NodeId| {
        let of_draw = weight.contains(argument, |node| *node == Node::Sample);
        of_draw && !(0..ends).all(|end| is_positive(&composed(weight, argument, &at_end(sampler, end))))
    };
    let mut arguments = weight.iter().filter_map(|(_, node)| argument(node)).filter(may_vanish).peekable();
    match (arguments.peek().is_none(), arguments.all(is_completed)) {
        (true, _) => Tails::None,
        (false, true) => Tails::Completed,
        (false, false) => Tails::Cut,
    }
}

/// How many of 0 and 1 are ends of a base draw with draws that are cut.
pub(super) const fn ends(draw: &BaseDraw) -> usize {
    match draw.kind {
        DrawKind::Gamma => 1,
        DrawKind::Beta => 2,
        _ => 0,
    }
}

/// What a node takes the logarithm of.
pub(super) const fn argument(node: &Node) -> Option<NodeId> {
    match node {
        Node::Call(Primitive::Ln, argument) => Some(*argument),
        _ => None,
    }
}

/// What the logarithm of a draw needs near an end of the base draw; over parameters, one output each.
struct Tail {
    /// `B`, in units of the logarithm's argument.
    bound: Graph,
    /// `k`
    shape: Graph,
}

impl Tail {
    /// The tail of a logarithm whose argument is proportional to the distance of the only base draw from one of its ends.
    fn of(weight: &Graph, argument: NodeId, sampler: &Sampler, precision: Precision) -> Option<Self> {
        let [draw] = sampler.draws.as_slice() else { return None };
        let by_sample = free_of_draws(derivative(weight, argument, &Node::Sample).ok()?)?;
        let (draws, drawn) = (&sampler.graph, sampler.graph.output());
        let scale = free_of_draws(derivative(draws, drawn, &NUMBER).ok()?)?;
        (0..ends(draw)).find_map(|end| {
            let sample = at_end(sampler, end);
            if !is_zero(&composed(weight, argument, &sample)) {
                return None;
            }
            let mut shape = draws.clone();
            shape.outputs = vec![draw.arguments[end]];
            let bound = bound(&by_sample, &scale, &sample, end, precision);
            Some(Self { bound, shape: free_of_draws(shape)? })
        })
    }

    /// `ln max(x, B) - max(sign(B - x), 0) / k`: the logarithm above the bound, its mean below.
    fn logarithm(&self, graph: &mut Graph, x: NodeId) -> NodeId {
        let [bound, shape] = [&self.bound, &self.shape].map(|part| graph.import(part, part.output(), |_, _| None));
        let larger = graph.push(Node::Maximum(x, bound));
        let logarithm = graph.call(Primitive::Ln, larger);
        let below = graph.subtract(bound, x);
        let side = graph.call(Primitive::Sign, below);
        let zero = graph.integer(0);
        let is_below = graph.push(Node::Maximum(side, zero));
        let correction = graph.divide(is_below, shape);
        graph.subtract(logarithm, correction)
    }
}

/// The base draw.
const NUMBER: Node = Node::Draw(DrawId(0));

/// The draw `z` where the only base draw is at an end, 0 or 1.
pub(super) fn at_end(sampler: &Sampler, end: usize) -> Graph {
    let mut sample = Graph::new();
    let output = sample.import(&sampler.graph, sampler.graph.output(), |sample, node| {
        (*node == NUMBER).then(|| sample.integer(end as i64))
    });
    sample.outputs = vec![output];
    simplified(sample)
}

/// A part of a weight where the draw is `sample`.
fn composed(weight: &Graph, part: NodeId, sample: &Graph) -> Graph {
    let mut composed = Graph::new();
    let output = composed.import(weight, part, |composed, node| {
        (*node == Node::Sample).then(|| composed.import(sample, sample.output(), |_, _| None))
    });
    composed.outputs = vec![output];
    simplified(composed)
}

/// A bound above which numbers of the logarithm's argument lie close enough: four times what the smallest positive number
/// becomes, and 64 spacings of the draw about a place that is not 0, or of the base draw at 1.
fn bound(by_sample: &Graph, scale: &Graph, sample: &Graph, end: usize, precision: Precision) -> Graph {
    let (digits, smallest) = match precision {
        Precision::F64 => (52, 1022),
        Precision::F32 => (23, 126),
    };
    let power = |exponent: u32| Rational::new(One::one(), BigInt::one() << exponent);
    let mut graph = Graph::new();
    let [slope, scale, place] = [by_sample, scale, sample].map(|part| graph.import(part, part.output(), |_, _| None));
    let mut terms = Vec::new();
    let is_constant = matches!(sample.node(sample.output()), Node::Constant(_));
    let factor = graph.integer(if end == 0 { 1 } else { -1 });
    let by_draw = graph.product(vec![factor, slope, scale]);
    if !is_zero(sample) || end == 1 {
        let spacing = graph.constant(power(digits - 6));
        let moved = graph.product(vec![slope, place]);
        let mut size = graph.call(Primitive::Abs, moved);
        if end == 1 {
            size = graph.push(Node::Maximum(size, by_draw));
        }
        terms.push(graph.product(vec![spacing, size]));
    }
    if terms.is_empty() || !is_constant {
        let one = graph.integer(1);
        let largest = graph.push(Node::Maximum(one, by_draw));
        let least = graph.constant(power(smallest - 2));
        terms.push(graph.product(vec![least, largest]));
    }
    graph.outputs = match terms.as_slice() {
        [term] => vec![*term],
        _ => vec![graph.sum(terms)],
    };
    simplified(graph)
}

/// A graph that reads parameters only, simplified.
pub(super) fn free_of_draws(graph: Graph) -> Option<Graph> {
    let graph = simplified(graph);
    let reads_draws = |node: &Node| matches!(node, Node::Sample | Node::Draw(_));
    (!graph.contains(graph.output(), reads_draws)).then_some(graph)
}

pub(super) fn is_zero(graph: &Graph) -> bool {
    matches!(graph.node(graph.output()), Node::Constant(value) if value.is_zero())
}

fn is_positive(graph: &Graph) -> bool {
    matches!(graph.node(graph.output()), Node::Constant(value) if value.is_positive())
}

pub(super) fn simplified(graph: Graph) -> Graph {
    passes::prune(passes::fold(passes::share(passes::prune(graph))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::ir::{Law, ParamId};
    use crate::parse::distribution::parse_distribution;

    /// The weight of the score by `k` as it is computed in `f32`, and what becomes of its logarithms.
    fn of(sample: &str, density: &str) -> (String, Tails) {
        let item = syn::parse_quote! {
            fn some(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }
        };
        let options = format!("sample = {sample}, log_density = {density}");
        let law: Law = parse_distribution(options.parse().expect("tokens"), &item).expect("a law");
        let density = law.log_density.as_ref().expect("a density");
        let weight = simplified(derivative(density, density.output(), &Node::Param(ParamId(0))).expect("smooth"));
        let completed = simplified(completed(&weight, law.sampler.as_ref(), Precision::F32));
        let text = infix(&completed, completed.output(), &Leaves::of_parameters(&law.parameters));
        (text.replace(&(1_u128 << 124).to_string(), "HUGE"), tails(&weight, law.sampler.as_ref()))
    }

    fn mean_below(argument: &str, bound: &str) -> (String, Tails) {
        let text = format!("ln(max({argument}, {bound})) - max(sign({bound} - {argument}), 0) / k");
        (text, Tails::Completed)
    }

    #[test]
    fn small_draws_are_met_by_the_mean_of_their_logarithm() {
        assert_eq!(of("mu * gamma(k)", "k * z.ln()"), mean_below("z", "max(1, mu) / HUGE"));
        assert_eq!(of("3.0 * gamma(k)", "k * z.ln()"), mean_below("z", "3 / HUGE"));
        assert_eq!(of("beta(k, mu)", "k * z.ln()"), mean_below("z", "1 / HUGE"));
    }

    #[test]
    fn near_a_place_that_is_not_0_numbers_are_far_apart() {
        let (text, tails) = of("beta(mu, k)", "k * (1.0 - z).ln()");
        assert_eq!(text, "ln(max(1 - z, 1 / 131072)) - max(sign(1 / 131072 - (1 - z)), 0) / k");
        assert_eq!(tails, Tails::Completed);
        let (text, _) = of("1.0 - beta(mu, k)", "k * z.ln()");
        assert_eq!(text, "ln(max(z, 1 / 131072)) - max(sign(1 / 131072 - z), 0) / k");
        let (text, tails) = of("5.0 * mu + gamma(k)", "k * (z - 5.0 * mu).ln()");
        assert!(text.starts_with("ln(max(z - 5 * mu, abs(5 * mu) / 131072 + 1 / HUGE)) - "), "{text}");
        assert_eq!(tails, Tails::Completed);
    }

    #[test]
    fn other_logarithms_stay() {
        assert_eq!(of("mu * gamma(k)", "k * (1.0 + z).ln()"), ("ln(z + 1)".to_owned(), Tails::None));
        assert_eq!(of("mu * normal()", "k * z.ln()"), ("ln(z)".to_owned(), Tails::None));
        assert_eq!(of("mu * gamma(k)", "k * mu.ln() * z"), ("z * ln(mu)".to_owned(), Tails::None));
        assert_eq!(of("1.0 / gamma(k)", "k * z.ln()"), ("ln(z)".to_owned(), Tails::Cut));
    }
}
