//! Functions on a segment that begins at `s = 0`, by their expansion there: what sees through singularities that cancel.
//!
//! A germ encloses `f(s) = c_0 + c_1 s + … + c_{n-1} s^{n-1} + r s^n` for every `s` in a segment `[0, h]`: the coefficients are
//! intervals, and so is `r`, which covers all `s`. Where `f` and `g` both have `c_0 = 0`, exactly, `f/g` is the quotient of
//! `f/s` and `g/s`, whose germs are the same coefficients one place on. So `x / sin x` has a germ where intervals divide by 0.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{Analytic, Interval};

/// Coefficients that are kept, besides the remainder.
const ORDER: usize = 6;

/// The enclosure of a function on a segment from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Germ {
    /// `c_0, …, c_{n-1}`, then `r`; the others are not used.
    coefficients: [Interval; ORDER + 1],
    /// `n`
    order: usize,
    /// The segment; `[0, 0]` for a constant, which is one on every segment.
    segment: Interval,
}

const ZERO: Interval = Interval::exact(0.0);

impl Germ {
    /// The function `s` on `[0, end]`, or `[end, 0]`.
    pub(super) fn variable(end: f64) -> Self {
        let mut germ = Self::real(0.0);
        germ.coefficients[1] = Interval::exact(1.0);
        germ.segment = if end >= 0.0 { Interval::new(0.0, end) } else { Interval::new(end, 0.0) };
        germ
    }

    /// Whether it encloses something.
    pub(super) fn is_decided(self) -> bool {
        self.coefficients[..=self.order].iter().all(|coefficient| coefficient.is_decided())
    }

    fn constant(value: Interval) -> Self {
        let mut coefficients = [ZERO; ORDER + 1];
        coefficients[0] = value;
        Self { coefficients, order: ORDER, segment: ZERO }
    }

    fn undecided() -> Self {
        Self::constant(Interval::UNDECIDED)
    }

    /// The values on the segment, from coefficient `from` on, over `s^from`.
    fn range(self, from: usize) -> Interval {
        let coefficients = &self.coefficients[from..=self.order];
        coefficients.iter().rev().fold(ZERO, |sum, &coefficient| sum * self.segment + coefficient)
    }

    /// The same function with fewer coefficients.
    fn cut(mut self, order: usize) -> Self {
        if order < self.order {
            self.coefficients[order] = self.range(order);
            self.order = order;
        }
        self
    }

    /// Both with as many coefficients as either, on one segment.
    fn aligned(self, other: Self) -> (Self, Self) {
        let segment = self.segment.hull(other.segment);
        let (mut x, mut y) = (Self { segment, ..self }, Self { segment, ..other });
        let order = x.order.min(y.order);
        x = x.cut(order);
        y = y.cut(order);
        (x, y)
    }

    fn zip(self, other: Self, operation: impl Fn(Interval, Interval) -> Interval) -> Self {
        let (mut x, y) = self.aligned(other);
        for (x, &y) in x.coefficients.iter_mut().zip(&y.coefficients) {
            *x = operation(*x, y);
        }
        x
    }

    /// `f/s`, for a function that vanishes at 0.
    fn shifted(mut self) -> Self {
        self.coefficients.rotate_left(1);
        self.order -= 1;
        self
    }

    fn vanishes(self) -> bool {
        self.coefficients[0].is_zero()
    }

    /// `outer(self)`, from the derivatives of `outer` over factorials: `derivatives(x, k)` is `outer^{(k)}(x) / k!`.
    fn compose(self, derivatives: impl Fn(Interval, usize) -> Interval) -> Self {
        let (start, order) = (self.coefficients[0], self.order);
        if order == 0 {
            let mut germ = self;
            germ.coefficients[0] = derivatives(start, 0);
            return germ;
        }
        // outer(c + u) = Σ_{k<n} outer_k u^k + outer_n(somewhere) u^n, and u = s v.
        let mut inner = self;
        inner.coefficients[0] = ZERO;
        let mut sum = Self { segment: self.segment, ..Self::constant(derivatives(start, order - 1)) }.cut(order);
        for k in (0..order - 1).rev() {
            sum = sum * inner + Self::constant(derivatives(start, k));
        }
        let v = inner.range(1);
        let power = (0..order).fold(Interval::exact(1.0), |power, _| power * v);
        sum.coefficients[order] = sum.coefficients[order] + derivatives(self.range(0), order) * power;
        sum
    }

    /// The value of a constant.
    fn as_constant(self) -> Option<Interval> {
        let is_constant = self.coefficients[1..=self.order].iter().all(|coefficient| coefficient.is_zero());
        is_constant.then_some(self.coefficients[0])
    }

    fn with_start(mut self, start: Interval) -> Self {
        self.coefficients[0] = start;
        self
    }
}

fn factorial(k: usize) -> Interval {
    Interval::exact((1..=k).map(|i| i as f64).product())
}

