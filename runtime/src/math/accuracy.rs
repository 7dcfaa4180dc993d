//! Measures errors in units in the last place, for tests.
//!
//! In `f32` the reference is the standard library in `f64`, over every 4999th of all bit patterns. In `f64` it is, at a
//! few points, the exact value to 1400 bits as a sum of two numbers, and over a range the standard library, which is
//! taken to err by at most one unit itself.

use crate::lane::{Lane, Pack};

pub(crate) type Single = Pack<f32, 16>;
pub(crate) type Double = Pack<f64, 16>;

/// Largest error in `f32`. Results below 3/2 of the smallest normal number need only be that close to the exact value.
pub(crate) fn single(function: impl Fn(Single) -> Single, exact: impl Fn(f64) -> f64) -> f64 {
    let mut worst = 0.0_f64;
    let mut bits = 0_u32;
    loop {
        let arguments = Single::from_fn(|lane| f32::from_bits(bits.wrapping_add(4999 * lane as u32)));
        let results = function(arguments);
        for lane in 0..Single::WIDTH {
            let (argument, result) = (arguments.extract(lane), results.extract(lane));
            let error = single_error(result, exact(f64::from(argument)));
            assert!(error < 1e3, "{argument:e} gives {result:e}");
            worst = worst.max(error);
        }
        match bits.checked_add(4999 * 16) {
            Some(next) => bits = next,
            None => return worst,
        }
    }
}

/// Error of one result in `f32`.
pub(crate) fn single_error(result: f32, exact: f64) -> f64 {
    let smallest = 1.5 * f64::from(f32::MIN_POSITIVE);
    let difference = f64::from(result) - exact;
    if exact.is_nan() || result.is_nan() {
        return if exact.is_nan() && result.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if exact as f32 == result {
        return if result.is_infinite() { 0.0 } else { difference.abs() / ulp_single(exact) };
    }
    if exact.abs() < smallest {
        return if difference.abs() <= smallest { 0.0 } else { f64::INFINITY };
    }
    difference.abs() / ulp_single(exact)
}

fn ulp_single(exact: f64) -> f64 {
    let rounded = exact.abs().max(f64::from(f32::MIN_POSITIVE)) as f32;
    f64::from(rounded) - f64::from(rounded.next_down())
}

/// Largest error in `f64` at points `(argument, high, low)`, the exact value being `high + low`.
pub(crate) fn double(function: impl Fn(Double) -> Double, points: &[(f64, f64, f64)]) -> f64 {
    let error = |&(argument, high, low): &(f64, f64, f64)| {
        let result = function(Double::splat(argument)).extract(5);
        double_error(result, high, low)
    };
    points.iter().map(error).fold(0.0, f64::max)
}

/// Error of one result in `f64`.
pub(crate) fn double_error(result: f64, high: f64, low: f64) -> f64 {
    if result == high && low == 0.0 {
        0.0
    } else {
        ((result - high) - low).abs() / (high.abs() - high.abs().next_down())
    }
}

/// Largest difference from a `reference` in `f64`, over 16 000 points between `low` and `high`.
pub(crate) fn difference(
    function: impl Fn(Double) -> Double,
    reference: impl Fn(f64) -> f64,
    (low, high): (f64, f64),
) -> f64 {
    let mut worst = 0.0_f64;
    for block in 0..1000 {
        let arguments =
            Double::from_fn(|lane| low + (high - low) * (f64::from(block * 16 + lane as i32) + 0.5) / 16000.0);
        let results = function(arguments);
        for lane in 0..Double::WIDTH {
            worst = worst.max(double_error(results.extract(lane), reference(arguments.extract(lane)), 0.0));
        }
    }
    worst
}
