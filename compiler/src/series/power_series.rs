//! Truncated Laurent series in `s`, by the classical recurrences.
//!
//! The computer algebra system can expand expressions too, but it was measured not to return on removable singularities
//! such as the uniform law's `ln((e^{bs} - e^{as}) / ((b-a)s))`. A recurrence always ends, after a number of products that
//! is quadratic in the order; polynomials, greatest common divisors and canonical quotients stay the system's work.
//!
//! Every recurrence that divides by the leading coefficient `a_0` at each step is run on rescaled coefficients
//! `c_n = c_0 d_n / a_0^n`, for which it has no division: quotients in the middle of a recurrence would cost a greatest
//! common divisor each, and powers of `a_0` would pile up in denominators.
//!
//! The coefficients' type is open: exact elements for the rule, floating-point numbers at sample parameters for the
//! judgement whether there is an expansion at all.

use crate::ir::{ParamId, Rational};

/// A field that coefficients come from, with the functions that constant terms need.
pub(super) trait Coefficients {
    /// An element.
    type Value: Clone;

    fn rational(&mut self, value: &Rational) -> Self::Value;
    fn parameter(&mut self, parameter: ParamId) -> Self::Value;
    fn pi(&mut self) -> Self::Value;
    fn is_zero(&self, x: &Self::Value) -> bool;
    fn add(&mut self, x: &Self::Value, y: &Self::Value) -> Self::Value;
    fn multiply(&mut self, x: &Self::Value, y: &Self::Value) -> Self::Value;
    fn divide(&mut self, x: &Self::Value, y: &Self::Value) -> Self::Value;
    /// `x^exponent` for a nonzero `x`.
    fn power(&mut self, x: &Self::Value, exponent: i64) -> Result<Self::Value, Obstacle>;
    /// `x^exponent` of a positive `x`.
    fn real_power(&mut self, x: &Self::Value, exponent: &Self::Value) -> Result<Self::Value, Obstacle>;
    fn exp(&mut self, x: &Self::Value) -> Result<Self::Value, Obstacle>;
    fn ln(&mut self, x: &Self::Value) -> Result<Self::Value, Obstacle>;
    fn sin(&mut self, x: &Self::Value) -> Self::Value;
    fn cos(&mut self, x: &Self::Value) -> Self::Value;
    fn atan(&mut self, x: &Self::Value) -> Self::Value;
    /// `ln Γ(x)` of a positive `x`.
    fn ln_gamma(&mut self, x: &Self::Value) -> Result<Self::Value, Obstacle>;
    /// The derivative `ψ^(order)(x)` of the digamma function, of a positive `x`.
    fn polygamma(&mut self, order: u32, x: &Self::Value) -> Result<Self::Value, Obstacle>;
    /// Whether a nonzero value is above 0, if that can be said.
    fn is_positive(&self, x: &Self::Value) -> Option<bool>;

    fn integer(&mut self, value: i64) -> Self::Value {
        self.rational(&Rational::from_integer(value.into()))
    }

    fn scale(&mut self, x: &Self::Value, numerator: i64, denominator: i64) -> Self::Value {
        let factor = self.rational(&Rational::new(numerator.into(), denominator.into()));
        self.multiply(&factor, x)
    }
}

/// Why something has no Laurent series at `s = 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// A logarithm, root or real power of something that vanishes or has a pole.
    Branch,
    /// A function such as `exp` of something that has a pole.
    Essential,
    /// A division by something that is zero.
    DivisionByZero,
    /// `abs`, `max` or `min` where the argument changes its sign.
    Kink,
    /// A logarithm or root of a negative number.
    Negative,
    /// The exact field cannot express a constant.
    Inexpressible(String),
}

/// `Σ_k terms[k] s^(start + k) + O(s^(start + terms.len()))`; the first term is not zero.
#[derive(Clone, Debug)]
pub(super) struct Series<V> {
    /// The lowest power. If there are no terms, the order to which the series is known to vanish.
    pub(super) start: i32,
    /// Coefficients from the lowest power on.
    pub(super) terms: Vec<V>,
}

