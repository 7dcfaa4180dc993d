//! Judges a joint law on its projections.
//!
//! `log φ_θ(t a)`, as a function of the number `t`, is the log characteristic function of `⟨a, z⟩`, a law of one variable. It
//! is analytic at 0, Hermitian and 0 there for every direction `a` if the joint one is; and, as all of these are identities
//! between power series, a fault shows in a generic direction. So a joint law is written out for a few coordinates and a
//! fixed direction of no particular kind, and is judged as any other law; faults come with the tokens of the joint one.

use std::collections::BTreeMap;

use super::analytic::{Judgement, judge};
use crate::errors::{Code, Errors, Extent, Fault};
use crate::ir::{
    Condition, Graph, JointLaw, Law, Node, NodeId, ParamId, Parameter, ParameterKind, ParameterShape, Rational,
    Reduction, Relation, Support,
};

/// How many coordinates are written out.
pub const COORDINATES: usize = 3;

/// A direction, as fractions.
pub type Direction = [(i64, i64); COORDINATES];

/// A direction `a` of no particular kind.
pub const DIRECTION: Direction = [(1, 1), (-3, 5), (7, 4)];

/// Checks that the law uses its frequency and every parameter, and that its projection is a law with an expansion.
///
/// # Errors
/// Those of [`judge`], at the tokens of the joint law.
pub fn judge_joint(law: &JointLaw) -> Result<Judgement, Errors> {
    check_use(law)?;
    judge(&project(law, &DIRECTION)).map_err(in_words_of_vectors)
}

/// What is proposed for the projection is written with its numbers, and not with the vectors of the user's text.
fn in_words_of_vectors(errors: Errors) -> Errors {
    let mut explained = Errors::new();
    for fault in errors.faults() {
        let mut fault = fault.clone();
        if fault.code == Code::NotHermitian && fault.help.starts_with("did you mean") {
            "odd powers of omega come with I, even powers without, as in `I * dot(mu, omega)`"
                .clone_into(&mut fault.help);
        }
        explained.push(fault);
    }
    explained
}

/// Every parameter must be used; that the frequency is shows in the projection.
fn check_use(law: &JointLaw) -> Result<(), Errors> {
    let mut errors = Errors::new();
    for (index, parameter) in law.parameters.iter().enumerate() {
        let id = ParamId(index);
        if !law.log_cf.uses(&Node::Param(id)) && !law.log_cf.reductions.contains(&Reduction::Quadratic(id)) {
            errors.push(Fault::new(
                Code::UnusedParameter,
                parameter.span,
                format!("parameter `{}` does not occur in the log characteristic function", parameter.name),
                "use it or remove it: the law, and so every gradient with respect to it, does not depend on it",
            ));
        }
    }
    errors.into_result()
}

/// The law of `⟨a, z⟩` for three coordinates and a direction `a`; of what `z` is the image of, if it is one.
///
/// Its parameters are the numbers that those of the joint law are made of: the entries of a vector, all but the last of a
/// simplex, a covariance matrix on and above the diagonal, row by row; each has the name and position of its whole.
#[must_use]
pub fn project(law: &JointLaw, direction: &Direction) -> Law {
    let mut projection =
        Projection { law, direction: *direction, graph: Graph::new(), first: Vec::new(), parameters: Vec::new() };
    projection.unroll();
    let output = projection.log_cf();
    let Projection { mut graph, first, parameters, .. } = projection;
    graph.outputs = vec![output];
    Law {
        function: law.function.clone(),
        name: law.name.clone(),
        span: law.span,
        conditions: simplex_conditions(law, &first),
        parameters,
        log_cf: graph,
        log_cf_span: law.log_cf_span,
        sampler: None,
        support: Support::default(),
        strip: None,
        log_density: None,
        rules: Vec::new(),
    }
}

/// A law under projection.
struct Projection<'a> {
    law: &'a JointLaw,
    direction: Direction,
    graph: Graph,
    /// For each parameter of the joint law, its first number among `parameters`.
    first: Vec<usize>,
    parameters: Vec<Parameter>,
}

