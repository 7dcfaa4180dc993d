//! Checks the invariants that every stage may rely on and no type can express.
//!
//! A violation is a bug of the compiler, never of the user; passes are checked after each step in debug and test builds.

use super::draw::{BaseDraw, DrawId, DrawKind};
use super::graph::Graph;
use super::joint::{JointLaw, Reduction, VERTEX};
use super::law::{Law, ParameterShape, Sampler};
use super::node::{Node, NodeId};
use super::normal_form::{DataRef, Function, NormalForm};

/// A broken invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An operand does not come before its node.
    OperandOrder(NodeId),
    /// A sum or product has fewer than two operands.
    TooFewOperands(NodeId),
    /// The operands of a sum or product do not ascend.
    OperandsDescend(NodeId),
    /// A power has the exponent 0 or 1.
    TrivialExponent(NodeId),
    /// An output names no node; the index of the output.
    MissingOutput(usize),
    /// A graph does not have the number of outputs that its place asks for; the number it has.
    OutputCount(usize),
    /// A leaf does not belong in this graph, or names nothing.
    ForeignLeaf(NodeId),
    /// A base draw has the wrong number of arguments, reads what is drawn later, or lies within no compound draw.
    BaseDraw(DrawId),
    /// The slices listed along the coordinates are not those that the separable term reads.
    SlicesAlong,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Violation::OperandOrder(id) => write!(f, "an operand of %{} does not come before it", id.0),
            Violation::TooFewOperands(id) => write!(f, "%{} has fewer than two operands", id.0),
            Violation::OperandsDescend(id) => write!(f, "the operands of %{} do not ascend", id.0),
            Violation::TrivialExponent(id) => write!(f, "%{} is a power with exponent 0 or 1", id.0),
            Violation::MissingOutput(index) => write!(f, "output {index} names no node"),
            Violation::OutputCount(count) => write!(f, "the graph has {count} outputs"),
            Violation::ForeignLeaf(id) => write!(f, "the leaf %{} does not belong here", id.0),
            Violation::BaseDraw(id) => write!(f, "the base draw {} is not one that can be made", id.0),
            Violation::SlicesAlong => write!(f, "the slices along the coordinates are not those that are read"),
        }
    }
}

/// Checks operand order, operand counts, exponents and outputs of any graph.
///
/// # Errors
/// The first violation.
pub fn verify(graph: &Graph) -> Result<(), Violation> {
    for (id, node) in graph.iter() {
        let mut ordered = true;
        node.for_each_operand(|operand| ordered &= operand < id);
        if !ordered {
            return Err(Violation::OperandOrder(id));
        }
        match node {
            Node::Sum(operands) | Node::Product(operands) => {
                if operands.len() < 2 {
                    return Err(Violation::TooFewOperands(id));
                }
                if !operands.is_sorted() {
                    return Err(Violation::OperandsDescend(id));
                }
            }
            Node::Power(_, 0 | 1) => return Err(Violation::TrivialExponent(id)),
            Node::Power(..)
            | Node::Constant(_)
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
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => {}
        }
    }
    match graph.outputs.iter().position(|output| output.0 as usize >= graph.len()) {
        Some(index) => Err(Violation::MissingOutput(index)),
        None => Ok(()),
    }
}

/// Checks a law: its graphs, their outputs and their leaves.
///
/// # Errors
/// The first violation.
pub fn verify_law(law: &Law) -> Result<(), Violation> {
    let parameters = law.parameters.len();
    verify_part(&law.log_cf, 1, |node| {
        matches!(node, Node::Frequency | Node::ImaginaryUnit) || is_parameter(node, parameters)
    })?;
    for condition in &law.conditions {
        verify_part(&condition.graph, 2, |node| is_parameter(node, parameters))?;
    }
    for end in law.support.lower.iter().chain(&law.support.upper) {
        verify_part(end, 1, |node| is_parameter(node, parameters))?;
    }
    let Some(sampler) = &law.sampler else { return Ok(()) };
    verify_part(&sampler.graph, 1, |node| {
        matches!(node, Node::Draw(draw) if draw.0 < sampler.draws.len()) || is_parameter(node, parameters)
    })?;
    verify_draws(&sampler.graph, &sampler.draws)
}

