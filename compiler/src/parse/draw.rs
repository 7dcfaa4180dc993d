//! The first argument of a function: the type of its draw, which must suit the law.

use syn::{FnArg, GenericArgument, ItemFn, PathArguments, Type};

use super::function::argument_kind;
use super::signature::text;
use crate::errors::{Code, Errors, Fault};
use crate::ir::{ArgumentKind, JointLaw};

/// The type of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawType {
    /// `f64`
    Number,
    /// `&[f64]`
    Slice,
    /// `&OneHot`: categorical variables.
    OneHot,
}

/// The draw's type; none if it is no type of a draw.
pub(super) fn draw_type(kind: &Type) -> Option<DrawType> {
    match kind {
        Type::Paren(inner) => draw_type(&inner.elem),
        Type::Group(inner) => draw_type(&inner.elem),
        Type::Reference(reference) if reference.mutability.is_none() && is_one_hot(&reference.elem) => {
            Some(DrawType::OneHot)
        }
        _ => match argument_kind(kind)? {
            ArgumentKind::Scalar => Some(DrawType::Number),
            ArgumentKind::Slice => Some(DrawType::Slice),
            ArgumentKind::Matrix | ArgumentKind::Any => None,
        },
    }
}

/// Whether a type is `OneHot`, with or without its lifetime.
fn is_one_hot(kind: &Type) -> bool {
    match kind {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().is_some_and(|last| {
            let only_lifetimes = match &last.arguments {
                PathArguments::None => true,
                PathArguments::AngleBracketed(list) => {
                    list.args.iter().all(|argument| matches!(argument, GenericArgument::Lifetime(_)))
                }
                PathArguments::Parenthesized(_) => false,
            };
            last.ident == "OneHot" && only_lifetimes
        }),
        Type::Paren(inner) => is_one_hot(&inner.elem),
        Type::Group(inner) => is_one_hot(&inner.elem),
        _ => false,
    }
}

/// What types a draw has, for messages.
pub(super) const DRAW: &str = "the first argument is the draw: `z: f64` for one coordinate, `z: &[f64]` for several, \
                               `z: &OneHot` for categorical variables";

/// Refuses a draw of another type.
pub(super) fn refuse_type(name: &syn::Ident, kind: &Type) -> Fault {
    let found = text(kind);
    let message = format!("the draw `{name}` is `{found}`, expected `f64`, `&[f64]` or `&OneHot`");
    Fault::over(Code::BadSignature, kind, message, DRAW)
}

/// The type of a function's draw, if it has one.
#[must_use]
pub fn declared(item: &ItemFn) -> Option<DrawType> {
    of(item).and_then(draw_type)
}

fn of(item: &ItemFn) -> Option<&Type> {
    match item.sig.inputs.first()? {
        FnArg::Typed(draw) => Some(&draw.ty),
        FnArg::Receiver(_) => None,
    }
}

/// Refuses a function of categorical variables for a law of one variable.
///
/// # Errors
/// [`Code::BadSignature`] at the type of the draw.
pub fn check_scalar(item: &ItemFn, law: &str) -> Result<(), Errors> {
    let message = format!("`{law}` is a law of one variable, and this draw is made of categorical variables");
    check(item, &[DrawType::Number, DrawType::Slice], message, "declare it as `z: f64` or `z: &[f64]`")
}

/// Refuses a function of another draw than a joint law has.
///
/// # Errors
/// [`Code::BadSignature`] at the type of the draw.
pub fn check_joint(item: &ItemFn, law: &JointLaw) -> Result<(), Errors> {
    let name = &law.name;
    if law.is_one_hot() {
        let message = format!("a draw from `{name}` is made of categorical variables, and this one is not");
        check(
            item,
            &[DrawType::OneHot],
            message,
            "declare it as `z: &OneHot`: of each variable it holds 1 at its state, and 0 elsewhere",
        )
    } else {
        let found = declared(item);
        let what = if found == Some(DrawType::OneHot) { "made of categorical variables" } else { "a single number" };
        let message = format!("`{name}` is a joint law, and this draw is {what}");
        check(item, &[DrawType::Slice], message, "a draw from it has several coordinates: declare it as `z: &[f64]`")
    }
}

fn check(item: &ItemFn, allowed: &[DrawType], message: String, help: &str) -> Result<(), Errors> {
    match (of(item), declared(item)) {
        (Some(kind), Some(found)) if !allowed.contains(&found) => {
            Err(Fault::over(Code::BadSignature, kind, message, help).into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_known_by_their_types() {
        for (text, expected) in [
            ("f64", Some(DrawType::Number)),
            ("&[f64]", Some(DrawType::Slice)),
            ("&OneHot", Some(DrawType::OneHot)),
            ("&'a logphi::OneHot<'_>", Some(DrawType::OneHot)),
            ("OneHot", None),
            ("&mut OneHot", None),
            ("&OneHot<f64>", None),
            ("&Matrix", None),
        ] {
            assert_eq!(draw_type(&syn::parse_str(text).expect(text)), expected, "{text}");
        }
    }
}
