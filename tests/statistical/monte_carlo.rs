//! Compiled estimators against exact values, with the library's laws: `|estimate - exact| ≤ z · SE`.
//!
//! The standard error has 31 degrees of freedom, so the quotient follows Student's t, which leaves ±4.5 with probability
//! 9e-5: about 70 comparisons with a fresh seed would raise a false alarm in 6 of 1000 runs, and the seed is fixed.
//! Every comparison is repeated with the exact value changed by 5 % in either direction, and must fail then.

#[path = "monte_carlo/warnings.rs"]
mod warnings;

use logphi::laws::{Dirac, Exponential, Gamma, Gaussian, Laplace};
use logphi::prelude::*;
use logphi::{Estimator, Gradient, Law, Run};
use logphi_tests::corpus::{Case, oracle};

#[estimator(distribution = Gaussian, packs = portable)]
fn gaussian_reciprocal(z: f64) -> f64 {
    1.0 / (1.0 + z.powi(2))
}

#[estimator(distribution = Gaussian, packs = portable)]
fn gaussian_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn gaussian_sixth_power(z: f64) -> f64 {
    z.powi(6)
}

#[estimator(distribution = Gaussian, packs = portable)]
fn gaussian_root(z: f64) -> f64 {
    (1.0 + z * z).sqrt()
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn gaussian_growth(z: f64) -> f64 {
    (z / 2.0).exp()
}

#[estimator(distribution = Gaussian, packs = portable)]
fn gaussian_tanh(z: f64) -> f64 {
    z.tanh()
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn gaussian_square(z: f64) -> f64 {
    z * z
}

#[estimator(distribution = Gaussian, packs = portable)]
fn gaussian_log_square(z: f64) -> f64 {
    (z * z).ln_1p()
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn gaussian_quartic(z: f64) -> f64 {
    z.powi(4) / 3.0 + 2.0 * z.powi(2) - z / 2.0 + 1.0
}

#[estimator(distribution = Dirac, packs = portable)]
fn dirac_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = Dirac, form = terminating, packs = portable)]
fn dirac_sine(z: f64) -> f64 {
    (2.0 * z).sin()
}

#[estimator(distribution = Laplace, packs = portable, order = 4)]
fn laplace_square_decay(z: f64) -> f64 {
    z.powi(2) * (-0.3 * z).exp()
}

#[estimator(distribution = Laplace, packs = portable, order = 2)]
fn laplace_tanh(z: f64) -> f64 {
    z.tanh()
}

#[estimator(distribution = Laplace, packs = portable, order = 8)]
fn laplace_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Laplace, packs = portable, order = 2)]
fn laplace_reciprocal(z: f64) -> f64 {
    1.0 / (1.0 + z * z)
}

#[estimator(distribution = Laplace, packs = portable, order = 4)]
fn laplace_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = Laplace, packs = portable, order = 6)]
fn laplace_half_log_sigmoid(z: f64) -> f64 {
    log_sigmoid(0.5 * z)
}

#[estimator(distribution = Laplace, packs = portable, order = 6)]
fn laplace_cosine(z: f64) -> f64 {
    z.cos()
}

#[estimator(distribution = Laplace, form = terminating, packs = portable)]
fn laplace_sixth_power(z: f64) -> f64 {
    z.powi(6)
}

#[estimator(distribution = Laplace, packs = portable, order = 12)]
fn narrow_decay(z: f64) -> f64 {
    (-1.5 * z).exp()
}

#[estimator(distribution = Laplace, packs = portable, order = 16)]
fn narrow_log_sigmoid(z: f64) -> f64 {
    log_sigmoid(2.0 * z)
}

#[estimator(distribution = Laplace, packs = portable, order = 6)]
fn narrow_root(z: f64) -> f64 {
    (1.0 + z.powi(2)).sqrt()
}

#[estimator(distribution = Laplace, packs = portable, order = 2)]
fn wide_log_sigmoid(z: f64) -> f64 {
    log_sigmoid(z)
}

#[estimator(distribution = Gamma, packs = portable, order = 3)]
fn gamma_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = Gamma, form = terminating, packs = portable)]
fn gamma_square(z: f64) -> f64 {
    z.powi(2)
}

