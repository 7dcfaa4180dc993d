//! Comparisons of rules by a pilot run: biases against a known gradient and against an estimate, as numbers, table and figure.

use logphi::laws::Laplace;
use logphi::prelude::*;
use logphi::{Compare, Comparison, EstimateError, compare};

/// `E cos z = cos(mu) / (1 + b²)`, a formula.
#[estimator(distribution = Laplace, packs = portable)]
fn wave(z: &[f64]) -> f64 {
    z.iter().map(|z| z.cos()).sum()
}

#[estimator(of = wave, distribution = Laplace, form = pathwise, packs = portable)]
struct Pathwise;

/// Without the orders from 4 on: `2 b E f'' = -2 b cos(mu) / (1 + b²)` in place of `-2 b cos(mu) / (1 + b²)²`.
#[estimator(of = wave, distribution = Laplace, order = 2, packs = portable)]
struct SecondOrder;

type Law = Laplace<[f64; 2], f64>;

const LAW: Law = Laplace { mu: [0.3, -0.8], b: 0.7 };

/// What the second order is off by.
fn bias() -> f64 {
    let Laplace { mu, b } = LAW;
    let scale = 1.0 / (1.0 + b * b);
    mu.iter().map(|mu| -2.0 * b * mu.cos() * scale * (1.0 - scale)).sum::<f64>().abs()
}

fn pilot(law: &Law) -> Compare<'_, Law, ()> {
    compare(law, ()).rule::<Pathwise>("pathwise").rule::<SecondOrder>("order 2").samples(20_000).seed(11)
}

/// The exact rule is within 5 standard errors and the truncated one far outside, by what the closed form says: false alarms in
/// 3 of a million seeds.
fn check(comparison: &Comparison) {
    for parameter in ["mu", "b"] {
        let deviation = comparison.deviation(0, parameter).expect("a reference");
        assert!(deviation.largest < 5.0, "{comparison}");
    }
    let deviation = comparison.deviation(1, "b").expect("a reference");
    assert!((deviation.size - bias()).abs() < 5.0 * deviation.standard_error, "expected {}: {comparison}", bias());
    assert!(deviation.largest > 30.0, "{comparison}");
    let text = comparison.to_string();
    assert!(text.contains("off the reference by"), "{text}");
}

#[test]
fn biases_against_a_known_gradient() -> Result<(), EstimateError> {
    let gradient = wave::estimate(&LAW, ()).run()?.gradient;
    check(&pilot(&LAW).exact(gradient).run()?);
    Ok(())
}

#[test]
fn biases_against_an_estimate() -> Result<(), EstimateError> {
    let comparison = pilot(&LAW).reference::<Pathwise>(400_000).run()?;
    check(&comparison);
    // Draws of its own: with those of the pilot run the estimates would nearly agree.
    let deviation = comparison.deviation(0, "b").expect("a reference");
    assert!(deviation.largest > 0.01, "{comparison}");
    Ok(())
}

#[test]
fn the_figure_has_every_rule_and_parameter() -> Result<(), EstimateError> {
    let svg = pilot(&LAW).rule::<wave>("a < b & c").reference::<wave>(2).run()?.svg();
    for words in ["pathwise", "order 2", "a &lt; b &amp; c", ">mu<", ">b<", "no variance", "variance × cost [s]", "SE<"]
    {
        assert!(svg.contains(words), "{words}: {svg}");
    }
    // Two rules with variance under two parameters, and the legend.
    assert_eq!(svg.matches("<circle").count(), 2 * 2 + 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    Ok(())
}

#[test]
fn references_that_cannot_be_used() -> Result<(), EstimateError> {
    let gradient = wave::estimate(&LAW, ()).run()?.gradient;
    let mut unknown = gradient.clone();
    unknown.b = f64::NAN;
    let refused = pilot(&LAW).exact(unknown).run().map(|_| ());
    assert_eq!(refused, Err(EstimateError::GradientNotFinite { parameter: "b" }));
    let mut short = gradient;
    short.mu.pop();
    let refused = pilot(&LAW).exact(short).run().map(|_| ());
    let expected = EstimateError::LengthsDiffer { name: "the exact gradient", found: 1, other: "mu", expected: 2 };
    assert_eq!(refused, Err(expected));
    let refused = pilot(&LAW).reference::<Pathwise>(1).run().map(|_| ());
    assert_eq!(refused, Err(EstimateError::NoSamples));
    Ok(())
}
