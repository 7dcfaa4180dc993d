//! Writes polynomials down as graphs by Horner's scheme.
//!
//! The derivatives of a function come as sums of monomials with long coefficients. Written out, each monomial would cost
//! its powers; nested, a polynomial in one quantity costs one multiplication and one addition for each term, and
//! its rounding errors do not build up. So, until one term is left:
//!
//! 1. the monomial that all terms share is pulled out;
//! 2. if what remains is a polynomial in *one* monomial, such as `u²` (parity) or `u² r` (`1 + u²` and its inverse), it
//!    is nested in that monomial;
//! 3. otherwise it is nested in the symbol that most terms contain, with polynomials in the others as coefficients.
//!
//! Products and powers that several orders share are written again for each and merged by the pass `share`.

use std::collections::{BTreeMap, BTreeSet};

use num_integer::Integer;
use num_traits::One;

use super::polynomial::{Monomial, Polynomial, Symbol};
use crate::ir::{Graph, NodeId, Rational};

/// Appends `polynomial` to `graph`; `node` gives the node of each symbol.
pub fn emit(graph: &mut Graph, polynomial: &Polynomial, node: &impl Fn(Symbol) -> NodeId) -> NodeId {
    if let Some((monomial, coefficient)) = polynomial.single() {
        return emit_term(graph, monomial, coefficient, node);
    }
    if polynomial.is_empty() {
        return graph.integer(0);
    }
    let (shared, rest) = pull_out(polynomial);
    let (step, coefficients) = match ray(&rest) {
        Some(step) => {
            let along = |monomial: &Monomial| {
                monomial.factors().first().map_or(0, |&(symbol, power)| power / step.exponent(symbol))
            };
            let coefficients = rest
                .terms()
                .map(|(monomial, coefficient)| (along(monomial), Polynomial::constant(coefficient.clone())));
            (step.clone(), coefficients.collect())
        }
        None => by_symbol(&rest),
    };
    let argument = emit_term(graph, &step, &Rational::one(), node);
    let nested = nest(graph, argument, &coefficients, node);
    if shared.is_one() {
        return nested;
    }
    let mut factors = emit_factors(graph, &shared, node);
    factors.push(nested);
    graph.product(factors)
}

/// The monomial that divides every term, and the quotient.
fn pull_out(polynomial: &Polynomial) -> (Monomial, Polynomial) {
    let mut shared: Option<Monomial> = None;
    for (monomial, _) in polynomial.terms() {
        shared = Some(match shared {
            None => monomial.clone(),
            Some(shared) => shared.map_exponents(|symbol, power| power.min(monomial.exponent(symbol))),
        });
    }
    let shared = shared.unwrap_or_default();
    let mut rest = Polynomial::default();
    for (monomial, coefficient) in polynomial.terms() {
        rest.add(monomial.map_exponents(|symbol, power| power - shared.exponent(symbol)), coefficient.clone());
    }
    (shared, rest)
}

/// The monomial `m` of which all terms are powers, if there is one; the greatest such, with at least one term not 1.
fn ray(polynomial: &Polynomial) -> Option<Monomial> {
    let mut step: Option<Monomial> = None;
    for (monomial, _) in polynomial.terms().filter(|(monomial, _)| !monomial.is_one()) {
        let primitive = |monomial: &Monomial| {
            let divisor = monomial.factors().iter().fold(0, |divisor: u32, &(_, power)| divisor.gcd(&power));
            (divisor, monomial.map_exponents(|_, power| power / divisor))
        };
        let (times, direction) = primitive(monomial);
        step = Some(match step {
            None => monomial.clone(),
            Some(step) => {
                let (others, along) = primitive(&step);
                if along != direction {
                    return None;
                }
                direction.map_exponents(|_, power| power * times.gcd(&others))
            }
        });
    }
    step
}

/// The polynomial in the symbol that most terms contain (the first of equals), in steps of the common exponent.
fn by_symbol(polynomial: &Polynomial) -> (Monomial, BTreeMap<u32, Polynomial>) {
    let symbols: BTreeSet<Symbol> =
        polynomial.terms().flat_map(|(monomial, _)| monomial.factors().iter().map(|&(symbol, _)| symbol)).collect();
    let occurrences = |symbol: Symbol| polynomial.terms().filter(|(monomial, _)| monomial.exponent(symbol) > 0).count();
    let outer = symbols.into_iter().rev().max_by_key(|&symbol| occurrences(symbol)).unwrap_or_default();
    let step = polynomial.terms().fold(0, |step: u32, (monomial, _)| step.gcd(&monomial.exponent(outer)));
    let mut coefficients: BTreeMap<u32, Polynomial> = BTreeMap::new();
    for (monomial, coefficient) in polynomial.terms() {
        let power = monomial.exponent(outer);
        coefficients.entry(power / step).or_default().add(monomial.without(outer, power), coefficient.clone());
    }
    (Monomial::power(outer, step), coefficients)
}

