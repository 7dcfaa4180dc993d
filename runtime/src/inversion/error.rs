//! Why a law cannot be sampled by inversion.

use crate::analytic::PathError;

/// Why no table of quantiles could be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SamplerError {
    /// The law has no sample expression, and numerical inversion is not compiled in.
    #[error("the law has no sampler; give it one (`sample = …`), or enable the cargo feature `inversion` of logphi")]
    FeatureMissing,
    /// The characteristic function cannot be followed.
    #[error("the characteristic function cannot be inverted: {0}")]
    Path(#[from] PathError),
    /// `|φ(ω)| > 1` for some ω.
    #[error("not a characteristic function: |φ| is {size} at ω = {frequency}, but at most 1 for every law")]
    SizeAboveOne {
        /// The frequency ω.
        frequency: f64,
        /// `|φ(ω)|`.
        size: f64,
    },
    /// The law's form puts its atoms on a lattice, but `φ` is not periodic as it then must be.
    #[error(
        "not a characteristic function: its form is that of a law on a lattice, but φ is not real at ω = {frequency}"
    )]
    NotPeriodic {
        /// Half the period that a lattice implies.
        frequency: f64,
    },
    /// The inverse transform is negative somewhere.
    #[error("not a characteristic function: a law would have probability {probability} near z = {at}")]
    NegativeProbability {
        /// Where, before the location is added.
        at: f64,
        /// The probability of a neighbourhood.
        probability: f64,
    },
    /// `|φ|` stays at 1: the law is a constant to within rounding, or no law.
    #[error("|φ| does not fall below 1 at any frequency: the law is too narrow to be told from a constant, or none")]
    Degenerate,
    /// No exponential moment was found on one side, so that tails cannot be bounded.
    #[error("no s was found on the {side} of 0 for which E exp(s z) is finite: the tail cannot be bounded")]
    UnboundedTail {
        /// `left` or `right`.
        side: &'static str,
    },
    /// `φ` does not decay: part of the probability sits in single points, which do not form a lattice.
    #[error(
        "|φ| stays near {size} up to ω = {frequency}: the law has atoms off a lattice, where inversion errs by as much"
    )]
    Atoms {
        /// The largest `|φ|` over the last octave of frequencies.
        size: f64,
        /// The largest frequency.
        frequency: f64,
    },
    /// Two jumps of a law of single points have no common measure.
    #[error("the law jumps by {first} and by {second}, which have no common measure: its atoms form no lattice")]
    NoCommonSpan {
        /// A jump.
        first: f64,
        /// Another.
        second: f64,
    },
    /// `φ` decays too slowly for the tolerance.
    #[error(
        "φ decays too slowly: the error is still {reached:e} at ω = {frequency}, above the tolerance {tolerance:e}"
    )]
    SlowDecay {
        /// The bound on the error of a probability that was reached.
        reached: f64,
        /// The largest frequency.
        frequency: f64,
        /// What was asked for.
        tolerance: f64,
    },
    /// The finest grid is too coarse for the tolerance: the law is too wide for its details.
    #[error("the finest grid errs by {reached:e}, above the tolerance {tolerance:e}")]
    TooCoarse {
        /// The bound on the error of a probability that was reached.
        reached: f64,
        /// What was asked for.
        tolerance: f64,
    },
    /// The law covers more lattice points than a table can hold.
    #[error("the law covers about {points:e} lattice points, more than a table holds")]
    TooManyPoints {
        /// How many.
        points: f64,
    },
    /// The tolerance is not between 1e-13 and 1.
    #[error("the tolerance {tolerance} is not between 1e-13 and 1")]
    Tolerance {
        /// What was asked for.
        tolerance: f64,
    },
}
