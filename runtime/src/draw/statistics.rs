//! Statistical tests of the base draws, at fixed seeds, and the power of these tests.

use super::counts::Base;
use super::{Key, Words};
use crate::lane::{Kernel, Lane, Scalar, dispatch};

/// A base draw, with what is known of it.
#[derive(Clone, Copy)]
pub(super) enum Draw {
    Uniform,
    Exponential,
    Normal,
    /// Shape.
    Gamma(f64),
    /// Shapes.
    Beta(f64, f64),
    /// Mean and shape.
    InverseGaussian(f64, f64),
}

struct Sampling {
    draw: Draw,
    count: u64,
}

impl<S: Scalar> Kernel<S> for Sampling {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) -> Vec<f64> {
        let key = Key::new(2024, 1);
        let mut values = Vec::new();
        for sample in (0..self.count).step_by(L::WIDTH) {
            let mut words = Words::<L>::new(key, sample, 3);
            let (first, second) = match self.draw {
                Draw::Uniform => (words.uniform(), words.uniform()),
                Draw::Exponential => (words.exponential(), words.exponential()),
                Draw::Normal => (words.normal(), words.normal()),
                Draw::Gamma(shape) => (words.gamma(1, L::constant(shape)), words.gamma(2, L::constant(shape))),
                Draw::Beta(..) | Draw::InverseGaussian(..) => unreachable!("drawn by `counts`"),
            };
            values.extend((0..L::WIDTH).flat_map(|lane| [first.extract(lane).to_f64(), second.extract(lane).to_f64()]));
        }
        values
    }
}

/// `2 * count` draws.
fn sample<S: Scalar>(draw: Draw, count: u64) -> Vec<f64> {
    match draw {
        Draw::Beta(a, b) => super::counts::sample::<S>(Base::Beta(a, b), 2 * count),
        Draw::InverseGaussian(mean, shape) => super::counts::sample::<S>(Base::InverseGaussian(mean, shape), 2 * count),
        Draw::Uniform | Draw::Exponential | Draw::Normal | Draw::Gamma(_) => {
            Kernel::<S>::run::<S::Narrow>(Sampling { draw, count })
        }
    }
}

impl Draw {
    fn mean(self) -> f64 {
        match self {
            Draw::Uniform => 0.5,
            Draw::Exponential => 1.0,
            Draw::Normal => 0.0,
            Draw::Gamma(shape) => shape,
            Draw::Beta(a, b) => a / (a + b),
            Draw::InverseGaussian(mean, _) => mean,
        }
    }

    /// Second and fourth central moments.
    fn moments(self) -> (f64, f64) {
        match self {
            Draw::Uniform => (1.0 / 12.0, 1.0 / 80.0),
            Draw::Exponential => (1.0, 9.0),
            Draw::Normal => (1.0, 3.0),
            Draw::Gamma(shape) => (shape, 3.0 * shape * shape + 6.0 * shape),
            Draw::Beta(a, b) => {
                let (mean, sum) = (a / (a + b), a + b);
                let variance = mean * (1.0 - mean) / (sum + 1.0);
                let excess =
                    6.0 * ((a - b).powi(2) * (sum + 1.0) - a * b * (sum + 2.0)) / (a * b * (sum + 2.0) * (sum + 3.0));
                (variance, variance * variance * (3.0 + excess))
            }
            Draw::InverseGaussian(mean, shape) => {
                let variance = mean.powi(3) / shape;
                (variance, variance * variance * (3.0 + 15.0 * mean / shape))
            }
        }
    }

    fn distribution(self, x: f64) -> f64 {
        match self {
            Draw::Uniform => x,
            Draw::Exponential => -(-x).exp_m1(),
            // P(N² <= x²) is a gamma distribution.
            Draw::Normal => 0.5 + 0.5 * lower_gamma(0.5, 0.5 * x * x).copysign(x),
            Draw::Gamma(shape) => lower_gamma(shape, x),
            // Where one shape is 1, and the arc sine law.
            Draw::Beta(a, 1.0) => x.powf(a),
            Draw::Beta(1.0, b) => 1.0 - (1.0 - x).powf(b),
            Draw::Beta(..) => std::f64::consts::FRAC_2_PI * x.sqrt().asin(),
            Draw::InverseGaussian(mean, shape) => {
                let (root, ratio) = ((shape / x).sqrt(), x / mean);
                let normal = |x| Draw::Normal.distribution(x);
                normal(root * (ratio - 1.0)) + (2.0 * shape / mean).exp() * normal(-root * (ratio + 1.0))
            }
        }
    }
}

