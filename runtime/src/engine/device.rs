//! What a device reads of a run: the same tables as the sample loop's, as plain numbers.
//!
//! The layout is that of `cuda/device/job.cuh`. A device gives back the moments of all samples, in the order of
//! [`Layout`](super::moments::Layout), and everything after the sample loop is the processor's. Where nobody asks for the
//! moments, it may also contract them, and give back the derivatives for each coordinate.

use super::table::{RidgeTable, Slopes};
use crate::kernel::{Estimator, Ridge, RidgeVisitor};
use crate::lane::Scalar;

/// One run of an estimator over scalars `S`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceJob<S> {
    /// The key of the random numbers.
    pub key: [u32; 2],
    /// Samples of the run.
    pub samples: u64,
    /// Coordinates `d`.
    pub dimension: usize,
    /// Rows of all ridge terms.
    pub ridge_rows: usize,
    /// Moments: each is a run of 32 lanes.
    pub runs: usize,
    /// Runs of a ridge row: the value and the orders.
    pub entries: usize,
    /// Runs of a coordinate, and those of the separable term among them.
    pub coordinate_entries: usize,
    /// See `coordinate_entries`.
    pub separable_entries: usize,
    /// The orders of the derivatives, after the value.
    pub orders: &'static [u32],
    /// Whether the moments themselves are needed, for standard errors or second derivatives.
    pub needs_moments: bool,
    /// The parameters of each coordinate, sums over entries included.
    pub theta: Vec<S>,
    /// Numbers of the separable term, coordinate by coordinate.
    pub numbers: Vec<S>,
    /// The ridge terms.
    pub ridges: Vec<DeviceRidge<S>>,
}

/// The tables of a ridge term.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceRidge<S> {
    /// Rows of this term.
    pub rows: usize,
    /// Position of the first among those of all terms.
    pub first: usize,
    /// Slopes `A_oj`: in blocks of eight rows, coordinate by coordinate, the eight rows of a block side by side.
    pub slopes: Vec<S>,
    /// Offsets `c_o`, filled up to whole blocks.
    pub offsets: Vec<S>,
    /// The numbers of each row.
    pub numbers: Vec<S>,
    /// Slopes row by row, as they are.
    pub exact: Vec<f64>,
}

/// What a device gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Elsewhere {
    /// The lane sums of all samples: `runs` runs of 32 lanes.
    Moments(Vec<f64>),
    /// What the contraction makes of them; only if moments are not needed.
    Derivatives {
        /// The values of all rows and coordinates, added up over all samples.
        value: f64,
        /// Sums over all samples: for each order, then each stencil, one for each coordinate.
        sums: Vec<f64>,
    },
}

/// Copies the table of every ridge term.
pub(crate) struct Collect<'a, S> {
    pub(crate) slopes: std::slice::Iter<'a, Slopes>,
    pub(crate) dimension: usize,
    pub(crate) padded: usize,
    pub(crate) ridges: Vec<DeviceRidge<S>>,
}

impl<E: Estimator> RidgeVisitor<E> for Collect<'_, E::Scalar> {
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let Some(slopes) = self.slopes.next() else { return };
        let rows = slopes.exact.chunks_exact(self.padded).take(slopes.rows);
        self.ridges.push(DeviceRidge {
            exact: rows.flat_map(|row| row[..self.dimension].iter().copied()).collect(),
            rows: table.numbers.len(),
            first: table.first,
            slopes: table.slopes.as_flattened().to_vec(),
            offsets: table.offsets.as_flattened().to_vec(),
            numbers: flat(&table.numbers),
        });
    }
}

/// The numbers of all entries, one after the other.
pub(crate) fn flat<S: Scalar, A: AsRef<[S]>>(entries: &[A]) -> Vec<S> {
    entries.iter().flat_map(|entry| entry.as_ref().iter().copied()).collect()
}
