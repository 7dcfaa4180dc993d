//! Exact rules against exact gradients, and the variance of a single sample against known ones, for every law of the library
//! whose rules need an auxiliary draw and for every form of these rules.
//!
//! `|estimate - exact| ≤ z · SE` with 31 degrees of freedom: the quotient leaves ±5 with probability 2e-5, so about 400
//! comparisons with a fresh seed would raise a false alarm in 9 of 1000 runs (more often for long tails; the seed is fixed).
//! Every comparison is repeated with the exact value changed by 5 % in either direction; it has to fail wherever 5 % are more
//! than twice what is allowed, which is counted.
//!
//! Generated code is lightly optimised in tests, so the default is 2¹⁷ samples. Ten million take as long with
//!
//! ```text
//! LOGPHI_SAMPLES=10000000 cargo test -p logphi-tests --test exact --config 'profile.dev.package.logphi-tests.opt-level=3'
//! ```

// One function of many weights serves every case, so that an estimator is compiled once for each law.
#![allow(clippy::too_many_arguments)]

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;

use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Beta, Binomial, ChiSquared, Erlang, Exponential, Gamma, Geometric, Gumbel,
    InverseGaussian, Laplace, LaplacePlusGaussian, Logistic, Merton, NegativeBinomial, NormalInverseGaussian, Poisson,
    Skellam, TemperedStable, Triangular, Uniform, VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Domain, Estimator, Gradient, Law, ParameterInfo, Run};
use logphi_tests::corpus::oracle;
use serde_json::Value;

/// Most functions of the corpus, by their weights. A weight of 0 takes its term away: with the rates at 0 too, no term
/// is infinite anywhere.
#[estimator(distribution = Laplace, packs = portable)]
fn mixture(
    z: f64,
    square: f64,
    cube: f64,
    fourth: f64,
    rate: f64,
    exponential: f64,
    slope: f64,
    sigmoid: f64,
    tanh: f64,
) -> f64 {
    z * z * (square + z * (cube + z * fourth))
        + exponential * (rate * z).exp()
        + sigmoid * log_sigmoid(slope * z)
        + tanh * z.tanh()
}

/// The other functions of the corpus, but for polynomials, whose rules end.
#[estimator(distribution = Laplace, packs = portable)]
fn waves(
    z: f64,
    angle: f64,
    phase: f64,
    wave: f64,
    bell: f64,
    reciprocal: f64,
    root: f64,
    logarithm: f64,
    decay: f64,
) -> f64 {
    let square = z * z;
    wave * (angle * z + phase).sin()
        + bell * (-square / 2.0).exp()
        + reciprocal / (1.0 + square)
        + root * (1.0 + square).sqrt()
        + logarithm * (1.0 + square).ln()
        + decay * square * (-0.3 * z).exp()
}

type Arguments = (f64, f64, f64, f64, f64, f64, f64, f64);

/// The parameters of a law in the corpus.
type Parameters = BTreeMap<String, f64>;

/// A gradient by the corpus's name of the parameter: the estimate and its standard error.
type Entries = BTreeMap<String, (f64, f64)>;

/// A compiled form of the rules of a law.
struct Compiled {
    /// The name of the estimator.
    estimator: &'static str,
    /// The keys of the law in the corpora.
    keys: &'static [&'static str],
    /// The parameters whose rules are compared, by the corpus's name; of the others, another form is. With the place in
    /// `variance.json` of the rule that evaluates the same, if there is one.
    forms: &'static [(&'static str, Option<usize>)],
    /// A run with a number of samples.
    run: fn(&Parameters, Arguments, usize) -> Entries,
    /// Means of the estimates and of `S · SE²` over many steps with one sample in each lane, with their standard errors.
    variance: fn(&Parameters, Arguments) -> BTreeMap<String, Variance>,
}

/// The variance of a single sample, with its standard error.
#[derive(Clone, Copy)]
struct Variance {
    value: f64,
    error: f64,
}

