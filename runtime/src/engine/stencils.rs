//! The exact rules of one pack of samples.
//!
//! An exact rule multiplies `E Σ_i w_i f^(p_i)(z + x_i e_j)`: the draw is moved along one coordinate, by shifts that hold
//! auxiliary draws. A ridge term then moves by `A_oj x_i`. Every coordinate is moved by itself (one joint move of all would
//! be another expectation), so this costs one evaluation for each sample, row and coordinate: the dearest loop of an exact
//! rule. The unmoved `u_o` and `h(u_o)` are kept for the pack; the rows of a coordinate are added in registers, in order.
//!
//! A stencil at the draw itself, as of the pathwise form, moves nothing: the rows are the outer loop, and their derivatives serve
//! all coordinates.
//!
//! Where a few coordinates are [selected](super::selection) for each sample, ridge terms move those only, in packs whose lanes
//! hold different coordinates: slopes and probes are gathered, sums scattered. Separable terms move in every coordinate, which
//! costs no more than to draw.

use std::marker::PhantomData;
use std::slice::ChunksExact;

use super::leaf::{Job, Pack, Scratch, WIDEST};
use super::table::{BLOCK, RidgeTable};
use super::{LANES, LEAF};
use crate::kernel::{Estimator, Interactions, Law, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Lane, Scalar};

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Adds the stencils of every coordinate to its lanes.
    #[inline(always)]
    pub(super) fn stencils(&mut self) {
        if const { E::COORDINATES.is_some() }
            && let Some(count) = self.job.selection.count()
        {
            self.selected_stencils(count);
            return;
        }
        let job = self.job;
        let whole = self.value_of_whole();
        if const { E::AT_DRAW } {
            self.rows_at_draw();
        }
        for (coordinate, theta) in job.theta.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
            let probes = match const { E::AT_DRAW } {
                true => load(&self.scratch.probes, coordinate),
                false => self.probes(theta, z, coordinate),
            };
            if const { only_scores::<E>() } {
                let mut sums = E::Stencils::default();
                scores::<E, L>(whole, &probes, sums.as_mut());
                self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
                continue;
            }
            let mut sums = match const { E::AT_DRAW } {
                true => load(&self.scratch.sums, coordinate),
                false => self.moved_rows(coordinate, &probes),
            };
            if E::Separable::PRESENT {
                let value = L::load(&self.scratch.values[coordinate * L::WIDTH..]);
                let moved = E::Separable::stencils(z, value, &probes, &job.numbers[coordinate]);
                add(sums.as_mut(), moved.as_ref());
            }
            if const { E::Interactions::COUNT > 0 } {
                self.moved_interactions(coordinate, &probes, sums.as_mut());
            }
            if const { !E::CLOSED_FORMS.is_empty() } {
                self.closed_forms(coordinate, z, sums.as_mut());
            }
            scores::<E, L>(whole, &probes, sums.as_mut());
            self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
        }
    }

    /// What the stencils of a coordinate read.
    #[inline(always)]
    fn probes(&self, theta: &<E::Law as Law>::Theta<E::Scalar>, z: L, coordinate: usize) -> E::Probes<L> {
        let mut words = self.job.noise.auxiliary::<L>(self.sample, coordinate);
        E::probes(theta, z, &mut words)
    }

    /// The sums of the stencils of a coordinate over the ridge rows, which move with it.
    #[inline(always)]
    fn moved_rows(&self, coordinate: usize, probes: &E::Probes<L>) -> E::Stencils<L> {
        let mut rows = Rows::<E, L, _> {
            arguments: self.scratch.arguments.chunks_exact(2 * L::WIDTH),
            slopes: of_coordinate::<L>(coordinate),
            dimension: self.job.layout.dimension,
            probes,
            sums: E::Stencils::default(),
        };
        E::Ridges::visit(self.job.tables, &mut rows);
        rows.sums
    }

    /// The same at the draw, and the probes, of all coordinates; both are left in the scratch.
    #[inline(always)]
    fn rows_at_draw(&mut self) {
        let job = self.job;
        for (coordinate, theta) in job.theta.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
            let probes = self.probes(theta, z, coordinate);
            store(probes.as_ref(), &mut self.scratch.probes, coordinate);
        }
        let Scratch { arguments, probes, sums, .. } = &mut *self.scratch;
        let dimension = job.layout.dimension;
        sums[..dimension * E::STENCILS * L::WIDTH].fill(E::Scalar::ZERO);
        let arguments = arguments.chunks_exact(2 * L::WIDTH);
        let mut rows = RowsAtDraw::<E, L> { arguments, dimension, probes, sums, lanes: PhantomData };
        E::Ridges::visit(job.tables, &mut rows);
    }

    /// The value of `f`, of all its terms, from those that the pack keeps; 0 where no score function rule asks for it.
    #[inline(always)]
    fn value_of_whole(&self) -> L {
        let job = self.job;
        if const { E::SCORES.is_empty() } {
            return L::splat(E::Scalar::ZERO);
        }
        let mut value = L::splat(job.constant);
        for row in self.scratch.arguments.chunks_exact(2 * L::WIDTH).take(job.layout.ridge_rows) {
            value = value + L::load(&row[L::WIDTH..]);
        }
        if E::Separable::PRESENT {
            for own in self.scratch.values.chunks_exact(L::WIDTH).take(job.layout.dimension) {
                value = value + L::load(own);
            }
        }
        if const { E::Interactions::COUNT > 0 } {
            value = value + self.value_of_interactions();
        }
        value
    }

    /// Adds the stencils of separable terms for every coordinate, and those of ridge terms for `count` coordinates.
    #[inline(always)]
    fn selected_stencils(&mut self, count: usize) {
        let (layout, weight) = (self.job.layout, L::constant(self.job.selection.weight()));
        self.select();
        self.separable_stencils();
        for index in 0..count {
            let coordinates: [usize; WIDEST] = std::array::from_fn(|lane| match lane < L::WIDTH {
                true => self.scratch.selected[index * L::WIDTH + lane] as usize,
                false => 0,
            });
            let mut probes = E::Probes::<L>::default();
            let numbers = probes.as_ref().len();
            for (number, pack) in probes.as_mut().iter_mut().enumerate() {
                let stored = &self.scratch.probes;
                *pack = L::from_fn(|lane| stored[(coordinates[lane] * numbers + number) * L::WIDTH + lane]);
            }
            let mut rows = Rows::<E, L, _> {
                arguments: self.scratch.arguments.chunks_exact(2 * L::WIDTH),
                slopes: |slopes: &[[E::Scalar; BLOCK]], row: usize| L::from_fn(|lane| slopes[coordinates[lane]][row]),
                dimension: layout.dimension,
                probes: &probes,
                sums: E::Stencils::default(),
            };
            E::Ridges::visit(self.job.tables, &mut rows);
            let sums = rows.sums;
            for (stencil, &sum) in sums.as_ref().iter().enumerate() {
                let sum = weight * sum;
                for lane in 0..L::WIDTH {
                    if self.exists(lane) {
                        let run = layout.first_stencil(coordinates[lane]) + stencil;
                        let place = &mut self.scratch.moments[run * LANES + self.sample % LANES + lane];
                        *place = *place + sum.extract(lane);
                    }
                }
            }
        }
    }

    /// Selects coordinates for every sample of the pack.
    #[inline(always)]
    pub(super) fn select(&mut self) {
        let Job { noise, selection, .. } = self.job;
        for lane in 0..L::WIDTH {
            let places = self.scratch.selected.iter_mut().skip(lane).step_by(L::WIDTH);
            for (place, coordinate) in places.zip(selection.of_sample(noise.key, noise.number(self.sample + lane))) {
                *place = coordinate as u32;
            }
        }
    }

    /// Adds the stencils that move no ridge term (of separable terms, of interaction terms, of closed forms, of score function
    /// rules), and keeps the probes of every coordinate.
    #[inline(always)]
    fn separable_stencils(&mut self) {
        let job = self.job;
        let is_first = self.sample % LEAF < LANES;
        let whole = self.value_of_whole();
        for (coordinate, theta) in job.theta.iter().enumerate() {
            let z = L::load(&self.scratch.draws[coordinate * L::WIDTH..]);
            let probes = self.probes(theta, z, coordinate);
            store(probes.as_ref(), &mut self.scratch.probes, coordinate);
            let mut sums = E::Stencils::default();
            if E::Separable::PRESENT {
                let value = L::load(&self.scratch.values[coordinate * L::WIDTH..]);
                sums = E::Separable::stencils(z, value, &probes, &job.numbers[coordinate]);
            }
            if const { E::Interactions::COUNT > 0 } {
                self.moved_interactions(coordinate, &probes, sums.as_mut());
            }
            if const { !E::CLOSED_FORMS.is_empty() } {
                self.closed_forms(coordinate, z, sums.as_mut());
            }
            scores::<E, L>(whole, &probes, sums.as_mut());
            // The first samples of a leaf write every sum, so that what others selected can be added.
            let adds = const { E::Interactions::COUNT > 0 || !E::CLOSED_FORMS.is_empty() || !E::SCORES.is_empty() };
            if E::Separable::PRESENT || adds || is_first {
                self.accumulate(job.layout.first_stencil(coordinate), sums.as_ref());
            }
        }
    }
}