impl<V: Clone> Series<V> {
    /// A number, to `precision` terms.
    pub(super) fn constant<F: Coefficients<Value = V>>(field: &mut F, value: V, precision: usize) -> Self {
        let mut terms = vec![field.integer(0); precision];
        terms[0] = value;
        Self { start: 0, terms }.normalised(field)
    }

    /// The variable `s`, to `precision` terms.
    pub(super) fn variable<F: Coefficients<Value = V>>(field: &mut F, precision: usize) -> Self {
        let one = field.integer(1);
        Self { start: 1, ..Self::constant(field, one, precision) }
    }

    /// The first power that is not known.
    pub(super) fn end(&self) -> i32 {
        self.start + self.terms.len() as i32
    }

    /// The coefficient of `s^power`, which is below the end.
    pub(super) fn coefficient<F: Coefficients<Value = V>>(&self, field: &mut F, power: i32) -> V {
        match usize::try_from(power - self.start) {
            Ok(index) if index < self.terms.len() => self.terms[index].clone(),
            Ok(_) | Err(_) => field.integer(0),
        }
    }

    pub(super) fn normalised<F: Coefficients<Value = V>>(mut self, field: &F) -> Self {
        let zeros = self.terms.iter().take_while(|term| field.is_zero(term)).count();
        self.terms.drain(..zeros);
        self.start += zeros as i32;
        self
    }

    pub(super) fn add<F: Coefficients<Value = V>>(&self, other: &Self, field: &mut F) -> Self {
        let start = self.start.min(other.start);
        let end = self.end().min(other.end());
        let terms = (start..end)
            .map(|power| {
                let (x, y) = (self.coefficient(field, power), other.coefficient(field, power));
                if field.is_zero(&x) {
                    y
                } else if field.is_zero(&y) {
                    x
                } else {
                    field.add(&x, &y)
                }
            })
            .collect();
        Self { start: start.min(end), terms }.normalised(field)
    }

    pub(super) fn multiply<F: Coefficients<Value = V>>(&self, other: &Self, field: &mut F) -> Self {
        let count = self.terms.len().min(other.terms.len());
        let terms = (0..count).map(|n| convolve(field, &self.terms, &other.terms, 0..=n, n)).collect();
        Self { start: self.start + other.start, terms }
    }

    pub(super) fn scale<F: Coefficients<Value = V>>(&self, factor: &V, field: &mut F) -> Self {
        let terms = self
            .terms
            .iter()
            .map(|term| if field.is_zero(term) { term.clone() } else { field.multiply(factor, term) })
            .collect();
        Self { start: self.start, terms }.normalised(field)
    }

    /// A whole power.
    pub(super) fn power<F: Coefficients<Value = V>>(&self, exponent: i64, field: &mut F) -> Result<Self, Obstacle> {
        let Some(first) = self.terms.first().cloned() else {
            return if exponent > 0 { Ok(self.clone()) } else { Err(Obstacle::DivisionByZero) };
        };
        if (1..=8).contains(&exponent) {
            return Ok((1..exponent).fold(self.clone(), |product, _| product.multiply(self, field)));
        }
        let start = i64::from(self.start)
            .checked_mul(exponent)
            .and_then(|start| i32::try_from(start).ok())
            .ok_or_else(|| Obstacle::Inexpressible(format!("the power {exponent} is too large")))?;
        let leading = field.power(&first, exponent)?;
        let exponent = field.integer(exponent);
        Ok(Self { start, terms: self.binomial(&leading, &exponent, field)? })
    }

    /// A power with an exponent that does not depend on `s`; the first term must be positive.
    pub(super) fn real_power<F: Coefficients<Value = V>>(&self, exponent: &V, field: &mut F) -> Result<Self, Obstacle> {
        let first = match self.terms.first() {
            Some(first) if self.start == 0 => first.clone(),
            Some(_) | None => return Err(Obstacle::Branch),
        };
        let leading = field.real_power(&first, exponent)?;
        Ok(Self { start: 0, terms: self.binomial(&leading, exponent, field)? })
    }

