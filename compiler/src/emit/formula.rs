//! Graphs as LaTeX formulas. Exact constants, no names for parts.

use num_traits::{One, Signed};

use super::quotient::Quotient;
use crate::ir::{DrawSlope, Graph, Kummer, Node, NodeId, Primitive, Rational};

/// Formulas with more operations than this are not written out.
const LONGEST: u64 = 400;

/// Writes node `id`; `leaf` gives the text of parameters and variables.
#[must_use]
pub fn formula(graph: &Graph, id: NodeId, leaf: &dyn Fn(&Node) -> String) -> String {
    if is_long(graph, id) {
        return "\\langle\\text{a long formula}\\rangle".to_owned();
    }
    Writer { graph, leaf }.sum(id)
}

/// Whether the formula is too long to be read when it is written out without names for its parts.
#[must_use]
pub fn is_long(graph: &Graph, id: NodeId) -> bool {
    size(graph, id) > LONGEST
}

/// Operations of the formula without sharing.
fn size(graph: &Graph, root: NodeId) -> u64 {
    let mut sizes = vec![0_u64; graph.len()];
    for (id, node) in graph.iter() {
        let mut size = 1_u64;
        node.for_each_operand(|operand| size = size.saturating_add(sizes[operand.0 as usize]));
        sizes[id.0 as usize] = size;
    }
    sizes[root.0 as usize]
}

/// The name of a parameter or argument in LaTeX: Greek letters, and indices after an underscore or a digit.
#[must_use]
pub fn latex_name(name: &str) -> String {
    const GREEK: &[&str] = &[
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ];
    let name = name.trim_start_matches("r#");
    let (stem, index) = match name.split_once('_') {
        Some((stem, index)) if !stem.is_empty() && !index.is_empty() => (stem, index),
        _ => {
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            if stem.is_empty() { (name, "") } else { (stem, &name[stem.len()..]) }
        }
    };
    let symbol = |text: &str| {
        if GREEK.contains(&text) {
            format!("\\{text}")
        } else if text.chars().count() == 1 || text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.to_owned()
        } else {
            format!("\\mathrm{{{}}}", text.replace('_', "\\_"))
        }
    };
    if index.is_empty() { symbol(stem) } else { format!("{}_{{{}}}", symbol(stem), symbol(index)) }
}

struct Writer<'a> {
    graph: &'a Graph,
    leaf: &'a dyn Fn(&Node) -> String,
}

impl Writer<'_> {
    /// The node where anything may stand.
    fn sum(&self, id: NodeId) -> String {
        let alone = [id];
        let terms = match self.graph.node(id) {
            Node::Sum(terms) => terms,
            _ => alone.as_slice(),
        };
        let mut text = String::new();
        for (position, &term) in terms.iter().enumerate() {
            let quotient = Quotient::of(self.graph, term, &|_| false);
            text.push_str(match (position, quotient.negative) {
                (0, true) => "-",
                (0, false) => "",
                (_, true) => " - ",
                (_, false) => " + ",
            });
            text.push_str(&self.quotient(&quotient));
        }
        text
    }

    /// The quotient without its sign.
    fn quotient(&self, quotient: &Quotient) -> String {
        let constant = quotient.constants.iter().fold(Rational::one(), |product, value| product * value);
        let side = |constant: &num_bigint::BigInt, powers: &[(NodeId, u32)]| {
            let mut factors: Vec<String> = powers.iter().map(|&(base, exponent)| self.power(base, exponent)).collect();
            if !constant.abs().is_one() || factors.is_empty() {
                factors.insert(0, constant.abs().to_string());
            }
            factors
        };
        let above = side(constant.numer(), &quotient.numerator);
        let below = side(constant.denom(), &quotient.denominator);
        if below == ["1"] {
            return above.join("\\,");
        }
        format!("\\frac{{{}}}{{{}}}", above.join("\\,"), below.join("\\,"))
    }

    fn power(&self, base: NodeId, exponent: u32) -> String {
        match exponent {
            1 => self.factor(base),
            _ => format!("{}^{{{exponent}}}", self.base(base)),
        }
    }

    /// The node as a factor: sums, products and quotients in parentheses.
    fn factor(&self, id: NodeId) -> String {
        match self.graph.node(id) {
            Node::Sum(_) | Node::Product(_) | Node::Power(..) | Node::Constant(_) => group(&self.sum(id)),
            Node::Pi => "\\pi".to_owned(),
            Node::ImaginaryUnit => "i".to_owned(),
            Node::Frequency => "\\omega".to_owned(),
            Node::TransformVariable => "s".to_owned(),
            node @ (Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)) => (self.leaf)(node),
            Node::RealPower(base, exponent) => format!("{}^{{{}}}", self.base(*base), self.sum(*exponent)),
            Node::Call(primitive, argument) => call(*primitive, &self.sum(*argument)),
            Node::Maximum(x, y) => self.choice("max", *x, *y),
            Node::Minimum(x, y) => self.choice("min", *x, *y),
            Node::DrawSlope(slope, operands) => {
                let derivative = match slope {
                    DrawSlope::Gamma => "\\partial_{k} G",
                    DrawSlope::BetaFirst => "\\partial_{a} B",
                    DrawSlope::BetaSecond => "\\partial_{b} B",
                    DrawSlope::BetaRest => "\\tfrac{\\partial_{a} B}{1 - B}",
                };
                let operands: Vec<String> = operands.iter().map(|&operand| self.sum(operand)).collect();
                format!("{derivative}{}", group(&operands.join("; ")))
            }
            Node::Kummer(part, operands) => {
                let [a, b, x] = operands.map(|operand| self.sum(operand));
                let slope = match part {
                    Kummer::Value => "",
                    Kummer::FirstSlope => "\\partial_{1}",
                    Kummer::SecondSlope => "\\partial_{2}",
                };
                format!("{slope}{{}}_{{1}}F_{{1}}{}", group(&format!("{a}; {b}; {x}")))
            }
        }
    }

    /// The node under an exponent.
    fn base(&self, id: NodeId) -> String {
        match self.graph.node(id) {
            Node::Call(..) | Node::RealPower(..) => group(&self.factor(id)),
            _ => self.factor(id),
        }
    }

    fn choice(&self, name: &str, x: NodeId, y: NodeId) -> String {
        format!("\\{name}{}", group(&format!("{}, {}", self.sum(x), self.sum(y))))
    }
}

