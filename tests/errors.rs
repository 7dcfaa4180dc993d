//! Every wrong number is a typed error with a message that names it, and nothing panics.

use logphi::laws::{Dirac, Gamma, Gaussian, Laplace, Uniform};
use logphi::prelude::*;
use logphi::{Domain, EstimateError, sample};

#[estimator(distribution = Laplace, packs = portable, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn growth(z: f64, rate: f64) -> f64 {
    (rate * z).exp()
}

#[estimator(distribution = Gaussian, form = terminating, packs = portable)]
fn third(z: &[f64]) -> f64 {
    z[2].sin()
}

#[estimator(distribution = Dirac, packs = portable)]
fn root(z: f64) -> f64 {
    z.sqrt()
}

#[estimator(distribution = Laplace, packs = portable, order = 4)]
fn wave(z: f64, k: f64) -> f64 {
    (k * z).sin()
}

#[estimator(distribution = Uniform, packs = portable, order = 2)]
fn bounded(z: f64) -> f64 {
    z.powi(4)
}

/// A gamma law with a whole shape and a mean below it.
#[distribution(sample = p * gamma(n))]
fn stages(omega: Frequency, n: Count, p: Probability) -> LogCf {
    -n * (1.0 - I * p * omega).ln()
}

#[estimator(distribution = Stages, form = terminating, packs = portable)]
fn square(z: f64) -> f64 {
    z * z
}

fn batch() -> (Matrix, Vec<f64>) {
    (Matrix::from_rows(&[[0.5, -0.3], [-0.2, 0.4]]).expect("rows"), vec![1.0, -1.0])
}

/// The error of an expression that must fail, after a look at its message.
macro_rules! error {
    ($run:expr, $($part:literal),+) => {{
        let error = $run.err().expect("an error");
        let text = error.to_string();
        $(assert!(text.contains($part), "`{}` is not in `{text}`", $part);)+
        error
    }};
}

#[test]
fn parameters_outside_their_domain() {
    let (x, y) = batch();
    for bad in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
        let law = Laplace { mu: 0.0, b: [0.5, bad] };
        let error = error!(log_likelihood::estimate(&law, (&x, &y)).run(), "`b`", "coordinate 1", "above 0");
        assert!(matches!(
            error,
            EstimateError::ParameterOutsideDomain { parameter: "b", coordinate: 1, domain: Domain::Positive, .. }
        ));
        error!(sample(&law).matrix(), "`b`", "coordinate 1");
    }
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let law = Laplace { mu: bad, b: 0.5 };
        let error = error!(log_likelihood::estimate(&law, (&x, &y)).run(), "`mu`", "finite");
        assert!(matches!(error, EstimateError::ParameterOutsideDomain { domain: Domain::Real, .. }));
    }
    for bad in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        let error = error!(square::estimate(&Stages { n: 3.0, p: bad }, ()).run(), "`p`", "between 0 and 1");
        assert!(matches!(error, EstimateError::ParameterOutsideDomain { domain: Domain::Probability, .. }));
    }
    for bad in [-1.0, 2.5, f64::NAN, f64::INFINITY] {
        let error = error!(square::estimate(&Stages { n: bad, p: 0.5 }, ()).run(), "`n`", "whole number");
        assert!(matches!(error, EstimateError::ParameterOutsideDomain { domain: Domain::Count, .. }));
    }
    square::estimate(&Stages { n: 3.0, p: 0.5 }, ()).run().expect("valid");
}

#[test]
fn conditions_between_parameters() {
    for (a, b) in [(1.0, 1.0), (2.0, 1.0)] {
        let law = Uniform { a, b };
        let error = error!(bounded::estimate(&law, ()).run(), "Uniform", "a < b", "coordinate 0");
        assert!(matches!(error, EstimateError::ConditionViolated { condition: "a < b", .. }));
        error!(sample(&law).matrix(), "a < b");
    }
}

