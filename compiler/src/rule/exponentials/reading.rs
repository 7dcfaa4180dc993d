//! The terms of a function, node by node.

use std::collections::BTreeMap;

use super::complex::{Complex, Numbers};
use super::sum::{Sum, constant, linear, wave};
use super::{CENTRE, ExponentialSum, HIGHEST_POWER, Refusal};
use crate::ir::{Graph, Node, NodeId, Primitive};
use crate::passes;

/// One function of one variable; around the centre if `centred`.
pub(super) fn read(function: &Graph, variable: &Node, centred: bool) -> Result<ExponentialSum, Refusal> {
    let function = passes::fold(passes::share(function.clone()));
    let mut numbers = Numbers::default();
    let centre = centred.then(|| numbers.builder.node(CENTRE));
    let mut reading = Reading { numbers, variable, centre };
    let mut known: Vec<Result<Sum, Refusal>> = Vec::with_capacity(function.len());
    for (id, node) in function.iter() {
        let value = match operands(node, &known) {
            Ok(operands) => reading.node(node, operands).map_err(|what| Refusal { what, at: function.span(id) }),
            Err(refusal) => Err(refusal),
        };
        known.push(value);
    }
    let sum = known[function.output().0 as usize].clone()?;
    Ok(reading.numbers.finish(sum))
}

/// The sums of a node's operands, or the refusal of the first that has none.
fn operands(node: &Node, known: &[Result<Sum, Refusal>]) -> Result<Vec<Sum>, Refusal> {
    let mut operands = Ok(Vec::new());
    node.for_each_operand(|operand| {
        if let Ok(list) = &mut operands {
            match &known[operand.0 as usize] {
                Ok(sum) => list.push(sum.clone()),
                Err(refusal) => operands = Err(refusal.clone()),
            }
        }
    });
    operands
}

