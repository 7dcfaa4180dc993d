//! The sample loop of one leaf.
//!
//! Two schedules give the same bits. With ridge terms, samples are the outer loop: all coordinates of a pack of samples
//! are drawn, then each row's argument `u_o` is formed and its derivatives are added to the moments in memory. Without
//! ridge terms, coordinates are the outer loop and the sums stay in registers; not so for joint laws, whose coordinates
//! are drawn together, nor for a function that is called whole, which needs all coordinates of a sample.

use std::ops::Range;

use super::interactions::scratch_sums;
use super::moments::Layout;
use super::noise::Noise;
use super::patterns;
use super::selection::Selection;
use super::stencils::add;
use super::table::{BLOCK, RidgeTable};
use super::{LANES, LEAF};
use crate::coupling::Coupling;
use crate::draw::{Key, Words};
use crate::formula::ClosedFormTables;
use crate::kernel::{Estimator, Interactions, Law, Ridge, RidgeVisitor, Ridges, Sampled, Separable};
use crate::lane::{Kernel, Lane, Scalar};
use crate::opaque::Whole;

/// Widest pack of any target.
pub(crate) const WIDEST: usize = 16;

/// What every leaf of a run reads.
pub(crate) struct Job<'a, 'b, E: Estimator> {
    pub(crate) noise: Noise,
    pub(crate) samples: usize,
    pub(crate) layout: &'a Layout,
    /// Parameters of each coordinate, in the estimator's arithmetic.
    pub(crate) theta: &'a [<E::Law as Law>::Theta<E::Scalar>],
    /// What the draws of each coordinate read.
    pub(crate) samplers: &'a [<E::Law as Sampled>::Prepared<E::Scalar>],
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    pub(crate) interactions: &'a <E::Interactions as Interactions<E>>::Tables,
    /// What makes one draw of those of the coordinates.
    pub(crate) coupling: &'a <E::Law as Sampled>::Coupling<E::Scalar>,
    /// Numbers of the separable term, by coordinate.
    pub(crate) numbers: &'a [<E::Separable as Separable<E>>::Numbers],
    /// The coordinates that exact rules move.
    pub(crate) selection: &'a Selection,
    /// What a function that is called whole takes besides the draw.
    pub(crate) arguments: E::Arguments<'b>,
    /// The part of `f` without the draw, for the score function rules; 0 where there are none.
    pub(crate) constant: E::Scalar,
    /// Numbers and weights of closed forms.
    pub(crate) closed_forms: &'a ClosedFormTables<E::Scalar>,
}

/// Buffers of one worker, in the estimator's arithmetic.
#[derive(Debug, Default)]
pub(crate) struct Scratch<S> {
    /// Lane sums of the moments, see [`Layout`].
    pub(crate) moments: Vec<S>,
    /// 1 for each sample of the pack that exists, 0 for the others. It is read from memory for each row: a mask that the
    /// compiler saw through would be taken apart into single lanes.
    pub(super) exist: [S; WIDEST],
    /// The draws of one pack, coordinate by coordinate; with coordinates as the outer loop, those of one coordinate.
    pub(super) draws: Vec<S>,
    /// For a function that is called whole: the draws of one pack, sample by sample.
    pub(super) samples: Vec<f64>,
    /// For stencils: `u_o` and `h(u_o)` of one pack, ridge row by ridge row.
    pub(super) arguments: Vec<S>,
    /// For stencils: `g(z_j)` of one pack, coordinate by coordinate.
    pub(super) values: Vec<S>,
    /// For the states of categorical variables: `u_o` without one of them, and `h(u_o)`, row by row.
    pub(super) apart: Vec<S>,
    /// For the same: what each state of one variable changes.
    pub(super) changes: Vec<S>,
    /// For interaction terms: the sums over their rows of one pack, coordinate by coordinate.
    pub(super) interactions: Vec<S>,
    /// The same of mixed derivatives, pair by pair.
    pub(super) pairs: Vec<S>,
    /// For stencils: the values of interaction terms of one pack, row by row.
    pub(super) interaction_values: Vec<S>,
    /// For closed forms: the patterns of one pack, of all ridge rows and of one coordinate.
    pub(super) patterns: Vec<S>,
    /// For a selection of coordinates: those of each sample of one pack, the first of each, then the second, ….
    pub(super) selected: Vec<u32>,
    /// For a selection of coordinates, and for stencils at the draw: the probes of one pack, coordinate by coordinate.
    pub(super) probes: Vec<S>,
    /// For stencils at the draw: their sums over ridge rows, coordinate by coordinate.
    pub(super) sums: Vec<S>,
    /// For argument gradients: with ridge terms every draw of the leaf, coordinate by coordinate, then every partial
    /// derivative of every sample of the leaf, see [`Layout`].
    pub(crate) kept: Vec<S>,
}

