//! The comparisons that tests make, as functions, so that other tests can show that each fails when it should.

use std::collections::BTreeMap;

use logphi_compiler::ir::Rational;
use logphi_compiler::kernel::program::{Moment, Program};
use logphi_compiler::rule::ParameterSeries;
use num_traits::Zero;

use crate::corpus::{Coefficients, GradientValues};
use crate::interpret::{Leaves, evaluate};
use crate::number::Number;
use crate::quadrature::Measure;

/// Coefficients agree to this relative error: stored values have 15 digits, and a coefficient is a few operations.
const COEFFICIENT_TOLERANCE: f64 = 1e-12;

/// Sums agree to this fraction of their largest term: about what is left of 16 digits after 17 derivatives.
const SUM_TOLERANCE: f64 = 1e-10;

/// `a_n` of one parameter, as the compiler derived them.
#[derive(Clone, Debug)]
pub struct Series {
    /// By `n`; what is not there is zero.
    pub values: BTreeMap<u32, f64>,
    /// By `n`, where the value is rational.
    pub exact: BTreeMap<u32, Rational>,
}

impl Series {
    /// The values of a derived series at given parameters, in the order of their declaration.
    ///
    /// # Panics
    /// If a coefficient has no finite value.
    #[must_use]
    pub fn of(series: &ParameterSeries, parameters: &[Rational]) -> Self {
        let numbers: Vec<f64> = parameters.iter().map(f64::constant).collect();
        let mut found = Self { values: BTreeMap::new(), exact: BTreeMap::new() };
        for coefficient in &series.coefficients {
            let exact = evaluate(&coefficient.value, Leaves::parameters(parameters));
            let value = evaluate(&coefficient.value, Leaves::parameters(&numbers)).expect("a number")[0];
            assert!(value.is_finite(), "a_{} is {value}", coefficient.order);
            found.values.insert(coefficient.order, value);
            if let Some(exact) = exact {
                found.exact.insert(coefficient.order, exact[0].clone());
            }
        }
        found
    }
}

/// Compares derived coefficients with the corpus to an order, as numbers and exactly where both are rational.
///
/// # Errors
/// What differs first.
pub fn check_coefficients(
    found: &Series,
    expected: &Coefficients,
    parameters: &BTreeMap<String, Rational>,
    last: u32,
) -> Result<(), String> {
    for (order, &value) in (1..=last).zip(&expected.values) {
        // A difference like (p - 1)⁶ - … loses digits in `f64` and none in exact rationals.
        let mut derived = found.values.get(&order).copied().unwrap_or(0.0);
        if let Some(exact) = found.exact.get(&order) {
            derived = f64::constant(exact);
        }
        let close = (derived - value).abs() <= COEFFICIENT_TOLERANCE * value.abs();
        if !close {
            return Err(format!("a_{order} is {derived:e}, expected {value:e}"));
        }
    }
    for (order, formula) in (1..=last).zip(&expected.formulas) {
        let Some(value) = formula.evaluate(parameters) else { continue };
        let derived = match found.values.get(&order) {
            Some(_) => found.exact.get(&order).cloned(),
            None => Some(Rational::zero()),
        };
        if derived.as_ref() != Some(&value) {
            return Err(format!("a_{order} is {derived:?}, expected exactly {value}"));
        }
    }
    Ok(())
}

/// One term of a rule: `a_n` and `E f^(n)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// `n`.
    pub order: u32,
    /// `a_n`.
    pub coefficient: f64,
    /// `E f^(n)`.
    pub derivative: f64,
}

impl Term {
    /// `a_n E f^(n)`.
    #[must_use]
    pub fn value(self) -> f64 {
        self.coefficient * self.derivative
    }
}

/// The kept terms of each parameter's rule, by name, with expectations from quadrature.
///
/// # Panics
/// If the program reads data: the functions of the corpus have none.
#[must_use]
pub fn kept_terms(program: &Program, parameters: &[f64], measure: &Measure) -> BTreeMap<String, Vec<Term>> {
    let coefficients = evaluate(&program.coefficients, Leaves::parameters(parameters)).expect("numbers");
    let moments = moments(program, measure);
    let mut terms: BTreeMap<String, Vec<Term>> = BTreeMap::new();
    for (term, coefficient) in program.terms.iter().zip(coefficients).filter(|(term, _)| term.kept) {
        let Moment::Derivative(order) = term.moment else { panic!("the rule of a series has no stencils") };
        let index = program.orders.iter().position(|&known| known == order).expect("every order has a moment");
        let name = program.parameters[term.parameter.0].name.clone();
        let derivative = moments[1 + index];
        terms.entry(name).or_default().push(Term { order, coefficient, derivative });
    }
    terms
}

/// `E f`, then `E f^(n)` for each of the program's orders.
///
/// # Panics
/// If the program reads data.
#[must_use]
pub fn moments(program: &Program, measure: &Measure) -> Vec<f64> {
    let number = |graph| evaluate(graph, Leaves::<f64>::parameters(&[])).expect("numbers");
    let mut moments = vec![0.0; 1 + program.orders.len()];
    moments[0] += number(&program.constant).first().copied().unwrap_or(0.0);
    let orders: Vec<i32> = std::iter::once(0).chain(program.orders.iter().map(|&order| order as i32)).collect();
    for ridge in &program.ridges {
        let (slope, offset, numbers) = (number(&ridge.slope)[0], number(&ridge.offset)[0], number(&ridge.numbers));
        let derivatives = |z: f64| evaluate(&ridge.derivatives, Leaves::draw(&(slope * z + offset), &numbers));
        let expected = measure.expectations(moments.len(), |z| derivatives(z).expect("numbers"));
        for ((moment, expected), order) in moments.iter_mut().zip(expected).zip(&orders) {
            *moment += slope.powi(*order) * expected;
        }
    }
    if let Some(separable) = &program.separable {
        let numbers = number(&separable.numbers);
        let derivatives = |z: f64| evaluate(&separable.derivatives, Leaves::draw(&z, &numbers));
        let expected = measure.expectations(moments.len(), |z| derivatives(z).expect("numbers"));
        moments.iter_mut().zip(expected).for_each(|(moment, expected)| *moment += expected);
    }
    moments
}

/// Compares a truncated sum with the corpus.
///
/// # Errors
/// What is compared, if it differs by more than a fraction of the largest term.
pub fn check_sum(terms: &[Term], order: u32, expected: &GradientValues) -> Result<(), String> {
    let sum: f64 = terms.iter().map(|term| term.value()).sum();
    let largest = terms.iter().fold(0.0, |largest, term| f64::max(largest, term.value().abs()));
    let value = expected.truncated[&order];
    let close = (sum - value).abs() <= SUM_TOLERANCE * largest;
    if close { Ok(()) } else { Err(format!("the sum is {sum:e}, expected {value:e}; the largest term is {largest:e}")) }
}
