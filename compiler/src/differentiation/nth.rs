//! The derivatives of a function of one variable at many orders.

use super::generators::Tower;
use super::horner::emit;
use super::polynomial::Polynomial;
use super::rules::derivative_of_term;
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Graph, Node};
use crate::passes;

/// The most terms that all orders up to the highest may have together. The functions in use need a few hundred; nested
/// compositions at high orders could otherwise keep the user's compiler busy for hours.
const LONGEST: usize = 20_000;

/// `f, f^(n_1), f^(n_2), …` of a function of one variable: outputs are the value, then one for each of `orders`, which
/// ascend and are at least 1.
///
/// `function` has one output, `f`; `variable` is [`Node::Sample`] or [`Node::Ridge`], and everything else in the graph
/// counts as a constant. The value is computed as the user wrote it. Each derivative is an exact polynomial in the
/// generators of [`generators`](super::generators), nested by [`horner`](super::horner), and holds where the
/// function is differentiable; relative accuracy is kept in the tails of the logistic functions and of `tanh`.
///
/// # Errors
/// [`Code::NotDifferentiable`] at every kink that depends on the variable; [`Code::BadOrder`] if the derivatives have
/// more terms than can be compiled in reasonable time.
pub fn derivatives(function: &Graph, variable: &Node, orders: &[u32]) -> Result<Graph, Errors> {
    let function = passes::run(function.clone());
    let value = function.output();
    let mut tower = Tower::new(&function, variable)?;
    let mut polynomial = tower.polynomial(value);
    let mut wanted: Vec<Polynomial> = Vec::with_capacity(orders.len());
    let (mut order, mut terms) = (0, 0);
    for &next in orders {
        while order < next {
            polynomial = tower.differentiate(&polynomial);
            order += 1;
            terms += polynomial.len();
            if terms > LONGEST {
                let span = function.span(value).unwrap_or_else(|| proc_macro2::Span::call_site().into());
                let message = format!("the derivatives of this expression up to order {order} have {terms} terms");
                let help = format!("the most is {LONGEST}: ask for a lower order, or nest fewer functions");
                return Err(Fault::new(Code::BadOrder, span, message, help).into());
            }
        }
        wanted.push(polynomial.clone());
    }
    let mut graph = std::mem::take(&mut tower.graph);
    let mut outputs = vec![value];
    for polynomial in &wanted {
        outputs.push(emit(&mut graph, polynomial, &|symbol| tower.node(symbol)));
    }
    graph.outputs = outputs;
    Ok(passes::run(graph))
}

