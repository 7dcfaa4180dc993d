//! What the engine keeps for each ridge term: slopes, offsets and the numbers of each row.

use super::moments::padded;
use crate::kernel::{Estimator, Ridge, RidgeVisitorMut};
use crate::lane::Scalar;

/// Rows that share the loads of a draw.
pub(crate) const BLOCK: usize = 8;

/// The data of a ridge term, read from the arguments once for each gradient.
#[derive(Debug)]
pub struct RidgeTable<E: Estimator, R: Ridge<E>> {
    /// Number of rows `o`.
    pub(crate) rows: usize,
    /// Position of the first row among the moments.
    pub(crate) first: usize,
    /// Position of the first row's partial derivatives.
    pub(crate) first_partial: usize,
    /// Slopes `A_oj` in the estimator's arithmetic, for each block of rows coordinate by coordinate, so that the sample
    /// loop reads them in order. Rows that fill up the last block are 0.
    pub(crate) slopes: Vec<[E::Scalar; BLOCK]>,
    /// Slopes `A_oj` in `f64`, row by row and each row filled up to whole packs, for the powers in the epilogue.
    pub(crate) exact_slopes: Vec<f64>,
    /// Slopes divided by the largest of all terms, laid out like `exact_slopes`, for the standard errors.
    pub(crate) unit_slopes: Vec<f32>,
    /// Offsets `c_o`, block by block.
    pub(crate) offsets: Vec<[E::Scalar; BLOCK]>,
    /// The numbers of each row.
    pub(crate) numbers: Vec<R::Numbers>,
}

impl<E: Estimator, R: Ridge<E>> Default for RidgeTable<E, R> {
    fn default() -> Self {
        Self {
            rows: 0,
            first: 0,
            first_partial: 0,
            slopes: Vec::new(),
            exact_slopes: Vec::new(),
            unit_slopes: Vec::new(),
            offsets: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

/// Fills every table from the arguments; `rows` and `partials` count what was seen so far.
pub(crate) struct Fill<'a, E: Estimator> {
    pub(crate) arguments: E::Arguments<'a>,
    pub(crate) dimension: usize,
    pub(crate) rows: usize,
    pub(crate) partials: usize,
    /// The largest slope, in absolute value.
    pub(crate) largest: f64,
}

impl<E: Estimator> RidgeVisitorMut<E> for Fill<'_, E> {
    fn visit<R: Ridge<E>>(&mut self, table: &mut RidgeTable<E, R>) {
        table.rows = R::rows(self.arguments);
        table.first = self.rows;
        table.first_partial = self.partials;
        self.rows += table.rows;
        self.partials += table.rows * (1 + R::NUMBERS);
        table.numbers.clear();
        table.numbers.extend((0..table.rows).map(|row| R::numbers(self.arguments, row)));
        let padded = padded(self.dimension);
        table.exact_slopes.resize(table.rows * padded, 0.0);
        let blocks = table.rows.div_ceil(BLOCK);
        table.slopes.resize(blocks * self.dimension, [E::Scalar::ZERO; BLOCK]);
        table.offsets.resize(blocks, [E::Scalar::ZERO; BLOCK]);
        for row in 0..table.rows {
            table.offsets[row / BLOCK][row % BLOCK] = E::Scalar::from_f64(R::offset(self.arguments, row));
            let exact = &mut table.exact_slopes[row * padded..row * padded + self.dimension];
            let block = &mut table.slopes[row / BLOCK * self.dimension..(row / BLOCK + 1) * self.dimension];
            for (coordinate, (exact, slopes)) in exact.iter_mut().zip(block).enumerate() {
                *exact = R::slope(self.arguments, row, coordinate);
                slopes[row % BLOCK] = E::Scalar::from_f64(*exact);
            }
        }
        self.largest = table.exact_slopes.iter().fold(self.largest, |largest, slope| largest.max(slope.abs()));
    }
}

/// Divides the slopes of every table by the largest.
pub(crate) struct Normalise {
    pub(crate) largest: f64,
}

impl<E: Estimator> RidgeVisitorMut<E> for Normalise {
    fn visit<R: Ridge<E>>(&mut self, table: &mut RidgeTable<E, R>) {
        let scale = if self.largest > 0.0 { 1.0 / self.largest } else { 0.0 };
        table.unit_slopes.clear();
        table.unit_slopes.extend(table.exact_slopes.iter().map(|slope| (slope * scale) as f32));
    }
}
