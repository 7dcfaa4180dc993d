//! Chooses the form of each parameter's rule.
//!
//! Without an order every parameter gets an exact rule: a formula if there is one, else the first of its [`candidates`] that
//! accepts `f`. With `order = N` the series is kept to `N`, and no other form takes its place; where series or `f` end
//! before, the rule says so and is exact. `form = …` forces one, for all parameters or for one of them; `auxiliary(2)` is the
//! second of its kind.
//!
//! A form accepts a function with kinks (`abs`, `max`, `min` of the draw) if it needs no derivative of it, or the first one
//! only and the law has a density, so that a draw meets a kink with probability 0; it accepts an opaque function if it needs
//! no derivative.

#[cfg(test)]
mod tests;

use proc_macro2::Span;

use super::derivation::{Derivation, ParameterSeries};
use super::exponentials::Refusal;
use super::form::{Ending, Form, MAX_ORDER, RequestedForm, Rule};
use super::opaque;
use super::pathwise::pathwise;
use super::refusal::{explain_kinks, not_exponential, order_needed, unavailable};
use super::score::score;
use super::weak::weak;
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Coefficient, ExactRule, Law, Origin, ParamId, Radius};

/// What the user asked for, with the tokens to underline.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `order = N`.
    pub order: Option<(u32, Span)>,
    /// `form = …` for all parameters.
    pub form: Option<(RequestedForm, Span)>,
    /// `form(parameter) = …`.
    pub forms: Vec<(String, RequestedForm, Span)>,
    /// The path after `distribution =`, for faults about what was left out.
    pub distribution: Span,
}

impl Choice {
    pub(super) fn form_of(&self, name: &str) -> Option<(RequestedForm, Span)> {
        self.forms.iter().find(|form| form.0 == name).map(|form| (form.1, form.2)).or(self.form)
    }
}

/// What counts about `f` and the law when a form is chosen.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Nothing if `f` is a sum of polynomials times exponentials, so that its expectation is a formula; otherwise why not.
    pub formula: Result<(), Refusal>,
    /// The degree of `f` if it is a polynomial in the draw.
    pub degree: Option<u32>,
    /// Where `f` is not differentiable.
    pub kinks: Errors,
    /// Whether the law has a density; asked for only if `f` has kinks.
    pub density: bool,
    /// For a function that is only called: the token that says so.
    pub opaque: Option<Span>,
}

impl Default for Subject {
    /// Nothing is known, and nothing stands against derivatives.
    fn default() -> Self {
        let formula = Err(Refusal { what: "parts of which nothing is known".to_owned(), at: None });
        Self { formula, degree: None, kinks: Errors::new(), density: false, opaque: None }
    }
}

impl Subject {
    /// Whether derivatives of `f` up to this order may be taken.
    pub(super) fn accepts(&self, highest_order: u32) -> bool {
        let smooth = self.kinks.faults().is_empty() && self.opaque.is_none();
        smooth || highest_order == 0 || (highest_order == 1 && self.density)
    }
}

