//! A table of quantiles.

use std::f64::consts::TAU;

use super::SamplerError;
use super::continuous::interpolate;
use super::lattice::{self, Lattice};
use super::quantile::{Guide, Node, quantile};
use super::spectrum::spectrum;
use super::window::{width, window};
use crate::analytic::LogCharacteristic;

/// How far probabilities of samplers by inversion may be off, if nothing else is said.
pub const DEFAULT_TOLERANCE: f64 = 1e-9;

/// Quantiles of a law without its location.
#[derive(Clone, Debug)]
pub struct Table {
    shape: Shape,
    error: f64,
}

#[derive(Clone, Debug)]
enum Shape {
    /// Always 0.
    Constant,
    /// Points `first + index · span`.
    Lattice { first: f64, span: f64, below: Vec<f64>, guide: Guide },
    /// A density.
    Continuous { nodes: Vec<Node>, guide: Guide },
}

impl Table {
    /// Inverts the characteristic function of a law, its location taken off, until every probability is right to
    /// `tolerance` (by the bounds in the module documentation).
    ///
    /// # Errors
    /// [`SamplerError`]: no characteristic function, atoms off a lattice, or a tolerance out of reach, with the bound that
    /// was reached.
    pub fn new<W: LogCharacteristic>(theta: &W::Theta<f64>, tolerance: f64) -> Result<Self, SamplerError> {
        Self::on::<W>(theta, Self::support::<W>(theta), tolerance)
    }

    /// The same on a given support, of the law without its location.
    pub(super) fn on<W: LogCharacteristic>(
        theta: &W::Theta<f64>,
        support: [f64; 2],
        tolerance: f64,
    ) -> Result<Self, SamplerError> {
        if !(1e-13..1.0).contains(&tolerance) {
            return Err(SamplerError::Tolerance { tolerance });
        }
        let jumps = W::jumps(theta);
        if jumps.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Self { shape: Shape::Constant, error: 0.0 });
        }
        let width = width::<W>(theta)?;
        let outside = tolerance / 16.0;
        let window = clamp(window::<W>(theta, width, outside)?, support);
        match jumps {
            Some(jumps) => {
                let lattice = lattice::probabilities::<W>(theta, lattice::span(&jumps)?, window, tolerance)?;
                Ok(Self::of_lattice(lattice, 2.0 * outside))
            }
            None => Self::with_density::<W>(theta, window, 2.0 * outside, tolerance),
        }
    }

    /// The ends of the support, without the location.
    pub(super) fn support<W: LogCharacteristic>(theta: &W::Theta<f64>) -> [f64; 2] {
        let location = W::location::<f64>(theta, &mut ());
        W::support(theta).map(|end| end - location)
    }

    fn of_lattice(lattice: Lattice, outside: f64) -> Self {
        let Lattice { span, first, probabilities, rounding } = lattice;
        let total: f64 = probabilities.iter().sum();
        let mut sum = 0.0;
        // Below the first point there is nothing; the last entry is 1, and not a point.
        let mut below = vec![0.0];
        below.extend(probabilities.iter().map(|probability| {
            sum += probability / total;
            if sum < 1.0 { sum } else { 1.0 }
        }));
        if let Some(last) = below.last_mut() {
            *last = 1.0;
        }
        let guide = Guide::new(below.iter().copied());
        let error = outside + rounding + f64::EPSILON * probabilities.len() as f64;
        Self { shape: Shape::Lattice { first, span, below, guide }, error }
    }

    fn with_density<W: LogCharacteristic>(
        theta: &W::Theta<f64>,
        window: [f64; 2],
        outside: f64,
        tolerance: f64,
    ) -> Result<Self, SamplerError> {
        let step = TAU / (window[1] - window[0]);
        if !(step > 0.0 && step.is_finite()) {
            return Err(SamplerError::Degenerate);
        }
        let spectrum = spectrum::<W>(theta, step, tolerance / 4.0, tolerance)?;
        let noise = outside + spectrum.truncation + spectrum.rounding;
        let interpolation = interpolate(&spectrum, window, noise, tolerance / 4.0, tolerance)?;
        let error = noise + interpolation.error;
        if error > tolerance {
            return Err(SamplerError::TooCoarse { reached: error, tolerance });
        }
        let nodes = interpolation.nodes;
        let guide = Guide::new(nodes.iter().map(|node| node.below));
        Ok(Self { shape: Shape::Continuous { nodes, guide }, error })
    }

    /// The bound on the error of `P(z ≤ x)`, for every `x`.
    #[must_use]
    pub const fn error(&self) -> f64 {
        self.error
    }

    /// The quantile of a probability between 0 and 1, both excluded: what a draw is made of. Its location is still to be
    /// added.
    #[must_use]
    #[inline]
    pub fn quantile(&self, probability: f64) -> f64 {
        match &self.shape {
            Shape::Constant => 0.0,
            Shape::Lattice { first, span, below, guide } => {
                let index = guide.find(probability, |node| below[node], below.len());
                (first + index.min(below.len() - 2) as f64) * span
            }
            Shape::Continuous { nodes, guide } => quantile(nodes, guide, probability),
        }
    }
}

/// The window within the support.
fn clamp([start, end]: [f64; 2], [lower, upper]: [f64; 2]) -> [f64; 2] {
    [if lower > start { lower } else { start }, if upper < end { upper } else { end }]
}
