//! Sums of powers times exponentials, and their arithmetic.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::complex::{Complex, Numbers};
use super::{ExponentialSum, Group, HIGHEST_POWER, MOST_TERMS, Parts};
use crate::ir::{Node, NodeId};
use crate::passes;

/// Exponent and power, and the coefficient: `Σ Re c z^m e^{λz}`. Where `λ` is real, so is `c`.
pub(super) type Sum = BTreeMap<(Complex, u32), Complex>;

impl Numbers {
    pub(super) fn times(&mut self, x: &Sum, y: &Sum) -> Result<Sum, String> {
        let mut product = Sum::new();
        for (&(slope, power), &coefficient) in x {
            for (&(other_slope, other_power), &other) in y {
                let highest = power + other_power;
                if highest > HIGHEST_POWER {
                    return Err(format!("a power above {HIGHEST_POWER}"));
                }
                if product.len() > MOST_TERMS {
                    return Err(format!("more than {MOST_TERMS} terms"));
                }
                let (exponent, value) = (self.add(slope, other_slope), self.product(coefficient, other));
                if slope.im.is_none() || other_slope.im.is_none() {
                    self.insert(&mut product, exponent, highest, value);
                    continue;
                }
                let half = Complex::real(self.fraction(1, 2));
                let value = self.product(value, half);
                self.insert(&mut product, exponent, highest, value);
                let (conjugate_slope, conjugate) = (self.conjugate(other_slope), self.conjugate(other));
                let (exponent, value) = (self.add(slope, conjugate_slope), self.product(coefficient, conjugate));
                let value = self.product(value, half);
                self.insert(&mut product, exponent, highest, value);
            }
        }
        Ok(product)
    }

    pub(super) fn plus(&mut self, mut x: Sum, y: Sum) -> Sum {
        for ((exponent, power), coefficient) in y {
            self.insert(&mut x, exponent, power, coefficient);
        }
        x
    }

    /// Adds a term; of a real exponential the real part of the coefficient counts.
    fn insert(&mut self, sum: &mut Sum, exponent: Complex, power: u32, coefficient: Complex) {
        let coefficient = if exponent.im.is_none() { Complex { im: None, ..coefficient } } else { coefficient };
        let total = match sum.get(&(exponent, power)) {
            Some(&present) => self.add(present, coefficient),
            None => coefficient,
        };
        if total == Complex::ZERO {
            sum.remove(&(exponent, power));
        } else {
            sum.insert((exponent, power), total);
        }
    }

    pub(super) fn scaled(&mut self, sum: &Sum, factor: Complex) -> Sum {
        sum.iter().map(|(&key, &coefficient)| (key, self.product(coefficient, factor))).collect()
    }

    /// A number that does not depend on the draw.
    pub(super) fn fixed(&mut self, node: NodeId) -> Sum {
        let is_zero = matches!(self.builder.peek(node), Node::Constant(value) if value.is_zero());
        if is_zero { Sum::new() } else { BTreeMap::from([((Complex::ZERO, 0), Complex::real(node))]) }
    }

    /// Groups the terms by exponent and lists their numbers.
    pub(super) fn finish(self, sum: Sum) -> ExponentialSum {
        let mut exponents: BTreeMap<Complex, BTreeMap<u32, Complex>> = BTreeMap::new();
        for ((exponent, power), coefficient) in sum {
            exponents.entry(exponent).or_default().insert(power, coefficient);
        }
        let mut wanted = Vec::new();
        let mut parts = |value: Complex| {
            let mut place = |node: Option<NodeId>| {
                node.map(|node| {
                    wanted.push(node);
                    wanted.len() - 1
                })
            };
            Parts { re: place(value.re), im: place(value.im) }
        };
        let groups = exponents.into_iter().map(|(exponent, polynomial)| {
            let length = polynomial.keys().last().map_or(0, |power| power + 1);
            Group {
                exponent: parts(exponent),
                polynomial: (0..length).map(|power| polynomial.get(&power).map(|&value| parts(value))).collect(),
            }
        });
        let groups: Vec<Group> = groups.collect();
        ExponentialSum { graph: passes::run(self.builder.finish_all(&wanted)), groups }
    }
}

/// The one number of a sum without the draw.
pub(super) fn constant(sum: &Sum) -> Option<Complex> {
    match sum.len() {
        0 => Some(Complex::ZERO),
        1 => sum.get(&(Complex::ZERO, 0)).copied(),
        _ => None,
    }
}

/// `a` and `b` of `a z + b`.
pub(super) fn linear(sum: &Sum) -> Option<(Complex, Complex)> {
    let part = |power| sum.get(&(Complex::ZERO, power)).copied();
    let known = usize::from(part(0).is_some()) + usize::from(part(1).is_some());
    (known == sum.len()).then(|| (part(1).unwrap_or(Complex::ZERO), part(0).unwrap_or(Complex::ZERO)))
}

/// `Re c e^{iaz}`.
pub(super) fn wave(slope: Complex, coefficient: Complex) -> Sum {
    BTreeMap::from([((Complex { re: None, im: slope.re }, 0), coefficient)])
}
