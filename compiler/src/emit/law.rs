//! A law as Rust: the type of its parameters, its implementation of the runtime's traits, and the hidden macro that
//! hands its tokens to estimators.
//!
//! An estimator's macro sees only the *name* of a law, which may live in another module or crate. So a law leaves a
//! `macro_rules!` behind, reachable under the law's own name in the macro namespace, that calls back whoever asks with
//! the law's tokens. Names of `macro_rules!` are flat: the hidden name carries a hash of the tokens and of their
//! position. Only a `pub` law exports its macro from the crate, and the re-export refers to it by its textual name,
//! never by an absolute path, which rustc refuses for macros that macros define.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::characteristic as analytic;
use super::draws::Draws;
use super::expression::{self, Arithmetic};
use super::fields;
use super::file;
use super::joint_law::coupling;
use super::literal;
use super::names::{self, Alias, Scope, plain_identifier};
use super::rust::{lints, parameter_pattern, unit_law};
use super::sharing;
use super::summary;
use crate::errors::{Errors, bug};
use crate::ir::draw::carry_arguments;
use crate::ir::{
    Condition, Frame, Graph, JointSampler, Law, Node, ParamId, Parameter, ParameterKind, ParameterShape, Relation,
    Sampler,
};
use crate::kernel::lower::lower_sampler;
use crate::parse::options::Precision;
use crate::series::analytic::Judgement;
use crate::series::characteristic::{characteristic, log_gradient};
use crate::series::shape::{Shape, shape};

/// The site of a law's draws of a fixed number of words; those of the others follow.
const FIRST_SITE: u16 = 0;

/// Where a law stands and what it was written as.
#[derive(Clone, Debug)]
pub struct LawContext {
    /// Visibility of the annotated function.
    pub vis: syn::Visibility,
    /// `#[doc]` attributes of the annotated function.
    pub docs: Vec<syn::Attribute>,
    /// Tokens of the attribute's options.
    pub options: TokenStream,
    /// Tokens of the annotated function.
    pub item: TokenStream,
    /// The runtime crate, such as `::logphi`.
    pub runtime: syn::Path,
    /// File, line and column of the item, in any stable form.
    pub position: String,
}

