//! Device memory that lasts from run to run.

use std::sync::Arc;

use cudarc::driver::{CudaSlice, CudaStream, DevicePtr, DriverError, sys};

use super::device::of_call;
use super::launch::Job;
use crate::backend::DeviceError;
use crate::engine::Slopes;
use crate::lane::{Floats, Scalar};

/// Tables in an upload begin at multiples of this.
const ALIGNMENT: usize = 256;

/// The buffers of an estimator on a device.
#[derive(Default)]
pub(super) struct Memory {
    /// What the parameters give.
    pub(super) theta: Buffer,
    /// What the arguments give.
    pub(super) tables: Buffer,
    pub(super) moments: Buffer,
    pub(super) draws: Buffer,
    pub(super) arguments: Buffer,
    /// The sums of chunks, and their sums.
    pub(super) sums: Buffer,
    pub(super) sums_of_sums: Buffer,
    /// Whether the sum of all is in `sums_of_sums`.
    pub(super) is_swapped: bool,
    /// What the contraction gives.
    pub(super) contracted: Buffer,
    pub(super) plan: Option<Plan>,
}

impl Memory {
    /// The buffer that begins with the sums over all leaves.
    pub(super) const fn result(&self) -> &Buffer {
        if self.is_swapped { &self.sums_of_sums } else { &self.sums }
    }

    /// Gives back what grows with the number of samples, before it is asked how much there is.
    pub(super) fn release_samples(&mut self) {
        let Self { moments, draws, arguments, .. } = self;
        for buffer in [moments, draws, arguments] {
            buffer.0 = None;
        }
    }
}

/// How runs with the same arguments are launched.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The argument of the kernels, but for what changes from run to run.
    pub(super) arguments: Job,
    /// Rows of each ridge term.
    pub(super) rows: Vec<usize>,
    /// Addresses of the slopes of each ridge term in `f64`, row by row.
    pub(super) exact: Vec<u64>,
    pub(super) leaves: usize,
    /// Leaves of a chunk.
    pub(super) chunk: usize,
    /// Whether coordinates have moments of their own beside rows.
    pub(super) moved: bool,
}

/// Bytes of the device, as many as were ever wanted.
#[derive(Default)]
pub(super) struct Buffer(Option<CudaSlice<u8>>);

impl Buffer {
    /// Makes room for so many bytes and gives their address; 0 for none.
    pub(super) fn room(&mut self, stream: &Arc<CudaStream>, bytes: usize) -> Result<u64, DeviceError> {
        if bytes == 0 {
            return Ok(0);
        }
        if self.0.as_ref().is_none_or(|held| held.num_bytes() < bytes) {
            // The old buffer goes first.
            self.0 = None;
            // SAFETY: every byte is written before it is read.
            self.0 = Some(unsafe { stream.alloc::<u8>(bytes) }.map_err(of_allocation(bytes))?);
        }
        Ok(self.address(stream))
    }

    /// The address; 0 if nothing was asked for.
    pub(super) fn address(&self, stream: &CudaStream) -> u64 {
        self.0.as_ref().map_or(0, |held| held.device_ptr(stream).0)
    }

    /// Writes bytes to the buffer and gives its address.
    pub(super) fn upload(&mut self, stream: &Arc<CudaStream>, bytes: &[u8]) -> Result<u64, DeviceError> {
        let address = self.room(stream, bytes.len())?;
        if let Some(held) = self.0.as_mut().filter(|_| !bytes.is_empty()) {
            let mut target = held.slice_mut(0..bytes.len());
            stream.memcpy_htod(bytes, &mut target).map_err(of_call("cuMemcpyHtoDAsync"))?;
        }
        Ok(address)
    }

    /// The first numbers of the buffer, once all that was asked of the stream is done.
    pub(super) fn download(&self, stream: &Arc<CudaStream>, count: usize) -> Result<Vec<f64>, DeviceError> {
        let mut numbers = vec![0.0; count];
        // SAFETY: any bytes are numbers, and buffers begin at multiples of 256.
        let Some(held) = self.0.as_ref().and_then(|held| unsafe { held.transmute::<f64>(count) }) else {
            return Err(DeviceError::Call {
                call: "cuMemcpyDtoHAsync",
                reason: format!("no {count} numbers were computed"),
            });
        };
        stream.memcpy_dtoh(&held, &mut numbers).map_err(of_call("cuMemcpyDtoHAsync"))?;
        stream.synchronize().map_err(of_call("cuStreamSynchronize"))?;
        Ok(numbers)
    }
}

/// Tables that are uploaded together.
#[derive(Default)]
pub(super) struct Staging {
    pub(super) bytes: Vec<u8>,
}

impl Staging {
    /// Appends numbers and gives the place where they begin.
    pub(super) fn append<S: Scalar>(&mut self, numbers: &[S]) -> usize {
        let at = self.align();
        match S::floats(numbers) {
            Floats::Single(numbers) => self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
            Floats::Double(numbers) => self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        }
        at
    }

    /// Appends the exact slopes of a ridge term, row by row without filling.
    pub(super) fn append_rows(&mut self, slopes: &Slopes, dimension: usize) -> usize {
        let at = self.align();
        if let Some(padded) = slopes.exact.len().checked_div(slopes.rows) {
            let rows = slopes.exact.chunks_exact(padded);
            self.bytes.extend(rows.flat_map(|row| &row[..dimension]).flat_map(|slope| slope.to_le_bytes()));
        }
        at
    }

    fn align(&mut self) -> usize {
        let at = self.bytes.len().next_multiple_of(ALIGNMENT);
        self.bytes.resize(at, 0);
        at
    }
}

/// The error of an allocation.
fn of_allocation(wanted: usize) -> impl Fn(DriverError) -> DeviceError {
    move |error| match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => DeviceError::OutOfMemory { wanted },
        _ => of_call("cuMemAlloc")(error),
    }
}