/// [`derivatives()`], and where `f` has kinks, the value and the first derivative almost everywhere: at a kink the mean of the
/// two one-sided ones. That serves expectations under laws with a density, whose draws meet a kink with probability 0.
///
/// # Errors
/// Those of [`derivatives()`]; a kink is one only where a second or higher derivative is asked for.
pub fn derivatives_almost_everywhere(function: &Graph, variable: &Node, orders: &[u32]) -> Result<Graph, Errors> {
    match derivatives(function, variable, orders) {
        Err(errors)
            if orders.iter().all(|&order| order == 1)
                && errors.faults().iter().all(|fault| fault.code == Code::NotDifferentiable) =>
        {
            let mut graph = passes::run(function.clone());
            for _ in orders {
                let slope = derivative_of_term(function, function.output(), variable);
                let slope = graph.import(&slope, slope.output(), |_, _| None);
                graph.outputs.push(slope);
            }
            Ok(passes::run(graph))
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::super::references::{COMPOSITIONS, PRIMITIVES};
    use super::*;
    use crate::ir::{DataId, NodeId, Primitive, Rational};
    use crate::passes::interpret::{Leaves, values};

    const ALL: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    fn function(build: impl FnOnce(&mut Graph, NodeId) -> NodeId) -> Graph {
        let mut graph = Graph::new();
        let u = graph.push(Node::Ridge);
        let output = build(&mut graph, u);
        graph.outputs = vec![output];
        graph
    }

    fn tower(function: &Graph, orders: &[u32]) -> Graph {
        derivatives(function, &Node::Ridge, orders).expect("differentiable")
    }

    fn at(graph: &Graph, u: f64) -> Vec<f64> {
        values(graph, &Leaves { ridge: u, data: vec![0.7], ..Leaves::default() })
    }

    /// Relative agreement; 1e-12 is the rounding of a Horner scheme near one of its zeros.
    fn agree(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 * expected.abs()
    }

    #[test]
    fn primitives_agree_with_cauchys_integral() {
        for (primitive, x, expected) in PRIMITIVES {
            let graph = tower(&function(|g, u| g.call(*primitive, u)), &ALL);
            let found = at(&graph, *x);
            for (order, (&found, &expected)) in found[1..].iter().zip(expected).enumerate() {
                assert!(agree(found, expected), "{primitive:?} at {x}, order {}: {found:e} {expected:e}", order + 1);
            }
        }
        let missing = |primitive: &&Primitive| PRIMITIVES.iter().all(|(known, ..)| known != *primitive);
        let untested: Vec<_> = Primitive::ALL.iter().filter(missing).collect();
        // The gamma function's family is no part of functions of the draw.
        let gamma = [Primitive::LnGamma, Primitive::Polygamma(0), Primitive::Polygamma(1)];
        let kinks = [Primitive::Abs, Primitive::Sign];
        assert_eq!(untested, gamma.iter().chain(&kinks).collect::<Vec<_>>());
    }

    /// The functions of [`COMPOSITIONS`]; `student` is `ln(1 + 0.7 u²)`, `decay` is `1 / (2 - 3 (u - 1)²)`.
    fn composition(name: &str) -> Graph {
        let fraction = |g: &mut Graph, n: i64, d: i64| g.constant(Rational::new(n.into(), d.into()));
        function(|g, u| {
            let one = g.integer(1);
            let square = g.power(u, 2);
            match name {
                "gauss" => {
                    let argument = g.negate(square);
                    g.call(Primitive::Exp, argument)
                }
                "circle" => {
                    let sum = g.sum(vec![one, square]);
                    g.call(Primitive::Sqrt, sum)
                }
                "cauchy" => {
                    let sum = g.sum(vec![one, square]);
                    g.power(sum, -1)
                }
                "xlnx" => {
                    let logarithm = g.call(Primitive::Ln, u);
                    g.product(vec![u, logarithm])
                }
                "nested" => {
                    let (sine, tenth) = (g.call(Primitive::Sin, u), fraction(g, -1, 10));
                    let bell = g.product(vec![tenth, square]);
                    let argument = g.sum(vec![sine, bell]);
                    let exponential = g.call(Primitive::Exp, argument);
                    g.call(Primitive::Ln1p, exponential)
                }
                "tower" => {
                    let (half, two, three) = (fraction(g, -1, 2), g.integer(2), g.integer(3));
                    let (decay, double) = (g.product(vec![half, u]), g.product(vec![two, u]));
                    let (decay, tanh) = (g.call(Primitive::Exp, decay), g.call(Primitive::Tanh, double));
                    let sum = g.sum(vec![u, three]);
                    let inverse = g.power(sum, -1);
                    g.product(vec![square, decay, tanh, inverse])
                }
                "power" => {
                    let (sum, exponent) = (g.sum(vec![one, square]), fraction(g, -5, 4));
                    g.push(Node::RealPower(sum, exponent))
                }
                "selfpower" => {
                    let half = fraction(g, 1, 2);
                    let exponent = g.product(vec![half, u]);
                    g.push(Node::RealPower(u, exponent))
                }
                "tanh10" => {
                    let tanh = g.call(Primitive::Tanh, u);
                    g.power(tanh, 10)
                }
                "student" => {
                    let weight = g.push(Node::Data(DataId(0)));
                    let scaled = g.product(vec![weight, square]);
                    let sum = g.sum(vec![one, scaled]);
                    g.call(Primitive::Ln, sum)
                }
                "decay" => {
                    let (two, minus_three) = (g.integer(2), g.integer(-3));
                    let difference = g.subtract(u, one);
                    let square = g.power(difference, 2);
                    let scaled = g.product(vec![minus_three, square]);
                    let sum = g.sum(vec![two, scaled]);
                    g.power(sum, -1)
                }
                other => panic!("no composition {other}"),
            }
        })
    }

    #[test]
    fn compositions_agree_with_cauchys_integral() {
        for (name, x, expected) in COMPOSITIONS {
            let found = at(&tower(&composition(name), &ALL), *x);
            for (order, (&found, &expected)) in found[1..].iter().zip(expected).enumerate() {
                assert!(agree(found, expected), "{name} at {x}, order {}: {found:e} {expected:e}", order + 1);
            }
        }
    }

    #[test]
    fn even_derivatives_of_log_sigmoid_are_polynomials_in_q() {
        let graph = tower(&function(|g, u| g.call(Primitive::LogSigmoid, u)), &[2, 4, 6, 8]);
        for u in [-30.0f64, -1.1, 0.2, 30.0] {
            let q = (-u.abs()).exp() / (1.0 + (-u.abs()).exp()).powi(2);
            let closed = [
                -q,
                -q * (1.0 - 6.0 * q),
                -q * (1.0 - 30.0 * q + 120.0 * q * q),
                -q * (1.0 - 126.0 * q + 1680.0 * q * q - 5040.0 * q * q * q),
            ];
            let found = at(&graph, u);
            for (found, expected) in found[1..].iter().zip(closed) {
                assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{u}: {found:e} {expected:e}");
            }
            // Any other coefficient is told apart.
            let mutated = -q * (1.0 - 30.0 * q + 121.0 * q * q);
            assert!(u.abs() > 10.0 || !agree(found[3], mutated));
        }
        // The value is the primitive itself: log σ(-30) = -30 - 9.3576e-14.
        assert_eq!(graph.node(graph.outputs[0]), &Node::Call(Primitive::LogSigmoid, NodeId(0)));
    }

    #[test]
    fn derivatives_of_a_bell_are_hermite_polynomials() {
        let bell = function(|g, u| {
            let (square, half) = (g.power(u, 2), g.constant(Rational::new((-1).into(), 2.into())));
            let argument = g.product(vec![half, square]);
            g.call(Primitive::Exp, argument)
        });
        let orders: Vec<u32> = (1..=20).collect();
        let graph = tower(&bell, &orders);
        for u in [-2.2f64, 0.4, 3.0] {
            let found = at(&graph, u);
            let (mut last, mut hermite) = (1.0, u);
            for (order, &found) in found.iter().enumerate().skip(1) {
                let expected = hermite * (-u * u / 2.0).exp() * if order % 2 == 0 { 1.0 } else { -1.0 };
                assert!((found - expected).abs() <= 1e-10 * expected.abs(), "{u}, order {order}: {found} {expected}");
                (last, hermite) = (hermite, u * hermite - order as f64 * last);
            }
        }
    }

    #[test]
    fn polynomials_end_and_constants_have_no_derivative() {
        // (u - t)³ + t: 3 (u - t)², 6 (u - t), 6, 0, 0.
        let cubic = function(|g, u| {
            let t = g.push(Node::Data(DataId(0)));
            let difference = g.subtract(u, t);
            let cube = g.power(difference, 3);
            g.sum(vec![cube, t])
        });
        let found = at(&tower(&cubic, &[1, 2, 3, 4, 5]), 2.7);
        for (found, expected) in found.iter().zip([8.7, 12.0, 12.0, 6.0, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-13);
        }
        let constant = function(|g, _| g.push(Node::Data(DataId(0))));
        assert_eq!(at(&tower(&constant, &[1, 2]), 0.0), [0.7, 0.0, 0.0]);
    }

    #[test]
    fn sums_in_products_are_not_multiplied_out() {
        // ((u - t) sin(u - t))' = sin d + d cos d; multiplied out, u cos d - t cos d has seven digits left at d = 1e-9.
        let product = function(|g, u| {
            let t = g.push(Node::Data(DataId(0)));
            let difference = g.subtract(u, t);
            let sine = g.call(Primitive::Sin, difference);
            g.product(vec![difference, sine])
        });
        let u = 0.7 + 1e-9;
        let d: f64 = u - 0.7;
        let found = at(&tower(&product, &[1]), u)[1];
        assert!((found - (d.sin() + d * d.cos())).abs() <= 1e-14 * found.abs());
    }

    #[test]
    fn high_orders_stay_short() {
        // 34 even derivatives of log σ are polynomials in q of degrees 1 to 34: 2 · 595 operations and q itself.
        let orders: Vec<u32> = (1..=34).map(|half| 2 * half).collect();
        let graph = tower(&function(|g, u| g.call(Primitive::LogSigmoid, u)), &orders);
        let operations = graph.iter().filter(|(_, node)| matches!(node, Node::Sum(_) | Node::Product(_))).count();
        assert!(operations <= 2 * 595 + 3, "{operations}");
        assert!(graph.iter().filter(|(_, node)| matches!(node, Node::Call(..))).count() <= 3);
    }

    #[test]
    fn kinks_are_refused_also_where_they_hide() {
        let refused =
            |build: fn(&mut Graph, NodeId) -> NodeId| derivatives(&function(build), &Node::Ridge, &[1]).is_err();
        assert!(refused(|g, u| g.call(Primitive::Abs, u)));
        assert!(refused(|g, u| {
            let zero = g.integer(0);
            g.push(Node::Maximum(u, zero))
        }));
        assert!(refused(|g, u| {
            let square = g.product(vec![u, u]);
            g.call(Primitive::Sqrt, square)
        }));
        assert!(refused(|g, u| {
            let (one, square) = (g.integer(1), g.constant(Rational::new(3.into(), 2.into())));
            let difference = g.subtract(u, one);
            let base = g.power(difference, 2);
            g.push(Node::RealPower(base, square))
        }));
        // sqrt(u⁴) is u², and |t| is a number.
        assert!(!refused(|g, u| {
            let fourth = g.power(u, 4);
            let root = g.call(Primitive::Sqrt, fourth);
            let t = g.push(Node::Data(DataId(0)));
            let size = g.call(Primitive::Abs, t);
            g.product(vec![root, size])
        }));
    }

    #[test]
    fn swelling_is_refused() {
        let swollen = function(|g, u| {
            let mut sum = vec![u];
            let mut inner = u;
            for primitive in [Primitive::Sin, Primitive::Exp, Primitive::Atan, Primitive::Sigmoid, Primitive::Tan] {
                inner = g.call(primitive, inner);
                sum.push(inner);
            }
            let product = g.product(sum);
            g.call(Primitive::Tanh, product)
        });
        let errors = derivatives(&swollen, &Node::Ridge, &[64]).expect_err("too long");
        assert_eq!(errors.faults()[0].code, Code::BadOrder);
    }
}