fn group(text: &str) -> String {
    format!("\\left({text}\\right)")
}

fn call(primitive: Primitive, argument: &str) -> String {
    let name = match primitive {
        Primitive::Exp => return format!("e^{{{argument}}}"),
        Primitive::ExpM1 => return format!("\\left(e^{{{argument}}} - 1\\right)"),
        Primitive::Sqrt => return format!("\\sqrt{{{argument}}}"),
        Primitive::Abs => return format!("\\left|{argument}\\right|"),
        Primitive::Ln1p => return format!("\\ln\\left(1 + {argument}\\right)"),
        Primitive::Softplus => return format!("\\ln\\left(1 + e^{{{argument}}}\\right)"),
        Primitive::LogSigmoid => return format!("\\ln\\sigma\\left({argument}\\right)"),
        Primitive::LnGamma => return format!("\\ln\\Gamma{}", group(argument)),
        Primitive::Polygamma(order) => {
            let primes = match order {
                0..=2 => "'".repeat(order as usize),
                _ => format!("^{{({order})}}"),
            };
            return format!("\\psi{primes}{}", group(argument));
        }
        Primitive::Sigmoid => "\\sigma",
        Primitive::Ln => "\\ln",
        Primitive::Sin => "\\sin",
        Primitive::Cos => "\\cos",
        Primitive::Tan => "\\tan",
        Primitive::Sinh => "\\sinh",
        Primitive::Cosh => "\\cosh",
        Primitive::Tanh => "\\tanh",
        Primitive::Atan => "\\arctan",
        Primitive::Sign => "\\operatorname{sign}",
    };
    format!("{name}{}", group(argument))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ParamId;

    fn latex(build: impl FnOnce(&mut Graph, NodeId, NodeId) -> NodeId) -> String {
        let mut graph = Graph::new();
        let mu = graph.push(Node::Param(ParamId(0)));
        let b = graph.push(Node::Param(ParamId(1)));
        let root = build(&mut graph, mu, b);
        let name = |node: &Node| if *node == Node::Param(ParamId(0)) { "mu" } else { "b" }.to_owned();
        formula(&graph, root, &|node| latex_name(&name(node)))
    }

    #[test]
    fn fractions_and_signs() {
        // -2/3 b^3 / (1 - mu)
        let latex = latex(|g, mu, b| {
            let coefficient = g.constant(Rational::new((-2).into(), 3.into()));
            let cube = g.power(b, 3);
            let one = g.integer(1);
            let difference = g.subtract(one, mu);
            let inverse = g.power(difference, -1);
            g.product(vec![coefficient, cube, inverse])
        });
        assert_eq!(latex, "-\\frac{2\\,b^{3}}{3\\,\\left(1 - \\mu\\right)}");
    }

    #[test]
    fn calls_and_powers_of_sums() {
        let latex = latex(|g, mu, b| {
            let sum = g.sum(vec![mu, b]);
            let square = g.power(sum, 2);
            let root = g.call(Primitive::Sqrt, square);
            let inverse = g.power(root, -1);
            let log = g.call(Primitive::Ln, b);
            g.subtract(inverse, log)
        });
        assert_eq!(latex, "\\frac{1}{\\sqrt{\\left(\\mu + b\\right)^{2}}} - \\ln\\left(b\\right)");
    }

    #[test]
    fn names_become_symbols() {
        let names = [("mu", "\\mu"), ("k", "k"), ("sigma2", "\\sigma_{2}"), ("lambda_1", "\\lambda_{1}")];
        for (name, symbol) in names.into_iter().chain([("rate", "\\mathrm{rate}"), ("b_max", "b_{\\mathrm{max}}")]) {
            assert_eq!(latex_name(name), symbol);
        }
    }
}