    /// Coefficients of `(a_0 + a_1 s + …)^e` from `leading = a_0^e`: with `c_n = c_0 d_n / a_0^n`,
    /// `n d_n = Σ_{k=1}^n (k e - (n - k)) a_k a_0^{k-1} d_{n-k}`.
    fn binomial<F: Coefficients<Value = V>>(
        &self,
        leading: &V,
        exponent: &V,
        field: &mut F,
    ) -> Result<Vec<V>, Obstacle> {
        let scaled = self.rescaled(field);
        let mut d = vec![field.integer(1)];
        for n in 1..self.terms.len() {
            let mut sum = field.integer(0);
            for k in 1..=n {
                if field.is_zero(&scaled[k]) || field.is_zero(&d[n - k]) {
                    continue;
                }
                let offset = field.integer(k as i64 - n as i64);
                let weight = field.scale(exponent, k as i64, 1);
                let weight = field.add(&weight, &offset);
                let product = field.multiply(&scaled[k], &d[n - k]);
                let product = field.multiply(&weight, &product);
                sum = field.add(&sum, &product);
            }
            d.push(field.scale(&sum, 1, n as i64));
        }
        self.unscale(leading, d, field)
    }

    /// `a_k a_0^{k-1}`, with 0 in place of `a_0` itself.
    fn rescaled<F: Coefficients<Value = V>>(&self, field: &mut F) -> Vec<V> {
        let mut power = field.integer(1);
        let mut scaled = vec![field.integer(0)];
        for (k, term) in self.terms.iter().enumerate().skip(1) {
            if k > 1 {
                power = field.multiply(&power, &self.terms[0]);
            }
            scaled.push(if field.is_zero(term) { term.clone() } else { field.multiply(&power, term) });
        }
        scaled
    }

    /// `leading · d_n / a_0^n`
    fn unscale<F: Coefficients<Value = V>>(&self, leading: &V, d: Vec<V>, field: &mut F) -> Result<Vec<V>, Obstacle> {
        let mut factor = leading.clone();
        let mut result = Vec::with_capacity(d.len());
        for (n, d) in d.into_iter().enumerate() {
            if n > 0 {
                factor = field.divide(&factor, &self.terms[0]);
            }
            result.push(if field.is_zero(&d) { d } else { field.multiply(&factor, &d) });
        }
        Ok(result)
    }

    /// `ln`, the recurrence from moments to cumulants: with `c_n = d_n / a_0^n`,
    /// `d_n = a_n a_0^{n-1} - (1/n) Σ_{k<n} k d_k a_{n-k} a_0^{n-k-1}`.
    pub(super) fn ln<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<Self, Obstacle> {
        let first = match self.terms.first() {
            Some(first) if self.start == 0 => first.clone(),
            Some(_) | None => return Err(Obstacle::Branch),
        };
        let constant = field.ln(&first)?;
        let scaled = self.rescaled(field);
        let mut d = vec![field.integer(0)];
        for n in 1..self.terms.len() {
            let mut sum = scaled[n].clone();
            for k in 1..n {
                if field.is_zero(&d[k]) || field.is_zero(&scaled[n - k]) {
                    continue;
                }
                let product = field.multiply(&d[k], &scaled[n - k]);
                let product = field.scale(&product, -(k as i64), n as i64);
                sum = field.add(&sum, &product);
            }
            d.push(sum);
        }
        let one = field.integer(1);
        let mut terms = self.unscale(&one, d, field)?;
        terms[0] = constant;
        Ok(Self { start: 0, terms }.normalised(field))
    }

    /// The constant term and the coefficients of all powers from 0 on, if there is no pole.
    pub(super) fn regular<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<Vec<V>, Obstacle> {
        if self.start < 0 {
            return Err(Obstacle::Essential);
        }
        Ok((0..self.end()).map(|power| self.coefficient(field, power)).collect())
    }

