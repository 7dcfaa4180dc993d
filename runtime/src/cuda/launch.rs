//! Uploads the tables of a run, launches its kernels and downloads the moments.
//!
//! Leaves are run in chunks of a power of two, so that memory is bounded: each chunk's moments are added in the tree, and
//! then the chunks' sums, which gives the tree over all leaves.

use cudarc::driver::{CudaFunction, CudaSlice, DevicePtr, DeviceRepr, LaunchConfig, PushKernelArg, sys};

use super::device::{Device, of_call};
use crate::backend::DeviceError;
use crate::engine::{DeviceJob, LANES, LEAF};
use crate::lane::{Floats, Scalar};

/// Rows of a block in the tables of ridge terms.
const BLOCK: usize = 8;
/// Ridge terms that a kernel takes.
const MOST_RIDGES: usize = 8;
/// Leaves that one launch of the tree adds.
const TREE_LEAVES: usize = 1024;
/// Warps of a block of threads.
const WARPS: usize = 16;
/// Shared memory that every device gives a block.
const SHARED: usize = 48 << 10;
/// Tables in an upload begin at multiples of this.
const ALIGNMENT: usize = 256;

/// A ridge term as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct RidgeTable {
    rows: u32,
    first: u32,
    slopes: u64,
    offsets: u64,
    numbers: u64,
}

/// The argument of the kernels, as `job.cuh` declares it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Job {
    key: [u32; 2],
    samples: u64,
    first_leaf: u64,
    leaves: u32,
    dimension: u32,
    ridge_rows: u32,
    runs: u32,
    prepared: u64,
    theta: u64,
    numbers: u64,
    draws: u64,
    arguments: u64,
    moments: u64,
    ridges: [RidgeTable; MOST_RIDGES],
}

// SAFETY: plain numbers, laid out as the device's struct.
unsafe impl DeviceRepr for Job {}

/// Device memory that lasts from run to run.
#[derive(Default)]
pub(super) struct Memory {
    tables: Option<CudaSlice<u8>>,
    /// What `tables` holds, to upload only what changed.
    uploaded: Vec<u8>,
    moments: Option<CudaSlice<u8>>,
    draws: Option<CudaSlice<u8>>,
    arguments: Option<CudaSlice<u8>>,
    sums: Option<CudaSlice<f64>>,
    sums_of_sums: Option<CudaSlice<f64>>,
    /// The upload of the next run.
    staging: Vec<u8>,
}

/// The shape of a launch by row or by moved coordinate.
struct Shape {
    config: LaunchConfig,
    /// Whether draws come from memory and not from the block itself.
    needs_draws: bool,
}

impl Device {
    pub(super) fn run<S: Scalar>(&mut self, job: &DeviceJob<S>) -> Result<Vec<f64>, DeviceError> {
        let outline = self.outline;
        let leaves = (job.samples as usize).div_ceil(LEAF);
        let length = job.runs * LANES;
        let mut arguments = self.upload(job)?;
        let by_row = outline.has_ridges.then(|| self.by_row(job, leaves));
        let moved = outline.has_ridges && outline.coordinate_entries > 0;
        let needs_draws = by_row.as_ref().is_some_and(|shape| shape.needs_draws) || (moved && outline.stencils > 0);
        let needs_arguments = outline.has_ridges && outline.stencils > 0;
        let of_draws = if needs_draws { job.dimension * LEAF * outline.size } else { 0 };
        let of_arguments = if needs_arguments { 2 * job.ridge_rows * LEAF * outline.size } else { 0 };
        let chunk = self.chunk(leaves, length * outline.size + of_draws + of_arguments)?;
        let chunks = leaves.div_ceil(chunk);

        let first = leaves.min(chunk);
        arguments.moments = self.room(first * length * outline.size, |memory| &mut memory.moments)?;
        if needs_draws {
            arguments.draws = self.room(first * of_draws, |memory| &mut memory.draws)?;
        }
        if needs_arguments {
            arguments.arguments = self.room(first * of_arguments, |memory| &mut memory.arguments)?;
        }
        self.room_for_sums(chunks * length)?;
        for index in 0..chunks {
            arguments.first_leaf = (index * chunk) as u64;
            let own = chunk.min(leaves - index * chunk);
            arguments.leaves = own as u32;
            if outline.has_ridges {
                if needs_draws {
                    let warps = own * job.dimension * (LEAF / LANES);
                    self.launch(&self.kernels.draw, &arguments, self.over_warps(warps))?;
                }
                self.launch(&self.kernels.by_row, &arguments, self.by_row(job, own).config)?;
                if moved {
                    self.launch(&self.kernels.by_moved_coordinate, &arguments, self.by_moved_coordinate(job, own))?;
                }
            } else {
                self.launch(&self.kernels.by_coordinate, &arguments, self.over_warps(own * job.dimension))?;
            }
            self.add_leaves(own, length, index)?;
        }
        self.add_chunks(chunks, length)
    }

