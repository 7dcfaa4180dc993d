//! Runs the kernels of an estimator on a CUDA device.
//!
//! The macro has written an estimator's mathematics as CUDA C++; the loops are headers of this crate (folder `device`). Both
//! are compiled by NVRTC at first use ([`compile`]) and kept on disk. The tables of a run are uploaded ([`plan`]), the kernels sum the
//! moments of every leaf and add the leaves in the one tree ([`launch`]). Where standard errors are wanted the moments come back
//! to the processor's epilogue; otherwise they are contracted there ([`contract`]), and a few numbers for each coordinate come
//! back. In reproducible arithmetic all of them are the processor's to the bit.
//!
//! A [`step`] after the first is recorded as a [`graph`] and launched whole. Several laws can share a step, and several [`devices`] the
//! samples of a run.
//!
//! The only unsafe code is the calling of kernels, of the driver and of NVRTC, whose arguments are made here.

mod compile;
mod contract;
mod device;
mod devices;
mod graph;
mod launch;
mod memory;
mod plan;
mod report;
mod shape;
mod source;
mod step;

pub(crate) use self::device::count;
pub(crate) use self::devices::Devices;
pub(crate) use self::step::Found;
