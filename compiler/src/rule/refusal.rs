//! What is said where no rule can be chosen.

use proc_macro2::Span;

use super::derivation::{Derivation, ParameterSeries};
use super::exponentials::Refusal;
use super::form::{Baseline, RequestedForm, Rule};
use super::pathwise::pathwise;
use super::score::score;
use super::select::{Subject, ending, exact_rules, terminating};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Law, ParamId};

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

/// The forms that are only taken where they are asked for, and that accept the function: exact ones of the sample expression
/// and of the log density.
pub(super) fn on_request(law: &Law, parameter: ParamId, subject: &Subject) -> Vec<RequestedForm> {
    let rules = [
        (RequestedForm::Pathwise, pathwise(law, parameter)),
        (RequestedForm::Score(Baseline::None), score(law, parameter, Baseline::None)),
    ];
    let accepts = |rule: &Result<Rule, String>| rule.as_ref().is_ok_and(|rule| subject.accepts(rule.highest_order()));
    rules.into_iter().filter(|(_, rule)| accepts(rule)).map(|(form, _)| form).collect()
}

/// `` `mu`: none; `b`: `difference` ``: for each parameter the forms that accept the function.
pub(super) fn listed_forms(law: &Law, derivation: &Derivation, subject: &Subject) -> String {
    let forms = derivation.parameters.iter().map(|series| {
        let name = &law.parameters[series.parameter.0].name;
        format!("`{name}`: {}", listed(&accepting_forms(law, series, subject)))
    });
    forms.collect::<Vec<_>>().join("; ")
}

fn listed(forms: &[String]) -> String {
    if forms.is_empty() { "none".to_owned() } else { forms.join(", ") }
}

/// Every kink, and for each parameter the forms that accept it.
pub(super) fn explain_kinks(law: &Law, derivation: &Derivation, subject: &Subject) -> Errors {
    let forms = derivation.parameters.iter().map(|series| {
        let mut forms = accepting_forms(law, series, subject);
        forms.extend(on_request(law, series.parameter, subject).into_iter().map(|form| format!("`{form}`")));
        format!("`{}`: {}", law.parameters[series.parameter.0].name, listed(&forms))
    });
    let forms = forms.collect::<Vec<_>>().join("; ");
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
pub(super) fn order_needed(law: &Law, parameter: ParamId, span: Span, why: &str, subject: &Subject) -> Fault {
    let name = &law.parameters[parameter.0].name;
    let order = "give the highest order to keep, such as `order = 4` or `order = 8`; the rule is then biased by what is dropped";
    let help = match (&subject.formula, on_request(law, parameter, subject).first()) {
        (Ok(()), _) => format!("{order}; or ask for `form = formula`, which is exact and draws nothing"),
        (Err(_), Some(form)) => format!("{order}; or ask for `form({name}) = {form}`, which is exact"),
        (Err(_), None) => order.to_owned(),
    };
    Fault::new(
        Code::OrderNeeded,
        span,
        format!("no exact rule is known for parameter `{name}`, and no order is given: {why}"),
        help,
    )
}
