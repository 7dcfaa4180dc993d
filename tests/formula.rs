//! Formulas: value and gradient without a draw, against exact values, closed forms and other ways to compute them.

use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Beta, Binomial, ChiSquared, Dirac, Erlang, Exponential, Gamma, Gaussian, Geometric,
    Gumbel, InverseGaussian, Laplace, Logistic, NegativeBinomial, Poisson, Skellam, TemperedStable, Triangular,
    Uniform, VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Domain, Estimate, EstimateError, Estimator, Gradient, Law, Parameters};
use logphi_tests::corpus::oracle;
use logphi_tests::laws::{
    ExponentialPlusGaussian, GaussianByVariance, LaplacePlusGaussianByVariance, MertonByVariances, PoissonPlusGaussian,
};

#[estimator(distribution = AsymmetricLaplace, form = formula)]
fn asymlaplace_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = AsymmetricLaplace, form = formula)]
fn asymlaplace_sine(z: f64) -> f64 {
    z.sin()
}

#[estimator(distribution = Bernoulli, form = formula)]
fn bernoulli_faster_sine(z: f64) -> f64 {
    (3.0 * z).sin()
}

#[estimator(distribution = Bernoulli, form = formula)]
fn bernoulli_fast_cosine(z: f64) -> f64 {
    (4.0 * z).cos()
}

#[estimator(distribution = Beta, form = formula)]
fn beta_growth(z: f64) -> f64 {
    z.exp()
}

#[estimator(distribution = Binomial, form = formula)]
fn binomial_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = ChiSquared, form = formula)]
fn chi2_slow_growth(z: f64) -> f64 {
    (0.2 * z).exp()
}

#[estimator(distribution = ChiSquared, form = formula)]
fn chi2_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = MertonByVariances, form = formula)]
fn merton_cosine(z: f64) -> f64 {
    z.cos()
}

#[estimator(distribution = MertonByVariances, form = formula)]
fn merton_growth(z: f64) -> f64 {
    (z / 2.0).exp()
}

#[estimator(distribution = Dirac, form = formula)]
fn dirac_fast_sine(z: f64) -> f64 {
    (2.0 * z).sin()
}

#[estimator(distribution = Erlang, form = formula)]
fn erlang_fourth_power(z: f64) -> f64 {
    z.powi(4)
}

#[estimator(distribution = Erlang, form = formula)]
fn erlang_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Exponential, form = formula)]
fn exponential_fifth_power(z: f64) -> f64 {
    z.powi(5)
}

#[estimator(distribution = Gamma, form = formula)]
fn gamma_square(z: f64) -> f64 {
    z * z
}

#[estimator(distribution = Gamma, form = formula)]
fn gamma_distance(z: f64) -> f64 {
    (z - 0.49).powi(2)
}

#[estimator(distribution = Gamma, form = formula)]
fn gamma_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Gamma, form = formula)]
fn gamma_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = Gamma, form = formula)]
fn gamma_faster_cosine(z: f64) -> f64 {
    (3.0 * z).cos()
}

#[estimator(distribution = GaussianByVariance, form = formula)]
fn gauss_sixth_power(z: f64) -> f64 {
    z.powi(6)
}

#[estimator(distribution = GaussianByVariance, form = formula)]
fn gauss_growth(z: f64) -> f64 {
    (z / 2.0).exp()
}

#[estimator(distribution = GaussianByVariance, form = formula)]
fn gauss_polynomial(z: f64) -> f64 {
    z.powi(4) / 3.0 + 2.0 * z.powi(2) - z / 2.0 + 1.0
}

#[estimator(distribution = GaussianByVariance, form = formula)]
fn gauss_square(z: f64) -> f64 {
    z * z
}

#[estimator(distribution = Geometric, form = formula)]
fn geometric_slow_sine(z: f64) -> f64 {
    (0.5 * z).sin()
}

