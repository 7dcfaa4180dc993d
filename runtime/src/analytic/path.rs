//! Walking along the imaginary axis: `log φ(ω)` on the branch that is continuous from `log φ(0) = 0`.

use std::f64::consts::FRAC_PI_4;

use super::{Branches, LogCharacteristic};
use crate::complex::Complex;
use crate::kernel::Law;

/// Why `log φ` could not be followed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No neighbourhood of 0 was found in which the function is finite and small.
    #[error("log φ is not finite near ω = 0")]
    NotFiniteAtOrigin,
    /// The function is not finite, or turns without end, beyond some frequency.
    #[error("log φ cannot be followed beyond ω = {frequency}: it overflows, or has a singularity there")]
    Ends {
        /// The last frequency that was reached.
        frequency: f64,
    },
}

/// By how much a phase may move in one step.
const LARGEST_MOVE: f64 = FRAC_PI_4;

/// Steps shorter than the frequency times this find nothing but rounding.
const SHORTEST: f64 = 1e-10;

/// `|log φ|` at the first frequency, small enough for principal branches.
const SMALL: f64 = 0.1;

/// What is followed.
type Function<W> = fn(&<W as Law>::Theta<f64>, Complex, &mut Branches) -> Complex;

/// A law's log characteristic function, followed from `ω = 0` to ever larger frequencies.
///
/// A step is halved while some phase moves by more than π/4, and is at most twice as long as the longest before it. So a
/// phase cannot turn around unseen unless it does so within one step of the caller's *and* faster than it ever did before.
#[derive(Debug)]
pub struct FrequencyPath<'a, W: LogCharacteristic> {
    theta: &'a W::Theta<f64>,
    function: Function<W>,
    branches: Branches,
    frequency: f64,
    step: f64,
    value: Complex,
}

impl<'a, W: LogCharacteristic> FrequencyPath<'a, W> {
    /// Starts near `ω = 0`, at `first` or below: the smallest frequency that will be asked for, above 0.
    ///
    /// # Errors
    /// [`PathError::NotFiniteAtOrigin`] if the function is not finite near 0, which parameters outside of the law's domain
    /// bring about.
    pub fn new(theta: &'a W::Theta<f64>, first: f64) -> Result<Self, PathError> {
        Self::of(theta, W::log_cf::<Complex>, first)
    }

    /// The same for the law without its location.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_shape(theta: &'a W::Theta<f64>, first: f64) -> Result<Self, PathError> {
        Self::of(theta, W::shape::<Complex>, first)
    }

    fn of(theta: &'a W::Theta<f64>, function: Function<W>, first: f64) -> Result<Self, PathError> {
        let (branches, value) = (Branches::default(), Complex::default());
        let mut path = Self { theta, function, branches, frequency: 0.0, step: first, value };
        // A removable singularity may hide 0 itself: the walk starts beside it, where the function is small. (Principal
        // values that are small by chance, whole turns away, would have to be so at `first`, a half of it, a quarter, …)
        while path.step > f64::MIN_POSITIVE {
            path.branches = Branches::default();
            let value = path.evaluate(path.step);
            if is_finite(value) && size(value) <= SMALL {
                path.branches.accept();
                (path.frequency, path.value) = (path.step, value);
                return Ok(path);
            }
            path.step /= 2.0;
        }
        Err(PathError::NotFiniteAtOrigin)
    }

    /// `log φ` at `frequency`, which must not be below the one before; a smaller one gives the value there.
    ///
    /// # Errors
    /// [`PathError::Ends`] if the function cannot be followed so far. The path then stays at the last frequency reached.
    pub fn advance(&mut self, frequency: f64) -> Result<Complex, PathError> {
        while self.frequency < frequency {
            let rest = frequency - self.frequency;
            let (step, next) =
                if rest <= self.step { (rest, frequency) } else { (self.step, self.frequency + self.step) };
            let value = self.evaluate(next);
            if is_finite(value) && self.branches.largest_move() <= LARGEST_MOVE {
                self.branches.accept();
                (self.frequency, self.value) = (next, value);
                self.step = self.step.max(2.0 * step);
            } else {
                self.step = step / 2.0;
                if self.step <= SHORTEST * self.frequency {
                    return Err(PathError::Ends { frequency: self.frequency });
                }
            }
        }
        Ok(self.value)
    }

    /// The frequency reached.
    #[must_use]
    pub const fn frequency(&self) -> f64 {
        self.frequency
    }

    /// The value there.
    #[must_use]
    pub const fn value(&self) -> Complex {
        self.value
    }

    fn evaluate(&mut self, frequency: f64) -> Complex {
        self.branches.begin();
        (self.function)(self.theta, Complex { re: 0.0, im: frequency }, &mut self.branches)
    }
}

fn is_finite(value: Complex) -> bool {
    value.re.is_finite() && value.im.is_finite()
}

fn size(value: Complex) -> f64 {
    value.re.hypot(value.im)
}
