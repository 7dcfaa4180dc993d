//! A kernel program as Rust: an implementation of the runtime's traits, generic over the pack width.
//!
//! Everything stands in one `const _: () = { … };` that imports the private prelude, next to the estimator's type. What
//! is emitted holds the mathematics and no loop over samples; those are the runtime's.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::arguments::Arguments;
use super::cuda;
use super::expression::{self, Arithmetic};
use super::file;
use super::interactions;
use super::literal;
use super::names::{self, Alias};
use super::sections::{self, Sections};
use super::sharing;
use super::whole::opaque_function;
use super::{summary, weak};
use crate::errors::{Errors, bug};
use crate::ir::{Graph, Node, ParamId};
use crate::kernel::program::{ConvergenceSection, CutSection, Moment, Program, Term};
use crate::parse::options::{Packs, Precision};
use crate::parse::signature::text;
use crate::rule::{Expansion, Rule};

/// What an emitted estimator is called and where it stands.
#[derive(Clone, Debug)]
pub struct EstimatorContext {
    /// Name of the estimator's type.
    pub name: Ident,
    /// Visibility of the annotated item.
    pub vis: syn::Visibility,
    /// `#[doc]` attributes of the annotated item.
    pub docs: Vec<syn::Attribute>,
    /// The law's type as the user wrote it.
    pub law: syn::Path,
    /// The runtime crate, such as `::logphi`.
    pub runtime: syn::Path,
    /// Arithmetic of draws and per-sample work.
    pub precision: Precision,
    /// For which packs the sample loop is compiled.
    pub packs: Packs,
    /// Whether the type is emitted; with `of = …` the user's own item is the type.
    pub define_type: bool,
    /// The reader's account of the compilation, for `RULE`.
    pub rule: String,
    /// The rule for `LATEX`.
    pub latex: String,
    /// Hash of the tokens of law and estimator.
    pub input: u64,
    /// The function, if it is called whole.
    pub callee: Option<Callee>,
}

/// A function that emitted code calls.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Its path, as the user wrote it.
    pub path: syn::Path,
    /// The types of its arguments after the draw; lifetimes are `'a`.
    pub arguments: Vec<syn::Type>,
    /// Whether the draw is `&OneHot`.
    pub one_hot: bool,
}

/// An emitted estimator.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// What the macro expands to.
    pub tokens: TokenStream,
    /// The formatted, commented text of `tokens` without the constants `RULE`, `LATEX`, `RUST` and `CUDA`.
    pub rust: String,
    /// The kernels of the estimator, or why no device runs it.
    pub cuda: Result<String, &'static str>,
}

/// Lints that generated code may not trip in a crate that denies them. Names and arithmetic are the user's and the
/// program's; items of the block are public because traits ask for it.
pub(super) fn lints() -> TokenStream {
    quote! {
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, non_local_definitions, non_snake_case, unreachable_pub)]
    }
}

