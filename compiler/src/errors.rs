//! What can be wrong with a user's program, and the collector that reports all of it at once.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A run of tokens in the user's source. Stable Rust cannot join the spans of two tokens, so both ends are kept.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// First token.
    pub start: Span,
    /// Last token; equal to `start` for a single one.
    pub end: Span,
}

impl From<Span> for Extent {
    fn from(span: Span) -> Self {
        Self { start: span, end: span }
    }
}

/// One thing that is wrong, at the smallest guilty tokens.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Stable code such as `L0103`.
    pub code: Code,
    /// First guilty token.
    pub start: Span,
    /// Last guilty token; equal to `start` for a single token.
    pub end: Span,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// Kind of a [`Fault`]. The text form is stable across versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// The stable text form.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Code::$name => $code),* }
            }
        }
    };
}

codes! {
    /// Tokens are not what the macro's grammar asks for.
    Syntax = "L0001",
    /// An option of an attribute is unknown, repeated or has a wrong value.
    BadOption = "L0002",
    /// The signature of an annotated function is not of the supported form.
    BadSignature = "L0003",
    /// A parameter's type is none of the parameter kinds.
    UnknownParameterKind = "L0004",
    /// A name is not a parameter, variable or constant in scope.
    UnknownName = "L0005",
    /// A function or method is not part of the language.
    UnknownFunction = "L0006",
    /// An expression is not part of the language.
    Unsupported = "L0007",
    /// A constant is too large or too small for the arithmetic.
    ConstantOutOfRange = "L0008",
    /// The log characteristic function is not analytic at ω = 0.
    NotSmoothAtOrigin = "L0101",
    /// The log characteristic function has imaginary coefficients in `s = iω`.
    NotHermitian = "L0102",
    /// `log φ(0)` is not 0.
    NonzeroAtOrigin = "L0103",
    /// A parameter is not used.
    UnusedParameter = "L0104",
    /// The law does not depend on the frequency.
    Degenerate = "L0106",
    /// `f` is not differentiable where the rule needs derivatives.
    NotDifferentiable = "L0201",
    /// `f` contains a call that cannot be differentiated, or is opaque where every rule takes derivatives.
    OpaqueCall = "L0202",
    /// `f` is not a sum of ridge and separable terms.
    NotNormalForm = "L0203",
    /// `f` does not depend on the draw.
    NoDraw = "L0204",
    /// `f` contains a step or a branch, which has no derivative.
    Step = "L0205",
    /// The truncation order is outside 1 to 64.
    BadOrder = "L0301",
    /// A parameter has no exact rule and no order was given.
    OrderNeeded = "L0302",
    /// The form asked for does not apply.
    FormUnavailable = "L0303",
    /// A rule that stands beside a law is not a gradient of it.
    WrongRule = "L0304",
    /// The computer algebra system is not built in and no stored derivation was found.
    NoAlgebra = "L0401",
    /// No directory for the inter-process lock of the computer algebra system is writable.
    NoLockDirectory = "L0402",
    /// Law and estimator were expanded by different versions of logphi.
    VersionMismatch = "L0403",
    /// The directory for generated texts cannot be written.
    NoEmitDirectory = "L0404",
    /// A stage of the compiler stopped: a bug of logphi.
    Internal = "L0405",
}

impl Fault {
    /// A fault at a token or a run of tokens.
    pub fn new(code: Code, at: impl Into<Extent>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let Extent { start, end } = at.into();
        Self { code, start, end, message: message.into(), help: help.into() }
    }

    /// A fault over the tokens of a syntax tree node.
    pub fn over(code: Code, node: &impl quote::ToTokens, message: impl Into<String>, help: impl Into<String>) -> Self {
        let mut spans = node.to_token_stream().into_iter().map(|token| token.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        let end = spans.last().unwrap_or(start);
        Self { code, start, end, message: message.into(), help: help.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}\n\nhelp: {}", self.code.text(), self.message, self.help)
    }
}

/// The faults of a stage. Stages keep checking after the first and stop between stages.
#[derive(Clone, Debug, Default)]
#[must_use = "faults must be reported"]
pub struct Errors {
    faults: Vec<Fault>,
}

impl Errors {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault.
    pub fn push(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Adds the faults of another stage.
    pub fn extend(&mut self, other: Errors) {
        self.faults.extend(other.faults);
    }

    /// The same faults, each changed.
    pub fn map(self, change: impl FnMut(Fault) -> Fault) -> Self {
        Self { faults: self.faults.into_iter().map(change).collect() }
    }

    /// The faults in the order in which they were found.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// `Ok` if nothing was wrong.
    ///
    /// # Errors
    /// The faults themselves.
    pub fn into_result(self) -> Result<(), Errors> {
        if self.faults.is_empty() { Ok(()) } else { Err(self) }
    }

    /// One `compile_error!` for each fault, at its tokens, in source order.
    #[must_use]
    pub fn to_compile_errors(&self) -> TokenStream {
        let mut faults: Vec<&Fault> = self.faults.iter().collect();
        faults.sort_by_key(|fault| {
            let start = fault.start.start();
            (start.line, start.column)
        });
        faults
            .into_iter()
            .map(|fault| {
                let message = fault.to_string();
                // The first token sets where the underline begins, the group where it ends.
                let end = fault.end;
                let arguments = quote_spanned! { end => { #message } };
                quote_spanned! { fault.start => ::core::compile_error! #arguments }
            })
            .collect()
    }
}

impl From<Fault> for Errors {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}

/// Reports a bug of the compiler itself, naming the stage and what it was looking at.
macro_rules! bug {
    ($stage:literal, $($what:tt)*) => {
        panic!("bug in logphi-compiler, stage `{}`: {}. Please report it with the macro's input.", $stage, format_args!($($what)*))
    };
}
pub(crate) use bug;