impl<S: Scalar> Scratch<S> {
    /// Makes room for the moments of `coordinates` coordinates, for `patterns` of closed forms and, for argument gradients,
    /// for the samples of a leaf.
    pub(crate) fn reset(&mut self, layout: &Layout, coordinates: usize, patterns: usize) {
        self.patterns.resize(patterns * WIDEST, S::ZERO);
        self.moments.resize(layout.moments(coordinates), S::ZERO);
        self.draws.resize((layout.dimension * WIDEST).max(LEAF), S::ZERO);
        if layout.points.is_some() {
            self.samples.resize(layout.dimension * WIDEST, 0.0);
        } else if layout.coordinate_entries > layout.separable_entries {
            self.arguments.resize(2 * layout.ridge_rows * WIDEST, S::ZERO);
            self.values.resize(layout.dimension * WIDEST, S::ZERO);
        }
        if layout.interacts {
            self.interactions.resize(scratch_sums(layout.dimension, layout.entries), S::ZERO);
            self.pairs.resize(layout.pairs * WIDEST, S::ZERO);
            self.interaction_values.resize(layout.interaction_rows * WIDEST, S::ZERO);
        }
        if layout.states {
            self.apart.resize(2 * layout.ridge_rows * WIDEST, S::ZERO);
            self.changes.resize(layout.dimension * WIDEST, S::ZERO);
        }
        if layout.adjoints {
            self.kept.resize((layout.kept_draws() + layout.partials) * LEAF, S::ZERO);
        }
    }

    /// Makes room for `count` selected coordinates of each sample, and for so many `probes` of all coordinates.
    pub(crate) fn reset_selection(&mut self, count: usize, probes: usize) {
        self.selected.resize(count * WIDEST, 0);
        self.probes.resize(probes * WIDEST, S::ZERO);
    }

    /// Makes room for so many `probes` and `sums` of all coordinates.
    pub(crate) fn reset_at_draw(&mut self, probes: usize, sums: usize) {
        self.probes.resize(probes * WIDEST, S::ZERO);
        self.sums.resize(sums * WIDEST, S::ZERO);
    }
}

/// Runs one leaf with samples as the outer loop.
pub(crate) struct BySample<'a, 'b, E: Estimator> {
    pub(crate) job: &'a Job<'a, 'b, E>,
    pub(crate) leaf: usize,
    /// The lanes whose samples are run; all, unless the function is called whole.
    pub(crate) lanes: Range<usize>,
    pub(crate) scratch: &'a mut Scratch<E::Scalar>,
}

impl<E: Estimator> Kernel<E::Scalar> for BySample<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = E::Scalar>>(self) {
        let Self { job, leaf, lanes, scratch } = self;
        let first = leaf * LEAF;
        let end = job.samples.min(first + LEAF);
        if end - first < LANES || lanes.len() < LANES {
            scratch.moments.fill(-E::Scalar::ZERO);
        }
        if job.layout.adjoints {
            scratch.kept.fill(E::Scalar::ZERO);
        }
        let mut sample = first;
        while sample < end {
            if const { has_narrow_end::<E>() && L::WIDTH > narrow::<E>() } && end - sample <= narrow::<E>() {
                run_pack::<E, <E::Scalar as Scalar>::Narrow>(job, sample, end, &lanes, scratch);
            } else {
                run_pack::<E, L>(job, sample, end, &lanes, scratch);
            }
            sample += L::WIDTH;
        }
    }
}

/// Samples of the narrowest pack.
const fn narrow<E: Estimator>() -> usize {
    <<E::Scalar as Scalar>::Narrow as Lane>::WIDTH
}

/// Whether the last samples of a leaf are run in the narrowest pack, where a wide one would be empty but for them.
///
/// Not where that would compile much code twice for little: it is for derivatives of ridge terms, whose runs in a training
/// loop have few samples and many rows.
const fn has_narrow_end<E: Estimator>() -> bool {
    E::Ridges::COUNT > 0 && E::STENCILS == 0 && !E::PORTABLE
}

