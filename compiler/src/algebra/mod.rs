//! Our vocabulary for exact algebra: rational functions of the parameters `θ` over the rational numbers, extended by
//! *kernels*.
//!
//! Coefficients of a series must be judged: is this one zero, and can it be written shorter? Both need a canonical form,
//! and rational functions in lowest terms have one. Numbers that depend on `θ` in another way (`ln p`, `√λ`, `e^a`, `ψ'(k)`, π)
//! enter as further variables, the kernels, each with the function and argument it stands for:
//!
//! * the chain rule gives a kernel's derivative: `(√g)' = g' √g / (2g)`, `(ln p)' = p'/p`;
//! * a root's power is reduced by `r^q = g`, a sine's by `sin² = 1 - cos²`, and roots leave denominators;
//! * arguments are factored first, so that kernels are independent as far as factoring can see: `ln(2b) - ln 2 - ln b`
//!   is 0, and `e^{2a}` is `(e^a)²`; the gamma function's family is brought to arguments without whole parts, so that
//!   `ψ(k + 1)` is `ψ(k) + 1/k`.
//!
//! Arguments of logarithms and roots are positive wherever a log characteristic function is real, so a factor whose
//! sign is not known enters a logarithm by its absolute value: `ln(uv) = ln|u| + ln|v|` if `uv > 0`.

pub mod permit;

mod gamma;
mod kernels;
mod print;
mod symbolica;

use std::collections::BTreeMap;

use num_traits::{One, Signed, Zero};

use self::symbolica::{Fraction, Term, Variables};
use crate::ir::{ParamId, ParameterKind, Rational};

/// Exponents of variables stay below this, far above what 64 orders need.
const LARGEST_EXPONENT: u64 = 20_000;

/// An element of a [`Field`].
#[derive(Clone, Debug, PartialEq)]
pub struct Quotient(Fraction);

impl Quotient {
    /// Whether it is identically zero. Exact for rational functions and independent kernels.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

/// What a kernel stands for.
#[derive(Clone, Debug, PartialEq)]
enum Kernel {
    Pi,
    /// `ln p`, or `ln |p|` if the sign of `p` is not known.
    Ln {
        of: Quotient,
        positive: bool,
    },
    Exp(Quotient),
    /// The positive root `of^(1/degree)`.
    Root {
        of: Quotient,
        degree: u32,
    },
    Sin(Quotient),
    Cos(Quotient),
    Atan(Quotient),
    /// `ln Γ(x)`
    LnGamma(Quotient),
    /// `ψ^(order)(x)`
    Polygamma {
        of: Quotient,
        order: u32,
    },
}

/// Something that the field cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inexpressible(pub String);

/// The field of rational functions in the parameters of a law and the kernels met so far.
#[derive(Debug)]
pub struct Field {
    kinds: Vec<ParameterKind>,
    kernels: Vec<Kernel>,
    derivatives: BTreeMap<(usize, usize), Quotient>,
    variables: Variables,
}

impl Field {
    /// The rational functions in parameters of these kinds.
    #[must_use]
    pub fn new(kinds: Vec<ParameterKind>) -> Self {
        let variables = Variables::new(kinds.len());
        Self { kinds, kernels: Vec::new(), derivatives: BTreeMap::new(), variables }
    }

    /// An exact number.
    #[must_use]
    pub fn rational(&self, value: &Rational) -> Quotient {
        Quotient(Fraction::constant(&self.variables, value))
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, value: i64) -> Quotient {
        self.rational(&Rational::from_integer(value.into()))
    }

    /// The parameter `θ_j`.
    #[must_use]
    pub fn parameter(&self, parameter: ParamId) -> Quotient {
        Quotient(Fraction::variable(&self.variables, parameter.0))
    }

    /// `x + y`
    #[must_use]
    pub fn add(&self, x: &Quotient, y: &Quotient) -> Quotient {
        self.reduce(x.0.add(&y.0))
    }

    /// `x - y`
    #[must_use]
    pub fn subtract(&self, x: &Quotient, y: &Quotient) -> Quotient {
        self.add(x, &self.multiply(&self.integer(-1), y))
    }

