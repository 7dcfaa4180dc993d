use super::super::interpreter::underlined;
use super::*;
use crate::ir::display::infix_joint;
use crate::ir::verify::verify_joint_law;

const GAUSSIAN: &str = "fn gaussian(omega: &[Frequency], mu: &[Real], sigma: &Covariance) -> LogCf {
    I * dot(mu, omega) - quadratic(omega, sigma) / 2.0
}";

fn parse(options: &str, item: &str) -> Result<JointLaw, Errors> {
    let item = syn::parse_str(item).expect("a function");
    match parse_law(options.parse().expect("tokens"), &item)? {
        Distribution::Joint(law) => Ok(*law),
        Distribution::Scalar(law) => panic!("{} is of one variable", law.name),
    }
}

fn refuse(options: &str, item: &str) -> Vec<(Code, String)> {
    underlined(&parse(options, item).expect_err(options))
}

fn one(code: Code, guilty: &str) -> Vec<(Code, String)> {
    vec![(code, guilty.to_owned())]
}

#[test]
fn a_joint_law_has_all_its_parts() {
    let law = parse("sample = mu + cholesky(sigma) * normal()", GAUSSIAN).expect("sound");
    assert_eq!(verify_joint_law(&law), Ok(()));
    assert_eq!((law.function.as_str(), law.name.as_str()), ("gaussian", "Gaussian"));
    let shapes: Vec<ParameterShape> = law.parameters.iter().map(|parameter| parameter.shape).collect();
    assert_eq!(shapes, [ParameterShape::Vector, ParameterShape::Covariance]);
    assert_eq!(law.log_cf.reductions[1], Reduction::Quadratic(ParamId(1)));
    assert_eq!(infix_joint(&law), "i * Σ_j(mu * ω) - (ω' sigma ω) / 2");
    assert_eq!(law.sampler.step, Some(JointStep::Cholesky(ParamId(1))));
    assert_eq!(law.sampler.base.draws.len(), 1);
}

#[test]
fn rules_are_read_along_linear_functions() {
    let item = "fn law(omega: &[Frequency], a: &[Positive]) -> LogCf {
        a.iter().zip(omega).map(|(a, w)| -a * (1.0 - I * w).ln()).sum()
    }";
    let rule = "{ let c = (-exponential() / a.sum()).exp(); a.sum() * df(vertex + (z - vertex) * c, vertex - z) }";
    let mut law = parse(&format!("sample = loggamma(a), rule(a) = {rule}"), item).expect("sound");
    assert_eq!(verify_joint_law(&law), Ok(()));
    assert_eq!(law.totals, [ParamId(0)]);
    let [term] = law.rules[0].rule.stencils.as_slice() else { panic!("one stencil") };
    // The sum over the entries comes after the parameters, and is a factor of the whole.
    assert_eq!(term.coefficient.node(term.coefficient.output()), &Node::Param(ParamId(1)));
    law.totals.clear();
    assert!(verify_joint_law(&law).is_err());
}

#[test]
fn names_may_be_raw() {
    let item = "fn law(omega: &[Frequency], r#type: &[Real], r#in: Positive, sigma: &Covariance) -> LogCf {
        I * dot(r#type, omega) - quadratic(omega, sigma) - r#in * omega.iter().map(|w| w.powi(2)).sum::<LogCf>()
    }";
    let law = parse("sample = r#type + cholesky(sigma) * normal() + r#in - r#in", item).expect("sound");
    assert_eq!(law.parameters[0].name, "type");
}

#[test]
fn equal_reductions_are_one() {
    let law = "fn law(omega: &[Frequency], p: &Simplex) -> LogCf {
        let sum = p.iter().zip(omega).map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>();
        let again = p.iter().zip(omega).map(|(q, w)| q * (I * w).exp()).sum::<LogCf>();
        (sum * again).ln() / 2.0
    }";
    let law = parse("sample = uniform()", law).expect("sound");
    assert_eq!(verify_joint_law(&law), Ok(()));
    assert_eq!(law.log_cf.reductions.len(), 1);
    assert_eq!(law.parameters[0].shape, ParameterShape::Simplex);
}

#[test]
fn samplers_have_one_joint_function_around_all_draws() {
    for (sample, guilty) in [
        ("cholesky(sigma) * normal() + cholesky(sigma) * normal()", "cholesky(sigma) * normal()"),
        ("mu + normal() + softmax(exponential())", "exponential()"),
        ("mu + cholesky(mu) * normal()", "cholesky(mu)"),
        ("normal() * cholesky(sigma)", "cholesky(sigma)"),
        ("mu + sigma", "sigma"),
        ("softmax(mu, normal())", "softmax(mu, normal())"),
    ] {
        assert_eq!(refuse(&format!("sample = {sample}"), GAUSSIAN), one(Code::Unsupported, guilty), "{sample}");
    }
    assert_eq!(refuse("sample = mu + choleski(sigma) * normal()", GAUSSIAN)[0].0, Code::UnknownFunction);
}

#[test]
fn options_that_joint_laws_do_not_have() {
    let sample = "sample = mu + cholesky(sigma) * normal()";
    assert_eq!(refuse("", GAUSSIAN), one(Code::BadOption, "gaussian"));
    assert_eq!(refuse(&format!("{sample}, support = 0.0.."), GAUSSIAN), one(Code::BadOption, "0.0.."));
    assert_eq!(refuse(&format!("{sample}, require = mu < 1.0"), GAUSSIAN), one(Code::BadOption, "mu < 1.0"));
    assert_eq!(refuse(&format!("{sample}, image = z * 2.0"), GAUSSIAN), one(Code::BadOption, "z * 2.0"));
    assert_eq!(refuse(&format!("{sample}, rule(sigma) = df(z, vertex)"), GAUSSIAN), one(Code::UnknownName, "sigma"));
}

#[test]
fn kinds_of_parameters() {
    let of = |kind: &str| {
        refuse("sample = a", &format!("fn law(omega: &[Frequency], a: {kind}) -> LogCf {{ I * dot(a, omega) }}"))
    };
    for kind in ["Covariance", "&[Covariance]", "&Real", "[Real; 3]", "&mut [Real]", "Vec<Real>", "&[Count]"] {
        assert_eq!(of(kind), one(Code::UnknownParameterKind, kind));
    }
}
