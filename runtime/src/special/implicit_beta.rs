//! How quantiles of the beta law move with its first shape: `∂z/∂a` at a fixed probability `F(z; a, b) = I_z(a, b)`.
//!
//! With the density `p` and `c = ln z - ψ(a) + ψ(a + b)`, the derivative is the positive number
//!
//! `-∂_a F / p = -1/p ∫_0^z p(t) (ln t - ψ(a) + ψ(a + b)) dt = 1/p ∫_z^1 p(t) (ln t - ψ(a) + ψ(a + b)) dt`
//!
//! (Figurnov, Mohamed and Mnih, *Implicit reparameterization gradients*, 2018; the two integrals add up to 0 because
//! `E ln t = ψ(a) - ψ(a + b)`.) As for the gamma law, no integrand changes its sign if the lower side is taken for `c < 0`
//! and the upper one for `c >= 0`, and a factor is taken out that may underflow. The derivative is `z y G` with `y = 1 - z`,
//! where `G` is that of `ln(z / y)`:
//!
//! - small `a`, near 0: DLMF 8.17.8 differentiated term by term, `G = Σ_n r_n z^n (ψ(a + n + 1) - ψ(a + b + n) - ln z)` with
//!   `r_n = (a + b)_n / (a)_(n + 1)`;
//! - small `b`, near 1: the same series of `1 - F`, and one of `∫_z^1 p(t) ln t dt` from its differential equation,
//!   `G = Σ_n y^n (q_n (ψ(a + b) - ψ(a)) - m_n)` with `q_n = (a + b)_n / (b)_(n + 1)`, `m_0 = 0` and
//!   `(n + b) m_n = (n - 1 + a + b) m_(n - 1) + 1/n`;
//! - otherwise: the integrals themselves, in `v = |ln(t / (1 - t)) - ln(z / y)|`, by a Gauss rule, at a price that does not
//!   grow with the shapes.
//!
//! The factors of the first sum are positive but for a few at its beginning, and so are all `q_n` and `m_n`: two places cancel,
//! not more. Whichever of `z` and `y` is the lesser one counts as exact. This runs for each sample, so it keeps to what gives
//! the same bits on every processor, as [`math`](crate::math) does.

use super::digamma::digamma_difference;
use super::gauss::NODES;
use crate::lane::{Lane, Scalar};
use crate::math;

/// From this shape on the integrals are evaluated: the series would take longer. Below 5, the integrand would not end before
/// singularities beside it count.
const LARGE: f64 = 1000.0;

/// The logarithm of what is left of the integrand where integration ends.
const END: f64 = -38.0;

/// `∂z/∂a` for each sample's beta number `z` with shapes `a` and `b` at a fixed probability, computed in `f64` for either
/// scalar type: the implicit reparameterisation derivative. It is positive, and 0 at both ends of the interval.
///
/// Domain: positive finite shapes; NaN otherwise. Numbers that rounding has put beside the interval count as its end. The
/// relative error is at most `1e-12` for shapes from `1e-3` to `1e4`, far into both tails (measured: `2e-13`), apart from
/// the rounding to `f32`.
///
/// For `b = 1`, where `F = z^a`, it is `-z ln z / a`.
#[must_use]
pub fn beta_first_slope<L: Lane>(a: L, b: L, z: L) -> L {
    by_lane(a, b, z, |a, b, z| slope(a, b, z, 1.0 - z))
}

/// `∂z/∂b`, as [`beta_first_slope`]: `1 - z` is a beta number with shapes `b` and `a`, so this is its derivative, negated.
#[must_use]
pub fn beta_second_slope<L: Lane>(a: L, b: L, z: L) -> L {
    by_lane(a, b, z, |a, b, z| -slope(b, a, 1.0 - z, z))
}

/// `-∂ ln(1 - z)/∂a`, as [`beta_first_slope`]: by how much the rest shrinks, `∂z/∂a` over `1 - z`. At `z = 1` it is not 0.
///
/// The second shape may be what rounding has left of a difference: below `1e-30` it counts as that, for the limit at 0.
#[must_use]
pub fn beta_rest_slope<L: Lane>(a: L, b: L, z: L) -> L {
    let b = b.maximum(L::splat(L::Scalar::from_f64(1e-30)));
    by_lane(a, b, z, |a, b, z| if z > 0.0 { z * logit_slope(a, b, z, 1.0 - z) } else { z })
}

