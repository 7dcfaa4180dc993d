//! Exact values of literals: `0.1` is 1/10, `1e-3` is 1/1000, `1_000` is 1000.

use num_bigint::BigInt;
use syn::Lit;

use super::terms::Place;
use crate::errors::{Code, Fault};
use crate::ir::Rational;

/// Largest power of ten that a literal may shift by: a little more than the range of `f64`, so that the exact value of a
/// literal stays small enough to compute with.
const MAX_EXPONENT: i64 = 400;

/// A literal number, and whether Rust gives it an integer type.
pub(crate) fn parse_number(literal: &Lit) -> Result<(Rational, bool), Fault> {
    let place = Place::of(literal);
    match literal {
        Lit::Int(number) if matches!(number.suffix(), "f64" | "f32") => {
            Ok((decimal(number.base10_digits(), place)?, false))
        }
        Lit::Int(number) => Ok((decimal(number.base10_digits(), place)?, true)),
        Lit::Float(number) => Ok((decimal(number.base10_digits(), place)?, false)),
        _ => Err(place.fault(
            Code::Unsupported,
            "this literal is not a number",
            "the language knows numbers only, such as `2`, `0.5` and `1e-3`",
        )),
    }
}

/// Reads digits with an optional point and exponent.
fn decimal(text: &str, place: Place) -> Result<Rational, Fault> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()),
        None => (text, Some(0)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}").parse::<BigInt>().ok();
    let shift = exponent.and_then(|exponent| exponent.checked_sub(i64::try_from(fraction.len()).ok()?));
    match (digits, shift) {
        (Some(digits), Some(shift)) if shift.abs() <= MAX_EXPONENT => {
            let power = BigInt::from(10).pow(shift.unsigned_abs() as u32);
            let digits = Rational::from_integer(digits);
            Ok(if shift < 0 { digits / power } else { digits * power })
        }
        _ => Err(place.fault(
            Code::Unsupported,
            format!("the number `{text}` is too long or outside the range of `f64`"),
            format!("write a decimal number with at most {MAX_EXPONENT} places before or after the point"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Rational, bool) {
        parse_number(&syn::parse_str(text).expect("a literal")).expect("a number")
    }

    fn ratio(numerator: i64, denominator: i64) -> Rational {
        Rational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(read("0.1"), (ratio(1, 10), false));
        assert_eq!(read("1e-3"), (ratio(1, 1000), false));
        assert_eq!(read("2.50e1"), (ratio(25, 1), false));
        assert_eq!(read("1_000.5_f64"), (ratio(2001, 2), false));
    }

    #[test]
    fn suffixes_decide_the_type() {
        assert_eq!(read("2"), (ratio(2, 1), true));
        assert_eq!(read("1_000i32"), (ratio(1000, 1), true));
        assert_eq!(read("2f64"), (ratio(2, 1), false));
        assert_eq!(read("0x10"), (ratio(16, 1), true));
    }

    #[test]
    fn absurd_exponents_are_refused() {
        for text in ["1e999999999", "1e-99999999999999999999"] {
            let fault = parse_number(&syn::parse_str(text).expect("a literal")).expect_err("too large");
            assert_eq!(fault.code, Code::Unsupported);
        }
    }
}
