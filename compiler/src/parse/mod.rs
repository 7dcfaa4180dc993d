//! From the user's tokens to exact graphs, with every span kept.
//!
//! All languages of logphi are one language: Rust expressions over numbers. [`expression`](self) walks them once, for log
//! characteristic functions, samplers, conditions, terms and functions `f`; what differs between these is only which
//! names and calls are in scope. The walker writes interned [`terms`](self), in which two equal expressions are one
//! entry, so that the normal form of `f` can compare slopes and factors by their number.
//!
//! A function here may fail on the user's text and never panics on it. Faults are collected: a wrong operand makes its
//! expression faulty without further complaints, and the walk goes on beside it.

mod affine;
mod call;
pub mod distribution;
pub mod draw;
mod expression;
pub mod function;
pub(crate) mod interaction;
#[cfg(test)]
pub(crate) mod interpreter;
pub mod joint;
mod joint_rule;
mod literal;
mod log_cf;
mod normalise;
pub mod opaque;
mod option_list;
pub mod options;
mod ridge;
mod rule;
mod scope;
mod sequence;
pub(crate) mod signature;
mod spelling;
pub mod term;
mod terms;