    /// `x y`
    #[must_use]
    pub fn multiply(&self, x: &Quotient, y: &Quotient) -> Quotient {
        self.reduce(x.0.multiply(&y.0))
    }

    /// `x / y` for a `y` that is not zero.
    #[must_use]
    pub fn divide(&self, x: &Quotient, y: &Quotient) -> Quotient {
        self.reduce(x.0.divide(&y.0))
    }

    /// `x^exponent`; `x` is not zero if the exponent is negative.
    ///
    /// # Errors
    /// If the exponents in the result would be absurdly large.
    pub fn power(&self, x: &Quotient, exponent: i64) -> Result<Quotient, Inexpressible> {
        let largest = x.0.numerator().iter().chain(&x.0.denominator()).flat_map(|term| &term.powers).map(|p| p.1).max();
        if u64::from(largest.unwrap_or(1)).saturating_mul(exponent.unsigned_abs()) > LARGEST_EXPONENT {
            return Err(Inexpressible(format!("the power {exponent} is too large for exact algebra")));
        }
        let mut base = if exponent < 0 { self.divide(&self.integer(1), x) } else { x.clone() };
        let mut left = exponent.unsigned_abs();
        let mut result = self.integer(1);
        while left > 0 {
            if left % 2 == 1 {
                result = self.multiply(&result, &base);
            }
            left /= 2;
            if left > 0 {
                base = self.multiply(&base, &base);
            }
        }
        Ok(result)
    }

    /// The value, if it is a number.
    #[must_use]
    pub fn as_rational(&self, x: &Quotient) -> Option<Rational> {
        let constant = |terms: &[Term]| match terms {
            [] => Some(Rational::zero()),
            [term] if term.powers.is_empty() => Some(Rational::from_integer(term.coefficient.clone())),
            [_, ..] => None,
        };
        Some(constant(&x.0.numerator())? / constant(&x.0.denominator())?)
    }

    /// Whether it is a rational function of the parameters, without kernels.
    #[must_use]
    pub fn is_rational_function(&self, x: &Quotient) -> bool {
        let plain = |term: &Term| term.powers.iter().all(|power| power.0 < self.kinds.len());
        x.0.numerator().iter().chain(&x.0.denominator()).all(plain)
    }

    /// The derivative with respect to a parameter, kernels by the chain rule.
    pub fn derivative(&mut self, x: &Quotient, parameter: ParamId) -> Quotient {
        let mut sum = Quotient(x.0.derivative(parameter.0));
        // Kernels that differentiation brings in are new and do not occur in `x`.
        for index in 0..self.kernels.len() {
            let partial = x.0.derivative(self.kinds.len() + index);
            if !partial.is_zero() {
                let inner = self.kernel_derivative(index, parameter);
                sum = self.add(&sum, &self.multiply(&Quotient(partial), &inner));
            }
        }
        self.reduce(sum.0)
    }

    fn kernel_derivative(&mut self, index: usize, parameter: ParamId) -> Quotient {
        if let Some(known) = self.derivatives.get(&(index, parameter.0)) {
            return known.clone();
        }
        let itself = self.kernel_value(index);
        let result = match self.kernels[index].clone() {
            Kernel::Pi => self.integer(0),
            Kernel::Ln { of, .. } => {
                let inner = self.derivative(&of, parameter);
                self.divide(&inner, &of)
            }
            Kernel::Exp(of) => {
                let inner = self.derivative(&of, parameter);
                self.multiply(&itself, &inner)
            }
            Kernel::Root { of, degree } => {
                let inner = self.derivative(&of, parameter);
                let below = self.multiply(&self.integer(i64::from(degree)), &of);
                self.divide(&self.multiply(&itself, &inner), &below)
            }
            Kernel::Sin(of) => {
                let inner = self.derivative(&of, parameter);
                let cosine = self.kernel(Kernel::Cos(of));
                self.multiply(&cosine, &inner)
            }
            Kernel::Cos(of) => {
                let inner = self.derivative(&of, parameter);
                let sine = self.kernel(Kernel::Sin(of));
                self.multiply(&self.integer(-1), &self.multiply(&sine, &inner))
            }
            Kernel::Atan(of) => {
                let inner = self.derivative(&of, parameter);
                let below = self.add(&self.integer(1), &self.multiply(&of, &of));
                self.divide(&inner, &below)
            }
            Kernel::LnGamma(of) => self.gamma_derivative(0, &of, parameter),
            Kernel::Polygamma { of, order } => self.gamma_derivative(order + 1, &of, parameter),
        };
        self.derivatives.insert((index, parameter.0), result.clone());
        result
    }

