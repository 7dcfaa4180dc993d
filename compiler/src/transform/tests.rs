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
            lines.push(format!("{}: {}", parameter.name, text.trim_end_matches("; ")));
        }
    }
    lines
}

#[test]
fn rules_are_those_of_the_table() {
    // The first rules of each parameter, compared by eye with a table of exact forms that was checked by quadrature.
    let table: &[(&str, &[&str])] = &[
        (
            "fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf { I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln() }",
            &[
                "b: 2 * b * E f''(z + b * (T1 - T2)); T1 ~ exponential(), T2 ~ exponential()",
                "b: E [f'(z + b * T) - f'(z - T * b)]; T ~ exponential()",
            ],
        ),
        (
            "fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }",
            &[
                "k: mu * E f'(z + mu * U * T); U ~ uniform(), T ~ exponential()",
                "mu: k * E f'(z + mu * T); T ~ exponential()",
                "mu: k / mu * E [f(z + mu * T) - f(z)]; T ~ exponential()",
            ],
        ),
        (
            "fn asymmetric_laplace(omega: Frequency, m: Real, lam: Positive, kappa: Positive) -> LogCf { let s = I * omega; m * s - (1.0 - s / (lam * kappa)).ln() - (1.0 + s * kappa / lam).ln() }",
            &[
                "lam: -1 / (lam^2 * kappa) * E [f'(z + T / (lam * kappa)) - kappa^2 * f'(z - T * kappa / lam)]; T ~ exponential()",
                "lam: -1 / lam * E [f(z + T / (lam * kappa)) + f(z - T * kappa / lam) - 2 * f(z)]; T ~ exponential()",
                "kappa: -1 / (lam * kappa^2) * E [f'(z + T / (lam * kappa)) + kappa^2 * f'(z - T * kappa / lam)]; T ~ exponential()",
                "kappa: -1 / kappa * E [f(z + T / (lam * kappa)) - f(z - T * kappa / lam)]; T ~ exponential()",
            ],
        ),
        (
            "fn inverse_gaussian(omega: Frequency, mu: Positive, lam: Positive) -> LogCf { lam / mu * (1.0 - (1.0 - 2.0 * I * mu.powi(2) * omega / lam).sqrt()) }",
            &[
                "mu: E f'(z + 2 * mu^2 * U * (T + N^2 / 2) / lam); N ~ normal(), U ~ uniform(), T ~ exponential()",
                "mu: lam / mu^2 * E [f(z + N^2 * mu^2 / lam) - f(z)]; N ~ normal()",
                "lam: -mu^3 / (2 * lam^2) * E f''(z + 2 * U1 * (T + N1^2 / 2) * mu^2 / lam + mu^2 * U2 * N2^2 / lam); U1 ~ uniform(), N1 ~ normal(), T ~ exponential(), U2 ~ uniform(), N2 ~ normal()",
                "lam: mu / lam * E [f'(z + U * N^2 * mu^2 / lam) - f'(z + N^2 * mu^2 / lam)]; U ~ uniform(), N ~ normal()",
            ],
        ),
        (
            "fn variance_gamma(omega: Frequency, c: Real, theta: Real, sigma: Positive, nu: Positive) -> LogCf { I * c * omega - (1.0 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2.0).ln() / nu }",
            &[
                "theta: E f'(z + T * theta * nu + N * sigma * sqrt(nu) * sqrt(T)); T ~ exponential(), N ~ normal()",
                "sigma: sigma * E f''(z + T * theta * nu + N * sigma * sqrt(nu) * sqrt(T)); T ~ exponential(), N ~ normal()",
                "sigma: 2 / (sigma * nu) * E [f(z + W) - theta * nu * f'(z + W) - f(z)]; W = T * theta * nu + N * sigma * sqrt(nu) * sqrt(T), T ~ exponential(), N ~ normal()",
                "nu: sigma^4 / 8 * E [4 * theta^2 / sigma^4 * f''(z + W) + 4 * theta / sigma^2 * f^(3)(z + W) + f^(4)(z + W)]; W = sqrt(U) * (T1 + T2) * theta * nu + N * sigma * sqrt(nu) * sqrt(sqrt(U) * (T1 + T2)), U ~ uniform(), T1 ~ exponential(), T2 ~ exponential(), N ~ normal()",
                "nu: -sigma^2 / (2 * nu) * E [2 * theta / sigma^2 * f'(z + W1) + f''(z + W1) - 2 * theta / sigma^2 * f'(z + W2) - f''(z + W2)]; W1 = U * T * theta * nu + N * sigma * sqrt(nu) * sqrt(U * T), W2 = T * theta * nu + N * sigma * sqrt(nu) * sqrt(T), U ~ uniform(), T ~ exponential(), N ~ normal()",
            ],
        ),
        (
            "fn nig(omega: Frequency, alpha: Positive, beta: Real, delta: Positive, m: Real) -> LogCf { let root = (alpha.powi(2) - beta.powi(2)).sqrt(); I * m * omega + delta * (root - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt()) }",
            &[
                "alpha: -alpha * delta * sqrt(alpha^2 - beta^2) / (alpha^2 - beta^2) * E [f(z + W) - f(z)]; W = N1^2 * beta / (alpha^2 - beta^2) + N2 * sqrt(2) * sqrt(1 / (alpha^2 - beta^2)) * sqrt(N1^2 / 2), N1 ~ normal(), N2 ~ normal()",
                "beta: delta * sqrt(alpha^2 - beta^2) / (alpha^2 - beta^2) * E [f'(z + W) + beta * f(z + W) - beta * f(z)]; W = N1^2 * beta / (alpha^2 - beta^2) + N2 * sqrt(2) * sqrt(1 / (alpha^2 - beta^2)) * sqrt(N1^2 / 2), N1 ~ normal(), N2 ~ normal()",
                "delta: sqrt(alpha^2 - beta^2) / (2 * (alpha^2 - beta^2)) * E [2 * beta * f'(z + W) + f''(z + W)]; W = U * N1^2 * beta / (alpha^2 - beta^2) + N2 * sqrt(2) * sqrt(1 / (alpha^2 - beta^2)) * sqrt(U * N1^2 / 2), U ~ uniform(), N1 ~ normal(), N2 ~ normal()",
            ],
        ),
        (
            "fn tempered_stable(omega: Frequency, c: Positive, lam: Positive) -> LogCf { -2.0 * PI.sqrt() * c * ((lam - I * omega).sqrt() - lam.sqrt()) }",
            &[
                "c: sqrt(π) * sqrt(lam) / lam * E f'(z + U * N^2 / (2 * lam)); U ~ uniform(), N ~ normal()",
                "lam: -c * sqrt(π) * sqrt(lam) / (2 * lam^2) * E f'(z + U * (T + N^2 / 2) / lam); N ~ normal(), U ~ uniform(), T ~ exponential()",
                "lam: -c * sqrt(π) * sqrt(lam) / lam * E [f(z + N^2 / (2 * lam)) - f(z)]; N ~ normal()",
            ],
        ),
        (
            "fn merton(omega: Frequency, g: Real, v: Positive, lam: Positive, m: Real, d2: Positive) -> LogCf { let s = I * omega; g * s + v * s.powi(2) / 2.0 + lam * ((m * s + d2 * s.powi(2) / 2.0).exp() - 1.0) }",
            &[
                "lam: E [(m + N * sqrt(d2)) * f'(z + U * (m + N * sqrt(d2)))]; N ~ normal(), U ~ uniform()",
                "lam: E [f(z + m + N * sqrt(d2)) - f(z)]; N ~ normal()",
                "m: lam * E f'(z + m + N * sqrt(d2)); N ~ normal()",
                "d2: lam / 2 * E f''(z + m + N * sqrt(d2)); N ~ normal()",
            ],
        ),
        (
            "fn poisson(omega: Frequency, lam: Positive) -> LogCf { lam * (I * omega).exp_m1() }",
            &["lam: E f'(z + U); U ~ uniform()", "lam: E [f(z + 1) - f(z)]"],
        ),
        (
            "fn skellam(omega: Frequency, lam1: Positive, lam2: Positive) -> LogCf { lam1 * ((I * omega).exp() - 1.0) + lam2 * ((-I * omega).exp() - 1.0) }",
            &[
                "lam1: E f'(z + U); U ~ uniform()",
                "lam1: E [f(z + 1) - f(z)]",
                "lam2: -E f'(z - U); U ~ uniform()",
                "lam2: E [f(z - 1) - f(z)]",
            ],
        ),
        (
            "fn bernoulli(omega: Frequency, p: Probability) -> LogCf { (1.0 - p + p * (I * omega).exp()).ln() }",
            &["p: E [f(1) - f(0)]"],
        ),
        (
            "fn binomial(omega: Frequency, p: Probability) -> LogCf { 5.0 * (1.0 - p + p * (I * omega).exp()).ln() }",
            &[],
        ),
        (
            "fn negative_binomial(omega: Frequency, r: Positive, p: Probability) -> LogCf { r * p.ln() - r * (1.0 - (1.0 - p) * (I * omega).exp()).ln() }",
            &[
                "r: -ln(p) * E [f(z + L) - f(z)]; L ~ logarithmic(1 - p)",
                "p: -r / (p * (1 - p)) * E [K * f'(z + K * U)]; K ~ geometric(p), U ~ uniform()",
                "p: -r / p^2 * E [f(z + 1 + K) - f(z + K)]; K ~ geometric(p)",
            ],
        ),
        (
            "fn tweedie(omega: Frequency, rate: Positive, k: Positive, mu: Positive) -> LogCf { rate * ((1.0 - I * mu * omega).powf(-k) - 1.0) }",
            &[
                "rate: k * mu * E f'(z + mu * U * G); U ~ uniform(), G ~ gamma(1 + k)",
                "rate: E [f(z + mu * G) - f(z)]; G ~ gamma(k)",
                "k: rate * mu * E f'(z + mu * G + mu * U * T); G ~ gamma(k), U ~ uniform(), T ~ exponential()",
                "mu: rate * k * E f'(z + mu * G); G ~ gamma(1 + k)",
                "mu: rate * k / mu * E [f(z + mu * G1) - f(z + mu * G2)]; G1 ~ gamma(1 + k), G2 ~ gamma(k)",
            ],
        ),
    ];
    for (item, expected) in table {
        let found = rules(item);
        let missing: Vec<&&str> = expected.iter().filter(|rule| !found.iter().any(|known| known == *rule)).collect();
        assert!(missing.is_empty(), "missing {missing:#?} among {found:#?}");
        assert_eq!(found.first().map(String::as_str), expected.first().copied(), "{item}");
    }
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

const GUMBEL: &str = "fn gumbel(omega: Frequency, m: Real, be: Positive) -> LogCf {
    I * m * omega + (1.0 - I * omega * be).ln_gamma() }";
