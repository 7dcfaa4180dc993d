//! Sums of `c(θ) s^p Π factors`, in which a log characteristic function and its gradient are written.

use crate::algebra::{Field, Quotient};
use crate::ir::ParamId;

/// The log characteristic function at time 1 of a Brownian motion with drift and jumps:
/// `drift s + diffusion s² + Σ rate (e^(jump) - 1)`. It is 0 at `s = 0`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exponent {
    pub(super) drift: Quotient,
    pub(super) diffusion: Quotient,
    pub(super) jumps: Vec<Jump>,
}

/// Jumps that come at a rate and are normal: `rate (e^(drift s + diffusion s²) - 1)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Jump {
    pub(super) rate: Quotient,
    pub(super) drift: Quotient,
    pub(super) diffusion: Quotient,
}

impl Exponent {
    pub(super) fn zero(field: &Field) -> Self {
        Self { drift: field.integer(0), diffusion: field.integer(0), jumps: Vec::new() }
    }

    /// `drift s + diffusion s²`.
    pub(super) const fn without_jumps(drift: Quotient, diffusion: Quotient) -> Self {
        Self { drift, diffusion, jumps: Vec::new() }
    }

    /// Whether it has no diffusion and no jumps.
    pub(super) fn is_drift(&self) -> bool {
        self.diffusion.is_zero() && self.jumps.is_empty()
    }

    /// The rate and the length of the jumps, if it is nothing but jumps of one length.
    pub(super) fn as_jump(&self) -> Option<(&Quotient, &Quotient)> {
        let [jump] = self.jumps.as_slice() else { return None };
        let only = self.drift.is_zero() && self.diffusion.is_zero() && jump.diffusion.is_zero();
        only.then_some((&jump.rate, &jump.drift))
    }

    fn is_lattice(&self) -> bool {
        self.drift.is_zero() && self.diffusion.is_zero() && self.jumps.iter().all(|jump| jump.diffusion.is_zero())
    }

    fn plus(&self, other: &Self, field: &Field) -> Self {
        let mut sum = self.clone();
        sum.drift = field.add(&sum.drift, &other.drift);
        sum.diffusion = field.add(&sum.diffusion, &other.diffusion);
        for jump in &other.jumps {
            sum.add_jump(jump.clone(), field);
        }
        sum
    }

    /// Adds jumps, to those of the same law if there are any.
    pub(super) fn add_jump(&mut self, jump: Jump, field: &Field) {
        let known = self.jumps.iter_mut().find(|known| known.drift == jump.drift && known.diffusion == jump.diffusion);
        match known {
            Some(known) => known.rate = field.add(&known.rate, &jump.rate),
            None => self.jumps.push(jump),
        }
        self.jumps.retain(|jump| !jump.rate.is_zero());
    }

    pub(super) fn scaled(&self, factor: &Quotient, field: &Field) -> Self {
        let times = |x: &Quotient| field.multiply(factor, x);
        let jump = |jump: &Jump| Jump { rate: times(&jump.rate), ..jump.clone() };
        Self {
            drift: times(&self.drift),
            diffusion: times(&self.diffusion),
            jumps: self.jumps.iter().map(jump).collect(),
        }
    }

    /// The exponent as a sum.
    pub(super) fn as_sum(&self, field: &Field) -> Sum {
        let mut sum = Sum::default();
        sum.add(Term { coefficient: self.drift.clone(), power: 1, factors: Vec::new() }, field);
        sum.add(Term { coefficient: self.diffusion.clone(), power: 2, factors: Vec::new() }, field);
        for jump in &self.jumps {
            let minus = field.multiply(&field.integer(-1), &jump.rate);
            sum.add(Term { coefficient: jump.rate.clone(), power: 0, factors: vec![jump.exponential()] }, field);
            sum.add(Term::constant(minus), field);
        }
        sum
    }

