//! Functions of packs, as the Rust emitter writes them, in the spelling of CUDA C++.
//!
//! The order of operations decides the bits of a result, so it is decided once: what is translated here is the emitted
//! Rust. Only its small language occurs: `let`, operators, method calls, literals, arrays, and the loop of a compound draw.
//! A method `x.exp()` of a pack becomes the function `exp(x)` of one number, `L::splat(2.0)` the literal `2.0f`.

use std::fmt::Write;

use syn::{Expr, FnArg, ImplItemFn, Lit, Pat, ReturnType, Stmt, Type};

use super::layout::wrapped;
use crate::errors::bug;
use crate::parse::options::Precision;

/// Words that cannot name a variable in a kernel: keywords, and what the device's headers call by name.
const RESERVED: &[&str] = &[
    "abs",
    "alignas",
    "alignof",
    "and",
    "asm",
    "atan",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "case",
    "catch",
    "char",
    "class",
    "compl",
    "concept",
    "constexpr",
    "copysign",
    "cos",
    "cosh",
    "decltype",
    "default",
    "delete",
    "double",
    "exp",
    "exp_m1",
    "explicit",
    "export",
    "float",
    "floor",
    "friend",
    "goto",
    "inline",
    "int",
    "ln",
    "ln_1p",
    "log_sigmoid",
    "logistic",
    "long",
    "mul_add",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "nullptr",
    "operator",
    "or",
    "powf",
    "powi",
    "private",
    "protected",
    "public",
    "recip",
    "register",
    "requires",
    "short",
    "sigmoid",
    "sign",
    "signed",
    "sin",
    "sinh",
    "sizeof",
    "softplus",
    "sqrt",
    "switch",
    "tan",
    "tanh",
    "template",
    "this",
    "throw",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "xor",
];

/// A name as C++ takes it.
pub(super) fn identifier(name: &str) -> String {
    let name = name.trim_start_matches("r#");
    let safe: String = name
        .chars()
        .map(|letter| if letter.is_ascii() { letter.to_string() } else { format!("u{:x}", u32::from(letter)) })
        .collect();
    if RESERVED.contains(&safe.as_str()) { format!("{safe}_") } else { safe }
}

/// Translates functions for one precision.
pub(super) struct Translator {
    pub(super) precision: Precision,
}

