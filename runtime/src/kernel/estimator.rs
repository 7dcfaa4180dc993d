//! Estimators: the terms of their rules, and what the engine asks generated code for.

use super::gradient::ArgumentGradient;
use super::interaction::Interactions;
use super::law::{Law, Sampled};
use super::ridge::Ridges;
use super::separable::Separable;
use crate::draw::Words;
use crate::error::EstimateError;
use crate::formula::{ClosedForms, Expectations};
use crate::lane::{Lane, Scalar};
use crate::opaque::Whole;

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
    /// Separable terms `Σ_j g(z_j)`, all of them together; [`Nothing`](super::Nothing) if there are none.
    type Separable: Separable<Self>;
    /// Interaction terms `Σ_o k_o(z_a, z_b, …)`: `(First, (Second, …, ()))`.
    type Interactions: Interactions<Self>;
    /// The function as a whole, if it is only called: then there are no other terms. Otherwise [`Nothing`](super::Nothing).
    type Whole: Whole<Self>;
    /// Numbers that the exact rules read for one sample and coordinate (shifts and weights): `[L; P]`, `P` at most 32.
    type Probes<L: Lane<Scalar = Self::Scalar>>: Copy + Default + AsRef<[L]> + AsMut<[L]>;
    /// One number for each stencil: `[L; STENCILS]`.
    type Stencils<L: Lane<Scalar = Self::Scalar>>: Copy + Default + AsRef<[L]> + AsMut<[L]>;
    /// How many stencils the exact rules have, at most 32; with 0 no code for them is compiled.
    const STENCILS: usize = 0;
    /// Whether the stencils are those of a joint law: [`Ridge::directional`](super::Ridge::directional) and [`Separable::directional`] in place of
    /// `stencils`, with probes that all coordinates share.
    const DIRECTIONAL: bool = false;
    /// Whether these probes read the entry's parameters and its coordinate of the draw, so that each entry has its own.
    const BY_ENTRY: bool = false;
    /// Whether the only stencil is `f(z + e_j) - f(z)`, asked for at every state of every categorical variable. The law's only
    /// parameter holds the probabilities.
    const STATES: bool = false;
    /// Whether every stencil is evaluated at the draw itself, and there are ridge terms: [`Ridge::at_draw`](super::Ridge::at_draw) and [`Ridge::weigh`](super::Ridge::weigh) in
    /// place of [`Ridge::stencils`](super::Ridge::stencils).
    const AT_DRAW: bool = false;
    /// The stencils that are expectations of score function rules; they have no part in [`Ridge::stencils`](super::Ridge::stencils) and the like.
    const SCORES: &'static [Score] = &[];
    /// The pairs of coordinates by which interaction terms have mixed derivatives, ascending; none where no term is a
    /// [`Moment::Hessian`].
    const PAIRS: &'static [[usize; 2]] = &[];
    /// Name of the function `f`.
    const NAME: &'static str;
    /// Whether the draw is a vector; otherwise there is exactly one coordinate.
    const VECTOR: bool;
    /// Orders of the derivatives in [`Ridge::derivatives`](super::Ridge::derivatives) and [`Separable::derivatives`], ascending, after the value.
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

    /// The coordinates whose logarithm `f` takes, of draws that may be below the smallest positive number and are drawn as that
    /// number; all if `None`.
    const CUT: Option<&'static [usize]> = Some(&[]);

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

    /// The shape `k` of such a draw, for the parameters of one coordinate: it is below a small `x` with probability `x^k`.
    fn cut_shape(theta: &<Self::Law as Law>::Theta<f64>, out: &mut [f64]) {
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