/// One pack of samples from `sample` on, as far as they come before `end`.
#[inline(always)]
fn run_pack<E: Estimator, L: Lane<Scalar = E::Scalar>>(
    job: &Job<'_, '_, E>,
    sample: usize,
    end: usize,
    lanes: &Range<usize>,
    scratch: &mut Scratch<E::Scalar>,
) {
    let active = (end - sample).min(L::WIDTH);
    mark(&mut scratch.exist, active);
    let (pattern_numbers, patterns, of) = (0, 0, std::marker::PhantomData);
    let mut pack = Pack::<E, L> { job, sample, active, scratch, pattern_numbers, patterns, lanes: of };
    if const { E::Whole::PRESENT } {
        if pack.keep_lanes(lanes) {
            pack.draw();
            pack.whole();
        }
        return;
    }
    pack.draw();
    E::Ridges::visit(job.tables, &mut pack);
    pack.separable();
    if const { E::STATES } {
        pack.states();
    } else if const { E::DIRECTIONAL } {
        pack.directional();
    } else if const { E::STENCILS > 0 } {
        pack.stencils();
    }
}

/// Draws all coordinates of a pack of samples, the first of which is `sample`.
#[inline(always)]
pub(crate) fn draw_pack<W: Sampled, L: Lane>(
    samplers: &[W::Prepared<L::Scalar>],
    coupling: &W::Coupling<L::Scalar>,
    key: Key,
    sample: u64,
    draws: &mut [L::Scalar],
) {
    for (coordinate, (sampler, draws)) in samplers.iter().zip(draws.chunks_exact_mut(L::WIDTH)).enumerate() {
        let mut words = Words::<L>::new(key, sample, coordinate as u32);
        W::draw(sampler, &mut words).store(draws);
    }
    if const { W::Coupling::<L::Scalar>::PRESENT } {
        let draws = &mut draws[..samplers.len() * L::WIDTH];
        coupling.apply::<L>(draws);
        for (sampler, draws) in samplers.iter().zip(draws.chunks_exact_mut(L::WIDTH)) {
            W::finish(sampler, L::load(draws)).store(draws);
        }
    }
}

/// One pack of samples.
pub(super) struct Pack<'a, 'b, E: Estimator, L> {
    pub(super) job: &'a Job<'a, 'b, E>,
    /// The first sample.
    pub(super) sample: usize,
    /// How many of the pack's samples exist.
    active: usize,
    pub(super) scratch: &'a mut Scratch<E::Scalar>,
    /// Numbers of patterns, and patterns, of the ridge rows so far.
    pub(super) pattern_numbers: usize,
    pub(super) patterns: usize,
    lanes: std::marker::PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Whether a sample of the pack exists.
    #[inline(always)]
    pub(super) fn exists(&self, sample: usize) -> bool {
        self.scratch.exist[sample] > E::Scalar::ZERO
    }

    /// Leaves samples of other lanes to others, as if they did not exist; returns whether any is left.
    #[inline(always)]
    fn keep_lanes(&mut self, lanes: &Range<usize>) -> bool {
        let lane = self.sample % LANES;
        let mut any = false;
        for (sample, exist) in self.scratch.exist[..self.active].iter_mut().enumerate() {
            let kept = lanes.contains(&(lane + sample));
            *exist = if kept { E::Scalar::ONE } else { E::Scalar::ZERO };
            any |= kept;
        }
        any
    }

    #[inline(always)]
    fn draw(&mut self) {
        let Scratch { draws, kept, .. } = &mut *self.scratch;
        let Job { samplers, coupling, noise, layout, .. } = *self.job;
        draw_pack::<E::Law, L>(samplers, coupling, noise.key, noise.number(self.sample), draws);
        if layout.adjoints {
            for (coordinate, draws) in draws.chunks_exact(L::WIDTH).enumerate().take(layout.kept_draws()) {
                let at = coordinate * LEAF + self.sample % LEAF;
                kept[at..at + self.active].copy_from_slice(&draws[..self.active]);
            }
        }
    }

