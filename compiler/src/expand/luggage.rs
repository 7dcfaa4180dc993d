//! The input of the callback macros: named groups of tokens, `law { … } estimator { … }`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};

use crate::emit::names::FORMAT_VERSION;
use crate::errors::{Code, Errors, Fault, bug};

/// Named groups of tokens.
#[derive(Debug)]
pub(super) struct Luggage {
    groups: Vec<(Ident, Group)>,
}

impl Parse for Luggage {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut groups = Vec::new();
        while !input.is_empty() {
            groups.push((input.parse()?, input.parse()?));
        }
        Ok(Self { groups })
    }
}

impl Luggage {
    /// Reads the input of a callback, which only our own macros write.
    pub(super) fn read(input: TokenStream) -> Self {
        match syn::parse2(input) {
            Ok(luggage) => luggage,
            Err(error) => bug!("expand", "the callback's input is malformed: {error}"),
        }
    }

    /// The tokens under a name, if there are any.
    pub(super) fn get(&self, name: &str) -> Option<TokenStream> {
        self.groups.iter().find(|(ident, _)| ident == name).map(|(_, group)| group.stream())
    }

    /// The options and the item under a name.
    pub(super) fn annotated<T: Parse>(&self, name: &str) -> Annotated<T> {
        let Some(tokens) = self.get(name) else { bug!("expand", "the callback's input has no `{name}`") };
        match syn::parse2(tokens) {
            Ok(annotated) => annotated,
            Err(error) => bug!("expand", "the callback's `{name}` is malformed: {error}"),
        }
    }

    /// The law's options and function.
    ///
    /// # Errors
    /// [`Code::VersionMismatch`] if the law was expanded by a version that hands over other tokens.
    pub(super) fn law(&self) -> Result<Annotated<syn::ItemFn>, Errors> {
        let Some(tokens) = self.get("law") else { bug!("expand", "the callback's input has no `law`") };
        let mut tokens = tokens.into_iter();
        let found = tokens.next();
        let version = match &found {
            Some(TokenTree::Literal(literal)) => literal.to_string(),
            other => bug!("expand", "the law begins with {other:?} instead of a format version"),
        };
        if version.parse() != Ok(FORMAT_VERSION) {
            let span = found.as_ref().map_or_else(proc_macro2::Span::call_site, TokenTree::span);
            return Err(Fault::new(
                Code::VersionMismatch,
                span,
                format!("the law was expanded in format {version}, this estimator reads format {FORMAT_VERSION}"),
                "let all crates of the build use the same version of logphi (`cargo tree -d -i logphi` shows them)",
            )
            .into());
        }
        match syn::parse2(tokens.collect()) {
            Ok(annotated) => Ok(annotated),
            Err(error) => bug!("expand", "the callback's law is malformed: {error}"),
        }
    }
}

/// `(options) item`.
#[derive(Clone, Debug)]
pub(super) struct Annotated<T> {
    /// The tokens between the parentheses of the attribute.
    pub(super) options: TokenStream,
    /// What the attribute stands on.
    pub(super) item: T,
}

impl<T: Parse> Parse for Annotated<T> {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let options: Group = input.parse()?;
        Ok(Self { options: options.stream(), item: input.parse()? })
    }
}
