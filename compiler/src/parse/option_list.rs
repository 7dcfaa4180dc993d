//! Lists of options, `name = value, name(target) = value, name`, before it is known what the values mean.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Token};

use super::spelling::{list, nearest};
use crate::errors::{Code, Errors, Fault};

/// The option without a value: the function of an estimator is called whole.
pub(crate) const OPAQUE: &str = "opaque";

/// One `name = value`, `name(target) = value` or `name`.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) target: Option<Ident>,
    value: Option<Expr>,
}

impl Entry {
    /// The value of an option that has one.
    pub(crate) fn value(&self, errors: &mut Errors) -> Option<&Expr> {
        if self.value.is_none() {
            errors.push(Fault::new(
                Code::BadOption,
                self.name.span(),
                format!("the option `{}` has no value", self.name),
                format!("write `{} = …`", self.name),
            ));
        }
        self.value.as_ref()
    }

    /// The place of an option that has no value.
    pub(crate) fn flag(&self, errors: &mut Errors) -> Option<Span> {
        if self.value.is_some() {
            errors.push(Fault::new(
                Code::BadOption,
                self.name.span(),
                format!("the option `{}` takes no value", self.name),
                format!("write `{}` alone", self.name),
            ));
        }
        self.value.is_none().then(|| self.name.span())
    }
}

/// Splits a list of options, refusing unknown and repeated ones.
pub(crate) fn entries(tokens: TokenStream, known: &[&str], errors: &mut Errors) -> Result<Vec<Entry>, Fault> {
    let parse = |input: ParseStream| {
        let mut entries = Vec::new();
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            let target = if input.peek(syn::token::Paren) {
                let inner;
                syn::parenthesized!(inner in input);
                let target = inner.parse::<Ident>()?;
                if !inner.is_empty() {
                    return Err(inner.error("expected the name of one parameter"));
                }
                Some(target)
            } else {
                None
            };
            let value = match input.parse::<Option<Token![=]>>()? {
                Some(_) => Some(input.parse::<Expr>()?),
                None => None,
            };
            entries.push(Entry { name, target, value });
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(entries)
    };
    let all = parse.parse2(tokens).map_err(|error| Fault {
        code: Code::Syntax,
        start: error.span(),
        end: error.span(),
        message: format!("these tokens are no list of options: {error}"),
        help: format!(
            "options are written `name = value` and separated by commas; they are {}",
            list(known.iter().copied())
        ),
    })?;
    let mut kept: Vec<Entry> = Vec::new();
    for entry in all {
        let name = entry.name.to_string();
        let for_one = |other: &Entry| other.target.as_ref().map(ToString::to_string);
        if !known.contains(&name.as_str()) {
            errors.push(unknown_option(&entry.name, known));
        } else if let (Some(target), true) = (&entry.target, !matches!(name.as_str(), "form" | "rule")) {
            errors.push(Fault::new(
                Code::BadOption,
                target.span(),
                format!("the option `{name}` is not chosen for each parameter"),
                if name == OPAQUE { format!("write `{name}` alone") } else { format!("write `{name} = …`") },
            ));
        } else if name != "rule"
            && kept.iter().any(|other| other.name == entry.name && for_one(other) == for_one(&entry))
        {
            errors.push(Fault::new(
                Code::BadOption,
                entry.name.span(),
                format!("the option `{name}` is given twice"),
                "remove one of the two",
            ));
        } else {
            kept.push(entry);
        }
    }
    Ok(kept)
}

fn unknown_option(name: &Ident, known: &[&str]) -> Fault {
    let text = name.to_string();
    let help = match nearest(&text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are {}", list(known.iter().copied())),
    };
    Fault::new(Code::BadOption, name.span(), format!("`{text}` is not an option of this version"), help)
}