const GAMMA: &str =
    "fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }";
const BETA: &str =
    "fn beta(omega: Frequency, al: Positive, be: Positive) -> LogCf { kummer(al, al + be, I * omega).ln() }";
/// The logistic law through the gamma function: `φ(ω) = e^{imω} Γ(1 - i sc ω) Γ(1 + i sc ω)`.
const LOGISTIC_BY_GAMMA: &str = "fn logistic(omega: Frequency, m: Real, sc: Positive) -> LogCf {
    let s = I * omega; m * s + (1.0 - sc * s).ln_gamma() + (1.0 + sc * s).ln_gamma() }";

#[test]
fn rules_of_authors_pass_if_they_are_right() {
    for (rule, item) in [
        (
            "rule(be) = -digamma(1.0) * df(z) + PI.powi(2) * be / 6.0 * ddf(z + be * exponential() / zeta_mixture())",
            GUMBEL,
        ),
        (
            "rule(k) = { let y = z * (-exponential() / (k + trigamma_mixture(k))).exp(); trigamma(k) * y * df(y) }",
            GAMMA,
        ),
        (
            "rule(al) = { let w = (1.0 - z) * (-exponential() / (trigamma_mixture(al + be) + al + be)).exp();
                trigamma(al + be) * w * df(1.0 - w) },
             rule(be) = { let y = z * (-exponential() / (al + be + trigamma_mixture(al + be))).exp();
                -trigamma(al + be) * y * df(y) }",
            BETA,
        ),
        (
            "rule(sc) = PI * PI * sc / 3.0 * ddf(z + sc * (exponential() - exponential()) / zeta_mixture())",
            LOGISTIC_BY_GAMMA,
        ),
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
        ("rule(be) = PI.powi(2) * be / 6.0 * ddf(z + be * exponential() / zeta_mixture())", GUMBEL, "z^1"),
        ("rule(be) = -digamma(1.0) * df(z) + PI.powi(2) * be / 6.0 * ddf(z + be / zeta_mixture())", GUMBEL, "z^4"),
        (
            "rule(k) = { let y = z * (-exponential() / (k + trigamma_mixture(k))).exp(); digamma(k) * y * df(y) }",
            GAMMA,
            "z^1",
        ),
        (
            "rule(k) = { let y = z * (-exponential() / (1.0 + k + trigamma_mixture(k))).exp(); trigamma(k) * y * df(y) }",
            GAMMA,
            "cannot be checked",
        ),
        (
            "rule(k) = { let t = exponential(); let y = z * (-t / (k + trigamma_mixture(k))).exp(); trigamma(k) * t * y * df(y) }",
            GAMMA,
            "a moment of one of its base draws",
        ),
        (
            "rule(k) = { let y = z * (exponential() / (k + trigamma_mixture(k))).exp(); trigamma(k) * y * df(y) }",
            GAMMA,
            "cannot be checked",
        ),
    ] {
        let message = checked(rule, item).expect(rule);
        assert!(message.starts_with("[L0304]") && message.contains(why), "{rule}: {message}");
    }
}

