//! Exact constants as literals: the one place where a number is rounded.
//!
//! A literal is the shortest text that reads back to the nearest floating-point number, ties to even. The rounding is
//! done on whole numbers, so that a constant such as 33!/7 or 1/64! is right to the last bit, and a constant of an `f32`
//! kernel is rounded once, not first to `f64`. Infinity and NaN have no literal: `check_constants` refuses what does
//! not fit, before anything is printed.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use proc_macro2::{Literal, Span};

use crate::errors::{Code, Errors, Fault, bug};
use crate::ir::{Graph, Node, Rational};
use crate::parse::options::Precision;

/// π to more digits than either format keeps.
const PI: &str = "3.14159265358979323846264338327950288";

/// A binary floating-point format.
struct Format {
    /// Bits of the significand, the leading one included.
    significand: u64,
    /// Exponent of the smallest subnormal number.
    smallest: i64,
    /// First power of two beyond the largest number.
    beyond: i64,
}

const F64: Format = Format { significand: 53, smallest: -1074, beyond: 1024 };
const F32: Format = Format { significand: 24, smallest: -149, beyond: 128 };

/// The number nearest to `value`, ties to even; `None` beyond the largest number and for a nonzero value that would
/// become 0. Both formats are subsets of `f64`, so that the result is exact.
fn nearest(value: &Rational, format: &Format) -> Option<f64> {
    let (numerator, denominator) = (value.numer().abs(), value.denom().clone());
    if numerator.is_zero() {
        return Some(0.0);
    }
    // The quotient's leading bit is at `magnitude` or one below.
    let magnitude = numerator.bits().to_i64()? - denominator.bits().to_i64()?;
    let mut exponent = (magnitude - format.significand.to_i64()?).max(format.smallest);
    loop {
        let (scaled, divisor) = if exponent < 0 {
            (&numerator << exponent.unsigned_abs(), denominator.clone())
        } else {
            (numerator.clone(), &denominator << exponent.unsigned_abs())
        };
        let (mut quotient, remainder) = scaled.div_rem(&divisor);
        if quotient.bits() > format.significand {
            exponent += 1;
            continue;
        }
        let twice: BigInt = remainder * 2;
        if twice > divisor || (twice == divisor && quotient.is_odd()) {
            quotient += BigInt::one();
        }
        if quotient.is_zero() || quotient.bits().to_i64()? + exponent > format.beyond {
            return None;
        }
        let rounded = scale(quotient.to_f64()?, exponent);
        return Some(if value.is_negative() { -rounded } else { rounded });
    }
}

/// `significand * 2^exponent`, for a result that is a number of the format (so that no step rounds).
fn scale(mut significand: f64, mut exponent: i64) -> f64 {
    while exponent > 0 {
        significand *= 2.0;
        exponent -= 1;
    }
    while exponent < 0 {
        significand /= 2.0;
        exponent += 1;
    }
    significand
}

/// The text of `|value|` without a suffix, or `None` if it does not fit.
fn text(value: &Rational, precision: Precision) -> Option<String> {
    match precision {
        Precision::F64 => nearest(&value.abs(), &F64).map(|number| format!("{number:?}")),
        Precision::F32 => nearest(&value.abs(), &F32).map(|number| format!("{:?}", number as f32)),
    }
}

/// The literal of `|value|`; `f32` always carries its suffix, `f64` if `suffixed`.
pub(super) fn magnitude(value: &Rational, precision: Precision, suffixed: bool) -> Literal {
    match text(value, precision) {
        Some(text) => parse(&text, precision, suffixed),
        None => bug!("emit", "the constant {value} was not checked to fit"),
    }
}

/// Whether the number is its own nearest `f64`.
pub(super) fn is_exact(value: &Rational) -> bool {
    nearest(value, &F64).and_then(Rational::from_float).as_ref() == Some(value)
}

/// The literal of π.
pub(super) fn pi(precision: Precision, suffixed: bool) -> Literal {
    let text = match precision {
        Precision::F64 => format!("{:?}", PI.parse::<f64>().unwrap_or(f64::NAN)),
        Precision::F32 => format!("{:?}", PI.parse::<f32>().unwrap_or(f32::NAN)),
    };
    parse(&text, precision, suffixed)
}