#[estimator(distribution = Geometric, form = formula)]
fn geometric_square(z: f64) -> f64 {
    z * z
}

#[estimator(distribution = Gumbel, form = formula)]
fn gumbel_decay(z: f64) -> f64 {
    (-z).exp()
}

#[estimator(distribution = Gumbel, form = formula)]
fn gumbel_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = InverseGaussian, form = formula)]
fn invgauss_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = InverseGaussian, form = formula)]
fn invgauss_square(z: f64) -> f64 {
    z * z
}

#[estimator(distribution = Laplace, form = formula)]
fn laplace_square_decay(z: f64) -> f64 {
    z * z * (-0.3 * z).exp()
}

#[estimator(distribution = Laplace, form = formula)]
fn laplace_fast_decay(z: f64) -> f64 {
    (-1.5 * z).exp()
}

#[estimator(distribution = Laplace, form = formula)]
fn laplace_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Laplace, form = formula)]
fn laplace_cosine(z: f64) -> f64 {
    z.cos()
}

#[estimator(distribution = Laplace, form = formula)]
fn laplace_sixth_power(z: f64) -> f64 {
    z.powi(6)
}

#[estimator(distribution = Logistic, form = formula)]
fn logistic_fourth_power(z: f64) -> f64 {
    z.powi(4)
}

#[estimator(distribution = Logistic, form = formula)]
fn logistic_growth(z: f64) -> f64 {
    (z / 2.0).exp()
}

#[estimator(distribution = NegativeBinomial, form = formula)]
fn negbin_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = NegativeBinomial, form = formula)]
fn negbin_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Poisson, form = formula)]
fn poisson_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Poisson, form = formula)]
fn poisson_sine(z: f64) -> f64 {
    z.sin()
}

#[estimator(distribution = Skellam, form = formula)]
fn skellam_fourth_power(z: f64) -> f64 {
    z.powi(4)
}

#[estimator(distribution = ExponentialPlusGaussian, form = formula)]
fn exp_plus_gauss_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = ExponentialPlusGaussian, form = formula)]
fn exp_plus_gauss_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = LaplacePlusGaussianByVariance, form = formula)]
fn laplace_plus_gauss_growth(z: f64) -> f64 {
    (z / 2.0).exp()
}

#[estimator(distribution = PoissonPlusGaussian, form = formula)]
fn poisson_plus_gauss_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = PoissonPlusGaussian, form = formula)]
fn poisson_plus_gauss_fourth_power(z: f64) -> f64 {
    z.powi(4)
}

#[estimator(distribution = TemperedStable, form = formula)]
fn tempered_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Triangular, form = formula)]
fn triangular_cosine(z: f64) -> f64 {
    z.cos()
}

#[estimator(distribution = Uniform, form = formula)]
fn uniform_exponential(z: f64) -> f64 {
    z.exp()
}

#[estimator(distribution = Uniform, form = formula)]
fn uniform_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = Uniform, form = formula)]
fn uniform_fast_sine(z: f64) -> f64 {
    (2.0 * z).sin()
}

#[estimator(distribution = VarianceGamma, form = formula)]
fn vg_fourth_power(z: f64) -> f64 {
    z.powi(4)
}

/// Names of parameters here and in the corpus.
const ALIASES: &[(&str, &str)] = &[
    ("lambda", "lam"),
    ("rate", "lam"),
    ("mu1", "lam1"),
    ("mu2", "lam2"),
    ("mu", "m"),
    ("scale", "sc"),
    ("beta", "be"),
];

fn close(found: f64, expected: f64, what: &str) {
    let tolerance = 1e-12 * expected.abs().max(1e-3);
    assert!((found - expected).abs() <= tolerance, "{what}: {found} is not {expected}");
}

