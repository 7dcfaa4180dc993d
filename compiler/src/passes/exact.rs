//! Exact values of powers and primitives of rational numbers.

use num_traits::{One, Signed, Zero};

use crate::ir::{Primitive, Rational};

/// The most bits of a constant that a power is evaluated to.
const LONGEST_CONSTANT: u64 = 4096;

/// `value^exponent`, unless it does not exist or is very long.
#[must_use]
pub fn exact_power(value: &Rational, exponent: i32) -> Option<Rational> {
    let bits = value.numer().bits().max(value.denom().bits()) * u64::from(exponent.unsigned_abs());
    let short = bits <= LONGEST_CONSTANT || value.is_one();
    if !short || (value.is_zero() && exponent < 0) { None } else { Some(value.pow(exponent)) }
}

/// The value of a primitive where it is rational.
#[must_use]
pub fn exact_value(primitive: Primitive, x: &Rational) -> Option<Rational> {
    let at_zero = |value: i64| x.is_zero().then(|| Rational::from_integer(value.into()));
    match primitive {
        Primitive::Exp | Primitive::Cos | Primitive::Cosh => at_zero(1),
        Primitive::ExpM1
        | Primitive::Ln1p
        | Primitive::Sin
        | Primitive::Tan
        | Primitive::Sinh
        | Primitive::Tanh
        | Primitive::Atan => at_zero(0),
        Primitive::Ln => x.is_one().then(Rational::zero),
        Primitive::Sigmoid => x.is_zero().then(|| Rational::new(1.into(), 2.into())),
        // ln Γ(1) = ln Γ(2) = 0
        Primitive::LnGamma => (x.is_one() || *x == Rational::from_integer(2.into())).then(Rational::zero),
        Primitive::LogSigmoid | Primitive::Softplus | Primitive::Polygamma(_) => None,
        Primitive::Abs => Some(x.abs()),
        Primitive::Sign => Some(x.signum()),
        Primitive::Sqrt => {
            let root = (!x.is_negative()).then(|| Rational::new(x.numer().sqrt(), x.denom().sqrt()))?;
            (&root * &root == *x).then_some(root)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(numerator: i64, denominator: i64) -> Rational {
        Rational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn values_that_are_rational_are_found() {
        let of = |primitive, numerator, denominator| exact_value(primitive, &rational(numerator, denominator));
        assert_eq!(of(Primitive::Sqrt, 9, 4), Some(rational(3, 2)));
        assert_eq!(of(Primitive::Sqrt, 2, 1), None);
        assert_eq!(of(Primitive::Sqrt, -4, 1), None);
        assert_eq!(of(Primitive::Sigmoid, 0, 1), Some(rational(1, 2)));
        assert_eq!(of(Primitive::Softplus, 0, 1), None);
        assert_eq!(of(Primitive::Ln, 1, 1), Some(rational(0, 1)));
        assert_eq!(of(Primitive::Abs, -5, 3), Some(rational(5, 3)));
        assert_eq!(of(Primitive::Sign, -5, 3), Some(rational(-1, 1)));
        assert_eq!(of(Primitive::Cos, 0, 1), Some(rational(1, 1)));
        assert_eq!(of(Primitive::Cos, 1, 1), None);
    }

    #[test]
    fn powers_that_are_short_and_exist_are_found() {
        assert_eq!(exact_power(&rational(-2, 3), -3), Some(rational(-27, 8)));
        assert_eq!(exact_power(&rational(0, 1), -1), None);
        assert_eq!(exact_power(&rational(2, 1), i32::MAX), None);
        assert_eq!(exact_power(&rational(1, 1), i32::MIN), Some(rational(1, 1)));
    }
}
