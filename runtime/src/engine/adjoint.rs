//! Derivatives with respect to the other arguments of `f`, from the same samples.
//!
//! A ridge row contributes `E h'(u_o) z_j` for each of its slopes, `E h'(u_o)` for its offset and `E ∂h/∂k` for each of
//! its numbers; the chain rule through the arguments is generated code. The sums over the samples of a leaf are taken in
//! the 32 lanes like every other sum, then over the lanes, then over the tree of leaves.

use super::interactions::pull_back as of_interaction_terms;
use super::lanes::{Lanes, add_lanes};
use super::moments::Layout;
use super::table::{RidgeTable, Slopes};
use super::{LANES, LEAF};
use crate::kernel::{Estimator, Interactions, Ridge, RidgeAdjoint, RidgeVisitor, Ridges, Separable};
use crate::lane::{Floats, Kernel, Lane, PackWidth, Scalar, dispatch};

/// Reduces what a leaf kept (every draw, then every partial derivative) to sums.
pub(crate) fn reduce(width: Option<PackWidth>, layout: &Layout, ridges: &[Slopes], kept: Floats<'_>, sums: &mut [f64]) {
    match kept {
        Floats::Single(kept) => dispatch(width, Reduce { layout, ridges, kept, sums }),
        Floats::Double(kept) => dispatch(width, Reduce { layout, ridges, kept, sums }),
    }
}

struct Reduce<'a, S> {
    layout: &'a Layout,
    ridges: &'a [Slopes],
    kept: &'a [S],
    sums: &'a mut [f64],
}

impl<S: Scalar> Kernel<S> for Reduce<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) {
        let Self { layout, ridges, kept, mut sums } = self;
        let dimension = layout.dimension;
        let (draws, mut partials) = kept.split_at(layout.kept_draws() * LEAF);
        for ridge in ridges {
            for _ in 0..ridge.rows {
                let (row, rest) = partials.split_at(ridge.partials * LEAF);
                let (slope, numbers) = row.split_at(LEAF);
                let (row_sums, rest_sums) = sums.split_at_mut(dimension + ridge.partials);
                for (sum, draws) in row_sums.iter_mut().zip(draws.chunks_exact(LEAF)) {
                    *sum = product::<L>(slope, draws);
                }
                row_sums[dimension] = total::<L>(slope);
                for (sum, partials) in row_sums[dimension + 1..].iter_mut().zip(numbers.chunks_exact(LEAF)) {
                    *sum = total::<L>(partials);
                }
                (partials, sums) = (rest, rest_sums);
            }
        }
        for (sum, partials) in sums.iter_mut().zip(partials.chunks_exact(LEAF)) {
            *sum = total::<L>(partials);
        }
    }
}

/// The sum over a leaf, in lanes.
#[inline(always)]
fn total<L: Lane>(values: &[L::Scalar]) -> f64 {
    fold::<L>(|at, sum| sum + L::load(&values[at..at + L::WIDTH]))
}

/// The sum of products over a leaf, in lanes.
#[inline(always)]
fn product<L: Lane>(x: &[L::Scalar], y: &[L::Scalar]) -> f64 {
    fold::<L>(|at, sum| L::load(&x[at..at + L::WIDTH]).mul_add(L::load(&y[at..at + L::WIDTH]), sum))
}

#[inline(always)]
fn fold<L: Lane>(add: impl Fn(usize, L) -> L) -> f64 {
    let mut sums: Lanes = [0.0; LANES];
    let mut pack = [L::Scalar::ZERO; LANES];
    for lane in (0..LANES).step_by(L::WIDTH) {
        let mut sum = L::splat(L::Scalar::ZERO);
        for at in (lane..LEAF).step_by(LANES) {
            sum = add(at, sum);
        }
        sum.store(&mut pack[..L::WIDTH]);
        for (sum, &value) in sums[lane..].iter_mut().zip(&pack[..L::WIDTH]) {
            *sum = value.to_f64();
        }
    }
    add_lanes(&sums)
}

/// Calls the generated chain rule for every row and coordinate.
pub(crate) fn pull_back<E: Estimator>(
    dimension: usize,
    tables: &<E::Ridges as Ridges<E>>::Tables,
    interactions: &<E::Interactions as Interactions<E>>::Tables,
    means: &[f64],
    arguments: E::Arguments<'_>,
    out: &mut E::ArgumentGradient,
) {
    let mut rows = PullBack::<E> { dimension, means, at: 0, arguments, out: &mut *out };
    E::Ridges::visit(tables, &mut rows);
    let numbers = E::Separable::NUMBERS;
    let (of_coordinates, of_interactions) = means[rows.at..].split_at(dimension * numbers);
    if E::Separable::PRESENT && numbers > 0 {
        for (coordinate, adjoint) in of_coordinates.chunks_exact(numbers).enumerate() {
            E::Separable::pull_back(arguments, coordinate, adjoint, out);
        }
    }
    of_interaction_terms::<E>(interactions, of_interactions, arguments, out);
    E::constant_pull_back(arguments, out);
}

struct PullBack<'a, 'b, E: Estimator> {
    dimension: usize,
    means: &'a [f64],
    at: usize,
    arguments: E::Arguments<'b>,
    out: &'a mut E::ArgumentGradient,
}

impl<E: Estimator> RidgeVisitor<E> for PullBack<'_, '_, E> {
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let length = self.dimension + 1 + R::NUMBERS;
        for row in 0..table.numbers.len() {
            let means = &self.means[self.at..self.at + length];
            let adjoint = RidgeAdjoint {
                slope: &means[..self.dimension],
                offset: means[self.dimension],
                numbers: &means[self.dimension + 1..],
            };
            R::pull_back(self.arguments, row, adjoint, self.out);
            self.at += length;
        }
    }
}
