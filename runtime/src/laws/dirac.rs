//! The Dirac law.

use crate::prelude::*;

/// The law of the constant `a`.
///
/// Its rule is ordinary backpropagation: `∂ E f / ∂a = f'(a)` (Eq. (16) of Echraibi et al. (2020)).
#[doc = include_str!("rules/dirac.md")]
#[distribution(crate = crate, sample = a)]
pub fn dirac(omega: Frequency, a: Real) -> LogCf {
    I * a * omega
}
