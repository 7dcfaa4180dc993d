//! Brings the body of `f` to its normal form (see [`NormalForm`]).
//!
//! Sums are split from the outside in: data factors and divisions in front of a sum move inside (`sum / n`,
//! `a * (sum1 - sum2)`), sums over rows and coordinates give up their bodies, and what cannot be split further is a
//! *piece*. Pieces that depend on one coordinate at a time are added up to the separable term; the others become ridge
//! terms, one for each direction and set of rows; and those that read several coordinates which they name, interaction
//! terms. An affine piece such as `dot(a, z)` is of both kinds: it joins a ridge
//! of its direction if there is one, else the separable term if there is one, else it is a ridge of its own.

use std::collections::BTreeMap;

use super::affine::AffineForms;
use super::interaction::{self, Interaction, MOST_COORDINATES, named_coordinates};
use super::ridge::{Group, NORMAL_FORM, Parts, Writer, smallest_mixture};
use super::terms::{Term, Terms};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{DataRef, Graph, Node, NodeId, NormalForm, Rows, SeparableTerm};

/// The normal form of `root`.
///
/// # Errors
/// [`Code::NotNormalForm`] at the smallest expression that has no place in it.
pub(crate) fn normalise(terms: Terms, root: NodeId, vector: bool) -> Result<NormalForm, Errors> {
    let mut splitter = Splitter { terms, vector, ..Splitter::default() };
    splitter.split(root, &[], None);
    splitter.errors.into_result()?;
    let Splitter { terms, constants, mut separable, ridges, affine, .. } = splitter;

    let mut errors = Errors::new();
    let mut forms = AffineForms::default();
    let mut groups: Vec<Group> = Vec::new();
    let mut interactions: Vec<Interaction> = Vec::new();
    for (rows, piece) in ridges {
        let mut parts = Parts::default();
        match (parts.collect(&terms, &mut forms, piece), named_coordinates(&terms, piece)) {
            (Ok(direction), _) => join(&mut groups, rows, direction, piece, parts),
            (Err(_), Some(coordinates)) if coordinates.len() <= MOST_COORDINATES => {
                interaction::join(&mut interactions, rows, coordinates, piece);
            }
            (Err(_), Some(coordinates)) => errors.push(interaction::too_many(&terms, piece, coordinates.len())),
            (Err(fault), None) => errors.push(fault),
        }
    }
    errors.into_result()?;
    for AffinePiece { piece, body } in affine {
        let mut parts = Parts::default();
        let direction = parts.collect(&terms, &mut forms, piece)?;
        let known = direction.as_ref().is_some_and(|own| groups.iter().any(|group| group.fits(&Rows::One, own)));
        if known || separable.is_empty() {
            join(&mut groups, Rows::One, direction, piece, parts);
        } else {
            separable.push(body);
        }
    }
    settle_numbers(&mut groups);

    let mut data = Vec::new();
    let constant = sum_graph(&terms, &mut data, &constants);
    let ridges = groups.into_iter().map(|group| group.into_ridge(&terms, &mut data)).collect();
    let separable = (!separable.is_empty()).then(|| {
        let function = sum_graph(&terms, &mut data, &separable);
        SeparableTerm { along: slices_along(&function, &data), function }
    });
    let interactions = interactions.into_iter().map(|group| group.into_term(&terms, &mut data)).collect();
    Ok(NormalForm { data, constant, ridges, separable, interactions, whole: None })
}

/// An affine piece, as a whole and as the body of its sum over coordinates.
#[derive(Debug)]
struct AffinePiece {
    piece: NodeId,
    body: NodeId,
}

#[derive(Debug, Default)]
struct Splitter {
    terms: Terms,
    vector: bool,
    errors: Errors,
    forms: AffineForms,
    constants: Vec<NodeId>,
    separable: Vec<NodeId>,
    ridges: Vec<(Rows, NodeId)>,
    affine: Vec<AffinePiece>,
}

impl Splitter {
    /// Splits `factors · id`, which stands inside a sum over `rows` if there is one.
    fn split(&mut self, id: NodeId, factors: &[NodeId], rows: Option<&[usize]>) {
        let plain = |terms: &Terms, id: NodeId| !terms.has_draw(id) && !terms.has_sum(id);
        if plain(&self.terms, id) {
            let piece = self.scaled(id, factors);
            match rows {
                None => self.constants.push(piece),
                Some(rows) => self.ridges.push((Rows::Along(rows.to_vec()), piece)),
            }
            return;
        }
        match self.terms.term(id).clone() {
            Term::Scalar(Node::Sum(operands)) => {
                for operand in operands {
                    self.split(operand, factors, rows);
                }
            }
            Term::Scalar(Node::Product(operands)) => {
                let (numbers, rest): (Vec<NodeId>, Vec<NodeId>) =
                    operands.iter().partition(|&&operand| plain(&self.terms, operand));
                match rest.as_slice() {
                    &[only] => self.split(only, &[factors, &numbers].concat(), rows),
                    _ => self.keep(id, factors, rows),
                }
            }
            Term::Scalar(_) => self.keep(id, factors, rows),
            Term::OverRows(body, arguments) => match rows {
                None => self.split(body, factors, Some(&arguments)),
                Some(_) => self.errors.push(self.terms.place(id).fault(
                    Code::NotNormalForm,
                    "a sum over rows stands inside another sum over rows",
                    NORMAL_FORM,
                )),
            },
            Term::OverCoordinates(body) => self.split_coordinates(id, body, factors, rows),
        }
    }

