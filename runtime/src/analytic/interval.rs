//! Intervals of real numbers that enclose every value, for proofs.
//!
//! Each operation is computed at the ends and rounded outward: by one number for operators and roots, which IEEE rounds
//! correctly, by [`LIBRARY`] numbers for functions of the mathematical library, which are right to within a number or two.
//! Exact results stay exact where that is seen at once: sums that do not round, products with 0,
//! quotients by 1, functions at 0.
//! What cannot be shown to be defined on the whole interval is undecided, what is defined nowhere on it is empty, and both
//! stay so in whatever is computed from them.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Analytic;
use crate::{functions, special};

/// By how many numbers results of the mathematical library are widened.
const LIBRARY: u32 = 4;

/// Where `ln Γ` is least (to the number or the one above), and a number below its value there.
const LEAST_GAMMA: (f64, f64) = (1.461_632_144_968_362_2, -0.121_486_290_535_849_62);

/// A closed interval of real numbers, or none.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    lower: f64,
    upper: f64,
}

impl Interval {
    /// Not shown to be defined.
    pub const UNDECIDED: Self = Self { lower: f64::NAN, upper: f64::NAN };
    /// Defined nowhere.
    pub const EMPTY: Self = Self { lower: f64::INFINITY, upper: f64::NEG_INFINITY };

    /// The numbers from `lower` to `upper`; undecided if an end is NaN or the ends are in the wrong order.
    #[must_use]
    pub fn new(lower: f64, upper: f64) -> Self {
        if lower <= upper { Self { lower, upper } } else { Self::UNDECIDED }
    }

    /// Exactly this number.
    pub(super) const fn exact(value: f64) -> Self {
        Self { lower: value, upper: value }
    }

    /// Whether it holds 0 and nothing else.
    pub(super) fn is_zero(self) -> bool {
        self.lower == 0.0 && self.upper == 0.0
    }

    /// The smallest interval around both.
    pub(super) fn hull(self, other: Self) -> Self {
        self.join(other, |x, y| Self::new(functions::minimum(x.lower, y.lower), functions::maximum(x.upper, y.upper)))
    }

    /// The lower end; NaN if undecided.
    #[must_use]
    pub const fn lower(self) -> f64 {
        self.lower
    }

    /// The upper end; NaN if undecided.
    #[must_use]
    pub const fn upper(self) -> f64 {
        self.upper
    }

    /// Whether the interval encloses something: neither undecided nor empty.
    #[must_use]
    pub fn is_decided(self) -> bool {
        self.lower <= self.upper
    }

    /// Whether what it stands for is defined nowhere.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.lower > self.upper
    }

    /// Whether `value` lies in the interval.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The image of two intervals; if one is not decided, that one.
    fn join(self, other: Self, image: impl FnOnce(Self, Self) -> Self) -> Self {
        match (self.is_decided(), other.is_decided()) {
            (true, true) => image(self, other),
            (false, _) => self,
            (true, false) => other,
        }
    }

    /// The image under an increasing function of the mathematical library.
    fn increasing(self, function: impl Fn(f64) -> f64) -> Self {
        self.map(|x| {
            if x.is_zero() {
                // The library is exact there.
                return Self::exact(function(0.0));
            }
            Self::new(below(function(x.lower), LIBRARY), above(function(x.upper), LIBRARY))
        })
    }

    fn map(self, image: impl FnOnce(Self) -> Self) -> Self {
        if self.is_decided() { image(self) } else { self }
    }

    /// The same if every number is above `bound`; empty if none is.
    fn above(self, bound: f64) -> Self {
        self.map(|x| {
            if x.lower > bound {
                x
            } else if x.upper <= bound {
                Self::EMPTY
            } else {
                Self::UNDECIDED
            }
        })
    }

    /// The same within other bounds that are known to hold.
    fn within(self, lower: f64, upper: f64) -> Self {
        self.map(|x| Self::new(functions::maximum(x.lower, lower), functions::minimum(x.upper, upper)))
    }

    /// The interval that is larger by `margin` at both ends.
    fn widened(self, margin: f64) -> Self {
        self + Self::new(-margin, margin)
    }

    /// The sizes of its numbers.
    fn size(self) -> Self {
        let (x, y) = (self.lower.abs(), self.upper.abs());
        let (small, large) = if x <= y { (x, y) } else { (y, x) };
        Self::new(if self.contains(0.0) { 0.0 } else { small }, large)
    }

    /// The image under a function with slopes within ±1: from the value at the middle.
    fn smooth(self, function: impl Fn(f64) -> f64) -> Self {
        self.map(|x| {
            if x.is_zero() {
                return Self::exact(function(0.0));
            }
            let middle = x.lower / 2.0 + x.upper / 2.0;
            let reach = above(functions::maximum(middle - x.lower, x.upper - middle), 1);
            let value = function(middle);
            let value = Self::new(below(value, LIBRARY), above(value, LIBRARY));
            (value + Self::new(-reach, reach)).within(-1.0, 1.0)
        })
    }
}

