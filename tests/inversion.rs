//! Samplers by numerical inversion: quantiles against exact distribution functions, a million draws by Kolmogorov and
//! Smirnov's test, laws that have no sampler of their own against their cumulants, and what is refused.

use std::f64::consts::PI as CIRCLE;

use logphi::analytic::FrequencyPath;
use logphi::inversion::{DEFAULT_TOLERANCE, SamplerError, Table};
use logphi::prelude::*;
use logphi::{Complex, EstimateError, LogCharacteristic};
use logphi_tests::normal::normal_cdf;
use logphi_tests::quadrature::Measure;

/// Gaussian law without its sampler.
#[distribution]
fn bare_gaussian(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
    I * mu * omega - sigma.powi(2) * omega.powi(2) / 2
}

/// Laplace law without its sampler.
#[distribution]
fn bare_laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
    I * mu * omega - (1 + b.powi(2) * omega.powi(2)).ln()
}

/// Gamma law without its sampler.
#[distribution(support = 0.0..)]
fn bare_gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf {
    -k * (1 - I * mu * omega).ln()
}

/// Logistic law, whose log characteristic function has a singularity at 0 that cancels.
#[distribution]
fn bare_logistic(omega: Frequency, m: Real, scale: Positive) -> LogCf {
    let x = PI * scale * omega;
    I * m * omega + (x / x.sinh()).ln()
}

/// Normal-inverse Gaussian law.
#[distribution(require = alpha > beta.abs())]
fn nig(omega: Frequency, mu: Real, alpha: Positive, beta: Real, delta: Positive) -> LogCf {
    let gamma = (alpha.powi(2) - beta.powi(2)).sqrt();
    I * mu * omega + delta * (gamma - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt())
}

/// Variance gamma law.
#[distribution]
fn variance_gamma(omega: Frequency, theta: Real, sigma: Positive, nu: Positive) -> LogCf {
    -(1 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2).ln() / nu
}

/// The same law as a difference of gammas, with a sampler: means `c ± …` of the two sides.
#[distribution(sample = up * gamma(k) - down * gamma(k))]
fn gamma_difference(omega: Frequency, k: Positive, up: Positive, down: Positive) -> LogCf {
    -k * ((1 - I * up * omega) * (1 + I * down * omega)).ln()
}

/// Story 5: a law known only by its log characteristic function. It is the inverse Gaussian one.
#[distribution]
fn one_sided_tempered(omega: Frequency, scale: Positive, decay: Positive) -> LogCf {
    -2.0 * scale * PI.sqrt() * ((decay - I * omega).sqrt() - decay.sqrt())
}

/// Poisson law.
#[distribution]
fn bare_poisson(omega: Frequency, rate: Positive) -> LogCf {
    rate * ((I * omega).exp() - 1)
}

/// Half of a Poisson number, moved.
#[distribution]
fn moved_poisson(omega: Frequency, start: Real, rate: Positive) -> LogCf {
    I * start * omega + rate * ((I * omega / 2).exp() - 1)
}

/// Skellam law.
#[distribution]
fn skellam(omega: Frequency, up: Positive, down: Positive) -> LogCf {
    up * ((I * omega).exp() - 1) + down * ((-I * omega).exp() - 1)
}

/// Binomial law.
#[distribution]
fn bare_binomial(omega: Frequency, n: Count, p: Probability) -> LogCf {
    n * (1 - p + p * (I * omega).exp()).ln()
}

/// CGMY law with finite moments and `Y = 1/2`: no sampler is known that needs no rejection.
#[distribution]
fn cgmy(omega: Frequency, c: Positive, g: Positive, m: Positive) -> LogCf {
    let s = I * omega;
    -2.0 * PI.sqrt() * c * ((m - s).sqrt() - m.sqrt() + (g + s).sqrt() - g.sqrt())
}

