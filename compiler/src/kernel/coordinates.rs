//! The option `coordinates = m`, and whether it has a meaning.
//!
//! A rule that moves the draw moves one coordinate at a time. A ridge row, or a function that is called whole, is then
//! evaluated once for each coordinate; with the option, for `m` random ones of each sample, with weight `d / m`. Where nothing
//! is evaluated more often than the draw is made the option would only add noise, and is refused.

use proc_macro2::Span;

use super::program::Program;
use crate::errors::{Code, Fault};

/// Refuses the option where it saves nothing.
///
/// # Errors
/// [`Code::BadOption`] for a function of one number, for rules that move no single coordinate, and for a function of single
/// coordinates only.
pub fn check(program: &Program, span: Span) -> Result<(), Fault> {
    let (message, help) = if !program.vector {
        (
            "the draw of this function is one number, of which there are no coordinates to choose from",
            "leave the option out",
        )
    } else if !program.probes.directional.is_empty() {
        ("the rules of this law move all coordinates at once", "leave the option out")
    } else if program.probes.states {
        (
            "the rule of this law tries every state of a variable, and takes their mean",
            "leave the option out: a state costs an update of each row, or one call",
        )
    } else if !program.probes.are_evaluated() {
        (
            "no rule of this estimator moves coordinates: its derivatives are taken at the draw itself",
            "leave the option out, or ask by `form` for a rule that moves the draw, where `RULE` lists one",
        )
    } else if program.ridges.is_empty() && program.whole.is_none() {
        (
            "each term of this function has a coordinate of its own, so that all together cost no more than one",
            "leave the option out: it is for terms of several coordinates, such as `dot(a, z)`, and for opaque functions",
        )
    } else {
        return Ok(());
    };
    Err(Fault::new(Code::BadOption, span, message, help))
}
