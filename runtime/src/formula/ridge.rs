//! The expectation of a polynomial times an exponential of `u = ⟨A, z⟩ + c`.
//!
//! `E u^m e^{λu} / m!` is power `m` in `t` of `E e^{(λ+t)u} = e^{(λ+t)c} Π_j φ_j((λ+t) A_j)`; around the centre each factor has
//! `z_j` less its own centre, and `c` is gone from the powers. The derivative of the product by
//! one factor is accumulated backwards, without dividing by the factor, which may be 0.

use super::Coefficient;
use super::expansion::expand;
use super::exponentials::{Expectations, Exponentials, Outcome, weights};
use crate::analytic::Analytic;
use crate::kernel::Law;

/// Adds `E Re p(u) e^{λu}` of one row to value and gradient.
pub(super) fn add<E: Exponentials, const N: usize>(
    arguments: E::Arguments<'_>,
    ridge: usize,
    row: usize,
    exponent: E::Number,
    polynomial: &[E::Number],
    sums: &mut Expectations<'_, E>,
) -> Outcome {
    let (orders, parameters) = (polynomial.len(), E::Law::PARAMETERS.len());
    let theta = sums.theta;
    // For each coordinate: the product of the factors before it, the factor, its derivatives.
    let stride = orders * (2 + parameters);
    let mut room = std::mem::take(sums.room);
    room.clear();
    room.resize(stride * theta.len(), [0.0; 2]);
    let mut product = shifted::<E, N>(exponent, E::offset(arguments, ridge, row));
    for (coordinate, (theta, place)) in theta.iter().zip(room.chunks_exact_mut(stride)).enumerate() {
        let slope = E::slope(arguments, ridge, row, coordinate);
        let (point, centre) = (exponent * E::Number::real(slope), sums.centres[coordinate]);
        let factor = expand::<E::Law, E::Number, N>(theta, point, centre, orders, coordinate);
        let (value, gradient) = match factor {
            Ok(factor) => factor,
            Err(error) => {
                *sums.room = room;
                return Err(error);
            }
        };
        for (target, &term) in place.iter_mut().zip(&product[..orders]) {
            *target = term.parts();
        }
        for (target, jet) in
            place[orders..].chunks_exact_mut(orders).zip(std::iter::once(&value).chain(gradient.as_ref()))
        {
            for (power, target) in target.iter_mut().enumerate() {
                *target = (jet.coefficient(power) * E::Number::real(slope.powi(power as i32))).parts();
            }
        }
        let factor = read::<E::Number>(&place[orders..2 * orders]);
        let before = product;
        for (power, target) in product.iter_mut().enumerate().take(orders) {
            *target = (0..=power).fold(E::Number::real(0.0), |sum, i| sum + before[i] * factor(power - i));
        }
    }
    // How the value depends on each power of what has been multiplied so far.
    let mut adjoint = [E::Number::real(0.0); N];
    for (power, weight) in weights(polynomial).enumerate() {
        adjoint[power] = weight;
        *sums.value += (weight * product[power]).parts()[0];
    }
    for (coordinate, place) in room.chunks_exact(stride).enumerate().rev() {
        let (before, factor) = (read::<E::Number>(&place[..orders]), read::<E::Number>(&place[orders..2 * orders]));
        let pulled = |by: &dyn Fn(usize) -> E::Number, power: usize| {
            (power..orders).fold(E::Number::real(0.0), |sum, i| sum + adjoint[i] * by(i - power))
        };
        for (parameter, derivative) in place[2 * orders..].chunks_exact(orders).enumerate() {
            let derivative = read::<E::Number>(derivative);
            let total =
                (0..orders).fold(E::Number::real(0.0), |sum, power| sum + pulled(&before, power) * derivative(power));
            sums.add(parameter, coordinate, total.parts()[0]);
        }
        let mut next = adjoint;
        for (power, target) in next.iter_mut().enumerate().take(orders) {
            *target = pulled(&factor, power);
        }
        adjoint = next;
    }
    *sums.room = room;
    Ok(())
}

/// `e^{(λ+t)c}` by powers of `t`; without `t` where the centre has taken it off.
fn shifted<E: Exponentials, const N: usize>(exponent: E::Number, offset: f64) -> [E::Number; N] {
    let mut term = (exponent * E::Number::real(offset)).exp();
    let offset = E::Number::real(if E::CENTRED { 0.0 } else { offset });
    std::array::from_fn(|power| {
        if power > 0 {
            term = term * offset / E::Number::real(power as f64);
        }
        term
    })
}

fn read<C: Coefficient>(stored: &[[f64; 2]]) -> impl Fn(usize) -> C + '_ {
    |power| C::of_parts(stored[power])
}