#[test]
fn arguments_that_are_not_finite() {
    let law = Laplace { mu: 0.0, b: 0.5 };
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (x, mut y) = batch();
        y[1] = bad;
        let error = error!(log_likelihood::estimate(&law, (&x, &y)).run(), "`y`", "index 1", "finite");
        assert!(matches!(error, EstimateError::ArgumentNotFinite { argument: "y", index: 1, .. }));
        let (mut x, y) = batch();
        x.as_mut_slice()[2] = bad;
        let error = error!(log_likelihood::estimate(&law, (&x, &y)).run(), "`x`", "index 2");
        assert!(matches!(error, EstimateError::ArgumentNotFinite { argument: "x", index: 2, .. }));
        error!(growth::estimate(&Gaussian { mu: 0.0, sigma: 1.0 }, bad).run(), "`rate`");
    }
}

#[test]
fn a_later_batch_is_checked_too() {
    let law = Laplace { mu: 0.0, b: 0.5 };
    let (x, y) = batch();
    let mut prepared = log_likelihood::prepare(&law, (&x, &y)).seed(1).build().expect("valid");
    error!(prepared.step_on(&law, (&x, &[1.0, f64::NAN])), "`y`", "index 1");
    error!(prepared.step_on(&law, (&x, &[1.0])), "`y`");
    error!(prepared.step(&Laplace { mu: 0.0, b: -0.5 }), "`b`");
    let run = prepared.step(&law).expect("an error leaves the estimator usable");
    assert_eq!(run.stream, 0, "and its stream where it was");
}

#[test]
fn lengths_that_differ() {
    let (x, y) = batch();
    let law = Laplace { mu: 0.0, b: 0.5 };
    let error = error!(log_likelihood::estimate(&law, (&x, &y[..1])).run(), "`y`", "length 1", "expected 2", "`x`");
    assert!(matches!(error, EstimateError::LengthsDiffer { name: "y", found: 1, expected: 2, .. }));
    error!(log_likelihood::estimate(&Laplace { mu: [0.0; 3], b: 0.5 }, (&x, &y)).run(), "`x`", "2", "3");
    error!(log_likelihood::estimate(&Laplace { mu: [0.0; 2], b: [0.5; 3] }, (&x, &y)).run(), "`b`", "3", "2", "`mu`");
    error!(log_likelihood::estimate(&law, (&x, &y)).dimension(3).run(), "3");
    error!(growth::estimate(&Gaussian { mu: [0.0; 2], sigma: 1.0 }, 1.0).run(), "`mu`", "2", "1");
}

#[test]
fn too_few_coordinates() {
    let law = Gaussian { mu: [0.0; 2], sigma: 1.0 };
    let error = error!(third::estimate(&law, ()).run(), "2 coordinates", "at least 3");
    assert!(matches!(error, EstimateError::TooFewCoordinates { found: 2, needed: 3, .. }));
}

#[test]
fn the_number_of_coordinates() {
    let law = Gaussian { mu: 0.0, sigma: 1.0 };
    let error = error!(third::estimate(&law, ()).run(), "unknown", ".dimension(d)");
    assert_eq!(error, EstimateError::DimensionUnknown);
    third::estimate(&law, ()).dimension(3).run().expect("valid");
    let empty = Gaussian { mu: &[] as &[f64], sigma: 1.0 };
    assert_eq!(error!(third::estimate(&empty, ()).run(), "0 coordinates"), EstimateError::NoCoordinates);
    let (x, y) = batch();
    let law = Laplace { mu: vec![0.0; 2], b: 0.5 };
    let mut prepared = log_likelihood::prepare(&law, (&x, &y)).build().expect("valid");
    let error = error!(prepared.step(&Laplace { mu: vec![0.0; 3], b: 0.5 }), "prepared for 2", "3");
    assert_eq!(error, EstimateError::DimensionChanged { expected: 2, found: 3 });
}

