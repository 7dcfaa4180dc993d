//! Checks the rules that stand beside a joint law, on powers of linear functions and in exact arithmetic.
//!
//! For `f = ⟨a, z⟩^m` both sides of `∂E f(z)/∂θ_k = E[rule]` are known, as in a law of one variable: the rule reads such an `f`
//! through `⟨a, z⟩`, and the law of that is the [projection](crate::series::projection). Of an image `z = ζ / Σ_j ζ_j` the moments
//! are `E ⟨a, ζ⟩^m / E (Σ_j ζ_j)^m`, if `Σ_j ζ_j` does not depend on `z`; that is so for independent gamma numbers of one scale and
//! for no others (Lukacs, *A characterization of the gamma distribution*, 1955), and is checked.
//!
//! Powers of linear functions span all polynomials of their degree, and an identity that holds for one direction without
//! pattern holds for all but with probability 0. The first entry of the vector is a symbol, the others are numbers without
//! pattern. Equality up to a degree is no proof for other functions, and the report says so.

use super::written::{check, moments_of_cumulants};
use crate::algebra::permit::with_permit;
use crate::algebra::{Field, Quotient};
use crate::errors::{Code, Errors, Fault};
use crate::ir::draw::{carry_arguments, take_arguments};
use crate::ir::exact_rule::JOINT_CHECKED_DEGREE;
use crate::ir::{
    ExactRule, Graph, Image, JointLaw, Law, Node, NodeId, ParamId, ParameterKind, ParameterShape, Rational, VERTEX,
    WrittenRule,
};
use crate::rule::text;
use crate::series::analytic::{Judgement, judge};
use crate::series::gradient::cumulants;
use crate::series::projection::{COORDINATES, DIRECTION, Direction, project};

/// Values of the entries of vectors and of scalars, but for the first entry of the vector that a rule belongs to. All are below
/// one half, so that they may be probabilities.
const VALUES: [(i64, i64); 6] = [(5, 17), (2, 9), (7, 16), (3, 13), (9, 20), (4, 15)];

/// Checks every rule of a law.
///
/// # Errors
/// [`Code::WrongRule`] at a rule that is wrong or cannot be checked; those of [`with_permit`].
pub fn check_rules(law: &JointLaw) -> Result<(), Errors> {
    let mut errors = Errors::new();
    for rule in &law.rules {
        if let Err(why) = check_rule(law, rule)? {
            let name = &law.parameters[rule.parameter.0].name;
            errors.push(Fault::new(
                Code::WrongRule,
                rule.extent,
                format!("this rule is not the gradient with respect to an entry of `{name}`: {why}"),
                "a rule of a joint law is checked on powers of linear functions of three coordinates, against the moments of the law",
            ));
        }
    }
    errors.into_result()
}

/// What goes to the algebra thread: plain nodes, since positions cannot.
struct Task {
    /// `log φ` in `s` of the projection.
    projection: Series,
    /// The same of the sum of all coordinates, if that is divided out.
    sum: Option<Series>,
    /// The entries of the vector; `None` is the symbol.
    entries: Vec<Option<Rational>>,
    kinds: Vec<ParameterKind>,
    names: Vec<String>,
    parameter: ParamId,
    rule: String,
}

fn check_rule(law: &JointLaw, rule: &WrittenRule) -> Result<Result<(), String>, Errors> {
    let written = |direction: &Direction| fixed(law, rule.parameter, project(law, direction));
    let mut projected = written(&DIRECTION);
    projected.law.rules = vec![WrittenRule { rule: projected.rule(law, &rule.rule), ..rule.clone() }];
    let sum = match law.image {
        Some(Image::Normalised) => Some(Series::of(&written(&[(1, 1); COORDINATES]).law)?),
        None => None,
    };
    let rules = text::write_rules(&projected.law);
    let Some((parameter, text)) = rules.into_iter().next() else { return Ok(Ok(())) };
    let task = Task {
        projection: Series::of(&projected.law)?,
        sum,
        entries: projected.entries[rule.parameter.0].clone(),
        kinds: projected.law.parameters.iter().map(|parameter| parameter.kind).collect(),
        names: projected.law.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        parameter,
        rule: text,
    };
    Ok(with_permit(law.span, || task.run())?)
}

/// A series to be expanded.
struct Series {
    nodes: Vec<Node>,
    output: NodeId,
    lost: u32,
}

impl Series {
    fn of(law: &Law) -> Result<Self, Errors> {
        let Judgement { log_cf, lost } = judge(law)?;
        Ok(Self { nodes: log_cf.iter().map(|(_, node)| node.clone()).collect(), output: log_cf.output(), lost })
    }

    /// `κ_n / n!` from `n = 1` on.
    fn cumulants(&self, field: &mut Field) -> Result<Vec<Quotient>, String> {
        let mut graph = Graph::new();
        for node in &self.nodes {
            graph.push(node.clone());
        }
        graph.outputs = vec![self.output];
        cumulants(&graph, field, JOINT_CHECKED_DEGREE, self.lost)
    }
}

