//! Reads the formulas of the exact values: `-49/100*z`, `(d2 + m**2)/2`, `log(1+exp(z))`.
//!
//! A recursive descent over the usual precedences (`**` binds tighter than a sign on its left). The result can be
//! evaluated in any arithmetic, and written as a Rust expression for the compiler to read.

use std::collections::BTreeMap;

use logphi_compiler::ir::{Primitive, Rational};

use crate::number::Number;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A whole number.
    Integer(i64),
    /// π.
    Pi,
    /// Euler's constant γ.
    EulerGamma,
    /// `ζ(n)` for a whole `n` from 2 on.
    Zeta(u32),
    /// A parameter, or the draw.
    Name(String),
    /// `x + y`
    Sum(Box<Expression>, Box<Expression>),
    /// `x - y`
    Difference(Box<Expression>, Box<Expression>),
    /// `x * y`
    Product(Box<Expression>, Box<Expression>),
    /// `x / y`
    Quotient(Box<Expression>, Box<Expression>),
    /// `-x`
    Negation(Box<Expression>),
    /// `x ** y`
    Power(Box<Expression>, Box<Expression>),
    /// `log(x)` and the like.
    Call(Primitive, Box<Expression>),
}

impl Expression {
    /// Reads a formula.
    ///
    /// # Panics
    /// If the text is not one: the corpus is broken.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader { rest: text };
        let expression = reader.sum();
        assert!(reader.peek().is_none(), "`{}` is left over of `{text}`", reader.rest);
        expression
    }

    /// Its value; `None` if it leaves the arithmetic.
    ///
    /// # Panics
    /// If it has a name without a value.
    #[must_use]
    pub fn evaluate<T: Number>(&self, names: &BTreeMap<String, T>) -> Option<T> {
        let minus_one = || T::constant(&Rational::from_integer((-1).into()));
        Some(match self {
            Self::Integer(value) => T::constant(&Rational::from_integer((*value).into())),
            Self::Pi => T::pi()?,
            Self::EulerGamma => T::euler_gamma()?,
            Self::Zeta(n) => T::zeta(*n)?,
            Self::Name(name) => names.get(name).unwrap_or_else(|| panic!("no value for `{name}`")).clone(),
            Self::Sum(x, y) => x.evaluate(names)?.plus(&y.evaluate(names)?),
            Self::Difference(x, y) => x.evaluate(names)?.plus(&y.evaluate(names)?.times(&minus_one())),
            Self::Product(x, y) => x.evaluate(names)?.times(&y.evaluate(names)?),
            Self::Quotient(x, y) => x.evaluate(names)?.times(&y.evaluate(names)?.power(-1)?),
            Self::Negation(x) => x.evaluate(names)?.times(&minus_one()),
            Self::Power(x, y) => match **y {
                Self::Integer(exponent) => {
                    x.evaluate(names)?.power(i32::try_from(exponent).expect("a small exponent"))?
                }
                _ => x.evaluate(names)?.real_power(&y.evaluate(names)?)?,
            },
            Self::Call(primitive, x) => x.evaluate(names)?.call(*primitive)?,
        })
    }

    /// The same formula in Rust, with `ln(1 + e^x)` and `-ln(1 + e^{-x})` written as `softplus(x)` and `log_sigmoid(x)`.
    ///
    /// # Panics
    /// If it has a power with an exponent that is not a whole number, or a constant that the language has no name for.
    #[must_use]
    pub fn rust(&self) -> String {
        if let Some(x) = self.softplus_of() {
            return format!("softplus({})", x.rust());
        }
        if let Self::Negation(inner) = self
            && let Some(Self::Negation(x)) = inner.softplus_of()
        {
            return format!("log_sigmoid({})", x.rust());
        }
        self.map_rust(Self::rust)
    }

    /// The same formula in Rust, as it stands.
    ///
    /// # Panics
    /// If it has a power with an exponent that is not a whole number.
    #[must_use]
    pub fn literal_rust(&self) -> String {
        self.map_rust(Self::literal_rust)
    }

    /// `x` if this is `log(1 + exp(x))`.
    fn softplus_of(&self) -> Option<&Self> {
        match self {
            Self::Call(Primitive::Ln, argument) => match argument.as_ref() {
                Self::Sum(one, exponential) if **one == Self::Integer(1) => match exponential.as_ref() {
                    Self::Call(Primitive::Exp, x) => Some(x),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn map_rust(&self, rust: impl Fn(&Self) -> String) -> String {
        match self {
            Self::Integer(value) => format!("{value}.0"),
            Self::Pi => "PI".to_owned(),
            Self::EulerGamma | Self::Zeta(_) => panic!("{self:?} has no name in the language"),
            Self::Name(name) => name.clone(),
            Self::Sum(x, y) => format!("({} + {})", rust(x), rust(y)),
            Self::Difference(x, y) => format!("({} - {})", rust(x), rust(y)),
            Self::Product(x, y) => format!("({} * {})", rust(x), rust(y)),
            Self::Quotient(x, y) => format!("({} / {})", rust(x), rust(y)),
            Self::Negation(x) => format!("(-{})", rust(x)),
            Self::Power(x, y) => match **y {
                Self::Integer(exponent) => format!("{}.powi({exponent})", rust(x)),
                _ => panic!("{y:?} as an exponent"),
            },
            Self::Call(primitive, x) => format!("({}).{}()", rust(x), primitive.name()),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(text) {
            Some(rest) if text != "*" || !rest.starts_with('*') => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn sum(&mut self) -> Expression {
        let mut left = self.product();
        loop {
            left = if self.take("+") {
                Expression::Sum(Box::new(left), Box::new(self.product()))
            } else if self.take("-") {
                Expression::Difference(Box::new(left), Box::new(self.product()))
            } else {
                return left;
            };
        }
    }

    fn product(&mut self) -> Expression {
        if self.take("-") {
            return Expression::Negation(Box::new(self.product()));
        }
        let mut left = self.power();
        loop {
            left = if self.take("*") {
                Expression::Product(Box::new(left), Box::new(self.power()))
            } else if self.take("/") {
                Expression::Quotient(Box::new(left), Box::new(self.power()))
            } else {
                return left;
            };
        }
    }

    fn power(&mut self) -> Expression {
        let base = self.atom();
        if self.take("**") { Expression::Power(Box::new(base), Box::new(self.atom())) } else { base }
    }

    fn atom(&mut self) -> Expression {
        if self.take("(") {
            let inner = self.sum();
            assert!(self.take(")"), "expected `)` before `{}`", self.rest);
            return inner;
        }
        let start = self.peek().unwrap_or_else(|| panic!("a formula ends early"));
        let belongs =
            |c: char| if start.is_ascii_digit() { c.is_ascii_digit() } else { c.is_alphanumeric() || c == '_' };
        let length = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        if start.is_ascii_digit() {
            return Expression::Integer(word.parse().expect("a small whole number"));
        }
        let primitive = match word {
            "pi" => return Expression::Pi,
            "EulerGamma" => return Expression::EulerGamma,
            "zeta" => match self.atom() {
                Expression::Integer(n) => return Expression::Zeta(u32::try_from(n).expect("a small argument")),
                other => panic!("zeta of {other:?}"),
            },
            "log" => Primitive::Ln,
            "exp" => Primitive::Exp,
            "sqrt" => Primitive::Sqrt,
            "sin" => Primitive::Sin,
            "cos" => Primitive::Cos,
            "tanh" => Primitive::Tanh,
            "" => panic!("`{}` is not a formula", self.rest),
            name => return Expression::Name(name.to_owned()),
        };
        assert!(self.peek() == Some('('), "`{word}` is not called");
        Expression::Call(primitive, Box::new(self.atom()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedences_are_the_usual_ones() {
        let z = BTreeMap::from([("z".to_owned(), 3.0)]);
        let value = |text: &str| Expression::parse(text).evaluate(&z).expect("a number");
        assert_eq!(value("-z**2/2"), -4.5);
        assert_eq!(value("z**4/3 + 2*z**2 - z/2 + 1"), 27.0 + 18.0 - 1.5 + 1.0);
        assert_eq!(value("-log(1+exp(-(2*z)))"), -(1.0_f64 + (-6.0_f64).exp()).ln());
        assert_eq!(value("2*z**(7/2)"), 2.0 * 3.0_f64.powf(3.5));
        // Apéry's constant.
        assert!(
            (value("EulerGamma - z*zeta(3)") - (0.577_215_664_901_532_9 - 3.0 * 1.202_056_903_159_594_2)).abs() < 3e-15
        );
        assert_eq!(Expression::parse("exp(-49/100*z)").rust(), "((-((49.0 / 100.0) * z))).exp()");
        assert_eq!(Expression::parse("-log(1+exp(-(2*z)))").rust(), "log_sigmoid((2.0 * z))");
        assert_eq!(Expression::parse("log(1+exp(z))").rust(), "softplus(z)");
        assert_eq!(Expression::parse("log(1+exp(z))").literal_rust(), "((1.0 + (z).exp())).ln()");
    }

    #[test]
    fn rationals_stay_exact() {
        let third = Rational::new(1.into(), 3.into());
        let names = BTreeMap::from([("p".to_owned(), third.clone())]);
        let value = Expression::parse("(6*p**2 - 6*p + 1)/6").evaluate(&names);
        assert_eq!(value, Some(Rational::new((-1).into(), 18.into())));
        assert_eq!(Expression::parse("sqrt(p)").evaluate(&names), None);
    }
}