/// `P(z ≤ x)` of the gamma law with shape 5/2 and scale 1.
fn gamma_cdf(x: f64) -> f64 {
    // x^k e^{-x} / Γ(k+1) Σ_n x^n / ((k+1) … (k+n)), Γ(7/2) = 15√π/8
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > 1e-18 * sum {
        n += 1.0;
        term *= x / (2.5 + n);
        sum += term;
    }
    if x > 0.0 { x.powf(2.5) * (-x).exp() * sum / (15.0 * CIRCLE.sqrt() / 8.0) } else { 0.0 }
}

fn laplace_cdf(x: f64) -> f64 {
    if x < 0.0 { 0.5 * x.exp() } else { 1.0 - 0.5 * (-x).exp() }
}

/// `P(z ≤ x)` of the inverse Gaussian law (Schrödinger 1915).
fn inverse_gaussian_cdf(x: f64, mu: f64, lam: f64) -> f64 {
    let root = (lam / x).sqrt();
    normal_cdf(root * (x / mu - 1.0)) + (2.0 * lam / mu).exp() * normal_cdf(-root * (x / mu + 1.0))
}

/// Normal with mean `mu + drift v` and variance `scale² v`, mixed over `v`.
fn mixture_cdf(mixing: &Measure, mu: f64, drift: f64, scale: f64, x: f64) -> f64 {
    mixing.expectation(|v| normal_cdf((x - mu - drift * v) / (scale * v.sqrt())))
}

/// Probabilities, dense and far into both tails.
fn probabilities() -> impl Iterator<Item = f64> {
    let tails = (1..=30).flat_map(|power| [0.5_f64.powi(power), 1.0 - 0.5_f64.powi(power)]);
    tails.chain((1..500).map(|step| f64::from(step) / 500.0))
}

/// Every quantile has the probability it should, to the table's own bound and what the reference is good for.
fn check_quantiles<W: LogCharacteristic>(theta: W::Theta<f64>, cdf: impl Fn(f64) -> f64) {
    let table = Table::new::<W>(&theta, DEFAULT_TOLERANCE).unwrap_or_else(|error| panic!("{}: {error}", W::NAME));
    assert!(table.error() > 0.0 && table.error() <= DEFAULT_TOLERANCE, "{}: {}", W::NAME, table.error());
    let location = W::location::<f64>(&theta, &mut ());
    let mut last = f64::NEG_INFINITY;
    let mut sorted: Vec<f64> = probabilities().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    for probability in sorted {
        let z = location + table.quantile(probability);
        assert!(z.is_finite() && z >= last, "{}: quantile {z} after {last}", W::NAME);
        last = z;
        let error = (cdf(z) - probability).abs();
        assert!(error <= table.error() + 1e-12, "{}: {error:e} at {probability}, z = {z}", W::NAME);
    }
}

#[test]
fn quantiles_of_known_laws() {
    check_quantiles::<BareGaussian<(), ()>>([0.7, 2.0], |x| normal_cdf((x - 0.7) / 2.0));
    check_quantiles::<BareLaplace<(), ()>>([-3.0, 0.4], |x| laplace_cdf((x + 3.0) / 0.4));
    check_quantiles::<BareGamma<(), ()>>([2.5, 0.3], |x| gamma_cdf(x / 0.3));
    check_quantiles::<BareLogistic<(), ()>>([0.2, 0.5], |x| 1.0 / (1.0 + (-(x - 0.2) / 0.5).exp()));
    // scale 1/2, decay 2: mean μ = scale √(π/decay), λ = 2π scale²
    let (scale, decay) = (0.5_f64, 2.0_f64);
    let (mu, lam) = (scale * (CIRCLE / decay).sqrt(), 2.0 * CIRCLE * scale * scale);
    check_quantiles::<OneSidedTempered<(), ()>>([scale, decay], |x| inverse_gaussian_cdf(x, mu, lam));
}

