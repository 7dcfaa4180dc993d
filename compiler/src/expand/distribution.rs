//! `#[distribution]`: the law's type, its implementations, and the hidden macro that hands its tokens on.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{fallback, position};
use crate::cache;
use crate::emit::joint_law::emit_joint_law;
use crate::emit::law::{LawContext, emit_faulty_law, emit_law};
use crate::errors::Errors;
use crate::ir::{Distribution, JointLaw, Law};
use crate::parse;
use crate::parse::options::parse_distribution_options;
use crate::series::analytic::{Judgement, judge};
use crate::series::projection::judge_joint;

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
        Ok(Checked::Scalar(law, judgement)) => emit_law(&law, &judgement, &context),
        Ok(Checked::Joint(law)) => emit_joint_law(&law, &context),
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

/// A law that was found sound.
enum Checked {
    Scalar(Box<Law>, Judgement),
    Joint(Box<JointLaw>),
}

/// Parses and validates a law.
fn check(options: TokenStream, function: &syn::ItemFn) -> Result<Checked, Errors> {
    let law = match parse::joint::parse_law(options, function)? {
        Distribution::Scalar(law) => law,
        Distribution::Joint(law) => {
            judge_joint(&law)?;
            cache::check_joint_rules(&law)?;
            return Ok(Checked::Joint(law));
        }
    };
    let judgement = judge(&law)?;
    if !law.rules.is_empty() {
        // Rules are checked where they are derived, and here already for the author's sake.
        cache::derivation(&law, 1)?;
    }
    Ok(Checked::Scalar(law, judgement))
}