/// The corpus's name of a parameter of a law of the library, and what the gradient is multiplied by there.
fn in_corpus(key: &str, parameter: &'static str, p: &Parameters) -> (&'static str, f64) {
    // ∂/∂σ = 2 σ ∂/∂v where the corpus has the variance v.
    let by_variance = |name: &'static str| (name, 0.5 / p[name].sqrt());
    match (key, parameter) {
        ("merton", "drift") => ("g", 1.0),
        ("merton", "mean") => ("m", 1.0),
        ("merton", "spread") => by_variance("d2"),
        ("merton" | "laplace+gauss", "sigma") => by_variance("v"),
        ("nig" | "logistic" | "gumbel", "mu") => ("m", 1.0),
        ("gumbel", "beta") => ("be", 1.0),
        ("tempered_stable_half", "c") => ("C", 1.0),
        (_, "rate" | "lambda") => ("lam", 1.0),
        (_, "scale") => ("sc", 1.0),
        (_, "mu1") => ("lam1", 1.0),
        (_, "mu2") => ("lam2", 1.0),
        (_, same) => (same, 1.0),
    }
}

fn entries<E: Estimator, G: Gradient>(key: &str, p: &Parameters, run: &Run<E, G>) -> Entries {
    let errors = run.standard_error.as_ref().expect("many samples");
    let with_gradient = <E::Law as Law>::PARAMETERS.iter().enumerate().filter(|(_, info)| info.domain != Domain::Count);
    let entry = |(index, info): (usize, &ParameterInfo)| {
        let (name, factor) = in_corpus(key, info.name, p);
        (name.to_owned(), (factor * run.gradient.entries(index)[0], factor * errors.entries(index)[0]))
    };
    with_gradient.map(entry).collect()
}

/// Steps over which variances are averaged: 2¹⁶ samples.
const STEPS: usize = 2048;

macro_rules! compiled {
    ($estimator:ident, $keys:expr, $forms:expr, |$p:ident| $law:expr) => {
        Compiled {
            estimator: stringify!($estimator),
            keys: &$keys,
            forms: &$forms,
            run: |p, arguments, samples| {
                let $p = |name: &str| p[name];
                let run = $estimator::estimate(&$law, arguments).samples(samples).seed(2020).run().expect("a run");
                entries($keys[0], p, &run)
            },
            variance: |p, arguments| {
                let $p = |name: &str| p[name];
                let law = $law;
                let mut prepared =
                    $estimator::prepare(&law, arguments).samples(32).seed(2021).build().expect("a preparation");
                let mut sums: BTreeMap<String, [f64; 2]> = BTreeMap::new();
                for _ in 0..STEPS {
                    let run = prepared.step(&law).expect("a step");
                    for (name, (_, error)) in entries($keys[0], p, &run) {
                        let variance = 32.0 * error * error;
                        let [sum, squares] = sums.entry(name).or_default();
                        *sum += variance;
                        *squares += variance * variance;
                    }
                }
                let count = STEPS as f64;
                let variance = |[sum, squares]: [f64; 2]| {
                    let value = sum / count;
                    Variance { value, error: ((squares / count - value * value) / count).sqrt() }
                };
                sums.into_iter().map(|(name, sums)| (name, variance(sums))).collect()
            },
        }
    };
}

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = auxiliary(2))]
struct LaplaceSecond;

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = difference)]
struct LaplaceDifference;

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = difference(2))]
struct LaplaceSecondDifference;

#[estimator(of = mixture, distribution = Gamma, packs = portable)]
struct GammaRule;

#[estimator(of = mixture, distribution = Gamma, packs = portable, form(mu) = difference)]
struct GammaDifference;

#[estimator(of = mixture, distribution = Gamma, packs = portable, form(k) = auxiliary(2))]
struct GammaMultiplicative;

#[estimator(of = mixture, distribution = Gumbel, packs = portable)]
struct GumbelRule;

#[estimator(of = mixture, distribution = Beta, packs = portable)]
struct BetaRule;

#[estimator(of = mixture, distribution = ChiSquared, packs = portable)]
struct ChiSquaredRule;

#[estimator(of = mixture, distribution = Erlang, packs = portable)]
struct ErlangRule;

#[estimator(of = mixture, distribution = Exponential, packs = portable)]
struct ExponentialRule;

#[estimator(of = mixture, distribution = Exponential, packs = portable, form = difference)]
struct ExponentialDifference;

#[estimator(of = mixture, distribution = AsymmetricLaplace, packs = portable)]
struct AsymmetricLaplaceRule;

