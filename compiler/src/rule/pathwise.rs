//! The pathwise rule, for comparison: the sample expression is differentiated along with `f` (Kingma and Welling,
//! *Auto-encoding variational Bayes*, 2014; Rezende, Mohamed and Wierstra, 2014).
//!
//! A sample expression `z = a(θ) + b(θ) D`, with `D` a function of base draws that do not hang on the parameter, gives
//!
//! ```text
//! ∂_θ E f(z) = E[ f'(z) (a' + b' D) ] = E[ f'(z) (a' + b' (z - a) / b) ]
//! ```
//!
//! which is exact for absolutely continuous `f`, and needs no draw besides `z`. Where `D` is a gamma or beta number and some of its
//! shapes `k` hang on the parameter, `b k' ∂D/∂k` is added for each, the derivative at a fixed probability (Figurnov, Mohamed
//! and Mnih, *Implicit reparameterization gradients*, 2018).

use num_traits::{One, Signed};

use super::build::Builder;
use super::form::{Form, Rule};
use super::select::rule;
use crate::differentiation::derivative;
use crate::ir::{
    BaseDraw, Coefficient, DrawId, DrawKind, DrawSlope, Graph, Law, Node, NodeId, ParamId, Sampler, Stencil,
    StencilTerm,
};
use crate::passes;

/// The rule of a parameter, or why there is none.
///
/// # Errors
/// The reason, as the end of a sentence about the law.
pub(super) fn pathwise(law: &Law, parameter: ParamId) -> Result<Rule, String> {
    let name = &law.parameters[parameter.0].name;
    let sampler = law.sampler.as_ref().ok_or("it has no sample expression")?;
    let no_derivative = || format!("its sample expression has no derivative by `{name}`");
    if let Some(parts) = DrawParts::of(sampler, parameter) {
        return Ok(weighted(parameter, parts.weight(parameter).map_err(|()| no_derivative())?));
    }
    if let Some(draw) = sampler.draws.iter().find(|draw| hangs_on(&sampler.graph, draw, parameter)) {
        return Err(format!(
            "`{name}` is an argument of `{}` in its sample expression; only `a + b * gamma(k)` and `a + b * beta(p, q)`, with one \
             draw, are differentiated by the arguments of the draw",
            draw.kind.name()
        ));
    }
    let mut builder = Builder::new();
    let Some(Affine { location, scale: Some(scale) }) = affine(&sampler.graph, sampler.graph.output(), &mut builder)
    else {
        return Err(format!(
            "its sample expression is not of the form `a + b * d` with `a` and `b` free of draws and `d` free of `{name}`"
        ));
    };
    let location = location.unwrap_or_else(|| builder.constant(num_traits::Zero::zero()));
    let parts = builder.finish_all(&[location, scale]);
    Ok(weighted(parameter, weight(&parts, parameter).map_err(|()| no_derivative())?))
}

/// The rule with a weight of `f'` at the draw.
fn weighted(parameter: ParamId, weight: Graph) -> Rule {
    let form = Form::Pathwise;
    if weight.iter().all(|(_, node)| *node != Node::Sample) {
        return rule(parameter, form, vec![Coefficient { order: 1, value: weight }]);
    }
    let mut numbers = weight;
    let point = numbers.iter().find(|(_, node)| **node == Node::Sample).map(|(id, _)| id);
    numbers.outputs.insert(0, point.unwrap_or(NodeId(0)));
    let mut one = Graph::new();
    one.outputs = vec![one.integer(1)];
    let stencil = Stencil { numbers: Sampler { graph: numbers, draws: Vec::new() }, orders: vec![1] };
    Rule { stencils: vec![StencilTerm { coefficient: one, stencil }], ..rule(parameter, form, Vec::new()) }
}

/// The parts of a sample expression `location + scale D` with a gamma or beta number `D` as the only draw, over parameters.
pub(super) struct DrawParts {
    pub(super) location: Graph,
    pub(super) scale: Graph,
    pub(super) kind: DrawKind,
    /// One output for each argument of the draw.
    pub(super) arguments: Graph,
}

