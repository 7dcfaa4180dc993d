//! Powers with a real exponent.
//!
//! `x^y = e^{y ln x}`, where an error of the logarithm is multiplied by `y`: it is therefore computed as a sum of two
//! numbers, the larger part exact. In `f32` the same is done in `f64`.

use super::exp::{exp_corrected, ln_2};
use super::ln::ln_tail;
use super::{Format, select};
use crate::lane::Scalar;

/// `base^exponent`, with the special cases of IEEE 754 `pow`.
#[inline(always)]
pub(crate) fn powf<S: Scalar>(base: S, exponent: S) -> S {
    S::from_f64(power(base.to_f64(), exponent.to_f64()))
}

#[inline(always)]
fn power(base: f64, exponent: f64) -> f64 {
    let magnitude = base.abs();
    let (high, low) = ln_pair(magnitude);
    let product = exponent * high;
    let error = exponent.mul_add(high, -product) + exponent * low;
    // Where the product is infinite or e^product is 0, the error may not be a number, and does not matter.
    let result = exp_corrected(product, select(product.abs() < 800.0, error, 0.0));
    let growing = (magnitude > 1.0) == (exponent > 0.0);
    let at_end = (magnitude == 0.0) | (magnitude == f64::INFINITY);
    let result = select(at_end, select(growing, f64::INFINITY, 0.0), result);
    let result = select(magnitude == 1.0, 1.0, result);
    let whole = is_whole(exponent);
    let result = select((base < 0.0) & !whole & !at_end, f64::NAN, result);
    let odd = whole & !is_whole(exponent * 0.5);
    let result = result.negate_if(odd & base.is_sign_negative());
    let result = select(base.is_nan() | exponent.is_nan(), f64::NAN, result);
    select((exponent == 0.0) | (base == 1.0), 1.0, result)
}

/// Whether `x` is a whole number; every number from 2^52 on is.
#[inline(always)]
fn is_whole(x: f64) -> bool {
    const UNIT: f64 = 4503599627370496.0;
    let magnitude = x.abs();
    (magnitude >= UNIT) | ((magnitude + UNIT) - UNIT == magnitude)
}

/// `ln x` for positive finite `x` as a sum of two numbers, accurate to 2^-57 of the part that is not a multiple of `ln 2`.
#[inline(always)]
fn ln_pair(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let (e, m) = (x * select(subnormal, 4503599627370496.0, 1.0)).split();
    let e = e - select(subnormal, 52.0, 0.0);
    let f = m - 1.0;
    let square = f * f;
    let square_error = f.mul_add(f, -square);
    let (ln_2_high, ln_2_low) = ln_2::<f64>();
    // e ln 2 + f - f²/2, every rounding error kept.
    let inner = f - 0.5 * square;
    let inner_error = (f - inner) - 0.5 * square;
    let whole = e * ln_2_high;
    let high = whole + inner;
    let rounded = high - whole;
    let high_error = (whole - (high - rounded)) + (inner - rounded);
    let small = (-0.5_f64).mul_add(square_error, e * ln_2_low) + inner_error;
    let low = high_error + ln_tail(f).mul_add(square * f, small);
    let sum = high + low;
    (sum, low - (sum - high))
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, double_error, single_error};

    /// `(base, exponent, high, low)`
    const POINTS: [(f64, f64, f64, f64); 8] = [
        (2.5, 0.5, 1.5811388300841898, -9.539e-17),
        (0.3, -7.25, 6178.327182473868, -4.520e-13),
        (1.3512304275680953, -110.2, 3.923000144372003e-15, 1.248e-31),
        (1e-310, 0.25, 3.162277660168377e-78, -1.686e-94),
        (0.999, 70000.5, 3.8367063676840792e-31, -1.623e-47),
        (123.456, 145.0, 1.8589565373448378e303, -1.192e287),
        (-1.5, 3.0, -3.375, 0.000e0),
        (-2.0, -4.0, 0.0625, 0.000e0),
    ];

    #[test]
    fn powers_are_accurate() {
        for (base, exponent, high, low) in POINTS {
            let result = Double::splat(base).powf(Double::splat(exponent)).extract(0);
            assert!(double_error(result, high, low) <= 2.0 + high.abs().ln().abs() / 16.0, "{base}^{exponent}");
        }
        for step in 0..4000_i32 {
            let (base, exponent) = (0.01 * step as f32 + 0.005, 0.01 * (step * 37 % 4001) as f32 - 20.0);
            let result = Single::splat(base).powf(Single::splat(exponent)).extract(0);
            assert!(single_error(result, f64::from(base).powf(f64::from(exponent))) <= 0.51, "{base}^{exponent}");
        }
    }

    #[test]
    fn special_cases_are_those_of_the_standard_library() {
        let values = [
            0.0,
            -0.0,
            0.5,
            -0.5,
            1.0,
            2.0,
            -2.0,
            3.0,
            -3.0,
            1e17,
            1e300,
            -1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        for base in values {
            for exponent in values {
                let result = Double::splat(base).powf(Double::splat(exponent)).extract(0);
                let expected = base.powf(exponent);
                let equal = result == expected || (result / expected - 1.0).abs() < 1e-15;
                assert!(equal || result.is_nan() && expected.is_nan(), "{base}^{exponent} is {result}");
                assert!(result != 0.0 || result.is_sign_negative() == expected.is_sign_negative(), "{base}^{exponent}");
            }
        }
    }
}
