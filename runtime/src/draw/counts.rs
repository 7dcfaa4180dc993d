//! Statistical tests of the draws of counts, at fixed seeds, and the power of these tests.
//!
//! Quantiles of one half of the draws are the bounds of cells, and the other half is counted in them: χ² against the exact
//! probabilities, as a normal score by the cube root of Wilson and Hilferty. A score exceeds 5 in one of 3.5 million correct
//! samples.

use super::{Key, Words};
use crate::lane::{Kernel, Lane, Pack, PackWidth, Scalar, dispatch};

/// A draw of a count, with its exact law.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Bernoulli(f64),
    Binomial(f64, f64),
    Geometric(f64),
    Logarithmic(f64),
    Poisson(f64),
    Trigamma(f64),
    Zeta,
}

/// A draw that is made for one of the tests of this module and `statistics`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    Count(Count),
    /// Shapes.
    Beta(f64, f64),
    /// Mean and shape.
    InverseGaussian(f64, f64),
    /// So many products of a normal and a gamma number.
    Compound(f64),
}

struct Sampling {
    base: Base,
    draws: u64,
    /// Whether the first parameter is another one for each sample.
    varied: bool,
}

impl<S: Scalar> Kernel<S> for Sampling {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) -> Vec<f64> {
        let key = Key::new(31, 5);
        let mut values = Vec::new();
        for sample in (0..self.draws).step_by(L::WIDTH) {
            let mut words = Words::<L>::new(key, sample, 2);
            let first = |value: f64| {
                let factor = |lane: usize| [0.5, 1.0, 7.0][(sample as usize + lane) % 3];
                L::from_fn(|lane| S::from_f64(if self.varied { value * factor(lane) } else { value }))
            };
            let draw = match self.base {
                Base::Count(Count::Bernoulli(p)) => words.bernoulli(first(p)),
                Base::Beta(a, b) => words.beta(1, first(a), L::constant(b)),
                Base::Count(Count::Binomial(n, p)) => words.binomial(1, first(n), L::constant(p)),
                Base::Compound(count) => {
                    let mut copies = words.compound(1, first(count));
                    while let Some(mut words) = copies.next_copy() {
                        let normal = words.normal();
                        copies.add(normal * words.gamma(1, L::constant(0.5)));
                    }
                    copies.sum()
                }
                Base::Count(Count::Geometric(p)) => words.geometric(first(p)),
                Base::InverseGaussian(mean, shape) => words.inverse_gaussian(first(mean), L::constant(shape)),
                Base::Count(Count::Logarithmic(q)) => words.logarithmic(first(q)),
                Base::Count(Count::Poisson(rate)) => words.poisson(1, first(rate)),
                Base::Count(Count::Trigamma(x)) => words.trigamma_mixture(1, first(x)),
                Base::Count(Count::Zeta) => words.zeta_mixture(1),
            };
            values.extend((0..L::WIDTH).map(|lane| draw.extract(lane).to_f64()));
        }
        values
    }
}

pub(super) fn sample<S: Scalar>(base: Base, draws: u64) -> Vec<f64> {
    Kernel::<S>::run::<S::Narrow>(Sampling { base, draws, varied: false })
}

/// `ln k!`, by Stirling's series from 20 on.
fn ln_factorial(k: f64) -> f64 {
    if k < 20.0 {
        return (2..=k as u32).map(|j| f64::from(j).ln()).sum();
    }
    let y = k + 1.0;
    let series = 1.0 / (12.0 * y) - 1.0 / (360.0 * y.powi(3)) + 1.0 / (1260.0 * y.powi(5));
    (y - 0.5) * y.ln() - y + 0.5 * std::f64::consts::TAU.ln() + series
}

/// `ψ'(x)`, by its asymptotic series from 20 on.
fn trigamma(x: f64) -> f64 {
    if x < 20.0 {
        return 1.0 / (x * x) + trigamma(x + 1.0);
    }
    1.0 / x + 0.5 / (x * x) + 1.0 / (6.0 * x.powi(3)) - 1.0 / (30.0 * x.powi(5)) + 1.0 / (42.0 * x.powi(7))
}

