//! Which rules serve a function that is called whole and never differentiated: one that the option `opaque` says so of, or that
//! has steps and branches under a law that has such rules for all parameters.

use proc_macro2::Span;

use super::derivation::Derivation;
use super::form::RequestedForm;
use super::refusal::{accepting_forms, listed_forms, on_request};
use super::select::{Choice, Subject};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{JointLaw, Law};

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
            RequestedForm::Difference(_) | RequestedForm::Discrete | RequestedForm::Score(_) => continue,
            RequestedForm::Formula | RequestedForm::ClosedForm => "a formula needs to know the function",
            RequestedForm::Truncated
            | RequestedForm::Terminating
            | RequestedForm::Auxiliary(_)
            | RequestedForm::Pathwise
            | RequestedForm::Weak => "this form takes derivatives of the function",
        };
        errors.push(refusal(
            span,
            what,
            "the forms for opaque functions are `difference`, `discrete` and `score`; leave the form out",
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
            "forms that only call the function: {}; {}leave `opaque` out and write the function in the language of logphi, or take a \
             law with discrete or difference rules for all parameters, such as `Bernoulli` or `Poisson`",
            listed_forms(law, derivation, subject),
            if have_scores(law, derivation, subject) { "ask for `form = score`, " } else { "" }
        ),
    )
}

/// Whether every parameter has a score function rule.
fn have_scores(law: &Law, derivation: &Derivation, subject: &Subject) -> bool {
    let is_score = |form: &RequestedForm| matches!(form, RequestedForm::Score(_));
    derivation.parameters.iter().all(|series| on_request(law, series.parameter, subject).iter().any(is_score))
}

/// Whether some fault of a function is none if the function is only called.
#[must_use]
pub fn could_help(errors: &Errors) -> bool {
    errors.faults().iter().any(|fault| matches!(fault.code, Code::OpaqueCall | Code::NotNormalForm | Code::Step))
}

/// The first fault of a function in which nothing is wrong but that it has steps and branches; such a function can be called.
#[must_use]
pub fn only_steps(errors: &Errors) -> Option<Span> {
    let steps = errors.faults().iter().all(|fault| fault.code == Code::Step);
    errors.faults().first().filter(|_| steps).map(|fault| fault.start)
}

/// Whether the score function rule is asked for, for every parameter, which calls the function under any law.
#[must_use]
pub fn asks_for_scores(law: &Law, choice: &Choice) -> bool {
    let mut parameters = law.parameters.iter().filter(|parameter| parameter.kind.has_gradient());
    parameters.all(|parameter| matches!(choice.form_of(&parameter.name), Some((RequestedForm::Score(_), _))))
}

/// The rules of a law that only call the function.
#[derive(Clone, Debug)]
pub struct Calling {
    /// Name of the law.
    law: String,
    /// For each parameter the forms, or `none`.
    forms: String,
    /// Whether every parameter has one.
    pub all: bool,
    /// Whether every parameter has a score function rule.
    scores: bool,
}

impl Calling {
    /// Those of a law of one variable.
    #[must_use]
    pub fn of(law: &Law, derivation: &Derivation) -> Self {
        let subject = Subject { opaque: Some(law.span), ..Subject::default() };
        let all = derivation.parameters.iter().all(|series| !accepting_forms(law, series, &subject).is_empty());
        let scores = have_scores(law, derivation, &subject);
        Self { law: law.name.clone(), forms: listed_forms(law, derivation, &subject), all, scores }
    }

    /// Those of a joint law, of which the laws of one-hot draws have any.
    #[must_use]
    pub fn of_joint(law: &JointLaw) -> Self {
        let all = law.is_one_hot();
        let forms = if all { "`discrete`" } else { "none" };
        let list: Vec<String> = law.parameters.iter().map(|theta| format!("`{}`: {forms}", theta.name)).collect();
        Self { law: law.name.clone(), forms: list.join("; "), all, scores: false }
    }

    /// Adds to the faults of a function what calling it could do about them: that the rules of the law allow it, by the option
    /// `opaque` or, with steps, by leaving out what takes derivatives (`derivatives` says that something does); or what it would
    /// need.
    pub fn advise(&self, errors: Errors, derivatives: bool) -> Errors {
        let Self { law, forms, all, scores } = self;
        errors.map(|mut fault| {
            let advice = match (fault.code, all) {
                (Code::Step, true) if derivatives => format!(
                    "; without an order, and without forms that take derivatives, the function is only called: `{law}` has rules \
                     for that ({forms})"
                ),
                (Code::OpaqueCall | Code::NotNormalForm | Code::Step, true) => format!(
                    "; or add the option `opaque`, with which the function is only called: `{law}` has rules for that ({forms})"
                ),
                (Code::OpaqueCall, false) => format!(
                    "; with the option `opaque` the function is only called, which needs a discrete or difference rule for every \
                     parameter: `{law}` has {forms}"
                ),
                (Code::Step, false) => format!(
                    "; discrete and difference rules accept steps and branches, and every parameter needs one: `{law}` has {forms}"
                ),
                _ => String::new(),
            };
            fault.help.push_str(&advice);
            if *scores && !*all && matches!(fault.code, Code::OpaqueCall | Code::NotNormalForm | Code::Step) {
                fault.help.push_str("; or add the options `opaque, form = score`, with which the function is only called");
            }
            fault
        })
    }
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
            let accepted =
                matches!(form, RequestedForm::Difference(_) | RequestedForm::Discrete | RequestedForm::Score(_));
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
