//! Base draws: the random numbers of the runtime that sample expressions are made of.
//!
//! Arguments are nodes of a graph that lies beside the draws. Steps from graph to graph renumber nodes, so arguments travel
//! through them as further outputs: [`carry_arguments`] before, [`take_arguments`] after.

use super::graph::Graph;
use super::node::NodeId;

/// Index into the base draws of a [`Sampler`](super::Sampler), in the order in which they consume random words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawId(pub usize);

/// What a base draw is a draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DrawKind {
    /// Uniform on (0, 1).
    Uniform,
    /// Standard normal.
    Normal,
    /// Exponential with mean 1.
    Exponential,
    /// Gamma with the given shape and scale 1; 0 for the shape 0.
    Gamma,
    /// The logarithm of a gamma number with the given shape and scale 1, however small that number is.
    LogGamma,
    /// Beta with the given shapes.
    Beta,
    /// Inverse Gaussian with the given mean and shape.
    InverseGaussian,
    /// 1 with the given probability, otherwise 0.
    Bernoulli,
    /// Number of successes in that many trials of the given probability.
    Binomial,
    /// Number of failures before the first success of the given probability.
    Geometric,
    /// Poisson with the given mean; 0 for the mean 0.
    Poisson,
    /// `k >= 1` with probability `-q^k / (k ln(1 - q))`.
    Logarithmic,
    /// `k >= 1` with probability `6 / (πk)²`.
    ZetaMixture,
    /// `k >= 0` with probability proportional to `(x + k)^-2`.
    TrigammaMixture,
    /// The sum of that many independent copies of an expression; 0 for none.
    Compound,
}

/// A row of the table of base draws.
struct Row {
    name: &'static str,
    arguments: &'static [&'static str],
    own_site: bool,
}

impl DrawKind {
    /// Every kind, in declaration order.
    pub const ALL: &'static [DrawKind] = &[
        DrawKind::Uniform,
        DrawKind::Normal,
        DrawKind::Exponential,
        DrawKind::Gamma,
        DrawKind::LogGamma,
        DrawKind::Beta,
        DrawKind::InverseGaussian,
        DrawKind::Bernoulli,
        DrawKind::Binomial,
        DrawKind::Geometric,
        DrawKind::Poisson,
        DrawKind::Logarithmic,
        DrawKind::ZetaMixture,
        DrawKind::TrigammaMixture,
        DrawKind::Compound,
    ];

    const fn row(self) -> Row {
        let (name, arguments, own_site): (_, &'static [&'static str], _) = match self {
            DrawKind::Uniform => ("uniform", &[], false),
            DrawKind::Normal => ("normal", &[], false),
            DrawKind::Exponential => ("exponential", &[], false),
            DrawKind::Gamma => ("gamma", &["shape"], true),
            DrawKind::LogGamma => ("loggamma", &["shape"], true),
            DrawKind::Beta => ("beta", &["a", "b"], true),
            DrawKind::InverseGaussian => ("inverse_gaussian", &["mean", "shape"], false),
            DrawKind::Bernoulli => ("bernoulli", &["p"], false),
            DrawKind::Binomial => ("binomial", &["n", "p"], true),
            DrawKind::Geometric => ("geometric", &["p"], false),
            DrawKind::Poisson => ("poisson", &["rate"], true),
            DrawKind::Logarithmic => ("logarithmic", &["q"], false),
            DrawKind::ZetaMixture => ("zeta_mixture", &[], true),
            DrawKind::TrigammaMixture => ("trigamma_mixture", &["x"], true),
            DrawKind::Compound => ("compound", &["count", "jump"], true),
        };
        Row { name, arguments, own_site }
    }

    /// The name in a sample expression and in generated code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What the arguments are called.
    #[must_use]
    pub const fn arguments(self) -> &'static [&'static str] {
        self.row().arguments
    }

    /// Whether the draw has a site of its own, because the number of its random words is not fixed; others share one.
    #[must_use]
    pub const fn has_own_site(self) -> bool {
        self.row().own_site
    }

    /// The call as it is written: `gamma(shape)`.
    #[must_use]
    pub fn signature(self) -> String {
        format!("{}({})", self.name(), self.arguments().join(", "))
    }
}

/// The derivatives of base draws by an argument at a fixed probability, the implicit reparameterisation derivatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DrawSlope {
    /// Of a gamma number by its shape.
    Gamma,
    /// Of a beta number by its first shape.
    BetaFirst,
    /// Of a beta number by its second shape.
    BetaSecond,
    /// Of `-ln(1 - x)`, `x` a beta number, by its first shape: known at `x = 1`, where `∂x/∂a / (1 - x)` is 0/0.
    BetaRest,
}

