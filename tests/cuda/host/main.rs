//! The device headers, compiled for the processor, against the runtime: the same bits, with no GPU.
//!
//! `shim/cuda_on_host.h` lets g++ compile the CUDA text and runs its blocks and threads one after the other. The device's
//! operations are single IEEE ones, as the runtime's are, so every comparison is of bits; NaN counts as one number, since
//! its sign and payload are left open by IEEE.

mod driver;
mod engine;
mod estimators;
mod functions;
