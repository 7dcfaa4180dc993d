//! What the compiler of kernels has made of an estimator.

use cudarc::driver::{CudaFunction, DriverError, LaunchConfig};

use super::device::{Device, of_call};
use crate::backend::{DeviceError, KernelReport};

impl Device {
    /// The kernels of the sample loop, as the last step has launched them; none before the first.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn report(&self) -> Result<Vec<KernelReport>, DeviceError> {
        let Some(plan) = &self.plan else { return Ok(Vec::new()) };
        let (kernels, leaves) = (&self.kernels, plan.leaves.min(plan.chunk) * plan.laws());
        let dimension = plan.job.dimension as usize;
        let mut launches = Vec::new();
        if self.outline.has_ridges || self.outline.has_scores {
            if plan.job.draws != 0 {
                launches.push(("draw", &kernels.draw, self.over_warps(leaves * dimension)));
            }
            if self.outline.has_ridges {
                launches.push(("by row", &kernels.by_row, self.by_row(&plan.rows, &plan.job, leaves).config));
            }
            if plan.job.values != 0 {
                launches.push(("evaluate", &kernels.evaluate, self.over_warps(leaves)));
            }
            if plan.moved {
                let shape = self.by_moved_coordinate(&plan.job, leaves);
                launches.push(("by moved coordinate", &kernels.by_moved_coordinate, shape));
            }
        } else {
            launches.push(("by coordinate", &kernels.by_coordinate, self.over_warps(leaves * dimension)));
        }
        launches
            .into_iter()
            .map(|(name, kernel, shape)| self.report_of(name, kernel, shape).map_err(of_call("cuFuncGetAttribute")))
            .collect()
    }

    fn report_of(
        &self,
        name: &'static str,
        kernel: &CudaFunction,
        shape: LaunchConfig,
    ) -> Result<KernelReport, DriverError> {
        const WARPS_OF_A_MULTIPROCESSOR: u32 = 64;
        let (x, y, z) = shape.block_dim;
        let threads = x * y * z;
        let dynamic = shape.shared_mem_bytes as usize;
        let blocks = kernel.occupancy_max_active_blocks_per_multiprocessor(threads, dynamic, None)?;
        Ok(KernelReport {
            name,
            registers: kernel.num_regs()?.unsigned_abs(),
            local_bytes: kernel.local_size_bytes()?.unsigned_abs(),
            shared_bytes: kernel.shared_size_bytes()?.unsigned_abs() + shape.shared_mem_bytes,
            blocks: shape.grid_dim.0 * shape.grid_dim.1,
            threads,
            occupancy: f64::from(blocks * threads.div_ceil(x)) / f64::from(WARPS_OF_A_MULTIPROCESSOR),
        })
    }
}
