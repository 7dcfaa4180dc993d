//! The contraction on the device: from the moments of rows to a few numbers for each coordinate, so that only these come back.

use cudarc::driver::{DeviceRepr, LaunchConfig, PushKernelArg};

use super::device::{Device, of_call};
use super::launch::MOST_RIDGES;
use super::memory::Plan;
use crate::error::EstimateError;

/// Orders that the kernel takes.
const MOST_ORDERS: usize = 32;
/// Threads of a block.
const THREADS: usize = 128;

/// The argument of the kernel, as `contract.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Contraction {
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

impl Device {
    /// The sum of the values, then of each moment, for each coordinate; nothing where `errors` are wanted, which need the moments
    /// themselves.
    ///
    /// # Errors
    /// [`EstimateError::ResultNotFinite`] for a moment that is not finite, [`DeviceError`](crate::DeviceError) of any call.
    pub(crate) fn contracted(&mut self, errors: bool) -> Result<Option<Vec<f64>>, EstimateError> {
        let outline = self.outline;
        let Some(plan) = self.memory.plan.clone().filter(|_| !errors && outline.orders.len() <= MOST_ORDERS) else {
            return Ok(None);
        };
        let Plan { arguments, exact, .. } = plan;
        let dimension = arguments.dimension as usize;
        let moments = 1 + outline.orders.len() + outline.stencils;
        let blocks = dimension.div_ceil(THREADS);
        // The results, then a mark for each block, two of which take the place of a number.
        let (results, marks) = (moments * dimension, (moments * blocks).div_ceil(2));
        let out = self.memory.contracted.room(&self.stream, (results + marks) * size_of::<f64>())?;
        let mut job = Contraction {
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
            out,
            broken: out + (results * size_of::<f64>()) as u64,
        };
        job.orders[..outline.orders.len()].copy_from_slice(outline.orders);
        job.slopes[..exact.len()].copy_from_slice(&exact);
        let sums = self.memory.result().address(&self.stream);
        let shape = LaunchConfig {
            grid_dim: (blocks as u32, moments as u32, 1),
            block_dim: (THREADS as u32, 1, 1),
            shared_mem_bytes: 0,
        };
        // SAFETY: addresses of live buffers with as many numbers as the kernel reads and writes.
        unsafe { self.stream.launch_builder(&self.kernels.contract).arg(&job).arg(&sums).launch(shape) }
            .map_err(of_call("cuLaunchKernel"))?;
        let mut contracted = self.memory.contracted.download(&self.stream, results + marks)?;
        let marks = contracted.split_off(results);
        let marks = marks.iter().flat_map(|marks| [marks.to_bits() as u32, (marks.to_bits() >> 32) as u32]);
        if marks.take(moments * blocks).any(|mark| mark != 0) {
            return Err(EstimateError::ResultNotFinite {
                what: "a moment of the function or of one of its derivatives",
            });
        }
        Ok(Some(contracted))
    }
}
