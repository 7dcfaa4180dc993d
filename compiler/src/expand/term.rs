//! `#[term]`: from the annotated function over the law's hidden macro to its value and derivatives.

use proc_macro2::TokenStream;
use quote::quote;

use super::fallback;
use super::luggage::{Annotated, Luggage};
use crate::emit::term::{TermContext, emit_term};
use crate::errors::{Code, Errors, Fault};
use crate::ir::Distribution;
use crate::parse;
use crate::parse::options::parse_term_options;

/// Expands `#[term(distribution = …)]` on a function of the law's parameters.
#[must_use]
pub fn term(options: TokenStream, item: TokenStream) -> TokenStream {
    let function: syn::ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback(&item, &error, "`#[term]` stands on a function"),
    };
    let call = match parse_term_options(options.clone()) {
        Ok(parsed) => {
            let (law, runtime) = (&parsed.distribution, &parsed.runtime);
            quote!(#law! { #runtime::private::__term, { term { (#options) #function } } })
        }
        Err(errors) => errors.to_compile_errors(),
    };
    quote! {
        #[allow(dead_code, clippy::must_use_candidate)]
        #function
        #call
    }
}

/// Called with the law's tokens and the term's: differentiates and emits.
#[must_use]
pub fn term_with_law(input: TokenStream) -> TokenStream {
    let luggage = Luggage::read(input);
    let Annotated { options, item: function } = luggage.annotated::<syn::ItemFn>("term");
    compile_term(&luggage, options, &function).unwrap_or_else(|errors| errors.to_compile_errors())
}

fn compile_term(luggage: &Luggage, options: TokenStream, function: &syn::ItemFn) -> Result<TokenStream, Errors> {
    let law = luggage.law()?;
    let options = parse_term_options(options)?;
    let law = match parse::joint::parse_law(law.options, &law.item)? {
        Distribution::Scalar(law) => law,
        Distribution::Joint(law) => {
            return Err(Fault::over(
                Code::BadOption,
                &options.distribution,
                format!("`{}` is a joint law, and a term is added up coordinate by coordinate", law.name),
                "write the term in Rust, and add its value and gradient to those of the run",
            )
            .into());
        }
    };
    let term = parse::term::parse_term(function, &law)?;
    let context = TermContext {
        name: function.sig.ident.clone(),
        vis: function.vis.clone(),
        docs: function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
        law: options.distribution,
        runtime: options.runtime,
    };
    emit_term(&term, &law, &context)
}
