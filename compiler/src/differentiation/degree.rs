//! Proves that a function is a polynomial of the draw, so that its higher derivatives vanish.

use crate::ir::{Graph, Node, NodeId, NormalForm};
use crate::passes;

/// `Some(m)` if `f` is provably a polynomial of degree at most `m` in the draw: every ridge function is one in its
/// argument, which is an affine function of the draw, the separable function is one in the coordinate, and an interaction is one
/// in each of its coordinates.
///
/// Then `∂_j^n f = 0` for `n > m`, and a rule may stop there without bias. Terms that would cancel are not added up, so
/// `m` may be larger than the true degree, never smaller. Of an opaque function nothing is known.
#[must_use]
pub fn polynomial_degree(function: &NormalForm) -> Option<u32> {
    if function.whole.is_some() {
        return None;
    }
    let mut degree = 0;
    for ridge in &function.ridges {
        degree = degree.max(graph_degree(&ridge.function, &Node::Ridge)?);
    }
    if let Some(separable) = &function.separable {
        degree = degree.max(graph_degree(&separable.function, &Node::Sample)?);
    }
    for term in &function.interactions {
        for place in 0..term.coordinates.len() {
            degree = degree.max(graph_degree(&term.function, &Node::Coordinate(place))?);
        }
    }
    Some(degree)
}

/// The degree of a graph's output in `variable`, if it is a polynomial.
fn graph_degree(graph: &Graph, variable: &Node) -> Option<u32> {
    // Folding turns `powf(2.0)` into a whole power.
    let graph = passes::fold(graph.clone());
    let mut degrees: Vec<Option<u32>> = Vec::with_capacity(graph.len());
    for (_, node) in graph.iter() {
        let of = |operand: NodeId| degrees[operand.0 as usize];
        let constant_in = |x: Option<u32>| if x == Some(0) { Some(0) } else { None };
        degrees.push(if node == variable {
            Some(1)
        } else {
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
                | Node::Coordinate(_) => Some(0),
                Node::Sum(operands) => {
                    operands.iter().try_fold(0, |degree: u32, &operand| Some(degree.max(of(operand)?)))
                }
                Node::Product(operands) => {
                    operands.iter().try_fold(0, |degree: u32, &operand| degree.checked_add(of(operand)?))
                }
                Node::Power(base, exponent) => match (of(*base), u32::try_from(*exponent)) {
                    (Some(degree), Ok(exponent)) => degree.checked_mul(exponent),
                    (Some(0), Err(_)) => Some(0),
                    (Some(_) | None, Err(_)) | (None, Ok(_)) => None,
                },
                Node::Call(_, argument) => constant_in(of(*argument)),
                Node::RealPower(x, y) | Node::Maximum(x, y) | Node::Minimum(x, y) => {
                    constant_in(of(*x)).and(constant_in(of(*y)))
                }
                Node::Kummer(_, operands) => operands.iter().try_fold(0, |_, &operand| constant_in(of(operand))),
                Node::DrawSlope(_, operands) => operands.iter().try_fold(0, |_, &operand| constant_in(of(operand))),
            }
        });
    }
    degrees[graph.output().0 as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DataId, Primitive, Rational, RidgeTerm, Rows, SeparableTerm};

    fn separable(build: impl FnOnce(&mut Graph, NodeId) -> NodeId) -> NormalForm {
        let mut function = Graph::new();
        let z = function.push(Node::Sample);
        let output = build(&mut function, z);
        function.outputs = vec![output];
        NormalForm { separable: Some(SeparableTerm { along: vec![], function }), ..NormalForm::default() }
    }

    #[test]
    fn polynomials_have_a_degree() {
        assert_eq!(polynomial_degree(&NormalForm::default()), Some(0));
        // (z - t)³ exp(t) + z
        let cubic = separable(|g, z| {
            let t = g.push(Node::Data(DataId(0)));
            let difference = g.subtract(z, t);
            let cube = g.power(difference, 3);
            let scale = g.call(Primitive::Exp, t);
            let product = g.product(vec![cube, scale]);
            g.sum(vec![product, z])
        });
        assert_eq!(polynomial_degree(&cubic), Some(3));
        // z.powf(4.0) is z⁴.
        let quartic = separable(|g, z| {
            let four = g.integer(4);
            g.push(Node::RealPower(z, four))
        });
        assert_eq!(polynomial_degree(&quartic), Some(4));
    }

    #[test]
    fn other_functions_have_none() {
        assert_eq!(polynomial_degree(&separable(|g, z| g.power(z, -1))), None);
        assert_eq!(polynomial_degree(&separable(|g, z| g.call(Primitive::Exp, z))), None);
        let kinked = separable(|g, z| {
            let zero = g.integer(0);
            g.push(Node::Maximum(z, zero))
        });
        assert_eq!(polynomial_degree(&kinked), None);
        let root = separable(|g, z| {
            let exponent = g.constant(Rational::new(3.into(), 2.into()));
            g.push(Node::RealPower(z, exponent))
        });
        assert_eq!(polynomial_degree(&root), None);
        let overflow = separable(|g, z| {
            let power = g.power(z, i32::MAX);
            g.product(vec![power, power, power])
        });
        assert_eq!(polynomial_degree(&overflow), None);
    }

    #[test]
    fn the_largest_degree_of_all_terms_counts() {
        let mut form = separable(|g, z| g.power(z, 2));
        let mut function = Graph::new();
        let u = function.push(Node::Ridge);
        let output = function.power(u, 5);
        function.outputs = vec![output];
        form.ridges = vec![RidgeTerm { rows: Rows::One, slope: Graph::new(), offset: Graph::new(), function }];
        assert_eq!(polynomial_degree(&form), Some(5));
    }
}
