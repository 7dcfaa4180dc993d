//! Emitted names: they come from structure, never clash with each other, and symbols carry a hash of the input.
//!
//! Inside an emitted `const _: () = { … };` all names are the private prelude's, so that a crate which shadows `Vec`
//! or `Option` still compiles. The names that users chose meet them in two places. Arguments and parameters become local
//! variables: `Scope` moves them out of the way of the emitter's own (`row` becomes `row_`). The estimator's and the
//! law's types are looked up in the same block: `Alias` gives one that the prelude would hide another name outside.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::errors::bug;

/// Bumped when the tokens that a law hands to an estimator change their meaning.
pub const FORMAT_VERSION: u32 = 1;

/// A stable 64-bit hash (FNV-1a): the same bytes give the same names with every compiler and on every machine.
#[must_use]
pub fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // The length keeps `["ab", "c"]` and `["a", "bc"]` apart.
        for byte in (part.len() as u64).to_le_bytes().iter().chain(part.as_bytes()) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    state
}

/// The hidden macro that hands a law's tokens on.
///
/// The hash covers the tokens and the position of the item: the same law written in two modules must not collide.
pub(super) fn hidden_macro(function: &str, options: &str, item: &str, position: &str) -> Ident {
    let digest = hash(&[env!("CARGO_PKG_VERSION"), options, item, position]);
    Ident::new(&format!("__logphi_{}_{digest:016x}", function.trim_start_matches("r#")), Span::call_site())
}

