//! Where samples are drawn: on this machine's processor, or on a device.

/// Who runs the sample loop. Parameters are checked, and results reduced, by the processor in both cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// The processor, on all its cores.
    #[default]
    Cpu,
    /// The CUDA device with this number. Needs the feature `cuda`, a driver and NVRTC, its compiler; whatever is missing is a
    /// [`DeviceError`] that says so.
    Cuda(usize),
    /// The CUDA devices with these numbers together, each with its own range of the samples. The result is that of one of them, to the
    /// bit in reproducible arithmetic. A number may come more than once. [`device_count`] says how many there are.
    Cudas(&'static [usize]),
}

/// The number of CUDA devices of this machine.
///
/// # Errors
/// [`DeviceError`] without the feature `cuda`, or without a driver.
pub fn device_count() -> Result<usize, DeviceError> {
    #[cfg(feature = "cuda")]
    return crate::cuda::count();
    #[cfg(not(feature = "cuda"))]
    Err(DeviceError::NotBuilt)
}

/// How a device computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arithmetic {
    /// The same operations in the same order as on the processor: same seed, same bits.
    #[default]
    Reproducible,
    /// Products and sums are fused where the compiler likes, and single precision uses the device's own `exp`, `ln` and
    /// divisions: same random words, results that differ by rounding.
    Fast,
}

/// A kernel as its compiler made it and a step launched it, from [`Prepared::kernels`](crate::Prepared::kernels).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KernelReport {
    /// What it goes over.
    pub name: &'static str,
    /// Registers of a thread.
    pub registers: u32,
    /// Bytes of a thread that did not fit in registers.
    pub local_bytes: u32,
    /// Bytes of shared memory of a block.
    pub shared_bytes: u32,
    /// Blocks of a launch.
    pub blocks: u32,
    /// Threads of a block.
    pub threads: u32,
    /// The part of a multiprocessor's warps (64 of them) that are resident at once.
    pub occupancy: f64,
}

impl std::fmt::Display for KernelReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, registers, local_bytes, shared_bytes, blocks, threads, occupancy } = self;
        write!(
            f,
            "{name}: {blocks} blocks of {threads} threads, {registers} registers, {local_bytes} bytes of local and {shared_bytes} of \
             shared memory, occupancy {:.0} %",
            100.0 * occupancy
        )
    }
}

/// Why a device could not run an estimator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The program was built for the processor only.
    #[error("a CUDA device was asked for, but this program was built without the feature `cuda` of logphi")]
    NotBuilt,
    /// A library is missing.
    #[error("a CUDA device was asked for, but {what} was not found: none of {looked_for} could be loaded ({help})")]
    NoLibrary {
        /// What the library is.
        what: &'static str,
        /// Names that were tried.
        looked_for: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// No device was named.
    #[error("CUDA devices were asked for, but none was named: `Backend::Cudas` takes their numbers")]
    NoDevices,
    /// There is no device with that number.
    #[error("CUDA device {device} was asked for, but there are {count} devices, numbered from 0")]
    NoSuchDevice {
        /// The number asked for.
        device: usize,
        /// How many devices the driver shows.
        count: usize,
    },
    /// The estimator has no kernels.
    #[error("`{function}` has no kernels for a device: {reason}")]
    NoKernels {
        /// Name of the function.
        function: &'static str,
        /// What stands in the way.
        reason: &'static str,
    },
    /// The estimator has more ridge terms than a kernel takes.
    #[error("the function has {found} ridge terms, but a kernel takes at most {limit}")]
    TooManyTerms {
        /// How many it has.
        found: usize,
        /// How many a kernel takes.
        limit: usize,
    },
    /// The kernels do not compile: a fault of logphi, not of its user.
    #[error(
        "the kernels of `{function}` do not compile, which is a fault of logphi; please report this text with its log:\n{log}\n{source_text}"
    )]
    Compile {
        /// Name of the function.
        function: &'static str,
        /// What the compiler said.
        log: String,
        /// The estimator's text.
        source_text: String,
    },
    /// The device has too little free memory.
    #[error("the device has too little free memory: {wanted} bytes were asked for")]
    OutOfMemory {
        /// Bytes of the allocation that failed.
        wanted: usize,
    },
    /// A call of the driver failed.
    #[error("{call} failed: {reason}")]
    Call {
        /// The call.
        call: &'static str,
        /// What the driver said.
        reason: String,
    },
}
