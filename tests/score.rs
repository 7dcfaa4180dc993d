//! The score function form: the log densities of the library's laws, the whole of `f` as the factor, and the baseline.
//!
//! Intervals are 5 standard errors from 32 lanes wide on either side: a false alarm in 50 000, for each of about 40
//! comparisons; seeds are fixed.

use logphi::laws::{Gaussian, Laplace, Poisson};
use logphi::prelude::*;
use logphi::private::PackWidth;
use logphi::{EstimateError, Warning};

const WIDTH: f64 = 5.0;
const SAMPLES: usize = 200_000;

/// That the score function gives the gradient that the formula gives, for the parameters with an error below a tenth of it.
macro_rules! density {
    ($name:ident, $law:ident { $($parameter:ident: $value:expr),+ }, [$($checked:ident),+], $($form:tt)+) => {
        #[test]
        fn $name() {
            use logphi::laws::$law;

            #[estimator(distribution = $law, packs = portable)]
            fn wave(z: f64) -> f64 {
                0.3 * z.powi(2) + (0.8 * z).cos() - z
            }

            #[estimator(of = wave, distribution = $law, $($form)+, packs = portable)]
            struct Scored;

            let law = $law { $($parameter: $value),+ };
            let exact = wave::estimate(&law, ()).run().expect("a formula");
            assert_eq!(exact.samples, 0, "the expectation is a formula");
            let found = Scored::estimate(&law, ()).samples(SAMPLES).seed(1).run().expect("a run");
            let error = found.standard_error.expect("errors");
            $({
                let (exact, found, error) = (exact.gradient.$checked, found.gradient.$checked, error.$checked);
                assert!(error < 0.1 * exact.abs(), "{}: {exact} is too near 0 for {error}", stringify!($checked));
                assert!((exact - found).abs() <= WIDTH * error, "{}: {found} +- {error}, not {exact}", stringify!($checked));
            })+
        }
    };
}

density!(asymmetric_laplace, AsymmetricLaplace { m: 0.3, lambda: 2.0, kappa: 1.5 }, [m, lambda, kappa], form = score);
density!(bernoulli, Bernoulli { p: 0.3 }, [p], form = score);
density!(beta, Beta { alpha: 1.5, beta: 0.7 }, [alpha, beta], form = score);
density!(binomial, Binomial { n: 5.0, p: 0.3 }, [p], form = score);
density!(chi_squared, ChiSquared { nu: 3.5 }, [nu], form = score);
density!(erlang, Erlang { k: 3.0, rate: 1.5 }, [rate], form = score);
density!(exponential, Exponential { rate: 0.7 }, [rate], form = score);
density!(gamma, Gamma { k: 0.6, mu: 1.2 }, [k, mu], form = score);
density!(gamma_by_rate, GammaByRate { k: 2.5, rate: 1.5 }, [k, rate], form = score);
density!(gaussian, Gaussian { mu: 0.4, sigma: 1.3 }, [mu, sigma], form = score);
density!(geometric, Geometric { p: 0.4 }, [p], form = score);
density!(gumbel, Gumbel { mu: 0.2, beta: 1.5 }, [mu, beta], form = score);
density!(inverse_gaussian, InverseGaussian { mu: 1.5, lambda: 2.0 }, [mu, lambda], form = score);
density!(laplace, Laplace { mu: -0.5, b: 0.8 }, [mu, b], form = score);
density!(logistic, Logistic { mu: -0.4, scale: 0.6 }, [mu, scale], form = score);
density!(negative_binomial, NegativeBinomial { r: 2.5, p: 0.4 }, [r, p], form = score);
density!(poisson, Poisson { rate: 3.0 }, [rate], form = score);

/// A function that is about 1 where draws are small, so that a score whose mean is not 0 shows.
#[estimator(distribution = logphi::laws::Gamma, packs = portable)]
fn bump(z: f64) -> f64 {
    (1.3 * z).cos() + 0.2 * z
}

/// That rules with the logarithm of draws hold for shapes of which most draws are below every number, or at 1.
macro_rules! small {
    ($name:ident, $law:ident { $($parameter:ident: $value:expr),+ }, [$($checked:ident),+], $($form:tt)+) => {
        #[test]
        fn $name() {
            use logphi::laws::$law;

            #[estimator(of = bump, distribution = $law, form = formula, packs = portable)]
            struct Exact;

            #[estimator(of = bump, distribution = $law, $($form)+, packs = portable)]
            struct Scored;

            let law = $law { $($parameter: $value),+ };
            let exact = Exact::estimate(&law, ()).run().expect("a formula");
            let found = Scored::estimate(&law, ()).samples(SAMPLES).seed(1).run().expect("a run");
            let error = found.standard_error.expect("errors");
            $({
                let (exact, found, error) = (exact.gradient.$checked, found.gradient.$checked, error.$checked);
                assert!((exact - found).abs() <= WIDTH * error, "{}: {found} +- {error}, not {exact}", stringify!($checked));
            })+
        }
    };
}