impl Translator {
    /// The function, indented by `depth` steps; `arrays` names those of its arguments that are taken apart in the signature, in
    /// order.
    pub(super) fn function(&self, function: &ImplItemFn, arrays: &[&str], depth: usize) -> String {
        let mut arrays = arrays.iter();
        let (mut parameters, mut lines) = (Vec::new(), Vec::new());
        for input in &function.sig.inputs {
            let FnArg::Typed(input) = input else { bug!("emit", "a function of packs with a receiver") };
            let name = match &*input.pat {
                Pat::Ident(name) => identifier(&name.ident.to_string()),
                _ => String::new(),
            };
            let is_mutable = matches!(&*input.ty, Type::Reference(reference) if reference.mutability.is_some());
            parameters.push(match &*input.ty {
                Type::Reference(_) if is_mutable => format!("Words<Scalar>& {name}"),
                Type::Reference(reference) => {
                    let array = arrays.next().copied().unwrap_or("values");
                    let taken_apart = matches!(&*input.pat, Pat::Reference(_));
                    let name = if taken_apart { array.to_owned() } else { name };
                    if taken_apart {
                        lines.extend(Self::elements(&input.pat, &name));
                    }
                    format!("const Array<Scalar, {}>& {name}", array_length(&reference.elem))
                }
                _ => format!("Scalar {name}"),
            });
        }
        let result = match &function.sig.output {
            ReturnType::Type(_, result) => match &**result {
                Type::Array(_) => {
                    parameters.push(format!("Array<Scalar, {}>& out", array_length(result)));
                    "void"
                }
                _ => "Scalar",
            },
            ReturnType::Default => "void",
        };
        for parameter in &mut parameters {
            parameter.truncate(parameter.trim_end().len());
        }
        let name = &function.sig.ident;
        lines.extend(self.statements(&function.block.stmts));
        let indent = "    ".repeat(depth);
        let opening = format!("static LOGPHI_INLINE {result} {name}({}) {{", parameters.join(", "));
        let mut text = wrapped(&indent, &opening);
        for line in lines {
            text.push_str(&wrapped(&format!("{indent}    "), &line));
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{indent}}}");
        text
    }

    /// The statements of a body; its last expression is what the function gives.
    fn statements(&self, statements: &[Stmt]) -> Vec<String> {
        let mut lines = Vec::new();
        for statement in statements {
            match statement {
                Stmt::Local(local) => {
                    let Some(init) = &local.init else { bug!("emit", "a `let` without a value") };
                    lines.extend(self.binding(&local.pat, &init.expr));
                }
                Stmt::Expr(Expr::While(copies), _) => lines.extend(self.copies(copies)),
                Stmt::Expr(Expr::Array(array), None) => {
                    let values = array.elems.iter().enumerate();
                    lines.extend(values.map(|(index, value)| format!("out[{index}] = {};", self.expression(value))));
                }
                Stmt::Expr(value, None) => lines.push(format!("return {};", self.expression(value))),
                Stmt::Expr(value, Some(_)) => lines.push(format!("{};", self.expression(value))),
                Stmt::Item(_) | Stmt::Macro(_) => bug!("emit", "an item in a function of packs"),
            }
        }
        lines
    }

    fn binding(&self, pattern: &Pat, value: &Expr) -> Vec<String> {
        match pattern {
            Pat::Ident(name) => {
                let name_text = identifier(&name.ident.to_string());
                let kind = match value {
                    Expr::MethodCall(call) if call.method == "compound" => "Compound<Scalar>",
                    _ => "const Scalar",
                };
                vec![format!("{kind} {name_text} = {};", self.expression(value))]
            }
            Pat::Slice(parts) => {
                let family =
                    parts.elems.iter().find_map(element).map_or_else(String::new, |first| format!("from_{first}"));
                let mut lines =
                    vec![format!("const Array<Scalar, {}> {family} = {};", parts.elems.len(), self.expression(value))];
                lines.extend(named_elements(parts, &family));
                lines
            }
            Pat::Reference(_) => Self::elements(pattern, &self.expression(value)),
            _ => bug!("emit", "a pattern that no kernel has"),
        }
    }

    /// The elements of an array behind a reference.
    fn elements(pattern: &Pat, of: &str) -> Vec<String> {
        let Pat::Reference(reference) = pattern else { bug!("emit", "a pattern without a reference") };
        let Pat::Slice(parts) = &*reference.pat else { bug!("emit", "a pattern without elements") };
        named_elements(parts, of)
    }

    /// The loop over the copies of a compound draw.
    fn copies(&self, copies: &syn::ExprWhile) -> Vec<String> {
        let Expr::Let(next) = &*copies.cond else { bug!("emit", "a loop that is not over copies") };
        let Expr::MethodCall(call) = &*next.expr else { bug!("emit", "a loop that is not over copies") };
        let of = self.expression(&call.receiver);
        let mut lines = vec![format!("while ({of}.more()) {{"), format!("    Words<Scalar> words = {of}.next_copy();")];
        lines.extend(self.statements(&copies.body.stmts).into_iter().map(|line| format!("    {line}")));
        lines.push("}".to_owned());
        lines
    }

    fn expression(&self, expression: &Expr) -> String {
        match expression {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => identifier(&name.to_string()),
                None => bug!("emit", "a path in a function of packs"),
            },
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(number) => self.number(number),
                Lit::Int(number) => number.base10_digits().to_owned(),
                _ => bug!("emit", "a literal that is not a number"),
            },
            Expr::Paren(inner) => format!("({})", self.expression(&inner.expr)),
            Expr::Group(inner) => self.expression(&inner.expr),
            Expr::Unary(unary) => format!("-{}", self.expression(&unary.expr)),
            Expr::Binary(binary) => {
                let operator = match binary.op {
                    syn::BinOp::Add(_) => "+",
                    syn::BinOp::Sub(_) => "-",
                    syn::BinOp::Mul(_) => "*",
                    syn::BinOp::Div(_) => "/",
                    _ => bug!("emit", "an operator that no kernel has"),
                };
                format!("{} {operator} {}", self.expression(&binary.left), self.expression(&binary.right))
            }
            // Functions with a name of their own, `L::splat(x)` and `L::constant(x)`.
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), _) if let Some(name) = path.path.get_ident() => {
                    let arguments: Vec<String> = call.args.iter().map(|argument| self.expression(argument)).collect();
                    format!("{name}({})", arguments.join(", "))
                }
                (_, Some(value)) if call.args.len() == 1 => self.expression(value),
                _ => bug!("emit", "a call that no kernel has"),
            },
            Expr::MethodCall(call) => self.method(call),
            _ => bug!("emit", "an expression that no kernel has"),
        }
    }

    /// `exp(x)` for `x.exp()`; draws stay methods.
    fn method(&self, call: &syn::ExprMethodCall) -> String {
        let arguments: Vec<String> = call.args.iter().map(|argument| self.expression(argument)).collect();
        let is_object = |name: &syn::Ident| {
            let name = name.to_string();
            name == "words" || (name.starts_with('c') && matches!(call.method.to_string().as_str(), "add" | "sum"))
        };
        let receiver = self.expression(&call.receiver);
        match &*call.receiver {
            Expr::Path(path) if path.path.get_ident().is_some_and(is_object) => {
                format!("{receiver}.{}({})", call.method, arguments.join(", "))
            }
            _ => {
                // The parentheses of a receiver are those of the call.
                let receiver = match &*call.receiver {
                    Expr::Paren(inner) => self.expression(&inner.expr),
                    _ => receiver,
                };
                let all: Vec<String> = std::iter::once(receiver).chain(arguments).collect();
                format!("{}({})", call.method, all.join(", "))
            }
        }
    }

    /// The number nearest to the literal, rounded as in the packs: to `f64` and then to the kernel's format.
    fn number(&self, literal: &syn::LitFloat) -> String {
        let single = |number: f32| format!("{number:?}f");
        let text = match (self.precision, literal.suffix()) {
            (Precision::F32, "f32") => literal.base10_parse().map(single),
            (Precision::F32, _) => literal.base10_parse().map(|number: f64| single(number as f32)),
            (Precision::F64, _) => literal.base10_parse().map(|number: f64| format!("{number:?}")),
        };
        text.unwrap_or_else(|error| bug!("emit", "`{literal}` is not a number: {error}"))
    }
}