struct Reading<'a> {
    numbers: Numbers,
    variable: &'a Node,
    /// `c`, if powers are those of `z - c`.
    centre: Option<NodeId>,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node, operands: Vec<Sum>) -> Result<Sum, String> {
        if node == self.variable {
            let one = self.numbers.integer(1);
            let mut variable = BTreeMap::from([((Complex::ZERO, 1), Complex::real(one))]);
            variable.extend(self.centre.map(|centre| ((Complex::ZERO, 0), Complex::real(centre))));
            return Ok(variable);
        }
        // What does not depend on the draw stays as it is.
        if let Some(fixed) = operands.iter().map(constant).collect::<Option<Vec<_>>>() {
            let fixed: Vec<NodeId> = fixed.into_iter().map(|value| self.numbers.number(value)).collect();
            let mut images = fixed.into_iter();
            let node = self.numbers.builder.node(reordered(node, &mut images));
            return Ok(self.numbers.fixed(node));
        }
        match node {
            Node::Constant(_)
            | Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_) => Err(format!("{node:?} is no number of the function")),
            Node::Sum(_) => Ok(operands.into_iter().fold(Sum::new(), |sum, term| self.numbers.plus(sum, term))),
            Node::Product(_) => {
                let mut factors = operands.into_iter();
                let first = factors.next().unwrap_or_default();
                factors.try_fold(first, |product, factor| self.numbers.times(&product, &factor))
            }
            Node::Power(_, exponent) => self.power(&operands[0], *exponent),
            Node::RealPower(..) => self.exponential_of_base(&operands[0], &operands[1]),
            Node::Call(primitive, _) => self.call(*primitive, &operands[0]),
            Node::Maximum(..) => Err("`max` of the draw".to_owned()),
            Node::Minimum(..) => Err("`min` of the draw".to_owned()),
            Node::DrawSlope(..) => Err("the derivative of a draw".to_owned()),
            Node::Kummer(part, _) => Err(format!("`{}` of the draw", part.name())),
        }
    }

    fn call(&mut self, primitive: Primitive, argument: &Sum) -> Result<Sum, String> {
        let affine = |why: &str| format!("`{}` of {why}", primitive.name());
        let (slope, offset) =
            self.affine(argument).ok_or_else(|| affine("a function of the draw that is not affine"))?;
        match primitive {
            Primitive::Exp => Ok(self.exponential(slope, offset)),
            Primitive::ExpM1 => {
                let (exponential, minus_one) = (self.exponential(slope, offset), self.numbers.integer(-1));
                let minus_one = self.numbers.fixed(minus_one);
                Ok(self.numbers.plus(exponential, minus_one))
            }
            Primitive::Sinh => Ok(self.hyperbolic(slope, offset, -1)),
            Primitive::Cosh => Ok(self.hyperbolic(slope, offset, 1)),
            // Re (sin b - i cos b) e^{iaz} = sin (az + b)
            Primitive::Sin => {
                let offset = self.numbers.number(offset);
                let (sine, cosine) = (self.numbers.of(Primitive::Sin, offset), self.numbers.of(Primitive::Cos, offset));
                let negative = self.numbers.negative(cosine);
                Ok(wave(slope, Complex { re: Some(sine), im: Some(negative) }))
            }
            // Re (cos b + i sin b) e^{iaz} = cos (az + b)
            Primitive::Cos => {
                let offset = self.numbers.number(offset);
                let (sine, cosine) = (self.numbers.of(Primitive::Sin, offset), self.numbers.of(Primitive::Cos, offset));
                Ok(wave(slope, Complex { re: Some(cosine), im: Some(sine) }))
            }
            Primitive::Ln
            | Primitive::Ln1p
            | Primitive::Sqrt
            | Primitive::Tan
            | Primitive::Tanh
            | Primitive::Atan
            | Primitive::Sigmoid
            | Primitive::LogSigmoid
            | Primitive::Softplus
            | Primitive::LnGamma
            | Primitive::Polygamma(_)
            | Primitive::Abs
            | Primitive::Sign => Err(affine("the draw")),
        }
    }

    /// `a` and `b` of `a z + b`, whatever the centre.
    fn affine(&mut self, sum: &Sum) -> Option<(Complex, Complex)> {
        let (slope, offset) = linear(sum)?;
        let Some(centre) = self.centre else { return Some((slope, offset)) };
        let moved = self.numbers.product(slope, Complex::real(centre));
        let moved = self.numbers.minus(moved);
        Some((slope, self.numbers.add(offset, moved)))
    }

    /// `e^{az + b}`.
    fn exponential(&mut self, slope: Complex, offset: Complex) -> Sum {
        let offset = self.numbers.number(offset);
        let coefficient = self.numbers.of(Primitive::Exp, offset);
        BTreeMap::from([((slope, 0), Complex::real(coefficient))])
    }

    /// `(e^x ± e^{-x}) / 2`.
    fn hyperbolic(&mut self, slope: Complex, offset: Complex, sign: i64) -> Sum {
        let up = self.exponential(slope, offset);
        let (slope, offset) = (self.numbers.minus(slope), self.numbers.minus(offset));
        let down = self.exponential(slope, offset);
        let (half, signed) = (self.numbers.fraction(1, 2), self.numbers.fraction(sign, 2));
        let (up, down) =
            (self.numbers.scaled(&up, Complex::real(half)), self.numbers.scaled(&down, Complex::real(signed)));
        self.numbers.plus(up, down)
    }

    /// `base^{az + b} = e^{(az + b) ln base}`, for a base that does not depend on the draw.
    fn exponential_of_base(&mut self, base: &Sum, exponent: &Sum) -> Result<Sum, String> {
        let base = constant(base).ok_or("a power of the draw whose exponent is not a whole number")?;
        let (slope, offset) = self.affine(exponent).ok_or("a power with an exponent that is not affine in the draw")?;
        let base = self.numbers.number(base);
        let logarithm = Complex::real(self.numbers.of(Primitive::Ln, base));
        let (slope, offset) = (self.numbers.product(slope, logarithm), self.numbers.product(offset, logarithm));
        Ok(self.exponential(slope, offset))
    }

    fn power(&mut self, base: &Sum, exponent: i32) -> Result<Sum, String> {
        if exponent < 0 {
            // Only a single exponential has an inverse among these functions.
            let mut terms = base.iter();
            let (Some((&(slope, 0), &coefficient)), None) = (terms.next(), terms.next()) else {
                return Err("a quotient by a function of the draw".to_owned());
            };
            if slope.im.is_some() {
                return Err("a quotient by a sine or cosine of the draw".to_owned());
            }
            let slope = self.numbers.minus(slope);
            let coefficient = self.numbers.number(coefficient);
            let inverse = self.numbers.builder.power(coefficient, -1);
            let inverse = BTreeMap::from([((slope, 0), Complex::real(inverse))]);
            return self.power(&inverse, exponent.checked_neg().ok_or("a power that is too high")?);
        }
        if exponent as u32 > HIGHEST_POWER {
            return Err(format!("a power above {HIGHEST_POWER}"));
        }
        let mut power = base.clone();
        for _ in 1..exponent {
            power = self.numbers.times(&power, base)?;
        }
        Ok(power)
    }
}

/// The same operation on other operands, which come in the order in which the node lists its own.
fn reordered(node: &Node, images: &mut impl Iterator<Item = NodeId>) -> Node {
    node.map_operands(|operand| images.next().unwrap_or(operand))
}
