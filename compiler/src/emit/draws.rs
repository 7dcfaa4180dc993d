//! Base draws as Rust: `let d0 = words.exponential();`, in the order in which they take random words.
//!
//! Sites are handed out here and nowhere else. The variable `words` stands at the first site, which all draws of a fixed
//! number of words share; every other draw has a site of its own, the following ones in order. A compound draw is a loop
//! in which `words` are those of one copy: there sites begin at 0 again.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic, Printed};
use super::names::Scope;
use crate::errors::bug;
use crate::ir::{BaseDraw, DrawId, DrawKind, Graph, Node, NodeId};

/// Prints draws and the functions of them that a graph holds.
pub(super) struct Draws<'a> {
    /// The graph of arguments and outputs.
    pub(super) graph: &'a Graph,
    /// The draws, as lowered.
    pub(super) draws: &'a [BaseDraw],
    /// What the emitter's variables are called.
    pub(super) scope: &'a Scope,
    /// Tokens of leaves that are no draws.
    pub(super) leaf: &'a dyn Fn(&Node) -> TokenStream,
}

impl Draws<'_> {
    /// `let` statements for all draws, from `words` at `first_site`; draw `k` is named `d{k}`.
    pub(super) fn statements(&self, first_site: u16) -> TokenStream {
        self.level(None, first_site)
    }

    /// The tokens of a leaf, base draws among them.
    pub(super) fn leaf(&self, node: &Node) -> TokenStream {
        match node {
            Node::Draw(draw) => {
                let name = self.variable(*draw);
                quote! { #name }
            }
            other => (self.leaf)(other),
        }
    }

    fn variable(&self, draw: DrawId) -> Ident {
        self.scope.local('d', draw.0)
    }

    /// The draws directly within a compound draw, or outside of all.
    fn level(&self, within: Option<DrawId>, first_site: u16) -> TokenStream {
        let mut sites = (first_site..).skip(1);
        let mut statements = TokenStream::new();
        for (index, draw) in self.draws.iter().enumerate().filter(|(_, draw)| draw.within == within) {
            let site = draw.kind.has_own_site().then(|| match sites.next() {
                Some(site) => Literal::u16_unsuffixed(site),
                None => bug!("emit", "more base draws than sites"),
            });
            let id = DrawId(index);
            statements.extend(match (draw.kind, draw.arguments.as_slice(), site) {
                (DrawKind::Compound, &[count, jump], Some(site)) => self.compound(id, count, jump, &site),
                (kind, arguments, site) => self.call(id, kind, arguments, site),
            });
        }
        statements
    }

    /// `let d1 = words.gamma(1, k);`
    fn call(&self, id: DrawId, kind: DrawKind, arguments: &[NodeId], site: Option<Literal>) -> TokenStream {
        let (variable, method) = (self.variable(id), Ident::new(kind.name(), Span::call_site()));
        let (bindings, arguments) = self.print(arguments);
        let site = site.map(|site| quote! { #site }).into_iter();
        let arguments = site.chain(arguments.into_iter().map(|argument| argument.tokens));
        quote! { #bindings let #variable = words.#method(#(#arguments),*); }
    }

    fn compound(&self, id: DrawId, count: NodeId, jump: NodeId, site: &Literal) -> TokenStream {
        let (variable, copies) = (self.variable(id), self.scope.local('c', id.0));
        let (count_bindings, count) = self.print(&[count]);
        let within = self.level(Some(id), 0);
        let (jump_bindings, jump) = self.print(&[jump]);
        quote! {
            #count_bindings
            let mut #copies = words.compound(#site, #(#count)*);
            while let Some(mut words) = #copies.next_copy() {
                #within
                #jump_bindings
                #copies.add(#(#jump)*);
            }
            let #variable = #copies.sum();
        }
    }

    /// `let` statements and expressions of some nodes.
    fn print(&self, nodes: &[NodeId]) -> (TokenStream, Vec<Printed>) {
        let mut graph = self.graph.clone();
        graph.outputs = nodes.to_vec();
        let graph = crate::passes::prune(graph);
        let body = expression::print(&graph, Arithmetic::AnyPack, self.scope, &|node| self.leaf(node));
        (body.bindings, body.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ParamId;

    /// `poisson(θ0)`, a normal, and a compound draw of `gamma(θ0) * normal()`.
    fn sampler() -> (Graph, Vec<BaseDraw>) {
        let mut graph = Graph::new();
        let rate = graph.push(Node::Param(ParamId(0)));
        let nodes: Vec<NodeId> = (0..4).map(|index| graph.push(Node::Draw(DrawId(index)))).collect();
        let jump = graph.product(vec![nodes[2], nodes[3]]);
        let mut draws = vec![
            BaseDraw::new(DrawKind::Poisson, vec![rate]),
            BaseDraw::new(DrawKind::Normal, vec![]),
            BaseDraw::new(DrawKind::Gamma, vec![rate]),
            BaseDraw::new(DrawKind::Normal, vec![]),
            BaseDraw::new(DrawKind::Compound, vec![nodes[0], jump]),
            BaseDraw::new(DrawKind::Beta, vec![rate, nodes[1]]),
        ];
        draws[2].within = Some(DrawId(4));
        draws[3].within = Some(DrawId(4));
        (graph, draws)
    }

    #[test]
    fn sites_are_counted_from_the_first_and_anew_in_a_copy() {
        let (graph, draws) = sampler();
        let scope = Scope::new(std::iter::empty());
        let leaf = |_: &Node| quote! { L::splat(rate) };
        let printed = Draws { graph: &graph, draws: &draws, scope: &scope, leaf: &leaf };
        let statements = printed.statements(256);
        let expected = quote! {
            let d0 = words.poisson(257, L::splat(rate));
            let d1 = words.normal();
            let mut c4 = words.compound(258, d0);
            while let Some(mut words) = c4.next_copy() {
                let d2 = words.gamma(1, L::splat(rate));
                let d3 = words.normal();
                c4.add(d2 * d3);
            }
            let d4 = c4.sum();
            let d5 = words.beta(259, L::splat(rate), d1);
        };
        assert_eq!(statements.to_string(), expected.to_string());
    }
}
