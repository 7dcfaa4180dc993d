//! What exact rules draw besides, and the types that go with it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::file;
use super::names::Scope;
use super::rust::parameter_pattern;
use super::sections::Sections;
use super::sharing;
use crate::errors::bug;
use crate::ir::{BaseDraw, Node, ParamId, Sampler};

/// The first site of random words of the draws by rejection of rules; their draws of fixed size share the one before.
const FIRST_SITE: u16 = 257;

impl Sections<'_> {
    /// `Probes`, `Stencils`, `STENCILS` and, if there are any, `probes`.
    pub(super) fn probes(&self) -> TokenStream {
        let probes = &self.program.probes;
        let scalar = self.scalar();
        let [numbers, stencils] =
            [probes.numbers.graph.outputs.len(), probes.stencils.len()].map(Literal::usize_unsuffixed);
        let function = (!probes.stencils.is_empty()).then(|| self.probes_function(&probes.numbers));
        quote! {
            type Probes<L: Lane<Scalar = #scalar>> = [L; #numbers];
            type Stencils<L: Lane<Scalar = #scalar>> = [L; #stencils];
            const STENCILS: usize = #stencils;
            #function
        }
    }

    fn probes_function(&self, numbers: &Sampler) -> TokenStream {
        let program = self.program;
        let scope = Scope::new(program.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.span)));
        let leaf = |node: &Node| match node {
            Node::Param(ParamId(index)) => {
                let name = scope.name(*index);
                quote! { L::splat(#name) }
            }
            Node::Draw(draw) => {
                let name = scope.local('d', draw.0);
                quote! { #name }
            }
            Node::Sample => quote! { z },
            other => bug!("emit", "{other:?} in a probe"),
        };
        let mut whole = numbers.graph.clone();
        let mut draws = TokenStream::new();
        let mut sites = FIRST_SITE..;
        for (index, draw) in numbers.draws.iter().enumerate() {
            let (variable, method) = (scope.local('d', index), Ident::new(draw.name(), Span::call_site()));
            whole.outputs.extend(draw.arguments());
            match draw {
                BaseDraw::Uniform | BaseDraw::Normal | BaseDraw::Exponential => {
                    draws.extend(quote! { let #variable = words.#method(); });
                }
                BaseDraw::Gamma(shape) => {
                    let mut argument = numbers.graph.clone();
                    argument.outputs = vec![*shape];
                    let body = expression::print(&argument, Arithmetic::Pack(self.precision), &scope, &leaf);
                    let (bindings, shape) = (body.bindings, &body.outputs[0]);
                    let site = sites.next().map(Literal::u16_unsuffixed);
                    draws.extend(quote! { #bindings let #variable = words.#method(#site, #shape); });
                }
            }
        }
        let body = expression::print(&numbers.graph, Arithmetic::Pack(self.precision), &scope, &leaf);
        let (bindings, outputs, scalar) = (body.bindings, &body.outputs, self.scalar());
        let uses = |wanted: &Node| sharing::uses(&whole, |node| node == wanted);
        let pattern = parameter_pattern(program.parameters.len(), &scope, |parameter| uses(&Node::Param(parameter)));
        let named = |name: &str, used: bool| {
            let name = Ident::new(name, Span::call_site());
            if used {
                quote! { #name }
            } else {
                quote! { _ }
            }
        };
        let (z, words) = (named("z", uses(&Node::Sample)), named("words", !numbers.draws.is_empty()));
        let [parameters, count] = [program.parameters.len(), outputs.len()].map(Literal::usize_unsuffixed);
        let comment =
            file::comment(["Sample, once for each sample and coordinate: the points and weights of the exact rules."]);
        quote! {
            #comment
            #[inline(always)]
            fn probes<L: Lane<Scalar = #scalar>>(#pattern: &[#scalar; #parameters], #z: L, #words: &mut Words<L>)
                -> [L; #count]
            {
                #draws
                #bindings
                [#(#outputs),*]
            }
        }
    }
}