impl Projection<'_> {
    fn unroll(&mut self) {
        let count = COORDINATES;
        for parameter in &self.law.parameters {
            self.first.push(self.parameters.len());
            let scalar = |kind| Parameter { kind, shape: ParameterShape::Scalar, ..parameter.clone() };
            match parameter.shape {
                ParameterShape::Scalar => self.parameters.push(scalar(parameter.kind)),
                ParameterShape::Vector => self.parameters.extend(vec![scalar(parameter.kind); count]),
                ParameterShape::Simplex => self.parameters.extend(vec![scalar(parameter.kind); count - 1]),
                ParameterShape::Covariance => {
                    for row in 0..count {
                        self.parameters.push(scalar(ParameterKind::Positive));
                        self.parameters.extend(vec![scalar(ParameterKind::Real); count - row - 1]);
                    }
                }
            }
        }
    }

    fn log_cf(&mut self) -> NodeId {
        let log_cf = &self.law.log_cf;
        let mut reduced: Vec<NodeId> = Vec::new();
        for reduction in &log_cf.reductions {
            let value = match reduction {
                Reduction::Coordinates(body) => {
                    let terms = (0..COORDINATES).map(|j| self.import(body, j, &reduced)).collect();
                    self.graph.sum(terms)
                }
                Reduction::Quadratic(sigma) => self.quadratic(*sigma),
            };
            reduced.push(value);
        }
        // No vector stands outside of a reduction, so that the coordinate does not matter.
        self.import(&log_cf.outer, 0, &reduced)
    }

    /// A graph at a coordinate; its inputs are reductions.
    fn import(&mut self, body: &Graph, coordinate: usize, reduced: &[NodeId]) -> NodeId {
        let mut leaves: BTreeMap<&Node, NodeId> = BTreeMap::new();
        for (id, node) in body.iter() {
            let image = match node {
                Node::Frequency => self.frequency(coordinate, body.span(id)),
                Node::Param(parameter) => self.entry(*parameter, coordinate, body.span(id)),
                Node::Input(reduction) => reduced[*reduction],
                Node::Constant(_)
                | Node::Pi
                | Node::ImaginaryUnit
                | Node::TransformVariable
                | Node::Sample
                | Node::Ridge
                | Node::Coordinate(_)
                | Node::Data(_)
                | Node::Draw(_)
                | Node::Sum(_)
                | Node::Product(_)
                | Node::Power(..)
                | Node::RealPower(..)
                | Node::Call(..)
                | Node::Kummer(..)
                | Node::DrawSlope(..)
                | Node::Maximum(..)
                | Node::Minimum(..) => continue,
            };
            leaves.insert(node, image);
        }
        self.graph.import(body, body.output(), |_, node| leaves.get(node).copied())
    }

    /// `a_j t`
    fn frequency(&mut self, coordinate: usize, span: Option<Extent>) -> NodeId {
        let frequency = self.graph.push_spanned(Node::Frequency, span);
        match self.direction[coordinate] {
            (1, 1) => frequency,
            (numerator, denominator) => {
                let factor = self.graph.constant(Rational::new(numerator.into(), denominator.into()));
                self.graph.product(vec![factor, frequency])
            }
        }
    }

    /// A scalar parameter, or entry `j` of a vector.
    fn entry(&mut self, parameter: ParamId, coordinate: usize, span: Option<Extent>) -> NodeId {
        let first = self.first[parameter.0];
        let last = COORDINATES - 1;
        match self.law.parameters[parameter.0].shape {
            ParameterShape::Scalar => self.graph.push_spanned(Node::Param(ParamId(first)), span),
            ParameterShape::Vector => self.graph.push_spanned(Node::Param(ParamId(first + coordinate)), span),
            ParameterShape::Simplex if coordinate == last => {
                let mut rest = vec![self.graph.integer(1)];
                for other in 0..last {
                    let probability = self.graph.push(Node::Param(ParamId(first + other)));
                    rest.push(self.graph.negate(probability));
                }
                self.graph.sum(rest)
            }
            ParameterShape::Simplex => self.graph.push_spanned(Node::Param(ParamId(first + coordinate)), span),
            ParameterShape::Covariance => {
                crate::errors::bug!("series", "a covariance matrix has no entry at one coordinate")
            }
        }
    }

    /// `t² a'Σa`
    fn quadratic(&mut self, sigma: ParamId) -> NodeId {
        let first = self.first[sigma.0];
        let mut terms = Vec::new();
        for row in 0..COORDINATES {
            for column in row..COORDINATES {
                let ((a, b), (c, d)) = (self.direction[row], self.direction[column]);
                let twice = if row == column { 1 } else { 2 };
                let factor = self.graph.constant(Rational::new((twice * a * c).into(), (b * d).into()));
                let entry = self.graph.push(Node::Param(covariance(first, row, column)));
                terms.push(self.graph.product(vec![factor, entry]));
            }
        }
        let sum = self.graph.sum(terms);
        let frequency = self.graph.push(Node::Frequency);
        let square = self.graph.power(frequency, 2);
        self.graph.product(vec![square, sum])
    }
}

