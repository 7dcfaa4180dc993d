//! Kummer's function `M(a, b, x) = 1F1(a; b; x) = Σ_n (a)_n / (b)_n x^n / n!`, and its derivatives in `a` and `b`.
//!
//! For `0 < a < b` it is `E e^(xZ)` of a beta number with shapes `a` and `b - a`. On the positive axis the terms of the series
//! have one sign. Elsewhere they cancel beyond `|x| = 2`, so from there on the differential equation
//! `x w'' + (b - x) w' - a w = 0` is solved along the ray from 0, by Taylor series from place to place. `M` is the solution
//! that dominates the others along every ray, so that errors are not amplified. Derivatives in `a` and `b` go along: they
//! satisfy the same equation with `w` and `-w'` on its right side.

use std::array::from_fn;

use super::argument::Argument;

/// `M`, `∂M/∂a`, `∂M/∂b`.
type Values<X> = [X; 3];

/// Up to this size the series is used for every argument.
const NEAR: f64 = 2.0;

/// Arguments beyond this size are refused, and more steps: the cost is proportional to the size.
const FAR: f64 = 1e6;

/// `M(a, b, x)` for positive `a` and `b`; NaN otherwise, and where it would take more than a million steps.
///
/// The relative error is at most `1e-14 (1 + |x|/10)` for shapes of moderate size. The number of steps is at most `|x|` and, off
/// the positive axis, `b ln |x|`.
pub(crate) fn kummer<X: Argument>(a: f64, b: f64, x: X) -> X {
    values(a, b, x)[0]
}

/// `∂M/∂a` and `∂M/∂b`; domain and errors as of [`kummer`].
pub(crate) fn kummer_slopes<X: Argument>(a: f64, b: f64, x: X) -> [X; 2] {
    let [_, by_a, by_b] = values(a, b, x);
    [by_a, by_b]
}

/// Coefficient `k` of the Taylor series at `x` of `M`, `∂M/∂a` and `∂M/∂b`: those of `(a)_k / ((b)_k k!) M(a + k, b + k, x)`.
pub(crate) fn kummer_taylor<X: Argument>(a: f64, b: f64, x: X, k: u32) -> Values<X> {
    let (mut factor, mut by_a, mut by_b) = (1.0, 0.0, 0.0);
    for i in 0..k {
        let i = f64::from(i);
        factor *= (a + i) / ((b + i) * (i + 1.0));
        by_a += (a + i).recip();
        by_b -= (b + i).recip();
    }
    let [value, slope_a, slope_b] = values(a + f64::from(k), b + f64::from(k), x);
    let scale = |x: X| X::of(factor) * x;
    [scale(value), scale(slope_a + X::of(by_a) * value), scale(slope_b + X::of(by_b) * value)]
}

fn values<X: Argument>(a: f64, b: f64, x: X) -> Values<X> {
    let size = x.size();
    // Written so that NaN is refused.
    if !(a > 0.0 && a < f64::INFINITY && b > 0.0 && b < f64::INFINITY && size <= FAR) {
        return [X::of(f64::NAN); 3];
    }
    if size <= NEAR || size == x.real_part() {
        return series(a, b, x)[0];
    }
    if b * size.ln() > FAR {
        return [X::of(f64::NAN); 3];
    }
    let direction = x / X::of(size);
    let mut reached = NEAR;
    let mut state = series(a, b, direction * X::of(reached));
    while reached < size {
        // The other solutions are like x^(1 - b) and e^x: steps over which they change little.
        let step = f64::min(f64::min(2.0, reached / 2.0), 2.0 * reached / (1.0 + b));
        let next = f64::min(reached + step, size);
        state = continued(a, b, direction * X::of(reached), direction * X::of(next - reached), state);
        reached = next;
    }
    state[0]
}

