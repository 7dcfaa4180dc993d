//! The rules of joint laws of one pack of samples: derivatives of `f` along a direction, at points between the draw and a
//! vertex, for each entry of a vector parameter.
//!
//! The auxiliary draws are made once for each sample, and all entries share them: each rule stays unbiased by itself. A ridge
//! row costs one evaluation for each entry, as `u_o` moves towards `A_ok + c_o` along a straight line. The separable terms move
//! all coordinates at once; between entries the sum over them differs in the vertex's own coordinate only, so that it is
//! made once and corrected for each. Pathwise rules, whose numbers differ between entries, make it for each.

use std::slice::ChunksExact;

use super::leaf::Pack;
use super::stencils::add;
use super::table::{BLOCK, RidgeTable};
use crate::kernel::{Estimator, Interactions, Law, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Lane, Scalar};

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Adds the directional stencils of every entry to its lanes.
    #[inline(always)]
    pub(super) fn directional(&mut self) {
        let job = self.job;
        let Some(theta) = job.theta.first() else { return };
        let (zero, one) = (L::splat(E::Scalar::ZERO), L::splat(E::Scalar::ONE));
        // What all entries share reads no coordinate of the draw, and of θ the sums only.
        let shared = (!E::BY_ENTRY).then(|| self.common(theta, L::default()));
        for (coordinate, theta) in job.theta.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
            let (probes, common) = shared.unwrap_or_else(|| self.common(theta, z));
            let mut rows = Rows::<E, L> {
                arguments: self.scratch.arguments.chunks_exact(2 * L::WIDTH),
                coordinate,
                dimension: job.layout.dimension,
                probes: &probes,
                sums: E::Stencils::default(),
            };
            E::Ridges::visit(job.tables, &mut rows);
            let mut sums = rows.sums;
            if const { E::Interactions::COUNT > 0 } {
                self.moved_interactions(coordinate, &probes, sums.as_mut());
            }
            if E::Separable::PRESENT {
                let numbers = &job.numbers[coordinate];
                let at_vertex = E::Separable::directional(z, one, &probes, numbers);
                let apart = E::Separable::directional(z, zero, &probes, numbers);
                let changes = at_vertex.as_ref().iter().zip(apart.as_ref()).zip(common.as_ref());
                for (sum, ((&at_vertex, &apart), &common)) in sums.as_mut().iter_mut().zip(changes) {
                    *sum = *sum + (common + (at_vertex - apart));
                }
            }
            self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
        }
    }

    /// The probes, and what the separable terms add up to where no coordinate is the vertex's.
    #[inline(always)]
    fn common(&self, theta: &<E::Law as Law>::Theta<E::Scalar>, z: L) -> (E::Probes<L>, E::Stencils<L>) {
        let mut words = self.job.noise.auxiliary::<L>(self.sample, 0);
        let probes = E::probes(theta, z, &mut words);
        let mut sums = E::Stencils::<L>::default();
        if E::Separable::PRESENT {
            let zero = L::splat(E::Scalar::ZERO);
            for (draws, numbers) in self.scratch.draws.chunks_exact(L::WIDTH).zip(self.job.numbers) {
                add(sums.as_mut(), E::Separable::directional(L::load(draws), zero, &probes, numbers).as_ref());
            }
        }
        (probes, sums)
    }
}

/// The rows that move towards one vertex.
struct Rows<'a, E: Estimator, L: Lane<Scalar = E::Scalar>> {
    /// `u_o`, and `h(u_o)`, of the rows to come.
    arguments: ChunksExact<'a, E::Scalar>,
    coordinate: usize,
    dimension: usize,
    probes: &'a E::Probes<L>,
    sums: E::Stencils<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for Rows<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let slopes = table.slopes.iter().skip(self.coordinate).step_by(self.dimension);
        let blocks = slopes.zip(&table.offsets).zip(table.numbers.chunks(BLOCK));
        for ((slopes, offsets), numbers) in blocks {
            // The rows stand on the left, so that no argument is taken when they end.
            for (((numbers, &slope), &offset), arguments) in
                numbers.iter().zip(slopes).zip(offsets).zip(&mut self.arguments)
            {
                let u = L::load(arguments);
                let moved = R::directional(u, L::splat(offset), L::splat(slope), self.probes, numbers);
                add(self.sums.as_mut(), moved.as_ref());
            }
        }
    }
}