#[test]
fn quantiles_of_normal_mixtures() {
    let (mu, alpha, beta, delta) = (0.1, 2.0_f64, 0.5_f64, 1.5);
    let gamma = (alpha * alpha - beta * beta).sqrt();
    let mixing = Measure::inverse_gaussian(delta / gamma, delta * delta);
    check_quantiles::<Nig<(), (), (), ()>>([mu, alpha, beta, delta], |x| mixture_cdf(&mixing, mu, beta, 1.0, x));
    // Time is gamma with mean 1 and variance ν.
    let (theta, sigma, nu) = (0.3, 0.8, 0.4);
    let mixing = Measure::gamma(1.0 / nu).affine(0.0, nu);
    check_quantiles::<VarianceGamma<(), (), ()>>([theta, sigma, nu], |x| mixture_cdf(&mixing, 0.0, theta, sigma, x));
}

/// Scale and location change nothing but scale and location.
#[test]
fn extreme_scales() {
    for (mu, sigma) in [(0.0, 1e-100), (0.0, 1e100), (1e12, 1.0), (-1e6, 1e-6)] {
        let table = Table::new::<BareGaussian<(), ()>>(&[mu, sigma], DEFAULT_TOLERANCE).expect("a law");
        for probability in [0.001, 0.3, 0.5, 0.999] {
            let z = table.quantile(probability) / sigma;
            assert!((normal_cdf(z) - probability).abs() < 1e-9, "{mu} {sigma}: {z} at {probability}");
        }
    }
    for mu in [1e-150, 1e150] {
        let table = Table::new::<BareGamma<(), ()>>(&[2.5, mu], DEFAULT_TOLERANCE).expect("a law");
        assert!((gamma_cdf(table.quantile(0.3) / mu) - 0.3).abs() < 1e-9);
    }
}

#[test]
fn the_tolerance_is_met() {
    for tolerance in [1e-3, 1e-6, 1e-11] {
        let table = Table::new::<BareGaussian<(), ()>>(&[0.0, 1.0], tolerance).expect("a law");
        assert!(table.error() <= tolerance);
        for probability in probabilities() {
            let error = (normal_cdf(table.quantile(probability)) - probability).abs();
            assert!(error <= table.error(), "{error:e} at {probability}, {:e} allowed", table.error());
        }
    }
    for tolerance in [0.0, -1.0, 1.0, f64::NAN, 1e-15] {
        let error = Table::new::<BareGaussian<(), ()>>(&[0.0, 1.0], tolerance).expect_err("no tolerance");
        assert!(matches!(error, SamplerError::Tolerance { .. }));
    }
}

/// On a lattice quantiles are points, and the right ones except within the bound of a jump.
fn check_points<W: LogCharacteristic>(theta: W::Theta<f64>, law: &Measure) {
    let table = Table::new::<W>(&theta, DEFAULT_TOLERANCE).unwrap_or_else(|error| panic!("{}: {error}", W::NAME));
    let mut nodes = law.nodes.clone();
    nodes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    for probability in probabilities() {
        let z = table.quantile(probability);
        let below: f64 = nodes.iter().filter(|node| node.0 < z).map(|node| node.1).sum();
        let up_to: f64 = nodes.iter().filter(|node| node.0 <= z).map(|node| node.1).sum();
        let slack = table.error() + 1e-12;
        assert!(
            below - slack <= probability && probability <= up_to + slack,
            "{}: {z} at {probability}, which has {below} to {up_to}",
            W::NAME
        );
        assert!(nodes.iter().any(|node| node.0 == z), "{}: {z} is no point of the law", W::NAME);
    }
}