/// The values and their derivatives in `x`, from the series at 0.
fn series<X: Argument>(a: f64, b: f64, x: X) -> [Values<X>; 2] {
    let zero = X::of(0.0);
    let (mut values, mut slopes) = ([X::of(1.0), zero, zero], [zero; 3]);
    // term = (a)_n / (b)_n x^n / n!, and the same without one factor x; logarithmic derivatives of (a)_n and 1 / (b)_n.
    let (mut term, mut by_a, mut by_b) = (X::of(1.0), 0.0, 0.0);
    for n in 0.. {
        let n = f64::from(n);
        by_a += (a + n).recip();
        by_b -= (b + n).recip();
        let below = term * X::of((a + n) / ((b + n) * (n + 1.0)));
        term = below * x;
        let weights = [1.0, by_a, by_b];
        let mut done = true;
        for (index, weight) in weights.into_iter().enumerate() {
            let part = term * X::of(weight);
            values[index] = values[index] + part;
            slopes[index] = slopes[index] + below * X::of((n + 1.0) * weight);
            done &= part.size() * (n + 1.0) <= f64::EPSILON / 8.0 * (values[index].size() + f64::MIN_POSITIVE);
        }
        // Terms decrease from (a + n) |x| < (b + n) (n + 1) on.
        if (done && (a + n) * x.size() < 0.5 * (b + n) * (n + 1.0)) || !term.size().is_finite() {
            break;
        }
    }
    [values, slopes]
}

/// The values and derivatives at `x + h`, given those at `x`.
fn continued<X: Argument>(a: f64, b: f64, x: X, h: X, [values, slopes]: [Values<X>; 2]) -> [Values<X>; 2] {
    // Coefficients c_n h^n: (n + 1)(n + 2) x c_(n+2) = (n + a) c_n - (n + 1)(n + b - x) c_(n+1), and its derivatives.
    let mut current = values;
    let mut next: Values<X> = from_fn(|index| slopes[index] * h);
    let mut sums: Values<X> = from_fn(|index| current[index] + next[index]);
    let mut weighted = next;
    for n in 0..MOST_TERMS {
        let n = f64::from(n);
        let (up, down) = (h * h, X::of(n + 1.0) * h);
        let right = |index: usize| X::of(n + a) * up * current[index] - down * (X::of(n + b) - x) * next[index];
        let numerators = [right(0), right(1) + up * current[0], right(2) - down * next[0]];
        let divisor = X::of((n + 1.0) * (n + 2.0)) * x;
        let after: Values<X> = from_fn(|index| numerators[index] / divisor);
        let mut done = true;
        for index in 0..3 {
            sums[index] = sums[index] + after[index];
            weighted[index] = weighted[index] + X::of(n + 2.0) * after[index];
            let size = (after[index].size() + next[index].size()) * (n + 2.0);
            done &= size <= f64::EPSILON / 8.0 * (sums[index].size() + f64::MIN_POSITIVE);
        }
        (current, next) = (next, after);
        if done {
            break;
        }
    }
    [sums, weighted.map(|sum| sum / h)]
}

