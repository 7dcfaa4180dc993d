//! Warnings against exact values: a truncated rule that is off warns, and one that has converged does not.
//!
//! The cases are those of the corpus whose series do not end, over laws of every shape: terms that grow at once, that shrink
//! and then grow, that alternate, and that converge. Besides the estimators here, those of the file above serve.

use std::collections::BTreeMap;

use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Gamma, Geometric, InverseGaussian, Laplace, NormalInverseGaussian, Poisson, Skellam,
    Uniform, VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Estimator, Gradient, Law, Run, Warning};
use logphi_tests::corpus::{Case, oracle};

use super::*;

#[estimator(distribution = AsymmetricLaplace, packs = portable, order = 4)]
fn asymmetric_sine(z: f64) -> f64 {
    z.sin()
}

#[estimator(distribution = Bernoulli, packs = portable, order = 8)]
fn bernoulli_sine(z: f64) -> f64 {
    (3.0 * z).sin()
}

#[estimator(distribution = Geometric, packs = portable, order = 6)]
fn geometric_sine(z: f64) -> f64 {
    (0.5 * z).sin()
}

#[estimator(distribution = InverseGaussian, packs = portable, order = 8)]
fn inverse_gaussian_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = InverseGaussian, packs = portable, order = 12)]
fn inverse_gaussian_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = NormalInverseGaussian, packs = portable, order = 6)]
fn nig_tanh(z: f64) -> f64 {
    z.tanh()
}

#[estimator(distribution = Poisson, packs = portable, order = 6)]
fn poisson_tanh(z: f64) -> f64 {
    z.tanh()
}

#[estimator(distribution = Poisson, packs = portable, order = 12)]
fn poisson_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Skellam, packs = portable, order = 6)]
fn skellam_tanh(z: f64) -> f64 {
    z.tanh()
}

#[estimator(distribution = Uniform, packs = portable, order = 6)]
fn uniform_sine(z: f64) -> f64 {
    (2.0 * z).sin()
}

#[estimator(distribution = VarianceGamma, packs = portable, order = 12)]
fn variance_gamma_softplus(z: f64) -> f64 {
    softplus(z)
}

/// What was found over several seeds about the truncated rules of a case.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Rules and seeds.
    runs: usize,
    /// Off by more than three standard errors.
    off: usize,
    /// Off, and no warning.
    silent: usize,
    /// Converged: the truncated sum is the exact value to a tenth of a standard error.
    converged: usize,
    /// Converged, and a warning.
    alarms: usize,
}

/// Judges one run.
fn judge<E: Estimator, G: Gradient>(case: &Case, order: u32, run: &Run<E, G>, found: &mut Found) {
    for (index, info) in <E::Law as Law>::PARAMETERS.iter().enumerate() {
        let is_truncated = E::TERMS.iter().any(|term| term.parameter == index && !term.kept);
        if !is_truncated {
            continue;
        }
        let values = case.gradients.get(info.name).unwrap_or_else(|| &case.gradients[in_corpus(info.name, 0.0).0]);
        let errors = run.standard_error.as_ref().expect("many samples");
        let (estimate, error) = (run.gradient.entries(index)[0], errors.entries(index)[0]);
        let warned = run.warnings.iter().any(|warning| match warning {
            Warning::TruncationBias { parameter, .. } | Warning::OutsideRadius { parameter, .. } => {
                *parameter == info.name
            }
            _ => false,
        });
        let (off, converged) = (
            (estimate - values.exact).abs() > 3.0 * error,
            (values.truncated[&order] - values.exact).abs() < 0.1 * error,
        );
        found.runs += 1;
        found.off += usize::from(off && !converged);
        found.silent += usize::from(off && !converged && !warned);
        found.converged += usize::from(converged);
        found.alarms += usize::from(converged && warned);
    }
}

