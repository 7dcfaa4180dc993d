//! Which changes of scale the graph of a law's shape shows.
//!
//! If the shape is unchanged when `s` is divided by `c` and each parameter `θ_j` is multiplied by `c^{w_j}`, then `c z` has
//! the parameters `c^{w_j} θ_j`: one table of quantiles serves all of them. Each node of the graph gets a weight, a
//! linear form in the unknown `w_j`: products add weights, the terms of a sum must have the same, arguments of `exp` or
//! `ln` must have none. What these conditions leave is found exactly, by elimination.

use num_traits::{One, Signed, Zero};

use crate::ir::{Graph, Node, NodeId, ParamId, Parameter, ParameterKind, Primitive, Rational};

/// A linear form in the weights of the parameters; the last entry is its constant.
type Form = Vec<Rational>;

/// `c` as a function of the parameters, then the parameters of `z / c`: the parameter that sets the scale
/// becomes 1, and parameters that the shape does not read stay. Without a scale, 1 and the parameters as they are.
#[must_use]
pub fn standard(shape: &Graph, parameters: &[Parameter]) -> Graph {
    let mut graph = Graph::new();
    let given: Vec<NodeId> = (0..parameters.len()).map(|index| graph.push(Node::Param(ParamId(index)))).collect();
    let weights = weights(shape, parameters);
    let is_anchor = |index: &usize| parameters[*index].kind == ParameterKind::Positive && !weights[*index].is_zero();
    let one = graph.integer(1);
    graph.outputs =
        match (0..parameters.len()).filter(is_anchor).min_by_key(|&index| weights[index].abs() != Rational::one()) {
            Some(anchor) => {
                let scale = power(&mut graph, given[anchor], &weights[anchor].recip());
                let mut outputs = vec![scale];
                for (index, &parameter) in given.iter().enumerate() {
                    let factor = power(&mut graph, scale, &-&weights[index]);
                    outputs.push(if index == anchor { one } else { graph.product(vec![parameter, factor]) });
                }
                outputs
            }
            None => std::iter::once(one).chain(given).collect(),
        };
    crate::passes::run(graph)
}

fn power(graph: &mut Graph, base: NodeId, exponent: &Rational) -> NodeId {
    if let (true, Ok(whole)) = (exponent.is_integer(), i32::try_from(exponent.to_integer())) {
        return graph.power(base, whole);
    }
    let exponent = graph.constant(exponent.clone());
    graph.push(Node::RealPower(base, exponent))
}

/// The weight of each parameter; all 0 if the shape has no scale.
fn weights(shape: &Graph, parameters: &[Parameter]) -> Vec<Rational> {
    let count = parameters.len();
    let mut conditions: Vec<Form> = Vec::new();
    // Domains that a change of scale would leave.
    for (index, parameter) in parameters.iter().enumerate() {
        match parameter.kind {
            ParameterKind::Probability | ParameterKind::Count => conditions.push(unit(count, index)),
            ParameterKind::Real | ParameterKind::Positive => {}
        }
    }
    let mut forms: Vec<Form> = Vec::with_capacity(shape.len());
    for (_, node) in shape.iter() {
        let form = form(node, count, &|operand| &forms[operand.0 as usize], shape, &mut conditions);
        forms.push(form);
    }
    conditions.push(forms[shape.output().0 as usize].clone());
    solve(conditions, count).unwrap_or_else(|| vec![Rational::zero(); count])
}

fn unit(count: usize, index: usize) -> Form {
    (0..=count).map(|entry| if entry == index { Rational::one() } else { Rational::zero() }).collect()
}

fn combine(x: &Form, y: &Form, factor: &Rational) -> Form {
    x.iter().zip(y).map(|(x, y)| x + factor * y).collect()
}

fn form<'a>(
    node: &Node,
    count: usize,
    of: &dyn Fn(NodeId) -> &'a Form,
    graph: &Graph,
    conditions: &mut Vec<Form>,
) -> Form {
    let none = || vec![Rational::zero(); count + 1];
    let scaled = |form: &Form, factor: &Rational| combine(&none(), form, factor);
    let minus_one = -Rational::one();
    match node {
        Node::TransformVariable => scaled(&unit(count, count), &minus_one),
        Node::Param(ParamId(index)) => unit(count, *index),
        Node::Constant(_)
        | Node::Pi
        | Node::ImaginaryUnit
        | Node::Frequency
        | Node::Sample
        | Node::Ridge
        | Node::Data(_)
        | Node::Draw(_)
        | Node::Input(_)
        | Node::Coordinate(_) => none(),
        Node::Sum(terms) => {
            let first = of(terms[0]);
            conditions.extend(terms[1..].iter().map(|&term| combine(of(term), first, &minus_one)));
            first.clone()
        }
        Node::Product(factors) => {
            factors.iter().fold(none(), |sum, &factor| combine(&sum, of(factor), &Rational::one()))
        }
        Node::Power(base, exponent) => scaled(of(*base), &Rational::from_integer((*exponent).into())),
        Node::RealPower(base, exponent) => match graph.node(*exponent) {
            Node::Constant(value) => scaled(of(*base), value),
            // The weight would be a product of unknowns.
            _ => {
                conditions.extend([of(*base).clone(), of(*exponent).clone()]);
                none()
            }
        },
        Node::Maximum(x, y) | Node::Minimum(x, y) => {
            conditions.push(combine(of(*x), of(*y), &minus_one));
            of(*x).clone()
        }
        node @ (Node::Kummer(..) | Node::DrawSlope(..)) => {
            node.for_each_operand(|operand| conditions.push(of(operand).clone()));
            none()
        }
        Node::Call(primitive, argument) => match primitive {
            Primitive::Sqrt => scaled(of(*argument), &Rational::new(1.into(), 2.into())),
            Primitive::Abs => of(*argument).clone(),
            Primitive::Sign => none(),
            Primitive::Exp
            | Primitive::ExpM1
            | Primitive::Ln
            | Primitive::Ln1p
            | Primitive::Sin
            | Primitive::Cos
            | Primitive::Tan
            | Primitive::Sinh
            | Primitive::Cosh
            | Primitive::Tanh
            | Primitive::Atan
            | Primitive::Sigmoid
            | Primitive::LogSigmoid
            | Primitive::Softplus
            | Primitive::LnGamma
            | Primitive::Polygamma(_) => {
                conditions.push(of(*argument).clone());
                none()
            }
        },
    }
}

