//! Joint laws: a draw `z` of several coordinates that are not independent of one another.
//!
//! The number of coordinates is known at run time only, so `log φ` is not one scalar graph. It is one over *reductions*:
//!
//! ```text
//! log φ_θ(ω) = g( Σ_j r_1(θ_j, ω_j), …, ω'Σω )        θ_j: entry j of each vector parameter, and the scalar parameters
//! ```
//!
//! with exact scalar graphs `g` and `r_k`. The same splitting serves the sampler, which works coordinate by coordinate but
//! for one joint step, and the rules, which read sums over the entries of parameters.

use proc_macro2::Span;

use super::graph::Graph;
use super::law::{Frame, Law, Parameter, Sampler, WrittenRule};
use super::node::{DataId, Node, ParamId};
use crate::errors::Extent;

/// A number made from all coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Reduction {
    /// `Σ_j r(θ_j, ω_j)`. The graph has one output; leaves are constants, π, i, the frequency `ω_j` and parameters, of which
    /// vectors stand for their entry `j`.
    Coordinates(Graph),
    /// `ω'Σω` of a covariance matrix.
    Quadratic(ParamId),
}

/// `log φ_θ(ω)` of a joint law.
#[derive(Clone, Debug, PartialEq)]
pub struct JointLogCf {
    /// One output; leaves are constants, π, i, scalar parameters, and `Input(k)` for reduction `k`.
    pub outer: Graph,
    /// What the inputs stand for.
    pub reductions: Vec<Reduction>,
}

impl JointLogCf {
    /// Whether a leaf occurs anywhere.
    #[must_use]
    pub fn uses(&self, leaf: &Node) -> bool {
        let bodies = self.reductions.iter().filter_map(|reduction| match reduction {
            Reduction::Coordinates(body) => Some(body),
            Reduction::Quadratic(_) => None,
        });
        std::iter::once(&self.outer).chain(bodies).any(|graph| graph.iter().any(|(_, node)| node == leaf))
    }
}

/// A function of all coordinates in a sample expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JointStep {
    /// `L x`, with the lower triangular `L L' = Σ` of a covariance matrix.
    Cholesky(ParamId),
    /// `e^{x_j} / Σ_i e^{x_i}`.
    Softmax,
    /// 1 at the smallest of `x_j`, 0 elsewhere, for the states of each variable of which a simplex holds the probabilities.
    Earliest(ParamId),
}

/// How the runtime draws from a joint law.
#[derive(Clone, Debug)]
pub struct JointSampler {
    /// What is drawn for each coordinate by itself; leaves are parameters, constants and base draws.
    pub base: Sampler,
    /// What is done to all coordinates together; a law without it has independent coordinates.
    pub step: Option<JointStep>,
    /// The draw: one output; leaves are parameters, constants and `Input(0)`, the coordinate of what the step made.
    pub finish: Graph,
}

/// How a draw is made from a vector of which `log φ` is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// `z / Σ_j z_j`
    Normalised,
}

/// A parsed `#[distribution]` of a joint law.
#[derive(Clone, Debug)]
pub struct JointLaw {
    /// Name of the annotated function, such as `multivariate_gaussian`.
    pub function: String,
    /// Name of the law's type, such as `MultivariateGaussian`.
    pub name: String,
    /// Position of the function's name.
    pub span: Span,
    /// Parameters `θ` in the order of their declaration.
    pub parameters: Vec<Parameter>,
    /// `log φ_θ(ω)`: of the draw or, with an image, of what the draw is the image of.
    pub log_cf: JointLogCf,
    /// Position of the function's last expression, for faults about the whole of `log φ`.
    pub log_cf_span: Extent,
    /// How the draw is made from what has this `log φ`, if it is not that itself.
    pub image: Option<Image>,
    /// The sample expression.
    pub sampler: JointSampler,
    /// Exact rules that the author wrote beside the law, read on a function `h(⟨a, z⟩)`: points and weights are those of
    /// `h`, the draw and points stand for their products with `a`, and so does the vertex `e_k` of the entry whose rule it is,
    /// [`VERTEX`]. Points and weights are linear in the two.
    pub rules: Vec<WrittenRule>,
    /// Vector parameters whose entries are added up: in rules, parameter `P + q` of a law with `P` parameters is the sum of
    /// `totals[q]`.
    pub totals: Vec<ParamId>,
}

/// The unit vector `e_k`, in the rule of entry `k` of a vector parameter.
pub const VERTEX: Node = Node::Data(DataId(0));

/// The coordinate `z_k` of the draw, a number, in a pathwise rule of entry `k` of a vector parameter.
pub const ENTRY: Node = Node::Data(DataId(1));

impl JointLaw {
    /// Whether a draw is made of one-hot numbers.
    #[must_use]
    pub const fn is_one_hot(&self) -> bool {
        matches!(self.sampler.step, Some(JointStep::Earliest(_)))
    }
}

impl<'a> From<&'a JointLaw> for Frame<'a> {
    fn from(law: &'a JointLaw) -> Self {
        Self {
            function: &law.function,
            name: &law.name,
            span: law.span,
            parameters: &law.parameters,
            conditions: &[],
            sampler: Some(&law.sampler.base),
            joint: true,
            step: law.sampler.step,
            totals: &law.totals,
        }
    }
}

/// A parsed `#[distribution]`.
#[derive(Clone, Debug)]
pub enum Distribution {
    /// A law of one variable, `omega: Frequency`; for a vector it is applied to each coordinate.
    Scalar(Box<Law>),
    /// A joint law, `omega: &[Frequency]`.
    Joint(Box<JointLaw>),
}