    fn kernel_value(&self, index: usize) -> Quotient {
        Quotient(Fraction::variable(&self.variables, self.kinds.len() + index))
    }

    /// The variable of a kernel, which is made if it is new.
    fn kernel(&mut self, kernel: Kernel) -> Quotient {
        let index = self.kernels.iter().position(|known| *known == kernel).unwrap_or_else(|| {
            self.kernels.push(kernel);
            self.variables.grow();
            self.kernels.len() - 1
        });
        self.kernel_value(index)
    }

    /// Applies the relations of kernels: afterwards a root's exponent is below its degree, a sine's below 2, and square
    /// roots and sines do not occur in denominators. Later kernels go first, since their relations may hold earlier ones.
    fn reduce(&self, mut x: Fraction) -> Quotient {
        for index in (0..self.kernels.len()).rev() {
            let variable = self.kinds.len() + index;
            let (degree, square) = match &self.kernels[index] {
                Kernel::Root { of, degree } => (*degree, of.clone()),
                Kernel::Sin(of) => match self.kernels.iter().position(|kernel| *kernel == Kernel::Cos(of.clone())) {
                    Some(cosine) => {
                        let cosine = self.kernel_value(cosine).0;
                        (2, Quotient(self.integer(1).0.add(&self.integer(-1).0.multiply(&cosine.multiply(&cosine)))))
                    }
                    None => continue,
                },
                Kernel::Pi
                | Kernel::Ln { .. }
                | Kernel::Exp(_)
                | Kernel::Cos(_)
                | Kernel::Atan(_)
                | Kernel::LnGamma(_)
                | Kernel::Polygamma { .. } => continue,
            };
            let (above, below) = x.degrees(variable);
            if above >= degree || below > 0 {
                x = self.reduce_by(&x, variable, degree, &square.0);
            }
        }
        Quotient(x)
    }

    /// Reduces by `x_variable^degree = value`.
    fn reduce_by(&self, x: &Fraction, variable: usize, degree: u32, value: &Fraction) -> Fraction {
        let above = self.residues(&x.numerator(), variable, degree, value);
        let below = self.residues(&x.denominator(), variable, degree, value);
        let root = Fraction::variable(&self.variables, variable);
        let assemble = |parts: &BTreeMap<u32, Fraction>| {
            parts.iter().fold(self.integer(0).0, |sum, (&exponent, part)| {
                sum.add(&(0..exponent).fold(part.clone(), |product, _| product.multiply(&root)))
            })
        };
        let mut nonzero = below.iter().filter(|(_, part)| !part.is_zero());
        match (nonzero.next(), nonzero.next()) {
            (Some((0, part)), None) => assemble(&above).divide(part),
            // 1 / (c r^k) = r^(q-k) / (c g), and the numerator once more.
            (Some((&exponent, part)), None) => {
                let lift = Fraction::from_terms(
                    &self.variables,
                    &[Term { coefficient: 1.into(), powers: vec![(variable, degree - exponent)] }],
                    &[Term { coefficient: 1.into(), powers: Vec::new() }],
                );
                let numerator = assemble(&above).multiply(&lift).divide(&part.multiply(value));
                self.reduce(numerator).0
            }
            // 1 / (c + d r) = (c - d r) / (c² - d² g)
            (Some((_, c)), Some((_, d))) if degree == 2 => {
                let norm = c.multiply(c).add(&self.integer(-1).0.multiply(&d.multiply(d).multiply(value)));
                let conjugate = c.add(&self.integer(-1).0.multiply(&d.multiply(&root)));
                self.reduce(assemble(&above).multiply(&conjugate).divide(&norm)).0
            }
            _ => assemble(&above).divide(&assemble(&below)),
        }
    }

