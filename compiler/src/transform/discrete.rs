//! Characteristic functions that are finite sums of exponentials: Theorem 2 of the paper.
//!
//! `φ(s) = Σ_k p_k e^{s x_k}`, so `∂_θ E f(z) = Σ_k (∂_θ p_k) f(x_k) + p_k (∂_θ x_k) f'(x_k)`, whatever `z` is.

use super::realise::{Piece, Realisation};
use super::sum::{Exponent, Factor, Sum, Term};
use crate::algebra::Field;
use crate::ir::{ExactRule, Origin, ParamId};

/// The rule, if `log φ` is the logarithm of such a sum, possibly shifted.
pub(super) fn rule(log_cf: &Sum, field: &mut Field, parameter: ParamId) -> Option<ExactRule> {
    let mut shift = field.integer(0);
    let mut exponent: Option<&Exponent> = None;
    for term in &log_cf.terms {
        match term {
            Term { power: 0, factors, .. } if factors.is_empty() => {}
            Term { coefficient, power: 1, factors } if factors.is_empty() => shift = coefficient.clone(),
            Term { coefficient, power: 0, factors } => {
                let [Factor::Logarithm(found)] = factors.as_slice() else { return None };
                if exponent.is_some() || *coefficient != field.integer(1) {
                    return None;
                }
                exponent = Some(found);
            }
            Term { .. } => return None,
        }
    }
    let exponent = exponent?;
    let jumps = &exponent.jumps;
    if !exponent.drift.is_zero() || !exponent.diffusion.is_zero() || jumps.iter().any(|jump| !jump.diffusion.is_zero())
    {
        return None;
    }
    // 1 - ψ = 1 + Σ r_k - Σ r_k e^{s x_k}.
    let minus = field.integer(-1);
    let mut atoms: Vec<_> =
        jumps.iter().map(|jump| (field.multiply(&minus, &jump.rate), field.add(&shift, &jump.drift))).collect();
    let rest = jumps.iter().fold(field.integer(1), |sum, jump| field.add(&sum, &jump.rate));
    atoms.push((rest, shift));
    atoms.retain(|(probability, _)| !probability.is_zero());
    if atoms.iter().any(|(probability, _)| field.sign(probability) == Some(false)) {
        return None;
    }
    let mut realisation = Realisation::new(field, &[]);
    for (probability, place) in atoms {
        let (weight, slope) =
            (realisation.field.derivative(&probability, parameter), realisation.field.derivative(&place, parameter));
        let point = realisation.number(&place);
        let slope = realisation.field.multiply(&probability, &slope);
        for (order, coefficient) in [(0, weight), (1, slope)] {
            realisation.pieces.push(Piece { coefficient, order, weight: None, point });
        }
    }
    realisation.finish(Origin::FiniteSupport)
}