/// `const Scalar mu = theta[0];` for each element that has a name.
fn named_elements(parts: &syn::PatSlice, of: &str) -> Vec<String> {
    let named = parts.elems.iter().enumerate();
    named.filter_map(|(index, part)| Some(format!("const Scalar {} = {of}[{index}];", element(part)?))).collect()
}

/// The name of an element, if it has one.
fn element(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(name) => Some(identifier(&name.ident.to_string())),
        _ => None,
    }
}

fn array_length(array: &Type) -> String {
    match array {
        Type::Array(array) => match &array.len {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(length) => length.base10_digits().to_owned(),
                _ => bug!("emit", "an array without a length"),
            },
            _ => bug!("emit", "an array without a length"),
        },
        _ => bug!("emit", "an argument that is no array"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(precision: Precision, function: ImplItemFn) -> String {
        Translator { precision }.function(&function, &["theta"], 0)
    }

    #[test]
    fn methods_become_functions_and_literals_those_of_the_type() {
        let function: ImplItemFn = syn::parse_quote! {
            fn derivatives<L: Lane<Scalar = f32>>(u: L, &[n0, _]: &[f32; 2]) -> [L; 2] {
                let [t0, _, t2] = u.logistic();
                let double = (-t2).mul_add(L::splat(n0), L::splat(-0.1_f32));
                [t0 * double.recip(), (u - t0).powi(3) / double]
            }
        };
        let expected = "\
static LOGPHI_INLINE void derivatives(Scalar u, const Array<Scalar, 2>& theta, Array<Scalar, 2>& out) {
    const Scalar n0 = theta[0];
    const Array<Scalar, 3> from_t0 = logistic(u);
    const Scalar t0 = from_t0[0];
    const Scalar t2 = from_t0[2];
    const Scalar double_ = mul_add(-t2, n0, -0.1f);
    out[0] = t0 * recip(double_);
    out[1] = powi(u - t0, 3) / double_;
}
";
        assert_eq!(text(Precision::F32, function), expected);
    }

    #[test]
    fn draws_stay_methods_and_copies_become_a_loop() {
        let function: ImplItemFn = syn::parse_quote! {
            fn draw<L: Lane>(&[rate]: &[L::Scalar; 1], words: &mut Words<L>) -> L {
                let d0 = words.poisson(1, L::splat(rate));
                let mut c2 = words.compound(2, d0);
                while let Some(mut words) = c2.next_copy() {
                    let d1 = words.gamma(1, L::constant(0.1));
                    c2.add(d1.ln());
                }
                let d2 = c2.sum();
                d2
            }
        };
        let expected = "\
static LOGPHI_INLINE Scalar draw(const Array<Scalar, 1>& theta, Words<Scalar>& words) {
    const Scalar rate = theta[0];
    const Scalar d0 = words.poisson(1, rate);
    Compound<Scalar> c2 = words.compound(2, d0);
    while (c2.more()) {
        Words<Scalar> words = c2.next_copy();
        const Scalar d1 = words.gamma(1, 0.1);
        c2.add(ln(d1));
    }
    const Scalar d2 = c2.sum();
    return d2;
}
";
        assert_eq!(text(Precision::F64, function), expected);
    }
}
