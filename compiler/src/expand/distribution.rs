//! `#[distribution]`: the law's type, its implementations, and the hidden macro that hands its tokens on.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{fallback, position};
use crate::cache;
use crate::emit::law::{LawContext, emit_faulty_law, emit_law};
use crate::errors::Errors;
use crate::ir::Law;
use crate::parse;
use crate::parse::options::parse_distribution_options;
use crate::series::analytic::{Judgement, judge};

/// Expands `#[distribution(options)]` on a function.
#[must_use]
pub fn distribution(options: TokenStream, item: TokenStream) -> TokenStream {
    let function: syn::ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback(&item, &error, "`#[distribution]` stands on a function"),
    };
    let context = LawContext {
        vis: function.vis.clone(),
        docs: function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
        // Faulty options are reported below; the law's type then stands on the default path.
        runtime: parse_distribution_options(options.clone()).unwrap_or_default().runtime,
        options: options.clone(),
        item: quote!(#function),
        position: position(Span::call_site()),
    };
    let expansion = match check(options, &function) {
        Ok((law, judgement)) => emit_law(&law, &judgement, &context),
        Err(errors) => {
            let law = emit_faulty_law(&function.sig.ident, &context);
            let errors = errors.to_compile_errors();
            quote!(#law #errors)
        }
    };
    quote! {
        #[allow(dead_code, clippy::needless_pass_by_value, clippy::must_use_candidate)]
        #function
        #expansion
    }
}

/// Parses and validates a law.
fn check(options: TokenStream, function: &syn::ItemFn) -> Result<(Law, Judgement), Errors> {
    let law = parse::distribution::parse_distribution(options, function)?;
    let judgement = judge(&law)?;
    if !law.rules.is_empty() {
        // Rules are checked where they are derived, and here already for the author's sake.
        cache::derivation(&law, 1)?;
    }
    Ok((law, judgement))
}
