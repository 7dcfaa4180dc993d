//! The rule of each parameter: in which form the gradient `∂_θ E f(z)` is computed, and with which coefficients.

pub mod build;
pub mod categorical;
pub mod derivation;
pub mod exponentials;
pub mod form;
pub mod joint;
pub mod opaque;
mod pathwise;
mod refusal;
mod score;
pub mod select;
mod shares;
pub mod text;
mod weak;

pub use crate::ir::{Coefficient, ExactRule, Origin, Radius, Stencil, StencilTerm};
pub use derivation::{Derivation, ParameterSeries};
pub use exponentials::Expansion;
pub use form::{Baseline, Ending, Form, LOOK_AHEAD, MAX_ORDER, RequestedForm, Rule, ScoreTerm};