/// The rows that move with one coordinate, or with one for each lane.
pub(super) struct Rows<'a, E: Estimator, L: Lane<Scalar = E::Scalar>, F> {
    /// `u_o` and `h(u_o)` of the rows to come.
    pub(super) arguments: ChunksExact<'a, E::Scalar>,
    /// The slope of a row of a block, from the slopes of the block by coordinate.
    pub(super) slopes: F,
    pub(super) dimension: usize,
    pub(super) probes: &'a E::Probes<L>,
    pub(super) sums: E::Stencils<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>, F: Fn(&[[E::Scalar; BLOCK]], usize) -> L> RidgeVisitor<E>
    for Rows<'_, E, L, F>
{
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        for (slopes, numbers) in table.slopes.chunks_exact(self.dimension).zip(table.numbers.chunks(BLOCK)) {
            // The rows stand on the left, so that no argument is taken when they end.
            for ((row, numbers), arguments) in numbers.iter().enumerate().zip(&mut self.arguments) {
                let (u, value) = arguments.split_at(L::WIDTH);
                let slope = (self.slopes)(slopes, row);
                let moved = R::stencils(L::load(u), L::load(value), slope, self.probes, numbers);
                add(self.sums.as_mut(), moved.as_ref());
            }
        }
    }
}

/// The rows of stencils at the draw, for all coordinates.
struct RowsAtDraw<'a, E: Estimator, L> {
    /// `u_o` and `h(u_o)` of the rows to come.
    arguments: ChunksExact<'a, E::Scalar>,
    dimension: usize,
    /// Coordinate by coordinate, as are the sums.
    probes: &'a [E::Scalar],
    sums: &'a mut [E::Scalar],
    lanes: PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for RowsAtDraw<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        for (slopes, numbers) in table.slopes.chunks_exact(self.dimension).zip(table.numbers.chunks(BLOCK)) {
            let nothing = L::splat(E::Scalar::ZERO);
            let mut rows = [(nothing, nothing, E::Stencils::<L>::default()); BLOCK];
            // The rows stand on the left, so that no argument is taken when they end.
            for ((numbers, row), arguments) in numbers.iter().zip(&mut rows).zip(&mut self.arguments) {
                let (u, value) = arguments.split_at(L::WIDTH);
                let (u, value) = (L::load(u), L::load(value));
                *row = (u, value, R::at_draw(u, numbers));
            }
            for (coordinate, slopes) in slopes.iter().enumerate() {
                let probes = load(self.probes, coordinate);
                let mut sums: E::Stencils<L> = load(self.sums, coordinate);
                for ((numbers, (u, value, at_draw)), &slope) in numbers.iter().zip(&rows).zip(slopes) {
                    let own = R::weigh(*u, *value, L::splat(slope), at_draw, &probes, numbers);
                    add(sums.as_mut(), own.as_ref());
                }
                store(sums.as_ref(), self.sums, coordinate);
            }
        }
    }
}

