//! Functions of field elements that are not rational: which kernels they bring in, and when none is needed.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::symbolica::{Fraction, Term};
use super::{Field, Inexpressible, Kernel, Quotient};
use crate::ir::Rational;

/// Whole numbers are split into primes up to this one; what is left counts as one factor.
const LARGEST_PRIME: u32 = 1000;

/// A factor `base^exponent` of an argument.
struct Factor {
    base: Quotient,
    exponent: i32,
    /// Whether the base is above 0 for all parameters; else only its absolute value is meant in logarithms.
    positive: bool,
}

impl Field {
    /// The number π.
    pub fn pi(&mut self) -> Quotient {
        self.kernel(Kernel::Pi)
    }

    /// `e^x`. Sums become products, and logarithms in the exponent powers.
    ///
    /// # Errors
    /// If a power in the result would be absurdly large.
    pub fn exp(&mut self, x: &Quotient) -> Result<Quotient, Inexpressible> {
        let denominator = x.0.denominator();
        let [below] = denominator.as_slice() else { return Ok(self.kernel(Kernel::Exp(x.clone()))) };
        let mut product = self.integer(1);
        for term in x.0.numerator() {
            let common = Rational::new(term.coefficient, below.coefficient.clone());
            let one = BigInt::one();
            let monomial = Quotient(Fraction::from_terms(
                &self.variables,
                &[Term { coefficient: one.clone(), powers: term.powers }],
                &[Term { coefficient: one, powers: below.powers.clone() }],
            ));
            let factor = match self.as_logarithm(&monomial) {
                Some((base, true)) => self.rational_power(&base, &common)?,
                Some((_, false)) | None => {
                    let (step, times) = (Rational::new(BigInt::one(), common.denom().clone()), common.numer());
                    let argument = self.multiply(&self.rational(&step), &monomial);
                    let kernel = self.kernel(Kernel::Exp(argument));
                    self.power(&kernel, whole(times)?)?
                }
            };
            product = self.multiply(&product, &factor);
        }
        Ok(product)
    }

    /// `ln x` of a positive `x`: one kernel for each factor.
    ///
    /// # Errors
    /// If `x` is zero.
    pub fn ln(&mut self, x: &Quotient) -> Result<Quotient, Inexpressible> {
        let mut sum = self.integer(0);
        for factor in self.factors(x)? {
            let logarithm = match self.as_kernel(&factor.base) {
                Some(Kernel::Exp(argument)) => argument,
                Some(Kernel::Root { of, degree }) => {
                    let inner = self.ln(&of)?;
                    self.divide(&inner, &self.integer(i64::from(degree)))
                }
                Some(
                    Kernel::Pi
                    | Kernel::Ln { .. }
                    | Kernel::Sin(_)
                    | Kernel::Cos(_)
                    | Kernel::Atan(_)
                    | Kernel::LnGamma(_)
                    | Kernel::Polygamma { .. },
                )
                | None => self.kernel(Kernel::Ln { of: factor.base, positive: factor.positive }),
            };
            sum = self.add(&sum, &self.multiply(&self.integer(factor.exponent.into()), &logarithm));
        }
        Ok(sum)
    }

    /// `x^exponent` of a positive `x`.
    ///
    /// # Errors
    /// If `x` is zero or a power in the result would be absurdly large.
    pub fn real_power(&mut self, x: &Quotient, exponent: &Quotient) -> Result<Quotient, Inexpressible> {
        match self.as_rational(exponent) {
            Some(exponent) => self.rational_power(x, &exponent),
            None => {
                let logarithm = self.ln(x)?;
                let product = self.multiply(exponent, &logarithm);
                self.exp(&product)
            }
        }
    }

    /// `sin x`
    pub fn sin(&mut self, x: &Quotient) -> Quotient {
        if x.is_zero() { self.integer(0) } else { self.kernel(Kernel::Sin(x.clone())) }
    }

    /// `cos x`
    pub fn cos(&mut self, x: &Quotient) -> Quotient {
        if x.is_zero() { self.integer(1) } else { self.kernel(Kernel::Cos(x.clone())) }
    }

    /// `arctan x`
    pub fn atan(&mut self, x: &Quotient) -> Quotient {
        if x.is_zero() { self.integer(0) } else { self.kernel(Kernel::Atan(x.clone())) }
    }

    fn rational_power(&mut self, x: &Quotient, exponent: &Rational) -> Result<Quotient, Inexpressible> {
        if exponent.is_integer() {
            return self.power(x, whole(exponent.numer())?);
        }
        let degree = exponent
            .denom()
            .to_u32()
            .filter(|degree| *degree <= 1000)
            .ok_or_else(|| Inexpressible(format!("the exponent {exponent} is too fine for exact algebra")))?;
        let times = whole(exponent.numer())?;
        let mut product = self.integer(1);
        // Factors of unknown sign stay together: only their product is known to be positive.
        let mut rest = self.integer(1);
        let mut whole_product = self.integer(1);
        for factor in self.factors(x)? {
            let power = self.power(&factor.base, factor.exponent.into())?;
            whole_product = self.multiply(&whole_product, &power);
            if factor.positive {
                let part = self.root_power(&factor.base, i64::from(factor.exponent) * times, degree)?;
                product = self.multiply(&product, &part);
            } else {
                rest = self.multiply(&rest, &power);
            }
        }
        // Factoring drops the sign of the whole, which belongs to the part whose sign is not known.
        let sign = self.divide(x, &whole_product);
        let rest = self.multiply(&sign, &rest);
        if self.as_rational(&rest).is_some_and(|rest| rest.is_one()) {
            return Ok(product);
        }
        let part = self.root_power(&rest, times, degree)?;
        Ok(self.multiply(&product, &part))
    }