/// Everything that holds of a run without a draw; then its value and gradient against the corpus, to 1e-12.
///
/// Where a gradient is small beside the value, rounding is relative to the value.
fn agrees<E, P>(estimate: Estimate<'_, E, P>, law: &str, function: &str)
where
    E: Estimator,
    P: Parameters<Law = E::Law>,
{
    let run = estimate.run().unwrap_or_else(|error| panic!("{law}, {function}: {error}"));
    assert_eq!(run.samples, 0, "{law}");
    assert_eq!(run.value_standard_error, Some(0.0));
    assert!(E::EXACT && run.terms.is_empty() && run.warnings.is_empty());
    let case = oracle().cases.iter().find(|case| case.law == law && case.text == function);
    let case = case.unwrap_or_else(|| panic!("no case {law}, {function}"));
    let scale = 1e-12 * case.derivatives[0].abs();
    close(run.value, case.derivatives[0], &case.id);
    for (index, info) in E::Law::PARAMETERS.iter().enumerate().filter(|(_, info)| info.domain != Domain::Count) {
        let named = |name: &str| name.eq_ignore_ascii_case(info.name) || ALIASES.contains(&(info.name, name));
        let exact = case.gradients.iter().find(|(name, _)| named(name));
        let exact = exact.unwrap_or_else(|| panic!("{}: no gradient by {}", case.id, info.name)).1.exact;
        let found = run.gradient.entries(index)[0];
        let tolerance = 1e-12 * exact.abs() + scale;
        assert!((found - exact).abs() <= tolerance, "{} by {}: {found} is not {exact}", case.id, info.name);
        assert_eq!(run.standard_error.as_ref().expect("errors of 0").entries(index), [0.0]);
    }
}

#[test]
fn every_case_of_the_corpus() {
    agrees(
        asymlaplace_cube::estimate(&AsymmetricLaplace { m: 0.2, lambda: 2.0, kappa: 0.8 }, ()),
        "asymlaplace",
        "z**3",
    );
    agrees(
        asymlaplace_sine::estimate(&AsymmetricLaplace { m: 0.2, lambda: 2.0, kappa: 0.8 }, ()),
        "asymlaplace",
        "sin(z)",
    );
    agrees(bernoulli_faster_sine::estimate(&Bernoulli { p: 0.3 }, ()), "bernoulli", "sin(3*z)");
    agrees(bernoulli_fast_cosine::estimate(&Bernoulli { p: 0.3 }, ()), "bernoulli", "cos(4*z)");
    agrees(beta_growth::estimate(&Beta { alpha: 2.0, beta: 3.5 }, ()), "beta", "exp(z)");
    agrees(binomial_cube::estimate(&Binomial { n: 5.0, p: 0.4 }, ()), "binomial", "z**3");
    agrees(chi2_slow_growth::estimate(&ChiSquared { nu: 3.0 }, ()), "chi2", "exp(1/5*z)");
    agrees(chi2_decay::estimate(&ChiSquared { nu: 3.0 }, ()), "chi2", "exp(-49/100*z)");
    agrees(
        merton_cosine::estimate(&MertonByVariances { g: 0.1, v: 0.3, lam: 1.2, m: -0.25, d2: 0.2 }, ()),
        "merton",
        "cos(z)",
    );
    agrees(
        merton_growth::estimate(&MertonByVariances { g: 0.1, v: 0.3, lam: 1.2, m: -0.25, d2: 0.2 }, ()),
        "merton",
        "exp(1/2*z)",
    );
    agrees(dirac_fast_sine::estimate(&Dirac { a: 0.75 }, ()), "dirac", "sin(2*z)");
    agrees(erlang_fourth_power::estimate(&Erlang { k: 3.0, rate: 1.5 }, ()), "erlang", "z**4");
    agrees(erlang_decay::estimate(&Erlang { k: 3.0, rate: 1.5 }, ()), "erlang", "exp(-49/100*z)");
    agrees(exponential_fifth_power::estimate(&Exponential { rate: 2.0 }, ()), "exponential", "z**5");
    agrees(gamma_square::estimate(&Gamma { k: 2.5, mu: 1.5 }, ()), "gamma", "z**2");
    agrees(gamma_distance::estimate(&Gamma { k: 2.5, mu: 1.5 }, ()), "gamma", "z**2 - 49*z/50 + 2401/10000");
    agrees(gamma_decay::estimate(&Gamma { k: 2.5, mu: 1.5 }, ()), "gamma", "exp(-49/100*z)");
    agrees(gamma_cube::estimate(&Gamma { k: 2.5, mu: 1.5 }, ()), "gamma", "z**3");
    agrees(gamma_faster_cosine::estimate(&Gamma { k: 0.7, mu: 0.5 }, ()), "gamma_small", "cos(3*z)");
    agrees(gauss_sixth_power::estimate(&GaussianByVariance { mu: 0.3, v: 0.8 }, ()), "gauss", "z**6");
    agrees(gauss_growth::estimate(&GaussianByVariance { mu: 0.3, v: 0.8 }, ()), "gauss", "exp(1/2*z)");
    agrees(
        gauss_polynomial::estimate(&GaussianByVariance { mu: -1.0, v: 2.25 }, ()),
        "gauss_wide",
        "z**4/3 + 2*z**2 - z/2 + 1",
    );
    agrees(gauss_square::estimate(&GaussianByVariance { mu: 0.3, v: 0.8 }, ()), "gauss", "z**2");
    agrees(geometric_slow_sine::estimate(&Geometric { p: 0.4 }, ()), "geometric", "sin(1/2*z)");
    agrees(geometric_square::estimate(&Geometric { p: 0.4 }, ()), "geometric", "z**2");
    agrees(gumbel_decay::estimate(&Gumbel { mu: -0.2, beta: 0.5 }, ()), "gumbel", "exp(-z)");
    agrees(gumbel_cube::estimate(&Gumbel { mu: -0.2, beta: 0.5 }, ()), "gumbel", "z**3");
    agrees(invgauss_decay::estimate(&InverseGaussian { mu: 1.2, lambda: 2.5 }, ()), "invgauss", "exp(-49/100*z)");
    agrees(invgauss_square::estimate(&InverseGaussian { mu: 1.2, lambda: 2.5 }, ()), "invgauss", "z**2");
    agrees(laplace_square_decay::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()), "laplace", "z**2*exp(-3/10*z)");
    agrees(laplace_fast_decay::estimate(&Laplace { mu: -0.5, b: 0.1 }, ()), "laplace_narrow", "exp(-3/2*z)");
    agrees(laplace_decay::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()), "laplace", "exp(-49/100*z)");
    agrees(laplace_cosine::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()), "laplace", "cos(z)");
    agrees(laplace_sixth_power::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()), "laplace", "z**6");
    agrees(logistic_fourth_power::estimate(&Logistic { mu: 0.2, scale: 0.4 }, ()), "logistic", "z**4");
    agrees(logistic_growth::estimate(&Logistic { mu: 0.2, scale: 0.4 }, ()), "logistic", "exp(1/2*z)");
    agrees(negbin_cube::estimate(&NegativeBinomial { r: 3.5, p: 0.6 }, ()), "negbin", "z**3");
    agrees(negbin_decay::estimate(&NegativeBinomial { r: 3.5, p: 0.6 }, ()), "negbin", "exp(-49/100*z)");
    agrees(poisson_decay::estimate(&Poisson { rate: 2.5 }, ()), "poisson", "exp(-49/100*z)");
    agrees(poisson_sine::estimate(&Poisson { rate: 2.5 }, ()), "poisson", "sin(z)");
    agrees(skellam_fourth_power::estimate(&Skellam { mu1: 1.5, mu2: 0.8 }, ()), "skellam", "z**4");
    agrees(
        exp_plus_gauss_decay::estimate(&ExponentialPlusGaussian { lam: 1.5, v: 0.4 }, ()),
        "exp+gauss",
        "exp(-49/100*z)",
    );
    agrees(exp_plus_gauss_cube::estimate(&ExponentialPlusGaussian { lam: 1.5, v: 0.4 }, ()), "exp+gauss", "z**3");
    agrees(
        laplace_plus_gauss_growth::estimate(&LaplacePlusGaussianByVariance { mu: 0.1, b: 0.6, v: 0.5 }, ()),
        "laplace+gauss",
        "exp(1/2*z)",
    );
    agrees(
        poisson_plus_gauss_decay::estimate(&PoissonPlusGaussian { lam: 1.8, v: 0.25 }, ()),
        "poisson+gauss",
        "exp(-49/100*z)",
    );
    agrees(
        poisson_plus_gauss_fourth_power::estimate(&PoissonPlusGaussian { lam: 1.8, v: 0.25 }, ()),
        "poisson+gauss",
        "z**4",
    );
    agrees(
        tempered_decay::estimate(&TemperedStable { c: 0.5, lambda: 2.0 }, ()),
        "tempered_stable_half",
        "exp(-49/100*z)",
    );
    agrees(triangular_cosine::estimate(&Triangular { a: -1.0, b: 2.0, c: 0.25 }, ()), "triangular", "cos(z)");
    agrees(uniform_exponential::estimate(&Uniform { a: -0.5, b: 1.5 }, ()), "uniform", "exp(z)");
    agrees(uniform_cube::estimate(&Uniform { a: -0.5, b: 1.5 }, ()), "uniform", "z**3");
    agrees(uniform_fast_sine::estimate(&Uniform { a: -0.5, b: 1.5 }, ()), "uniform", "sin(2*z)");
    agrees(
        vg_fourth_power::estimate(&VarianceGamma { c: 0.1, theta: 0.25, sigma: 0.8, nu: 0.6666666666666666 }, ()),
        "vg",
        "z**4",
    );
}

