//! What stands for the inversion sampler where it is not compiled in: laws without a sampler compile, and say at run time
//! which feature they lack.

use super::SamplerError;
use crate::analytic::LogCharacteristic;
use crate::draw::Words;
use crate::lane::Lane;

/// A sampler that cannot be made.
#[derive(Clone, Copy, Debug)]
pub enum Inverted {}

/// No tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tables;

impl Inverted {
    /// Makes none.
    ///
    /// # Errors
    /// Always [`SamplerError::FeatureMissing`].
    pub fn prepare<W: LogCharacteristic>(_: &W::Theta<f64>, _: &mut Tables) -> Result<Self, SamplerError> {
        Err(SamplerError::FeatureMissing)
    }

    /// Never called.
    #[inline(always)]
    pub fn draw<L: Lane>(&self, _: &mut Words<L>) -> L {
        match *self {}
    }

    /// Never called.
    #[must_use]
    pub const fn error(&self) -> f64 {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use crate::EstimateError;
    use crate::inversion::SamplerError;
    use crate::prelude::*;

    /// A law without a sampler.
    #[distribution(crate = crate)]
    fn bare(omega: Frequency, sigma: Positive) -> LogCf {
        -sigma.powi(2) * omega.powi(2) / 2.0
    }

    #[test]
    fn the_missing_feature_is_named() {
        let error = crate::sample(&Bare { sigma: 1.0 }).matrix().expect_err("no sampler");
        let reason = SamplerError::FeatureMissing;
        assert_eq!(error, EstimateError::Sampler { law: "Bare", coordinate: 0, reason });
        assert!(error.to_string().contains("cargo feature `inversion`"), "{error}");
    }
}
