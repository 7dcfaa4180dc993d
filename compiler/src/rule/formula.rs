//! Recognises sums of polynomials times exponentials, the functions whose expectations are known.
//!
//! `E z^m e^{λz} = φ^(m)(λ)`: where `f` is a sum of such terms in single coordinates and in ridge arguments, value and gradient
//! are formulas. The functions are closed under sums, products and whole powers; sines and cosines are real parts of
//! exponentials with imaginary `λ`, and a product of real parts is `Re x Re y = ½ Re (x y + x ȳ)`.
//!
//! Coefficients and exponents are exact graphs over the arguments of `f`; they never depend on the draw.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use super::build::Builder;
use crate::ir::{Graph, Node, NodeId, NormalForm, Primitive, Rational};
use crate::passes;

/// The highest power of the draw.
pub const HIGHEST_POWER: u32 = 64;

/// The most terms of one function.
const MOST_TERMS: usize = 256;

/// The terms of `f`: each function is a sum of polynomials times exponentials.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// The separable function, in a coordinate.
    pub separable: Option<ExponentialSum>,
    /// The ridge functions, in their arguments.
    pub ridges: Vec<ExponentialSum>,
}

/// `Σ_i Re p_i(z) e^{λ_i z}`.
#[derive(Clone, Debug, Default)]
pub struct ExponentialSum {
    /// Outputs are the numbers of `groups`; leaves are constants, π and data. Has been through the passes.
    pub graph: Graph,
    /// The terms, by distinct exponent.
    pub groups: Vec<Group>,
}

/// `Re p(z) e^{λz}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `λ`.
    pub exponent: Parts,
    /// The coefficients of `p`, from the constant on; `None` is 0.
    pub polynomial: Vec<Option<Parts>>,
}

/// A number by the outputs that hold its parts; a part that is absent is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Real part.
    pub re: Option<usize>,
    /// Imaginary part.
    pub im: Option<usize>,
}

impl Expansion {
    /// The sums of all functions.
    pub fn sums(&self) -> impl Iterator<Item = &ExponentialSum> {
        self.separable.iter().chain(&self.ridges)
    }

    /// The highest power of the draw or of a ridge argument.
    #[must_use]
    pub fn highest_power(&self) -> u32 {
        let lengths = self.sums().flat_map(|sum| &sum.groups).map(|group| group.polynomial.len() as u32);
        lengths.max().unwrap_or(1) - 1
    }

    /// Whether every exponent is real.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.sums().flat_map(|sum| &sum.groups).all(|group| group.exponent.im.is_none())
    }

    /// Whether every exponent is 0, so that `f` is a polynomial.
    #[must_use]
    pub fn is_polynomial(&self) -> bool {
        self.sums().flat_map(|sum| &sum.groups).all(|group| group.exponent == Parts { re: None, im: None })
    }
}

/// The terms of a function.
///
/// # Errors
/// In words, what in the function is no polynomial, exponential, sine or cosine of the draw.
pub fn expand(function: &NormalForm) -> Result<Expansion, String> {
    if function.whole.is_some() {
        return Err("a body that is not looked into".to_owned());
    }
    let sum = |graph: &Graph, variable: &Node| exponential_sum(graph, variable);
    Ok(Expansion {
        separable: function.separable.as_ref().map(|term| sum(&term.function, &Node::Sample)).transpose()?,
        ridges: function.ridges.iter().map(|ridge| sum(&ridge.function, &Node::Ridge)).collect::<Result<_, _>>()?,
    })
}

/// One function of one variable.
fn exponential_sum(function: &Graph, variable: &Node) -> Result<ExponentialSum, String> {
    let function = passes::fold(passes::share(function.clone()));
    let mut reading = Reading { builder: Builder::new(), variable };
    let mut known: Vec<Result<Sum, String>> = Vec::with_capacity(function.len());
    for (_, node) in function.iter() {
        let value = reading.node(node, &known);
        known.push(value);
    }
    let sum = known[function.output().0 as usize].clone()?;
    Ok(reading.finish(sum))
}

/// A complex number whose parts are nodes of the builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Complex {
    re: Option<NodeId>,
    im: Option<NodeId>,
}

impl Complex {
    const ZERO: Self = Self { re: None, im: None };

    const fn real(re: NodeId) -> Self {
        Self { re: Some(re), im: None }
    }
}

/// Exponent and power, and the coefficient: `Σ Re c z^m e^{λz}`. Where `λ` is real, so is `c`.
type Sum = BTreeMap<(Complex, u32), Complex>;