    /// `base^(times/degree)`: whole powers apart, then powers of one root.
    fn root_power(&mut self, base: &Quotient, times: i64, degree: u32) -> Result<Quotient, Inexpressible> {
        let shared = times.gcd(&i64::from(degree));
        let (times, degree) = (times / shared, degree / u32::try_from(shared).unwrap_or(1));
        let (whole, part) = times.div_mod_floor(&i64::from(degree));
        let whole = self.power(base, whole)?;
        if part == 0 {
            return Ok(whole);
        }
        let root = match self.as_kernel(base) {
            Some(Kernel::Exp(argument)) => {
                let argument = self.divide(&argument, &self.integer(i64::from(degree)));
                self.exp(&argument)?
            }
            Some(Kernel::Root { of, degree: inner }) => self.kernel(Kernel::Root { of, degree: inner * degree }),
            Some(
                Kernel::Pi
                | Kernel::Ln { .. }
                | Kernel::Sin(_)
                | Kernel::Cos(_)
                | Kernel::Atan(_)
                | Kernel::LnGamma(_)
                | Kernel::Polygamma { .. },
            )
            | None => self.kernel(Kernel::Root { of: base.clone(), degree }),
        };
        let part = self.power(&root, part)?;
        Ok(self.multiply(&whole, &part))
    }

    /// The factors of `|x|`: primes, parameters, kernels and polynomials that cannot be split.
    fn factors(&self, x: &Quotient) -> Result<Vec<Factor>, Inexpressible> {
        if x.is_zero() {
            return Err(Inexpressible("the logarithm or power of 0 is not a number".to_owned()));
        }
        let mut factors = Vec::new();
        for (terms, exponent) in x.0.factors() {
            if let [Term { coefficient, powers }] = terms.as_slice()
                && powers.is_empty()
            {
                for (prime, power) in primes(&coefficient.abs()) {
                    let base = self.rational(&Rational::from_integer(prime));
                    factors.push(Factor { base, exponent: exponent * power, positive: true });
                }
                continue;
            }
            let opposite: Vec<Term> =
                terms.iter().map(|t| Term { coefficient: -&t.coefficient, powers: t.powers.clone() }).collect();
            let (terms, positive) = if self.is_provably_positive(&terms) {
                (terms, true)
            } else if self.is_provably_positive(&opposite) {
                (opposite, true)
            } else {
                (terms, false)
            };
            factors.push(Factor { base: self.polynomial(&terms), exponent, positive });
        }
        Ok(factors)
    }

    /// The kernel that an element is the bare variable of.
    fn as_kernel(&self, x: &Quotient) -> Option<Kernel> {
        let (above, below) = (x.0.numerator(), x.0.denominator());
        let ([above], [below]) = (above.as_slice(), below.as_slice()) else { return None };
        let [(variable, 1)] = above.powers.as_slice() else { return None };
        if !(above.coefficient.is_one() && below.coefficient.is_one() && below.powers.is_empty()) {
            return None;
        }
        variable.checked_sub(self.kinds.len()).map(|index| self.kernels[index].clone())
    }

    /// The argument and its sign if an element is the bare variable of a logarithm.
    fn as_logarithm(&self, x: &Quotient) -> Option<(Quotient, bool)> {
        match self.as_kernel(x)? {
            Kernel::Ln { of, positive } => Some((of, positive)),
            Kernel::Pi
            | Kernel::Exp(_)
            | Kernel::Root { .. }
            | Kernel::Sin(_)
            | Kernel::Cos(_)
            | Kernel::Atan(_)
            | Kernel::LnGamma(_)
            | Kernel::Polygamma { .. } => None,
        }
    }
}

fn whole(value: &BigInt) -> Result<i64, Inexpressible> {
    value.to_i64().ok_or_else(|| Inexpressible(format!("the power {value} is too large for exact algebra")))
}

