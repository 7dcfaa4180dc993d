//! Chooses the form of each parameter's rule.
//!
//! Without an order every parameter gets an exact rule: its series ends, or the derivatives of `f` do. With `order = N` the
//! series is kept to `N`, and no other form takes its place; where series or `f` end before, the rule says so and is
//! exact. `form = …` forces one, for all parameters or for one of them.

use proc_macro2::Span;

use super::derivation::{Derivation, ParameterSeries};
use super::form::{Coefficient, Ending, Form, MAX_ORDER, RequestedForm, Rule};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Law, ParamId};

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
    fn form_of(&self, name: &str) -> Option<(RequestedForm, Span)> {
        self.forms.iter().find(|form| form.0 == name).map(|form| (form.1, form.2)).or(self.form)
    }
}

/// Up to which order coefficients have to be derived for a choice; checks the order and the parameters' names.
///
/// # Errors
/// [`Code::BadOrder`] for an order outside 1 to 64 or a polynomial `f` of higher degree; [`Code::UnknownName`] for a form of
/// something that is not a parameter.
pub fn required_order(law: &Law, function_degree: Option<u32>, choice: &Choice) -> Result<u32, Errors> {
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
        Some((RequestedForm::Truncated, _)) => false,
        None => choice.order.is_none(),
    });
    let degree = function_degree.unwrap_or(0);
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

/// The rule of every parameter that has a gradient. `function_degree` is the degree of `f` if `f` is a polynomial in the draw.
///
/// The bias of the result: none for terminating rules, the dropped terms (the first of which is named) for truncated ones.
///
/// # Errors
/// Those of [`required_order`]; [`Code::OrderNeeded`] where no exact rule was found and no order given;
/// [`Code::FormUnavailable`] where a terminating rule was asked for and neither series nor `f` end.
pub fn select(
    law: &Law,
    derivation: &Derivation,
    function_degree: Option<u32>,
    choice: &Choice,
) -> Result<Vec<Rule>, Errors> {
    required_order(law, function_degree, choice)?;
    let mut errors = Errors::new();
    let mut rules = Vec::new();
    for series in &derivation.parameters {
        match select_one(law, series, function_degree, choice) {
            Ok(rule) => rules.push(rule),
            Err(fault) => errors.push(fault),
        }
    }
    errors.into_result()?;
    Ok(rules)
}

fn select_one(
    law: &Law,
    series: &ParameterSeries,
    function_degree: Option<u32>,
    choice: &Choice,
) -> Result<Rule, Fault> {
    let name = &law.parameters[series.parameter.0].name;
    let order = choice.order.map(|order| order.0);
    let form = choice.form_of(name);
    let ending = ending(series, function_degree);
    match (form, order) {
        (Some((RequestedForm::Truncated, span)), None) => {
            Err(order_needed(name, span, "a truncated rule needs an order"))
        }
        (Some((RequestedForm::Truncated, _)), Some(order)) => Ok(truncated(series, function_degree, order)),
        (Some((RequestedForm::Terminating, span)), order) => match ending {
            None => Err(Fault::new(
                Code::FormUnavailable,
                span,
                format!(
                    "no terminating rule for `{name}`: its series in s = i omega has infinitely many terms, and f is not a \
                     polynomial in the draw"
                ),
                format!("ask for it for the other parameters only, or give an order for `{name}`, such as `order = 8`"),
            )),
            Some((reason, last)) => match order {
                Some(order) if order < last => Err(Fault::new(
                    Code::FormUnavailable,
                    span,
                    format!("the terminating rule for `{name}` goes to order {last}, beyond `order = {order}`"),
                    format!("leave the order out or raise it to {last}"),
                )),
                Some(_) | None => Ok(terminating(series, reason, last)),
            },
        },
        (None, None) => match ending {
            Some((reason, last)) => Ok(terminating(series, reason, last)),
            None => Err(order_needed(name, choice.distribution, "its series in s = i omega has infinitely many terms")),
        },
        (None, Some(order)) => match ending {
            Some((reason, last)) if last <= order => Ok(terminating(series, reason, last)),
            Some(_) | None => Ok(truncated(series, function_degree, order)),
        },
    }
}