    #[inline(always)]
    fn separable(&mut self) {
        if const { E::Interactions::COUNT > 0 } {
            self.interact();
        }
        if !E::Separable::PRESENT {
            if const { E::Interactions::COUNT > 0 } {
                self.interactions_alone();
            }
            return;
        }
        for (coordinate, numbers) in self.job.numbers.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..][..L::WIDTH]);
            let mut derivatives = E::Separable::derivatives(z, numbers);
            if const { E::STENCILS > 0 } {
                derivatives.as_ref()[0].store(&mut self.scratch.values[coordinate * L::WIDTH..]);
            }
            if const { E::Interactions::COUNT > 0 } {
                self.add_interactions(coordinate, derivatives.as_mut());
            }
            self.accumulate(self.job.layout.first_run(coordinate), derivatives.as_ref());
            if self.job.layout.adjoints {
                let partials = E::Separable::partials(z, numbers);
                let first = self.job.layout.separable_partials + coordinate * E::Separable::NUMBERS;
                self.keep(first, partials.as_ref());
            }
        }
    }

    /// Adds the sums of interaction terms to the lanes, where coordinates have no terms of their own.
    #[inline(always)]
    fn interactions_alone(&mut self) {
        let layout = self.job.layout;
        for coordinate in 0..layout.dimension {
            for entry in 0..layout.entries {
                let sum = L::load(&self.scratch.interactions[(coordinate * layout.entries + entry) * L::WIDTH..]);
                self.accumulate(layout.first_run(coordinate) + entry, &[sum]);
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

    /// Adds the moments of one row or coordinate to their lanes, from `run` on.
    #[inline(always)]
    pub(super) fn accumulate(&mut self, run: usize, values: &[L]) {
        let lane = self.sample % LANES;
        let fresh = self.sample % LEAF < LANES;
        let Scratch { moments, exist, .. } = &mut *self.scratch;
        // Asked once: the compiler would not see that the sums do not overlap `exist`.
        let existing = existing::<L>(exist);
        let moments = &mut moments[run * LANES..(run + values.len()) * LANES];
        for (sums, &value) in moments.chunks_exact_mut(LANES).zip(values) {
            let sums = &mut sums[lane..lane + L::WIDTH];
            let value = only(existing, value);
            if fresh { value } else { L::load(sums) + value }.store(sums);
        }
    }

    /// Stores the partial derivatives of the pack's samples for the argument gradients.
    #[inline(always)]
    pub(super) fn keep(&mut self, first: usize, partials: &[L]) {
        for (index, &partial) in partials.iter().enumerate() {
            let at = (self.job.layout.kept_draws() + first + index) * LEAF + self.sample % LEAF;
            let partial = only(existing::<L>(&self.scratch.exist), partial);
            partial.store(&mut self.scratch.kept[at..at + L::WIDTH]);
        }
    }
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for Pack<'_, '_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        for (block, numbers) in table.numbers.chunks(BLOCK).enumerate() {
            let u = self.arguments(table, block);
            for (row, (numbers, &u)) in numbers.iter().zip(&u).enumerate() {
                let row = block * BLOCK + row;
                let derivatives = R::derivatives(u, numbers);
                self.accumulate((table.first + row) * derivatives.as_ref().len(), derivatives.as_ref());
                if const { E::STENCILS > 0 } {
                    let stored = &mut self.scratch.arguments[2 * (table.first + row) * L::WIDTH..];
                    u.store(stored);
                    derivatives.as_ref()[0].store(&mut stored[L::WIDTH..]);
                }
                if const { !E::CLOSED_FORMS.is_empty() } {
                    self.row_patterns::<R>(u);
                }
                if self.job.layout.adjoints {
                    let partials = R::partials(u, numbers);
                    self.keep(table.first_partial + row * (1 + R::NUMBERS), partials.as_ref());
                }
            }
        }
    }
}

/// Runs one leaf of an estimator without ridge terms, with coordinates as the outer loop.
///
/// All draws of a coordinate come first: a sampler that is long has the registers for itself, and its constants stay in them.
pub(crate) struct ByCoordinate<'a, 'b, E: Estimator> {
    pub(crate) job: &'a Job<'a, 'b, E>,
    pub(crate) leaf: usize,
    pub(crate) coordinates: Range<usize>,
    /// With the lane sums of the coordinates in range.
    pub(crate) scratch: &'a mut Scratch<E::Scalar>,
}

impl<E: Estimator> Kernel<E::Scalar> for ByCoordinate<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = E::Scalar>>(self) {
        let Self { job, leaf, coordinates, scratch } = self;
        // A copy, which the stores below cannot change.
        let noise = job.noise;
        let Scratch { moments, draws, exist, kept, patterns, .. } = scratch;
        if job.layout.adjoints {
            kept.fill(E::Scalar::ZERO);
        }
        if !E::Separable::PRESENT {
            return;
        }
        let first = leaf * LEAF;
        let end = job.samples.min(first + LEAF);
        for (coordinate, moments) in coordinates.zip(moments.chunks_exact_mut(job.layout.moments(1))) {
            let (theta, numbers) = (&job.theta[coordinate], &job.numbers[coordinate]);
            let sampler = &job.samplers[coordinate];
            for (sample, draws) in (first..end).step_by(L::WIDTH).zip(draws.chunks_exact_mut(L::WIDTH)) {
                E::Law::draw(sampler, &mut noise.words::<L>(sample, coordinate)).store(draws);
            }
            for lane in (0..LANES).step_by(L::WIDTH) {
                let mut sums = E::Separable::derivatives(L::splat(E::Scalar::ZERO), numbers);
                sums.as_mut().fill(L::splat(E::Scalar::ZERO));
                let mut stencil_sums = E::Stencils::<L>::default();
                let mut sample = first + lane;
                while sample < end {
                    let z = L::load(&draws[sample - first..][..L::WIDTH]);
                    let mut derivatives = E::Separable::derivatives(z, numbers);
                    let mut moved = E::Stencils::<L>::default();
                    if const { E::STENCILS > 0 } {
                        let mut words = noise.auxiliary::<L>(sample, coordinate);
                        let probes = E::probes(theta, z, &mut words);
                        moved = E::Separable::stencils(z, derivatives.as_ref()[0], &probes, numbers);
                        if const { !E::CLOSED_FORMS.is_empty() } {
                            patterns::separable::<E, L>(job.closed_forms, coordinate, z, patterns, moved.as_mut());
                        }
                    }
                    let active = (end - sample).min(L::WIDTH);
                    if active < L::WIDTH {
                        mark(exist, active);
                        keep_existing(exist, derivatives.as_mut());
                        keep_existing(exist, moved.as_mut());
                    }
                    add(sums.as_mut(), derivatives.as_ref());
                    add(stencil_sums.as_mut(), moved.as_ref());
                    if job.layout.adjoints {
                        mark(exist, active);
                        let partials = E::Separable::partials(z, numbers);
                        for (number, &partial) in partials.as_ref().iter().enumerate() {
                            let at = (coordinate * E::Separable::NUMBERS + number) * LEAF + sample - first;
                            only(existing::<L>(exist), partial).store(&mut kept[at..at + L::WIDTH]);
                        }
                    }
                    sample += LANES;
                }
                store(sums.as_ref(), lane, moments);
                store(stencil_sums.as_ref(), lane, &mut moments[sums.as_ref().len() * LANES..]);
            }
        }
    }
}