/// The prime factors of a positive whole number with their exponents.
fn primes(value: &BigInt) -> Vec<(BigInt, i32)> {
    let mut left = value.clone();
    let mut found = Vec::new();
    for prime in 2..=LARGEST_PRIME {
        let mut power = 0;
        while (&left % prime).is_zero() {
            left /= prime;
            power += 1;
        }
        if power > 0 {
            found.push((prime.into(), power));
        }
        if left.is_one() {
            break;
        }
    }
    if !left.is_one() {
        found.push((left, 1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::permit::with_permit;
    use crate::ir::{ParamId, ParameterKind};
    use crate::rule::text::expression;

    /// Runs on the algebra thread with parameters `b > 0`, `p` a probability and `x` real.
    fn run(test: impl FnOnce(&mut Field, &Quotient, &Quotient, &Quotient) + Send) {
        with_permit(proc_macro2::Span::call_site(), || {
            let kinds = vec![ParameterKind::Positive, ParameterKind::Probability, ParameterKind::Real];
            let mut field = Field::new(kinds);
            let [b, p, x] = [0, 1, 2].map(|index| field.parameter(ParamId(index)));
            test(&mut field, &b, &p, &x);
        })
        .unwrap();
    }

    fn print(field: &Field, value: &Quotient) -> String {
        expression(&field.to_graph(value), &["b".to_owned(), "p".to_owned(), "x".to_owned()])
    }

    #[test]
    fn logarithms_are_split() {
        run(|field, b, p, _| {
            // ln(6 b (1 - p) / b²) = ln 2 + ln 3 - ln b + ln(1 - p)
            let one = field.integer(1);
            let q = field.subtract(&one, p);
            let whole = field.divide(&field.multiply(&field.integer(6), &q), b);
            let mut sum = field.ln(&whole).unwrap();
            for (part, sign) in [(field.integer(2), -1), (field.integer(3), -1), (b.clone(), 1), (q, -1)] {
                let part = field.ln(&part).unwrap();
                sum = field.add(&sum, &field.multiply(&field.integer(sign), &part));
            }
            assert!(sum.is_zero());
        });
    }

    #[test]
    fn roots_reduce_and_leave_denominators() {
        run(|field, b, _, _| {
            let half = field.rational(&Rational::new(1.into(), 2.into()));
            // √(8 b³) = 2 b √2 √b
            let argument = field.multiply(&field.integer(8), &field.power(b, 3).unwrap());
            let root = field.real_power(&argument, &half).unwrap();
            assert_eq!(print(field, &root), "2 * b * sqrt(2) * sqrt(b)");
            assert_eq!(field.multiply(&root, &root), argument);
            // 1 / (1 + √b) = (1 - √b) / (1 - b)
            let root = field.real_power(b, &half).unwrap();
            let one = field.integer(1);
            let inverse = field.divide(&one, &field.add(&one, &root));
            let expected = field.divide(&field.subtract(&one, &root), &field.subtract(&one, b));
            assert_eq!(inverse, expected);
            assert_eq!(field.multiply(&inverse, &field.add(&one, &root)), one);
            // √(√b)⁴ = b
            let fourth = field.real_power(&root, &half).unwrap();
            assert_eq!(field.power(&fourth, 4).unwrap(), *b);
        });
    }

    #[test]
    fn signs_of_unknown_factors_are_kept() {
        run(|field, b, _, x| {
            // √(1 - x): the argument itself, whichever sign factoring prefers
            let half = field.rational(&Rational::new(1.into(), 2.into()));
            let argument = field.subtract(&field.integer(1), x);
            let root = field.real_power(&argument, &half).unwrap();
            assert_eq!(field.multiply(&root, &root), argument);
            let scaled = field.multiply(b, &argument);
            let root = field.real_power(&scaled, &half).unwrap();
            assert_eq!(field.multiply(&root, &root), scaled);
        });
    }

    #[test]
    fn derivatives_follow_the_chain_rule() {
        run(|field, b, p, x| {
            let half = field.rational(&Rational::new(1.into(), 2.into()));
            let root = field.real_power(b, &half).unwrap();
            let slope = field.derivative(&root, ParamId(0));
            assert_eq!(print(field, &slope), "1/2 * b^-1 * sqrt(b)");
            // b^x: x b^(x-1) and b^x ln b
            let power = field.real_power(b, x).unwrap();
            let (by_base, by_exponent) = (field.derivative(&power, ParamId(0)), field.derivative(&power, ParamId(2)));
            assert_eq!(print(field, &by_base), "x * b^-1 * pow(b, x)");
            assert_eq!(print(field, &by_exponent), "ln(b) * pow(b, x)");
            // sin² + cos² = 1, (sin p)' = cos p
            let (sine, cosine) = (field.sin(p), field.cos(p));
            let one = field.add(&field.multiply(&sine, &sine), &field.multiply(&cosine, &cosine));
            assert_eq!(field.as_rational(&one), Some(Rational::one()));
            assert_eq!(field.derivative(&sine, ParamId(1)), cosine);
        });
    }

    #[test]
    fn exponentials_of_sums_and_logarithms() {
        run(|field, b, _, x| {
            let (two_x, logarithm) = (field.multiply(&field.integer(2), x), field.ln(b).unwrap());
            let whole = field.exp(&field.add(&two_x, &logarithm)).unwrap();
            let single = field.exp(x).unwrap();
            let square = field.multiply(&single, &single);
            assert_eq!(whole, field.multiply(b, &square));
            assert_eq!(field.ln(&whole).unwrap(), field.add(&two_x, &logarithm));
        });
    }
}