impl Count {
    /// The parameters as the format holds them.
    fn rounded<S: Scalar>(self) -> Self {
        let round = |value: f64| S::from_f64(value).to_f64();
        match self {
            Count::Bernoulli(p) => Count::Bernoulli(round(p)),
            Count::Binomial(n, p) => Count::Binomial(n, round(p)),
            Count::Geometric(p) => Count::Geometric(round(p)),
            Count::Logarithmic(q) => Count::Logarithmic(round(q)),
            Count::Poisson(rate) => Count::Poisson(round(rate)),
            Count::Trigamma(x) => Count::Trigamma(round(x)),
            Count::Zeta => Count::Zeta,
        }
    }

    /// The probability of `k`.
    fn mass(self, k: f64) -> f64 {
        match self {
            Count::Bernoulli(p) => Count::Binomial(1.0, p).mass(k),
            Count::Binomial(n, p) => {
                let ways = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
                if k > n { 0.0 } else { (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp() }
            }
            Count::Geometric(p) => p * (k * (-p).ln_1p()).exp(),
            Count::Logarithmic(q) => {
                if k < 1.0 {
                    0.0
                } else {
                    -q.powf(k) / (k * (-q).ln_1p())
                }
            }
            Count::Poisson(rate) => (k * rate.ln() - rate - ln_factorial(k)).exp(),
            Count::Trigamma(x) => (x + k).powi(-2) / trigamma(x),
            Count::Zeta => {
                if k < 1.0 {
                    0.0
                } else {
                    Count::Trigamma(1.0).mass(k - 1.0)
                }
            }
        }
    }

    /// `P(low <= K < high)`
    fn between(self, low: f64, high: f64) -> f64 {
        match self {
            Count::Geometric(p) => (low * (-p).ln_1p()).exp() - (high * (-p).ln_1p()).exp(),
            Count::Trigamma(x) => (trigamma(x + low) - trigamma(x + high)) / trigamma(x),
            Count::Zeta => Count::Trigamma(1.0).between((low - 1.0).max(0.0), high - 1.0),
            Count::Bernoulli(_) | Count::Binomial(..) | Count::Logarithmic(_) | Count::Poisson(_) => {
                let mut sum = 0.0;
                let mut k = low;
                while k < high {
                    sum += self.mass(k);
                    k += 1.0;
                }
                sum
            }
        }
    }

    /// The normal score of χ² over the cells between quantiles.
    fn score(self, values: &[f64]) -> f64 {
        let (first, second) = values.split_at(values.len() / 2);
        let mut sorted = first.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut bounds: Vec<f64> = sorted[..200].iter().step_by(50).copied().collect();
        bounds.extend((1..60).map(|part| sorted[sorted.len() * part / 60]));
        bounds.extend(sorted[sorted.len() - 200..].iter().step_by(50));
        bounds.dedup();
        let mut found = vec![0_u32; bounds.len() + 1];
        for value in second {
            found[bounds.partition_point(|bound| bound <= value)] += 1;
        }
        let n = second.len() as f64;
        let inner: Vec<f64> = bounds.windows(2).map(|pair| n * self.between(pair[0], pair[1])).collect();
        // The two ends are taken together: what the inner cells leave.
        let ends = n - inner.iter().sum::<f64>();
        let ends_found = f64::from(found[0] + found[bounds.len()]);
        let cells = inner.iter().copied().zip(found[1..].iter().map(|&found| f64::from(found)));
        let statistic: f64 =
            cells.chain([(ends, ends_found)]).map(|(expected, found)| (found - expected).powi(2) / expected).sum();
        let freedom = inner.len() as f64;
        let spread = 2.0 / (9.0 * freedom);
        ((statistic / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
    }
}

/// The draws have their law, and not that of `other`.
fn check(count: Count, other: Count, draws: u64) {
    fn in_format<S: Scalar>(count: Count, other: Count, draws: u64) {
        let values = sample::<S>(Base::Count(count), draws);
        let score = count.rounded::<S>().score(&values);
        assert!(score <= 5.0, "{count:?} in {}: {score}", std::any::type_name::<S>());
        assert!(other.score(&values) > 5.0, "no power: {other:?} for {count:?}");
    }
    in_format::<f32>(count, other, draws);
    in_format::<f64>(count, other, draws);
}

/// All draws are one value.
fn constant(count: Count, value: f64) {
    for values in [sample::<f32>(Base::Count(count), 4096), sample::<f64>(Base::Count(count), 4096)] {
        assert!(values.iter().all(|&found| found == value), "{count:?}");
    }
}

#[test]
fn bernoulli_draws() {
    for (p, other) in [(0.3, 0.31), (0.7, 0.69), (0.001, 0.002), (0.999, 0.998)] {
        check(Count::Bernoulli(p), Count::Bernoulli(other), 1 << 18);
    }
    constant(Count::Bernoulli(0.0), 0.0);
    constant(Count::Bernoulli(1e-9), 0.0);
    constant(Count::Bernoulli(1.0), 1.0);
}

#[test]
fn poisson_draws() {
    for rate in [0.03, 0.5, 3.0, 9.9, 10.1, 14.0, 40.0, 1e3, 1e6] {
        let other = rate + 0.03 * f64::sqrt(rate);
        check(Count::Poisson(rate), Count::Poisson(other), 1 << 19);
    }
    constant(Count::Poisson(0.0), 0.0);
    constant(Count::Poisson(1e-12), 0.0);
}

/// Beyond whole numbers that the format holds, and at the mean where probabilities have 9 digits: mean and variance, which
/// leave ±5 standard errors in one of 1.7 million correct samples each.
#[test]
fn poisson_draws_of_large_mean() {
    for (rate, single) in [(1e9, true), (1e12, false)] {
        let double = sample::<f64>(Base::Count(Count::Poisson(rate)), 1 << 16);
        let mut samples = vec![double];
        if single {
            samples.push(sample::<f32>(Base::Count(Count::Poisson(rate)), 1 << 16));
        }
        for values in samples {
            let n = values.len() as f64;
            let mean = values.iter().map(|value| value - rate).sum::<f64>() / n / rate.sqrt();
            let variance = values.iter().map(|value| (value - rate).powi(2)).sum::<f64>() / n / rate;
            assert!(
                mean.abs() <= 5.0 / n.sqrt() && (variance - 1.0).abs() <= 5.0 * (2.0 / n).sqrt(),
                "{mean} {variance}"
            );
        }
    }
}

#[test]
fn binomial_draws() {
    let cases = [
        (1.0, 0.3),
        (20.0, 0.5),
        (30.0, 0.9),
        (1e3, 0.004),
        (25.0, 0.45),
        (100.0, 0.5),
        (200.0, 0.06),
        (1e4, 0.999),
        (1e6, 0.3),
        (1e6, 2e-6),
    ];
    for (n, p) in cases {
        let other = p + 0.04 * f64::sqrt(p * (1.0 - p) / n);
        check(Count::Binomial(n, p), Count::Binomial(n, other), 1 << 19);
    }
    for (n, p, value) in [(0.0, 0.5, 0.0), (7.0, 0.0, 0.0), (7.0, 1.0, 7.0), (1e6, 1.0, 1e6), (1e3, 1e-12, 0.0)] {
        constant(Count::Binomial(n, p), value);
    }
}

#[test]
fn geometric_draws() {
    for (p, other) in [(1e-6, 1.04e-6), (0.2, 0.206), (0.5, 0.515), (0.999, 0.998)] {
        check(Count::Geometric(p), Count::Geometric(other), 1 << 19);
    }
    constant(Count::Geometric(1.0), 0.0);
}

#[test]
fn logarithmic_draws() {
    for (q, other) in [(1e-3, 2e-3), (0.3, 0.31), (0.9, 0.91), (0.999, 0.9985)] {
        check(Count::Logarithmic(q), Count::Logarithmic(other), 1 << 19);
    }
    constant(Count::Logarithmic(0.0), 1.0);
    constant(Count::Logarithmic(1e-12), 1.0);
}

#[test]
fn mixing_draws() {
    check(Count::Zeta, Count::Trigamma(1.02), 1 << 19);
    for (x, other) in [(0.02, 0.04), (0.3, 0.32), (1.0, 1.05), (7.5, 7.8), (1e3, 1.04e3), (1e6, 1.04e6)] {
        check(Count::Trigamma(x), Count::Trigamma(other), 1 << 19);
    }
    // P(K > 0) = 1.6e-6: in one of 3000 correct samples, more than two.
    let values = sample::<f64>(Base::Count(Count::Trigamma(1e-3)), 1 << 17);
    assert!(values.iter().filter(|&&value| value > 0.0).count() <= 2);
}

/// Every draw has the same bits in a pack of one sample and in those of every width, whatever its neighbours draw.
#[test]
fn draws_do_not_depend_on_the_pack() {
    fn in_format<S: Scalar>()
    where
        Pack<S, 1>: Lane<Scalar = S>,
    {
        let bases = [
            Base::Count(Count::Bernoulli(0.1)),
            Base::Beta(0.3, 0.5),
            Base::Count(Count::Binomial(60.0, 0.3)),
            Base::Compound(4.0),
            Base::Count(Count::Geometric(0.1)),
            Base::InverseGaussian(1.0, 2.0),
            Base::Count(Count::Logarithmic(0.1)),
            Base::Count(Count::Poisson(5.0)),
            Base::Count(Count::Trigamma(0.5)),
            Base::Count(Count::Zeta),
        ];
        for base in bases {
            let sampling = || Sampling { base, draws: 768, varied: true };
            let single = Kernel::<S>::run::<Pack<S, 1>>(sampling());
            assert!(single.iter().all(|draw| draw.is_finite()), "{base:?}");
            for width in [PackWidth::Bits128, PackWidth::Bits256, PackWidth::Bits512] {
                assert_eq!(dispatch::<S, _>(Some(width), sampling()), single, "{base:?} {width:?}");
            }
        }
    }
    in_format::<f32>();
    in_format::<f64>();
}

#[test]
fn arguments_outside_the_domain_give_nan_and_end() {
    let mut words = Words::<<f64 as Scalar>::Narrow>::new(Key::new(1, 1), 0, 0);
    let of = Lane::constant;
    for bad in [-0.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let draws = [
            words.bernoulli(of(bad)),
            words.binomial(1, of(bad), of(0.5)),
            words.binomial(1, of(5.0), of(bad)),
            words.binomial(1, of(1e5), of(bad)),
            words.geometric(of(bad)),
            words.logarithmic(of(bad)),
            words.poisson(1, of(bad)),
            words.trigamma_mixture(1, of(bad)),
            words.compound(1, of(bad)).sum(),
            words.beta(1, of(bad), of(1.0)),
            words.beta(1, of(1.0), of(bad)),
        ];
        assert!(draws.into_iter().all(|draw| draw.extract(0).is_nan()), "{bad}");
    }
    for bad in [-0.5, 0.0, f64::NAN] {
        assert!(words.inverse_gaussian(of(bad), of(1.0)).extract(0).is_nan());
        assert!(words.inverse_gaussian(of(1.0), of(bad)).extract(0).is_nan());
    }
    assert!(words.geometric(of(0.0)).extract(0).is_nan() && words.logarithmic(of(1.0)).extract(0).is_nan());
    assert!(words.trigamma_mixture(1, of(0.0)).extract(0).is_nan());
}

/// A sum of copies of one exponential number each: a Poisson count 0, 1, 2 or 3 of them by the lane, in words that no
/// other copy and no other site takes.
#[test]
fn copies_are_independent_and_counted_by_lane() {
    let key = Key::new(4, 4);
    let count = <f64 as Scalar>::Narrow::from_fn(|lane| lane as f64 + 1.0);
    let (mut first, mut squares, mut products) = (0.0, 0.0, 0.0);
    let packs = 1 << 15;
    for pack in 0..packs {
        let words = Words::<<f64 as Scalar>::Narrow>::new(key, 2 * pack, 0);
        let mut copies = words.compound(1, count);
        let mut drawn = Vec::new();
        while let Some(mut words) = copies.next_copy() {
            let draw = words.exponential();
            drawn.push(draw.extract(1));
            copies.add(draw);
        }
        let sum = copies.sum();
        assert_eq!((drawn.len(), sum.extract(1)), (2, drawn[0] + drawn[1]));
        first += sum.extract(0) - 1.0;
        squares += (drawn[1] - 1.0).powi(2) - 1.0;
        products += (drawn[0] - 1.0) * (drawn[1] - 1.0);
    }
    // Variances 1, 8 and 1; each leaves ±5 standard errors in one of 1.7 million correct samples.
    let n = packs as f64;
    assert!(
        first.abs() <= 5.0 * n.sqrt() && squares.abs() <= 5.0 * (8.0 * n).sqrt() && products.abs() <= 5.0 * n.sqrt()
    );
}