/// The paper's second toy problem, beyond the radius of convergence of its series.
#[estimator(distribution = Gamma, form = formula)]
fn decay(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (-epsilon * z).exp()).sum()
}

/// The first.
#[estimator(distribution = Gamma, form = formula)]
fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

/// `(1 + εμ)^{-k}` and its derivatives by `k` and `μ`.
fn decay_of_gamma(k: f64, mu: f64, epsilon: f64) -> [f64; 3] {
    let base = 1.0 + epsilon * mu;
    [base.powf(-k), -base.ln() * base.powf(-k), -k * epsilon * base.powf(-k - 1.0)]
}

#[test]
fn beyond_the_radius_of_convergence() -> Result<(), EstimateError> {
    for (mu, epsilon) in [(1.0, 0.5), (1.0, 0.98), (1.5, 1.0), (30.0, 4.0)] {
        let law = Gamma { k: [2.0, 0.7], mu };
        let run = decay::estimate(&law, epsilon).run()?;
        let [first, second] = [decay_of_gamma(2.0, mu, epsilon), decay_of_gamma(0.7, mu, epsilon)];
        close(run.value, first[0] + second[0], "value");
        close(run.gradient.k[0], first[1], "k");
        close(run.gradient.k[1], second[1], "k");
        close(run.gradient.mu, first[2] + second[2], "mu");
    }
    Ok(())
}

