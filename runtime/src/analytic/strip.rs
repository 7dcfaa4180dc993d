//! Whether `E e^{λz}` exists.
//!
//! A characteristic function that is analytic at 0 is analytic in the strip between its first real singularities on either
//! side, and `E e^{sz}` is finite inside and nowhere beyond (Lukacs). Along the real axis that is a matter of the written
//! expression: where arguments of logarithms, roots and powers are positive and divisors are not 0 it is analytic.
//! Intervals prove that for whole segments at once. A singularity at 0 itself that cancels, as in `x / sin x`, is one for
//! intervals; there an expansion shows the first piece of the segment.

use super::germ::Germ;
use super::{Interval, LogCharacteristic};

/// Why an expectation was not shown to exist.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StripError {
    /// The log characteristic function ends before the exponent: it has a singularity on the way.
    #[error("E exp({exponent} z) does not exist: log φ has a singularity near s = {proved}")]
    Outside {
        /// Up to where the expectation exists.
        proved: f64,
        /// The exponent `λ`.
        exponent: f64,
    },
    /// Neither existence nor a singularity could be shown.
    #[error(
        "E exp({exponent} z) was shown to exist only up to s = {proved}: there is a singularity, or one that cancels"
    )]
    Undecided {
        /// Up to where the expectation exists.
        proved: f64,
        /// The exponent `λ`.
        exponent: f64,
    },
    /// The exponent is NaN or infinite.
    #[error("the exponent {exponent} is not finite")]
    NotFinite {
        /// The exponent.
        exponent: f64,
    },
}

/// The shortest segment that is tried, as a fraction of the whole.
const SHORTEST: f64 = 1.0 / (1_u64 << 40) as f64;

/// Halvings of the segment on which an expansion is tried.
const HALVINGS: usize = 64;

/// Segments tried before giving up.
const ATTEMPTS: u32 = 1 << 17;

/// Shows that `E e^{λz}` exists, `λ = exponent`, by intervals along the segment from 0 to `λ`.
///
/// Exact but one-sided: `Ok` is a proof, up to the accuracy that is asked of the mathematical library (four units in the
/// last place). The singularity itself is outside. For a complex exponent give its real part.
///
/// # Errors
/// [`StripError::Outside`] where the expression ends; [`StripError::Undecided`] at a pole, at singularities that cancel
/// anywhere but at 0, and where intervals are too coarse.
pub fn exists_on<W: LogCharacteristic>(theta: &W::Theta<f64>, exponent: f64) -> Result<(), StripError> {
    if !exponent.is_finite() {
        return Err(StripError::NotFinite { exponent });
    }
    let image = |from: f64, to: f64| {
        let segment = if from <= to { Interval::new(from, to) } else { Interval::new(to, from) };
        W::log_cf(theta, segment, &mut ())
    };
    let shortest = exponent.abs() * SHORTEST;
    let (mut proved, mut step) = (0.0, exponent);
    if exponent != 0.0 && !image(0.0, 0.0).is_decided() {
        let expands = |end: &f64| W::log_cf(theta, Germ::variable(*end), &mut ()).is_decided();
        let mut ends = std::iter::successors(Some(exponent), |end| Some(end / 2.0)).take(HALVINGS);
        proved = ends.find(expands).unwrap_or(0.0);
    }
    for _ in 0..ATTEMPTS {
        if proved == exponent {
            return Ok(());
        }
        let end = if (exponent - proved).abs() <= step.abs() { exponent } else { proved + step };
        if image(proved, end).is_decided() {
            proved = end;
            step *= 2.0;
            continue;
        }
        step /= 2.0;
        // The negation also ends the walk where the step no longer changes the position.
        if !(step.abs() > shortest && proved + step != proved) {
            let beyond = proved + (exponent - proved).signum() * 8.0 * shortest;
            return Err(if image(beyond, beyond).is_empty() {
                StripError::Outside { proved, exponent }
            } else {
                StripError::Undecided { proved, exponent }
            });
        }
    }
    Err(StripError::Undecided { proved, exponent })
}
