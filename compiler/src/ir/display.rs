//! Prints graphs, laws and functions with one line for each node, and expressions on one line.
//!
//! Dumps are for reading what a stage did and for golden tests: equal values print equal text, and nothing depends on
//! addresses, hashes or the machine.

mod infix;
mod joint;

pub use infix::infix;
pub use joint::{dump_joint_law, infix_joint};

use super::draw::BaseDraw;
use super::graph::Graph;
use super::law::{Law, Parameter, Relation};
use super::node::{Node, NodeId, Primitive};
use super::normal_form::{Argument, DataRef, Function, Rows};

/// What leaves are called.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    parameters: Vec<String>,
    data: Vec<String>,
    draws: Vec<String>,
    inputs: Vec<String>,
    coordinates: Vec<String>,
}

impl Leaves {
    /// Parameters by their names.
    #[must_use]
    pub fn of_law(law: &Law) -> Self {
        Self::of_parameters(&law.parameters)
    }

    /// Parameters by their names.
    #[must_use]
    pub fn of_parameters(parameters: &[Parameter]) -> Self {
        Self { parameters: parameters.iter().map(|parameter| parameter.name.clone()).collect(), ..Self::default() }
    }

    /// Data as `epsilon`, `y[o]`, `a[j]`, `x[o, j]`, and `[j = 0]` for the entry of a unit vector.
    #[must_use]
    pub fn of_data(data: &[DataRef], arguments: &[Argument]) -> Self {
        let name = |argument: usize| {
            arguments.get(argument).map_or_else(|| format!("#{argument}"), |known| known.name.clone())
        };
        let data = data
            .iter()
            .map(|reference| match *reference {
                DataRef::Scalar(argument) => name(argument),
                DataRef::Row(argument) => format!("{}[o]", name(argument)),
                DataRef::Coordinate(argument) => format!("{}[j]", name(argument)),
                DataRef::Entry(argument) => format!("{}[o, j]", name(argument)),
                DataRef::Unit(index) => format!("[j = {index}]"),
            })
            .collect();
        Self { data, ..Self::default() }
    }

    /// The same, base draws by these names.
    #[must_use]
    pub fn with_draws(self, names: &[String]) -> Self {
        Self { draws: names.to_vec(), ..self }
    }

    /// The same, data by these names.
    #[must_use]
    pub fn with_data(self, names: &[String]) -> Self {
        Self { data: names.to_vec(), ..self }
    }

    /// The same, inputs by these names.
    #[must_use]
    pub fn with_inputs(self, names: &[String]) -> Self {
        Self { inputs: names.to_vec(), ..self }
    }

    /// The same, coordinates of the draw with these indices.
    #[must_use]
    pub fn with_coordinates(self, indices: &[usize]) -> Self {
        Self { coordinates: coordinate_names(indices), ..self }
    }

    /// The data of a function's normal form.
    #[must_use]
    pub fn of_function(function: &Function) -> Self {
        Self::of_data(&function.normal_form.data, &function.arguments)
    }

