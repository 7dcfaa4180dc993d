//! Splits a function of the draw into what each sample computes and what it only reads.

use crate::ir::{DataId, Graph, Node, NodeId};

/// Moves every largest subexpression that does not depend on the draw out of `function`. Sums and products are split
/// into the part that varies and the part that does not, which rounds differently in the last places.
///
/// Returns what is left, with leaves `Data(DataId(k))` for number `k`, and the numbers: output `k` is number `k`.
/// Constants, and π, stay where they are, as do sums and products of them, which cost nothing at run time. `variables`
/// are the only leaves that vary.
#[must_use]
pub fn hoist(function: &Graph, variables: &[Node]) -> (Graph, Graph) {
    let mut hoisting = Hoisting { function, rest: Graph::new(), numbers: Graph::new(), images: Vec::new() };
    for (id, node) in function.iter() {
        let image = hoisting.place(node, id, variables);
        hoisting.images.push(image);
    }
    let outputs: Vec<NodeId> = function.outputs.iter().map(|&output| hoisting.read(output)).collect();
    hoisting.rest.outputs = outputs;
    (hoisting.rest, hoisting.numbers)
}

/// Where a node of the function went.
#[derive(Clone, Copy, Debug)]
enum Image {
    /// It varies; a node of the rest.
    Rest(NodeId),
    /// A node of the numbers; `free` of charge if made of constants and π by sums and products only.
    Number { node: NodeId, free: bool },
}

struct Hoisting<'a> {
    function: &'a Graph,
    rest: Graph,
    numbers: Graph,
    images: Vec<Image>,
}

impl Hoisting<'_> {
    fn place(&mut self, node: &Node, id: NodeId, variables: &[Node]) -> Image {
        let (mut varies, mut free) = (variables.contains(node), true);
        node.for_each_operand(|operand| match self.images[operand.0 as usize] {
            Image::Rest(_) => varies = true,
            Image::Number { free: operand, .. } => free &= operand,
        });
        let span = self.function.span(id);
        match node {
            Node::Sum(operands) | Node::Product(operands) if varies => {
                let operands = self.gathered(operands, matches!(node, Node::Sum(_)));
                let list = if matches!(node, Node::Sum(_)) { Node::Sum } else { Node::Product };
                Image::Rest(self.rest.push_spanned(list(operands), span))
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
            | Node::Product(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => {
                if varies {
                    let mapped = node.clone();
                    let mapped = mapped.map_operands(|operand| self.read(operand));
                    Image::Rest(self.rest.push_spanned(mapped, span))
                } else {
                    let images = &self.images;
                    let mapped = node.map_operands(|operand| match images[operand.0 as usize] {
                        Image::Number { node, .. } => node,
                        Image::Rest(_) => crate::errors::bug!("hoist", "a number depends on the draw: {node:?}"),
                    });
                    let free = free && is_free(node);
                    Image::Number { node: self.numbers.push_spanned(mapped, span), free }
                }
            }
        }
    }

    /// The operands of a sum or product that varies, with those that do not gathered into one number.
    fn gathered(&mut self, operands: &[NodeId], sum: bool) -> Box<[NodeId]> {
        let (mut varying, mut fixed, mut costs) = (Vec::new(), Vec::new(), false);
        for &operand in operands {
            match self.images[operand.0 as usize] {
                Image::Rest(node) => varying.push(node),
                Image::Number { node, free } => {
                    fixed.push((operand, node));
                    costs |= !free;
                }
            }
        }
        if costs {
            let nodes = fixed.into_iter().map(|(_, node)| node).collect();
            let number = if sum { self.numbers.sum(nodes) } else { self.numbers.product(nodes) };
            varying.push(self.leaf(number));
        } else {
            varying.extend(fixed.into_iter().map(|(operand, _)| self.read(operand)));
        }
        varying.sort_unstable();
        varying.into()
    }

    /// The node of the rest that holds the value of a node of the function.
    fn read(&mut self, id: NodeId) -> NodeId {
        match self.images[id.0 as usize] {
            Image::Rest(node) => node,
            Image::Number { node, free: false } => self.leaf(node),
            Image::Number { free: true, .. } => {
                let (function, rest) = (self.function, &mut self.rest);
                rest.import(function, id, |_, _| None)
            }
        }
    }

    /// The leaf that stands for a node of the numbers.
    fn leaf(&mut self, number: NodeId) -> NodeId {
        let index = self.numbers.outputs.iter().position(|&output| output == number).unwrap_or_else(|| {
            self.numbers.outputs.push(number);
            self.numbers.outputs.len() - 1
        });
        self.rest.push(Node::Data(DataId(index)))
    }
}

/// Whether the operation costs nothing once its operands are constants.
fn is_free(node: &Node) -> bool {
    match node {
        Node::Constant(_) | Node::Pi | Node::Sum(_) | Node::Product(_) => true,
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
        | Node::Power(..)
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Primitive;
    use crate::passes::interpret::{Leaves, values};
    use crate::passes::{prune, share};

    #[test]
    fn the_largest_fixed_parts_become_numbers() {
        // 2 π exp(t) u + sqrt(2) (u + t² + 3 + t): numbers 2 π exp(t), sqrt(2), t² + 3 + t.
        let mut graph = Graph::new();
        let (u, t, pi, two, three) = (
            graph.push(Node::Ridge),
            graph.push(Node::Data(DataId(7))),
            graph.push(Node::Pi),
            graph.integer(2),
            graph.integer(3),
        );
        let exponential = graph.call(Primitive::Exp, t);
        let first = graph.product(vec![two, pi, exponential, u]);
        let (root, square) = (graph.call(Primitive::Sqrt, two), graph.power(t, 2));
        let sum = graph.sum(vec![u, square, three, t]);
        let second = graph.product(vec![root, sum]);
        let output = graph.sum(vec![first, second]);
        graph.outputs = vec![output];

        let (rest, numbers) = hoist(&graph, &[Node::Ridge]);
        let mut data = vec![0.0; 8];
        data[7] = 0.3;
        let found = values(&numbers, &Leaves { data: data.clone(), ..Leaves::default() });
        let tau = std::f64::consts::TAU;
        assert_eq!(found, [tau * 0.3f64.exp(), 0.09 + 3.0 + 0.3, 2f64.sqrt()]);
        let whole = values(&graph, &Leaves { data, ridge: 0.7, ..Leaves::default() })[0];
        let split = values(&rest, &Leaves { data: found, ridge: 0.7, ..Leaves::default() })[0];
        assert!((whole - split).abs() < 1e-14);
        // u, three numbers, two products, two sums.
        assert_eq!(share(prune(rest)).len(), 8);
    }

    #[test]
    fn constants_stay() {
        let mut graph = Graph::new();
        let (u, pi, two) = (graph.push(Node::Ridge), graph.push(Node::Pi), graph.integer(2));
        let product = graph.product(vec![two, pi, u]);
        graph.outputs = vec![product, two];
        let (rest, numbers) = hoist(&graph, &[Node::Ridge]);
        assert!(numbers.outputs.is_empty());
        let found = values(&rest, &Leaves { ridge: 1.0, ..Leaves::default() });
        assert_eq!(found, [std::f64::consts::TAU, 2.0]);
    }
}