/// Writes a pack of lanes of each sum to its run, from `lane` on.
#[inline(always)]
fn store<L: Lane>(sums: &[L], lane: usize, runs: &mut [L::Scalar]) {
    for (&sum, run) in sums.iter().zip(runs.chunks_exact_mut(LANES)) {
        sum.store(&mut run[lane..]);
    }
}

/// Replaces the values of samples that do not exist.
#[inline(always)]
fn keep_existing<L: Lane>(exist: &[L::Scalar; WIDEST], values: &mut [L]) {
    for value in values {
        *value = only(existing::<L>(exist), *value);
    }
}

/// Notes that the first `active` samples of a pack exist.
#[inline(always)]
fn mark<S: Scalar>(exist: &mut [S; WIDEST], active: usize) {
    exist[..active].fill(S::ONE);
    exist[active..].fill(S::ZERO);
}

/// Which samples of a pack exist.
#[inline(always)]
fn existing<L: Lane>(exist: &[L::Scalar; WIDEST]) -> L::Mask {
    L::load(exist).gt(L::splat(L::Scalar::ZERO))
}

/// `value` for samples that exist, otherwise -0, which changes no sum (0 would change -0).
#[inline(always)]
fn only<L: Lane>(existing: L::Mask, value: L) -> L {
    L::select(existing, value, L::splat(-L::Scalar::ZERO))
}
