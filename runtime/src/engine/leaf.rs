//! The sample loop of one leaf.
//!
//! Two schedules give the same bits. With ridge terms, samples are the outer loop: all coordinates of a pack of samples
//! are drawn, then each row's argument `u_o` is formed and its derivatives are added to the moments in memory. With
//! separable terms only, coordinates are the outer loop and the sums stay in registers.

use std::ops::Range;

use super::moments::Layout;
use super::table::{BLOCK, RidgeTable};
use super::{LANES, LEAF};
use crate::draw::{Key, Words};
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Sampled, Separable};
use crate::lane::{Kernel, Lane, Scalar};

/// Widest pack of any target.
pub(crate) const WIDEST: usize = 16;

/// What every leaf of a run reads.
pub(crate) struct Job<'a, E: Estimator> {
    pub(crate) key: Key,
    pub(crate) samples: usize,
    pub(crate) layout: &'a Layout,
    /// What the draws of each coordinate read.
    pub(crate) samplers: &'a [<E::Law as Sampled>::Prepared<E::Scalar>],
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    /// Numbers of the separable term, by coordinate.
    pub(crate) numbers: &'a [<E::Separable as Separable<E>>::Numbers],
}

/// Buffers of one worker, in the estimator's arithmetic.
#[derive(Debug, Default)]
pub(crate) struct Scratch<S> {
    /// Lane sums of the moments, see [`Layout`].
    pub(crate) moments: Vec<S>,
    /// 1 for each sample of the pack that exists, 0 for the others. It is read from memory for each row: a mask that the
    /// compiler saw through would be taken apart into single lanes.
    exist: [S; WIDEST],
    /// The draws of one pack, coordinate by coordinate.
    draws: Vec<S>,
    /// For argument gradients: every draw of the leaf, coordinate by coordinate.
    pub(crate) all_draws: Vec<S>,
    /// For argument gradients: the partial derivatives of every sample of the leaf, see [`Layout`].
    pub(crate) partials: Vec<S>,
}

impl<S: Scalar> Scratch<S> {
    /// Makes room for `rows` rows of moments and, for argument gradients, for the samples of a leaf.
    pub(crate) fn reset(&mut self, layout: &Layout, rows: usize) {
        self.moments.resize(rows * layout.row_length(), S::ZERO);
        self.draws.resize(layout.dimension * WIDEST, S::ZERO);
        if layout.adjoints {
            self.all_draws.resize(layout.dimension * LEAF, S::ZERO);
            self.partials.resize(layout.partials * LEAF, S::ZERO);
        }
    }
}

/// Runs one leaf with samples as the outer loop.
pub(crate) struct BySample<'a, E: Estimator> {
    pub(crate) job: &'a Job<'a, E>,
    pub(crate) leaf: usize,
    pub(crate) scratch: &'a mut Scratch<E::Scalar>,
}

impl<E: Estimator> Kernel<E::Scalar> for BySample<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = E::Scalar>>(self) {
        let Self { job, leaf, scratch } = self;
        let first = leaf * LEAF;
        let end = job.samples.min(first + LEAF);
        if end - first < LANES {
            scratch.moments.fill(-E::Scalar::ZERO);
        }
        if job.layout.adjoints {
            scratch.partials.fill(E::Scalar::ZERO);
            scratch.all_draws.fill(E::Scalar::ZERO);
        }
        let mut sample = first;
        while sample < end {
            let active = (end - sample).min(L::WIDTH);
            scratch.exist[..active].fill(E::Scalar::ONE);
            scratch.exist[active..].fill(E::Scalar::ZERO);
            let mut pack =
                Pack::<E, L> { job, sample, active, scratch: &mut *scratch, lanes: std::marker::PhantomData };
            pack.draw();
            E::Ridges::visit(job.tables, &mut pack);
            pack.separable();
            sample += L::WIDTH;
        }
    }
}

