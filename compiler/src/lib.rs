//! Compiles gradient estimators: from a log characteristic function and a Rust function to a specialised program.
//!
//! ```text
//! tokens --parse--> Law and Function (exact graphs, spans kept)
//!    --series-->          Derivation: a_n(θ) for each parameter, by the computer algebra system, exact
//!    --rule-->            Rules: for each parameter a form, its reason, its coefficients
//!    --differentiation--> the derivatives of f that the rules ask for, over closed generators
//!    --passes, kernel-->  Program: target-neutral sections
//!    --emit-->            Rust tokens and text, LaTeX, report
//! ```
//!
//! A joint law, whose coordinates depend on one another, is judged on a projection, which is a law of one variable, and has its
//! rules from the parts of its `log φ` or from its author ([`rule::joint`]); from there on it goes the same way.
//!
//! [`compile`] is that pipeline as one function of values; every value can be printed and is kept in [`Compiled`].
//! [`expand`] wraps it for the macros, which are a thin shell in a crate of their own.

#[cfg(feature = "algebra")]
pub mod algebra;
pub mod cache;
pub mod differentiation;
pub mod emit;
pub mod errors;
pub mod expand;
pub mod ir;
pub mod kernel;
pub mod parse;
pub mod passes;
pub mod report;
pub mod rule;
pub mod series;
mod special;
#[cfg(feature = "algebra")]
pub mod transform;

use proc_macro2::{Span, TokenStream};

use crate::emit::rust::{Callee, Emitted, EstimatorContext};
use crate::errors::Errors;
use crate::ir::{Distribution, Function, Whole, WholeReason};
use crate::kernel::program::Program;
use crate::parse::draw::DrawType;
use crate::parse::options::EstimatorOptions;
use crate::rule::exponentials::Refusal;
use crate::rule::opaque::Calling;
use crate::rule::select::{Choice, Subject};
use crate::rule::{Derivation, Rule};

/// What an estimator is compiled from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Options of the law's `#[distribution(…)]`.
    pub law_options: TokenStream,
    /// The law's annotated function.
    pub law: syn::ItemFn,
    /// Options of `#[estimator(…)]`.
    pub options: TokenStream,
    /// The annotated function `f`.
    pub function: syn::ItemFn,
    /// Name, visibility, documentation and kind of the type to emit.
    pub target: Target,
}

/// The type that an estimator becomes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name: the function's, or the struct's of `#[estimator(of = …)]`.
    pub name: proc_macro2::Ident,
    /// Its visibility.
    pub vis: syn::Visibility,
    /// Its documentation attributes.
    pub docs: Vec<syn::Attribute>,
    /// Whether the type is emitted; a struct of the user's stands there already.
    pub define_type: bool,
}

/// The value after every stage of a compilation.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The parsed law.
    pub law: Distribution,
    /// The parsed options.
    pub options: EstimatorOptions,
    /// The parsed function, in normal form.
    pub function: Function,
    /// The series of every parameter of a law of one variable.
    pub derivation: Option<Derivation>,
    /// The rule of every parameter.
    pub rules: Vec<Rule>,
    /// The target-neutral program.
    pub program: Program,
    /// The reader's account.
    pub report: String,
    /// The rule as LaTeX.
    pub latex: String,
    /// The Rust tokens and their formatted text.
    pub emitted: Emitted,
}