    /// The parts of a polynomial that multiply `r^0, …, r^(q-1)` after `r^q = value` is applied.
    fn residues(&self, terms: &[Term], variable: usize, degree: u32, value: &Fraction) -> BTreeMap<u32, Fraction> {
        let mut by_exponent: BTreeMap<u32, Vec<Term>> = BTreeMap::new();
        for term in terms {
            let exponent = term.powers.iter().find(|power| power.0 == variable).map_or(0, |power| power.1);
            let powers = term.powers.iter().copied().filter(|power| power.0 != variable).collect();
            by_exponent.entry(exponent).or_default().push(Term { coefficient: term.coefficient.clone(), powers });
        }
        let one = [Term { coefficient: 1.into(), powers: Vec::new() }];
        let mut parts: BTreeMap<u32, Fraction> = BTreeMap::new();
        for (exponent, terms) in by_exponent {
            let whole = Fraction::from_terms(&self.variables, &terms, &one);
            let part = (0..exponent / degree).fold(whole, |product, _| product.multiply(value));
            let sum = parts.entry(exponent % degree).or_insert_with(|| self.integer(0).0);
            *sum = sum.add(&part);
        }
        parts
    }

    /// Whether a polynomial is above 0 for all parameters in their domains, as far as signs of terms show:
    /// `b² + 2b`, and `1 - p` for a probability.
    fn is_provably_positive(&self, terms: &[Term]) -> bool {
        let positive = |&(variable, exponent): &(usize, u32)| match self.kinds.get(variable) {
            Some(ParameterKind::Positive | ParameterKind::Probability) => true,
            Some(ParameterKind::Real | ParameterKind::Count) => exponent % 2 == 0,
            None => match self.kernels[variable - self.kinds.len()] {
                Kernel::Pi | Kernel::Exp(_) | Kernel::Root { .. } => true,
                // The derivatives of odd order of the digamma function are positive.
                Kernel::Polygamma { order, .. } if order % 2 == 1 => true,
                Kernel::Ln { .. }
                | Kernel::Sin(_)
                | Kernel::Cos(_)
                | Kernel::Atan(_)
                | Kernel::LnGamma(_)
                | Kernel::Polygamma { .. } => exponent % 2 == 0,
            },
        };
        // Even powers of a real parameter may be 0: one term must be above 0 for certain.
        let certain = |&(variable, _): &(usize, u32)| match self.kinds.get(variable) {
            Some(ParameterKind::Positive | ParameterKind::Probability) => true,
            Some(ParameterKind::Real | ParameterKind::Count) => false,
            None => {
                matches!(self.kernels[variable - self.kinds.len()], Kernel::Pi | Kernel::Exp(_) | Kernel::Root { .. })
            }
        };
        let below_one = |&(variable, _): &(usize, u32)| self.kinds.get(variable) == Some(&ParameterKind::Probability);
        let (plus, minus): (Vec<&Term>, Vec<&Term>) = terms.iter().partition(|term| term.coefficient.is_positive());
        if !plus.iter().all(|term| term.powers.iter().all(positive)) {
            return false;
        }
        if minus.is_empty() {
            return plus.iter().any(|term| term.powers.iter().all(certain));
        }
        let constant: num_bigint::BigInt =
            plus.iter().filter(|term| term.powers.is_empty()).map(|term| &term.coefficient).sum();
        let taken: num_bigint::BigInt = minus.iter().map(|term| -&term.coefficient).sum();
        minus.iter().all(|term| !term.powers.is_empty() && term.powers.iter().all(below_one)) && taken <= constant
    }

    /// Whether a nonzero element is above 0 (or below) for all parameters in their domains, if that can be seen.
    #[must_use]
    pub fn sign(&self, x: &Quotient) -> Option<bool> {
        let side = |terms: &[Term]| {
            let opposite: Vec<Term> =
                terms.iter().map(|t| Term { coefficient: -&t.coefficient, powers: t.powers.clone() }).collect();
            if self.is_provably_positive(terms) {
                Some(true)
            } else {
                self.is_provably_positive(&opposite).then_some(false)
            }
        };
        Some(side(&x.0.numerator())? == side(&x.0.denominator())?)
    }

    fn polynomial(&self, terms: &[Term]) -> Quotient {
        let one = [Term { coefficient: One::one(), powers: Vec::new() }];
        Quotient(Fraction::from_terms(&self.variables, terms, &one))
    }
}
