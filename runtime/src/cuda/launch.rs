//! Launches the kernels of a step.
//!
//! Leaves are run in chunks of a power of two, so that memory is bounded: each chunk's moments are added in the tree, and
//! then the chunks' sums, which gives the tree over all leaves. Several laws are run side by side, as blocks of one launch.

use cudarc::driver::{CudaFunction, LaunchConfig, PushKernelArg};

use super::device::{Device, of_call};
use super::memory::Buffer;
use super::plan::{Job, Plan, TREE_LEAVES};
use crate::backend::DeviceError;
use crate::engine::{LANES, LEAF};

/// Rows of a block in the tables of ridge terms.
const BLOCK: usize = 8;
/// The most warps of a block of threads.
const WARPS: usize = 16;
/// Blocks with the same samples from which on draws are made once, by a kernel of their own.
const MANY_BLOCKS: usize = 4;
/// Leaves up to which a kernel adds them in registers.
const FEW_LEAVES: usize = 8;
/// Shared memory that every device gives a block.
const SHARED: usize = 48 << 10;

/// The shape of a launch by row or by moved coordinate.
pub(super) struct Shape {
    pub(super) config: LaunchConfig,
    /// Whether draws come from memory and not from the block itself.
    pub(super) needs_draws: bool,
    /// Whether blocks put slopes and draws in shared memory.
    is_staged: bool,
}