struct Reading<'a> {
    builder: Builder,
    variable: &'a Node,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node, known: &[Result<Sum, String>]) -> Result<Sum, String> {
        if node == self.variable {
            let one = self.integer(1);
            return Ok(BTreeMap::from([((Complex::ZERO, 1), Complex::real(one))]));
        }
        let mut operands = Vec::new();
        let mut failure = None;
        node.for_each_operand(|operand| match &known[operand.0 as usize] {
            Ok(sum) => operands.push(sum.clone()),
            Err(why) => failure = failure.take().or_else(|| Some(why.clone())),
        });
        if let Some(why) = failure {
            return Err(why);
        }
        // What does not depend on the draw stays as it is.
        if let Some(fixed) = operands.iter().map(constant).collect::<Option<Vec<_>>>() {
            let fixed: Vec<NodeId> = fixed.into_iter().map(|value| self.number(value)).collect();
            let mut images = fixed.into_iter();
            let node = self.builder.node(reordered(node, &mut images));
            return Ok(self.fixed(node));
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
            | Node::Input(_) => Err(format!("{node:?} is no number of the function")),
            Node::Sum(_) => Ok(operands.into_iter().fold(Sum::new(), |sum, term| self.plus(sum, term))),
            Node::Product(_) => {
                let mut factors = operands.into_iter();
                let first = factors.next().unwrap_or_default();
                factors.try_fold(first, |product, factor| self.times(&product, &factor))
            }
            Node::Power(_, exponent) => self.power(&operands[0], *exponent),
            Node::RealPower(..) => self.exponential_of_base(&operands[0], &operands[1]),
            Node::Call(primitive, _) => self.call(*primitive, &operands[0]),
            Node::Maximum(..) => Err("`max` of the draw".to_owned()),
            Node::Minimum(..) => Err("`min` of the draw".to_owned()),
            Node::Kummer(part, _) => Err(format!("`{}` of the draw", part.name())),
        }
    }

    fn call(&mut self, primitive: Primitive, argument: &Sum) -> Result<Sum, String> {
        let affine = |why: &str| format!("`{}` of {why}", primitive.name());
        let (slope, offset) = linear(argument).ok_or_else(|| affine("a function of the draw that is not affine"))?;
        match primitive {
            Primitive::Exp => Ok(self.exponential(slope, offset)),
            Primitive::ExpM1 => {
                let (exponential, minus_one) = (self.exponential(slope, offset), self.integer(-1));
                let minus_one = self.fixed(minus_one);
                Ok(self.plus(exponential, minus_one))
            }
            Primitive::Sinh => Ok(self.hyperbolic(slope, offset, -1)),
            Primitive::Cosh => Ok(self.hyperbolic(slope, offset, 1)),
            // Re (sin b - i cos b) e^{iaz} = sin (az + b)
            Primitive::Sin => {
                let offset = self.number(offset);
                let (sine, cosine) = (self.of(Primitive::Sin, offset), self.of(Primitive::Cos, offset));
                let negative = self.negative(cosine);
                Ok(wave(slope, Complex { re: Some(sine), im: Some(negative) }))
            }
            // Re (cos b + i sin b) e^{iaz} = cos (az + b)
            Primitive::Cos => {
                let offset = self.number(offset);
                let (sine, cosine) = (self.of(Primitive::Sin, offset), self.of(Primitive::Cos, offset));
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

    /// `e^{az + b}`.
    fn exponential(&mut self, slope: Complex, offset: Complex) -> Sum {
        let offset = self.number(offset);
        let coefficient = self.of(Primitive::Exp, offset);
        BTreeMap::from([((slope, 0), Complex::real(coefficient))])
    }

    /// `(e^x ± e^{-x}) / 2`.
    fn hyperbolic(&mut self, slope: Complex, offset: Complex, sign: i64) -> Sum {
        let up = self.exponential(slope, offset);
        let (slope, offset) = (self.minus(slope), self.minus(offset));
        let down = self.exponential(slope, offset);
        let (half, signed) = (self.fraction(1, 2), self.fraction(sign, 2));
        let (up, down) = (self.scaled(&up, Complex::real(half)), self.scaled(&down, Complex::real(signed)));
        self.plus(up, down)
    }

    /// `base^{az + b} = e^{(az + b) ln base}`, for a base that does not depend on the draw.
    fn exponential_of_base(&mut self, base: &Sum, exponent: &Sum) -> Result<Sum, String> {
        let base = constant(base).ok_or("a power of the draw whose exponent is not a whole number")?;
        let (slope, offset) = linear(exponent).ok_or("a power with an exponent that is not affine in the draw")?;
        let base = self.number(base);
        let logarithm = Complex::real(self.of(Primitive::Ln, base));
        let (slope, offset) = (self.product(slope, logarithm), self.product(offset, logarithm));
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
            let slope = self.minus(slope);
            let coefficient = self.number(coefficient);
            let inverse = self.builder.power(coefficient, -1);
            let inverse = BTreeMap::from([((slope, 0), Complex::real(inverse))]);
            return self.power(&inverse, exponent.checked_neg().ok_or("a power that is too high")?);
        }
        if exponent as u32 > HIGHEST_POWER {
            return Err(format!("a power above {HIGHEST_POWER}"));
        }
        let mut power = base.clone();
        for _ in 1..exponent {
            power = self.times(&power, base)?;
        }
        Ok(power)
    }

    fn times(&mut self, x: &Sum, y: &Sum) -> Result<Sum, String> {
        let mut product = Sum::new();
        for (&(slope, power), &coefficient) in x {
            for (&(other_slope, other_power), &other) in y {
                let highest = power + other_power;
                if highest > HIGHEST_POWER {
                    return Err(format!("a power above {HIGHEST_POWER}"));
                }
                let (exponent, value) = (self.add(slope, other_slope), self.product(coefficient, other));
                if slope.im.is_none() || other_slope.im.is_none() {
                    self.insert(&mut product, exponent, highest, value);
                    continue;
                }
                let half = Complex::real(self.fraction(1, 2));
                let value = self.product(value, half);
                self.insert(&mut product, exponent, highest, value);
                let (conjugate_slope, conjugate) = (self.conjugate(other_slope), self.conjugate(other));
                let (exponent, value) = (self.add(slope, conjugate_slope), self.product(coefficient, conjugate));
                let value = self.product(value, half);
                self.insert(&mut product, exponent, highest, value);
                if product.len() > MOST_TERMS {
                    return Err(format!("more than {MOST_TERMS} terms"));
                }
            }
        }
        Ok(product)
    }

    fn plus(&mut self, mut x: Sum, y: Sum) -> Sum {
        for ((exponent, power), coefficient) in y {
            self.insert(&mut x, exponent, power, coefficient);
        }
        x
    }

    /// Adds a term; of a real exponential the real part of the coefficient counts.
    fn insert(&mut self, sum: &mut Sum, exponent: Complex, power: u32, coefficient: Complex) {
        let coefficient = if exponent.im.is_none() { Complex { im: None, ..coefficient } } else { coefficient };
        let total = match sum.get(&(exponent, power)) {
            Some(&present) => self.add(present, coefficient),
            None => coefficient,
        };
        if total == Complex::ZERO {
            sum.remove(&(exponent, power));
        } else {
            sum.insert((exponent, power), total);
        }
    }

    fn scaled(&mut self, sum: &Sum, factor: Complex) -> Sum {
        sum.iter().map(|(&key, &coefficient)| (key, self.product(coefficient, factor))).collect()
    }

    fn fixed(&mut self, node: NodeId) -> Sum {
        let is_zero = matches!(self.builder.peek(node), Node::Constant(value) if value.is_zero());
        if is_zero { Sum::new() } else { BTreeMap::from([((Complex::ZERO, 0), Complex::real(node))]) }
    }

    /// The node of a real number.
    fn number(&mut self, value: Complex) -> NodeId {
        value.re.unwrap_or_else(|| self.integer(0))
    }

    fn integer(&mut self, value: i64) -> NodeId {
        self.fraction(value, 1)
    }

    fn fraction(&mut self, above: i64, below: i64) -> NodeId {
        self.builder.constant(Rational::new(above.into(), below.into()))
    }

    fn of(&mut self, primitive: Primitive, argument: NodeId) -> NodeId {
        // e^0 and cos 0 are 1, sin 0 is 0: so that polynomial coefficients stay exact.
        if matches!(self.builder.peek(argument), Node::Constant(value) if value.is_zero()) {
            match primitive {
                Primitive::Exp | Primitive::Cos => return self.integer(1),
                Primitive::Sin => return argument,
                _ => {}
            }
        }
        self.builder.node(Node::Call(primitive, argument))
    }

    /// A part of a number; nothing if it is 0.
    fn part(&mut self, mut terms: Vec<NodeId>) -> Option<NodeId> {
        // Exact constants are added at once, and opposite terms cancel, so that exponents which are equal are the same.
        let mut constant = Rational::zero();
        let mut multiples: BTreeMap<Vec<NodeId>, Rational> = BTreeMap::new();
        while let Some(term) = terms.pop() {
            match self.builder.peek(term).clone() {
                Node::Sum(operands) => terms.extend(operands.iter().copied()),
                Node::Constant(value) => constant += value,
                Node::Product(factors) => {
                    let mut multiple = Rational::one();
                    let mut others = Vec::new();
                    for &factor in &factors {
                        match self.builder.peek(factor) {
                            Node::Constant(value) => multiple *= value,
                            _ => others.push(factor),
                        }
                    }
                    *multiples.entry(others).or_insert_with(Rational::zero) += multiple;
                }
                _ => *multiples.entry(vec![term]).or_insert_with(Rational::zero) += Rational::one(),
            }
        }
        let mut sum = Vec::new();
        if !constant.is_zero() {
            sum.push(self.builder.constant(constant));
        }
        for (mut factors, multiple) in multiples {
            if multiple.is_zero() {
                continue;
            }
            if !multiple.is_one() || factors.is_empty() {
                factors.push(self.builder.constant(multiple));
            }
            sum.push(self.builder.product(factors));
        }
        (!sum.is_empty()).then(|| self.builder.sum(sum))
    }

    /// The product of factors, flat, with one constant.
    fn flat(&mut self, factors: [NodeId; 2], sign: i64) -> NodeId {
        let mut constant = Rational::from_integer(sign.into());
        let mut others = Vec::new();
        let mut pending = factors.to_vec();
        while let Some(factor) = pending.pop() {
            match self.builder.peek(factor).clone() {
                Node::Constant(value) => constant *= value,
                Node::Product(operands) => pending.extend(operands.iter().copied()),
                _ => others.push(factor),
            }
        }
        if !constant.is_one() || others.is_empty() {
            others.push(self.builder.constant(constant));
        }
        self.builder.product(others)
    }

    fn negative(&mut self, node: NodeId) -> NodeId {
        let minus_one = self.integer(-1);
        self.flat([minus_one, node], 1)
    }

    fn minus(&mut self, x: Complex) -> Complex {
        Complex { re: x.re.map(|re| self.negative(re)), im: x.im.map(|im| self.negative(im)) }
    }

    fn conjugate(&mut self, x: Complex) -> Complex {
        Complex { re: x.re, im: x.im.map(|im| self.negative(im)) }
    }

    fn add(&mut self, x: Complex, y: Complex) -> Complex {
        Complex {
            re: self.part(x.re.into_iter().chain(y.re).collect()),
            im: self.part(x.im.into_iter().chain(y.im).collect()),
        }
    }

    fn product(&mut self, x: Complex, y: Complex) -> Complex {
        let mut term = |a: Option<NodeId>, b: Option<NodeId>, sign| Some(self.flat([a?, b?], sign));
        let re: Vec<NodeId> = [term(x.re, y.re, 1), term(x.im, y.im, -1)].into_iter().flatten().collect();
        let im: Vec<NodeId> = [term(x.re, y.im, 1), term(x.im, y.re, 1)].into_iter().flatten().collect();
        Complex { re: self.part(re), im: self.part(im) }
    }

    /// Groups the terms by exponent and lists their numbers.
    fn finish(self, sum: Sum) -> ExponentialSum {
        let mut exponents: BTreeMap<Complex, BTreeMap<u32, Complex>> = BTreeMap::new();
        for ((exponent, power), coefficient) in sum {
            exponents.entry(exponent).or_default().insert(power, coefficient);
        }
        let mut wanted = Vec::new();
        let mut parts = |value: Complex| {
            let mut place = |node: Option<NodeId>| {
                node.map(|node| {
                    wanted.push(node);
                    wanted.len() - 1
                })
            };
            Parts { re: place(value.re), im: place(value.im) }
        };
        let groups = exponents.into_iter().map(|(exponent, polynomial)| {
            let length = polynomial.keys().last().map_or(0, |power| power + 1);
            Group {
                exponent: parts(exponent),
                polynomial: (0..length).map(|power| polynomial.get(&power).map(|&value| parts(value))).collect(),
            }
        });
        let groups: Vec<Group> = groups.collect();
        ExponentialSum { graph: passes::run(self.builder.finish_all(&wanted)), groups }
    }
}

/// The one number of a sum without the draw.
fn constant(sum: &Sum) -> Option<Complex> {
    match sum.len() {
        0 => Some(Complex::ZERO),
        1 => sum.get(&(Complex::ZERO, 0)).copied(),
        _ => None,
    }
}

/// `a` and `b` of `a z + b`.
fn linear(sum: &Sum) -> Option<(Complex, Complex)> {
    let part = |power| sum.get(&(Complex::ZERO, power)).copied();
    let known = usize::from(part(0).is_some()) + usize::from(part(1).is_some());
    (known == sum.len()).then(|| (part(1).unwrap_or(Complex::ZERO), part(0).unwrap_or(Complex::ZERO)))
}

/// `Re c e^{iaz}`.
fn wave(slope: Complex, coefficient: Complex) -> Sum {
    BTreeMap::from([((Complex { re: None, im: slope.re }, 0), coefficient)])
}

/// The same operation on other operands, which come in the order in which the node lists its own.
fn reordered(node: &Node, images: &mut impl Iterator<Item = NodeId>) -> Node {
    node.map_operands(|operand| images.next().unwrap_or(operand))
}
