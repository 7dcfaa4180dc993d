//! `ω = -i s`: splits a log characteristic function in its real and imaginary part as graphs in `s`.
//!
//! Every operation on `x + i y` is written out by the usual formulas. A part that is absent is zero by construction, and
//! almost always one of the two is: `I * mu * omega` becomes `mu * s` without any rule about `i² = -1` applied later.
//! Nothing is simplified beyond that, so the parts stay recognisable and keep their source positions.

use crate::errors::Extent;

use crate::ir::{Graph, Node, NodeId, Primitive, Rational};

/// Real and imaginary part; a part that is absent is zero.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) real: Option<NodeId>,
    pub(super) imaginary: Option<NodeId>,
}

/// A graph in `s` with the parts of every node of the original.
#[derive(Clone, Debug)]
pub(super) struct Split {
    pub(super) graph: Graph,
    pub(super) parts: Vec<Parts>,
    /// For each node of the split graph the node of the original it belongs to.
    pub(super) origin: Vec<NodeId>,
}

/// Splits every node that `root` needs and those before it.
pub(super) fn split(log_cf: &Graph, root: NodeId) -> Split {
    let mut split = Split { graph: Graph::new(), parts: Vec::new(), origin: Vec::new() };
    for (id, node) in log_cf.iter().take(root.0 as usize + 1) {
        let mut writer = Writer { graph: &mut split.graph, span: log_cf.span(id) };
        let parts = writer.node(node, &split.parts);
        split.origin.resize(split.graph.len(), id);
        split.parts.push(parts);
    }
    split
}

struct Writer<'a> {
    graph: &'a mut Graph,
    span: Option<Extent>,
}

