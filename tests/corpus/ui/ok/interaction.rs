//! Several coordinates that are named, with destructuring, loops over rows, and under laws of every kind.
use logphi::laws::{Gaussian, MultivariateGaussian, Poisson};
use logphi::prelude::*;

#[estimator(distribution = Gaussian)]
fn valley(z: &[f64]) -> f64 {
    let (x, y) = (z[0], z[1]);
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

#[estimator(of = valley, distribution = MultivariateGaussian)]
struct Correlated;

#[estimator(distribution = Poisson, coordinates = 1)]
fn contacts(z: &[f64], x: &Matrix) -> f64 {
    x.rows().map(|row| softplus(dot(row, z))).sum::<f64>() + z[0] * z[1] / (1.0 + z[0])
}

/// Arguments with the names that generated code has for its own.
#[estimator(distribution = Gaussian, form(sigma) = pathwise, precision = f32)]
fn shadows(z: &[f64], row: &[f64], n0: f64, out: &[f64], adjoint: f64) -> f64 {
    row.iter().zip(out).map(|(moved, numbers)| (moved * z[1] - n0 * (z[0] * numbers).sin()).powi(2)).sum::<f64>()
        + adjoint * z[0] * z[1] * z[2]
}

fn main() {
    let law = Gaussian { mu: [0.1, 0.2, 0.3], sigma: 0.5 };
    let arguments = (&[1.0, 2.0][..], 0.3, &[0.5, 0.7][..], 2.0);
    let run = shadows::estimate(&law, arguments).samples(1000).with_argument_gradients().run().expect("a run");
    assert!(run.argument_gradient.is_some_and(|(_, n0, _, adjoint)| n0 != 0.0 && adjoint != 0.0));
}
