//! The estimators: every law whose rules need an auxiliary draw, in every form of these rules.

// One function of many weights serves every case, so that an estimator is compiled once for each law.
#![allow(clippy::too_many_arguments)]

use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Beta, Binomial, ChiSquared, Erlang, Exponential, Gamma, Geometric, Gumbel,
    InverseGaussian, Laplace, LaplacePlusGaussian, Logistic, Merton, NegativeBinomial, NormalInverseGaussian, Poisson,
    Skellam, TemperedStable, Triangular, Uniform, VarianceGamma,
};
use logphi::prelude::*;

use crate::compiled::{Compiled, compiled, entries, variances};

/// Most functions of the corpus, by their weights. A weight of 0 takes its term away: with the rates at 0 too, no term
/// is infinite anywhere.
#[estimator(distribution = Laplace, packs = portable)]
pub fn mixture(
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
pub fn waves(
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

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = auxiliary(2))]
pub struct LaplaceSecond;

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = difference)]
pub struct LaplaceDifference;

#[estimator(of = mixture, distribution = Laplace, packs = portable, form(b) = difference(2))]
pub struct LaplaceSecondDifference;

#[estimator(of = mixture, distribution = Gamma, packs = portable)]
pub struct GammaRule;

#[estimator(of = mixture, distribution = Gamma, packs = portable, form(mu) = difference)]
pub struct GammaDifference;

#[estimator(of = mixture, distribution = Gamma, packs = portable, form(k) = auxiliary(2))]
pub struct GammaMultiplicative;

#[estimator(of = mixture, distribution = Gumbel, packs = portable)]
pub struct GumbelRule;

#[estimator(of = mixture, distribution = Beta, packs = portable)]
pub struct BetaRule;

#[estimator(of = mixture, distribution = ChiSquared, packs = portable)]
pub struct ChiSquaredRule;

#[estimator(of = mixture, distribution = Erlang, packs = portable)]
pub struct ErlangRule;

#[estimator(of = mixture, distribution = Exponential, packs = portable)]
pub struct ExponentialRule;

#[estimator(of = mixture, distribution = Exponential, packs = portable, form = difference)]
pub struct ExponentialDifference;

#[estimator(of = mixture, distribution = AsymmetricLaplace, packs = portable)]
pub struct AsymmetricLaplaceRule;

#[estimator(of = mixture, distribution = AsymmetricLaplace, packs = portable, form(lambda) = difference, form(kappa) = difference)]
pub struct AsymmetricLaplaceDifference;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable)]
pub struct InverseGaussianRule;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable, form(mu) = difference, form(lambda) = auxiliary(2))]
pub struct InverseGaussianSecond;

#[estimator(of = mixture, distribution = InverseGaussian, packs = portable, form(mu) = auxiliary(2), form(lambda) = auxiliary(3))]
pub struct InverseGaussianThird;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable)]
pub struct VarianceGammaRule;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable, form(sigma) = auxiliary(2), form(nu) = auxiliary(2))]
pub struct VarianceGammaSecond;

#[estimator(of = mixture, distribution = VarianceGamma, packs = portable, form(nu) = auxiliary(3))]
pub struct VarianceGammaThird;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable)]
pub struct NormalInverseGaussianRule;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable, form(alpha) = difference, form(beta) = auxiliary(2))]
pub struct NormalInverseGaussianSecond;

#[estimator(of = mixture, distribution = NormalInverseGaussian, packs = portable, form(alpha) = auxiliary(2), form(beta) = auxiliary(3))]
pub struct NormalInverseGaussianThird;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable)]
pub struct TemperedStableRule;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable, form(lambda) = difference)]
pub struct TemperedStableDifference;

#[estimator(of = mixture, distribution = TemperedStable, packs = portable, form(lambda) = auxiliary(2))]
pub struct TemperedStableSecond;

#[estimator(of = mixture, distribution = Merton, packs = portable)]
pub struct MertonRule;

#[estimator(of = mixture, distribution = Merton, packs = portable, form(rate) = difference)]
pub struct MertonDifference;

#[estimator(of = mixture, distribution = Poisson, packs = portable)]
pub struct PoissonRule;

#[estimator(of = mixture, distribution = Poisson, packs = portable, form = auxiliary)]
pub struct PoissonAuxiliary;

#[estimator(of = mixture, distribution = Skellam, packs = portable)]
pub struct SkellamRule;

#[estimator(of = mixture, distribution = Skellam, packs = portable, form = auxiliary)]
pub struct SkellamAuxiliary;

#[estimator(of = mixture, distribution = Bernoulli, packs = portable)]
pub struct BernoulliRule;

#[estimator(of = mixture, distribution = Binomial, packs = portable)]
pub struct BinomialRule;

#[estimator(of = mixture, distribution = Geometric, packs = portable)]
pub struct GeometricRule;

#[estimator(of = mixture, distribution = Geometric, packs = portable, form = auxiliary)]
pub struct GeometricAuxiliary;

#[estimator(of = mixture, distribution = NegativeBinomial, packs = portable)]
pub struct NegativeBinomialRule;

#[estimator(of = mixture, distribution = NegativeBinomial, packs = portable, form(p) = auxiliary)]
pub struct NegativeBinomialAuxiliary;

#[estimator(of = mixture, distribution = LaplacePlusGaussian, packs = portable)]
pub struct LaplacePlusGaussianRule;

#[estimator(of = mixture, distribution = Logistic, packs = portable)]
pub struct LogisticRule;

#[estimator(of = mixture, distribution = Uniform, packs = portable)]
pub struct UniformRule;

#[estimator(of = mixture, distribution = Uniform, packs = portable, form = difference)]
pub struct UniformDifference;

#[estimator(of = mixture, distribution = Triangular, packs = portable)]
pub struct TriangularRule;

#[estimator(of = waves, distribution = Gamma, packs = portable)]
pub struct GammaWaves;

#[estimator(of = waves, distribution = Exponential, packs = portable)]
pub struct ExponentialWaves;

#[estimator(of = waves, distribution = AsymmetricLaplace, packs = portable)]
pub struct AsymmetricLaplaceWaves;

#[estimator(of = waves, distribution = Merton, packs = portable)]
pub struct MertonWaves;

#[estimator(of = waves, distribution = Poisson, packs = portable)]
pub struct PoissonWaves;

#[estimator(of = waves, distribution = Bernoulli, packs = portable)]
pub struct BernoulliWaves;

#[estimator(of = waves, distribution = Geometric, packs = portable)]
pub struct GeometricWaves;

#[estimator(of = waves, distribution = Uniform, packs = portable)]
pub struct UniformWaves;

#[estimator(of = waves, distribution = Triangular, packs = portable)]
pub struct TriangularWaves;

/// Forms of rules with [`mixture`].
pub const MIXTURES: &[Compiled] = &[
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
pub const WAVES: &[Compiled] = &[
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