    /// Uploads the tables if they changed, and gives the kernels' argument that points to them.
    fn upload<S: Scalar>(&mut self, job: &DeviceJob<S>) -> Result<Job, DeviceError> {
        if job.ridges.len() > MOST_RIDGES {
            return Err(DeviceError::NoKernels { function: "", reason: "it has more than eight ridge terms" });
        }
        let staging = &mut self.memory.staging;
        staging.clear();
        let theta = append(staging, &job.theta);
        let numbers = append(staging, &job.numbers);
        let ridges: Vec<[usize; 3]> = job
            .ridges
            .iter()
            .map(|ridge| {
                [append(staging, &ridge.slopes), append(staging, &ridge.offsets), append(staging, &ridge.numbers)]
            })
            .collect();
        let wanted = self.memory.staging.len().max(ALIGNMENT);
        let base = self.room(wanted, |memory| &mut memory.tables)?;
        let Memory { tables, uploaded, staging, .. } = &mut self.memory;
        if uploaded != staging {
            if let Some(tables) = tables {
                let mut target = tables.slice_mut(0..staging.len());
                self.stream.memcpy_htod(staging.as_slice(), &mut target).map_err(of_call("cuMemcpyHtoDAsync"))?;
            }
            // The copy reads pageable memory before it returns; what is kept is compared with the next upload.
            uploaded.clone_from(staging);
        }
        let at = |offset: usize| base + offset as u64;
        let mut arguments = Job {
            key: job.key,
            samples: job.samples,
            dimension: job.dimension as u32,
            ridge_rows: job.ridge_rows as u32,
            runs: job.runs as u32,
            prepared: at(theta),
            theta: at(theta),
            numbers: at(numbers),
            ..Job::default()
        };
        for ((table, ridge), [slopes, offsets, numbers]) in arguments.ridges.iter_mut().zip(&job.ridges).zip(ridges) {
            *table = RidgeTable {
                rows: ridge.rows as u32,
                first: ridge.first as u32,
                slopes: at(slopes),
                offsets: at(offsets),
                numbers: at(numbers),
            };
        }
        Ok(arguments)
    }

    /// Leaves of a chunk, a power of two: as many as a quarter of the free memory holds.
    fn chunk(&self, leaves: usize, bytes_of_leaf: usize) -> Result<usize, DeviceError> {
        let (free, _) = self.context.mem_get_info().map_err(of_call("cuMemGetInfo"))?;
        let held = [&self.memory.moments, &self.memory.draws, &self.memory.arguments];
        let own: usize = held.into_iter().flatten().map(CudaSlice::num_bytes).sum();
        let fitting = ((free + own) / 4 / bytes_of_leaf.max(1)).min(TREE_LEAVES);
        if fitting == 0 {
            return Err(DeviceError::OutOfMemory { wanted: bytes_of_leaf });
        }
        Ok(leaves.next_power_of_two().min(1 << fitting.ilog2()))
    }

    /// Makes room for so many bytes and gives their address.
    fn room(
        &mut self,
        bytes: usize,
        buffer: impl Fn(&mut Memory) -> &mut Option<CudaSlice<u8>>,
    ) -> Result<u64, DeviceError> {
        let held = buffer(&mut self.memory);
        if held.as_ref().is_none_or(|held| held.num_bytes() < bytes) {
            // The old buffer goes first.
            *held = None;
            if bytes == 0 {
                return Ok(0);
            }
            // SAFETY: kernels write every number before it is read.
            let fresh = unsafe { self.stream.alloc::<u8>(bytes) }.map_err(of_allocation(bytes))?;
            *buffer(&mut self.memory) = Some(fresh);
            self.memory.uploaded.clear();
        }
        let held = buffer(&mut self.memory).as_ref();
        Ok(held.map_or(0, |held| held.device_ptr(&self.stream).0))
    }