#[estimator(of = mixture, distribution = AsymmetricLaplace, packs = portable, form(lambda) = difference, form(kappa) = difference)]
struct AsymmetricLaplaceDifference;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable)]
struct InverseGaussianRule;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable, form(mu) = difference, form(lambda) = auxiliary(2))]
struct InverseGaussianSecond;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable, form(mu) = auxiliary(2), form(lambda) = auxiliary(3))]
struct InverseGaussianThird;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable)]
struct VarianceGammaRule;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable, form(sigma) = auxiliary(2), form(nu) = auxiliary(2))]
struct VarianceGammaSecond;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable, form(nu) = auxiliary(3))]
struct VarianceGammaThird;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable)]
struct NormalInverseGaussianRule;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable, form(alpha) = difference, form(beta) = auxiliary(2))]
struct NormalInverseGaussianSecond;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable, form(alpha) = auxiliary(2), form(beta) = auxiliary(3))]
struct NormalInverseGaussianThird;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable)]
struct TemperedStableRule;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable, form(lambda) = difference)]
struct TemperedStableDifference;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable, form(lambda) = auxiliary(2))]
struct TemperedStableSecond;

#[estimator(of = mixture, distribution = Merton, packs = portable)]
struct MertonRule;

#[estimator(of = mixture, distribution = Merton, packs = portable, form(rate) = difference)]
struct MertonDifference;

#[estimator(of = mixture, distribution = Poisson, packs = portable)]
struct PoissonRule;

#[estimator(of = mixture, distribution = Poisson, packs = portable, form = auxiliary)]
struct PoissonAuxiliary;

#[estimator(of = mixture, distribution = Skellam, packs = portable)]
struct SkellamRule;

#[estimator(of = mixture, distribution = Skellam, packs = portable, form = auxiliary)]
struct SkellamAuxiliary;

#[estimator(of = mixture, distribution = Bernoulli, packs = portable)]
struct BernoulliRule;

#[estimator(of = mixture, distribution = Binomial, packs = portable)]
struct BinomialRule;

#[estimator(of = mixture, distribution = Geometric, packs = portable)]
struct GeometricRule;

#[estimator(of = mixture, distribution = Geometric, packs = portable, form = auxiliary)]
struct GeometricAuxiliary;

#[estimator(of = mixture, distribution = NegativeBinomial, packs = portable)]
struct NegativeBinomialRule;

#[estimator(of = mixture, distribution = NegativeBinomial, packs = portable, form(p) = auxiliary)]
struct NegativeBinomialAuxiliary;

#[estimator(of = mixture, distribution = LaplacePlusGaussian, packs = portable)]
struct LaplacePlusGaussianRule;

#[estimator(of = mixture, distribution = Logistic, packs = portable)]
struct LogisticRule;

#[estimator(of = mixture, distribution = Uniform, packs = portable)]
struct UniformRule;

#[estimator(of = mixture, distribution = Uniform, packs = portable, form = difference)]
struct UniformDifference;

#[estimator(of = mixture, distribution = Triangular, packs = portable)]
struct TriangularRule;

#[estimator(of = waves, distribution = Gamma, packs = portable)]
struct GammaWaves;

#[estimator(of = waves, distribution = Exponential, packs = portable)]
struct ExponentialWaves;

#[estimator(of = waves, distribution = AsymmetricLaplace, packs = portable)]
struct AsymmetricLaplaceWaves;

#[estimator(of = waves, distribution = Merton, packs = portable)]
struct MertonWaves;

#[estimator(of = waves, distribution = Poisson, packs = portable)]
struct PoissonWaves;

#[estimator(of = waves, distribution = Bernoulli, packs = portable)]
struct BernoulliWaves;

#[estimator(of = waves, distribution = Geometric, packs = portable)]
struct GeometricWaves;

#[estimator(of = waves, distribution = Uniform, packs = portable)]
struct UniformWaves;

#[estimator(of = waves, distribution = Triangular, packs = portable)]
struct TriangularWaves;

