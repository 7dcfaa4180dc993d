//! Equivalent ways to write a gradient: the fewer terms, the fewer evaluations of `f`.
//!
//! Since `ψ (1 - ψ)^e = (1 - ψ)^e - (1 - ψ)^(e + 1)`, what multiplies a power of `1 - ψ` need not have multiples of `ψ` in it.

use super::sum::{Exponent, Factor, Sum, Term};
use crate::algebra::{Field, Quotient};

/// Divides what multiplies each power of `1 - ψ` by `ψ`.
pub(super) fn reduced(sum: &Sum, field: &mut Field) -> Sum {
    let mut result = sum.clone();
    // Each division makes the degree smaller and the exponent of the rest larger; two serve for any square.
    for _ in 0..2 {
        let mut next = Sum::default();
        for term in &result.terms {
            next.add_all(divided(term, field).unwrap_or_else(|| Sum::of(term.clone(), field)), field);
        }
        result = next;
    }
    result
}

/// One term with `ψ` divided out, if it has it.
fn divided(term: &Term, field: &Field) -> Option<Sum> {
    match term.factors.as_slice() {
        [Factor::Power(exponent, power)] if exponent.jumps.is_empty() => {
            // s^p = (ψ - drift s) s^(p-2) / diffusion, or ψ s^(p-1) / drift.
            let (lead, degree) =
                if exponent.diffusion.is_zero() { (&exponent.drift, 1) } else { (&exponent.diffusion, 2) };
            if term.power < degree {
                return None;
            }
            let coefficient = field.divide(&term.coefficient, lead);
            let mut sum = difference(exponent, power, &coefficient, term.power - degree, field);
            if degree == 2 {
                let rest = field.multiply(&coefficient, &field.multiply(&field.integer(-1), &exponent.drift));
                let factors = term.factors.clone();
                sum.add(Term { coefficient: rest, power: term.power - 1, factors }, field);
            }
            Some(sum)
        }
        [Factor::Exponential(jump), Factor::Power(exponent, power)]
        | [Factor::Power(exponent, power), Factor::Exponential(jump)] => {
            // e^q = 1 + ψ / rate.
            let (rate, length) = exponent.as_jump()?;
            if !jump.is_drift() || jump.drift != *length {
                return None;
            }
            let coefficient = field.divide(&term.coefficient, rate);
            let mut sum = difference(exponent, power, &coefficient, term.power, field);
            let factors = vec![Factor::Power(exponent.clone(), power.clone())];
            sum.add(Term { factors, ..term.clone() }, field);
            Some(sum)
        }
        _ => None,
    }
}

/// `coefficient s^p ψ (1 - ψ)^e`.
fn difference(exponent: &Exponent, power: &Quotient, coefficient: &Quotient, s: u32, field: &Field) -> Sum {
    let raised = |power: Quotient, coefficient: Quotient| {
        let factors = if power.is_zero() { Vec::new() } else { vec![Factor::Power(exponent.clone(), power)] };
        Term { coefficient, power: s, factors }
    };
    let mut sum = Sum::of(raised(power.clone(), coefficient.clone()), field);
    let next = field.add(power, &field.integer(1));
    sum.add(raised(next, field.multiply(&field.integer(-1), coefficient)), field);
    sum
}

/// Gradients with a double zero at `ψ = 0`, which need no difference of nearly equal numbers.
pub(super) enum SecondOrder {
    /// `c (ln(1 - ψ) + (1 - ψ)^-1 - 1) = c/2 ψ² E(1 - √U ψ)^-2`.
    Logarithm(Quotient, Exponent),
    /// `c ((1 - ψ)^(-1/2) - 2 + (1 - ψ)^(1/2)) = c (ψ/2)² E(1 - Uψ)^(-3/2) E(1 - Vψ)^(-1/2)`.
    Root(Quotient, Exponent),
}

/// The form with a double zero, if a reduced gradient is one.
pub(super) fn second_order(sum: &Sum, field: &Field) -> Option<SecondOrder> {
    let mut exponent: Option<&Exponent> = None;
    let mut found = Vec::new();
    for term in &sum.terms {
        let (of, kind) = match (term.power, term.factors.as_slice()) {
            (0, []) => continue,
            (0, [Factor::Power(of, power)]) => (of, field.as_rational(power)),
            (0, [Factor::Logarithm(of)]) => (of, None),
            _ => return None,
        };
        if exponent.is_some_and(|known| known != of) {
            return None;
        }
        exponent = Some(of);
        found.push((kind, &term.coefficient));
    }
    let ratio = |numerator: i64, denominator: i64| Some(crate::ir::Rational::new(numerator.into(), denominator.into()));
    let exponent = exponent?.clone();
    let [first, second] = found.as_slice() else { return None };
    if first.1 != second.1 || !exponent.jumps.is_empty() {
        return None;
    }
    let coefficient = first.1.clone();
    let mut kinds = [first.0.clone(), second.0.clone()];
    kinds.sort();
    if kinds == [None, ratio(-1, 1)] {
        Some(SecondOrder::Logarithm(coefficient, exponent))
    } else if kinds == [ratio(-1, 2), ratio(1, 2)] {
        Some(SecondOrder::Root(coefficient, exponent))
    } else {
        None
    }
}
