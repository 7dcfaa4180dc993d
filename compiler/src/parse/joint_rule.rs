//! `rule(alpha) = …` beside a joint law: for each entry of a vector, with derivatives of `f` along directions.
//!
//! `z` is the draw, `vertex` the unit vector `e_k` of the entry, and `df(y, d)` the derivative of `f` at `y` in the direction `d`. What
//! is kept is the rule of a function `h(⟨a, z⟩)`, whose derivative there is `h'(⟨a, y⟩) ⟨a, d⟩`: the draw and the vertex stand for their
//! products with `a`, and `df(y, d)` is `d` times a derivative, as in the rule of a law of one variable.

use syn::Expr;

use super::distribution::{keep, plain_name};
use super::expression::{Dialect, Walker};
use super::joint::{JointParts, declare};
use super::rule::rule;
use super::scope::Value;
use super::spelling::list;
use super::terms::{Place, Term};
use crate::errors::{Code, Errors, Fault};
use crate::ir::exact_rule::JOINT_CHECKED_DEGREE;
use crate::ir::{DataRef, Graph, Node, NodeId, ParamId, Parameter, ParameterShape, StencilTerm, VERTEX, WrittenRule};

/// `rule(parameter) = …`, with `df(y, d)` for the derivative of `f` at `y` in the direction `d`.
pub(super) fn parse_rules(
    rules: &[(syn::Ident, Expr)],
    parameters: &[Parameter],
    totals: &mut Vec<ParamId>,
    errors: &mut Errors,
) -> Vec<WrittenRule> {
    let mut parsed = Vec::new();
    for (name, expression) in rules {
        let is_vector = |known: &Parameter| known.shape == ParameterShape::Vector && known.name == plain_name(name);
        match parameters.iter().position(is_vector) {
            Some(index) => {
                parsed.extend(keep(parse_rule(expression, ParamId(index), parameters, totals), errors));
            }
            None => {
                let vectors = parameters.iter().filter(|known| known.shape == ParameterShape::Vector);
                errors.push(Fault::new(
                    Code::UnknownName,
                    name.span(),
                    format!("`{name}` is not a vector parameter of this law"),
                    format!(
                        "rules of joint laws are written for each entry of a vector; the vectors are {}",
                        list(vectors.map(|known| known.name.as_str()))
                    ),
                ));
            }
        }
    }
    parsed
}

fn parse_rule(
    expression: &Expr,
    parameter: ParamId,
    parameters: &[Parameter],
    totals: &mut Vec<ParamId>,
) -> Result<WrittenRule, Errors> {
    let mut walker = Walker::new(Dialect::Rule);
    walker.joint = Some(JointParts {
        totals: totals.clone(),
        shapes: parameters.iter().map(|p| p.shape).collect(),
        ..JointParts::default()
    });
    declare(&mut walker, parameters, |walker, id| walker.scalar_parameter(id, &parameters[id.0]));
    let place = Place::of(expression);
    let z = walker.terms.scalar(Node::Sample, place);
    let vertex = walker.terms.datum(DataRef::Unit(0), place);
    walker.scope.push(("z".to_owned(), Value::Scalar { id: z, whole: false }));
    walker.scope.push(("vertex".to_owned(), Value::Scalar { id: vertex, whole: false }));
    let output = walker.number(expression);
    if let Some(parts) = &walker.joint {
        totals.clone_from(&parts.totals);
    }
    let rule = rule(walker, output, place, parameter, JOINT_CHECKED_DEGREE)?;
    for StencilTerm { coefficient, stencil } in &rule.rule.stencils {
        let numbers = &stencil.numbers;
        let vector = |node: &Node| match node {
            Node::Param(id) => parameters.get(id.0).filter(|known| known.shape == ParameterShape::Vector),
            _ => None,
        };
        let refused = |message: String, help: &str| Err(place.fault(Code::Unsupported, message, help).into());
        if let Some(parameter) = numbers.graph.iter().find_map(|(_, node)| vector(node)) {
            return refused(
                format!(
                    "`{}` has an entry for each coordinate, and the draws and points of a rule are shared",
                    parameter.name
                ),
                "use a sum such as `alpha.sum()`, or let the entry be a factor of whole terms",
            );
        }
        if coefficient.iter().any(|(_, node)| *node == VERTEX)
            || !numbers.graph.outputs.iter().all(|&output| degree(&numbers.graph, output) == Some(1))
        {
            return refused(
                "a point or direction of this rule is not linear in `z` and `vertex`".to_owned(),
                "points are `vertex + (z - vertex) * c` with a number `c`, directions such as `vertex - y`",
            );
        }
    }
    Ok(rule)
}

/// The degree of a node in the draw and the vertex together, if it is homogeneous and at most linear.
fn degree(graph: &Graph, id: NodeId) -> Option<u32> {
    let mut operands = Vec::new();
    graph.node(id).for_each_operand(|operand| operands.push(degree(graph, operand)));
    let operands: Vec<u32> = operands.into_iter().collect::<Option<_>>()?;
    match graph.node(id) {
        Node::Sample => Some(1),
        node if *node == VERTEX => Some(1),
        Node::Sum(_) => {
            let first = operands.first().copied()?;
            operands.iter().all(|&other| other == first).then_some(first)
        }
        Node::Product(_) => Some(operands.iter().sum()).filter(|&degree| degree <= 1),
        _ => operands.iter().all(|&degree| degree == 0).then_some(0),
    }
}

impl Walker {
    /// The vector parameter that a term is, if it is one.
    pub(super) fn vector_parameter(&self, id: NodeId) -> Option<ParamId> {
        self.parameter_of_shape(id, ParameterShape::Vector)
    }

    /// The parameter of a shape that a term is, if it is one.
    pub(super) fn parameter_of_shape(&self, id: NodeId, wanted: ParameterShape) -> Option<ParamId> {
        let Term::Scalar(Node::Param(parameter)) = self.terms.term(id) else { return None };
        let shape = self.joint.as_ref()?.shapes.get(parameter.0)?;
        (*shape == wanted).then_some(*parameter)
    }

    /// The sum over the entries of a vector parameter.
    pub(super) fn total(&mut self, parameter: ParamId, place: Place) -> Value {
        let Some(parts) = &mut self.joint else {
            crate::errors::bug!("parse", "a sum over entries outside of a joint law");
        };
        let known = parts.totals.iter().position(|known| *known == parameter);
        let index = known.unwrap_or_else(|| {
            parts.totals.push(parameter);
            parts.totals.len() - 1
        });
        let id = ParamId(parts.shapes.len() + index);
        Value::Scalar { id: self.terms.scalar(Node::Param(id), place), whole: false }
    }
}
