//! The exact scalar graph: the one language between the stages.
//!
//! Log characteristic functions, functions `f`, samplers, coefficients and derivatives are all values of this form:
//! numbers are exact rationals, no node names a target or the computer algebra system, and sharing is explicit.

pub mod display;
pub mod draw;
pub mod exact_rule;
pub mod graph;
pub mod joint;
pub mod law;
pub mod node;
pub mod normal_form;
pub mod verify;

pub use draw::{BaseDraw, DrawId, DrawKind, DrawSlope};
pub use exact_rule::{Coefficient, ExactRule, Origin, Radius, Stencil, StencilTerm};
pub use graph::Graph;
pub use joint::{Distribution, ENTRY, Image, JointLaw, JointLogCf, JointSampler, JointStep, Reduction, VERTEX};
pub use law::{
    Condition, Frame, Law, Parameter, ParameterKind, ParameterShape, Relation, Sampler, Support, WrittenRule,
};
pub use node::{DataId, Kummer, Node, NodeId, ParamId, Primitive, Rational};
pub use normal_form::{
    Argument, ArgumentKind, DataRef, Function, InteractionTerm, NormalForm, RidgeTerm, Rows, SeparableTerm, Whole,
    WholeReason,
};
