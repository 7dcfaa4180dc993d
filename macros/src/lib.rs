//! The attribute macros of logphi: a shell around `logphi-compiler`, which does the work on ordinary token streams.

use logphi_compiler::expand;
use proc_macro::TokenStream;

/// Makes a law from its log characteristic function. See the documentation of the `logphi` crate.
#[proc_macro_attribute]
pub fn distribution(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::distribution(options.into(), item.into()).into()
}

/// Compiles an estimator of the gradient of `E f(z)`. See the documentation of the `logphi` crate.
#[proc_macro_attribute]
pub fn estimator(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::estimator(options.into(), item.into()).into()
}

/// Compiles a deterministic term of an objective. See the documentation of the `logphi` crate.
#[proc_macro_attribute]
pub fn term(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::term(options.into(), item.into()).into()
}

/// Called by a law's hidden macro with the law's tokens and an estimator's.
#[doc(hidden)]
#[proc_macro]
pub fn __estimator(input: TokenStream) -> TokenStream {
    expand::estimator_with_law(input.into()).into()
}

/// Called by a function's hidden macro with the function's tokens and another estimator's.
#[doc(hidden)]
#[proc_macro]
pub fn __estimator_of(input: TokenStream) -> TokenStream {
    expand::estimator_of_function(input.into()).into()
}

/// Called by a law's hidden macro with the law's tokens and a term's.
#[doc(hidden)]
#[proc_macro]
pub fn __term(input: TokenStream) -> TokenStream {
    expand::term_with_law(input.into()).into()
}