/// Forms of rules with [`mixture`].
const MIXTURES: &[Compiled] = &[
    compiled!(mixture, ["laplace", "laplace_narrow", "laplace_wide"], [("mu", None), ("b", Some(0))], |p| Laplace {
        mu: p("mu"),
        b: p("b")
    }),
    compiled!(LaplaceSecond, ["laplace", "laplace_narrow", "laplace_wide"], [("b", Some(1))], |p| Laplace {
        mu: p("mu"),
        b: p("b")
    }),
    compiled!(LaplaceDifference, ["laplace", "laplace_narrow", "laplace_wide"], [("b", Some(2))], |p| Laplace {
        mu: p("mu"),
        b: p("b")
    }),
    compiled!(LaplaceSecondDifference, ["laplace", "laplace_narrow", "laplace_wide"], [("b", None)], |p| Laplace {
        mu: p("mu"),
        b: p("b")
    }),
    compiled!(GammaRule, ["gamma", "gamma_small"], [("k", Some(0)), ("mu", Some(0))], |p| Gamma {
        k: p("k"),
        mu: p("mu")
    }),
    compiled!(GammaDifference, ["gamma", "gamma_small"], [("mu", Some(1))], |p| Gamma { k: p("k"), mu: p("mu") }),
    compiled!(GammaMultiplicative, ["gamma", "gamma_small"], [("k", Some(1))], |p| Gamma { k: p("k"), mu: p("mu") }),
    compiled!(GumbelRule, ["gumbel"], [("m", None), ("be", Some(0))], |p| Gumbel { mu: p("m"), beta: p("be") }),
    compiled!(BetaRule, ["beta"], [("alpha", Some(0)), ("beta", None)], |p| Beta {
        alpha: p("alpha"),
        beta: p("beta")
    }),
    compiled!(ChiSquaredRule, ["chi2"], [("nu", Some(0))], |p| ChiSquared { nu: p("nu") }),
    compiled!(ErlangRule, ["erlang"], [("lam", None)], |p| Erlang { k: 3.0, rate: p("lam") }),
    compiled!(ExponentialRule, ["exponential"], [("lam", Some(0))], |p| Exponential { rate: p("lam") }),
    compiled!(ExponentialDifference, ["exponential"], [("lam", None)], |p| Exponential { rate: p("lam") }),
    compiled!(AsymmetricLaplaceRule, ["asymlaplace"], [("m", None), ("lam", Some(0)), ("kappa", Some(0))], |p| {
        AsymmetricLaplace { m: p("m"), lambda: p("lam"), kappa: p("kappa") }
    }),
    compiled!(AsymmetricLaplaceDifference, ["asymlaplace"], [("lam", None), ("kappa", None)], |p| AsymmetricLaplace {
        m: p("m"),
        lambda: p("lam"),
        kappa: p("kappa")
    }),
    compiled!(InverseGaussianRule, ["invgauss"], [("mu", Some(0)), ("lam", Some(0))], |p| InverseGaussian {
        mu: p("mu"),
        lambda: p("lam")
    }),
    compiled!(InverseGaussianSecond, ["invgauss"], [("mu", Some(1)), ("lam", None)], |p| InverseGaussian {
        mu: p("mu"),
        lambda: p("lam")
    }),
    compiled!(InverseGaussianThird, ["invgauss"], [("mu", None), ("lam", Some(1))], |p| InverseGaussian {
        mu: p("mu"),
        lambda: p("lam")
    }),
    compiled!(VarianceGammaRule, ["vg"], [("c", None), ("theta", Some(0)), ("sigma", Some(0)), ("nu", Some(0))], |p| {
        VarianceGamma { c: p("c"), theta: p("theta"), sigma: p("sigma"), nu: p("nu") }
    }),
    compiled!(VarianceGammaSecond, ["vg"], [("sigma", None), ("nu", None)], |p| VarianceGamma {
        c: p("c"),
        theta: p("theta"),
        sigma: p("sigma"),
        nu: p("nu")
    }),
    compiled!(VarianceGammaThird, ["vg"], [("nu", Some(1))], |p| VarianceGamma {
        c: p("c"),
        theta: p("theta"),
        sigma: p("sigma"),
        nu: p("nu")
    }),
    compiled!(
        NormalInverseGaussianRule,
        ["nig"],
        [("alpha", Some(1)), ("beta", Some(0)), ("delta", Some(0)), ("m", None)],
        |p| NormalInverseGaussian { alpha: p("alpha"), beta: p("beta"), delta: p("delta"), mu: p("m") }
    ),
    compiled!(NormalInverseGaussianSecond, ["nig"], [("alpha", Some(0)), ("beta", None)], |p| NormalInverseGaussian {
        alpha: p("alpha"),
        beta: p("beta"),
        delta: p("delta"),
        mu: p("m")
    }),
    compiled!(NormalInverseGaussianThird, ["nig"], [("alpha", None), ("beta", None)], |p| NormalInverseGaussian {
        alpha: p("alpha"),
        beta: p("beta"),
        delta: p("delta"),
        mu: p("m")
    }),
    compiled!(TemperedStableRule, ["tempered_stable_half"], [("C", Some(0)), ("lam", Some(1))], |p| TemperedStable {
        c: p("C"),
        lambda: p("lam")
    }),
    compiled!(TemperedStableDifference, ["tempered_stable_half"], [("lam", Some(0))], |p| TemperedStable {
        c: p("C"),
        lambda: p("lam")
    }),
    compiled!(TemperedStableSecond, ["tempered_stable_half"], [("lam", None)], |p| TemperedStable {
        c: p("C"),
        lambda: p("lam")
    }),
    compiled!(
        MertonRule,
        ["merton"],
        [("g", None), ("v", None), ("lam", Some(1)), ("m", Some(0)), ("d2", Some(0))],
        |p| Merton { drift: p("g"), sigma: p("v").sqrt(), rate: p("lam"), mean: p("m"), spread: p("d2").sqrt() }
    ),
    compiled!(MertonDifference, ["merton"], [("lam", Some(0))], |p| Merton {
        drift: p("g"),
        sigma: p("v").sqrt(),
        rate: p("lam"),
        mean: p("m"),
        spread: p("d2").sqrt()
    }),
    compiled!(PoissonRule, ["poisson"], [("lam", Some(0))], |p| Poisson { rate: p("lam") }),
    compiled!(PoissonAuxiliary, ["poisson"], [("lam", Some(1))], |p| Poisson { rate: p("lam") }),
    compiled!(SkellamRule, ["skellam"], [("lam1", None), ("lam2", None)], |p| Skellam {
        mu1: p("lam1"),
        mu2: p("lam2")
    }),
    compiled!(SkellamAuxiliary, ["skellam"], [("lam1", None), ("lam2", None)], |p| Skellam {
        mu1: p("lam1"),
        mu2: p("lam2")
    }),
    compiled!(BernoulliRule, ["bernoulli"], [("p", Some(0))], |p| Bernoulli { p: p("p") }),
    compiled!(BinomialRule, ["binomial"], [("p", Some(0))], |p| Binomial { n: 5.0, p: p("p") }),
    compiled!(GeometricRule, ["geometric"], [("p", None)], |p| Geometric { p: p("p") }),
    compiled!(GeometricAuxiliary, ["geometric"], [("p", None)], |p| Geometric { p: p("p") }),
    compiled!(NegativeBinomialRule, ["negbin"], [("r", Some(0)), ("p", Some(0))], |p| NegativeBinomial {
        r: p("r"),
        p: p("p")
    }),
    compiled!(NegativeBinomialAuxiliary, ["negbin"], [("p", None)], |p| NegativeBinomial { r: p("r"), p: p("p") }),
    compiled!(LaplacePlusGaussianRule, ["laplace+gauss"], [("mu", None), ("b", None), ("v", None)], |p| {
        LaplacePlusGaussian { mu: p("mu"), b: p("b"), sigma: p("v").sqrt() }
    }),
    compiled!(LogisticRule, ["logistic"], [("m", None), ("sc", Some(0))], |p| Logistic { mu: p("m"), scale: p("sc") }),
    compiled!(UniformRule, ["uniform"], [("a", None), ("b", Some(1))], |p| Uniform { a: p("a"), b: p("b") }),
    compiled!(UniformDifference, ["uniform"], [("a", None), ("b", Some(0))], |p| Uniform { a: p("a"), b: p("b") }),
    compiled!(TriangularRule, ["triangular"], [("a", None), ("b", None), ("c", None)], |p| Triangular {
        a: p("a"),
        b: p("b"),
        c: p("c")
    }),
];

