//! Interaction terms of one pack of samples.
//!
//! Such a term reads a few coordinates that the function names. Its derivatives by a coordinate are added to those of the
//! coordinate's own separable term, and so have their place among the moments there; its value is added to the one of its first
//! coordinate. The rows of a term are summed in the order in which they come, then the terms, before anything is added to the lanes.
//!
//! Second derivatives by pairs of coordinates, for covariance matrices, are made of `A_oi A_oj M_{2,o}` elsewhere (see
//! [`hessian`](super::hessian)). The mixed derivative `m` by a pair `(a, b)` takes the place of such a moment `M_2`, of a row with
//! the slopes `A = e_a + e_b`: that gives `m` to the entries `(a, b)` and `(b, a)`, as it should, and to `(a, a)` and `(b, b)`, from
//! whose own moments it is taken off again.

use super::leaf::{Pack, WIDEST};
use super::stencils::add;
use crate::kernel::{Estimator, Interaction, InteractionVisitor, InteractionVisitorMut, Interactions};
use crate::lane::{Lane, Scalar};

/// The data of an interaction term as the sample loop reads them, in the estimator's arithmetic.
#[derive(Debug)]
pub struct InteractionTable<E: Estimator, I: Interaction<E>> {
    /// Position of the first row among those of all terms.
    first: usize,
    /// Position of the first row's partial derivatives among those of all terms.
    first_partial: usize,
    /// The numbers of each row.
    pub(super) numbers: Vec<I::Numbers>,
}

impl<E: Estimator, I: Interaction<E>> Default for InteractionTable<E, I> {
    fn default() -> Self {
        Self { first: 0, first_partial: 0, numbers: Vec::new() }
    }
}

/// Fills every table from the arguments, and counts rows and partial derivatives.
pub(super) struct Fill<'a, E: Estimator> {
    pub(super) arguments: E::Arguments<'a>,
    pub(super) rows: usize,
    pub(super) partials: usize,
}

impl<E: Estimator> InteractionVisitorMut<E> for Fill<'_, E> {
    fn visit<I: Interaction<E>>(&mut self, table: &mut InteractionTable<E, I>) {
        let rows = I::rows(self.arguments);
        (table.first, table.first_partial) = (self.rows, self.partials);
        self.rows += rows;
        self.partials += rows * I::NUMBERS;
        table.numbers.clear();
        table.numbers.extend((0..rows).map(|row| I::numbers(self.arguments, row)));
    }
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> Pack<'_, '_, E, L> {
    /// The sums over rows of values and derivatives, coordinate by coordinate, in the scratch.
    #[inline(always)]
    pub(super) fn interact(&mut self) {
        let entries = self.job.layout.entries;
        self.scratch.interactions[..self.job.layout.dimension * entries * L::WIDTH].fill(-E::Scalar::ZERO);
        let tables = self.job.interactions;
        if const { !E::PAIRS.is_empty() } {
            self.scratch.pairs.fill(-E::Scalar::ZERO);
        }
        E::Interactions::visit(tables, &mut Derivatives(self));
        if const { !E::PAIRS.is_empty() } {
            self.add_pairs();
        }
    }

    /// Adds the mixed derivatives to the lanes, and takes them off the second derivatives by each of the pair.
    #[inline(always)]
    fn add_pairs(&mut self) {
        let layout = self.job.layout;
        let second = 1 + E::ORDERS.iter().position(|&order| order == 2).unwrap_or(0);
        for (index, pair) in E::PAIRS.iter().enumerate() {
            let mixed = L::load(&self.scratch.pairs[index * L::WIDTH..]);
            for &coordinate in pair {
                let own = &mut self.scratch.interactions[(coordinate * layout.entries + second) * L::WIDTH..];
                (L::load(own) - mixed).store(own);
            }
            for entry in 0..layout.entries {
                let moment = if entry == second { mixed } else { L::splat(-E::Scalar::ZERO) };
                self.accumulate((layout.ridge_rows + index) * layout.entries + entry, &[moment]);
            }
        }
    }

    /// Adds the sums of a term to those of its coordinates and pairs.
    #[inline(always)]
    fn share<I: Interaction<E>>(&mut self, sums: &[L]) {
        let entries = self.job.layout.entries;
        let (value, sums) = sums.split_at(1);
        let mut add_to = |place: usize, sum: L| {
            let place = &mut self.scratch.interactions[place * L::WIDTH..];
            (L::load(place) + sum).store(place);
        };
        for (place, &coordinate) in I::COORDINATES.iter().enumerate() {
            if place == 0 {
                add_to(coordinate * entries, value[0]);
            }
            for order in 1..entries {
                add_to(coordinate * entries + order, sums[place * (entries - 1) + order - 1]);
            }
        }
        for (&pair, &mixed) in I::PAIRS.iter().zip(&sums[I::COORDINATES.len() * (entries - 1)..]) {
            let sum = &mut self.scratch.pairs[pair * L::WIDTH..];
            (L::load(sum) + mixed).store(sum);
        }
    }

    /// The sums of a coordinate, of its value and of each order.
    #[inline(always)]
    pub(super) fn add_interactions(&self, coordinate: usize, derivatives: &mut [L]) {
        let first = coordinate * derivatives.len() * L::WIDTH;
        for (sum, own) in derivatives.iter_mut().zip(self.scratch.interactions[first..].chunks_exact(L::WIDTH)) {
            *sum = *sum + L::load(own);
        }
    }

    /// What the rows add to the stencils of a coordinate.
    #[inline(always)]
    pub(super) fn moved_interactions(&self, coordinate: usize, probes: &E::Probes<L>, sums: &mut [L]) {
        let draws = &self.scratch.draws;
        let values = &self.scratch.interaction_values;
        let mut moved = Moved::<E, L> { coordinate, draws, values, probes, sums };
        E::Interactions::visit(self.job.interactions, &mut moved);
    }

    /// The values of all rows, added up.
    #[inline(always)]
    pub(super) fn value_of_interactions(&self) -> L {
        let rows = self.scratch.interaction_values.chunks_exact(L::WIDTH).take(self.job.layout.interaction_rows);
        rows.fold(L::splat(E::Scalar::ZERO), |sum, row| sum + L::load(row))
    }
}

