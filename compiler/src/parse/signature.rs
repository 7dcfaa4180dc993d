//! What the signatures of all annotated functions have in common.

use quote::ToTokens;
use syn::{FnArg, Ident, ItemFn, Pat, Type};

use crate::errors::{Code, Errors, Fault};

/// An argument: its name and its type.
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) kind: &'a Type,
}

/// Adds faults for everything but a plain free function, and returns the arguments with plain names.
pub(crate) fn check_plain<'a>(item: &'a ItemFn, errors: &mut Errors) -> Vec<Parameter<'a>> {
    let signature = &item.sig;
    if !signature.generics.params.is_empty() {
        errors.push(not_plain(&signature.generics, "generic"));
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.push(not_plain(clause, "generic"));
    }
    if let Some(token) = &signature.asyncness {
        errors.push(not_plain(token, "`async`"));
    }
    let safety = signature.safety.to_token_stream();
    if !safety.is_empty() {
        errors.push(not_plain(&safety, "`unsafe`"));
    }
    if let Some(abi) = &signature.abi {
        errors.push(not_plain(abi, "of a foreign ABI"));
    }
    if let Some(variadic) = &signature.variadic {
        errors.push(not_plain(variadic, "variadic"));
    }
    let mut parameters: Vec<Parameter> = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.push(not_plain(receiver, "a method")),
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
                    parameters.push(Parameter { name: &name.ident, kind: &typed.ty });
                }
                pattern => errors.push(Fault::over(
                    Code::BadSignature,
                    pattern,
                    "this argument has no plain name",
                    "give the argument a name and take it apart in the body",
                )),
            },
        }
    }
    parameters
}

fn not_plain(tokens: &impl ToTokens, what: &str) -> Fault {
    Fault::over(
        Code::BadSignature,
        tokens,
        format!("the annotated function must not be {what}"),
        "write a plain `fn name(argument: type, …) -> type { … }`",
    )
}

/// The last segment of a path type, such as `Real` of `logphi::Real`.
pub(crate) fn last_segment(kind: &Type) -> Option<&Ident> {
    match kind {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().filter(|segment| segment.arguments.is_none()).map(|segment| &segment.ident)
        }
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

/// Adds a fault unless the function returns `name`.
pub(crate) fn check_return(item: &ItemFn, name: &str, errors: &mut Errors) {
    match &item.sig.output {
        syn::ReturnType::Type(_, kind) if last_segment(kind).is_some_and(|last| last == name) => {}
        syn::ReturnType::Type(_, kind) => errors.push(Fault::over(
            Code::BadSignature,
            kind,
            format!("the function returns `{}`, expected `{name}`", text(kind)),
            format!("write `-> {name}`"),
        )),
        syn::ReturnType::Default => errors.push(Fault::over(
            Code::BadSignature,
            &item.sig.ident,
            format!("the function returns nothing, expected `{name}`"),
            format!("write `-> {name}` before the body"),
        )),
    }
}

/// Tokens as text, without the spaces that the tokens' own text has around dots and parentheses.
pub(crate) fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" . ", "."),
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        ("& ", "&"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
