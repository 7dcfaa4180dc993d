use super::*;
use crate::rule::text;
use crate::series::samples::laplace;

fn laplace_derivation() -> Derivation {
    // ∂_mu: s; ∂_b: 2b s² / (1 - b² s²)
    let text = "logphi derivation 2\nparameter mu\n  degree 1\n  computed 4\n  lattice no\n  radius unknown\n  a1 = 1\nparameter b\n  degree unknown\n  \
                computed 6\n  lattice no\n  radius unknown\n  a2 = 2 * b\n  a4 = 2 * b^3\n  a6 = 2 * b^5\nend\n";
    text::read(text, &laplace()).unwrap()
}

fn polynomial(degree: u32) -> Subject {
    Subject { degree: Some(degree), ..Subject::default() }
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
    let rules = select(&laplace(), &laplace_derivation(), &Subject::default(), &choice(Some(4), None)).unwrap();
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
        let rules = select(&laplace(), &laplace_derivation(), &polynomial(degree), &choice(None, None)).unwrap();
        assert_eq!(rules[1].form, Form::Terminating { reason: Ending::Function { degree } });
        assert_eq!(orders(&rules[1]), [2, 4]);
    }
    let rules = select(&laplace(), &laplace_derivation(), &polynomial(4), &choice(Some(2), None)).unwrap();
    let Form::Truncated { discarded: Some(discarded), .. } = &rules[1].form else { panic!("{:?}", rules[1].form) };
    assert_eq!(discarded.order, 4);
}

#[test]
fn without_order_an_infinite_series_asks_for_one() {
    let errors = select(&laplace(), &laplace_derivation(), &Subject::default(), &choice(None, None)).unwrap_err();
    let [fault] = errors.faults() else { panic!("one parameter is at fault") };
    assert_eq!(fault.code, Code::OrderNeeded);
    assert!(fault.message.contains("`b`") && fault.help.contains("order = 8"), "{fault}");
}

#[test]
fn a_formula_comes_first_unless_an_order_is_given() {
    let known = Subject { formula: Ok(()), ..polynomial(4) };
    let run = |order, form| select(&laplace(), &laplace_derivation(), &known, &choice(order, form)).unwrap();
    assert!(run(None, None).iter().all(|rule| rule.form == Form::Formula && rule.is_exact()));
    assert!(run(Some(4), None).iter().all(|rule| matches!(rule.form, Form::Terminating { .. })));
    assert!(run(None, Some(RequestedForm::ClosedForm)).iter().all(|rule| rule.form == Form::ClosedForm));
    let subject = Subject::default();
    for form in [RequestedForm::Formula, RequestedForm::ClosedForm] {
        let refused = select(&laplace(), &laplace_derivation(), &subject, &choice(None, Some(form)));
        let errors = refused.unwrap_err();
        assert!(errors.faults().iter().all(|fault| fault.code == Code::FormUnavailable), "{form}");
        assert!(errors.faults()[0].message.contains("parts of which nothing is known"), "{form}");
    }
    let truncated = choice(None, Some(RequestedForm::Truncated));
    let errors = select(&laplace(), &laplace_derivation(), &known, &truncated).unwrap_err();
    assert!(errors.faults()[0].help.contains("form = formula"), "{}", errors.faults()[0]);
}

#[test]
fn forced_forms() {
    let law = laplace();
    let run = |order, form| select(&law, &laplace_derivation(), &Subject::default(), &choice(order, Some(form)));
    assert_eq!(code(run(None, RequestedForm::Truncated)), Code::OrderNeeded);
    assert_eq!(code(run(Some(4), RequestedForm::Terminating)), Code::FormUnavailable);
    assert!(run(Some(4), RequestedForm::Truncated).unwrap().iter().all(|rule| !rule.is_exact()));
    let mut one = choice(None, None);
    one.forms.push(("mu".to_owned(), RequestedForm::Terminating, Span::call_site()));
    assert_eq!(code(select(&law, &laplace_derivation(), &Subject::default(), &one)), Code::OrderNeeded);
    one.forms.push(("c".to_owned(), RequestedForm::Terminating, Span::call_site()));
    assert_eq!(code(select(&law, &laplace_derivation(), &Subject::default(), &one)), Code::UnknownName);
}

#[test]
fn orders_are_bounded_and_cover_the_function() {
    let law = laplace();
    let any = Subject::default();
    for order in [0, 65, 200] {
        assert_eq!(
            required_order(&law, &any, &choice(Some(order), None)).unwrap_err().faults()[0].code,
            Code::BadOrder
        );
    }
    let sixth = polynomial(6);
    assert_eq!(required_order(&law, &sixth, &choice(None, None)).unwrap(), 6);
    assert_eq!(required_order(&law, &sixth, &choice(Some(2), None)).unwrap(), 2);
    assert_eq!(required_order(&law, &sixth, &choice(Some(2), Some(RequestedForm::Terminating))).unwrap(), 6);
    // A formula asks for no series.
    let known = Subject { formula: Ok(()), ..polynomial(6) };
    assert_eq!(required_order(&law, &known, &choice(None, None)).unwrap(), 1);
    assert_eq!(required_order(&law, &known, &choice(None, Some(RequestedForm::Terminating))).unwrap(), 6);
}