    /// The name of a leaf; `None` for an operation.
    fn name(&self, node: &Node) -> Option<String> {
        let numbered = |names: &[String], index: usize, letter: &str| {
            names.get(index).cloned().unwrap_or_else(|| format!("{letter}{index}"))
        };
        match node {
            Node::Pi => Some("π".to_owned()),
            Node::ImaginaryUnit => Some("i".to_owned()),
            Node::Frequency => Some("ω".to_owned()),
            Node::TransformVariable => Some("s".to_owned()),
            Node::Param(id) => Some(numbered(&self.parameters, id.0, "θ")),
            Node::Sample => Some("z".to_owned()),
            Node::Ridge => Some("u".to_owned()),
            Node::Data(id) => Some(numbered(&self.data, id.0, "d")),
            Node::Draw(id) => Some(self.draws.get(id.0).cloned().unwrap_or_else(|| format!("draw{}", id.0))),
            Node::Input(index) => Some(numbered(&self.inputs, *index, "in")),
            Node::Coordinate(place) => Some(numbered(&self.coordinates, *place, "z")),
            Node::Constant(_)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Maximum(..)
            | Node::Minimum(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => None,
        }
    }
}

/// `z[0]` and `z[3]`.
pub(crate) fn coordinate_names(indices: &[usize]) -> Vec<String> {
    indices.iter().map(|index| format!("z[{index}]")).collect()
}

/// One line for each node, such as `%3 = product %0 %2`, and a last line with the outputs.
#[must_use]
pub fn dump_graph(graph: &Graph, leaves: &Leaves) -> String {
    let mut text = String::new();
    let list = |operands: &[NodeId]| operands.iter().map(|id| format!(" %{}", id.0)).collect::<String>();
    for (id, node) in graph.iter() {
        let operation = match node {
            Node::Constant(value) => value.to_string(),
            Node::Sum(operands) => format!("sum{}", list(operands)),
            Node::Product(operands) => format!("product{}", list(operands)),
            Node::Power(base, exponent) => format!("power{} {exponent}", list(&[*base])),
            Node::RealPower(base, exponent) => format!("real_power{}", list(&[*base, *exponent])),
            Node::Call(Primitive::Polygamma(order @ 2..), argument) => {
                format!("polygamma {order}{}", list(&[*argument]))
            }
            Node::Call(primitive, argument) => format!("{}{}", primitive.name(), list(&[*argument])),
            Node::Maximum(x, y) => format!("max{}", list(&[*x, *y])),
            Node::Minimum(x, y) => format!("min{}", list(&[*x, *y])),
            Node::Kummer(part, operands) => format!("{}{}", part.name(), list(operands)),
            Node::DrawSlope(slope, operands) => format!("{}{}", slope.name(), list(operands)),
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
            | Node::Coordinate(_) => leaves.name(node).unwrap_or_default(),
        };
        line(&mut text, &format!("%{} = {operation}", id.0));
    }
    line(&mut text, &format!("output{}", list(&graph.outputs)));
    text
}

/// Every part of a law.
#[must_use]
pub fn dump_law(law: &Law) -> String {
    let leaves = Leaves::of_law(law);
    let mut text = String::new();
    line(&mut text, &format!("law {} of fn {}", law.name, law.function));
    for parameter in &law.parameters {
        line(&mut text, &format!("parameter {}: {}", parameter.name, parameter.kind.name()));
    }
    line(&mut text, "log φ:");
    text.push_str(&dump_graph(&law.log_cf, &leaves));
    if let Some(sampler) = &law.sampler {
        line(&mut text, "sample:");
        text.push_str(&dump_graph(&sampler.graph, &leaves));
        text.push_str(&dump_draws(&sampler.draws));
    }
    for condition in &law.conditions {
        let relation = match condition.relation {
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
        };
        let sides: Vec<String> =
            condition.graph.outputs.iter().map(|&side| infix(&condition.graph, side, &leaves)).collect();
        line(&mut text, &format!("require {}    (written `{}`)", sides.join(&format!(" {relation} ")), condition.text));
    }
    let ends = [("from", &law.support.lower), ("to", &law.support.upper)];
    for (name, end) in ends.into_iter().filter_map(|(name, end)| Some((name, end.as_ref()?))) {
        line(&mut text, &format!("support {name} {}", infix(end, end.output(), &leaves)));
    }
    text
}

/// One line for each base draw, such as `draw1 ~ gamma(%3)`.
#[must_use]
pub fn dump_draws(draws: &[BaseDraw]) -> String {
    let mut text = String::new();
    for (index, draw) in draws.iter().enumerate() {
        let arguments: Vec<String> = draw.arguments.iter().map(|id| format!("%{}", id.0)).collect();
        let within = draw.within.map_or_else(String::new, |outer| format!(", for each copy of draw{}", outer.0));
        line(&mut text, &format!("draw{index} ~ {}({}){within}", draw.kind.name(), arguments.join(", ")));
    }
    text
}

/// Every part of a function's normal form.
#[must_use]
pub fn dump_function(function: &Function) -> String {
    let form = &function.normal_form;
    let leaves = Leaves::of_function(function);
    let name = |index: &usize| function.arguments.get(*index).map_or("?", |argument| argument.name.as_str());
    let names = |indices: &[usize]| indices.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    line(&mut text, &format!("function {} of a {}", function.name, if function.vector { "vector" } else { "number" }));
    if !form.constant.outputs.is_empty() {
        line(&mut text, "constant:");
        text.push_str(&dump_graph(&form.constant, &leaves));
    }
    for (index, ridge) in form.ridges.iter().enumerate() {
        let rows = match &ridge.rows {
            Rows::One => "one row".to_owned(),
            Rows::Along(arguments) => format!("rows o along {}", names(arguments)),
        };
        line(&mut text, &format!("ridge {index}, {rows}"));
        for (part, graph) in [("slope", &ridge.slope), ("offset", &ridge.offset), ("function", &ridge.function)] {
            line(&mut text, &format!("{part}:"));
            text.push_str(&dump_graph(graph, &leaves));
        }
    }
    if let Some(separable) = &form.separable {
        let along = names(&separable.along);
        line(&mut text, &format!("separable{}{along}", if along.is_empty() { "" } else { ", coordinates j along " }));
        text.push_str(&dump_graph(&separable.function, &leaves));
    }
    for term in &form.interactions {
        let rows = match &term.rows {
            Rows::One => "one row".to_owned(),
            Rows::Along(arguments) => format!("rows o along {}", names(arguments)),
        };
        line(&mut text, &format!("interaction of {}, {rows}", coordinate_names(&term.coordinates).join(", ")));
        text.push_str(&dump_graph(&term.function, &leaves.clone().with_coordinates(&term.coordinates)));
    }
    if form.whole.is_some() {
        line(&mut text, "called whole");
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{ParamId, Rational};

    fn rational(numerator: i64, denominator: i64) -> Rational {
        Rational::new(numerator.into(), denominator.into())
    }

    fn leaves() -> Leaves {
        Leaves { parameters: vec!["mu".into(), "b".into()], ..Leaves::default() }
    }

    #[test]
    fn a_dump_has_a_line_for_each_node() {
        let mut graph = Graph::new();
        let b = graph.push(Node::Param(ParamId(1)));
        let square = graph.power(b, 2);
        let half = graph.constant(rational(1, 2));
        let root = graph.product(vec![half, square]);
        graph.outputs = vec![root];
        assert_eq!(dump_graph(&graph, &leaves()), "%0 = b\n%1 = power %0 2\n%2 = 1/2\n%3 = product %1 %2\noutput %3\n");
    }
}