#[test]
fn no_draw_serves_two_ways_of_asking() -> Result<(), EstimateError> {
    // E (z - ε)² = kμ² + (kμ - ε)²
    let (k, mu, epsilon) = (3.0, 0.5, 0.49);
    let law = Gamma { k, mu };
    let mut prepared = squared_distance::prepare(&law, epsilon).samples(1).dimension(4).build()?;
    for _ in 0..2 {
        let run = prepared.step(&law)?;
        let mean = k * mu - epsilon;
        close(run.value, 4.0 * (k * mu * mu + mean * mean), "value");
        close(run.gradient.k, 4.0 * (mu * mu + 2.0 * mu * mean), "k");
        close(run.gradient.mu, 4.0 * (2.0 * k * mu + 2.0 * k * mean), "mu");
        let errors = run.standard_error.as_ref().expect("known without samples");
        assert_eq!((errors.k, errors.mu, run.samples), (0.0, 0.0, 0));
    }
    let quiet = squared_distance::estimate(&law, epsilon).dimension(1).standard_errors(false).run()?;
    assert!(quiet.standard_error.is_none() && quiet.value_standard_error.is_none());
    assert!(squared_distance::RULE.contains("formula, exact, zero variance"), "{}", squared_distance::RULE);
    assert!(squared_distance::RUST.contains("impl Exponentials for squared_distance"), "{}", squared_distance::RUST);
    Ok(())
}

