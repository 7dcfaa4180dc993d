//! How quantiles of the gamma law move with its shape: `∂ ln z / ∂k` at a fixed probability `F(z; k) = P(k, z)`.
//!
//! With the density `p` and `c = ln z - ψ(k)`, the derivative is the positive number
//!
//! `-∂_k F / (z p) = -1/(z p) ∫_0^z p(t) (ln t - ψ(k)) dt = 1/(z p) ∫_z^∞ p(t) (ln t - ψ(k)) dt`
//!
//! (Figurnov, Mohamed and Mnih, *Implicit reparameterization gradients*, 2018; the two integrals add up to 0 because
//! `E ln t = ψ(k)`.) No integrand changes its sign if the lower side is taken for `c < 0` and the upper one for `c >= 0`. So
//! nothing cancels, in the tails either, and no factor such as `p` that may underflow is left over:
//!
//! - Small shapes, lower side: DLMF 8.7.1 differentiated term by term, where each term takes a digamma function along,
//!   `Σ_n z^n / (k (k + 1) … (k + n)) (ψ(k + n + 1) - ln z)`, from which a few places cancel above `z = e^ψ(k + 1)`, not more.
//! - Small shapes, upper side: `c U + ∂U/∂k` with `U = e^z z^-k Γ(k, z)`, by the continued fraction DLMF 8.9.2, even part.
//! - Large shapes: the integrals themselves, in `v = |ln(t / z)|`, by a Gauss rule, at a price that does not grow with the
//!   shape.
//!
//! This runs for each sample, so it keeps to what gives the same bits on every processor, as [`math`](crate::math) does.

use super::digamma::{digamma, ln_minus_digamma};
use super::gauss::NODES;
use crate::lane::{Lane, Scalar};
use crate::math;

/// From this shape on the integrals are evaluated: the series would take longer.
const LARGE: f64 = 1000.0;

/// Beyond this logarithm of `z / max(k, 1)` the continued fraction is `1/z` to the last place.
const FAR: f64 = 40.0;

/// `∂ ln z / ∂k` for the standard gamma law with shape `k` at a fixed probability: `-∂_k P(k, z) / (z p(z; k))` with the density
/// `p(z; k) = z^(k - 1) e^-z / Γ(k)`, the implicit reparameterisation derivative of `ln z`.
///
/// For a sample `z` with any scale, `z ∂ ln z / ∂k` is the derivative of the sample. The argument is `ln z`, since `z` itself
/// underflows for small shapes. Domain: positive finite `k`, any `ln_z`; NaN otherwise. The derivative is positive; infinite
/// where it exceeds the range, and at `ln_z = -∞`; and 0 from `ln_z = 708.5` on where that is above `40 + ln k`. The relative
/// error is at most `1e-12` for `1e-3 <= k <= 1e4`, in both tails too (measured: `8e-14`); near the mode, `1e-14` for larger
/// shapes up to `1e8`.
///
/// Exponential law, `k = 1`: `(ln z + γ + e^z E1(z)) / z`. Close to `z = 0` it is `(ψ(k + 1) - ln z) / k`.
pub(crate) fn ln_quantile_derivative(k: f64, ln_z: f64) -> f64 {
    // Written so that NaN is refused.
    if !(k > 0.0 && k < f64::INFINITY && !ln_z.is_nan()) {
        return f64::NAN;
    }
    if ln_z == f64::INFINITY {
        return 0.0;
    }
    if ln_z == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    let ln_k = math::ln_any(k);
    if ln_z > FAR + ln_k.max(0.0) {
        return (ln_z - digamma(k)) * math::exp(-ln_z);
    }
    if k >= LARGE {
        return integral(k, ln_z - ln_k);
    }
    let z = math::exp(ln_z);
    // Higher, more terms of the series cancel; lower, the continued fraction takes more steps.
    if z <= k + 1.5 * k.sqrt() + 2.5 { series(k, z, ln_z) } else { fraction(k, z, ln_z) }
}

/// `∂z/∂k` at a fixed probability for each sample's gamma number `z` of scale 1 and shape `k`, computed in `f64` for either scalar
/// type: `z` times `∂ ln z/∂k`, which goes to 0 with `z`.
#[must_use]
pub fn gamma_slope<L: Lane>(k: L, z: L) -> L {
    L::from_fn(|lane| {
        let (k, z) = (k.extract(lane).to_f64(), z.extract(lane).to_f64());
        // A number that is 0 has underflowed; its derivative does so, too.
        let slope = if z == 0.0 { 0.0 } else { z * ln_quantile_derivative(k, math::ln_any(z)) };
        L::Scalar::from_f64(slope)
    })
}

