//! What makes one draw of a joint law from what was drawn for each coordinate by itself.
//!
//! A coupling is prepared once for each run and works in place on a pack of samples, all coordinates at once. Each sample is
//! treated by itself, with the same operations in the same order, so that the bits do not depend on the pack.

mod cholesky;
mod earliest;
mod softmax;

pub use cholesky::Cholesky;
pub use earliest::Earliest;
pub use softmax::Softmax;

use crate::error::EstimateError;
use crate::lane::{Lane, Scalar};
use crate::parameters::Values;

/// A function of all coordinates of a draw.
pub trait Coupling<S: Scalar>: Default + Send + Sync + 'static {
    /// Whether anything is done at all.
    const PRESENT: bool = true;

    /// Makes ready, in the buffers of the last run; `parameter` is the name and the value of the parameter that it reads, if there is one.
    ///
    /// # Errors
    /// [`EstimateError`] for a parameter that the function is not defined for.
    fn prepare(&mut self, parameter: Option<(&'static str, Values<'_>)>) -> Result<(), EstimateError>;

    /// Works on a pack of samples: coordinate `j` of all of them stands from `j * L::WIDTH` on.
    fn apply<L: Lane<Scalar = S>>(&self, draws: &mut [S]);

    /// How many coordinates are drawn together, of `dimension`: blocks of so many are independent of one another.
    fn block(&self, dimension: usize) -> usize {
        dimension
    }
}

/// The coordinates are independent, or the law has one variable.
#[derive(Clone, Copy, Debug, Default)]
pub struct Independent;

impl<S: Scalar> Coupling<S> for Independent {
    const PRESENT: bool = false;

    fn prepare(&mut self, _: Option<(&'static str, Values<'_>)>) -> Result<(), EstimateError> {
        Ok(())
    }

    #[inline(always)]
    fn apply<L: Lane<Scalar = S>>(&self, _: &mut [S]) {}
}