/// One parameter by the series, the other by the formula.
#[estimator(distribution = Laplace, form = formula, form(b) = truncated, order = 6)]
fn mixed(z: f64, t: f64) -> f64 {
    (t * z).sin() + t * t
}

#[test]
fn formulas_beside_other_forms() -> Result<(), EstimateError> {
    // E sin(tz) = sin(tμ) / (1 + b² t²)
    let (mu, b, t) = (0.4, 0.3, 0.9f64);
    let run = mixed::estimate(&Laplace { mu, b }, t).samples(4096).seed(3).run()?;
    let pole = 1.0 + b * b * t * t;
    close(run.value, (t * mu).sin() / pole + t * t, "value");
    close(run.gradient.mu, t * (t * mu).cos() / pole, "mu");
    let errors = run.standard_error.as_ref().expect("many samples");
    assert_eq!((errors.mu, run.value_standard_error, run.samples), (0.0, Some(0.0), 4096));
    let exact = -2.0 * b * t * t * (t * mu).sin() / (pole * pole);
    assert!(errors.b > 0.0 && (run.gradient.b - exact).abs() < 4.5 * errors.b + 1e-4, "{}", run.gradient.b);
    assert!(run.terms.iter().all(|term| term.parameter == "b"));
    Ok(())
}

#[test]
fn argument_gradients_still_need_samples() -> Result<(), EstimateError> {
    let law = Gamma { k: 2.0, mu: 0.5 };
    let run = decay::estimate(&law, 0.3).dimension(1).samples(65_536).seed(11).with_argument_gradients().run()?;
    assert_eq!(run.samples, 65_536);
    close(run.value, decay_of_gamma(2.0, 0.5, 0.3)[0], "value");
    // ∂_ε (1 + εμ)^{-k}; a sample of z e^{-εz} deviates by less than 1, so 0.02 is five standard errors.
    let exact = -2.0 * 0.5 * 1.15f64.powi(-3);
    let found = run.argument_gradient.expect("asked for");
    assert!((found - exact).abs() < 0.02, "{found} is not {exact}");
    Ok(())
}

/// At a zero of the characteristic function, where `log φ` has a pole.
#[estimator(distribution = Uniform, form = formula)]
fn full_turn(z: f64) -> f64 {
    (2.0 * PI * z).sin()
}

#[test]
fn the_gradient_is_finite_where_the_characteristic_function_vanishes() -> Result<(), EstimateError> {
    let run = full_turn::estimate(&Uniform { a: 0.25, b: 1.25 }, ()).run()?;
    assert!(run.value.abs() < 1e-15, "{}", run.value);
    // ∂_b E f = (f(b) - E f) / (b - a), ∂_a E f = (E f - f(a)) / (b - a), f = 1 at both ends.
    close(run.gradient.b, 1.0, "b");
    close(run.gradient.a, -1.0, "a");
    Ok(())
}

#[estimator(distribution = Laplace, form = formula)]
fn growth(z: f64, rate: f64) -> f64 {
    (rate * z).exp()
}

/// The uniform law whose author does not say that the expectation exists everywhere.
#[distribution(require = a < b, sample = a + (b - a) * uniform())]
fn silent_uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln()
}