#[test]
fn lattices() {
    for rate in [1e-5, 0.3, 7.5, 40.0] {
        check_points::<BarePoisson<()>>([rate], &Measure::poisson(rate));
        check_points::<MovedPoisson<(), ()>>([0.3, rate], &Measure::poisson(rate).affine(0.0, 0.5));
    }
    check_points::<Skellam<(), ()>>([2.0, 1.5], &Measure::poisson(2.0).plus(&Measure::poisson(1.5).affine(0.0, -1.0)));
    for p in [0.2, 0.5, 0.9] {
        check_points::<BareBinomial<(), ()>>([12.0, p], &Measure::binomial(12, p));
    }
    // No trials, and no law of a fraction of a trial.
    let table = Table::new::<BareBinomial<(), ()>>(&[0.0, 0.5], DEFAULT_TOLERANCE);
    assert_eq!(table.err(), Some(SamplerError::Degenerate));
    assert!(Table::new::<BareBinomial<(), ()>>(&[2.5, 0.7], DEFAULT_TOLERANCE).is_err());
}

/// A million draws against the exact distribution function: `√n D` of a true law exceeds 2.8 with probability 3e-7.
#[test]
fn draws_by_kolmogorov_and_smirnov() {
    const DRAWS: usize = 1_000_000;
    let check = |name: &str, mut draws: Vec<f64>, cdf: &dyn Fn(f64) -> f64| {
        draws.sort_unstable_by(f64::total_cmp);
        let n = DRAWS as f64;
        let distance = draws.iter().enumerate().map(|(rank, &z)| {
            let exact = cdf(z);
            (exact - rank as f64 / n).max((rank + 1) as f64 / n - exact)
        });
        let distance = distance.fold(0.0, f64::max);
        assert!(n.sqrt() * distance < 2.8, "{name}: {}", n.sqrt() * distance);
    };
    let mut draws = vec![0.0; DRAWS];
    let law = BareGaussian { mu: 0.5, sigma: 2.0 };
    logphi::sample(&law).samples(DRAWS).seed(1).fill(&mut draws).expect("a law");
    check("gaussian", draws.clone(), &|x| normal_cdf((x - 0.5) / 2.0));
    logphi::sample(&BareGamma { k: 2.5, mu: 0.3 }).samples(DRAWS).seed(2).fill(&mut draws).expect("a law");
    check("gamma", draws.clone(), &|x| gamma_cdf(x / 0.3));
    logphi::sample(&BareLaplace { mu: 0.5, b: 2.0 }).samples(DRAWS).seed(3).fill(&mut draws).expect("a law");
    check("laplace", draws.clone(), &|x| laplace_cdf((x - 0.5) / 2.0));
    // In single precision a step of the numbers is 1e-7 of the law, and the test sees 3e-3.
    let mut single = vec![0.0_f32; DRAWS];
    logphi::sample(&law).samples(DRAWS).seed(4).fill(&mut single).expect("a law");
    check("gaussian, f32", single.into_iter().map(f64::from).collect(), &|x| normal_cdf((x - 0.5) / 2.0));
}

/// Draws at another location and scale are the same draws, moved and scaled.
#[test]
fn location_and_scale_are_factored_out() {
    let draw = |law: BareLaplace| logphi::sample(&law).samples(1000).seed(9).matrix().expect("a law");
    let (plain, moved) = (draw(BareLaplace { mu: 0.0, b: 1.0 }), draw(BareLaplace { mu: -3.0, b: 1e-3 }));
    for (plain, moved) in plain.as_slice().iter().zip(moved.as_slice()) {
        assert!((-3.0 + 1e-3 * plain - moved).abs() < 1e-15);
    }
    // The scale is the square root of a parameter, with a weight of 1/2 for the other.
    let draw = |law: OneSidedTempered| logphi::sample(&law).samples(1000).seed(9).matrix().expect("a law");
    let (plain, scaled) =
        (draw(OneSidedTempered { scale: 0.5, decay: 2.0 }), draw(OneSidedTempered { scale: 5.0, decay: 0.02 }));
    for (plain, scaled) in plain.as_slice().iter().zip(scaled.as_slice()) {
        assert!((100.0 * plain / scaled - 1.0).abs() < 1e-12);
    }
}

