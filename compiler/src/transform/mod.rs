//! Recognises the measure behind `∂_θ log φ`: exact rules without any series.
//!
//! `∂_θ E f(z) = E[a(D) f](z)` with `a(s) = ∂_θ log φ(s)`. A series in `D` is one way to apply `a`; where `a` is the transform
//! of a known signed measure, `a(s) = ∫ e^{st} ν(dt)`, there is a better one: `a(D) f(z) = ∫ f(z + t) ν(dt)`. What is matched is the
//! shape of `log φ`, not a list of laws:
//!
//! ```text
//! log φ --interpret--> a sum of c(θ) s^p Π (1 - ψ)^e, ln(1 - ψ), e^ψ over exponents ψ     (sum, interpret)
//!    --differentiate, reduce--> the same for a(s), written in a few equivalent ways         (reduce)
//!    --realise--> derivatives of f at points moved by draws                                 (realise)
//! ```
//!
//! An *exponent* `ψ(s) = c s + v s² + Σ r (e^q - 1)` is the log characteristic function of a Brownian motion with drift and
//! jumps at time 1. So `e^ψ` is a shift by that process at time 1, `(1 - ψ)^-k` one at a gamma distributed time with shape
//! `k`, and a logarithm or a fractional power is an integral of these over a uniform scale:
//!
//! ```text
//! -ln(1 - ψ)     = ψ ∫_0^1 (1 - uψ)^-1 du
//! 1 - (1 - ψ)^e  = e ψ ∫_0^1 (1 - uψ)^(e - 1) du
//! ```
//!
//! while `ψ` itself, as an operator, is `c D + v D²` and differences. Characteristic functions that are finite sums of
//! exponentials have the rule of Theorem 2 of the paper (`discrete`).

mod decay;
mod discrete;
mod interpret;
pub mod joint;
mod moments;
mod radius;
mod realise;
mod reduce;
mod sum;
#[cfg(test)]
mod tests;
pub(crate) mod written;

use self::realise::{Mode, realise, realise_second_order};
use self::reduce::{reduced, second_order};
use crate::algebra::Field;
use crate::ir::{ExactRule, Graph, ParamId, ParameterKind, Radius};

/// What was recognised about a parameter.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Exact rules, those with the fewest evaluations of `f` first.
    pub rules: Vec<ExactRule>,
    /// Whether the parameter moves weights between points of a lattice only.
    pub lattice: bool,
    /// Where the series converges.
    pub radius: Radius,
}

/// The exact rules of a parameter of a law with log characteristic function `log_cf`, a real graph in `s`; `kinds` are those
/// of all parameters. None where the shape is not understood.
#[must_use]
pub fn recognise(log_cf: &Graph, kinds: &[ParameterKind], parameter: ParamId) -> Recognised {
    let mut found = Recognised { rules: Vec::new(), lattice: false, radius: Radius::Unknown };
    let mut field = Field::new(kinds.to_vec());
    for split in [false, true] {
        let Some((log_cf, positive)) = interpret::interpret(log_cf, &mut field, split) else {
            if !split {
                found.radius = radius::with_gamma_functions(log_cf, parameter, &mut field);
            }
            continue;
        };
        let gradient = log_cf.derivative(&mut field, parameter);
        if gradient.terms.iter().all(|term| term.factors.is_empty()) {
            // A polynomial: the series ends, and no draw is needed.
            found.radius = Radius::Infinite;
            continue;
        }
        if !split {
            found.lattice = gradient.is_lattice();
            found.radius = radius::radius(&gradient, &mut field);
            found.rules.extend(discrete::rule(&log_cf, &mut field, parameter));
        }
        let short = reduced(&gradient, &mut field);
        let second_order =
            second_order(&short, &field).and_then(|form| realise_second_order(&form, &mut field, &positive));
        let mut candidates = vec![second_order];
        for mode in [Mode::Derivative, Mode::Difference] {
            for gradient in [&gradient, &short] {
                candidates.push(realise(gradient, mode, &mut field, &positive));
            }
        }
        found.rules.extend(candidates.into_iter().flatten());
    }
    found.rules.sort_by_key(size);
    let mut kept: Vec<ExactRule> = Vec::new();
    for rule in found.rules {
        if !kept.iter().any(|known| does_less(known, &rule)) {
            kept.push(rule);
        }
    }
    found.rules = kept;
    found
}

/// Whether a rule evaluates no derivative that the other does not and draws no more: the other is then no use.
fn does_less(rule: &ExactRule, other: &ExactRule) -> bool {
    let orders = |rule: &ExactRule| {
        let stencils = rule.stencils.iter().flat_map(|term| term.stencil.orders.clone());
        rule.derivatives.iter().map(|coefficient| coefficient.order).chain(stencils).collect::<Vec<u32>>()
    };
    let mut left = orders(other);
    let is_part = orders(rule).into_iter().all(|order| {
        let place = left.iter().position(|known| *known == order);
        place.map(|place| left.swap_remove(place)).is_some()
    });
    is_part && size(rule).1 <= size(other).1
}

/// Evaluations of `f` at moved points and at the draw, then draws.
fn size(rule: &ExactRule) -> (usize, usize) {
    let evaluations = rule.stencils.iter().map(|term| term.stencil.orders.len()).sum::<usize>();
    let draws = rule.stencils.iter().map(|term| term.stencil.numbers.draws.len()).sum();
    (evaluations + rule.derivatives.len(), draws)
}
