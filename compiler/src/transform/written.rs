//! Checks an author's rule on polynomials, in exact arithmetic and for all parameters at once.
//!
//! For `f = z^m` both sides of `∂_θ E f(z) = E[rule]` are known: the left one by the cumulants of the law, the right one because
//! weights and points are polynomials in the draw and in base draws that declare their moments. Equality up to degree 12 is
//! no proof for other functions, and the report says so; but a wrong weight, point or coefficient does not get through.
//!
//! The elements are polynomials over the draw, the base draws and decays (`decay`), with exponents of either sign.

use std::collections::BTreeMap;

use super::decay::{Decay, decay};
use super::moments::moment;
use crate::algebra::{Field, Quotient};
use crate::ir::{BaseDraw, Coefficient, DrawId, ExactRule, Graph, Node, NodeId, ParamId, Primitive, Rational};

/// A variable of the polynomials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    /// The draw of the law.
    Draw,
    /// A base draw.
    Base(usize),
    /// A factor `e^{-T/(x + K)}`, by its place in the table of those met.
    Decay(usize),
}

/// Products of powers of variables, with their coefficients.
#[derive(Clone, Debug, Default)]
struct Polynomial(BTreeMap<BTreeMap<Variable, i32>, Quotient>);

impl Polynomial {
    fn constant(value: Quotient) -> Self {
        let mut polynomial = Self::default();
        if !value.is_zero() {
            polynomial.0.insert(BTreeMap::new(), value);
        }
        polynomial
    }

    fn variable(variable: Variable, field: &Field) -> Self {
        Self(BTreeMap::from([(BTreeMap::from([(variable, 1)]), field.integer(1))]))
    }

    fn as_constant(&self, field: &Field) -> Option<Quotient> {
        match self.0.len() {
            0 => Some(field.integer(0)),
            1 => self.0.get(&BTreeMap::new()).cloned(),
            _ => None,
        }
    }

    fn add_term(&mut self, monomial: BTreeMap<Variable, i32>, value: &Quotient, field: &Field) {
        let sum = match self.0.get(&monomial) {
            Some(known) => field.add(known, value),
            None => value.clone(),
        };
        if sum.is_zero() {
            self.0.remove(&monomial);
        } else {
            self.0.insert(monomial, sum);
        }
    }

    fn add(&mut self, other: &Self, field: &Field) {
        for (monomial, value) in &other.0 {
            self.add_term(monomial.clone(), value, field);
        }
    }

    fn times(&self, other: &Self, field: &Field) -> Self {
        let mut product = Self::default();
        for (left, x) in &self.0 {
            for (right, y) in &other.0 {
                let mut monomial = left.clone();
                for (variable, exponent) in right {
                    *monomial.entry(*variable).or_insert(0) += exponent;
                }
                monomial.retain(|_, exponent| *exponent != 0);
                product.add_term(monomial, &field.multiply(x, y), field);
            }
        }
        product
    }

    fn power(&self, exponent: u32, field: &Field) -> Self {
        (0..exponent).fold(Self::constant(field.integer(1)), |power, _| power.times(self, field))
    }

    /// `1 / p`, if it is one term.
    fn inverse(&self, field: &Field) -> Option<Self> {
        let mut terms = self.0.iter();
        let ((monomial, value), None) = (terms.next()?, terms.next()) else { return None };
        let monomial = monomial.iter().map(|(variable, exponent)| (*variable, -exponent)).collect();
        Some(Self(BTreeMap::from([(monomial, field.divide(&field.integer(1), value))])))
    }
}

