//! What generated code implements: a law draws, an estimator knows coefficients and derivatives.
//!
//! Generated code holds the mathematics and no loop; the engine in [`crate::engine`] holds the loops and no mathematics.
//! Every function that runs once for each sample is generic over a [`Lane`], so that one text serves every pack width.

use crate::coupling::Coupling;
use crate::draw::Words;
use crate::engine::{InteractionTable, RidgeTable};
use crate::error::EstimateError;
use crate::formula::{ClosedForms, Expectations};
use crate::inversion::SamplerError;
use crate::lane::{Lane, Scalar};
use crate::opaque::Whole;

/// Domain of a parameter, checked before every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Domain {
    /// Any finite number.
    Real,
    /// A finite number above 0.
    Positive,
    /// A number strictly between 0 and 1.
    Probability,
    /// A whole number, at least 0; it has no gradient.
    Count,
    /// One of the probabilities, from 0 to 1, of the states of a variable; they add up to 1.
    Simplex,
}

/// A parameter of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterInfo {
    /// Name of the field that holds it.
    pub name: &'static str,
    /// Where it must lie.
    pub domain: Domain,
}

/// A law of one variable, or a joint law of several. Implemented by `#[distribution]` for the law's type with `()` in every field.
pub trait Law: 'static {
    /// One value for each parameter, then one for each of the sums over entries: `[T; P]`.
    type Theta<T: Copy + Send + Sync + 'static>: Copy + Send + Sync + AsRef<[T]> + 'static;
    /// Name of the law's type.
    const NAME: &'static str;
    /// The parameters, in the order of their declaration.
    const PARAMETERS: &'static [ParameterInfo];
    /// Indices of parameters of a joint law whose entries are added up: the sums come after the parameters in `Theta`.
    const TOTALS: &'static [usize] = &[];

    /// The parameters of one coordinate, made entry by entry.
    fn theta<T: Copy + Send + Sync + 'static>(entry: impl FnMut(usize) -> T) -> Self::Theta<T>;

    /// The first condition of `require = …` that does not hold, as the user wrote it.
    fn violated(theta: &Self::Theta<f64>) -> Option<&'static str>;
}

/// A law that can be drawn from: by its sample expression or, where it has none, by inversion of its characteristic
/// function.
pub trait Sampled: Law {
    /// What the draws of one coordinate read: the parameters for a sample expression, a table of quantiles for inversion.
    type Prepared<S: Scalar>: Clone + Send + Sync + 'static;
    /// What coordinates and runs may share; empty at first.
    type Tables: Default + Send + Sync + 'static;

    /// Makes ready to draw; once for each coordinate and run.
    ///
    /// # Errors
    /// [`SamplerError`], by inversion only.
    fn prepare<S: Scalar>(
        theta: &Self::Theta<f64>,
        tables: &mut Self::Tables,
    ) -> Result<Self::Prepared<S>, SamplerError>;

    /// The bound on the error of a probability `P(z ≤ x)`: 0 for a sample expression.
    fn sampler_error<S: Scalar>(prepared: &Self::Prepared<S>) -> f64;

    /// What is done to all coordinates of a draw together; [`Independent`](crate::coupling::Independent) for laws of one
    /// variable.
    type Coupling<S: Scalar>: Coupling<S>;
    /// Index of the parameter that the coupling reads.
    const COUPLED: Option<usize> = None;

    /// Draws one value for each sample of a pack: the draw itself or, in a joint law, what the coupling is applied to.
    fn draw<L: Lane>(prepared: &Self::Prepared<L::Scalar>, words: &mut Words<L>) -> L;

    /// One coordinate of the draw, from what the coupling made of it.
    #[inline(always)]
    fn finish<L: Lane>(_: &Self::Prepared<L::Scalar>, coupled: L) -> L {
        coupled
    }
}