/// Forms of rules with [`waves`].
const WAVES: &[Compiled] = &[
    compiled!(waves, ["laplace", "laplace_narrow", "laplace_wide"], [("mu", None), ("b", None)], |p| Laplace {
        mu: p("mu"),
        b: p("b")
    }),
    compiled!(GammaWaves, ["gamma", "gamma_small"], [("k", None), ("mu", None)], |p| Gamma { k: p("k"), mu: p("mu") }),
    compiled!(ExponentialWaves, ["exponential"], [("lam", None)], |p| Exponential { rate: p("lam") }),
    compiled!(AsymmetricLaplaceWaves, ["asymlaplace"], [("m", None), ("lam", None), ("kappa", None)], |p| {
        AsymmetricLaplace { m: p("m"), lambda: p("lam"), kappa: p("kappa") }
    }),
    compiled!(MertonWaves, ["merton"], [("g", None), ("v", None), ("lam", None), ("m", None), ("d2", None)], |p| {
        Merton { drift: p("g"), sigma: p("v").sqrt(), rate: p("lam"), mean: p("m"), spread: p("d2").sqrt() }
    }),
    compiled!(PoissonWaves, ["poisson"], [("lam", None)], |p| Poisson { rate: p("lam") }),
    compiled!(BernoulliWaves, ["bernoulli"], [("p", None)], |p| Bernoulli { p: p("p") }),
    compiled!(GeometricWaves, ["geometric"], [("p", None)], |p| Geometric { p: p("p") }),
    compiled!(UniformWaves, ["uniform"], [("a", None), ("b", None)], |p| Uniform { a: p("a"), b: p("b") }),
    compiled!(TriangularWaves, ["triangular"], [("a", None), ("b", None), ("c", None)], |p| Triangular {
        a: p("a"),
        b: p("b"),
        c: p("c")
    }),
];