impl Neg for Germ {
    type Output = Self;
    fn neg(mut self) -> Self {
        self.coefficients = self.coefficients.map(|coefficient| -coefficient);
        self
    }
}

impl Add for Germ {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.zip(other, |x, y| x + y)
    }
}

impl Sub for Germ {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.zip(other, |x, y| x - y)
    }
}

impl Mul for Germ {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (x, y) = self.aligned(other);
        let order = x.order;
        let mut product = Self { coefficients: [ZERO; ORDER + 1], ..x };
        // What is beyond the order is taken over the segment, highest powers first.
        let mut beyond = ZERO;
        for power in (order..=2 * order).rev() {
            beyond = beyond * x.segment;
            for i in power - order..=order {
                beyond = beyond + x.coefficients[i] * y.coefficients[power - i];
            }
        }
        for (power, coefficient) in product.coefficients.iter_mut().enumerate().take(order) {
            for i in 0..=power {
                *coefficient = *coefficient + x.coefficients[i] * y.coefficients[power - i];
            }
        }
        product.coefficients[order] = beyond;
        product
    }
}

impl Div for Germ {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let (mut x, mut y) = self.aligned(other);
        while x.vanishes() && y.vanishes() {
            if y.order == 0 {
                return Self::undecided();
            }
            (x, y) = (x.shifted(), y.shifted());
        }
        x * y.compose(|value, k| {
            // (-1)^k / x^{k+1}
            let power = (0..=k).fold(Interval::exact(1.0), |power, _| power * value);
            Interval::exact(if k.is_multiple_of(2) { 1.0 } else { -1.0 }) / power
        })
    }
}

impl Analytic for Germ {
    type Path = ();