/// Variance gamma by inversion against the difference of two gammas: `√(n/2) D` exceeds 2.8 with probability 3e-7.
#[test]
fn two_samplers_of_one_law() {
    const DRAWS: usize = 1_000_000;
    // (1 - up s)(1 + down s) = 1 - θνs - σ²νs²/2
    let (up, down, nu) = (0.5, 0.3, 0.4);
    let (theta, sigma) = ((up - down) / nu, f64::sqrt(2.0 * up * down / nu));
    let sorted = |draws: &mut Vec<f64>| draws.sort_unstable_by(f64::total_cmp);
    let (mut first, mut second) = (vec![0.0; DRAWS], vec![0.0; DRAWS]);
    logphi::sample(&VarianceGamma { theta, sigma, nu }).samples(DRAWS).seed(5).fill(&mut first).expect("a law");
    logphi::sample(&GammaDifference { k: 1.0 / nu, up, down }).samples(DRAWS).seed(6).fill(&mut second).expect("a law");
    sorted(&mut first);
    sorted(&mut second);
    let (mut at, mut distance) = (0, 0.0_f64);
    for (rank, z) in first.iter().enumerate() {
        while at < DRAWS && second[at] <= *z {
            at += 1;
        }
        distance = distance.max((at as f64 - (rank + 1) as f64).abs() / DRAWS as f64);
    }
    assert!((DRAWS as f64 / 2.0).sqrt() * distance < 2.8, "{distance}");
}

/// CGMY with `Y = 1/2` has cumulants `κ_n = C Γ(n - 1/2) (M^{1/2-n} + (-1)^n G^{1/2-n})`, and its draws the characteristic
/// function. Each of the 24 numbers is within 5.2 standard errors, which all are but with probability 5e-6.
#[test]
fn a_law_without_another_sampler() {
    const DRAWS: usize = 1_000_000;
    let (c, g, m) = (0.6_f64, 2.0_f64, 3.0_f64);
    let law = Cgmy { c, g, m };
    let mut draws = vec![0.0; DRAWS];
    logphi::sample(&law).samples(DRAWS).seed(7).fill(&mut draws).expect("a law");
    let gamma = |n: i32| (1..n).fold(CIRCLE.sqrt(), |product, i| product * (f64::from(i) - 0.5));
    let cumulant = |n: i32| {
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        c * gamma(n) * (m.powf(0.5 - f64::from(n)) + sign * g.powf(0.5 - f64::from(n)))
    };
    let k: Vec<f64> = (1..=4).map(cumulant).collect();
    let moments = [
        k[0],
        k[1] + k[0].powi(2),
        k[2] + 3.0 * k[1] * k[0] + k[0].powi(3),
        k[3] + 4.0 * k[2] * k[0] + 3.0 * k[1].powi(2) + 6.0 * k[1] * k[0].powi(2) + k[0].powi(4),
    ];
    let check = |name: String, exact: f64, function: &dyn Fn(f64) -> f64| {
        let n = DRAWS as f64;
        let mean = draws.iter().map(|&z| function(z)).sum::<f64>() / n;
        let variance = draws.iter().map(|&z| (function(z) - mean).powi(2)).sum::<f64>() / n;
        let error = (variance / n).sqrt();
        assert!((mean - exact).abs() <= 5.2 * error, "{name}: {mean} ± {error}, exact {exact}");
    };
    for (index, moment) in moments.into_iter().enumerate() {
        check(format!("moment {}", index + 1), moment, &|z| z.powi(index as i32 + 1));
    }
    for omega in [0.2, 0.5, 1.0, 1.7, 2.5, 4.0, 6.0, 9.0, 14.0, 20.0] {
        let phi = cgmy(omega.into(), c.into(), g.into(), m.into()).exp();
        check(format!("Re φ({omega})"), phi.re, &|z| (omega * z).cos());
        check(format!("Im φ({omega})"), phi.im, &|z| (omega * z).sin());
    }
}

// What is refused.

/// Compound Poisson law with exponential jumps: an atom at 0.
#[distribution]
fn compound_exponential(omega: Frequency, rate: Positive, mean: Positive) -> LogCf {
    rate * (1 / (1 - I * mean * omega) - 1)
}