impl DrawParts {
    /// The parts, if the expression is of the kind and an argument of the draw hangs on the parameter.
    pub(super) fn of(sampler: &Sampler, parameter: ParamId) -> Option<Self> {
        let Sampler { graph, draws } = sampler;
        let [draw] = draws.as_slice() else { return None };
        let kind = draw.kind;
        if !matches!(kind, DrawKind::Gamma | DrawKind::Beta) || !hangs_on(graph, draw, parameter) {
            return None;
        }
        let number = Node::Draw(DrawId(0));
        let scale = simplified(derivative(graph, graph.output(), &number).ok()?);
        let mut location = Graph::new();
        let at_zero = location.import(graph, graph.output(), |location, node| {
            (*node == number).then(|| location.constant(num_traits::Zero::zero()))
        });
        location.outputs = vec![at_zero];
        let mut arguments = graph.clone();
        arguments.outputs = draw.arguments.clone();
        let parts = Self { location: simplified(location), scale, kind, arguments: simplified(arguments) };
        (!reads(&parts.scale, parts.scale.output()).0).then_some(parts)
    }

    /// The derivative of an output of a part by the parameter, in another graph.
    pub(super) fn slope(graph: &mut Graph, part: &Graph, output: NodeId, parameter: ParamId) -> Result<NodeId, ()> {
        let slope = derivative(part, output, &Node::Param(parameter)).map_err(|_| ())?;
        Ok(graph.import(&slope, slope.output(), |_, _| None))
    }

    /// `a' + b' d + Σ_i b k_i' ∂d/∂k_i` at `d = (z - a) / b`, one output.
    fn weight(&self, parameter: ParamId) -> Result<Graph, ()> {
        let Self { location, scale, kind, arguments } = self;
        let mut graph = Graph::new();
        let slope = |graph: &mut Graph, part: &Graph, output: NodeId| Self::slope(graph, part, output, parameter);
        let [a, b] = [location, scale].map(|part| graph.import(part, part.output(), |_, _| None));
        let by_location = slope(&mut graph, location, location.output())?;
        let by_scale = slope(&mut graph, scale, scale.output())?;
        let sample = graph.push(Node::Sample);
        let from_location = graph.subtract(sample, a);
        let number = graph.divide(from_location, b);
        let mut terms = vec![by_location, graph.product(vec![by_scale, number])];
        let mut operands: Vec<NodeId> =
            arguments.outputs.iter().map(|&output| graph.import(arguments, output, |_, _| None)).collect();
        operands.push(number);
        for (index, &output) in arguments.outputs.iter().enumerate() {
            let Some(of_draw) = DrawSlope::of(*kind, index) else { return Err(()) };
            let by_argument = slope(&mut graph, arguments, output)?;
            let moved = graph.push(Node::DrawSlope(of_draw, operands.clone().into()));
            terms.push(graph.product(vec![b, by_argument, moved]));
        }
        graph.outputs = vec![graph.sum(terms)];
        Ok(simplified(graph))
    }
}

pub(super) fn simplified(graph: Graph) -> Graph {
    passes::prune(passes::fold(passes::share(graph)))
}

/// Whether an argument of the draw reads the parameter, directly or through another draw.
fn hangs_on(graph: &Graph, draw: &BaseDraw, parameter: ParamId) -> bool {
    draw.arguments.iter().any(|&argument| graph.contains(argument, |node| *node == Node::Param(parameter)))
}

/// `location + scale D`, with nodes of the builder over parameters; a part that is not there is `None`.
struct Affine {
    location: Option<NodeId>,
    scale: Option<NodeId>,
}

