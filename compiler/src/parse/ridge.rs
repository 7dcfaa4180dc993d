//! From pieces of `f` to ridge terms: what is the argument `u_o = ⟨A_o, z⟩ + c_o`, and what function of it is left.
//!
//! In a piece, the *largest* affine parts are looked for: in `log_sigmoid(y * dot(row, w))` that is `y * dot(row, w)`, so
//! that the scale is in the slope and `h = log_sigmoid(u)` needs no number per row. If the parts of a piece are rational
//! multiples of the first, the first is `u`. If they are multiples by data, as in
//! `y * softplus(u) + log_sigmoid(t * u)`, dividing by `t` could divide by 0, so the common direction without its data
//! factors becomes `u` and the factors stay in `h`. Anything else is outside the normal form.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use super::affine::{Affine, AffineForms, Monomial, Polynomial};
use super::terms::{Term, Terms};
use crate::errors::{Code, Fault};
use crate::ir::{DataId, DataRef, Graph, Node, NodeId, Rational, RidgeTerm, Rows};

/// What the normal form is, for messages.
pub(crate) const NORMAL_FORM: &str = "`f` must be a sum of terms that each depend on the draw through one affine form \
     `dot(a, z) + c` (possibly summed over rows), through one coordinate at a time (summed over coordinates), or through up to \
     16 coordinates that it names, as in `z[0] * z[1]`";

/// The affine parts of a piece.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    seen: BTreeMap<NodeId, Option<Polynomial>>,
    /// Largest affine parts with their forms, in order of their position.
    pub(crate) found: BTreeMap<NodeId, Affine>,
}

impl Parts {
    /// Collects the affine parts of `id` and returns their common direction; `None` if the draw does not occur.
    pub(crate) fn collect(
        &mut self,
        terms: &Terms,
        forms: &mut AffineForms,
        id: NodeId,
    ) -> Result<Option<Polynomial>, Fault> {
        if let Some(direction) = self.seen.get(&id) {
            return Ok(direction.clone());
        }
        let direction = self.collect_anew(terms, forms, id)?;
        self.seen.insert(id, direction.clone());
        Ok(direction)
    }

    fn collect_anew(
        &mut self,
        terms: &Terms,
        forms: &mut AffineForms,
        id: NodeId,
    ) -> Result<Option<Polynomial>, Fault> {
        if !terms.has_draw(id) {
            return if terms.has_sum(id) { Err(sum_of_data(terms, id)) } else { Ok(None) };
        }
        if let Some(affine) = forms.of(terms, id) {
            let direction = (!affine.slope.is_zero()).then(|| affine.direction(terms).0);
            self.found.insert(id, affine);
            return Ok(direction);
        }
        let node = match terms.term(id) {
            Term::Scalar(node) => node,
            Term::OverCoordinates(body) => return Err(not_affine(terms, forms, id, *body)),
            Term::OverRows(..) => {
                return Err(terms.place(id).fault(
                    Code::NotNormalForm,
                    "a sum over rows stands inside another sum or function",
                    NORMAL_FORM,
                ));
            }
        };
        let mut operands = Vec::new();
        node.for_each_operand(|operand| operands.push(operand));
        let mut common: Option<Polynomial> = None;
        for operand in operands {
            let inner = matches!(terms.term(operand), Term::OverRows(..))
                || matches!(terms.term(operand), Term::OverCoordinates(body)
                    if !terms.has_sum(*body) && terms.has_draw(*body) && forms.of(terms, *body).is_none());
            if inner && terms.has_draw(operand) {
                return Err(terms.place(id).fault(
                    Code::NotNormalForm,
                    "this is a function of a sum of terms that are not affine in the draw",
                    NORMAL_FORM,
                ));
            }
            if let Some(direction) = self.collect(terms, forms, operand)? {
                match &common {
                    Some(known) if *known != direction => {
                        return Err(terms.place(id).fault(
                            Code::NotNormalForm,
                            "this depends on the draw through two affine forms that are not multiples of one another",
                            NORMAL_FORM,
                        ));
                    }
                    Some(_) => {}
                    None => common = Some(direction),
                }
            }
        }
        Ok(common)
    }
}

fn sum_of_data(terms: &Terms, id: NodeId) -> Fault {
    let smallest = terms.parts(id).into_iter().rfind(|&part| terms.has_sum(part)).unwrap_or(id);
    terms.place(smallest).fault(
        Code::NotNormalForm,
        "a sum over arguments stands where a number is needed",
        "it does not depend on the draw: compute it outside and pass it as an argument of type `f64`",
    )
}

fn not_affine(terms: &Terms, forms: &mut AffineForms, id: NodeId, body: NodeId) -> Fault {
    if !terms.has_sum(body) && forms.of(terms, body).is_some() {
        return terms.place(id).fault(
            Code::NotNormalForm,
            "this sum over coordinates contains a part without the draw, which is no offset of one number",
            "compute that part outside and pass it as a number: `dot(a, z) - c` in place of a sum of `a * (z - m)`",
        );
    }
    terms.place(smallest_mixture(terms, body).unwrap_or(id)).fault(
        Code::NotNormalForm,
        "this is a sum over coordinates of a function that is not affine in the draw, inside another sum or function",
        NORMAL_FORM,
    )
}

/// The smallest part of the body of a sum over coordinates that mixes the coordinate with a sum over all of them.
pub(crate) fn smallest_mixture(terms: &Terms, body: NodeId) -> Option<NodeId> {
    terms.parts(body).into_iter().rfind(|&part| {
        let mut of_sum = false;
        let mut of_rest = false;
        terms.term(part).for_each_operand(|operand| {
            of_sum |= terms.has_sum(operand);
            of_rest |= !terms.has_sum(operand);
        });
        matches!(terms.term(part), Term::Scalar(_)) && of_sum && of_rest
    })
}

