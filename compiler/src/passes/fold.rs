//! Constants, units of arithmetic, and nested sums, products and powers.

use std::collections::BTreeMap;

use crate::errors::Extent;
use num_traits::{One, Zero};

use super::exact::{exact_power, exact_value};
use crate::ir::{Graph, Node, NodeId, Primitive, Rational};

/// Evaluates constants exactly, collects equal terms and factors and flattens nested sums, products and powers, all of
/// which changes floating results: sums are reassociated, `0 x` and `x - x` become 0 where `x` may be infinite.
///
/// `x / x` is *not* replaced by 1, and neither are other quotients of expressions. A nested sum or product that is used
/// more than once is left alone, so that no operation is repeated. `powf` with a whole exponent becomes an integer
/// power, with exponent 1/2 a square root.
#[must_use]
pub fn fold(graph: Graph) -> Graph {
    let mut uses = vec![0_u32; graph.len()];
    for (_, node) in graph.iter() {
        node.for_each_operand(|operand| uses[operand.0 as usize] += 1);
    }
    for output in &graph.outputs {
        uses[output.0 as usize] += 1;
    }
    let mut folding = Folding::default();
    let mut image: Vec<NodeId> = Vec::with_capacity(graph.len());
    for (id, node) in graph.iter() {
        folding.span = graph.span(id);
        let folded = folding.node(node.map_operands(|operand| image[operand.0 as usize]));
        if uses[id.0 as usize] > 1 {
            folding.used_once[folded.0 as usize] = false;
        }
        image.push(folded);
    }
    folding.graph.outputs = graph.outputs.iter().map(|output| image[output.0 as usize]).collect();
    folding.graph
}

#[derive(Default)]
struct Folding {
    graph: Graph,
    ids: BTreeMap<Node, NodeId>,
    used_once: Vec<bool>,
    span: Option<Extent>,
}

