//! Elementary functions of one scalar, without branches, so that a loop over a pack becomes vector instructions.
//!
//! Only `+ − × ÷ √`, fused multiply-add, comparisons and integer operations occur: each gives the same bits on every
//! processor, and so do all functions made of them. The standard library's do not, and are called one number at a time.
//! A choice between two numbers is a `select`, not an `if`: of two choices by one condition the compiler would make a
//! branch with everything between them computed on both sides. The polynomials are minimax approximations (Remez exchange in 200-bit arithmetic, relative error of the function),
//! rounded to `f64` and, for `f32`, once more; the error bounds stated on [`Lane`](crate::lane::Lane) are
//! measured in the tests of each file.

mod atan;
mod exp;
mod format;
mod hyperbolic;
mod ln;
mod logistic;
mod power;
mod reduction;
mod stirling;
mod trig;

#[cfg(test)]
pub(crate) mod accuracy;

pub(crate) use atan::atan;
pub(crate) use exp::{exp, exp_m1};
pub(crate) use format::{Format, Precision};
pub(crate) use hyperbolic::{cosh, sinh, tanh};
pub(crate) use ln::{is_unusual, ln, ln_1p, ln_any, ln_excess, ln_mantissa};
pub(crate) use logistic::{log_sigmoid, logistic, sigmoid, softplus};
pub(crate) use power::powf;
pub(crate) use stirling::stirling_remainder;
pub(crate) use trig::{cos, cos_far, is_far, sin, sin_cos_within, sin_far, tan, tan_far};

pub(crate) use std::hint::select_unpredictable as select;

use crate::lane::Scalar;

/// `Σ_k coefficients[k] x^k` by Horner's rule with fused multiply-adds; from eight coefficients on, the even and the odd
/// ones apart, in powers of `x²`, which takes half as long where a result is waited for.
#[inline(always)]
pub(crate) fn polynomial<S: Scalar, const N: usize>(x: S, coefficients: [f64; N]) -> S {
    let coefficient = |index: usize| S::from_f64(coefficients[index]);
    let mut sum = coefficient(N - 1);
    if N < 8 {
        for index in (0..N - 1).rev() {
            sum = sum.mul_add(x, coefficient(index));
        }
        return sum;
    }
    let square = x * x;
    let mut other = coefficient(N - 2);
    for index in (0..N - 2).rev() {
        let next = sum.mul_add(square, coefficient(index));
        sum = other;
        other = next;
    }
    // `other` now ends with coefficient 0, `sum` with coefficient 1.
    sum.mul_add(x, other)
}
