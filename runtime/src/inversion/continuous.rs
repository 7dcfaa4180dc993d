//! The distribution function of a law with a density, by one fast Fourier transform.
//!
//! On a window of length `L` the density is made periodic, which adds to it what lies outside. Its Fourier coefficients are
//! `φ(2πk/L) / L`, and term by term integration gives the distribution function:
//!
//! `G(x) = (x - a)/L + Σ_{k≠0} (i / 2πk) φ(2πk/L) (e^{-2πik x/L} - e^{-2πik a/L})`
//!
//! Both series have real sums, so that one complex transform carries the density in its real and `G` in its imaginary part.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use super::SamplerError;
use super::quantile::{Cell, Node};
use super::spectrum::Spectrum;
use crate::complex::Complex;

/// The largest grid.
const FINEST: usize = 1 << 22;

/// How many more grid points than frequencies at first: the interpolation needs more than the series.
const OVERSAMPLED: usize = 8;

/// Cells that are tried first.
const FIRST_CELLS: usize = 16;

/// Grid points of a cell at which the interpolation is compared with the grid.
const COMPARED: usize = 32;

/// A distribution function by nodes, and how far it may be off between them.
#[derive(Debug)]
pub(super) struct Interpolation {
    pub(super) nodes: Vec<Node>,
    pub(super) error: f64,
}

/// Distribution function on `start + j · length / n`, `j = 0..=n`, and density times `length / n`.
struct Grid {
    below: Vec<f64>,
    steps: Vec<f64>,
}

/// Interpolates between as few grid points as an error of `allowed` asks for.
///
/// # Errors
/// [`SamplerError::NegativeProbability`] if the distribution function falls by more than `noise`, the error that it has
/// already; [`SamplerError::TooCoarse`] (in which `tolerance` is quoted).
pub(super) fn interpolate(
    spectrum: &Spectrum,
    [start, end]: [f64; 2],
    noise: f64,
    allowed: f64,
    tolerance: f64,
) -> Result<Interpolation, SamplerError> {
    let length = end - start;
    let mut points = (OVERSAMPLED * spectrum.values.len()).next_power_of_two().clamp(64, FINEST);
    loop {
        let grid = Grid::new(&spectrum.values, start / length, points);
        let step = length / points as f64;
        let grid = grid.ascending(noise).map_err(|(at, probability)| SamplerError::NegativeProbability {
            at: start + step * at as f64,
            probability,
        })?;
        let (chosen, error) = grid.choose(allowed / 2.0);
        if 2.0 * error <= allowed {
            let node = |index: usize| Node {
                at: if index == points { end } else { start + step * index as f64 },
                below: grid.below[index],
                density: grid.steps[index] / step,
            };
            return Ok(Interpolation { nodes: chosen.into_iter().map(node).collect(), error: 2.0 * error });
        }
        if points >= FINEST {
            return Err(SamplerError::TooCoarse { reached: 2.0 * error + noise, tolerance });
        }
        points *= 2;
    }
}

impl Grid {
    /// `turns` is the start of the window over its length.
    fn new(values: &[Complex], turns: f64, points: usize) -> Self {
        let mut buffer = vec![Complex64::default(); points];
        let scale = 1.0 / points as f64;
        buffer[0] = Complex64::new(scale, 0.0);
        // Frequencies beyond half the grid have no place in it; with an oversampled grid there are none.
        for (index, value) in values.iter().enumerate().take(points / 2 - 1) {
            let k = index + 1;
            // Whole turns are taken off before the angle is rounded.
            let turn = (k as f64 * turns).fract();
            let shifted = Complex64::new(value.re, value.im) * Complex64::cis(-TAU * turn);
            let integral = Complex64::i() * shifted / (TAU * k as f64);
            buffer[k] = shifted * scale + Complex64::i() * integral;
            buffer[points - k] = shifted.conj() * scale + Complex64::i() * integral.conj();
        }
        FftPlanner::new().plan_fft_forward(points).process(&mut buffer);
        let origin = buffer[0].im;
        let mut below: Vec<f64> =
            buffer.iter().enumerate().map(|(index, value)| index as f64 * scale + value.im - origin).collect();
        below.push(1.0);
        let mut steps: Vec<f64> = buffer.iter().map(|value| value.re).collect();
        steps.push(steps[0]);
        Self { below, steps }
    }

    /// Removes falls of the distribution function; an error with place and size of the first that exceeds `noise`.
    fn ascending(mut self, noise: f64) -> Result<Self, (usize, f64)> {
        let mut highest = 0.0;
        for (index, below) in self.below.iter_mut().enumerate() {
            if *below < highest - 4.0 * noise {
                return Err((index, *below - highest));
            }
            highest = if *below > highest { *below } else { highest };
            if highest > 1.0 {
                highest = 1.0;
            }
            *below = highest;
        }
        Ok(self)
    }

    /// Grid points such that the interpolation between them errs by at most `allowed` at the others, or by the error that
    /// is returned where two steps are too wide.
    fn choose(&self, allowed: f64) -> (Vec<usize>, f64) {
        let points = self.below.len() - 1;
        let width = points / FIRST_CELLS;
        let mut waiting: Vec<(usize, usize)> =
            (0..FIRST_CELLS).rev().map(|cell| (cell * width, (cell + 1) * width)).collect();
        let (mut chosen, mut largest) = (vec![0], 0.0);
        while let Some((from, to)) = waiting.pop() {
            let error = self.error(from, to);
            if error <= allowed || to - from <= 2 {
                largest = if error > largest { error } else { largest };
                chosen.push(to);
            } else {
                let middle = from.midpoint(to);
                waiting.push((middle, to));
                waiting.push((from, middle));
            }
        }
        (chosen, largest)
    }

    /// The largest error of the interpolation from `from` to `to` at grid points between.
    fn error(&self, from: usize, to: usize) -> f64 {
        let (width, mass) = ((to - from) as f64, self.below[to] - self.below[from]);
        if mass <= 0.0 {
            return 0.0;
        }
        let cell = Cell::new(self.steps[from] * width / mass, self.steps[to] * width / mass);
        let between = (from + 1..to).step_by(((to - from) / COMPARED).max(1));
        between
            .map(|index| {
                let value = cell.value((index - from) as f64 / width);
                (self.below[from] + mass * value - self.below[index]).abs()
            })
            .fold(0.0, f64::max)
    }
}
