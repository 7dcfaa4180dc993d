//! What a device reads of a run: the same tables as the sample loop's, as plain numbers.
//!
//! The layout is that of `cuda/device/job.cuh`. A device gives back the moments of all samples, in the order of
//! [`Layout`](super::moments::Layout), and everything after the sample loop is the processor's.

use super::interactions::InteractionTable;
use super::table::RidgeTable;
use crate::kernel::{Estimator, Interaction, InteractionVisitor, Ridge, RidgeVisitor};
use crate::lane::Scalar;

/// One run of an estimator over scalars `S`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceJob<S> {
    /// The key of the random numbers.
    pub key: [u32; 2],
    /// Samples of the run.
    pub samples: u64,
    /// The number of the first sample, as the random numbers count them.
    pub first: u64,
    /// Coordinates `d`.
    pub dimension: usize,
    /// Rows of all ridge terms.
    pub ridge_rows: usize,
    /// Moments: each is a run of 32 lanes.
    pub runs: usize,
    /// The parameters of each coordinate, sums over entries included.
    pub theta: Vec<S>,
    /// The part of the value that does not depend on the draw, where a rule reads the value; otherwise 0.
    pub constant: f64,
    /// Numbers of the separable term, coordinate by coordinate.
    pub numbers: Vec<S>,
    /// The ridge terms, then the interaction terms, which have numbers only.
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
}

/// Copies the table of every ridge term, then of every interaction term.
pub(crate) struct Collect<'a, S>(pub(crate) &'a mut Vec<DeviceRidge<S>>);

impl<E: Estimator> RidgeVisitor<E> for Collect<'_, E::Scalar> {
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        self.0.push(DeviceRidge {
            rows: table.numbers.len(),
            first: table.first,
            slopes: table.slopes.as_flattened().to_vec(),
            offsets: table.offsets.as_flattened().to_vec(),
            numbers: flat(&table.numbers),
        });
    }
}

impl<E: Estimator> InteractionVisitor<E> for Collect<'_, E::Scalar> {
    fn visit<I: Interaction<E>>(&mut self, table: &InteractionTable<E, I>) {
        let numbers = flat(&table.numbers);
        self.0.push(DeviceRidge { rows: table.numbers.len(), numbers, ..DeviceRidge::default() });
    }
}

/// The numbers of all entries, one after the other.
pub(crate) fn flat<S: Scalar, A: AsRef<[S]>>(entries: &[A]) -> Vec<S> {
    entries.iter().flat_map(|entry| entry.as_ref().iter().copied()).collect()
}