/// Compares a rule with `∂_θ E z^m`, given the moments `E z^m` for `m` from 0 to the degree that is checked; `variable` is
/// what `z` is called in messages.
///
/// # Errors
/// What differs, in words; or that the rule is no polynomial in the draws, so that it cannot be checked.
pub(crate) fn check(
    rule: &ExactRule,
    parameter: ParamId,
    moments: &[Quotient],
    variable: &str,
    field: &mut Field,
) -> Result<(), String> {
    let mut sides = vec![Polynomial::default(); moments.len()];
    let no_coefficient = "its coefficient is not a function of the parameters that exact algebra knows";
    for Coefficient { order, value } in &rule.derivatives {
        let weight = Reading::new(value, &[], &mut *field).node(value.output()).ok_or(no_coefficient)?;
        let mut power = weight;
        let draw = Polynomial::variable(Variable::Draw, field);
        for (m, side) in (0..).zip(&mut sides).skip(*order as usize) {
            side.add(&power.times(&falling(m, *order, field), field), field);
            power = power.times(&draw, field);
        }
    }
    for term in &rule.stencils {
        let numbers = &term.stencil.numbers;
        let coefficient = Reading::new(&term.coefficient, &[], &mut *field).node(term.coefficient.output());
        let coefficient = coefficient.ok_or(no_coefficient)?;
        let mut reading = Reading::new(&numbers.graph, &numbers.draws, &mut *field);
        for (probe, &order) in term.stencil.orders.iter().enumerate() {
            let not_checked = "its points and weights are no polynomials in the draws, so that it cannot be checked";
            let point = reading.node(term.stencil.point(probe)).ok_or(not_checked)?;
            let weight =
                reading.node(term.stencil.weight(probe)).ok_or(not_checked)?.times(&coefficient, reading.field);
            let mut power = Polynomial::constant(reading.field.integer(1));
            for (m, side) in (0..).zip(&mut sides).skip(order as usize) {
                let scale = falling(m, order, reading.field);
                side.add(&weight.times(&power, reading.field).times(&scale, reading.field), reading.field);
                power = power.times(&point, reading.field);
            }
        }
        for side in &mut sides {
            *side = reading
                .expected(std::mem::take(side))
                .ok_or("a moment of one of its base draws is not known exactly")?;
        }
    }
    for (m, side) in sides.iter().enumerate() {
        let mut found = field.integer(0);
        for (monomial, value) in &side.0 {
            let exponent = monomial.get(&Variable::Draw).copied().unwrap_or(0);
            let moment = usize::try_from(exponent).ok().and_then(|exponent| moments.get(exponent));
            let moment = moment.ok_or("it has a power of the draw whose expectation is not known")?;
            found = field.add(&found, &field.multiply(value, moment));
        }
        let expected = field.derivative(&moments[m], parameter);
        let difference = field.subtract(&found, &expected);
        if !difference.is_zero() {
            return Err(format!("it is wrong for f(z) = {variable}^{m}"));
        }
    }
    Ok(())
}

/// `m! / (m - p)!` of `D^p y^m = m! / (m - p)! y^(m - p)`.
fn falling(m: u32, order: u32, field: &Field) -> Polynomial {
    let product = (m - order + 1..=m).fold(1_i64, |product, factor| product * i64::from(factor));
    Polynomial::constant(field.integer(product))
}

/// `E z^m` for `m` up to `degree`, from `κ_n / n!` for `n = 1, 2, …`.
pub(crate) fn moments_of_cumulants(cumulants: &[Quotient], degree: u32, field: &Field) -> Vec<Quotient> {
    // With e_m = E z^m / m!: m e_m = Σ_j j (κ_j / j!) e_(m - j).
    let mut scaled = vec![field.integer(1)];
    for m in 1..=degree as usize {
        let mut sum = field.integer(0);
        for j in 1..=m {
            if let Some(cumulant) = cumulants.get(j - 1) {
                let factor = field.multiply(&field.integer(j as i64), cumulant);
                sum = field.add(&sum, &field.multiply(&factor, &scaled[m - j]));
            }
        }
        scaled.push(field.divide(&sum, &field.integer(m as i64)));
    }
    let mut factorial = field.integer(1);
    for (m, moment) in scaled.iter_mut().enumerate().skip(1) {
        factorial = field.multiply(&factorial, &field.integer(m as i64));
        *moment = field.multiply(moment, &factorial);
    }
    scaled
}

/// Reads graphs over parameters, the draw and base draws as polynomials.
struct Reading<'a> {
    graph: &'a Graph,
    draws: &'a [BaseDraw],
    field: &'a mut Field,
    /// The decays met, with their `x`.
    decays: Vec<(Decay, Quotient)>,
}

impl<'a> Reading<'a> {
    fn new(graph: &'a Graph, draws: &'a [BaseDraw], field: &'a mut Field) -> Self {
        Self { graph, draws, field, decays: Vec::new() }
    }

