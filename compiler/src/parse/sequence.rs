//! Slices, rows and iterators of `f`: what is summed, and along what.
//!
//! An iterator is kept as it was written until `.sum()` is reached, because only then it is known along what it runs: a
//! chain that contains the draw or a matrix row runs along the coordinates, a chain over the rows of a matrix or over
//! slices alone runs along rows. The closures of `map` are read at that point, in the scope in which they stood.

use quote::ToTokens;
use syn::{Expr, ExprIndex, ExprMethodCall};

use super::call::Operand;
use super::expression::Walker;
use super::joint::Reducing;
use super::scope::{Scope, Value, Vector};
use super::terms::{Place, Term};
use crate::errors::{Code, Fault};
use crate::ir::{DataRef, Node, NodeId};

/// An iterator.
#[derive(Clone, Debug)]
pub(crate) enum Sequence {
    /// Over the entries of a list.
    Entries(Vector),
    /// Over the rows of a matrix argument.
    Rows(usize),
    /// Over two sequences at once.
    Zip(Box<Sequence>, Box<Sequence>),
    /// Over the values of a function.
    Map {
        /// What the function is applied to.
        over: Box<Sequence>,
        /// A closure or the path of a function.
        function: Box<Expr>,
        /// Names in scope of the function.
        scope: Scope,
    },
}

/// The index of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Along {
    Coordinates,
    Rows,
}

impl Sequence {
    /// The lists and matrices that the sequence runs over, in source order.
    fn sources(&self) -> Vec<&Sequence> {
        match self {
            Sequence::Entries(_) | Sequence::Rows(_) => vec![self],
            Sequence::Zip(left, right) => [left.sources(), right.sources()].concat(),
            Sequence::Map { over, .. } => over.sources(),
        }
    }
}

impl Walker {
    /// Whether the draw occurs in a value.
    pub(crate) fn mentions_draw(&self, value: &Value) -> bool {
        match value {
            Value::Scalar { id, .. } => self.terms.has_draw(*id),
            Value::Vector(vector) => *vector == Vector::Draw,
            Value::Sequence(sequence) => {
                sequence.sources().iter().any(|source| matches!(source, Sequence::Entries(Vector::Draw)))
            }
            Value::Tuple(values) => values.iter().any(|value| self.mentions_draw(value)),
            Value::Matrix(_) | Value::Covariance(_) | Value::Factor(_) | Value::Opaque(_) | Value::Faulty => false,
        }
    }

    /// Reads a method of a slice, a matrix or an iterator.
    pub(crate) fn sequence_method(&mut self, receiver: Value, call: &ExprMethodCall) -> Value {
        let name = call.method.to_string();
        let arguments: Vec<&Expr> = call.args.iter().collect();
        match (name.as_str(), receiver, arguments.as_slice()) {
            (
                "iter" | "into_iter" | "copied" | "cloned" | "by_ref",
                value @ (Value::Vector(_) | Value::Sequence(_)),
                [],
            ) => match value {
                Value::Vector(vector) => Value::Sequence(Sequence::Entries(vector)),
                other => other,
            },
            ("as_ref" | "as_slice", value @ Value::Vector(_), []) => value,
            ("rows", Value::Matrix(argument), []) => Value::Sequence(Sequence::Rows(argument)),
            ("zip", value @ Value::Sequence(_), [other]) => {
                let right = self.expression(other);
                let operands = vec![
                    Operand { value, tokens: &call.receiver, draws_before: 0 },
                    Operand { value: right, tokens: other, draws_before: 0 },
                ];
                self.call_on_sequences("zip", operands, call)
            }
            ("map", Value::Sequence(over), [function]) => match function {
                Expr::Closure(_) | Expr::Path(_) => Value::Sequence(Sequence::Map {
                    over: Box::new(over),
                    function: Box::new((*function).clone()),
                    scope: self.scope.clone(),
                }),
                _ => self.refuse(Fault::over(
                    Code::Unsupported,
                    function,
                    "`map` takes a closure or the name of a function here",
                    "write it as in `z.iter().map(|z| z.exp()).sum()`",
                )),
            },
            ("sum", Value::Sequence(sequence), []) => self.sum(&sequence, call),
            ("product", Value::Sequence(_), []) => self.refuse(Fault::over(
                Code::Unsupported,
                call,
                "a product over an iterator is not a sum of functions of affine forms",
                "if `f` can be written with the logarithm of the product, write the sum of the logarithms instead",
            )),
            ("len" | "row_count" | "columns" | "ncols" | "nrows", _, []) => self.refuse(Fault::over(
                Code::Unsupported,
                call,
                "lengths are not part of the language",
                "pass the number as an argument of type `f64`",
            )),
            ("dot", value, [other]) => {
                self.expression(other);
                drop(value);
                self.refuse(Fault::over(
                    Code::UnknownFunction,
                    &call.method,
                    "`dot` is a function, not a method",
                    "write `dot(a, z)`",
                ))
            }
            (_, value, arguments) => {
                let mut operands = vec![Operand { value, tokens: &call.receiver, draws_before: 0 }];
                for argument in arguments {
                    let value =
                        if matches!(argument, Expr::Closure(_)) { Value::Faulty } else { self.expression(argument) };
                    operands.push(Operand { value, tokens: argument, draws_before: 0 });
                }
                self.unknown_call(&call.method, &operands, call)
            }
        }
    }