/// Up to which order coefficients have to be derived for a choice; checks the order and the parameters' names.
///
/// # Errors
/// [`Code::BadOrder`] for an order outside 1 to 64 or a polynomial `f` of higher degree; [`Code::UnknownName`] for a form of
/// something that is not a parameter.
pub fn required_order(law: &Law, subject: &Subject, choice: &Choice) -> Result<u32, Errors> {
    let mut errors = Errors::new();
    if let Some((order, span)) = choice.order
        && !(1..=MAX_ORDER).contains(&order)
    {
        errors.push(Fault::new(
            Code::BadOrder,
            span,
            format!("order = {order} is outside 1 to {MAX_ORDER}"),
            "use an order such as 4 or 8; for most functions the terms a_n E f^(n) grow factorially, so that more of them \
             make the estimate worse",
        ));
    }
    for (name, _, span) in &choice.forms {
        if !law.parameters.iter().any(|parameter| parameter.name == *name && parameter.kind.has_gradient()) {
            let names: Vec<&str> = law
                .parameters
                .iter()
                .filter(|p| p.kind.has_gradient())
                .map(|parameter| parameter.name.as_str())
                .collect();
            errors.push(Fault::new(
                Code::UnknownName,
                *span,
                format!("`{name}` is not a parameter of `{}` with a gradient", law.name),
                format!("its parameters are {}", names.join(", ")),
            ));
        }
    }
    let terminating = law.parameters.iter().any(|parameter| match choice.form_of(&parameter.name) {
        Some((RequestedForm::Terminating, _)) => true,
        Some((
            RequestedForm::Formula
            | RequestedForm::ClosedForm
            | RequestedForm::Truncated
            | RequestedForm::Auxiliary(_)
            | RequestedForm::Difference(_)
            | RequestedForm::Discrete
            | RequestedForm::Pathwise
            | RequestedForm::Score(_)
            | RequestedForm::Weak,
            _,
        )) => false,
        None => choice.order.is_none() && subject.formula.is_err(),
    });
    let degree = subject.degree.unwrap_or(0);
    if terminating && degree > MAX_ORDER {
        errors.push(Fault::new(
            Code::BadOrder,
            choice.distribution,
            format!("f is a polynomial of degree {degree}; rules go to order {MAX_ORDER}"),
            format!("give an `order` of at most {MAX_ORDER}"),
        ));
    }
    errors.into_result()?;
    let order = choice.order.map_or(1, |order| order.0);
    Ok(if terminating { order.max(degree) } else { order })
}

/// The rule of every parameter that has a gradient.
///
/// The bias of the result: none for exact rules, the dropped terms (the first of which is named) for truncated ones.
///
/// # Errors
/// Those of [`required_order`]; [`Code::OrderNeeded`] where no exact rule was found and no order given;
/// [`Code::FormUnavailable`] where the form that was asked for does not exist; [`Code::NotDifferentiable`] where no form, or
/// not the one that was asked for, accepts the kinks of `f`.
pub fn select(law: &Law, derivation: &Derivation, subject: &Subject, choice: &Choice) -> Result<Vec<Rule>, Errors> {
    required_order(law, subject, choice)?;
    let mut errors = Errors::new();
    let mut rules = Vec::new();
    let mut refused = false;
    for series in &derivation.parameters {
        match select_one(law, series, subject, choice) {
            Ok(Some(rule)) => rules.push(with_context(rule, law, series, subject)),
            Ok(None) => refused = true,
            // What is wrong with the function is said once, not for every parameter.
            Err(fault) if errors.faults().iter().any(|known: &Fault| known.message == fault.message) => {}
            Err(fault) => errors.push(fault),
        }
    }
    if refused {
        errors.extend(match subject.opaque {
            Some(opaque) => opaque::explain(law, derivation, subject, opaque).into(),
            None => explain_kinks(law, derivation, subject),
        });
    }
    errors.into_result()?;
    Ok(rules)
}

/// Adds what the reader of a rule wants to know besides: where its series converges, and which other rules there are.
fn with_context(mut rule: Rule, law: &Law, series: &ParameterSeries, subject: &Subject) -> Rule {
    let others = exact_rules(law, series).into_iter().filter(|(_, other)| {
        subject.accepts(other.highest_order())
            && !(other.stencils == rule.stencils && other.derivatives == rule.coefficients)
    });
    rule.alternatives = others.map(|(form, other)| (form, other.stencils.clone())).collect();
    rule.radius = series.radius.clone();
    rule
}

