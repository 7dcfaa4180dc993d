//! The multiplicative move of beta, Dirichlet and gamma laws: `e^{-T/(x + K)}` with `T` exponential and `K` a trigamma mixture.
//!
//! Its moments are known exactly: `E e^{-nT/(x + K)} = (ψ(x + n) - ψ(x)) / (n ψ'(x))`, since
//! `E e^{-nT/(x + k)} = (x + k) / (x + k + n)` and `Σ_k 1 / ((x + k)(x + k + n)) = (ψ(x + n) - ψ(x)) / n`.

use num_traits::Signed;

use crate::algebra::{Field, Quotient};
use crate::ir::{BaseDraw, DrawKind, Graph, Node, NodeId};

/// The draws of `e^{-T/(offset + K)}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decay {
    /// The exponential draw `T`.
    time: usize,
    /// The trigamma mixture `K`.
    pub(super) mixture: usize,
    /// The terms of what is added to `K`.
    pub(super) offset: Vec<NodeId>,
}

impl Decay {
    /// Whether it is made of a draw.
    pub(super) fn reads(&self, draw: usize) -> bool {
        self.time == draw || self.mixture == draw
    }

    /// Whether the other one is made of one of its draws.
    pub(super) fn shares_a_draw(&self, other: &Self) -> bool {
        self.reads(other.time) || self.reads(other.mixture)
    }
}

/// The decay whose exponent is a node.
pub(super) fn decay(graph: &Graph, exponent: NodeId, draws: &[BaseDraw]) -> Option<Decay> {
    let mut factors = Vec::new();
    gather(graph, exponent, &mut factors);
    let (mut sign, mut time, mut below) = (false, None, None);
    for factor in factors {
        match graph.node(factor) {
            Node::Constant(value) if value.is_negative() && value.abs() == num_traits::One::one() => sign = !sign,
            Node::Draw(draw) if draws.get(draw.0)?.kind == DrawKind::Exponential && time.is_none() => {
                time = Some(draw.0)
            }
            Node::Power(base, -1) if below.is_none() => below = Some(*base),
            _ => return None,
        }
    }
    let mut offset = Vec::new();
    summands(graph, below?, &mut offset);
    let mixtures = |id: &NodeId| match graph.node(*id) {
        Node::Draw(draw) if draws.get(draw.0)?.kind == DrawKind::TrigammaMixture => Some(draw.0),
        _ => None,
    };
    let place = offset.iter().position(|term| mixtures(term).is_some())?;
    let mixture = mixtures(&offset.remove(place))?;
    sign.then_some(Decay { time: time?, mixture, offset })
}

/// The factors of a product, of those that are products too.
fn gather(graph: &Graph, id: NodeId, factors: &mut Vec<NodeId>) {
    match graph.node(id) {
        Node::Product(operands) => operands.iter().for_each(|&operand| gather(graph, operand, factors)),
        _ => factors.push(id),
    }
}

/// The terms of a sum, of those that are sums too.
fn summands(graph: &Graph, id: NodeId, terms: &mut Vec<NodeId>) {
    match graph.node(id) {
        Node::Sum(operands) => operands.iter().for_each(|&operand| summands(graph, operand, terms)),
        _ => terms.push(id),
    }
}

/// `E e^{-nT/(x + K)}`; `None` where it is beyond exact algebra.
pub(super) fn moment(x: &Quotient, n: u32, field: &mut Field) -> Option<Quotient> {
    if n == 0 {
        return Some(field.integer(1));
    }
    let mut sum = field.integer(0);
    for step in 0..n {
        let place = field.add(x, &field.integer(step.into()));
        sum = field.add(&sum, &field.divide(&field.integer(1), &place));
    }
    let below = field.polygamma(1, x).ok()?;
    let below = field.multiply(&field.integer(n.into()), &below);
    Some(field.divide(&sum, &below))
}
