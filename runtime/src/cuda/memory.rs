//! Device memory that lasts from run to run.

use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaSlice, CudaStream, DevicePtr, DriverError, PinnedHostSlice, sys};

use super::device::of_call;
use crate::backend::DeviceError;
use crate::engine::Slopes;
use crate::lane::{Floats, Scalar};

/// Tables in an upload begin at multiples of this.
const ALIGNMENT: usize = 256;

/// The buffers of an estimator on a device.
#[derive(Default)]
pub(super) struct Memory {
    /// What the parameters give, as the host writes it, and where the device reads it if that is elsewhere.
    pub(super) inbox: Mapped,
    pub(super) theta: Buffer,
    /// What the arguments give, as the host writes it, and on the device.
    pub(super) staging: Staging,
    pub(super) tables: Buffer,
    pub(super) moments: Buffer,
    pub(super) draws: Buffer,
    pub(super) arguments: Buffer,
    pub(super) values: Buffer,
    /// The sums of chunks, and their sums.
    pub(super) sums: Buffer,
    pub(super) sums_of_sums: Buffer,
    /// The same, added over their lanes.
    pub(super) totals: Buffer,
    /// What comes back to the host.
    pub(super) outbox: Mapped,
    /// The same as `f64`, where it came back in the estimator's scalar.
    pub(super) widened: Vec<f64>,
}

/// Bytes of the device, as many as were ever wanted.
#[derive(Default)]
pub(super) struct Buffer(Option<CudaSlice<u8>>);

impl Memory {
    /// Gives back what grows with the number of samples, before it is asked how much there is.
    pub(super) fn release_samples(&mut self) {
        let Self { moments, draws, arguments, values, .. } = self;
        for buffer in [moments, draws, arguments, values] {
            buffer.0 = None;
        }
    }
}

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

    /// Asks the stream to write the first bytes of the host's to the buffer.
    pub(super) fn copy_from(&self, stream: &CudaStream, host: &Mapped, bytes: usize) -> Result<(), DeviceError> {
        copy(stream, host.address(), self.address(stream), bytes)
    }

    /// Asks the stream to bring the first bytes of the buffer back.
    pub(super) fn copy_to(&self, stream: &CudaStream, host: &Mapped, bytes: usize) -> Result<(), DeviceError> {
        copy(stream, self.address(stream), host.address(), bytes)
    }
}

/// Asks the stream to copy bytes between two addresses that the device knows.
fn copy(stream: &CudaStream, from: u64, to: u64, bytes: usize) -> Result<(), DeviceError> {
    stream.context().bind_to_thread().map_err(of_call("cuCtxSetCurrent"))?;
    // SAFETY: both have room for so many bytes; the host touches its own again once the stream is done.
    unsafe { sys::cuMemcpyAsync(to, from, bytes, stream.cu_stream()) }.result().map_err(of_call("cuMemcpyAsync"))
}

/// Bytes of the host that the device reads and writes, as many as were ever wanted.
///
/// The host looks at them only when nothing runs on the device that does: every step ends by waiting for the stream.
#[derive(Default)]
pub(super) struct Mapped(Option<(PinnedHostSlice<u8>, u64)>);

impl Mapped {
    /// Makes room for so many bytes and gives the address by which the device knows them; 0 for none.
    pub(super) fn room(&mut self, context: &Arc<CudaContext>, bytes: usize) -> Result<u64, DeviceError> {
        if bytes > 0 && self.0.as_ref().is_none_or(|(held, _)| held.len() < bytes) {
            self.0 = None;
            // SAFETY: bytes may hold anything.
            let mut held = unsafe { context.alloc_pinned_with_flags::<u8>(bytes, sys::CU_MEMHOSTALLOC_DEVICEMAP) }
                .map_err(of_call("cuMemHostAlloc"))?;
            let host = held.as_mut_ptr().map_err(of_call("cuEventSynchronize"))?;
            let mut address = 0;
            // SAFETY: writes an address; the memory was allocated to be mapped.
            unsafe { sys::cuMemHostGetDevicePointer_v2(&raw mut address, host.cast(), 0) }
                .result()
                .map_err(of_call("cuMemHostGetDevicePointer"))?;
            self.0 = Some((held, address));
        }
        Ok(self.address())
    }

    /// The address by which the device knows the bytes; 0 if none were asked for.
    pub(super) fn address(&self) -> u64 {
        self.0.as_ref().map_or(0, |(_, address)| *address)
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> Result<&[u8], DeviceError> {
        self.0.as_ref().map_or(Ok(&[]), |(held, _)| held.as_slice().map_err(of_call("cuEventSynchronize")))
    }

    /// The bytes, to be written.
    pub(super) fn bytes_mut(&mut self) -> Result<&mut [u8], DeviceError> {
        self.0.as_mut().map_or(Ok(&mut []), |(held, _)| held.as_mut_slice().map_err(of_call("cuEventSynchronize")))
    }
}

/// Tables that are uploaded together.
#[derive(Default)]
pub(super) struct Staging {
    pub(super) bytes: Vec<u8>,
}

impl Staging {
    /// Forgets all tables.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

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

/// Writes numbers as the device reads them.
pub(super) fn write<S: Scalar>(numbers: &[S], out: &mut [u8]) {
    match S::floats(numbers) {
        Floats::Single(numbers) => {
            out.as_chunks_mut().0.iter_mut().zip(numbers).for_each(|(out, number)| *out = number.to_le_bytes());
        }
        Floats::Double(numbers) => {
            out.as_chunks_mut().0.iter_mut().zip(numbers).for_each(|(out, number)| *out = number.to_le_bytes());
        }
    }
}

/// Reads numbers of `size` bytes as the device has written them.
pub(super) fn widen(bytes: &[u8], size: usize, out: &mut Vec<f64>) {
    out.clear();
    if size == size_of::<f32>() {
        out.extend(bytes.as_chunks().0.iter().map(|&number| f64::from(f32::from_le_bytes(number))));
    } else {
        out.extend(bytes.as_chunks().0.iter().map(|&number| f64::from_le_bytes(number)));
    }
}

/// The error of an allocation.
fn of_allocation(wanted: usize) -> impl Fn(DriverError) -> DeviceError {
    move |error| match error.0 {
        sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => DeviceError::OutOfMemory { wanted },
        _ => of_call("cuMemAlloc")(error),
    }
}
