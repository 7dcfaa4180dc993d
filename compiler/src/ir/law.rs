//! A law as the user wrote it: parameters, log characteristic function, sampler, conditions.

use proc_macro2::Span;

use crate::errors::Extent;

use super::draw::BaseDraw;
use super::exact_rule::ExactRule;
use super::graph::Graph;
use super::joint::JointStep;
use super::node::ParamId;

/// Domain of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterKind {
    /// Any finite number.
    Real,
    /// A finite number above 0.
    Positive,
    /// A number strictly between 0 and 1.
    Probability,
    /// A whole number, at least 0; it has no gradient.
    Count,
}

impl ParameterKind {
    /// The type name in a distribution's signature.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ParameterKind::Real => "Real",
            ParameterKind::Positive => "Positive",
            ParameterKind::Probability => "Probability",
            ParameterKind::Count => "Count",
        }
    }

    /// Whether a gradient with respect to the parameter exists.
    #[must_use]
    pub const fn has_gradient(self) -> bool {
        !matches!(self, ParameterKind::Count)
    }
}

/// How many numbers a parameter is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterShape {
    /// One number. Where the coordinates of a draw are independent, one that they share or one for each.
    Scalar,
    /// One number for each coordinate of a joint law.
    Vector,
    /// A vector of probabilities that add up to 1.
    Simplex,
    /// A symmetric positive definite matrix with one row and column for each coordinate.
    Covariance,
}

/// A parameter `θ_j` of a law.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Name in the signature and of the field of the law's type.
    pub name: String,
    /// Domain of each of its numbers.
    pub kind: ParameterKind,
    /// How many numbers it is made of; always a scalar in a law of one variable.
    pub shape: ParameterShape,
    /// The name's position in the signature.
    pub span: Span,
}

/// How the runtime draws from a law: an expression over base draws.
#[derive(Clone, Debug, Default)]
pub struct Sampler {
    /// One output: the draw (stencils of rules have several). Leaves are parameters, constants and base draws.
    pub graph: Graph,
    /// The base draws, in the order in which they stand in the source and consume random words.
    pub draws: Vec<BaseDraw>,
}

/// Comparison in a [`Condition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `left < right`
    Less,
    /// `left <= right`
    LessOrEqual,
}

/// A condition between parameters from `require = …`; graph outputs are the left and the right side.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Two outputs: left and right side.
    pub graph: Graph,
    /// What must hold between them (`>` and `>=` are turned around when parsed).
    pub relation: Relation,
    /// The condition as the user wrote it, for messages.
    pub text: String,
}

/// The ends of a law's support, from `support = lower..upper`; each a function of the parameters with one output.
#[derive(Clone, Debug, Default)]
pub struct Support {
    /// No draw is below.
    pub lower: Option<Graph>,
    /// No draw is above.
    pub upper: Option<Graph>,
}

/// A parsed `#[distribution]`.
#[derive(Clone, Debug)]
pub struct Law {
    /// Name of the annotated function, such as `laplace`.
    pub function: String,
    /// Name of the law's type, such as `Laplace`.
    pub name: String,
    /// Position of the function's name.
    pub span: Span,
    /// Parameters `θ` in the order of their declaration.
    pub parameters: Vec<Parameter>,
    /// `log φ_θ(ω)`, one output; leaves are constants, π, i, ω and parameters.
    pub log_cf: Graph,
    /// Position of the function's last expression, for faults about the whole of `log φ`.
    pub log_cf_span: Extent,
    /// The sample expression, if one was given.
    pub sampler: Option<Sampler>,
    /// Conditions between parameters.
    pub conditions: Vec<Condition>,
    /// The ends of the support; an end that was not given is infinite.
    pub support: Support,
    /// Between which real `s` the expectation `E e^{sz}` exists, if the author said so with `strip = lower..upper`.
    pub strip: Option<Support>,
    /// The logarithm of the density, or of the probability of a value, if the author gave it: one output over constants, π,
    /// parameters and the draw. Only the score function rules read it, and nothing checks it against `log φ`.
    pub log_density: Option<Graph>,
    /// Exact rules that the author wrote beside the law.
    pub rules: Vec<WrittenRule>,
}

/// `rule(parameter) = …` of a `#[distribution]`.
#[derive(Clone, Debug)]
pub struct WrittenRule {
    /// The parameter.
    pub parameter: ParamId,
    /// The rule.
    pub rule: ExactRule,
    /// Its tokens.
    pub extent: Extent,
}

/// What laws of one variable and joint laws have in common: what is named, what is checked, and what is drawn for each
/// coordinate by itself.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Name of the annotated function.
    pub function: &'a str,
    /// Name of the law's type.
    pub name: &'a str,
    /// Position of the function's name.
    pub span: Span,
    /// Parameters `θ` in the order of their declaration.
    pub parameters: &'a [Parameter],
    /// Conditions between parameters.
    pub conditions: &'a [Condition],
    /// The base draws of a coordinate, if there is a sample expression.
    pub sampler: Option<&'a Sampler>,
    /// Whether it is a joint law.
    pub joint: bool,
    /// What makes one draw of those of the coordinates, if anything does.
    pub step: Option<JointStep>,
    /// Vector parameters whose entries are added up.
    pub totals: &'a [ParamId],
}

impl Frame<'_> {
    /// The numbers of a coordinate: the parameters, then the sums over the entries of some of them.
    #[must_use]
    pub fn theta(&self) -> Vec<Parameter> {
        with_totals(self.parameters, self.totals)
    }
}

/// Parameters, and after them the sums over entries of some of them, `alpha_sum`.
#[must_use]
pub fn with_totals(parameters: &[Parameter], totals: &[ParamId]) -> Vec<Parameter> {
    let total = |id: &ParamId| {
        let parameter = &parameters[id.0];
        Parameter { name: format!("{}_sum", parameter.name), shape: ParameterShape::Scalar, ..parameter.clone() }
    };
    parameters.iter().cloned().chain(totals.iter().map(total)).collect()
}

impl<'a> From<&'a Law> for Frame<'a> {
    fn from(law: &'a Law) -> Self {
        Self {
            function: &law.function,
            name: &law.name,
            span: law.span,
            parameters: &law.parameters,
            conditions: &law.conditions,
            sampler: law.sampler.as_ref(),
            joint: false,
            step: None,
            totals: &[],
        }
    }
}
