//! Functions that are called whole: the compiler has seen their signature and not their body.
//!
//! Rules without derivatives ask for values of `f` only: at the draw, and at points where one coordinate is another number.
//! So `f` may be any function. It is called with numbers in `f64`, one sample at a time.

use crate::kernel::{Estimator, Nothing};
use crate::lane::Lane;

/// A function that is only called. Implemented by `#[estimator(…, opaque)]` for the estimator's type, apart from
/// [`Estimator`], since the types of the arguments have their meaning among the user's names.
pub trait OpaqueFunction {
    /// Arguments of `f` other than the draw: `()`, the argument itself, or a tuple of several.
    type Arguments<'a>: Copy + Send + Sync;

    /// `f` at the draw `z`, which holds a single number if `f` takes one; of one-hot numbers, `block` belong to a variable.
    fn call(z: &[f64], block: usize, arguments: Self::Arguments<'_>) -> f64;
}

/// How the exact rules of an estimator evaluate a function that is called whole.
pub trait Whole<E: Estimator>: 'static {
    /// One number for each point to which a coordinate is moved: `[L; P]`.
    type Points<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// Whether the function is called whole.
    const PRESENT: bool;
    /// `P`.
    const POINTS: usize;

    /// `f(z)`, see [`OpaqueFunction::call`].
    fn value(z: &[f64], block: usize, arguments: E::Arguments<'_>) -> f64;
    /// The numbers that stand in the place of a coordinate.
    fn points<L: Lane<Scalar = E::Scalar>>(probes: &E::Probes<L>) -> Self::Points<L>;
    /// What a coordinate adds to each stencil, with `value` = `f(z)` and `moved` = `f` at each of the points.
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        value: L,
        moved: &Self::Points<L>,
        probes: &E::Probes<L>,
    ) -> E::Stencils<L>;
}

impl<E: Estimator> Whole<E> for Nothing {
    type Points<L: Lane<Scalar = E::Scalar>> = [L; 0];
    const PRESENT: bool = false;
    const POINTS: usize = 0;

    fn value(_: &[f64], _: usize, _: E::Arguments<'_>) -> f64 {
        0.0
    }
    fn points<L: Lane<Scalar = E::Scalar>>(_: &E::Probes<L>) -> [L; 0] {
        []
    }
    fn stencils<L: Lane<Scalar = E::Scalar>>(_: L, _: &[L; 0], _: &E::Probes<L>) -> E::Stencils<L> {
        E::Stencils::default()
    }
}
