//! `impl LogCharacteristic`: `log φ` in analytic numbers, taken apart into location and shape.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::branches::follows_branches;
use super::expression::{self, Arithmetic};
use super::law::{parameter_leaf, scope};
use super::names::Scope;
use super::rust::{parameter_pattern, unit_law};
use super::sharing;
use crate::errors::bug;
use crate::ir::{Graph, Law, Node, ParamId, Support};
use crate::passes;
use crate::series::characteristic::lost_orders;
use crate::series::shape::Shape;

/// The implementation for the law at `path`.
pub(super) fn implementation(law: &Law, shape: &Shape, path: &TokenStream) -> TokenStream {
    let parameters = shape.parameters.iter().map(|parameter| Literal::usize_unsuffixed(parameter.0));
    let location = analytic(law, &shape.location, &quote! { location }, None);
    let jumps = match &shape.jumps {
        Some(jumps) => numbers(law, jumps, &|outputs| quote! { Some(::std::vec![#(#outputs),*]) }),
        None => (quote! { _ }, quote! { None }),
    };
    let support = ends(law, &law.support);
    let (standard_pattern, standard) = numbers(law, &shape.standard, &|outputs| {
        let (scale, parameters) = (&outputs[0], &outputs[1..]);
        quote! { (#scale, [#(#parameters),*]) }
    });
    let shape = analytic(law, &shape.shape, &quote! { shape }, Some(&quote! { s }));
    let (this, length) = (unit_law(path, law.parameters.len()), Literal::usize_unsuffixed(law.parameters.len()));
    let ((jumps_pattern, jumps), (support_pattern, support)) = (jumps, support);
    quote! {
        impl LogCharacteristic for #this {
            const SHAPE: &'static [usize] = &[#(#parameters),*];
            #location
            #shape
            fn standard(#standard_pattern: &[f64; #length]) -> (f64, [f64; #length]) { #standard }
            fn jumps(#jumps_pattern: &[f64; #length]) -> Option<Vec<f64>> { #jumps }
            fn support(#support_pattern: &[f64; #length]) -> [f64; 2] { #support }
        }
    }
}

/// `impl Characteristic`: `φ` with its gradient, for formulas.
///
/// `logarithm` has the gradient of `log φ` itself, for each parameter.
pub(super) fn with_gradient(law: &Law, graph: &Graph, logarithm: &Graph, path: &TokenStream) -> TokenStream {
    let scope = scope(&law.parameters);
    let leaf = analytic_leaf(&scope);
    let body = expression::print(graph, Arithmetic::Analytic, &scope, &leaf);
    let (bindings, value, gradient) = (body.bindings, &body.outputs[0], &body.outputs[1..]);
    let pattern = pattern(law, &scope, &[graph]);
    let (variable, branches) = (
        if sharing::uses(graph, |node| *node == Node::TransformVariable) {
            quote! { s }
        } else {
            quote! { _ }
        },
        if follows_branches(graph) {
            quote! { path }
        } else {
            quote! { _ }
        },
    );
    let strip = law.strip.as_ref().map(|strip| {
        let (pattern, body) = ends(law, strip);
        (pattern, quote! { Some({ #body }) })
    });
    let (strip_pattern, strip) = strip.unwrap_or_else(|| (quote! { _ }, quote! { None }));
    let (this, length) = (unit_law(path, law.parameters.len()), Literal::usize_unsuffixed(law.parameters.len()));
    let lost = Literal::u32_unsuffixed(lost_orders(graph, law).max(lost_orders(logarithm, law)));
    let log_gradient = log_gradient(law, logarithm);
    quote! {
        impl Characteristic for #this {
            const LOST: usize = #lost;
            fn characteristic<N: Analytic + Send + Sync + 'static>(
                #pattern: &[f64; #length],
                #variable: N,
                #branches: &mut N::Path,
            ) -> (N, [N; #length]) {
                #bindings
                (#value, [#(#gradient),*])
            }
            #log_gradient
            fn strip(#strip_pattern: &[f64; #length]) -> Option<[f64; 2]> { #strip }
        }
    }
}

/// `∂_θ log φ` for each parameter.
fn log_gradient(law: &Law, graph: &Graph) -> TokenStream {
    let scope = scope(&law.parameters);
    let leaf = analytic_leaf(&scope);
    let body = expression::print(graph, Arithmetic::Analytic, &scope, &leaf);
    let (bindings, outputs) = (body.bindings, body.outputs);
    let pattern = pattern(law, &scope, &[graph]);
    let named = |name: TokenStream, used: bool| {
        if used {
            name
        } else {
            quote! { _ }
        }
    };
    let variable = named(quote! { s }, sharing::uses(graph, |node| *node == Node::TransformVariable));
    let branches = named(quote! { path }, follows_branches(graph));
    let length = Literal::usize_unsuffixed(law.parameters.len());
    quote! {
        fn log_gradient<N: Analytic + Send + Sync + 'static>(
            #pattern: &[f64; #length],
            #variable: N,
            #branches: &mut N::Path,
        ) -> [N; #length] {
            #bindings
            [#(#outputs),*]
        }
    }
}

/// How parameters and the transform variable are written where they are analytic numbers.
fn analytic_leaf(scope: &Scope) -> impl Fn(&Node) -> TokenStream + '_ {
    |node| match node {
        Node::TransformVariable => quote! { s },
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { N::real(#name) }
        }
        other => bug!("emit", "{other:?} in a characteristic function"),
    }
}

/// `fn name<N: Analytic>(theta, s, path) -> N`.
fn analytic(law: &Law, graph: &Graph, name: &TokenStream, variable: Option<&TokenStream>) -> TokenStream {
    let scope = scope(&law.parameters);
    let leaf = |node: &Node| match (node, variable) {
        (Node::TransformVariable, Some(variable)) => variable.clone(),
        (Node::Param(ParamId(index)), _) => {
            let name = scope.name(*index);
            quote! { N::real(#name) }
        }
        (other, _) => bug!("emit", "{other:?} in a log characteristic function"),
    };
    let body = expression::print(graph, Arithmetic::Analytic, &scope, &leaf);
    let (bindings, output) = (body.bindings, &body.outputs[0]);
    let pattern = pattern(law, &scope, &[graph]);
    let branches = if follows_branches(graph) {
        quote! { path }
    } else {
        quote! { _ }
    };
    let variable = variable.map(|variable| {
        if sharing::uses(graph, |node| *node == Node::TransformVariable) {
            quote! { #variable: N, }
        } else {
            quote! { _: N, }
        }
    });
    let length = Literal::usize_unsuffixed(law.parameters.len());
    quote! {
        fn #name<N: Analytic>(#pattern: &[f64; #length], #variable #branches: &mut N::Path) -> N {
            #bindings
            #output
        }
    }
}

/// The pattern of `theta` for the parameters that some graph reads.
fn pattern(law: &Law, scope: &Scope, graphs: &[&Graph]) -> TokenStream {
    let used = |parameter| graphs.iter().any(|graph| sharing::uses(graph, |node| *node == Node::Param(parameter)));
    parameter_pattern(law.parameters.len(), scope, used)
}

/// Pattern of `theta` and body of a function that makes something of a graph's outputs as `f64`.
fn numbers(
    law: &Law,
    graph: &Graph,
    make: &dyn Fn(&[expression::Printed]) -> TokenStream,
) -> (TokenStream, TokenStream) {
    let scope = scope(&law.parameters);
    let body = expression::print(graph, Arithmetic::Number, &scope, &|node| parameter_leaf(node, &scope));
    let (bindings, made) = (body.bindings, make(&body.outputs));
    (pattern(law, &scope, &[graph]), quote! { #bindings #made })
}

/// The ends of a range, infinite where there are none.
fn ends(law: &Law, range: &Support) -> (TokenStream, TokenStream) {
    let mut both = Graph::new();
    let mut output = |end: &Option<Graph>| {
        let end = end.as_ref()?;
        let output = both.import(end, end.output(), |_, _| None);
        both.outputs.push(output);
        Some(both.outputs.len() - 1)
    };
    let (lower, upper) = (output(&range.lower), output(&range.upper));
    numbers(law, &passes::run(both), &|outputs| {
        let lower = lower
            .map_or_else(|| quote! { f64::NEG_INFINITY }, |index| quote::ToTokens::to_token_stream(&outputs[index]));
        let upper =
            upper.map_or_else(|| quote! { f64::INFINITY }, |index| quote::ToTokens::to_token_stream(&outputs[index]));
        quote! { [#lower, #upper] }
    })
}