#[estimator(distribution = Gamma, form = terminating, packs = portable)]
fn gamma_distance(z: f64) -> f64 {
    (z - 0.49).powi(2) - 0.49_f64.powi(2) + 0.2401
}

#[estimator(distribution = Gamma, packs = portable, order = 4)]
fn gamma_decay(z: f64) -> f64 {
    (-0.49 * z).exp()
}

#[estimator(distribution = Gamma, form = terminating, packs = portable)]
fn gamma_cube(z: f64) -> f64 {
    z.powi(3)
}

#[estimator(distribution = Gamma, packs = portable, order = 2)]
fn gamma_log_square(z: f64) -> f64 {
    (1.0 + z.powi(2)).ln()
}

#[estimator(distribution = Gamma, packs = portable, order = 4)]
fn small_log_sigmoid(z: f64) -> f64 {
    log_sigmoid(z)
}

#[estimator(distribution = Gamma, packs = portable, order = 1)]
fn small_cosine(z: f64) -> f64 {
    (3.0 * z).cos()
}

#[estimator(distribution = Exponential, packs = portable, order = 2)]
fn exponential_root(z: f64) -> f64 {
    z.mul_add(z, 1.0).sqrt()
}

#[estimator(distribution = Exponential, form = terminating, packs = portable)]
fn exponential_fifth_power(z: f64) -> f64 {
    z.powi(5)
}

/// Standard errors that a comparison allows.
const ALLOWED: f64 = 4.5;

/// # Errors
/// What was compared, if it does not agree.
fn compare(estimate: f64, standard_error: f64, exact: f64) -> Result<(), String> {
    let close = (estimate - exact).abs() <= ALLOWED * standard_error + 1e-12 * exact.abs();
    if close { Ok(()) } else { Err(format!("{estimate:e} ± {standard_error:e}, expected {exact:e}")) }
}

/// The name in the corpus of a library law's parameter, and the factor between the two gradients.
fn in_corpus(parameter: &'static str, deviation: f64) -> (&'static str, f64) {
    match parameter {
        "rate" => ("lam", 1.0),
        // v = σ², ∂/∂σ = 2 σ ∂/∂v
        "sigma" => ("v", 2.0 * deviation),
        "lambda" => ("lam", 1.0),
        "mu1" => ("lam1", 1.0),
        "mu2" => ("lam2", 1.0),
        "scale" => ("sc", 1.0),
        other => (other, 1.0),
    }
}

/// Compares value and gradients of a run with a case at a truncation order.
fn check<E: Estimator, G: Gradient>(case: &Case, run: &Run<E, G>, order: u32, deviation: f64) {
    let mut comparisons =
        vec![("the value", run.value, run.value_standard_error.expect("many samples"), case.derivatives[0])];
    for (index, info) in <E::Law as Law>::PARAMETERS.iter().enumerate() {
        let errors = run.standard_error.as_ref().expect("many samples");
        let (name, factor) = in_corpus(info.name, deviation);
        let exact = factor * case.gradients[name].truncated[&order];
        comparisons.push((info.name, run.gradient.entries(index)[0], errors.entries(index)[0], exact));
    }
    for (what, estimate, standard_error, exact) in comparisons {
        compare(estimate, standard_error, exact)
            .unwrap_or_else(|difference| panic!("{}, {what}: {difference}", case.id));
        for wrong in [0.95, 1.05] {
            let verdict = compare(estimate, standard_error, wrong * exact);
            assert!(verdict.is_err(), "{}, {what}: 5 % are lost in {standard_error:e} of {exact:e}", case.id);
        }
    }
}

macro_rules! check {
    ($case:literal, $estimator:ident, $law:expr, $order:literal, $log_samples:literal) => {
        let law = $law;
        let run = $estimator::estimate(&law, ()).samples(1 << $log_samples).seed(2020).run().expect("a run");
        let deviation = oracle().laws[&oracle().case($case).law].numbers::<f64>().get("v").map_or(0.0, |v| v.sqrt());
        check(oracle().case($case), &run, $order, deviation);
    };
}

