//! Separable terms.

use super::estimator::Estimator;
use crate::lane::Lane;

/// A separable term `Σ_j g(z_j; numbers_j)`.
pub trait Separable<E: Estimator>: 'static {
    /// The numbers of one coordinate that `g` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// `g` and its derivatives at [`Estimator::ORDERS`].
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// The derivatives of `g` with respect to each of the numbers: `[L; K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// Whether there is a separable term at all.
    const PRESENT: bool;
    /// `K`.
    const NUMBERS: usize;

    /// The numbers of coordinate `j`.
    fn numbers(arguments: E::Arguments<'_>, coordinate: usize) -> Self::Numbers;
    /// `g(z)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// The derivatives of `g(z)` with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What the coordinate's own term adds to each stencil, with `value` = `g(z)`.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        z: L,
        value: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, value, probes, numbers);
        E::Stencils::default()
    }
    /// As [`Ridge::PATTERNS`](super::Ridge::PATTERNS), for a coordinate.
    const PATTERNS: usize = 0;
    /// As [`Ridge::PATTERN_NUMBERS`](super::Ridge::PATTERN_NUMBERS).
    const PATTERN_NUMBERS: usize = 0;
    /// Writes the patterns of a coordinate to `out`, one pack after the other.
    #[inline(always)]
    fn patterns<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &[E::Scalar], out: &mut [E::Scalar]) {
        let _ = (z, numbers, out);
    }
    /// What the coordinate adds to each directional stencil of an entry, with `vertex` = 1 if it is that of the entry and 0
    /// otherwise.
    #[inline(always)]
    fn directional<L: Lane<Scalar = E::Scalar>>(
        z: L,
        vertex: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, vertex, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through coordinate `j`; `adjoint` is by number.
    fn pull_back(arguments: E::Arguments<'_>, coordinate: usize, adjoint: &[f64], out: &mut E::ArgumentGradient);
}

/// The absent separable term, or the absent whole.
#[derive(Clone, Copy, Debug)]
pub enum Nothing {}

impl<E: Estimator> Separable<E> for Nothing {
    type Numbers = [E::Scalar; 0];
    type Derivatives<L: Lane<Scalar = E::Scalar>> = [L; 0];
    type Partials<L: Lane<Scalar = E::Scalar>> = [L; 0];
    const PRESENT: bool = false;
    const NUMBERS: usize = 0;

    fn numbers(_: E::Arguments<'_>, _: usize) -> [E::Scalar; 0] {
        []
    }
    fn derivatives<L: Lane<Scalar = E::Scalar>>(_: L, _: &[E::Scalar; 0]) -> [L; 0] {
        []
    }
    fn partials<L: Lane<Scalar = E::Scalar>>(_: L, _: &[E::Scalar; 0]) -> [L; 0] {
        []
    }
    fn pull_back(_: E::Arguments<'_>, _: usize, _: &[f64], _: &mut E::ArgumentGradient) {}
}
