//! A function that is called whole: the call, among the user's names, and the stencils over its values.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::file;
use super::rust::{Callee, EstimatorContext};
use super::sections::Sections;
use super::sharing;
use super::summary;
use crate::errors::bug;
use crate::ir::Node;
use crate::kernel::program::{Inputs, WholeSection};

/// `impl OpaqueFunction`, which calls the user's function with the user's types.
///
/// It stands outside the block that imports the private prelude, whose names would hide the user's, and has no names of its
/// own that could: the variables are hygienic.
pub(super) fn opaque_function(callee: &Callee, context: &EstimatorContext, vector: bool) -> TokenStream {
    let (name, runtime) = (&context.name, &context.runtime);
    let Callee { path, arguments: types, .. } = callee;
    let [draw, arguments] = ["z", "arguments"].map(|name| Ident::new(name, Span::mixed_site()));
    let block = Ident::new("block", Span::mixed_site());
    let draw_itself = match (callee.one_hot, vector) {
        (true, _) => quote! { &#runtime::private::OneHot::of_draw(#draw, #block) },
        (false, true) => quote! { #draw },
        (false, false) => quote! { #draw[0] },
    };
    let block = if callee.one_hot {
        quote! { #block }
    } else {
        quote! { _ }
    };
    let (gathered, values) = match types.as_slice() {
        [single] => (quote! { #single }, vec![quote! { #arguments }]),
        _ => {
            let places = (0..types.len()).map(Literal::usize_unsuffixed);
            (quote! { (#(#types),*) }, places.map(|place| quote! { #arguments.#place }).collect())
        }
    };
    let arguments = if types.is_empty() {
        quote! { _ }
    } else {
        quote! { #arguments }
    };
    let comment = file::comment(["The function as it is: one call."]);
    quote! {
        #comment
        impl #runtime::private::OpaqueFunction for #name {
            type Arguments<'a> = #gathered;
            fn call(
                #draw: &[::core::primitive::f64],
                #block: ::core::primitive::usize,
                #arguments: Self::Arguments<'_>,
            ) -> ::core::primitive::f64 {
                #path(#draw_itself, #(#values),*)
            }
        }
    }
}

impl Sections<'_> {
    /// The section of a function that is called whole.
    pub(super) fn whole(&self, section: &WholeSection) -> TokenStream {
        let (estimator, scalar) = (&self.estimator, self.scalar());
        let points = Literal::usize_unsuffixed(section.points.len());
        let opening = file::comment([
            "The function as a whole: values at the draw and with one coordinate at each point.".to_owned(),
            summary::calls(self.program, section),
        ]);
        let (places, stencils) = (self.points(section), self.whole_stencils(section));
        quote! {
            #opening
            #[doc = " The function, which is called whole."]
            pub enum WholeFunction {}

            impl Whole<#estimator> for WholeFunction {
                type Points<L: Lane<Scalar = #scalar>> = [L; #points];
                const PRESENT: bool = true;
                const POINTS: usize = #points;
                fn value(z: &[f64], block: usize, arguments: <#estimator as OpaqueFunction>::Arguments<'_>) -> f64 {
                    <#estimator as OpaqueFunction>::call(z, block, arguments)
                }
                #places
                #stencils
            }
        }
    }

    /// `points`: those of the probes' numbers that stand in the place of a coordinate.
    fn points(&self, section: &WholeSection) -> TokenStream {
        let scalar = self.scalar();
        let name = |index: usize| self.arguments.scope.local('p', index);
        let (numbers, pattern) = self.probe_pattern(|index| section.points.contains(&index));
        let places = section.points.iter().map(|&index| name(index));
        let points = Literal::usize_unsuffixed(section.points.len());
        let comment = file::comment(["Sample, once for each sample and coordinate: probes -> points."]);
        quote! {
            #comment
            #[inline(always)]
            fn points<L: Lane<Scalar = #scalar>>(#pattern: &[L; #numbers]) -> [L; #points] {
                [#(#places),*]
            }
        }
    }

    /// `stencils`: weights times values.
    fn whole_stencils(&self, section: &WholeSection) -> TokenStream {
        let (graph, scope, scalar) = (&section.stencils, &self.arguments.scope, self.scalar());
        let uses = |wanted: Node| sharing::uses(graph, |node| *node == wanted);
        let (numbers, probes) = self.probe_pattern(|index| uses(Node::Input(Inputs::NUMBERS + index)));
        let value = if uses(Node::Input(Inputs::VALUE)) {
            quote! { value }
        } else {
            quote! { _ }
        };
        let moved = (0..section.points.len()).map(|point| scope.local('n', point));
        let leaf = |node: &Node| match node {
            Node::Data(point) => {
                let name = scope.local('n', point.0);
                quote! { #name }
            }
            Node::Input(Inputs::VALUE) => quote! { value },
            Node::Input(index) => {
                let name = scope.local('p', index - Inputs::NUMBERS);
                quote! { #name }
            }
            other => bug!("emit", "{other:?} in the stencils of a whole"),
        };
        let body = expression::print(graph, Arithmetic::Pack(self.precision), scope, &leaf);
        let (bindings, outputs) = (body.bindings, &body.outputs);
        let [points, results] = [section.points.len(), outputs.len()].map(Literal::usize_unsuffixed);
        let comment = file::comment([
            "Exact rules, once for each sample and coordinate: f(z), f at the points -> what is added to each stencil."
                .to_owned(),
            summary::operations(graph),
        ]);
        quote! {
            #comment
            #[inline(always)]
            fn stencils<L: Lane<Scalar = #scalar>>(
                #value: L,
                moved: &[L; #points],
                #probes: &[L; #numbers],
            ) -> [L; #results] {
                let &[#(#moved),*] = moved;
                #bindings
                [#(#outputs),*]
            }
        }
    }

    /// How many numbers the probes have, and a pattern that names the `used` ones.
    fn probe_pattern(&self, used: impl Fn(usize) -> bool) -> (Literal, TokenStream) {
        let count = self.program.probes.numbers.graph.outputs.len();
        let names = (0..count).map(|index| {
            let name = self.arguments.scope.local('p', index);
            if used(index) {
                quote! { #name }
            } else {
                quote! { _ }
            }
        });
        let pattern = if (0..count).any(&used) {
            quote! { &[#(#names),*] }
        } else {
            quote! { _ }
        };
        (Literal::usize_unsuffixed(count), pattern)
    }
}
