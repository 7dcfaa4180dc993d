//! Log characteristic functions as functions of numbers: what generated code evaluates at run time.
//!
//! `#[distribution]` emits `log φ_θ` as a function with real coefficients of `s = iω`, generic over the arithmetic. So one
//! text serves three purposes:
//!
//! * complex `s` on the imaginary axis is the characteristic function itself, for numerical inversion. Logarithms, roots
//!   and powers are followed continuously from `ω = 0` ([`FrequencyPath`]): the principal branch of
//!   `-1.3 ((1-iω)(1-2iω)(1-iω/2)).ln()` jumps at `ω = 1.87`, and a jump of `2πi` times 1.3 is not a factor of 1;
//! * real `s` is the cumulant generating function `log E e^{sz}`;
//! * intervals of real `s`, and expansions in intervals at 0, prove that it exists there ([`exists_on`]).

mod branches;
mod complex;
mod germ;
mod interval;
mod number;
mod path;
mod real;
mod strip;

pub use branches::Branches;
pub use interval::Interval;
pub use number::{Analytic, LogCharacteristic};
pub use path::{FrequencyPath, PathError};
pub use strip::{StripError, exists_on};
