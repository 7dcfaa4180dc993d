//! Formulas against every case of the corpus whose function is a sum of polynomials times exponentials.
//!
//! One function has nearly all of them by its weights, and every law one estimator of it. No form is asked for: formulas are
//! the default.

use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Binomial, ChiSquared, Dirac, Erlang, Exponential, Gamma, Geometric, InverseGaussian,
    Laplace, Logistic, NegativeBinomial, Poisson, Skellam, TemperedStable, Triangular, Uniform, VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Domain, Estimate, Estimator, Gradient, Law, Parameters};
use logphi_tests::corpus::{Case, oracle};
use logphi_tests::laws::{
    ExponentialPlusGaussian, GaussianByVariance, LaplacePlusGaussianByVariance, MertonByVariances, PoissonPlusGaussian,
};

/// Most functions of the corpus: a polynomial, `e^{rate z} - 1` and a wave, each nothing at weights of 0.
#[estimator(distribution = Laplace)]
fn mixture(
    z: f64,
    first: f64,
    square: f64,
    cube: f64,
    fourth: f64,
    sixth: f64,
    rate: f64,
    angle: f64,
    phase: f64,
) -> f64 {
    z * (first + z * (square + z * (cube + z * (fourth + z * z * sixth))))
        + (rate * z).exp_m1()
        + (angle * z + phase).sin()
}

#[estimator(distribution = Laplace)]
fn square_decay(z: f64) -> f64 {
    z * z * (-0.3 * z).exp()
}

#[estimator(distribution = Exponential)]
fn fifth_power(z: f64) -> f64 {
    z.powi(5)
}

macro_rules! estimators {
    ($($name:ident = $law:ident),*) => {$(
        #[estimator(of = mixture, distribution = $law)]
        struct $name;
    )*};
}

estimators! {
    OfAsymmetricLaplace = AsymmetricLaplace, OfBernoulli = Bernoulli, OfBinomial = Binomial, OfChiSquared = ChiSquared,
    OfDirac = Dirac, OfErlang = Erlang, OfExponential = Exponential, OfGamma = Gamma, OfGeometric = Geometric,
    OfInverseGaussian = InverseGaussian, OfLogistic = Logistic, OfNegativeBinomial = NegativeBinomial, OfPoisson = Poisson,
    OfSkellam = Skellam, OfTemperedStable = TemperedStable, OfTriangular = Triangular, OfUniform = Uniform,
    OfVarianceGamma = VarianceGamma, OfGaussian = GaussianByVariance, OfMerton = MertonByVariances,
    OfExponentialPlusGaussian = ExponentialPlusGaussian, OfLaplacePlusGaussian = LaplacePlusGaussianByVariance,
    OfPoissonPlusGaussian = PoissonPlusGaussian
}

type Weights = (f64, f64, f64, f64, f64, f64, f64, f64);

/// The weights of [`mixture`] for a function of the corpus, and what its value is above that.
fn weights(function: &str) -> Option<(Weights, f64)> {
    let polynomial = |first, square, cube, fourth, sixth| (first, square, cube, fourth, sixth, 0.0, 0.0, 0.0);
    let exponential = |rate| ((0.0, 0.0, 0.0, 0.0, 0.0, rate, 0.0, 0.0), 1.0);
    let wave = |angle, phase| ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, angle, phase), 0.0);
    Some(match function {
        "z**2" => (polynomial(0.0, 1.0, 0.0, 0.0, 0.0), 0.0),
        "z**3" => (polynomial(0.0, 0.0, 1.0, 0.0, 0.0), 0.0),
        "z**4" => (polynomial(0.0, 0.0, 0.0, 1.0, 0.0), 0.0),
        "z**6" => (polynomial(0.0, 0.0, 0.0, 0.0, 1.0), 0.0),
        "z**2 - 49*z/50 + 2401/10000" => (polynomial(-0.98, 1.0, 0.0, 0.0, 0.0), 0.2401),
        "z**4/3 + 2*z**2 - z/2 + 1" => (polynomial(-0.5, 2.0, 0.0, 1.0 / 3.0, 0.0), 1.0),
        "exp(z)" => exponential(1.0),
        "exp(1/2*z)" => exponential(0.5),
        "exp(1/5*z)" => exponential(0.2),
        "exp(-49/100*z)" => exponential(-0.49),
        "exp(-3/2*z)" => exponential(-1.5),
        "sin(z)" => wave(1.0, 0.0),
        "sin(1/2*z)" => wave(0.5, 0.0),
        "sin(2*z)" => wave(2.0, 0.0),
        "sin(3*z)" => wave(3.0, 0.0),
        "cos(z)" => wave(1.0, PI / 2.0),
        "cos(3*z)" => wave(3.0, PI / 2.0),
        "cos(4*z)" => wave(4.0, PI / 2.0),
        _ => return None,
    })
}

/// Names of parameters here and in the corpus.
const ALIASES: &[(&str, &str)] = &[
    ("lambda", "lam"),
    ("rate", "lam"),
    ("mu1", "lam1"),
    ("mu2", "lam2"),
    ("mu", "m"),
    ("scale", "sc"),
];

