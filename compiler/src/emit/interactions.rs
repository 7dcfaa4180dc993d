//! Interaction sections as implementations of the runtime's trait.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::expression::{self, Arithmetic};
use super::file;
use super::sections::Sections;
use super::sharing;
use super::summary;
use crate::errors::bug;
use crate::ir::display::coordinate_names;
use crate::ir::{DataId, Graph, Node};
use crate::kernel::program::{Inputs, InteractionSection};

/// The type of a section's marker.
pub(super) fn interaction_name(index: usize) -> Ident {
    format_ident!("Interaction{index}")
}

impl Sections<'_> {
    /// An interaction section.
    pub(super) fn interaction(&self, index: usize, section: &InteractionSection) -> TokenStream {
        let (name, estimator, scalar) = (interaction_name(index), &self.estimator, self.scalar());
        let coordinates = section.coordinates.iter().map(|&coordinate| Literal::usize_unsuffixed(coordinate));
        let counts = [section.numbers.outputs.len(), section.coordinates.len(), section.derivatives.outputs.len()];
        let [numbers, places, derivatives] = counts.map(Literal::usize_unsuffixed);
        let texts = coordinate_names(&section.coordinates).join(", ");
        let documentation = format!(" Interaction term {index} of the function.");
        let opening = file::comment([format!(
            "Interaction term {index}: the sum over rows o of k({texts}); {} for each row.",
            summary::plural(counts[0], "number")
        )]);
        let prologue = file::comment(["Prologue, once for each gradient: arguments -> numbers."]);
        let sample = file::comment([
            format!("Sample, once for each sample and row: {texts} -> k{}, by each of them.", self.orders()),
            summary::operations(&section.derivatives),
        ]);
        let adjoint = file::comment([format!("The same for argument gradients: {texts} -> derivatives by number.")]);
        let epilogue =
            file::comment(["Epilogue of argument gradients, once for each row: chain rule to the arguments."]);
        let rows = self.rows(&section.rows);
        let numbers_function = self.numbers(&section.numbers, "row");
        let derivatives_function = self.of_coordinates("derivatives", &section.derivatives, section);
        let partials = self.of_coordinates("partials", &section.partials, section);
        let stencils = self.interaction_stencils(section);
        let pull_back = self.numbers_pull_back(&section.numbers_pull_back, "row");
        quote! {
            #opening
            #[doc = #documentation]
            pub enum #name {}

            impl Interaction<#estimator> for #name {
                type Numbers = [#scalar; #numbers];
                type Draws<L: Lane<Scalar = #scalar>> = [L; #places];
                type Derivatives<L: Lane<Scalar = #scalar>> = [L; #derivatives];
                type Partials<L: Lane<Scalar = #scalar>> = [L; #numbers];
                const NUMBERS: usize = #numbers;
                const COORDINATES: &'static [usize] = &[#(#coordinates),*];
                #prologue
                #rows
                #numbers_function
                #sample
                #derivatives_function
                #adjoint
                #partials
                #stencils
                #epilogue
                #pull_back
            }
        }
    }

    /// `derivatives` and `partials`: several packs from the coordinates and the numbers.
    fn of_coordinates(&self, name: &str, graph: &Graph, section: &InteractionSection) -> TokenStream {
        let name = format_ident!("{name}");
        let (draws, numbers) = self.inputs(&[graph], section);
        let body = self.of_packs(graph);
        let (bindings, outputs, scalar) = (body.bindings, body.outputs, self.scalar());
        let counts = [section.coordinates.len(), section.numbers.outputs.len(), graph.outputs.len()];
        let [places, count, results] = counts.map(Literal::usize_unsuffixed);
        quote! {
            #[inline(always)]
            fn #name<L: Lane<Scalar = #scalar>>(#draws: &[L; #places], #numbers: &[#scalar; #count]) -> [L; #results] {
                #bindings
                [#(#outputs),*]
            }
        }
    }

    /// `stencils`: what each stencil gets from a row as one of the coordinates moves, if there are any.
    fn interaction_stencils(&self, section: &InteractionSection) -> TokenStream {
        let probes = &self.program.probes;
        if !probes.are_evaluated() {
            return TokenStream::new();
        }
        let graphs: Vec<&Graph> = section.stencils.iter().collect();
        let (draws, numbers) = self.inputs(&graphs, section);
        let uses = |node: Node| graphs.iter().any(|graph| sharing::uses(graph, |found| *found == node));
        let value = if uses(Node::Input(Inputs::VALUE)) {
            quote! { value }
        } else {
            quote! { _ }
        };
        let points = probes.numbers.graph.outputs.len();
        let pattern = self.pattern('p', points, |index| uses(Node::Input(Inputs::NUMBERS + index)));
        let comment = file::comment(
            std::iter::once(
                "Exact rules, once for each sample, row and coordinate that moves: k, probes -> what the row adds to each stencil."
                    .to_owned(),
            )
            .chain(section.coordinates.iter().zip(&graphs).map(|(coordinate, graph)| {
                format!("z[{coordinate}]: {}", summary::operations(graph))
            })),
        );
        let last = graphs.len() - 1;
        let arms = graphs.iter().enumerate().map(|(place, graph)| {
            let body = self.of_packs(graph);
            let (bindings, outputs) = (body.bindings, body.outputs);
            let place = Literal::usize_unsuffixed(place);
            let arm = if place.to_string() == last.to_string() {
                quote! { _ }
            } else {
                quote! { #place }
            };
            quote! { #arm => { #bindings [#(#outputs),*] } }
        });
        let scalar = self.scalar();
        let counts = [section.coordinates.len(), points, section.numbers.outputs.len(), probes.count()];
        let [places, points, count, results] = counts.map(Literal::usize_unsuffixed);
        quote! {
            #comment
            #[inline(always)]
            fn stencils<L: Lane<Scalar = #scalar>>(
                #draws: &[L; #places],
                moved: usize,
                #value: L,
                #pattern: &[L; #points],
                #numbers: &[#scalar; #count],
            ) -> [L; #results] {
                match moved { #(#arms),* }
            }
        }
    }

    /// The patterns of coordinates and numbers, as far as the graphs read them.
    fn inputs(&self, graphs: &[&Graph], section: &InteractionSection) -> (TokenStream, TokenStream) {
        let uses = |node: Node| graphs.iter().any(|graph| sharing::uses(graph, |found| *found == node));
        let draws = self.pattern('z', section.coordinates.len(), |place| uses(Node::Coordinate(place)));
        let numbers = self.pattern('n', section.numbers.outputs.len(), |number| uses(Node::Data(DataId(number))));
        (draws, numbers)
    }

    fn of_packs(&self, graph: &Graph) -> expression::Body {
        let scope = &self.arguments.scope;
        let leaf = |node: &Node| match node {
            Node::Coordinate(place) => {
                let name = scope.local('z', *place);
                quote! { #name }
            }
            Node::Data(number) => {
                let name = scope.local('n', number.0);
                quote! { L::splat(#name) }
            }
            Node::Input(Inputs::VALUE) => quote! { value },
            Node::Input(index) => {
                let name = scope.local('p', index - Inputs::NUMBERS);
                quote! { #name }
            }
            other => bug!("emit", "{other:?} in an interaction section"),
        };
        expression::print(graph, Arithmetic::Pack(self.precision), scope, &leaf)
    }
}
