//! Ridge terms, and lists of them.

use super::estimator::Estimator;
use super::term_list::term_list;
use crate::engine::RidgeTable;
use crate::lane::Lane;

/// A ridge term `Σ_o h(u_o; numbers_o)` with `u_o = ⟨A_o, z⟩ + c_o`.
pub trait Ridge<E: Estimator>: 'static {
    /// The numbers of one row that `h` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// `h` and its derivatives at [`Estimator::ORDERS`]: `[L; 1 + ORDERS.len()]`.
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// `h'`, then the derivatives of `h` with respect to each of the numbers: `[L; 1 + K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// `K`.
    const NUMBERS: usize;

    /// How many rows there are.
    fn rows(arguments: E::Arguments<'_>) -> usize;
    /// `A_oj`.
    fn slope(arguments: E::Arguments<'_>, row: usize, coordinate: usize) -> f64;
    /// `c_o`.
    fn offset(arguments: E::Arguments<'_>, row: usize) -> f64;
    /// The numbers of row `o`.
    fn numbers(arguments: E::Arguments<'_>, row: usize) -> Self::Numbers;
    /// `h(u)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// `h'(u)` and the derivatives with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What row `o` adds to each stencil of a coordinate `j`, with `u` = `u_o` unmoved, `value` = `h(u_o)` and `slope` =
    /// `A_oj`: a shift of `z_j` by `x` moves `u` by `slope x`, and a derivative of order `p` has the factor `slope^p`.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        u: L,
        value: L,
        slope: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, value, slope, probes, numbers);
        E::Stencils::default()
    }
    /// The derivative of `h` that each stencil at the draw reads, for all coordinates.
    #[inline(always)]
    fn at_draw<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> E::Stencils<L> {
        let _ = (u, numbers);
        E::Stencils::default()
    }
    /// As [`stencils`](Self::stencils), from the derivatives at the draw.
    #[inline(always)]
    fn weigh<L: Lane<Scalar = E::Scalar>>(
        u: L,
        value: L,
        slope: L,
        at_draw: &E::Stencils<L>,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, value, slope, at_draw, probes, numbers);
        E::Stencils::default()
    }
    /// How many patterns a row has for closed forms, powers times exponentials of `u` that are weighted for each coordinate.
    const PATTERNS: usize = 0;
    /// How many numbers they read: the centre, then real and imaginary part of each exponent.
    const PATTERN_NUMBERS: usize = 0;
    /// Writes the patterns to `out`, one pack after the other.
    #[inline(always)]
    fn patterns<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &[E::Scalar], out: &mut [E::Scalar]) {
        let _ = (u, numbers, out);
    }
    /// What row `o` adds to each directional stencil of entry `k`, with `offset` = `c_o` and `vertex` = `A_ok`: the derivative
    /// of `h` along a direction, at a point between `u` and `A_ok + c_o`.
    #[inline(always)]
    fn directional<L: Lane<Scalar = E::Scalar>>(
        u: L,
        offset: L,
        vertex: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, offset, vertex, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through row `o`, by the chain rule.
    fn pull_back(arguments: E::Arguments<'_>, row: usize, adjoint: RidgeAdjoint<'_>, out: &mut E::ArgumentGradient);
}

/// Expected derivatives of `f` with respect to what one row of a ridge term reads.
#[derive(Clone, Copy, Debug)]
pub struct RidgeAdjoint<'a> {
    /// `E h'(u_o) z_j`, by coordinate: the derivative with respect to the slopes `A_oj`.
    pub slope: &'a [f64],
    /// `E h'(u_o)`: the derivative with respect to the offset `c_o`.
    pub offset: f64,
    /// The derivative with respect to each of the numbers.
    pub numbers: &'a [f64],
}

term_list!("ridge", Ridges of Ridge in RidgeTable, RidgeVisitor, RidgeVisitorMut);
