//! Formulas: the exponents and polynomials of `f` in emitted code, and what is said about them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::file;
use super::sections::{Sections, index, ridge_name};
use crate::ir::Node;
use crate::kernel::program::ExponentialSection;
use crate::rule::Expansion;
use crate::rule::exponentials::{CENTRE, ExponentialSum, Parts};

/// The right side of `∂_θ E f(z) = …` for a parameter.
pub(crate) fn equation(name: &str, expansion: &Expansion) -> String {
    let (power, real) = (expansion.highest_power(), expansion.is_real());
    let place = if expansion.is_polynomial() { "0" } else { "λ" };
    let derivative = match power {
        0 => format!("∂_{name} φ({place})"),
        _ => format!("Σ_m c_m ∂_{name} φ^(m)({place}), m ≤ {power}"),
    };
    match (expansion.is_polynomial(), power, real) {
        (true, ..) => derivative,
        (false, 0, true) => format!("Σ c {derivative} over the terms c e^(λz) of f"),
        (false, 0, false) => format!("Re Σ c {derivative} over the terms Re c e^(λz) of f"),
        (false, _, true) => format!("{derivative}, over the terms c_m z^m e^(λz) of f"),
        (false, _, false) => format!("Re {derivative}, over the terms Re c_m z^m e^(λz) of f"),
    }
}

/// The same in LaTeX; `name` is the parameter's.
pub(super) fn latex(name: &str, expansion: &Expansion) -> String {
    let real = if expansion.is_real() { "" } else { "\\operatorname{Re}" };
    let (place, terms) = if expansion.is_polynomial() {
        ("0", "z^m")
    } else if expansion.highest_power() == 0 {
        return format!(
            "{real}\\sum_{{\\lambda}} c_{{\\lambda}}\\,\\partial_{{{name}}}\\,\\varphi(\\lambda), \\quad f(z) = \
             {real}\\sum_{{\\lambda}} c_{{\\lambda}}\\,e^{{\\lambda z}}"
        );
    } else {
        ("\\lambda", "z^m e^{\\lambda z}")
    };
    format!(
        "{real}\\sum_{{\\lambda, m}} c_{{\\lambda m}}\\,\\partial_{{{name}}}\\,\\varphi^{{(m)}}({place}), \\quad f(z) = \
         {real}\\sum_{{\\lambda, m}} c_{{\\lambda m}}\\,{terms}"
    )
}

/// What must exist for a formula to hold.
pub(crate) fn existence(expansion: &Expansion) -> String {
    let power = expansion.highest_power();
    if expansion.is_polynomial() {
        return format!("moments of z up to order {power}");
    }
    "E e^(λz) for every exponent λ of f, which is decided in every run".to_owned()
}