/// Everything that holds of a run without a draw; then its value, less `above`, and its gradient against the corpus.
///
/// The tolerance is 1e-12, relative to the value where a gradient is small beside it.
fn compare<E, P>(estimate: Estimate<'_, E, P>, case: &Case, above: f64)
where
    E: Estimator,
    P: Parameters<Law = E::Law>,
{
    let run = estimate.run().unwrap_or_else(|error| panic!("{}: {error}", case.id));
    assert_eq!(run.samples, 0, "{}", case.id);
    assert_eq!(run.value_standard_error, Some(0.0));
    assert!(E::EXACT && run.terms.is_empty() && run.warnings.is_empty());
    let value = case.derivatives[0];
    let scale = 1e-12 * value.abs().max(above).max(1e-3);
    let found = run.value + above;
    assert!((found - value).abs() <= scale, "{}: {found} is not {value}", case.id);
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

/// Compares one case; `false` if its law is none of those above.
fn run(case: &Case, weights: Weights, above: f64) -> bool {
    let parameters = oracle().laws[&case.law].numbers::<f64>();
    let p = |name: &str| parameters[name];
    macro_rules! of {
        ($estimator:ident, $law:expr) => {
            compare($estimator::estimate(&$law, weights), case, above)
        };
    }
    match case.law.as_str() {
        "asymlaplace" => {
            of!(OfAsymmetricLaplace, AsymmetricLaplace { m: p("m"), lambda: p("lam"), kappa: p("kappa") })
        }
        "bernoulli" => of!(OfBernoulli, Bernoulli { p: p("p") }),
        "binomial" => of!(OfBinomial, Binomial { n: 5.0, p: p("p") }),
        "chi2" => of!(OfChiSquared, ChiSquared { nu: p("nu") }),
        "merton" => {
            let law = MertonByVariances { g: p("g"), v: p("v"), lam: p("lam"), m: p("m"), d2: p("d2") };
            of!(OfMerton, law);
        }
        "dirac" => of!(OfDirac, Dirac { a: p("a") }),
        "erlang" => of!(OfErlang, Erlang { k: 3.0, rate: p("lam") }),
        "exponential" => of!(OfExponential, Exponential { rate: p("lam") }),
        "gamma" | "gamma_small" => of!(OfGamma, Gamma { k: p("k"), mu: p("mu") }),
        "gauss" | "gauss_wide" => of!(OfGaussian, GaussianByVariance { mu: p("mu"), v: p("v") }),
        "geometric" => of!(OfGeometric, Geometric { p: p("p") }),
        "invgauss" => of!(OfInverseGaussian, InverseGaussian { mu: p("mu"), lambda: p("lam") }),
        "laplace" | "laplace_narrow" | "laplace_wide" => of!(mixture, Laplace { mu: p("mu"), b: p("b") }),
        "logistic" => of!(OfLogistic, Logistic { mu: p("m"), scale: p("sc") }),
        "negbin" => of!(OfNegativeBinomial, NegativeBinomial { r: p("r"), p: p("p") }),
        "poisson" => of!(OfPoisson, Poisson { rate: p("lam") }),
        "skellam" => of!(OfSkellam, Skellam { mu1: p("lam1"), mu2: p("lam2") }),
        "exp+gauss" => of!(OfExponentialPlusGaussian, ExponentialPlusGaussian { lam: p("lam"), v: p("v") }),
        "laplace+gauss" => {
            of!(OfLaplacePlusGaussian, LaplacePlusGaussianByVariance { mu: p("mu"), b: p("b"), v: p("v") });
        }
        "poisson+gauss" => of!(OfPoissonPlusGaussian, PoissonPlusGaussian { lam: p("lam"), v: p("v") }),
        "tempered_stable_half" => of!(OfTemperedStable, TemperedStable { c: p("C"), lambda: p("lam") }),
        "triangular" => of!(OfTriangular, Triangular { a: p("a"), b: p("b"), c: p("c") }),
        "uniform" => of!(OfUniform, Uniform { a: p("a"), b: p("b") }),
        "vg" => {
            let law = VarianceGamma { c: p("c"), theta: p("theta"), sigma: p("sigma"), nu: p("nu") };
            of!(OfVarianceGamma, law);
        }
        _ => return false,
    }
    true
}

#[test]
fn every_case_of_the_corpus() {
    let mut compared = 0;
    for case in &oracle().cases {
        match (weights(&case.text), case.text.as_str()) {
            (Some((weights, above)), _) => assert!(run(case, weights, above), "{} has no estimator", case.id),
            (None, "z**5") => compare(fifth_power::estimate(&Exponential { rate: 2.0 }, ()), case, 0.0),
            (None, "z**2*exp(-3/10*z)") => {
                compare(square_decay::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()), case, 0.0);
            }
            // Not of this kind: logarithms, roots, quotients, e^{-z²/2}, tanh.
            (None, other) => assert!(["log", "sqrt", "1/(1", "**2/2", "tanh"].iter().any(|part| other.contains(part))),
        }
        compared += usize::from(weights(&case.text).is_some());
    }
    assert!(compared > 45, "{compared} cases");
}

/// The exact gradient of a law whose coefficient is wrong by 5 %: the comparison would notice.
#[distribution(sample = mu + 0.975 * b * (exponential() - exponential()))]
fn wrong_laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
    I * mu * omega - (1.0 + 0.95 * b.powi(2) * omega.powi(2)).ln()
}

#[estimator(of = square_decay, distribution = WrongLaplace)]
struct WrongDecay;

#[test]
#[should_panic(expected = "is not")]
fn a_changed_coefficient_is_noticed() {
    let case = oracle().cases.iter().find(|case| case.text == "z**2*exp(-3/10*z)").expect("a case");
    compare(WrongDecay::estimate(&WrongLaplace { mu: 0.2, b: 0.7 }, ()), case, 0.0);
}