/// What a rule is made of: derivatives at the draw, and the probes and draws of each stencil.
fn parts(rule: &str, item: &str) -> (Vec<u32>, Vec<(Vec<u32>, usize)>) {
    let item = syn::parse_str(item).expect("a function");
    let law = parse_distribution(rule.parse().expect("tokens"), &item).expect("a law");
    let [written] = law.rules.as_slice() else { panic!("one rule") };
    let stencils = written.rule.stencils.iter().map(|term| &term.stencil);
    (
        written.rule.derivatives.iter().map(|coefficient| coefficient.order).collect(),
        stencils.map(|stencil| (stencil.orders.clone(), stencil.numbers.draws.len())).collect(),
    )
}

#[test]
fn terms_of_rules_are_grouped_by_their_coefficients() {
    // A derivative at the draw needs no stencil, and each stencil has the draws that it reads.
    let rule =
        "rule(be) = -digamma(1.0) * df(z) + PI.powi(2) * be / 6.0 * ddf(z + be * exponential() / zeta_mixture())";
    assert_eq!(parts(rule, GUMBEL), (vec![1], vec![(vec![2], 2)]));
    // One coefficient: one stencil, whatever the constants are.
    let rule = "rule(be) = { let t = exponential(); be * (df(z + be * t) - 2.0 * df(z - be * t)) }";
    assert_eq!(parts(rule, GUMBEL), (vec![], vec![(vec![1, 1], 1)]));
    // Values stay together, for only their differences count.
    let rule =
        "rule(be) = { let t = exponential(); be * f(z + t) - m * f(z) + (m - be) * f(z - uniform()) + m * df(z + t) }";
    assert_eq!(parts(rule, GUMBEL), (vec![], vec![(vec![0, 0, 0], 2), (vec![1], 1)]));
}