    fn derivative(&self, field: &mut Field, parameter: ParamId) -> Sum {
        let mut sum = Sum::default();
        for (coefficient, power) in [(&self.drift, 1), (&self.diffusion, 2)] {
            let coefficient = field.derivative(coefficient, parameter);
            sum.add(Term { coefficient, power, factors: Vec::new() }, field);
        }
        for jump in &self.jumps {
            let rate = field.derivative(&jump.rate, parameter);
            let minus = field.multiply(&field.integer(-1), &rate);
            sum.add(Term { coefficient: rate, power: 0, factors: vec![jump.exponential()] }, field);
            sum.add(Term::constant(minus), field);
            for (coefficient, power) in [(&jump.drift, 1), (&jump.diffusion, 2)] {
                let slope = field.derivative(coefficient, parameter);
                let coefficient = field.multiply(&jump.rate, &slope);
                sum.add(Term { coefficient, power, factors: vec![jump.exponential()] }, field);
            }
        }
        sum
    }
}

impl Jump {
    /// `e^(drift s + diffusion s²)`.
    pub(super) fn exponential(&self) -> Factor {
        Factor::Exponential(Exponent::without_jumps(self.drift.clone(), self.diffusion.clone()))
    }
}

/// A factor that is 1 at `s = 0`, or a logarithm, which is 0 there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Factor {
    /// `e^ψ`
    Exponential(Exponent),
    /// `(1 - ψ)^e`
    Power(Exponent, Quotient),
    /// `ln(1 - ψ)`
    Logarithm(Exponent),
}

/// `coefficient s^power Π factors`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) coefficient: Quotient,
    pub(super) power: u32,
    pub(super) factors: Vec<Factor>,
}

impl Term {
    pub(super) const fn constant(coefficient: Quotient) -> Self {
        Self { coefficient, power: 0, factors: Vec::new() }
    }

    /// Whether it is a number.
    pub(super) fn is_constant(&self) -> bool {
        self.power == 0 && self.factors.is_empty()
    }

    /// Whether it differs from another by the coefficient only.
    fn is_like(&self, other: &Self) -> bool {
        self.power == other.power
            && self.factors.len() == other.factors.len()
            && self.factors.iter().all(|factor| {
                let count = |factors: &[Factor]| factors.iter().filter(|other| *other == factor).count();
                count(&self.factors) == count(&other.factors)
            })
    }

    fn times(&self, other: &Self, field: &Field) -> Self {
        let mut product = Self {
            coefficient: field.multiply(&self.coefficient, &other.coefficient),
            power: self.power + other.power,
            factors: self.factors.clone(),
        };
        for factor in &other.factors {
            product.multiply_by(factor, field);
        }
        product
    }

    /// Multiplies by a factor, joined with one of its kind.
    fn multiply_by(&mut self, factor: &Factor, field: &Field) {
        for known in &mut self.factors {
            match (known, factor) {
                (Factor::Exponential(known), Factor::Exponential(other)) => {
                    *known = known.plus(other, field);
                    let zero = Exponent::zero(field);
                    self.factors.retain(|factor| *factor != Factor::Exponential(zero.clone()));
                    return;
                }
                (Factor::Power(known, exponent), Factor::Power(other, more)) if known == other => {
                    *exponent = field.add(exponent, more);
                    self.factors.retain(|factor| !matches!(factor, Factor::Power(_, e) if e.is_zero()));
                    return;
                }
                (Factor::Exponential(_) | Factor::Power(..) | Factor::Logarithm(_), _) => {}
            }
        }
        self.factors.push(factor.clone());
    }
}

/// A sum of terms, no two of which are alike, none with coefficient 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) terms: Vec<Term>,
}

impl Sum {
    pub(super) fn of(term: Term, field: &Field) -> Self {
        let mut sum = Self::default();
        sum.add(term, field);
        sum
    }