/// The expectation that a term multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `E f^(n)`, the expected derivative of order `n`.
    Derivative(u32),
    /// `E ∂_i ∂_j f`, one for each pair of coordinates.
    Hessian,
    /// The stencil with this number among the estimator's: `E Σ_i w_i f^(p_i)(z + x_i)` with shifts and weights of an
    /// exact rule.
    Stencil(usize),
}

/// An expectation of a score function rule: `E[f(z) w(z)]`, or `E w(z)` to subtract a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The stencil that is its place.
    pub stencil: usize,
    /// The weight `w`, one of the probes; 1 if there is none.
    pub weight: Option<usize>,
    /// Whether the value of the whole of `f` is a factor. Without it the coefficient is minus the mean of `f`, and the term
    /// before has the value: together they are the rule with a leave-one-out baseline.
    pub with_value: bool,
}

/// A term of a rule: a coefficient times an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermInfo {
    /// Index of the parameter whose gradient the term belongs to.
    pub parameter: usize,
    /// What the coefficient multiplies.
    pub moment: Moment,
    /// Whether the term is part of the gradient; a discarded one is only measured.
    pub kept: bool,
}

/// A compiled estimator. Implemented by `#[estimator]`.
pub trait Estimator: Sized + 'static {
    /// The law of the draw.
    type Law: Sampled;
    /// The arithmetic of draws and of the per-sample work: `f64` or `f32`.
    type Scalar: Scalar;
    /// Arguments of `f` other than the draw: `()`, the argument itself, or a tuple of several.
    type Arguments<'a>: Copy + Send + Sync;
    /// The derivative of `E f` with respect to each of the arguments, owned: the shape of `Arguments`.
    type ArgumentGradient: ArgumentGradient;
    /// Ridge terms `Σ_o h_o(⟨A_o, z⟩ + c_o)`: `(First, (Second, …, ()))`.
    type Ridges: Ridges<Self>;
    /// Separable terms `Σ_j g(z_j)`, all of them together; [`Nothing`] if there are none.
    type Separable: Separable<Self>;
    /// Interaction terms `Σ_o k_o(z_a, z_b, …)`: `(First, (Second, …, ()))`.
    type Interactions: Interactions<Self>;
    /// The function as a whole, if it is only called: then there are no other terms. Otherwise [`Nothing`].
    type Whole: Whole<Self>;
    /// Numbers that the exact rules read for one sample and coordinate (shifts and weights): `[L; P]`, `P` at most 32.
    type Probes<L: Lane<Scalar = Self::Scalar>>: Copy + Default + AsRef<[L]> + AsMut<[L]>;
    /// One number for each stencil: `[L; STENCILS]`.
    type Stencils<L: Lane<Scalar = Self::Scalar>>: Copy + Default + AsRef<[L]> + AsMut<[L]>;
    /// How many stencils the exact rules have, at most 32; with 0 no code for them is compiled.
    const STENCILS: usize = 0;
    /// Whether the stencils are those of a joint law: [`Ridge::directional`] and [`Separable::directional`] in place of
    /// `stencils`, with probes that all coordinates share.
    const DIRECTIONAL: bool = false;
    /// Whether these probes read the entry's parameters and its coordinate of the draw, so that each entry has its own.
    const BY_ENTRY: bool = false;
    /// Whether the only stencil is `f(z + e_j) - f(z)`, asked for at every state of every categorical variable. The law's only
    /// parameter holds the probabilities.
    const STATES: bool = false;
    /// Whether every stencil is evaluated at the draw itself, and there are ridge terms: [`Ridge::at_draw`] and [`Ridge::weigh`] in
    /// place of [`Ridge::stencils`].
    const AT_DRAW: bool = false;
    /// The stencils that are expectations of score function rules; they have no part in [`Ridge::stencils`] and the like.
    const SCORES: &'static [Score] = &[];
    /// The pairs of coordinates by which interaction terms have mixed derivatives, ascending; none where no term is a
    /// [`Moment::Hessian`].
    const PAIRS: &'static [[usize; 2]] = &[];
    /// Name of the function `f`.
    const NAME: &'static str;
    /// Whether the draw is a vector; otherwise there is exactly one coordinate.
    const VECTOR: bool;
    /// Orders of the derivatives in [`Ridge::derivatives`] and [`Separable::derivatives`], ascending, after the value.
    const ORDERS: &'static [u32];
    /// The terms of all rules: kept ones by parameter, then by order and number of the stencil, a parameter's discarded one after its kept ones.
    const TERMS: &'static [TermInfo];
    /// Whether every rule is exact.
    const EXACT: bool;
    /// The estimator's kernels as CUDA C++, or why no device runs it.
    const CUDA: Result<&'static str, &'static str> = Err("no kernels were written for this estimator");
    /// Whether the sample loop is compiled only for packs that every processor has, and not for wider ones besides.
    const PORTABLE: bool = false;
    /// How many random coordinates of each sample the exact rules move in ridge terms, or in a function that is called whole;
    /// all if `None`.
    const COORDINATES: Option<usize> = None;
    /// Indices of the parameters whose gradient is a formula. If there are any, [`formula`](Self::formula) also gives the
    /// value; if there are no terms besides, nothing is drawn.
    const FORMULAS: &'static [usize] = &[];
    /// The parameters whose gradient is a closed form, each with the number of the stencil that is its expectation.
    const CLOSED_FORMS: &'static [(usize, usize)] = &[];

    /// Indices of the parameters whose rule is a series with a known radius of convergence, if the function is a sum of
    /// polynomials times exponentials.
    const RADII: &'static [usize] = &[];

    /// The number of coordinates that the arguments imply, if they do (columns of a matrix, length of a slice).
    fn dimension(arguments: Self::Arguments<'_>) -> Option<usize>;

    /// Refuses arguments with lengths that differ or values that are not finite.
    ///
    /// # Errors
    /// The first violated condition.
    fn check(arguments: Self::Arguments<'_>, dimension: usize) -> Result<(), EstimateError>;

    /// Draws and computes the probes of one coordinate whose draw is `z`; `words` are those of [`Words::auxiliary`].
    #[inline(always)]
    fn probes<L: Lane<Scalar = Self::Scalar>>(
        theta: &<Self::Law as Law>::Theta<Self::Scalar>,
        z: L,
        words: &mut Words<L>,
    ) -> Self::Probes<L> {
        let _ = (theta, z, words);
        Self::Probes::default()
    }

    /// The coefficient for each of [`TERMS`](Self::TERMS), for the parameters of one coordinate.
    fn coefficients(theta: &<Self::Law as Law>::Theta<f64>, out: &mut [f64]);

    /// The part of `f` that does not depend on the draw.
    fn constant(arguments: Self::Arguments<'_>) -> f64;

    /// Value and gradient of `E f` without a draw, if the function is a sum of polynomials times exponentials.
    ///
    /// # Errors
    /// An expectation that does not exist, is not decided, or not finite.
    fn formula(_: Self::Arguments<'_>, _: Expectations<'_, Self>) -> Result<(), EstimateError> {
        Ok(())
    }

    /// The radius of convergence for each of [`RADII`](Self::RADII), for the parameters of one coordinate.
    fn radii(theta: &<Self::Law as Law>::Theta<f64>, out: &mut [f64]) {
        let _ = (theta, out);
    }

    /// Raises `out` to the largest modulus of an exponent of the function, for each coordinate.
    ///
    /// # Errors
    /// None but those of [`Exponentials`](crate::formula::Exponentials), which hands none on here.
    fn reach(_: Self::Arguments<'_>, _: &mut [f64]) -> Result<(), EstimateError> {
        Ok(())
    }

    /// The weights of the patterns of closed forms, if the function is a sum of polynomials times exponentials.
    ///
    /// # Errors
    /// As [`formula`](Self::formula), and a characteristic function near zero.
    fn closed_forms(_: Self::Arguments<'_>, _: ClosedForms<'_, Self>) -> Result<(), EstimateError> {
        Ok(())
    }

    /// A gradient of zeros with the shapes of the arguments.
    fn zero_argument_gradient(arguments: Self::Arguments<'_>) -> Self::ArgumentGradient;

    /// Adds the derivatives of [`constant`](Self::constant) to `out`.
    fn constant_pull_back(arguments: Self::Arguments<'_>, out: &mut Self::ArgumentGradient);
}

/// A ridge term `Σ_o h(u_o; numbers_o)` with `u_o = ⟨A_o, z⟩ + c_o`.
pub trait Ridge<E: Estimator>: 'static {
    /// The numbers of one row that `h` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// `h` and its derivatives at [`Estimator::ORDERS`]: `[L; 1 + ORDERS.len()]`.
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// `h'`, then the derivatives of `h` with respect to each of the numbers: `[L; 1 + K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// `K`.
    const NUMBERS: usize;

    /// How many rows there are.
    fn rows(arguments: E::Arguments<'_>) -> usize;
    /// `A_oj`.
    fn slope(arguments: E::Arguments<'_>, row: usize, coordinate: usize) -> f64;
    /// `c_o`.
    fn offset(arguments: E::Arguments<'_>, row: usize) -> f64;
    /// The numbers of row `o`.
    fn numbers(arguments: E::Arguments<'_>, row: usize) -> Self::Numbers;
    /// `h(u)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// `h'(u)` and the derivatives with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What row `o` adds to each stencil of a coordinate `j`, with `u` = `u_o` unmoved, `value` = `h(u_o)` and `slope` =
    /// `A_oj`: a shift of `z_j` by `x` moves `u` by `slope x`, and a derivative of order `p` has the factor `slope^p`.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        u: L,
        value: L,
        slope: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, value, slope, probes, numbers);
        E::Stencils::default()
    }
    /// The derivative of `h` that each stencil at the draw reads, for all coordinates.
    #[inline(always)]
    fn at_draw<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &Self::Numbers) -> E::Stencils<L> {
        let _ = (u, numbers);
        E::Stencils::default()
    }
    /// As [`stencils`](Self::stencils), from the derivatives at the draw.
    #[inline(always)]
    fn weigh<L: Lane<Scalar = E::Scalar>>(
        u: L,
        value: L,
        slope: L,
        at_draw: &E::Stencils<L>,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, value, slope, at_draw, probes, numbers);
        E::Stencils::default()
    }
    /// How many patterns a row has for closed forms, powers times exponentials of `u` that are weighted for each coordinate.
    const PATTERNS: usize = 0;
    /// How many numbers they read: the centre, then real and imaginary part of each exponent.
    const PATTERN_NUMBERS: usize = 0;
    /// Writes the patterns to `out`, one pack after the other.
    #[inline(always)]
    fn patterns<L: Lane<Scalar = E::Scalar>>(u: L, numbers: &[E::Scalar], out: &mut [E::Scalar]) {
        let _ = (u, numbers, out);
    }
    /// What row `o` adds to each directional stencil of entry `k`, with `offset` = `c_o` and `vertex` = `A_ok`: the derivative
    /// of `h` along a direction, at a point between `u` and `A_ok + c_o`.
    #[inline(always)]
    fn directional<L: Lane<Scalar = E::Scalar>>(
        u: L,
        offset: L,
        vertex: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (u, offset, vertex, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through row `o`, by the chain rule.
    fn pull_back(arguments: E::Arguments<'_>, row: usize, adjoint: RidgeAdjoint<'_>, out: &mut E::ArgumentGradient);
}

/// Expected derivatives of `f` with respect to what one row of a ridge term reads.
#[derive(Clone, Copy, Debug)]
pub struct RidgeAdjoint<'a> {
    /// `E h'(u_o) z_j`, by coordinate: the derivative with respect to the slopes `A_oj`.
    pub slope: &'a [f64],
    /// `E h'(u_o)`: the derivative with respect to the offset `c_o`.
    pub offset: f64,
    /// The derivative with respect to each of the numbers.
    pub numbers: &'a [f64],
}

/// A separable term `Σ_j g(z_j; numbers_j)`.
pub trait Separable<E: Estimator>: 'static {
    /// The numbers of one coordinate that `g` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// `g` and its derivatives at [`Estimator::ORDERS`].
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]> + AsMut<[L]>;
    /// The derivatives of `g` with respect to each of the numbers: `[L; K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// Whether there is a separable term at all.
    const PRESENT: bool;
    /// `K`.
    const NUMBERS: usize;

    /// The numbers of coordinate `j`.
    fn numbers(arguments: E::Arguments<'_>, coordinate: usize) -> Self::Numbers;
    /// `g(z)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// The derivatives of `g(z)` with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What the coordinate's own term adds to each stencil, with `value` = `g(z)`.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        z: L,
        value: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, value, probes, numbers);
        E::Stencils::default()
    }
    /// As [`Ridge::PATTERNS`], for a coordinate.
    const PATTERNS: usize = 0;
    /// As [`Ridge::PATTERN_NUMBERS`].
    const PATTERN_NUMBERS: usize = 0;
    /// Writes the patterns of a coordinate to `out`, one pack after the other.
    #[inline(always)]
    fn patterns<L: Lane<Scalar = E::Scalar>>(z: L, numbers: &[E::Scalar], out: &mut [E::Scalar]) {
        let _ = (z, numbers, out);
    }
    /// What the coordinate adds to each directional stencil of an entry, with `vertex` = 1 if it is that of the entry and 0
    /// otherwise.
    #[inline(always)]
    fn directional<L: Lane<Scalar = E::Scalar>>(
        z: L,
        vertex: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, vertex, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through coordinate `j`; `adjoint` is by number.
    fn pull_back(arguments: E::Arguments<'_>, coordinate: usize, adjoint: &[f64], out: &mut E::ArgumentGradient);
}

/// The absent separable term, or the absent whole.
#[derive(Clone, Copy, Debug)]
pub enum Nothing {}

impl<E: Estimator> Separable<E> for Nothing {
    type Numbers = [E::Scalar; 0];
    type Derivatives<L: Lane<Scalar = E::Scalar>> = [L; 0];
    type Partials<L: Lane<Scalar = E::Scalar>> = [L; 0];
    const PRESENT: bool = false;
    const NUMBERS: usize = 0;

    fn numbers(_: E::Arguments<'_>, _: usize) -> [E::Scalar; 0] {
        []
    }
    fn derivatives<L: Lane<Scalar = E::Scalar>>(_: L, _: &[E::Scalar; 0]) -> [L; 0] {
        []
    }
    fn partials<L: Lane<Scalar = E::Scalar>>(_: L, _: &[E::Scalar; 0]) -> [L; 0] {
        []
    }
    fn pull_back(_: E::Arguments<'_>, _: usize, _: &[f64], _: &mut E::ArgumentGradient) {}
}

/// A list of ridge terms, `(First, (Second, ()))`.
pub trait Ridges<E: Estimator>: 'static {
    /// What the engine keeps for each term: `(Table<First>, (Table<Second>, ()))`.
    type Tables: Send + Sync + 'static;
    /// Number of terms.
    const COUNT: usize;
    /// Empty tables.
    fn tables() -> Self::Tables;
    /// Calls `visitor` for each term.
    fn visit(tables: &Self::Tables, visitor: &mut impl RidgeVisitor<E>);
    /// Calls `visitor` for each term, with its table to change.
    fn visit_mut(tables: &mut Self::Tables, visitor: &mut impl RidgeVisitorMut<E>);
}

/// Does something for each ridge term of an estimator, with its type known.
pub trait RidgeVisitor<E: Estimator> {
    /// Called once for each term.
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>);
}

/// Changes the table of each ridge term of an estimator.
pub trait RidgeVisitorMut<E: Estimator> {
    /// Called once for each term.
    fn visit<R: Ridge<E>>(&mut self, table: &mut RidgeTable<E, R>);
}

impl<E: Estimator> Ridges<E> for () {
    type Tables = ();
    const COUNT: usize = 0;
    fn tables() {}
    #[inline(always)]
    fn visit((): &(), _: &mut impl RidgeVisitor<E>) {}
    #[inline(always)]
    fn visit_mut((): &mut (), _: &mut impl RidgeVisitorMut<E>) {}
}

impl<E: Estimator, First: Ridge<E>, Rest: Ridges<E>> Ridges<E> for (First, Rest) {
    type Tables = (RidgeTable<E, First>, Rest::Tables);
    const COUNT: usize = 1 + Rest::COUNT;
    fn tables() -> Self::Tables {
        (RidgeTable::default(), Rest::tables())
    }
    #[inline(always)]
    fn visit((first, rest): &Self::Tables, visitor: &mut impl RidgeVisitor<E>) {
        visitor.visit(first);
        Rest::visit(rest, visitor);
    }
    #[inline(always)]
    fn visit_mut((first, rest): &mut Self::Tables, visitor: &mut impl RidgeVisitorMut<E>) {
        visitor.visit(first);
        Rest::visit_mut(rest, visitor);
    }
}

/// An interaction term `Σ_o k(z_a, z_b, …; numbers_o)` of a few coordinates.
pub trait Interaction<E: Estimator>: 'static {
    /// The numbers of one row that `k` reads: `[E::Scalar; K]`.
    type Numbers: Copy + Send + Sync + AsRef<[E::Scalar]> + 'static;
    /// Its coordinates of the draw: `[L; COORDINATES.len()]`.
    type Draws<L: Lane<Scalar = E::Scalar>>: Copy + Default + AsMut<[L]>;
    /// `k`, then for each coordinate its derivatives at [`Estimator::ORDERS`], then its mixed derivatives by [`PAIRS`](Self::PAIRS).
    type Derivatives<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// The derivatives of `k` with respect to each of the numbers: `[L; K]`.
    type Partials<L: Lane<Scalar = E::Scalar>>: Copy + AsRef<[L]>;
    /// `K`.
    const NUMBERS: usize;
    /// The coordinates `a`, `b`, …, ascending.
    const COORDINATES: &'static [usize];
    /// The pairs of its coordinates, as places among [`Estimator::PAIRS`].
    const PAIRS: &'static [usize] = &[];

    /// How many rows there are.
    fn rows(arguments: E::Arguments<'_>) -> usize;
    /// The numbers of row `o`.
    fn numbers(arguments: E::Arguments<'_>, row: usize) -> Self::Numbers;
    /// `k(z)` and its derivatives.
    fn derivatives<L: Lane<Scalar = E::Scalar>>(z: &Self::Draws<L>, numbers: &Self::Numbers) -> Self::Derivatives<L>;
    /// The derivatives of `k(z)` with respect to the numbers.
    fn partials<L: Lane<Scalar = E::Scalar>>(z: &Self::Draws<L>, numbers: &Self::Numbers) -> Self::Partials<L>;
    /// What the row adds to each stencil as the coordinate at place `moved` among its own moves, with `value` = `k(z)`.
    #[inline(always)]
    fn stencils<L: Lane<Scalar = E::Scalar>>(
        z: &Self::Draws<L>,
        moved: usize,
        value: L,
        probes: &E::Probes<L>,
        numbers: &Self::Numbers,
    ) -> E::Stencils<L> {
        let _ = (z, moved, value, probes, numbers);
        E::Stencils::default()
    }
    /// Adds to `out` what the arguments contribute through row `o`; `adjoint` is by number.
    fn pull_back(arguments: E::Arguments<'_>, row: usize, adjoint: &[f64], out: &mut E::ArgumentGradient);
}

/// A list of interaction terms, `(First, (Second, ()))`.
pub trait Interactions<E: Estimator>: 'static {
    /// What the engine keeps for each term: `(Table<First>, (Table<Second>, ()))`.
    type Tables: Send + Sync + 'static;
    /// Number of terms.
    const COUNT: usize;
    /// Empty tables.
    fn tables() -> Self::Tables;
    /// Calls `visitor` for each term.
    fn visit(tables: &Self::Tables, visitor: &mut impl InteractionVisitor<E>);
    /// Calls `visitor` for each term, with its table to change.
    fn visit_mut(tables: &mut Self::Tables, visitor: &mut impl InteractionVisitorMut<E>);
}

/// Does something for each interaction term of an estimator, with its type known.
pub trait InteractionVisitor<E: Estimator> {
    /// Called once for each term.
    fn visit<I: Interaction<E>>(&mut self, table: &InteractionTable<E, I>);
}

/// Changes the table of each interaction term of an estimator.
pub trait InteractionVisitorMut<E: Estimator> {
    /// Called once for each term.
    fn visit<I: Interaction<E>>(&mut self, table: &mut InteractionTable<E, I>);
}

impl<E: Estimator> Interactions<E> for () {
    type Tables = ();
    const COUNT: usize = 0;
    fn tables() {}
    #[inline(always)]
    fn visit((): &(), _: &mut impl InteractionVisitor<E>) {}
    #[inline(always)]
    fn visit_mut((): &mut (), _: &mut impl InteractionVisitorMut<E>) {}
}

impl<E: Estimator, First: Interaction<E>, Rest: Interactions<E>> Interactions<E> for (First, Rest) {
    type Tables = (InteractionTable<E, First>, Rest::Tables);
    const COUNT: usize = 1 + Rest::COUNT;
    fn tables() -> Self::Tables {
        (InteractionTable::default(), Rest::tables())
    }
    #[inline(always)]
    fn visit((first, rest): &Self::Tables, visitor: &mut impl InteractionVisitor<E>) {
        visitor.visit(first);
        Rest::visit(rest, visitor);
    }
    #[inline(always)]
    fn visit_mut((first, rest): &mut Self::Tables, visitor: &mut impl InteractionVisitorMut<E>) {
        visitor.visit(first);
        Rest::visit_mut(rest, visitor);
    }
}

/// The derivative with respect to arguments: `f64` for `f64`, `Vec<f64>` for a slice, `Matrix` for a matrix, and tuples.
pub trait ArgumentGradient: Clone + Send + Sync + 'static {
    /// Sets every entry to zero.
    fn clear(&mut self);
}

impl ArgumentGradient for f64 {
    fn clear(&mut self) {
        *self = 0.0;
    }
}

impl ArgumentGradient for Vec<f64> {
    fn clear(&mut self) {
        self.fill(0.0);
    }
}

impl ArgumentGradient for crate::matrix::Matrix {
    fn clear(&mut self) {
        self.as_mut_slice().fill(0.0);
    }
}

macro_rules! tuple_of_gradients {
    ($($name:ident)*) => {
        #[allow(non_snake_case)]
        impl<$($name: ArgumentGradient),*> ArgumentGradient for ($($name,)*) {
            fn clear(&mut self) {
                let ($($name,)*) = self;
                $($name.clear();)*
            }
        }
    };
}
tuple_of_gradients!();
tuple_of_gradients!(A);
tuple_of_gradients!(A B);
tuple_of_gradients!(A B C);
tuple_of_gradients!(A B C D);
tuple_of_gradients!(A B C D E);
tuple_of_gradients!(A B C D E F);
tuple_of_gradients!(A B C D E F G);
tuple_of_gradients!(A B C D E F G H);