fn by_lane<L: Lane>(a: L, b: L, z: L, slope: impl Fn(f64, f64, f64) -> f64) -> L {
    let is_shape = |shape: f64| shape > 0.0 && shape < f64::INFINITY;
    L::from_fn(|lane| {
        let [a, b, z] = [a, b, z].map(|pack| pack.extract(lane).to_f64());
        let slope = if is_shape(a) && is_shape(b) { slope(a, b, z.clamp(0.0, 1.0)) } else { f64::NAN };
        L::Scalar::from_f64(slope)
    })
}

/// `∂z/∂a` with `y = 1 - z`.
fn slope(a: f64, b: f64, z: f64, y: f64) -> f64 {
    if z == 0.0 || y == 0.0 { 0.0 } else { z * logit_slope(a, b, z, y) * y }
}

/// `G`, the derivative of `ln(z / y)`, for positive `z`.
fn logit_slope(a: f64, b: f64, z: f64, y: f64) -> f64 {
    let ln_z = if z <= y { math::ln_any(z) } else { math::ln_1p(-y) };
    // Further from the end, more terms are needed and more of them cancel.
    let is_near = |shape: f64, part: f64| shape < LARGE && (a + b) * part <= shape + shape.sqrt() + 3.0;
    if z <= y && is_near(a, z) {
        lower_series(a, b, z, ln_z)
    } else if z > y && is_near(b, y) {
        upper_series(a, b, y)
    } else {
        integral(a, b, z, y, ln_z + digamma_difference(a, b))
    }
}

/// `Σ_n r_n z^n (ψ(a + n + 1) - ψ(a + b + n) - ln z)`
fn lower_series(a: f64, b: f64, z: f64, ln_z: f64) -> f64 {
    let mut factor = -ln_z - digamma_difference(a + 1.0, b - 1.0);
    let mut term = a.recip();
    let mut sum = term * factor;
    let (mut above, mut below) = (a + b, a + 1.0);
    // Fewer than 500 terms count.
    for _ in 0..1000 {
        let inverse = (above * below).recip();
        term *= z * above * (above * inverse);
        factor += (b - 1.0) * inverse;
        sum += term * factor;
        if term * (1.0 + factor.abs()) <= 1e-17 * sum.abs() {
            break;
        }
        above += 1.0;
        below += 1.0;
    }
    sum
}

/// `Σ_n y^n (q_n (ψ(a + b) - ψ(a)) - m_n)`
fn upper_series(a: f64, b: f64, y: f64) -> f64 {
    let mean = digamma_difference(a, b);
    let (mut power, mut q, mut m) = (1.0, mean / b, 0.0);
    let mut sum = q;
    let (mut above, mut n) = (a + b, 1.0);
    // Fewer than 500 terms count.
    for _ in 0..1000 {
        let inverse = (b + n).recip();
        power *= y;
        q *= y * above * inverse;
        m = (y * above * m + power / n) * inverse;
        sum += q - m;
        if q + m <= 1e-17 * sum {
            break;
        }
        above += 1.0;
        n += 1.0;
    }
    sum
}

