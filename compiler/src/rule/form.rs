//! The forms of a rule and what a rule is made of.

use crate::ir::{Coefficient, Graph, Origin, ParamId, Parameter, ParameterShape, Radius, Rational, StencilTerm};

/// How the gradient with respect to one parameter is computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Form {
    /// The expectation is known: `f` is a sum of polynomials times exponentials, and nothing is drawn.
    Formula,
    /// `a(D) f` is known, Eq. (23) of the paper: `f` is a sum of polynomials times exponentials, at which it is evaluated.
    ClosedForm,
    /// A finite sum that is exact: the series in `s` ends, or the derivatives of `f` vanish.
    Terminating {
        /// Why the sum is finite.
        reason: Ending,
    },
    /// The series cut after an order, Eq. (24): biased by the dropped terms.
    Truncated {
        /// Highest order kept.
        order: u32,
        /// The first term beyond `order` with a nonzero coefficient, evaluated to judge the bias. `None` if there is
        /// none within [`LOOK_AHEAD`] orders.
        discarded: Option<Coefficient>,
    },
    /// Derivatives of `f` at points that an auxiliary draw has moved: `∂_θ log φ` is the transform of a known measure.
    Auxiliary {
        /// Where the rule comes from.
        origin: Origin,
    },
    /// Differences of values of `f`; `f` need not be differentiable.
    Difference {
        /// Where the rule comes from.
        origin: Origin,
    },
    /// Theorem 2 of the paper: the values of `f` at the finitely many values of a draw.
    Discrete,
    /// The sample expression is differentiated along with `f`: the reparameterisation gradient, to compare with.
    Pathwise,
    /// The value of `f` times the derivative of the log density, to compare with: `E[f(z) (w(z) + c)]`.
    Score {
        /// The part `w(z)` of the derivative that hangs on the draw; leaves are constants, π, parameters and the draw.
        weight: Graph,
        /// The rest `c`, a function of the parameters; none if there is none.
        rest: Option<Graph>,
        /// What is subtracted from `f`.
        baseline: Baseline,
    },
    /// The draw is standardised and differentiated along with `f`, and the value of `f` makes up for what the parameter still
    /// does to the standardised draw: the generalised reparameterisation gradient, to compare with.
    Weak {
        /// What multiplies the value of `f`, a sum; its mean is 0.
        correction: Vec<ScoreTerm>,
    },
    /// The gradient with respect to the entries of a covariance matrix, paper Eq. (15): `∂_{Σ_ij} E f = c E ∂_i ∂_j f`.
    Hessian {
        /// The factor `c` of the second derivatives; 1/2 for a Gaussian law.
        coefficient: Rational,
    },
}

/// `c(θ) E[f(z) w(z)]`, with the value of the whole of `f`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreTerm {
    /// `c(θ)`, one output; leaves are constants, π and parameters.
    pub coefficient: Graph,
    /// `w(z)`, one output; leaves are constants, π, parameters and the draw. 1 if there is none.
    pub weight: Option<Graph>,
}

/// What the score function rule subtracts from `f`, which changes no expectation: the score has mean 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Baseline {
    /// Nothing.
    None,
    /// For each sample the mean of `f` over all others.
    LeaveOneOut,
}

/// Why a terminating rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `∂_θ log φ` is a polynomial of this degree in `s = iω`.
    Series {
        /// The degree in `s`.
        degree: u32,
    },
    /// `f` is a polynomial of this degree in the draw, so its higher derivatives vanish.
    Function {
        /// The degree of `f`.
        degree: u32,
    },
}

/// The rule for one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The parameter `θ_j`.
    pub parameter: ParamId,
    /// The form and its reason.
    pub form: Form,
    /// The kept coefficients of `E f^(n)(z)`, by ascending order.
    pub coefficients: Vec<Coefficient>,
    /// What is evaluated at points that an auxiliary draw has moved.
    pub stencils: Vec<StencilTerm>,
    /// Where the parameter's series converges.
    pub radius: Radius,
    /// The other exact rules of the parameter that accept the function, by the form that asks for them.
    pub alternatives: Vec<(RequestedForm, Vec<StencilTerm>)>,
}

impl Rule {
    /// Whether the rule has no bias.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        match self.form {
            Form::Formula
            | Form::ClosedForm
            | Form::Terminating { .. }
            | Form::Auxiliary { .. }
            | Form::Difference { .. }
            | Form::Discrete
            | Form::Pathwise
            | Form::Score { .. }
            | Form::Weak { .. }
            | Form::Hessian { .. } => true,
            Form::Truncated { .. } => false,
        }
    }
}