/// More terms of a Taylor step than the radius of convergence, twice the step, leaves above rounding.
const MOST_TERMS: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complex::Complex;

    /// Shapes and argument, and values of another program with 40 digits (derivatives by central differences over 1e-12).
    type Row = ([f64; 4], [(f64, f64); 3]);

    const TABLE: [Row; 12] = [
        (
            [2.0, 5.5, 0.0, 1.0],
            [
                (0.9182472829580547, 0.34899203351157143),
                (-0.0671631307589651, 0.16605317973946823),
                (0.02690458216942227, -0.05930809213552095),
            ],
        ),
        (
            [2.0, 5.5, 0.0, -30.0],
            [
                (-0.01697091913604839, -0.002736490498018489),
                (0.036302302868669534, 0.033544395097056076),
                (-0.0093680674816618, -0.0024668411563234785),
            ],
        ),
        (
            [2.0, 5.5, 0.0, 250.0],
            [
                (-0.0002517716077359975, 4.9331249714940035e-06),
                (0.00110638703468285, -0.0004177878713698359),
                (-0.0001288115495290646, 4.7062353695244945e-06),
            ],
        ),
        (
            [0.001, 0.501, 0.0, 12.0],
            [
                (0.9956503050165347, 0.0011041622503996614),
                (-4.342454887893654, 1.0957110183012801),
                (0.003682385010188513, 0.002007160539804262),
            ],
        ),
        (
            [2.0, 5.5, -40.0, 0.0],
            [(0.008681322651243993, 0.0), (-0.022584407770047204, 0.0), (0.003987644190744198, 0.0)],
        ),
        (
            [2.0, 5.5, -2000.0, 0.0],
            [
                (3.927667320526189e-06, 0.0),
                (-2.5521970861630136e-05, -4.1909619666910777e-44),
                (1.99107992430287e-06, -0.0),
            ],
        ),
        ([2.0, 5.5, 35.0, 0.0], [(294556077169.3622, 0.0), (901564212686.6427, 0.0), (-582043086740.1084, 0.0)]),
        (
            [0.5, 1.0, 25.0, -40.0],
            [
                (-1290901954.4243658, -5789132901.425946),
                (-13462119215.015316, -32282969219.771114),
                (11626121122.077917, 24301182118.066544),
            ],
        ),
        (
            [0.5, 1.0, -25.0, 40.0],
            [
                (0.07186331496191259, 0.04026288582406204),
                (-0.4587585737078322, -0.15971050340449586),
                (0.09960199498816052, 0.05493141873494114),
            ],
        ),
        (
            [300.0, 700.0, 0.0, 60.0],
            [
                (0.4468258724408791, 0.29045871273428053),
                (-0.02516043443220824, 0.03819030218813935),
                (0.011180596018190332, -0.016099509006941005),
            ],
        ),
        (
            [40.0, 40.5, -3.0, 7.0],
            [
                (0.041624043838412145, 0.03001222997507095),
                (-0.00805214384720756, 0.005842168423321982),
                (0.007956739578855055, -0.005759381728888893),
            ],
        ),
        (
            [3.5, 0.75, -2.0, -9.0],
            [
                (18.521569625758502, -13.00405819502058),
                (6.022425684671487, -38.645964994544606),
                (-42.1035040425198, 71.87448524915216),
            ],
        ),
    ];

    #[test]
    fn tabulated_values() {
        for ([a, b, re, im], exact) in TABLE {
            let x = Complex { re, im };
            for (found, exact) in values(a, b, x).into_iter().zip(exact) {
                let error = (found.re - exact.0).hypot(found.im - exact.1);
                let bound = 1e-14 * (1.0 + x.size() / 10.0) * exact.0.hypot(exact.1);
                assert!(error <= bound, "M({a}, {b}, {x:?}) = {exact:?}, found {found:?}");
            }
            if im == 0.0 {
                let [real, complex] = [values(a, b, re), values(a, b, x).map(|value| value.re)];
                for (real, complex) in real.into_iter().zip(complex) {
                    assert!((real - complex).abs() <= 1e-12 * real.abs(), "{real} {complex}");
                }
            }
        }
    }

    /// `M(a, a, x) = e^x`, `M(1, 2, x) = (e^x - 1) / x`, and Kummer's transformation.
    #[test]
    fn closed_forms() {
        let close = |found: Complex, expected: Complex| {
            let error = (found - expected).size();
            assert!(error <= 2e-14 * (1.0 + expected.size()), "{found:?} is not {expected:?}");
        };
        for step in 1..60 {
            for angle in 0..8 {
                let x = Complex { re: 0.0, im: 0.25 * std::f64::consts::PI * f64::from(angle) }.exp()
                    * (0.25 * f64::from(step));
                let scale = f64::max(x.re, 0.0).exp();
                close(kummer(0.7, 0.7, x) / scale, x.exp() / scale);
                close(kummer(1.0, 2.0, x) / scale, (x.exp() - 1.0) / x / scale);
                close(kummer(0.3, 1.7, x) / scale, x.exp() * kummer(1.4, 1.7, -x) / scale);
            }
        }
    }

    /// Taylor coefficients sum up to the value nearby.
    #[test]
    fn taylor_coefficients() {
        for x in [-7.0, 0.0, 0.4, 12.0] {
            let sums = (0..30).rev().fold([0.0; 3], |sums, k| {
                let terms = kummer_taylor(2.0, 5.5, x, k);
                from_fn(|index| sums[index] * 0.5 + terms[index])
            });
            for (sum, value) in sums.into_iter().zip(values(2.0, 5.5, x + 0.5)) {
                assert!((sum - value).abs() <= 2e-13 * value.abs(), "{sum} {value}");
            }
        }
    }

    #[test]
    fn what_is_not_defined_is_no_number() {
        for (a, b, x) in [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (-1.0, 2.0, 1.0), (1.0, 2.0, f64::NAN), (1.0, 2.0, 1e7)] {
            assert!(kummer(a, b, x).is_nan());
        }
        assert!(kummer(1e9, 2e9, -5.0).is_nan());
        // A beta number with large shapes is a/b, nearly.
        assert!((kummer(1e9, 2e9, 5.0).ln() - 2.5).abs() < 1e-8);
        assert!((kummer(2e4, 4e4, -5.0).ln() + 2.5).abs() < 1e-4);
        assert_eq!(kummer(1.0, 2.0, 1e5), f64::INFINITY);
        assert_eq!(kummer(1.0, 2.0, 0.0), 1.0);
    }
}