/// Jumps by two numbers.
#[distribution]
fn two_jumps(omega: Frequency, first: Real, second: Real) -> LogCf {
    (I * first * omega).exp() + (I * second * omega).exp() - 2
}

/// No law: a fourth cumulant without a second.
#[distribution]
fn quartic(omega: Frequency, c: Positive) -> LogCf {
    -c * omega.powi(4)
}

/// No law: `|φ|` grows.
#[distribution]
fn growing(omega: Frequency, c: Positive) -> LogCf {
    c * omega.powi(2)
}

/// No law for a rate below 0.
#[distribution]
fn signed_poisson(omega: Frequency, first: Real, second: Real) -> LogCf {
    first * ((I * omega).exp() - 1) + second * ((2 * I * omega).exp() - 1)
}

fn refusal<W: LogCharacteristic>(theta: W::Theta<f64>) -> SamplerError {
    match Table::new::<W>(&theta, DEFAULT_TOLERANCE) {
        Ok(table) => panic!("{} has a table with error {}", W::NAME, table.error()),
        Err(error) => {
            assert!(!error.to_string().contains("NaN"), "{error}");
            error
        }
    }
}

#[test]
fn refusals() {
    let SamplerError::Atoms { size, .. } = refusal::<CompoundExponential<(), ()>>([2.0, 0.5]) else { panic!("atoms") };
    assert!((size - f64::exp(-2.0)).abs() < 1e-6, "the atom at 0 has probability e^-2, not {size}");
    let SamplerError::SlowDecay { reached, .. } = refusal::<BareGamma<(), ()>>([0.5, 1.0]) else { panic!("slow") };
    assert!(reached > 1e-9 && reached < 1.0);
    // The same law at a tolerance within reach.
    let table = Table::new::<BareGamma<(), ()>>(&[1.5, 1.0], 1e-6).expect("a law");
    assert!(table.error() <= 1e-6);
    assert!(matches!(refusal::<TwoJumps<(), ()>>([1.0, CIRCLE]), SamplerError::NoCommonSpan { .. }));
    assert!(Table::new::<TwoJumps<(), ()>>(&[1.0, 1.5], DEFAULT_TOLERANCE).is_ok());
    assert!(matches!(refusal::<Quartic<()>>([1.0]), SamplerError::NegativeProbability { .. }));
    assert!(matches!(refusal::<Growing<()>>([1.0]), SamplerError::SizeAboveOne { .. }));
    assert!(matches!(refusal::<SignedPoisson<(), ()>>([1.0, -0.2]), SamplerError::NegativeProbability { .. }));
    assert!(matches!(refusal::<BarePoisson<()>>([1e13]), SamplerError::TooManyPoints { .. }));
}

/// Parameters at the ends of `f64` give a table or an error, in finite time.
#[test]
fn extremes_are_typed() {
    for small in [f64::MIN_POSITIVE, 1e-300, 1e-30, 1e-8, 1.0, 1e8, 1e30, 1e300, f64::MAX] {
        for other in [f64::MIN_POSITIVE, 1e-12, 1.0, 1e12, f64::MAX] {
            let check = |table: Result<Table, SamplerError>, name: &str| {
                if let Ok(table) = table {
                    for probability in [1e-9, 0.5, 1.0 - 1e-9] {
                        assert!(!table.quantile(probability).is_nan(), "{name} at {small}, {other}");
                    }
                }
            };
            check(Table::new::<BareGaussian<(), ()>>(&[small, other], DEFAULT_TOLERANCE), "gaussian");
            check(Table::new::<BareLaplace<(), ()>>(&[-small, other], 1e-6), "laplace");
            check(Table::new::<BareGamma<(), ()>>(&[small, other], 1e-4), "gamma");
            check(Table::new::<OneSidedTempered<(), ()>>(&[small, other], 1e-4), "one-sided tempered");
            check(Table::new::<BarePoisson<()>>(&[small], 1e-4), "poisson");
            check(Table::new::<BareLogistic<(), ()>>(&[small, other], 1e-4), "logistic");
        }
    }
    for theta in [[f64::NAN, 1.0], [0.0, f64::NAN], [f64::INFINITY, 1.0], [0.0, f64::INFINITY]] {
        if let Ok(table) = Table::new::<BareGaussian<(), ()>>(&theta, DEFAULT_TOLERANCE) {
            assert!(
                !theta[0].is_finite() && !table.quantile(0.5).is_nan(),
                "only the location may be anything: {theta:?}"
            );
        }
    }
}