impl Folding {
    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = self.graph.push_spanned(node.clone(), self.span);
        self.ids.insert(node, id);
        self.used_once.push(true);
        id
    }

    fn constant(&mut self, value: Rational) -> NodeId {
        self.intern(Node::Constant(value))
    }

    fn value(&self, id: NodeId) -> Option<&Rational> {
        if let Node::Constant(value) = self.graph.node(id) { Some(value) } else { None }
    }

    fn node(&mut self, node: Node) -> NodeId {
        match node {
            Node::Sum(operands) => self.sum(&operands),
            Node::Product(operands) => self.product(&operands),
            Node::Power(base, exponent) => self.power(base, exponent),
            Node::RealPower(base, exponent) => self.real_power(base, exponent),
            Node::Call(primitive, argument) => {
                match self.value(argument).and_then(|value| exact_value(primitive, value)) {
                    Some(value) => self.constant(value),
                    None => self.intern(Node::Call(primitive, argument)),
                }
            }
            Node::Maximum(x, y) => self.extremum(x, y, true),
            Node::Minimum(x, y) => self.extremum(x, y, false),
            Node::Kummer(..) | Node::DrawSlope(..) => self.intern(node),
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
            | Node::Coordinate(_) => self.intern(node),
        }
    }

    /// A product of factors that is folded already, as a node.
    fn product_node(&mut self, mut factors: Vec<NodeId>) -> NodeId {
        factors.sort_unstable();
        match factors.len() {
            0 => self.constant(Rational::one()),
            1 => factors[0],
            _ => self.intern(Node::Product(factors.into())),
        }
    }

    /// The number in front of a term, and the other factors.
    fn split(&self, term: NodeId) -> (Rational, Vec<NodeId>) {
        let Node::Product(factors) = self.graph.node(term) else { return (Rational::one(), vec![term]) };
        let mut scale = Rational::one();
        let mut rest = Vec::with_capacity(factors.len());
        for &factor in factors {
            match self.value(factor) {
                Some(value) => scale *= value,
                None => rest.push(factor),
            }
        }
        (scale, rest)
    }

    fn sum(&mut self, operands: &[NodeId]) -> NodeId {
        let mut constant = Rational::zero();
        // Equal terms by the factors they consist of, in the order in which they were met.
        let mut terms: Vec<(Vec<NodeId>, Rational)> = Vec::new();
        let mut pending: Vec<NodeId> = operands.iter().rev().copied().collect();
        while let Some(operand) = pending.pop() {
            let node = self.graph.node(operand);
            if let Node::Constant(value) = node {
                constant += value;
            } else if let Node::Sum(inner) = node
                && self.used_once[operand.0 as usize]
            {
                pending.extend(inner.iter().rev());
            } else {
                let (scale, factors) = self.split(operand);
                match terms.iter_mut().find(|(known, _)| *known == factors) {
                    Some((_, total)) => *total += scale,
                    None => terms.push((factors, scale)),
                }
            }
        }
        let mut summands = Vec::with_capacity(terms.len() + 1);
        for (mut factors, scale) in terms {
            if scale.is_zero() {
                continue;
            }
            if !scale.is_one() {
                factors.push(self.constant(scale));
            }
            summands.push(self.product_node(factors));
        }
        if !constant.is_zero() || summands.is_empty() {
            summands.push(self.constant(constant));
        }
        summands.sort_unstable();
        if summands.len() == 1 { summands[0] } else { self.intern(Node::Sum(summands.into())) }
    }

    fn product(&mut self, operands: &[NodeId]) -> NodeId {
        let mut scale = Rational::one();
        // Bases with their exponents; positive and negative ones apart, because `x / x` is not 1 at 0.
        let mut powers: Vec<(NodeId, i32)> = Vec::new();
        let mut pending: Vec<NodeId> = operands.iter().rev().copied().collect();
        while let Some(operand) = pending.pop() {
            let node = self.graph.node(operand);
            let is_multiple = |inner: &[NodeId]| inner.len() == 2 && inner.iter().any(|&x| self.value(x).is_some());
            if let Node::Constant(value) = node {
                scale *= value;
            } else if let Node::Product(inner) = node
                && (self.used_once[operand.0 as usize] || is_multiple(inner))
            {
                pending.extend(inner.iter().rev());
            } else if let Node::Power(base, exponent) = node {
                multiply(&mut powers, *base, *exponent);
            } else {
                multiply(&mut powers, operand, 1);
            }
        }
        if scale.is_zero() {
            return self.constant(scale);
        }
        let mut factors: Vec<NodeId> = Vec::with_capacity(powers.len() + 1);
        for (base, exponent) in powers {
            factors.push(if exponent == 1 { base } else { self.intern(Node::Power(base, exponent)) });
        }
        if !scale.is_one() || factors.is_empty() {
            factors.push(self.constant(scale));
        }
        self.product_node(factors)
    }

    fn power(&mut self, base: NodeId, exponent: i32) -> NodeId {
        if let Some(value) = self.value(base).and_then(|value| exact_power(value, exponent)) {
            return self.constant(value);
        }
        if let Node::Power(inner, first) = self.graph.node(base)
            && let Some(product) = first.checked_mul(exponent)
        {
            let inner = *inner;
            return if product == 1 { inner } else { self.intern(Node::Power(inner, product)) };
        }
        let (scale, factors) = self.split(base);
        if !scale.is_one()
            && let Some(scale) = exact_power(&scale, exponent)
        {
            let rest = self.product_node(factors);
            let power = self.power(rest, exponent);
            let scale = self.constant(scale);
            return self.product(&[scale, power]);
        }
        self.intern(Node::Power(base, exponent))
    }

    fn real_power(&mut self, base: NodeId, exponent: NodeId) -> NodeId {
        if let Some(value) = self.value(exponent).cloned() {
            if value.is_integer()
                && let Ok(whole) = i32::try_from(value.to_integer())
            {
                return match whole {
                    0 => self.constant(Rational::one()),
                    1 => base,
                    _ => self.power(base, whole),
                };
            }
            if value == Rational::new(1.into(), 2.into()) {
                return self.node(Node::Call(Primitive::Sqrt, base));
            }
        }
        self.intern(Node::RealPower(base, exponent))
    }

    fn extremum(&mut self, x: NodeId, y: NodeId, larger: bool) -> NodeId {
        if x == y {
            return x;
        }
        match (self.value(x), self.value(y)) {
            (Some(a), Some(b)) => {
                if (a >= b) == larger {
                    x
                } else {
                    y
                }
            }
            (Some(_), None) | (None, Some(_) | None) => {
                self.intern(if larger { Node::Maximum(x, y) } else { Node::Minimum(x, y) })
            }
        }
    }
}

