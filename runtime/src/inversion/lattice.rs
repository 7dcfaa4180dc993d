//! Laws on a lattice `h ℤ`: probabilities are finite Fourier sums.
//!
//! `P(z = hm) = (1/n) Σ_k φ(2πk / nh) e^{-2πikm/n}` holds exactly for a law on `n` consecutive lattice points; from a wider
//! law it adds to each probability what lies whole multiples of `n` points away.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use super::SamplerError;
use super::spectrum::{check_size, exponential, rounding};
use crate::analytic::{FrequencyPath, LogCharacteristic};

/// The most lattice points.
const MOST: f64 = (1_u64 << 22) as f64;

/// How exactly jumps must be multiples of the span.
const COMMENSURABLE: f64 = 1e-9;

/// Probabilities of consecutive lattice points.
#[derive(Debug)]
pub(super) struct Lattice {
    /// The distance of points.
    pub(super) span: f64,
    /// The first point is `first · span`.
    pub(super) first: f64,
    /// The probability of each point.
    pub(super) probabilities: Vec<f64>,
    /// Estimate of the error in a probability by rounding.
    pub(super) rounding: f64,
}

/// The largest number of which all jumps are multiples.
///
/// # Errors
/// [`SamplerError::NoCommonSpan`]; [`SamplerError::Degenerate`] if there is no jump but 0.
pub(super) fn span(jumps: &[f64]) -> Result<f64, SamplerError> {
    let sizes = || jumps.iter().map(|jump| jump.abs()).filter(|&jump| jump > 0.0);
    let mut span = 0.0_f64;
    for jump in sizes() {
        let (mut large, mut small) = if span > jump { (span, jump) } else { (jump, span) };
        let negligible = COMMENSURABLE * large;
        while small > negligible {
            // The nearest multiple, so that a remainder just below the divisor counts as none.
            (large, small) = (small, (large - small * (large / small).round()).abs());
        }
        span = large;
    }
    let multiple = |jump: f64| (jump / span - (jump / span).round()).abs() <= COMMENSURABLE * (jump / span);
    match sizes().find(|&jump| !(jump / span <= MOST && multiple(jump))) {
        Some(first) => {
            let second = sizes().find(|&other| other != first).unwrap_or(first);
            Err(SamplerError::NoCommonSpan { first, second })
        }
        None if span > 0.0 && span.is_finite() => Ok(span),
        None => Err(SamplerError::Degenerate),
    }
}

/// The probabilities of all lattice points in a window.
///
/// # Errors
/// [`SamplerError::TooManyPoints`], [`SamplerError::SizeAboveOne`], [`SamplerError::NotPeriodic`],
/// [`SamplerError::NegativeProbability`], [`SamplerError::Path`].
pub(super) fn probabilities<W: LogCharacteristic>(
    theta: &W::Theta<f64>,
    span: f64,
    [start, end]: [f64; 2],
    allowed: f64,
) -> Result<Lattice, SamplerError> {
    /// A point this close to the window counts as inside.
    const BESIDE: f64 = 1e-9;
    let (first, last) = ((start / span - BESIDE).ceil(), (end / span + BESIDE).floor());
    let points = last - first + 1.0;
    if points > MOST || points.is_nan() {
        return Err(SamplerError::TooManyPoints { points });
    }
    let count = if points >= 1.0 { points as usize } else { 1 };
    // Two at least, so that there is a frequency to be checked.
    let length = count.next_power_of_two().max(2);
    let mut path = FrequencyPath::<W>::of_shape(theta, TAU / (length as f64 * span))?;
    let mut buffer = vec![Complex64::new(1.0, 0.0); length];
    let mut rounded = 0.0;
    for k in 1..=length / 2 {
        let frequency = TAU * k as f64 / (length as f64 * span);
        let log_phi = path.advance(frequency)?;
        check_size(frequency, log_phi)?;
        rounded += rounding(log_phi, k);
        let value = exponential(log_phi);
        // Whole turns are taken off before the angle is rounded: k · first is a whole number below 2^53.
        let turn = (k as f64 * first / length as f64).fract();
        buffer[k] = Complex64::new(value.re, value.im) * Complex64::cis(-TAU * turn);
        buffer[length - k] = buffer[k].conj();
    }
    // In the middle of the period the function is its own conjugate.
    let middle = &mut buffer[length / 2];
    if middle.im.abs() > allowed + 4.0 * rounded {
        return Err(SamplerError::NotPeriodic { frequency: TAU / 2.0 / span });
    }
    middle.im = 0.0;
    FftPlanner::new().plan_fft_forward(length).process(&mut buffer);
    let mut probabilities = Vec::with_capacity(count);
    for (index, value) in buffer.iter().take(count).enumerate() {
        let probability = value.re / length as f64;
        if probability < -(allowed + 4.0 * rounded) {
            return Err(SamplerError::NegativeProbability { at: (first + index as f64) * span, probability });
        }
        probabilities.push(if probability > 0.0 { probability } else { 0.0 });
    }
    Ok(Lattice { span, first, probabilities, rounding: rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!(span(&[1.0, -1.0]), Ok(1.0));
        assert_eq!(span(&[2.0, 3.0]), Ok(1.0));
        assert_eq!(span(&[0.0, 0.25]), Ok(0.25));
        let thirds = span(&[0.1, 0.3]).expect("a span");
        assert!((thirds - 0.1).abs() < 1e-15);
        assert!(matches!(span(&[1.0, std::f64::consts::SQRT_2]), Err(SamplerError::NoCommonSpan { .. })));
        assert_eq!(span(&[0.0]), Err(SamplerError::Degenerate));
        assert!(span(&[f64::NAN]).is_err() && span(&[f64::INFINITY, 1.0]).is_err());
    }
}