#[test]
fn estimates_agree_with_exact_values() {
    check!("gauss|1/(1+z^2)", gaussian_reciprocal, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss|softplus", gaussian_softplus, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss|z^6", gaussian_sixth_power, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 22);
    check!("gauss|sqrt(1+z^2)", gaussian_root, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss|exp(1/2 z)", gaussian_growth, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss|tanh", gaussian_tanh, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss|z^2", gaussian_square, Gaussian { mu: 0.3, sigma: 0.8_f64.sqrt() }, 16, 20);
    check!("gauss_wide|log(1+z^2)", gaussian_log_square, Gaussian { mu: -1.0, sigma: 1.5 }, 16, 20);
    check!("gauss_wide|quartic", gaussian_quartic, Gaussian { mu: -1.0, sigma: 1.5 }, 16, 20);
    check!("dirac|softplus", dirac_softplus, Dirac { a: 0.75 }, 16, 20);
    check!("dirac|sin(2 z)", dirac_sine, Dirac { a: 0.75 }, 16, 20);
    check!("laplace|z^2 exp(-3/10 z)", laplace_square_decay, Laplace { mu: 0.2, b: 0.7 }, 4, 22);
    check!("laplace|tanh", laplace_tanh, Laplace { mu: 0.2, b: 0.7 }, 2, 20);
    check!("laplace|exp(-49/100 z)", laplace_decay, Laplace { mu: 0.2, b: 0.7 }, 8, 20);
    check!("laplace|1/(1+z^2)", laplace_reciprocal, Laplace { mu: 0.2, b: 0.7 }, 2, 20);
    check!("laplace|softplus", laplace_softplus, Laplace { mu: 0.2, b: 0.7 }, 4, 20);
    check!("laplace|logsigmoid(1/2 z)", laplace_half_log_sigmoid, Laplace { mu: 0.2, b: 0.7 }, 6, 20);
    check!("laplace|cos(1 z)", laplace_cosine, Laplace { mu: 0.2, b: 0.7 }, 6, 20);
    check!("laplace|z^6", laplace_sixth_power, Laplace { mu: 0.2, b: 0.7 }, 16, 27);
    check!("laplace_narrow|exp(-3/2 z)", narrow_decay, Laplace { mu: -0.5, b: 0.1 }, 12, 20);
    check!("laplace_narrow|logsigmoid(2 z)", narrow_log_sigmoid, Laplace { mu: -0.5, b: 0.1 }, 16, 20);
    check!("laplace_narrow|sqrt(1+z^2)", narrow_root, Laplace { mu: -0.5, b: 0.1 }, 6, 20);
    check!("laplace_wide|logsigmoid(1 z)", wide_log_sigmoid, Laplace { mu: 0.25, b: 2.0 }, 2, 20);
    check!("gamma|softplus", gamma_softplus, Gamma { k: 2.5, mu: 1.5 }, 3, 20);
    check!("gamma|z^2", gamma_square, Gamma { k: 2.5, mu: 1.5 }, 16, 20);
    check!("gamma|(z-0.49)^2", gamma_distance, Gamma { k: 2.5, mu: 1.5 }, 16, 20);
    check!("gamma|exp(-49/100 z)", gamma_decay, Gamma { k: 2.5, mu: 1.5 }, 4, 20);
    check!("gamma|z^3", gamma_cube, Gamma { k: 2.5, mu: 1.5 }, 16, 20);
    check!("gamma|log(1+z^2)", gamma_log_square, Gamma { k: 2.5, mu: 1.5 }, 2, 20);
    check!("gamma_small|logsigmoid(1 z)", small_log_sigmoid, Gamma { k: 0.7, mu: 0.5 }, 4, 20);
    check!("gamma_small|cos(3 z)", small_cosine, Gamma { k: 0.7, mu: 0.5 }, 1, 20);
    check!("exponential|sqrt(1+z^2)", exponential_root, Exponential { rate: 2.0 }, 2, 20);
    check!("exponential|z^5", exponential_fifth_power, Exponential { rate: 2.0 }, 16, 23);
}
