//! Calls: the elementary functions, as methods and as functions, and the base draws of samplers.
//!
//! A method's receiver counts as the first argument, so that `z.max(0.0)` and `f64::max(z, 0.0)` are one thing. Arguments
//! are read before the name is judged: a fault inside an argument of an unknown function is reported too.

use num_traits::ToPrimitive;
use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall, Ident};

use super::expression::{BRANCHES, Dialect, Walker};
use super::joint::joint_functions;
use super::rule::{Evaluation, derivative_of_name};
use super::scope::Value;
use super::spelling::{list, nearest};
use super::terms::Place;
use crate::errors::{Code, Fault};
use crate::ir::{BaseDraw, DrawId, DrawKind, Kummer, Node, NodeId, Primitive};

/// A function of numbers that is not a [`Primitive`] of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builtin {
    Primitive(Primitive),
    Powi,
    Powf,
    Recip,
    MulAdd,
    Max,
    Min,
    From,
    LogBernoulli,
    Kummer,
}

/// Names other than those of primitives, and the number of arguments with the receiver.
const BUILTINS: &[(&str, Builtin, usize)] = &[
    ("powi", Builtin::Powi, 2),
    ("powf", Builtin::Powf, 2),
    ("recip", Builtin::Recip, 1),
    ("mul_add", Builtin::MulAdd, 3),
    ("max", Builtin::Max, 2),
    ("min", Builtin::Min, 2),
    ("from", Builtin::From, 1),
    ("log_bernoulli", Builtin::LogBernoulli, 2),
    (Kummer::Value.name(), Builtin::Kummer, 3),
];

/// Functions of the standard library with steps.
const STEPS: &[&str] = &[
    "floor",
    "ceil",
    "round",
    "round_ties_even",
    "trunc",
    "fract",
    "signum",
    "copysign",
    "rem_euclid",
    "div_euclid",
    "clamp",
    "is_sign_positive",
    "is_sign_negative",
    "is_nan",
    "is_finite",
    "total_cmp",
    "partial_cmp",
];

/// What functions of the language are called elsewhere.
const ELSEWHERE: &[(&str, &str)] = &[
    ("log", "ln"),
    ("log1p", "ln_1p"),
    ("logistic", "sigmoid"),
    ("expit", "sigmoid"),
    ("pow", "powi"),
    ("arctan", "atan"),
];

/// Functions of slices and iterators.
const SEQUENCES: &[&str] = &["dot", "iter", "zip", "map", "sum", "rows"];

/// The functions that may be called in a dialect, with the number of arguments.
fn builtins(dialect: Dialect) -> impl Iterator<Item = (&'static str, Builtin, usize)> {
    let primitives = Primitive::ALL.iter().filter(|primitive| **primitive != Primitive::Sign);
    let primitives = primitives.map(|primitive| (primitive.name(), Builtin::Primitive(*primitive), 1));
    primitives.chain(BUILTINS.iter().copied()).filter(move |row| is_of(row.1, dialect))
}

/// Whether a function is part of a dialect. The gamma function's family is for parameters: it has no code for samples.
const fn is_of(builtin: Builtin, dialect: Dialect) -> bool {
    match (builtin, dialect) {
        (Builtin::Kummer, _) => matches!(dialect, Dialect::LogCf),
        (Builtin::LogBernoulli, _) => matches!(dialect, Dialect::Function | Dialect::Term),
        (Builtin::Primitive(Primitive::LnGamma), Dialect::LogCf) => true,
        (Builtin::Primitive(Primitive::LnGamma | Primitive::Polygamma(_)), _) => {
            matches!(dialect, Dialect::Rule | Dialect::Condition | Dialect::Term)
        }
        _ => true,
    }
}

fn builtin(name: &str, dialect: Dialect) -> Option<(Builtin, usize)> {
    builtins(dialect).find(|row| row.0 == name).map(|row| (row.1, row.2))
}