/// Runs every case with `samples` samples for each seed.
fn run_all(samples: usize, seeds: u64) -> BTreeMap<&'static str, Found> {
    let mut all = BTreeMap::new();
    macro_rules! cases {
        ($($case:literal, $estimator:ident, $law:expr, $order:literal;)*) => {
            $(
                let found: &mut Found = all.entry($case).or_default();
                for seed in 0..seeds {
                    let run = $estimator::estimate(&$law, ()).samples(samples).seed(seed).run().expect($case);
                    judge(oracle().case($case), $order, &run, found);
                }
            )*
        };
    }
    let laplace = Laplace { mu: 0.2, b: 0.7 };
    let (narrow, wide) = (Laplace { mu: -0.5, b: 0.1 }, Laplace { mu: 0.25, b: 2.0 });
    let (gamma, small) = (Gamma { k: 2.5, mu: 1.5 }, Gamma { k: 0.7, mu: 0.5 });
    let inverse_gaussian = InverseGaussian { mu: 1.2, lambda: 2.5 };
    cases! {
        "asymlaplace|sin(1 z)", asymmetric_sine, AsymmetricLaplace { m: 0.2, lambda: 2.0, kappa: 0.8 }, 4;
        "bernoulli|sin(3 z)", bernoulli_sine, Bernoulli { p: 0.3 }, 8;
        "geometric|sin(1/2 z)", geometric_sine, Geometric { p: 0.4 }, 6;
        "invgauss|softplus", inverse_gaussian_softplus, inverse_gaussian, 8;
        "invgauss|exp(-49/100 z)", inverse_gaussian_decay, inverse_gaussian, 12;
        "nig|tanh", nig_tanh, NormalInverseGaussian { alpha: 2.5, beta: 0.5, delta: 1.0, mu: 0.2 }, 6;
        "poisson|tanh", poisson_tanh, Poisson { rate: 2.5 }, 6;
        "poisson|exp(-49/100 z)", poisson_decay, Poisson { rate: 2.5 }, 12;
        "skellam|tanh", skellam_tanh, Skellam { mu1: 1.5, mu2: 0.8 }, 6;
        "uniform|sin(2 z)", uniform_sine, Uniform { a: -0.5, b: 1.5 }, 6;
        "vg|softplus", variance_gamma_softplus, VarianceGamma { c: 0.1, theta: 0.25, sigma: 0.8, nu: 2.0 / 3.0 }, 12;
        "laplace|z^2 exp(-3/10 z)", laplace_square_decay, laplace, 4;
        "laplace|tanh", laplace_tanh, laplace, 2;
        "laplace|exp(-49/100 z)", laplace_decay, laplace, 8;
        "laplace|1/(1+z^2)", laplace_reciprocal, laplace, 2;
        "laplace|softplus", laplace_softplus, laplace, 4;
        "laplace|logsigmoid(1/2 z)", laplace_half_log_sigmoid, laplace, 6;
        "laplace|cos(1 z)", laplace_cosine, laplace, 6;
        "laplace_narrow|exp(-3/2 z)", narrow_decay, narrow, 12;
        "laplace_narrow|logsigmoid(2 z)", narrow_log_sigmoid, narrow, 16;
        "laplace_narrow|sqrt(1+z^2)", narrow_root, narrow, 6;
        "laplace_wide|logsigmoid(1 z)", wide_log_sigmoid, wide, 2;
        "gamma|softplus", gamma_softplus, gamma, 3;
        "gamma|exp(-49/100 z)", gamma_decay, gamma, 4;
        "gamma|log(1+z^2)", gamma_log_square, gamma, 2;
        "gamma_small|logsigmoid(1 z)", small_log_sigmoid, small, 4;
        "gamma_small|cos(3 z)", small_cosine, small, 1;
        "exponential|sqrt(1+z^2)", exponential_root, Exponential { rate: 2.0 }, 2;
    }
    all
}

#[test]
fn whoever_is_off_by_three_standard_errors_warns() {
    let all = run_all(1_000_000, 1);
    let silent: Vec<_> = all.iter().filter(|(_, found)| found.silent > 0).collect();
    assert!(silent.is_empty(), "{silent:#?}");
    let off: usize = all.values().map(|found| found.off).sum();
    assert!(off > 15, "only {off} rules are off: {all:#?}");
}

#[test]
fn whoever_has_converged_does_not_warn() {
    let all = run_all(1_024, 60);
    let (converged, alarms) =
        all.values().fold((0, 0), |(runs, alarms), found| (runs + found.converged, alarms + found.alarms));
    assert!(converged > 300, "only {converged} have converged: {all:#?}");
    assert!(100 * alarms <= converged, "{alarms} false alarms among {converged}: {all:#?}");
}

#[test]
fn exponents_beyond_the_radius_warn_whatever_the_noise() {
    let outside = |warnings: &[Warning]| -> Vec<(&'static str, f64, f64)> {
        let found = warnings.iter().filter_map(|warning| match warning {
            Warning::OutsideRadius { parameter, coordinate: 0, coordinates: 1, radius, reach } => {
                Some((*parameter, *radius, *reach))
            }
            _ => None,
        });
        found.collect()
    };
    // ∂ log φ has its pole at 1/μ: 0.4 at μ = 5/2, beyond 0.49 at μ = 2.
    for (mu, expected) in [(2.0, vec![]), (2.5, vec![("k", 0.4, 0.49), ("mu", 0.4, 0.49)])] {
        for samples in [1, 100] {
            let run = gamma_decay::estimate(&Gamma { k: 2.5, mu }, ()).samples(samples).seed(1).run().expect("a run");
            assert_eq!(outside(&run.warnings), expected, "{mu}");
        }
    }
    // A cosine reaches as far as its frequency; the logarithm of the sigmoid, with poles of its own, is not judged.
    let run = laplace_cosine::estimate(&Laplace { mu: 0.2, b: 1.25 }, ()).seed(1).run().expect("a run");
    assert_eq!(outside(&run.warnings), [("b", 0.8, 1.0)]);
    let run = wide_log_sigmoid::estimate(&Laplace { mu: 0.25, b: 9.0 }, ()).seed(1).run().expect("a run");
    assert!(outside(&run.warnings).is_empty());
}

#[test]
fn a_heavy_tail_is_noticed() {
    // e^(-3z/2) under a Laplace law of scale 1 has tail index 2/3, so not even a mean. The squares of the lanes' sums have
    // tail index 1/3, and the largest of many such numbers is 2/3 of their sum in the mean.
    let law = Laplace { mu: -0.5, b: 1.0 };
    let dominated = |samples: usize, seed: u64| {
        let run = narrow_decay::estimate(&law, ()).samples(samples).seed(seed).run().expect("a run");
        run.warnings.iter().any(|warning| matches!(warning, Warning::FewSamplesDominate { parameter: "b", .. }))
    };
    let found = |samples: usize| (0..100).filter(|&seed| dominated(samples, seed)).count();
    let (many, enough) = (found(10_000), found(256));
    assert!(many > 50 && enough > 50, "noticed in {many} and {enough} of 100 runs");
    // With fewer than 8 samples in each lane nothing is said.
    assert_eq!(found(255), 0);
}