/// One pack of samples.
struct Pack<'a, E: Estimator, L> {
    job: &'a Job<'a, E>,
    /// The first sample.
    sample: usize,
    /// How many of the pack's samples exist.
    active: usize,
    scratch: &'a mut Scratch<E::Scalar>,
    lanes: std::marker::PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, E, L> {
    #[inline(always)]
    fn draw(&mut self) {
        for (coordinate, (sampler, draws)) in
            self.job.samplers.iter().zip(self.scratch.draws.chunks_exact_mut(L::WIDTH)).enumerate()
        {
            let mut words = Words::<L>::new(self.job.key, self.sample as u64, coordinate as u32);
            let z = E::Law::draw(sampler, &mut words);
            z.store(draws);
            if self.job.layout.adjoints {
                let at = coordinate * LEAF + self.sample % LEAF;
                self.scratch.all_draws[at..at + self.active].copy_from_slice(&draws[..self.active]);
            }
        }
    }

    #[inline(always)]
    fn separable(&mut self) {
        if !E::Separable::PRESENT {
            return;
        }
        for (coordinate, numbers) in self.job.numbers.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..][..L::WIDTH]);
            let derivatives = E::Separable::derivatives(z, numbers);
            self.accumulate(self.job.layout.separable_first + coordinate, derivatives.as_ref());
            if self.job.layout.adjoints {
                let partials = E::Separable::partials(z, numbers);
                let first = self.job.layout.separable_partials + coordinate * E::Separable::NUMBERS;
                self.keep(first, partials.as_ref());
            }
        }
    }

    /// The arguments `u_o` of a block of rows.
    #[inline(always)]
    fn arguments<R: Ridge<E>>(&self, table: &RidgeTable<E, R>, block: usize) -> [L; BLOCK] {
        let dimension = self.job.layout.dimension;
        let mut u = table.offsets[block].map(L::splat);
        let draws = self.scratch.draws.chunks_exact(L::WIDTH);
        for (slopes, z) in table.slopes[block * dimension..(block + 1) * dimension].iter().zip(draws) {
            let z = L::load(z);
            for row in 0..BLOCK {
                u[row] = z.mul_add(L::splat(slopes[row]), u[row]);
            }
        }
        u
    }

    /// `value` for samples that exist, otherwise -0, which changes no sum (0 would change -0).
    #[inline(always)]
    fn existing(&self, value: L) -> L {
        let exist = L::load(&self.scratch.exist).gt(L::splat(E::Scalar::ZERO));
        L::select(exist, value, L::splat(-E::Scalar::ZERO))
    }

    /// Adds the derivatives of one row to its lanes.
    #[inline(always)]
    fn accumulate(&mut self, row: usize, derivatives: &[L]) {
        let lane = self.sample % LANES;
        let fresh = self.sample % LEAF < LANES;
        let Scratch { moments, exist, .. } = &mut *self.scratch;
        let exist = L::load(exist).gt(L::splat(E::Scalar::ZERO));
        let length = derivatives.len() * LANES;
        let moments = &mut moments[row * length..(row + 1) * length];
        for (sums, &derivative) in moments.chunks_exact_mut(LANES).zip(derivatives) {
            let sums = &mut sums[lane..lane + L::WIDTH];
            let derivative = L::select(exist, derivative, L::splat(-E::Scalar::ZERO));
            if fresh { derivative } else { L::load(sums) + derivative }.store(sums);
        }
    }

    /// Stores the partial derivatives of the pack's samples for the argument gradients.
    #[inline(always)]
    fn keep(&mut self, first: usize, partials: &[L]) {
        for (index, &partial) in partials.iter().enumerate() {
            let at = (first + index) * LEAF + self.sample % LEAF;
            self.existing(partial).store(&mut self.scratch.partials[at..at + L::WIDTH]);
        }
    }
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for Pack<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        for (block, numbers) in table.numbers.chunks(BLOCK).enumerate() {
            let u = self.arguments(table, block);
            for (row, (numbers, &u)) in numbers.iter().zip(&u).enumerate() {
                let row = block * BLOCK + row;
                let derivatives = R::derivatives(u, numbers);
                self.accumulate(table.first + row, derivatives.as_ref());
                if self.job.layout.adjoints {
                    let partials = R::partials(u, numbers);
                    self.keep(table.first_partial + row * (1 + R::NUMBERS), partials.as_ref());
                }
            }
        }
    }
}

/// `sums += value` for the first `active` lanes.
#[inline(always)]
fn add<L: Lane>(sums: &mut [L::Scalar], value: L, active: usize) {
    let mut values = [L::Scalar::ZERO; WIDEST];
    value.store(&mut values);
    for (sum, &value) in sums.iter_mut().zip(&values).take(active) {
        *sum = *sum + value;
    }
}

/// Runs one leaf of an estimator without ridge terms, with coordinates as the outer loop.
pub(crate) struct ByCoordinate<'a, E: Estimator> {
    pub(crate) job: &'a Job<'a, E>,
    pub(crate) leaf: usize,
    pub(crate) coordinates: Range<usize>,
    /// Lane sums of the coordinates in range.
    pub(crate) moments: &'a mut [E::Scalar],
}

impl<E: Estimator> Kernel<E::Scalar> for ByCoordinate<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = E::Scalar>>(self) {
        let length = self.job.layout.row_length();
        let first = self.leaf * LEAF;
        let end = self.job.samples.min(first + LEAF);
        for (coordinate, moments) in self.coordinates.zip(self.moments.chunks_exact_mut(length)) {
            let sampler = &self.job.samplers[coordinate];
            let numbers = &self.job.numbers[coordinate];
            let mut lane = 0;
            while lane < LANES {
                let mut sums = E::Separable::derivatives(L::splat(E::Scalar::ZERO), numbers);
                sums.as_mut().fill(L::splat(E::Scalar::ZERO));
                let mut sample = first + lane;
                while sample + L::WIDTH <= end {
                    let derivatives = Self::evaluate::<L>(self.job, sampler, numbers, sample, coordinate);
                    for (sum, &derivative) in sums.as_mut().iter_mut().zip(derivatives.as_ref()) {
                        *sum = *sum + derivative;
                    }
                    sample += LANES;
                }
                for (order, &sum) in sums.as_ref().iter().enumerate() {
                    sum.store(&mut moments[order * LANES + lane..][..L::WIDTH]);
                }
                if sample < end {
                    let derivatives = Self::evaluate::<L>(self.job, sampler, numbers, sample, coordinate);
                    for (order, &derivative) in derivatives.as_ref().iter().enumerate() {
                        add(&mut moments[order * LANES + lane..][..L::WIDTH], derivative, end - sample);
                    }
                }
                lane += L::WIDTH;
            }
        }
    }
}

impl<E: Estimator> ByCoordinate<'_, E> {
    #[inline(always)]
    fn evaluate<L: Lane<Scalar = E::Scalar>>(
        job: &Job<'_, E>,
        sampler: &<E::Law as Sampled>::Prepared<E::Scalar>,
        numbers: &<E::Separable as Separable<E>>::Numbers,
        sample: usize,
        coordinate: usize,
    ) -> <E::Separable as Separable<E>>::Derivatives<L> {
        let mut words = Words::<L>::new(job.key, sample as u64, coordinate as u32);
        E::Separable::derivatives(E::Law::draw(sampler, &mut words), numbers)
    }
}
