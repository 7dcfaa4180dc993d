//! Floating-point coefficients at sample parameters: the judgement of a law without any computer algebra.
//!
//! Whether something vanishes identically in `θ` is decided at a few generic parameter values. Each number carries the
//! size of what was added up to get it, so that `0.3 + 0.7 - 1` counts as zero although it may not be.

use num_traits::ToPrimitive;

use super::power_series::{Coefficients, Obstacle};
use crate::ir::{Condition, Graph, Law, Node, NodeId, ParamId, Parameter, ParameterKind, Rational, Relation};
use crate::special::{self, primitive_value};

/// Relative to the size of the summands: far above the rounding of the few hundred operations of a judgement, far below
/// what generic parameters give by accident.
const ZERO: f64 = 1e-10;

/// A number and the size of the summands it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Approximation {
    pub(super) value: f64,
    size: f64,
}

/// Parameter values at which coefficients are evaluated.
#[derive(Clone, Debug)]
pub(super) struct Point(pub(super) Vec<f64>);

impl Point {
    /// Up to `count` generic points in the law's domain at which its conditions hold.
    pub(super) fn sample(law: &Law, count: usize) -> Vec<Point> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut points = Vec::new();
        for _ in 0..400 {
            let point = Point(law.parameters.iter().map(|parameter| draw(parameter, &mut state)).collect());
            if law.conditions.iter().all(|condition| point.satisfies(condition)) {
                points.push(point);
                if points.len() == count {
                    break;
                }
            }
        }
        points
    }

    fn satisfies(&self, condition: &Condition) -> bool {
        let [left, right] = condition.graph.outputs[..] else { return true };
        let (left, right) = (self.evaluate(&condition.graph, left), self.evaluate(&condition.graph, right));
        match condition.relation {
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
        }
    }

    /// The value of a node of a graph over constants, π and parameters; NaN where another leaf is met.
    pub(super) fn evaluate(&self, graph: &Graph, root: NodeId) -> f64 {
        let mut values: Vec<f64> = Vec::with_capacity(root.0 as usize + 1);
        for (_, node) in graph.iter().take(root.0 as usize + 1) {
            let get = |id: &NodeId| values[id.0 as usize];
            let value = match node {
                Node::Constant(value) => value.to_f64().unwrap_or(f64::NAN),
                Node::Pi => std::f64::consts::PI,
                Node::Param(parameter) => self.0[parameter.0],
                Node::Sum(operands) => operands.iter().map(get).sum(),
                Node::Product(operands) => operands.iter().map(get).product(),
                Node::Power(base, exponent) => get(base).powi(*exponent),
                Node::RealPower(base, exponent) => get(base).powf(get(exponent)),
                Node::Call(primitive, argument) => primitive_value(*primitive, get(argument)),
                Node::Maximum(x, y) => get(x).max(get(y)),
                Node::Minimum(x, y) => get(x).min(get(y)),
                Node::Kummer(..)
                | Node::DrawSlope(..)
                | Node::ImaginaryUnit
                | Node::Frequency
                | Node::TransformVariable
                | Node::Sample
                | Node::Ridge
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Input(_)
                | Node::Coordinate(_) => f64::NAN,
            };
            values.push(value);
        }
        values[root.0 as usize]
    }
}

/// Numbers of moderate size without pattern. Counts are small whole numbers.
fn draw(parameter: &Parameter, state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let unit = ((*state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    match parameter.kind {
        ParameterKind::Real => 4.0 * unit - 2.0,
        ParameterKind::Positive => 0.2 + 3.0 * unit,
        ParameterKind::Probability => 0.1 + 0.8 * unit,
        ParameterKind::Count => (2.0 + 6.0 * unit).floor(),
    }
}

/// The gamma function's family is taken of positive numbers only: 0 is a pole.
fn positive(x: &Approximation) -> Result<(), Obstacle> {
    if x.value.abs() <= ZERO * x.size {
        Err(Obstacle::Branch)
    } else if x.value < 0.0 {
        Err(Obstacle::Negative)
    } else {
        Ok(())
    }
}

fn exactly(value: f64) -> Approximation {
    Approximation { value, size: value.abs() }
}

impl Coefficients for Point {
    type Value = Approximation;

    fn rational(&mut self, value: &Rational) -> Approximation {
        exactly(value.to_f64().unwrap_or(f64::NAN))
    }

    fn parameter(&mut self, parameter: ParamId) -> Approximation {
        exactly(self.0[parameter.0])
    }

    fn pi(&mut self) -> Approximation {
        exactly(std::f64::consts::PI)
    }

    fn is_zero(&self, x: &Approximation) -> bool {
        x.value.abs() <= ZERO * x.size
    }

    fn add(&mut self, x: &Approximation, y: &Approximation) -> Approximation {
        Approximation { value: x.value + y.value, size: x.size + y.size }
    }

    fn multiply(&mut self, x: &Approximation, y: &Approximation) -> Approximation {
        Approximation { value: x.value * y.value, size: x.size * y.size }
    }

    fn divide(&mut self, x: &Approximation, y: &Approximation) -> Approximation {
        // Errors of the divisor are relative to its own size.
        let size = x.size / y.value.abs() * (y.size / y.value.abs());
        Approximation { value: x.value / y.value, size }
    }

    fn power(&mut self, x: &Approximation, exponent: i64) -> Result<Approximation, Obstacle> {
        Ok(exactly(x.value.powf(exponent as f64)))
    }

    fn real_power(&mut self, x: &Approximation, exponent: &Approximation) -> Result<Approximation, Obstacle> {
        if x.value < 0.0 { Err(Obstacle::Negative) } else { Ok(exactly(x.value.powf(exponent.value))) }
    }

    fn exp(&mut self, x: &Approximation) -> Result<Approximation, Obstacle> {
        Ok(exactly(x.value.exp()))
    }

    fn ln(&mut self, x: &Approximation) -> Result<Approximation, Obstacle> {
        if x.value < 0.0 {
            return Err(Obstacle::Negative);
        }
        // An error of the argument is an absolute error of the logarithm.
        Ok(Approximation { value: x.value.ln(), size: x.value.ln().abs() + x.size / x.value })
    }

    fn sin(&mut self, x: &Approximation) -> Approximation {
        Approximation { value: x.value.sin(), size: 1.0 + x.size }
    }

    fn cos(&mut self, x: &Approximation) -> Approximation {
        Approximation { value: x.value.cos(), size: 1.0 + x.size }
    }

    fn atan(&mut self, x: &Approximation) -> Approximation {
        Approximation { value: x.value.atan(), size: x.size }
    }

    fn ln_gamma(&mut self, x: &Approximation) -> Result<Approximation, Obstacle> {
        positive(x)?;
        let slope = special::polygamma(0, x.value).abs();
        let value = special::ln_gamma(x.value);
        Ok(Approximation { value, size: 1.0 + value.abs() + slope * x.size })
    }

    fn polygamma(&mut self, order: u32, x: &Approximation) -> Result<Approximation, Obstacle> {
        positive(x)?;
        let slope = special::polygamma(order + 1, x.value).abs();
        let value = special::polygamma(order, x.value);
        Ok(Approximation { value, size: 1.0 + value.abs() + slope * x.size })
    }

    fn is_positive(&self, x: &Approximation) -> Option<bool> {
        Some(x.value > 0.0)
    }
}
