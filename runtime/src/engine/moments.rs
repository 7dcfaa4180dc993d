//! Where the lane sums lie.

use super::LANES;
use super::signature::Signature;
use crate::lane::{Lane, Scalar};

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
/// A moment is a *run* of 32 lanes. A row of a ridge term has `1 + orders` of them: the value of the function, then its
/// derivatives at [`Estimator::ORDERS`](crate::Estimator::ORDERS). A coordinate has those of the separable term and of interaction
/// terms, if there are any, then one for each stencil of the exact rules. Ridge rows come first, in order of the terms, then the
/// coordinates. The value of a function that is called whole has the place of a ridge row; it has no slopes. Mixed derivatives of interaction
/// terms by a pair of coordinates have the place of a ridge row with the slope 1 at both, see
/// [`interactions`](super::interactions).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    /// Coordinates `d`.
    pub(crate) dimension: usize,
    /// Coordinates filled up to whole packs, for tables that are read by packs of coordinates.
    pub(crate) padded: usize,
    /// Runs of a ridge row: the value and the orders.
    pub(crate) entries: usize,
    /// Rows of all ridge terms, and of a function that is called whole.
    pub(crate) ridge_rows: usize,
    /// Pairs of coordinates by which interaction terms have mixed derivatives.
    pub(crate) pairs: usize,
    /// Points to which a coordinate of a function that is called whole is moved, if it is.
    pub(crate) points: Option<usize>,
    /// Whether stencils move categorical variables from state to state.
    pub(crate) states: bool,
    /// Whether stencils evaluate the function once more; score function rules do not.
    pub(crate) moves: bool,
    /// Runs of a coordinate.
    pub(crate) coordinate_entries: usize,
    /// Those of the separable term, before the stencils.
    pub(crate) separable_entries: usize,
    /// Whether derivatives with respect to the arguments are wanted.
    pub(crate) adjoints: bool,
    /// All partial derivatives of a sample.
    pub(crate) partials: usize,
    /// First partial derivative of the separable term.
    pub(crate) separable_partials: usize,
    /// Whether there are interaction terms; they may have no rows.
    pub(crate) interacts: bool,
    /// Rows of all interaction terms.
    pub(crate) interaction_rows: usize,
    /// First partial derivative of interaction terms.
    pub(crate) interaction_partials: usize,
}

impl Layout {
    /// The layout for so many rows, and partial derivatives of them, of all ridge terms and of all interaction terms.
    pub(crate) fn new(
        signature: &Signature,
        dimension: usize,
        [ridge_rows, ridge_partials]: [usize; 2],
        [interaction_rows, interaction_partials]: [usize; 2],
        adjoints: bool,
    ) -> Self {
        let entries = 1 + signature.orders.len();
        let has_separable = signature.separable.is_some() || signature.interacts;
        let separable_entries = if has_separable { entries } else { 0 };
        let before_interactions = ridge_partials + dimension * signature.separable.unwrap_or(0);
        Self {
            dimension,
            padded: padded(dimension),
            entries,
            ridge_rows: ridge_rows + usize::from(signature.whole.is_some()),
            pairs: signature.pairs.len(),
            points: signature.whole,
            states: signature.states,
            moves: signature.stencils > signature.scores.len(),
            coordinate_entries: separable_entries + signature.stencils,
            separable_entries,
            adjoints,
            partials: before_interactions + interaction_partials,
            separable_partials: ridge_partials,
            interacts: signature.interacts,
            interaction_rows,
            interaction_partials: before_interactions,
        }
    }

    /// Rows that have moments: those of ridge terms, then one for each pair of coordinates.
    pub(crate) const fn moment_rows(&self) -> usize {
        self.ridge_rows + self.pairs
    }

    /// Runs of all rows, before the first coordinate's.
    pub(crate) const fn ridge_runs(&self) -> usize {
        self.moment_rows() * self.entries
    }

    /// First run of a coordinate.
    pub(crate) const fn first_run(&self, coordinate: usize) -> usize {
        self.ridge_runs() + coordinate * self.coordinate_entries
    }

    /// Run of the first stencil of a coordinate.
    pub(crate) const fn first_stencil(&self, coordinate: usize) -> usize {
        self.first_run(coordinate) + self.separable_entries
    }

    /// The run of a coordinate's moment (of so many orders, then the stencils), if the coordinate has it by itself.
    pub(crate) const fn run(&self, orders: usize, moment: usize, coordinate: usize) -> Option<usize> {
        if moment >= orders {
            Some(self.first_stencil(coordinate) + moment - orders)
        } else if self.separable_entries > 0 {
            Some(self.first_run(coordinate) + 1 + moment)
        } else {
            None
        }
    }

    /// Draws for each sample, evaluations of interaction terms, and those of ridge rows at moved draws.
    pub(crate) const fn draws(&self) -> usize {
        self.dimension * (1 + if self.moves { self.ridge_rows } else { 0 }) + self.interaction_rows
    }

    /// Calls for each sample of a function that is called whole, if it is.
    pub(crate) fn calls(&self) -> Option<usize> {
        self.points.map(|points| 1 + self.dimension * points)
    }

    /// The numbers of all moments, for a range of `coordinates` coordinates.
    pub(crate) const fn moments(&self, coordinates: usize) -> usize {
        self.first_run(coordinates) * LANES
    }

    /// Coordinates whose draws are kept for argument gradients: they multiply the partial derivatives of ridge rows.
    pub(crate) const fn kept_draws(&self) -> usize {
        if self.ridge_rows > 0 { self.dimension } else { 0 }
    }

    /// Numbers of the adjoint sums: for a ridge row `d + 1 + K` (slopes, offset, numbers), for a coordinate of the
    /// separable term `K`.
    pub(crate) const fn adjoint_sums(&self) -> usize {
        if self.adjoints { self.partials + self.ridge_rows * self.dimension } else { 0 }
    }
}
