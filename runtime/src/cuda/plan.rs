//! What the arguments of a run put on the device, and where everything lies for so many laws at once.

use cudarc::driver::DeviceRepr;

use super::contract::Contraction;
use super::device::{Device, of_call};
use super::shape::Rows;
use crate::backend::DeviceError;
use crate::engine::{DeviceJob, LANES, LEAF, Slopes};
use crate::lane::Scalar;

/// Ridge and interaction terms that a kernel takes.
pub(super) const MOST_RIDGES: usize = 8;
/// Leaves that one launch of the tree adds.
pub(super) const TREE_LEAVES: usize = 1024;
/// Bytes of moments that come back at once from several laws: more would be locked in the host's memory for long.
const MOST_BYTES_BACK: usize = 64 << 20;
/// Blocks of a launch in its second and third dimension.
const MOST_BLOCKS: usize = 65_535;
/// Leaves up to which the kernels read parameters from the host's memory: a copy would take longer than these few reads.
const FEW_LEAVES: usize = 2;
/// Runs of the only leaf up to which the contraction adds their lanes itself: another kernel would take longer.
const FEW_RUNS: usize = 2048;

/// A ridge term as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RidgeTable {
    pub(super) rows: u32,
    pub(super) first: u32,
    slopes: u64,
    offsets: u64,
    numbers: u64,
}

/// The argument of the kernels, as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Job {
    pub(super) key: [u32; 2],
    pub(super) samples: u64,
    pub(super) first: u64,
    pub(super) apart: u64,
    pub(super) first_leaf: u64,
    pub(super) leaves: u32,
    pub(super) laws: u32,
    pub(super) dimension: u32,
    pub(super) ridge_rows: u32,
    pub(super) runs: u32,
    pub(super) is_staged: u32,
    pub(super) prepared: u64,
    pub(super) theta: u64,
    numbers: u64,
    pub(super) draws: u64,
    arguments: u64,
    pub(super) values: u64,
    constant: f64,
    pub(super) moments: u64,
    pub(super) ridges: [RidgeTable; MOST_RIDGES],
}

// SAFETY: plain numbers, laid out as the device's struct.
unsafe impl DeviceRepr for Job {}

/// What the arguments of a function put on the device, for the runs to come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tables {
    /// The argument of the kernels, but for what hangs on the laws.
    job: Job,
    /// Rows of each ridge term.
    rows: Vec<usize>,
    /// Addresses of the slopes of each ridge term in `f64`, row by row.
    exact: Vec<u64>,
    /// The leaves of a law that are this device's: the first, and how many.
    first_leaf: usize,
    leaves: usize,
}

/// How runs of so many laws with the same arguments are launched.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The argument of the kernels, but for what changes from run to run.
    pub(super) job: Job,
    /// The shape of the launch by row, if there are ridge terms.
    pub(super) by_row: Option<Rows>,
    /// Leaves of a law, the first of them, and leaves of a chunk.
    pub(super) leaves: usize,
    pub(super) first_leaf: usize,
    pub(super) chunk: usize,
    /// Bytes of the parameters, and whether the kernels read them where the host wrote them.
    pub(super) theta: usize,
    pub(super) reads_inbox: bool,
    /// Whether the contraction reads totals that the tree has made.
    pub(super) totals: bool,
    /// The contraction; none where the moments come back.
    pub(super) contraction: Option<Contraction>,
    /// Whether the moments were asked for.
    wants_moments: bool,
}

/// What a leaf needs, of so many.
struct Needs {
    by_row: Option<Rows>,
    /// Bytes of the moments, the draws, the ridge arguments and the values of a leaf.
    bytes: [usize; 4],
}

impl Plan {
    /// Numbers of the moments of a law.
    pub(super) fn length(&self) -> usize {
        self.job.runs as usize * LANES
    }

    pub(super) fn laws(&self) -> usize {
        self.job.laws as usize
    }
}

