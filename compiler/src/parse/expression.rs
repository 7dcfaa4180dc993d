//! The walk from Rust expressions to [`Terms`], shared by every language of logphi.
//!
//! The meaning of an expression here must be its meaning in Rust, because the annotated function is also compiled by
//! rustc and tests compare the two. Hence `1 / 2` is refused (an integer division in Rust), `powi` wants a literal, and
//! names resolve by Rust's scopes, shadowing included. References and dereferences change nothing about a number.

use quote::ToTokens;
use syn::{BinOp, Expr, ExprBinary, Stmt, UnOp};

use super::joint::JointParts;
use super::literal::parse_number;
use super::rule::Evaluation;
use super::scope::{Scope, Value};
use super::terms::{Place, Terms};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{BaseDraw, JointStep, Node, NodeId};

/// Which language an expression is written in: what it may name and call besides arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A log characteristic function: the imaginary unit.
    LogCf,
    /// A sampler: base draws.
    Sample,
    /// An exact rule of a law: base draws, the draw of the law, and `f` with its derivatives.
    Rule,
    /// A side of a condition between parameters.
    Condition,
    /// A deterministic term of the parameters.
    Term,
    /// A function `f` of the draw: sums over coordinates and rows.
    Function,
}

impl Dialect {
    /// Whether base draws may be called.
    pub(crate) const fn has_base_draws(self) -> bool {
        matches!(self, Dialect::Sample | Dialect::Rule)
    }

    /// The kind of fault that a step or a branch is.
    pub(crate) const fn step(self) -> Code {
        match self {
            Dialect::Function => Code::Step,
            Dialect::LogCf | Dialect::Sample | Dialect::Rule | Dialect::Condition | Dialect::Term => Code::Unsupported,
        }
    }
}

/// Walks expressions, collecting terms and faults.
#[derive(Debug)]
pub(crate) struct Walker {
    /// What was read.
    pub(crate) terms: Terms,
    /// What was wrong.
    pub(crate) errors: Errors,
    /// The language.
    pub(crate) dialect: Dialect,
    /// Names in scope.
    pub(crate) scope: Scope,
    /// Base draws of a sampler so far; the arguments are entries of `terms`.
    pub(crate) draws: Vec<BaseDraw>,
    /// Whether the draw of a function is a slice.
    pub(crate) vector: bool,
    /// Whether a sum over coordinates is being read.
    pub(crate) in_coordinates: bool,
    /// Whether a sum over rows is being read.
    pub(crate) in_rows: bool,
    /// Arguments of unsupported types that a refused call has named.
    pub(crate) named_opaque: Vec<usize>,
    /// Where a rule evaluates `f`; number `k` stands as input `k` in `terms`.
    pub(crate) evaluations: Vec<Evaluation>,
    /// What belongs to a joint law only, if the expression does.
    pub(crate) joint: Option<JointParts>,
}