#[estimator(of = growth, distribution = SilentUniform, form = formula)]
struct SilentGrowth;

#[test]
fn outside_the_strip_is_an_error() -> Result<(), EstimateError> {
    let law = Laplace { mu: 0.0, b: 0.5 };
    close(growth::estimate(&law, 1.999).run()?.value, 1.0 / (1.0 - 0.25 * 1.999 * 1.999), "value");
    for rate in [2.0, 2.5, -2.5, 1e3] {
        let error = growth::estimate(&law, rate).run().expect_err("no expectation");
        let EstimateError::OutsideStrip { law, exponent, end, ref parameters, .. } = error else { panic!("{error}") };
        assert_eq!((law, exponent, parameters.as_str()), ("Laplace", rate, "mu = 0, b = 0.5"));
        assert!((end.abs() - 2.0).abs() < 1e-6, "{end}");
        assert!(error.to_string().contains("does not exist"), "{error}");
    }
    let silent = SilentUniform { a: -0.5, b: 1.5 };
    let exact = (1.5f64.exp() - (-0.5f64).exp()) / 2.0;
    close(SilentGrowth::estimate(&silent, 1.0).run()?.value, exact, "the singularity at 0 cancels");
    // Moments need no strip.
    close(SilentGrowth::estimate(&silent, 0.0).run()?.value, 1.0, "value");
    let overflow = growth::estimate(&Laplace { mu: 1e3, b: 0.1 }, 5.0).run().expect_err("e^5000");
    assert!(matches!(overflow, EstimateError::CharacteristicNotFinite { .. }), "{overflow}");
    Ok(())
}

#[estimator(distribution = Gaussian, form = formula)]
fn ridges(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| (dot(row, w) - y).exp()).sum::<f64>()
        + x.rows().zip(y).map(|(row, y)| (dot(row, w) - y).powi(2)).sum::<f64>()
        + x.rows().map(|row| (dot(row, w)).cos()).sum::<f64>()
}

#[test]
fn ridge_terms() -> Result<(), EstimateError> {
    let x = Matrix::from_rows(&[[0.5, -0.3, 0.0], [-0.2, 0.4, 0.7]]).expect("rows of one length");
    let y = vec![0.3, -0.8];
    let (mu, sigma) = (vec![0.1, -0.2, 0.4], 0.6);
    let run = ridges::estimate(&Gaussian { mu: &mu, sigma }, (&x, &y)).run()?;
    // u ~ N(m, v), m = ⟨x, μ⟩, v = σ² |x|²: E e^{u-y} = e^{m - y + v/2}, E (u - y)² = v + (m - y)², E cos u = cos m e^{-v/2}.
    let (mut value, mut by_mu, mut by_sigma) = (0.0, [0.0; 3], 0.0);
    for (row, y) in x.rows().zip(&y) {
        let mean: f64 = row.iter().zip(&mu).map(|(a, m)| a * m).sum();
        let square: f64 = row.iter().map(|a| a * a).sum();
        let variance = sigma * sigma * square;
        let (exponential, wave) = ((mean - y + variance / 2.0).exp(), (-variance / 2.0).exp());
        value += exponential + variance + (mean - y).powi(2) + mean.cos() * wave;
        for (entry, a) in by_mu.iter_mut().zip(row) {
            *entry += a * (exponential + 2.0 * (mean - y) - mean.sin() * wave);
        }
        by_sigma += sigma * square * (exponential + 2.0 - mean.cos() * wave);
    }
    close(run.value, value, "value");
    for (found, expected) in run.gradient.mu.iter().zip(by_mu) {
        close(*found, expected, "mu");
    }
    close(run.gradient.sigma, by_sigma, "sigma");
    Ok(())
}

#[estimator(distribution = Bernoulli, form = formula)]
fn signs(z: &[f64], a: &[f64]) -> f64 {
    dot(a, z).cos() * 2.0 + dot(a, z).sin() * dot(a, z) + (0.3 * dot(a, z)).sinh() * (2.0 * dot(a, z)).cos()
}

