//! The characteristic function on a grid of frequencies, as far as it matters.

use std::f64::consts::{LN_2, PI};

use super::SamplerError;
use crate::analytic::{FrequencyPath, LogCharacteristic, PathError};
use crate::complex::Complex;

/// The most frequencies that are used.
const MOST: usize = 1 << 20;

/// The fewest, so that two octaves have something to say.
const FEWEST: usize = 16;

/// Below this `|φ|` nothing is lost if it cannot be followed further.
const VANISHED: f64 = 1e-20;

/// Where `|φ|` falls by less than this power of the frequency, it does not decay.
const DECAY: f64 = 0.05;

/// `φ` at `ω_k = k · step`, `k = 1, 2, …`, for the law without its location.
#[derive(Debug)]
pub(super) struct Spectrum {
    /// `φ(ω_k)`
    pub(super) values: Vec<Complex>,
    /// Bound on the error in a probability by the frequencies that are missing.
    pub(super) truncation: f64,
    /// Estimate of the error in a probability by rounding.
    pub(super) rounding: f64,
}

/// Refuses `|φ| > 1`, but for rounding.
pub(super) fn check_size(frequency: f64, log_phi: Complex) -> Result<(), SamplerError> {
    let slack = 1e-12 + 16.0 * f64::EPSILON * log_phi.im.abs();
    if log_phi.re <= slack { Ok(()) } else { Err(SamplerError::SizeAboveOne { frequency, size: log_phi.re.exp() }) }
}

/// What the rounding of `log φ` does to a probability, for frequency `k`.
pub(super) fn rounding(log_phi: Complex, k: usize) -> f64 {
    2.0 / PI * f64::EPSILON * (4.0 + log_phi.re.abs() + log_phi.im.abs()) * log_phi.re.exp() / k as f64
}

/// `e^{log φ}`
pub(super) fn exponential(log_phi: Complex) -> Complex {
    log_phi.exp()
}

/// As many frequencies as it takes for a truncation error of `allowed`.
///
/// # Errors
/// [`SamplerError::SizeAboveOne`], [`SamplerError::Atoms`], [`SamplerError::SlowDecay`] (in which `tolerance` is quoted),
/// [`SamplerError::Path`].
pub(super) fn spectrum<W: LogCharacteristic>(
    theta: &W::Theta<f64>,
    step: f64,
    allowed: f64,
    tolerance: f64,
) -> Result<Spectrum, SamplerError> {
    let mut path = FrequencyPath::<W>::of_shape(theta, step)?;
    let mut spectrum = Spectrum { values: Vec::new(), truncation: 0.0, rounding: 0.0 };
    // The largest |φ| over the octave before the last and over the last.
    let (mut before, mut last) = (1.0_f64, 0.0_f64);
    loop {
        let k = spectrum.values.len() + 1;
        let frequency = step * k as f64;
        let log_phi = match path.advance(frequency) {
            Ok(value) => value,
            Err(PathError::Ends { .. }) if path.value().re.exp() < VANISHED => return Ok(spectrum),
            Err(error) => return Err(error.into()),
        };
        check_size(frequency, log_phi)?;
        spectrum.values.push(exponential(log_phi));
        spectrum.rounding += rounding(log_phi, k);
        last = last.max(log_phi.re.exp());
        if !k.is_power_of_two() {
            continue;
        }
        if k >= FEWEST {
            // |φ| ≤ last (ω/ω_k)^-power beyond, octave by octave.
            let fall = last / before;
            spectrum.truncation = if last == 0.0 {
                0.0
            } else if fall < 1.0 {
                2.0 * LN_2 / PI * last * fall / (1.0 - fall)
            } else {
                f64::INFINITY
            };
            if spectrum.truncation <= allowed {
                return Ok(spectrum);
            }
            if k >= MOST {
                return Err(if fall > (-DECAY).exp2() {
                    SamplerError::Atoms { size: last, frequency }
                } else {
                    SamplerError::SlowDecay { reached: spectrum.truncation, frequency, tolerance }
                });
            }
        }
        (before, last) = (last, 0.0);
    }
}
