//! Which rules serve a function that is opaque: called whole, and never differentiated.

use proc_macro2::Span;

use super::derivation::Derivation;
use super::form::RequestedForm;
use super::refusal::{accepting_forms, listed_forms};
use super::select::{Choice, Subject};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{JointLaw, JointStep, Law};

/// Refuses what cannot be asked for beside `opaque`: everything that takes derivatives or looks into the function.
///
/// # Errors
/// [`Code::FormUnavailable`] at each such option.
pub fn check_choice(choice: &Choice) -> Result<(), Errors> {
    let mut errors = Errors::new();
    if let Some((_, span)) = choice.order {
        let what = "an order asks for a series, which takes derivatives of the function";
        errors.push(refusal(span, what, "leave the order out: rules for opaque functions are exact"));
    }
    let forms = choice.form.iter().copied().chain(choice.forms.iter().map(|(_, form, span)| (*form, *span)));
    for (form, span) in forms {
        let what = match form {
            RequestedForm::Difference(_) | RequestedForm::Discrete => continue,
            RequestedForm::Formula | RequestedForm::ClosedForm => "a formula needs to know the function",
            RequestedForm::Truncated | RequestedForm::Terminating | RequestedForm::Auxiliary(_) => {
                "this form takes derivatives of the function"
            }
        };
        errors.push(refusal(
            span,
            what,
            "the forms for opaque functions are `difference` and `discrete`; leave the form out",
        ));
    }
    errors.into_result()
}

fn refusal(span: Span, what: &str, help: &str) -> Fault {
    Fault::new(
        Code::FormUnavailable,
        span,
        format!("{what}, but `opaque` says that it is only called"),
        format!("{help}, or leave `opaque` out and write the function in the language of logphi"),
    )
}

/// That some parameter has no rule for a function which the token `opaque` makes opaque, and the forms that each has.
pub(super) fn explain(law: &Law, derivation: &Derivation, subject: &Subject, opaque: Span) -> Fault {
    let names: Vec<String> = derivation
        .parameters
        .iter()
        .filter(|series| accepting_forms(law, series, subject).is_empty())
        .map(|series| format!("`{}`", law.parameters[series.parameter.0].name))
        .collect();
    Fault::new(
        Code::OpaqueCall,
        opaque,
        format!(
            "every rule for {} of `{}` takes derivatives, which an opaque function does not have",
            names.join(" and "),
            law.name
        ),
        format!(
            "forms that only call the function: {}; leave `opaque` out and write the function in the language of logphi, or take a law with discrete or difference \
             rules for all parameters, such as `Bernoulli` or `Poisson`",
            listed_forms(law, derivation, subject)
        ),
    )
}

/// Whether some fault of a function is none if the function is only called.
#[must_use]
pub fn could_help(errors: &Errors) -> bool {
    errors.faults().iter().any(concerns)
}

const fn concerns(fault: &Fault) -> bool {
    matches!(fault.code, Code::OpaqueCall | Code::NotNormalForm | Code::Step)
}

/// Adds to the faults of a function what `opaque` could do about them: that the rules of the law allow it; or, at calls that
/// cannot be differentiated, what it would need.
pub fn advise(errors: Errors, law: &Law, derivation: &Derivation) -> Errors {
    let subject = Subject { opaque: Some(law.span), ..Subject::default() };
    let allowed = derivation.parameters.iter().all(|series| !accepting_forms(law, series, &subject).is_empty());
    with_forms(errors, &law.name, &listed_forms(law, derivation, &subject), allowed)
}

/// The same under a joint law, of which those of one-hot draws have rules that only call the function.
pub fn advise_joint(errors: Errors, law: &JointLaw) -> Errors {
    match law.sampler.step {
        Some(JointStep::Earliest(p)) => {
            with_forms(errors, &law.name, &format!("`{}`: `discrete`", law.parameters[p.0].name), true)
        }
        Some(JointStep::Cholesky(_) | JointStep::Softmax) | None => errors,
    }
}

fn with_forms(errors: Errors, name: &str, forms: &str, allowed: bool) -> Errors {
    errors.map(|mut fault| {
        if concerns(&fault) && allowed {
            fault.help.push_str(&format!(
                "; or add the option `opaque`, with which the function is only called: `{name}` has rules for that ({forms})"
            ));
        } else if fault.code == Code::OpaqueCall {
            fault.help.push_str(&format!(
                "; with the option `opaque` the function is only called, which needs a discrete or difference rule for every \
                 parameter: `{name}` has {forms}"
            ));
        }
        fault
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(form: Option<RequestedForm>) -> Choice {
        let span = Span::call_site();
        Choice { order: None, form: form.map(|form| (form, span)), forms: Vec::new(), distribution: span }
    }

    #[test]
    fn only_forms_without_derivatives_can_be_asked_for() {
        for &form in RequestedForm::ALL {
            let accepted = matches!(form, RequestedForm::Difference(_) | RequestedForm::Discrete);
            assert_eq!(check_choice(&choice(Some(form))).is_ok(), accepted, "{form}");
        }
        assert!(check_choice(&choice(None)).is_ok());
        let span = Span::call_site();
        let several = Choice {
            order: Some((4, span)),
            forms: vec![
                ("mu".to_owned(), RequestedForm::Formula, span),
                ("b".to_owned(), RequestedForm::Discrete, span),
            ],
            ..choice(Some(RequestedForm::Truncated))
        };
        let errors = check_choice(&several).expect_err("an order and two forms");
        assert!(errors.faults().len() == 3 && errors.faults().iter().all(|fault| fault.code == Code::FormUnavailable));
    }
}