impl Task {
    fn run(&self) -> Result<(), String> {
        let mut field = Field::new(self.kinds.clone());
        let cumulants = self.projection.cumulants(&mut field)?;
        let mut moments = moments_of_cumulants(&cumulants, JOINT_CHECKED_DEGREE, &field);
        if let Some(sum) = &self.sum {
            let of_sum = sum.cumulants(&mut field)?;
            self.check_gammas(&cumulants, &of_sum, &field)?;
            for (moment, of_sum) in moments.iter_mut().zip(moments_of_cumulants(&of_sum, JOINT_CHECKED_DEGREE, &field))
            {
                *moment = field.divide(moment, &of_sum);
            }
        }
        let rule = text::read_rule(&self.rule, &self.names)?;
        check(&rule, self.parameter, &moments, "<a, z>", &mut field)
    }

    /// `κ_n / n! = Σ_j α_j (c a_j)^n / n` of gamma numbers with shapes `α_j` and scale `c`.
    fn check_gammas(&self, cumulants: &[Quotient], of_sum: &[Quotient], field: &Field) -> Result<(), String> {
        let unknown = "the moments of `z / z.sum()` are known for independent gamma numbers only, with the entries of this parameter \
                       as their shapes and with one scale";
        let [first, second, ..] = of_sum else { return Err(unknown.to_owned()) };
        if first.is_zero() {
            return Err(unknown.to_owned());
        }
        let scale = field.divide(&field.multiply(&field.integer(2), second), first);
        let steps: Vec<Quotient> = DIRECTION
            .iter()
            .map(|&(n, d)| field.multiply(&scale, &field.rational(&Rational::new(n.into(), d.into()))))
            .collect();
        let mut powers: Vec<Quotient> = self.entries.iter().map(|entry| shape(entry, field)).collect();
        for (n, cumulant) in (1..).zip(cumulants) {
            let mut sum = field.integer(0);
            for (power, step) in powers.iter_mut().zip(&steps) {
                *power = field.multiply(power, step);
                sum = field.add(&sum, power);
            }
            if !field.subtract(&sum, &field.multiply(&field.integer(n), cumulant)).is_zero() {
                return Err(unknown.to_owned());
            }
        }
        Ok(())
    }
}

fn shape(entry: &Option<Rational>, field: &Field) -> Quotient {
    match entry {
        Some(value) => field.rational(value),
        None => field.parameter(ParamId(0)),
    }
}

/// A projection in which all parameters but one are numbers.
struct Fixed {
    law: Law,
    /// What stands for each entry of each parameter of the joint law; `None` is the symbol.
    entries: Vec<Vec<Option<Rational>>>,
}

fn fixed(law: &JointLaw, parameter: ParamId, mut projected: Law) -> Fixed {
    let mut values = VALUES.iter().cycle().map(|&(n, d)| Rational::new(n.into(), d.into()));
    let mut flat: Vec<Option<Rational>> = Vec::new();
    let mut entries = Vec::new();
    for (index, known) in law.parameters.iter().enumerate() {
        let count = match known.shape {
            ParameterShape::Scalar => 1,
            ParameterShape::Vector => COORDINATES,
            ParameterShape::Simplex => COORDINATES - 1,
            ParameterShape::Covariance => COORDINATES * (COORDINATES + 1) / 2,
        };
        let own: Vec<Option<Rational>> =
            (0..count).map(|entry| if index == parameter.0 && entry == 0 { None } else { values.next() }).collect();
        flat.extend(own.iter().cloned());
        entries.push(own);
    }
    let mut graph = Graph::new();
    let output = graph.import(&projected.log_cf, projected.log_cf.output(), |graph, node| {
        let Node::Param(ParamId(index)) = node else { return None };
        Some(match &flat[*index] {
            Some(value) => graph.constant(value.clone()),
            None => graph.push(Node::Param(ParamId(0))),
        })
    });
    graph.outputs = vec![output];
    let symbol = flat.iter().position(Option::is_none).unwrap_or(0);
    projected.parameters = vec![projected.parameters[symbol].clone()];
    projected.conditions.clear();
    projected.log_cf = graph;
    Fixed { law: projected, entries }
}

impl Fixed {
    /// The rule of the first entry, read on functions of the projection.
    fn rule(&self, law: &JointLaw, rule: &ExactRule) -> ExactRule {
        let mut rule = rule.clone();
        for coefficient in &mut rule.derivatives {
            coefficient.value = self.graph(law, &coefficient.value);
        }
        for term in &mut rule.stencils {
            term.coefficient = self.graph(law, &term.coefficient);
            let numbers = &mut term.stencil.numbers;
            carry_arguments(&mut numbers.graph, &numbers.draws);
            numbers.graph = self.graph(law, &numbers.graph);
            take_arguments(&mut numbers.graph, &mut numbers.draws);
        }
        rule
    }