/// `r` of a name like `exp(-49/100 z)`.
fn rate(function: &str, name: &str) -> Option<f64> {
    let inside = function.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(" z)")?;
    let (above, below) = inside.split_once('/').unwrap_or((inside, "1"));
    Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?)
}

const ZERO: [f64; 8] = [0.0; 8];

/// The weights of [`mixture`] for a function of the corpora.
fn mixture_weights(function: &str) -> Option<[f64; 8]> {
    let mut weights = ZERO;
    if let Some(rate) = rate(function, "exp") {
        weights[3..5].copy_from_slice(&[rate, 1.0]);
    } else if let Some(slope) = rate(function, "logsigmoid") {
        weights[5..7].copy_from_slice(&[slope, 1.0]);
    } else {
        match function {
            "z^2" => weights[0] = 1.0,
            "z^3" => weights[1] = 1.0,
            "z^4" => weights[2] = 1.0,
            // ln(1 + e^z) = -ln σ(-z)
            "softplus" => weights[5..7].copy_from_slice(&[-1.0, -1.0]),
            "tanh" => weights[7] = 1.0,
            _ => return None,
        }
    }
    Some(weights)
}

/// The weights of [`waves`] for a function of the corpora.
fn waves_weights(function: &str) -> Option<[f64; 8]> {
    let mut weights = ZERO;
    if let Some(angle) = rate(function, "sin") {
        weights[0..3].copy_from_slice(&[angle, 0.0, 1.0]);
    } else if let Some(angle) = rate(function, "cos") {
        weights[0..3].copy_from_slice(&[angle, FRAC_PI_2, 1.0]);
    } else {
        match function {
            "exp(-z^2/2)" => weights[3] = 1.0,
            "1/(1+z^2)" => weights[4] = 1.0,
            "sqrt(1+z^2)" => weights[5] = 1.0,
            "log(1+z^2)" => weights[6] = 1.0,
            "z^2 exp(-3/10 z)" => weights[7] = 1.0,
            _ => return None,
        }
    }
    Some(weights)
}

const fn arguments([a, b, c, d, e, f, g, h]: [f64; 8]) -> Arguments {
    (a, b, c, d, e, f, g, h)
}

/// Standard errors that a comparison allows.
const ALLOWED: f64 = 5.0;

fn samples() -> usize {
    let given = std::env::var("LOGPHI_SAMPLES").ok();
    given.map_or(1 << 17, |text| text.parse().expect("LOGPHI_SAMPLES is a number"))
}

