//! What generated code implements: a law draws, an estimator knows coefficients and derivatives.
//!
//! Generated code holds the mathematics and no loop; the engine in [`crate::engine`] holds the loops and no mathematics.
//! Every function that runs once for each sample is generic over a [`Lane`](crate::lane::Lane), so that one text serves every pack width.

mod estimator;
mod gradient;
mod interaction;
mod law;
mod ridge;
mod separable;
mod term_list;

pub use estimator::{Estimator, Moment, Score, TermInfo};
pub use gradient::ArgumentGradient;
pub use interaction::{Interaction, InteractionVisitor, InteractionVisitorMut, Interactions};
pub use law::{Domain, Law, ParameterInfo, Sampled};
pub use ridge::{Ridge, RidgeAdjoint, RidgeVisitor, RidgeVisitorMut, Ridges};
pub use separable::{Nothing, Separable};
