//! What all passes promise, on random graphs.

use super::interpret::{Leaves, values};
use super::{Pass, fold, powers, prune, run, share};
use crate::ir::{DataId, Graph, Node, NodeId, Primitive, Rational};

/// Small linear congruential generator (Knuth's constants): tests must not change with a library.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn node(&mut self, graph: &Graph) -> NodeId {
        // Mostly recent nodes, so that graphs are deep.
        let count = graph.len() as u64;
        let back = self.below(count.min(8));
        NodeId((if self.below(3) == 0 { self.below(count) } else { count - 1 - back }) as u32)
    }
}

/// A graph of bounded functions, so that values stay of order 1 and differences mean something.
fn random_graph(random: &mut Random) -> Graph {
    const BOUNDED: [Primitive; 6] =
        [Primitive::Sin, Primitive::Cos, Primitive::Tanh, Primitive::Atan, Primitive::Sigmoid, Primitive::Abs];
    let mut graph = Graph::new();
    for index in 0..3 {
        graph.push(Node::Data(DataId(index)));
    }
    graph.push(Node::Pi);
    for _ in 0..60 {
        let (x, y, z) = (random.node(&graph), random.node(&graph), random.node(&graph));
        match random.below(10) {
            0 => {
                graph.constant(Rational::new((random.below(9) as i64 - 4).into(), (1 + random.below(4) as i64).into()))
            }
            1 => graph.push(Node::Data(DataId(random.below(3) as usize))),
            2 => graph.sum(vec![x, y]),
            3 => graph.sum(vec![x, y, z]),
            4 => graph.product(vec![x, y]),
            5 => graph.negate(x),
            6 => {
                // 1 + sin², whose powers are harmless.
                let (sine, one) = (graph.call(Primitive::Sin, x), graph.integer(1));
                let square = graph.power(sine, 2);
                let base = graph.sum(vec![one, square]);
                graph.power(base, [-3, -2, -1, 2, 3, 4][random.below(6) as usize])
            }
            7 => graph.push(Node::Maximum(x, y)),
            _ => graph.call(BOUNDED[random.below(6) as usize], x),
        };
    }
    for _ in 0..4 {
        let x = random.node(&graph);
        let bounded = graph.call(Primitive::Atan, x);
        graph.outputs.push(bounded);
    }
    graph
}

/// The largest change of an output over 300 graphs.
fn largest_change(pass: fn(Graph) -> Graph) -> f64 {
    let mut random = Random(7);
    let mut largest = 0.0f64;
    let leaves = Leaves { data: vec![0.3, -1.2, 0.8], ..Leaves::default() };
    for _ in 0..300 {
        let graph = random_graph(&mut random);
        let before = values(&graph, &leaves);
        for (after, before) in values(&pass(graph), &leaves).into_iter().zip(before) {
            assert!(before.is_finite() && after.is_finite());
            largest = largest.max((after - before).abs());
        }
    }
    largest
}

#[test]
fn share_and_prune_change_no_bit() {
    assert_eq!(largest_change(share), 0.0);
    assert_eq!(largest_change(prune), 0.0);
    assert_eq!(largest_change(|graph| share(prune(share(graph)))), 0.0);
}

#[test]
fn the_others_round_differently_at_most() {
    // Sums of up to a few dozen terms in another order, through functions that magnify errors a few times.
    for pass in [fold, powers, run] {
        let change = largest_change(pass);
        assert!(change > 0.0 && change < 1e-12, "{change:e}");
    }
}

#[test]
fn what_run_promises_holds() {
    let mut random = Random(11);
    for _ in 0..300 {
        let graph = random_graph(&mut random);
        let again = run(graph.clone());
        assert_eq!(again, run(graph), "deterministic");
        let nodes: std::collections::BTreeSet<&Node> = again.iter().map(|(_, node)| node).collect();
        assert_eq!(nodes.len(), again.len(), "no two nodes are equal");
        assert_eq!(prune(again.clone()).len(), again.len(), "all are needed");
        for (_, node) in again.iter() {
            assert!(!matches!(node, Node::Power(_, exponent) if !matches!(exponent, 2 | -1)));
        }
    }
}

#[test]
#[should_panic(expected = "after `spoil`")]
fn a_pass_that_breaks_the_graph_is_named() {
    fn spoil(mut graph: Graph) -> Graph {
        graph.outputs.push(NodeId(1000));
        graph
    }
    super::run_list(&[Pass { name: "spoil", run: spoil }], Graph::new());
}
