//! The forms of a rule and what a rule is made of.

use crate::ir::{Graph, ParamId};

/// One coefficient `a_n(θ)` of a rule: it multiplies `E f^(n)(z)`, no factorial inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// The order `n` of the derivative of `f`, at least 1.
    pub order: u32,
    /// `a_n(θ)`, one output; leaves are constants, π and parameters. Never identically zero.
    pub value: Graph,
}

/// How the gradient with respect to one parameter is computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Form {
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
    /// The kept coefficients, by ascending order.
    pub coefficients: Vec<Coefficient>,
}

impl Rule {
    /// Whether the rule has no bias.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        match self.form {
            Form::Terminating { .. } => true,
            Form::Truncated { .. } => false,
        }
    }
}

/// How many orders beyond the kept ones are searched for the first discarded term.
pub const LOOK_AHEAD: u32 = 4;

/// The highest order that can be asked for.
pub const MAX_ORDER: u32 = 64;

/// A form that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestedForm {
    /// `form = truncated`
    Truncated,
    /// `form = terminating`
    Terminating,
}