impl DrawSlope {
    /// Every derivative.
    pub const ALL: &'static [DrawSlope] =
        &[DrawSlope::Gamma, DrawSlope::BetaFirst, DrawSlope::BetaSecond, DrawSlope::BetaRest];

    /// The derivative of a kind of draw by one of its arguments, if it is known.
    #[must_use]
    pub const fn of(kind: DrawKind, argument: usize) -> Option<Self> {
        match (kind, argument) {
            (DrawKind::Gamma, 0) => Some(DrawSlope::Gamma),
            (DrawKind::Beta, 0) => Some(DrawSlope::BetaFirst),
            (DrawKind::Beta, 1) => Some(DrawSlope::BetaSecond),
            _ => None,
        }
    }

    /// The name in generated Rust and in dumps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            DrawSlope::Gamma => "gamma_slope",
            DrawSlope::BetaFirst => "beta_first_slope",
            DrawSlope::BetaSecond => "beta_second_slope",
            DrawSlope::BetaRest => "beta_rest_slope",
        }
    }
}

/// A random number that the runtime draws; arguments are nodes of the sampler's graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseDraw {
    /// What it is a draw from.
    pub kind: DrawKind,
    /// As many as the kind has. They may depend on earlier draws; of a compound draw, the second depends on the draws
    /// within it.
    pub arguments: Vec<NodeId>,
    /// The compound draw, a later one, for each copy of whose jump this draw is made afresh.
    pub within: Option<DrawId>,
}

impl BaseDraw {
    /// A draw outside of all compound draws.
    #[must_use]
    pub const fn new(kind: DrawKind, arguments: Vec<NodeId>) -> Self {
        Self { kind, arguments, within: None }
    }

    /// The draw with the name of a kind, if the number of arguments is right; no compound draw.
    #[must_use]
    pub fn named(name: &str, arguments: &[NodeId]) -> Option<Self> {
        let kind = DrawKind::ALL.iter().copied().find(|kind| kind.name() == name && *kind != DrawKind::Compound)?;
        (kind.arguments().len() == arguments.len()).then(|| Self::new(kind, arguments.to_vec()))
    }

    /// The same draw with other arguments.
    #[must_use]
    pub fn map_arguments(&self, map: impl FnMut(NodeId) -> NodeId) -> Self {
        Self { arguments: self.arguments.iter().copied().map(map).collect(), ..self.clone() }
    }
}

/// Appends the arguments of `draws` to the outputs of their graph.
pub fn carry_arguments(graph: &mut Graph, draws: &[BaseDraw]) {
    graph.outputs.extend(draws.iter().flat_map(|draw| &draw.arguments));
}

/// Takes the arguments of `draws` back from the end of the outputs of their graph.
pub fn take_arguments(graph: &mut Graph, draws: &mut [BaseDraw]) {
    for argument in draws.iter_mut().rev().flat_map(|draw| draw.arguments.iter_mut().rev()) {
        match graph.outputs.pop() {
            Some(output) => *argument = output,
            None => crate::errors::bug!("ir", "the arguments of base draws were not carried"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Node, ParamId};

    #[test]
    fn arguments_travel_as_outputs() {
        let mut graph = Graph::new();
        let nodes: Vec<NodeId> = (0..4).map(|index| graph.push(Node::Param(ParamId(index)))).collect();
        graph.outputs = vec![nodes[3]];
        let mut draws = vec![
            BaseDraw::new(DrawKind::Normal, vec![]),
            BaseDraw::new(DrawKind::Binomial, vec![nodes[2], nodes[0]]),
            BaseDraw::new(DrawKind::Gamma, vec![nodes[1]]),
        ];
        carry_arguments(&mut graph, &draws);
        assert_eq!(graph.outputs, [nodes[3], nodes[2], nodes[0], nodes[1]]);
        let expected = draws.clone();
        draws.iter_mut().for_each(|draw| draw.arguments.fill(nodes[3]));
        take_arguments(&mut graph, &mut draws);
        assert_eq!((draws, graph.outputs), (expected, vec![nodes[3]]));
    }

    #[test]
    fn signatures_name_the_arguments() {
        assert_eq!(DrawKind::Compound.signature(), "compound(count, jump)");
        assert_eq!(DrawKind::Uniform.signature(), "uniform()");
    }
}