/// `∫_0^∞ t^a (1 - t)^b / (z^a y^b) (|c| + |ln(t / z)|) dv` with `ln(t / (1 - t)) = ln(z / y) ± v`, the sign that of `c`.
///
/// Written with the lesser `x` of `z` and `y`, its shape `k` and `s = ±v`, positive where `t` moves away from the end, the exponent
/// is `k s - (a + b) ln(1 + x (e^s - 1))`: concave, and without a peak inside.
fn integral(a: f64, b: f64, z: f64, y: f64, c: f64) -> f64 {
    let is_low = z <= y;
    let (k, x) = if is_low { (a, z) } else { (b, y) };
    let sign = if is_low == (c >= 0.0) { 1.0 } else { -1.0 };
    let (total, c) = (a + b, c.abs());
    // The end, first from the parabola at the start, then by Newton's steps, which do not fall short of a concave exponent.
    let decline = sign * (total * x - k);
    let mut end = -2.0 * END / (decline + (decline * decline - 2.0 * END * total * z * y).sqrt());
    for _ in 0..2 {
        let s = sign * end;
        let (excess, growth) = (x * math::exp_m1(s), x * math::exp(s));
        let exponent = k * s - total * math::ln_1p(excess);
        end += (exponent - END) / (sign * (total * growth / (1.0 + excess) - k));
    }
    let sum: f64 = NODES
        .iter()
        .map(|&(place, weight)| {
            let s = sign * place * end;
            let moved = math::ln_1p(x * math::exp_m1(s));
            let distance = if is_low { s - moved } else { moved };
            weight * (c + distance.abs()) * math::exp(k * s - total * moved)
        })
        .sum();
    sum * end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Pack;
    use crate::special::{ln_gamma, polygamma};

    /// Rows `a, b, z, 1 - z, derivative`, of another program in 30 digits.
    const TABLE: &str = include_str!("../../../tests/corpus/implicit_beta.txt");

    fn rows() -> Vec<[f64; 5]> {
        let row = |line: &str| {
            let mut numbers = line.split(' ').map(|number| number.parse().unwrap());
            std::array::from_fn(|_| numbers.next().unwrap())
        };
        TABLE.lines().filter(|line| !line.starts_with('#')).map(row).collect()
    }

    #[test]
    fn tabulated_values() {
        let rows = rows();
        assert!(rows.len() > 800);
        let (mut worst, mut worst_row) = (0.0, [0.0; 5]);
        for row @ [a, b, z, y, exact] in rows {
            let found = slope(a, b, z, y);
            let error = (found / exact - 1.0).abs();
            assert!(error <= 1e-12, "{row:?}: {found}");
            if error > worst {
                (worst, worst_row) = (error, row);
            }
        }
        println!("worst relative error {worst:e} at {worst_row:?}");
    }

    /// `E ∂z/∂a = ∂/∂a E z` and `E 2z ∂z/∂a = ∂/∂a E z²`, by sums over `ln(z / y)`, which converge fast. This covers shapes and places
    /// between those of the table, and shapes beyond it.
    #[test]
    fn moments() {
        const SHAPES: [f64; 13] = [0.09, 0.3, 0.77, 1.4, 2.6, 4.4, 8.0, 9.9, 10.1, 44.0, 600.0, 5e4, 1e6];
        for (a, b) in SHAPES.iter().flat_map(|&a| SHAPES.map(|b| (a, b))) {
            let center = polygamma(0, a) - polygamma(0, b);
            let step = f64::min(0.1, (polygamma(1, a) + polygamma(1, b)).sqrt() / 20.0);
            let norm = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
            let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
            for direction in [-1.0, 1.0] {
                for index in 0..100_000 {
                    let logit = center + direction * step * (f64::from(index) + 0.5);
                    let (ln_z, ln_y) = (-(-logit).exp().ln_1p(), -logit.exp().ln_1p());
                    // z y p
                    let weight = (norm + a * ln_z + b * ln_y).exp();
                    if weight < 1e-25 {
                        break;
                    }
                    let derivative = slope(a, b, ln_z.exp(), ln_y.exp());
                    total += weight * step;
                    first += weight * step * derivative;
                    second += weight * step * derivative * ln_z.exp();
                }
            }
            let sum = a + b;
            let exact_first = b / (sum * sum);
            // ∂/∂a of a (a + 1) / ((a + b) (a + b + 1)), halved.
            let exact_second =
                0.5 * b * (2.0 * a * a + 2.0 * a * b + 2.0 * a + b + 1.0) / (sum * sum * (sum + 1.0) * (sum + 1.0));
            let tolerance = 1e-11 * (1.0 + 1e-3 * sum.sqrt());
            assert!((total - 1.0).abs() < 1e-10 * (1.0 + 1e-4 * sum), "{a} {b}: {total}");
            assert!((first / total / exact_first - 1.0).abs() < tolerance, "{a} {b}: {first} {exact_first}");
            assert!((second / total / exact_second - 1.0).abs() < tolerance, "{a} {b}: {second} {exact_second}");
        }
    }
    /// `F = z^a` for `b = 1`.
    #[test]
    fn closed_form() {
        for step in 1..200 {
            let z = 0.005 * f64::from(step);
            for a in [0.003, 0.4, 1.0, 7.0, 25.0, 4000.0] {
                let (found, exact) = (slope(a, 1.0, z, 1.0 - z), -z * z.ln() / a);
                assert!((found / exact - 1.0).abs() < 1e-12, "{a} {z}: {found} {exact}");
            }
        }
    }

    /// Where one way of evaluation is left for another, both are accurate.
    #[test]
    fn ways_agree() {
        let close = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 2e-12, "{one} {other}");
        let shapes = (0..80).map(|step| 1e-3 * (0.2 * f64::from(step)).exp());
        for other in shapes {
            for small in [1e-3, 0.02, 0.5, 3.0, 9.9, 60.0, 999.0] {
                if 0.5 * (small + other) <= f64::min(small, other) + 3.0 {
                    close(lower_series(small, other, 0.5, 0.5_f64.ln()), upper_series(small, other, 0.5));
                }
                let x = (small + small.sqrt() + 3.0) / (small + other);
                if x < 0.5 {
                    close(lower_series(small, other, x, x.ln()), whole_integral(small, other, x, 1.0 - x));
                    close(upper_series(other, small, x), whole_integral(other, small, 1.0 - x, x));
                }
            }
            for part in [1e-30, 1e-3, 0.02, 0.3, 0.6, 1.0, 1.03] {
                let x = f64::min(part * LARGE / (LARGE + other), 0.5);
                close(lower_series(LARGE, other, x, x.ln()), whole_integral(LARGE, other, x, 1.0 - x));
                close(upper_series(other, LARGE, x), whole_integral(other, LARGE, 1.0 - x, x));
            }
        }
    }

    fn whole_integral(a: f64, b: f64, z: f64, y: f64) -> f64 {
        let ln_z = if z <= y { z.ln() } else { (-y).ln_1p() };
        integral(a, b, z, y, ln_z + digamma_difference(a, b))
    }

    #[test]
    fn extreme_arguments() {
        let first = |a: f64, b: f64, z: f64| {
            let [a, b, z] = [a, b, z].map(Pack::<f64, 2>::splat);
            [beta_first_slope(a, b, z), beta_second_slope(b, a, z)].map(|slopes| slopes.extract(0))
        };
        for invalid in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(first(invalid, 1.0, 0.5).iter().chain(&first(1.0, invalid, 0.0)).all(|slope| slope.is_nan()));
        }
        assert!(first(1.0, 2.0, f64::NAN).iter().all(|slope| slope.is_nan()));
        let shapes = || (-140..=60).map(|exponent| 10_f64.powf(0.1 * f64::from(exponent)));
        for (a, b) in shapes().flat_map(|a| shapes().map(move |b| (a, b))) {
            for part in [0.0, 5e-324, 1e-300, 1e-20, 1e-3, 0.4, 0.5] {
                for slope in [slope(a, b, part, 1.0 - part), slope(a, b, 1.0 - part, part)] {
                    assert!(slope >= 0.0 && slope.is_finite(), "{a} {b}, {part} from an end: {slope}");
                    assert!((slope > 0.0) == (part > 0.0) || part < 1e-323, "{a} {b}, {part} from an end: {slope}");
                }
            }
        }
    }

    /// It is the first derivative over the rest of the interval, and what that tends to at 1: `(ψ(a + b) - ψ(a)) / b`.
    #[test]
    fn the_rest_shrinks() {
        let rest_slope = |a: f64, b: f64, z: f64| {
            let [a, b, z] = [a, b, z].map(Pack::<f64, 2>::splat);
            beta_rest_slope(a, b, z).extract(1)
        };
        for (a, b) in [(0.3, 1e-3), (1e-3, 0.4), (2.0, 7.0), (0.5, 250.0), (3000.0, 1000.0)] {
            for z in [1e-300, 0.01, 0.4, 0.7, 0.999] {
                let expected = slope(a, b, z, 1.0 - z) / (1.0 - z);
                assert!((rest_slope(a, b, z) / expected - 1.0).abs() < 1e-15, "{a} {b} {z}");
            }
            let expected = (polygamma(0, a + b) - polygamma(0, a)) / b;
            assert!((rest_slope(a, b, 1.0) / expected - 1.0).abs() < 1e-10, "{a} {b}: {}", rest_slope(a, b, 1.0));
            assert_eq!(rest_slope(a, b, 0.0), 0.0);
            // The law of a single share.
            for left in [0.0, -1e-17] {
                assert!((rest_slope(a, left, 1.0) / polygamma(1, a) - 1.0).abs() < 1e-14, "{a}");
            }
        }
    }

    #[test]
    fn packs_hold_the_same_values() {
        let (a, b, z) =
            (|lane: usize| 0.3 + lane as f32, |lane: usize| 9.0 - lane as f32, |lane: usize| lane as f32 / 6.9);
        let packs = [Pack::<f32, 8>::from_fn(a), Pack::from_fn(b), Pack::from_fn(z)];
        let slopes = [beta_first_slope(packs[0], packs[1], packs[2]), beta_second_slope(packs[0], packs[1], packs[2])];
        assert_eq!(slopes.map(|slopes| slopes.extract(7)), [0.0; 2], "it lies beside the interval");
        for lane in 0..7 {
            let (a, b, z) = (f64::from(a(lane)), f64::from(b(lane)), f64::from(z(lane)));
            assert_eq!(slopes[0].extract(lane), slope(a, b, z, 1.0 - z) as f32);
            assert_eq!(slopes[1].extract(lane), -slope(b, a, 1.0 - z, z) as f32);
        }
    }
}
