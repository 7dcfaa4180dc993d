//! From the graph of `log φ(s)` to a [`Sum`].

use std::collections::BTreeMap;

use super::sum::{Exponent, Factor, Jump, Sum, Term};
use crate::algebra::{Field, Quotient};
use crate::ir::{Graph, Node, NodeId, Primitive, Rational};

/// The sum that a graph in `s` is; `None` where its shape is not understood. With `split`, quadratic factors inside
/// logarithms are taken apart where their roots are rational: `ln(1 - b² s²) = ln(1 - bs) + ln(1 + bs)`.
///
/// Also returns what is above 0 wherever `log φ` is real: arguments of logarithms and roots at `s = 0`.
pub(super) fn interpret(graph: &Graph, field: &mut Field, split: bool) -> Option<(Sum, Vec<Quotient>)> {
    let mut interpreter = Interpreter { graph, field, split, known: BTreeMap::new(), positive: Vec::new() };
    let sum = interpreter.node(graph.output())?;
    Some((sum, interpreter.positive))
}

struct Interpreter<'a> {
    graph: &'a Graph,
    field: &'a mut Field,
    split: bool,
    known: BTreeMap<NodeId, Option<Sum>>,
    positive: Vec<Quotient>,
}

impl Interpreter<'_> {
    fn node(&mut self, id: NodeId) -> Option<Sum> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let value = self.read(id);
        self.known.insert(id, value.clone());
        value
    }

    fn constant(&self, value: Quotient) -> Option<Sum> {
        Some(Sum::of(Term::constant(value), self.field))
    }

    fn read(&mut self, id: NodeId) -> Option<Sum> {
        match self.graph.node(id).clone() {
            Node::Constant(value) => self.constant(self.field.rational(&value)),
            Node::Pi => {
                let pi = self.field.pi();
                self.constant(pi)
            }
            Node::Param(parameter) => self.constant(self.field.parameter(parameter)),
            Node::TransformVariable => {
                let one = self.field.integer(1);
                Some(Sum::of(Term { coefficient: one, power: 1, factors: Vec::new() }, self.field))
            }
            Node::Sum(operands) => {
                let mut sum = Sum::default();
                for operand in operands {
                    let operand = self.node(operand)?;
                    sum.add_all(operand, self.field);
                }
                Some(sum)
            }
            Node::Product(operands) => {
                let mut product = self.constant(self.field.integer(1))?;
                for operand in operands {
                    product = product.times(&self.node(operand)?, self.field);
                }
                Some(product)
            }
            Node::Power(base, exponent) => {
                let base = self.node(base)?;
                if (0..=4).contains(&exponent) {
                    let one = self.constant(self.field.integer(1))?;
                    return Some((0..exponent).fold(one, |power, _| power.times(&base, self.field)));
                }
                let exponent = self.field.integer(exponent.into());
                self.power(&base, &exponent)
            }
            Node::RealPower(base, exponent) => {
                let (base, exponent) = (self.node(base)?, self.node(exponent)?.as_constant(self.field)?);
                self.power(&base, &exponent)
            }
            Node::Call(primitive, argument) => self.call(primitive, argument),
            Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..)
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_) => None,
        }
    }

    fn call(&mut self, primitive: Primitive, argument: NodeId) -> Option<Sum> {
        let one = self.constant(self.field.integer(1))?;
        let minus_one = self.constant(self.field.integer(-1))?;
        match primitive {
            Primitive::Exp => {
                let argument = self.node(argument)?;
                self.exponential(&argument)
            }
            Primitive::ExpM1 => {
                let argument = self.node(argument)?;
                let mut sum = self.exponential(&argument)?;
                sum.add_all(minus_one, self.field);
                Some(sum)
            }
            Primitive::Ln => self.logarithm(argument),
            Primitive::Ln1p => {
                let mut sum = self.node(argument)?;
                sum.add_all(one, self.field);
                self.logarithm_of(&sum)
            }
            Primitive::Sqrt => {
                let argument = self.node(argument)?;
                let half = self.field.rational(&Rational::new(1.into(), 2.into()));
                self.power(&argument, &half)
            }
            Primitive::LnGamma | Primitive::Polygamma(_) => {
                let argument = self.node(argument)?.as_constant(self.field)?;
                let value = match primitive {
                    Primitive::Polygamma(order) => self.field.polygamma(order, &argument),
                    _ => self.field.ln_gamma(&argument),
                };
                self.constant(value.ok()?)
            }
            Primitive::Sin
            | Primitive::Cos
            | Primitive::Tan
            | Primitive::Sinh
            | Primitive::Cosh
            | Primitive::Tanh
            | Primitive::Atan
            | Primitive::Sigmoid
            | Primitive::LogSigmoid
            | Primitive::Softplus
            | Primitive::Abs
            | Primitive::Sign => None,
        }
    }

    /// `e^x`.
    fn exponential(&mut self, x: &Sum) -> Option<Sum> {
        let mut exponent = Exponent::zero(self.field);
        let mut factors = Vec::new();
        let mut constant = self.field.integer(0);
        for term in &x.terms {
            match (term.power, term.factors.as_slice()) {
                (0, []) => constant = self.field.add(&constant, &term.coefficient),
                (1, []) => exponent.drift = term.coefficient.clone(),
                (2, []) => exponent.diffusion = term.coefficient.clone(),
                (0, [Factor::Exponential(jump)]) if jump.jumps.is_empty() => {
                    let rate = term.coefficient.clone();
                    constant = self.field.add(&constant, &rate);
                    let (drift, diffusion) = (jump.drift.clone(), jump.diffusion.clone());
                    exponent.add_jump(Jump { rate, drift, diffusion }, self.field);
                }
                (0, [Factor::Logarithm(inner)]) => {
                    factors.push(Factor::Power(inner.clone(), term.coefficient.clone()));
                }
                _ => return None,
            }
        }
        let coefficient = self.field.exp(&constant).ok()?;
        if exponent != Exponent::zero(self.field) {
            factors.push(Factor::Exponential(exponent));
        }
        Some(Sum::of(Term { coefficient, power: 0, factors }, self.field))
    }

    /// The logarithm of a node: of products and powers, those of what they are made of.
    fn logarithm(&mut self, id: NodeId) -> Option<Sum> {
        match self.graph.node(id).clone() {
            Node::Product(operands) => {
                let mut sum = Sum::default();
                for operand in operands {
                    let operand = self.logarithm(operand)?;
                    sum.add_all(operand, self.field);
                }
                Some(sum)
            }
            Node::Power(base, exponent) => {
                let exponent = self.field.integer(exponent.into());
                Some(self.logarithm(base)?.scaled(&exponent, self.field))
            }
            Node::Constant(value) if value < Rational::from_integer(0.into()) => {
                // The sign of one factor, which another one takes away.
                self.logarithm_of(&Sum::of(Term::constant(self.field.rational(&-value)), self.field))
            }
            _ => {
                let argument = self.node(id)?;
                self.logarithm_of(&argument)
            }
        }
    }

    fn logarithm_of(&mut self, x: &Sum) -> Option<Sum> {
        if let [Term { coefficient, power: 0, factors }] = x.terms.as_slice() {
            let constant = self.field.ln(coefficient).ok()?;
            let mut sum = self.constant(constant)?;
            for factor in factors {
                match factor {
                    Factor::Exponential(exponent) => sum.add_all(exponent.as_sum(self.field), self.field),
                    Factor::Power(exponent, power) => {
                        let factors = vec![Factor::Logarithm(exponent.clone())];
                        sum.add(Term { coefficient: power.clone(), power: 0, factors }, self.field);
                    }
                    Factor::Logarithm(_) => return None,
                }
            }
            return Some(sum);
        }
        let (scale, exponent) = self.normalised(x)?;
        self.positive.push(scale.clone());
        let constant = self.field.ln(&scale).ok()?;
        let mut sum = self.constant(constant)?;
        let parts = self.parts(&exponent).unwrap_or_else(|| vec![exponent]);
        for part in parts {
            let factors = vec![Factor::Logarithm(part)];
            sum.add(Term { coefficient: self.field.integer(1), power: 0, factors }, self.field);
        }
        Some(sum)
    }

    /// `x^exponent`.
    fn power(&mut self, x: &Sum, exponent: &Quotient) -> Option<Sum> {
        if let [Term { coefficient, power: 0, factors }] = x.terms.as_slice() {
            let coefficient = self.field.real_power(coefficient, exponent).ok()?;
            let raised = factors.iter().map(|factor| match factor {
                Factor::Exponential(inner) => Some(Factor::Exponential(inner.scaled(exponent, self.field))),
                Factor::Power(inner, power) => Some(Factor::Power(inner.clone(), self.field.multiply(power, exponent))),
                Factor::Logarithm(_) => None,
            });
            let factors = raised.collect::<Option<Vec<_>>>()?;
            return Some(Sum::of(Term { coefficient, power: 0, factors }, self.field));
        }
        let (scale, inner) = self.normalised(x)?;
        if self.field.as_rational(exponent).is_none_or(|exponent| !exponent.is_integer()) {
            self.positive.push(scale.clone());
        }
        let coefficient = self.field.real_power(&scale, exponent).ok()?;
        let factors = vec![Factor::Power(inner, exponent.clone())];
        Some(Sum::of(Term { coefficient, power: 0, factors }, self.field))
    }

    /// `x = scale (1 - ψ)`.
    fn normalised(&self, x: &Sum) -> Option<(Quotient, Exponent)> {
        let field = &*self.field;
        let scale = x.at_zero(field);
        if scale.is_zero() {
            return None;
        }
        let mut exponent = Exponent::zero(field);
        for term in &x.terms {
            let coefficient = field.multiply(&field.integer(-1), &field.divide(&term.coefficient, &scale));
            match (term.power, term.factors.as_slice()) {
                (0, []) => {}
                (1, []) => exponent.drift = coefficient,
                (2, []) => exponent.diffusion = coefficient,
                (0, [Factor::Exponential(jump)]) if jump.jumps.is_empty() => {
                    let (drift, diffusion) = (jump.drift.clone(), jump.diffusion.clone());
                    exponent.add_jump(Jump { rate: coefficient, drift, diffusion }, field);
                }
                _ => return None,
            }
        }
        Some((scale, exponent))
    }

    /// `1 - ψ = (1 - r s)(1 - t s)` with rational roots, if wanted and possible: `r` and `t` are
    /// `(drift ± √(drift² + 4 diffusion)) / 2`.
    fn parts(&mut self, exponent: &Exponent) -> Option<Vec<Exponent>> {
        if !self.split || exponent.diffusion.is_zero() || !exponent.jumps.is_empty() {
            return None;
        }
        let half = self.field.rational(&Rational::new(1.into(), 2.into()));
        let square = self.field.multiply(&exponent.drift, &exponent.drift);
        let four = self.field.multiply(&self.field.integer(4), &exponent.diffusion);
        let discriminant = self.field.add(&square, &four);
        let root = self.field.real_power(&discriminant, &half).ok()?;
        if !self.field.is_rational_function(&root) {
            return None;
        }
        let field = &*self.field;
        let root_of = |sum: Quotient| Exponent::without_jumps(field.multiply(&half, &sum), field.integer(0));
        Some(vec![root_of(field.add(&exponent.drift, &root)), root_of(field.subtract(&exponent.drift, &root))])
    }
}