/// Checks a joint law: its graphs, their outputs and their leaves. Vectors stand in what is done for each coordinate only, and
/// covariance matrices in no graph.
///
/// # Errors
/// The first violation.
pub fn verify_joint_law(law: &JointLaw) -> Result<(), Violation> {
    let parameters = law.parameters.len();
    let of_shape = |node: &Node, shapes: &[ParameterShape]| match node {
        Node::Param(id) => law.parameters.get(id.0).is_some_and(|parameter| shapes.contains(&parameter.shape)),
        node => is_parameter(node, parameters),
    };
    let each = |node: &Node| of_shape(node, &[ParameterShape::Scalar, ParameterShape::Vector, ParameterShape::Simplex]);
    let log_cf = &law.log_cf;
    for (index, reduction) in log_cf.reductions.iter().enumerate() {
        if let Reduction::Coordinates(body) = reduction {
            verify_part(body, 1, |node| match node {
                Node::Frequency | Node::ImaginaryUnit => true,
                Node::Input(earlier) => *earlier < index,
                node => each(node),
            })?;
        }
    }
    verify_part(&log_cf.outer, 1, |node| match node {
        Node::ImaginaryUnit => true,
        Node::Input(reduction) => *reduction < log_cf.reductions.len(),
        node => of_shape(node, &[ParameterShape::Scalar]),
    })?;
    let Sampler { graph, draws } = &law.sampler.base;
    verify_part(graph, 1, |node| matches!(node, Node::Draw(draw) if draw.0 < draws.len()) || each(node))?;
    verify_draws(graph, draws)?;
    verify_part(&law.sampler.finish, 1, |node| *node == Node::Input(0) || each(node))?;
    let total =
        |node: &Node| matches!(node, Node::Param(id) if (parameters..parameters + law.totals.len()).contains(&id.0));
    for term in law.rules.iter().flat_map(|rule| &rule.rule.stencils) {
        verify_part(&term.coefficient, 1, |node| total(node) || each(node))?;
        let Sampler { graph, draws } = &term.stencil.numbers;
        verify_part(graph, 2 * term.stencil.orders.len(), |node| match node {
            Node::Sample => true,
            Node::Draw(draw) => draw.0 < draws.len(),
            node => *node == VERTEX || total(node) || of_shape(node, &[ParameterShape::Scalar]),
        })?;
        verify_draws(graph, draws)?;
    }
    Ok(())
}

/// Checks that base draws have their arguments, read nodes of `graph` that depend on earlier draws only, and lie within
/// later compound draws, if they lie within any.
///
/// # Errors
/// The first violation.
pub fn verify_draws(graph: &Graph, draws: &[BaseDraw]) -> Result<(), Violation> {
    // Each node's latest draw.
    let mut latest: Vec<Option<DrawId>> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let mut last = if let Node::Draw(draw) = node { Some(*draw) } else { None };
        node.for_each_operand(|operand| last = last.max(latest[operand.0 as usize]));
        latest.push(last);
    }
    for (index, draw) in draws.iter().enumerate() {
        let id = DrawId(index);
        let is_earlier = |argument: &NodeId| latest.get(argument.0 as usize).is_some_and(|last| *last < Some(id));
        let is_compound =
            |outer: DrawId| outer > id && draws.get(outer.0).is_some_and(|outer| outer.kind == DrawKind::Compound);
        let complete = draw.arguments.len() == draw.kind.arguments().len();
        if !complete || !draw.arguments.iter().all(is_earlier) || !draw.within.is_none_or(is_compound) {
            return Err(Violation::BaseDraw(id));
        }
    }
    Ok(())
}

/// Checks a function: the graphs of its normal form, their outputs, and that data run along what their place allows.
///
/// # Errors
/// The first violation.
pub fn verify_function(function: &Function) -> Result<(), Violation> {
    let form = &function.normal_form;
    let datum = |node: &Node, allowed: fn(DataRef) -> bool| {
        let Node::Data(id) = node else { return is_parameter(node, 0) };
        form.data.get(id.0).is_some_and(|data| allowed(*data) && names(*data, function))
    };
    let any = |_| true;
    let of_row = |data| matches!(data, DataRef::Scalar(_) | DataRef::Row(_));
    let of_coordinate = |data| matches!(data, DataRef::Scalar(_) | DataRef::Coordinate(_) | DataRef::Unit(_));
    if !form.constant.outputs.is_empty() {
        verify_part(&form.constant, 1, |node| datum(node, |data| matches!(data, DataRef::Scalar(_))))?;
    }
    for ridge in &form.ridges {
        verify_part(&ridge.slope, 1, |node| datum(node, any))?;
        verify_part(&ridge.offset, 1, |node| datum(node, of_row))?;
        verify_part(&ridge.function, 1, |node| *node == Node::Ridge || datum(node, of_row))?;
    }
    if let Some(separable) = &form.separable {
        verify_part(&separable.function, 1, |node| *node == Node::Sample || datum(node, of_coordinate))?;
        verify_along(form, &separable.function, &separable.along)?;
    }
    for term in &form.interactions {
        let count = term.coordinates.len();
        verify_part(&term.function, 1, |node| match node {
            Node::Coordinate(place) => *place < count,
            other => datum(other, of_row),
        })?;
    }
    Ok(())
}