/// Compiles an estimator.
///
/// # Errors
/// Every fault of the first stage that finds one, each at its tokens.
pub fn compile(source: &Source) -> Result<Compiled, Errors> {
    let law = parse::joint::parse_law(source.law_options.clone(), &source.law)?;
    let options = parse::options::parse_estimator_options(source.options.clone())?;
    let (function, callee) = function(source, &options, &law)?;
    let degree = differentiation::degree::polynomial_degree(&function.normal_form);
    let choice = choice(&options);
    let formula = rule::exponentials::expand(&function.normal_form).map(|_| ());
    let opaque = function.normal_form.whole.map(|whole| whole.at);
    opaque.map_or(Ok(()), |_| rule::opaque::check_choice(&choice))?;
    let kinks = differentiation::kinks(&function.normal_form);
    let mut subject = Subject { formula, degree, kinks, density: false, opaque };
    let (derivation, rules, program) = match &law {
        Distribution::Scalar(law) => {
            parse::draw::check_scalar(&source.function, &law.name)?;
            subject.density = !subject.kinks.faults().is_empty() && series::density::has_density(law);
            let order = rule::select::required_order(law, &subject, &choice)?;
            let derivation = cache::derivation(law, order)?;
            let rules = rule::select::select(law, &derivation, &subject, &choice)?;
            let program = kernel::lower::lower(&function, law.as_ref(), &rules, options.precision)?;
            (Some(derivation), rules, program)
        }
        Distribution::Joint(law) => {
            parse::draw::check_joint(&source.function, law)?;
            subject.formula = Err(Refusal { what: "a function of a joint draw".to_owned(), at: None });
            let rules = rule::joint::select_joint(law, &subject, &choice)?;
            rule::joint::check_interactions(&function.normal_form, law, &rules)?;
            let program = kernel::lower::lower(&function, law.as_ref(), &rules, options.precision)?;
            (None, rules, program)
        }
    };
    options.coordinates.map_or(Ok(()), |(_, span)| kernel::coordinates::check(&program, span))?;
    let program = Program { coordinates: options.coordinates.map(|(count, _)| count), ..program };
    let report = report::report(&program, &rules, options.precision);
    let latex = emit::latex::latex(&program, &rules);
    let context = EstimatorContext {
        name: source.target.name.clone(),
        vis: source.target.vis.clone(),
        docs: source.target.docs.clone(),
        law: options.distribution.clone(),
        runtime: options.runtime.clone(),
        precision: options.precision,
        packs: options.packs,
        define_type: source.target.define_type,
        rule: report.clone(),
        latex: latex.clone(),
        input: expand::input_hash(source),
        callee,
    };
    let emitted = emit::rust::emit_estimator(&program, &rules, &context)?;
    Ok(Compiled { law, options, function, derivation, rules, program, report, latex, emitted })
}

/// The function in normal form; or whole, with what is needed to call it: if the option `opaque` asks for that, or if it has
/// steps or branches, and the law has rules that only call it.
fn function(
    source: &Source,
    options: &EstimatorOptions,
    law: &Distribution,
) -> Result<(Function, Option<Callee>), Errors> {
    if let Some(at) = options.opaque {
        return whole(source, options, Whole { at, reason: WholeReason::Option });
    }
    let errors = match parse::function::parse_function(&source.function) {
        Ok(function) => return Ok((function, None)),
        Err(errors) if rule::opaque::could_help(&errors) => errors,
        Err(errors) => return Err(errors),
    };
    let calling = match law {
        Distribution::Joint(law) => Calling::of_joint(law),
        Distribution::Scalar(law) => match cache::derivation(law, 1) {
            Ok(derivation) => Calling::of(law, &derivation),
            // Faults of the law are reported where it stands.
            Err(_) => return Err(errors),
        },
    };
    let choice = choice(options);
    let derivatives = rule::opaque::check_choice(&choice).is_err();
    let scores = matches!(law, Distribution::Scalar(law) if rule::opaque::asks_for_scores(law, &choice));
    match rule::opaque::only_steps(&errors) {
        Some(at) if scores || (calling.all && !derivatives) => {
            whole(source, options, Whole { at, reason: WholeReason::Step })
        }
        _ => Err(calling.advise(errors, derivatives)),
    }
}

/// A function that is only called.
fn whole(source: &Source, options: &EstimatorOptions, whole: Whole) -> Result<(Function, Option<Callee>), Errors> {
    let (function, arguments) = parse::opaque::parse_opaque(&source.function, whole)?;
    let one_hot = parse::draw::declared(&source.function) == Some(DrawType::OneHot);
    let path = options.of.clone().unwrap_or_else(|| source.function.sig.ident.clone().into());
    Ok((function, Some(Callee { path, arguments, one_hot })))
}

/// What the options say about rules.
fn choice(options: &EstimatorOptions) -> Choice {
    let distribution = options.distribution.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    Choice { order: options.order, form: options.form, forms: options.forms.clone(), distribution }
}