/// The packs of one coordinate, of those that stand coordinate by coordinate.
#[inline(always)]
fn load<L: Lane, P: Default + AsMut<[L]>>(stored: &[L::Scalar], coordinate: usize) -> P {
    let mut packs = P::default();
    let own = packs.as_mut();
    let stored = stored[coordinate * own.len() * L::WIDTH..].chunks_exact(L::WIDTH);
    own.iter_mut().zip(stored).for_each(|(pack, place)| *pack = L::load(place));
    packs
}

#[inline(always)]
fn store<L: Lane>(packs: &[L], stored: &mut [L::Scalar], coordinate: usize) {
    let places = stored[coordinate * packs.len() * L::WIDTH..].chunks_exact_mut(L::WIDTH);
    packs.iter().zip(places).for_each(|(pack, place)| pack.store(place));
}

/// The slopes of one coordinate, for all lanes.
#[inline(always)]
pub(super) fn of_coordinate<L: Lane>(coordinate: usize) -> impl Fn(&[[L::Scalar; BLOCK]], usize) -> L {
    move |slopes, row| L::splat(slopes[coordinate][row])
}

/// Whether every stencil is an expectation of a score function rule, so that nothing moves.
const fn only_scores<E: Estimator>() -> bool {
    E::SCORES.len() == E::STENCILS
}

/// The expectations of score function rules at a coordinate, where `f` has the given values.
#[inline(always)]
pub(super) fn scores<E: Estimator, L: Lane<Scalar = E::Scalar>>(value: L, probes: &E::Probes<L>, sums: &mut [L]) {
    for score in E::SCORES {
        let weight = score.weight.map(|weight| probes.as_ref()[weight]);
        sums[score.stencil] = match (weight, score.with_value) {
            (Some(weight), true) => value * weight,
            (Some(weight), false) => weight,
            (None, _) => value,
        };
    }
}

#[inline(always)]
pub(super) fn add<L: Lane>(sums: &mut [L], moved: &[L]) {
    for (sum, &moved) in sums.iter_mut().zip(moved) {
        *sum = *sum + moved;
    }
}
