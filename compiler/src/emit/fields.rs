//! The fields of a law's type: one for each parameter, of any type that holds numbers, and the gradient of that shape.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::names::{self, field_type, plain_identifier};
use super::rust::unit_law;
use crate::ir::{Parameter, ParameterShape};

/// `<P0 = f64, P1 = f64>` and `pub mu: P0, pub b: P1`.
pub(super) fn definition(names: impl Iterator<Item = Ident>) -> (TokenStream, TokenStream) {
    let names: Vec<Ident> = names.collect();
    let defaults = names::angled((0..names.len()).map(|index| {
        let field = field_type(index);
        quote! { #field = ::core::primitive::f64 }
    }));
    let fields = names.iter().enumerate().map(|(index, name)| {
        let field = field_type(index);
        let documentation = format!(" Parameter `{}`.", name.to_string().trim_start_matches("r#"));
        quote! { #[doc = #documentation] pub #name: #field, }
    });
    (defaults, fields.collect())
}

/// `impl Parameters` and `impl Gradient`. The gradient of a parameter without one is `()`.
pub(super) fn parameters(parameters: &[Parameter], path: &TokenStream) -> TokenStream {
    let count = parameters.len();
    let this = unit_law(path, count);
    let has_gradient = |index: usize| parameters[index].kind.has_gradient();
    let all = names::angled((0..count).map(|index| bounded(index, &parameters[index])));
    let differentiable = names::angled((0..count).filter(|&index| has_gradient(index)).map(|index| {
        let field = field_type(index);
        quote! { #field: GradientField }
    }));
    let each = |entry: &dyn Fn(Ident) -> TokenStream| {
        let entries = (0..count).map(|index| {
            if has_gradient(index) {
                entry(field_type(index))
            } else {
                quote! { () }
            }
        });
        names::angled(entries)
    };
    let given = names::angled((0..count).map(|index| {
        let field = field_type(index);
        quote! { #field }
    }));
    let gradient = each(&|field| quote! { #field::Gradient });
    let own = each(&|field| quote! { #field });
    let names: Vec<Ident> =
        parameters.iter().map(|parameter| plain_identifier(&parameter.name, parameter.span)).collect();
    let zeros = names.iter().enumerate().map(|(index, name)| {
        if has_gradient(index) {
            quote! { #name: self.#name.zero_gradient(dimension) }
        } else {
            quote! { #name: () }
        }
    });
    let dimension = if (0..count).any(has_gradient) {
        quote! { dimension }
    } else {
        quote! { _ }
    };
    let values = select(&names, |_, name| quote! { self.#name.values() });
    let entries = select(&names, |index, name| {
        if has_gradient(index) {
            quote! { self.#name.entries() }
        } else {
            quote! { &[] }
        }
    });
    let entries_mut = select(&names, |index, name| {
        if has_gradient(index) {
            quote! { self.#name.entries_mut() }
        } else {
            quote! { &mut [] }
        }
    });
    quote! {
        impl #all Parameters for #path #given {
            type Law = #this;
            type Gradient = #path #gradient;
            #[inline]
            fn values(&self, parameter: usize) -> Values<'_> { #values }
            fn zero_gradient(&self, #dimension: usize) -> Self::Gradient { #path { #(#zeros),* } }
        }

        impl #differentiable Gradient for #path #own {
            fn entries(&self, parameter: usize) -> &[f64] { #entries }
            fn entries_mut(&mut self, parameter: usize) -> &mut [f64] { #entries_mut }
        }
    }
}

/// `P0: Field`, with what the field of a parameter may hold.
pub(super) fn bounded(index: usize, parameter: &Parameter) -> TokenStream {
    let field = field_type(index);
    match parameter.shape {
        ParameterShape::Scalar | ParameterShape::Vector => quote! { #field: Field },
        ParameterShape::Simplex => quote! { #field: SimplexField },
        ParameterShape::Covariance => quote! { #field: MatrixField },
    }
}

/// `match parameter { 0 => …, _ => … }`; the runtime never asks for a parameter that is not there.
fn select(names: &[Ident], arm: impl Fn(usize, &Ident) -> TokenStream) -> TokenStream {
    let arms = names.iter().enumerate().map(|(index, name)| {
        let value = arm(index, name);
        if index + 1 == names.len() {
            quote! { _ => #value }
        } else {
            let index = Literal::usize_unsuffixed(index);
            quote! { #index => #value }
        }
    });
    quote! { match parameter { #(#arms),* } }
}