/// `Σ_k c_k x^k`, from the highest power down.
fn nest(
    graph: &mut Graph,
    x: NodeId,
    coefficients: &BTreeMap<u32, Polynomial>,
    node: &impl Fn(Symbol) -> NodeId,
) -> NodeId {
    let mut powers = coefficients.iter().rev().peekable();
    let mut accumulated: Option<NodeId> = None;
    while let Some((&power, coefficient)) = powers.next() {
        let coefficient = emit(graph, coefficient, node);
        let sum = match accumulated {
            None => coefficient,
            Some(higher) => graph.sum(vec![higher, coefficient]),
        };
        let gap = power - powers.peek().map_or(0, |&(&next, _)| next);
        accumulated = Some(if gap == 0 {
            sum
        } else {
            let factor = graph.power(x, clamped(gap));
            graph.product(vec![sum, factor])
        });
    }
    accumulated.unwrap_or_else(|| graph.integer(0))
}

fn emit_term(
    graph: &mut Graph,
    monomial: &Monomial,
    coefficient: &Rational,
    node: &impl Fn(Symbol) -> NodeId,
) -> NodeId {
    let mut factors = emit_factors(graph, monomial, node);
    if factors.is_empty() || !coefficient.is_one() {
        factors.push(graph.constant(coefficient.clone()));
    }
    graph.product(factors)
}

fn emit_factors(graph: &mut Graph, monomial: &Monomial, node: &impl Fn(Symbol) -> NodeId) -> Vec<NodeId> {
    monomial.factors().iter().map(|&(symbol, power)| graph.power(node(symbol), clamped(power))).collect()
}

fn clamped(power: u32) -> i32 {
    i32::try_from(power).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DataId, Node};
    use crate::passes::interpret::{Leaves, values};

    /// The value of `Σ c Π x_symbol^power`, and the graph that computes it.
    fn written(terms: &[(i64, &[(Symbol, u32)])], x: &[f64]) -> (f64, Graph) {
        let mut polynomial = Polynomial::default();
        for &(coefficient, factors) in terms {
            let monomial =
                factors.iter().fold(Monomial::default(), |product, &(s, n)| product.times(&Monomial::power(s, n)));
            polynomial.add(monomial, Rational::from_integer(coefficient.into()));
        }
        let mut graph = Graph::new();
        let leaves: Vec<NodeId> = (0..x.len()).map(|index| graph.push(Node::Data(DataId(index)))).collect();
        let root = emit(&mut graph, &polynomial, &|symbol| leaves[symbol]);
        graph.outputs = vec![root];
        let graph = crate::passes::run(graph);
        (values(&graph, &Leaves { data: x.to_vec(), ..Leaves::default() })[0], graph)
    }

    fn operations(graph: &Graph) -> usize {
        graph
            .iter()
            .map(|(_, node)| match node {
                Node::Sum(operands) | Node::Product(operands) => operands.len() - 1,
                Node::Power(..) => 1,
                _ => 0,
            })
            .sum()
    }

    #[test]
    fn an_even_polynomial_is_nested_in_the_square() {
        // 3 + x² (5 - 7 x⁴) at x = 2: 3 + 20 - 448. Two squares, two products, two sums.
        let (value, graph) = written(&[(3, &[]), (5, &[(0, 2)]), (-7, &[(0, 6)])], &[2.0]);
        assert_eq!(value, -425.0);
        assert_eq!(operations(&graph), 2 + 2 + 2);
    }

    #[test]
    fn powers_of_one_monomial_are_nested_in_it() {
        // x y (1 - 2 x² z + 3 x⁴ z²) at (2, 3, 5): 6 (1 - 40 + 1200).
        let terms: [(i64, &[(Symbol, u32)]); 3] =
            [(1, &[(0, 1), (1, 1)]), (-2, &[(0, 3), (1, 1), (2, 1)]), (3, &[(0, 5), (1, 1), (2, 2)])];
        let (value, graph) = written(&terms, &[2.0, 3.0, 5.0]);
        assert_eq!(value, 6966.0);
        assert!(operations(&graph) <= 8, "{}", operations(&graph));
    }

    #[test]
    fn several_symbols_are_nested_in_turn() {
        // x² + x y + y³ + 4 at (2, 3): 4 + 6 + 27 + 4.
        let (value, _) = written(&[(1, &[(0, 2)]), (1, &[(0, 1), (1, 1)]), (1, &[(1, 3)]), (4, &[])], &[2.0, 3.0]);
        assert_eq!(value, 41.0);
        assert_eq!(written(&[], &[]).0, 0.0);
        assert_eq!(written(&[(7, &[])], &[]).0, 7.0);
    }
}