/// Pieces that share rows and direction, to become one ridge term.
#[derive(Debug)]
pub(crate) struct Group {
    /// The rows.
    pub(crate) rows: Rows,
    /// The common direction; `None` if the draw does not occur.
    pub(crate) direction: Option<Polynomial>,
    /// The pieces, added up.
    pub(crate) pieces: Vec<NodeId>,
    /// Their affine parts.
    pub(crate) parts: BTreeMap<NodeId, Affine>,
}

impl Group {
    /// Whether a piece of these rows and this direction belongs here.
    pub(crate) fn fits(&self, rows: &Rows, direction: &Polynomial) -> bool {
        self.rows == *rows && self.direction.as_ref() == Some(direction)
    }

    /// The ridge term; data leaves are registered in `data`.
    pub(crate) fn into_ridge(self, terms: &Terms, data: &mut Vec<DataRef>) -> RidgeTerm {
        let sloped: Vec<&Affine> = self.parts.values().filter(|part| !part.slope.is_zero()).collect();
        let argument = match sloped.first() {
            None => Affine::default(),
            Some(first) if sloped.iter().all(|part| part.slope.ratio_to(&first.slope).is_some()) => (*first).clone(),
            Some(first) => Affine { slope: first.direction(terms).0, offset: Polynomial::default() },
        };
        let mut writer = Writer { terms, data };
        let slope = writer.polynomial_graph(&argument.slope);
        let offset = writer.polynomial_graph(&argument.offset);
        let mut function = Graph::new();
        let mut written = BTreeMap::new();
        let pieces = self
            .pieces
            .iter()
            .map(|&piece| {
                writer.write(&mut function, piece, &mut written, &mut |writer, graph, id| {
                    let part = self.parts.get(&id)?;
                    Some(writer.affine_of_ridge(graph, part, &argument))
                })
            })
            .collect();
        let output = function.sum(pieces);
        function.outputs = vec![output];
        RidgeTerm { rows: self.rows, slope, offset, function }
    }
}

/// Writes terms into graphs with the data table of a normal form.
pub(crate) struct Writer<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) data: &'a mut Vec<DataRef>,
}

impl Writer<'_> {
    /// Copies `root` into `graph`, replacing parts by `replace` and renumbering data.
    pub(crate) fn write(
        &mut self,
        graph: &mut Graph,
        root: NodeId,
        written: &mut BTreeMap<NodeId, NodeId>,
        replace: &mut impl FnMut(&mut Self, &mut Graph, NodeId) -> Option<NodeId>,
    ) -> NodeId {
        let terms = self.terms;
        terms.write(graph, root, written, &mut |graph, id| {
            if let Some(replaced) = replace(self, graph, id) {
                return Some(replaced);
            }
            match terms.term(id) {
                Term::Scalar(Node::Data(datum)) => {
                    let reference = terms.data(*datum);
                    let index = self.data.iter().position(|known| *known == reference).unwrap_or_else(|| {
                        self.data.push(reference);
                        self.data.len() - 1
                    });
                    Some(graph.push_spanned(Node::Data(DataId(index)), Some(terms.place(id).extent())))
                }
                Term::Scalar(_) | Term::OverCoordinates(_) | Term::OverRows(..) => None,
            }
        })
    }

    fn polynomial_graph(&mut self, polynomial: &Polynomial) -> Graph {
        let mut graph = Graph::new();
        let output = self.polynomial(&mut graph, polynomial);
        graph.outputs = vec![output];
        graph
    }

    fn polynomial(&mut self, graph: &mut Graph, polynomial: &Polynomial) -> NodeId {
        let terms = polynomial.0.iter().map(|(monomial, value)| self.product(graph, value, monomial, None)).collect();
        graph.sum(terms)
    }

    /// `coefficient · monomial · factor`.
    fn product(
        &mut self,
        graph: &mut Graph,
        coefficient: &Rational,
        monomial: &Monomial,
        factor: Option<NodeId>,
    ) -> NodeId {
        let mut factors: Vec<NodeId> = factor.into_iter().collect();
        if !coefficient.is_one() {
            factors.push(graph.constant(coefficient.clone()));
        }
        for (&base, &exponent) in monomial {
            let base = self.write(graph, base, &mut BTreeMap::new(), &mut |_, _, _| None);
            factors.push(graph.power(base, exponent));
        }
        graph.product(factors)
    }

    /// An affine part as a multiple of the ridge argument plus an offset.
    fn affine_of_ridge(&mut self, graph: &mut Graph, part: &Affine, argument: &Affine) -> NodeId {
        if part.slope.is_zero() {
            return self.polynomial(graph, &part.offset);
        }
        let ridge = graph.push(Node::Ridge);
        let (ratio, factors) = match part.slope.ratio_to(&argument.slope) {
            Some(ratio) => (ratio, Monomial::new()),
            None => {
                let (_, factors) = part.direction(self.terms);
                let inverse = factors.iter().map(|(factor, exponent)| (*factor, -exponent)).collect();
                let ratio = part.slope.times(&Rational::one(), &inverse).ratio_to(&argument.slope);
                (ratio.unwrap_or_else(Rational::zero), factors)
            }
        };
        let scaled = self.product(graph, &ratio, &factors, Some(ridge));
        let mut offset = part.offset.clone();
        offset.add_scaled(&-ratio, &argument.offset);
        if offset.is_zero() {
            return scaled;
        }
        let offset = self.polynomial(graph, &offset);
        graph.sum(vec![scaled, offset])
    }
}