small!(small_gamma_shapes, Gamma { k: 0.002, mu: 1.2 }, [k, mu], form = score);
small!(small_gamma_shapes_in_f32, Gamma { k: 0.02, mu: 1.2 }, [k, mu], form = score, precision = f32);
small!(small_gamma_shapes_by_rate, GammaByRate { k: 0.002, rate: 7.5 }, [k, rate], form = score);
small!(small_degrees_of_freedom, ChiSquared { nu: 0.004 }, [nu], form = score);
small!(small_gamma_shapes_standardised, Gamma { k: 0.002, mu: 1.2 }, [k], form = weak);
small!(small_gamma_shapes_standardised_in_f32, Gamma { k: 0.02, mu: 1.2 }, [k], form = weak, precision = f32);
small!(small_beta_shapes, Beta { alpha: 0.01, beta: 0.02 }, [alpha, beta], form = score);
small!(small_beta_shapes_in_f32, Beta { alpha: 0.03, beta: 0.01 }, [alpha, beta], form = score, precision = f32);

/// A gamma number beside a place where numbers are far apart.
#[distribution(sample = low + scale * gamma(k), log_density = (k - 1.0) * (z - low).ln() - (z - low) / scale
    - k * scale.ln() - ln_gamma(k))]
fn moved_gamma(omega: Frequency, low: Real, scale: Positive, k: Positive) -> LogCf {
    I * low * omega - k * (1.0 - I * scale * omega).ln()
}

#[estimator(of = bump, distribution = MovedGamma, form = formula, packs = portable)]
struct MovedExact;

#[estimator(of = bump, distribution = MovedGamma, form = formula, form(k) = score, packs = portable)]
struct MovedScored;

#[test]
fn logarithms_of_distances_that_rounding_has_made_0_are_met_by_their_mean() {
    // One draw in six is `low` itself.
    let law = MovedGamma { low: 1.5, scale: 0.7, k: 0.05 };
    let exact = MovedExact::estimate(&law, ()).run().expect("a formula").gradient.k;
    let run = MovedScored::estimate(&law, ()).samples(SAMPLES).seed(2).run().expect("a run");
    let (found, error) = (run.gradient.k, run.standard_error.expect("errors").k);
    assert!((exact - found).abs() <= WIDTH * error && error < 0.2 * exact.abs(), "{found} ± {error}, not {exact}");
}

/// What is left of a beta number: near 0 it has the few numbers that there are near 1.
#[distribution(sample = 1.0 - beta(alpha, beta), support = 0.0..=1.0, strip = .., log_density = (beta - 1.0) * z.ln()
    + (alpha - 1.0) * (1.0 - z).ln() + ln_gamma(alpha + beta) - ln_gamma(alpha) - ln_gamma(beta))]
fn rest_of_beta(omega: Frequency, alpha: Positive, beta: Positive) -> LogCf {
    kummer(beta, alpha + beta, I * omega).ln()
}

#[estimator(of = bump, distribution = RestOfBeta, form = formula, packs = portable)]
struct RestExact;

#[estimator(of = bump, distribution = RestOfBeta, form = score, packs = portable)]
struct RestScored;

#[test]
fn what_is_left_of_a_number_near_1_is_met_by_its_mean() {
    let law = RestOfBeta { alpha: 0.3, beta: 0.05 };
    let exact = RestExact::estimate(&law, ()).run().expect("a formula").gradient;
    let run = RestScored::estimate(&law, ()).samples(SAMPLES).seed(2).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    for (exact, found, error) in
        [(exact.alpha, run.gradient.alpha, errors.alpha), (exact.beta, run.gradient.beta, errors.beta)]
    {
        assert!((exact - found).abs() <= WIDTH * error && error < 0.2 * exact.abs(), "{found} ± {error}, not {exact}");
    }
}

/// Logarithms that the function itself takes.
#[estimator(distribution = logphi::laws::Gamma, packs = portable)]
fn entropy(z: &[f64]) -> f64 {
    z.iter().map(|z| -0.5 * z.ln() + 0.1 * z).sum()
}

#[estimator(of = entropy, distribution = logphi::laws::Gamma, precision = f32, packs = portable)]
struct EntropySingle;

