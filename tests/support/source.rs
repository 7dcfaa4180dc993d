//! The compiler's input, from source text: the laws of the library and of [`laws`](crate::laws), read from their files.
//!
//! The same text that rustc compiles is read here, so that no law is written twice.

use std::collections::BTreeMap;

use logphi_compiler::ir::Rational;
use logphi_compiler::{Source, Target};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{File, Item, ItemFn, Meta};

use crate::corpus::LawValues;

macro_rules! library {
    ($($law:literal),* ; $($joint:literal),* $(,)?) => {
        /// The laws of one variable of the library: each in a file of its name.
        pub const LIBRARY: &[&str] = &[$($law),*];

        /// The joint laws of the library.
        pub const JOINT_LIBRARY: &[&str] = &[$($joint),*];

        /// The files that hold laws.
        const FILES: &[&str] = &[
            include_str!("laws.rs"),
            $(include_str!(concat!("../../runtime/src/laws/", $law, ".rs")),)*
            $(include_str!(concat!("../../runtime/src/laws/", $joint, ".rs"))),*
        ];
    };
}

library! {
    "asymmetric_laplace",
    "bernoulli",
    "beta",
    "binomial",
    "chi_squared",
    "compound_exponential",
    "dirac",
    "erlang",
    "exponential",
    "gamma",
    "gamma_by_rate",
    "gaussian",
    "geometric",
    "gumbel",
    "inverse_gaussian",
    "laplace",
    "laplace_plus_gaussian",
    "logistic",
    "merton",
    "negative_binomial",
    "normal_inverse_gaussian",
    "poisson",
    "skellam",
    "tempered_stable",
    "triangular",
    "tweedie",
    "uniform",
    "variance_gamma";
    "categorical",
    "dirichlet",
    "multivariate_gaussian",
}

/// A law of the corpus: its key there, the function that defines it here, and parameters with another name here.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Key in the corpus.
    pub key: &'static str,
    /// Name of the annotated function.
    pub law: &'static str,
    /// Pairs of the name here and the name in the corpus, where they differ.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Parameters that are constants in the corpus.
    pub fixed: &'static [(&'static str, i64)],
    /// The highest order that is compared: that of the corpus, or less where coefficients are long.
    pub order: u32,
}

const fn known(key: &'static str, law: &'static str) -> Known {
    Known { key, law, renamed: &[], fixed: &[], order: 16 }
}

const fn renamed(key: &'static str, law: &'static str, renamed: &'static [(&'static str, &'static str)]) -> Known {
    Known { key, law, renamed, fixed: &[], order: 16 }
}

/// Every law of the corpus.
pub const KNOWN: &[Known] = &[
    renamed("asymlaplace", "asymmetric_laplace", &[("lambda", "lam")]),
    known("bernoulli", "bernoulli"),
    // Of order 16 they are pages long and take a minute to derive.
    Known { order: 8, ..known("beta", "beta") },
    Known { fixed: &[("n", 5)], ..known("binomial", "binomial") },
    known("chi2", "chi_squared"),
    known("merton", "merton_by_variances"),
    known("dirac", "dirac"),
    Known { fixed: &[("k", 3)], ..renamed("erlang", "erlang", &[("rate", "lam")]) },
    renamed("exponential", "exponential", &[("rate", "lam")]),
    known("gamma", "gamma"),
    known("gamma_small", "gamma"),
    known("gauss", "gaussian_by_variance"),
    known("gauss_wide", "gaussian_by_variance"),
    known("geometric", "geometric"),
    renamed("gumbel", "gumbel", &[("mu", "m"), ("beta", "be")]),
    renamed("invgauss", "inverse_gaussian", &[("lambda", "lam")]),
    known("laplace", "laplace"),
    known("laplace_narrow", "laplace"),
    known("laplace_wide", "laplace"),
    renamed("logistic", "logistic", &[("mu", "m"), ("scale", "sc")]),
    known("negbin", "negative_binomial"),
    renamed("nig", "normal_inverse_gaussian", &[("mu", "m")]),
    renamed("poisson", "poisson", &[("rate", "lam")]),
    renamed("skellam", "skellam", &[("mu1", "lam1"), ("mu2", "lam2")]),
    known("exp+gauss", "exponential_plus_gaussian"),
    known("laplace+gauss", "laplace_plus_gaussian_by_variance"),
    known("poisson+gauss", "poisson_plus_gaussian"),
    renamed("tempered_stable_half", "tempered_stable", &[("c", "C"), ("lambda", "lam")]),
    known("triangular", "triangular"),
    known("uniform", "uniform"),
    known("vg", "variance_gamma"),
];

impl Known {
    /// The corpus's name of a parameter.
    #[must_use]
    pub fn name_in_corpus<'a>(&self, name: &'a str) -> &'a str {
        self.renamed.iter().find(|pair| pair.0 == name).map_or(name, |pair| pair.1)
    }

    /// The value of a parameter in the corpus.
    ///
    /// # Panics
    /// If the corpus has no such parameter.
    #[must_use]
    pub fn value(&self, name: &str, values: &LawValues) -> Rational {
        match self.fixed.iter().find(|pair| pair.0 == name) {
            Some(pair) => Rational::from_integer(pair.1.into()),
            None => values.parameters[self.name_in_corpus(name)].clone(),
        }
    }
}

/// The annotated function of a law with the options of its `#[distribution]`.
///
/// # Panics
/// If there is no such law.
#[must_use]
pub fn law(name: &str) -> (TokenStream, ItemFn) {
    let functions = FILES.iter().flat_map(|text| functions(text));
    let mut found: BTreeMap<String, ItemFn> = functions.map(|item| (item.sig.ident.to_string(), item)).collect();
    take_options(found.remove(name).unwrap_or_else(|| panic!("no law `{name}`")), "distribution")
}

/// Every function of a file.
///
/// # Panics
/// If the text is not Rust.
#[must_use]
pub fn functions(text: &str) -> Vec<ItemFn> {
    let file: File = syn::parse_str(text).expect("a Rust file");
    let functions = file.items.into_iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    });
    functions.collect()
}

/// Takes the options of an attribute off a function.
///
/// # Panics
/// If the function does not have the attribute.
#[must_use]
pub fn take_options(mut item: ItemFn, attribute: &str) -> (TokenStream, ItemFn) {
    let position = item.attrs.iter().position(|found| found.path().is_ident(attribute));
    let attribute = item.attrs.remove(position.unwrap_or_else(|| panic!("no `#[{attribute}]` on a function")));
    let options = match attribute.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) => TokenStream::new(),
        Meta::NameValue(_) => panic!("`{}` is no list of options", attribute.to_token_stream()),
    };
    (options, item)
}

/// The function `f(z)` of one number, given as a Rust expression.
///
/// # Panics
/// If the text is not an expression.
#[must_use]
pub fn scalar_function(expression: &str) -> ItemFn {
    syn::parse_str(&format!("fn f(z: f64) -> f64 {{ {expression} }}")).expect("a function")
}

/// The source of an estimator.
#[must_use]
pub fn estimator(law_options: TokenStream, law: ItemFn, options: TokenStream, function: ItemFn) -> Source {
    let target = Target {
        name: Ident::new(&function.sig.ident.to_string(), Span::call_site()),
        vis: function.vis.clone(),
        docs: Vec::new(),
        define_type: true,
    };
    Source { law_options, law, options, function, target }
}
