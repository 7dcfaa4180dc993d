//! Weak reparameterisation in words: `c_1 E [z / mu * f'(z)] + c_2 E [ln(z / mu) * f(z)]`, and what the letters stand for.

use super::stencil;
use super::summary::plain;
use crate::ir::display::{Leaves, infix};
use crate::ir::{Graph, Parameter};
use crate::rule::{Form, Rule, ScoreTerm};

/// The coefficients of a rule of this form, none for others.
fn terms(rule: &Rule) -> impl Iterator<Item = &Graph> {
    let correction = match &rule.form {
        Form::Weak { correction } => correction.as_slice(),
        _ => &[],
    };
    let of_slopes = rule.stencils.iter().map(|term| &term.coefficient).filter(|_| !correction.is_empty());
    of_slopes.chain(correction.iter().map(|term| &term.coefficient))
}

/// The right side of the rule's equation.
pub(super) fn equation(parameters: &[Parameter], rule: &Rule, correction: &[ScoreTerm]) -> String {
    let leaves = Leaves::of_parameters(parameters);
    let by_location = rule.coefficients.iter().map(|coefficient| format!("a_{} E f'(z)", coefficient.order));
    let of_slopes = rule.stencils.iter().map(|term| format!("E {}", stencil::body(parameters, &term.stencil)));
    let of_values = correction.iter().map(|term| match &term.weight {
        Some(weight) => format!("E [{} * f(z)]", infix(weight, weight.output(), &leaves)),
        None => "E f(z)".to_owned(),
    });
    let expectations = of_slopes.chain(of_values).enumerate();
    let lettered = expectations.map(|(index, expectation)| format!("c_{} {expectation}", index + 1));
    by_location.chain(lettered).collect::<Vec<_>>().join(" + ")
}

/// What the letters of the equation stand for: `c_1 = mu * k * trigamma(k)`; nothing for rules of other forms.
pub(crate) fn letters(parameters: &[Parameter], rule: &Rule) -> Vec<String> {
    let lettered = terms(rule).enumerate();
    lettered.map(|(index, coefficient)| format!("c_{} = {}", index + 1, plain(parameters, coefficient))).collect()
}