fn below(mut value: f64, steps: u32) -> f64 {
    for _ in 0..steps {
        value = value.next_down();
    }
    value
}

fn above(mut value: f64, steps: u32) -> f64 {
    for _ in 0..steps {
        value = value.next_up();
    }
    value
}

/// Whether `x + y` is not rounded: the two differences that would give back the parts then do.
fn adds_exactly(x: f64, y: f64) -> bool {
    let sum = x + y;
    let part = sum - x;
    sum.is_finite() && part == y && sum - part == x
}

/// The interval around four candidates for its ends; undecided if one is NaN.
fn hull(ends: [f64; 4]) -> Interval {
    let lower = ends.into_iter().fold(f64::INFINITY, functions::minimum);
    let upper = ends.into_iter().fold(f64::NEG_INFINITY, functions::maximum);
    Interval::new(below(lower, 1), above(upper, 1))
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        self.map(|x| Self::new(-x.upper, -x.lower))
    }
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.join(other, |x, y| {
            let lower = if adds_exactly(x.lower, y.lower) { x.lower + y.lower } else { below(x.lower + y.lower, 1) };
            let upper = if adds_exactly(x.upper, y.upper) { x.upper + y.upper } else { above(x.upper + y.upper, 1) };
            Self::new(lower, upper)
        })
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.join(other, |x, y| {
            let is_finite = |z: Self| z.lower.is_finite() && z.upper.is_finite();
            if (x.is_zero() && is_finite(y)) || (y.is_zero() && is_finite(x)) {
                return Self::exact(0.0);
            }
            hull([x.lower * y.lower, x.lower * y.upper, x.upper * y.lower, x.upper * y.upper])
        })
    }
}

impl Div for Interval {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.join(other, |x, y| {
            if y.lower == 0.0 && y.upper == 0.0 {
                return Self::EMPTY;
            }
            if y.contains(0.0) {
                return Self::UNDECIDED;
            }
            if x.is_zero() || (y.lower == 1.0 && y.upper == 1.0) {
                return x;
            }
            hull([x.lower / y.lower, x.lower / y.upper, x.upper / y.lower, x.upper / y.upper])
        })
    }
}

impl Analytic for Interval {
    type Path = ();

