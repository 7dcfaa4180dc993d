//! `ln Γ` and the polygamma functions of field elements: one kernel for all arguments that differ by whole numbers.
//!
//! With `ψ^(n)(x + 1) = ψ^(n)(x) + (-1)^n n! x^-(n+1)` the whole part of an argument's constant becomes a rational function.
//! Numbers come to arguments in `(0, 1]`, where `ψ^(n)(1)` for odd `n` is a rational multiple of `π^(n+1)`,
//! `ψ^(n)(½) = (2^(n+1) - 1) ψ^(n)(1)` and `ψ(½) = ψ(1) - 2 ln 2`. What is left, `ψ(1) = -γ` and `ψ^(2k)(1) = -(2k)! ζ(2k+1)`,
//! are kernels.

use num_bigint::BigInt;
use num_traits::{One, Pow, ToPrimitive, Zero};

use super::{Field, Inexpressible, Kernel, Quotient};
use crate::ir::{ParamId, Rational};

/// Longer shifts are left in the argument.
const LONGEST_SHIFT: i64 = 64;

impl Field {
    /// `ln Γ(x)` of a positive `x`.
    ///
    /// # Errors
    /// If `x` is seen to be 0 or negative.
    pub fn ln_gamma(&mut self, x: &Quotient) -> Result<Quotient, Inexpressible> {
        let (base, shift) = self.shifted(x)?;
        let mut value = match self.as_rational(&base) {
            Some(one) if one.is_one() => self.integer(0),
            Some(half) if half == Rational::new(1.into(), 2.into()) => {
                let pi = self.pi();
                let logarithm = self.ln(&pi)?;
                self.multiply(&self.rational(&half), &logarithm)
            }
            _ => self.kernel(Kernel::LnGamma(base.clone())),
        };
        for step in 0..shift {
            let factor = self.add(&base, &self.integer(step));
            let logarithm = self.ln(&factor)?;
            value = self.add(&value, &logarithm);
        }
        Ok(value)
    }

    /// The derivative `ψ^(order)(x)` of the digamma function, of a positive `x`.
    ///
    /// # Errors
    /// If `x` is seen to be 0 or negative.
    pub fn polygamma(&mut self, order: u32, x: &Quotient) -> Result<Quotient, Inexpressible> {
        let (base, shift) = self.shifted(x)?;
        let mut value = match self.as_rational(&base) {
            Some(number) => self.polygamma_of_number(order, number)?,
            None => self.kernel(Kernel::Polygamma { of: base.clone(), order }),
        };
        let sign = if order.is_multiple_of(2) { 1 } else { -1 };
        let factor = self.rational(&Rational::from_integer(BigInt::from(sign) * factorial(order)));
        for step in 0..shift {
            let place = self.add(&base, &self.integer(step));
            let power = self.power(&place, -i64::from(order) - 1)?;
            value = self.add(&value, &self.multiply(&factor, &power));
        }
        Ok(value)
    }

    /// `ψ^(order)(of)` times the derivative of `of`.
    pub(super) fn gamma_derivative(&mut self, order: u32, of: &Quotient, parameter: ParamId) -> Quotient {
        let inner = self.derivative(of, parameter);
        // The argument of a kernel has no whole part to be split off.
        let outer = self.kernel(Kernel::Polygamma { of: of.clone(), order });
        self.multiply(&outer, &inner)
    }

    /// `x = base + shift` with a whole `shift`, and a base that is positive for all parameters if `x` is.
    fn shifted(&self, x: &Quotient) -> Result<(Quotient, i64), Inexpressible> {
        let constant = match self.as_rational(x) {
            Some(number) if number <= Rational::zero() => {
                return Err(Inexpressible(format!("the gamma function of {number} is not a number")));
            }
            // In (0, 1].
            Some(number) => number.ceil() - Rational::one(),
            None => self.constant_term(x).map_or_else(Rational::zero, |constant| constant.floor()),
        };
        let shift = constant.to_integer().to_i64().filter(|shift| (1..=LONGEST_SHIFT).contains(shift));
        let Some(shift) = shift else { return Ok((x.clone(), 0)) };
        let base = self.subtract(x, &self.integer(shift));
        Ok(if self.sign(&base) == Some(true) { (base, shift) } else { (x.clone(), 0) })
    }

    /// The constant term of a polynomial.
    fn constant_term(&self, x: &Quotient) -> Option<Rational> {
        let (above, below) = (x.0.numerator(), x.0.denominator());
        let [below] = below.as_slice() else { return None };
        if !below.powers.is_empty() {
            return None;
        }
        let constant = above.iter().find(|term| term.powers.is_empty())?;
        Some(Rational::new(constant.coefficient.clone(), below.coefficient.clone()))
    }

    fn polygamma_of_number(&mut self, order: u32, number: Rational) -> Result<Quotient, Inexpressible> {
        if number == Rational::new(1.into(), 2.into()) {
            let at_one = self.polygamma_of_number(order, Rational::one())?;
            return Ok(if order == 0 {
                let logarithm = self.ln(&self.integer(2))?;
                self.add(&at_one, &self.multiply(&self.integer(-2), &logarithm))
            } else {
                let factor = BigInt::from(2).pow(order + 1) - BigInt::one();
                self.multiply(&self.rational(&Rational::from_integer(factor)), &at_one)
            });
        }
        if !number.is_one() || order.is_multiple_of(2) {
            let of = self.rational(&number);
            return Ok(self.kernel(Kernel::Polygamma { of, order }));
        }
        // n! ζ(n + 1)
        let pi = self.pi();
        let power = self.power(&pi, i64::from(order) + 1)?;
        let factor = Rational::from_integer(factorial(order)) * even_zeta(order.div_ceil(2));
        Ok(self.multiply(&self.rational(&factor), &power))
    }

