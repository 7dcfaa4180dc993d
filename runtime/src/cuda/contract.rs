//! The contraction on the device: from the moments of rows to a few numbers for each coordinate, so that only these come back.

use cudarc::driver::{CudaFunction, DeviceRepr, LaunchConfig, PushKernelArg};

use super::device::{Device, Outline, of_call};
use super::plan::{Job, MOST_RIDGES, Plan};
use crate::backend::DeviceError;

/// Orders that the kernel takes.
const MOST_ORDERS: usize = 32;
/// Coordinates of a block, and its warps.
const CONTRACTED: usize = 32;
const CONTRACTING: u32 = 32;

/// The argument of the kernel, as `contract.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Contraction {
    dimension: u32,
    ridge_rows: u32,
    entries: u32,
    separable_entries: u32,
    coordinate_entries: u32,
    ridges: u32,
    count: u32,
    orders: [u32; MOST_ORDERS],
    rows: [u32; MOST_RIDGES],
    first: [u32; MOST_RIDGES],
    slopes: [u64; MOST_RIDGES],
    out: u64,
    broken: u64,
}

// SAFETY: plain numbers, laid out as the device's struct.
unsafe impl DeviceRepr for Contraction {}

impl Contraction {
    /// The contraction of a law's moments, its results not placed yet; none for more orders than the kernel takes.
    pub(super) fn new(outline: &Outline, arguments: &Job, exact: &[u64]) -> Option<Self> {
        if outline.orders.len() > MOST_ORDERS {
            return None;
        }
        let mut job = Self {
            dimension: arguments.dimension,
            ridge_rows: arguments.ridge_rows,
            entries: outline.entries as u32,
            separable_entries: outline.separable_entries as u32,
            coordinate_entries: outline.coordinate_entries as u32,
            ridges: exact.len() as u32,
            count: outline.orders.len() as u32,
            orders: [0; MOST_ORDERS],
            rows: arguments.ridges.map(|ridge| ridge.rows),
            first: arguments.ridges.map(|ridge| ridge.first),
            slopes: [0; MOST_RIDGES],
            out: 0,
            broken: 0,
        };
        job.orders[..outline.orders.len()].copy_from_slice(outline.orders);
        job.slopes[..exact.len()].copy_from_slice(exact);
        Some(job)
    }

    /// The same with results at an address.
    pub(super) fn into(self, out: u64, laws: usize) -> Self {
        Self { out, broken: out + (laws * self.results() * size_of::<f64>()) as u64, ..self }
    }

    /// Numbers of the results of a law.
    pub(super) fn results(&self) -> usize {
        self.moments() * self.dimension as usize
    }

    /// Bytes of the results of so many laws, and of a mark for each block.
    pub(super) fn bytes(&self, laws: usize) -> usize {
        laws * (self.results() * size_of::<f64>() + self.marks() * size_of::<u32>())
    }

    /// Whether a block has found a moment that is not finite.
    pub(super) fn found_broken(&self, outbox: &[u8], laws: usize) -> bool {
        outbox[laws * self.results() * size_of::<f64>()..self.bytes(laws)].iter().any(|&byte| byte != 0)
    }

    fn moments(&self) -> usize {
        (1 + self.count + self.coordinate_entries - self.separable_entries) as usize
    }

    fn blocks(&self) -> usize {
        (self.dimension as usize).div_ceil(CONTRACTED)
    }

    fn marks(&self) -> usize {
        self.moments() * self.blocks()
    }
}

impl Device {
    /// Asks the stream to contract the moments, or their totals, that lie at an address.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn contract(
        &self,
        job: &Contraction,
        plan: &Plan,
        kernel: &CudaFunction,
        moments: u64,
    ) -> Result<(), DeviceError> {
        let shape = LaunchConfig {
            grid_dim: (job.blocks() as u32, job.moments() as u32, plan.job.laws),
            block_dim: (CONTRACTED as u32, CONTRACTING, 1),
            shared_mem_bytes: 0,
        };
        // SAFETY: addresses of live buffers with as many numbers as the kernel reads and writes.
        unsafe { self.stream.launch_builder(kernel).arg(job).arg(&moments).launch(shape) }
            .map_err(of_call("cuLaunchKernel"))?;
        Ok(())
    }
}
