//! The closed forms of one pack of samples.
//!
//! Patterns, powers times exponentials, are computed once for each row and coordinate of its own; every coordinate then adds
//! them with its own weights. So a ridge term costs one exponential for each sample and row, and one fused multiply-add for
//! each pattern, coordinate and closed form.

use super::leaf::Pack;
use crate::formula::ClosedFormTables;
use crate::kernel::{Estimator, Ridge, Separable};
use crate::lane::Lane;

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Stores the patterns of a row; rows come in order.
    #[inline(always)]
    pub(super) fn row_patterns<R: Ridge<E>>(&mut self, u: L) {
        let numbers = &self.job.closed_forms.row_numbers[self.pattern_numbers..][..R::PATTERN_NUMBERS];
        R::patterns(u, numbers, &mut self.scratch.patterns[self.patterns * L::WIDTH..]);
        self.pattern_numbers += R::PATTERN_NUMBERS;
        self.patterns += R::PATTERNS;
    }

    /// Adds the closed forms of a coordinate to the sums of its stencils.
    #[inline(always)]
    pub(super) fn closed_forms(&mut self, coordinate: usize, z: L, sums: &mut [L]) {
        let tables = self.job.closed_forms;
        let stride = tables.row_patterns * E::CLOSED_FORMS.len();
        let (rows, own) = self.scratch.patterns.split_at_mut(tables.row_patterns * L::WIDTH);
        weigh::<E, L>(rows, &tables.row_weights[coordinate * stride..][..stride], sums);
        if E::Separable::PRESENT {
            separable::<E, L>(tables, coordinate, z, own, sums);
        }
    }
}

/// Adds the closed forms of the separable term at a coordinate; `room` is for its patterns.
#[inline(always)]
pub(super) fn separable<E: Estimator, L: Lane<Scalar = E::Scalar>>(
    tables: &ClosedFormTables<E::Scalar>,
    coordinate: usize,
    z: L,
    room: &mut [E::Scalar],
    sums: &mut [L],
) {
    let (numbers, patterns) = (E::Separable::PATTERN_NUMBERS, E::Separable::PATTERNS);
    E::Separable::patterns(z, &tables.separable_numbers[coordinate * numbers..][..numbers], room);
    let stride = patterns * E::CLOSED_FORMS.len();
    let weights = &tables.separable_weights[coordinate * stride..][..stride];
    weigh::<E, L>(&room[..patterns * L::WIDTH], weights, sums);
}

/// Adds patterns by their weights, `[pattern][closed form]`.
#[inline(always)]
fn weigh<E: Estimator, L: Lane<Scalar = E::Scalar>>(patterns: &[E::Scalar], weights: &[E::Scalar], sums: &mut [L]) {
    let weights = weights.chunks_exact(E::CLOSED_FORMS.len());
    for (pattern, weights) in patterns.chunks_exact(L::WIDTH).zip(weights) {
        let pattern = L::load(pattern);
        for (&(_, stencil), &weight) in E::CLOSED_FORMS.iter().zip(weights) {
            sums[stencil] = pattern.mul_add(L::splat(weight), sums[stencil]);
        }
    }
}