    /// `dot(x, y)` and `zip(x, y)`.
    pub(crate) fn call_on_sequences(&mut self, name: &str, operands: Vec<Operand>, whole: &dyn ToTokens) -> Value {
        let mut both = Vec::new();
        for operand in operands {
            let found = match operand.value {
                Value::Vector(vector) => Some(Sequence::Entries(vector)),
                Value::Sequence(sequence) if name == "zip" => Some(sequence),
                Value::Faulty => return Value::Faulty,
                _ => None,
            };
            match found {
                Some(sequence) => both.push(sequence),
                None => {
                    return self.refuse(Fault::over(
                        Code::Unsupported,
                        &operand.tokens,
                        format!(
                            "`{name}` is between slices: the draw, arguments of type `&[f64]`, rows of a `&Matrix`"
                        ),
                        "name a slice here; `x.rows()` gives the rows of a matrix one by one",
                    ));
                }
            }
        }
        let (Some(right), Some(left)) = (both.pop(), both.pop()) else { return Value::Faulty };
        if name == "zip" {
            return Value::Sequence(Sequence::Zip(Box::new(left), Box::new(right)));
        }
        self.sum_of(&[&left, &right], whole, |walker, along, place| {
            let x = walker.item(&left, along, place);
            let y = walker.item(&right, along, place);
            let (x, _) = walker.expect_number(x, &whole)?;
            let (y, _) = walker.expect_number(y, &whole)?;
            Some(walker.terms.product(vec![x, y], place))
        })
    }

    /// `sequence.sum()`.
    fn sum(&mut self, sequence: &Sequence, whole: &ExprMethodCall) -> Value {
        self.sum_of(&[sequence], whole, |walker, along, place| {
            let value = walker.item(sequence, along, place);
            walker.expect_number(value, whole).map(|(id, _)| id)
        })
    }

    /// The sum of what `body` reads, once it is known along what it runs.
    fn sum_of(
        &mut self,
        sequences: &[&Sequence],
        whole: &dyn ToTokens,
        body: impl FnOnce(&mut Self, Along, Place) -> Option<NodeId>,
    ) -> Value {
        let place = Place::of(&whole);
        let sources: Vec<&Sequence> = sequences.iter().flat_map(|sequence| sequence.sources()).collect();
        let coordinates = sources.iter().any(|source| {
            matches!(
                source,
                Sequence::Entries(Vector::Draw | Vector::MatrixRow(_) | Vector::Frequency | Vector::Parameter(_))
            )
        });
        let matrices = sources.iter().any(|source| matches!(source, Sequence::Rows(_)));
        let along = if coordinates { Along::Coordinates } else { Along::Rows };
        let refused = if coordinates && matrices {
            Some((
                "this sum runs over the rows of a matrix and over the coordinates of the draw at once",
                "a matrix has one row for each term of a sum and one column for each coordinate; if these are the same, \
                 the sum is a quadratic form, which is written over its factors: `a.rows().map(|row| dot(row, z).powi(2)).sum()`",
            ))
        } else if coordinates && !self.vector {
            Some((
                "a row of a matrix has one entry for each coordinate, and the draw is a single number",
                "declare the draw as `z: &[f64]`, or pass a slice of type `&[f64]`",
            ))
        } else if self.in_coordinates || (along == Along::Rows && self.in_rows) {
            Some((
                "this sum stands inside another sum along the same or an inner index",
                "sums over coordinates may stand inside sums over rows, and no sum inside its own kind; a number that does \
                 not depend on the draw can be computed outside and passed as an argument",
            ))
        } else {
            None
        };
        if let Some((message, help)) = refused {
            return self.refuse(place.fault(Code::NotNormalForm, message, help));
        }
        let outer = (self.in_coordinates, self.in_rows);
        match along {
            Along::Coordinates => self.in_coordinates = true,
            Along::Rows => self.in_rows = true,
        }
        let body = body(self, along, place);
        (self.in_coordinates, self.in_rows) = outer;
        let Some(body) = body else { return Value::Faulty };
        let id = match along {
            Along::Coordinates => {
                if let Some(fault) = self.unused_source(&sources, body, place) {
                    return self.refuse(fault);
                }
                if self.joint.is_some() {
                    return self.reduce(Reducing::Coordinates(body), place);
                }
                self.terms.push(Term::OverCoordinates(body), place)
            }
            Along::Rows => {
                let mut arguments: Vec<usize> = sources
                    .iter()
                    .filter_map(|source| match source {
                        Sequence::Entries(Vector::Slice(argument)) | Sequence::Rows(argument) => Some(*argument),
                        Sequence::Entries(_) | Sequence::Zip(..) | Sequence::Map { .. } => None,
                    })
                    .collect();
                arguments.sort_unstable();
                arguments.dedup();
                self.terms.push(Term::OverRows(body, arguments.into()), place)
            }
        };
        Value::Scalar { id, whole: false }
    }