/// The coordinates of a term, from the draws of a pack.
#[inline(always)]
fn coordinates<E: Estimator, I: Interaction<E>, L: Lane<Scalar = E::Scalar>>(draws: &[E::Scalar]) -> I::Draws<L> {
    let mut own = I::Draws::<L>::default();
    for (place, &coordinate) in own.as_mut().iter_mut().zip(I::COORDINATES) {
        *place = L::load(&draws[coordinate * L::WIDTH..]);
    }
    own
}

/// Values and derivatives at the draw.
struct Derivatives<'a, 'p, 'j, E: Estimator, L>(&'a mut Pack<'p, 'j, E, L>);

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> InteractionVisitor<E> for Derivatives<'_, '_, '_, E, L> {
    #[inline(always)]
    fn visit<I: Interaction<E>>(&mut self, table: &InteractionTable<E, I>) {
        let pack = &mut *self.0;
        let layout = pack.job.layout;
        let z = coordinates::<E, I, L>(&pack.scratch.draws);
        let Some(first) = table.numbers.first() else { return };
        // Their number is known by type only; adding to -0 changes no number.
        let mut sums = I::derivatives(&z, first);
        sums.as_mut().fill(L::splat(-E::Scalar::ZERO));
        for (row, numbers) in table.numbers.iter().enumerate() {
            let found = I::derivatives(&z, numbers);
            add(sums.as_mut(), found.as_ref());
            if const { E::STENCILS > 0 } {
                let values = &mut pack.scratch.interaction_values[(table.first + row) * L::WIDTH..];
                found.as_ref()[0].store(values);
            }
            if layout.adjoints {
                let first = layout.interaction_partials + table.first_partial + row * I::NUMBERS;
                pack.keep(first, I::partials(&z, numbers).as_ref());
            }
        }
        pack.share::<I>(sums.as_ref());
    }
}

/// The stencils of one coordinate.
struct Moved<'a, E: Estimator, L: Lane<Scalar = E::Scalar>> {
    coordinate: usize,
    draws: &'a [E::Scalar],
    /// `k(z)`, row by row.
    values: &'a [E::Scalar],
    probes: &'a E::Probes<L>,
    sums: &'a mut [L],
}

impl<E: Estimator, L: Lane<Scalar = E::Scalar>> InteractionVisitor<E> for Moved<'_, E, L> {
    #[inline(always)]
    fn visit<I: Interaction<E>>(&mut self, table: &InteractionTable<E, I>) {
        let place = match (I::COORDINATES.iter().position(|&own| own == self.coordinate), E::DIRECTIONAL) {
            (Some(place), _) => place,
            (None, true) => I::COORDINATES.len(),
            (None, false) => return,
        };
        let z = coordinates::<E, I, L>(self.draws);
        let values = self.values[table.first * L::WIDTH..].chunks_exact(L::WIDTH);
        for (numbers, value) in table.numbers.iter().zip(values) {
            let moved = I::stencils(&z, place, L::load(value), self.probes, numbers);
            add(self.sums, moved.as_ref());
        }
    }
}

/// Calls the generated chain rule for every row; `means` are those of the rows' numbers.
pub(super) fn pull_back<E: Estimator>(
    tables: &<E::Interactions as Interactions<E>>::Tables,
    means: &[f64],
    arguments: E::Arguments<'_>,
    out: &mut E::ArgumentGradient,
) {
    E::Interactions::visit(tables, &mut PullBack::<E> { means, arguments, out });
}

struct PullBack<'a, 'b, E: Estimator> {
    means: &'a [f64],
    arguments: E::Arguments<'b>,
    out: &'a mut E::ArgumentGradient,
}

impl<E: Estimator> InteractionVisitor<E> for PullBack<'_, '_, E> {
    fn visit<I: Interaction<E>>(&mut self, table: &InteractionTable<E, I>) {
        for row in 0..table.numbers.len() {
            let first = table.first_partial + row * I::NUMBERS;
            I::pull_back(self.arguments, row, &self.means[first..first + I::NUMBERS], self.out);
        }
    }
}

/// Numbers of the scratch for the sums of all coordinates, in the widest pack.
pub(super) const fn scratch_sums(dimension: usize, entries: usize) -> usize {
    dimension * entries * WIDEST
}
