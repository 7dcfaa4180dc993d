use super::*;
use crate::parse::joint::parse_joint;
use crate::rule::Ending;

fn select(log_cf: &str, forms: &[(&str, RequestedForm)], order: Option<u32>) -> Result<Vec<Rule>, Code> {
    let item = format!(
        "fn law(omega: &[Frequency], mu: &[Real], b: &[Positive], scale: Positive, sigma: &Covariance) -> LogCf {{ {log_cf} }}"
    );
    let options = "sample = cholesky(sigma) * normal()".parse().expect("tokens");
    let law = parse_joint(options, &syn::parse_str(&item).expect("a function")).expect("sound");
    let span = Span::call_site();
    let choice = Choice {
        order: order.map(|order| (order, span)),
        form: None,
        forms: forms.iter().map(|(name, form)| ((*name).to_owned(), *form, span)).collect(),
        distribution: span,
    };
    select_joint(&law, &Subject::default(), &choice).map_err(|errors| errors.faults()[0].code)
}

const SUM: &str = "I * dot(mu, omega) - quadratic(omega, sigma) / 3.0 + quadratic(omega, sigma) / 12.0
    - b.iter().zip(omega).map(|(b, w)| scale * (1.0 + b.powi(2) * w.powi(2)).ln()).sum::<LogCf>()";

#[test]
fn parts_that_are_added_have_their_own_rules() {
    let rules = select(SUM, &[], None).expect("rules");
    let parameters: Vec<usize> = rules.iter().map(|rule| rule.parameter.0).collect();
    assert_eq!(parameters, [0, 1, 2, 3]);
    assert_eq!(rules[0].form, Form::Terminating { reason: Ending::Series { degree: 1 } });
    assert!(matches!(rules[1].form, Form::Auxiliary { .. }) && matches!(rules[2].form, Form::Auxiliary { .. }));
    // The factors of the quadratic add up: -1/3 + 1/12 = -1/4.
    assert_eq!(rules[3].form, Form::Hessian { coefficient: Rational::new(1.into(), 4.into()) });
    // Parameters keep the numbers that they have in the joint law.
    let read: Vec<&Node> = rules[2].stencils[0].stencil.numbers.graph.iter().map(|(_, node)| node).collect();
    assert!(read.contains(&&Node::Param(ParamId(1))), "{read:?}");
}

#[test]
fn what_is_no_sum_has_no_rule() {
    let product = "I * dot(mu, omega) - (1.0 + quadratic(omega, sigma)).ln() * scale
        - b.iter().zip(omega).map(|(b, w)| b * w.powi(2)).sum::<LogCf>()";
    assert_eq!(select(product, &[], None), Err(Code::FormUnavailable));
    assert_eq!(select(&SUM.replace("/ 3.0", "* scale"), &[], None), Err(Code::FormUnavailable));
}

#[test]
fn choices_that_do_not_apply() {
    assert_eq!(select(SUM, &[], Some(4)), Err(Code::BadOption));
    assert_eq!(select(SUM, &[("nu", RequestedForm::Terminating)], None), Err(Code::UnknownName));
    assert_eq!(select(SUM, &[("sigma", RequestedForm::Discrete)], None), Err(Code::FormUnavailable));
    assert_eq!(select(SUM, &[("mu", RequestedForm::Formula)], None), Err(Code::FormUnavailable));
    let second = select(SUM, &[("b", RequestedForm::Auxiliary(2)), ("sigma", RequestedForm::Terminating)], None);
    assert_ne!(second.expect("rules")[1].stencils, select(SUM, &[], None).expect("rules")[1].stencils);
}

/// The pathwise rule of a law with this sample expression and a rule beside it that reads this as the sum.
fn pathwise(sample: &str, sum: &str) -> Result<Rule, String> {
    let item = "fn law(omega: &[Frequency], alpha: &[Positive]) -> LogCf {
        alpha.iter().zip(omega).map(|(alpha, omega)| -alpha * (1.0 - I * omega).ln()).sum()
    }";
    let options = format!("image = z / z.sum(), sample = {sample}, rule(alpha) = df(z, vertex - z) / {sum}");
    let law = parse_joint(options.parse().expect("tokens"), &syn::parse_str(item).expect("a function")).expect("sound");
    let span = Span::call_site();
    let choice = Choice { order: None, form: Some((RequestedForm::Pathwise, span)), forms: vec![], distribution: span };
    let rules =
        select_joint(&law, &Subject::default(), &choice).map_err(|errors| errors.faults()[0].message.clone())?;
    Ok(rules[0].clone())
}

#[test]
fn shares_of_gamma_numbers_have_a_pathwise_rule() {
    let rule = pathwise("softmax(loggamma(alpha))", "alpha.sum()").expect("a rule");
    assert_eq!((rule.form, rule.stencils.len()), (Form::Pathwise, 1));
    let other = pathwise("softmax(loggamma(2.0 * alpha))", "alpha.sum()").expect_err("other shapes");
    assert!(other.contains("the sample expression is not `softmax(loggamma(alpha))`"), "{other}");
    let without_sum = pathwise("softmax(loggamma(alpha))", "2.0").expect_err("no sum");
    assert!(without_sum.contains("which no rule beside the law does"), "{without_sum}");
}