    /// `exp`: `n c_n = Σ_{k=1}^n k a_k c_{n-k}`.
    pub(super) fn exp<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<Self, Obstacle> {
        let a = self.regular(field)?;
        let constant = match a.first() {
            Some(first) => field.exp(first)?,
            None => return Err(Obstacle::Essential),
        };
        let slope = differentiate(field, &a);
        let mut c = vec![field.integer(1)];
        for n in 1..a.len() {
            let sum = convolve(field, &slope, &c, 0..=n - 1, n - 1);
            c.push(field.scale(&sum, 1, n as i64));
        }
        Ok(Self { start: 0, terms: c }.scale(&constant, field))
    }

    /// `sin` and `cos`, whose derivatives are each other's: first around 0, then turned by the constant term.
    pub(super) fn sin_cos<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<(Self, Self), Obstacle> {
        let a = self.regular(field)?;
        let Some(constant) = a.first().cloned() else { return Err(Obstacle::Essential) };
        let slope = differentiate(field, &a);
        let (mut sine, mut cosine) = (vec![field.integer(0)], vec![field.integer(1)]);
        for n in 1..a.len() {
            let up = convolve(field, &slope, &cosine, 0..=n - 1, n - 1);
            let down = convolve(field, &slope, &sine, 0..=n - 1, n - 1);
            sine.push(field.scale(&up, 1, n as i64));
            cosine.push(field.scale(&down, -1, n as i64));
        }
        let sine = Self { start: 0, terms: sine }.normalised(field);
        let cosine = Self { start: 0, terms: cosine };
        if field.is_zero(&constant) {
            return Ok((sine, cosine));
        }
        let (s, c) = (field.sin(&constant), field.cos(&constant));
        let minus = field.scale(&s, -1, 1);
        let turned_sine = sine.scale(&c, field).add(&cosine.scale(&s, field), field);
        let turned_cosine = cosine.scale(&c, field).add(&sine.scale(&minus, field), field);
        Ok((turned_sine, turned_cosine))
    }

    /// `arctan`: the integral of `u' / (1 + u²)`.
    pub(super) fn atan<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<Self, Obstacle> {
        let a = self.regular(field)?;
        let Some(constant) = a.first().cloned() else { return Err(Obstacle::Essential) };
        let one = field.integer(1);
        let one = Self::constant(field, one, a.len());
        let below = one.add(&self.multiply(self, field), field).power(-1, field)?;
        let slope = Self { start: 0, terms: differentiate(field, &a) }.normalised(field);
        let slope = slope.multiply(&below, field);
        let mut terms = vec![field.atan(&constant)];
        for n in 1..a.len().min(usize::try_from(slope.end()).unwrap_or(0) + 1) {
            let c = slope.coefficient(field, n as i32 - 1);
            terms.push(field.scale(&c, 1, n as i64));
        }
        Ok(Self { start: 0, terms }.normalised(field))
    }
}

/// `Σ_{k in range} x_k y_{n-k}`
fn convolve<F: Coefficients>(
    field: &mut F,
    x: &[F::Value],
    y: &[F::Value],
    range: std::ops::RangeInclusive<usize>,
    n: usize,
) -> F::Value {
    let mut sum: Option<F::Value> = None;
    for k in range {
        if field.is_zero(&x[k]) || field.is_zero(&y[n - k]) {
            continue;
        }
        let product = field.multiply(&x[k], &y[n - k]);
        sum = Some(match sum {
            Some(sum) => field.add(&sum, &product),
            None => product,
        });
    }
    sum.unwrap_or_else(|| field.integer(0))
}

/// `(k + 1) a_{k+1}` for all `k`.
fn differentiate<F: Coefficients>(field: &mut F, a: &[F::Value]) -> Vec<F::Value> {
    a.iter()
        .enumerate()
        .skip(1)
        .map(|(k, term)| if field.is_zero(term) { term.clone() } else { field.scale(term, k as i64, 1) })
        .collect()
}