impl Walker {
    /// A walker with nothing in scope.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            terms: Terms::default(),
            errors: Errors::new(),
            dialect,
            scope: Scope::new(),
            draws: Vec::new(),
            vector: false,
            in_coordinates: false,
            in_rows: false,
            named_opaque: Vec::new(),
            evaluations: Vec::new(),
            joint: None,
        }
    }

    /// Adds a fault and stands for the refused expression.
    pub(crate) fn refuse(&mut self, fault: Fault) -> Value {
        self.errors.push(fault);
        Value::Faulty
    }

    /// Adds a name.
    pub(crate) fn declare(&mut self, name: &syn::Ident, node: Node) {
        let id = self.terms.scalar(node, Place::of(name));
        self.scope.push((name.to_string(), Value::Scalar { id, whole: false }));
    }

    /// Reads an expression that must be a number.
    pub(crate) fn number(&mut self, expression: &Expr) -> Option<NodeId> {
        let value = self.expression(expression);
        self.expect_number(value, expression).map(|(id, _)| id)
    }

    /// The number that `value` is, and whether it has an integer type.
    pub(crate) fn expect_number(&mut self, value: Value, tokens: &impl ToTokens) -> Option<(NodeId, bool)> {
        let found = match value {
            Value::Scalar { id, whole } => return Some((id, whole)),
            Value::Faulty => return None,
            Value::Vector(_) => "a slice",
            Value::Matrix(_) => "a matrix",
            Value::Covariance(_) => "a covariance matrix",
            Value::Factor(_) => "the factor of a covariance matrix",
            Value::Sequence(_) => "an iterator",
            Value::Tuple(_) => "a tuple",
            Value::Opaque(_) => "a value of a type that the compiler cannot look into",
        };
        self.refuse(Fault::over(
            Code::Unsupported,
            tokens,
            format!("this is {found}, expected a number"),
            "arithmetic is between numbers; sums over slices are written `dot(a, z)` or `z.iter().map(|z| …).sum()`",
        ));
        None
    }

    /// Reads an expression.
    pub(crate) fn expression(&mut self, expression: &Expr) -> Value {
        let (what, help) = match expression {
            Expr::Lit(literal) => {
                return match parse_number(&literal.lit) {
                    Ok((value, whole)) => Value::Scalar { id: self.terms.constant(value, Place::of(literal)), whole },
                    Err(fault) => self.refuse(fault),
                };
            }
            Expr::Path(path) if path.qself.is_none() => return self.name(&path.path),
            Expr::Paren(inner) => return self.expression(&inner.expr),
            Expr::Group(inner) => return self.expression(&inner.expr),
            Expr::Reference(inner) => return self.expression(&inner.expr),
            Expr::Block(inner) if inner.label.is_none() => return self.block(&inner.block),
            Expr::Binary(binary) => return self.binary(binary),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => return self.expression(&unary.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                let value = self.expression(&unary.expr);
                let place = Place::of(expression);
                return match self.expect_number(value, &unary.expr) {
                    Some((id, whole)) => Value::Scalar { id: self.terms.negate(id, place), whole },
                    None => Value::Faulty,
                };
            }
            Expr::Cast(cast) => {
                let value = self.expression(&cast.expr);
                let Some((id, _)) = self.expect_number(value, &cast.expr) else { return Value::Faulty };
                if cast.ty.to_token_stream().to_string() == "f64" {
                    return Value::Scalar { id, whole: false };
                }
                return self.refuse(Fault::over(
                    Code::Unsupported,
                    &cast.ty,
                    format!("a cast to `{}` would round", cast.ty.to_token_stream()),
                    "only `as f64` is part of the language",
                ));
            }
            Expr::Call(call) => return self.call(call),
            Expr::MethodCall(call) => return self.method_call(call),
            Expr::Index(index) => return self.index(index),
            Expr::Tuple(tuple) => {
                return Value::Tuple(tuple.elems.iter().map(|element| self.expression(element)).collect());
            }
            Expr::If(_) | Expr::Match(_) => return self.refuse_step("a choice between expressions", expression),
            Expr::Unary(_) => return self.refuse_step("the operator `!`", expression),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => ("a loop", SUMS),
            Expr::Range(_) => ("a range", SUMS),
            Expr::Closure(_) => ("a closure outside `map`", SUMS),
            Expr::Assign(_) => ("an assignment", "bind a new name with `let`; shadowing is allowed"),
            Expr::Return(_) => ("`return`", "write the result as the last expression, without a semicolon"),
            Expr::Macro(_) => ("a macro", "the compiler cannot see what a macro stands for: write its expansion"),
            Expr::Array(_) | Expr::Repeat(_) => ("an array", "pass the numbers as an argument of type `&[f64]`"),
            Expr::Field(_) => ("a field of a value", "pass the number as an argument of type `f64`"),
            _ => ("this expression", "write it with numbers, arithmetic, `let` and the elementary functions"),
        };
        self.refuse(Fault::over(Code::Unsupported, expression, format!("{what} is not part of the language"), help))
    }

    fn refuse_step(&mut self, what: &str, tokens: &impl ToTokens) -> Value {
        let message = format!("{what} is not part of the language");
        self.refuse(Fault::over(self.dialect.step(), tokens, message, BRANCHES))
    }

    fn binary(&mut self, binary: &ExprBinary) -> Value {
        match binary.op {
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) => {}
            BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_)
            | BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::And(_)
            | BinOp::Or(_) => return self.refuse_step("a comparison", binary),
            _ => {
                return self.refuse(Fault::over(
                    Code::Unsupported,
                    binary,
                    format!("the operator `{}` is not part of the language", binary.op.to_token_stream()),
                    "the operators are `+`, `-`, `*` and `/`",
                ));
            }
        }
        let left = self.expression(&binary.left);
        if let (Value::Factor(sigma), BinOp::Mul(_)) = (&left, &binary.op) {
            let step = JointStep::Cholesky(*sigma);
            let Some(argument) = self.number(&binary.right) else { return Value::Faulty };
            return self.joint_step(step, argument, Place::of(binary));
        }
        let left = self.expect_number(left, &binary.left);
        let right = self.expression(&binary.right);
        let right = self.expect_number(right, &binary.right);
        let (Some((x, x_whole)), Some((y, y_whole))) = (left, right) else { return Value::Faulty };
        let whole = x_whole && y_whole;
        let place = Place::of(binary);
        let id = match binary.op {
            BinOp::Add(_) => self.terms.sum(vec![x, y], place),
            BinOp::Sub(_) => {
                let negated = self.terms.negate(y, place);
                self.terms.sum(vec![x, negated], place)
            }
            BinOp::Mul(_) => self.terms.product(vec![x, y], place),
            _ if whole => {
                return self.refuse(Fault::over(
                    Code::Unsupported,
                    binary,
                    "this division is between integers, and Rust drops its fraction",
                    "write one of the numbers with a point, such as `1.0 / 2.0`",
                ));
            }
            _ => self.terms.divide(x, y, place),
        };
        Value::Scalar { id, whole }
    }

    /// Reads a block: bindings, then the expression that is its value.
    pub(crate) fn block(&mut self, block: &syn::Block) -> Value {
        let outer = self.scope.len();
        let value = self.statements(block);
        self.scope.truncate(outer);
        value
    }

    fn statements(&mut self, block: &syn::Block) -> Value {
        for (index, statement) in block.stmts.iter().enumerate() {
            let last = index + 1 == block.stmts.len();
            match statement {
                Stmt::Local(local) => {
                    let value = match &local.init {
                        Some(init) if init.diverge.is_none() => self.expression(&init.expr),
                        _ => self.refuse(Fault::over(
                            Code::Unsupported,
                            local,
                            "a binding needs a value here",
                            "write `let name = expression;`",
                        )),
                    };
                    self.bind(&local.pat, value);
                }
                Stmt::Item(syn::Item::Const(item)) => {
                    let value = self.expression(&item.expr);
                    self.scope.push((item.ident.to_string(), value));
                }
                Stmt::Item(syn::Item::Use(_)) => {}
                Stmt::Expr(value, None) if last => return self.expression(value),
                Stmt::Expr(
                    value @ (Expr::ForLoop(_)
                    | Expr::While(_)
                    | Expr::Loop(_)
                    | Expr::Assign(_)
                    | Expr::Return(_)
                    | Expr::If(_)),
                    _,
                ) => {
                    return self.expression(value);
                }
                Stmt::Expr(value, _) => {
                    return self.refuse(Fault::over(
                        Code::Unsupported,
                        value,
                        "the value of this statement is not used",
                        "remove the statement, or bind its value with `let`; the last expression stands without a semicolon",
                    ));
                }
                Stmt::Item(item) => {
                    self.errors.push(Fault::over(
                        Code::Unsupported,
                        item,
                        "an item inside the function is not part of the language",
                        "only `use` and `const` may stand here: move the item out of the function",
                    ));
                }
                Stmt::Macro(call) => {
                    self.errors.push(Fault::over(
                        Code::Unsupported,
                        &call.mac.path,
                        "a macro is not part of the language",
                        "the compiler cannot see what a macro stands for: write its expansion",
                    ));
                }
            }
        }
        self.refuse(Fault::over(
            Code::Syntax,
            block,
            "this block has no value",
            "end it with an expression without a semicolon",
        ))
    }
}

/// What to do about branches.
pub(crate) const BRANCHES: &str = "steps and branches have no derivatives, and are not part of the language: use `abs`, `max` and `min`, which \
     difference forms of rules accept, or smooth functions such as `sigmoid`, `softplus` or `tanh`";

const SUMS: &str =
    "write sums as `dot(a, z)`, `z.iter().map(|z| …).sum()` or `x.rows().zip(y).map(|(row, y)| …).sum()`";
