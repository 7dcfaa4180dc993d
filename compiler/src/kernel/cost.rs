//! What a program costs: operations counted on the graphs that are printed.

use std::ops::Add;

use num_traits::One;

use super::program::Program;
use crate::ir::{Graph, Node, NodeId};

/// Numbers of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Additions, subtractions, comparisons.
    pub additions: usize,
    /// Multiplications. A change of sign is free.
    pub multiplications: usize,
    /// Divisions.
    pub divisions: usize,
    /// Calls of elementary functions, the square root among them.
    pub calls: usize,
}

impl Add for Operations {
    type Output = Operations;

    fn add(self, other: Operations) -> Operations {
        Operations {
            additions: self.additions + other.additions,
            multiplications: self.multiplications + other.multiplications,
            divisions: self.divisions + other.divisions,
            calls: self.calls + other.calls,
        }
    }
}

impl std::fmt::Display for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Operations { additions, multiplications, divisions, calls } = self;
        write!(f, "{additions} additions, {multiplications} multiplications, {divisions} divisions, {calls} calls")
    }
}

impl Operations {
    /// The operations of a graph.
    ///
    /// A product with an inverse that nothing else reads is one division, as it is printed.
    #[must_use]
    pub fn of(graph: &Graph) -> Operations {
        let mut uses = vec![0_u32; graph.len()];
        for (_, node) in graph.iter() {
            node.for_each_operand(|operand| uses[operand.0 as usize] += 1);
        }
        for output in &graph.outputs {
            uses[output.0 as usize] += 1;
        }
        let mut total = Operations::default();
        for (_, node) in graph.iter() {
            match node {
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
                | Node::Input(_)
                | Node::Coordinate(_) => {}
                Node::Sum(operands) => total.additions += operands.len() - 1,
                Node::Product(operands) => {
                    let is_free = |&&operand: &&NodeId| {
                        let node = graph.node(operand);
                        let is_divisor = matches!(node, Node::Power(_, exponent) if *exponent < 0);
                        let is_sign = matches!(node, Node::Constant(value) if (-value).is_one());
                        is_sign || (is_divisor && uses[operand.0 as usize] == 1)
                    };
                    let free = operands.iter().filter(is_free).count();
                    total.multiplications += (operands.len() - 1).saturating_sub(free);
                }
                Node::Power(_, exponent) => {
                    let magnitude = exponent.unsigned_abs();
                    let squarings = magnitude.checked_ilog2().unwrap_or(0) + magnitude.count_ones();
                    total.multiplications += squarings.saturating_sub(1) as usize;
                    total.divisions += usize::from(*exponent < 0);
                }
                Node::RealPower(..) | Node::Call(..) | Node::Kummer(..) | Node::DrawSlope(..) => total.calls += 1,
                Node::Maximum(..) | Node::Minimum(..) => total.additions += 1,
            }
        }
        total
    }
}

/// The operations of a program, by section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The coefficients, once for each gradient (and coordinate, if parameters differ between coordinates).
    pub coefficients: Operations,
    /// The draw, once for each sample and coordinate; base draws and table look-ups are not counted.
    pub draw: Operations,
    /// For each ridge term, value and derivatives, once for each sample and row; `⟨A_o, z⟩` costs one multiplication and
    /// one addition for each coordinate besides.
    pub ridges: Vec<Operations>,
    /// Value and derivatives of the separable term, once for each sample and coordinate.
    pub separable: Operations,
    /// For each interaction term, value and derivatives by its coordinates, once for each sample and row.
    pub interactions: Vec<Operations>,
}

impl Program {
    /// The operations of each section.
    #[must_use]
    pub fn cost(&self) -> Cost {
        Cost {
            coefficients: Operations::of(&self.coefficients),
            draw: self.sampler.as_ref().map_or_else(Operations::default, |sampler| Operations::of(&sampler.graph)),
            ridges: self.ridges.iter().map(|ridge| Operations::of(&ridge.derivatives)).collect(),
            separable: self.separable.as_ref().map_or_else(Operations::default, |s| Operations::of(&s.derivatives)),
            interactions: self.interactions.iter().map(|section| Operations::of(&section.derivatives)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DataId, Primitive};

    #[test]
    fn divisions_and_signs_are_counted_as_printed() {
        // -x / y + x² exp(y), and 1 / x twice.
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Data(DataId(0))), graph.push(Node::Data(DataId(1))));
        let minus_one = graph.integer(-1);
        let inverse = graph.power(y, -1);
        let quotient = graph.product(vec![minus_one, x, inverse]);
        let square = graph.power(x, 2);
        let exponential = graph.call(Primitive::Exp, y);
        let product = graph.product(vec![square, exponential]);
        let sum = graph.sum(vec![quotient, product]);
        let shared = graph.power(x, -1);
        let scaled = graph.product(vec![shared, y]);
        graph.outputs = vec![sum, shared, scaled];
        let found = Operations::of(&graph);
        assert_eq!(found, Operations { additions: 1, multiplications: 3, divisions: 2, calls: 1 });
        assert_eq!(found.to_string(), "1 additions, 3 multiplications, 2 divisions, 1 calls");
        assert_eq!((found + found).calls, 2);
    }
}