/// The same of one coordinate, which is a term of its own, and of a product.
#[estimator(distribution = logphi::laws::Gamma, packs = portable)]
fn named(z: &[f64]) -> f64 {
    (3.0 * z[1]).ln() + (z[2] * z[3]).ln() + (1.0 + z[0]).ln()
}

#[test]
fn functions_whose_logarithms_are_cut_are_warned_of() {
    use logphi::laws::Gamma;

    let cut = |run: &[Warning]| match run {
        [Warning::LogarithmsCut { coordinate, shape, probability }] => Some((*coordinate, *shape, *probability)),
        _ => None,
    };
    let law = Gamma { k: [0.5, 0.004, 2.0], mu: 1.2 };
    let run = entropy::estimate(&law, ()).samples(1000).seed(1).standard_errors(false).run().expect("a run");
    let (coordinate, shape, probability) = cut(&run.warnings).expect("a warning");
    // The smallest positive number to the power of the shape.
    assert!(coordinate == 1 && shape == 0.004 && (probability - (-0.004 * 708.396_f64).exp()).abs() < 1e-4);
    assert!(run.warnings[0].to_string().contains("at coordinate 1 the shape is 4.000e-3"), "{}", run.warnings[0]);
    // The mean of the logarithm is ψ(k), and of what is cut more: by P / k.
    let exact = -1.0 / 0.004 - 0.577;
    let logarithm = |z: f64| z.max(f64::MIN_POSITIVE).ln();
    let draws = logphi::sample(&Gamma { k: [0.004], mu: 1.0 }).samples(200_000).seed(1).matrix().expect("draws");
    let mean = draws.rows().map(|z| logarithm(z[0])).sum::<f64>() / 200_000.0;
    assert!((mean - exact - probability / 0.004).abs() < 5.0 * 250.0 / 200_000_f64.sqrt(), "{mean}");

    let law = Gamma { k: [0.5, 0.05, 2.0], mu: 1.2 };
    let run = entropy::estimate(&law, ()).samples(1000).seed(1).standard_errors(false).run().expect("a run");
    assert!(run.warnings.is_empty(), "{:?}", run.warnings);
    let run = EntropySingle::estimate(&law, ()).samples(1000).seed(1).standard_errors(false).run().expect("a run");
    assert!(cut(&run.warnings).is_some_and(|(coordinate, ..)| coordinate == 1), "{:?}", run.warnings);

    for (k, expected) in
        [([0.001, 1.0, 1.0, 1.0], None), ([1.0, 0.001, 1.0, 1.0], Some(1)), ([1.0, 1.0, 1.0, 0.001], Some(3))]
    {
        let law = Gamma { k, mu: 1.0 };
        let run = named::estimate(&law, ()).samples(1000).seed(1).standard_errors(false).run();
        let warnings = run.expect("a run").warnings;
        assert_eq!(cut(&warnings).map(|(coordinate, ..)| coordinate), expected, "{warnings:?}");
    }
}

/// Ridge and separable terms, and a part without the draw.
#[estimator(distribution = Gaussian, form = score, packs = portable)]
fn energy(z: &[f64], x: &Matrix, offset: f64) -> f64 {
    x.rows().map(|row| softplus(dot(row, z))).sum::<f64>() + z.iter().map(|z| 0.5 * z.powi(2)).sum::<f64>() + offset
}

#[estimator(of = energy, distribution = Gaussian, form = score(leave_one_out))]
struct WithBaseline;

#[estimator(of = energy, distribution = Gaussian, form = score(leave_one_out), opaque)]
struct OpaqueWithBaseline;

/// One rule for each parameter: the score function, and one with an auxiliary draw.
#[estimator(of = energy, distribution = Gaussian, form(mu) = score, form(sigma) = terminating, packs = portable)]
struct Mixed;

/// The same function under a law whose scale has a rule that moves coordinates, one at random for each sample.
#[estimator(of = energy, distribution = Laplace, form(mu) = score, form(b) = auxiliary, coordinates = 1, packs = portable)]
struct OneCoordinate;

/// The same with all coordinates.
#[estimator(of = energy, distribution = Laplace, form(mu) = score, form(b) = auxiliary, packs = portable)]
struct AllCoordinates;

const LAW: Gaussian<[f64; 2], f64> = Gaussian { mu: [0.3, -0.5], sigma: 0.7 };

fn rows() -> Matrix {
    Matrix::from_rows(&[[0.5, -1.0], [1.5, 0.4], [-0.3, 0.2]]).expect("rows of one length")
}

