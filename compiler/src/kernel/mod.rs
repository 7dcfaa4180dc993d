//! Kernel programs: everything that an estimator computes, in sections, for no target in particular.

pub mod coordinates;
pub mod cost;
mod cut;
pub mod directional;
pub mod display;
mod draws;
#[cfg(test)]
mod example;
mod interaction;
pub mod lower;
pub mod patterns;
pub mod program;
mod stencils;
pub(crate) mod tails;
pub mod verify;
mod whole;

pub use cost::{Cost, Operations};
pub use display::dump_program;
pub use lower::{lower, lower_sampler};
pub use program::{
    Directional, ExponentialSection, Inputs, InteractionSection, Moment, Place, Probe, Probes, Program, PullBack,
    RidgeSection, SeparableSection, Term, Weight, WholeSection,
};
pub use verify::verify;
