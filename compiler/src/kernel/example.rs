//! A small program for the tests of this module: a law with a sampler, two rules, a ridge and a separable term.

use proc_macro2::Span;

use crate::ir::{
    Argument, ArgumentKind, BaseDraw, DataId, DataRef, DrawId, DrawKind, Function, Graph, Law, Node, NodeId,
    NormalForm, ParamId, Parameter, ParameterKind, ParameterShape, Primitive, Rational, RidgeTerm, Rows, Sampler,
    SeparableTerm,
};
use crate::rule::{Coefficient, Ending, Form, Radius, Rule};

/// A graph with one output.
pub(super) fn expression(build: impl FnOnce(&mut Graph) -> NodeId) -> Graph {
    let mut graph = Graph::new();
    let output = build(&mut graph);
    graph.outputs = vec![output];
    graph
}

fn parameter(name: &str, kind: ParameterKind) -> Parameter {
    Parameter { name: name.to_owned(), kind, shape: ParameterShape::Scalar, span: Span::call_site() }
}

/// Laplace, drawn by `mu + b (exponential() - exponential()) + 0 gamma(b^3)`: the last draw is there for its argument.
pub(super) fn law() -> Law {
    let mut graph = Graph::new();
    let (mu, b) = (graph.push(Node::Param(ParamId(0))), graph.push(Node::Param(ParamId(1))));
    let draws: Vec<NodeId> = (0..3).map(|index| graph.push(Node::Draw(DrawId(index)))).collect();
    let shape = graph.power(b, 3);
    let difference = graph.subtract(draws[0], draws[1]);
    let scaled = graph.product(vec![b, difference]);
    let sum = graph.sum(vec![mu, scaled, draws[2]]);
    graph.outputs = vec![sum];
    let exponential = BaseDraw::new(DrawKind::Exponential, vec![]);
    let draws = vec![exponential.clone(), exponential, BaseDraw::new(DrawKind::Gamma, vec![shape])];
    Law {
        function: "laplace".to_owned(),
        name: "Laplace".to_owned(),
        span: Span::call_site(),
        parameters: vec![parameter("mu", ParameterKind::Real), parameter("b", ParameterKind::Positive)],
        log_cf: Graph::new(),
        log_cf_span: Span::call_site().into(),
        sampler: Some(Sampler { graph, draws }),
        conditions: vec![],
        support: crate::ir::Support::default(),
        strip: None,
        log_density: None,
        rules: vec![],
    }
}

/// `E f'` for `mu`, `Σ 2 b^(n-1) E f^(n)` to order 4 for `b`.
pub(super) fn rules() -> Vec<Rule> {
    let coefficient = |order: u32, power: i32| Coefficient {
        order,
        value: expression(|graph| {
            let b = graph.push(Node::Param(ParamId(1)));
            let (two, power) = (graph.integer(2), graph.power(b, power));
            graph.product(vec![two, power])
        }),
    };
    let one = Coefficient { order: 1, value: expression(|graph| graph.integer(1)) };
    let discarded = Some(coefficient(6, 5));
    vec![
        Rule {
            parameter: ParamId(0),
            form: Form::Terminating { reason: Ending::Series { degree: 1 } },
            coefficients: vec![one],
            stencils: vec![],
            radius: Radius::Unknown,
            alternatives: vec![],
        },
        Rule {
            parameter: ParamId(1),
            form: Form::Truncated { order: 4, discarded },
            coefficients: vec![coefficient(2, 1), coefficient(4, 3)],
            stencils: vec![],
            radius: Radius::Unknown,
            alternatives: vec![],
        },
    ]
}

/// `Σ_o t² log σ(y_o ⟨x_o, z⟩ + t) + Σ_j (z_j - 2 t)² + |t|`.
pub(super) fn function() -> Function {
    let argument = |name: &str, kind| Argument { name: name.to_owned(), kind, span: Span::call_site() };
    let data = |graph: &mut Graph, index: usize| graph.push(Node::Data(DataId(index)));
    let ridge = RidgeTerm {
        rows: Rows::Along(vec![0, 1]),
        slope: expression(|graph| {
            let (x, y) = (data(graph, 0), data(graph, 1));
            graph.product(vec![x, y])
        }),
        offset: expression(|graph| data(graph, 2)),
        function: expression(|graph| {
            let (u, t) = (graph.push(Node::Ridge), data(graph, 2));
            let (square, call) = (graph.power(t, 2), graph.call(Primitive::LogSigmoid, u));
            graph.product(vec![square, call])
        }),
    };
    let separable = SeparableTerm {
        along: vec![],
        function: expression(|graph| {
            let (z, t, two) =
                (graph.push(Node::Sample), data(graph, 2), graph.constant(Rational::from_integer(2.into())));
            let double = graph.product(vec![two, t]);
            let difference = graph.subtract(z, double);
            graph.power(difference, 2)
        }),
    };
    Function {
        name: "objective".to_owned(),
        span: Span::call_site(),
        vector: true,
        arguments: vec![
            argument("x", ArgumentKind::Matrix),
            argument("y", ArgumentKind::Slice),
            argument("t", ArgumentKind::Scalar),
        ],
        normal_form: NormalForm {
            data: vec![DataRef::Entry(0), DataRef::Row(1), DataRef::Scalar(2)],
            constant: expression(|graph| {
                let t = data(graph, 2);
                graph.call(Primitive::Abs, t)
            }),
            ridges: vec![ridge],
            separable: Some(separable),
            interactions: Vec::new(),
            whole: None,
        },
    }
}