/// Emits the law's type, its traits, and the hidden macro; `judgement` is that of its `log φ`.
///
/// A constant of the sampler or of a condition that does not fit into the arithmetic makes the law a faulty one, with the
/// fault in its tokens. A sampler serves both precisions, so its constants must fit into `f32`.
#[must_use]
pub fn emit_law(law: &Law, judgement: &Judgement, context: &LawContext) -> TokenStream {
    let shape = &shape(law, &judgement.log_cf);
    let with_gradient = characteristic(&judgement.log_cf, &law.parameters);
    let logarithm = log_gradient(&judgement.log_cf, &law.parameters);
    if let Err(errors) = check(law, shape, &with_gradient) {
        let faulty = emit_faulty_law(&Ident::new_raw(law.function.trim_start_matches("r#"), law.span), context);
        let errors = errors.to_compile_errors();
        return quote! { #faulty #errors };
    }
    let name = plain_identifier(&law.name, law.span);
    let count = law.parameters.len();
    let log_cf = summary::plain(&law.parameters, &law.log_cf);
    let item = type_item(law.into(), &log_cf, &name, context);
    let alias = Alias::new(&syn::Path::from(name.clone()), "ThisLaw", count);
    let implementation = implementation(law.into(), &alias.path);
    let log_characteristic = analytic::implementation(law, shape, &alias.path);
    let with_gradient = analytic::with_gradient(law, &with_gradient, &logarithm, &alias.path);
    let sampled = match &law.sampler {
        Some(sampler) => sampled(law.into(), &lower_sampler(sampler), None, &alias.path),
        None => inverted(law, &alias.path),
    };
    let parameters = fields::parameters(&law.parameters, &alias.path);
    let hand_over = hand_over(&law.function, &name, context);
    let traits = quote! { #implementation #log_characteristic #with_gradient #sampled #parameters };
    whole(&item, traits, alias.definition, &hand_over, context)
}

/// The type, its traits in a block of their own, and the hidden macro.
pub(super) fn whole(
    item: &TokenStream,
    traits: TokenStream,
    alias: TokenStream,
    hand_over: &TokenStream,
    context: &LawContext,
) -> TokenStream {
    let (runtime, lints) = (&context.runtime, lints());
    let inner = quote! { use #runtime::private::prelude::*; #traits };
    let inner = if alias.is_empty() {
        inner
    } else {
        quote! { #alias const _: () = { #inner }; }
    };
    quote! {
        #item
        #lints
        const _: () = { #inner };
        #hand_over
    }
}

/// Emits what lets the paths to a faulty law resolve: its type without any trait, and a hidden macro that expands to
/// nothing, so that an estimator of the law reports nothing further.
#[must_use]
pub fn emit_faulty_law(function: &Ident, context: &LawContext) -> TokenStream {
    let parameters = parameter_names(&context.item);
    let name = plain_identifier(&camel_case(&function.to_string()), function.span());
    let (docs, vis) = (&context.docs, &context.vis);
    let docs = if docs.is_empty() {
        file::documentation("A law with faults.")
    } else {
        quote! { #(#docs)* }
    };
    let (defaults, fields) = fields::definition(parameters.into_iter());
    let hand_over = names::hand_over_nothing(vis, &name, &hidden_macro(&function.to_string(), context));
    quote! {
        #docs
        #[allow(dead_code, missing_docs)]
        #vis struct #name #defaults { #fields }
        #hand_over
    }
}

/// The names of a law function's parameters, as far as they can be read; the first argument is the frequency.
fn parameter_names(item: &TokenStream) -> Vec<Ident> {
    let Ok(function) = syn::parse2::<syn::ItemFn>(item.clone()) else { return Vec::new() };
    let names = function.sig.inputs.iter().skip(1).filter_map(|argument| match argument {
        syn::FnArg::Typed(argument) => match &*argument.pat {
            syn::Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    });
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

/// The name of a law's type, from its function's: `inverse_gaussian` becomes `InverseGaussian`.
#[must_use]
pub fn camel_case(function: &str) -> String {
    let words = function.trim_start_matches("r#").split('_');
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

fn check(law: &Law, shape: &Shape, with_gradient: &Graph) -> Result<(), Errors> {
    let mut errors = Errors::new();
    let parts = [&shape.location, &shape.shape, &shape.standard, with_gradient].into_iter().chain(&shape.jumps);
    let ranges = std::iter::once(&law.support).chain(&law.strip);
    for graph in parts.chain(ranges.flat_map(|range| range.lower.iter().chain(&range.upper))) {
        literal::check_constants(graph, Precision::F64, law.span, &mut errors);
    }
    if let Some(sampler) = &law.sampler {
        literal::check_constants(&sampler.graph, Precision::F32, law.span, &mut errors);
    }
    for condition in &law.conditions {
        literal::check_constants(&condition.graph, Precision::F64, law.span, &mut errors);
    }
    errors.into_result()
}

pub(super) fn type_item(law: Frame<'_>, log_cf: &str, name: &Ident, context: &LawContext) -> TokenStream {
    let (docs, vis) = (&context.docs, &context.vis);
    let mut text = String::new();
    if docs.is_empty() {
        text.push_str(&format!("The law `{}`.\n", law.name));
    }
    text.push_str(&format!("\n```text\nlog φ(ω) = {log_cf}\n```\n\nParameters:\n"));
    for parameter in law.parameters {
        text.push_str(&format!("\n* `{}`: {}", parameter.name.trim_start_matches("r#"), domain_text(parameter)));
    }
    for condition in law.conditions {
        text.push_str(&format!("\n* required: `{}`", condition.text));
    }
    text.push_str(
        "\n\nA field holds an `f64`, shared by all coordinates, or anything with a slice of one number for each.",
    );
    if law.parameters.iter().any(|parameter| parameter.shape == ParameterShape::Covariance) {
        text.push_str(" That of a covariance matrix holds a `Matrix` or a reference to one.");
    }
    if law.parameters.iter().any(|parameter| parameter.shape == ParameterShape::Simplex) {
        text.push_str(
            " That of probabilities holds a `Matrix` with one row for each variable and one column for each state, or anything \
             with a slice of the probabilities that all variables share.",
        );
    }
    let text = file::documentation(&text);
    let fields = law.parameters.iter().map(|parameter| plain_identifier(&parameter.name, parameter.span));
    let (defaults, fields) = fields::definition(fields);
    quote! {
        #(#docs)*
        #text
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #[allow(dead_code, non_snake_case)]
        #vis struct #name #defaults { #fields }
    }
}

const fn domain_text(parameter: &Parameter) -> &'static str {
    match parameter.shape {
        ParameterShape::Scalar => kind_text(parameter.kind),
        ParameterShape::Vector => match parameter.kind {
            ParameterKind::Real => "finite numbers, one for each coordinate",
            ParameterKind::Positive => "finite numbers above 0, one for each coordinate",
            ParameterKind::Probability => "numbers strictly between 0 and 1, one for each coordinate",
            ParameterKind::Count => "whole numbers, at least 0, one for each coordinate; they have no gradient",
        },
        ParameterShape::Simplex => "probabilities that add up to 1, one for each state of a variable",
        ParameterShape::Covariance => "a symmetric positive definite matrix, one row and column for each coordinate",
    }
}

const fn kind_text(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Real => "any finite number",
        ParameterKind::Positive => "a finite number above 0",
        ParameterKind::Probability => "a number strictly between 0 and 1",
        ParameterKind::Count => "a whole number, at least 0; it has no gradient",
    }
}

pub(super) fn scope(parameters: &[Parameter]) -> Scope {
    Scope::new(parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.span)))
}

pub(super) fn implementation(law: Frame<'_>, path: &TokenStream) -> TokenStream {
    let this = unit_law(path, law.parameters.len());
    let count = law.parameters.len() + law.totals.len();
    let name = law.name;
    let infos = law.parameters.iter().map(|parameter| {
        let domain = match parameter.shape {
            ParameterShape::Simplex => "Simplex",
            ParameterShape::Scalar | ParameterShape::Vector | ParameterShape::Covariance => parameter.kind.name(),
        };
        let (name, domain) = (parameter.name.trim_start_matches("r#"), format_ident!("{}", domain));
        quote! { ParameterInfo { name: #name, domain: Domain::#domain } }
    });
    let indices = (0..count).map(Literal::usize_unsuffixed);
    let length = Literal::usize_unsuffixed(count);
    let violated = violated(law);
    let totals = (!law.totals.is_empty()).then(|| {
        let totals = law.totals.iter().map(|total| Literal::usize_unsuffixed(total.0));
        quote! { const TOTALS: &'static [usize] = &[#(#totals),*]; }
    });
    quote! {
        impl Law for #this {
            type Theta<T: Copy + Send + Sync + 'static> = [T; #length];
            const NAME: &'static str = #name;
            const PARAMETERS: &'static [ParameterInfo] = &[#(#infos),*];
            #totals
            #[inline(always)]
            fn theta<T: Copy + Send + Sync + 'static>(mut entry: impl ::core::ops::FnMut(usize) -> T) -> [T; #length] {
                [#(entry(#indices)),*]
            }
            #violated
        }
    }
}

/// `violated`, written so that NaN violates.
fn violated(law: Frame<'_>) -> TokenStream {
    let scope = scope(&law.theta());
    let used = |parameter| {
        law.conditions.iter().any(|condition| sharing::uses(&condition.graph, |node| *node == Node::Param(parameter)))
    };
    let pattern = parameter_pattern(law.theta().len(), &scope, used);
    let statements = law.conditions.iter().map(|condition| condition_statement(condition, &scope));
    let length = Literal::usize_unsuffixed(law.theta().len());
    quote! {
        fn violated(#pattern: &[f64; #length]) -> Option<&'static str> {
            #(#statements)*
            None
        }
    }
}

fn condition_statement(condition: &Condition, scope: &Scope) -> TokenStream {
    let body = expression::print(&condition.graph, Arithmetic::Number, scope, &|node| parameter_leaf(node, scope));
    let [left, right] = body.outputs.as_slice() else { bug!("emit", "a condition has two sides") };
    let relation = match condition.relation {
        Relation::Less => quote! { < },
        Relation::LessOrEqual => quote! { <= },
    };
    let (bindings, text) = (body.bindings, &condition.text);
    quote! {
        #bindings
        if !(#left #relation #right) {
            return Some(#text);
        }
    }
}

pub(super) fn parameter_leaf(node: &Node, scope: &Scope) -> TokenStream {
    match node {
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { #name }
        }
        other => bug!("emit", "{other:?} in a function of the parameters"),
    }
}

/// `impl Sampled`: base draws in the order of the source, then the sample expression; of a joint law up to its joint step.
pub(super) fn sampled(
    law: Frame<'_>,
    sampler: &Sampler,
    joint: Option<&JointSampler>,
    path: &TokenStream,
) -> TokenStream {
    let scope = scope(&law.theta());
    let draw = draw_function(&law.theta(), sampler);
    let (this, length) = (unit_law(path, law.parameters.len()), Literal::usize_unsuffixed(law.theta().len()));
    let coupling = joint.map_or_else(independent, |joint| coupling(law, joint, &scope));
    quote! {
        impl Sampled for #this {
            type Prepared<S: Scalar> = [S; #length];
            type Tables = ();
            #coupling
            fn prepare<S: Scalar>(theta: &[f64; #length], (): &mut ()) -> Result<[S; #length], SamplerError> {
                Ok(theta.map(S::from_f64))
            }
            fn sampler_error<S: Scalar>(_: &[S; #length]) -> f64 { 0.0 }
            #draw
        }
    }
}

/// `draw`: base draws in the order of the source, then the sample expression.
pub(super) fn draw_function(theta: &[Parameter], sampler: &Sampler) -> TokenStream {
    let scope = scope(theta);
    let parameter = |node: &Node| match node {
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { L::splat(#name) }
        }
        other => bug!("emit", "{other:?} in a sampler"),
    };
    let draws = Draws { graph: &sampler.graph, draws: &sampler.draws, scope: &scope, leaf: &parameter };
    let statements = draws.statements(FIRST_SITE);
    let mut whole = sampler.graph.clone();
    carry_arguments(&mut whole, &sampler.draws);
    let body = expression::print(&sampler.graph, Arithmetic::AnyPack, &scope, &|node| draws.leaf(node));
    let (bindings, output) = (body.bindings, &body.outputs[0]);
    let used = |parameter| sharing::uses(&whole, |node| *node == Node::Param(parameter));
    let pattern = parameter_pattern(theta.len(), &scope, used);
    let words = if sampler.draws.is_empty() {
        quote! { _ }
    } else {
        quote! { words }
    };
    let length = Literal::usize_unsuffixed(theta.len());
    quote! {
        #[inline(always)]
        fn draw<L: Lane>(#pattern: &[L::Scalar; #length], #words: &mut Words<L>) -> L {
            #statements
            #bindings
            #output
        }
    }
}

pub(super) fn independent() -> TokenStream {
    quote! { type Coupling<S: Scalar> = Independent; }
}

/// `impl Sampled` of a law without a sample expression: by inversion.
fn inverted(law: &Law, path: &TokenStream) -> TokenStream {
    let independent = independent();
    let (this, length) = (unit_law(path, law.parameters.len()), Literal::usize_unsuffixed(law.parameters.len()));
    quote! {
        impl Sampled for #this {
            type Prepared<S: Scalar> = Inverted;
            type Tables = Tables;
            #independent
            fn prepare<S: Scalar>(theta: &[f64; #length], tables: &mut Tables) -> Result<Inverted, SamplerError> {
                Inverted::prepare::<Self>(theta, tables)
            }
            fn sampler_error<S: Scalar>(inverted: &Inverted) -> f64 { inverted.error() }
            #[inline(always)]
            fn draw<L: Lane>(inverted: &Inverted, words: &mut Words<L>) -> L { inverted.draw(words) }
        }
    }
}

/// What the hidden macro hands on.
pub(super) fn hand_over(function: &str, name: &Ident, context: &LawContext) -> TokenStream {
    let LawContext { vis, options, item, .. } = context;
    let version = Literal::u32_unsuffixed(names::FORMAT_VERSION);
    let tokens = quote! { law { #version (#options) #item } };
    names::hand_over(vis, name, &hidden_macro(function, context), &tokens)
}

fn hidden_macro(function: &str, context: &LawContext) -> Ident {
    let LawContext { options, item, position, .. } = context;
    names::hidden_macro(function, &options.to_string(), &item.to_string(), position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names() {
        for (function, name) in [("laplace", "Laplace"), ("inverse_gaussian", "InverseGaussian"), ("r#type", "Type")] {
            assert_eq!(camel_case(function), name);
        }
    }
}
