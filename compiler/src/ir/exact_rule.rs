//! Exact rules, and the stencils that they evaluate.
//!
//! A gradient `∂_θ E f(z) = E[a(D) f](z)` is exact without any series where `a(s)` is the transform of a known signed
//! measure: `a(D) f(z)` is then a finite sum of values and low derivatives of `f` at points that an auxiliary draw has
//! moved,
//!
//! ```text
//! ∂_θ E f(z) = Σ_k c_k(θ) E[ Σ_i w_i f^(p_i)(y_i) ]
//! ```
//!
//! with points `y_i` and weights `w_i` made of the draw `z`, parameters and auxiliary base draws. The inner sum is a
//! [`Stencil`].

use super::{Graph, NodeId, Sampler};

/// One coefficient `a_n(θ)` of a rule: it multiplies `E f^(n)(z)`, no factorial inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// The order `n` of the derivative of `f`, at least 1.
    pub order: u32,
    /// `a_n(θ)`, one output; leaves are constants, π and parameters. Never identically zero.
    pub value: Graph,
}

/// `Σ_i w_i f^(p_i)(y_i)` for one coordinate, all others as they are.
#[derive(Clone, Debug)]
pub struct Stencil {
    /// Points and weights: output `2 i` is the point `y_i` of probe `i`, output `2 i + 1` its weight `w_i`. Leaves are
    /// constants, π, parameters, the draw ([`Node::Sample`](super::Node::Sample)) and base draws.
    pub numbers: Sampler,
    /// The order `p_i` of the derivative of `f` at each probe. The weights of the probes of order 0 add up to 0, so that
    /// nothing in `f` counts but what moves.
    pub orders: Vec<u32>,
}

impl Stencil {
    /// The point of a probe.
    #[must_use]
    pub fn point(&self, probe: usize) -> NodeId {
        self.numbers.graph.outputs[2 * probe]
    }

    /// The weight of a probe.
    #[must_use]
    pub fn weight(&self, probe: usize) -> NodeId {
        self.numbers.graph.outputs[2 * probe + 1]
    }

    /// The highest derivative of `f` that is evaluated.
    #[must_use]
    pub fn highest_order(&self) -> u32 {
        self.orders.iter().copied().max().unwrap_or(0)
    }
}

impl PartialEq for Stencil {
    fn eq(&self, other: &Self) -> bool {
        self.orders == other.orders
            && self.numbers.graph == other.numbers.graph
            && self.numbers.draws == other.numbers.draws
    }
}

/// A stencil with its coefficient.
#[derive(Clone, Debug, PartialEq)]
pub struct StencilTerm {
    /// `c(θ)`, one output; leaves are constants, π and parameters.
    pub coefficient: Graph,
    /// What it multiplies.
    pub stencil: Stencil,
}

/// An exact rule of one parameter: derivatives of `f` at the draw itself, and stencils.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactRule {
    /// Where it comes from.
    pub origin: Origin,
    /// Terms `a_n E f^(n)(z)`, by ascending order.
    pub derivatives: Vec<Coefficient>,
    /// Terms `c E[Σ_i w_i f^(p_i)(y_i)]`.
    pub stencils: Vec<StencilTerm>,
}

impl ExactRule {
    /// The highest derivative of `f` that is evaluated.
    #[must_use]
    pub fn highest_order(&self) -> u32 {
        let derivatives = self.derivatives.iter().map(|coefficient| coefficient.order);
        let stencils = self.stencils.iter().map(|term| term.stencil.highest_order());
        derivatives.chain(stencils).max().unwrap_or(0)
    }
}

/// The radius of convergence of `∂_θ log φ` as a power series in `s`.
///
/// The rule's series converges for functions of exponential type below it, such as `e^{λz}` with `|λ|` below it.
#[derive(Clone, Debug, PartialEq)]
pub enum Radius {
    /// The singularities are not known.
    Unknown,
    /// There are none.
    Infinite,
    /// The distance to the nearest one: one output over constants, π and parameters.
    Finite(Graph),
}

/// Up to which degree an author's rule is checked on polynomials.
pub const CHECKED_DEGREE: u32 = 12;

/// The same for a joint law, whose polynomials are those in three coordinates.
pub const JOINT_CHECKED_DEGREE: u32 = 8;

/// Where an exact rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The log characteristic function: its gradient was recognised as the transform of a measure.
    Transform,
    /// The law's author, who wrote it beside the law; checked on polynomials up to a degree.
    Author {
        /// The highest degree that was checked.
        degree: u32,
    },
    /// The characteristic function is a finite sum of exponentials (Theorem 2 of the paper).
    FiniteSupport,
}