impl Sections<'_> {
    /// The parts of `impl Estimator` that say which gradients are formulas.
    pub(super) fn formulas(&self, section: &ExponentialSection, law: &TokenStream) -> TokenStream {
        if section.formulas.is_empty() {
            return TokenStream::new();
        }
        let parameters = section.formulas.iter().map(|parameter| Literal::usize_unsuffixed(parameter.0));
        let arguments = self.arguments.types(&TokenStream::new());
        let length = self.series_length(section, law);
        let comment = file::comment(["Formula, once for each gradient: value and derivatives without a draw."]);
        quote! {
            const FORMULAS: &'static [usize] = &[#(#parameters),*];
            #comment
            fn formula(arguments: #arguments, sums: Expectations<'_, Self>) -> Result<(), EstimateError> {
                #length
                evaluate_formula::<Self, LENGTH>(arguments, sums)
            }
        }
    }

    /// How many coefficients of power series are needed, as the constant `LENGTH`. (It has a name so that lists of generic
    /// arguments stay on one line: what formatting adds to longer ones is no part of the tokens.)
    pub(super) fn series_length(&self, section: &ExponentialSection, law: &TokenStream) -> TokenStream {
        let law = super::rust::unit_law(law, self.program.parameters.len());
        let length = Literal::u32_unsuffixed(1 + section.expansion.highest_power());
        quote! { const LENGTH: usize = #length + <#law as Characteristic>::LOST; }
    }

    /// `impl Exponentials`.
    pub(super) fn exponentials(&self, expansion: &Expansion) -> TokenStream {
        let (estimator, real) = (&self.estimator, expansion.is_real());
        let number = if real {
            quote! { f64 }
        } else {
            quote! { Complex }
        };
        let none = ExponentialSum::default();
        let separable = expansion.separable.as_ref().unwrap_or(&none);
        let separable = self.terms("separable", &[separable], real);
        let ridges: Vec<&ExponentialSum> = expansion.ridges.iter().collect();
        let rows = self.terms("row", &ridges, real);
        let access = self.ridge_access(ridges.len());
        let opening = file::comment([
            "f as a sum of polynomials times exponentials.".to_owned(),
            format!(
                "add(λ, [p_0, p_1, ...]) stands for {}p({}) e^(λz).",
                if real { "" } else { "Re " },
                if expansion.centred { "z - centre" } else { "z" }
            ),
        ]);
        let centred = expansion.centred;
        quote! {
            #opening
            impl Exponentials for #estimator {
                type Number = #number;
                const CENTRED: bool = #centred;
                #separable
                #rows
                #access
            }
        }
    }

    /// `separable` with one sum, or `row` with one for each ridge term.
    fn terms(&self, name: &str, sums: &[&ExponentialSum], real: bool) -> TokenStream {
        let is_row = name == "row";
        let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        let reads = self.arguments.reads(sums.iter().map(|sum| &sum.graph));
        let parameter = self.arguments.parameter(&reads.arguments);
        let bodies: Vec<TokenStream> = sums.iter().map(|sum| self.calls(sum, real)).collect();
        let add = if sums.iter().all(|sum| sum.groups.is_empty()) {
            quote! { _ }
        } else {
            quote! { add }
        };
        let centre = if sums.iter().any(|sum| super::sharing::uses(&sum.graph, |node| *node == CENTRE)) {
            quote! { centre }
        } else {
            quote! { _ }
        };
        let place = if is_row {
            let ridge = index("ridge", sums.len() > 1);
            let row = index("row", reads.row);
            quote! { #ridge #row }
        } else {
            index("coordinate", reads.coordinate)
        };
        let body = match bodies.as_slice() {
            [] => TokenStream::new(),
            [body] => body.clone(),
            [first @ .., last] => {
                let places = (0..first.len()).map(Literal::usize_unsuffixed);
                quote! {
                    match ridge {
                        #(#places => { #first })*
                        _ => { #last }
                    }
                }
            }
        };
        quote! {
            fn #name(#parameter, #place #centre: f64, #add: &mut Add<'_, Self::Number>) -> Result<(), EstimateError> {
                #body
                Ok(())
            }
        }
    }

    fn calls(&self, sum: &ExponentialSum, real: bool) -> TokenStream {
        let leaf = |node: &Node| {
            if *node == CENTRE {
                quote! { centre }
            } else {
                self.arguments.leaf(node)
            }
        };
        let body = expression::print(&sum.graph, Arithmetic::Number, &self.arguments.scope, &leaf);
        let number = |parts: Option<Parts>| {
            let part = |index: Option<usize>| {
                index.map_or_else(|| quote! { 0.0 }, |index| quote::ToTokens::to_token_stream(&body.outputs[index]))
            };
            let Parts { re, im } = parts.unwrap_or_default();
            let (re, im) = (part(re), part(im));
            if real {
                re
            } else {
                quote! { Complex { re: #re, im: #im } }
            }
        };
        let calls = sum.groups.iter().map(|group| {
            let exponent = number(Some(group.exponent));
            let polynomial = group.polynomial.iter().map(|&parts| number(parts));
            quote! { add(#exponent, &[#(#polynomial),*])?; }
        });
        let bindings = body.bindings.clone();
        quote! { #bindings #(#calls)* }
    }

    /// `rows`, `slope` and `offset` of a ridge term by its number.
    fn ridge_access(&self, count: usize) -> TokenStream {
        let types = self.arguments.types(&TokenStream::new());
        if count == 0 {
            return quote! {
                fn rows(_: #types, _: usize) -> Option<usize> { None }
                fn slope(_: #types, _: usize, _: usize, _: usize) -> f64 { 0.0 }
                fn offset(_: #types, _: usize, _: usize) -> f64 { 0.0 }
            };
        }
        let estimator = &self.estimator;
        let choose = |call: &dyn Fn(&TokenStream) -> TokenStream| {
            let calls: Vec<TokenStream> = (0..count)
                .map(|index| {
                    let ridge = ridge_name(index);
                    call(&quote! { <#ridge as Ridge<#estimator>> })
                })
                .collect();
            match calls.as_slice() {
                [single] => single.clone(),
                [first @ .., last] => {
                    let places = (0..first.len()).map(Literal::usize_unsuffixed);
                    quote! { match ridge { #(#places => #first,)* _ => #last } }
                }
                [] => TokenStream::new(),
            }
        };
        let rows = {
            let counts: Vec<TokenStream> = (0..count)
                .map(|index| {
                    let (ridge, index) = (ridge_name(index), Literal::usize_unsuffixed(index));
                    quote! { #index => Some(<#ridge as Ridge<#estimator>>::rows(arguments)), }
                })
                .collect();
            quote! { match ridge { #(#counts)* _ => None } }
        };
        let slope = choose(&|ridge| quote! { #ridge::slope(arguments, row, coordinate) });
        let offset = choose(&|ridge| quote! { #ridge::offset(arguments, row) });
        let ridge = if count > 1 {
            quote! { ridge }
        } else {
            quote! { _ }
        };
        quote! {
            fn rows(arguments: #types, ridge: usize) -> Option<usize> { #rows }
            fn slope(arguments: #types, #ridge: usize, row: usize, coordinate: usize) -> f64 { #slope }
            fn offset(arguments: #types, #ridge: usize, row: usize) -> f64 { #offset }
        }
    }
}
