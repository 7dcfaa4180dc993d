use num_traits::{One, Zero};

use super::*;
use crate::ir::{DataId, NodeId, Primitive, Rational, RidgeTerm, Rows, SeparableTerm};
use crate::passes::interpret::{Leaves, values};

/// A function of one coordinate.
fn separable(build: impl FnOnce(&mut Graph, NodeId) -> NodeId) -> NormalForm {
    let mut function = Graph::new();
    let z = function.push(Node::Sample);
    let output = build(&mut function, z);
    function.outputs = vec![output];
    NormalForm { separable: Some(SeparableTerm { along: vec![], function }), ..NormalForm::default() }
}

const DATA: [f64; 2] = [0.7, -1.3];

/// The function at `z` by its terms, around a centre.
fn by_terms(form: &NormalForm, z: f64, centre: f64) -> f64 {
    let expansion = expand(form).expect("a sum of polynomials times exponentials");
    let sum = expansion.separable.as_ref().expect("a separable term");
    let numbers = values(&sum.graph, &Leaves { data: DATA.to_vec(), inputs: vec![centre], ..Leaves::default() });
    let number = |parts: &Parts| {
        let part = |index: Option<usize>| index.map_or(0.0, |index| numbers[index]);
        [part(parts.re), part(parts.im)]
    };
    let x = if expansion.centred { z - centre } else { z };
    let mut total = 0.0;
    for group in &sum.groups {
        let [re, im] = number(&group.exponent);
        let wave = [(re * z).exp() * (im * z).cos(), (re * z).exp() * (im * z).sin()];
        for (power, coefficient) in group.polynomial.iter().enumerate() {
            let Some(coefficient) = coefficient else { continue };
            let [a, b] = number(coefficient);
            total += (a * wave[0] - b * wave[1]) * x.powi(power as i32);
        }
    }
    total
}

/// Compares the terms with the function itself.
fn agrees(form: &NormalForm) -> Expansion {
    let function = &form.separable.as_ref().expect("a separable term").function;
    for z in [-1.1, 0.0, 0.4, 2.3] {
        let exact = values(function, &Leaves { sample: z, data: DATA.to_vec(), ..Leaves::default() })[0];
        for centre in [0.0, 0.9, -2.0] {
            let found = by_terms(form, z, centre);
            assert!((found - exact).abs() <= 1e-12 * (1.0 + exact.abs()), "{found} is not {exact} at {z}, {centre}");
        }
    }
    expand(form).expect("an expansion")
}

fn data(graph: &mut Graph, index: usize) -> NodeId {
    graph.push(Node::Data(DataId(index)))
}

#[test]
fn polynomials_are_around_the_centre() {
    // (z - t)³ + t z
    let expansion = agrees(&separable(|g, z| {
        let t = data(g, 0);
        let difference = g.subtract(z, t);
        let cube = g.power(difference, 3);
        let product = g.product(vec![t, z]);
        g.sum(vec![cube, product])
    }));
    assert!(expansion.is_polynomial() && expansion.is_real() && expansion.centred);
    assert_eq!(expansion.highest_power(), 3);
    // Without a square there is nothing to lose.
    let linear = agrees(&separable(|g, z| g.sum(vec![z])));
    assert!(!linear.centred && linear.highest_power() == 1);
}

#[test]
fn the_difference_to_the_centre_is_taken_first() {
    // (z - t)² far from 0: its constant is (c - t)², not c² - 2ct + t².
    let form = separable(|g, z| {
        let t = data(g, 0);
        let difference = g.subtract(z, t);
        g.power(difference, 2)
    });
    let sum = expand(&form).expect("a polynomial").separable.expect("a separable term");
    let (t, centre) = (1e9, 1e9 + 0.5);
    let numbers = values(&sum.graph, &Leaves { data: vec![t], inputs: vec![centre], ..Leaves::default() });
    let coefficients: Vec<f64> = sum.groups[0]
        .polynomial
        .iter()
        .map(|parts| parts.and_then(|parts| parts.re).map_or(0.0, |index| numbers[index]))
        .collect();
    assert_eq!(coefficients, [0.25, 1.0, 1.0]);
}