    fn split_coordinates(&mut self, id: NodeId, body: NodeId, factors: &[NodeId], rows: Option<&[usize]>) {
        if let Some(rows) = rows {
            let piece = self.scaled(id, factors);
            self.ridges.push((Rows::Along(rows.to_vec()), piece));
            return;
        }
        if self.terms.has_sum(body) {
            let guilty = smallest_mixture(&self.terms, body).unwrap_or(body);
            self.errors.push(self.terms.place(guilty).fault(
                Code::NotNormalForm,
                "this mixes one coordinate with a sum over all of them, inside a sum over coordinates",
                NORMAL_FORM,
            ));
            return;
        }
        let affine = self.forms.of(&self.terms, id).is_some_and(|affine| !affine.slope.is_zero());
        let scaled_body = self.scaled(body, factors);
        if affine {
            let piece = self.scaled(id, factors);
            self.affine.push(AffinePiece { piece, body: scaled_body });
        } else {
            self.separable.push(scaled_body);
        }
    }

    /// A piece that is not split further.
    fn keep(&mut self, id: NodeId, factors: &[NodeId], rows: Option<&[usize]>) {
        let piece = self.scaled(id, factors);
        match rows {
            Some(rows) => self.ridges.push((Rows::Along(rows.to_vec()), piece)),
            None if self.vector => self.ridges.push((Rows::One, piece)),
            None if self.terms.has_sum(piece) => {
                let fault = self.sum_inside(piece);
                self.errors.push(fault);
            }
            None => self.separable.push(piece),
        }
    }

    fn sum_inside(&self, piece: NodeId) -> Fault {
        let terms = &self.terms;
        let guilty = terms.parts(piece).into_iter().rfind(|&part| {
            let mut above = false;
            terms.term(part).for_each_operand(|operand| above |= matches!(terms.term(operand), Term::OverRows(..)));
            above && matches!(terms.term(part), Term::Scalar(_))
        });
        terms.place(guilty.unwrap_or(piece)).fault(
            Code::NotNormalForm,
            "this is a function of a sum over rows, or a product with one",
            format!(
                "{NORMAL_FORM}; a sum without the draw can be computed outside and passed as an argument of type `f64`"
            ),
        )
    }

    fn scaled(&mut self, id: NodeId, factors: &[NodeId]) -> NodeId {
        let place = self.terms.place(id);
        self.terms.product([&[id], factors].concat(), place)
    }
}

/// Adds a piece to the group of its rows and direction.
fn join(
    groups: &mut Vec<Group>,
    rows: Rows,
    direction: Option<super::affine::Polynomial>,
    piece: NodeId,
    parts: Parts,
) {
    match groups.iter_mut().find(|group| group.rows == rows && group.direction == direction) {
        Some(group) => {
            group.pieces.push(piece);
            group.parts.extend(parts.found);
        }
        None => groups.push(Group { rows, direction, pieces: vec![piece], parts: parts.found }),
    }
}

/// Lets numbers that are summed over rows without the draw ride along with a ridge of the same rows.
fn settle_numbers(groups: &mut Vec<Group>) {
    let (numbers, mut rest): (Vec<Group>, Vec<Group>) = groups.drain(..).partition(|group| group.direction.is_none());
    for group in numbers {
        match rest.iter_mut().find(|other| other.rows == group.rows) {
            Some(other) => {
                other.pieces.extend(group.pieces);
                other.parts.extend(group.parts);
            }
            None => rest.push(group),
        }
    }
    *groups = rest;
}

/// The graph of the sum of `pieces`; no output if there are none.
fn sum_graph(terms: &Terms, data: &mut Vec<DataRef>, pieces: &[NodeId]) -> Graph {
    let mut graph = Graph::new();
    if pieces.is_empty() {
        return graph;
    }
    let mut written = BTreeMap::new();
    let mut writer = Writer { terms, data };
    let written =
        pieces.iter().map(|&piece| writer.write(&mut graph, piece, &mut written, &mut |_, _, _| None)).collect();
    let output = graph.sum(written);
    graph.outputs = vec![output];
    graph
}

/// The slices that a graph reads along the coordinates.
fn slices_along(graph: &Graph, data: &[DataRef]) -> Vec<usize> {
    let mut along: Vec<usize> = graph
        .iter()
        .filter_map(|(_, node)| {
            let Node::Data(id) = node else { return None };
            match data[id.0] {
                DataRef::Coordinate(argument) => Some(argument),
                DataRef::Scalar(_) | DataRef::Row(_) | DataRef::Entry(_) | DataRef::Unit(_) => None,
            }
        })
        .collect();
    along.sort_unstable();
    along.dedup();
    along
}

#[cfg(test)]
mod tests;