    /// `ζ(n)` for a whole `n` from 2 on.
    ///
    /// # Errors
    /// As [`polygamma`](Self::polygamma).
    pub fn zeta(&mut self, n: u32) -> Result<Quotient, Inexpressible> {
        let one = self.integer(1);
        let derivative = self.polygamma(n - 1, &one)?;
        let sign = if n.is_multiple_of(2) { 1 } else { -1 };
        let factor = Rational::new(sign.into(), factorial(n - 1));
        Ok(self.multiply(&self.rational(&factor), &derivative))
    }
}

fn factorial(n: u32) -> BigInt {
    (1..=n).fold(BigInt::one(), |product, factor| product * factor)
}

/// `ζ(2n) / π^2n`, from the recurrence `(n + ½) ζ(2n) = Σ_(0<k<n) ζ(2k) ζ(2n - 2k)`.
fn even_zeta(n: u32) -> Rational {
    let mut zeta = vec![Rational::new(1.into(), 6.into())];
    for m in 2..=n as usize {
        let sum: Rational = (1..m).map(|k| &zeta[k - 1] * &zeta[m - k - 1]).sum();
        zeta.push(sum / Rational::new((2 * m + 1).into(), 2.into()));
    }
    zeta.swap_remove(n as usize - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::permit::with_permit;
    use crate::ir::ParameterKind;
    use crate::rule::text::expression;

    /// Runs on the algebra thread with a parameter `k > 0`, and prints.
    fn printed(value: impl FnOnce(&mut Field, &Quotient) -> Quotient + Send) -> String {
        with_permit(proc_macro2::Span::call_site(), || {
            let mut field = Field::new(vec![ParameterKind::Positive]);
            let k = field.parameter(ParamId(0));
            let value = value(&mut field, &k);
            expression(&field.to_graph(&value), &["k".to_owned()])
        })
        .unwrap()
    }

    #[test]
    fn numbers_are_known_constants() {
        let of = |order: u32, above: i64, below: i64| {
            printed(move |field, _| {
                let x = field.rational(&Rational::new(above.into(), below.into()));
                field.polygamma(order, &x).unwrap()
            })
        };
        assert_eq!(of(1, 1, 1), "1/6 * PI^2");
        assert_eq!(of(1, 1, 2), "1/2 * PI^2");
        assert_eq!(of(3, 1, 1), "1/15 * PI^4");
        // ψ'(2) = π²/6 - 1
        assert_eq!(of(1, 2, 1), "-1/6 * (6 + -1 * PI^2)");
        assert_eq!(of(0, 1, 1), "digamma(1)");
        assert_eq!(of(2, 1, 2), "7 * polygamma(2, 1)");
        assert_eq!(of(1, 1, 3), "trigamma(1/3)");
        assert_eq!(printed(|field, _| field.zeta(4).unwrap()), "1/90 * PI^4");
        assert_eq!(printed(|field, _| field.zeta(3).unwrap()), "-1/2 * polygamma(2, 1)");
        let five = |field: &mut Field| field.integer(5);
        // ln Γ(5) = ln 24
        assert_eq!(
            printed(|field, _| {
                let x = five(field);
                field.ln_gamma(&x).unwrap()
            }),
            "3 * ln(2) + ln(3)"
        );
    }

    #[test]
    fn whole_parts_are_split_off() {
        // ψ'(k + 2) - ψ'(k) = -1/k² - 1/(k + 1)²
        let difference = |field: &mut Field, k: &Quotient| {
            let above = field.add(k, &field.integer(2));
            let (above, at) = (field.polygamma(1, &above).unwrap(), field.polygamma(1, k).unwrap());
            field.subtract(&above, &at)
        };
        let expected = |field: &mut Field, k: &Quotient| {
            let next = field.add(k, &field.integer(1));
            let sum = field.add(&field.power(k, -2).unwrap(), &field.power(&next, -2).unwrap());
            field.multiply(&field.integer(-1), &sum)
        };
        assert_eq!(printed(difference), printed(expected));
        // d/dk ln Γ(k²) = 2k ψ(k²), and d/dk ψ(k) = ψ'(k).
        let slope = |field: &mut Field, k: &Quotient| {
            let square = field.multiply(k, k);
            let value = field.ln_gamma(&square).unwrap();
            field.derivative(&value, ParamId(0))
        };
        assert_eq!(printed(slope), "2 * k * digamma(k^2)");
        let second = |field: &mut Field, k: &Quotient| {
            let value = field.polygamma(0, k).unwrap();
            field.derivative(&value, ParamId(0))
        };
        assert_eq!(printed(second), "trigamma(k)");
    }

    #[test]
    fn poles_are_refused() {
        let refused = |x: i64| {
            with_permit(proc_macro2::Span::call_site(), move || {
                let mut field = Field::new(Vec::new());
                let x = field.integer(x);
                field.ln_gamma(&x).is_err() && field.polygamma(0, &x).is_err()
            })
            .unwrap()
        };
        assert!(refused(0) && refused(-2) && !refused(1));
    }
}