    /// In Rust the shortest source ends a sum. Lengths along coordinates are checked where a source is used, so one that is
    /// not would end the sum unnoticed.
    fn unused_source(&mut self, sources: &[&Sequence], body: NodeId, place: Place) -> Option<Fault> {
        let parts = self.terms.parts(body);
        let unused = sources.iter().any(|source| {
            let leaf = match source {
                Sequence::Entries(Vector::Slice(argument)) => DataRef::Coordinate(*argument),
                Sequence::Entries(Vector::MatrixRow(argument)) => DataRef::Entry(*argument),
                Sequence::Entries(Vector::Draw | Vector::Frequency | Vector::Parameter(_))
                | Sequence::Rows(_)
                | Sequence::Zip(..)
                | Sequence::Map { .. } => return false,
            };
            !parts.iter().any(
                |&part| matches!(self.terms.term(part), Term::Scalar(Node::Data(id)) if self.terms.data(*id) == leaf),
            )
        });
        unused.then(|| {
            place.fault(
                Code::Unsupported,
                "a slice is zipped into this sum and not used",
                "remove it from the `zip`: it could only cut the sum short",
            )
        })
    }

    /// The item of a sequence at the index of the enclosing sum, which stands at `place`.
    fn item(&mut self, sequence: &Sequence, along: Along, place: Place) -> Value {
        let id = match (sequence, along) {
            (Sequence::Entries(Vector::Draw), _) => self.terms.scalar(Node::Sample, place),
            (Sequence::Entries(Vector::Frequency), _) => self.terms.scalar(Node::Frequency, place),
            (Sequence::Entries(Vector::Parameter(parameter)), _) => self.terms.scalar(Node::Param(*parameter), place),
            (Sequence::Entries(Vector::MatrixRow(argument)), _) => self.terms.datum(DataRef::Entry(*argument), place),
            (Sequence::Entries(Vector::Slice(argument)), Along::Coordinates) => {
                self.terms.datum(DataRef::Coordinate(*argument), place)
            }
            (Sequence::Entries(Vector::Slice(argument)), Along::Rows) => {
                self.terms.datum(DataRef::Row(*argument), place)
            }
            (Sequence::Rows(argument), _) => return Value::Vector(Vector::MatrixRow(*argument)),
            (Sequence::Zip(left, right), _) => {
                return Value::Tuple(vec![self.item(left, along, place), self.item(right, along, place)]);
            }
            (Sequence::Map { over, function, scope }, _) => {
                let argument = self.item(over, along, place);
                let outer = std::mem::replace(&mut self.scope, scope.clone());
                let value = self.apply_function(function, argument);
                self.scope = outer;
                return value;
            }
        };
        Value::Scalar { id, whole: false }
    }

    /// Applies a closure or a named function to one value.
    fn apply_function(&mut self, function: &Expr, argument: Value) -> Value {
        match function {
            Expr::Closure(closure) => match closure.inputs.first() {
                Some(pattern) if closure.inputs.len() == 1 => {
                    self.bind(pattern, argument);
                    self.expression(&closure.body)
                }
                _ => self.refuse(Fault::over(
                    Code::Unsupported,
                    closure,
                    "the closure of `map` takes one value",
                    "take a tuple apart with a pattern, as in `|(z, t)|`",
                )),
            },
            Expr::Path(path) => self.call_path(
                &path.path,
                vec![Operand { value: argument, tokens: function, draws_before: 0 }],
                function,
            ),
            _ => Value::Faulty,
        }
    }

    /// `z[0]`.
    pub(crate) fn index(&mut self, index: &ExprIndex) -> Value {
        let list = self.expression(&index.expr);
        let place = Place::of(index);
        match list {
            Value::Faulty => return Value::Faulty,
            Value::Vector(Vector::Draw) => {}
            _ => {
                return self.refuse(place.fault(
                    Code::Unsupported,
                    "only the draw can be indexed",
                    "pass a single number as an argument of type `f64`",
                ));
            }
        }
        let position = match &*index.index {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => number.base10_parse::<u32>().ok(),
            _ => None,
        };
        let Some(position) = position else {
            return self.refuse(Fault::over(
                Code::Unsupported,
                &index.index,
                "the index of a coordinate is not a literal below 2^32",
                "write a number such as `z[0]`, or a sum over all coordinates",
            ));
        };
        if self.in_coordinates {
            return self.refuse(place.fault(
                Code::NotNormalForm,
                "a single coordinate stands inside a sum over coordinates",
                "a term may depend on one coordinate at a time, or on one affine form of all of them",
            ));
        }
        let unit = self.terms.datum(DataRef::Unit(position as usize), place);
        let draw = self.terms.scalar(Node::Sample, place);
        let body = self.terms.product(vec![unit, draw], place);
        Value::Scalar { id: self.terms.push(Term::OverCoordinates(body), place), whole: false }
    }
}
