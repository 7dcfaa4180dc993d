//! Uploads the tables of a run and launches its kernels.
//!
//! Leaves are run in chunks of a power of two, so that memory is bounded: each chunk's moments are added in the tree, and
//! then the chunks' sums, which gives the tree over all leaves.

use cudarc::driver::{CudaFunction, DeviceRepr, LaunchConfig, PushKernelArg};

use super::device::{Device, of_call};
use super::memory::{Plan, Staging};
use crate::backend::DeviceError;
use crate::engine::{DeviceJob, LANES, LEAF, Slopes};
use crate::lane::Scalar;

/// Rows of a block in the tables of ridge terms.
const BLOCK: usize = 8;
/// Ridge terms that a kernel takes.
pub(super) const MOST_RIDGES: usize = 8;
/// Leaves that one launch of the tree adds.
const TREE_LEAVES: usize = 1024;
/// Warps of a block of threads.
const WARPS: usize = 16;
/// Shared memory that every device gives a block.
const SHARED: usize = 48 << 10;

/// A ridge term as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RidgeTable {
    pub(super) rows: u32,
    pub(super) first: u32,
    slopes: u64,
    offsets: u64,
    numbers: u64,
}

/// The argument of the kernels, as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Job {
    key: [u32; 2],
    samples: u64,
    first_leaf: u64,
    leaves: u32,
    pub(super) dimension: u32,
    pub(super) ridge_rows: u32,
    pub(super) runs: u32,
    prepared: u64,
    theta: u64,
    numbers: u64,
    draws: u64,
    arguments: u64,
    moments: u64,
    pub(super) ridges: [RidgeTable; MOST_RIDGES],
}

// SAFETY: plain numbers, laid out as the device's struct.
unsafe impl DeviceRepr for Job {}

/// The shape of a launch by row or by moved coordinate.
struct Shape {
    config: LaunchConfig,
    /// Whether draws come from memory and not from the block itself.
    needs_draws: bool,
}

impl Device {
    /// Uploads what the arguments give, for the runs to come.
    ///
    /// # Errors
    /// [`DeviceError`] of any call, or too little memory.
    pub(crate) fn load<S: Scalar>(&mut self, job: &DeviceJob<S>, slopes: &[Slopes]) -> Result<(), DeviceError> {
        if job.ridges.len() > MOST_RIDGES {
            return Err(DeviceError::TooManyTerms { found: job.ridges.len(), limit: MOST_RIDGES });
        }
        let outline = self.outline;
        let mut staging = Staging::default();
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
        let leaves = (job.samples as usize).div_ceil(LEAF);
        let rows: Vec<usize> = job.ridges.iter().map(|ridge| ridge.rows).collect();
        let moved = outline.has_ridges && outline.coordinate_entries > 0;
        let stencils = outline.has_ridges && outline.stencils > 0;
        let needs_draws = outline.has_ridges && (stencils || self.by_row(&rows, &arguments, leaves).needs_draws);
        let of_moments = job.runs * LANES * outline.size;
        let of_draws = if needs_draws { job.dimension * LEAF * outline.size } else { 0 };
        let of_arguments = if stencils { 2 * job.ridge_rows * LEAF * outline.size } else { 0 };
        self.memory.release_samples();
        let chunk = self.chunk(leaves, of_moments + of_draws + of_arguments)?;
        let first = leaves.min(chunk);
        let Self { memory, stream, .. } = self;
        arguments.moments = memory.moments.room(stream, first * of_moments)?;
        arguments.draws = memory.draws.room(stream, first * of_draws)?;
        arguments.arguments = memory.arguments.room(stream, first * of_arguments)?;
        let sums = leaves.div_ceil(chunk) * job.runs * LANES * size_of::<f64>();
        memory.sums.room(stream, sums)?;
        memory.sums_of_sums.room(stream, sums)?;
        self.memory.plan =
            Some(Plan { arguments, rows, exact: exact.into_iter().map(at).collect(), leaves, chunk, moved });
        Ok(())
    }