/// The names that may be called in a dialect.
fn understood(dialect: Dialect) -> Vec<&'static str> {
    let mut names: Vec<&str> = builtins(dialect).map(|row| row.0).filter(|name| *name != "from").collect();
    match dialect {
        Dialect::Sample | Dialect::Rule => names.extend(DrawKind::ALL.iter().map(|kind| kind.name())),
        Dialect::Function => names.extend(SEQUENCES),
        Dialect::LogCf | Dialect::Condition | Dialect::Term => {}
    }
    names
}

/// The calls of base draws, for messages.
fn draw_signatures() -> String {
    list(DrawKind::ALL.iter().map(|kind| kind.signature()).collect::<Vec<_>>().iter().map(String::as_str))
}

/// A value with its tokens.
pub(crate) struct Operand<'a> {
    pub(crate) value: Value,
    pub(crate) tokens: &'a dyn ToTokens,
    /// The number of base draws before the value was read.
    pub(crate) draws_before: usize,
}

impl Walker {
    /// Whether there are slices and iterators.
    fn has_sequences(&self) -> bool {
        self.dialect == Dialect::Function || (self.dialect == Dialect::LogCf && self.joint.is_some())
    }

    /// Reads `path(arguments)`.
    pub(crate) fn call(&mut self, call: &ExprCall) -> Value {
        let Expr::Path(path) = &*call.func else {
            return self.refuse(Fault::over(
                Code::Unsupported,
                &call.func,
                "only a named function can be called",
                "name one of the functions of the language, such as `exp(x)`",
            ));
        };
        let operands: Vec<Operand> = call.args.iter().map(|argument| self.operand(argument)).collect();
        self.call_path(&path.path, operands, call)
    }

