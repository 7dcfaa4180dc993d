//! The target-neutral kernel program: what an estimator computes, section by section.
//!
//! * *prologue*: functions of the parameters and the data only, once for each gradient
//!   ([`coefficients`](Program::coefficients), the slopes, offsets and row numbers of ridges);
//! * *sample*: once for each sample and coordinate or row (the draw, the derivatives);
//! * *epilogue*: weights times moments, once for each lane. It needs no expressions of its own: entry `i` of
//!   [`terms`](Program::terms) says which coefficient multiplies which moment into which gradient.
//!
//! Every graph has been through the [passes](crate::passes): the only integer powers are squares and inverses.

use crate::ir::{Argument, Condition, DataId, DataRef, Graph, ParamId, Parameter, Rows, Sampler};

/// A compiled estimator, before it is printed for a target.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name of the function `f`.
    pub function: String,
    /// Name of the law's type.
    pub law: String,
    /// Parameters of the law.
    pub parameters: Vec<Parameter>,
    /// Arguments of `f` other than the draw.
    pub arguments: Vec<Argument>,
    /// Whether the draw is a vector of independent coordinates.
    pub vector: bool,
    /// Orders of the derivatives of `f` that the moments hold, ascending; order 0 (the value) comes before them.
    pub orders: Vec<u32>,
    /// What the data leaves of all sections stand for.
    pub data: Vec<DataRef>,
    /// `a_n(θ)`: output `i` belongs to `terms[i]`.
    pub coefficients: Graph,
    /// The terms of all rules: kept ones by parameter and order, a parameter's discarded one after its kept ones.
    pub terms: Vec<Term>,
    /// The draw; none for a law without a sample expression, which is drawn by inversion of its characteristic function.
    pub sampler: Option<Sampler>,
    /// Conditions between parameters.
    pub conditions: Vec<Condition>,
    /// The part of `f` that does not depend on the draw; no output if there is none.
    pub constant: Graph,
    /// The derivatives of `constant` with respect to data.
    pub constant_pull_back: Vec<PullBack>,
    /// Ridge sections.
    pub ridges: Vec<RidgeSection>,
    /// Separable section.
    pub separable: Option<SeparableSection>,
}

/// One term `a_n E f^(n)` of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The parameter whose gradient the term belongs to.
    pub parameter: ParamId,
    /// The order `n` of the derivative.
    pub order: u32,
    /// Whether the term is part of the gradient; a discarded one is only measured.
    pub kept: bool,
}

/// How one number is pulled back to one entry of an argument: `∂ number / ∂ data`.
///
/// `abs`, `max` and `min` of data are differentiated with `sign(0) = 0`.
#[derive(Clone, Debug, PartialEq)]
pub struct PullBack {
    /// The entry; never [`DataRef::Unit`], which is no argument.
    pub data: DataId,
    /// The derivative, one output over data; not identically zero.
    pub derivative: Graph,
}

/// A ridge term `Σ_o h(u_o; numbers_o)`, `u_o = ⟨A_o, z⟩ + c_o`.
#[derive(Clone, Debug)]
pub struct RidgeSection {
    /// The rows `o`.
    pub rows: Rows,
    /// `A_oj`, one output over data.
    pub slope: Graph,
    /// `c_o`, one output over data.
    pub offset: Graph,
    /// The numbers of a row that the sample section reads: each output is a function of data without coordinates.
    pub numbers: Graph,
    /// `h`, then its derivatives at `orders`: leaves are constants, π, the ridge argument and `Data(DataId(k))`, which
    /// here means output `k` of `numbers`.
    pub derivatives: Graph,
    /// `h'` first, then the derivatives of `h` with respect to each of `numbers`; same leaves as `derivatives`.
    pub partials: Graph,
    /// The derivatives of the slope with respect to data.
    pub slope_pull_back: Vec<PullBack>,
    /// The derivatives of the offset with respect to data.
    pub offset_pull_back: Vec<PullBack>,
    /// For each of `numbers`, its derivatives with respect to data.
    pub numbers_pull_back: Vec<Vec<PullBack>>,
}

/// A separable term `Σ_j g(z_j; numbers_j)`.
#[derive(Clone, Debug)]
pub struct SeparableSection {
    /// Slices that run along the coordinates (argument indices).
    pub along: Vec<usize>,
    /// The numbers of a coordinate that the sample section reads.
    pub numbers: Graph,
    /// `g`, then its derivatives at `orders`; leaves as in [`RidgeSection::derivatives`] with the sample for the ridge.
    pub derivatives: Graph,
    /// The derivatives of `g` with respect to each of `numbers`.
    pub partials: Graph,
    /// For each of `numbers`, its derivatives with respect to data.
    pub numbers_pull_back: Vec<Vec<PullBack>>,
}
