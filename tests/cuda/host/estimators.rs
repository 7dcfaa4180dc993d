//! The estimators whose kernels are compared.

use logphi::laws::{Beta, Gamma, Laplace, Merton, NegativeBinomial};
use logphi::prelude::*;

#[estimator(distribution = Gamma, form = terminating, packs = portable)]
pub fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

#[estimator(of = squared_distance, distribution = Gamma, form = terminating, precision = f32, packs = portable)]
pub struct SquaredDistanceSingle;

/// The rule of the shape has derivatives of the draw by it.
#[estimator(of = squared_distance, distribution = Gamma, form = pathwise, packs = portable)]
pub struct SquaredDistancePathwise;

#[estimator(of = squared_distance, distribution = Gamma, form = pathwise, precision = f32, packs = portable)]
pub struct SquaredDistancePathwiseSingle;

/// Both shapes of a beta number.
#[estimator(of = squared_distance, distribution = Beta, form = pathwise, packs = portable)]
pub struct SharePathwise;

#[estimator(of = squared_distance, distribution = Beta, form = pathwise, precision = f32, packs = portable)]
pub struct SharePathwiseSingle;

/// A law with compound draws, and rules with more of them.
#[estimator(distribution = Merton, precision = f32, packs = portable)]
pub fn jumps(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).tanh()).sum()
}

#[estimator(distribution = Laplace, order = 4, packs = portable)]
pub fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, order = 4, precision = f32, packs = portable)]
pub struct LogLikelihoodSingle;

/// Two ridge terms, one with numbers, and a separable term, with stencils.
#[estimator(distribution = Laplace, form(b) = auxiliary, packs = portable)]
pub fn waves(w: &[f64], x: &Matrix, phases: &[f64], sizes: &[f64], a: &[f64]) -> f64 {
    x.rows().zip(phases).zip(sizes).map(|((row, phase), size)| size * (dot(row, w) + phase).sin().powi(2)).sum::<f64>()
        + dot(a, w).tanh()
        + w.iter().map(|w| (-w * w).exp()).sum::<f64>()
}

#[estimator(of = waves, distribution = Laplace, form(b) = auxiliary, precision = f32, packs = portable)]
pub struct WavesSingle;

/// The same with stencils at the draw, whose derivatives serve all coordinates.
#[estimator(of = waves, distribution = Laplace, form = pathwise, packs = portable)]
pub struct WavesAtDraw;

#[estimator(of = waves, distribution = Laplace, form = pathwise, precision = f32, packs = portable)]
pub struct WavesAtDrawSingle;

/// The same by the score function.
#[estimator(of = waves, distribution = Laplace, form = score, packs = portable)]
pub struct WavesScored;

#[estimator(of = waves, distribution = Laplace, form = score(leave_one_out), precision = f32, packs = portable)]
pub struct WavesScoredSingle;

/// One parameter by the score function, the other by moves.
#[estimator(of = waves, distribution = Laplace, form(mu) = score(leave_one_out), form(b) = auxiliary, packs = portable)]
pub struct WavesPartlyScored;

#[estimator(of = squared_distance, distribution = Gamma, form = score(leave_one_out), packs = portable)]
pub struct SquaredDistanceScored;

/// Slopes at the draw and the value of the whole function, for one parameter.
#[estimator(of = squared_distance, distribution = Gamma, form = weak, packs = portable)]
pub struct SquaredDistanceWeak;

/// Scores with digamma functions of the draw.
#[estimator(of = squared_distance, distribution = NegativeBinomial, form = score, precision = f32, packs = portable)]
pub struct SquaredDistanceCounted;

/// A part without the draw, which scores count in.
#[estimator(distribution = Laplace, form = score, precision = f32, packs = portable)]
pub fn offset_waves(w: &[f64], a: &[f64], offset: f64) -> f64 {
    dot(a, w).sin() + w.iter().map(|w| w * w).sum::<f64>() + offset
}

/// Terms of several coordinates, two of them over rows and with numbers, beside terms of every other kind.
#[estimator(distribution = Laplace, form(b) = auxiliary, packs = portable)]
pub fn curves(z: &[f64], t: &[f64], y: &[f64], a: &[f64], size: f64) -> f64 {
    t.iter().zip(y).map(|(t, y)| (y - z[0] * (-z[2] * t).exp()).powi(2)).sum::<f64>()
        + size * (z[0] * z[1]).sin()
        + dot(a, z).tanh()
        + z.iter().map(|z| (-z * z).exp()).sum::<f64>()
}

#[estimator(of = curves, distribution = Laplace, form(b) = difference, precision = f32, packs = portable)]
pub struct CurvesByDifferencesSingle;

#[estimator(of = curves, distribution = Laplace, form = score, packs = portable)]
pub struct CurvesScored;

/// Nothing but a term of two coordinates, by a series.
#[estimator(distribution = Laplace, order = 4, packs = portable)]
pub fn product(z: &[f64]) -> f64 {
    (z[0] * z[1]).cos()
}