impl Rule {
    /// Whether the stencils are derivatives along directions, for each entry of a vector of a joint law.
    #[must_use]
    pub fn is_directional(&self, parameters: &[Parameter]) -> bool {
        let is_written = matches!(
            self.form,
            Form::Auxiliary { origin: Origin::Author { .. } } | Form::Difference { origin: Origin::Author { .. } }
        );
        parameters[self.parameter.0].shape == ParameterShape::Vector && (is_written || self.form == Form::Pathwise)
    }

    /// The highest derivative of `f` that is evaluated.
    #[must_use]
    pub fn highest_order(&self) -> u32 {
        let derivatives = self.coefficients.iter().map(|coefficient| coefficient.order);
        let stencils = self.stencils.iter().map(|term| term.stencil.highest_order());
        let other = match &self.form {
            Form::Truncated { discarded, .. } => discarded.as_ref().map(|discarded| discarded.order),
            Form::Formula
            | Form::ClosedForm
            | Form::Terminating { .. }
            | Form::Auxiliary { .. }
            | Form::Difference { .. }
            | Form::Discrete
            | Form::Pathwise
            | Form::Score { .. }
            | Form::Weak { .. } => None,
            Form::Hessian { .. } => Some(2),
        };
        derivatives.chain(stencils).chain(other).max().unwrap_or(0)
    }
}

/// How many orders beyond the kept ones are searched for the first discarded term.
pub const LOOK_AHEAD: u32 = 4;

/// The highest order that can be asked for.
pub const MAX_ORDER: u32 = 64;

/// A form that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestedForm {
    /// `form = formula`
    Formula,
    /// `form = closed_form`
    ClosedForm,
    /// `form = truncated`
    Truncated,
    /// `form = terminating`
    Terminating,
    /// `form = auxiliary`, the first rule of this kind, or `form = auxiliary(2)`, the second.
    Auxiliary(u32),
    /// `form = difference`, or `form = difference(2)`.
    Difference(u32),
    /// `form = discrete`
    Discrete,
    /// `form = pathwise`
    Pathwise,
    /// `form = score`, or `form = score(leave_one_out)`.
    Score(Baseline),
    /// `form = weak`
    Weak,
}

impl RequestedForm {
    /// Every form that can be asked for, by the first of its kind.
    pub const ALL: &'static [RequestedForm] = &[
        RequestedForm::Formula,
        RequestedForm::ClosedForm,
        RequestedForm::Truncated,
        RequestedForm::Terminating,
        RequestedForm::Auxiliary(1),
        RequestedForm::Difference(1),
        RequestedForm::Discrete,
        RequestedForm::Pathwise,
        RequestedForm::Score(Baseline::None),
        RequestedForm::Weak,
    ];

    /// The name in `form = …`, without a number.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RequestedForm::Formula => "formula",
            RequestedForm::ClosedForm => "closed_form",
            RequestedForm::Truncated => "truncated",
            RequestedForm::Terminating => "terminating",
            RequestedForm::Auxiliary(_) => "auxiliary",
            RequestedForm::Difference(_) => "difference",
            RequestedForm::Discrete => "discrete",
            RequestedForm::Pathwise => "pathwise",
            RequestedForm::Score(_) => "score",
            RequestedForm::Weak => "weak",
        }
    }

    /// The rule of this form with a number; `None` for forms of which there is one only.
    #[must_use]
    pub const fn numbered(self, number: u32) -> Option<Self> {
        match self {
            RequestedForm::Auxiliary(_) => Some(RequestedForm::Auxiliary(number)),
            RequestedForm::Difference(_) => Some(RequestedForm::Difference(number)),
            RequestedForm::Formula
            | RequestedForm::ClosedForm
            | RequestedForm::Truncated
            | RequestedForm::Terminating
            | RequestedForm::Discrete
            | RequestedForm::Pathwise
            | RequestedForm::Score(_)
            | RequestedForm::Weak => None,
        }
    }
}

impl std::fmt::Display for RequestedForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        match self {
            RequestedForm::Auxiliary(number) | RequestedForm::Difference(number) if *number > 1 => {
                write!(f, "({number})")
            }
            RequestedForm::Score(Baseline::LeaveOneOut) => f.write_str("(leave_one_out)"),
            RequestedForm::Auxiliary(_)
            | RequestedForm::Difference(_)
            | RequestedForm::Formula
            | RequestedForm::ClosedForm
            | RequestedForm::Truncated
            | RequestedForm::Terminating
            | RequestedForm::Discrete
            | RequestedForm::Pathwise
            | RequestedForm::Score(Baseline::None)
            | RequestedForm::Weak => Ok(()),
        }
    }
}