/// The scores of the draws of a run by `mu`, those by `sigma` added over coordinates, and the values of `f`.
fn by_hand(samples: usize, seed: u64) -> (Vec<[f64; 3]>, Vec<f64>) {
    let draws = logphi::sample(&LAW).samples(samples).seed(seed).matrix().expect("draws");
    let scores = draws.rows().map(|z| {
        let standard = [0, 1].map(|j: usize| (z[j] - LAW.mu[j]) / LAW.sigma);
        let by_sigma = standard.iter().map(|x| (x * x - 1.0) / LAW.sigma).sum();
        [standard[0] / LAW.sigma, standard[1] / LAW.sigma, by_sigma]
    });
    let x = rows();
    (scores.collect(), draws.rows().map(|z| energy(z, &x, 20.0)).collect())
}

fn close(found: [f64; 3], expected: [f64; 3]) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} and {expected}");
    }
}

#[test]
fn the_value_of_the_whole_function_is_the_factor() {
    let x = rows();
    for samples in [1, 5, 1500] {
        let (scores, values) = by_hand(samples, 3);
        let mean = |k: usize| scores.iter().zip(&values).map(|(s, f)| s[k] * f).sum::<f64>() / samples as f64;
        let run = energy::estimate(&LAW, (&x, 20.0)).samples(samples).seed(3).run().expect("a run");
        close([run.gradient.mu[0], run.gradient.mu[1], run.gradient.sigma], [0, 1, 2].map(mean));
    }
}

#[test]
fn the_baseline_is_the_mean_over_the_others() {
    let x = rows();
    for samples in [2, 5, 1500] {
        let (scores, values) = by_hand(samples, 4);
        let total: f64 = values.iter().sum();
        let others = samples as f64 - 1.0;
        let centred = |k: usize| {
            let terms = scores.iter().zip(&values).map(|(s, f)| s[k] * (f - (total - f) / others));
            terms.sum::<f64>() / samples as f64
        };
        let expected = [0, 1, 2].map(centred);
        let run = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(samples).seed(4).run().expect("a run");
        close([run.gradient.mu[0], run.gradient.mu[1], run.gradient.sigma], expected);
        let run = OpaqueWithBaseline::estimate(&LAW, (&x, 20.0)).samples(samples).seed(4).run().expect("a run");
        close([run.gradient.mu[0], run.gradient.mu[1], run.gradient.sigma], expected);
    }
}

#[test]
fn a_baseline_takes_a_constant_away_from_the_noise() {
    let x = rows();
    let plain = energy::estimate(&LAW, (&x, 20.0)).samples(4000).seed(5).run().expect("a run");
    let centred = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(4000).seed(5).run().expect("a run");
    let plain = plain.standard_error.expect("errors").mu[0];
    let centred = centred.standard_error.expect("errors").mu[0];
    assert!(centred < 0.3 * plain, "{centred} and {plain}");
}

/// The rate of a Poisson law, in a score with a part that hangs on nothing drawn, which a baseline does not see.
#[estimator(distribution = Poisson, form = score(leave_one_out), packs = portable)]
fn missing(z: f64) -> f64 {
    softplus(z - 8.0) + 3.0
}

/// The deviation over 400 runs, known to 4 %, and the root mean square of the errors that they state: 20 % are 5 deviations.
#[test]
fn standard_errors_with_a_baseline_are_the_spread_of_runs() {
    let law = Poisson { rate: 16.0 };
    let mut objective = missing::prepare(&law, ()).samples(640).seed(11).build().expect("a valid problem");
    let (mut sum, mut squares, mut stated, count) = (0.0, 0.0, 0.0, 400.0);
    for _ in 0..400 {
        let run = objective.step(&law).expect("a step");
        sum += run.gradient.rate;
        squares += run.gradient.rate.powi(2);
        stated += run.standard_error.as_ref().expect("errors").rate.powi(2) / count;
    }
    let spread = ((squares - sum * sum / count) / (count - 1.0)).sqrt();
    assert!((stated.sqrt() / spread - 1.0).abs() < 0.2, "{} stated, {spread} found", stated.sqrt());
}

#[test]
fn every_sample_has_others_for_the_baseline() {
    let x = rows();
    let refusal = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(1).run().err();
    assert_eq!(refusal, Some(EstimateError::NoOtherSamples { function: "energy" }));
}

