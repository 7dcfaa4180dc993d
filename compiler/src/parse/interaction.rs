//! From pieces of `f` that read several coordinates to interaction terms: `(z[1] - z[0].powi(2)).powi(2)`.
//!
//! Such a piece has no affine argument. It has a place in the normal form if it reads the draw through coordinates that it names,
//! one by one: then there are only so many, and the derivatives by each are written out.

use std::collections::{BTreeMap, BTreeSet};

use super::ridge::Writer;
use super::terms::{Term, Terms};
use crate::errors::{Code, Fault};
use crate::ir::{DataRef, Graph, InteractionTerm, Node, NodeId, Rows};

/// More coordinates than this in one term are refused: the code has the derivatives by each of them.
pub(crate) const MOST_COORDINATES: usize = 16;

/// The index in `z[index]`, the only way in which a piece may read the draw.
fn named_coordinate(terms: &Terms, id: NodeId) -> Option<usize> {
    let Term::OverCoordinates(body) = terms.term(id) else { return None };
    let Term::Scalar(Node::Product(factors)) = terms.term(*body) else { return None };
    let [first, second] = **factors else { return None };
    match (terms.term(first), terms.term(second)) {
        (Term::Scalar(Node::Data(datum)), Term::Scalar(Node::Sample))
        | (Term::Scalar(Node::Sample), Term::Scalar(Node::Data(datum))) => match terms.data(*datum) {
            DataRef::Unit(index) => Some(index),
            DataRef::Scalar(_) | DataRef::Row(_) | DataRef::Coordinate(_) | DataRef::Entry(_) => None,
        },
        _ => None,
    }
}

/// The coordinates that a piece reads, if it names each of them.
pub(crate) fn named_coordinates(terms: &Terms, piece: NodeId) -> Option<BTreeSet<usize>> {
    let mut coordinates = BTreeSet::new();
    let (mut waiting, mut seen) = (vec![piece], BTreeSet::from([piece]));
    while let Some(id) = waiting.pop() {
        if let Some(index) = named_coordinate(terms, id) {
            coordinates.insert(index);
            continue;
        }
        match terms.term(id) {
            Term::Scalar(Node::Sample) | Term::OverCoordinates(_) | Term::OverRows(..) => return None,
            Term::Scalar(node) => node.for_each_operand(|operand| {
                if seen.insert(operand) {
                    waiting.push(operand);
                }
            }),
        }
    }
    Some(coordinates)
}

/// The fault of a piece that reads more than [`MOST_COORDINATES`].
pub(crate) fn too_many(terms: &Terms, piece: NodeId, count: usize) -> Fault {
    terms.place(piece).fault(
        Code::NotNormalForm,
        format!("this reads {count} coordinates together; up to {MOST_COORDINATES} may be"),
        "write it as a sum of terms with fewer coordinates each, or as a function of `dot(a, z)`",
    )
}

/// Pieces that share rows, to become one interaction term.
#[derive(Debug)]
pub(crate) struct Interaction {
    rows: Rows,
    coordinates: BTreeSet<usize>,
    pieces: Vec<NodeId>,
}

/// Adds a piece to the interaction of its rows, as long as it has not too many coordinates.
pub(crate) fn join(groups: &mut Vec<Interaction>, rows: Rows, coordinates: BTreeSet<usize>, piece: NodeId) {
    let fits = |group: &&mut Interaction| {
        group.rows == rows && group.coordinates.union(&coordinates).count() <= MOST_COORDINATES
    };
    match groups.iter_mut().find(fits) {
        Some(group) => {
            group.coordinates.extend(coordinates);
            group.pieces.push(piece);
        }
        None => groups.push(Interaction { rows, coordinates, pieces: vec![piece] }),
    }
}

impl Interaction {
    /// The term; data leaves are registered in `data`.
    pub(crate) fn into_term(self, terms: &Terms, data: &mut Vec<DataRef>) -> InteractionTerm {
        let coordinates: Vec<usize> = self.coordinates.into_iter().collect();
        let (mut function, mut written) = (Graph::new(), BTreeMap::new());
        let mut writer = Writer { terms, data };
        let pieces = self.pieces.iter().map(|&piece| {
            writer.write(&mut function, piece, &mut written, &mut |_, graph, id| {
                let index = named_coordinate(terms, id)?;
                let place = coordinates.iter().position(|&known| known == index)?;
                Some(graph.push(Node::Coordinate(place)))
            })
        });
        let pieces = pieces.collect();
        let output = function.sum(pieces);
        function.outputs = vec![output];
        let at = terms.place(self.pieces[0]).extent();
        InteractionTerm { rows: self.rows, coordinates, function, at }
    }
}
