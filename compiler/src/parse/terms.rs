//! Expressions as read, before they are graphs: interned, with their places, and with sums over rows and coordinates.
//!
//! An [`ir::Graph`](crate::ir::Graph) has no sums over an index; the normal form puts them outside. Until then they are
//! operations like any other, and a leaf such as [`DataRef::Row`] means "at the index of the enclosing sum over rows".
//! There is at most one such sum around any leaf, and one over coordinates, so indices need no names.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::ToTokens;

use crate::errors::{Code, Extent, Fault};
use crate::ir::{DataId, DataRef, Graph, Node, NodeId, Primitive, Rational};

/// Where an expression stands in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    start: Span,
    end: Span,
}

impl Place {
    /// The place of the tokens of `node`.
    pub(crate) fn of(node: &impl ToTokens) -> Self {
        let mut spans = node.to_token_stream().into_iter().map(|token| token.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        Self { start, end: spans.last().unwrap_or(start) }
    }

    /// A single token.
    pub(crate) const fn at(span: Span) -> Self {
        Self { start: span, end: span }
    }

    /// A fault about the whole place.
    pub(crate) fn fault(self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { end: self.end, ..Fault::new(code, self.start, message, help) }
    }

    /// The tokens, as a graph keeps them.
    pub(crate) fn extent(self) -> Extent {
        Extent { start: self.start, end: self.end }
    }
}

/// One operation; operands are earlier entries of the same [`Terms`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term {
    /// An operation that graphs have too.
    Scalar(Node),
    /// `Σ_j body_j` over the coordinates of the draw.
    OverCoordinates(NodeId),
    /// `Σ_o body_o`, one row for each entry or row of these arguments.
    OverRows(NodeId, Box<[usize]>),
}

impl Term {
    /// Calls `visit` for every operand.
    pub(crate) fn for_each_operand(&self, mut visit: impl FnMut(NodeId)) {
        match self {
            Term::Scalar(node) => node.for_each_operand(visit),
            Term::OverCoordinates(body) | Term::OverRows(body, _) => visit(*body),
        }
    }
}

/// What an expression contains.
#[derive(Clone, Copy, Debug, Default)]
struct Traits {
    draw: bool,
    sum: bool,
    along_coordinates: bool,
}

/// All expressions of one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    terms: Vec<Term>,
    places: Vec<Place>,
    traits: Vec<Traits>,
    known: BTreeMap<Term, NodeId>,
    data: Vec<DataRef>,
}

impl Terms {
    /// The operation behind `id`.
    pub(crate) fn term(&self, id: NodeId) -> &Term {
        &self.terms[id.0 as usize]
    }

    /// Where `id` stands; the first place if the same expression was written more than once.
    pub(crate) fn place(&self, id: NodeId) -> Place {
        self.places[id.0 as usize]
    }

    /// Whether the draw occurs in `id`.
    pub(crate) fn has_draw(&self, id: NodeId) -> bool {
        self.traits[id.0 as usize].draw
    }

    /// Whether a sum over rows or coordinates occurs in `id`.
    pub(crate) fn has_sum(&self, id: NodeId) -> bool {
        self.traits[id.0 as usize].sum
    }

    /// Whether a base draw of a sampler occurs in `id`.
    pub(crate) fn has_base_draw(&self, id: NodeId) -> bool {
        self.parts(id).into_iter().any(|part| matches!(self.term(part), Term::Scalar(Node::Draw(_))))
    }

    /// Whether data that run along the coordinates occur in `id`.
    pub(crate) fn runs_along_coordinates(&self, id: NodeId) -> bool {
        self.traits[id.0 as usize].along_coordinates
    }

    /// What a data leaf stands for.
    pub(crate) fn data(&self, id: DataId) -> DataRef {
        self.data[id.0]
    }

    /// The constant that `id` is, if it is one.
    pub(crate) fn as_constant(&self, id: NodeId) -> Option<&Rational> {
        match self.term(id) {
            Term::Scalar(Node::Constant(value)) => Some(value),
            Term::Scalar(_) | Term::OverCoordinates(_) | Term::OverRows(..) => None,
        }
    }

    /// Every entry that `root` is made of, `root` included, the latest first.
    pub(crate) fn parts(&self, root: NodeId) -> Vec<NodeId> {
        let mut needed = vec![false; root.0 as usize + 1];
        needed[root.0 as usize] = true;
        let mut parts = Vec::new();
        for id in (0..=root.0).rev().map(NodeId) {
            if needed[id.0 as usize] {
                parts.push(id);
                self.term(id).for_each_operand(|operand| needed[operand.0 as usize] = true);
            }
        }
        parts
    }