/// `Γ(k + 1)` to 16 digits.
fn gamma_of_next(k: f64) -> f64 {
    [
        (0.001, 0.9994237724845955),
        (0.3, 0.8974706963062772),
        (0.5, 0.886226925452758),
        (0.7, 0.9086387328532904),
        (1.0, 1.0),
        (2.5, 3.3233509704478426),
        (50.0, 3.0414093201713376e64),
    ]
    .iter()
    .find(|(shape, _)| *shape == k)
    .expect("a tabulated shape")
    .1
}

/// The regularised lower incomplete gamma function by its series `x^k e^{-x} / Γ(k + 1) Σ_n x^n / ((k + 1) … (k + n))`.
fn lower_gamma(k: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    let mut n = 1.0;
    while term > 1e-17 * sum {
        term *= x / (k + n);
        sum += term;
        n += 1.0;
    }
    (k * x.ln() - x).exp() / gamma_of_next(k) * sum
}

/// Kolmogorov's distance at 200 points, times `√n`: exceeds 2.69 in one of 10⁶ correct samples (at fewer points, rarer).
fn distance(values: &[f64], draw: Draw) -> f64 {
    let mut points: Vec<f64> = values[..200].to_vec();
    points.sort_by(f64::total_cmp);
    let mut counts = vec![0_u32; points.len() + 1];
    for &value in values {
        counts[points.partition_point(|&point| point < value)] += 1;
    }
    let (mut below, mut worst) = (0, 0.0_f64);
    for (&point, count) in points.iter().zip(counts) {
        below += count;
        worst = worst.max((f64::from(below) / values.len() as f64 - draw.distribution(point)).abs());
    }
    worst * (values.len() as f64).sqrt()
}

/// Errors of mean and variance in standard errors: each exceeds 5 in one of 1.7 million correct samples.
fn scores(values: &[f64], draw: Draw) -> (f64, f64) {
    let n = values.len() as f64;
    let (second, fourth) = draw.moments();
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - draw.mean()).powi(2)).sum::<f64>() / n;
    ((mean - draw.mean()) / (second / n).sqrt(), (variance - second) / ((fourth - second * second) / n).sqrt())
}

fn passes(values: &[f64], draw: Draw) -> bool {
    let (mean, variance) = scores(values, draw);
    mean.abs() <= 5.0 && variance.abs() <= 5.0 && distance(values, draw) <= 2.69
}

/// The draws pass, and fail when all are multiplied by 1.01.
fn check(draw: Draw, count: u64) {
    for values in [sample::<f32>(draw, count), sample::<f64>(draw, count)] {
        assert!(passes(&values, draw), "{:?} and distance {}", scores(&values, draw), distance(&values, draw));
        let scaled: Vec<f64> = values.iter().map(|value| 1.01 * value).collect();
        assert!(!passes(&scaled, draw), "no power: {:?}", scores(&scaled, draw));
    }
}

#[test]
fn uniform_draws() {
    check(Draw::Uniform, 1 << 18);
}

#[test]
fn exponential_draws() {
    check(Draw::Exponential, 1 << 19);
}

#[test]
fn normal_draws() {
    check(Draw::Normal, 1 << 18);
}

#[test]
fn gamma_draws() {
    for (shape, count) in [(0.3, 1 << 20), (0.7, 1 << 19), (1.0, 1 << 19), (2.5, 1 << 18), (50.0, 1 << 16)] {
        check(Draw::Gamma(shape), count);
    }
}

