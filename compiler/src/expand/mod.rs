//! What the macros do, on ordinary token streams.
//!
//! An estimator needs the tokens of its law, which may stand in another module or crate, and a macro sees only its own
//! input. So `#[distribution]` adds a hidden `macro_rules!` under the law's name, which hands the law's tokens to a
//! callback; `#[estimator]` expands to a call of it, with its own tokens as luggage, and the callback is the macro that
//! compiles. The same trick hands the tokens of a function to a second estimator of it (`of = …`).
//!
//! The annotated item is always emitted again, also next to errors, so that editors keep working.

mod distribution;
mod estimator;
mod luggage;
mod term;

pub use distribution::distribution;
pub use estimator::{estimator, estimator_of_function, estimator_with_law};
pub use term::{term, term_with_law};

use crate::Source;
use crate::emit::names;
use crate::errors::{Code, Errors, Fault};

/// The version of this compiler, part of every hash and of the tokens that laws export.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A hash of everything that an estimator is compiled from.
#[must_use]
pub fn input_hash(source: &Source) -> u64 {
    let Source { law_options, law, options, function, target: _ } = source;
    names::hash(&[VERSION, &quote::quote!(#law_options #law #options #function).to_string()])
}

/// The item as it was, and one error that says what was expected.
fn fallback(item: &proc_macro2::TokenStream, error: &syn::Error, expected: &str) -> proc_macro2::TokenStream {
    let fault = Fault::new(
        Code::Syntax,
        error.span(),
        format!("{error}; {expected}"),
        "see the documentation of the attribute for its form",
    );
    let error = Errors::from(fault).to_compile_errors();
    quote::quote!(#item #error)
}

/// Where an attribute stands, for names that must differ from item to item.
fn position(span: proc_macro2::Span) -> String {
    let start = span.start();
    format!("{}:{}:{}", span.file(), start.line, start.column)
}