    fn operand<'a>(&mut self, argument: &'a Expr) -> Operand<'a> {
        let draws_before = self.draws.len();
        Operand { value: self.expression(argument), tokens: argument, draws_before }
    }

    /// Calls the function that `path` names.
    pub(crate) fn call_path(&mut self, path: &syn::Path, operands: Vec<Operand>, whole: &dyn ToTokens) -> Value {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some(last) = path.segments.last() else { return Value::Faulty };
        let known_path = match segments.first().map(String::as_str) {
            Some("f64" | "LogCf" | "logphi" | "std" | "core") => true,
            _ => segments.len() == 1,
        };
        if !known_path {
            return self.unknown_call(&last.ident, &operands, &whole);
        }
        self.call_named(&last.ident, operands, whole)
    }

    /// Reads `receiver.method(arguments)`.
    pub(crate) fn method_call(&mut self, call: &ExprMethodCall) -> Value {
        let draws_before = self.draws.len();
        let receiver = self.expression(&call.receiver);
        if let Value::Vector(_) | Value::Matrix(_) | Value::Sequence(_) = &receiver {
            return self.sequence_method(receiver, call);
        }
        let mut operands = vec![Operand { value: receiver, tokens: &call.receiver, draws_before }];
        for argument in &call.args {
            operands.push(match argument {
                Expr::Closure(_) => Operand { value: Value::Faulty, tokens: argument, draws_before: self.draws.len() },
                other => self.operand(other),
            });
        }
        self.call_named(&call.method, operands, call)
    }

    fn call_named(&mut self, name: &Ident, operands: Vec<Operand>, whole: &dyn ToTokens) -> Value {
        let text = name.to_string();
        let place = Place::of(&whole);
        let expected = match builtin(&text, self.dialect) {
            Some((builtin, arity)) => {
                if operands.len() == arity {
                    return self.apply(builtin, operands, place);
                }
                arity
            }
            None if self.has_sequences() && matches!(text.as_str(), "dot" | "zip") => {
                if operands.len() == 2 {
                    return self.call_on_sequences(&text, operands, &whole);
                }
                2
            }
            None if self.joint.is_some() && joint_functions(self.dialect).contains(&text.as_str()) => {
                return self.joint_call(&text, &operands, whole);
            }
            None if self.dialect == Dialect::Rule
                && operands.len() == 1
                && let Some(order) = derivative_of_name(&text) =>
            {
                let Some((point, _)) = self.expect_number(operands[0].value.clone(), &operands[0].tokens) else {
                    return Value::Faulty;
                };
                self.evaluations.push(Evaluation { order, point });
                let id = self.terms.scalar(Node::Input(self.evaluations.len() - 1), place);
                return Value::Scalar { id, whole: false };
            }
            None => match DrawKind::ALL.iter().find(|kind| self.dialect.has_base_draws() && kind.name() == text) {
                Some(&kind) if operands.len() == kind.arguments().len() => return self.draw(kind, operands, place),
                Some(kind) => kind.arguments().len(),
                None => return self.unknown_call(name, &operands, &whole),
            },
        };
        self.refuse(place.fault(
            Code::Unsupported,
            format!("`{text}` is called with {} values, expected {expected} (a receiver included)", operands.len()),
            match self.dialect {
                Dialect::Sample | Dialect::Rule => format!(
                    "functions take what they take in Rust's standard library; base draws are {}, to be shifted and scaled \
                     by arithmetic",
                    draw_signatures()
                ),
                Dialect::Function | Dialect::LogCf | Dialect::Condition | Dialect::Term => {
                    "functions take what they take in Rust's standard library".to_owned()
                }
            },
        ))
    }

    fn apply(&mut self, builtin: Builtin, operands: Vec<Operand>, place: Place) -> Value {
        let mut numbers = Vec::new();
        for operand in operands {
            match self.expect_number(operand.value, &operand.tokens) {
                Some((id, whole)) => numbers.push((id, whole, Place::of(&operand.tokens))),
                None => return Value::Faulty,
            }
        }
        let ids: Vec<NodeId> = numbers.iter().map(|number| number.0).collect();
        let id = match (builtin, ids.as_slice()) {
            (Builtin::Primitive(primitive), &[x]) => self.terms.call(primitive, x, place),
            (Builtin::Max, &[x, y]) => self.terms.scalar(Node::Maximum(x, y), place),
            (Builtin::Min, &[x, y]) => self.terms.scalar(Node::Minimum(x, y), place),
            (Builtin::Powi, &[x, exponent]) => {
                let value = self.terms.as_constant(exponent).filter(|_| numbers[1].1);
                match value.and_then(|value| value.to_integer().to_i32()) {
                    Some(value) => self.terms.power(x, value, place),
                    None => {
                        return self.refuse(numbers[1].2.fault(
                            Code::Unsupported,
                            "the exponent of `powi` is not a whole number known here",
                            "write a literal such as `2` or `-1`; for any other exponent use `powf`",
                        ));
                    }
                }
            }
            (Builtin::Powf, &[x, exponent]) => {
                let whole = self.terms.as_constant(exponent).filter(|value| value.is_integer());
                match whole.and_then(|value| value.to_integer().to_i32()) {
                    Some(value) => self.terms.power(x, value, place),
                    None => self.terms.scalar(Node::RealPower(x, exponent), place),
                }
            }
            (Builtin::Recip, &[x]) => self.terms.power(x, -1, place),
            (Builtin::MulAdd, &[x, factor, addend]) => {
                let product = self.terms.product(vec![x, factor], place);
                self.terms.sum(vec![product, addend], place)
            }
            (Builtin::From, &[x]) => x,
            (Builtin::LogBernoulli, &[x, log_odds]) => {
                let product = self.terms.product(vec![x, log_odds], place);
                let normalisation = self.terms.call(Primitive::Softplus, log_odds, place);
                let negative = self.terms.negate(normalisation, place);
                self.terms.sum(vec![product, negative], place)
            }
            (Builtin::Kummer, &[a, b, x]) => self.terms.scalar(Node::Kummer(Kummer::Value, [a, b, x]), place),
            (builtin, ids) => crate::errors::bug!("parse", "{builtin:?} was applied to {} numbers", ids.len()),
        };
        Value::Scalar { id, whole: false }
    }

    fn draw(&mut self, kind: DrawKind, operands: Vec<Operand>, place: Place) -> Value {
        let mut arguments = Vec::new();
        let jump = operands.last().map(|operand| (operand.draws_before, Place::of(&operand.tokens)));
        for operand in operands {
            match self.expect_number(operand.value, &operand.tokens) {
                Some((id, _)) => arguments.push(id),
                None => return Value::Faulty,
            }
        }
        let id = DrawId(self.draws.len());
        if let (DrawKind::Compound, Some((first, jump)), Some(&root)) = (kind, jump, arguments.last()) {
            let within = &mut self.draws[first..];
            if within.is_empty() && self.terms.has_base_draw(root) {
                return self.refuse(jump.fault(
                    Code::Unsupported,
                    "the jump of `compound` has no draw of its own, so all copies would be the same",
                    "write the draws of the jump between the parentheses: what `let` binds outside is drawn once",
                ));
            }
            within.iter_mut().filter(|draw| draw.within.is_none()).for_each(|draw| draw.within = Some(id));
        }
        self.draws.push(BaseDraw::new(kind, arguments));
        Value::Scalar { id: self.terms.scalar(Node::Draw(id), place), whole: false }
    }

    /// Refuses a call of something that is not part of the language.
    pub(crate) fn unknown_call(&mut self, name: &Ident, operands: &[Operand], whole: &dyn ToTokens) -> Value {
        let text = name.to_string();
        let mut with_draw = false;
        for operand in operands {
            with_draw |= self.mentions_draw(&operand.value);
            if let Value::Opaque(argument) = operand.value {
                self.named_opaque.push(argument);
            }
        }
        let place = Place::of(&whole);
        let mut names = understood(self.dialect);
        if self.joint.is_some() {
            names.extend(joint_functions(self.dialect));
            names.extend(SEQUENCES.iter().filter(|name| self.has_sequences() && **name != "rows"));
        }
        let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == text).map(|row| row.1);
        let near = elsewhere
            .or_else(|| nearest(&text, names.iter().copied()))
            .map(|near| format!("did you mean `{near}`? "))
            .unwrap_or_default();
        let is_draw = |name: &&str| DrawKind::ALL.iter().any(|kind| kind.name() == *name);
        let operators = list(names.iter().copied().filter(|name| !is_draw(name)));
        let fault = if STEPS.contains(&text.as_str()) {
            let message = format!("`{text}` is not part of the language");
            Fault::new(self.dialect.step(), name.span(), message, BRANCHES)
        } else if with_draw {
            place.fault(
                Code::OpaqueCall,
                format!("`{text}` is called with the draw, and the compiler cannot differentiate it"),
                format!("{near}understood are arithmetic and {operators}"),
            )
        } else if self.dialect.has_base_draws() {
            Fault::new(
                Code::UnknownFunction,
                name.span(),
                format!("`{text}` is not a base draw or function of this version"),
                format!("{near}base draws are {}; understood besides arithmetic are {operators}", draw_signatures()),
            )
        } else {
            let outside = match self.dialect {
                Dialect::Function => {
                    "; a number that does not depend on the draw can be computed outside and passed as `f64`"
                }
                Dialect::LogCf | Dialect::Sample | Dialect::Rule | Dialect::Condition | Dialect::Term => "",
            };
            Fault::new(
                Code::UnknownFunction,
                name.span(),
                format!("`{text}` is not part of the language"),
                format!("{near}understood are arithmetic and {operators}{outside}"),
            )
        };
        if operands.iter().all(|operand| matches!(operand.value, Value::Faulty)) && !operands.is_empty() {
            return Value::Faulty;
        }
        self.refuse(fault)
    }
}
