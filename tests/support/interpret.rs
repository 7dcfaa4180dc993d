//! Evaluates graphs one node at a time: slow, and independent of the emitters.

use logphi_compiler::ir::{Graph, Node, NodeId};

use crate::number::Number;

/// Values of a graph's leaves.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a, T> {
    /// By parameter.
    pub parameters: &'a [T],
    /// The sample or the ridge argument.
    pub draw: Option<&'a T>,
    /// By data index.
    pub data: &'a [T],
    /// By base draw.
    pub draws: &'a [T],
    /// The frequency ω.
    pub frequency: Option<&'a T>,
}

impl<'a, T> Leaves<'a, T> {
    /// Leaves of a coefficient.
    #[must_use]
    pub const fn parameters(parameters: &'a [T]) -> Self {
        Self { parameters, draw: None, data: &[], draws: &[], frequency: None }
    }

    /// Leaves of a function of the draw.
    #[must_use]
    pub const fn draw(draw: &'a T, data: &'a [T]) -> Self {
        Self { parameters: &[], draw: Some(draw), data, draws: &[], frequency: None }
    }

    /// Leaves of a point or weight of an exact rule.
    #[must_use]
    pub const fn stencil(parameters: &'a [T], draw: &'a T, draws: &'a [T]) -> Self {
        Self { parameters, draw: Some(draw), data: &[], draws, frequency: None }
    }

    /// Leaves of a log characteristic function as it was written.
    #[must_use]
    pub const fn characteristic(parameters: &'a [T], frequency: &'a T) -> Self {
        Self { parameters, draw: None, data: &[], draws: &[], frequency: Some(frequency) }
    }
}

/// The values of the outputs; `None` if one leaves the arithmetic (a logarithm, in exact rationals).
///
/// # Panics
/// If the graph has a leaf that is not given, or one that no later stage should see.
pub fn evaluate<T: Number>(graph: &Graph, leaves: Leaves<'_, T>) -> Option<Vec<T>> {
    let mut values: Vec<Option<T>> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let of = |id: &NodeId| values[id.0 as usize].clone();
        let fold = |operands: &[NodeId], combine: fn(&T, &T) -> T| {
            let mut operands = operands.iter();
            let first = of(operands.next()?)?;
            operands.try_fold(first, |accumulated, operand| Some(combine(&accumulated, &of(operand)?)))
        };
        let value = match node {
            Node::Constant(value) => Some(T::constant(value)),
            Node::Pi => T::pi(),
            Node::Param(parameter) => Some(leaves.parameters[parameter.0].clone()),
            Node::Sample | Node::Ridge => Some(leaves.draw.expect("the draw is given").clone()),
            Node::Data(data) => Some(leaves.data[data.0].clone()),
            Node::Sum(operands) => fold(operands, T::plus),
            Node::Product(operands) => fold(operands, T::times),
            Node::Power(base, exponent) => of(base).and_then(|base| base.power(*exponent)),
            Node::RealPower(base, exponent) => match (of(base), of(exponent)) {
                (Some(base), Some(exponent)) => base.real_power(&exponent),
                _ => None,
            },
            Node::Call(primitive, argument) => of(argument).and_then(|argument| argument.call(*primitive)),
            Node::Maximum(x, y) => Some(of(x)?.maximum(&of(y)?)),
            Node::Minimum(x, y) => Some(of(x)?.minimum(&of(y)?)),
            Node::ImaginaryUnit => T::imaginary_unit(),
            Node::Frequency => Some(leaves.frequency.expect("the frequency is given").clone()),
            Node::Draw(draw) => Some(leaves.draws[draw.0].clone()),
            Node::TransformVariable | Node::Input(_) | Node::Coordinate(_) | Node::Kummer(..) | Node::DrawSlope(..) => {
                panic!("{node:?} in a graph that is evaluated")
            }
        };
        values.push(value);
    }
    graph.outputs.iter().map(|output| values[output.0 as usize].clone()).collect()
}