impl Device {
    /// Uploads what the arguments give, for the runs to come.
    ///
    /// # Errors
    /// [`DeviceError`] of any call, or too little memory. Nothing can be run then.
    pub(super) fn load<S: Scalar>(&mut self, job: &DeviceJob<S>, slopes: &[Slopes]) -> Result<(), DeviceError> {
        let before = self.tables.take();
        if job.ridges.len() > MOST_RIDGES {
            return Err(DeviceError::TooManyTerms { found: job.ridges.len(), limit: MOST_RIDGES });
        }
        let staging = &mut self.memory.staging;
        staging.clear();
        let numbers = staging.append(&job.numbers);
        let places: Vec<[usize; 3]> = job
            .ridges
            .iter()
            .map(|ridge| {
                [&ridge.slopes, &ridge.offsets, &ridge.numbers].map(|numbers| staging.append(numbers.as_slice()))
            })
            .collect();
        let exact: Vec<usize> = slopes.iter().map(|slopes| staging.append_rows(slopes, job.dimension)).collect();
        let base = self.memory.tables.upload(&self.stream, &staging.bytes)?;
        let at = |offset: usize| base + offset as u64;
        let mut arguments = Job {
            samples: job.samples,
            dimension: job.dimension as u32,
            ridge_rows: job.ridge_rows as u32,
            runs: job.runs as u32,
            numbers: at(numbers),
            constant: job.constant,
            ..Job::default()
        };
        for ((table, ridge), [slopes, offsets, numbers]) in arguments.ridges.iter_mut().zip(&job.ridges).zip(places) {
            *table = RidgeTable {
                rows: ridge.rows as u32,
                first: ridge.first as u32,
                slopes: at(slopes),
                offsets: at(offsets),
                numbers: at(numbers),
            };
        }
        // Each device has a whole subtree of the leaves.
        let all = (job.samples as usize).div_ceil(LEAF);
        let width = all.div_ceil(self.parts).next_power_of_two();
        let (first_leaf, leaves) = (self.part * width, all.saturating_sub(self.part * width).min(width));
        let tables = Tables {
            job: arguments,
            rows: job.ridges.iter().take(slopes.len()).map(|ridge| ridge.rows).collect(),
            exact: exact.into_iter().map(at).collect(),
            first_leaf,
            leaves,
        };
        if before.as_ref() != Some(&tables) {
            self.forget_plan();
        }
        self.tables = Some(tables);
        Ok(())
    }