/// Against the sum over all values of the draw.
#[test]
fn products_of_waves_by_brute_force() -> Result<(), EstimateError> {
    let (p, a) = (vec![0.3, 0.8, 0.45], vec![0.7, -1.3, PI]);
    let run = signs::estimate(&Bernoulli { p: &p }, &a).run()?;
    let (mut value, mut gradient) = (0.0, [0.0; 3]);
    for bits in 0..8_u32 {
        let ones: Vec<bool> = (0..3).map(|j| bits >> j & 1 == 1).collect();
        let u: f64 = ones.iter().zip(&a).map(|(&one, a)| if one { *a } else { 0.0 }).sum();
        let f = 2.0 * u.cos() + u.sin() * u + (0.3 * u).sinh() * (2.0 * u).cos();
        let weight = |j: usize| if ones[j] { p[j] } else { 1.0 - p[j] };
        value += f * weight(0) * weight(1) * weight(2);
        for (j, entry) in gradient.iter_mut().enumerate() {
            let others: f64 = (0..3).filter(|&k| k != j).map(weight).product();
            *entry += f * others * if ones[j] { 1.0 } else { -1.0 };
        }
    }
    close(run.value, value, "value");
    for (found, expected) in run.gradient.p.iter().zip(gradient) {
        close(*found, expected, "p");
    }
    Ok(())
}

/// A law whose logarithm turns more than once on the way to `2i`: branches are followed from 0.
#[distribution(sample = 1.0 * gamma(k) + 2.0 * gamma(k) + 0.5 * gamma(k))]
fn three_gammas(omega: Frequency, k: Positive) -> LogCf {
    let s = I * omega;
    -k * ((1.0 - s) * (1.0 - 2.0 * s) * (1.0 - s / 2.0)).ln()
}

#[estimator(distribution = ThreeGammas, form = formula)]
fn fast_wave(z: f64, rate: f64) -> f64 {
    (rate * z).cos()
}

#[test]
fn branches_are_followed() -> Result<(), EstimateError> {
    let k = 1.3;
    for rate in [0.5f64, 1.87, 4.0, 40.0] {
        let run = fast_wave::estimate(&ThreeGammas { k }, rate).run()?;
        // φ = Π (1 - i c ω)^{-k}: modulus Π (1 + c²ω²)^{-k/2}, phase k Σ atan(cω).
        let scales = [1.0, 2.0, 0.5];
        let size: f64 = scales.iter().map(|c| 1.0 + (c * rate).powi(2)).product::<f64>().ln() / 2.0;
        let turn: f64 = scales.iter().map(|c| (c * rate).atan()).sum();
        let modulus = (-k * size).exp();
        let tolerance = 1e-13;
        assert!((run.value - modulus * (k * turn).cos()).abs() < tolerance, "{rate}: {}", run.value);
        let slope = modulus * (-size * (k * turn).cos() - turn * (k * turn).sin());
        assert!((run.gradient.k - slope).abs() < tolerance * (1.0 + slope.abs()), "{rate}: {}", run.gradient.k);
    }
    Ok(())
}

/// The exact gradient of a law whose coefficient is wrong by 5 %: the comparisons of this file would notice.
#[distribution(sample = mu + 0.975 * b * (exponential() - exponential()))]
fn wrong_laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
    I * mu * omega - (1.0 + 0.95 * b.powi(2) * omega.powi(2)).ln()
}

#[estimator(of = laplace_decay, distribution = WrongLaplace, form = formula)]
struct WrongDecay;

#[test]
#[should_panic(expected = "is not")]
fn a_changed_coefficient_is_noticed() {
    agrees(WrongDecay::estimate(&WrongLaplace { mu: 0.2, b: 0.7 }, ()), "laplace", "exp(-49/100*z)");
}
