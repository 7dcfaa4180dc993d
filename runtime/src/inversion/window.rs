//! An interval that holds all but a given probability, by Chernoff's bound.
//!
//! `P(z > b) ≤ e^{K(s) - s b}` for each `s > 0` with finite `K(s) = log E e^{sz}`, so that `b = (K(s) + log 1/ε) / s` leaves at
//! most ε to its right; the smallest such `b` over a geometric sequence of `s` is taken, and likewise on the left. `K` is
//! convex with `K(0) = 0`, so that `K(s)/s` does not fall: where it does, or is not finite, a singularity has been passed.

use super::SamplerError;
use super::spectrum::check_size;
use crate::analytic::{FrequencyPath, LogCharacteristic};

/// `s` starts this much below the reciprocal of the law's width, and grows by √2.
const FIRST: f64 = 1.0 / 1024.0;
const STEPS: u32 = 240;

/// Halvings of the last step before a singularity.
const HALVINGS: u32 = 24;

/// A fall of `K(s)/s` by less than this part of the law's width is rounding.
const FALL: f64 = 1e-6;

/// About the standard deviation, from the curvature of `|φ|` near 0.
///
/// # Errors
/// [`SamplerError::Degenerate`] if `|φ|` is 1 as far as can be seen; [`SamplerError::SizeAboveOne`], [`SamplerError::Path`].
pub(super) fn width<W: LogCharacteristic>(theta: &W::Theta<f64>) -> Result<f64, SamplerError> {
    /// `-log|φ|` that is surely not rounding.
    const SEEN: f64 = 1e-3;
    /// Doublings of the frequency: all that `f64` has.
    const DOUBLINGS: u32 = 2048;

    let mut path = FrequencyPath::<W>::of_shape(theta, 1.0)?;
    let mut width = 0.0_f64;
    for _ in 0..DOUBLINGS {
        let (frequency, value) = (path.frequency(), path.value());
        check_size(frequency, value)?;
        let rounding = 8.0 * f64::EPSILON * value.im.abs();
        if -value.re > rounding {
            width = width.max((-2.0 * value.re).sqrt() / frequency);
        }
        if -value.re >= SEEN || path.advance(2.0 * frequency).is_err() {
            break;
        }
    }
    if width > 0.0 && width.is_finite() { Ok(width) } else { Err(SamplerError::Degenerate) }
}

/// An interval with `P(z < a) ≤ probability` and `P(z > b) ≤ probability`, for the law without its location.
///
/// # Errors
/// [`SamplerError::UnboundedTail`].
pub(super) fn window<W: LogCharacteristic>(
    theta: &W::Theta<f64>,
    width: f64,
    probability: f64,
) -> Result<[f64; 2], SamplerError> {
    let reach = |sign: f64, side| {
        let log_moment = |s: f64| W::shape(theta, sign * s, &mut ());
        reach(log_moment, width, -probability.ln()).ok_or(SamplerError::UnboundedTail { side })
    };
    let (left, right) = (-reach(-1.0, "left")?, reach(1.0, "right")?);
    Ok([left, right])
}

/// What one value of `s` shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trial {
    /// `K` goes on there.
    Inside,
    /// A singularity has been passed.
    Outside,
    /// No larger `s` reaches less far.
    Enough,
}

/// The least `(K(s) + level) / s` that was found; none if `K` is finite nowhere.
fn reach(log_moment: impl Fn(f64) -> f64, width: f64, level: f64) -> Option<f64> {
    let mut good: Option<(f64, f64)> = None;
    let mut best = f64::INFINITY;
    let mut s = FIRST / width;
    let mut try_at = |s: f64| {
        let slope = log_moment(s) / s;
        if !slope.is_finite() || good.is_some_and(|(_, last)| slope < last - FALL * width) {
            return Trial::Outside;
        }
        good = Some((s, slope));
        best = best.min(slope + level / s);
        // All that follows reaches at least as far as its slope.
        if slope >= best { Trial::Enough } else { Trial::Inside }
    };
    let mut bracket = None;
    for _ in 0..STEPS {
        match try_at(s) {
            Trial::Enough => break,
            Trial::Inside => {
                bracket = Some(s);
                s *= std::f64::consts::SQRT_2;
            }
            Trial::Outside => {
                let Some(mut inside) = bracket else {
                    // Not even the first: the strip may be narrower than the width suggests.
                    s /= 16.0;
                    continue;
                };
                let mut outside = s;
                for _ in 0..HALVINGS {
                    let middle = f64::midpoint(inside, outside);
                    match try_at(middle) {
                        Trial::Inside => inside = middle,
                        Trial::Outside => outside = middle,
                        Trial::Enough => break,
                    }
                }
                break;
            }
        }
    }
    best.is_finite().then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `log 1/ε` for ε = 1e-10.
    const LEVEL: f64 = 23.025850929940457;

    #[test]
    fn reaches_of_known_laws() {
        // Normal: the least (s²/2 + l)/s is √(2l).
        let normal = reach(|s| s * s / 2.0, 1.0, LEVEL).expect("finite");
        assert!(normal >= (2.0 * LEVEL).sqrt() && normal < 1.05 * (2.0 * LEVEL).sqrt(), "{normal}");
        // Exponential, right: P(z > b) = e^{-b}, and Chernoff's bound is e^{1 - b} b.
        let right = reach(|s| -f64::ln(1.0 - s), 1.0, LEVEL).expect("finite");
        assert!(right > LEVEL && right < LEVEL + 4.5, "{right}");
        // On the left it ends at 0, and below 1e-10 lies a probability of 1e-10.
        let left = reach(|s| -f64::ln(1.0 + s), 1.0, LEVEL).expect("finite");
        assert!(left <= 0.0 && left > -1e-10, "{left}");
        // A pole without a logarithm: K comes back from -∞ beyond it.
        let pole = reach(|s| s / (1.0 - s), 1.4, LEVEL).expect("finite");
        assert!(pole > LEVEL && pole < LEVEL + 12.0, "{pole}");
    }

    #[test]
    fn no_moment_no_window() {
        assert_eq!(reach(|_| f64::NAN, 1.0, LEVEL), None);
        assert_eq!(reach(|s| if s > 0.0 { f64::INFINITY } else { 0.0 }, 1.0, LEVEL), None);
    }
}
