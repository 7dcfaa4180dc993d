//! What can be wrong with the numbers of a run.

use crate::backend::DeviceError;
use crate::inversion::SamplerError;
use crate::kernel::{Domain, Moment};

/// Why an estimate could not be made. Every variant is a condition on the caller's numbers; nothing panics.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// A parameter lies outside its domain (or is NaN or infinite).
    #[error("parameter `{parameter}` is {value} at coordinate {coordinate}, but must be {}", describe(*domain))]
    ParameterOutsideDomain {
        /// Name of the parameter.
        parameter: &'static str,
        /// Coordinate of the guilty value; 0 for a shared one.
        coordinate: usize,
        /// The value.
        value: f64,
        /// Where it must lie.
        domain: Domain,
    },
    /// A covariance matrix has another number of columns than of rows.
    #[error("`{parameter}` has {rows} rows and {columns} columns, but must be square")]
    NotSquare {
        /// Name of the parameter.
        parameter: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A covariance matrix differs from its transpose by more than rounding.
    #[error("`{parameter}` is not symmetric: entries ({row}, {column}) and ({column}, {row}) differ")]
    NotSymmetric {
        /// Name of the parameter.
        parameter: &'static str,
        /// Row of the first entry that differs.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A covariance matrix has no Cholesky factor.
    #[error(
        "`{parameter}` is not positive definite: pivot {pivot} of its Cholesky factorisation is {value}, but must be above 0"
    )]
    NotPositiveDefinite {
        /// Name of the parameter.
        parameter: &'static str,
        /// Index of the row and column where the factorisation ends.
        pivot: usize,
        /// What is left of the diagonal there.
        value: f64,
    },
    /// A variable has fewer than two states.
    #[error("`{parameter}` has {states} probabilities for each variable, but must have at least 2")]
    TooFewStates {
        /// Name of the parameter.
        parameter: &'static str,
        /// How many there are.
        states: usize,
    },
    /// The probabilities of a variable do not add up to 1.
    #[error("row {row} of `{parameter}` adds up to {sum}, but must add up to 1")]
    NotNormalised {
        /// Name of the parameter.
        parameter: &'static str,
        /// The row of the variable; 0 for shared probabilities.
        row: usize,
        /// What its probabilities add up to.
        sum: f64,
    },
    /// The coordinates that arguments imply are no whole number of variables.
    #[error("`{name}` has length {found}, which is no whole number of variables with {states} states")]
    NotWholeVariables {
        /// What has the wrong length.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The states of a variable.
        states: usize,
    },
    /// The number of states is not the one an estimator was prepared for.
    #[error("the estimator was prepared for variables with {expected} states, but this step has {found}")]
    StatesChanged {
        /// Prepared for.
        expected: usize,
        /// Found.
        found: usize,
    },
    /// A condition of the law's `require = …` does not hold.
    #[error("`{law}` requires {condition}, which does not hold at coordinate {coordinate}")]
    ConditionViolated {
        /// Name of the law.
        law: &'static str,
        /// The condition as written.
        condition: &'static str,
        /// Coordinate of the guilty values.
        coordinate: usize,
    },
    /// A law of a sweep failed.
    #[error("law {law} of the sweep: {error}")]
    AtLaw {
        /// Position of the law.
        law: usize,
        /// Why.
        error: Box<EstimateError>,
    },
    /// The law has no sample expression, and its characteristic function cannot be inverted.
    #[error("`{law}` cannot be sampled at coordinate {coordinate}: {reason}")]
    Sampler {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the parameters.
        coordinate: usize,
        /// Why.
        reason: SamplerError,
    },
    /// A number in an argument is NaN or infinite.
    #[error("argument `{argument}` is {value} at index {index}, but must be finite")]
    ArgumentNotFinite {
        /// Name of the argument.
        argument: &'static str,
        /// Position of the number in the argument, row by row.
        index: usize,
        /// The number.
        value: f64,
    },
    /// Two lengths that must agree do not.
    #[error("`{name}` has length {found}, expected {expected} to agree with `{other}`")]
    LengthsDiffer {
        /// What has the wrong length.
        name: &'static str,
        /// Its length.
        found: usize,
        /// What it must agree with.
        other: &'static str,
        /// The length of that.
        expected: usize,
    },
    /// The function reads a coordinate that the draw does not have.
    #[error("`{name}` has {found} coordinates, but the function reads at least {needed}")]
    TooFewCoordinates {
        /// Name of the draw.
        name: &'static str,
        /// How many it has.
        found: usize,
        /// How many are read.
        needed: usize,
    },
    /// All parameters are shared and no argument tells how many coordinates there are.
    #[error("the number of coordinates is unknown: all parameters are shared; say `.dimension(d)`")]
    DimensionUnknown,
    /// There is no coordinate at all.
    #[error("there are 0 coordinates, need at least 1")]
    NoCoordinates,
    /// The number of coordinates is not the one an estimator was prepared for.
    #[error("the estimator was prepared for {expected} coordinates, but this step has {found}")]
    DimensionChanged {
        /// Prepared for.
        expected: usize,
        /// Found.
        found: usize,
    },
    /// No samples were asked for.
    #[error("0 samples were asked for, need at least 1")]
    NoSamples,
    /// One sample was asked for, of a rule that subtracts the mean over the others.
    #[error(
        "the leave-one-out baseline of `{function}` is a mean over the other samples, but only 1 was asked for; need at least 2"
    )]
    NoOtherSamples {
        /// Name of the function.
        function: &'static str,
    },
    /// More samples or coordinates than the random number layout can count.
    #[error("{found} {what} were asked for, at most {limit} can be told apart by the random numbers")]
    TooMany {
        /// `samples` or `coordinates`.
        what: &'static str,
        /// How many.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A coefficient of a rule is NaN or infinite: the parameters are outside the law's domain or too extreme.
    #[error("the coefficient of {} for `{parameter}` is not finite at coordinate {coordinate}: parameters too extreme", name(*moment))]
    CoefficientNotFinite {
        /// Whose gradient.
        parameter: &'static str,
        /// What it multiplies.
        moment: Moment,
        /// Where.
        coordinate: usize,
    },
    /// A formula asks for `E e^{λz}` where it does not exist: `log φ` has a singularity between 0 and the real part of `λ`.
    #[error(
        "E exp(λ z) does not exist for z ~ {law}({parameters}) and λ with real part {exponent} (coordinate {coordinate}): log φ \
         ends at s = {end}"
    )]
    OutsideStrip {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the draw.
        coordinate: usize,
        /// The law's parameters there, `k = 2, mu = 1.5`.
        parameters: String,
        /// The real part of `λ`.
        exponent: f64,
        /// The end of the strip, or where it was found to end.
        end: f64,
    },
    /// A formula asks for `E e^{λz}`, and neither existence nor a singularity could be shown.
    #[error(
        "E exp(λ z) was shown to exist for z ~ {law}({parameters}) only up to s = {proved}, not to the real part {exponent} of λ \
         (coordinate {coordinate}): if a singularity of log φ cancels, say so by `strip = ..` on the law; other forms need no \
         strip, such as `form = auxiliary`, `difference` or `discrete`, or `order = 8`"
    )]
    StripUndecided {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the draw.
        coordinate: usize,
        /// The law's parameters there.
        parameters: String,
        /// The real part of `λ`.
        exponent: f64,
        /// Up to where existence was shown.
        proved: f64,
    },
    /// The characteristic function or a derivative of it overflows, or cannot be followed to `λ`.
    #[error(
        "φ of {law}({parameters}) or a derivative of it is not finite at s = {} + {} i (coordinate {coordinate}); forms that draw do \
         not evaluate it, such as `form = auxiliary`, `terminating` or `difference`, or `order = 8`",
        exponent[0], exponent[1]
    )]
    CharacteristicNotFinite {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the draw.
        coordinate: usize,
        /// The law's parameters there.
        parameters: String,
        /// Real and imaginary part of `λ`.
        exponent: [f64; 2],
    },
    /// The moments of a law far from 0 are lost to rounding: its characteristic function does not give the spread to seven
    /// digits.
    #[error(
        "the spread of {law}({parameters}) is lost to rounding beside its mean {centre} (coordinate {coordinate}): write the law \
         with its location as a term of its own, as `mu * s + ..`, or ask for a form that draws, such as `form = terminating`, \
         `auxiliary` or `difference`"
    )]
    DigitsLost {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the draw.
        coordinate: usize,
        /// The law's parameters there.
        parameters: String,
        /// The mean.
        centre: f64,
    },
    /// A closed form asks for `∂_θ log φ(λ)` near a zero of `φ`, where noise would cover the result.
    #[error(
        "φ of {law}({parameters}) is near zero at s = {} + {} i (coordinate {coordinate}): |φ| is {ratio:e} of its bound, and a \
         closed form has its noise multiplied by the inverse; ask for `form = formula`, which has none",
        exponent[0], exponent[1]
    )]
    NearZero {
        /// Name of the law.
        law: &'static str,
        /// Coordinate of the draw.
        coordinate: usize,
        /// The law's parameters there.
        parameters: String,
        /// Real and imaginary part of `λ`.
        exponent: [f64; 2],
        /// `|φ(λ)| / φ(Re λ)`.
        ratio: f64,
    },
    /// A result is NaN or infinite: the function or its derivatives overflow, or are not a number, at some draw.
    #[error("{what} is not finite: something overflows or is not a number at some draw")]
    ResultNotFinite {
        /// Which result.
        what: &'static str,
    },
    /// An entry of the gradient or of its standard error is NaN or infinite.
    #[error("the gradient of `{parameter}` is not finite: a derivative of the function overflows at some draw")]
    GradientNotFinite {
        /// Name of the parameter.
        parameter: &'static str,
    },
    /// Gradients with respect to the arguments of an opaque function were asked for.
    #[error(
        "`{function}` is opaque: it is only called, so that nothing is known of its derivatives with respect to its arguments"
    )]
    NoArgumentGradient {
        /// Name of the function.
        function: &'static str,
    },
    /// The device that was asked for cannot run the estimator.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Gradients with respect to arguments were asked for from a device.
    #[error("gradients with respect to the arguments of `{function}` are computed by `Backend::Cpu` only")]
    NoArgumentGradientOnDevice {
        /// Name of the function.
        function: &'static str,
    },
    /// The buffer for draws has the wrong length.
    #[error("the buffer holds {found} numbers, need {expected}")]
    BufferLength {
        /// Its length.
        found: usize,
        /// Samples times coordinates.
        expected: usize,
    },
}

const fn describe(domain: Domain) -> &'static str {
    match domain {
        Domain::Real => "finite",
        Domain::Positive => "finite and above 0",
        Domain::Probability => "strictly between 0 and 1",
        Domain::Count => "a whole number, at least 0",
        Domain::Simplex => "from 0 to 1",
    }
}

fn name(moment: Moment) -> String {
    match moment {
        Moment::Derivative(order) => format!("the derivative of order {order}"),
        Moment::Hessian => "the second derivatives".to_owned(),
        Moment::Stencil(_) => "the exact rule".to_owned(),
    }
}
