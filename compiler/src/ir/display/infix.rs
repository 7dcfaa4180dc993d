//! Expressions on one line, for messages and reports: fractions and differences are written as people write them, with
//! the fewest parentheses that keep the meaning.

use num_traits::{One, Signed, Zero};

use super::Leaves;
use crate::ir::{Graph, Node, NodeId, Rational};

/// How tightly an expression holds together: what may stand beside an operator without parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Power,
    Atom,
}

/// The expression `id` on one line, such as `b^2 * s^2 / (1 - b^2 * s^2)`.
#[must_use]
pub fn infix(graph: &Graph, id: NodeId, leaves: &Leaves) -> String {
    Infix { graph, leaves }.at_least(id, Binding::Sum)
}

struct Infix<'a> {
    graph: &'a Graph,
    leaves: &'a Leaves,
}

impl Infix<'_> {
    /// The text of `id`, in parentheses if it binds less than `needed`.
    fn at_least(&self, id: NodeId, needed: Binding) -> String {
        let (text, binding) = self.print(id);
        if binding < needed { format!("({text})") } else { text }
    }

    fn call(&self, name: &str, arguments: &[NodeId]) -> (String, Binding) {
        let arguments: Vec<String> = arguments.iter().map(|&id| self.at_least(id, Binding::Sum)).collect();
        (format!("{name}({})", arguments.join(", ")), Binding::Atom)
    }

    fn print(&self, id: NodeId) -> (String, Binding) {
        match self.graph.node(id) {
            Node::Constant(value) => print_constant(value),
            Node::Sum(operands) => {
                let mut text = String::new();
                for &operand in operands {
                    let (sign, term) = self.signed(operand);
                    match (text.is_empty(), sign) {
                        (true, false) => {}
                        (true, true) => text.push('-'),
                        (false, false) => text.push_str(" + "),
                        (false, true) => text.push_str(" - "),
                    }
                    text.push_str(&term);
                }
                (text, Binding::Sum)
            }
            Node::Product(_) => {
                let (negative, text) = self.signed(id);
                if negative { (format!("-{text}"), Binding::Sum) } else { (text, Binding::Product) }
            }
            Node::Power(base, exponent) if *exponent < 0 => {
                (format!("1 / {}", self.power(*base, exponent.unsigned_abs())), Binding::Product)
            }
            Node::Power(base, exponent) => (self.power(*base, exponent.unsigned_abs()), Binding::Power),
            Node::RealPower(base, exponent) => {
                let base = self.at_least(*base, Binding::Atom);
                (format!("{base}^{}", self.at_least(*exponent, Binding::Atom)), Binding::Power)
            }
            Node::Call(primitive, argument) => {
                (primitive.call_text(&self.at_least(*argument, Binding::Sum)), Binding::Atom)
            }
            Node::Maximum(x, y) => self.call("max", &[*x, *y]),
            Node::Minimum(x, y) => self.call("min", &[*x, *y]),
            Node::Kummer(part, operands) => self.call(part.name(), operands),
            Node::DrawSlope(slope, operands) => self.call(slope.name(), operands),
            leaf @ (Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)) => (self.leaves.name(leaf).unwrap_or_default(), Binding::Atom),
        }
    }

    fn power(&self, base: NodeId, exponent: u32) -> String {
        match exponent {
            1 => self.at_least(base, Binding::Power),
            _ => format!("{}^{exponent}", self.at_least(base, Binding::Atom)),
        }
    }

    /// A term of a sum without its sign, and whether the sign is negative.
    fn signed(&self, id: NodeId) -> (bool, String) {
        match self.graph.node(id) {
            Node::Constant(value) if value.is_negative() => (true, print_constant(&-value).0),
            Node::Product(_) => {
                let mut fraction = Fraction { coefficient: Rational::one(), above: Vec::new(), below: Vec::new() };
                self.gather(id, &mut fraction);
                (fraction.coefficient.is_negative(), fraction.print())
            }
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
            | Node::Coordinate(_)
            | Node::Sum(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => (false, self.at_least(id, Binding::Product)),
        }
    }

    /// Sorts the factors of `id` by where they stand in a fraction.
    fn gather(&self, id: NodeId, fraction: &mut Fraction) {
        match self.graph.node(id) {
            Node::Product(operands) => operands.iter().for_each(|&operand| self.gather(operand, fraction)),
            Node::Constant(value) => fraction.coefficient *= value,
            Node::Power(base, exponent) if *exponent < 0 => {
                if let Node::Constant(value) = self.graph.node(*base)
                    && *exponent == -1
                    && !value.is_zero()
                {
                    fraction.coefficient /= value;
                } else {
                    fraction.below.push(self.power(*base, exponent.unsigned_abs()));
                }
            }
            Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)
            | Node::Sum(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => fraction.above.push(self.at_least(id, Binding::Product)),
        }
    }
}