    fn node(&mut self, id: NodeId) -> Option<Polynomial> {
        Some(match self.graph.node(id).clone() {
            Node::Constant(value) => Polynomial::constant(self.field.rational(&value)),
            Node::Pi => Polynomial::constant(self.field.pi()),
            Node::Param(parameter) => Polynomial::constant(self.field.parameter(parameter)),
            Node::Sample => Polynomial::variable(Variable::Draw, self.field),
            Node::Draw(draw) => Polynomial::variable(Variable::Base(draw.0), self.field),
            Node::Sum(operands) => {
                let mut sum = Polynomial::default();
                for operand in operands {
                    let operand = self.node(operand)?;
                    sum.add(&operand, self.field);
                }
                sum
            }
            Node::Product(operands) => {
                let mut product = Polynomial::constant(self.field.integer(1));
                for operand in operands {
                    product = product.times(&self.node(operand)?, self.field);
                }
                product
            }
            Node::Power(base, exponent) => {
                let base = self.node(base)?;
                let base = if exponent < 0 { base.inverse(self.field)? } else { base };
                base.power(exponent.unsigned_abs(), self.field)
            }
            Node::RealPower(base, exponent) => {
                let (base, exponent) = (self.constant(base)?, self.constant(exponent)?);
                Polynomial::constant(self.field.real_power(&base, &exponent).ok()?)
            }
            Node::Call(primitive, argument) => {
                if primitive == Primitive::Exp
                    && let Some(decay) = decay(self.graph, argument, self.draws)
                {
                    return self.decay(decay);
                }
                let argument = self.constant(argument)?;
                let half = self.field.rational(&Rational::new(1.into(), 2.into()));
                Polynomial::constant(match primitive {
                    Primitive::Exp => self.field.exp(&argument).ok()?,
                    Primitive::Ln => self.field.ln(&argument).ok()?,
                    Primitive::Sqrt => self.field.real_power(&argument, &half).ok()?,
                    Primitive::LnGamma => self.field.ln_gamma(&argument).ok()?,
                    Primitive::Polygamma(order) => self.field.polygamma(order, &argument).ok()?,
                    _ => return None,
                })
            }
            Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..)
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Ridge
            | Node::Data(_)
            | Node::Input(_)
            | Node::Coordinate(_) => return None,
        })
    }

    fn constant(&mut self, id: NodeId) -> Option<Quotient> {
        let value = self.node(id)?;
        value.as_constant(self.field)
    }

    /// The variable of a decay, whose draws must be those of no other.
    fn decay(&mut self, decay: Decay) -> Option<Polynomial> {
        let place = match self.decays.iter().position(|(known, _)| *known == decay) {
            Some(place) => place,
            None => {
                if self.decays.iter().any(|(known, _)| known.shares_a_draw(&decay)) {
                    return None;
                }
                let x = self.constant(self.draws[decay.mixture].arguments[0])?;
                let mut offset = self.field.integer(0);
                for &term in &decay.offset {
                    let term = self.constant(term)?;
                    offset = self.field.add(&offset, &term);
                }
                if !self.field.subtract(&offset, &x).is_zero() {
                    return None;
                }
                self.decays.push((decay, x));
                self.decays.len() - 1
            }
        };
        Some(Polynomial::variable(Variable::Decay(place), self.field))
    }

    /// The expectation over decays, when their draws stand nowhere else.
    fn expected_decays(&mut self, polynomial: &Polynomial) -> Option<Polynomial> {
        let mut result = Polynomial::default();
        for (monomial, value) in &polynomial.0 {
            let (mut rest, mut value) = (BTreeMap::new(), value.clone());
            for (variable, exponent) in monomial {
                match variable {
                    Variable::Decay(place) => {
                        let x = self.decays[*place].1.clone();
                        let moment = super::decay::moment(&x, u32::try_from(*exponent).ok()?, self.field)?;
                        value = self.field.multiply(&value, &moment);
                    }
                    Variable::Draw | Variable::Base(_) => {
                        rest.insert(*variable, *exponent);
                    }
                }
            }
            result.add_term(rest, &value, self.field);
        }
        Some(result)
    }

    /// The expectation over all base draws. A draw goes before those that its arguments depend on, and one whose moments
    /// are not all known waits: the other draws may take the unknown ones away.
    fn expected(&mut self, mut polynomial: Polynomial) -> Option<Polynomial> {
        let mut left: Vec<usize> = (0..self.draws.len()).collect();
        while !left.is_empty() {
            let is_read = |index: usize| {
                left.iter().any(|&other| self.draws[other].arguments.iter().any(|&id| self.depends(id, index)))
            };
            let free: Vec<usize> = left.iter().rev().copied().filter(|&index| !is_read(index)).collect();
            let (index, result) =
                free.into_iter().find_map(|index| Some((index, self.expected_over(index, &polynomial)?)))?;
            polynomial = result;
            left.retain(|other| *other != index);
        }
        self.expected_decays(&polynomial)
    }

    fn depends(&self, id: NodeId, draw: usize) -> bool {
        let node = self.graph.node(id);
        let mut found = *node == Node::Draw(DrawId(draw));
        node.for_each_operand(|operand| found |= self.depends(operand, draw));
        found
    }

    /// The expectation over one draw.
    fn expected_over(&mut self, index: usize, polynomial: &Polynomial) -> Option<Polynomial> {
        let mut result = Polynomial::default();
        let mut known: BTreeMap<i32, Polynomial> = BTreeMap::new();
        for (monomial, value) in &polynomial.0 {
            let mut rest = monomial.clone();
            let mut term = Polynomial::constant(value.clone());
            if let Some(exponent) = rest.remove(&Variable::Base(index)) {
                let is_in = |variable: &Variable| match variable {
                    Variable::Decay(place) => self.decays[*place].0.reads(index),
                    Variable::Draw | Variable::Base(_) => false,
                };
                if rest.keys().any(is_in) {
                    return None;
                }
                let moment = match known.get(&exponent) {
                    Some(moment) => moment.clone(),
                    None => self.moment(index, exponent)?,
                };
                term = term.times(&moment, self.field);
                known.insert(exponent, moment);
            }
            let factor = Polynomial(BTreeMap::from([(rest, self.field.integer(1))]));
            result.add(&term.times(&factor, self.field), self.field);
        }
        Some(result)
    }

    fn moment(&mut self, index: usize, exponent: i32) -> Option<Polynomial> {
        let mut arguments = Vec::new();
        for argument in self.draws[index].arguments.clone() {
            arguments.push(self.node(argument)?);
        }
        let pi = self.field.pi();
        let pi_squared = Polynomial::constant(self.field.multiply(&pi, &pi));
        // The one that a mixture over the inverse squares may ask for.
        let odd_zeta = match u32::try_from(2 - exponent) {
            Ok(n) if n % 2 == 1 => Some((n, self.field.zeta(n).ok()?)),
            Ok(_) | Err(_) => None,
        };
        let arguments = Arguments { arguments, pi_squared, odd_zeta, field: self.field };
        moment(self.draws[index].kind, exponent, &arguments)
    }
}