    fn graph(&self, law: &JointLaw, graph: &Graph) -> Graph {
        let mut image = Graph::new();
        for &output in &graph.outputs {
            let output = image.import(graph, output, |image, node| match node {
                Node::Param(ParamId(index)) if *index < law.parameters.len() => {
                    let entry = &self.entries[*index][0];
                    Some(self.entry(image, entry))
                }
                Node::Param(ParamId(index)) => {
                    let of = law.totals[index - law.parameters.len()];
                    let entries = self.entries[of.0].iter().map(|entry| self.entry(image, entry)).collect();
                    Some(image.sum(entries))
                }
                node if *node == VERTEX => {
                    let (numerator, denominator) = DIRECTION[0];
                    Some(image.constant(Rational::new(numerator.into(), denominator.into())))
                }
                _ => None,
            });
            image.outputs.push(output);
        }
        image
    }

    fn entry(&self, graph: &mut Graph, entry: &Option<Rational>) -> NodeId {
        match entry {
            Some(value) => graph.constant(value.clone()),
            None => graph.push(Node::Param(ParamId(0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::interpreter::underlined;
    use crate::parse::joint::parse_joint;

    const GAMMAS: &str = "alpha.iter().zip(omega).map(|(alpha, omega)| -alpha * (1.0 - I * omega).ln()).sum()";
    const RULE: &str = "{ let c = (-exponential() / (alpha.sum() + trigamma_mixture(alpha.sum()))).exp();
        let y = vertex + (z - vertex) * c; trigamma(alpha.sum()) * df(y, vertex - y) }";

    fn checked(options: &str, parameters: &str, body: &str) -> Result<(), (Code, String)> {
        let item = format!("fn law(omega: &[Frequency], {parameters}) -> LogCf {{ {body} }}");
        let item = syn::parse_str(&item).expect("a function");
        let first = |errors: Errors| underlined(&errors).swap_remove(0);
        let law = parse_joint(options.parse().expect("tokens"), &item).map_err(first)?;
        check_rules(&law).map_err(|errors| (errors.faults()[0].code, errors.faults()[0].message.clone()))
    }

    fn dirichlet(rule: &str, body: &str) -> Result<(), (Code, String)> {
        let options = format!("image = z / z.sum(), sample = softmax(loggamma(alpha)), rule(alpha) = {rule}");
        checked(&options, "alpha: &[Positive]", body)
    }

    #[test]
    fn the_rule_of_the_dirichlet_law_is_right() {
        assert_eq!(dirichlet(RULE, GAMMAS), Ok(()));
        // Any scale gives the same image.
        assert_eq!(dirichlet(RULE, &GAMMAS.replace("I * omega", "3.0 * I * omega")), Ok(()));
    }

    #[test]
    fn wrong_rules_are_found() {
        for (right, wrong, degree) in [
            ("trigamma(alpha.sum()) * df", "2.0 * trigamma(alpha.sum()) * df", "f(z) = <a, z>^1"),
            ("df(y, vertex - y)", "df(y, vertex - z)", "f(z) = <a, z>^1"),
            ("df(y, vertex - y)", "df(z, vertex - y)", "f(z) = <a, z>^2"),
            ("(z - vertex) * c", "(z - vertex) * c.powi(2)", "f(z) = <a, z>^1"),
            ("(alpha.sum() + trigamma_mixture", "(1.0 + alpha.sum() + trigamma_mixture", "cannot be checked"),
        ] {
            assert!(RULE.contains(right));
            let (code, message) = dirichlet(&RULE.replacen(right, wrong, 1), GAMMAS).expect_err(wrong);
            assert_eq!(code, Code::WrongRule, "{wrong}: {message}");
            assert!(message.contains(degree) || message.contains("not known"), "{wrong}: {message}");
        }
    }

    #[test]
    fn only_images_of_gamma_numbers_have_known_moments() {
        for body in [
            &GAMMAS.replace("-alpha", "-2.0 * alpha"),
            "alpha.iter().zip(omega).map(|(alpha, omega)| alpha * ((I * omega).exp() - 1.0)).sum()",
        ] {
            let (code, message) = dirichlet(RULE, body).expect_err(body);
            assert_eq!(code, Code::WrongRule);
            assert!(message.contains("independent gamma numbers"), "{message}");
        }
    }

    #[test]
    fn rules_of_laws_without_an_image_are_checked_too() {
        let law = |rule: &str| {
            let options = format!("sample = mu + cholesky(sigma) * normal(), rule(mu) = {rule}");
            let body = "I * dot(mu, omega) - quadratic(omega, sigma) / 2.0";
            checked(&options, "mu: &[Real], sigma: &Covariance", body)
        };
        assert_eq!(law("df(z, vertex)"), Ok(()));
        assert_eq!(law("df(z, 2.0 * vertex)").expect_err("twice").0, Code::WrongRule);
        assert_eq!(law("df(z, vertex * mu)").expect_err("mu_k times as much").0, Code::WrongRule);
        let shared = "df(z + mu * (vertex - z), vertex)";
        assert_eq!(law(shared), Err((Code::Unsupported, shared.to_owned())));
        assert_eq!(law("df(z.exp(), vertex)"), Err((Code::Unsupported, "df(z.exp(), vertex)".to_owned())));
        assert_eq!(law("df(z)"), Err((Code::Unsupported, "df(z)".to_owned())));
        assert_eq!(law("f(z + vertex) - f(z)").expect_err("values").0, Code::Unsupported);
    }
}
