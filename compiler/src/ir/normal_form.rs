//! The normal form of `f`: ridge terms, separable terms and interaction terms,
//!
//! ```text
//! f(z) = Σ_o h_o(⟨A_o, z⟩ + c_o; y_o) + Σ_j g_j(z_j; t_j) + Σ_o k_o(z_a, z_b, …; y_o) + constant
//! ```
//!
//! because then `∂_j^n f = Σ_o A_oj^n h_o^(n)(u_o) + g_j^(n)(z_j) + Σ_o ∂_j^n k_o`, and everything that the samples contribute is
//! the moments `E h_o^(n)(u_o)`, `E g_j^(n)(z_j)` and `E Σ_o ∂_j^n k_o`. An interaction term reads a few coordinates that the
//! function names, `z[0]` and `z[3]`. A function that is opaque has no terms: it is called whole.

use proc_macro2::Span;

use super::graph::Graph;
use crate::errors::Extent;

/// Type of an argument of `f` other than the draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgumentKind {
    /// `f64`
    Scalar,
    /// `&[f64]`
    Slice,
    /// `&Matrix`
    Matrix,
    /// Any other type: of a function that is called whole, to which the argument is only handed on.
    Any,
}

/// An argument of `f` other than the draw.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Name in the signature.
    pub name: String,
    /// Type.
    pub kind: ArgumentKind,
    /// The name's position in the signature.
    pub span: Span,
}

/// A number that does not depend on the draw: an argument at a place, or a unit vector's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataRef {
    /// A scalar argument.
    Scalar(usize),
    /// Entry `o` of a slice that runs along the rows of a ridge term.
    Row(usize),
    /// Entry `j` of a slice that runs along the coordinates.
    Coordinate(usize),
    /// Entry `(o, j)` of a matrix.
    Entry(usize),
    /// 1 at coordinate `j` equal to the index, else 0: the slope of `z[index]`.
    Unit(usize),
}

/// Which rows a ridge term is summed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// A single row.
    One,
    /// One row for each row of these matrices and entry of these slices (argument indices; all lengths must agree).
    Along(Vec<usize>),
}

/// `Σ_o h(⟨A_o, z⟩ + c_o; …)`.
#[derive(Clone, Debug)]
pub struct RidgeTerm {
    /// The rows `o`.
    pub rows: Rows,
    /// `A_oj`, one output; leaves are constants, π and data.
    pub slope: Graph,
    /// `c_o`, one output; leaves are constants, π and data that do not run along coordinates.
    pub offset: Graph,
    /// `h`, one output; leaves are constants, π, the ridge argument and data that do not run along coordinates.
    pub function: Graph,
}

/// `Σ_j g(z_j; …)`.
#[derive(Clone, Debug)]
pub struct SeparableTerm {
    /// Slices that run along the coordinates (argument indices; all lengths must equal the dimension).
    pub along: Vec<usize>,
    /// `g`, one output; leaves are constants, π, the sample and data that do not run along rows.
    pub function: Graph,
}

/// `Σ_o k(z_a, z_b, …; …)`.
#[derive(Clone, Debug)]
pub struct InteractionTerm {
    /// The rows `o`.
    pub rows: Rows,
    /// The coordinates `a`, `b`, …, ascending, at least two.
    pub coordinates: Vec<usize>,
    /// `k`, one output; leaves are constants, π, [`Coordinate`](super::Node::Coordinate) and data that do not run along
    /// coordinates.
    pub function: Graph,
    /// What couples the coordinates in the source.
    pub at: Extent,
}

/// The normal form of a function.
#[derive(Clone, Debug, Default)]
pub struct NormalForm {
    /// What the [`Data`](super::Node::Data) leaves of all graphs below stand for.
    pub data: Vec<DataRef>,
    /// The part that does not depend on the draw; no output if there is none.
    pub constant: Graph,
    /// Ridge terms.
    pub ridges: Vec<RidgeTerm>,
    /// All separable terms, added up.
    pub separable: Option<SeparableTerm>,
    /// Interaction terms.
    pub interactions: Vec<InteractionTerm>,
    /// For a function that is called whole: why it is. Then there are no other terms.
    pub whole: Option<Whole>,
}

/// Why a function is called whole, and is not looked into.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// The token that says so.
    pub at: Span,
    /// What it says.
    pub reason: WholeReason,
}

/// What says that a function is called whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeReason {
    /// The option `opaque`.
    Option,
    /// A step or a branch in the function, which has no derivative.
    Step,
}

/// A parsed `#[estimator]` function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name of the annotated function.
    pub name: String,
    /// Position of the name.
    pub span: Span,
    /// Whether the draw is a slice (`z: &[f64]`, independent coordinates) or a single number (`z: f64`).
    pub vector: bool,
    /// Arguments after the draw.
    pub arguments: Vec<Argument>,
    /// What it computes.
    pub normal_form: NormalForm,
}
