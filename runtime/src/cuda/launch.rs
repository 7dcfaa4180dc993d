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

/// Leaves up to which a kernel adds them in registers.
const FEW_LEAVES: usize = 8;

/// A launch: what it goes over, its kernel and its shape.
pub(super) type Launch<'a> = (&'static str, &'a CudaFunction, LaunchConfig);

impl Device {
    /// The launches of the sample loop for so many leaves of each law, in order.
    pub(super) fn launches(&self, plan: &Plan, leaves: usize) -> impl Iterator<Item = Launch<'_>> {
        let (kernels, geometry, job) = (&self.kernels, self.geometry, &plan.job);
        let (all, dimension) = (leaves * plan.laws(), job.dimension as usize);
        let rounds = all * (LEAF / LANES);
        let alone = !geometry.outline.is_joined();
        let by_coordinate = alone.then(|| geometry.over_warps(all * dimension));
        let draw = (job.draws != 0).then(|| geometry.over_warps(rounds * dimension));
        let by_row = plan.by_row.map(|shape| shape.over(all));
        let evaluate = (job.values != 0).then(|| geometry.over_warps(rounds));
        let moved = (!alone && geometry.outline.coordinate_entries > 0)
            .then(|| geometry.by_moved_coordinate(dimension, job.samples, all));
        [
            ("by coordinate", &kernels.by_coordinate, by_coordinate),
            ("draw", &kernels.draw, draw),
            ("by row", &kernels.by_row, by_row),
            ("evaluate", &kernels.evaluate, evaluate),
            ("by moved coordinate", &kernels.by_moved_coordinate, moved),
        ]
        .into_iter()
        .filter_map(|(name, kernel, shape)| Some((name, kernel, shape?)))
    }

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
            self.launches(plan, own).try_for_each(|(_, kernel, shape)| self.launch(kernel, &job, shape))?;
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

    /// Adds `count` nodes of `length` numbers of each law, which lie from the first address on, to the second, and over their lanes to
    /// the third, if it is not 0. `few` says that the kernel is the one for a few nodes.
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