#[test]
fn numbers_of_samples() {
    let (x, y) = batch();
    let law = Laplace { mu: 0.0, b: 0.5 };
    assert_eq!(
        error!(log_likelihood::estimate(&law, (&x, &y)).samples(0).run(), "0 samples", "at least 1"),
        EstimateError::NoSamples
    );
    assert_eq!(error!(sample(&law).samples(0).matrix(), "0 samples"), EstimateError::NoSamples);
    let error =
        error!(log_likelihood::estimate(&law, (&x, &y)).samples((1 << 48) + 1).run(), "samples", "281474976710656");
    assert!(matches!(error, EstimateError::TooMany { what: "samples", .. }));
    let law = Gaussian { mu: 0.0, sigma: 1.0 };
    let error = error!(third::estimate(&law, ()).dimension(1 << 33).run(), "coordinates", "4294967295");
    assert!(matches!(error, EstimateError::TooMany { what: "coordinates", .. }));
}

#[test]
fn coefficients_that_overflow() {
    let (x, y) = batch();
    let law = Laplace { mu: 0.0, b: [0.5, 1e200] };
    let error = error!(log_likelihood::estimate(&law, (&x, &y)).run(), "`b`", "coordinate 1", "too extreme");
    assert!(matches!(error, EstimateError::CoefficientNotFinite { parameter: "b", coordinate: 1, .. }));
}

#[test]
fn results_that_overflow() {
    let law = Gaussian { mu: 1000.0, sigma: 1.0 };
    let error = error!(growth::estimate(&law, 1.0).run(), "not finite", "overflows");
    assert!(matches!(error, EstimateError::ResultNotFinite { .. }));
    // √0 is 0 with an infinite slope.
    error!(root::estimate(&Dirac { a: 0.0 }, ()).run(), "not finite", "overflows");
    // Everything is finite but the product of a coefficient and its moment: a_4 f^(4) = 2 b³ k⁴ sin.
    let law = Laplace { mu: 0.0, b: 1e60 };
    let error = error!(wave::estimate(&law, 1e40).run(), "`b`", "not finite");
    assert_eq!(error, EstimateError::GradientNotFinite { parameter: "b" });
}

#[test]
fn buffers_of_a_wrong_length() {
    let law = Gamma { k: [0.5, 1.5], mu: 1.0 };
    let error = error!(sample(&law).samples(10).fill(&mut [0.0_f64; 19]), "19", "20");
    assert_eq!(error, EstimateError::BufferLength { found: 19, expected: 20 });
    error!(sample(&law).samples(usize::MAX).fill(&mut [0.0_f32; 1]), "buffer");
}

#[test]
fn odd_settings_do_not_panic() {
    let law = Gaussian { mu: 0.0, sigma: 1.0 };
    let plain = third::estimate(&law, ()).dimension(3).samples(3000).seed(1).threads(1).run().expect("valid");
    for threads in [0, 2, 200] {
        let run = third::estimate(&law, ()).dimension(3).samples(3000).seed(1).threads(threads).run().expect("valid");
        assert_eq!(run.value.to_bits(), plain.value.to_bits(), "{threads} threads");
    }
    assert_eq!(error!(third::estimate(&law, ()).dimension(0).run(), "0 coordinates"), EstimateError::NoCoordinates);
    let wrapped = third::estimate(&law, ()).dimension(3).samples(3).seed(1).stream(u64::MAX).run().expect("valid");
    assert_eq!(wrapped.stream, u64::MAX);
}

#[test]
fn more_draws_than_can_be_told_apart() {
    let law = Gaussian { mu: 0.0, sigma: 1.0 };
    let error = error!(sample(&law).samples(usize::MAX).matrix(), "samples", "281474976710656");
    assert!(matches!(error, EstimateError::TooMany { what: "samples", .. }));
}

#[test]
fn errors_travel_between_threads() {
    fn travels<T: Send + Sync + std::error::Error + 'static>() {}
    travels::<EstimateError>();
}
