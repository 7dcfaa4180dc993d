//! Series of the gamma function's family and of Kummer's function: compositions with a Taylor series that is known.

use super::power_series::{Coefficients, Obstacle, Series};
use crate::ir::Kummer;

impl<V: Clone> Series<V> {
    /// `ln Γ`, by its Taylor series at the constant term: `ln Γ(c + v) = ln Γ(c) + Σ_(n>=1) ψ^(n-1)(c) v^n / n!`.
    pub(super) fn ln_gamma<F: Coefficients<Value = V>>(&self, field: &mut F) -> Result<Self, Obstacle> {
        self.taylor(field, |field, c, n| match n {
            0 => field.ln_gamma(c),
            _ => field.polygamma(n - 1, c),
        })
    }

    /// `ψ^(order)`, by its Taylor series at the constant term.
    pub(super) fn polygamma<F: Coefficients<Value = V>>(&self, order: u32, field: &mut F) -> Result<Self, Obstacle> {
        self.taylor(field, |field, c, n| field.polygamma(order + n, c))
    }

    /// `1F1(a; b; ·)` for a series that vanishes at 0, by the series with coefficients `(a)_n / ((b)_n n!)`; or its
    /// derivative with respect to a shape, whose coefficients are these times `Σ_(i<n) 1 / (a + i)` or `-Σ_(i<n) 1 / (b + i)`.
    pub(super) fn kummer<F: Coefficients<Value = V>>(
        &self,
        part: Kummer,
        [a, b]: [&V; 2],
        field: &mut F,
    ) -> Result<Self, Obstacle> {
        self.check_vanishes()?;
        let count = usize::try_from(self.end()).unwrap_or(0);
        let (mut ratio, mut slope) = (field.integer(1), field.integer(0));
        let mut coefficients = Vec::with_capacity(count);
        for n in 0..count as i64 {
            coefficients.push(match part {
                Kummer::Value => ratio.clone(),
                Kummer::FirstSlope | Kummer::SecondSlope => field.multiply(&ratio, &slope),
            });
            let step = field.integer(n);
            let (above, below) = (field.add(a, &step), field.add(b, &step));
            if field.is_zero(&below) {
                return Err(Obstacle::DivisionByZero);
            }
            let quotient = field.divide(&above, &below);
            let quotient = field.scale(&quotient, 1, n + 1);
            ratio = field.multiply(&ratio, &quotient);
            let (one, sign) = match part {
                Kummer::SecondSlope => (below, -1),
                Kummer::Value | Kummer::FirstSlope => (above, 1),
            };
            let sign = field.integer(sign);
            if !field.is_zero(&one) {
                let term = field.divide(&sign, &one);
                slope = field.add(&slope, &term);
            }
        }
        Ok(self.composed(&coefficients, field))
    }

