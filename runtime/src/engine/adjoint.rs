//! Derivatives with respect to the other arguments of `f`, from the same samples.
//!
//! A ridge row contributes `E h'(u_o) z_j` for each of its slopes, `E h'(u_o)` for its offset and `E ∂h/∂k` for each of
//! its numbers; the chain rule through the arguments is generated code. The sums over the samples of a leaf are taken in
//! the 32 lanes like every other sum, then over the lanes, then over the tree of leaves.

use super::epilogue::{Lanes, add_lanes};
use super::leaf::{Job, Scratch};
use super::moments::Layout;
use super::table::RidgeTable;
use super::{LANES, LEAF};
use crate::kernel::{Estimator, Ridge, RidgeAdjoint, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane, Scalar};

/// Numbers of the adjoint sums of all rows: for a ridge row `d + 1 + K` (slopes, offset, numbers), for a coordinate of
/// the separable term `K`.
pub(crate) fn length<E: Estimator>(layout: &Layout, tables: &<E::Ridges as Ridges<E>>::Tables) -> usize {
    if !layout.adjoints {
        return 0;
    }
    let mut rows = RidgeRows(0);
    E::Ridges::visit(tables, &mut rows);
    layout.partials + rows.0 * layout.dimension
}

struct RidgeRows(usize);

impl<E: Estimator> RidgeVisitor<E> for RidgeRows {
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        self.0 += table.rows;
    }
}

/// Reduces the stored partial derivatives of a leaf to sums.
pub(crate) struct Reduce<'a, E: Estimator> {
    pub(crate) job: &'a Job<'a, E>,
    pub(crate) scratch: &'a Scratch<E::Scalar>,
    pub(crate) sums: &'a mut [f64],
}

impl<E: Estimator> Kernel<E::Scalar> for Reduce<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = E::Scalar>>(self) {
        let Self { job, scratch, sums } = self;
        let mut rows =
            ReduceRows::<E, L> { scratch, dimension: job.layout.dimension, sums, at: 0, lanes: Default::default() };
        E::Ridges::visit(job.tables, &mut rows);
        let at = rows.at;
        let partials = scratch.partials.chunks_exact(LEAF).skip(job.layout.separable_partials);
        for (sum, partials) in rows.sums[at..].iter_mut().zip(partials) {
            *sum = total::<L>(partials);
        }
    }
}

struct ReduceRows<'a, E: Estimator, L> {
    scratch: &'a Scratch<E::Scalar>,
    dimension: usize,
    sums: &'a mut [f64],
    at: usize,
    lanes: std::marker::PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for ReduceRows<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        for row in 0..table.rows {
            let first = table.first_partial + row * (1 + R::NUMBERS);
            let partials = &self.scratch.partials[first * LEAF..(first + 1 + R::NUMBERS) * LEAF];
            let (slope, rest) = partials.split_at(LEAF);
            for (coordinate, draws) in self.scratch.all_draws.chunks_exact(LEAF).take(self.dimension).enumerate() {
                self.sums[self.at + coordinate] = product::<L>(slope, draws);
            }
            self.sums[self.at + self.dimension] = total::<L>(slope);
            for (number, partials) in rest.chunks_exact(LEAF).enumerate() {
                self.sums[self.at + self.dimension + 1 + number] = total::<L>(partials);
            }
            self.at += self.dimension + 1 + R::NUMBERS;
        }
    }
}

/// The sum over a leaf, in lanes.
#[inline(always)]
fn total<L: Lane>(values: &[L::Scalar]) -> f64 {
    reduce::<L>(|at, sum| sum + L::load(&values[at..at + L::WIDTH]))
}

/// The sum of products over a leaf, in lanes.
#[inline(always)]
fn product<L: Lane>(x: &[L::Scalar], y: &[L::Scalar]) -> f64 {
    reduce::<L>(|at, sum| L::load(&x[at..at + L::WIDTH]).mul_add(L::load(&y[at..at + L::WIDTH]), sum))
}

#[inline(always)]
fn reduce<L: Lane>(add: impl Fn(usize, L) -> L) -> f64 {
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
    layout: &Layout,
    tables: &<E::Ridges as Ridges<E>>::Tables,
    means: &[f64],
    arguments: E::Arguments<'_>,
    out: &mut E::ArgumentGradient,
) {
    let mut rows = PullBack::<E> { dimension: layout.dimension, means, at: 0, arguments, out: &mut *out };
    E::Ridges::visit(tables, &mut rows);
    let at = rows.at;
    let numbers = E::Separable::NUMBERS;
    if E::Separable::PRESENT && numbers > 0 {
        for (coordinate, adjoint) in means[at..].chunks_exact(numbers).enumerate() {
            E::Separable::pull_back(arguments, coordinate, adjoint, out);
        }
    }
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
        for row in 0..table.rows {
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
