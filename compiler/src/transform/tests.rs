//! What is recognised, law by law, and which rules of authors pass.

use crate::emit::stencil;
use crate::ir::Law;
use crate::parse::distribution::parse_distribution;
use crate::series::gradient::derive;

fn law(item: &str) -> Law {
    parse_distribution(Default::default(), &syn::parse_str(item).expect("a function")).expect("a law")
}

/// The rules of every parameter, a line each.
fn rules(item: &str) -> Vec<String> {
    let law = law(item);
    let derivation = derive(&law, 2).expect("a derivation");
    let mut lines = Vec::new();
    for series in &derivation.parameters {
        let parameter = &law.parameters[series.parameter.0];
        for rule in &series.exact {
            let mut text = String::new();
            for term in &rule.stencils {
                let (negative, body) = stencil::term(&law.parameters, term);
                text += &format!(
                    "{}{body}; {}",
                    if negative { "-" } else { "" },
                    stencil::draws(&law.parameters, &term.stencil)
                );
            }
            lines.push(format!("{}: {} {text}", parameter.name, rule.derivatives.len()));
        }
    }
    lines
}

#[test]
fn show() {
    for item in [
        "fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf { I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln() }",
        "fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }",
        "fn exponential(omega: Frequency, rate: Positive) -> LogCf { -(1.0 - I * omega / rate).ln() }",
        "fn chi2(omega: Frequency, nu: Positive) -> LogCf { -nu / 2.0 * (1.0 - 2.0 * I * omega).ln() }",
        "fn asymmetric_laplace(omega: Frequency, m: Real, lam: Positive, kappa: Positive) -> LogCf { let s = I * omega; m * s - (1.0 - s / (lam * kappa)).ln() - (1.0 + s * kappa / lam).ln() }",
        "fn inverse_gaussian(omega: Frequency, mu: Positive, lam: Positive) -> LogCf { lam / mu * (1.0 - (1.0 - 2.0 * I * mu.powi(2) * omega / lam).sqrt()) }",
        "fn variance_gamma(omega: Frequency, c: Real, theta: Real, sigma: Positive, nu: Positive) -> LogCf { I * c * omega - (1.0 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2.0).ln() / nu }",
        "fn nig(omega: Frequency, alpha: Positive, beta: Real, delta: Positive, m: Real) -> LogCf { let root = (alpha.powi(2) - beta.powi(2)).sqrt(); I * m * omega + delta * (root - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt()) }",
        "fn tempered_stable(omega: Frequency, c: Positive, lam: Positive) -> LogCf { -2.0 * PI.sqrt() * c * ((lam - I * omega).sqrt() - lam.sqrt()) }",
        "fn merton(omega: Frequency, g: Real, v: Positive, lam: Positive, m: Real, d2: Positive) -> LogCf { let s = I * omega; g * s + v * s.powi(2) / 2.0 + lam * ((m * s + d2 * s.powi(2) / 2.0).exp() - 1.0) }",
        "fn poisson(omega: Frequency, lam: Positive) -> LogCf { lam * (I * omega).exp_m1() }",
        "fn skellam(omega: Frequency, lam1: Positive, lam2: Positive) -> LogCf { lam1 * ((I * omega).exp() - 1.0) + lam2 * ((-I * omega).exp() - 1.0) }",
        "fn bernoulli(omega: Frequency, p: Probability) -> LogCf { (1.0 - p + p * (I * omega).exp()).ln() }",
        "fn binomial(omega: Frequency, p: Probability) -> LogCf { 5.0 * (1.0 - p + p * (I * omega).exp()).ln() }",
        "fn geometric(omega: Frequency, p: Probability) -> LogCf { p.ln() - (1.0 - (1.0 - p) * (I * omega).exp()).ln() }",
        "fn negative_binomial(omega: Frequency, r: Positive, p: Probability) -> LogCf { r * p.ln() - r * (1.0 - (1.0 - p) * (I * omega).exp()).ln() }",
        "fn tweedie(omega: Frequency, rate: Positive, k: Positive, mu: Positive) -> LogCf { rate * ((1.0 - I * mu * omega).powf(-k) - 1.0) }",
    ] {
        println!("{}", item.split('(').next().unwrap_or(""));
        for line in rules(item) {
            println!("   {line}");
        }
    }
    assert!(std::env::var_os("SHOW").is_none(), "shown");
}