fn parse(text: &str, precision: Precision, suffixed: bool) -> Literal {
    let suffix = match precision {
        Precision::F64 if suffixed => "_f64",
        Precision::F64 => "",
        Precision::F32 => "_f32",
    };
    match format!("{text}{suffix}").parse() {
        Ok(literal) => literal,
        Err(_) => bug!("emit", "`{text}{suffix}` is not a literal"),
    }
}

/// Adds a fault for every constant of `graph` that has no finite, nonzero value in `precision`.
pub(super) fn check_constants(graph: &Graph, precision: Precision, fallback: Span, errors: &mut Errors) {
    for (id, node) in graph.iter() {
        let Node::Constant(value) = node else { continue };
        if text(value, precision).is_none() {
            let (name, help) = match precision {
                Precision::F64 => ("f64", "use a smaller `order`, or scale the expression"),
                Precision::F32 => ("f32", "use a smaller `order`, or `precision = f64`"),
            };
            let digits = value.numer().abs().to_string().len().abs_diff(value.denom().to_string().len());
            let message =
                format!("a constant of about {digits} digits before or after the point does not fit into {name}");
            errors.push(Fault::new(Code::ConstantOutOfRange, graph.span(id).unwrap_or(fallback.into()), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(text: &str) -> Rational {
        text.parse().expect("a rational")
    }

    fn f64_text(value: &str) -> String {
        magnitude(&rational(value), Precision::F64, false).to_string()
    }

    fn f32_text(value: &str) -> String {
        magnitude(&rational(value), Precision::F32, false).to_string()
    }

    #[test]
    fn the_shortest_text_is_printed() {
        assert_eq!(f64_text("2"), "2.0");
        assert_eq!(f64_text("1/10"), "0.1");
        assert_eq!(f64_text("1/3"), "0.3333333333333333");
        assert_eq!(f64_text("100000000000000000000"), "1e20");
        assert_eq!(f32_text("1/10"), "0.1_f32");
        assert_eq!(f32_text("1/3"), "0.33333334_f32");
        assert_eq!(magnitude(&rational("-5/2"), Precision::F64, true).to_string(), "2.5_f64");
        assert_eq!(pi(Precision::F64, false).to_string(), "3.141592653589793");
        assert_eq!(pi(Precision::F32, false).to_string(), "3.1415927_f32");
    }

    /// The standard library's decimal parser rounds correctly; decimals are rationals.
    #[test]
    fn rounding_agrees_with_the_decimal_parser() {
        let decimals = [
            ("9007199254740993", 0, "9007199254740993"),
            ("9007199254740995", 0, "9007199254740995"),
            ("17976931348623157", 292, "17976931348623157e292"),
            ("49406564584124654", -340, "49406564584124654e-340"),
            ("22250738585072011", -324, "22250738585072011e-324"),
            ("123456789", -7, "123456789e-7"),
            ("8683317618811886495518194401280000000", 0, "8683317618811886495518194401280000000"),
        ];
        for (digits, exponent, decimal) in decimals {
            let power = BigInt::from(10).pow(i32::unsigned_abs(exponent));
            let digits: BigInt = digits.parse().expect("digits");
            let value =
                if exponent < 0 { Rational::new(digits, power) } else { Rational::from_integer(digits * power) };
            assert_eq!(nearest(&value, &F64), decimal.parse().ok(), "{decimal}");
            let single: f32 = decimal.parse().expect("decimal");
            let expected = (single.is_finite() && single != 0.0).then_some(f64::from(single));
            assert_eq!(nearest(&value, &F32), expected, "{decimal}");
        }
    }

    #[test]
    fn single_precision_is_rounded_once() {
        // 1 + 2^-24 + 2^-60 lies above the tie; rounding to f64 first would make it the tie and then 1.
        let value = rational("1")
            + Rational::new(BigInt::one(), BigInt::one() << 24)
            + Rational::new(BigInt::one(), BigInt::one() << 60);
        assert_eq!(nearest(&value, &F32), Some(1.0 + f64::from(f32::EPSILON)));
    }

    #[test]
    fn what_does_not_fit_is_a_fault() {
        let mut graph = Graph::new();
        graph.integer(10);
        graph.constant(Rational::from_integer(BigInt::from(10).pow(40)));
        graph.constant(Rational::new(BigInt::one(), BigInt::from(10).pow(50)));
        for (precision, expected) in [(Precision::F64, 0), (Precision::F32, 2)] {
            let mut errors = Errors::new();
            check_constants(&graph, precision, Span::call_site(), &mut errors);
            assert_eq!(errors.faults().len(), expected);
        }
    }
}