/// A product sorted for printing.
struct Fraction {
    coefficient: Rational,
    above: Vec<String>,
    below: Vec<String>,
}

impl Fraction {
    /// The text without the sign.
    fn print(mut self) -> String {
        let (numerator, denominator) = (self.coefficient.numer().abs(), self.coefficient.denom());
        if !numerator.is_one() || self.above.is_empty() {
            self.above.insert(0, numerator.to_string());
        }
        if !denominator.is_one() {
            self.below.insert(0, denominator.to_string());
        }
        let above = self.above.join(" * ");
        match self.below.as_slice() {
            [] => above,
            [only] => format!("{above} / {only}"),
            several => format!("{above} / ({})", several.join(" * ")),
        }
    }
}
/// A number, and how tightly its text holds together.
fn print_constant(value: &Rational) -> (String, Binding) {
    let binding = match (value.is_negative(), value.is_integer()) {
        (true, _) => Binding::Sum,
        (false, true) => Binding::Atom,
        (false, false) => Binding::Product,
    };
    (value.to_string().replace('/', " / "), binding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{ParamId, Primitive};

    fn show(build: impl FnOnce(&mut Graph) -> NodeId) -> String {
        let mut graph = Graph::new();
        let root = build(&mut graph);
        infix(&graph, root, &Leaves { parameters: vec!["mu".into(), "b".into()], ..Leaves::default() })
    }

    fn parameter(graph: &mut Graph, index: usize) -> NodeId {
        graph.push(Node::Param(ParamId(index)))
    }

    #[test]
    fn fractions_and_signs_read_naturally() {
        let laplace = show(|graph| {
            let s = graph.push(Node::TransformVariable);
            let b = parameter(graph, 1);
            let (s2, b2) = (graph.power(s, 2), graph.power(b, 2));
            let one = graph.integer(1);
            let square = graph.product(vec![b2, s2]);
            let below = graph.subtract(one, square);
            let two = graph.integer(2);
            let above = graph.product(vec![two, s2, b]);
            graph.divide(above, below)
        });
        assert_eq!(laplace, "2 * b * s^2 / (1 - s^2 * b^2)");
        let half = show(|graph| {
            let b = parameter(graph, 1);
            let minus_half = graph.constant(Rational::new((-1).into(), 2.into()));
            graph.product(vec![b, minus_half])
        });
        assert_eq!(half, "-b / 2");
    }

    #[test]
    fn parentheses_keep_the_meaning() {
        let power_of_negative = show(|graph| {
            let minus_two = graph.integer(-2);
            graph.power(minus_two, 2)
        });
        assert_eq!(power_of_negative, "(-2)^2");
        let power_of_power = show(|graph| {
            let b = parameter(graph, 1);
            let square = graph.power(b, 2);
            graph.power(square, 3)
        });
        assert_eq!(power_of_power, "(b^2)^3");
        let difference = show(|graph| {
            let (mu, b) = (parameter(graph, 0), parameter(graph, 1));
            let sum = graph.sum(vec![mu, b]);
            graph.subtract(mu, sum)
        });
        assert_eq!(difference, "mu - (mu + b)");
        let quotient = show(|graph| {
            let (mu, b) = (parameter(graph, 0), parameter(graph, 1));
            let first = graph.divide(mu, b);
            let second = graph.divide(mu, first);
            graph.call(Primitive::Exp, second)
        });
        assert_eq!(quotient, "exp(mu / (mu / b))");
    }
}
