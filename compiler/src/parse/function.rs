//! `#[estimator(…)] fn f(z: f64 | &[f64], data…) -> f64 { … }`.

use syn::{Expr, ItemFn, Stmt, Type};

use super::distribution::plain_name;
use super::draw::{DRAW, DrawType, draw_type, refuse_type};
use super::expression::{Dialect, Walker};
use super::normalise::normalise;
use super::scope::{Value, Vector};
use super::signature::{check_plain, check_return, last_segment, text};
use super::terms::Place;
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Argument, ArgumentKind, DataRef, Function, Node};

/// Reads a function of a draw and brings it to its normal form
///
/// `f(z) = constant + Σ_terms Σ_o h(⟨A_o, z⟩ + c_o; y_o) + Σ_j g(z_j; t_j)`.
///
/// The first argument is the draw: `z: f64` for one coordinate, `z: &[f64]` for several, `z: &OneHot` for categorical
/// variables. Further arguments
/// are `f64`, `&[f64]` or `&Matrix`; their indices in the normal form do not count the draw. The normal form is equal to the
/// function in exact arithmetic; roundings may differ.
///
/// # Errors
/// Every fault of the signature and the body; [`Code::NotNormalForm`] names the smallest expression outside the normal
/// form, [`Code::OpaqueCall`] calls that cannot be looked into,
/// [`Code::NoDraw`] a function that does not use its draw.
pub fn parse_function(item: &ItemFn) -> Result<Function, Errors> {
    let mut errors = Errors::new();
    let inputs = check_plain(item, &mut errors);
    check_return(item, "f64", &mut errors);
    let mut walker = Walker::new(Dialect::Function);
    let Some((draw, inputs)) = inputs.split_first() else {
        errors.push(Fault::over(
            Code::BadSignature,
            &item.sig.ident,
            "the function has no argument for the draw",
            DRAW,
        ));
        return Err(errors);
    };
    match draw_type(draw.kind) {
        Some(DrawType::Number) => walker.declare(draw.name, Node::Sample),
        Some(DrawType::Slice | DrawType::OneHot) => {
            walker.vector = true;
            walker.scope.push((draw.name.to_string(), Value::Vector(Vector::Draw)));
        }
        None => {
            errors.push(refuse_type(draw.name, draw.kind));
            walker.scope.push((draw.name.to_string(), Value::Faulty));
        }
    }
    let mut arguments = Vec::new();
    let mut opaque = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let kind = argument_kind(input.kind);
        let value = match kind {
            Some(ArgumentKind::Scalar) => {
                let id = walker.terms.datum(DataRef::Scalar(index), Place::of(input.name));
                Value::Scalar { id, whole: false }
            }
            Some(ArgumentKind::Slice) => Value::Vector(Vector::Slice(index)),
            Some(ArgumentKind::Matrix) => Value::Matrix(index),
            Some(ArgumentKind::Any) | None => {
                opaque.push((index, input));
                Value::Opaque(index)
            }
        };
        walker.scope.push((input.name.to_string(), value));
        arguments.push(Argument {
            name: plain_name(input.name),
            kind: kind.unwrap_or(ArgumentKind::Scalar),
            span: input.name.span(),
        });
    }

    let value = walker.block(&item.block);
    let body = item.block.stmts.iter().rev().find_map(|statement| match statement {
        Stmt::Expr(last, None) => Some(last),
        Stmt::Expr(_, Some(_)) | Stmt::Local(_) | Stmt::Item(_) | Stmt::Macro(_) => None,
    });
    let place = body.map_or_else(|| Place::of(&item.block), |body: &Expr| Place::of(body));
    let output = match body {
        Some(body) => walker.expect_number(value, body),
        None => walker.expect_number(value, &item.block),
    };
    // A value that cannot be looked into is best explained where it is used; its type is at fault only otherwise.
    for (_, input) in opaque.iter().filter(|(index, _)| !walker.named_opaque.contains(index)) {
        errors.push(Fault::over(
            Code::BadSignature,
            input.kind,
            format!("the argument `{}` is `{}`", input.name, text(input.kind)),
            "arguments other than the draw are `f64`, `&[f64]` or `&Matrix`; a function that is only called (`opaque`) takes \
             arguments of any type",
        ));
    }
    if let Some((id, _)) = output
        && !walker.terms.has_draw(id)
    {
        errors.push(place.fault(
            Code::NoDraw,
            format!("the function does not depend on its draw `{}`", draw.name),
            "its expectation is the function itself, and every gradient is 0: use the draw, or write a `#[term]`",
        ));
    }
    errors.extend(walker.errors);
    errors.into_result()?;
    let Some((output, _)) = output else {
        crate::errors::bug!("parse", "no value of `{}` and no fault", item.sig.ident);
    };
    Ok(Function {
        name: plain_name(&item.sig.ident),
        span: item.sig.ident.span(),
        vector: walker.vector,
        arguments,
        normal_form: normalise(walker.terms, output, walker.vector)?,
    })
}

