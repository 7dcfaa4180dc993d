//! The arguments of `f` in emitted code: their types, patterns, places in gradients, and the checks of their values.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::names::Scope;
use super::sharing;
use crate::errors::bug;
use crate::ir::{ArgumentKind, DataRef, Graph, Node, Rows};
use crate::kernel::program::Program;

/// The arguments of one estimator.
pub(super) struct Arguments<'a> {
    program: &'a Program,
    /// Their local names.
    pub(super) scope: Scope,
    /// How emitted code names the estimator's type, which knows the arguments of a function that is called whole.
    estimator: &'a TokenStream,
}

/// What the graphs of one emitted function read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// Argument indices.
    pub(super) arguments: BTreeSet<usize>,
    /// Whether the index of the row is needed.
    pub(super) row: bool,
    /// Whether the index of the coordinate is needed.
    pub(super) coordinate: bool,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(program: &'a Program, estimator: &'a TokenStream) -> Self {
        let names = program.arguments.iter().map(|argument| (argument.name.as_str(), argument.span));
        Self { program, scope: Scope::new(names), estimator }
    }

    /// `()`, the single element, or a tuple.
    fn gather(&self, element: impl Fn(usize) -> TokenStream) -> TokenStream {
        let elements: Vec<TokenStream> = (0..self.program.arguments.len()).map(element).collect();
        match elements.as_slice() {
            [single] => single.clone(),
            _ => quote! { (#(#elements),*) },
        }
    }

    /// The type of the arguments; `lifetime` is empty or `'a`.
    pub(super) fn types(&self, lifetime: &TokenStream) -> TokenStream {
        if self.program.whole.is_some() {
            let estimator = self.estimator;
            let lifetime = if lifetime.is_empty() {
                quote! { '_ }
            } else {
                lifetime.clone()
            };
            return quote! { <#estimator as OpaqueFunction>::Arguments<#lifetime> };
        }
        self.gather(|index| match self.program.arguments[index].kind {
            ArgumentKind::Scalar => quote! { f64 },
            ArgumentKind::Slice => quote! { &#lifetime [f64] },
            ArgumentKind::Matrix => quote! { &#lifetime Matrix },
            ArgumentKind::Any => bug!("emit", "an argument of any type beside terms"),
        })
    }

    /// The type of the derivative with respect to the arguments; `()` for a function that is called whole.
    pub(super) fn gradient_type(&self) -> TokenStream {
        if self.program.whole.is_some() {
            return quote! { () };
        }
        self.gather(|index| match self.program.arguments[index].kind {
            ArgumentKind::Scalar => quote! { f64 },
            ArgumentKind::Slice => quote! { Vec<f64> },
            ArgumentKind::Matrix => quote! { Matrix },
            ArgumentKind::Any => bug!("emit", "the derivative by an argument of any type"),
        })
    }

    /// Zeros of the gradient's type.
    pub(super) fn zeros(&self) -> TokenStream {
        if self.program.whole.is_some() {
            return TokenStream::new();
        }
        self.gather(|index| {
            let name = self.scope.name(index);
            match self.program.arguments[index].kind {
                ArgumentKind::Scalar => quote! { 0.0 },
                ArgumentKind::Slice => quote! { [0.0].repeat(#name.len()) },
                ArgumentKind::Matrix => quote! { Matrix::zeros(#name.row_count(), #name.columns()) },
                ArgumentKind::Any => bug!("emit", "the derivative by an argument of any type"),
            }
        })
    }

    /// The indices of slices and matrices, whose lengths a gradient copies.
    pub(super) fn with_lengths(&self) -> BTreeSet<usize> {
        let arguments = self.program.arguments.iter().enumerate();
        let has_length = |kind: ArgumentKind| matches!(kind, ArgumentKind::Slice | ArgumentKind::Matrix);
        arguments.filter(|(_, argument)| has_length(argument.kind)).map(|(index, _)| index).collect()
    }

    /// `pattern: type`, naming only the arguments that are used.
    pub(super) fn parameter(&self, used: &BTreeSet<usize>) -> TokenStream {
        let types = self.types(&TokenStream::new());
        if used.is_empty() {
            return quote! { _: #types };
        }
        let pattern = self.gather(|index| {
            if used.contains(&index) {
                let name = self.scope.name(index);
                quote! { #name }
            } else {
                quote! { _ }
            }
        });
        quote! { #pattern: #types }
    }

    /// The tokens of a leaf of a graph over data.
    pub(super) fn leaf(&self, node: &Node) -> TokenStream {
        let Node::Data(id) = node else { bug!("emit", "{node:?} in a function of the arguments") };
        match self.program.data[id.0] {
            DataRef::Scalar(index) => {
                let name = self.scope.name(index);
                quote! { #name }
            }
            DataRef::Row(index) => {
                let name = self.scope.name(index);
                quote! { #name[row] }
            }
            DataRef::Coordinate(index) => {
                let name = self.scope.name(index);
                quote! { #name[coordinate] }
            }
            DataRef::Entry(index) => {
                let name = self.scope.name(index);
                quote! { #name.get(row, coordinate) }
            }
            DataRef::Unit(index) => {
                let index = Literal::usize_unsuffixed(index);
                quote! { unit(coordinate, #index) }
            }
        }
    }

    /// Adds what `data` reads.
    pub(super) fn read(&self, data: DataRef, reads: &mut Reads) {
        match data {
            DataRef::Scalar(index) => {
                reads.arguments.insert(index);
            }
            DataRef::Row(index) => {
                reads.arguments.insert(index);
                reads.row = true;
            }
            DataRef::Coordinate(index) => {
                reads.arguments.insert(index);
                reads.coordinate = true;
            }
            DataRef::Entry(index) => {
                reads.arguments.insert(index);
                (reads.row, reads.coordinate) = (true, true);
            }
            DataRef::Unit(_) => reads.coordinate = true,
        }
    }

    /// What a graph over data reads.
    pub(super) fn reads<'g>(&self, graphs: impl IntoIterator<Item = &'g Graph>) -> Reads {
        let mut reads = Reads::default();
        for graph in graphs {
            for (id, &data) in self.program.data.iter().enumerate() {
                if sharing::uses(graph, |node| *node == Node::Data(crate::ir::DataId(id))) {
                    self.read(data, &mut reads);
                }
            }
        }
        reads
    }

    /// The statement that adds `value` to the derivative with respect to `data`; nothing for a unit vector.
    pub(super) fn accumulate(&self, data: DataRef, value: &TokenStream) -> TokenStream {
        let place = |index: usize| {
            if self.program.arguments.len() == 1 {
                quote! { out }
            } else {
                let index = Literal::usize_unsuffixed(index);
                quote! { out.#index }
            }
        };
        match data {
            DataRef::Scalar(index) if self.program.arguments.len() == 1 => {
                debug_assert_eq!(index, 0);
                quote! { *out += #value; }
            }
            DataRef::Scalar(index) => {
                let place = place(index);
                quote! { #place += #value; }
            }
            DataRef::Row(index) => {
                let place = place(index);
                quote! { #place[row] += #value; }
            }
            DataRef::Coordinate(index) => {
                let place = place(index);
                quote! { #place[coordinate] += #value; }
            }
            DataRef::Entry(index) => {
                let place = place(index);
                quote! { #place.add(row, coordinate, #value); }
            }
            DataRef::Unit(_) => TokenStream::new(),
        }
    }

    /// The first argument whose length is the number of coordinates, and that length.
    pub(super) fn implied_dimension(&self) -> Option<(usize, TokenStream)> {
        (0..self.program.arguments.len()).find_map(|index| {
            let name = self.scope.name(index);
            if self.program.data.contains(&DataRef::Entry(index)) {
                Some((index, quote! { #name.columns() }))
            } else if self.runs_along_coordinates(index) {
                Some((index, quote! { #name.len() }))
            } else {
                None
            }
        })
    }

    /// The number of rows that the argument at `index` has.
    pub(super) fn row_count(&self, index: usize) -> TokenStream {
        let name = self.scope.name(index);
        match self.program.arguments[index].kind {
            ArgumentKind::Matrix => quote! { #name.row_count() },
            ArgumentKind::Slice => quote! { #name.len() },
            ArgumentKind::Scalar | ArgumentKind::Any => bug!("emit", "rows along the scalar `{name}`"),
        }
    }

    /// The statements of `check`: lengths first, since they are cheap, then that all numbers are finite. What a function that is
    /// called whole makes of its arguments is its own affair.
    pub(super) fn checks(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        for (index, argument) in self.program.arguments.iter().enumerate() {
            let (name, text) = (self.scope.name(index), text(&argument.name));
            if self.program.data.contains(&DataRef::Entry(index)) {
                statements.extend(quote! { check::columns(#text, #name, dimension)?; });
            }
            if self.runs_along_coordinates(index) {
                statements.extend(quote! { check::length(#text, #name.len(), dimension)?; });
            }
        }
        let highest = self.program.data.iter().filter_map(|data| match data {
            DataRef::Unit(index) => Some(*index),
            DataRef::Scalar(_) | DataRef::Row(_) | DataRef::Coordinate(_) | DataRef::Entry(_) => None,
        });
        let interacting = self.program.interactions.iter().flat_map(|section| &section.coordinates).copied();
        if let Some(highest) = highest.chain(interacting).max() {
            let needed = Literal::usize_unsuffixed(highest + 1);
            statements.extend(quote! { check::at_least("z", dimension, #needed)?; });
        }
        let mut compared: BTreeSet<&[usize]> = BTreeSet::new();
        let ridges = self.program.ridges.iter().map(|ridge| &ridge.rows);
        for rows in ridges.chain(self.program.interactions.iter().map(|section| &section.rows)) {
            let Rows::Along(along) = rows else { continue };
            if along.len() > 1 && compared.insert(along) {
                let counts = along.iter().map(|&index| {
                    let (text, count) = (text(&self.program.arguments[index].name), self.row_count(index));
                    quote! { (#text, #count) }
                });
                statements.extend(quote! { check::rows_agree(&[#(#counts),*])?; });
            }
        }
        for (index, argument) in self.program.arguments.iter().enumerate() {
            let (name, text) = (self.scope.name(index), text(&argument.name));
            statements.extend(match argument.kind {
                ArgumentKind::Scalar => quote! { check::scalar(#text, #name)?; },
                ArgumentKind::Slice => quote! { check::slice(#text, #name)?; },
                ArgumentKind::Matrix => quote! { check::matrix(#text, #name)?; },
                ArgumentKind::Any => TokenStream::new(),
            });
        }
        statements
    }

    /// Whether [`checks`](Self::checks) reads `dimension`.
    pub(super) fn checks_dimension(&self) -> bool {
        let is_unit = |data: &DataRef| matches!(data, DataRef::Unit(_));
        let names_coordinates = self.program.data.iter().any(is_unit) || !self.program.interactions.is_empty();
        names_coordinates || self.implied_dimension().is_some()
    }

    /// The indices of all arguments whose values are checked.
    pub(super) fn checked(&self) -> BTreeSet<usize> {
        let arguments = self.program.arguments.iter().enumerate();
        arguments.filter(|(_, argument)| argument.kind != ArgumentKind::Any).map(|(index, _)| index).collect()
    }

    /// Whether the argument is a slice with one entry for each coordinate.
    fn runs_along_coordinates(&self, index: usize) -> bool {
        let zipped = self.program.separable.as_ref().is_some_and(|section| section.along.contains(&index));
        zipped || self.program.data.contains(&DataRef::Coordinate(index))
    }
}

/// The name that users read in messages.
fn text(name: &str) -> &str {
    name.trim_start_matches("r#")
}