/// Reads a node as an affine function of draws; `None` if it is not one.
fn affine(graph: &Graph, id: NodeId, builder: &mut Builder) -> Option<Affine> {
    let (has_draws, has_parameters) = reads(graph, id);
    if !has_draws {
        let mut part = graph.clone();
        part.outputs = vec![id];
        return Some(Affine { location: Some(builder.import(&passes::prune(part))), scale: None });
    }
    if !has_parameters {
        return Some(Affine { location: None, scale: Some(builder.constant(One::one())) });
    }
    match graph.node(id) {
        Node::Sum(terms) => {
            let (mut locations, mut scale) = (Vec::new(), None);
            for &term in terms {
                let term = affine(graph, term, builder)?;
                locations.extend(term.location);
                match (scale, term.scale) {
                    (None, own) => scale = own,
                    (Some(known), Some(own)) if known != own => return None,
                    (Some(_), _) => {}
                }
            }
            let location = (!locations.is_empty()).then(|| builder.sum(locations));
            Some(Affine { location, scale })
        }
        Node::Product(factors) => {
            let (mut free, mut moved) = (Vec::new(), None);
            for &factor in factors {
                match affine(graph, factor, builder)? {
                    // A constant factor belongs to the draws.
                    Affine { location: Some(_), scale: None } if is_constant(graph, factor) => {}
                    Affine { location: Some(free_factor), scale: None } => free.push(free_factor),
                    other => match moved {
                        None => moved = Some(other),
                        Some(_) if is_free_of_parameters(graph, factor) => {}
                        Some(_) => return None,
                    },
                }
            }
            let Affine { location, scale } = moved?;
            let constants: Vec<NodeId> = factors.iter().copied().filter(|&factor| is_constant(graph, factor)).collect();
            let location = location.map(|location| {
                let mut all = free.clone();
                all.push(location);
                all.extend(constants.iter().map(|&constant| builder.node(graph.node(constant).clone())));
                builder.product(all)
            });
            let scale = scale.map(|scale| {
                let is_one = matches!(builder.peek(scale), Node::Constant(value) if value.is_one());
                let all = if is_one { free } else { [free, vec![scale]].concat() };
                builder.product(all)
            });
            Some(Affine { location, scale })
        }
        _ => None,
    }
}

fn is_constant(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id), Node::Constant(value) if value.is_positive() || value.is_negative())
}

fn is_free_of_parameters(graph: &Graph, id: NodeId) -> bool {
    !reads(graph, id).1
}

/// Whether the node reads a draw, and whether it reads a parameter.
fn reads(graph: &Graph, id: NodeId) -> (bool, bool) {
    let has = |is_wanted: fn(&Node) -> bool| graph.contains(id, is_wanted);
    (has(|node| matches!(node, Node::Draw(_))), has(|node| matches!(node, Node::Param(_))))
}

