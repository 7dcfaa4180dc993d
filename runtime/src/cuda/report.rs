//! What the compiler of kernels has made of an estimator.

use cudarc::driver::DriverError;

use super::device::{Device, of_call};
use super::launch::Launch;
use crate::backend::{DeviceError, KernelReport};

impl Device {
    /// The kernels of the sample loop, as the last step has launched them; none before the first.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn report(&self) -> Result<Vec<KernelReport>, DeviceError> {
        let Some(plan) = &self.plan else { return Ok(Vec::new()) };
        self.launches(plan, plan.leaves.min(plan.chunk))
            .map(|launch| report_of(launch).map_err(of_call("cuFuncGetAttribute")))
            .collect()
    }
}

fn report_of((name, kernel, shape): Launch<'_>) -> Result<KernelReport, DriverError> {
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
