//! The target-neutral kernel program: what an estimator computes, section by section.
//!
//! * *prologue*: functions of the parameters and the data only, once for each gradient
//!   ([`coefficients`](Program::coefficients), the slopes, offsets and row numbers of ridges);
//! * *sample*: once for each sample and coordinate or row (the draw, the derivatives);
//! * *epilogue*: weights times moments, once for each lane. It needs no expressions of its own: entry `i` of
//!   [`terms`](Program::terms) says which coefficient multiplies which moment into which gradient.
//!
//! Every graph has been through the [passes](crate::passes): the only integer powers are squares and inverses.

use crate::ir::law::with_totals;
use crate::ir::{
    Argument, Condition, DataId, DataRef, Graph, JointStep, Node, ParamId, Parameter, Rational, Rows, Sampler,
    WholeReason,
};
use crate::rule::Expansion;

/// A compiled estimator, before it is printed for a target.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name of the function `f`.
    pub function: String,
    /// Name of the law's type.
    pub law: String,
    /// Parameters of the law.
    pub parameters: Vec<Parameter>,
    /// Vector parameters whose entries are added up; in coefficients and probes the sums come after the parameters.
    pub totals: Vec<ParamId>,
    /// Arguments of `f` other than the draw.
    pub arguments: Vec<Argument>,
    /// Whether the draw is a vector.
    pub vector: bool,
    /// Whether its coordinates depend on one another.
    pub joint: bool,
    /// What is done to all coordinates of a draw together.
    pub step: Option<JointStep>,
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
    /// What exact rules draw and evaluate besides.
    pub probes: Probes,
    /// How many random coordinates of each sample the exact rules move in ridge terms, or in a function that is called
    /// whole; all if `None`.
    pub coordinates: Option<u32>,
    /// `f` as a sum of polynomials times exponentials, where a rule uses that.
    pub exponentials: Option<ExponentialSection>,
    /// Where the series of truncated rules converge, if that is known for the function.
    pub convergence: Option<ConvergenceSection>,
    /// The draws whose logarithm the function takes and that may be too small for a number.
    pub cut: Option<CutSection>,
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
    /// The pairs of coordinates by which interaction terms have mixed derivatives, ascending; only where a term is a
    /// [`Moment::Hessian`].
    pub pairs: Vec<[usize; 2]>,
    /// Interaction sections.
    pub interactions: Vec<InteractionSection>,
    /// The section of a function that is called whole; then it is the only one.
    pub whole: Option<WholeSection>,
}

impl Program {
    /// The numbers of a coordinate that coefficients and probes read: the parameters, then sums over entries.
    #[must_use]
    pub fn theta(&self) -> Vec<Parameter> {
        with_totals(&self.parameters, &self.totals)
    }

    /// Whether value and gradient are known, so that nothing need be drawn.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.exponentials.as_ref().is_some_and(|section| !section.formulas.is_empty()) && self.terms.is_empty()
    }

    /// The function as a sum of polynomials times exponentials, where a rule or a statement about convergence needs it.
    #[must_use]
    pub fn expansion(&self) -> Option<&Expansion> {
        let exponentials = self.exponentials.as_ref().map(|section| &section.expansion);
        exponentials.or(self.convergence.as_ref().map(|section| &section.expansion))
    }
}

/// Truncated rules whose series converge for some parameters only: `f` is a sum of polynomials times exponentials, and an
/// exponent `λ` must be nearer to 0 than the singularities of `∂_θ log φ`.
#[derive(Clone, Debug)]
pub struct ConvergenceSection {
    /// The parameters with such a rule, ascending.
    pub parameters: Vec<ParamId>,
    /// The radius of convergence of each: outputs over constants, π and parameters.
    pub radii: Graph,
    /// The terms of `f`; their numbers are functions of data.
    pub expansion: Expansion,
}

/// The function takes the logarithm of draws that may be below the smallest positive number, and are drawn as that number.
#[derive(Clone, Debug)]
pub struct CutSection {
    /// The shape `k`: a draw is below a small `x` with probability `x^k`, or nearly so; one output over parameters.
    pub shape: Graph,
    /// The coordinates whose logarithm is taken; all if there is no list.
    pub coordinates: Option<Vec<usize>>,
}

