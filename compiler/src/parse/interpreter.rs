//! For tests: evaluates graphs and normal forms in `f64`, one node at a time, to compare them with compiled Rust.

use num_traits::ToPrimitive;

use crate::errors::{Code, Errors};
use crate::ir::{DataRef, Function, Graph, Node, NormalForm, Rows};
use crate::special::primitive_value;

/// `ln σ(x)`
pub(crate) fn log_sigmoid(x: f64) -> f64 {
    -softplus(-x)
}

/// `ln(1 + e^x)`
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `1 / (1 + e^{-x})`
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `Σ_j x_j y_j`
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Rows of equal length.
pub(crate) struct Matrix(pub(crate) Vec<Vec<f64>>);

impl Matrix {
    /// The rows, one by one.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// An argument of `f`.
pub(crate) enum Datum<'a> {
    Scalar(f64),
    Slice(&'a [f64]),
    Matrix(&'a Matrix),
}

/// The outputs of a graph whose leaves have the values that `leaf` gives.
pub(crate) fn evaluate(graph: &Graph, leaf: impl Fn(&Node) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    for (_, node) in graph.iter() {
        let at = |id: &crate::ir::NodeId| values[id.0 as usize];
        values.push(match node {
            Node::Constant(value) => value.to_f64().expect("a constant in range"),
            Node::Pi => std::f64::consts::PI,
            Node::Sum(operands) => operands.iter().map(at).sum(),
            Node::Product(operands) => operands.iter().map(at).product(),
            Node::Power(base, exponent) => at(base).powi(*exponent),
            Node::RealPower(base, exponent) => at(base).powf(at(exponent)),
            Node::Call(function, argument) => primitive_value(*function, at(argument)),
            Node::Maximum(x, y) => at(x).max(at(y)),
            Node::Minimum(x, y) => at(x).min(at(y)),
            Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => leaf(node),
        });
    }
    graph.outputs.iter().map(|output| values[output.0 as usize]).collect()
}

/// `f(z)` by its normal form.
pub(crate) fn evaluate_function(function: &Function, draw: &[f64], data: &[Datum]) -> f64 {
    let form: &NormalForm = &function.normal_form;
    let at_interacting = |graph: &Graph, row: usize, coordinate: usize, variable: f64, interacting: &[usize]| {
        evaluate(graph, |node| match node {
            Node::Data(id) => match (form.data[id.0], &data) {
                (DataRef::Unit(index), _) => f64::from(u8::from(index == coordinate)),
                (DataRef::Scalar(index), data) => match data[index] {
                    Datum::Scalar(value) => value,
                    Datum::Slice(_) | Datum::Matrix(_) => panic!("argument {index} is no number"),
                },
                (DataRef::Row(index), data) => match data[index] {
                    Datum::Slice(values) => values[row],
                    Datum::Scalar(_) | Datum::Matrix(_) => panic!("argument {index} is no slice"),
                },
                (DataRef::Coordinate(index), data) => match data[index] {
                    Datum::Slice(values) => values[coordinate],
                    Datum::Scalar(_) | Datum::Matrix(_) => panic!("argument {index} is no slice"),
                },
                (DataRef::Entry(index), data) => match data[index] {
                    Datum::Matrix(values) => values.0[row][coordinate],
                    Datum::Scalar(_) | Datum::Slice(_) => panic!("argument {index} is no matrix"),
                },
            },
            Node::Sample | Node::Ridge => variable,
            Node::Coordinate(place) => draw[interacting[*place]],
            other => panic!("{other:?} in a function"),
        })
    };
    const NOWHERE: usize = usize::MAX;
    let at = |graph: &Graph, row, coordinate, variable| at_interacting(graph, row, coordinate, variable, &[]);
    let rows = |rows: &Rows| match rows {
        Rows::One => 1,
        Rows::Along(arguments) => match &data[arguments[0]] {
            Datum::Scalar(_) => panic!("rows along a number"),
            Datum::Slice(values) => values.len(),
            Datum::Matrix(matrix) => matrix.0.len(),
        },
    };
    let mut total: f64 = at(&form.constant, NOWHERE, NOWHERE, f64::NAN).iter().sum();
    for ridge in &form.ridges {
        for row in 0..rows(&ridge.rows) {
            let argument: f64 = at(&ridge.offset, row, NOWHERE, f64::NAN)[0]
                + draw.iter().enumerate().map(|(j, z)| at(&ridge.slope, row, j, f64::NAN)[0] * z).sum::<f64>();
            total += at(&ridge.function, row, NOWHERE, argument)[0];
        }
    }
    if let Some(separable) = &form.separable {
        total += draw.iter().enumerate().map(|(j, z)| at(&separable.function, NOWHERE, j, *z)[0]).sum::<f64>();
    }
    for term in &form.interactions {
        for row in 0..rows(&term.rows) {
            total += at_interacting(&term.function, row, NOWHERE, f64::NAN, &term.coordinates)[0];
        }
    }
    total
}

/// The code of each fault and the source text under it.
pub(crate) fn underlined(errors: &Errors) -> Vec<(Code, String)> {
    errors
        .faults()
        .iter()
        .map(|fault| {
            let span = fault.start.join(fault.end).expect("spans of one source");
            (fault.code, span.source_text().expect("a source text"))
        })
        .collect()
}

/// Numbers between -1 and 1 that look random and never change.
pub(crate) fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.push((state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0);
    }
    numbers
}

/// Rows and coordinates of made-up data.
const LENGTH: usize = 3;

/// Types of arguments of which tests make up values.
pub(crate) trait MadeUp {
    type Owned;
    fn take(numbers: &[f64], site: usize) -> Self::Owned;
    fn lend(owned: &Self::Owned) -> Self::Lent<'_>;
    fn datum(owned: &Self::Owned) -> Datum<'_>;
    fn coordinates(owned: &Self::Owned) -> Vec<f64>;
    type Lent<'a>;
}

impl MadeUp for f64 {
    type Owned = f64;
    type Lent<'a> = f64;
    fn take(numbers: &[f64], site: usize) -> f64 {
        numbers[site]
    }
    fn lend(owned: &f64) -> f64 {
        *owned
    }
    fn datum(owned: &f64) -> Datum<'_> {
        Datum::Scalar(*owned)
    }
    fn coordinates(owned: &f64) -> Vec<f64> {
        vec![*owned]
    }
}

/// Slices serve along rows and along coordinates; the two have one length, and the entries tell them apart.
impl MadeUp for &[f64] {
    type Owned = Vec<f64>;
    type Lent<'a> = &'a [f64];
    fn take(numbers: &[f64], site: usize) -> Vec<f64> {
        numbers[7 * site..7 * site + LENGTH].to_vec()
    }
    fn lend(owned: &Vec<f64>) -> &[f64] {
        owned
    }
    fn datum(owned: &Vec<f64>) -> Datum<'_> {
        Datum::Slice(owned)
    }
    fn coordinates(owned: &Vec<f64>) -> Vec<f64> {
        owned.clone()
    }
}

impl MadeUp for &Matrix {
    type Owned = Matrix;
    type Lent<'a> = &'a Matrix;
    fn take(numbers: &[f64], site: usize) -> Matrix {
        Matrix((0..LENGTH).map(|row| numbers[5 * site + LENGTH * row..][..LENGTH].to_vec()).collect())
    }
    fn lend(owned: &Matrix) -> &Matrix {
        owned
    }
    fn datum(owned: &Matrix) -> Datum<'_> {
        Datum::Matrix(owned)
    }
    fn coordinates(_: &Matrix) -> Vec<f64> {
        Vec::new()
    }
}
