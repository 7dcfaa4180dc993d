//! Coefficients of seventeen laws against exact values, computed independently of this compiler by another computer algebra
//! system with 60 digits: exactly where the coefficient is a rational function, to 12 digits where it is not (they are
//! stored with 15). One file for each kind of law, most of it the table of values; this one compares.

mod counts;
mod densities;
mod gamma_functions;
mod processes;
mod texts;

use num_traits::{One, Zero};

use super::gradient::derive;
use super::samples::{self, Count, Positive, Probability, Real, law, value};
use crate::errors::{Code, Fault};
use crate::ir::{Graph, Law, Node, Primitive, Radius, Rational};
use crate::rule::{Derivation, ParameterSeries, text};

/// `a_1, …, a_8` of one parameter.
type Row<'a> = (&'a str, [&'a str; 8]);

fn coefficient(series: &ParameterSeries, order: u32) -> Option<&Graph> {
    series.coefficients.iter().find(|coefficient| coefficient.order == order).map(|coefficient| &coefficient.value)
}

/// The text of a coefficient.
fn text_of(law: &Law, parameter: usize, order: u32) -> String {
    let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let derivation = derive_or_panic(law, order);
    text::expression(coefficient(&derivation.parameters[parameter], order).expect("it is not zero"), &names)
}

fn derive_or_panic(law: &Law, order: u32) -> Derivation {
    derive(law, order).unwrap_or_else(|errors| {
        panic!("{}", errors.faults().iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// The exact value of a rational coefficient.
fn exact(graph: &Graph, point: &[Rational]) -> Rational {
    let mut values: Vec<Rational> = Vec::new();
    for (_, node) in graph.iter() {
        let value = match node {
            Node::Constant(value) => value.clone(),
            Node::Param(parameter) => point[parameter.0].clone(),
            Node::Sum(operands) => operands.iter().fold(Rational::zero(), |sum, id| sum + &values[id.0 as usize]),
            Node::Product(operands) => {
                operands.iter().fold(Rational::one(), |product, id| product * &values[id.0 as usize])
            }
            Node::Power(base, exponent) => values[base.0 as usize].pow(*exponent),
            other => panic!("{other:?} is not rational"),
        };
        values.push(value);
    }
    values[graph.output().0 as usize].clone()
}

fn check(law: &Law, point: &[&str], rows: &[Row<'_>], is_rational: bool) {
    let derivation = derive_or_panic(law, 8);
    let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    assert_eq!(text::read(&text::write(&derivation, &names), law).unwrap(), derivation, "text form");
    let point: Vec<Rational> = point.iter().map(|text| text.parse().unwrap()).collect();
    let rounded: Vec<f64> = point.iter().map(|value| num_traits::ToPrimitive::to_f64(value).unwrap()).collect();
    assert_eq!(derivation.parameters.len(), rows.len());
    for (series, (name, row)) in derivation.parameters.iter().zip(rows) {
        assert_eq!(law.parameters[series.parameter.0].name, *name);
        for (order, expected) in (1..).zip(row) {
            let found = coefficient(series, order);
            if is_rational {
                let expected: Rational = expected.parse().unwrap();
                let found = found.map_or_else(Rational::zero, |graph| exact(graph, &point));
                assert_eq!(found, expected, "{name}, order {order}");
            } else {
                let expected: f64 = expected.parse().unwrap();
                let found = found.map_or(0.0, |graph| value(graph, &rounded));
                assert!(
                    (found - expected).abs() <= 1e-12 * expected.abs(),
                    "{name}, order {order}: {found} {expected}"
                );
            }
        }
    }
}
