//! Runs the kernels of an estimator on a CUDA device.
//!
//! The macro has written an estimator's mathematics as CUDA C++; the loops are headers of this crate (folder `device`). Both
//! are compiled by NVRTC at first use ([`compile`]) and kept on disk. The tables of a run are uploaded, the kernels sum the
//! moments of every leaf and add the leaves in the one tree ([`launch`]), and the moments come back to the processor's
//! epilogue. In reproducible arithmetic they are the processor's to the bit.
//!
//! The only unsafe code is the calling of kernels and of NVRTC, whose arguments are made here.

mod compile;
mod device;
mod launch;
mod source;

pub(crate) use self::device::Device;
