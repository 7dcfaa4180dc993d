//! `#[estimator]`: from the annotated function over the law's hidden macro to the compiled estimator.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use super::luggage::{Annotated, Luggage};
use super::{fallback, position};
use crate::emit::names;
use crate::errors::{Code, Errors, Fault};
use crate::parse::options::parse_estimator_options;
use crate::{Compiled, Source, Target, compile};

/// Expands `#[estimator(options)]` on a function, or with `of = …` on a unit struct.
#[must_use]
pub fn estimator(options: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(syn::Item::Fn(function)) => on_function(&options, &function),
        Ok(syn::Item::Struct(target)) => on_struct(&options, &target),
        Ok(other) => {
            let expected = "`#[estimator]` stands on a function, or with `of = …` on a unit struct";
            fallback(&item, &syn::Error::new_spanned(other, "neither a function nor a struct"), expected)
        }
        Err(error) => fallback(&item, &error, "`#[estimator]` stands on a function"),
    }
}

fn on_function(options: &TokenStream, function: &syn::ItemFn) -> TokenStream {
    let call = parse_estimator_options(options.clone()).and_then(|parsed| match parsed.of {
        Some(path) => Err(Fault::over(
            Code::BadOption,
            &path,
            "`of` names the function of another estimator, but this attribute stands on a function of its own",
            "put the attribute on a unit struct (`struct SecondEstimator;`), or drop `of`",
        )
        .into()),
        None => {
            let (law, runtime) = (&parsed.distribution, &parsed.runtime);
            Ok(quote! {
                #law! { #runtime::private::__estimator, { estimator { (#options) #function } } }
            })
        }
    });
    let call = call.unwrap_or_else(|errors: Errors| errors.to_compile_errors());
    let hand_over = hand_over_function(options, function);
    quote! {
        #[allow(dead_code, clippy::must_use_candidate)]
        #function
        #hand_over
        #call
    }
}

/// The hidden macro under the function's name that hands its tokens to a second estimator.
fn hand_over_function(options: &TokenStream, function: &syn::ItemFn) -> TokenStream {
    let name = &function.sig.ident;
    let item = quote!(#function).to_string();
    let digest = names::hash(&[super::VERSION, &options.to_string(), &item, &position(Span::call_site())]);
    let hidden = format_ident!("__logphi_function_{}_{digest:016x}", name.to_string().trim_start_matches("r#"));
    names::hand_over(&function.vis, name, &hidden, &quote!(function { #function }))
}

fn on_struct(options: &TokenStream, target: &syn::ItemStruct) -> TokenStream {
    let call = parse_estimator_options(options.clone()).and_then(|parsed| {
        if !matches!(target.fields, syn::Fields::Unit) || !target.generics.params.is_empty() {
            return Err(Fault::over(
                Code::BadSignature,
                &target.ident,
                "an estimator `of` a function stands on a unit struct without generics",
                format!("write `struct {};`", target.ident),
            )
            .into());
        }
        let Some(function) = &parsed.of else {
            return Err(Fault::over(
                Code::BadOption,
                &target.ident,
                "an estimator on a struct needs the function it estimates",
                "add `of = the_function` with the name of a function that has an `#[estimator]`",
            )
            .into());
        };
        let runtime = &parsed.runtime;
        Ok(quote! {
            #function! { #runtime::private::__estimator_of, { of { (#options) #target } } }
        })
    });
    let call = call.unwrap_or_else(|errors: Errors| errors.to_compile_errors());
    quote! {
        #[allow(dead_code)]
        #target
        #call
    }
}

/// Called with a function's tokens and a second estimator's: goes on to the law.
#[must_use]
pub fn estimator_of_function(input: TokenStream) -> TokenStream {
    let luggage = Luggage::read(input);
    let Annotated { options, item: target } = luggage.annotated::<syn::ItemStruct>("of");
    let function = luggage.get("function");
    match parse_estimator_options(options.clone()) {
        Ok(parsed) => {
            let (law, runtime) = (&parsed.distribution, &parsed.runtime);
            quote! {
                #law! { #runtime::private::__estimator, { estimator { (#options) #function } target { #target } } }
            }
        }
        // Reported where the attribute stands.
        Err(_) => TokenStream::new(),
    }
}

/// Called with the law's tokens and the estimator's: compiles.
#[must_use]
pub fn estimator_with_law(input: TokenStream) -> TokenStream {
    let luggage = Luggage::read(input);
    let Annotated { options, item: function } = luggage.annotated::<syn::ItemFn>("estimator");
    let target = target(&luggage, &function);
    let name = target.name.clone();
    let vis = target.vis.clone();
    let defined = target.define_type;
    let result = luggage.law().and_then(|law| {
        let source = Source { law_options: law.options, law: law.item, options, function, target };
        let compiled = compile(&source)?;
        write_texts(&source, &compiled)?;
        Ok(compiled)
    });
    match result {
        Ok(compiled) => compiled.emitted.tokens,
        Err(errors) => {
            let errors = errors.to_compile_errors();
            let stub = defined.then(|| {
                quote! {
                    #[allow(non_camel_case_types, dead_code, missing_docs)]
                    #vis enum #name {}
                }
            });
            quote!(#stub #errors)
        }
    }
}

fn target(luggage: &Luggage, function: &syn::ItemFn) -> Target {
    let docs = |attributes: &[syn::Attribute]| {
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect()
    };
    match luggage.get("target").map(syn::parse2::<syn::ItemStruct>) {
        Some(Ok(item)) => Target { name: item.ident, vis: item.vis, docs: docs(&item.attrs), define_type: false },
        _ => Target {
            name: function.sig.ident.clone(),
            vis: function.vis.clone(),
            docs: docs(&function.attrs),
            define_type: true,
        },
    }
}

/// Writes rule, LaTeX, Rust and CUDA C++ to the directory that `LOGPHI_EMIT_DIR` names, if it is set.
fn write_texts(source: &Source, compiled: &Compiled) -> Result<(), Errors> {
    let Some(directory) = std::env::var_os("LOGPHI_EMIT_DIR").filter(|directory| !directory.is_empty()) else {
        return Ok(());
    };
    let directory = std::path::Path::new(&directory);
    let stem = format!("{}_{:08x}", source.target.name, super::input_hash(source) as u32);
    let texts = [("txt", &compiled.report), ("tex", &compiled.latex), ("rs", &compiled.emitted.rust)];
    let cuda = compiled.emitted.cuda.as_ref().ok().map(|cuda| ("cu", cuda));
    let written = std::fs::create_dir_all(directory).and_then(|()| {
        texts
            .into_iter()
            .chain(cuda)
            .try_for_each(|(extension, text)| std::fs::write(directory.join(format!("{stem}.{extension}")), text))
    });
    written.map_err(|error| {
        Fault::new(
            Code::NoEmitDirectory,
            source.target.name.span(),
            format!("the generated texts cannot be written to {}: {error}", directory.display()),
            "let LOGPHI_EMIT_DIR name a directory that can be written, or unset it",
        )
        .into()
    })
}