/// Entry `(row, column)`, on or above the diagonal, of a covariance matrix whose first number is `first`.
fn covariance(first: usize, row: usize, column: usize) -> ParamId {
    let before: usize = (0..row).map(|above| COORDINATES - above).sum();
    ParamId(first + before + column - row)
}

/// The written-out probabilities of a simplex leave something for the last.
fn simplex_conditions(law: &JointLaw, first: &[usize]) -> Vec<Condition> {
    let simplices = law.parameters.iter().zip(first).filter(|(known, _)| known.shape == ParameterShape::Simplex);
    simplices
        .map(|(parameter, &first)| {
            let mut graph = Graph::new();
            let entries = (0..COORDINATES - 1).map(|index| graph.push(Node::Param(ParamId(first + index)))).collect();
            let (sum, one) = (graph.sum(entries), graph.integer(1));
            graph.outputs = vec![sum, one];
            Condition { graph, relation: Relation::Less, text: format!("{} adds up to 1", parameter.name) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::interpreter::underlined;
    use crate::parse::joint::parse_joint;

    fn judged(options: &str, item: &str) -> Result<(), Vec<(Code, String)>> {
        let item = syn::parse_str(item).expect("a function");
        let law = parse_joint(options.parse().expect("tokens"), &item).map_err(|errors| underlined(&errors))?;
        judge_joint(&law).map(drop).map_err(|errors| underlined(&errors))
    }

    fn refused(code: Code, guilty: &str) -> Result<(), Vec<(Code, String)>> {
        Err(vec![(code, guilty.to_owned())])
    }

    #[test]
    fn joint_laws_pass() {
        let gaussian = "fn law(omega: &[Frequency], mu: &[Real], sigma: &Covariance) -> LogCf {
            I * dot(mu, omega) - quadratic(omega, sigma) / 2.0
        }";
        assert_eq!(judged("sample = mu + cholesky(sigma) * normal()", gaussian), Ok(()));
        let categorical = "fn law(omega: &[Frequency], p: &Simplex) -> LogCf {
            p.iter().zip(omega).map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>().ln()
        }";
        assert_eq!(judged("sample = uniform()", categorical), Ok(()));
        let gammas = "fn law(omega: &[Frequency], alpha: &[Positive]) -> LogCf {
            alpha.iter().zip(omega).map(|(a, w)| -a * (1.0 - I * w).ln()).sum()
        }";
        assert_eq!(judged("sample = softmax(uniform().ln()), image = z / z.sum()", gammas), Ok(()));
        let student = "fn law(omega: &[Frequency], scale: Positive, sigma: &Covariance) -> LogCf {
            -scale * (1.0 + quadratic(omega, sigma)).ln()
        }";
        assert_eq!(judged("sample = cholesky(sigma) * normal()", student), Ok(()));
    }

    #[test]
    fn faults_stand_at_the_tokens_of_the_joint_law() {
        let of = |body: &str| {
            let item = format!(
                "fn law(omega: &[Frequency], mu: &[Real], b: Positive, sigma: &Covariance) -> LogCf {{ {body} }}"
            );
            judged("sample = mu + cholesky(sigma) * normal()", &item)
        };
        let rest = "- quadratic(omega, sigma) / 2.0";
        assert_eq!(of(&format!("dot(mu, omega) * b {rest}")), refused(Code::NotHermitian, "dot(mu, omega) * b"),);
        assert_eq!(
            of(&format!(
                "I * dot(mu, omega) + mu.iter().zip(omega).map(|(m, w)| b * (m * w).abs()).sum::<LogCf>() {rest}"
            )),
            refused(Code::NotSmoothAtOrigin, "(m * w).abs()"),
        );
        assert_eq!(of(&format!("b + I * dot(mu, omega) {rest}")), refused(Code::NonzeroAtOrigin, "b"));
        assert_eq!(of(&format!("I * dot(mu, omega) {rest}")), refused(Code::UnusedParameter, "b"));
        assert_eq!(
            of("I * dot(mu, omega) - b * quadratic(mu, sigma)"),
            refused(Code::Unsupported, "quadratic(mu, sigma)"),
        );
        assert_eq!(of("I * mu * b"), refused(Code::Unsupported, "mu"));
        assert_eq!(
            of("I * omega * sigma"),
            Err(vec![(Code::Unsupported, "omega".to_owned()), (Code::Unsupported, "sigma".to_owned())])
        );
    }
}