/// A parameter's rule; `None` if `f` has kinks that it does not accept, or is opaque.
fn select_one(law: &Law, series: &ParameterSeries, subject: &Subject, choice: &Choice) -> Result<Option<Rule>, Fault> {
    let name = &law.parameters[series.parameter.0].name;
    let order = choice.order.map(|order| order.0);
    let ending = ending(series, subject.degree);
    let rule = match (choice.form_of(name), order) {
        (Some((form @ (RequestedForm::Formula | RequestedForm::ClosedForm), span)), _) => match &subject.formula {
            Ok(()) => known(series.parameter, form),
            Err(refusal) => return Err(not_exponential(form, refusal, span)),
        },
        (Some((RequestedForm::Truncated, span)), None) => {
            return Err(order_needed(law, series.parameter, span, "a truncated rule needs an order", subject));
        }
        (Some((RequestedForm::Truncated, _)), Some(order)) => truncated(series, subject.degree, order),
        (Some((RequestedForm::Terminating, span)), order) => match ending {
            None => {
                return Err(Fault::new(
                    Code::FormUnavailable,
                    span,
                    format!(
                        "no terminating rule for `{name}`: its series in s = i omega has infinitely many terms, and f is not a \
                         polynomial in the draw"
                    ),
                    format!(
                        "ask for it for the other parameters only, or give an order for `{name}`, such as `order = 8`"
                    ),
                ));
            }
            Some((_, last)) if order.is_some_and(|order| order < last) => {
                return Err(Fault::new(
                    Code::FormUnavailable,
                    span,
                    format!(
                        "the terminating rule for `{name}` goes to order {last}, beyond `order = {}`",
                        order.unwrap_or_default()
                    ),
                    format!("leave the order out or raise it to {last}"),
                ));
            }
            Some((reason, last)) => terminating(series, reason, last),
        },
        (
            Some((form @ (RequestedForm::Auxiliary(_) | RequestedForm::Difference(_) | RequestedForm::Discrete), span)),
            _,
        ) => match exact_rules(law, series).into_iter().find(|(found, _)| *found == form) {
            Some((form, rule)) => exact(series.parameter, form, rule),
            None => return Err(unavailable(law, series, subject, form, span)),
        },
        (Some((form @ (RequestedForm::Pathwise | RequestedForm::Score(_) | RequestedForm::Weak), span)), _) => {
            let rule = match form {
                RequestedForm::Score(baseline) => score(law, series.parameter, baseline),
                RequestedForm::Weak => weak(law, series.parameter),
                _ => pathwise(law, series.parameter),
            };
            rule.map_err(|why| {
                let help = match candidates(law, series, subject).first() {
                    Some(_) => format!("leave the form out for the best rule of `{name}`"),
                    None => format!("give an order for `{name}`, such as `order = 8`"),
                };
                Fault::new(
                    Code::FormUnavailable,
                    span,
                    format!("no rule of the form `{form}` for `{name}`: {why}"),
                    help,
                )
            })?
        }
        (None, None) if subject.formula.is_ok() => known(series.parameter, RequestedForm::Formula),
        (None, None) => {
            let candidates = candidates(law, series, subject);
            if candidates.is_empty() && subject.opaque.is_none() {
                let why = "its series in s = i omega has infinitely many terms, and it is no known transform";
                return Err(order_needed(law, series.parameter, choice.distribution, why, subject));
            }
            return Ok(candidates.into_iter().find(|rule| subject.accepts(rule.highest_order())));
        }
        (None, Some(order)) => match ending {
            Some((reason, last)) if last <= order => terminating(series, reason, last),
            Some(_) | None => truncated(series, subject.degree, order),
        },
    };
    Ok(Some(rule).filter(|rule| subject.accepts(rule.highest_order())))
}

/// The exact rules of a parameter, the preferred one first: terminating, discrete, then those that use a derivative of
/// `f` before those that do not, for their smaller variance. A law without density is met at its atoms only, and there
/// differences are as good and ask for nothing between the atoms.
#[must_use]
pub fn candidates(law: &Law, series: &ParameterSeries, subject: &Subject) -> Vec<Rule> {
    let mut rules: Vec<Rule> =
        ending(series, subject.degree).map(|(reason, last)| terminating(series, reason, last)).into_iter().collect();
    let mut exact_rules = exact_rules(law, series);
    exact_rules.sort_by_key(|(form, _)| match form {
        RequestedForm::Discrete => 0,
        RequestedForm::Auxiliary(_) => 1 + u8::from(series.lattice),
        _ => 2 - u8::from(series.lattice),
    });
    rules.extend(exact_rules.into_iter().map(|(form, rule)| exact(series.parameter, form, rule)));
    rules
}

