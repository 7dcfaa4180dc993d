//! A joint law whose coordinates are independent, against the law of one variable that it is made of.

use logphi::Complex;
use logphi::laws::Laplace;
use logphi::prelude::*;

use super::bits;

/// Laplace numbers, each with a location and a scale of its own.
#[distribution(sample = mu + b * (exponential() - exponential()))]
fn laplaces(omega: &[Frequency], mu: &[Real], b: &[Positive]) -> LogCf {
    let scales = b.iter().zip(omega).map(|(b, omega)| (1.0 + b.powi(2) * omega.powi(2)).ln()).sum::<LogCf>();
    I * dot(mu, omega) - scales
}

#[estimator(distribution = Laplace, packs = portable)]
fn loss(z: &[f64], a: &[f64]) -> f64 {
    softplus(dot(a, z)) + z.iter().map(|z| z.tanh()).sum::<f64>()
}

#[estimator(of = loss, distribution = Laplaces, packs = portable)]
struct Jointly;

#[test]
fn rules_of_single_coordinates_are_those_of_one_variable() {
    let (mu, b, a) = ([0.3, -0.2, 1.0], [0.5, 1.5, 0.2], [1.0, 0.5, -2.0]);
    let apart = loss::estimate(&Laplace { mu, b }, &a).samples(3000).seed(1).run().expect("valid");
    let jointly = Jointly::estimate(&Laplaces { mu, b }, &a).samples(3000).seed(1).run().expect("valid");
    assert_eq!(bits(&apart), bits(&jointly));
    assert!(Jointly::RULE.contains("b (vector of positive numbers): auxiliary draw, exact"), "{}", Jointly::RULE);
}

#[test]
fn the_annotated_function_is_called_with_vectors() {
    let omega = [0.5, -1.0].map(Frequency::from);
    let value = laplaces(&omega, &[1.0, 2.0].map(Real::from), &[0.5, 3.0].map(Positive::from));
    let expected = Complex { re: -(1.0 + 0.25 * 0.25_f64).ln() - 10.0_f64.ln(), im: 0.5 - 2.0 };
    assert!((value.re - expected.re).abs() < 1e-15 && (value.im - expected.im).abs() < 1e-15, "{value:?}");
}