/// The arguments of a base draw, and arithmetic with them.
struct Arguments<'a> {
    arguments: Vec<Polynomial>,
    pi_squared: Polynomial,
    odd_zeta: Option<(u32, Quotient)>,
    field: &'a Field,
}

impl super::moments::Arithmetic for Arguments<'_> {
    type Value = Polynomial;

    fn argument(&self, index: usize) -> Polynomial {
        self.arguments[index].clone()
    }

    fn rational(&self, value: &Rational) -> Polynomial {
        Polynomial::constant(self.field.rational(value))
    }

    fn add(&self, x: &Polynomial, y: &Polynomial) -> Polynomial {
        let mut sum = x.clone();
        sum.add(y, self.field);
        sum
    }

    fn multiply(&self, x: &Polynomial, y: &Polynomial) -> Polynomial {
        x.times(y, self.field)
    }

    fn invert(&self, x: &Polynomial) -> Option<Polynomial> {
        let value = x.as_constant(self.field).filter(|value| !value.is_zero())?;
        Some(Polynomial::constant(self.field.divide(&self.field.integer(1), &value)))
    }

    fn pi_squared(&self) -> Polynomial {
        self.pi_squared.clone()
    }

    fn odd_zeta(&self, n: u32) -> Option<Polynomial> {
        let (known, value) = self.odd_zeta.as_ref()?;
        (*known == n).then(|| Polynomial::constant(value.clone()))
    }
}