/// The kind of an argument by its type; none if it is no type of the language.
pub(super) fn argument_kind(kind: &Type) -> Option<ArgumentKind> {
    match kind {
        Type::Paren(inner) => argument_kind(&inner.elem),
        Type::Group(inner) => argument_kind(&inner.elem),
        Type::Path(_) => last_segment(kind).filter(|last| *last == "f64").map(|_| ArgumentKind::Scalar),
        Type::Reference(reference) if reference.mutability.is_none() => match &*reference.elem {
            Type::Slice(slice) => last_segment(&slice.elem).filter(|last| *last == "f64").map(|_| ArgumentKind::Slice),
            elem => last_segment(elem).filter(|last| *last == "Matrix").map(|_| ArgumentKind::Matrix),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::interpreter::underlined;
    use super::*;

    fn parse(source: &str) -> Result<Function, Errors> {
        parse_function(&syn::parse_str(source).expect("a function"))
    }

    fn refuse(source: &str) -> Vec<(Code, String)> {
        underlined(&parse(source).expect_err(source))
    }

    fn one(code: Code, guilty: &str) -> Vec<(Code, String)> {
        vec![(code, guilty.to_owned())]
    }

    #[test]
    fn signatures() {
        let function =
            parse("fn f(z: &[f64], x: &logphi::Matrix, y: &[f64], _c: f64) -> f64 { dot(z, y) }").expect("sound");
        let kinds: Vec<ArgumentKind> = function.arguments.iter().map(|argument| argument.kind).collect();
        assert_eq!(kinds, [ArgumentKind::Matrix, ArgumentKind::Slice, ArgumentKind::Scalar]);
        assert!(function.vector);
        assert_eq!(refuse("fn f(z: Vec<f64>) -> f64 { z[0] }"), one(Code::BadSignature, "Vec<f64>"));
        assert_eq!(refuse("fn f(z: &mut [f64]) -> f64 { z[0] }"), one(Code::BadSignature, "&mut [f64]"));
        assert_eq!(refuse("fn f(z: f64, n: usize) -> f64 { z }"), one(Code::BadSignature, "usize"));
        assert_eq!(refuse("fn f(z: f64) -> f32 { z }"), one(Code::BadSignature, "f32"));
        assert_eq!(refuse("fn f() -> f64 { 1.0 }"), one(Code::BadSignature, "f"));
        assert_eq!(refuse("fn f<T>(z: f64) -> f64 { z }"), one(Code::BadSignature, "<T>"));
        assert_eq!(refuse("async fn f(z: f64) -> f64 { z }"), one(Code::BadSignature, "async"));
        assert_eq!(refuse("fn f((z, _): (f64, f64)) -> f64 { 1.0 }")[0], one(Code::BadSignature, "(z, _)")[0]);
    }

    #[test]
    fn kinks_are_part_of_the_language() {
        let kinks = |source: &str| {
            let function = parse(source).expect("sound");
            underlined(&crate::differentiation::kinks(&function.normal_form))
        };
        assert_eq!(kinks("fn f(z: f64) -> f64 { 1.0 + z.abs() }"), one(Code::NotDifferentiable, "z.abs()"));
        assert_eq!(
            kinks("fn f(z: f64, s: f64) -> f64 { (z - s).max(0.0) }"),
            one(Code::NotDifferentiable, "(z - s).max(0.0)")
        );
        assert_eq!(kinks("fn f(z: f64, s: f64) -> f64 { z.exp() * s.abs().min(1.0) }"), []);
    }

    #[test]
    fn calls_that_cannot_be_looked_into() {
        let hidden = "fn hidden(z: f64, t: &Table) -> f64 { t.lookup(z) }";
        assert_eq!(refuse(hidden), one(Code::OpaqueCall, "t.lookup(z)"));
        assert_eq!(refuse("fn f(z: f64) -> f64 { 2.0 * my::own(z) }"), one(Code::OpaqueCall, "my::own(z)"));
        assert_eq!(refuse("fn f(z: f64, c: f64) -> f64 { z * own(c) }"), one(Code::UnknownFunction, "own"));
        assert_eq!(
            refuse("fn f(z: &[f64]) -> f64 { z.iter().filter(|z| true).sum() }"),
            one(Code::OpaqueCall, "z.iter().filter(|z| true)")
        );
        let known = parse("fn f(z: f64) -> f64 { z.log() }").expect_err("a name from elsewhere");
        assert!(known.faults()[0].help.starts_with("did you mean `ln`?"), "{}", known.faults()[0].help);
        let near = parse("fn f(z: f64) -> f64 { z.log_sigmod() }").expect_err("a slip");
        assert!(near.faults()[0].help.starts_with("did you mean `log_sigmoid`?"), "{}", near.faults()[0].help);
    }

    #[test]
    fn a_function_without_the_draw() {
        assert_eq!(refuse("fn f(z: f64, a: f64) -> f64 { let b = a; b.exp() }"), one(Code::NoDraw, "b.exp()"));
    }

    #[test]
    fn what_is_not_part_of_the_language() {
        for (body, guilty) in [
            ("z * (1 / 2) as f64", "1 / 2"),
            ("z as f32 as f64", "f32"),
            ("z.powi(n)", "n"),
            ("z.exp(2.0)", "z.exp(2.0)"),
            ("let a = [1.0, 2.0]; z", "[1.0, 2.0]"),
            ("let mut s = 0.0; for i in 0..3 { s += z; } s", "for i in 0..3 { s += z; }"),
            ("(|x: f64| x)(z)", "(|x: f64| x)"),
            ("z.exp(); z", "z.exp()"),
            ("z % 2.0", "z % 2.0"),
            ("return z;", "return z"),
            ("exp(y)", "y"),
            ("y.len() as f64 * z", "y.len()"),
            ("y[0] * z", "y[0]"),
            ("z * y.iter().map(|(a, b)| a).sum()", "(a, b)"),
            ("y.iter().product::<f64>() * z", "y.iter().product::<f64>()"),
        ] {
            let source = format!("fn f(z: f64, y: &[f64], n: f64) -> f64 {{ {body} }}");
            assert_eq!(refuse(&source), one(Code::Unsupported, guilty), "{source}");
        }
    }

    #[test]
    fn steps_and_branches_are_not_differentiated() {
        for (body, guilty) in [
            ("if z > 0.0 { z } else { 0.0 }", "if z > 0.0 { z } else { 0.0 }"),
            ("z.floor()", "floor"),
            ("z * z.signum()", "signum"),
            ("(z > 1.0) as u8 as f64", "z > 1.0"),
            ("match z { _ => z }", "match z { _ => z }"),
        ] {
            assert_eq!(refuse(&format!("fn f(z: f64) -> f64 {{ {body} }}")), one(Code::Step, guilty), "{body}");
        }
    }

    #[test]
    fn faults_are_collected() {
        let found = refuse("fn f(z: f64, scale: f64) -> f64 { let a = scal * q; a + z.abs() + z.round() }");
        let guilty: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(guilty, ["scal", "q", "round"]);
    }

    #[test]
    fn names_follow_the_scopes_of_rust() {
        assert!(parse("fn f(z: f64) -> f64 { let z = z * PI; let w = { let z = z + 1.0; z.exp() }; w + z }").is_ok());
        assert_eq!(refuse("fn f(z: f64) -> f64 { let w = { let u = z; u }; w + u }"), one(Code::UnknownName, "u"));
        assert_eq!(refuse("fn f(z: f64) -> f64 { z * I }"), one(Code::UnknownName, "I"));
    }
}