/// `Σ_n z^n / (k (k + 1) … (k + n)) (ψ(k + n + 1) - ln z)`
fn series(k: f64, z: f64, ln_z: f64) -> f64 {
    let mut factor = digamma(k + 1.0) - ln_z;
    let mut term = k.recip();
    let mut last = k;
    let mut sum = term * factor;
    // Terms of shapes below LARGE are negligible from the 350th on; the factor grows from one to the next, so that a small
    // one tells nothing of those that follow.
    for _ in 0..1000 {
        last += 1.0;
        let inverse = last.recip();
        factor += inverse;
        term *= z * inverse;
        sum += term * factor;
        if term * (1.0 + factor.abs()) <= 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

/// `c U + ∂U/∂k` with `U = 1 / (z + 1 - k - 1 (1 - k) / (z + 3 - k - 2 (2 - k) / (z + 5 - k - …)))`.
fn fraction(k: f64, z: f64, ln_z: f64) -> f64 {
    let c = ln_z - digamma(k);
    let mut partial = z + 1.0 - k;
    // Numerator and denominator of the convergents, and their derivatives in k; first those of the one before.
    let mut before = [0.0, 1.0, 0.0, 0.0];
    let mut current = [1.0, partial, 0.0, -1.0];
    let mut n = 0.0;
    let mut value = f64::NAN;
    // At z = k + 1.5 √k + 2.5 some 60 steps are needed.
    for _ in 0..100 {
        for _ in 0..8 {
            n += 1.0;
            partial += 2.0;
            let a = n * (k - n);
            let next = [
                partial * current[0] + a * before[0],
                partial * current[1] + a * before[1],
                (partial * current[2] - current[0]) + (a * before[2] + n * before[0]),
                (partial * current[3] - current[1]) + (a * before[3] + n * before[1]),
            ];
            (before, current) = (current, next);
        }
        // The common factor is free: denominator 1.
        let scale = current[1].recip();
        before = before.map(|number| number * scale);
        current = current.map(|number| number * scale);
        let previous = value;
        value = current[0] * c + (current[2] - current[0] * current[3]);
        if (value - previous).abs() <= 4e-16 * value.abs() {
            break;
        }
    }
    value
}

/// `∫_0^∞ e^(±k v - z (e^(±v) - 1)) (|c| + v) dv`, the sign that of `c`, from `δ = ln(z / k)` and for `k >= LARGE`.
///
/// With `t = ±v` the exponent is `-k (α v + ζ (e^t - 1 - t))`, where `ζ = z / k` and `α = ±(ζ - 1)`, which is at least
/// `-1 / 2k` since `e^ψ(k) > k - ½`. The integrand is smooth and without a peak inside, and ends where the exponent is -38.
fn integral(k: f64, delta: f64) -> f64 {
    let c = delta + ln_minus_digamma(k);
    let sign = if c < 0.0 { -1.0 } else { 1.0 };
    let excess = math::exp_m1(delta);
    let (alpha, zeta) = (sign * excess, 1.0 + excess);
    // The end, from e^t - 1 - t ≈ t² / 2.
    let spread = 2.0 * 38.0 / k;
    let end = spread / (alpha + (alpha * alpha + spread * zeta).sqrt());
    let sum: f64 = NODES
        .iter()
        .map(|&(place, weight)| {
            let v = place * end;
            let exponent = -k * (alpha * v + zeta * exp_tail(sign * v));
            weight * (c.abs() + v) * math::exp(exponent)
        })
        .sum();
    sum * end
}

/// `e^t - 1 - t` for `|t| <= 0.3`: relative error `1e-15`.
fn exp_tail(t: f64) -> f64 {
    const INVERSE_FACTORIALS: [f64; 11] = [
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
    ];
    INVERSE_FACTORIALS.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient) * t * t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Pack;
    use crate::special::{ln_gamma, polygamma};

    /// Rows `k, ln z, derivative`, of another program in 30 digits.
    const TABLE: &str = include_str!("../../../tests/corpus/implicit_gamma.txt");

    fn rows() -> Vec<[f64; 3]> {
        let row = |line: &str| {
            let mut numbers = line.split(' ').map(|number| number.parse().unwrap());
            std::array::from_fn(|_| numbers.next().unwrap())
        };
        TABLE.lines().filter(|line| !line.starts_with('#')).map(row).collect()
    }

    #[test]
    fn tabulated_values() {
        let rows = rows();
        assert!(rows.len() > 600);
        let mut worst = [0.0; 3];
        for [k, ln_z, exact] in rows {
            let found = ln_quantile_derivative(k, ln_z);
            let error = (found / exact - 1.0).abs();
            assert!(error <= 1e-12, "k = {k}, ln z = {ln_z}: {exact}, found {found}");
            if error > worst[0] {
                worst = [error, k, ln_z];
            }
        }
        println!("worst relative error, its k and ln z: {worst:?}");
    }

    /// `E ∂ ln z / ∂k = ∂/∂k E ln z = ψ'(k)` and `E z ∂ ln z / ∂k = ∂/∂k E z = 1`, by sums over `ln z`, which converge fast.
    /// This covers shapes and places between those of the table, and shapes beyond it.
    #[test]
    fn moments() {
        for k in [0.02, 0.07, 0.2, 0.77, 1.3, 2.6, 4.4, 8.0, 17.3, 44.0, 140.0, 600.0, 999.0, 1001.0, 5e4, 1e6, 1e8] {
            let center = polygamma(0, k);
            let step = f64::min(0.1, polygamma(1, k).sqrt() / 20.0);
            let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
            for direction in [-1.0, 1.0] {
                for index in 0..100_000 {
                    let x = direction * step * (f64::from(index) + 0.5);
                    // z p, up to a constant.
                    let weight = (k * x - center.exp() * x.exp_m1()).exp();
                    if weight < 1e-25 {
                        break;
                    }
                    let derivative = ln_quantile_derivative(k, center + x);
                    total += weight;
                    first += weight * derivative;
                    second += weight * derivative * (center + x).exp();
                }
            }
            // The normalising constant of the law, to see that the sums have converged.
            let norm = ln_gamma(k) - k * center + center.exp();
            let tolerance = 1e-11 * (1.0 + 1e-3 * k.sqrt());
            assert!(
                ((total * step).ln() - norm).abs() < 1e-10 * (1.0 + 1e-4 * k),
                "{k}: {} {norm}",
                (total * step).ln()
            );
            assert!(
                (first / total / polygamma(1, k) - 1.0).abs() < tolerance,
                "{k}: {}",
                first / total / polygamma(1, k)
            );
            assert!((second / total - 1.0).abs() < tolerance, "{k}: {}", second / total);
        }
    }

    /// Where one way of evaluation is left for another, both are accurate.
    #[test]
    fn ways_agree() {
        let close = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 2e-12, "{one} {other}");
        for step in 0..400 {
            let k = 1e-3 * (0.0345 * f64::from(step)).exp();
            let z = k + 1.5 * k.sqrt() + 2.5;
            close(series(k, z, z.ln()), fraction(k, z, z.ln()));
        }
        for deviations in [-30.0, -20.0, -8.0, -4.0, -2.0, -1.0, -0.1, 0.0, 0.1, 0.5, 1.4, 1.6, 3.0, 8.0, 20.0, 100.0] {
            let z = LARGE + deviations * LARGE.sqrt();
            let by_parts = if deviations <= 1.5 { series(LARGE, z, z.ln()) } else { fraction(LARGE, z, z.ln()) };
            close(integral(LARGE, (z / LARGE).ln()), by_parts);
        }
    }

    #[test]
    fn extreme_arguments() {
        for k in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(ln_quantile_derivative(k, 0.0).is_nan());
        }
        assert!(ln_quantile_derivative(1.0, f64::NAN).is_nan());
        assert_eq!(ln_quantile_derivative(1.0, f64::INFINITY), 0.0);
        assert_eq!(ln_quantile_derivative(1.0, f64::NEG_INFINITY), f64::INFINITY);
        for exponent in -300..=300 {
            let k = 10f64.powi(exponent);
            let mut previous = f64::INFINITY;
            for ln_z in [-1e300, -1e10, -1e4, -700.0, -90.0, -1.0, 0.0, 0.5, 1.0, 3.0, 10.0, 40.1, 300.0, 700.0] {
                let derivative = ln_quantile_derivative(k, ln_z);
                // It decreases in z, like the logarithm of a quantile's derivative does.
                assert!(derivative > 0.0 && derivative <= previous, "k = {k}, ln z = {ln_z}: {derivative}");
                assert!(derivative.is_finite() || -ln_z / k > 1e307, "k = {k}, ln z = {ln_z}: {derivative}");
                previous = derivative;
            }
            // At the mode it is nearly 1/k for large shapes.
            if k >= 1e4 {
                let at_mode = k * ln_quantile_derivative(k, k.ln());
                assert!(at_mode > 0.0 && at_mode.is_finite(), "{k} {at_mode}");
                assert!((at_mode - 1.0).abs() < 1.0 / k.sqrt() + 1e-14 * k.sqrt(), "{k} {at_mode}");
            }
        }
    }

    #[test]
    fn packs_hold_the_same_values() {
        let (k, z) = (|lane: usize| 0.3 + lane as f32, |lane: usize| lane as f32 * 0.7);
        let slopes = gamma_slope(Pack::<f32, 8>::from_fn(k), Pack::<f32, 8>::from_fn(z));
        assert_eq!(slopes.extract(0), 0.0, "it has underflowed");
        for lane in 1..8 {
            let (k, z) = (f64::from(k(lane)), f64::from(z(lane)));
            assert_eq!(slopes.extract(lane), (z * ln_quantile_derivative(k, z.ln())) as f32);
        }
    }
}