// Estimators.

#[estimator(distribution = OneSidedTempered, packs = portable, order = 4)]
fn discount(z: f64, rate: f64) -> f64 {
    (-rate * z).exp()
}

#[estimator(distribution = BareLaplace, packs = portable, order = 4)]
fn waves(z: &[f64], frequency: f64) -> f64 {
    z.iter().map(|z| (frequency * z).sin()).sum()
}

/// `E e^{-rz} = φ(ir)` for the law of story 5; within 4.5 standard errors but with probability 1e-5.
#[test]
fn an_estimator_of_a_law_without_sampler() {
    let (scale, decay, rate) = (0.5_f64, 2.0_f64, 0.7_f64);
    let law = OneSidedTempered { scale, decay };
    let run = discount::estimate(&law, rate).samples(200_000).seed(3).run().expect("a law");
    let exact = (-2.0 * scale * CIRCLE.sqrt() * ((decay + rate).sqrt() - decay.sqrt())).exp();
    let error = run.value_standard_error.expect("many samples");
    assert!((run.value - exact).abs() < 4.5 * error, "{} ± {error}, exact {exact}", run.value);
    assert!(run.sampler_error > 0.0 && run.sampler_error <= DEFAULT_TOLERANCE);
    assert!(discount::RULE.contains("Sampler: by inversion of the characteristic function"), "{}", discount::RULE);
}

/// Coordinates that differ in location and scale only share a table, and steps make none: 2000 coordinates and 20 steps
/// with a table each would take an hour.
#[test]
fn tables_are_shared() {
    let start = std::time::Instant::now();
    let mut mu: Vec<f64> = (0..2000).map(|index| f64::from(index) * 0.01).collect();
    let mut b: Vec<f64> = (0..2000).map(|index| 0.1 + f64::from(index) * 0.01).collect();
    let law = BareLaplace { mu: &mu, b: &b };
    let mut prepared = waves::prepare(&law, 0.3).samples(32).seed(1).build().expect("lengths agree");
    for step in 0..20 {
        mu[step] += 1.0;
        b[step] += 1.0;
        let run = prepared.step(&BareLaplace { mu: &mu, b: &b }).expect("a law");
        assert!(run.sampler_error > 0.0);
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn an_estimator_says_why_it_cannot_draw() {
    let law = BareGamma { k: [3.0, 0.2], mu: 1.0 };
    let error = logphi::sample(&law).samples(10).matrix().expect_err("a small shape");
    let EstimateError::Sampler { law, coordinate, reason } = error else { panic!("{error}") };
    assert_eq!((law, coordinate), ("BareGamma", 1));
    assert!(matches!(reason, SamplerError::SlowDecay { .. }));
}

/// The tables' frequencies lie where principal branches have long jumped.
#[test]
fn the_path_goes_as_far_as_tables_do() {
    let theta = [0.1, 2.0, 0.5, 1.5];
    let mut path = FrequencyPath::<Nig<(), (), (), ()>>::new(&theta, 1.0).expect("finite at 0");
    let value = path.advance(1e4).expect("finite");
    let expected = nig(1e4.into(), 0.1.into(), 2.0.into(), 0.5.into(), 1.5.into());
    let distance: Complex = value - expected;
    assert!(distance.re.hypot(distance.im) < 1e-9);
}