    fn room_for_sums(&mut self, count: usize) -> Result<(), DeviceError> {
        let Memory { sums, sums_of_sums, .. } = &mut self.memory;
        for held in [sums, sums_of_sums] {
            if held.as_ref().is_none_or(|held| held.len() < count) {
                *held = None;
                // SAFETY: as above.
                let fresh = unsafe { self.stream.alloc::<f64>(count) };
                *held = Some(fresh.map_err(of_allocation(count * size_of::<f64>()))?);
            }
        }
        Ok(())
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
            ..=12 => 4,
            ..=24 => 2,
            _ => 1,
        }
    }

    fn by_row<S>(&self, job: &DeviceJob<S>, leaves: usize) -> Shape {
        let rows = self.rows_of_thread();
        let groups: usize = job.ridges.iter().map(|ridge| ridge.rows.div_ceil(BLOCK) * (BLOCK / rows)).sum();
        let groups = groups.max(1);
        let shared = |own: usize, slots: usize, drawn: bool| {
            let draws = if drawn { slots * job.dimension * LANES } else { 0 };
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

    fn by_moved_coordinate<S>(&self, job: &DeviceJob<S>, leaves: usize) -> LaunchConfig {
        let slots = self.slots(job.samples, leaves * job.dimension.div_ceil(WARPS / 4));
        let shared = |own: usize, slots: usize| match slots {
            1 => 0,
            _ => own * self.outline.coordinate_entries * LANES * self.outline.size,
        };
        let own = |slots: usize| job.dimension.min(WARPS / slots).max(1);
        let slots = if shared(own(slots), slots) <= SHARED { slots } else { 1 };
        let own = own(slots);
        LaunchConfig {
            grid_dim: (job.dimension.div_ceil(own) as u32, leaves as u32, 1),
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
    fn add_leaves(&mut self, leaves: usize, length: usize, chunk: usize) -> Result<(), DeviceError> {
        let Memory { moments: Some(moments), sums: Some(sums), .. } = &mut self.memory else { return Ok(()) };
        let (leaves, numbers) = (leaves as u32, length as u64);
        let mut out = sums.slice_mut(chunk * length..(chunk + 1) * length);
        let mut launch = self.stream.launch_builder(&self.kernels.tree);
        launch.arg(&*moments).arg(&leaves).arg(&numbers).arg(&mut out);
        // SAFETY: as in `launch`; the output has room for one sum of each number.
        unsafe { launch.launch(tree_shape(length)) }.map_err(of_call("cuLaunchKernel"))?;
        Ok(())
    }

    /// The tree over the sums of chunks, and the result.
    fn add_chunks(&mut self, mut chunks: usize, length: usize) -> Result<Vec<f64>, DeviceError> {
        let Memory { sums: Some(sums), sums_of_sums: Some(others), .. } = &mut self.memory else {
            return Ok(Vec::new());
        };
        let (mut from, mut to) = (sums, others);
        while chunks > 1 {
            let groups = chunks.div_ceil(TREE_LEAVES);
            for group in 0..groups {
                let own = TREE_LEAVES.min(chunks - group * TREE_LEAVES);
                let nodes = from.slice(group * TREE_LEAVES * length..(group * TREE_LEAVES + own) * length);
                let mut out = to.slice_mut(group * length..(group + 1) * length);
                let (own, numbers) = (own as u32, length as u64);
                let mut launch = self.stream.launch_builder(&self.kernels.tree_of_sums);
                launch.arg(&nodes).arg(&own).arg(&numbers).arg(&mut out);
                // SAFETY: as above.
                unsafe { launch.launch(tree_shape(length)) }.map_err(of_call("cuLaunchKernel"))?;
            }
            std::mem::swap(&mut from, &mut to);
            chunks = groups;
        }
        let mut moments = vec![0.0; length];
        self.stream.memcpy_dtoh(&from.slice(0..length), &mut moments).map_err(of_call("cuMemcpyDtoHAsync"))?;
        self.stream.synchronize().map_err(of_call("cuStreamSynchronize"))?;
        Ok(moments)
    }
}

fn tree_shape(length: usize) -> LaunchConfig {
    LaunchConfig { grid_dim: ((length / LANES) as u32, 1, 1), block_dim: (LANES as u32, 16, 1), shared_mem_bytes: 0 }
}

/// Appends numbers to an upload, and gives the place where they begin.
fn append<S: Scalar>(staging: &mut Vec<u8>, numbers: &[S]) -> usize {
    let at = staging.len().next_multiple_of(ALIGNMENT);
    staging.resize(at, 0);
    match S::floats(numbers) {
        Floats::Single(numbers) => staging.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Floats::Double(numbers) => staging.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
    }
    at
}

/// The error of an allocation.
fn of_allocation(wanted: usize) -> impl Fn(cudarc::driver::DriverError) -> DeviceError {
    move |error| match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => DeviceError::OutOfMemory { wanted },
        _ => of_call("cuMemAlloc")(error),
    }
}
