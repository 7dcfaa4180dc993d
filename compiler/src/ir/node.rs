//! The operations of a scalar graph.

use super::draw::{DrawId, DrawSlope};

/// An exact constant. `0.1` in user code is 1/10; rounding happens once, in `emit::literal`.
pub type Rational = num_rational::BigRational;

/// Position of a node in its graph. Operands have smaller ids than the node that uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Index of a parameter `θ_j` of a law, in the order of its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(pub usize);

/// Index into the data table of a [`NormalForm`](super::NormalForm): a number that does not depend on the draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataId(pub usize);

/// One operation of a scalar [`Graph`](super::Graph).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// Exact constant.
    Constant(Rational),
    /// The number π.
    Pi,
    /// The imaginary unit `i`; only in a log characteristic function as written.
    ImaginaryUnit,
    /// The frequency ω; only in a log characteristic function as written.
    Frequency,
    /// The transform variable `s = iω`; only after [`Frequency`](Node::Frequency) was replaced.
    TransformVariable,
    /// Parameter `θ_j` of the law.
    Param(ParamId),
    /// The coordinate `z_j` that a separable term is applied to.
    Sample,
    /// The argument `u_o = ⟨A_o, z⟩ + c_o` of a ridge term.
    Ridge,
    /// A coordinate of the draw, by its place among those of an interaction term.
    Coordinate(usize),
    /// A number that does not depend on the draw.
    Data(DataId),
    /// A base draw of a sampler.
    Draw(DrawId),
    /// A number that a section of a kernel program is given; the section says which.
    Input(usize),
    /// Two or more operands, ascending by id.
    Sum(Box<[NodeId]>),
    /// Two or more operands, ascending by id.
    Product(Box<[NodeId]>),
    /// Integer power; the exponent is never 0 or 1.
    Power(NodeId, i32),
    /// Real power `base^exponent` of a positive base.
    RealPower(NodeId, NodeId),
    /// One-argument primitive such as `exp`.
    Call(Primitive, NodeId),
    /// The larger of two operands.
    Maximum(NodeId, NodeId),
    /// The smaller of two operands.
    Minimum(NodeId, NodeId),
    /// Kummer's function `1F1(a; b; x)`, or a derivative of it; the operands are `a`, `b` and `x`.
    Kummer(Kummer, [NodeId; 3]),
    /// How a base draw moves with one of its arguments, at a fixed probability; the operands are the arguments and the number
    /// that was drawn. Only rules that differentiate a draw have it, among their numbers, and only the runtime computes it.
    DrawSlope(DrawSlope, Box<[NodeId]>),
}

/// Kummer's function and its derivatives with respect to the first two arguments; that with respect to the third is the
/// function itself with other arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kummer {
    /// `1F1(a; b; x)`
    Value,
    /// `∂/∂a 1F1(a; b; x)`
    FirstSlope,
    /// `∂/∂b 1F1(a; b; x)`
    SecondSlope,
}

impl Kummer {
    /// The function and its derivatives.
    pub const ALL: &'static [Kummer] = &[Kummer::Value, Kummer::FirstSlope, Kummer::SecondSlope];

    /// The name in user code (of the function itself) and in dumps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kummer::Value => "kummer",
            Kummer::FirstSlope => "kummer_first_slope",
            Kummer::SecondSlope => "kummer_second_slope",
        }
    }
}

/// A function of one argument that every target knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Primitive {
    /// `e^x`
    Exp,
    /// `e^x - 1`
    ExpM1,
    /// natural logarithm
    Ln,
    /// `ln(1 + x)`
    Ln1p,
    /// square root
    Sqrt,
    /// sine
    Sin,
    /// cosine
    Cos,
    /// tangent
    Tan,
    /// hyperbolic sine
    Sinh,
    /// hyperbolic cosine
    Cosh,
    /// hyperbolic tangent
    Tanh,
    /// inverse tangent
    Atan,
    /// `σ(x) = 1 / (1 + e^{-x})`
    Sigmoid,
    /// `ln σ(x)`
    LogSigmoid,
    /// `ln(1 + e^x)`
    Softplus,
    /// `ln Γ(x)` of a positive `x`
    LnGamma,
    /// the derivative `ψ^(n)(x)` of the digamma function `ψ = (ln Γ)'`, of a positive `x`
    Polygamma(u32),
    /// absolute value
    Abs,
    /// sign of `x`, with `sign(0) = 0`; appears only when `abs`, `max` or `min` of a term is differentiated
    Sign,
}

impl Primitive {
    /// Every primitive that has a name of its own, in declaration order.
    pub const ALL: &'static [Primitive] = &[
        Primitive::Exp,
        Primitive::ExpM1,
        Primitive::Ln,
        Primitive::Ln1p,
        Primitive::Sqrt,
        Primitive::Sin,
        Primitive::Cos,
        Primitive::Tan,
        Primitive::Sinh,
        Primitive::Cosh,
        Primitive::Tanh,
        Primitive::Atan,
        Primitive::Sigmoid,
        Primitive::LogSigmoid,
        Primitive::Softplus,
        Primitive::LnGamma,
        Primitive::Polygamma(0),
        Primitive::Polygamma(1),
        Primitive::Abs,
        Primitive::Sign,
    ];

    /// The name in user code, in generated Rust and in dumps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Primitive::Exp => "exp",
            Primitive::ExpM1 => "exp_m1",
            Primitive::Ln => "ln",
            Primitive::Ln1p => "ln_1p",
            Primitive::Sqrt => "sqrt",
            Primitive::Sin => "sin",
            Primitive::Cos => "cos",
            Primitive::Tan => "tan",
            Primitive::Sinh => "sinh",
            Primitive::Cosh => "cosh",
            Primitive::Tanh => "tanh",
            Primitive::Atan => "atan",
            Primitive::Sigmoid => "sigmoid",
            Primitive::LogSigmoid => "log_sigmoid",
            Primitive::Softplus => "softplus",
            Primitive::LnGamma => "ln_gamma",
            Primitive::Polygamma(0) => "digamma",
            Primitive::Polygamma(1) => "trigamma",
            Primitive::Polygamma(_) => "polygamma",
            Primitive::Abs => "abs",
            Primitive::Sign => "sign",
        }
    }

    /// The call of an argument in dumps and texts: `exp(x)`, `polygamma(2, x)`.
    #[must_use]
    pub fn call_text(self, argument: &str) -> String {
        match self {
            Primitive::Polygamma(order @ 2..) => format!("polygamma({order}, {argument})"),
            other => format!("{}({argument})", other.name()),
        }
    }
}