/// Why the rule's sum is finite and the last order that counts.
fn ending(series: &ParameterSeries, function_degree: Option<u32>) -> Option<(Ending, u32)> {
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

fn terminating(series: &ParameterSeries, reason: Ending, last: u32) -> Rule {
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

const fn rule(parameter: ParamId, form: Form, coefficients: Vec<Coefficient>) -> Rule {
    Rule { parameter, form, coefficients }
}

fn order_needed(name: &str, span: Span, why: &str) -> Fault {
    Fault::new(
        Code::OrderNeeded,
        span,
        format!("no exact rule is known for parameter `{name}`, and no order is given: {why}"),
        "give the highest order to keep, such as `order = 4` or `order = 8`; the rule is then biased by what is dropped",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::text;
    use crate::series::samples::laplace;

    fn laplace_derivation() -> Derivation {
        // ∂_mu: s; ∂_b: 2b s² / (1 - b² s²)
        let text = "logphi derivation 1\nparameter mu\n  degree 1\n  computed 4\n  a1 = 1\nparameter b\n  degree unknown\n  \
                    computed 6\n  a2 = 2 * b\n  a4 = 2 * b^3\n  a6 = 2 * b^5\nend\n";
        text::read(text, &laplace()).unwrap()
    }

    fn choice(order: Option<u32>, form: Option<RequestedForm>) -> Choice {
        let span = Span::call_site();
        Choice {
            order: order.map(|order| (order, span)),
            form: form.map(|form| (form, span)),
            forms: Vec::new(),
            distribution: span,
        }
    }

    fn orders(rule: &Rule) -> Vec<u32> {
        rule.coefficients.iter().map(|coefficient| coefficient.order).collect()
    }

    fn code(result: Result<Vec<Rule>, Errors>) -> Code {
        result.unwrap_err().faults()[0].code
    }

    #[test]
    fn an_order_truncates_and_names_what_is_dropped() {
        let rules = select(&laplace(), &laplace_derivation(), None, &choice(Some(4), None)).unwrap();
        assert_eq!(rules[0].form, Form::Terminating { reason: Ending::Series { degree: 1 } });
        assert_eq!(orders(&rules[1]), [2, 4]);
        let Form::Truncated { order: 4, discarded: Some(discarded) } = &rules[1].form else {
            panic!("{:?}", rules[1].form)
        };
        assert_eq!(discarded.order, 6);
    }

    #[test]
    fn a_polynomial_ends_the_series() {
        for degree in [4, 5] {
            let rules = select(&laplace(), &laplace_derivation(), Some(degree), &choice(None, None)).unwrap();
            assert_eq!(rules[1].form, Form::Terminating { reason: Ending::Function { degree } });
            assert_eq!(orders(&rules[1]), [2, 4]);
        }
        let rules = select(&laplace(), &laplace_derivation(), Some(4), &choice(Some(2), None)).unwrap();
        let Form::Truncated { discarded: Some(discarded), .. } = &rules[1].form else { panic!("{:?}", rules[1].form) };
        assert_eq!(discarded.order, 4);
    }

    #[test]
    fn without_order_an_infinite_series_asks_for_one() {
        let errors = select(&laplace(), &laplace_derivation(), None, &choice(None, None)).unwrap_err();
        let [fault] = errors.faults() else { panic!("one parameter is at fault") };
        assert_eq!(fault.code, Code::OrderNeeded);
        assert!(fault.message.contains("`b`") && fault.help.contains("order = 8"), "{fault}");
    }

    #[test]
    fn forced_forms() {
        let law = laplace();
        let run = |order, form| select(&law, &laplace_derivation(), None, &choice(order, Some(form)));
        assert_eq!(code(run(None, RequestedForm::Truncated)), Code::OrderNeeded);
        assert_eq!(code(run(Some(4), RequestedForm::Terminating)), Code::FormUnavailable);
        assert!(run(Some(4), RequestedForm::Truncated).unwrap().iter().all(|rule| !rule.is_exact()));
        let mut one = choice(None, None);
        one.forms.push(("mu".to_owned(), RequestedForm::Terminating, Span::call_site()));
        assert_eq!(code(select(&law, &laplace_derivation(), None, &one)), Code::OrderNeeded);
        one.forms.push(("c".to_owned(), RequestedForm::Terminating, Span::call_site()));
        assert_eq!(code(select(&law, &laplace_derivation(), None, &one)), Code::UnknownName);
    }

    #[test]
    fn orders_are_bounded_and_cover_the_function() {
        let law = laplace();
        for order in [0, 65, 200] {
            assert_eq!(
                required_order(&law, None, &choice(Some(order), None)).unwrap_err().faults()[0].code,
                Code::BadOrder
            );
        }
        assert_eq!(required_order(&law, Some(6), &choice(None, None)).unwrap(), 6);
        assert_eq!(required_order(&law, Some(6), &choice(Some(2), None)).unwrap(), 2);
        assert_eq!(required_order(&law, Some(6), &choice(Some(2), Some(RequestedForm::Terminating))).unwrap(), 6);
    }
}