    /// The laws that are run at once, of those that are wanted: as many as memory holds the moments of, at least one. With
    /// `wants_moments` these also come back.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn laws_at_once(&mut self, wanted: usize, wants_moments: bool) -> Result<usize, DeviceError> {
        let Some(tables) = &self.tables else { return Ok(1) };
        let leaves = tables.leaves;
        if wanted == 1 || leaves > TREE_LEAVES {
            return Ok(1);
        }
        if self.plan.as_ref().is_some_and(|plan| plan.laws() == wanted) {
            return Ok(wanted);
        }
        // Whether draws are kept can hang on the number of laws.
        let [one, all] = [leaves, leaves * wanted].map(|leaves| self.needs(tables, leaves).bytes.iter().sum::<usize>());
        let of_host = tables.job.runs as usize * LANES * size_of::<f64>();
        let back = if wants_moments { MOST_BYTES_BACK / of_host.max(1) } else { wanted };
        let fitting = self.fitting(one.max(all))?.min(MOST_BLOCKS) / leaves;
        Ok(wanted.min(fitting).min(back).max(1))
    }

    /// Makes room for runs of so many laws whose parameters have so many bytes together, and whose random numbers lie `apart`
    /// samples from one another. `wants_moments` asks for moments and not for what they are contracted to.
    ///
    /// # Errors
    /// [`DeviceError`] of any call, or too little memory.
    pub(super) fn plan(
        &mut self,
        laws: usize,
        theta: usize,
        apart: u64,
        wants_moments: bool,
    ) -> Result<(), DeviceError> {
        let is_same = |plan: &Plan| {
            (plan.laws(), plan.theta, plan.job.apart, plan.wants_moments) == (laws, theta, apart, wants_moments)
        };
        if self.plan.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        let Some(tables) = &self.tables else { return Ok(()) };
        let Tables { job, first_leaf, leaves, exact, .. } = tables.clone();
        if leaves == 0 {
            return Ok(());
        }
        let Needs { by_row, bytes } = self.needs(tables, leaves.min(TREE_LEAVES) * laws);
        // Several laws have one chunk, see `laws_at_once`.
        let chunk = match self.fitting(bytes.iter().sum())?.min(TREE_LEAVES) {
            0 => return Err(DeviceError::OutOfMemory { wanted: bytes.iter().sum() }),
            _ if laws > 1 => leaves,
            fitting => leaves.next_power_of_two().min(1 << fitting.ilog2()),
        };
        let is_staged = by_row.is_some_and(|shape| shape.is_staged);
        let mut job = Job { laws: laws as u32, apart, is_staged: is_staged.into(), ..job };
        let (first, length) = (leaves.min(chunk) * laws, job.runs as usize * LANES);
        let Self { memory, stream, context, geometry, .. } = self;
        let [of_moments, of_draws, of_arguments, of_values] = bytes;
        job.moments = memory.moments.room(stream, first * of_moments)?;
        job.draws = memory.draws.room(stream, first * of_draws)?;
        job.arguments = memory.arguments.room(stream, first * of_arguments)?;
        job.values = memory.values.room(stream, first * of_values)?;
        let sums = leaves.div_ceil(chunk) * laws * length * size_of::<f64>();
        memory.sums.room(stream, sums)?;
        memory.sums_of_sums.room(stream, sums)?;
        memory.totals.room(stream, laws * job.runs as usize * size_of::<f64>())?;
        let inbox = memory.inbox.room(context, theta)?;
        let reads_inbox = leaves * laws <= FEW_LEAVES;
        job.theta = if reads_inbox { inbox } else { memory.theta.room(stream, theta)? };
        job.prepared = job.theta;
        let contraction = if wants_moments { None } else { Contraction::new(&geometry.outline, &job, &exact) };
        let back = contraction.as_ref().map_or(laws * length * size_of::<f64>(), |contraction| contraction.bytes(laws));
        let outbox = memory.outbox.room(context, back)?;
        let contraction = contraction.map(|contraction| contraction.into(outbox, laws));
        let totals = leaves > 1 || job.runs as usize > FEW_RUNS;
        self.plan = Some(Plan {
            job,
            by_row,
            leaves,
            first_leaf,
            chunk,
            theta,
            reads_inbox,
            totals,
            contraction,
            wants_moments,
        });
        Ok(())
    }

    /// Forgets the plan and what was recorded of it.
    pub(super) fn forget_plan(&mut self) {
        (self.plan, self.graph, self.has_run) = (None, None, false);
    }

    /// What a leaf needs, of so many of all laws.
    fn needs(&self, tables: &Tables, leaves: usize) -> Needs {
        let (outline, job) = (self.geometry.outline, &tables.job);
        let (moments, dimension) = (job.runs as usize * LANES, job.dimension as usize);
        let by_row = outline.has_ridges.then(|| self.geometry.by_row(&tables.rows, dimension, job.samples, leaves));
        let stencils = outline.has_ridges && outline.stencils > 0;
        let keeps = outline.has_scores || outline.has_interactions || by_row.is_some_and(|shape| shape.needs_draws);
        let draws = if keeps { dimension * LEAF } else { 0 };
        let arguments = if stencils { 2 * job.ridge_rows as usize * LEAF } else { 0 };
        let values = if outline.has_scores { LEAF } else { 0 };
        Needs { by_row, bytes: [moments, draws, arguments, values].map(|numbers| numbers * outline.size) }
    }

    /// How many times a quarter of the free memory holds so many bytes. The plan's own are given back first.
    fn fitting(&mut self, bytes: usize) -> Result<usize, DeviceError> {
        self.forget_plan();
        self.memory.release_samples();
        let (free, _) = self.context.mem_get_info().map_err(of_call("cuMemGetInfo"))?;
        Ok(free / 4 / bytes.max(1))
    }
}