impl Device {
    /// Asks the stream for the kernels of the sample loop, with the totals of all moments if they are wanted. Gives the buffer that
    /// the moments of each law begin: the sums over all leaves, in `f64`, or without totals those of the only leaf, in the
    /// estimator's scalar.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn sample(&self, plan: &Plan, totals: bool) -> Result<&Buffer, DeviceError> {
        let Plan { leaves, chunk, .. } = *plan;
        let (mut job, laws) = (plan.job, plan.laws());
        let (length, chunks) = (plan.length(), leaves.div_ceil(chunk));
        for index in 0..chunks {
            job.first_leaf = (plan.first_leaf + index * chunk) as u64;
            let own = chunk.min(leaves - index * chunk);
            job.leaves = own as u32;
            let all = own * laws;
            if self.outline.has_ridges || self.outline.has_scores {
                if job.draws != 0 {
                    let warps = all * job.dimension as usize * (LEAF / LANES);
                    self.launch(&self.kernels.draw, &job, self.over_warps(warps))?;
                }
                if self.outline.has_ridges {
                    let shape = self.by_row(&plan.rows, &job, all);
                    job.is_staged = shape.is_staged.into();
                    self.launch(&self.kernels.by_row, &job, shape.config)?;
                }
                if job.values != 0 {
                    self.launch(&self.kernels.evaluate, &job, self.over_warps(all * (LEAF / LANES)))?;
                }
                if plan.moved {
                    self.launch(&self.kernels.by_moved_coordinate, &job, self.by_moved_coordinate(&job, all))?;
                }
            } else {
                self.launch(&self.kernels.by_coordinate, &job, self.over_warps(all * job.dimension as usize))?;
            }
            if leaves == 1 && !totals {
                return Ok(&self.memory.moments);
            }
            let out = self.memory.sums.address(&self.stream) + (index * length * size_of::<f64>()) as u64;
            let totals = if chunks == 1 { self.memory.totals.address(&self.stream) } else { 0 };
            let few = own <= FEW_LEAVES;
            let kernel = if few { &self.kernels.few_leaves } else { &self.kernels.tree };
            self.launch_tree(kernel, few, [job.moments, out, totals], own, length, laws)?;
        }
        self.add_chunks(chunks, length)
    }

    /// Enough blocks for so many warps, up to what keeps the device busy; warps take the rest in turn.
    pub(super) fn over_warps(&self, warps: usize) -> LaunchConfig {
        const OWN: usize = 8;
        let blocks = warps.div_ceil(OWN).clamp(1, 64 * self.multiprocessors as usize);
        LaunchConfig { grid_dim: (blocks as u32, 1, 1), block_dim: (LANES as u32, OWN as u32, 1), shared_mem_bytes: 0 }
    }

    /// Whether so many blocks of a warp each leave the device with little to do.
    fn is_small(&self, warps: usize) -> bool {
        warps < 16 * self.multiprocessors as usize
    }

    /// Rounds of a leaf that a block takes at once: several where there are too few blocks to fill the device.
    fn slots(&self, samples: u64, warps: usize) -> usize {
        match (samples as usize).min(LEAF).div_ceil(LANES) {
            _ if !self.is_small(warps) => 1,
            0..8 => 4,
            _ => 8,
        }
    }

    /// Rows of one thread, as `job.cuh` computes them.
    fn rows_of_thread(&self) -> usize {
        match self.outline.entries * self.outline.size / 4 {
            0..=12 => 4,
            13..=24 => 2,
            _ => 1,
        }
    }

    /// The launch by row for ridge terms of so many rows each, and so many leaves of all laws.
    pub(super) fn by_row(&self, rows_of_terms: &[usize], job: &Job, leaves: usize) -> Shape {
        let (rows, dimension) = (self.rows_of_thread(), job.dimension as usize);
        let groups: usize =
            rows_of_terms.iter().map(|rows_of_term| rows_of_term.div_ceil(BLOCK) * (BLOCK / rows)).sum();
        let groups = groups.max(1);
        let warps = if self.is_small(leaves * groups) { WARPS } else { WARPS / 2 };
        let shared = |own: usize, slots: usize, drawn: bool, staged: bool| {
            let staged = if staged { dimension * (own * rows + slots * LANES) } else { 0 };
            let prepared = if drawn { dimension * self.outline.parameters } else { 0 };
            let sums = if slots > 1 { own * rows * self.outline.entries * LANES } else { 0 };
            (staged + prepared + sums) * self.outline.size
        };
        let slots = self.slots(job.samples, leaves * groups);
        let moves = self.outline.stencils > 0;
        // Where many blocks have the same samples, each would draw them all again.
        let blocks = groups.div_ceil(warps / slots);
        let redraws = blocks >= MANY_BLOCKS && job.samples as usize >= LEAF / 2;
        let draws = !moves && !redraws;
        let options = [(slots, draws, true), (1, draws, true), (slots, false, false)];
        let own = |slots: usize| groups.min(warps / slots);
        let fits = |&(slots, drawn, staged): &(usize, bool, bool)| shared(own(slots), slots, drawn, staged) <= SHARED;
        let (slots, drawn, staged) = options.into_iter().find(fits).unwrap_or((1, false, false));
        let own = own(slots);
        let config = LaunchConfig {
            grid_dim: (groups.div_ceil(own) as u32, leaves as u32, 1),
            block_dim: (LANES as u32, own as u32, slots as u32),
            shared_mem_bytes: shared(own, slots, drawn, staged) as u32,
        };
        Shape { config, needs_draws: !drawn, is_staged: staged }
    }

    pub(super) fn by_moved_coordinate(&self, job: &Job, leaves: usize) -> LaunchConfig {
        let dimension = job.dimension as usize;
        let slots = self.slots(job.samples, leaves * dimension);
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

    /// The tree over the sums of chunks; gives the buffer that its root begins.
    fn add_chunks(&self, mut chunks: usize, length: usize) -> Result<&Buffer, DeviceError> {
        let mut buffers = [&self.memory.sums, &self.memory.sums_of_sums];
        while chunks > 1 {
            let place = |buffer: usize, node: usize| {
                buffers[buffer].address(&self.stream) + (node * length * size_of::<f64>()) as u64
            };
            for group in 0..chunks.div_ceil(TREE_LEAVES) {
                let first = group * TREE_LEAVES;
                let own = TREE_LEAVES.min(chunks - first);
                let totals = if chunks <= TREE_LEAVES { self.memory.totals.address(&self.stream) } else { 0 };
                let places = [place(0, first), place(1, group), totals];
                self.launch_tree(&self.kernels.tree_of_sums, false, places, own, length, 1)?;
            }
            buffers.swap(0, 1);
            chunks = chunks.div_ceil(TREE_LEAVES);
        }
        Ok(buffers[0])
    }

    /// Adds `count` nodes (`few` by the kernel for a few) of `length` numbers of each law, which lie from the first address on, to the second, and over their lanes
    /// to the third, if it is not 0.
    fn launch_tree(
        &self,
        kernel: &CudaFunction,
        few: bool,
        [nodes, out, totals]: [u64; 3],
        count: usize,
        length: usize,
        laws: usize,
    ) -> Result<(), DeviceError> {
        let (count, numbers) = (count as u32, length as u64);
        // Runs of a block, and its warps.
        let (runs, warps) = if few { (8, 8) } else { (1, 16) };
        let shape = LaunchConfig {
            grid_dim: ((length / LANES).div_ceil(runs) as u32, laws as u32, 1),
            block_dim: (LANES as u32, warps, 1),
            shared_mem_bytes: 0,
        };
        let mut launch = self.stream.launch_builder(kernel);
        launch.arg(&nodes).arg(&count).arg(&numbers).arg(&out).arg(&totals);
        // SAFETY: addresses of live buffers with room for `count` and one times `length` numbers of each law.
        unsafe { launch.launch(shape) }.map_err(of_call("cuLaunchKernel"))?;
        Ok(())
    }
}