    /// The entry for `term`, made if there is none yet.
    pub(crate) fn push(&mut self, term: Term, place: Place) -> NodeId {
        if let Some(&id) = self.known.get(&term) {
            return id;
        }
        let mut traits = match &term {
            Term::Scalar(Node::Sample) => Traits { draw: true, ..Traits::default() },
            Term::Scalar(Node::Data(id)) => match self.data[id.0] {
                DataRef::Coordinate(_) | DataRef::Entry(_) | DataRef::Unit(_) => {
                    Traits { along_coordinates: true, ..Traits::default() }
                }
                DataRef::Scalar(_) | DataRef::Row(_) => Traits::default(),
            },
            Term::Scalar(_) => Traits::default(),
            Term::OverCoordinates(_) | Term::OverRows(..) => Traits { sum: true, ..Traits::default() },
        };
        term.for_each_operand(|operand| {
            let part = self.traits[operand.0 as usize];
            traits.draw |= part.draw;
            traits.sum |= part.sum;
            traits.along_coordinates |= part.along_coordinates;
        });
        if matches!(term, Term::OverCoordinates(_)) {
            traits.along_coordinates = false;
        }
        let id = NodeId(u32::try_from(self.terms.len()).expect("fewer than 2^32 expressions"));
        self.terms.push(term.clone());
        self.places.push(place);
        self.traits.push(traits);
        self.known.insert(term, id);
        id
    }

    /// A scalar operation.
    pub(crate) fn scalar(&mut self, node: Node, place: Place) -> NodeId {
        self.push(Term::Scalar(node), place)
    }

    /// A data leaf.
    pub(crate) fn datum(&mut self, reference: DataRef, place: Place) -> NodeId {
        let index = self.data.iter().position(|known| *known == reference).unwrap_or_else(|| {
            self.data.push(reference);
            self.data.len() - 1
        });
        self.scalar(Node::Data(DataId(index)), place)
    }

    /// An exact constant.
    pub(crate) fn constant(&mut self, value: Rational, place: Place) -> NodeId {
        self.scalar(Node::Constant(value), place)
    }

    /// The sum of one or more terms.
    pub(crate) fn sum(&mut self, mut operands: Vec<NodeId>, place: Place) -> NodeId {
        operands.sort_unstable();
        match operands.as_slice() {
            [only] => *only,
            _ => self.scalar(Node::Sum(operands.into()), place),
        }
    }

    /// The product of one or more factors.
    pub(crate) fn product(&mut self, mut operands: Vec<NodeId>, place: Place) -> NodeId {
        operands.sort_unstable();
        match operands.as_slice() {
            [only] => *only,
            _ => self.scalar(Node::Product(operands.into()), place),
        }
    }

    /// `-x`; of a constant, the negative constant.
    pub(crate) fn negate(&mut self, x: NodeId, place: Place) -> NodeId {
        if let Some(value) = self.as_constant(x) {
            let negative = -value.clone();
            return self.constant(negative, place);
        }
        let minus_one = self.constant(Rational::from_integer((-1).into()), place);
        self.product(vec![minus_one, x], place)
    }

    /// `x^exponent`.
    pub(crate) fn power(&mut self, x: NodeId, exponent: i32, place: Place) -> NodeId {
        match exponent {
            0 => self.constant(Rational::from_integer(1.into()), place),
            1 => x,
            _ => self.scalar(Node::Power(x, exponent), place),
        }
    }

    /// `x / y`.
    pub(crate) fn divide(&mut self, x: NodeId, y: NodeId, place: Place) -> NodeId {
        let inverse = self.power(y, -1, place);
        self.product(vec![x, inverse], place)
    }

    /// `primitive(x)`.
    pub(crate) fn call(&mut self, primitive: Primitive, x: NodeId, place: Place) -> NodeId {
        self.scalar(Node::Call(primitive, x), place)
    }

    /// Copies `root` into `graph`. `replace` is asked first at every entry, from the root down, and may give a node of
    /// the graph to stand in its place; sums over an index must be replaced. `written` remembers what `graph` has.
    pub(crate) fn write(
        &self,
        graph: &mut Graph,
        root: NodeId,
        written: &mut BTreeMap<NodeId, NodeId>,
        replace: &mut impl FnMut(&mut Graph, NodeId) -> Option<NodeId>,
    ) -> NodeId {
        if let Some(&id) = written.get(&root) {
            return id;
        }
        let id = replace(graph, root).unwrap_or_else(|| match self.term(root) {
            Term::Scalar(node) => {
                // Operands in their own order first, so that the graph reads like the source.
                node.for_each_operand(|operand| {
                    self.write(graph, operand, written, replace);
                });
                let node = node.map_operands(|operand| written[&operand]);
                graph.push_spanned(node, Some(self.place(root).extent()))
            }
            Term::OverCoordinates(_) | Term::OverRows(..) => {
                crate::errors::bug!("parse", "a sum over an index reached a graph: {:?}", self.term(root))
            }
        });
        written.insert(root, id);
        id
    }

    /// The graph of the expressions `roots`, one output each.
    pub(crate) fn graph(&self, roots: &[NodeId]) -> Graph {
        let mut graph = Graph::new();
        let mut written = BTreeMap::new();
        graph.outputs =
            roots.iter().map(|&root| self.write(&mut graph, root, &mut written, &mut |_, _| None)).collect();
        graph
    }
}