/// `a' + b' (z - a) / b`, one output.
fn weight(parts: &Graph, parameter: ParamId) -> Result<Graph, ()> {
    let slope = |output: NodeId| derivative(parts, output, &Node::Param(parameter)).map_err(|_| ());
    let (location_slope, scale_slope) = (slope(parts.outputs[0])?, slope(parts.outputs[1])?);
    let mut graph = Graph::new();
    let location = graph.import(parts, parts.outputs[0], |_, _| None);
    let scale = graph.import(parts, parts.outputs[1], |_, _| None);
    let by_location = graph.import(&location_slope, location_slope.output(), |_, _| None);
    let by_scale = graph.import(&scale_slope, scale_slope.output(), |_, _| None);
    let draw = graph.push(Node::Sample);
    let from_location = graph.subtract(draw, location);
    let standard = graph.divide(from_location, scale);
    let moved = graph.product(vec![by_scale, standard]);
    graph.outputs = vec![graph.sum(vec![by_location, moved])];
    Ok(simplified(graph))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::series::samples::{gamma, laplace};

    const EXPONENTIAL: (DrawKind, &[usize]) = (DrawKind::Exponential, &[]);

    /// The law with a sampler that `build` makes over its parameters and base draws of these kinds and arguments.
    fn with_sampler(
        law: Law,
        kinds: &[(DrawKind, &[usize])],
        build: impl FnOnce(&mut Graph, &[NodeId], &[NodeId]) -> NodeId,
    ) -> Law {
        let mut graph = Graph::new();
        let parameters: Vec<NodeId> =
            (0..law.parameters.len()).map(|index| graph.push(Node::Param(ParamId(index)))).collect();
        let draws = kinds
            .iter()
            .map(|(kind, arguments)| BaseDraw::new(*kind, arguments.iter().map(|&index| parameters[index]).collect()))
            .collect();
        let nodes: Vec<NodeId> = (0..kinds.len()).map(|index| graph.push(Node::Draw(DrawId(index)))).collect();
        let output = build(&mut graph, &parameters, &nodes);
        graph.outputs = vec![output];
        Law { sampler: Some(Sampler { graph, draws }), ..law }
    }

    /// `mu + b * (exponential() - exponential())`
    fn laplace_law() -> Law {
        with_sampler(laplace(), &[EXPONENTIAL; 2], |graph, parameters, draws| {
            let difference = graph.subtract(draws[0], draws[1]);
            let scaled = graph.product(vec![parameters[1], difference]);
            graph.sum(vec![parameters[0], scaled])
        })
    }

    /// `mu * gamma(k)`
    fn gamma_law() -> Law {
        with_sampler(gamma(), &[(DrawKind::Gamma, &[0])], |graph, parameters, draws| {
            graph.product(vec![parameters[1], draws[0]])
        })
    }

    /// The weight of `f'` as text, or the reason why there is none.
    fn text(law: &Law, parameter: usize) -> String {
        match pathwise(law, ParamId(parameter)) {
            Ok(rule) => {
                let leaves = Leaves::of_parameters(&law.parameters);
                match rule.stencils.first() {
                    Some(term) => infix(&term.stencil.numbers.graph, term.stencil.weight(0), &leaves),
                    None => infix(&rule.coefficients[0].value, rule.coefficients[0].value.output(), &leaves),
                }
            }
            Err(reason) => reason,
        }
    }

    #[test]
    fn locations_and_scales_are_found() {
        assert_eq!(text(&laplace_law(), 0), "1");
        assert_eq!(text(&laplace_law(), 1), "(z - mu) / b");
        assert_eq!(text(&gamma_law(), 1), "z / mu");
    }

    #[test]
    fn shapes_of_gamma_numbers_are_differentiated() {
        assert_eq!(text(&gamma_law(), 0), "mu * gamma_slope(k, z / mu)");
        // b + 2 * gamma(b / mu)
        let shifted = with_sampler(laplace(), &[(DrawKind::Gamma, &[1])], |graph, parameters, draws| {
            let two = graph.integer(2);
            let scaled = graph.product(vec![two, draws[0]]);
            graph.sum(vec![parameters[1], scaled])
        });
        assert_eq!(text(&shifted, 1), "1 + 2 * gamma_slope(b, (z - b) / 2)");
    }

    #[test]
    fn shapes_of_beta_numbers_are_differentiated() {
        // mu + 3 * beta(b, 2 * b), and beta(mu, b)
        let mut graph = Graph::new();
        let [mu, b] = [0, 1].map(|index| graph.push(Node::Param(ParamId(index))));
        let number = graph.push(Node::Draw(DrawId(0)));
        let [two, three] = [2, 3].map(|value| graph.integer(value));
        let twice = graph.product(vec![two, b]);
        let scaled = graph.product(vec![three, number]);
        graph.outputs = vec![graph.sum(vec![mu, scaled])];
        let draws = vec![BaseDraw::new(DrawKind::Beta, vec![b, twice])];
        let shifted = Law { sampler: Some(Sampler { graph, draws }), ..laplace() };
        assert_eq!(text(&shifted, 0), "1");
        let number = "(z - mu) / 3";
        let expected = format!("3 * beta_first_slope(b, 2 * b, {number}) + 6 * beta_second_slope(b, 2 * b, {number})");
        assert_eq!(text(&shifted, 1), expected);
        let plain = with_sampler(laplace(), &[(DrawKind::Beta, &[0, 1])], |_, _, draws| draws[0]);
        assert_eq!(text(&plain, 0), "beta_first_slope(mu, b, z)");
        assert_eq!(text(&plain, 1), "beta_second_slope(mu, b, z)");
    }

    #[test]
    fn other_sample_expressions_are_refused() {
        // mu + poisson(b)
        let count = with_sampler(laplace(), &[(DrawKind::Poisson, &[1])], |graph, parameters, draws| {
            graph.sum(vec![parameters[0], draws[0]])
        });
        assert!(text(&count, 1).contains("`b` is an argument of `poisson`"), "{}", text(&count, 1));
        assert_eq!(text(&laplace(), 1), "it has no sample expression");
        // mu * T1 - b * T2: two scales.
        let two = with_sampler(laplace(), &[EXPONENTIAL; 2], |graph, parameters, draws| {
            let terms = [graph.product(vec![parameters[0], draws[0]]), graph.product(vec![parameters[1], draws[1]])];
            graph.subtract(terms[0], terms[1])
        });
        assert!(text(&two, 1).contains("not of the form"), "{}", text(&two, 1));
    }
}