    fn real(value: f64) -> Self {
        Self::constant(Interval::real(value))
    }
    fn rounded(value: f64) -> Self {
        Self::constant(Interval::rounded(value))
    }
    fn powi(self, exponent: u32) -> Self {
        (0..exponent).fold(Self::real(1.0), |power, _| power * self)
    }
    fn exp(self) -> Self {
        self.compose(|x, k| x.exp() / factorial(k))
    }
    fn exp_m1(self) -> Self {
        self.exp().with_start(self.coefficients[0].exp_m1())
    }
    fn sin(self) -> Self {
        self.compose(|x, k| [x.sin(), x.cos(), -x.sin(), -x.cos()][k % 4] / factorial(k))
    }
    fn cos(self) -> Self {
        self.compose(|x, k| [x.cos(), -x.sin(), -x.cos(), x.sin()][k % 4] / factorial(k))
    }
    fn tan(self) -> Self {
        self.sin() / self.cos()
    }
    fn sinh(self) -> Self {
        self.compose(|x, k| [x.sinh(), x.cosh()][k % 2] / factorial(k))
    }
    fn cosh(self) -> Self {
        self.compose(|x, k| [x.cosh(), x.sinh()][k % 2] / factorial(k))
    }
    fn tanh(self) -> Self {
        self.sinh() / self.cosh()
    }
    fn sigmoid(self) -> Self {
        (Self::real(1.0) + (-self).exp()).recip()
    }
    fn ln(self, (): &mut ()) -> Self {
        self.compose(|x, k| match k {
            0 => x.ln(&mut ()),
            // (-1)^{k+1} / (k x^k), where the logarithm is defined.
            _ => {
                let power = (0..k).fold(Interval::exact(k as f64), |power, _| power * x);
                let sign = if k.is_multiple_of(2) { -1.0 } else { 1.0 };
                if x.ln(&mut ()).is_decided() { Interval::exact(sign) / power } else { Interval::UNDECIDED }
            }
        })
    }
    fn ln_1p(self, (): &mut ()) -> Self {
        (Self::real(1.0) + self).ln(&mut ()).with_start(self.coefficients[0].ln_1p(&mut ()))
    }
    fn sqrt(self, (): &mut ()) -> Self {
        (Self::real(0.5) * self.ln(&mut ())).exp()
    }
    /// Not expanded: undecided unless constant.
    fn atan(self, (): &mut ()) -> Self {
        self.as_constant().map_or_else(Self::undecided, |value| self.with_start(value.atan(&mut ())))
    }
    fn softplus(self, (): &mut ()) -> Self {
        (Self::real(1.0) + self.exp()).ln(&mut ())
    }
    fn ln_gamma(self) -> Self {
        self.compose(|x, k| match k {
            0 => x.ln_gamma(),
            _ => x.polygamma(k as u32 - 1) / factorial(k),
        })
    }
    fn polygamma(self, order: u32) -> Self {
        self.compose(|x, k| x.polygamma(order + k as u32) / factorial(k))
    }
    fn kummer(self, a: Self, b: Self) -> Self {
        let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) else { return Self::undecided() };
        self.compose(|x, k| {
            // (a)_k / ((b)_k k!) 1F1(a + k; b + k; x)
            let shifted = |shape: Interval, by: usize| shape + Interval::exact(by as f64);
            let ratio = (0..k).fold(Interval::exact(1.0), |ratio, i| ratio * shifted(a, i) / shifted(b, i));
            ratio * x.kummer(shifted(a, k), shifted(b, k)) / factorial(k)
        })
    }
    /// Undecided: nothing asks whether a gradient exists apart from its function.
    fn kummer_slopes(self, _: Self, _: Self) -> [Self; 2] {
        [Self::undecided(); 2]
    }
    fn sign(self) -> Self {
        let range = self.range(0);
        if range.lower() > 0.0 {
            Self::real(1.0)
        } else if range.upper() < 0.0 {
            Self::real(-1.0)
        } else {
            Self::undecided()
        }
    }

    fn abs(self) -> Self {
        let range = self.range(0);
        if range.lower() >= 0.0 {
            self
        } else if range.upper() <= 0.0 {
            -self
        } else {
            Self::undecided()
        }
    }
    fn maximum(self, other: Self) -> Self {
        let difference = (self - other).range(0);
        if difference.lower() >= 0.0 {
            self
        } else if difference.upper() <= 0.0 {
            other
        } else {
            Self::undecided()
        }
    }
    fn minimum(self, other: Self) -> Self {
        -(-self).maximum(-other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value at every point of the segment lies in what the germ gives for it.
    #[test]
    fn germs_enclose_functions() {
        type Row = (&'static str, fn(Germ) -> Germ, fn(f64) -> f64);
        let rows: &[Row] = &[
            ("x / sin x", |s| s / s.sin(), |s| s / s.sin()),
            ("sinh x / x", |s| s.sinh() / s, |s| s.sinh() / s),
            ("(e^x - 1) / x", |s| s.exp_m1() / s, |s| s.exp_m1() / s),
            ("(e^{2x} - e^x) / x", |s| ((s + s).exp() - s.exp()) / s, |s| s.exp() * s.exp_m1() / s),
            ("(1 - cos x) / x²", |s| (Germ::real(1.0) - s.cos()) / s.powi(2), |s| 2.0 * ((s / 2.0).sin() / s).powi(2)),
            ("ln(x / sin x)", |s| (s / s.sin()).ln(&mut ()), |s| (s / s.sin()).ln()),
            ("√(1 + x)", |s| (Germ::real(1.0) + s).sqrt(&mut ()), |s| (1.0 + s).sqrt()),
            ("softplus x", |s| s.softplus(&mut ()), |s| s.exp().ln_1p()),
            ("tanh x / x", |s| s.tanh() / s, |s| s.tanh() / s),
            ("ln(1 + x) / tan x", |s| s.ln_1p(&mut ()) / s.tan(), |s| s.ln_1p() / s.tan()),
            ("ln Γ(1 + x)", |s| (Germ::real(1.0) + s).ln_gamma(), |s| crate::special::ln_gamma(1.0 + s)),
            ("ψ(2 - x)", |s| (Germ::real(2.0) - s).polygamma(0), |s| crate::special::polygamma(0, 2.0 - s)),
            ("1F1", |s| s.kummer(Germ::real(0.7), Germ::real(1.9)), |s| crate::special::kummer(0.7, 1.9, s)),
            ("1 / (1 + x)", |s| (Germ::real(1.0) + s).recip(), |s| 1.0 / (1.0 + s)),
        ];
        for (name, germ, function) in rows {
            for end in [0.3, -0.3, 1e-3, -1e-6] {
                let germ = germ(Germ::variable(end));
                assert!(germ.is_decided(), "{name} on a segment to {end}");
                for step in 1..=100 {
                    let s = end * f64::from(step) / 100.0;
                    // The expansion at the point, in intervals.
                    let point = Germ { segment: Interval::real(s), ..germ }.range(0);
                    let (value, slack) = (function(s), 1e-9);
                    assert!(
                        point.lower() - slack <= value && value <= point.upper() + slack,
                        "{name} at {s}: {value} not in {point:?}"
                    );
                    assert!(germ.range(0).lower() - slack <= value && value <= germ.range(0).upper() + slack);
                }
            }
        }
    }

    #[test]
    fn poles_and_branch_points_are_not_decided() {
        let s = Germ::variable(0.5);
        assert!(!(Germ::real(1.0) / s).is_decided());
        assert!(!(s / s.powi(2)).is_decided());
        assert!(!s.ln(&mut ()).is_decided());
        assert!(!s.sqrt(&mut ()).is_decided());
        assert!(!(Germ::real(1.0) - Germ::real(3.0) * s).ln(&mut ()).is_decided());
        assert!(!(Germ::real(1.0) / (Germ::real(1.0) - Germ::real(2.0) * s)).is_decided());
        assert!(!(Germ::real(0.1) - s).abs().is_decided());
    }
}
