//! The option `coordinates = m`, and whether it has a meaning.
//!
//! A rule that moves the draw moves one coordinate at a time. A ridge row, or a function that is called whole, is then
//! evaluated once for each coordinate; with the option, for `m` random ones of each sample, with weight `d / m`. Where nothing
//! is evaluated more often than the draw is made the option would only add noise, and is refused.

use proc_macro2::Span;

use super::Rule;
use crate::errors::{Code, Fault};
use crate::ir::Function;

/// Refuses the option where it saves nothing.
///
/// # Errors
/// [`Code::BadOption`] for a function of one number, for rules that move no coordinate, and for a function of single
/// coordinates only.
pub fn check(function: &Function, rules: &[Rule], span: Span) -> Result<(), Fault> {
    let form = &function.normal_form;
    let (message, help) = if !function.vector {
        (
            "the draw of this function is one number, of which there are no coordinates to choose from",
            "leave the option out",
        )
    } else if rules.iter().all(|rule| rule.stencils.is_empty()) {
        (
            "no rule of this estimator moves coordinates: its derivatives are taken at the draw itself",
            "leave the option out, or ask by `form` for a rule that moves the draw, where `RULE` lists one",
        )
    } else if form.ridges.is_empty() && form.whole.is_none() {
        (
            "each term of this function has a coordinate of its own, so that all together cost no more than one",
            "leave the option out: it is for terms of several coordinates, such as `dot(a, z)`, and for opaque functions",
        )
    } else {
        return Ok(());
    };
    Err(Fault::new(Code::BadOption, span, message, help))
}