    /// Runs the kernels of the sample loop; what they give stays on the device.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(crate) fn sample<S: Scalar>(&mut self, job: &DeviceJob<S>) -> Result<(), DeviceError> {
        let Some(plan) = self.memory.plan.clone() else { return Ok(()) };
        let Plan { mut arguments, leaves, chunk, moved, .. } = plan;
        let mut staging = Staging::default();
        staging.append(&job.theta);
        arguments.theta = self.memory.theta.upload(&self.stream, &staging.bytes)?;
        arguments.prepared = arguments.theta;
        arguments.key = job.key;
        let (length, chunks) = (job.runs * LANES, leaves.div_ceil(chunk));
        for index in 0..chunks {
            arguments.first_leaf = (index * chunk) as u64;
            let own = chunk.min(leaves - index * chunk);
            arguments.leaves = own as u32;
            if self.outline.has_ridges {
                if arguments.draws != 0 {
                    let warps = own * job.dimension * (LEAF / LANES);
                    self.launch(&self.kernels.draw, &arguments, self.over_warps(warps))?;
                }
                let shape = self.by_row(&plan.rows, &arguments, own);
                self.launch(&self.kernels.by_row, &arguments, shape.config)?;
                if moved {
                    self.launch(
                        &self.kernels.by_moved_coordinate,
                        &arguments,
                        self.by_moved_coordinate(&arguments, own),
                    )?;
                }
            } else {
                self.launch(&self.kernels.by_coordinate, &arguments, self.over_warps(own * job.dimension))?;
            }
            self.add_leaves(arguments.moments, own, length, index)?;
        }
        self.add_chunks(chunks, length)
    }

    /// The moments of all samples of the last run.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(crate) fn moments(&mut self) -> Result<Vec<f64>, DeviceError> {
        let length = self.memory.plan.as_ref().map_or(0, |plan| plan.arguments.runs as usize * LANES);
        self.memory.result().download(&self.stream, length)
    }

    /// Leaves of a chunk, a power of two: as many as a quarter of the free memory holds.
    fn chunk(&self, leaves: usize, bytes_of_leaf: usize) -> Result<usize, DeviceError> {
        let (free, _) = self.context.mem_get_info().map_err(of_call("cuMemGetInfo"))?;
        let fitting = (free / 4 / bytes_of_leaf.max(1)).min(TREE_LEAVES);
        if fitting == 0 {
            return Err(DeviceError::OutOfMemory { wanted: bytes_of_leaf });
        }
        Ok(leaves.next_power_of_two().min(1 << fitting.ilog2()))
    }

    /// Enough blocks for so many warps, up to what keeps the device busy; warps take the rest in turn.
    fn over_warps(&self, warps: usize) -> LaunchConfig {
        const OWN: usize = 8;
        let blocks = warps.div_ceil(OWN).clamp(1, 64 * self.multiprocessors as usize);
        LaunchConfig { grid_dim: (blocks as u32, 1, 1), block_dim: (LANES as u32, OWN as u32, 1), shared_mem_bytes: 0 }
    }

    /// Rounds of a leaf that a block takes at once: several where there are too few blocks to fill the device.
    fn slots(&self, samples: u64, blocks: usize) -> usize {
        if blocks >= 2 * self.multiprocessors as usize {
            return 1;
        }
        let rounds = (samples as usize).min(LEAF).div_ceil(LANES);
        rounds.min(4)
    }

    /// Rows of one thread, as `job.cuh` computes them.
    fn rows_of_thread(&self) -> usize {
        match self.outline.entries * self.outline.size / 4 {
            0..=12 => 4,
            13..=24 => 2,
            _ => 1,
        }
    }

    /// The launch by row for ridge terms of so many rows each.
    fn by_row(&self, rows_of_terms: &[usize], job: &Job, leaves: usize) -> Shape {
        let (rows, dimension) = (self.rows_of_thread(), job.dimension as usize);
        let groups: usize =
            rows_of_terms.iter().map(|rows_of_term| rows_of_term.div_ceil(BLOCK) * (BLOCK / rows)).sum();
        let groups = groups.max(1);
        let shared = |own: usize, slots: usize, drawn: bool| {
            let draws = if drawn { slots * dimension * LANES } else { 0 };
            let sums = if slots > 1 { own * rows * self.outline.entries * LANES } else { 0 };
            (draws + sums) * self.outline.size
        };
        let slots = self.slots(job.samples, leaves * groups.div_ceil(WARPS / 4));
        let moves = self.outline.stencils > 0;
        let options = [(slots, !moves), (1, !moves), (1, false)];
        let fits = |&(slots, drawn): &(usize, bool)| shared(groups.min(WARPS / slots), slots, drawn) <= SHARED;
        let (slots, drawn) = options.into_iter().find(fits).unwrap_or((1, false));
        let own = groups.min(WARPS / slots);
        let config = LaunchConfig {
            grid_dim: (groups.div_ceil(own) as u32, leaves as u32, 1),
            block_dim: (LANES as u32, own as u32, slots as u32),
            shared_mem_bytes: shared(own, slots, drawn) as u32,
        };
        Shape { config, needs_draws: !drawn }
    }

    fn by_moved_coordinate(&self, job: &Job, leaves: usize) -> LaunchConfig {
        let dimension = job.dimension as usize;
        let slots = self.slots(job.samples, leaves * dimension.div_ceil(WARPS / 4));
        let shared = |own: usize, slots: usize| match slots {
            1 => 0,
            _ => own * self.outline.coordinate_entries * LANES * self.outline.size,
        };
        let own = |slots: usize| dimension.min(WARPS / slots).max(1);
        let slots = if shared(own(slots), slots) <= SHARED { slots } else { 1 };
        let own = own(slots);
        LaunchConfig {
            grid_dim: (dimension.div_ceil(own) as u32, leaves as u32, 1),
            block_dim: (LANES as u32, own as u32, slots as u32),
            shared_mem_bytes: shared(own, slots) as u32,
        }
    }

    fn launch(&self, kernel: &CudaFunction, job: &Job, config: LaunchConfig) -> Result<(), DeviceError> {
        // SAFETY: the argument is the one that every such kernel takes, with pointers to live buffers of the right size.
        unsafe { self.stream.launch_builder(kernel).arg(job).launch(config) }.map_err(of_call("cuLaunchKernel"))?;
        Ok(())
    }

    /// The tree over the leaves of a chunk.
    fn add_leaves(&self, moments: u64, leaves: usize, length: usize, chunk: usize) -> Result<(), DeviceError> {
        let out = self.memory.sums.address(&self.stream) + (chunk * length * size_of::<f64>()) as u64;
        self.launch_tree(&self.kernels.tree, moments, leaves, length, out)
    }

    /// The tree over the sums of chunks; notes where its root lies.
    fn add_chunks(&mut self, mut chunks: usize, length: usize) -> Result<(), DeviceError> {
        self.memory.is_swapped = false;
        let mut addresses = [&self.memory.sums, &self.memory.sums_of_sums].map(|buffer| buffer.address(&self.stream));
        let place = |base: u64, node: usize| base + (node * length * size_of::<f64>()) as u64;
        while chunks > 1 {
            let [from, to] = addresses;
            for group in 0..chunks.div_ceil(TREE_LEAVES) {
                let first = group * TREE_LEAVES;
                let own = TREE_LEAVES.min(chunks - first);
                self.launch_tree(&self.kernels.tree_of_sums, place(from, first), own, length, place(to, group))?;
            }
            addresses.swap(0, 1);
            self.memory.is_swapped = !self.memory.is_swapped;
            chunks = chunks.div_ceil(TREE_LEAVES);
        }
        Ok(())
    }

    fn launch_tree(
        &self,
        kernel: &CudaFunction,
        nodes: u64,
        count: usize,
        length: usize,
        out: u64,
    ) -> Result<(), DeviceError> {
        let (count, numbers) = (count as u32, length as u64);
        let mut launch = self.stream.launch_builder(kernel);
        launch.arg(&nodes).arg(&count).arg(&numbers).arg(&out);
        // SAFETY: addresses of live buffers with room for `count` and one times `length` numbers.
        unsafe { launch.launch(tree_shape(length)) }.map_err(of_call("cuLaunchKernel"))?;
        Ok(())
    }
}

fn tree_shape(length: usize) -> LaunchConfig {
    LaunchConfig { grid_dim: ((length / LANES) as u32, 1, 1), block_dim: (LANES as u32, 16, 1), shared_mem_bytes: 0 }
}