/// Whether a data reference names an argument.
fn names(data: DataRef, function: &Function) -> bool {
    match data {
        DataRef::Scalar(argument)
        | DataRef::Row(argument)
        | DataRef::Coordinate(argument)
        | DataRef::Entry(argument) => argument < function.arguments.len(),
        DataRef::Unit(_) => function.vector,
    }
}

fn verify_along(form: &NormalForm, graph: &Graph, along: &[usize]) -> Result<(), Violation> {
    let mut read: Vec<usize> = graph
        .iter()
        .filter_map(|(_, node)| {
            let Node::Data(id) = node else { return None };
            match form.data[id.0] {
                DataRef::Coordinate(argument) => Some(argument),
                DataRef::Scalar(_) | DataRef::Row(_) | DataRef::Entry(_) | DataRef::Unit(_) => None,
            }
        })
        .collect();
    read.sort_unstable();
    read.dedup();
    if read == along { Ok(()) } else { Err(Violation::SlicesAlong) }
}

/// Checks a graph with a given number of outputs, whose leaves must please `allowed`; operations please by themselves.
fn verify_part(graph: &Graph, outputs: usize, allowed: impl Fn(&Node) -> bool) -> Result<(), Violation> {
    verify(graph)?;
    if graph.outputs.len() != outputs {
        return Err(Violation::OutputCount(graph.outputs.len()));
    }
    match graph.iter().find(|(_, node)| !allowed(node)) {
        Some((id, _)) => Err(Violation::ForeignLeaf(id)),
        None => Ok(()),
    }
}

/// Whether a node is an operation, a constant, or one of the first `parameters` parameters.
fn is_parameter(node: &Node, parameters: usize) -> bool {
    match node {
        Node::Param(id) => id.0 < parameters,
        Node::Constant(_)
        | Node::Pi
        | Node::Sum(_)
        | Node::Product(_)
        | Node::Power(..)
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => true,
        Node::ImaginaryUnit
        | Node::Frequency
        | Node::TransformVariable
        | Node::Sample
        | Node::Ridge
        | Node::Data(_)
        | Node::Draw(_)
        | Node::Input(_)
        | Node::Coordinate(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Primitive;

    #[test]
    fn a_sound_graph_passes() {
        let mut graph = Graph::new();
        let x = graph.push(Node::Sample);
        let square = graph.power(x, 2);
        let root = graph.sum(vec![square, x]);
        graph.outputs = vec![root];
        assert_eq!(verify(&graph), Ok(()));
    }

    #[test]
    fn each_invariant_is_checked() {
        let broken = |node: Node| {
            let mut graph = Graph::new();
            graph.push(Node::Sample);
            graph.push(Node::Pi);
            graph.push(node);
            verify(&graph)
        };
        let id = NodeId(2);
        assert_eq!(broken(Node::Call(Primitive::Exp, NodeId(2))), Err(Violation::OperandOrder(id)));
        assert_eq!(broken(Node::Sum([NodeId(0)].into())), Err(Violation::TooFewOperands(id)));
        assert_eq!(broken(Node::Product([NodeId(1), NodeId(0)].into())), Err(Violation::OperandsDescend(id)));
        assert_eq!(broken(Node::Power(NodeId(0), 1)), Err(Violation::TrivialExponent(id)));
        assert_eq!(broken(Node::Power(NodeId(0), -1)), Ok(()));
        let mut graph = Graph::new();
        graph.outputs = vec![NodeId(0)];
        assert_eq!(verify(&graph), Err(Violation::MissingOutput(0)));
    }

    #[test]
    fn leaves_must_belong() {
        let mut graph = Graph::new();
        let leaf = graph.push(Node::Ridge);
        graph.outputs = vec![leaf];
        let verdict = verify_part(&graph, 1, |node| is_parameter(node, 3));
        assert_eq!(verdict, Err(Violation::ForeignLeaf(leaf)));
        assert_eq!(verify_part(&graph, 2, |_| true), Err(Violation::OutputCount(1)));
    }
}
