//! From a gradient `a(s)` to derivatives of `f` at points moved by draws.
//!
//! Each term `c s^p Π factors` becomes `c E f^(p)(z + X)` with `X` a sum of one shift for each factor. What multiplies no
//! factor and no power of `s` is the value `f(z)`, with the weight that makes all weights of values add up to 0; there is no
//! need to trust the algebra with it.

use super::reduce::SecondOrder;
use super::sum::{Exponent, Factor, Jump, Sum, Term};
use crate::algebra::{Field, Quotient};
use crate::ir::{
    BaseDraw, Coefficient, DrawId, DrawKind, ExactRule, Node, NodeId, Origin, Primitive, Rational, Sampler, Stencil,
    StencilTerm,
};
use crate::rule::build::Builder;

/// What is done with a term `c M(s)`, `M` the transform of a shift `X`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `c (M - 1)` becomes derivatives: `e^{sX} - 1 = s X ∫_0^1 e^{usX} du`.
    Derivative,
    /// It becomes a difference of values.
    Difference,
}

/// One evaluation `coefficient weight f^(order)(point)`.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) coefficient: Quotient,
    pub(super) order: u32,
    /// A weight made of draws.
    pub(super) weight: Option<NodeId>,
    pub(super) point: NodeId,
}

/// The rule of a gradient; `None` where a term is no transform of a measure that is known to be one.
pub(super) fn realise(gradient: &Sum, mode: Mode, field: &mut Field, positive: &[Quotient]) -> Option<ExactRule> {
    let mut realisation = Realisation::new(field, positive);
    for term in &gradient.terms {
        realisation.term(term, mode)?;
    }
    realisation.finish(Origin::Transform)
}

/// The rule of a gradient with a double zero.
pub(super) fn realise_second_order(form: &SecondOrder, field: &mut Field, positive: &[Quotient]) -> Option<ExactRule> {
    let mut realisation = Realisation::new(field, positive);
    let field = &mut *realisation.field;
    let rational = |numerator: i64, denominator: i64| Rational::new(numerator.into(), denominator.into());
    let (coefficient, scale, exponent) = match form {
        SecondOrder::Logarithm(coefficient, exponent) => (coefficient, rational(1, 2), exponent),
        SecondOrder::Root(coefficient, exponent) => (coefficient, rational(1, 4), exponent),
    };
    let polynomial = exponent.as_sum(field);
    let scale = field.rational(&scale);
    let square = polynomial.times(&polynomial, field).scaled(&field.multiply(coefficient, &scale), field);
    let mut taken = Vec::new();
    let shift = match form {
        SecondOrder::Logarithm(..) => {
            let uniform = realisation.draw(BaseDraw::new(DrawKind::Uniform, vec![]), &mut taken);
            let root = realisation.builder.node(Node::Call(Primitive::Sqrt, uniform));
            let time = realisation.gamma_time(&rational(2, 1), &mut taken);
            let time = realisation.product(vec![root, time]);
            realisation.process(exponent, Time::Drawn(time), &mut taken)?
        }
        SecondOrder::Root(..) => {
            let mut shifts = Vec::new();
            for shape in [rational(3, 2), rational(1, 2)] {
                let uniform = realisation.draw(BaseDraw::new(DrawKind::Uniform, vec![]), &mut taken);
                let time = realisation.gamma_time(&shape, &mut taken);
                let time = realisation.product(vec![uniform, time]);
                shifts.push(realisation.process(exponent, Time::Drawn(time), &mut taken)?);
            }
            realisation.builder.sum(shifts)
        }
    };
    for term in square.terms {
        let point = realisation.at(&[shift]);
        realisation.pieces.push(Piece { coefficient: term.coefficient, order: term.power, weight: None, point });
    }
    realisation.finish(Origin::Transform)
}

/// How long a process runs.
#[derive(Clone, Copy)]
enum Time {
    /// Until time 1.
    One,
    /// Until a time that is drawn.
    Drawn(NodeId),
    /// Until an exponential time, multiplied by a number if there is one.
    Exponential(Option<NodeId>),
}

/// `coefficient D^order` after shifts.
#[derive(Clone)]
struct Operator {
    coefficient: Quotient,
    order: u32,
    shifts: Vec<NodeId>,
}