#[test]
fn beta_draws() {
    for (a, b) in [(0.01, 1.0), (0.3, 1.0), (1.0, 0.3), (0.5, 0.5), (1.0, 1.0), (2.5, 1.0), (1.0, 50.0)] {
        for values in [sample::<f32>(Draw::Beta(a, b), 1 << 18), sample::<f64>(Draw::Beta(a, b), 1 << 18)] {
            let draw = Draw::Beta(a, b);
            assert!(passes(&values, draw), "{:?} and distance {}", scores(&values, draw), distance(&values, draw));
            let other = if b == 1.0 { Draw::Beta(1.03 * a, b) } else { Draw::Beta(a, 1.03 * b) };
            assert!(a == b || !passes(&values, other), "no power: {a}, {b}");
            assert!(values.iter().all(|&value| value > 0.0 && value <= 1.0));
        }
    }
    // One of two shapes of 0.001 is the larger by far; of large ones the quotient has the digits of the format.
    let values = sample::<f32>(Draw::Beta(1e-3, 1e-3), 1 << 16);
    let near_one = values.iter().filter(|&&value| value > 0.5).count() as f64 / values.len() as f64;
    assert!((near_one - 0.5).abs() <= 2.5 / (values.len() as f64).sqrt(), "{near_one}");
    for values in [sample::<f32>(Draw::Beta(1e6, 2e6), 1 << 16), sample::<f64>(Draw::Beta(1e6, 2e6), 1 << 16)] {
        let (mean, variance) = scores(&values, Draw::Beta(1e6, 2e6));
        assert!(mean.abs() <= 5.0 && variance.abs() <= 5.0, "{mean} {variance}");
    }
}

#[test]
fn inverse_gaussian_draws() {
    for (mean, shape) in [(1.0, 1.0), (0.5, 1.5), (3.0, 0.7), (2.0, 12.0)] {
        check(Draw::InverseGaussian(mean, shape), 1 << 19);
    }
    for (mean, shape) in [(1.0, 1e6), (1e4, 1e9)] {
        let draw = Draw::InverseGaussian(mean, shape);
        for values in [sample::<f32>(draw, 1 << 16), sample::<f64>(draw, 1 << 16)] {
            let (mean, variance) = scores(&values, draw);
            assert!(mean.abs() <= 5.0 && variance.abs() <= 5.0, "{mean} {variance}");
        }
    }
}

/// At the smallest shape half of the draws lie below every `f64`; at the largest, `d` is a million times the terms of the
/// acceptance.
#[test]
fn gamma_draws_of_extreme_shape() {
    for values in [sample::<f32>(Draw::Gamma(0.001), 1 << 16), sample::<f64>(Draw::Gamma(0.001), 1 << 16)] {
        assert!(values.iter().all(|&value| value > 0.0 && value < 100.0));
        for exponent in [-37, -30, -20, -10, -3, 0] {
            let point = 10.0_f64.powi(exponent);
            let expected = lower_gamma(0.001, point);
            let share = values.iter().filter(|&&value| value <= point).count() as f64 / values.len() as f64;
            let error = (expected * (1.0 - expected) / values.len() as f64).sqrt();
            assert!((share - expected).abs() <= 5.0 * error, "{share} for {expected} at {point:e}");
        }
    }
    for values in [sample::<f32>(Draw::Gamma(1e6), 1 << 16), sample::<f64>(Draw::Gamma(1e6), 1 << 16)] {
        let (mean, variance) = scores(&values, Draw::Gamma(1e6));
        assert!(mean.abs() <= 5.0 && variance.abs() <= 5.0, "{mean} {variance}");
    }
}

/// Two coordinates, two sites, consecutive samples and consecutive streams are uncorrelated: `|r| √n <= 5`.
#[test]
fn places_are_independent() {
    struct Normals(Key, u32);
    impl Kernel<f32> for Normals {
        type Output = Vec<f64>;
        #[inline(always)]
        fn run<L: Lane<Scalar = f32>>(self) -> Vec<f64> {
            let pack = |sample| Words::<L>::new(self.0, sample, self.1).normal();
            let packs = (0..1_u64 << 17).step_by(L::WIDTH).map(pack);
            packs.flat_map(|pack| (0..L::WIDTH).map(move |lane| pack.extract(lane).to_f64())).collect()
        }
    }
    let normals = |stream, coordinate| dispatch(None, Normals(Key::new(5, stream), coordinate));
    let base = normals(0, 0);
    for other in [normals(0, 1), normals(1, 0), [&base[1..], &base[..1]].concat()] {
        let correlation: f64 = base.iter().zip(&other).map(|(x, y)| x * y).sum::<f64>() / (base.len() as f64).sqrt();
        assert!(correlation.abs() <= 5.0, "{correlation}");
    }
}
