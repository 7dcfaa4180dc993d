//! What the engine keeps for each ridge term: slopes, offsets and the numbers of each row.

use crate::kernel::{Estimator, Ridge, RidgeVisitorMut};
use crate::lane::Scalar;

/// The data of a ridge term, read from the arguments once for each gradient.
#[derive(Debug)]
pub struct RidgeTable<E: Estimator, R: Ridge<E>> {
    /// Number of rows `o`.
    pub(crate) rows: usize,
    /// Position of the first row among the moments.
    pub(crate) first: usize,
    /// Position of the first row's partial derivatives.
    pub(crate) first_partial: usize,
    /// Slopes `A_oj` in the estimator's arithmetic, row by row.
    pub(crate) slopes: Vec<E::Scalar>,
    /// Slopes `A_oj` in `f64`, row by row, for the powers in the epilogue.
    pub(crate) exact_slopes: Vec<f64>,
    /// Offsets `c_o`.
    pub(crate) offsets: Vec<E::Scalar>,
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
}

impl<E: Estimator> RidgeVisitorMut<E> for Fill<'_, E> {
    fn visit<R: Ridge<E>>(&mut self, table: &mut RidgeTable<E, R>) {
        table.rows = R::rows(self.arguments);
        table.first = self.rows;
        table.first_partial = self.partials;
        self.rows += table.rows;
        self.partials += table.rows * (1 + R::NUMBERS);
        table.exact_slopes.clear();
        table.offsets.clear();
        table.numbers.clear();
        for row in 0..table.rows {
            table.exact_slopes.extend((0..self.dimension).map(|coordinate| R::slope(self.arguments, row, coordinate)));
            table.offsets.push(E::Scalar::from_f64(R::offset(self.arguments, row)));
            table.numbers.push(R::numbers(self.arguments, row));
        }
        table.slopes.clear();
        table.slopes.extend(table.exact_slopes.iter().map(|&slope| E::Scalar::from_f64(slope)));
    }
}
