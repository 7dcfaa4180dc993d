//! Laws: their parameters, and how they are drawn from.

use crate::coupling::Coupling;
use crate::draw::Words;
use crate::inversion::SamplerError;
use crate::lane::{Lane, Scalar};

/// Domain of a parameter, checked before every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Domain {
    /// Any finite number.
    Real,
    /// A finite number above 0.
    Positive,
    /// A number strictly between 0 and 1.
    Probability,
    /// A whole number, at least 0; it has no gradient.
    Count,
    /// One of the probabilities, from 0 to 1, of the states of a variable; they add up to 1.
    Simplex,
}

/// A parameter of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterInfo {
    /// Name of the field that holds it.
    pub name: &'static str,
    /// Where it must lie.
    pub domain: Domain,
}

/// A law of one variable, or a joint law of several. Implemented by `#[distribution]` for the law's type with `()` in every field.
pub trait Law: 'static {
    /// One value for each parameter, then one for each of the sums over entries: `[T; P]`.
    type Theta<T: Copy + Send + Sync + 'static>: Copy + Send + Sync + AsRef<[T]> + 'static;
    /// Name of the law's type.
    const NAME: &'static str;
    /// The parameters, in the order of their declaration.
    const PARAMETERS: &'static [ParameterInfo];
    /// Indices of parameters of a joint law whose entries are added up: the sums come after the parameters in `Theta`.
    const TOTALS: &'static [usize] = &[];

    /// The parameters of one coordinate, made entry by entry.
    fn theta<T: Copy + Send + Sync + 'static>(entry: impl FnMut(usize) -> T) -> Self::Theta<T>;

    /// The first condition of `require = …` that does not hold, as the user wrote it.
    fn violated(theta: &Self::Theta<f64>) -> Option<&'static str>;
}

/// A law that can be drawn from: by its sample expression or, where it has none, by inversion of its characteristic
/// function.
pub trait Sampled: Law {
    /// What the draws of one coordinate read: the parameters for a sample expression, a table of quantiles for inversion.
    type Prepared<S: Scalar>: Clone + Send + Sync + 'static;
    /// What coordinates and runs may share; empty at first.
    type Tables: Default + Send + Sync + 'static;

    /// Makes ready to draw; once for each coordinate and run.
    ///
    /// # Errors
    /// [`SamplerError`], by inversion only.
    fn prepare<S: Scalar>(
        theta: &Self::Theta<f64>,
        tables: &mut Self::Tables,
    ) -> Result<Self::Prepared<S>, SamplerError>;

    /// The bound on the error of a probability `P(z ≤ x)`: 0 for a sample expression.
    fn sampler_error<S: Scalar>(prepared: &Self::Prepared<S>) -> f64;

    /// What is done to all coordinates of a draw together; [`Independent`](crate::coupling::Independent) for laws of one
    /// variable.
    type Coupling<S: Scalar>: Coupling<S>;
    /// Index of the parameter that the coupling reads.
    const COUPLED: Option<usize> = None;

    /// Draws one value for each sample of a pack: the draw itself or, in a joint law, what the coupling is applied to.
    fn draw<L: Lane>(prepared: &Self::Prepared<L::Scalar>, words: &mut Words<L>) -> L;

    /// One coordinate of the draw, from what the coupling made of it.
    #[inline(always)]
    fn finish<L: Lane>(_: &Self::Prepared<L::Scalar>, coupled: L) -> L {
        coupled
    }
}
