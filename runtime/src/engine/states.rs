//! Theorem 2 for categorical variables, of one pack of samples: local expectations.
//!
//! Of each variable every state `k` is tried, with all other variables as drawn, and the mean over its own states is taken
//! exactly: `f(z_-j, e_k) - Σ_m p_m f(z_-j, e_m)`, so that the variable's own draw adds no noise. The value `f(z)` of the sample
//! drops out of the difference and is subtracted first, which keeps the numbers small. A ridge argument is brought to
//! `u_o - ⟨A_o, z_j⟩`, what it is without the variable, once for all its states, and a state adds `A_ojk` to that: an update, and
//! not an evaluation afresh. So the stencil of one state is that of a coordinate which moves from 0 to 1.

use std::ops::Range;
use std::slice::{ChunksExact, ChunksExactMut};

use super::leaf::Pack;
use super::stencils::{Rows, add, of_coordinate};
use super::table::{BLOCK, RidgeTable};
use crate::coupling::Coupling;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Lane, Scalar};
use crate::opaque::Whole;

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// Adds the stencils of every state of every variable to their lanes.
    #[inline(always)]
    pub(super) fn states(&mut self) {
        let dimension = self.job.layout.dimension;
        let probes = self.state_probes();
        for variable in self.variables() {
            let mut apart = Apart::<E, L> {
                variable: variable.clone(),
                dimension,
                draws: &self.scratch.draws,
                arguments: self.scratch.arguments.chunks_exact(2 * L::WIDTH),
                apart: self.scratch.apart.chunks_exact_mut(2 * L::WIDTH),
            };
            E::Ridges::visit(self.job.tables, &mut apart);
            for (state, coordinate) in variable.clone().enumerate() {
                let change = self.state_change(coordinate, &probes);
                change.store(&mut self.scratch.changes[state * L::WIDTH..]);
            }
            self.centre(variable);
        }
    }

    /// The same for a function that is called whole, whose values at the draws are `value`.
    #[inline(always)]
    pub(super) fn whole_states(&mut self, value: L) {
        let probes = self.state_probes();
        for variable in self.variables() {
            for (state, coordinate) in variable.clone().enumerate() {
                let mut moved = E::Whole::points(&probes);
                let at_state = self.values_at_state(value, &variable, coordinate);
                moved.as_mut().fill(at_state);
                let change = E::Whole::stencils(value, &moved, &probes);
                change.as_ref()[0].store(&mut self.scratch.changes[state * L::WIDTH..]);
            }
            self.centre(variable);
        }
    }

    /// The numbers of a coordinate that moves from 0; they are the same for all, and nothing is drawn for them.
    #[inline(always)]
    fn state_probes(&self) -> E::Probes<L> {
        let mut words = self.job.noise.auxiliary::<L>(self.sample, 0);
        E::probes(&self.job.theta[0], L::splat(E::Scalar::ZERO), &mut words)
    }

    /// The coordinates of each variable.
    #[inline(always)]
    fn variables(&self) -> impl Iterator<Item = Range<usize>> + use<E, L> {
        let (dimension, states) = (self.job.layout.dimension, self.block());
        (0..dimension).step_by(states).map(move |first| first..first + states)
    }

    /// What a state changes in the ridge terms and the separable ones, up to a number that all states of its variable share.
    #[inline(always)]
    fn state_change(&self, coordinate: usize, probes: &E::Probes<L>) -> L {
        let mut rows = Rows::<E, L, _> {
            arguments: self.scratch.apart.chunks_exact(2 * L::WIDTH),
            slopes: of_coordinate::<L>(coordinate),
            dimension: self.job.layout.dimension,
            probes,
            sums: E::Stencils::default(),
        };
        E::Ridges::visit(self.job.tables, &mut rows);
        let mut sums = rows.sums;
        if E::Separable::PRESENT {
            let (zero, numbers) = (L::splat(E::Scalar::ZERO), &self.job.numbers[coordinate]);
            let value = E::Separable::derivatives(zero, numbers).as_ref()[0];
            add(sums.as_mut(), E::Separable::stencils(zero, value, probes, numbers).as_ref());
        }
        sums.as_ref()[0]
    }

    /// Takes the mean over the states of a variable off the change that each makes, and adds what is left to the lanes.
    #[inline(always)]
    fn centre(&mut self, variable: Range<usize>) {
        let mut mean = L::splat(E::Scalar::ZERO);
        for (change, coordinate) in self.scratch.changes.chunks_exact(L::WIDTH).zip(variable.clone()) {
            let probability = L::splat(self.job.theta[coordinate].as_ref()[0]);
            mean = L::load(change).mul_add(probability, mean);
        }
        for (state, coordinate) in variable.enumerate() {
            let change = L::load(&self.scratch.changes[state * L::WIDTH..]);
            self.accumulate(self.job.layout.first_stencil(coordinate), &[change - mean]);
        }
    }

    /// The function with a variable at one of its states.
    #[inline(always)]
    fn values_at_state(&mut self, value: L, variable: &Range<usize>, coordinate: usize) -> L {
        let (dimension, draws) = (self.job.layout.dimension, coordinate * L::WIDTH);
        L::from_fn(|lane| {
            if !self.exists(lane) {
                return E::Scalar::ZERO;
            }
            if self.scratch.draws[draws + lane] > E::Scalar::ZERO {
                return value.extract(lane);
            }
            let own = lane * dimension + variable.start..lane * dimension + variable.end;
            let sample = &mut self.scratch.samples;
            sample[own.clone()].fill(0.0);
            sample[lane * dimension + coordinate] = 1.0;
            let value = self.call(lane);
            for (coordinate, entry) in variable.clone().zip(own) {
                self.scratch.samples[entry] = self.scratch.draws[coordinate * L::WIDTH + lane].to_f64();
            }
            value
        })
    }

    /// The coordinates that are drawn together.
    #[inline(always)]
    pub(super) fn block(&self) -> usize {
        self.job.coupling.block(self.job.layout.dimension)
    }
}

/// Ridge arguments without one variable, each with `h(u_o)` beside it as in those of the draw.
struct Apart<'a, E: Estimator, L: Lane<Scalar = E::Scalar>> {
    variable: Range<usize>,
    dimension: usize,
    draws: &'a [L::Scalar],
    /// `u_o` and `h(u_o)` of the rows to come.
    arguments: ChunksExact<'a, E::Scalar>,
    apart: ChunksExactMut<'a, E::Scalar>,
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> RidgeVisitor<E> for Apart<'_, E, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let draws = self.draws[self.variable.start * L::WIDTH..].chunks_exact(L::WIDTH);
        for (slopes, numbers) in table.slopes.chunks_exact(self.dimension).zip(table.numbers.chunks(BLOCK)) {
            let mut part = [L::splat(E::Scalar::ZERO); BLOCK];
            for (slopes, z) in slopes[self.variable.clone()].iter().zip(draws.clone()) {
                let z = L::load(z);
                for row in 0..BLOCK {
                    part[row] = z.mul_add(L::splat(slopes[row]), part[row]);
                }
            }
            let rows = (&mut self.arguments).zip(&mut self.apart);
            for (&part, (arguments, apart)) in part.iter().take(numbers.len()).zip(rows) {
                (L::load(arguments) - part).store(apart);
                apart[L::WIDTH..].copy_from_slice(&arguments[L::WIDTH..]);
            }
        }
    }
}