#[test]
fn parameters_have_rules_of_their_own() {
    let x = rows();
    let scored = energy::estimate(&LAW, (&x, 20.0)).samples(3000).seed(6).run().expect("a run");
    let mixed = Mixed::estimate(&LAW, (&x, 20.0)).samples(400_000).seed(6).run().expect("a run");
    let same = Mixed::estimate(&LAW, (&x, 20.0)).samples(3000).seed(6).run().expect("a run");
    assert_eq!(same.gradient.mu, scored.gradient.mu);
    let exact = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(400_000).seed(7).run().expect("a run");
    let (found, expected) = (mixed.gradient.sigma, exact.gradient.sigma);
    let error = mixed.standard_error.expect("errors").sigma.hypot(exact.standard_error.expect("errors").sigma);
    assert!((found - expected).abs() <= WIDTH * error, "{found} and {expected} +- {error}");
}

#[test]
fn a_selection_of_coordinates_leaves_scores_alone() {
    let (x, law) = (rows(), Laplace { mu: [0.3, -0.5], b: 0.7 });
    let one = OneCoordinate::estimate(&law, (&x, 20.0)).samples(3000).seed(6).run().expect("a run");
    let all = AllCoordinates::estimate(&law, (&x, 20.0)).samples(3000).seed(6).run().expect("a run");
    assert_eq!(one.gradient.mu, all.gradient.mu);
    let errors = [one.standard_error.expect("errors").b, all.standard_error.expect("errors").b];
    let error = errors[0].hypot(errors[1]);
    assert!((one.gradient.b - all.gradient.b).abs() <= WIDTH * error && one.gradient.b != all.gradient.b);
}

#[test]
fn threads_and_widths_change_no_bit() {
    let x = rows();
    let run = |threads: usize| {
        let run = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(5000).seed(8).threads(threads).run().expect("a run");
        (run.gradient.mu, run.gradient.sigma.to_bits())
    };
    assert_eq!(run(1), run(3));
    let run = |width: PackWidth| {
        let estimate = WithBaseline::estimate(&LAW, (&x, 20.0)).samples(5000).seed(8).pack_width(width);
        let run = estimate.run().expect("a run");
        (run.gradient.mu, run.gradient.sigma.to_bits())
    };
    assert_eq!(run(PackWidth::Bits128), run(PackWidth::Bits512));
}

/// `∂_mu P(z > 0)` is the density at 0: a branch, which the form only calls.
#[estimator(distribution = Gaussian, form = score(leave_one_out))]
fn is_positive(z: f64) -> f64 {
    if z > 0.0 { 1.0 } else { 0.0 }
}

#[test]
fn a_step_is_only_called() {
    let law = Gaussian { mu: 0.4, sigma: 1.3 };
    let run = is_positive::estimate(&law, ()).samples(100_000).seed(9).run().expect("a run");
    let density = (-(0.4_f64 / 1.3).powi(2) / 2.0).exp() / (1.3 * std::f64::consts::TAU.sqrt());
    let error = run.standard_error.expect("errors").mu;
    assert!((run.gradient.mu - density).abs() <= WIDTH * error, "{} +- {error}, not {density}", run.gradient.mu);
}

/// The score function of a law with a kink in its density.
#[estimator(distribution = Laplace, form = score(leave_one_out), packs = portable)]
fn log_likelihood(w: &[f64], x: &Matrix) -> f64 {
    x.rows().map(|row| log_sigmoid(dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, packs = portable)]
struct Exact;

#[test]
fn the_gradient_is_that_of_the_exact_rule() {
    let (x, law) = (rows(), Laplace { mu: [0.3, -0.6], b: [0.5, 1.5] });
    let exact = Exact::estimate(&law, &x).samples(SAMPLES).seed(1).run().expect("a run");
    let found = log_likelihood::estimate(&law, &x).samples(SAMPLES).seed(2).run().expect("a run");
    let errors = [exact.standard_error.expect("errors"), found.standard_error.expect("errors")];
    for entry in 0..2 {
        let error = errors[0].mu[entry].hypot(errors[1].mu[entry]);
        assert!((exact.gradient.mu[entry] - found.gradient.mu[entry]).abs() <= WIDTH * error);
        let error = errors[0].b[entry].hypot(errors[1].b[entry]);
        assert!((exact.gradient.b[entry] - found.gradient.b[entry]).abs() <= WIDTH * error);
    }
    assert!(found.gradient.b[1].abs() > 10.0 * errors[1].b[1], "the comparison is sharp");
}

#[test]
fn the_rule_says_what_it_is() {
    assert!(energy::RULE.contains("∂_mu E f(z) = E[f(z) * "), "{}", energy::RULE);
    assert!(WithBaseline::RULE.contains("f(z) - mean of f over the other samples"), "{}", WithBaseline::RULE);
    assert!(energy::RULE.contains("score function, exact"), "{}", energy::RULE);
    assert!(energy::LATEX.contains("\\mathbb{E}\\left[f(z)\\,"), "{}", energy::LATEX);
}