/// Emits an estimator: the type, the implementations of the runtime's traits, `estimate`, `prepare` and the texts.
///
/// # Errors
/// Constants that do not fit into the arithmetic.
pub fn emit_estimator(program: &Program, rules: &[Rule], context: &EstimatorContext) -> Result<Emitted, Errors> {
    check(program, context)?;
    let item = type_item(context);
    let alias = Alias::new(&syn::Path::from(context.name.clone()), "ThisEstimator", 0);
    let law = Alias::new(&context.law, "ThisLaw", program.parameters.len());
    let sections = Sections {
        program,
        arguments: Arguments::new(program, &alias.path),
        precision: context.precision,
        packs: context.packs,
        estimator: alias.path.clone(),
    };
    let functions = functions(&sections, &law.path, context.callee.as_ref());
    let ridges = program.ridges.iter().enumerate().map(|(index, section)| sections.ridge(index, section));
    let separable = program.separable.as_ref().map(|section| sections.separable(section));
    let one_by_one = quote! { #(#ridges)* #separable };
    let interactions = || program.interactions.iter().enumerate();
    let functions_of_interactions =
        interactions().map(|(index, section)| sections.interaction_functions(index, section));
    let of_terms = quote! { #one_by_one #(#functions_of_interactions)* };
    let interactions = interactions().map(|(index, section)| sections.interaction(index, section));
    let terms = quote! { #one_by_one #(#interactions)* };
    let probes = sections.probes();
    let header = header(program, rules, context);
    let of_packs = quote! { impl Estimator for Probes { #probes } #of_terms };
    let cuda = cuda::emit(program, &context.name, context.precision, &header, &of_packs);
    let implementation = implementation(&sections, rules, &law.path, &probes, &cuda);
    let whole = program.whole.as_ref().map(|section| sections.whole(section));
    let exponentials = program.expansion().map(|expansion| sections.exponentials(expansion));
    let (runtime, lints) = (&context.runtime, lints());
    let inner = quote! {
        use #runtime::private::prelude::*;
        #implementation
        #terms
        #whole
        #exponentials
        #functions
    };
    let opaque = context.callee.as_ref().map(|callee| opaque_function(callee, context, program.vector));
    let definitions = [alias.definition, law.definition, opaque.unwrap_or_default()];
    let inner = if definitions.iter().all(TokenStream::is_empty) {
        inner
    } else {
        quote! { #(#definitions)* const _: () = { #inner }; }
    };
    let annotated = quote! { #item #lints const _: () = { #inner }; };
    let rust = file::format(&header, annotated.clone());
    let texts = texts(context, &rust, cuda.as_deref().ok());
    let code = file::strip(annotated);
    Ok(Emitted { tokens: quote! { #code #texts }, rust, cuda })
}

fn check(program: &Program, context: &EstimatorContext) -> Result<(), Errors> {
    let mut errors = Errors::new();
    let span = context.name.span();
    let mut numbers = vec![&program.coefficients, &program.constant];
    let mut packs = vec![&program.probes.numbers.graph];
    for ridge in &program.ridges {
        numbers.extend([&ridge.slope, &ridge.offset, &ridge.numbers]);
        packs.extend([&ridge.derivatives, &ridge.partials, &ridge.stencils, &ridge.at_draw]);
    }
    if let Some(separable) = &program.separable {
        numbers.push(&separable.numbers);
        packs.extend([&separable.derivatives, &separable.partials, &separable.stencils]);
    }
    for section in &program.interactions {
        numbers.push(&section.numbers);
        packs.extend([&section.derivatives, &section.partials].into_iter().chain(&section.stencils));
    }
    packs.extend(program.whole.as_ref().map(|whole| &whole.stencils));
    if let Some(section) = &program.exponentials {
        packs.extend(section.ridge_patterns.iter().chain(&section.separable_patterns));
    }
    numbers.extend(program.expansion().into_iter().flat_map(Expansion::sums).map(|sum| &sum.graph));
    numbers.extend(program.convergence.as_ref().map(|section| &section.radii));
    numbers.extend(program.cut.as_ref().map(|section| &section.shape));
    for graph in numbers {
        literal::check_constants(graph, Precision::F64, span, &mut errors);
    }
    for graph in packs {
        literal::check_constants(graph, context.precision, span, &mut errors);
    }
    errors.into_result()
}

/// The type, with the user's documentation and the rule in its own, since hovering is how people look.
fn type_item(context: &EstimatorContext) -> TokenStream {
    if !context.define_type {
        return TokenStream::new();
    }
    let EstimatorContext { name, vis, docs, .. } = context;
    let rule = file::documentation(&format!("\nCompiled estimator:\n\n```text\n{}\n```", context.rule.trim_end()));
    let docs = if docs.is_empty() {
        file::documentation(&format!("Estimator of `{name}`."))
    } else {
        quote! { #(#docs)* }
    };
    quote! {
        #docs
        #rule
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #[allow(non_camel_case_types, dead_code)]
        #vis enum #name {}
    }
}

fn header(program: &Program, rules: &[Rule], context: &EstimatorContext) -> Vec<String> {
    let mut lines = vec![
        format!("Generated by logphi-compiler {} from input {:016x}.", env!("CARGO_PKG_VERSION"), context.input),
        String::new(),
        summary::title(program),
    ];
    for rule in rules {
        lines.push(format!("  {}", summary::equation(&program.theta(), summary::expansion(program), rule)));
        lines.extend(weak::letters(&program.parameters, rule).iter().map(|letter| format!("    {letter}")));
        lines.push(format!("    bias: {}", summary::bias(program, rule)));
    }
    lines.push(String::new());
    lines.extend(summary::cost(program));
    lines
}

/// `impl Estimator`.
fn implementation(
    sections: &Sections<'_>,
    rules: &[Rule],
    law: &TokenStream,
    probes: &TokenStream,
    cuda: &Result<String, &'static str>,
) -> TokenStream {
    let (program, arguments) = (sections.program, &sections.arguments);
    let (estimator, scalar) = (&sections.estimator, sections.scalar());
    let law_type = unit_law(law, program.parameters.len());
    let borrowed = arguments.types(&quote! { 'a });
    let gradient = arguments.gradient_type();
    let ridges = (0..program.ridges.len()).rev().map(sections::ridge_name);
    let ridges = ridges.fold(quote! { () }, |rest, first| quote! { (#first, #rest) });
    let interactions = (0..program.interactions.len()).rev().map(interactions::interaction_name);
    let interactions = interactions.fold(quote! { () }, |rest, first| quote! { (#first, #rest) });
    let separable = if program.separable.is_some() {
        quote! { Coordinates }
    } else {
        quote! { Nothing }
    };
    let whole = if program.whole.is_some() {
        quote! { WholeFunction }
    } else {
        quote! { Nothing }
    };
    let pairs = program.pairs.iter().map(|pair| {
        let pair = pair.map(Literal::usize_unsuffixed);
        quote! { [#(#pair),*] }
    });
    let pairs = (!program.pairs.is_empty()).then(|| quote! { const PAIRS: &'static [[usize; 2]] = &[#(#pairs),*]; });
    let (name, vector) = (&program.function, program.vector);
    let orders = program.orders.iter().map(|&order| Literal::u32_unsuffixed(order));
    let terms = program.terms.iter().map(term_info);
    let exact = rules.iter().all(Rule::is_exact);
    let portable = (sections.packs == Packs::Portable).then(|| quote! { const PORTABLE: bool = true; });
    let dimension = dimension(program, arguments);
    let check = check_function(arguments);
    let coefficients = coefficients(program);
    let constant = constant(sections);
    let probe_types = sections.probe_types();
    let cuda = match cuda {
        Ok(_) => quote! { Ok(#estimator::CUDA) },
        Err(reason) => quote! { Err(#reason) },
    };
    let formulas = program.exponentials.as_ref().map(|section| sections.formulas(section, law));
    let closed_forms = program.exponentials.as_ref().map(|section| sections.closed_forms(section, law));
    let convergence = program.convergence.as_ref().map(|section| convergence(sections, section));
    let cut = program.cut.as_ref().map(|section| cut(program, section));
    let opening = file::comment(["What the engine needs to know: types, orders, terms."]);
    quote! {
        #opening
        impl Estimator for #estimator {
            type Law = #law_type;
            type Scalar = #scalar;
            type Arguments<'a> = #borrowed;
            type ArgumentGradient = #gradient;
            type Ridges = #ridges;
            type Separable = #separable;
            type Interactions = #interactions;
            type Whole = #whole;
            #probe_types
            #pairs
            const NAME: &'static str = #name;
            const VECTOR: bool = #vector;
            const ORDERS: &'static [u32] = &[#(#orders),*];
            const TERMS: &'static [TermInfo] = &[#(#terms),*];
            const EXACT: bool = #exact;
            const CUDA: Result<&'static str, &'static str> = #cuda;
            #portable
            #dimension
            #check
            #coefficients
            #constant
            #formulas
            #closed_forms
            #convergence
            #cut
            #probes
        }
    }
}

/// The law's type with `()` in every field.
pub(super) fn unit_law(law: &TokenStream, parameters: usize) -> TokenStream {
    let units = names::angled((0..parameters).map(|_| quote! { () }));
    quote! { #law #units }
}

fn term_info(term: &Term) -> TokenStream {
    let (ParamId(parameter), kept) = (term.parameter, term.kept);
    let parameter = Literal::usize_unsuffixed(parameter);
    let moment = match term.moment {
        Moment::Derivative(order) => {
            let order = Literal::u32_unsuffixed(order);
            quote! { Moment::Derivative(#order) }
        }
        Moment::Hessian => quote! { Moment::Hessian },
        Moment::Stencil(index) => {
            let index = Literal::usize_unsuffixed(index);
            quote! { Moment::Stencil(#index) }
        }
    };
    quote! { TermInfo { parameter: #parameter, moment: #moment, kept: #kept } }
}

fn dimension(program: &Program, arguments: &Arguments<'_>) -> TokenStream {
    let (used, result) = match arguments.implied_dimension() {
        _ if !program.vector => (Default::default(), quote! { Some(1) }),
        None => (Default::default(), quote! { None }),
        Some((index, length)) => (std::collections::BTreeSet::from([index]), quote! { Some(#length) }),
    };
    let parameter = arguments.parameter(&used);
    quote! { fn dimension(#parameter) -> Option<usize> { #result } }
}

fn check_function(arguments: &Arguments<'_>) -> TokenStream {
    let statements = arguments.checks();
    let parameter = arguments.parameter(&arguments.checked());
    let dimension = if arguments.checks_dimension() {
        quote! { dimension }
    } else {
        quote! { _ }
    };
    quote! {
        fn check(#parameter, #dimension: usize) -> Result<(), EstimateError> { #statements Ok(()) }
    }
}

/// `coefficients`: the prologue of the rule.
fn coefficients(program: &Program) -> TokenStream {
    let comment = format!(
        "Prologue, once for each gradient and coordinate: ({}) -> a_n of the terms above.",
        summary::parameter_names(program)
    );
    functions_of_parameters(program, "coefficients", &program.coefficients, comment)
}

/// Where the series of truncated rules converge, and what the function asks for.
fn convergence(sections: &Sections<'_>, section: &ConvergenceSection) -> TokenStream {
    let parameters = section.parameters.iter().map(|parameter| Literal::usize_unsuffixed(parameter.0));
    let comment = format!(
        "Prologue of the warnings, once for each gradient and coordinate: ({}) -> radii of convergence.",
        summary::parameter_names(sections.program)
    );
    let radii = functions_of_parameters(sections.program, "radii", &section.radii, comment);
    let arguments = sections.arguments.types(&TokenStream::new());
    quote! {
        const RADII: &'static [usize] = &[#(#parameters),*];
        #radii
        fn reach(arguments: #arguments, out: &mut [f64]) -> Result<(), EstimateError> {
            add_reach::<Self>(arguments, out)
        }
    }
}

/// The draws whose logarithm the function takes and that may be too small for a number.
fn cut(program: &Program, section: &CutSection) -> TokenStream {
    let comment = format!(
        "Prologue of the warnings, once for each gradient and coordinate: ({}) -> shape of draws whose logarithm is cut.",
        summary::parameter_names(program)
    );
    let shape = functions_of_parameters(program, "cut_shape", &section.shape, comment);
    let coordinates = match &section.coordinates {
        None => quote! { None },
        Some(named) => {
            let named = named.iter().map(|&coordinate| Literal::usize_unsuffixed(coordinate));
            quote! { Some(&[#(#named),*]) }
        }
    };
    quote! {
        const CUT: Option<&'static [usize]> = #coordinates;
        #shape
    }
}

/// A function from the parameters of one coordinate to the outputs of a graph.
fn functions_of_parameters(program: &Program, name: &str, graph: &Graph, comment: String) -> TokenStream {
    let parameters = program.theta();
    let names = parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.span));
    let scope = names::Scope::new(names);
    let pattern = parameter_pattern(parameters.len(), &scope, |parameter| {
        sharing::uses(graph, |node| *node == Node::Param(parameter))
    });
    let leaf = |node: &Node| match node {
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { #name }
        }
        other => bug!("emit", "{other:?} in a function of parameters"),
    };
    let body = expression::print(graph, Arithmetic::Number, &scope, &leaf);
    let places = (0..body.outputs.len()).map(Literal::usize_unsuffixed);
    let (bindings, outputs) = (body.bindings, &body.outputs);
    let out = if outputs.is_empty() {
        quote! { _ }
    } else {
        quote! { out }
    };
    let count = Literal::usize_unsuffixed(parameters.len());
    let (name, comment) = (Ident::new(name, Span::call_site()), file::comment([comment]));
    quote! {
        #comment
        #[inline]
        fn #name(#pattern: &[f64; #count], #out: &mut [f64]) {
            #bindings
            #(out[#places] = #outputs;)*
        }
    }
}

/// `&[mu, _]`, or `_` if no parameter is used.
pub(super) fn parameter_pattern(count: usize, scope: &names::Scope, used: impl Fn(ParamId) -> bool) -> TokenStream {
    let names: Vec<Option<&Ident>> = (0..count).map(|index| used(ParamId(index)).then(|| scope.name(index))).collect();
    if names.iter().all(Option::is_none) {
        return quote! { _ };
    }
    let names = names.into_iter().map(|name| name.map_or_else(|| quote! { _ }, |name| quote! { #name }));
    quote! { &[#(#names),*] }
}

/// `constant`, its pull-back, and the zero gradient.
fn constant(sections: &Sections<'_>) -> TokenStream {
    let (program, arguments) = (sections.program, &sections.arguments);
    let body = sections.single(&program.constant);
    let parameter = arguments.parameter(&arguments.reads([&program.constant]).arguments);
    let gradient = arguments.gradient_type();
    let (zeros, with_lengths) = (arguments.zeros(), arguments.parameter(&arguments.with_lengths()));
    let mut reads = super::arguments::Reads::default();
    let pull_back = sections.chain(None, &program.constant_pull_back, &mut reads);
    let pulled = arguments.parameter(&reads.arguments);
    let out = if pull_back.is_empty() {
        quote! { _ }
    } else {
        quote! { out }
    };
    let comment = file::comment(["Prologue, once for each gradient: the part of f without the draw."]);
    quote! {
        #comment
        fn constant(#parameter) -> f64 { #body }
        fn zero_argument_gradient(#with_lengths) -> #gradient { #zeros }
        fn constant_pull_back(#pulled, #out: &mut #gradient) { #pull_back }
    }
}

/// `estimate` and `prepare`.
fn functions(sections: &Sections<'_>, law: &TokenStream, callee: Option<&Callee>) -> TokenStream {
    let (estimator, program) = (&sections.estimator, sections.program);
    let lifetime = syn::Lifetime::new("'a", Span::call_site());
    // What is prepared keeps the arguments and not the law, which the caller goes on to change.
    let law_lifetime = syn::Lifetime::new("'law", Span::call_site());
    let count = program.parameters.len();
    let generics = (0..count).map(|index| super::fields::bounded(index, &program.parameters[index]));
    let fields = names::angled((0..count).map(|index| {
        let field = names::field_type(index);
        quote! { #field }
    }));
    let arguments = sections.arguments.types(&quote! { #lifetime });
    let law_type = quote! { #law #fields };
    // Where the types are a projection, the text says what they are.
    let kind = |index: usize| callee.map_or_else(String::new, |callee| format!(": {}", text(&callee.arguments[index])));
    let named = program.arguments.iter().enumerate();
    let list: Vec<String> = named.map(|(index, argument)| format!("`{}{}`", argument.name, kind(index))).collect();
    let taken = if list.is_empty() { "`()`".to_owned() } else { list.join(", ") };
    let purpose = format!("the gradient of `E {}(z)` by {}.", program.function, summary::parameter_names(program));
    let estimate_docs = file::documentation(&format!(
        "A run that estimates {purpose}\n\nArguments: {taken}.\n\n# Errors\nNone before `run`, which refuses parameters, \
         arguments and sample counts out of range."
    ));
    let prepare_docs = file::documentation(&format!(
        "A builder of a reusable estimator of {purpose}\n\nArguments: {taken}.\n\n# Errors\nNone before `build`, which \
         refuses parameters, arguments and sample counts out of range."
    ));
    let generics: Vec<TokenStream> = generics.collect();
    let opening = file::comment(["What users call."]);
    quote! {
        #opening
        #[allow(dead_code)]
        impl #estimator {
            #estimate_docs
            pub fn estimate<#lifetime, #(#generics),*>(law: &#lifetime #law_type, arguments: #arguments)
                -> Estimate<#lifetime, Self, #law_type>
            {
                Estimate::new(law, arguments)
            }

            #prepare_docs
            pub fn prepare<#law_lifetime, #lifetime, #(#generics),*>(law: &#law_lifetime #law_type, arguments: #arguments)
                -> Prepare<#law_lifetime, #lifetime, Self, #law_type>
            {
                Prepare::new(law, arguments)
            }
        }
    }
}

/// The constants that hold the texts.
fn texts(context: &EstimatorContext, rust: &str, cuda: Option<&str>) -> TokenStream {
    let EstimatorContext { name, rule, latex, .. } = context;
    let cuda = cuda.map(|cuda| {
        quote! {
            /// The kernels for a device, as CUDA C++; they include the runtime's `logphi.cuh`.
            pub const CUDA: &'static ::core::primitive::str = #cuda;
        }
    });
    quote! {
        #[allow(dead_code)]
        impl #name {
            /// What the compiler decided: for each parameter the form, the reason, the coefficients, bias and cost.
            pub const RULE: &'static ::core::primitive::str = #rule;
            /// The rule as LaTeX.
            pub const LATEX: &'static ::core::primitive::str = #latex;
            /// The generated code, formatted and commented.
            pub const RUST: &'static ::core::primitive::str = #rust;
            #cuda
        }
    }
}
