//! Which operations of analytic numbers have several branches, and so take the path on which they are followed.

use super::sharing::uses;
use crate::ir::{Graph, Node, Primitive};

/// Whether a function has several branches in the complex plane: those take the path in analytic numbers.
pub(super) const fn has_branches(primitive: Primitive) -> bool {
    match primitive {
        Primitive::Ln
        | Primitive::Ln1p
        | Primitive::Sqrt
        | Primitive::Atan
        | Primitive::LogSigmoid
        | Primitive::Softplus => true,
        Primitive::Exp
        | Primitive::ExpM1
        | Primitive::Sin
        | Primitive::Cos
        | Primitive::Tan
        | Primitive::Sinh
        | Primitive::Cosh
        | Primitive::Tanh
        | Primitive::Sigmoid
        | Primitive::LnGamma
        | Primitive::Polygamma(_)
        | Primitive::Abs
        | Primitive::Sign => false,
    }
}

/// Whether an analytic number's expression needs the path.
pub(super) fn follows_branches(graph: &Graph) -> bool {
    uses(graph, |node| match node {
        Node::RealPower(..) => true,
        Node::Call(primitive, _) => has_branches(*primitive),
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
        | Node::Coordinate(_)
        | Node::Sum(_)
        | Node::Product(_)
        | Node::Power(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => false,
    })
}