/// Multiplies by `base^exponent`.
fn multiply(powers: &mut Vec<(NodeId, i32)>, base: NodeId, exponent: i32) {
    for (known, total) in powers.iter_mut() {
        if *known == base
            && total.signum() == exponent.signum()
            && let Some(sum) = total.checked_add(exponent)
        {
            *total = sum;
            return;
        }
    }
    powers.push((base, exponent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::DataId;
    use crate::passes::prune;

    /// The single output of `build` over `x` and `y`, folded and printed without ids.
    fn folded(build: impl FnOnce(&mut Graph, NodeId, NodeId) -> NodeId) -> String {
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Data(DataId(0))), graph.push(Node::Data(DataId(1))));
        let output = build(&mut graph, x, y);
        graph.outputs = vec![output];
        let graph = prune(fold(prune(graph)));
        text(&graph, graph.output())
    }

    fn text(graph: &Graph, id: NodeId) -> String {
        let list = |operands: &[NodeId], symbol: &str| {
            let mut texts: Vec<String> = operands.iter().map(|&operand| text(graph, operand)).collect();
            texts.sort();
            format!("({})", texts.join(symbol))
        };
        match graph.node(id) {
            Node::Constant(value) => value.to_string(),
            Node::Data(data) => ["x", "y"][data.0].to_owned(),
            Node::Sum(operands) => list(operands, " + "),
            Node::Product(operands) => list(operands, " "),
            Node::Power(base, exponent) => format!("{}^{exponent}", text(graph, *base)),
            Node::Call(primitive, x) => format!("{}[{}]", primitive.name(), text(graph, *x)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn sums_are_collected() {
        let found = folded(|g, x, y| {
            // (x + 2) + 3 x - y + (y - 7/2)
            let (two, three, number) = (g.integer(2), g.integer(3), g.constant(Rational::new((-7).into(), 2.into())));
            let first = g.sum(vec![x, two]);
            let triple = g.product(vec![three, x]);
            let minus = g.negate(y);
            let last = g.sum(vec![y, number]);
            g.sum(vec![first, triple, minus, last])
        });
        assert_eq!(found, "((4 x) + -3/2)");
        assert_eq!(folded(|g, x, _| g.subtract(x, x)), "0");
    }

    #[test]
    fn products_are_collected_but_quotients_are_not() {
        let found = folded(|g, x, y| {
            // (2 x) x² y (3 y)^2 / x
            let (two, three) = (g.integer(2), g.integer(3));
            let first = g.product(vec![two, x]);
            let square = g.power(x, 2);
            let scaled = g.product(vec![three, y]);
            let second = g.power(scaled, 2);
            let inverse = g.power(x, -1);
            g.product(vec![first, square, y, second, inverse])
        });
        assert_eq!(found, "(18 x^-1 x^3 y^3)");
        assert_eq!(folded(|g, x, _| g.divide(x, x)), "(x x^-1)");
    }

    #[test]
    fn zero_and_one_disappear() {
        let found = folded(|g, x, y| {
            // 0 x + 1 y + ((1 / x)^-1 - (-x)²) + -(-y)
            let (zero, one) = (g.integer(0), g.integer(1));
            let (nothing, same) = (g.product(vec![zero, x]), g.product(vec![one, y]));
            let inverse = g.power(x, -1);
            let back = g.power(inverse, -1);
            let minus_x = g.negate(x);
            let square = g.power(minus_x, 2);
            let difference = g.subtract(back, square);
            let minus_y = g.negate(y);
            let again = g.negate(minus_y);
            g.sum(vec![nothing, same, difference, again])
        });
        assert_eq!(found, "((-1 x^2) + (2 y) + x)");
    }

    #[test]
    fn powers_with_known_exponents_become_simple() {
        let power = |numerator: i64, denominator: i64| {
            folded(|g, x, _| {
                let exponent = g.constant(Rational::new(numerator.into(), denominator.into()));
                g.push(Node::RealPower(x, exponent))
            })
        };
        assert_eq!(power(3, 1), "x^3");
        assert_eq!(power(0, 1), "1");
        assert_eq!(power(1, 2), "sqrt[x]");
        assert!(power(1, 3).starts_with("RealPower"));
        let zero = folded(|g, _, _| {
            let zero = g.integer(0);
            g.power(zero, -2)
        });
        assert_eq!(zero, "0^-2");
    }

    #[test]
    fn what_is_used_twice_stays_whole() {
        let mut graph = Graph::new();
        let (x, y) = (graph.push(Node::Data(DataId(0))), graph.push(Node::Data(DataId(1))));
        let shared = graph.sum(vec![x, y]);
        let one = graph.integer(1);
        let more = graph.sum(vec![shared, one]);
        graph.outputs = vec![shared, more];
        let graph = fold(graph);
        assert_eq!(text(&graph, graph.outputs[1]), "((x + y) + 1)");
    }
}