/// The code and message of the fault of a law with a rule; none if it passes.
fn checked(options: &str, item: &str) -> Option<String> {
    let item = syn::parse_str(item).expect("a function");
    let law = parse_distribution(options.parse().expect("tokens"), &item).expect("a law");
    derive(&law, 2).err().map(|errors| errors.faults()[0].to_string())
}

const BINOMIAL: &str =
    "fn binomial(omega: Frequency, n: Count, p: Probability) -> LogCf { n * (1.0 - p + p * (I * omega).exp()).ln() }";
const UNIFORM: &str = "fn uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega; (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln() }";
const LOGISTIC: &str = "fn logistic(omega: Frequency, m: Real, sc: Positive) -> LogCf {
    I * m * omega + (PI * sc * omega / (PI * sc * omega).sinh()).ln() }";
const TRIANGULAR: &str = "fn triangular(omega: Frequency, a: Real, b: Real, c: Real) -> LogCf { let s = I * omega;
    let above = (b - c) * (a * s).exp() - (b - a) * (c * s).exp() + (c - a) * (b * s).exp();
    (2.0 * above / ((b - a) * (c - a) * (b - c) * s.powi(2))).ln() }";

#[test]
fn rules_of_authors_pass_if_they_are_right() {
    let start = std::time::Instant::now();
    for (rule, item) in [
        ("rule(p) = { let w = z - bernoulli(z / n); n * (f(w + 1.0) - f(w)) }", BINOMIAL),
        ("rule(b) = (f(b) - f(z)) / (b - a), rule(a) = (f(z) - f(a)) / (b - a)", UNIFORM),
        ("rule(b) = 0.5 * df(a + (b - a) * beta(2.0, 1.0))", UNIFORM),
        ("rule(sc) = PI * PI * sc / 3.0 * ddf(z + sc * (exponential() - exponential()) / zeta_mixture())", LOGISTIC),
        (
            "rule(c) = { let w = beta(2.0, 2.0); let u = uniform(); df(c * w + (1.0 - w) * (a * u + b * (1.0 - u))) / 3.0 }",
            TRIANGULAR,
        ),
    ] {
        assert_eq!(checked(rule, item), None, "{rule}");
        println!("{rule}: {:?}", start.elapsed());
    }
}

#[test]
fn rules_of_authors_are_refused_if_they_are_wrong() {
    for (rule, item, why) in [
        ("rule(p) = { let w = z - bernoulli(z / n); (n + 1.0) * (f(w + 1.0) - f(w)) }", BINOMIAL, "z^1"),
        ("rule(p) = n * (f(z + 1.0) - f(z))", BINOMIAL, "z^2"),
        ("rule(p) = { let w = z - bernoulli(z / n); n * f(w + 1.0) }", BINOMIAL, "z^0"),
        ("rule(b) = (f(b) - f(z)) / (b + a)", UNIFORM, "z^1"),
        ("rule(b) = 0.5 * df(a + (b - a) * beta(2.0, 2.0))", UNIFORM, "z^2"),
        ("rule(sc) = PI * PI * sc / 3.0 * ddf(z + sc * (exponential() - exponential()))", LOGISTIC, "z^4"),
        ("rule(sc) = sc * ddf(z + sc * normal().exp())", LOGISTIC, "cannot be checked"),
    ] {
        let message = checked(rule, item).expect(rule);
        assert!(message.starts_with("[L0304]") && message.contains(why), "{rule}: {message}");
    }
}