/// Every exact rule that is no series, with the form that asks for it: those that were found, then the author's.
pub(super) fn exact_rules<'a>(law: &'a Law, series: &'a ParameterSeries) -> Vec<(RequestedForm, &'a ExactRule)> {
    let (mut auxiliary, mut difference) = (0, 0);
    let written = law.rules.iter().filter(|rule| rule.parameter == series.parameter).map(|rule| &rule.rule);
    let all = series.exact.iter().chain(written);
    all.map(|rule| {
        let form = match (rule.origin, rule.highest_order()) {
            (Origin::FiniteSupport, _) => RequestedForm::Discrete,
            (Origin::Transform | Origin::Author { .. }, 0) => {
                difference += 1;
                RequestedForm::Difference(difference)
            }
            (Origin::Transform | Origin::Author { .. }, _) => {
                auxiliary += 1;
                RequestedForm::Auxiliary(auxiliary)
            }
        };
        (form, rule)
    })
    .collect()
}

fn exact(parameter: ParamId, form: RequestedForm, rule: &ExactRule) -> Rule {
    let origin = rule.origin;
    let form = match form {
        RequestedForm::Discrete => Form::Discrete,
        RequestedForm::Difference(_) => Form::Difference { origin },
        RequestedForm::Formula
        | RequestedForm::ClosedForm
        | RequestedForm::Auxiliary(_)
        | RequestedForm::Truncated
        | RequestedForm::Terminating
        | RequestedForm::Pathwise
        | RequestedForm::Score(_)
        | RequestedForm::Weak => Form::Auxiliary { origin },
    };
    Rule { stencils: rule.stencils.clone(), ..self::rule(parameter, form, rule.derivatives.clone()) }
}

/// The rule where the expectation or `a(D) f` is known.
const fn known(parameter: ParamId, form: RequestedForm) -> Rule {
    let form = if matches!(form, RequestedForm::ClosedForm) { Form::ClosedForm } else { Form::Formula };
    rule(parameter, form, Vec::new())
}

/// Why the rule's sum is finite and the last order that counts.
pub(super) fn ending(series: &ParameterSeries, function_degree: Option<u32>) -> Option<(Ending, u32)> {
    let by_series = series.degree.map(|degree| (Ending::Series { degree }, degree));
    let by_function =
        function_degree.filter(|degree| *degree <= series.computed_to || series.degree.is_some()).map(|degree| {
            // The last order that is not zero, so that an order below the degree of f can be enough.
            let last = kept(series, degree).last().map_or(0, |coefficient| coefficient.order);
            (Ending::Function { degree }, last)
        });
    match (by_series, by_function) {
        (Some(series), Some(function)) => Some(if function.1 < series.1 { function } else { series }),
        (series, function) => series.or(function),
    }
}

fn kept(series: &ParameterSeries, order: u32) -> impl Iterator<Item = &Coefficient> {
    series.coefficients.iter().take_while(move |coefficient| coefficient.order <= order)
}

pub(super) fn terminating(series: &ParameterSeries, reason: Ending, last: u32) -> Rule {
    rule(series.parameter, Form::Terminating { reason }, kept(series, last).cloned().collect())
}

fn truncated(series: &ParameterSeries, function_degree: Option<u32>, order: u32) -> Rule {
    let discarded = series
        .coefficients
        .iter()
        .find(|coefficient| coefficient.order > order)
        // Beyond its degree the derivatives of f vanish.
        .filter(|coefficient| function_degree.is_none_or(|degree| coefficient.order <= degree))
        .cloned();
    rule(series.parameter, Form::Truncated { order, discarded }, kept(series, order).cloned().collect())
}

pub(super) const fn rule(parameter: ParamId, form: Form, coefficients: Vec<Coefficient>) -> Rule {
    Rule { parameter, form, coefficients, stencils: Vec::new(), radius: Radius::Unknown, alternatives: Vec::new() }
}