impl Writer<'_> {
    fn push(&mut self, node: Node) -> NodeId {
        self.graph.push_spanned(node, self.span)
    }

    fn node(&mut self, node: &Node, parts: &[Parts]) -> Parts {
        let of = |id: &NodeId| parts[id.0 as usize];
        match node {
            Node::ImaginaryUnit => Parts { real: None, imaginary: Some(self.number(1)) },
            Node::Frequency => {
                let s = self.push(Node::TransformVariable);
                Parts { real: None, imaginary: self.negated(Some(s)) }
            }
            Node::Constant(_)
            | Node::Pi
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_) => Parts { real: Some(self.push(node.clone())), imaginary: None },
            Node::Sum(operands) => Parts {
                real: self.sum(operands.iter().filter_map(|operand| of(operand).real).collect()),
                imaginary: self.sum(operands.iter().filter_map(|operand| of(operand).imaginary).collect()),
            },
            Node::Product(operands) => self.product_of(operands.iter().map(of).collect()),
            Node::Power(base, exponent) => self.power(of(base), *exponent),
            Node::RealPower(base, exponent) => match (of(base), of(exponent)) {
                (Parts { real: Some(x), imaginary: None }, Parts { real: Some(y), imaginary: None }) => {
                    Parts { real: Some(self.push(Node::RealPower(x, y))), imaginary: None }
                }
                (x, y) => {
                    let logarithm = self.ln(x);
                    let product = self.product(logarithm, y);
                    self.exp(product)
                }
            },
            Node::Call(primitive, argument) => self.call(*primitive, of(argument)),
            // Judged before: the operands are real.
            Node::Kummer(part, operands) => {
                let operands = operands.map(|operand| self.zero_if_absent(of(&operand).real));
                let node = self.push(Node::Kummer(*part, operands));
                self.real(node)
            }
            Node::DrawSlope(slope, operands) => {
                let operands = operands.iter().map(|operand| self.zero_if_absent(of(operand).real)).collect();
                let node = self.push(Node::DrawSlope(*slope, operands));
                self.real(node)
            }
            Node::Maximum(x, y) => self.real_pair(of(x), of(y), Node::Maximum),
            Node::Minimum(x, y) => self.real_pair(of(x), of(y), Node::Minimum),
        }
    }

    fn number(&mut self, value: i64) -> NodeId {
        self.push(Node::Constant(Rational::from_integer(value.into())))
    }

    fn zero_if_absent(&mut self, part: Option<NodeId>) -> NodeId {
        part.unwrap_or_else(|| self.number(0))
    }

    fn sum(&mut self, mut terms: Vec<NodeId>) -> Option<NodeId> {
        terms.sort_unstable();
        match terms.as_slice() {
            [] => None,
            [term] => Some(*term),
            [_, _, ..] => Some(self.push(Node::Sum(terms.into()))),
        }
    }

    fn times(&mut self, x: NodeId, y: NodeId) -> NodeId {
        let mut factors = [x, y];
        factors.sort_unstable();
        self.push(Node::Product(factors.into()))
    }

    fn negated(&mut self, x: Option<NodeId>) -> Option<NodeId> {
        let x = x?;
        let minus = self.number(-1);
        Some(self.times(minus, x))
    }

    fn negative(&mut self, x: Parts) -> Parts {
        Parts { real: self.negated(x.real), imaginary: self.negated(x.imaginary) }
    }

    fn add(&mut self, x: Parts, y: Parts) -> Parts {
        Parts {
            real: self.sum(x.real.into_iter().chain(y.real).collect()),
            imaginary: self.sum(x.imaginary.into_iter().chain(y.imaginary).collect()),
        }
    }

    fn real(&mut self, x: NodeId) -> Parts {
        Parts { real: Some(x), imaginary: None }
    }

    fn scale(&mut self, x: Parts, factor: NodeId) -> Parts {
        let real = x.real.map(|part| self.times(factor, part));
        let imaginary = x.imaginary.map(|part| self.times(factor, part));
        Parts { real, imaginary }
    }

    /// `x · i`
    fn turned(&mut self, x: Parts) -> Parts {
        Parts { real: self.negated(x.imaginary), imaginary: x.real }
    }

    fn product(&mut self, x: Parts, y: Parts) -> Parts {
        let from_real = y.real.map_or_else(Parts::default, |factor| self.scale(x, factor));
        let from_imaginary = y.imaginary.map_or_else(Parts::default, |factor| self.scale(x, factor));
        let from_imaginary = self.turned(from_imaginary);
        self.add(from_real, from_imaginary)
    }

    /// Factors that are purely real or purely imaginary are gathered in one product and a power of `i`.
    fn product_of(&mut self, factors: Vec<Parts>) -> Parts {
        let (mut plain, mut mixed, mut quarter_turns) = (Vec::new(), Vec::new(), 0_u32);
        for factor in factors {
            match (factor.real, factor.imaginary) {
                (None, None) => return Parts::default(),
                (Some(x), None) => plain.push(x),
                (None, Some(y)) => {
                    plain.push(y);
                    quarter_turns += 1;
                }
                (Some(_), Some(_)) => mixed.push(factor),
            }
        }
        plain.sort_unstable();
        let mut product = match plain.as_slice() {
            [] => {
                let one = self.number(1);
                self.real(one)
            }
            [factor] => self.real(*factor),
            [_, _, ..] => {
                let node = self.push(Node::Product(plain.into()));
                self.real(node)
            }
        };
        for _ in 0..quarter_turns % 4 {
            product = self.turned(product);
        }
        mixed.into_iter().fold(product, |product, factor| self.product(product, factor))
    }

    fn power(&mut self, x: Parts, exponent: i32) -> Parts {
        match (x.real, x.imaginary) {
            (None, None) => {
                // 0 to a negative power: kept as written, so that its expansion fails there.
                let zero = self.number(0);
                let node = self.push(Node::Power(zero, exponent));
                self.real(node)
            }
            (Some(x), None) => {
                let node = self.push(Node::Power(x, exponent));
                self.real(node)
            }
            (None, Some(y)) => {
                let node = self.push(Node::Power(y, exponent));
                let mut result = self.real(node);
                for _ in 0..exponent.rem_euclid(4) {
                    result = self.turned(result);
                }
                result
            }
            (Some(_), Some(_)) if exponent < 0 => {
                let inverse = self.inverse(x);
                self.repeated(inverse, exponent.unsigned_abs())
            }
            (Some(_), Some(_)) => self.repeated(x, exponent.unsigned_abs()),
        }
    }

    fn repeated(&mut self, x: Parts, exponent: u32) -> Parts {
        let half = if exponent > 1 { self.repeated(x, exponent / 2) } else { return x };
        let square = self.product(half, half);
        if exponent % 2 == 1 { self.product(square, x) } else { square }
    }

    /// `1 / (x + i y) = (x - i y) / (x² + y²)`
    fn inverse(&mut self, x: Parts) -> Parts {
        let size = self.square_of_size(x);
        let inverse = self.push(Node::Power(size, -1));
        let conjugate = Parts { real: x.real, imaginary: self.negated(x.imaginary) };
        self.scale(conjugate, inverse)
    }

    fn square_of_size(&mut self, x: Parts) -> NodeId {
        let (x, y) = (self.zero_if_absent(x.real), self.zero_if_absent(x.imaginary));
        let (x, y) = (self.push(Node::Power(x, 2)), self.push(Node::Power(y, 2)));
        self.push(Node::Sum(Box::new([x, y])))
    }

    fn exp(&mut self, x: Parts) -> Parts {
        let real = self.zero_if_absent(x.real);
        let size = self.push(Node::Call(Primitive::Exp, real));
        let Some(angle) = x.imaginary else { return self.real(size) };
        let (c, s) = (self.push(Node::Call(Primitive::Cos, angle)), self.push(Node::Call(Primitive::Sin, angle)));
        self.scale(Parts { real: Some(c), imaginary: Some(s) }, size)
    }

    /// `ln √(x² + y²) + i arctan(y/x)`, for `x` above 0 near `s = 0`.
    fn ln(&mut self, x: Parts) -> Parts {
        let Some(y) = x.imaginary else {
            let argument = self.zero_if_absent(x.real);
            let node = self.push(Node::Call(Primitive::Ln, argument));
            return self.real(node);
        };
        let size = self.square_of_size(x);
        let logarithm = self.push(Node::Call(Primitive::Ln, size));
        let half = self.push(Node::Constant(Rational::new(1.into(), 2.into())));
        let real = self.times(half, logarithm);
        let below = self.zero_if_absent(x.real);
        let below = self.push(Node::Power(below, -1));
        let ratio = self.times(y, below);
        let angle = self.push(Node::Call(Primitive::Atan, ratio));
        Parts { real: Some(real), imaginary: Some(angle) }
    }

    fn call(&mut self, primitive: Primitive, x: Parts) -> Parts {
        if x.imaginary.is_none() {
            let argument = self.zero_if_absent(x.real);
            let node = self.push(Node::Call(primitive, argument));
            return self.real(node);
        }
        let one = self.number(1);
        let one = self.real(one);
        let half = self.push(Node::Constant(Rational::new(1.into(), 2.into())));
        let minus_x = self.negative(x);
        match primitive {
            Primitive::Exp => self.exp(x),
            Primitive::ExpM1 => {
                let (power, minus_one) = (self.exp(x), self.negative(one));
                self.add(power, minus_one)
            }
            Primitive::Ln => self.ln(x),
            Primitive::Ln1p => {
                let sum = self.add(one, x);
                self.ln(sum)
            }
            Primitive::Sqrt => {
                let logarithm = self.ln(x);
                let scaled = self.scale(logarithm, half);
                self.exp(scaled)
            }
            // sin(iy) = i sinh y and cos(iy) = cosh y keep purely imaginary arguments free of sums.
            Primitive::Sin | Primitive::Cos | Primitive::Tan => {
                let ix = self.turned(x);
                let (sinh, cosh) = self.hyperbolic(ix);
                // sin x = -i sinh(ix), cos x = cosh(ix)
                let turned = self.turned(sinh);
                let sine = self.negative(turned);
                if primitive == Primitive::Sin {
                    sine
                } else if primitive == Primitive::Cos {
                    cosh
                } else {
                    let inverse = self.power(cosh, -1);
                    self.product_of(vec![sine, inverse])
                }
            }
            Primitive::Sinh => self.hyperbolic(x).0,
            Primitive::Cosh => self.hyperbolic(x).1,
            Primitive::Tanh => {
                let (sinh, cosh) = self.hyperbolic(x);
                let inverse = self.power(cosh, -1);
                self.product_of(vec![sinh, inverse])
            }
            // arctan x = (ln(1 + ix) - ln(1 - ix)) / 2i
            Primitive::Atan => {
                let ix = self.turned(x);
                let minus_ix = self.negative(ix);
                let (up, down) = (self.add(one, ix), self.add(one, minus_ix));
                let (up, down) = (self.ln(up), self.ln(down));
                let down = self.negative(down);
                let difference = self.add(up, down);
                let scaled = self.scale(difference, half);
                let turned = self.turned(scaled);
                self.negative(turned)
            }
            Primitive::Sigmoid => {
                let below = self.exp(minus_x);
                let below = self.add(one, below);
                self.power(below, -1)
            }
            Primitive::LogSigmoid => {
                let below = self.exp(minus_x);
                let below = self.add(one, below);
                let logarithm = self.ln(below);
                self.negative(logarithm)
            }
            Primitive::Softplus => {
                let sum = self.exp(x);
                let sum = self.add(one, sum);
                self.ln(sum)
            }
            // Judged after: a law with such an argument is refused.
            Primitive::LnGamma | Primitive::Polygamma(_) => {
                let argument = self.zero_if_absent(x.real);
                let node = self.push(Node::Call(primitive, argument));
                self.real(node)
            }
            // Judged before: what is left here has no dependence on the frequency, and its size is meant.
            Primitive::Abs | Primitive::Sign => {
                let square = self.square_of_size(x);
                let size = self.push(Node::Call(Primitive::Sqrt, square));
                self.real(size)
            }
        }
    }

    /// `sinh` and `cosh` of `x + iy`.
    fn hyperbolic(&mut self, x: Parts) -> (Parts, Parts) {
        let mut call = |primitive, of: Option<NodeId>| of.map(|of| self.push(Node::Call(primitive, of)));
        let (sinh, cosh) = (call(Primitive::Sinh, x.real), call(Primitive::Cosh, x.real));
        let (sine, cosine) = (call(Primitive::Sin, x.imaginary), call(Primitive::Cos, x.imaginary));
        match ((sinh, cosh), (sine, cosine)) {
            ((Some(sinh), Some(cosh)), (Some(sine), Some(cosine))) => {
                let first = Parts { real: Some(self.times(sinh, cosine)), imaginary: Some(self.times(cosh, sine)) };
                let second = Parts { real: Some(self.times(cosh, cosine)), imaginary: Some(self.times(sinh, sine)) };
                (first, second)
            }
            ((Some(sinh), Some(cosh)), _) => (self.real(sinh), self.real(cosh)),
            (_, (Some(sine), Some(cosine))) => {
                (Parts { real: None, imaginary: Some(sine) }, Parts { real: Some(cosine), imaginary: None })
            }
            _ => {
                let one = self.number(1);
                (Parts::default(), self.real(one))
            }
        }
    }

    fn real_pair(&mut self, x: Parts, y: Parts, node: fn(NodeId, NodeId) -> Node) -> Parts {
        let (x, y) = (self.zero_if_absent(x.real), self.zero_if_absent(y.real));
        let node = self.push(node(x, y));
        self.real(node)
    }
}
