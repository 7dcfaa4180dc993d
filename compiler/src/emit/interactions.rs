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
        let adjoint = file::comment([format!("The same for argument gradients: {texts} -> derivatives by number.")]);
        let epilogue =
            file::comment(["Epilogue of argument gradients, once for each row: chain rule to the arguments."]);
        let rows = self.rows(&section.rows);
        let numbers_function = self.numbers(&section.numbers, "row");
        let derivatives_function = self.of_coordinates("derivatives", &section.derivatives, section);
        let partials = self.of_coordinates("partials", &section.partials, section);
        let stencils = self.interaction_stencils(section);
        let pull_back = self.numbers_pull_back(&section.numbers_pull_back, "row");
        let pairs = section.pairs.iter().map(|&pair| Literal::usize_unsuffixed(pair));
        let pairs = (!section.pairs.is_empty()).then(|| quote! { const PAIRS: &'static [usize] = &[#(#pairs),*]; });
        let mixed = if section.pairs.is_empty() { "" } else { ", then by pairs" };
        let sample = file::comment([
            format!("Sample, once for each sample and row: {texts} -> k{}, by each of them{mixed}.", self.orders()),
            summary::operations(&section.derivatives),
        ]);
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
                #pairs
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

    /// What a device computes of a section: `derivatives`, and for each coordinate that moves `stencils0`, `stencils1`, ….
    pub(super) fn interaction_functions(&self, index: usize, section: &InteractionSection) -> TokenStream {
        let (name, estimator) = (interaction_name(index), &self.estimator);
        let derivatives = self.of_coordinates("derivatives", &section.derivatives, section);
        let are_evaluated = self.program.probes.are_evaluated();
        let moved = section.stencils.iter().enumerate().filter(|_| are_evaluated);
        let stencils = moved.map(|(place, graph)| {
            let function = format_ident!("stencils{place}");
            let [draws, numbers] = self.inputs(&[graph], section);
            let (value, points) = self.moved_inputs(&[graph]);
            let body = self.of_packs(graph, section);
            let (bindings, outputs, results) = (body.bindings, body.outputs, self.results());
            let ((draws, of_draws), (points, of_points)) = (draws.split(), points.split());
            let (numbers, of_numbers) = numbers.split();
            quote! {
                fn #function(#draws, #value: L, #points, #numbers) -> [L; #results] {
                    #of_draws
                    #of_points
                    #of_numbers
                    #bindings
                    [#(#outputs),*]
                }
            }
        });
        quote! { impl Interaction<#estimator> for #name { #derivatives #(#stencils)* } }
    }

    /// `derivatives` and `partials`: several packs from the coordinates and the numbers.
    fn of_coordinates(&self, name: &str, graph: &Graph, section: &InteractionSection) -> TokenStream {
        let name = format_ident!("{name}");
        let [draws, numbers] = self.inputs(&[graph], section);
        let body = self.of_packs(graph, section);
        let (bindings, outputs, scalar) = (body.bindings, body.outputs, self.scalar());
        let results = Literal::usize_unsuffixed(graph.outputs.len());
        let ((draws, of_draws), (numbers, of_numbers)) = (draws.split(), numbers.split());
        quote! {
            #[inline(always)]
            fn #name<L: Lane<Scalar = #scalar>>(#draws, #numbers) -> [L; #results] {
                #of_draws
                #of_numbers
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
        let [draws, numbers] = self.inputs(&graphs, section);
        let (value, points) = self.moved_inputs(&graphs);
        let moves = section.coordinates.iter().zip(&graphs);
        let costs = moves.map(|(coordinate, graph)| format!("z[{coordinate}]: {}", summary::operations(graph)));
        let opening = match probes.directional.is_empty() {
            true => {
                "Exact rules, once for each sample, row and coordinate that moves: k, probes -> what the row adds to each stencil."
            }
            false => {
                "Exact rules, once for each sample, row and entry: probes -> what the row adds to each stencil; last for entries of other coordinates."
            }
        };
        let comment = file::comment(std::iter::once(opening.to_owned()).chain(costs));
        let arms = graphs.iter().enumerate().map(|(place, graph)| {
            let body = self.of_packs(graph, section);
            let (bindings, outputs) = (body.bindings, body.outputs);
            let arm = if place + 1 == graphs.len() {
                quote! { _ }
            } else {
                let place = Literal::usize_unsuffixed(place);
                quote! { #place }
            };
            match bindings.is_empty() {
                true => quote! { #arm => [#(#outputs),*], },
                false => quote! { #arm => { #bindings [#(#outputs),*] } },
            }
        });
        let (scalar, results) = (self.scalar(), self.results());
        let ((draws, of_draws), (points, of_points)) = (draws.split(), points.split());
        let (numbers, of_numbers) = numbers.split();
        quote! {
            #comment
            #[inline(always)]
            fn stencils<L: Lane<Scalar = #scalar>>(#draws, moved: usize, #value: L, #points, #numbers) -> [L; #results] {
                #of_draws
                #of_points
                #of_numbers
                match moved { #(#arms)* }
            }
        }
    }

    fn results(&self) -> Literal {
        Literal::usize_unsuffixed(self.program.probes.count())
    }

    /// The value at the draw, and the probes, named as far as the graphs read them.
    fn moved_inputs(&self, graphs: &[&Graph]) -> (TokenStream, Input) {
        let uses = |node: Node| graphs.iter().any(|graph| sharing::uses(graph, |found| *found == node));
        let value = if uses(Node::Input(Inputs::VALUE)) {
            quote! { value }
        } else {
            quote! { _ }
        };
        let all = 0..self.program.probes.numbers.graph.outputs.len();
        let names = self.names('p', all, |index| uses(Node::Input(Inputs::NUMBERS + index)));
        (value, Input { name: "probes", element: quote! { L }, names })
    }

    /// Coordinates and numbers, named as far as the graphs read them.
    fn inputs(&self, graphs: &[&Graph], section: &InteractionSection) -> [Input; 2] {
        let uses = |node: Node| graphs.iter().any(|graph| sharing::uses(graph, |found| *found == node));
        let places = section.coordinates.iter().copied();
        let place = |coordinate| section.coordinates.iter().position(|&own| own == coordinate);
        let is_read = |coordinate| place(coordinate).is_some_and(|place| uses(Node::Coordinate(place)));
        let draws = Input { name: "z", element: quote! { L }, names: self.names('z', places, is_read) };
        let all = 0..section.numbers.outputs.len();
        let names = self.names('n', all, |number| uses(Node::Data(DataId(number))));
        [draws, Input { name: "numbers", element: self.scalar(), names }]
    }

    /// The emitter's variables of a kind, those that are used.
    fn names(
        &self,
        kind: char,
        indices: impl Iterator<Item = usize>,
        is_used: impl Fn(usize) -> bool,
    ) -> Vec<Option<Ident>> {
        indices.map(|index| is_used(index).then(|| self.arguments.scope.local(kind, index))).collect()
    }

    fn of_packs(&self, graph: &Graph, section: &InteractionSection) -> expression::Body {
        let scope = &self.arguments.scope;
        let leaf = |node: &Node| match node {
            Node::Coordinate(place) => {
                let name = scope.local('z', section.coordinates[*place]);
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

/// An array that a function is given, and the names of its elements, as far as they are read.
struct Input {
    name: &'static str,
    element: TokenStream,
    names: Vec<Option<Ident>>,
}

impl Input {
    /// `z: &[L; 2]`, and `let &[z0, _] = z;`; the array is nameless where nothing is read.
    fn split(&self) -> (TokenStream, TokenStream) {
        let (element, count) = (&self.element, Literal::usize_unsuffixed(self.names.len()));
        if self.names.iter().all(Option::is_none) {
            return (quote! { _: &[#element; #count] }, TokenStream::new());
        }
        let name = format_ident!("{}", self.name);
        let names = self.names.iter().map(|name| name.as_ref().map_or_else(|| quote! { _ }, |name| quote! { #name }));
        (quote! { #name: &[#element; #count] }, quote! { let &[#(#names),*] = #name; })
    }
}
