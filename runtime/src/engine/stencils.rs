//! The exact rules of one pack of samples.
//!
//! An exact rule multiplies `E Σ_i w_i f^(p_i)(z + x_i e_j)`: the draw is moved along one coordinate, by shifts that hold
//! auxiliary draws. A ridge term then moves by `A_oj x_i`. Every coordinate is moved by itself (one joint move of all would
//! be another expectation), so this costs one evaluation for each sample, row and coordinate: the dearest loop of an exact
//! rule. The unmoved `u_o` and `h(u_o)` are kept for the pack; the rows of a coordinate are added in registers, in order.

use std::slice::ChunksExact;

use super::leaf::Pack;
use super::table::{BLOCK, RidgeTable};
use crate::draw::Words;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::Lane;

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Adds the stencils of every coordinate to its lanes.
    #[inline(always)]
    pub(super) fn stencils(&mut self) {
        let job = self.job;
        for (coordinate, theta) in job.theta.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
            let mut words = Words::<L>::auxiliary(job.key, self.sample as u64, coordinate as u32);
            let probes = E::probes(theta, z, &mut words);
            let mut rows = Rows::<E, L> {
                arguments: self.scratch.arguments.chunks_exact(2 * L::WIDTH),
                coordinate,
                dimension: job.layout.dimension,
                probes: &probes,
                sums: E::Stencils::default(),
            };
            E::Ridges::visit(job.tables, &mut rows);
            let mut sums = rows.sums;
            if E::Separable::PRESENT {
                let value = L::load(&self.scratch.values[coordinate * L::WIDTH..]);
                let moved = E::Separable::stencils(z, value, &probes, &job.numbers[coordinate]);
                add(sums.as_mut(), moved.as_ref());
            }
            if const { !E::CLOSED_FORMS.is_empty() } {
                self.closed_forms(coordinate, z, sums.as_mut());
            }
            self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
        }
    }
}

/// The rows that move with one coordinate.
pub(super) struct Rows<'a, E: Estimator, L: Lane<Scalar = E::Scalar>> {
    /// `u_o` and `h(u_o)` of the rows to come.
    pub(super) arguments: ChunksExact<'a, E::Scalar>,
    pub(super) coordinate: usize,
    pub(super) dimension: usize,
    pub(super) probes: &'a E::Probes<L>,
    pub(super) sums: E::Stencils<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for Rows<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let slopes = table.slopes.iter().skip(self.coordinate).step_by(self.dimension);
        for (slopes, numbers) in slopes.zip(table.numbers.chunks(BLOCK)) {
            // The rows stand on the left, so that no argument is taken when they end.
            for ((numbers, &slope), arguments) in numbers.iter().zip(slopes).zip(&mut self.arguments) {
                let (u, value) = arguments.split_at(L::WIDTH);
                let moved = R::stencils(L::load(u), L::load(value), L::splat(slope), self.probes, numbers);
                add(self.sums.as_mut(), moved.as_ref());
            }
        }
    }
}

#[inline(always)]
pub(super) fn add<L: Lane>(sums: &mut [L], moved: &[L]) {
    for (sum, &moved) in sums.iter_mut().zip(moved) {
        *sum = *sum + moved;
    }
}