/// # Errors
/// What was compared, if it does not agree.
fn compare((estimate, error): (f64, f64), exact: f64) -> Result<(), String> {
    let close = (estimate - exact).abs() <= ALLOWED * error.abs() + 1e-12 * exact.abs();
    if close { Ok(()) } else { Err(format!("{estimate:e} ± {error:e}, expected {exact:e}")) }
}

#[test]
fn every_form_agrees_with_the_exact_gradient() {
    type Weights = fn(&str) -> Option<[f64; 8]>;
    let (mut wrong, mut compared, mut sharp) = (Vec::new(), 0, 0);
    let families: [(&[Compiled], Weights); 2] = [(MIXTURES, mixture_weights), (WAVES, waves_weights)];
    for (compiled, weights) in families {
        for Compiled { estimator, keys, forms, run, .. } in compiled {
            for case in oracle().cases.iter().filter(|case| keys.contains(&&*case.law)) {
                let (_, function) = case.id.split_once('|').expect("law and function");
                let Some(weights) = weights(function) else { continue };
                let entries = run(&oracle().laws[&case.law].numbers(), arguments(weights), samples());
                for (name, _) in *forms {
                    let (entry, exact) = (entries[*name], case.gradients[*name].exact);
                    compared += 1;
                    if let Err(difference) = compare(entry, exact) {
                        wrong.push(format!("{estimator}, {}, {name}: {difference}", case.id));
                    }
                    if 0.05 * exact.abs() > 2.0 * ALLOWED * entry.1.abs() {
                        sharp += 1;
                        for factor in [0.95, 1.05] {
                            let verdict = compare(entry, factor * exact);
                            assert!(verdict.is_err(), "{estimator}, {}, {name}: 5 % are not seen", case.id);
                        }
                    }
                }
            }
        }
    }
    println!("{compared} comparisons, of which {sharp} are sharp");
    assert!(wrong.is_empty(), "{} of {compared} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= 200 && sharp >= 140, "{compared} comparisons, {sharp} of them sharp");
}

/// `E z²` at shapes down to 1e-3, where draws are 0 and 1 or very small to all digits. Only few samples count there, so that the
/// standard errors are large; nothing is NaN.
#[test]
fn tiny_shapes() {
    let weights = arguments(mixture_weights("z^2").expect("a function of the corpus"));
    let check = |(estimate, error): (f64, f64), exact: f64| {
        assert!(
            error.is_finite() && (estimate - exact).abs() <= ALLOWED * error,
            "{estimate} ± {error}, expected {exact}"
        );
    };
    for (k, mu) in [(1e-3, 1e6), (1e-3, 1.0), (0.02, 3.0)] {
        let law = Gamma { k, mu };
        let exact = mu * mu * (2.0 * k + 1.0);
        let run = GammaRule::estimate(&law, weights).samples(samples()).seed(31).run().expect("a run");
        check((run.gradient.k, run.standard_error.as_ref().expect("many samples").k), exact);
        let run = GammaMultiplicative::estimate(&law, weights).samples(samples()).seed(32).run().expect("a run");
        let entry = (run.gradient.k, run.standard_error.as_ref().expect("many samples").k);
        // Of samples of the second rule, k² count: at the smallest shapes too few for a comparison.
        if k > 0.01 {
            check(entry, exact);
        } else {
            assert!(entry.0.is_finite() && entry.1.is_finite(), "{entry:?}");
        }
    }
    for (alpha, beta) in [(1e-3_f64, 1e-3_f64), (1e-3, 5.0), (300.0, 1e-3), (0.2, 0.1)] {
        let run = BetaRule::estimate(&Beta { alpha, beta }, weights).samples(samples()).seed(33).run().expect("a run");
        let errors = run.standard_error.as_ref().expect("many samples");
        // E z² = α (α + 1) / (A (A + 1)), A = α + β.
        let total = alpha + beta;
        let square = alpha * (alpha + 1.0) / (total * (total + 1.0));
        let by_total = -square * (total.recip() + (total + 1.0).recip());
        check((run.gradient.alpha, errors.alpha), square * (alpha.recip() + (alpha + 1.0).recip()) + by_total);
        check((run.gradient.beta, errors.beta), by_total);
    }
}

/// Which rule for the shape of a gamma number is the better one depends on the shape: a pilot run ranks them.
#[test]
fn rules_of_the_gamma_shape_are_ranked() {
    let weights = arguments(mixture_weights("tanh").expect("a function of the corpus"));
    for (law, better) in [(Gamma { k: 0.7, mu: 0.5 }, "additive"), (Gamma { k: 10.0, mu: 0.3 }, "multiplicative")] {
        let pilot = logphi::compare(&law, weights)
            .rule::<GammaRule>("additive")
            .rule::<GammaMultiplicative>("multiplicative")
            .samples(20_000)
            .seed(11);
        let comparison = pilot.run().expect("a comparison");
        // The variances differ by factors of 8 and 2.5.
        let variance =
            |rule: usize| comparison.rules[rule].parameters.iter().find(|p| p.name == "k").expect("k").variance;
        let least = if variance(0) < variance(1) { "additive" } else { "multiplicative" };
        assert_eq!(least, better, "{comparison}");
    }
}

/// A row of `corpus/variance.json`.
struct Row {
    law: String,
    parameters: Parameters,
    parameter: String,
    function: String,
    exact: f64,
    variances: Vec<f64>,
}

fn rows() -> Vec<Row> {
    let file: Value = serde_json::from_str(include_str!("corpus/variance.json")).expect("the corpus is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let number = |value: &Value| value.as_f64().expect("a number");
    let row = |row: &Value| Row {
        law: text(&row["law"]),
        parameters: row["params"]
            .as_object()
            .expect("parameters")
            .iter()
            .map(|(n, v)| (n.clone(), number(v)))
            .collect(),
        parameter: text(&row["param"]),
        function: text(&row["f"]),
        exact: number(&row["exact"]),
        variances: row["aux"].as_array().expect("forms").iter().map(|form| number(&form["var"])).collect(),
    };
    file.as_array().expect("rows").iter().map(row).collect()
}

/// Draws behind each variance of the corpus, which has an error like ours.
const DRAWS_OF_CORPUS: f64 = 400_000.0;

/// The variance of a sample, from one sample in each lane, is that of the corpus up to 5 %, or up to 5 of its standard errors
/// where these are more. Rows without fourth moment are left out: `E f²` of Laplace(0.2, 2) and `e^{-0.49 z}` is finite only
/// if `2 · 0.49 · 2 < 1`.
#[test]
fn variances_are_the_known_ones() {
    let (mut wrong, mut compared, mut close) = (Vec::new(), 0, 0);
    for row in rows() {
        if row.law == "laplace" && row.parameters["b"] == 2.0 && row.function == "exp(-49/100 z)" {
            continue;
        }
        let weights = mixture_weights(&row.function).expect("a function of the corpus");
        for compiled in MIXTURES.iter().filter(|compiled| compiled.keys[0] == row.law) {
            for (_, place) in compiled.forms.iter().filter(|form| form.0 == row.parameter) {
                let Some(expected) = place.map(|place| row.variances[place]) else { continue };
                let found = (compiled.variance)(&row.parameters, arguments(weights))[&row.parameter];
                let ours = (STEPS * 32) as f64;
                let error = found.error * (1.0 + ours / DRAWS_OF_CORPUS).sqrt();
                let difference = (found.value - expected).abs();
                compared += 1;
                // A variance of 0 is one of rounding.
                let allowed = f64::max(0.05 * expected, 5.0 * error) + 1e-20 * row.exact.powi(2);
                if expected > 1e-12 * row.exact.powi(2) && 5.0 * error <= 0.05 * expected {
                    close += 1;
                    assert!((found.value - 1.12 * expected).abs() > allowed, "12 % are not seen");
                }
                if difference > allowed {
                    let name = format!("{} {:?} {} {}", row.law, row.parameters, row.parameter, row.function);
                    wrong.push(format!(
                        "{}, {name}: {} ± {error:e}, expected {expected}",
                        compiled.estimator, found.value
                    ));
                }
            }
        }
    }
    println!("{compared} variances, {close} known to 1 %");
    assert!(wrong.is_empty(), "{} of {compared} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 150, "{compared} variances");
}
