//! Closed forms, Eq. (23) of the paper: the patterns of a sample in emitted code, and what is said about them.
//!
//! `a(D) z^m e^{λz} = Σ_k C(m,k) z^{m-k} a^{(k)}(λ) e^{λz}` with `a = ∂_θ log φ`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::file;
use super::sections::Sections;
use super::sharing;
use super::summary;
use crate::errors::bug;
use crate::ir::{Graph, Node, ParamId};
use crate::kernel::patterns::PatternNumbers;
use crate::kernel::program::ExponentialSection;
use crate::rule::Expansion;

/// The right side of `∂_θ E f(z) = …`; `a = ∂_θ log φ` for the parameter called `name`.
pub(crate) fn equation(name: &str, expansion: &Expansion) -> String {
    let (power, real) = (expansion.highest_power(), expansion.is_real());
    let (re, of) = if real { ("", "") } else { ("Re ", "Re ") };
    let known = format!("a = ∂_{name} log φ");
    match (expansion.is_polynomial(), power) {
        (true, _) => {
            format!("E Σ_m c_m Σ_k C(m,k) a^(k)(0) z^(m-k), m ≤ {power}, {known}, over the terms c_m z^m of f")
        }
        (false, 0) => format!("E {re}Σ c a(λ) e^(λz), {known}, over the terms {of}c e^(λz) of f"),
        (false, _) => format!(
            "E {re}Σ c_m Σ_k C(m,k) a^(k)(λ) z^(m-k) e^(λz), m ≤ {power}, {known}, over the terms {of}c_m z^m e^(λz) of f"
        ),
    }
}

/// The same in LaTeX; `name` is the parameter's.
pub(super) fn latex(name: &str, expansion: &Expansion) -> String {
    let re = if expansion.is_real() { "" } else { "\\operatorname{Re}" };
    let known = format!("\\quad a = \\partial_{{{name}}} \\log\\varphi, \\quad f(z) =");
    if !expansion.is_polynomial() && expansion.highest_power() == 0 {
        return format!(
            "\\mathbb{{E}}\\,{re}\\sum_{{\\lambda}} c_{{\\lambda}}\\,a(\\lambda)\\,e^{{\\lambda z}}, {known} \
             {re}\\sum_{{\\lambda}} c_{{\\lambda}}\\,e^{{\\lambda z}}"
        );
    }
    let (place, wave) = if expansion.is_polynomial() { ("0", "") } else { ("\\lambda", "\\,e^{\\lambda z}") };
    format!(
        "\\mathbb{{E}}\\,{re}\\sum_{{\\lambda, m}} c_{{\\lambda m}} \\sum_{{k \\le m}} \\binom{{m}}{{k}}\\,a^{{(k)}}({place})\\,\
         z^{{m-k}}{wave}, {known} {re}\\sum_{{\\lambda, m}} c_{{\\lambda m}}\\,z^m{wave}"
    )
}

impl Sections<'_> {
    /// The parts of `impl Estimator` that say which gradients are closed forms.
    pub(super) fn closed_forms(&self, section: &ExponentialSection, law: &TokenStream) -> TokenStream {
        if section.closed_forms.is_empty() {
            return TokenStream::new();
        }
        let places = section.closed_forms.iter().map(|(ParamId(parameter), stencil)| {
            let [parameter, stencil] = [*parameter, *stencil].map(Literal::usize_unsuffixed);
            quote! { (#parameter, #stencil) }
        });
        let arguments = self.arguments.types(&TokenStream::new());
        let length = self.series_length(section, law);
        let comment = file::comment([
            "Prologue of closed forms, once for each gradient: the weights of all patterns, from a^(k)(λ).",
        ]);
        quote! {
            const CLOSED_FORMS: &'static [(usize, usize)] = &[#(#places),*];
            #comment
            fn closed_forms(arguments: #arguments, weights: ClosedForms<'_, Self>) -> Result<(), EstimateError> {
                #length
                weigh_closed_forms::<Self, LENGTH>(arguments, weights)
            }
        }
    }

    /// What a section of a ridge or separable term adds for closed forms, if there are any.
    pub(super) fn patterns(&self, graph: Option<&Graph>, groups: usize, variable: &str) -> TokenStream {
        let Some(graph) = graph else { return TokenStream::new() };
        let variable = Ident::new(variable, Span::call_site());
        let leaf = |node: &Node| match node {
            Node::Ridge | Node::Sample => quote! { #variable },
            Node::Input(input) => {
                let input = Literal::usize_unsuffixed(*input);
                quote! { L::splat(numbers[#input]) }
            }
            other => bug!("emit", "{other:?} in a pattern"),
        };
        let body = expression::print(graph, Arithmetic::Pack(self.precision), &self.arguments.scope, &leaf);
        let (bindings, scalar) = (body.bindings, self.scalar());
        let stores = body.outputs.iter().enumerate().map(|(index, output)| {
            let (output, index) = (output.atom_tokens(), Literal::usize_unsuffixed(index));
            quote! { #output.store(&mut out[#index * L::WIDTH..]); }
        });
        let named = |name: &Ident, used: bool| {
            if used {
                quote! { #name }
            } else {
                quote! { _ }
            }
        };
        let numbers = Ident::new("numbers", Span::call_site());
        let numbers = named(&numbers, sharing::uses(graph, |node| matches!(node, Node::Input(_))));
        let read = named(&variable, sharing::uses(graph, |node| matches!(node, Node::Ridge | Node::Sample)));
        let out = named(&Ident::new("out", Span::call_site()), !graph.outputs.is_empty());
        let [count, length] = [graph.outputs.len(), PatternNumbers::count(groups)].map(Literal::usize_unsuffixed);
        let comment = file::comment([
            format!("Closed forms: {variable}, centre and exponents -> the powers times exponentials of f and a(D) f."),
            summary::operations(graph),
        ]);
        quote! {
            const PATTERNS: usize = #count;
            const PATTERN_NUMBERS: usize = #length;
            #comment
            #[inline(always)]
            fn patterns<L: Lane<Scalar = #scalar>>(#read: L, #numbers: &[#scalar], #out: &mut [#scalar]) {
                #bindings
                #(#stores)*
            }
        }
    }
}
