//! From the stencils of rules to what a sample computes for each coordinate and row.
//!
//! A probe moves one coordinate, `z_j` to `y`. Its own separable term is evaluated at `y`; a ridge argument becomes
//! `u_o + A_oj (y - z_j)`, and the p-th derivative of `h(u_o)` along the coordinate is `A_oj^p h^(p)` there. So separable
//! terms read points, which keep their relative accuracy where `y` is tiny, and ridges read shifts.

use std::collections::BTreeMap;

use super::program::{Inputs, Place, Probe, Probes, Score, Weight};
use super::tails::completed;
use crate::differentiation::derivatives_almost_everywhere;
use crate::errors::Errors;
use crate::ir::{BaseDraw, DrawId, Graph, Node, NodeId, Sampler};
use crate::parse::options::Precision;
use crate::passes;
use crate::rule::{Baseline, Form, Rule, Stencil};

/// The probes of all stencils of `rules`, in the order in which terms name them; `ridges` and `separable` say which terms the
/// function has.
///
/// Base draws with equal arguments are shared between stencils, never within one: each rule stays unbiased, and fewer
/// random numbers are made.
pub(super) fn lower_probes(
    rules: &[&Rule],
    sampler: Option<&Sampler>,
    precision: Precision,
    [ridges, separable]: [bool; 2],
) -> Probes {
    let mut merging = Merging::new(ridges, separable);
    let mut stencils: Vec<Vec<Unplaced>> = Vec::new();
    let mut scores: Vec<(Score, Option<usize>)> = Vec::new();
    for rule in rules {
        stencils.extend(rule.stencils.iter().map(|term| merging.stencil(&term.stencil)));
        // A closed form is weighted by numbers that no law's author wrote: it has a place and no probes.
        stencils.extend((rule.form == Form::ClosedForm).then(Vec::new));
        // The value of the whole of `f` is no sum over rows and coordinates of what each of them has: places alone.
        let mut place = |weight, with_value| {
            scores.push((Score { stencil: stencils.len(), weight: None, with_value }, weight));
            stencils.push(Vec::new());
        };
        let mut weight_of = |weight: &Graph| {
            let weight = completed(weight, sampler, precision);
            let weight = merging.import(&weight, weight.output(), &[]);
            merging.output(weight)
        };
        match &rule.form {
            Form::Score { weight, rest, baseline } => {
                let weight = weight_of(weight);
                place(Some(weight), true);
                match (baseline, rest) {
                    (Baseline::None, Some(_)) => place(None, true),
                    (Baseline::None, None) => {}
                    (Baseline::LeaveOneOut, _) => place(Some(weight), false),
                }
            }
            Form::Weak { correction } => {
                correction.iter().for_each(|term| place(term.weight.as_ref().map(&mut weight_of), true));
            }
            Form::Formula
            | Form::ClosedForm
            | Form::Terminating { .. }
            | Form::Truncated { .. }
            | Form::Auxiliary { .. }
            | Form::Difference { .. }
            | Form::Discrete
            | Form::Pathwise
            | Form::Hessian { .. } => {}
        }
    }
    let numbers = super::lower::lower_sampler(&merging.sampler);
    // Passes merge equal outputs and may turn a weight into a constant.
    let mut keeping = Keeping::of(numbers);
    let stencils = stencils
        .into_iter()
        .map(|probes| {
            let place = |probe: Unplaced| Probe {
                order: probe.order,
                weight: keeping.weight(probe.weight),
                place: match probe.moved {
                    None => Place::Draw,
                    Some((point, shift)) => {
                        Place::Moved { point: point.map(|n| keeping.index(n)), shift: shift.map(|n| keeping.index(n)) }
                    }
                },
            };
            probes.into_iter().map(place).collect()
        })
        .collect();
    let scores = scores.into_iter().map(|(score, number)| Score { weight: number.map(|n| keeping.index(n)), ..score });
    let scores = scores.collect();
    Probes { numbers: keeping.numbers(), stencils, scores, ..Probes::default() }
}

/// The numbers of a lowered sampler that are read, each once.
pub(super) struct Keeping {
    numbers: Sampler,
    kept: Vec<NodeId>,
}

impl Keeping {
    pub(super) const fn of(numbers: Sampler) -> Self {
        Self { numbers, kept: Vec::new() }
    }

    /// The place of an output among those that are kept.
    fn index(&mut self, number: usize) -> usize {
        let node = self.numbers.graph.outputs[number];
        self.kept.iter().position(|&known| known == node).unwrap_or_else(|| {
            self.kept.push(node);
            self.kept.len() - 1
        })
    }

    /// An output as a factor.
    pub(super) fn weight(&mut self, number: usize) -> Weight {
        match self.numbers.graph.node(self.numbers.graph.outputs[number]) {
            Node::Constant(value) => Weight::Constant(value.clone()),
            _ => Weight::Number(self.index(number)),
        }
    }