    pub(super) fn add(&mut self, term: Term, field: &Field) {
        match self.terms.iter_mut().find(|known| known.is_like(&term)) {
            Some(known) => known.coefficient = field.add(&known.coefficient, &term.coefficient),
            None => self.terms.push(term),
        }
        self.terms.retain(|term| !term.coefficient.is_zero());
    }

    pub(super) fn add_all(&mut self, other: Self, field: &Field) {
        for term in other.terms {
            self.add(term, field);
        }
    }

    pub(super) fn times(&self, other: &Self, field: &Field) -> Self {
        let mut product = Self::default();
        for left in &self.terms {
            for right in &other.terms {
                product.add(left.times(right, field), field);
            }
        }
        product
    }

    pub(super) fn scaled(&self, factor: &Quotient, field: &Field) -> Self {
        self.times(&Self::of(Term::constant(factor.clone()), field), field)
    }

    /// The number that it is, if it does not depend on `s`.
    pub(super) fn as_constant(&self, field: &Field) -> Option<Quotient> {
        match self.terms.as_slice() {
            [] => Some(field.integer(0)),
            [term] if term.is_constant() => Some(term.coefficient.clone()),
            _ => None,
        }
    }

    /// The value at `s = 0`.
    pub(super) fn at_zero(&self, field: &Field) -> Quotient {
        let counts =
            |term: &&Term| term.power == 0 && !term.factors.iter().any(|factor| matches!(factor, Factor::Logarithm(_)));
        let terms = self.terms.iter().filter(counts);
        terms.fold(field.integer(0), |sum, term| field.add(&sum, &term.coefficient))
    }

    /// Whether it depends on `s` through `e^{cs}` only.
    pub(super) fn is_lattice(&self) -> bool {
        let factor = |factor: &Factor| match factor {
            Factor::Exponential(exponent) => exponent.is_drift() || exponent.is_lattice(),
            Factor::Power(exponent, _) | Factor::Logarithm(exponent) => exponent.is_lattice(),
        };
        self.terms.iter().all(|term| term.power == 0 && term.factors.iter().all(factor))
    }

    /// The derivative with respect to a parameter.
    pub(super) fn derivative(&self, field: &mut Field, parameter: ParamId) -> Self {
        let mut sum = Self::default();
        for term in &self.terms {
            let coefficient = field.derivative(&term.coefficient, parameter);
            sum.add(Term { coefficient, ..term.clone() }, field);
            for (index, factor) in term.factors.iter().enumerate() {
                let mut rest = term.clone();
                rest.factors.remove(index);
                let inner = factor.derivative(field, parameter);
                sum.add_all(Self::of(rest, field).times(&inner, field), field);
            }
        }
        sum
    }
}

impl Factor {
    fn derivative(&self, field: &mut Field, parameter: ParamId) -> Sum {
        let alone = |factor: Factor, coefficient: Quotient| Term { coefficient, power: 0, factors: vec![factor] };
        match self {
            Factor::Exponential(exponent) => {
                let inner = exponent.derivative(field, parameter);
                inner.times(&Sum::of(alone(self.clone(), field.integer(1)), field), field)
            }
            Factor::Logarithm(exponent) => {
                let inner = exponent.derivative(field, parameter);
                let minus = field.integer(-1);
                let inverse = Factor::Power(exponent.clone(), minus.clone());
                inner.times(&Sum::of(alone(inverse, minus), field), field)
            }
            Factor::Power(exponent, power) => {
                let inner = exponent.derivative(field, parameter);
                let minus = field.multiply(&field.integer(-1), power);
                let lower = Factor::Power(exponent.clone(), field.subtract(power, &field.integer(1)));
                let mut sum = inner.times(&Sum::of(alone(lower, minus), field), field);
                let slope = field.derivative(power, parameter);
                let factors = vec![self.clone(), Factor::Logarithm(exponent.clone())];
                sum.add(Term { coefficient: slope, power: 0, factors }, field);
                sum
            }
        }
    }
}
