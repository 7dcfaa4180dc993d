//! Names: what they stand for, how patterns bind them, and which constants are known without being bound.

use quote::ToTokens;
use syn::Pat;

use super::expression::{Dialect, Walker};
use super::sequence::Sequence;
use super::spelling::{list, nearest};
use super::terms::{Place, Terms};
use crate::errors::{Code, Fault};
use crate::ir::{Node, NodeId, ParamId, Primitive, Rational};

/// A list of numbers that can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vector {
    /// The draw.
    Draw,
    /// A slice argument.
    Slice(usize),
    /// The current row of a matrix argument.
    MatrixRow(usize),
    /// The frequency of a joint law.
    Frequency,
    /// A vector parameter of a joint law.
    Parameter(ParamId),
}

/// What an expression stands for.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A number; `whole` if Rust gives it an integer type.
    Scalar {
        /// The expression.
        id: NodeId,
        /// Whether it has an integer type.
        whole: bool,
    },
    /// A list of numbers.
    Vector(Vector),
    /// A matrix argument.
    Matrix(usize),
    /// A covariance parameter of a joint law.
    Covariance(ParamId),
    /// The Cholesky factor of a covariance parameter.
    Factor(ParamId),
    /// An iterator.
    Sequence(Sequence),
    /// A tuple, from `zip`.
    Tuple(Vec<Value>),
    /// An argument of a type that cannot be looked into.
    Opaque(usize),
    /// Something that was refused already.
    Faulty,
}

/// Names in scope, inner ones last.
pub(crate) type Scope = Vec<(String, Value)>;

/// A name without the `r#` of a raw identifier.
fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Constants of the standard library.
const CONSTANTS: &[&str] = &["PI", "TAU", "E", "LN_2", "SQRT_2"];

impl Walker {
    /// A name, or the path of a constant of the standard library.
    pub(crate) fn name(&mut self, path: &syn::Path) -> Value {
        let Some(last) = path.segments.last() else { return Value::Faulty };
        let name = last.ident.to_string();
        if path.segments.len() == 1
            && let Some((_, value)) = self.scope.iter().rev().find(|(known, _)| plain(known) == plain(&name))
        {
            return value.clone();
        }
        let place = Place::of(path);
        let qualifier = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
        if matches!(qualifier.as_deref(), None | Some("consts"))
            && let Some(id) = self.constant(&name, place)
        {
            return Value::Scalar { id, whole: false };
        }
        if name == "I" && qualifier.is_none() {
            if self.dialect == Dialect::LogCf {
                return Value::Scalar { id: self.terms.scalar(Node::ImaginaryUnit, place), whole: false };
            }
            return self.refuse(place.fault(
                Code::UnknownName,
                "the imaginary unit `I` belongs in log characteristic functions only",
                "everything else in logphi is real",
            ));
        }
        let text = path.to_token_stream().to_string().replace(' ', "");
        let names: Vec<&str> = self.scope.iter().map(|(known, _)| known.as_str()).collect();
        let help = match nearest(&name, names.iter().copied().chain(CONSTANTS.iter().copied())) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "nothing is in scope here but numbers and functions".to_owned(),
            None => format!(
                "in scope are {} and the constants {}; a constant of your own is not visible to a macro: write its value or \
                 pass it as a parameter",
                list(names),
                list(CONSTANTS.iter().copied())
            ),
        };
        self.refuse(place.fault(Code::UnknownName, format!("`{text}` is not known here"), help))
    }

    fn constant(&mut self, name: &str, place: Place) -> Option<NodeId> {
        let integer = |terms: &mut Terms, value: i64| terms.constant(Rational::from_integer(value.into()), place);
        Some(match name {
            "PI" => self.terms.scalar(Node::Pi, place),
            "TAU" => {
                let pi = self.terms.scalar(Node::Pi, place);
                let two = integer(&mut self.terms, 2);
                self.terms.product(vec![pi, two], place)
            }
            "E" => {
                let one = integer(&mut self.terms, 1);
                self.terms.call(Primitive::Exp, one, place)
            }
            "LN_2" => {
                let two = integer(&mut self.terms, 2);
                self.terms.call(Primitive::Ln, two, place)
            }
            "SQRT_2" => {
                let two = integer(&mut self.terms, 2);
                self.terms.call(Primitive::Sqrt, two, place)
            }
            _ => return None,
        })
    }

    /// Binds the names of a pattern.
    pub(crate) fn bind(&mut self, pattern: &Pat, value: Value) {
        match (pattern, value) {
            (Pat::Ident(name), value) if name.subpat.is_none() => self.scope.push((name.ident.to_string(), value)),
            (Pat::Type(typed), value) => self.bind(&typed.pat, value),
            (Pat::Reference(reference), value) => self.bind(&reference.pat, value),
            (Pat::Paren(inner), value) => self.bind(&inner.pat, value),
            (Pat::Wild(_), _) => {}
            (Pat::Tuple(patterns), Value::Tuple(values)) if patterns.elems.len() == values.len() => {
                for (pattern, value) in patterns.elems.iter().zip(values) {
                    self.bind(pattern, value);
                }
            }
            (Pat::Tuple(patterns), value) => {
                if !matches!(value, Value::Faulty) {
                    self.errors.push(Fault::over(
                        Code::Unsupported,
                        pattern,
                        "this pattern does not have the shape of its value",
                        "`a.iter().zip(b)` gives `(a, b)`, and a further `.zip(c)` gives `((a, b), c)`",
                    ));
                }
                for pattern in &patterns.elems {
                    self.bind(pattern, Value::Faulty);
                }
            }
            (pattern, _) => self.errors.push(Fault::over(
                Code::Unsupported,
                pattern,
                "this pattern is not part of the language",
                "patterns are names, `_`, references and tuples of these",
            )),
        }
    }
}