    /// The sampler of the kept numbers.
    pub(super) fn numbers(mut self) -> Sampler {
        self.numbers.graph.outputs = self.kept;
        super::lower::lower_sampler(&self.numbers)
    }
}

/// A probe whose numbers are outputs of the merged sampler, point and shift if it moves.
struct Unplaced {
    order: u32,
    weight: usize,
    moved: Option<(Option<usize>, Option<usize>)>,
}

/// Puts the numbers of several stencils into one graph.
pub(super) struct Merging {
    pub(super) sampler: Sampler,
    ridges: bool,
    separable: bool,
}

impl Merging {
    pub(super) fn new(ridges: bool, separable: bool) -> Self {
        Self { sampler: Sampler::default(), ridges, separable }
    }

    fn stencil(&mut self, stencil: &Stencil) -> Vec<Unplaced> {
        let draws = self.draws(&stencil.numbers);
        let probes = 0..stencil.orders.len();
        probes
            .map(|probe| {
                let point = self.import(&stencil.numbers.graph, stencil.point(probe), &draws);
                let weight = self.import(&stencil.numbers.graph, stencil.weight(probe), &draws);
                let moved = match self.sampler.graph.node(point) {
                    Node::Sample => None,
                    _ => Some((
                        self.separable.then(|| self.output(point)),
                        self.ridges.then(|| {
                            let shift = self.shift(point);
                            self.output(shift)
                        }),
                    )),
                };
                Unplaced { order: stencil.orders[probe], weight: self.output(weight), moved }
            })
            .collect()
    }

    fn import(&mut self, graph: &Graph, root: NodeId, draws: &[DrawId]) -> NodeId {
        self.sampler.graph.import(graph, root, |merged, node| match node {
            Node::Draw(draw) => Some(merged.push(Node::Draw(draws[draw.0]))),
            _ => None,
        })
    }

    pub(super) fn output(&mut self, node: NodeId) -> usize {
        self.sampler.graph.outputs.push(node);
        self.sampler.graph.outputs.len() - 1
    }

    /// `y - z`; of `z + x` it is `x`.
    fn shift(&mut self, point: NodeId) -> NodeId {
        let graph = &mut self.sampler.graph;
        if let Node::Sum(operands) = graph.node(point).clone() {
            let mut rest = operands.to_vec();
            if let Some(sample) = rest.iter().position(|&operand| *graph.node(operand) == Node::Sample) {
                rest.remove(sample);
                return graph.sum(rest);
            }
        }
        let sample = graph.push(Node::Sample);
        graph.subtract(point, sample)
    }

    /// The merged draw for each draw of a stencil: one that no other draw of the stencil has taken yet and that has the
    /// same arguments, or a new one.
    pub(super) fn draws(&mut self, numbers: &Sampler) -> Vec<DrawId> {
        let mut images: Vec<DrawId> = Vec::new();
        for draw in &numbers.draws {
            let free = (0..self.sampler.draws.len())
                .map(DrawId)
                .filter(|known| !images.contains(known))
                .find(|known| self.is_same(&self.sampler.draws[known.0], numbers, draw, &images));
            let image = free.unwrap_or_else(|| {
                let merged = draw.map_arguments(|argument| self.import(&numbers.graph, argument, &images));
                self.sampler.draws.push(merged);
                DrawId(self.sampler.draws.len() - 1)
            });
            images.push(image);
        }
        images
    }

    fn is_same(&self, known: &BaseDraw, numbers: &Sampler, draw: &BaseDraw, images: &[DrawId]) -> bool {
        known.kind == draw.kind
            && known
                .arguments
                .iter()
                .zip(&draw.arguments)
                .all(|(&known, &own)| equal(&self.sampler.graph, known, &numbers.graph, own, images))
    }
}

/// Whether two expressions are the same, draws of the second read through `images`.
fn equal(known: &Graph, x: NodeId, other: &Graph, y: NodeId, images: &[DrawId]) -> bool {
    match (known.node(x), other.node(y)) {
        (Node::Draw(x), Node::Draw(y)) => images.get(y.0) == Some(x),
        (left, right) => {
            let (mut xs, mut ys) = (Vec::new(), Vec::new());
            left.for_each_operand(|operand| xs.push(operand));
            right.for_each_operand(|operand| ys.push(operand));
            let blank = |node: &Node| node.map_operands(|_| NodeId(0));
            blank(left) == blank(right)
                && xs.len() == ys.len()
                && xs.into_iter().zip(ys).all(|(x, y)| equal(known, x, other, y, images))
        }
    }
}