/// A rule in the making.
pub(super) struct Realisation<'a> {
    pub(super) field: &'a mut Field,
    /// What is above 0 wherever the law exists.
    positive: &'a [Quotient],
    builder: Builder,
    draws: Vec<BaseDraw>,
    derivatives: Vec<(u32, Quotient)>,
    pub(super) pieces: Vec<Piece>,
}

impl<'a> Realisation<'a> {
    pub(super) fn new(field: &'a mut Field, positive: &'a [Quotient]) -> Self {
        Self {
            field,
            positive,
            builder: Builder::new(),
            draws: Vec::new(),
            derivatives: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// A function of the parameters as a node.
    pub(super) fn number(&mut self, value: &Quotient) -> NodeId {
        let graph = self.field.to_graph(value);
        self.builder.import(&graph)
    }

    fn term(&mut self, term: &Term, mode: Mode) -> Option<()> {
        if term.factors.is_empty() {
            if term.power > 0 {
                self.derivatives.push((term.power, term.coefficient.clone()));
            }
            return Some(());
        }
        let mut taken = Vec::new();
        if let ([Factor::Logarithm(exponent)], 0, Mode::Difference) = (term.factors.as_slice(), term.power, mode)
            && let Some((rate, length)) = exponent.as_jump()
        {
            return self.logarithmic(&term.coefficient, rate, length, &mut taken);
        }
        let mut operators =
            vec![Operator { coefficient: term.coefficient.clone(), order: term.power, shifts: Vec::new() }];
        // Whether the term stands for its difference from 1, so that the value at the draw has its share already.
        let mut vanishes = false;
        for factor in &term.factors {
            match factor {
                Factor::Logarithm(exponent) => {
                    let minus = self.field.integer(-1);
                    operators = self.apply(operators, &exponent.scaled(&minus, self.field), &mut taken)?;
                    let uniform = self.draw(BaseDraw::new(DrawKind::Uniform, vec![]), &mut taken);
                    let shift = self.process(exponent, Time::Exponential(Some(uniform)), &mut taken)?;
                    operators.iter_mut().for_each(|operator| operator.shifts.push(shift));
                    vanishes = true;
                }
                Factor::Exponential(exponent) => {
                    let shift = self.process(exponent, Time::One, &mut taken)?;
                    operators.iter_mut().for_each(|operator| operator.shifts.push(shift));
                }
                Factor::Power(exponent, power) => match self.field.sign(power)? {
                    false => {
                        let shape = self.field.multiply(&self.field.integer(-1), power);
                        let shift = if shape == self.field.integer(1) {
                            self.process(exponent, Time::Exponential(None), &mut taken)?
                        } else {
                            let time = self.gamma(&shape, &mut taken);
                            self.process(exponent, Time::Drawn(time), &mut taken)?
                        };
                        operators.iter_mut().for_each(|operator| operator.shifts.push(shift));
                    }
                    true if term.factors.len() == 1 => {
                        // s^p ((1 - ψ)^e - 1) + s^p
                        if term.power > 0 {
                            self.derivatives.push((term.power, term.coefficient.clone()));
                        }
                        let shape = self.field.subtract(&self.field.integer(1), power);
                        self.require_positive(&shape)?;
                        let factor = self.field.multiply(&self.field.integer(-1), power);
                        operators = self.apply(operators, &exponent.scaled(&factor, self.field), &mut taken)?;
                        let shift = self.scaled_gamma_process(exponent, &shape, &mut taken)?;
                        operators.iter_mut().for_each(|operator| operator.shifts.push(shift));
                        vanishes = true;
                    }
                    true => return None,
                },
            }
        }
        if mode == Mode::Derivative && term.power == 0 && !vanishes {
            return self.slope(term, operators);
        }
        for Operator { coefficient, order, shifts } in operators {
            let point = self.at(&shifts);
            self.pieces.push(Piece { coefficient, order, weight: None, point });
        }
        Some(())
    }

    /// `c (M - 1)` by derivatives. A power of `1 - ψ` has a form without a random weight; otherwise the shift itself is
    /// the weight.
    fn slope(&mut self, term: &Term, operators: Vec<Operator>) -> Option<()> {
        let mut taken = Vec::new();
        if let [Factor::Power(exponent, power)] = term.factors.as_slice()
            && exponent.jumps.is_empty()
        {
            // (1 - ψ)^-k - 1 = k ψ ∫_0^1 (1 - uψ)^-(k + 1) du
            let minus = self.field.multiply(&self.field.integer(-1), power);
            let shape = self.field.add(&minus, &self.field.integer(1));
            let start = Operator { coefficient: term.coefficient.clone(), order: 0, shifts: Vec::new() };
            let operators = self.apply(vec![start], &exponent.scaled(&minus, self.field), &mut taken)?;
            let shift = self.scaled_gamma_process(exponent, &shape, &mut taken)?;
            for Operator { coefficient, order, .. } in operators {
                let point = self.at(&[shift]);
                self.pieces.push(Piece { coefficient, order, weight: None, point });
            }
            return Some(());
        }
        if let [Factor::Exponential(exponent)] = term.factors.as_slice()
            && exponent.is_drift()
        {
            // e^{cs} - 1 = c s ∫_0^1 e^{ucs} du
            let uniform = self.draw(BaseDraw::new(DrawKind::Uniform, vec![]), &mut taken);
            let length = self.number(&exponent.drift);
            let shift = self.product(vec![length, uniform]);
            let coefficient = self.field.multiply(&term.coefficient, &exponent.drift);
            let point = self.at(&[shift]);
            self.pieces.push(Piece { coefficient, order: 1, weight: None, point });
            return Some(());
        }
        for Operator { coefficient, shifts, .. } in operators {
            let shift = self.builder.sum(shifts);
            let uniform = self.draw(BaseDraw::new(DrawKind::Uniform, vec![]), &mut taken);
            let part = self.product(vec![uniform, shift]);
            let point = self.at(&[part]);
            self.pieces.push(Piece { coefficient, order: 1, weight: Some(shift), point });
        }
        Some(())
    }

    /// `c ln(1 - r (e^{xs} - 1)) = -c ln(1 + r) (E e^{xLs} - 1)`, `L` logarithmic with parameter `r / (1 + r)`.
    fn logarithmic(
        &mut self,
        coefficient: &Quotient,
        rate: &Quotient,
        length: &Quotient,
        taken: &mut Vec<usize>,
    ) -> Option<()> {
        self.require_positive(rate)?;
        let sum = self.field.add(&self.field.integer(1), rate);
        let total = self.field.ln(&sum).ok()?;
        let minus = self.field.multiply(&self.field.integer(-1), coefficient);
        let coefficient = self.field.multiply(&minus, &total);
        let ratio = self.field.divide(rate, &sum);
        let ratio = self.number(&ratio);
        let count = self.draw(BaseDraw::new(DrawKind::Logarithmic, vec![ratio]), taken);
        let length = self.number(length);
        let shift = self.product(vec![length, count]);
        let point = self.at(&[shift]);
        self.pieces.push(Piece { coefficient, order: 0, weight: None, point });
        Some(())
    }

    /// Multiplies operators by an exponent, which is `drift D + diffusion D²` and differences.
    fn apply(
        &mut self,
        operators: Vec<Operator>,
        exponent: &Exponent,
        taken: &mut Vec<usize>,
    ) -> Option<Vec<Operator>> {
        let mut jumps = Vec::new();
        for Jump { rate, drift, diffusion } in &exponent.jumps {
            let jump = Exponent::without_jumps(drift.clone(), diffusion.clone());
            jumps.push((rate, self.process(&jump, Time::One, taken)?));
        }
        let mut result = Vec::new();
        for operator in operators {
            let mut push = |factor: &Quotient, order: u32, shift: Option<NodeId>| {
                let coefficient = self.field.multiply(&operator.coefficient, factor);
                if !coefficient.is_zero() {
                    let mut shifts = operator.shifts.clone();
                    shifts.extend(shift);
                    result.push(Operator { coefficient, order: operator.order + order, shifts });
                }
            };
            push(&exponent.drift, 1, None);
            push(&exponent.diffusion, 2, None);
            for (rate, shift) in &jumps {
                push(rate, 0, Some(*shift));
                push(&self.field.multiply(&self.field.integer(-1), rate), 0, None);
            }
        }
        Some(result)
    }

    /// Something if a number is known to be above 0 wherever the law exists.
    fn require_positive(&self, x: &Quotient) -> Option<()> {
        self.is_known(x, |sign| sign == Some(true)).then_some(())
    }

    fn has_known_sign(&self, x: &Quotient) -> bool {
        self.is_known(x, |sign| sign.is_some())
    }

    /// Whether the sign of a number is as wanted, possibly by one of the numbers that are above 0.
    fn is_known(&self, x: &Quotient, wanted: impl Fn(Option<bool>) -> bool) -> bool {
        let field = &*self.field;
        let with = |g: &Quotient| wanted(field.sign(&field.multiply(x, g))) || wanted(field.sign(&field.divide(x, g)));
        wanted(field.sign(x)) || self.positive.iter().any(with)
    }

    /// A product without factors 1.
    fn product(&mut self, mut factors: Vec<NodeId>) -> NodeId {
        let one = Node::Constant(Rational::from_integer(1.into()));
        factors.retain(|&factor| *self.builder.peek(factor) != one);
        self.builder.product(factors)
    }

    /// The point `z + Σ shifts`.
    fn at(&mut self, shifts: &[NodeId]) -> NodeId {
        let mut terms = vec![self.builder.node(Node::Sample)];
        // A sum inside a sum is one sum, so that shifts can be read off.
        for &shift in shifts {
            match self.builder.peek(shift) {
                Node::Sum(operands) => terms.extend(operands.iter().copied()),
                _ => terms.push(shift),
            }
        }
        self.builder.sum(terms)
    }

    /// A draw that this term has not used yet; terms share their draws.
    fn draw(&mut self, draw: BaseDraw, taken: &mut Vec<usize>) -> NodeId {
        let free = (0..self.draws.len()).find(|index| !taken.contains(index) && self.draws[*index] == draw);
        let index = free.unwrap_or_else(|| {
            self.draws.push(draw);
            self.draws.len() - 1
        });
        taken.push(index);
        self.builder.node(Node::Draw(DrawId(index)))
    }

    /// A gamma number with scale 1.
    fn gamma(&mut self, shape: &Quotient, taken: &mut Vec<usize>) -> NodeId {
        match self.field.as_rational(shape) {
            Some(shape) => self.gamma_time(&shape, taken),
            None => {
                let shape = self.number(shape);
                self.draw(BaseDraw::new(DrawKind::Gamma, vec![shape]), taken)
            }
        }
    }

    /// The same for a number as shape: half of a squared normal number and an exponential one for shapes up to 2.
    fn gamma_time(&mut self, shape: &Rational, taken: &mut Vec<usize>) -> NodeId {
        let halves = shape * Rational::from_integer(2.into());
        let count = if halves.is_integer() { u32::try_from(halves.to_integer()).ok() } else { None };
        let Some(count) = count.filter(|count| (1..=4).contains(count)) else {
            let shape = self.builder.constant(shape.clone());
            return self.draw(BaseDraw::new(DrawKind::Gamma, vec![shape]), taken);
        };
        let mut terms = Vec::new();
        if count % 2 == 1 {
            let normal = self.draw(BaseDraw::new(DrawKind::Normal, vec![]), taken);
            let square = self.builder.power(normal, 2);
            let half = self.builder.constant(Rational::new(1.into(), 2.into()));
            terms.push(self.product(vec![half, square]));
        }
        for _ in 0..count / 2 {
            terms.push(self.draw(BaseDraw::new(DrawKind::Exponential, vec![]), taken));
        }
        self.builder.sum(terms)
    }

    /// The process at a uniform part of a gamma time.
    fn scaled_gamma_process(
        &mut self,
        exponent: &Exponent,
        shape: &Quotient,
        taken: &mut Vec<usize>,
    ) -> Option<NodeId> {
        let uniform = self.draw(BaseDraw::new(DrawKind::Uniform, vec![]), taken);
        if *shape == self.field.integer(1) {
            return self.process(exponent, Time::Exponential(Some(uniform)), taken);
        }
        let time = self.gamma(shape, taken);
        let time = self.product(vec![uniform, time]);
        self.process(exponent, Time::Drawn(time), taken)
    }

    /// A Brownian motion with drift and jumps at a time; `None` if a variance or a rate is not known to be positive.
    fn process(&mut self, exponent: &Exponent, time: Time, taken: &mut Vec<usize>) -> Option<NodeId> {
        let mut shifts = Vec::new();
        if !exponent.diffusion.is_zero() {
            self.require_positive(&exponent.diffusion)?;
        }
        if let (Time::Exponential(scale), true, true) = (time, exponent.drift.is_zero(), exponent.jumps.is_empty()) {
            // A Brownian motion at an exponential time is the difference of two exponential numbers.
            let root = self.root(&exponent.diffusion)?;
            let (first, second) = (
                self.draw(BaseDraw::new(DrawKind::Exponential, vec![]), taken),
                self.draw(BaseDraw::new(DrawKind::Exponential, vec![]), taken),
            );
            let minus = self.builder.constant(Rational::from_integer((-1).into()));
            let negative = self.product(vec![minus, second]);
            let mut factors = vec![self.number(&root), self.builder.sum(vec![first, negative])];
            if let Some(scale) = scale {
                factors.push(self.builder.node(Node::Call(Primitive::Sqrt, scale)));
            }
            return Some(self.product(factors));
        }
        if let (Time::Exponential(None), Some((rate, length))) = (time, exponent.as_jump())
            && let Some(probability) = self.geometric(rate)
        {
            let count = self.draw(probability, taken);
            let length = self.number(length);
            return Some(self.product(vec![length, count]));
        }
        let time = match time {
            Time::One => None,
            Time::Drawn(time) => Some(time),
            Time::Exponential(scale) => {
                let exponential = self.draw(BaseDraw::new(DrawKind::Exponential, vec![]), taken);
                Some(self.product(scale.into_iter().chain([exponential]).collect()))
            }
        };
        if !exponent.drift.is_zero() {
            let drift = self.number(&exponent.drift);
            shifts.push(self.product([drift].into_iter().chain(time).collect()));
        }
        if !exponent.diffusion.is_zero() {
            shifts.push(self.normal(&exponent.diffusion, time, taken)?);
        }
        for jump in &exponent.jumps {
            self.require_positive(&jump.rate)?;
            let rate = self.number(&jump.rate);
            let rate = self.product([rate].into_iter().chain(time).collect());
            let count = self.draw(BaseDraw::new(DrawKind::Poisson, vec![rate]), taken);
            if !jump.drift.is_zero() {
                let length = self.number(&jump.drift);
                shifts.push(self.product(vec![length, count]));
            }
            if !jump.diffusion.is_zero() {
                shifts.push(self.normal(&jump.diffusion, Some(count), taken)?);
            }
        }
        Some(self.builder.sum(shifts))
    }

    /// `√(2 diffusion time) N`.
    fn normal(&mut self, diffusion: &Quotient, time: Option<NodeId>, taken: &mut Vec<usize>) -> Option<NodeId> {
        self.require_positive(diffusion)?;
        let double = self.field.multiply(&self.field.integer(2), diffusion);
        let root = self.root(&double)?;
        let mut factors = vec![self.number(&root)];
        if let Some(time) = time {
            factors.push(self.builder.node(Node::Call(Primitive::Sqrt, time)));
        }
        factors.push(self.draw(BaseDraw::new(DrawKind::Normal, vec![]), taken));
        Some(self.product(factors))
    }

    fn root(&mut self, value: &Quotient) -> Option<Quotient> {
        let half = self.field.rational(&Rational::new(1.into(), 2.into()));
        self.field.real_power(value, &half).ok()
    }

    /// Jumps that come at a rate, counted until an exponential time.
    fn geometric(&mut self, rate: &Quotient) -> Option<BaseDraw> {
        self.require_positive(rate)?;
        let one = self.field.integer(1);
        let probability = self.field.divide(&one, &self.field.add(&one, rate));
        let probability = self.number(&probability);
        Some(BaseDraw::new(DrawKind::Geometric, vec![probability]))
    }

    /// The rule: equal evaluations are joined, the value at the draw is added, and one coefficient goes in front.
    pub(super) fn finish(mut self, origin: Origin) -> Option<ExactRule> {
        let z = self.builder.node(Node::Sample);
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in std::mem::take(&mut self.pieces) {
            match pieces
                .iter_mut()
                .find(|known| (known.order, known.weight, known.point) == (piece.order, piece.weight, piece.point))
            {
                Some(known) => known.coefficient = self.field.add(&known.coefficient, &piece.coefficient),
                None => pieces.push(piece),
            }
        }
        let values = pieces.iter().filter(|piece| piece.order == 0);
        let total = values.fold(self.field.integer(0), |sum, piece| self.field.add(&sum, &piece.coefficient));
        if origin != Origin::FiniteSupport {
            let coefficient = self.field.multiply(&self.field.integer(-1), &total);
            pieces.push(Piece { coefficient, order: 0, weight: None, point: z });
        } else if !total.is_zero() {
            return None;
        }
        pieces.retain(|piece| !piece.coefficient.is_zero());
        let derivatives = self.joined_derivatives();
        let Some(first) = pieces.first() else {
            return (!derivatives.is_empty()).then_some(ExactRule { origin, derivatives, stencils: Vec::new() });
        };
        // What stands in front must not vanish anywhere, or the others could not be divided by it.
        let nonzero = pieces.iter().find(|piece| self.has_known_sign(&piece.coefficient));
        let is_multiple = |piece: &Piece| {
            self.field.as_rational(&self.field.divide(&piece.coefficient, &first.coefficient)).is_some()
        };
        let front = match nonzero {
            _ if pieces.iter().all(is_multiple) => first.coefficient.clone(),
            Some(piece) => piece.coefficient.clone(),
            None => self.field.integer(1),
        };
        let (mut orders, mut outputs) = (Vec::new(), Vec::new());
        for piece in &pieces {
            let ratio = self.field.divide(&piece.coefficient, &front);
            let ratio = self.number(&ratio);
            let weight = match piece.weight {
                Some(weight) if piece.coefficient == front => weight,
                Some(weight) => self.product(vec![ratio, weight]),
                None => ratio,
            };
            orders.push(piece.order);
            outputs.extend([piece.point, weight]);
        }
        let coefficient = self.field.to_graph(&front);
        let probes = outputs.len();
        let used = self.used_draws(&outputs);
        let draws: Vec<BaseDraw> = used.iter().map(|&index| self.draws[index].clone()).collect();
        outputs.extend(draws.iter().flat_map(|draw| draw.arguments.clone()));
        let mut graph = self.builder.finish_all(&outputs);
        graph = renumbered(&graph, &used);
        let mut arguments = graph.outputs.split_off(probes).into_iter();
        let draws =
            draws.iter().map(|draw| draw.map_arguments(|argument| arguments.next().unwrap_or(argument))).collect();
        let stencil = Stencil { numbers: Sampler { graph, draws }, orders };
        Some(ExactRule { origin, derivatives, stencils: vec![StencilTerm { coefficient, stencil }] })
    }

    fn joined_derivatives(&mut self) -> Vec<Coefficient> {
        let mut joined: Vec<(u32, Quotient)> = Vec::new();
        for (order, coefficient) in std::mem::take(&mut self.derivatives) {
            match joined.iter_mut().find(|known| known.0 == order) {
                Some(known) => known.1 = self.field.add(&known.1, &coefficient),
                None => joined.push((order, coefficient)),
            }
        }
        joined.sort_by_key(|term| term.0);
        joined.retain(|(_, coefficient)| !coefficient.is_zero());
        let coefficient = |(order, value): (u32, Quotient)| Coefficient { order, value: self.field.to_graph(&value) };
        joined.into_iter().map(coefficient).collect()
    }

    /// The draws that outputs read, through other draws' arguments too, in order.
    fn used_draws(&self, outputs: &[NodeId]) -> Vec<usize> {
        let mut used = vec![false; self.draws.len()];
        let mut waiting = outputs.to_vec();
        while let Some(id) = waiting.pop() {
            if let Node::Draw(draw) = self.builder.peek(id)
                && !std::mem::replace(&mut used[draw.0], true)
            {
                waiting.extend(&self.draws[draw.0].arguments);
            }
            self.builder.peek(id).for_each_operand(|operand| waiting.push(operand));
        }
        (0..used.len()).filter(|index| used[*index]).collect()
    }
}

/// The graph with draws numbered by their position in `used`.
fn renumbered(graph: &crate::ir::Graph, used: &[usize]) -> crate::ir::Graph {
    let mut result = crate::ir::Graph::new();
    for (_, node) in graph.iter() {
        result.push(match node {
            Node::Draw(draw) => Node::Draw(DrawId(used.iter().position(|index| *index == draw.0).unwrap_or_default())),
            node => node.clone(),
        });
    }
    result.outputs = graph.outputs.clone();
    result
}