/// `f` as a sum of polynomials times exponentials, where a rule uses that.
#[derive(Clone, Debug)]
pub struct ExponentialSection {
    /// The terms of `f`; their numbers are functions of data.
    pub expansion: Expansion,
    /// The parameters whose gradient is a formula, ascending.
    pub formulas: Vec<ParamId>,
    /// The parameters whose gradient is a closed form, ascending, and the stencil of [`Probes::stencils`] that is its
    /// expectation; it has no probes.
    pub closed_forms: Vec<(ParamId, usize)>,
    /// What a sample computes for closed forms, for each ridge term; see [`patterns`](super::patterns). Nothing without
    /// closed forms.
    pub ridge_patterns: Vec<Graph>,
    /// The same for the separable term.
    pub separable_patterns: Option<Graph>,
}

/// An expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// `E f^(n)(z)`.
    Derivative(u32),
    /// `E ∂_i ∂_j f(z)`, one for each pair of coordinates.
    Hessian,
    /// The expectation of stencil `k` of [`Probes::stencils`].
    Stencil(usize),
}

/// The points and weights of exact rules, drawn once for each sample and coordinate.
#[derive(Clone, Debug, Default)]
pub struct Probes {
    /// Outputs are the numbers that stencils read; leaves are constants, π, parameters, the draw and base draws. Base
    /// draws take random words of their own, and rules share them: the same draw serves every rule that asks for one.
    pub numbers: Sampler,
    /// `Σ_i w_i f^(p_i)(y_i)`, one for each stencil of all rules.
    pub stencils: Vec<Vec<Probe>>,
    /// `Σ_i ⟨d_i, ∇f(y_i)⟩`, one for each stencil of the rules of a joint law, which has no others. The numbers are drawn
    /// once for each sample, and serve all coordinates, unless they [read entries](Probes::read_entries).
    pub directional: Vec<Vec<Directional>>,
    /// What is multiplied by the value of the whole function, or only added up, for score function rules. Each has a place
    /// among the stencils, without probes.
    pub scores: Vec<Score>,
    /// Whether the only stencil is asked for at every state of every categorical variable; then it moves a coordinate from 0
    /// to 1, and what all states of a variable share drops out.
    pub states: bool,
}

impl Probes {
    /// Whether some stencil has a probe; a closed form has none.
    #[must_use]
    pub fn are_evaluated(&self) -> bool {
        self.stencils.iter().any(|stencil| !stencil.is_empty()) || !self.directional.is_empty()
    }

    /// Whether stencils have probes, each one at most, and all of them at the draw itself.
    #[must_use]
    pub fn are_at_draw(&self) -> bool {
        let is_at_draw = |stencil: &Vec<Probe>| match stencil.as_slice() {
            [] => true,
            [probe] => probe.place == Place::Draw,
            _ => false,
        };
        self.directional.is_empty() && self.are_evaluated() && self.stencils.iter().all(is_at_draw)
    }

    /// Whether a sample computes numbers for each coordinate, or once for all.
    #[must_use]
    pub fn have_numbers(&self) -> bool {
        self.are_evaluated() || !self.scores.is_empty()
    }

    /// Whether the numbers of directional stencils differ between entries: those of a pathwise rule read the draw, of which an
    /// entry has its coordinate.
    #[must_use]
    pub fn read_entries(&self) -> bool {
        !self.directional.is_empty() && self.numbers.graph.iter().any(|(_, node)| *node == Node::Sample)
    }

    /// How many stencils there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.stencils.len() + self.directional.len()
    }
}

/// `⟨d, ∇f(y)⟩` at `y = a z + b e_k`, `d = a' z + b' e_k`, for the entry of coordinate `k`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directional {
    /// `a` and `b`.
    pub point: [Weight; 2],
    /// `a'` and `b'`.
    pub direction: [Weight; 2],
}

/// `w f^(p)(y)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The order `p` of the derivative.
    pub order: u32,
    /// Where `f` is evaluated.
    pub place: Place,
    /// The weight `w`.
    pub weight: Weight,
}

/// A weight, or 1, and with `with_value` times the value of the whole of `f`: an expectation of a score function rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Its place among [`Probes::stencils`].
    pub stencil: usize,
    /// The weight, an output of [`Probes::numbers`]; 1 if there is none.
    pub weight: Option<usize>,
    /// Whether the value of `f` is a factor.
    pub with_value: bool,
}

