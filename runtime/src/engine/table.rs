//! What the engine keeps for each ridge term: slopes, offsets and the numbers of each row, read from the arguments once
//! for each gradient.

use super::moments::padded;
use crate::kernel::{Estimator, Ridge, RidgeVisitorMut};
use crate::lane::Scalar;

/// Rows that share the loads of a draw.
pub(crate) const BLOCK: usize = 8;

/// The slopes of a ridge term as the epilogue reads them.
#[derive(Debug, Default)]
pub(crate) struct Slopes {
    /// Number of rows `o`.
    pub(crate) rows: usize,
    /// Position of the first row among those of all terms.
    pub(crate) first: usize,
    /// Partial derivatives of one row: `h'`, then those by the numbers.
    pub(crate) partials: usize,
    /// Slopes `A_oj`, row by row and each row filled up to whole packs.
    pub(crate) exact: Vec<f64>,
    /// Slopes divided by the largest of all terms, laid out likewise, for the standard errors.
    pub(crate) unit: Vec<f32>,
}

impl Slopes {
    /// A row for each pair of coordinates, with the slope 1 at both, after `first` rows of ridge terms.
    pub(crate) fn set_pairs(&mut self, pairs: &[[usize; 2]], first: usize, dimension: usize) {
        let padded = padded(dimension);
        (self.rows, self.first, self.partials) = (pairs.len(), first, 0);
        self.exact.clear();
        self.exact.resize(pairs.len() * padded, 0.0);
        for (row, pair) in self.exact.chunks_exact_mut(padded).zip(pairs) {
            pair.iter().for_each(|&coordinate| row[coordinate] = 1.0);
        }
    }

    /// Divides the slopes by the largest.
    pub(crate) fn normalise(&mut self, largest: f64) {
        let scale = if largest > 0.0 { 1.0 / largest } else { 0.0 };
        self.unit.clear();
        self.unit.extend(self.exact.iter().map(|slope| (slope * scale) as f32));
    }
}

/// The data of a ridge term as the sample loop reads them, in the estimator's arithmetic.
#[derive(Debug)]
pub struct RidgeTable<E: Estimator, R: Ridge<E>> {
    /// Position of the first row among those of all terms.
    pub(crate) first: usize,
    /// Position of the first row's partial derivatives.
    pub(crate) first_partial: usize,
    /// Slopes `A_oj`, for each block of rows coordinate by coordinate, so that they are read in order. Rows that fill up
    /// the last block are 0.
    pub(crate) slopes: Vec<[E::Scalar; BLOCK]>,
    /// Offsets `c_o`, block by block.
    pub(crate) offsets: Vec<[E::Scalar; BLOCK]>,
    /// The numbers of each row.
    pub(crate) numbers: Vec<R::Numbers>,
}

impl<E: Estimator, R: Ridge<E>> Default for RidgeTable<E, R> {
    fn default() -> Self {
        Self { first: 0, first_partial: 0, slopes: Vec::new(), offsets: Vec::new(), numbers: Vec::new() }
    }
}

/// Fills every table from the arguments; `rows` and `partials` count what was seen so far.
pub(crate) struct Fill<'a, 'b, E: Estimator> {
    pub(crate) arguments: E::Arguments<'a>,
    pub(crate) dimension: usize,
    /// The slopes of the terms to come.
    pub(crate) slopes: std::slice::IterMut<'b, Slopes>,
    pub(crate) rows: usize,
    pub(crate) partials: usize,
    /// The largest slope, in absolute value.
    pub(crate) largest: f64,
}

impl<E: Estimator> RidgeVisitorMut<E> for Fill<'_, '_, E> {
    fn visit<R: Ridge<E>>(&mut self, table: &mut RidgeTable<E, R>) {
        let Some(all) = self.slopes.next() else { return };
        let rows = R::rows(self.arguments);
        (all.rows, all.first, all.partials) = (rows, self.rows, 1 + R::NUMBERS);
        (table.first, table.first_partial) = (self.rows, self.partials);
        self.rows += rows;
        self.partials += rows * all.partials;
        table.numbers.clear();
        table.numbers.extend((0..rows).map(|row| R::numbers(self.arguments, row)));
        let padded = padded(self.dimension);
        all.exact.resize(rows * padded, 0.0);
        let blocks = rows.div_ceil(BLOCK);
        table.slopes.resize(blocks * self.dimension, [E::Scalar::ZERO; BLOCK]);
        table.offsets.resize(blocks, [E::Scalar::ZERO; BLOCK]);
        for row in 0..rows {
            table.offsets[row / BLOCK][row % BLOCK] = E::Scalar::from_f64(R::offset(self.arguments, row));
            let exact = &mut all.exact[row * padded..row * padded + self.dimension];
            let block = &mut table.slopes[row / BLOCK * self.dimension..(row / BLOCK + 1) * self.dimension];
            for (coordinate, (exact, slopes)) in exact.iter_mut().zip(block).enumerate() {
                *exact = R::slope(self.arguments, row, coordinate);
                slopes[row % BLOCK] = E::Scalar::from_f64(*exact);
            }
        }
        self.largest = all.exact.iter().fold(self.largest, |largest, slope| largest.max(slope.abs()));
    }
}
