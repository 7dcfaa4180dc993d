//! Where the lane sums lie.

use super::LANES;
use crate::kernel::{Estimator, Separable};
use crate::lane::{Lane, Scalar};

/// The lane sums of a run: those of its only leaf as they are, or those of a tree of leaves.
///
/// What reads them converts to `f64`, which is exact, so that a run of one leaf needs no wider copy.
#[derive(Clone, Copy)]
pub(crate) enum Moments<'a, S> {
    Leaf(&'a [S]),
    Tree(&'a [f64]),
}

/// The runs of lanes in a buffer.
#[inline(always)]
pub(crate) fn runs<S>(buffer: &[S]) -> &[[S; LANES]] {
    buffer.as_chunks().0
}

/// The first pack of `lanes`, in another precision.
#[inline(always)]
pub(crate) fn convert<S: Scalar, L: Lane>(lanes: &[S]) -> L {
    let lanes = &lanes[..L::WIDTH];
    let mut converted = [L::Scalar::ZERO; super::leaf::WIDEST];
    for lane in 0..L::WIDTH {
        converted[lane] = L::Scalar::from_f64(lanes[lane].to_f64());
    }
    L::load(&converted)
}

/// Coordinates filled up to whole packs of any width.
pub(crate) const fn padded(dimension: usize) -> usize {
    dimension.next_multiple_of(super::leaf::WIDEST)
}

/// Places of moments and partial derivatives in the flat buffers.
///
/// A *row* is a row of a ridge term or a coordinate of the separable term. Its moments are `(1 + orders)` runs of 32
/// lanes: the value of the function, then its derivatives at [`Estimator::ORDERS`]. Ridge rows come first, in order of
/// the terms, then the coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    /// Coordinates `d`.
    pub(crate) dimension: usize,
    /// Coordinates filled up to whole packs, for tables that are read by packs of coordinates.
    pub(crate) padded: usize,
    /// The value and the orders.
    pub(crate) entries: usize,
    /// All rows.
    pub(crate) rows: usize,
    /// Row of the first coordinate of the separable term.
    pub(crate) separable_first: usize,
    /// Whether derivatives with respect to the arguments are wanted.
    pub(crate) adjoints: bool,
    /// All partial derivatives of a sample.
    pub(crate) partials: usize,
    /// First partial derivative of the separable term.
    pub(crate) separable_partials: usize,
}

impl Layout {
    /// The layout for `ridge_rows` rows with `ridge_partials` partial derivatives in all ridge terms.
    pub(crate) fn new<E: Estimator>(
        dimension: usize,
        ridge_rows: usize,
        ridge_partials: usize,
        adjoints: bool,
    ) -> Self {
        let (separable_rows, numbers) = if E::Separable::PRESENT { (dimension, E::Separable::NUMBERS) } else { (0, 0) };
        Self {
            dimension,
            padded: padded(dimension),
            entries: 1 + E::ORDERS.len(),
            rows: ridge_rows + separable_rows,
            separable_first: ridge_rows,
            adjoints,
            partials: ridge_partials + separable_rows * numbers,
            separable_partials: ridge_partials,
        }
    }

    /// Numbers of one row.
    pub(crate) const fn row_length(&self) -> usize {
        self.entries * LANES
    }
}