/// The hidden macro `hidden`, reachable as `name`, that calls back with `tokens` and what the caller brought along.
///
/// Only a `pub` item exports its macro from the crate. The re-export names the macro by its textual scope, never by an
/// absolute path, which rustc refuses for exported macros that macros define.
#[must_use]
pub fn hand_over(vis: &syn::Visibility, name: &Ident, hidden: &Ident, tokens: &TokenStream) -> TokenStream {
    define_hidden(vis, name, hidden, &quote! { $callback! { #tokens $($rest)* } })
}

/// A hidden macro that expands to nothing: what calls it has been reported elsewhere.
pub(super) fn hand_over_nothing(vis: &syn::Visibility, name: &Ident, hidden: &Ident) -> TokenStream {
    define_hidden(vis, name, hidden, &TokenStream::new())
}

fn define_hidden(vis: &syn::Visibility, name: &Ident, hidden: &Ident, body: &TokenStream) -> TokenStream {
    let export = matches!(vis, syn::Visibility::Public(_)).then(|| quote! { #[macro_export] });
    quote! {
        #[doc(hidden)]
        #[allow(unused_macros, non_local_definitions)]
        #export
        macro_rules! #hidden {
            ($callback:path, { $($rest:tt)* }) => { #body };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        #vis use #hidden as #name;
    }
}

/// Names of the emitter and of the private prelude's functions that stand in the value namespace of emitted code.
const RESERVED: &[&str] = &[
    "row",
    "coordinate",
    "dimension",
    "out",
    "adjoint",
    "slope",
    "offset",
    "vertex",
    "value",
    "probes",
    "add",
    "sums",
    "ridge",
    "evaluate_formula",
    "add_reach",
    "weigh_closed_forms",
    "weights",
    "centre",
    "numbers",
    "entry",
    "theta",
    "parameter",
    "words",
    "law",
    "path",
    "s",
    "arguments",
    "length",
    "u",
    "z",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "beta_first_slope",
    "beta_rest_slope",
    "beta_second_slope",
    "digamma",
    "gamma_slope",
    "ln_gamma",
    "polygamma",
    "sign",
    "unit",
    "maximum",
    "minimum",
];

/// Names of the private prelude in the type namespace.
const PRELUDE: &[&str] = &[
    "check",
    "bool",
    "f32",
    "f64",
    "str",
    "u32",
    "usize",
    "Add",
    "Analytic",
    "ArgumentGradient",
    "Characteristic",
    "ClosedForms",
    "Complex",
    "Cholesky",
    "Copy",
    "Domain",
    "Err",
    "Estimate",
    "EstimateError",
    "Estimator",
    "Expectations",
    "Exponentials",
    "Field",
    "Gradient",
    "GradientField",
    "Independent",
    "Inverted",
    "Lane",
    "Law",
    "LogCharacteristic",
    "Matrix",
    "MatrixField",
    "Moment",
    "None",
    "Nothing",
    "Ok",
    "OpaqueFunction",
    "Option",
    "ParameterInfo",
    "Parameters",
    "Prepare",
    "Result",
    "Ridge",
    "RidgeAdjoint",
    "Ridges",
    "Sampled",
    "SamplerError",
    "Scalar",
    "Score",
    "Self",
    "Send",
    "Separable",
    "Softmax",
    "Some",
    "String",
    "Sync",
    "Tables",
    "Term",
    "TermInfo",
    "Values",
    "Vec",
    "Whole",
    "Words",
];

/// The local names of user arguments or parameters.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    names: Vec<Ident>,
    temporary: &'static str,
}

impl Scope {
    /// A scope for the user's names, in order.
    pub(super) fn new<'a>(names: impl Iterator<Item = (&'a str, Span)>) -> Self {
        let mut taken: Vec<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
        let mut numbered = false;
        let names = names
            .map(|(name, span)| {
                let mut local = name.trim_start_matches("r#").to_owned();
                numbered |= is_numbered(&local);
                while taken.contains(&local) || local == "_" {
                    local.push('_');
                }
                taken.push(local.clone());
                identifier(&local, span)
            })
            .collect();
        Self { names, temporary: if numbered { "local_" } else { "" } }
    }

    /// The local name of an argument or parameter.
    pub(super) fn name(&self, index: usize) -> &Ident {
        &self.names[index]
    }

    /// The emitter's own variable of a kind, such as `t3` or `n0`.
    pub(super) fn local(&self, kind: char, index: usize) -> Ident {
        Ident::new(&format!("{}{kind}{index}", self.temporary), Span::call_site())
    }
}

/// Whether a name looks like the emitter's own variables, `t0`.
fn is_numbered(name: &str) -> bool {
    let digits = name.trim_start_matches("local_").strip_prefix(['t', 'n', 'd', 'c']);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An identifier with the given text, raw if the text is a keyword.
fn identifier(name: &str, span: Span) -> Ident {
    plain_identifier(name, span.resolved_at(Span::call_site()))
}

/// The same with the resolution of the span, for names that users write, too: fields and types.
pub(super) fn plain_identifier(name: &str, span: Span) -> Ident {
    let name = name.trim_start_matches("r#");
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, span),
        Err(_) => Ident::new_raw(name, span),
    }
}

/// The name under which emitted code refers to a type of the user's.
pub(super) struct Alias {
    /// What stands in emitted code, without generic arguments.
    pub(super) path: TokenStream,
    /// A definition outside the block that imports the prelude; empty unless the prelude has the name too.
    pub(super) definition: TokenStream,
}

impl Alias {
    /// A name for the type at `path` with `arity` type parameters; `alias` is used if the prelude would hide it.
    pub(super) fn new(path: &syn::Path, alias: &str, arity: usize) -> Self {
        let Some(first) = path.segments.first() else { bug!("emit", "a path without segments") };
        let hidden = path.leading_colon.is_none() && PRELUDE.contains(&first.ident.to_string().as_str());
        if !hidden {
            return Self { path: quote! { #path }, definition: TokenStream::new() };
        }
        let alias = Ident::new(alias, Span::call_site());
        let generics = angled((0..arity).map(|index| {
            let parameter = field_type(index);
            quote! { #parameter }
        }));
        Self { path: quote! { #alias }, definition: quote! { type #alias #generics = #path #generics; } }
    }
}

/// The type parameter of a law's field.
pub(super) fn field_type(index: usize) -> Ident {
    Ident::new(&format!("P{index}"), Span::call_site())
}

/// `<A, B>`, or nothing for an empty list.
pub(super) fn angled(arguments: impl Iterator<Item = TokenStream>) -> TokenStream {
    let arguments: Vec<TokenStream> = arguments.collect();
    if arguments.is_empty() {
        TokenStream::new()
    } else {
        quote! { < #(#arguments),* > }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // FNV-1a of eight zero bytes (the length of an empty part), computed by hand: offset * prime^8 mod 2^64.
        let expected = (0..8).fold(0xcbf2_9ce4_8422_2325_u64, |state, _| state.wrapping_mul(0x100_0000_01b3));
        assert_eq!(hash(&[""]), expected);
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }

    #[test]
    fn user_names_make_way() {
        let names = ["row", "x", "type", "sigmoid", "row_"];
        let scope = Scope::new(names.into_iter().map(|name| (name, Span::call_site())));
        let locals: Vec<String> = (0..5).map(|index| scope.name(index).to_string()).collect();
        assert_eq!(locals, ["row_", "x", "r#type", "sigmoid_", "row__"]);
        assert_eq!(scope.local('t', 3).to_string(), "t3");
        let clashing = Scope::new(std::iter::once(("t0", Span::call_site())));
        assert_eq!(clashing.local('t', 0).to_string(), "local_t0");
    }

    #[test]
    fn only_hidden_types_get_an_alias() {
        let plain: syn::Path = syn::parse_quote!(laws::Laplace);
        assert!(Alias::new(&plain, "ThisLaw", 2).definition.is_empty());
        let hidden: syn::Path = syn::parse_quote!(Law);
        let alias = Alias::new(&hidden, "ThisLaw", 2);
        assert_eq!(alias.definition.to_string(), "type ThisLaw < P0 , P1 > = Law < P0 , P1 > ;");
    }
}