/// Where a probe evaluates `f`; indices are outputs of [`Probes::numbers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the draw itself.
    Draw,
    /// At a point `y`, which is `z` plus a shift.
    Moved {
        /// The point, if a separable term needs it.
        point: Option<usize>,
        /// The shift, if a ridge term needs it.
        shift: Option<usize>,
    },
}

/// The weight of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A constant.
    Constant(Rational),
    /// An output of [`Probes::numbers`].
    Number(usize),
}

/// One term of a rule: a coefficient times an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The parameter whose gradient the term belongs to.
    pub parameter: ParamId,
    /// The expectation that the coefficient multiplies.
    pub moment: Moment,
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

/// What [`Node::Input`] stands for in the stencils of a section.
#[derive(Clone, Copy, Debug)]
pub struct Inputs;

impl Inputs {
    /// The value of the section's function at the draw itself.
    pub const VALUE: usize = 0;
    /// The slope `A_oj` of the coordinate that moves; of ridges only.
    pub const SLOPE: usize = 1;
    /// In directional stencils instead, `c_o` of a ridge.
    pub const OFFSET: usize = 0;
    /// In directional stencils instead, the vertex `e_k` as the function reads it: the slope `A_ok`, or 1 at coordinate `k`
    /// and 0 at the others.
    pub const VERTEX: usize = 1;
    /// The first of the numbers of [`Probes`]; after the last of them come the derivatives of [`RidgeSection::at_draw`].
    pub const NUMBERS: usize = 2;
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
    /// What a row adds to each stencil when a coordinate moves: leaves as in `derivatives`, and the inputs of
    /// [`Inputs`].
    pub stencils: Graph,
    /// The derivative of `h` that each stencil reads, for all coordinates, where nothing moves; leaves as in `derivatives`. No
    /// outputs where something does.
    pub at_draw: Graph,
    /// The derivatives of the slope with respect to data.
    pub slope_pull_back: Vec<PullBack>,
    /// The derivatives of the offset with respect to data.
    pub offset_pull_back: Vec<PullBack>,
    /// For each of `numbers`, its derivatives with respect to data.
    pub numbers_pull_back: Vec<Vec<PullBack>>,
}

/// A function that is called whole, at the draw and with one coordinate at each of some points.
#[derive(Clone, Debug)]
pub struct WholeSection {
    /// Why it is called and not looked into.
    pub reason: WholeReason,
    /// The points, as outputs of [`Probes::numbers`].
    pub points: Vec<usize>,
    /// What a coordinate adds to each stencil: leaves are constants, `Data(DataId(k))`, which here means the value of the
    /// function at point `k`, and the inputs of [`Inputs`] but for the slope.
    pub stencils: Graph,
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
    /// What the coordinate adds to each stencil when it moves: leaves as in `derivatives`, and the inputs of [`Inputs`].
    pub stencils: Graph,
    /// For each of `numbers`, its derivatives with respect to data.
    pub numbers_pull_back: Vec<Vec<PullBack>>,
}

/// An interaction term `Σ_o k(z_a, z_b, …; numbers_o)`.
#[derive(Clone, Debug)]
pub struct InteractionSection {
    /// The rows `o`.
    pub rows: Rows,
    /// The coordinates `a`, `b`, …, ascending.
    pub coordinates: Vec<usize>,
    /// The numbers of a row that the sample section reads.
    pub numbers: Graph,
    /// Its pairs, as places among [`Program::pairs`].
    pub pairs: Vec<usize>,
    /// `k`, then for each coordinate its derivatives at `orders`, then its mixed derivatives by `pairs`; leaves as in
    /// [`RidgeSection::derivatives`] with the coordinates for the ridge.
    pub derivatives: Graph,
    /// The derivatives of `k` with respect to each of `numbers`.
    pub partials: Graph,
    /// For each coordinate, what the row adds to each stencil when it moves: leaves as in `derivatives`, and the inputs of
    /// [`Inputs`] but for the slope. Of directional stencils, for each coordinate as that of the entry, then for other entries.
    pub stencils: Vec<Graph>,
    /// For each of `numbers`, its derivatives with respect to data.
    pub numbers_pull_back: Vec<Vec<PullBack>>,
}