    fn real(value: f64) -> Self {
        if value.is_nan() { Self::UNDECIDED } else { Self::exact(value) }
    }
    fn rounded(value: f64) -> Self {
        Self::new(below(value, 1), above(value, 1))
    }
    fn powi(self, exponent: u32) -> Self {
        self.map(|x| {
            // An even power is one of the size, which does not change sign.
            let base = if exponent.is_multiple_of(2) { x.size() } else { x };
            let (mut power, mut square, mut rest) = (Self::real(1.0), base, exponent);
            while rest > 0 {
                if rest % 2 == 1 {
                    power = power * square;
                }
                rest /= 2;
                if rest > 0 {
                    let size = square.size();
                    square = size * size;
                }
            }
            if exponent.is_multiple_of(2) { power.within(0.0, f64::INFINITY) } else { power }
        })
    }
    fn exp(self) -> Self {
        self.increasing(f64::exp).within(0.0, f64::INFINITY)
    }
    fn exp_m1(self) -> Self {
        self.increasing(f64::exp_m1).within(-1.0, f64::INFINITY)
    }
    fn sin(self) -> Self {
        self.smooth(f64::sin)
    }
    fn cos(self) -> Self {
        self.smooth(f64::cos)
    }
    fn tan(self) -> Self {
        // No pole in it, so that it increases from end to end.
        let cosine = Analytic::cos(self);
        if cosine.contains(0.0) { Self::UNDECIDED } else { self.increasing(f64::tan) }
    }
    fn sinh(self) -> Self {
        self.increasing(f64::sinh)
    }
    fn cosh(self) -> Self {
        self.map(|x| x.size().increasing(f64::cosh).within(1.0, f64::INFINITY))
    }
    fn tanh(self) -> Self {
        self.increasing(f64::tanh).within(-1.0, 1.0)
    }
    fn sigmoid(self) -> Self {
        self.increasing(functions::sigmoid).within(0.0, 1.0)
    }
    fn ln(self, (): &mut ()) -> Self {
        self.above(0.0).increasing(f64::ln)
    }
    fn ln_1p(self, (): &mut ()) -> Self {
        self.above(-1.0).increasing(f64::ln_1p)
    }
    fn sqrt(self, (): &mut ()) -> Self {
        self.above(0.0).map(|x| Self::new(below(x.lower.sqrt(), 1), above(x.upper.sqrt(), 1)))
    }
    fn atan(self, (): &mut ()) -> Self {
        self.increasing(f64::atan)
    }
    fn softplus(self, (): &mut ()) -> Self {
        self.increasing(functions::softplus).within(0.0, f64::INFINITY)
    }
    fn ln_gamma(self) -> Self {
        self.above(0.0).map(|x| {
            let value = |x: f64| {
                let value = special::ln_gamma(x);
                Self::new(value, value).widened(1e-14 * (1.0 + value.abs()))
            };
            let ends = value(x.lower).hull(value(x.upper));
            if x.contains(LEAST_GAMMA.0) || x.contains(LEAST_GAMMA.0.next_up()) {
                ends.hull(Self::new(LEAST_GAMMA.1, LEAST_GAMMA.1))
            } else {
                ends
            }
        })
    }
    /// The functions of even order increase, those of odd order decrease.
    fn polygamma(self, order: u32) -> Self {
        self.above(0.0).map(|x| {
            let value = |x: f64| {
                let value = special::polygamma(order, x);
                let size = if order == 0 { 1.0 + value.abs() } else { value.abs() };
                Self::new(value, value).widened((4.0 + f64::from(order)) * 1e-15 * size)
            };
            value(x.lower).hull(value(x.upper))
        })
    }
    /// Decided for `0 < a < b`, where it is the moment generating function of a beta number.
    fn kummer(self, a: Self, b: Self) -> Self {
        self.join(a, |x, a| {
            a.join(b, |a, b| {
                if !(a.lower > 0.0 && a.upper < b.lower) {
                    return Self::UNDECIDED;
                }
                // `E e^{xZ}` increases with x; the beta number Z grows with a and falls with b.
                let value = |x: f64, [[a, b], [other_a, other_b]]: [[f64; 2]; 2]| {
                    let (a, b) = if x >= 0.0 { (a, b) } else { (other_a, other_b) };
                    let value = special::kummer(a, b, x);
                    Self::new(value, value).widened(1e-13 * (1.0 + x.abs()) * value)
                };
                let (small, large) = ([a.lower, b.upper], [a.upper, b.lower]);
                value(x.lower, [small, large]).hull(value(x.upper, [large, small])).within(0.0, f64::INFINITY)
            })
        })
    }
    /// Undecided: nothing asks whether a gradient exists apart from its function.
    fn kummer_slopes(self, _: Self, _: Self) -> [Self; 2] {
        [Self::UNDECIDED; 2]
    }
    /// Undecided across the kink, which is no proof of analyticity.
    fn abs(self) -> Self {
        self.map(|x| if x.lower < 0.0 && x.upper > 0.0 { Self::UNDECIDED } else { x.size() })
    }
    /// Undecided where a kink may be.
    fn sign(self) -> Self {
        self.map(|x| {
            if x.lower > 0.0 {
                Self::real(1.0)
            } else if x.upper < 0.0 {
                Self::real(-1.0)
            } else {
                Self::UNDECIDED
            }
        })
    }
    /// Undecided where either may be the larger.
    fn maximum(self, other: Self) -> Self {
        self.join(other, |x, y| {
            if x.lower >= y.upper {
                x
            } else if y.lower >= x.upper {
                y
            } else {
                Self::UNDECIDED
            }
        })
    }
    /// Undecided where either may be the smaller.
    fn minimum(self, other: Self) -> Self {
        -Analytic::maximum(-self, -other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Key, Words};
    use crate::lane::{Lane, Pack};

    /// Uniform numbers on (0, 1), always the same.
    fn uniform(count: u32) -> impl Iterator<Item = f64> {
        (0..count).map(|at| Words::<Pack<f64, 4>>::new(Key::new(11, 0), 0, at).uniform().extract(0))
    }

    /// Random intervals and points in them: the value at the point lies in the image of the interval.
    #[test]
    fn images_enclose_values() {
        type Row = (&'static str, fn(Interval) -> Interval, fn(f64) -> f64);
        let rows: &[Row] = &[
            ("exp", Analytic::exp, f64::exp),
            ("exp_m1", Analytic::exp_m1, f64::exp_m1),
            ("sin", Analytic::sin, f64::sin),
            ("cos", Analytic::cos, f64::cos),
            ("tan", Analytic::tan, f64::tan),
            ("sinh", Analytic::sinh, f64::sinh),
            ("cosh", Analytic::cosh, f64::cosh),
            ("tanh", Analytic::tanh, f64::tanh),
            ("sigmoid", Analytic::sigmoid, functions::sigmoid),
            ("ln", |x| x.ln(&mut ()), f64::ln),
            ("ln_1p", |x| x.ln_1p(&mut ()), f64::ln_1p),
            ("sqrt", |x| x.sqrt(&mut ()), f64::sqrt),
            ("atan", |x| x.atan(&mut ()), f64::atan),
            ("softplus", |x| x.softplus(&mut ()), functions::softplus),
            ("log_sigmoid", |x| x.log_sigmoid(&mut ()), functions::log_sigmoid),
            ("square", |x| x.powi(2), |x| x * x),
            ("cube", |x| x.powi(3), |x| x * x * x),
            ("sixth power", |x| x.powi(6), |x| x.powi(6)),
            ("1/x", |x| x.recip(), |x| 1.0 / x),
            ("x^0.3", |x| x.powf(Interval::rounded(0.3), &mut ()), |x| x.powf(0.3)),
            ("ln_gamma", Analytic::ln_gamma, special::ln_gamma),
            ("digamma", |x| x.polygamma(0), |x| special::polygamma(0, x)),
            ("trigamma", |x| x.polygamma(1), |x| special::polygamma(1, x)),
            ("tetragamma", |x| x.polygamma(2), |x| special::polygamma(2, x)),
            ("kummer", |x| x.kummer(Interval::real(0.7), Interval::real(1.9)), |x| special::kummer(0.7, 1.9, x)),
            ("abs", Analytic::abs, f64::abs),
            ("max(x, 0.1)", |x| Analytic::maximum(x, Interval::real(0.1)), |x| x.max(0.1)),
            ("min(x, 0.1)", |x| Analytic::minimum(x, Interval::real(0.1)), |x| x.min(0.1)),
            ("x - x²", |x| x - x * x, |x| x - x * x),
        ];
        let numbers: Vec<f64> = uniform(30_000).collect();
        for (name, image, function) in rows {
            let mut decided = 0;
            for triple in numbers.chunks_exact(3) {
                let lower = 10.0 * (triple[0] - 0.5);
                let width = 0.1 * triple[1];
                let (upper, point) = (lower + width, lower + width * triple[2]);
                let image = image(Interval::new(lower, upper));
                let value = function(point.min(upper));
                if image.is_decided() {
                    decided += 1;
                    assert!(image.contains(value), "{name} of {point} in [{lower}, {upper}]: {value} not in {image:?}");
                    assert!(!image.is_empty());
                } else if image.is_empty() {
                    assert!(value.is_nan() || value == f64::NEG_INFINITY, "{name} of {point} is not empty: {value}");
                }
            }
            assert!(decided > 4500, "{name} is decided {decided} times of 10000");
        }
    }

    #[test]
    fn what_is_not_decided_stays_so() {
        let (zero, positive) = (Interval::new(-1.0, 1.0), Interval::real(2.0));
        let undecided = zero.ln(&mut ());
        assert!(!undecided.is_decided() && !undecided.is_empty());
        for value in [undecided + positive, positive * undecided, undecided.exp(), -undecided, positive / zero] {
            assert!(!value.is_decided() && !value.is_empty(), "{value:?}");
        }
        let empty = (-positive).sqrt(&mut ());
        for value in [empty + positive, positive * empty, empty.sin(), -empty, empty.powi(2)] {
            assert!(value.is_empty(), "{value:?}");
        }
        assert!(!Interval::new(f64::NAN, 1.0).is_decided());
        assert!(!(Interval::real(f64::INFINITY) - Interval::real(f64::INFINITY)).is_decided());
        assert!(!Interval::new(-1.0, 2.0).abs().is_decided());
    }
}
