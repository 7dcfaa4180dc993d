//! A deterministic term of an objective as Rust: its value and its derivatives for one coordinate.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::literal;
use super::names::{Alias, Scope};
use super::rust::{lints, unit_law};
use super::sharing;
use crate::differentiation::derivative_of_term;
use crate::errors::{Errors, bug};
use crate::ir::{Graph, Law, Node, ParamId};
use crate::parse::options::Precision;
use crate::parse::term::TermFunction;
use crate::passes;

/// What an emitted term is called and where it stands.
#[derive(Clone, Debug)]
pub struct TermContext {
    /// Name of the term's type, which is that of the annotated function.
    pub name: Ident,
    /// Visibility of the annotated function.
    pub vis: syn::Visibility,
    /// `#[doc]` attributes of the annotated function.
    pub docs: Vec<syn::Attribute>,
    /// The law's type as the user wrote it.
    pub law: syn::Path,
    /// The runtime crate, such as `::logphi`.
    pub runtime: syn::Path,
}

/// Emits a term of `law`: a type with the constant `TERM`, whose function returns the value for the parameters of one
/// coordinate and writes the derivative with respect to each parameter (0 for one that the term does not read).
///
/// # Errors
/// Constants that do not fit into `f64`.
pub fn emit_term(term: &TermFunction, law: &Law, context: &TermContext) -> Result<TokenStream, Errors> {
    let graph = passes::run(with_derivatives(&term.graph, law.parameters.len()));
    let mut errors = Errors::new();
    literal::check_constants(&graph, Precision::F64, context.name.span(), &mut errors);
    errors.into_result()?;
    let TermContext { name, vis, docs, runtime, .. } = context;
    let documentation =
        format!(" Term `{name}`: a function of the parameters of one coordinate, summed over coordinates.");
    let documentation = if docs.is_empty() {
        quote! { #[doc = #documentation] }
    } else {
        quote! { #(#docs)* }
    };
    let count = law.parameters.len();
    let estimator = Alias::new(&syn::Path::from(name.clone()), "ThisTerm", 0);
    let alias = Alias::new(&context.law, "ThisLaw", count);
    let law_type = unit_law(&alias.path, count);
    let evaluate = evaluate(&graph, law);
    let (text, this, lints) = (name.to_string(), &estimator.path, lints());
    let text = text.trim_start_matches("r#");
    let inner = quote! {
        use #runtime::private::prelude::*;

        #[allow(dead_code)]
        impl #this {
            /// The term, for `.plus(weight, …)` of an estimator: value and derivatives of one coordinate.
            pub const TERM: Term<#law_type> = Term::new(#text, evaluate);
        }

        /// Writes the derivatives with respect to each parameter and returns the value.
        #evaluate
    };
    let definitions = [estimator.definition, alias.definition];
    let inner = if definitions.iter().all(TokenStream::is_empty) {
        inner
    } else {
        quote! { #(#definitions)* const _: () = { #inner }; }
    };
    Ok(quote! {
        #documentation
        #[allow(non_camel_case_types, dead_code)]
        #vis enum #name {}
        #lints
        const _: () = { #inner };
    })
}

/// The value, then its derivative with respect to each parameter; at kinks the mean of the one-sided ones.
fn with_derivatives(graph: &Graph, parameters: usize) -> Graph {
    let mut result = Graph::new();
    let value = result.import(graph, graph.output(), |_, _| None);
    result.outputs.push(value);
    for index in 0..parameters {
        let derivative = derivative_of_term(graph, graph.output(), &Node::Param(ParamId(index)));
        let derivative = result.import(&derivative, derivative.output(), |_, _| None);
        result.outputs.push(derivative);
    }
    result
}

fn evaluate(graph: &Graph, law: &Law) -> TokenStream {
    let scope = Scope::new(law.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.span)));
    let leaf = |node: &Node| match node {
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { #name }
        }
        other => bug!("emit", "{other:?} in a term"),
    };
    let body = expression::print(graph, Arithmetic::Number, &scope, &leaf);
    let [value, derivatives @ ..] = body.outputs.as_slice() else { bug!("emit", "a term without a value") };
    let used =
        (0..law.parameters.len()).filter(|&index| sharing::uses(graph, |node| *node == Node::Param(ParamId(index))));
    let reads = used.map(|index| {
        let (name, index) = (scope.name(index), Literal::usize_unsuffixed(index));
        quote! { let #name = theta[#index]; }
    });
    let (reads, bindings) = (reads.collect::<TokenStream>(), body.bindings);
    let places = (0..derivatives.len()).map(Literal::usize_unsuffixed);
    let theta = if reads.is_empty() {
        quote! { _ }
    } else {
        quote! { theta }
    };
    quote! {
        fn evaluate(#theta: &[f64], out: &mut [f64]) -> f64 {
            #reads
            #bindings
            #(out[#places] = #derivatives;)*
            #value
        }
    }
}
