//! The body of a `#[distribution]`: the log characteristic function.

use crate::errors::Extent;
use syn::{ItemFn, Stmt};

use super::expression::{Dialect, Walker};
use super::signature::Parameter;
use super::terms::Place;
use crate::errors::Errors;
use crate::ir::{Graph, Node, ParamId};

/// `log φ_θ(ω)` as written, and the position of its last expression. Whether it is one is judged later, on the graph.
pub(crate) fn parse_log_cf(
    item: &ItemFn,
    frequency: &Parameter,
    parameters: &[Parameter],
) -> Result<(Graph, Extent), Errors> {
    let mut walker = Walker::new(Dialect::LogCf);
    walker.declare(frequency.name, Node::Frequency);
    declare_parameters(&mut walker, parameters);
    let value = walker.block(&item.block);
    let place = match item.block.stmts.last() {
        Some(Stmt::Expr(last, _)) => Place::of(last),
        Some(_) | None => Place::of(&item.block),
    };
    let output = walker.expect_number(value, &item.block);
    walker.errors.into_result()?;
    Ok((walker.terms.graph(&output.map(|(id, _)| id).into_iter().collect::<Vec<_>>()), place.extent()))
}

/// Brings the parameters `θ` into scope.
pub(crate) fn declare_parameters(walker: &mut Walker, parameters: &[Parameter]) {
    for (index, parameter) in parameters.iter().enumerate() {
        walker.declare(parameter.name, Node::Param(ParamId(index)));
    }
}
