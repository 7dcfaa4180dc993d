//! A direct interpreter of graphs, for tests: the plainest reading of every node, in `f64`.

use num_traits::ToPrimitive;

use crate::ir::{Graph, Kummer, Node};
use crate::special::primitive_value;

/// Values of the leaves.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// `θ`.
    pub parameters: Vec<f64>,
    /// `z_j`.
    pub sample: f64,
    /// `u_o`.
    pub ridge: f64,
    /// Data, or numbers.
    pub data: Vec<f64>,
    /// Base draws.
    pub draws: Vec<f64>,
    /// What a section is given.
    pub inputs: Vec<f64>,
}

/// The values of the outputs.
pub fn values(graph: &Graph, leaves: &Leaves) -> Vec<f64> {
    let mut computed: Vec<f64> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let of = |id: &crate::ir::NodeId| computed[id.0 as usize];
        computed.push(match node {
            Node::Constant(value) => value.to_f64().expect("a finite constant"),
            Node::Pi => std::f64::consts::PI,
            Node::ImaginaryUnit | Node::Frequency | Node::TransformVariable => f64::NAN,
            Node::Param(id) => leaves.parameters[id.0],
            Node::Sample => leaves.sample,
            Node::Ridge => leaves.ridge,
            Node::Data(id) => leaves.data[id.0],
            Node::Draw(id) => leaves.draws[id.0],
            Node::Input(index) => leaves.inputs[*index],
            Node::Coordinate(_) => panic!("{node:?} in a graph that is evaluated"),
            Node::Sum(operands) => operands[1..].iter().fold(of(&operands[0]), |sum, x| sum + of(x)),
            Node::Product(operands) => operands[1..].iter().fold(of(&operands[0]), |product, x| product * of(x)),
            Node::Power(base, exponent) => of(base).powi(*exponent),
            Node::RealPower(base, exponent) => of(base).powf(of(exponent)),
            Node::Call(primitive, x) => primitive_value(*primitive, of(x)),
            Node::Maximum(x, y) => of(x).max(of(y)),
            Node::Minimum(x, y) => of(x).min(of(y)),
            Node::DrawSlope(..) => f64::NAN,
            Node::Kummer(part, [a, b, x]) => kummer(*part, of(a), of(b), of(x)),
        });
    }
    graph.outputs.iter().map(|output| computed[output.0 as usize]).collect()
}

/// The power series, for moderate arguments.
fn kummer(part: Kummer, a: f64, b: f64, x: f64) -> f64 {
    let (mut term, mut slopes, mut sum) = (1.0, [0.0; 2], 0.0);
    for n in (0..200).map(f64::from) {
        sum += term
            * match part {
                Kummer::Value => 1.0,
                Kummer::FirstSlope => slopes[0],
                Kummer::SecondSlope => slopes[1],
            };
        slopes = [slopes[0] + 1.0 / (a + n), slopes[1] - 1.0 / (b + n)];
        term *= (a + n) / (b + n) * x / (n + 1.0);
    }
    sum
}
