//! What exact rules draw besides, and the types that go with it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::draws::Draws;
use super::expression::{self, Arithmetic};
use super::file;
use super::names::Scope;
use super::rust::parameter_pattern;
use super::sections::Sections;
use super::sharing;
use crate::errors::bug;
use crate::ir::draw::carry_arguments;
use crate::ir::{Node, ParamId, Sampler};
use crate::kernel::program::Score;

/// The first site of random words of rules: their draws of fixed size share it, each of the others has a later one.
const FIRST_SITE: u16 = 256;

/// One entry of `SCORES`.
fn score_info(score: &Score) -> TokenStream {
    let (stencil, with_value) = (Literal::usize_unsuffixed(score.stencil), score.with_value);
    let weight = match score.weight {
        Some(weight) => {
            let weight = Literal::usize_unsuffixed(weight);
            quote! { Some(#weight) }
        }
        None => quote! { None },
    };
    quote! { Score { stencil: #stencil, weight: #weight, with_value: #with_value } }
}

impl Sections<'_> {
    /// `Probes`, `Stencils` and `STENCILS`.
    pub(super) fn probe_types(&self) -> TokenStream {
        let probes = &self.program.probes;
        let scalar = self.scalar();
        let [numbers, stencils] = [probes.numbers.graph.outputs.len(), probes.count()].map(Literal::usize_unsuffixed);
        let directional = (!probes.directional.is_empty()).then(|| quote! { const DIRECTIONAL: bool = true; });
        let by_entry = probes.read_entries().then(|| quote! { const BY_ENTRY: bool = true; });
        let scores = (!probes.scores.is_empty()).then(|| {
            let scores = probes.scores.iter().map(score_info);
            quote! { const SCORES: &'static [Score] = &[#(#scores),*]; }
        });
        let states = probes.states.then(|| quote! { const STATES: bool = true; });
        let apart = self.program.ridges.iter().any(|ridge| !ridge.at_draw.outputs.is_empty());
        let at_draw = apart.then(|| quote! { const AT_DRAW: bool = true; });
        let selection = self.program.coordinates.map(|count| {
            let count = Literal::u32_unsuffixed(count);
            quote! { const COORDINATES: Option<usize> = Some(#count); }
        });
        quote! {
            type Probes<L: Lane<Scalar = #scalar>> = [L; #numbers];
            type Stencils<L: Lane<Scalar = #scalar>> = [L; #stencils];
            const STENCILS: usize = #stencils;
            #scores
            #selection
            #directional
            #by_entry
            #states
            #at_draw
        }
    }

    /// `probes`, if there are stencils.
    pub(super) fn probes(&self) -> TokenStream {
        let probes = &self.program.probes;
        if !probes.have_numbers() { TokenStream::new() } else { self.probes_function(&probes.numbers) }
    }

    fn probes_function(&self, numbers: &Sampler) -> TokenStream {
        let parameters = self.program.theta();
        let scope = Scope::new(parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.span)));
        let leaf = |node: &Node| match node {
            Node::Param(ParamId(index)) => {
                let name = scope.name(*index);
                quote! { L::splat(#name) }
            }
            Node::Sample => quote! { z },
            other => bug!("emit", "{other:?} in a probe"),
        };
        let mut whole = numbers.graph.clone();
        carry_arguments(&mut whole, &numbers.draws);
        let printer = Draws { graph: &numbers.graph, draws: &numbers.draws, scope: &scope, leaf: &leaf };
        let draws = printer.statements(FIRST_SITE);
        let body = expression::print(&numbers.graph, Arithmetic::AnyPack, &scope, &|node| printer.leaf(node));
        let (bindings, outputs, scalar) = (body.bindings, &body.outputs, self.scalar());
        let uses = |wanted: &Node| sharing::uses(&whole, |node| node == wanted);
        let pattern = parameter_pattern(parameters.len(), &scope, |parameter| uses(&Node::Param(parameter)));
        let reads_parameters = pattern.to_string() != "_";
        let destructuring = reads_parameters.then(|| quote! { let #pattern = theta; });
        let named = |name: &str, used: bool| {
            let name = Ident::new(name, Span::call_site());
            if used {
                quote! { #name }
            } else {
                quote! { _ }
            }
        };
        let theta = named("theta", reads_parameters);
        let (z, words) = (named("z", uses(&Node::Sample)), named("words", !numbers.draws.is_empty()));
        let [parameters, count] = [parameters.len(), outputs.len()].map(Literal::usize_unsuffixed);
        let probes = &self.program.probes;
        let comment = file::comment([match (probes.states, probes.directional.is_empty()) {
            (false, true) if !probes.are_evaluated() => {
                "Sample, once for each sample and coordinate: the score, without what hangs on parameters only."
            }
            (true, _) => "Sample, once for each sample: by how much a coordinate moves from 0 to a state.",
            (false, true) => "Sample, once for each sample and coordinate: the points and weights of the exact rules.",
            (false, false) if probes.read_entries() => {
                "Sample, once for each sample and entry: the numbers of points and directions of the exact rules."
            }
            (false, false) => "Sample, once for each sample: the numbers of points and directions of the exact rules.",
        }]);
        quote! {
            #comment
            #[inline(always)]
            fn probes<L: Lane<Scalar = #scalar>>(#theta: &[#scalar; #parameters], #z: L, #words: &mut Words<L>)
                -> [L; #count]
            {
                #destructuring
                #draws
                #bindings
                [#(#outputs),*]
            }
        }
    }
}