#[test]
fn exponentials_waves_and_their_products() {
    // sin(az + b) cos(2z) e^{bz} z² + cosh(z) 2^z / e^{-z + a} + (e^z - 1) sinh(az)
    let expansion = agrees(&separable(|g, z| {
        let (a, b, two) = (data(g, 0), data(g, 1), g.integer(2));
        let az = g.product(vec![a, z]);
        let argument = g.sum(vec![az, b]);
        let (sine, double, growth) = (g.call(Primitive::Sin, argument), g.product(vec![two, z]), g.product(vec![b, z]));
        let (cosine, growth, square) = (g.call(Primitive::Cos, double), g.call(Primitive::Exp, growth), g.power(z, 2));
        let first = g.product(vec![sine, cosine, growth, square]);
        let (cosh, base) = (g.call(Primitive::Cosh, z), g.push(Node::RealPower(two, z)));
        let difference = g.subtract(a, z);
        let divisor = g.call(Primitive::Exp, difference);
        let product = g.product(vec![cosh, base]);
        let second = g.divide(product, divisor);
        let (minus_one, sinh) = (g.call(Primitive::ExpM1, z), g.call(Primitive::Sinh, az));
        let third = g.product(vec![minus_one, sinh]);
        g.sum(vec![first, second, third])
    }));
    assert!(!expansion.is_real() && !expansion.is_polynomial());
    assert_eq!(expansion.highest_power(), 2);
}

#[test]
fn equal_exponents_are_one_term() {
    // e^{az} z + 3 e^{za} - e^{(a + 1) z - z}: one exponent, a polynomial of degree 1.
    let expansion = agrees(&separable(|g, z| {
        let (a, one, three) = (data(g, 0), g.integer(1), g.integer(3));
        let exponent = g.product(vec![a, z]);
        let power = g.call(Primitive::Exp, exponent);
        let first = g.product(vec![power, z]);
        let second = g.product(vec![three, power]);
        let slope = g.sum(vec![a, one]);
        let longer = g.product(vec![slope, z]);
        let same = g.subtract(longer, z);
        let same = g.call(Primitive::Exp, same);
        let sum = g.sum(vec![first, second]);
        g.subtract(sum, same)
    }));
    let groups = &expansion.separable.as_ref().expect("a separable term").groups;
    assert!(groups.len() <= 2 && groups.iter().any(|group| group.polynomial.len() == 2), "{groups:?}");
    // What cancels is gone: (z + 1)(z - 1) - z² is -1.
    let nothing = agrees(&separable(|g, z| {
        let (one, square) = (g.integer(1), g.power(z, 2));
        let (above, below) = (g.sum(vec![z, one]), g.subtract(z, one));
        let product = g.product(vec![above, below]);
        g.subtract(product, square)
    }));
    assert_eq!(nothing.highest_power(), 0);
}

#[test]
fn ridge_terms_have_their_own() {
    let mut function = Graph::new();
    let u = function.push(Node::Ridge);
    let cosine = function.call(Primitive::Cos, u);
    function.outputs = vec![cosine];
    let ridge = RidgeTerm { rows: Rows::One, slope: Graph::new(), offset: Graph::new(), function };
    let form = NormalForm { ridges: vec![ridge], ..separable(|g, z| g.power(z, 4)) };
    let expansion = expand(&form).expect("an expansion");
    assert_eq!((expansion.sums().count(), expansion.ridges[0].groups.len(), expansion.highest_power()), (2, 1, 4));
    assert!(!expansion.is_real() && expansion.ridges[0].groups[0].exponent.re.is_none());
}

#[test]
fn other_functions_are_refused_by_name() {
    let refuse = |build: fn(&mut Graph, NodeId) -> NodeId| expand(&separable(build)).expect_err("no such sum").what;
    assert!(refuse(|g, z| g.call(Primitive::Tanh, z)).starts_with("`tanh` of"));
    assert!(refuse(|g, z| g.power(z, -1)).starts_with("a quotient by"));
    let square_in_exponential = refuse(|g, z| {
        let square = g.power(z, 2);
        g.call(Primitive::Exp, square)
    });
    assert_eq!(square_in_exponential, "`exp` of a function of the draw that is not affine");
    let kink = refuse(|g, z| {
        let zero = g.constant(Rational::zero());
        g.push(Node::Maximum(z, zero))
    });
    assert_eq!(kink, "`max` of the draw");
    assert!(refuse(|g, z| g.power(z, 65)).contains("64"));
    let root = refuse(|g, z| {
        let exponent = g.constant(Rational::one() / Rational::from_integer(3.into()));
        g.push(Node::RealPower(z, exponent))
    });
    assert!(root.starts_with("a power"), "{root}");
    let many = refuse(|g, z| {
        let (a, one) = (g.push(Node::Data(DataId(0))), g.integer(1));
        let angles = g.product(vec![a, z]);
        let (exponential, wave) = (g.call(Primitive::Exp, z), g.call(Primitive::Cos, angles));
        let sum = g.sum(vec![one, z, exponential, wave]);
        g.power(sum, 20)
    });
    assert!(many.starts_with("more than 128 terms"), "{many}");
}
