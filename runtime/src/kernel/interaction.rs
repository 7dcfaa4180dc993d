//! Interaction terms, and lists of them.

use super::estimator::Estimator;
use super::term_list::term_list;
use crate::engine::InteractionTable;
use crate::lane::Lane;

/// An interaction term `Σ_o k(z_a, z_b, …; numbers_o)` of a few coordinates.
pub trait Interaction<E: Estimator>: 'static {
    /// The numbers of one row that `k` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// Its coordinates of the draw: `[L; COORDINATES.len()]`.
    type Draws<L: Lane<Scalar = E::Scalar>>: Copy + Default + AsMut<[L]>;
    /// `k`, then for each coordinate its derivatives at [`Estimator::ORDERS`], then its mixed derivatives by [`PAIRS`](Self::PAIRS).
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// The derivatives of `k` with respect to each of the numbers: `[L; K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// `K`.
    const NUMBERS: usize;
    /// The coordinates `a`, `b`, …, ascending.
    const COORDINATES: &'static [usize];
    /// The pairs of its coordinates, as places among [`Estimator::PAIRS`].
    const PAIRS: &'static [usize] = &[];

    /// How many rows there are.
    fn rows(arguments: E::Arguments<'_>) -> usize;
    /// The numbers of row `o`.
    fn numbers(arguments: E::Arguments<'_>, row: usize) -> Self::Numbers;
    /// `k(z)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(z: &Self::Draws<L>, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// The derivatives of `k(z)` with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(z: &Self::Draws<L>, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What the row adds to each stencil as the coordinate at place `moved` among its own moves, with `value` = `k(z)`. To each
    /// directional stencil, with `moved` the place of the entry's coordinate, or their number if it is none of them.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        z: &Self::Draws<L>,
        moved: usize,
        value: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, moved, value, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through row `o`; `adjoint` is by number.
    fn pull_back(arguments: E::Arguments<'_>, row: usize, adjoint: &[f64], out: &mut E::ArgumentGradient);
}

term_list!("interaction", Interactions of Interaction in InteractionTable, InteractionVisitor, InteractionVisitorMut);
