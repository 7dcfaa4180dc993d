//! What is said where no rule can be chosen.

use proc_macro2::Span;

use super::derivation::{Derivation, ParameterSeries};
use super::exponentials::Refusal;
use super::form::RequestedForm;
use super::select::{Subject, ending, exact_rules, terminating};
use crate::errors::{Code, Errors, Fault};
use crate::ir::Law;

/// A form that was asked for by name and that the parameter does not have.
pub(super) fn unavailable(
    law: &Law,
    series: &ParameterSeries,
    subject: &Subject,
    form: RequestedForm,
    span: Span,
) -> Fault {
    let name = &law.parameters[series.parameter.0].name;
    let found = exact_rules(law, series);
    let forms: Vec<String> = found.iter().map(|(form, _)| format!("`{form}`")).collect();
    let why = match form {
        RequestedForm::Discrete => {
            "its characteristic function is not a finite sum of exponentials with probabilities as weights".to_owned()
        }
        _ => format!("it has {} besides series", crate::emit::summary::plural(found.len(), "exact rule")),
    };
    let help = if subject.opaque.is_some() {
        let accepting = accepting_forms(law, series, subject).join(", ");
        format!(
            "forms of `{name}` that only call the function: {}",
            if accepting.is_empty() { "none" } else { &accepting }
        )
    } else if forms.is_empty() {
        format!(
            "give an order for `{name}`, such as `order = 8`, or write an exact rule beside the law: `rule({name}) = …`"
        )
    } else {
        format!("the forms of `{name}` are {}", forms.join(", "))
    };
    Fault::new(Code::FormUnavailable, span, format!("no rule of the form `{form}` for `{name}`: {why}"), help)
}

/// The forms of a parameter's rules that accept the function, in the order of preference.
pub(super) fn accepting_forms(law: &Law, series: &ParameterSeries, subject: &Subject) -> Vec<String> {
    let mut accepting: Vec<String> = exact_rules(law, series)
        .into_iter()
        .filter(|(_, rule)| subject.accepts(rule.highest_order()))
        .map(|(form, _)| format!("`{form}`"))
        .collect();
    if let Some((reason, last)) = ending(series, subject.degree)
        && subject.accepts(terminating(series, reason, last).highest_order())
    {
        accepting.insert(0, "`terminating`".to_owned());
    }
    accepting
}

/// `` `mu`: none; `b`: `difference` ``: for each parameter the forms that accept the function.
pub(super) fn listed_forms(law: &Law, derivation: &Derivation, subject: &Subject) -> String {
    let forms = derivation.parameters.iter().map(|series| {
        let accepting = accepting_forms(law, series, subject).join(", ");
        let name = &law.parameters[series.parameter.0].name;
        format!("`{name}`: {}", if accepting.is_empty() { "none" } else { &accepting })
    });
    forms.collect::<Vec<_>>().join("; ")
}

/// Every kink, and for each parameter the forms that accept it.
pub(super) fn explain_kinks(law: &Law, derivation: &Derivation, subject: &Subject) -> Errors {
    let forms = listed_forms(law, derivation, subject);
    let mut explained = Errors::new();
    for fault in subject.kinks.faults() {
        let mut fault = fault.clone();
        fault.help = format!("{}; forms that accept the function as it is: {forms}", fault.help);
        explained.push(fault);
    }
    explained
}

/// At the tokens of `f` that are in the way, if they are known.
pub(super) fn not_exponential(form: RequestedForm, refusal: &Refusal, span: Span) -> Fault {
    let Refusal { what, at } = refusal;
    Fault::new(
        Code::FormUnavailable,
        at.unwrap_or_else(|| span.into()),
        format!("no rule of the form `{form}`: f is no sum of polynomials times exponentials, for it has {what}"),
        "these forms exist for polynomials, exp, sin, cos, sinh and cosh of affine functions of the draw, their sums and products; \
         leave the form out for the best rule there is",
    )
}

/// A parameter without an exact rule and without an order.
pub(super) fn order_needed(name: &str, span: Span, why: &str, subject: &Subject) -> Fault {
    let order = "give the highest order to keep, such as `order = 4` or `order = 8`; the rule is then biased by what is dropped";
    let help = match subject.formula {
        Ok(()) => format!("{order}; or ask for `form = formula`, which is exact and draws nothing"),
        Err(_) => order.to_owned(),
    };
    Fault::new(
        Code::OrderNeeded,
        span,
        format!("no exact rule is known for parameter `{name}`, and no order is given: {why}"),
        help,
    )
}