/// A common zero of linear forms, unknowns that are free being 0; none if there is none.
fn solve(mut forms: Vec<Form>, count: usize) -> Option<Vec<Rational>> {
    let mut pivots: Vec<(usize, Form)> = Vec::new();
    while let Some(mut form) = forms.pop() {
        for (unknown, pivot) in &pivots {
            let factor = -form[*unknown].clone();
            form = combine(&form, pivot, &factor);
        }
        let Some(unknown) = (0..count).find(|&unknown| !form[unknown].is_zero()) else {
            if form[count].is_zero() { continue } else { return None }
        };
        let inverse = form[unknown].recip();
        let form: Form = form.iter().map(|entry| entry * &inverse).collect();
        for (_, pivot) in &mut pivots {
            let factor = -pivot[unknown].clone();
            *pivot = combine(pivot, &form, &factor);
        }
        pivots.push((unknown, form));
    }
    let mut solution = vec![Rational::zero(); count];
    for (unknown, form) in pivots {
        solution[unknown] = -form[count].clone();
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use crate::ir::display::{Leaves, infix};
    use crate::parse::distribution::parse_distribution;
    use crate::series::analytic::judge;
    use crate::series::shape::shape;

    /// The scale and the parameters of the law in units of it.
    fn read(parameters: &str, body: &str) -> Vec<String> {
        let item = format!("fn f(omega: Frequency, {parameters}) -> LogCf {{ let s = I * omega; {body} }}");
        let law = parse_distribution(quote::quote! {}, &syn::parse_str(&item).expect("a function")).expect("a law");
        let standard = shape(&law, &judge(&law).expect("an expansion").log_cf).standard;
        let leaves = Leaves::of_law(&law);
        standard.outputs.iter().map(|&output| infix(&standard, output, &leaves)).collect()
    }

    #[test]
    fn scales_of_known_laws() {
        let laplace = "mu * s - (1 - b.powi(2) * s.powi(2)).ln()";
        assert_eq!(read("mu: Real, b: Positive", laplace), ["b", "mu", "1"]);
        assert_eq!(read("k: Positive, mu: Positive", "-k * (1 - mu * s).ln()"), ["mu", "k", "1"]);
        assert_eq!(read("rate: Positive", "-(1 - s / rate).ln()"), ["1 / rate", "1"]);
        assert_eq!(read("v: Positive", "v * s.powi(2)"), ["sqrt(v)", "1"]);
        let nig = "d * ((a.powi(2) - b.powi(2)).sqrt() - (a.powi(2) - (b + s).powi(2)).sqrt())";
        assert_eq!(read("a: Positive, b: Real, d: Positive", nig), ["1 / a", "1", "b / a", "a * d"]);
        let tempered = "c * ((m - s).sqrt() - m.sqrt())";
        assert_eq!(read("c: Positive, m: Positive", tempered), ["1 / m", "c * (1 / m)^(-1 / 2)", "1"]);
    }

    #[test]
    fn laws_without_a_scale_stay_as_they_are() {
        assert_eq!(read("rate: Positive", "rate * (s.exp() - 1)"), ["1", "rate"]);
        assert_eq!(read("p: Probability", "(1 - p + p * s.exp()).ln()"), ["1", "p"]);
        assert_eq!(read("a: Positive, b: Positive", "a * s.powi(2) + b * s.powi(2) + s.powi(4)"), ["1", "a", "b"]);
        // An exponent that is a parameter gives no linear condition.
        let stable = "c * (m.powf(y) - (m - s).powf(y))";
        assert_eq!(read("c: Positive, m: Positive, y: Probability", stable), ["1", "c", "m", "y"]);
        // The scale is set by a parameter that may be negative.
        assert_eq!(read("b: Real", "-(1 - b * s).ln()"), ["1", "b"]);
    }
}