/// One output for each stencil: `Σ_i w_i A^(p_i) h^(p_i)` at the moved ridge arguments, or `Σ_i w_i g^(p_i)` at the moved
/// points. `function` is the hoisted function of `variable`, [`Node::Ridge`] or [`Node::Sample`]. Where nothing moves, the
/// derivatives of a ridge term are the second graph, which the first reads.
///
/// # Errors
/// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) where a second or higher derivative meets a kink.
pub(super) fn lower_stencils(function: &Graph, variable: &Node, probes: &Probes) -> Result<[Graph; 2], Errors> {
    let mut orders: Vec<u32> = probes.stencils.iter().flatten().map(|probe| probe.order).collect();
    orders.sort_unstable();
    orders.dedup();
    orders.retain(|&order| order > 0);
    if probes.stencils.is_empty() {
        return Ok([Graph::new(), Graph::new()]);
    }
    let derivatives = derivatives_almost_everywhere(function, variable, &orders)?;
    let mut at_draw = Graph::new();
    if *variable == Node::Ridge && probes.are_at_draw() {
        at_draw = derivatives.clone();
        let zero = at_draw.constant(num_traits::Zero::zero());
        let order = |stencil: &Vec<Probe>| stencil.first().map_or(0, |probe| probe.order);
        let place = |order: u32| orders.iter().position(|&known| known == order);
        let derivative = |order: u32| place(order).map_or(zero, |place| derivatives.outputs[1 + place]);
        at_draw.outputs = probes.stencils.iter().map(|stencil| derivative(order(stencil))).collect();
    }
    let apart = (!at_draw.outputs.is_empty()).then_some(Inputs::NUMBERS + probes.numbers.graph.outputs.len());
    let mut section = Section { graph: Graph::new(), derivatives, orders, apart, variable, at: BTreeMap::new() };
    for (index, stencil) in probes.stencils.iter().enumerate() {
        let terms = stencil.iter().map(|probe| section.probe(index, probe)).collect();
        let sum = section.graph.sum(terms);
        section.graph.outputs.push(sum);
    }
    Ok([passes::run(section.graph), passes::run(at_draw)])
}

struct Section<'a> {
    graph: Graph,
    /// The value and the derivatives at `orders`.
    derivatives: Graph,
    orders: Vec<u32>,
    /// The first input of derivatives that are a graph of their own, one for each stencil.
    apart: Option<usize>,
    variable: &'a Node,
    /// The moved variable, by number of the shift or point.
    at: BTreeMap<Option<usize>, NodeId>,
}

impl Section<'_> {
    fn probe(&mut self, stencil: usize, probe: &Probe) -> NodeId {
        let is_ridge = *self.variable == Node::Ridge;
        let number = match probe.place {
            Place::Draw => None,
            Place::Moved { point, shift } => {
                if is_ridge {
                    shift
                } else {
                    point
                }
            }
        };
        let mut factors = Vec::new();
        match &probe.weight {
            Weight::Constant(value) => factors.push(self.graph.constant(value.clone())),
            Weight::Number(weight) => factors.push(self.graph.push(Node::Input(Inputs::NUMBERS + weight))),
        }
        if is_ridge && probe.order > 0 {
            let slope = self.graph.push(Node::Input(Inputs::SLOPE));
            let power = self.graph.power(slope, probe.order as i32);
            factors.push(power);
        }
        let value = match (probe.order, number, self.apart) {
            (0, None, _) => self.graph.push(Node::Input(Inputs::VALUE)),
            (_, None, Some(first)) => self.graph.push(Node::Input(first + stencil)),
            (order, number, _) => {
                let at = self.moved(number);
                let output = match order {
                    0 => 0,
                    _ => 1 + self.orders.iter().position(|&known| known == order).unwrap_or_default(),
                };
                let root = self.derivatives.outputs[output];
                let variable = self.variable;
                self.graph.import(&self.derivatives, root, |_, node| (node == variable).then_some(at))
            }
        };
        factors.push(value);
        self.graph.product(factors)
    }

    /// The variable at a probe.
    fn moved(&mut self, number: Option<usize>) -> NodeId {
        if let Some(&known) = self.at.get(&number) {
            return known;
        }
        let graph = &mut self.graph;
        let at = match (number, self.variable) {
            (None, variable) => graph.push(variable.clone()),
            (Some(shift), Node::Ridge) => {
                let (u, slope) = (graph.push(Node::Ridge), graph.push(Node::Input(Inputs::SLOPE)));
                let shift = graph.push(Node::Input(Inputs::NUMBERS + shift));
                let moved = graph.product(vec![slope, shift]);
                graph.sum(vec![u, moved])
            }
            (Some(point), _) => graph.push(Node::Input(Inputs::NUMBERS + point)),
        };
        self.at.insert(number, at);
        at
    }
}