    /// `ln 1F1(a; b; ·)` for a series that vanishes at 0, without the moments.
    ///
    /// The logarithmic derivative `w = M'/M = Σ w_n x^n` satisfies `x w' + x w² + (b - x) w = a`: `w_0 = a / b` and
    /// `(b + n) w_n = w_(n-1) - Σ_(i+j=n-1) w_i w_j`. With `w_n = p_n / Π_j (b + j)^⌊(n+1)/(j+1)⌋` the recurrence is one of
    /// polynomials: quotients in the middle of it would cost a greatest common divisor each.
    pub(super) fn ln_kummer<F: Coefficients<Value = V>>(
        &self,
        [a, b]: [&V; 2],
        field: &mut F,
    ) -> Result<Self, Obstacle> {
        self.check_vanishes()?;
        let count = usize::try_from(self.end()).unwrap_or(0).max(1);
        let mut places: Vec<V> = Vec::with_capacity(count);
        for j in 0..count as i64 {
            let step = field.integer(j);
            let place = field.add(b, &step);
            if field.is_zero(&place) {
                return Err(Obstacle::DivisionByZero);
            }
            places.push(place);
        }
        let exponent = |n: usize, j: usize| (n + 1) / (j + 1);
        let product = |field: &mut F, exponents: &dyn Fn(usize) -> usize, last: usize| {
            let mut product = field.integer(1);
            for (j, place) in places.iter().enumerate().take(last + 1) {
                for _ in 0..exponents(j) {
                    product = field.multiply(&product, place);
                }
            }
            product
        };
        let mut numerators: Vec<V> = vec![a.clone()];
        for n in 1..count.saturating_sub(1) {
            // The factor b + n, which only the new denominator has, is what the recurrence divides by.
            let rise = product(field, &|j| exponent(n, j) - exponent(n - 1, j), n - 1);
            let mut sum = field.multiply(&numerators[n - 1], &rise);
            for i in 0..n.div_ceil(2) {
                let k = n - 1 - i;
                let rise = product(field, &|j| exponent(n, j) - exponent(i, j) - exponent(k, j), n - 1);
                let term = field.multiply(&numerators[i], &numerators[k]);
                let term = field.multiply(&term, &rise);
                let term = field.scale(&term, if i == k { -1 } else { -2 }, 1);
                sum = field.add(&sum, &term);
            }
            numerators.push(sum);
        }
        let mut coefficients = vec![field.integer(0)];
        for (n, numerator) in numerators.iter().enumerate() {
            let below = product(field, &|j| exponent(n, j), n);
            let value = field.divide(numerator, &below);
            coefficients.push(field.scale(&value, 1, n as i64 + 1));
        }
        coefficients.truncate(count);
        Ok(self.composed(&coefficients, field))
    }

    /// Kummer's function is expanded at 0 only.
    fn check_vanishes(&self) -> Result<(), Obstacle> {
        if self.start <= 0 && !self.terms.is_empty() {
            let why = "Kummer's function is expanded only where its last argument is 0 at omega = 0";
            return Err(Obstacle::Inexpressible(why.to_owned()));
        }
        Ok(())
    }

    /// The function with the derivatives `derivative(c, n)` at the constant term `c`.
    fn taylor<F: Coefficients<Value = V>>(
        &self,
        field: &mut F,
        mut derivative: impl FnMut(&mut F, &V, u32) -> Result<V, Obstacle>,
    ) -> Result<Self, Obstacle> {
        let mut moving = self.regular(field)?;
        let Some(constant) = moving.first().cloned() else { return Err(Obstacle::Essential) };
        moving[0] = field.integer(0);
        let moving = Self { start: 0, terms: moving }.normalised(field);
        // Beyond what is known of v^n no derivative counts.
        let last = if moving.terms.is_empty() { 0 } else { (moving.end() - 1) / moving.start };
        let mut coefficients = Vec::new();
        let mut factorial = field.integer(1);
        for n in 0..=u32::try_from(last).unwrap_or(0) {
            if n > 1 {
                factorial = field.scale(&factorial, 1, i64::from(n));
            }
            let value = derivative(field, &constant, n)?;
            coefficients.push(field.multiply(&factorial, &value));
        }
        Ok(moving.composed(&coefficients, field))
    }

    /// `Σ_n coefficients[n] v^n` for a series `v` that vanishes at 0, to the order to which `v` is known.
    fn composed<F: Coefficients<Value = V>>(&self, coefficients: &[V], field: &mut F) -> Self {
        let end = usize::try_from(self.end()).unwrap_or(0).max(1);
        let mut sum = vec![field.integer(0); end];
        sum[0] = coefficients[0].clone();
        let mut power = self.clone();
        for coefficient in &coefficients[1..] {
            for (place, term) in (power.start..).zip(&power.terms) {
                let Some(entry) = usize::try_from(place).ok().filter(|place| *place < end) else { continue };
                if !field.is_zero(term) && !field.is_zero(coefficient) {
                    let product = field.multiply(coefficient, term);
                    sum[entry] = field.add(&sum[entry], &product);
                }
            }
            power = power.multiply(self, field);
            if power.terms.is_empty() || power.start >= end as i32 {
                break;
            }
        }
        Self { start: 0, terms: sum }.normalised(field)
    }
}
