//! One-line statements about a program and its rules, for comments and the report.

use std::collections::BTreeSet;

use super::closed_forms;
use super::directional;
use super::exponentials;
use super::formula;
use super::sharing;
use super::stencil;
use super::{score, weak};
use crate::ir::display::{Leaves, coordinate_names, infix};
use crate::ir::{ArgumentKind, Graph, JointStep, Node, Parameter, ParameterShape, Primitive, Rows, WholeReason};
use crate::kernel::cost::Operations;
use crate::kernel::program::{Moment, Place, Program, WholeSection};
use crate::kernel::tails::{Tails, tails};
use crate::rule::categorical::visits_states;
use crate::rule::{Ending, Expansion, Form, LOOK_AHEAD, Origin, Rule};

/// `mu, b`.
pub(crate) fn parameter_names(program: &Program) -> String {
    let names: Vec<&str> = program.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    names.join(", ")
}

/// `Gradient of E f(z), f = log_likelihood, z ~ Laplace(mu, b)`.
pub(crate) fn title(program: &Program) -> String {
    let independent = program.vector && (!program.joint || program.probes.states);
    let draw = if independent { "independent z_j ~ " } else { "z ~ " };
    let (function, law) = (&program.function, &program.law);
    format!("Gradient of E f(z), f = {function}, {draw}{law}({})", parameter_names(program))
}

/// The terms of `f`, where a rule uses them.
pub(crate) fn expansion(program: &Program) -> Option<&Expansion> {
    program.exponentials.as_ref().map(|section| &section.expansion)
}

/// `2, 4, 6, 8`, shortened in the middle when long.
pub(crate) fn list(orders: &[u32]) -> String {
    let text = |orders: &[u32]| orders.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    if orders.len() <= 8 {
        return text(orders);
    }
    format!("{}, ..., {}", text(&orders[..4]), text(&orders[orders.len() - 2..]))
}

/// The orders of a rule's kept terms.
pub(crate) fn orders(rule: &Rule) -> Vec<u32> {
    match rule.form {
        Form::Hessian { .. } => vec![2],
        Form::Formula
        | Form::ClosedForm
        | Form::Terminating { .. }
        | Form::Truncated { .. }
        | Form::Auxiliary { .. }
        | Form::Difference { .. }
        | Form::Discrete
        | Form::Pathwise
        | Form::Score { .. }
        | Form::Weak { .. } => rule.coefficients.iter().map(|coefficient| coefficient.order).collect(),
    }
}

/// `∂_b E f(z) = Σ_n a_n E f^(n)(z), n = 2, 4, 6, 8`.
pub(crate) fn equation(parameters: &[Parameter], expansion: Option<&Expansion>, rule: &Rule) -> String {
    let name = &parameters[rule.parameter.0].name;
    if let (form @ (Form::Formula | Form::ClosedForm), Some(expansion)) = (&rule.form, expansion) {
        let equation = match form {
            Form::ClosedForm => closed_forms::equation(name, expansion),
            _ => exponentials::equation(name, expansion),
        };
        return format!("∂_{name} E f(z) = {equation}");
    }
    if let Form::Hessian { coefficient } = &rule.form {
        return format!("∂_{name}[i, j] E f(z) = {coefficient} E ∂_i ∂_j f(z)");
    }
    if let Form::Score { weight, rest, baseline } = &rule.form {
        return format!("∂_{name} E f(z) = {}", score::equation(parameters, weight, rest.as_ref(), *baseline));
    }
    if let Form::Weak { correction } = &rule.form {
        return format!("∂_{name} E f(z) = {}", weak::equation(parameters, rule, correction));
    }
    if visits_states(parameters, rule) {
        return format!("∂_{name}[j, k] E f(z) = E[f(z: z_j = e_k) - Σ_m {name}[j, m] f(z: z_j = e_m)]");
    }
    if rule.is_directional(parameters) {
        let terms: Vec<String> = rule.stencils.iter().map(|term| directional::term(parameters, term)).collect();
        return format!("∂_{name}[j] E f(z) = {}", terms.join(" + "));
    }
    let (name, along) = match parameters[rule.parameter.0].shape {
        ParameterShape::Scalar | ParameterShape::Covariance => (name.clone(), ""),
        ParameterShape::Vector | ParameterShape::Simplex => (format!("{name}[j]"), " along z_j"),
    };
    let orders = orders(rule);
    let mut sum = match orders.as_slice() {
        [] if rule.stencils.is_empty() => "0".to_owned(),
        [] => String::new(),
        [order] => format!("a_{order} E {}(z)", derivative(*order)),
        [first, second] => {
            format!("a_{first} E {}(z) + a_{second} E {}(z)", derivative(*first), derivative(*second))
        }
        _ => format!("Σ_n a_n E f^(n)(z), n = {}", list(&orders)),
    };
    for term in &rule.stencils {
        let (negative, text) = stencil::term(parameters, term);
        sum.push_str(match (sum.is_empty(), negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        });
        sum.push_str(&text);
    }
    format!("∂_{name} E f(z) = {sum}{along}")
}

/// `f'`, `f''`, `f^(3)`.
pub(crate) fn derivative(order: u32) -> String {
    match order {
        0 => "f".to_owned(),
        1 => "f'".to_owned(),
        2 => "f''".to_owned(),
        _ => format!("f^({order})"),
    }
}

/// What becomes of the logarithms of draws that are too small for numbers, or too near the end of their range.
fn of_tails<'a>(program: &Program, weights: impl Iterator<Item = &'a Graph>) -> &'static str {
    let tails: Vec<Tails> = weights.map(|weight| tails(weight, program.sampler.as_ref())).collect();
    if tails.contains(&Tails::Cut) {
        "; but shapes below 0.02 (f32: 0.2) have draws below every positive number, whose logarithms are cut"
    } else if tails.contains(&Tails::Completed) {
        "; where a draw is too small for a number, the mean of its logarithm takes the place of the logarithm"
    } else {
        ""
    }
}

/// Whether and by what the rule is biased.
pub(crate) fn bias(program: &Program, rule: &Rule) -> String {
    let name = &program.parameters[rule.parameter.0].name;
    match &rule.form {
        Form::Formula => "none, and no variance: the expectation is known".to_owned(),
        Form::ClosedForm => format!("none; refused at run time where |φ(λ)| is near zero, a pole of ∂_{name} log φ"),
        Form::Terminating { reason: Ending::Series { degree } } => {
            format!("none, ∂_{name} log φ is a polynomial of degree {degree} in s = iω")
        }
        Form::Terminating { reason: Ending::Function { degree } } => {
            format!("none, f is a polynomial of degree {degree} in the draw")
        }
        Form::Truncated { order, discarded: Some(discarded) } => format!(
            "the terms beyond order {order}; the first, a_{} E {}(z), is measured in every run",
            discarded.order,
            derivative(discarded.order)
        ),
        Form::Auxiliary { origin } | Form::Difference { origin } => match origin {
            Origin::Transform => format!("none, ∂_{name} log φ is the transform of the measure that is drawn"),
            Origin::Author { degree } => {
                format!("none by its author's account; checked on polynomials to degree {degree}, which is no proof")
            }
            Origin::FiniteSupport => "none, the draw has finitely many values".to_owned(),
        },
        Form::Discrete if program.probes.states => {
            "none (Theorem 2); the mean over a variable's own states is exact, so that its draw adds no noise"
                .to_owned()
        }
        Form::Discrete => "none, the draw has finitely many values (Theorem 2)".to_owned(),
        Form::Pathwise => format!("none, z is differentiated by {name} at fixed base draws"),
        Form::Score { weight, .. } => format!(
            "none, the factor of f is the derivative of the law's log density by {name}, whose mean is 0{}",
            of_tails(program, std::iter::once(weight))
        ),
        Form::Weak { correction } => format!(
            "none, ln of the gamma number is differentiated by {name} at a fixed standardised value, and the factor of f, whose \
             mean is 0, makes up for the law of that value{}",
            of_tails(program, correction.iter().filter_map(|term| term.weight.as_ref()))
        ),
        Form::Hessian { .. } => format!("none, log φ is linear in {name} and of degree 2 in s = iω (Eq. (15))"),
        Form::Truncated { order, discarded: None } => {
            format!("the terms beyond order {order}; orders {} to {} have none", order + 1, order + LOOK_AHEAD)
        }
    }
}

/// What one sample costs, and what one gradient costs besides.
pub(crate) fn cost(program: &Program) -> Vec<String> {
    if program.is_known() {
        return vec![
            "Cost: nothing is drawn (other forms draw); φ and its derivatives are evaluated once for each gradient"
                .to_owned(),
        ];
    }
    let d = if program.vector { "d" } else { "1" };
    let count = if program.probes.states { "variables times their states" } else { "coordinates" };
    let mut lines = vec![format!("Cost of one sample: {d} draws (d: number of {count})")];
    if !program.vector {
        lines[0] = "Cost of one sample: 1 draw".to_owned();
    }
    match program.step {
        Some(JointStep::Cholesky(_)) => lines.push("  together: d (d + 1) / 2 mul_add".to_owned()),
        Some(JointStep::Softmax) => lines.push("  together: d calls (exp), d divisions".to_owned()),
        Some(JointStep::Earliest(_)) => lines.push("  together: d comparisons".to_owned()),
        None => {}
    }
    let moments = program.orders.len() + 1;
    for (index, ridge) in program.ridges.iter().enumerate() {
        lines.push(format!("  ridge term {index}, {}:", rows(program, &ridge.rows)));
        lines.push(format!("    {d} mul_add, {}, {moments} sums", operations(&ridge.derivatives)));
    }
    if let Some(separable) = &program.separable {
        let each = if program.vector { "for each coordinate" } else { "once" };
        lines.push(format!("  separable terms, {each}:"));
        lines.push(format!("    {}, {moments} sums", operations(&separable.derivatives)));
    }
    for (index, section) in program.interactions.iter().enumerate() {
        let coordinates = coordinate_names(&section.coordinates).join(", ");
        lines.push(format!("  interaction term {index}, of {coordinates}, {}:", rows(program, &section.rows)));
        lines.push(format!("    {}", operations(&section.derivatives)));
    }
    lines.extend(probes(program));
    lines.extend(scores(program));
    if program.terms.iter().any(|term| term.moment == Moment::Hessian) {
        lines.push(
            "Cost of one gradient besides: d^2 mul_add for each row, 16 times as many for standard errors".to_owned(),
        );
    }
    lines.extend(patterns(program));
    lines.extend(program.whole.as_ref().map(|whole| format!("  {}", calls(program, whole))));
    lines
}

/// How often a function that is called whole is called.
pub(crate) fn calls(program: &Program, whole: &WholeSection) -> String {
    let reused = match program.probes.states {
        true => "fewer since a state may be the draw's own",
        false => "fewer where a moved point is the draw itself or one tried before",
    };
    let why = match whole.reason {
        WholeReason::Option => "opaque",
        WholeReason::Step => "f has a step or a branch, which no rule here differentiates",
    };
    match whole.points.len() {
        0 => format!("{why}: f is called whole, once"),
        points if program.vector => match program.coordinates {
            None => format!("{why}: f is called whole, {} times, {reused}", count_of_calls(points)),
            Some(count) => format!(
                "{why}: f is called whole, {} times, {reused}; {}",
                1 + points * count as usize,
                selection(count)
            ),
        },
        points => format!("{why}: f is called whole, {} times, {reused}", 1 + points),
    }
}

/// What `coordinates = m` does.
fn selection(count: u32) -> String {
    format!("{} of d, with weight d / {count}", plural(count as usize, "random coordinate"))
}

/// `1 + 2 d`
fn count_of_calls(points: usize) -> String {
    if points == 1 { "1 + d".to_owned() } else { format!("1 + {points} d") }
}

/// What the exact rules evaluate besides.
fn probes(program: &Program) -> Vec<String> {
    let probes = &program.probes;
    if !probes.are_evaluated() {
        return Vec::new();
    }
    if probes.states {
        return states(program);
    }
    let draws = plural(probes.numbers.draws.len(), "auxiliary draw");
    let moved = probes.stencils.iter().flatten().filter(|probe| probe.place != Place::Draw).count();
    let along = probes.directional.iter().flatten().count();
    let mut lines = vec![match (program.vector, along) {
        (_, 1..) => format!("  exact rules, once: {draws}; for each entry: {}", plural(along, "moved point")),
        (true, 0) => format!("  exact rules, for each coordinate: {draws}, {}", plural(moved, "moved point")),
        (false, 0) => format!("  exact rules, once: {draws}, {}", plural(moved, "moved point")),
    }];
    for (index, ridge) in program.ridges.iter().enumerate() {
        let all = match program.coordinates {
            _ if !program.vector => String::new(),
            None => " and coordinate".to_owned(),
            Some(count) => format!(" and {}", selection(count)),
        };
        let rows = rows(program, &ridge.rows);
        lines.push(format!("    ridge term {index}, {rows}{all}: {}", operations(&ridge.stencils)));
    }
    if let Some(separable) = &program.separable {
        let often = match (along, probes.read_entries()) {
            (0, _) => "",
            (_, false) => ", for each coordinate three times",
            (_, true) => ", for each coordinate and entry",
        };
        lines.push(format!("    separable terms{often}: {}", operations(&separable.stencils)));
    }
    for (index, section) in program.interactions.iter().enumerate() {
        let moved = coordinate_names(&section.coordinates).into_iter().map(|name| format!("along {name}"));
        let rows = rows(program, &section.rows);
        for (moved, graph) in moved.chain(["for other entries".to_owned()]).zip(&section.stencils) {
            lines.push(format!("    interaction term {index}, {rows}, {moved}: {}", operations(graph)));
        }
    }
    lines
}

/// What the score function rules evaluate besides.
fn scores(program: &Program) -> Option<String> {
    let probes = &program.probes;
    if probes.scores.is_empty() {
        return None;
    }
    let each = if program.vector { "for each coordinate" } else { "once" };
    let sums = plural(probes.scores.len(), "sum");
    Some(format!("  score function, {each}: {}, {sums}", operations(&probes.numbers.graph)))
}

/// What the states of categorical variables cost: one evaluation of each ridge row for each, as an update of its argument.
fn states(program: &Program) -> Vec<String> {
    if program.ridges.is_empty() && program.separable.is_none() {
        return Vec::new();
    }
    let mut lines = vec!["  exact rules, for each of these d states, with all other variables as drawn:".to_owned()];
    if !program.ridges.is_empty() {
        lines.push("    S R d updates of a ridge argument for S samples and R rows; of each:".to_owned());
    }
    for (index, ridge) in program.ridges.iter().enumerate() {
        let rows = rows(program, &ridge.rows);
        lines.push(format!("    ridge term {index}, {rows}: 1 mul_add, {}", operations(&ridge.stencils)));
    }
    if let Some(separable) = &program.separable {
        let (moved, at_zero) = (operations(&separable.stencils), operations(&separable.derivatives));
        lines.push(format!("    separable terms: {moved}; at 0: {at_zero}"));
    }
    lines
}

/// What closed forms evaluate besides.
fn patterns(program: &Program) -> Vec<String> {
    let Some(section) = program.exponentials.as_ref().filter(|section| !section.closed_forms.is_empty()) else {
        return Vec::new();
    };
    let each = if program.vector { "coordinate and parameter" } else { "parameter" };
    let mut lines = vec![format!("  closed forms ({}):", plural(section.closed_forms.len(), "parameter"))];
    let mut line = |what: String, graph: &Graph| {
        lines.push(format!("    {what}: {}, {} mul_add for each {each}", operations(graph), graph.outputs.len()));
    };
    for (index, (graph, ridge)) in section.ridge_patterns.iter().zip(&program.ridges).enumerate() {
        line(format!("ridge term {index}, {}", rows(program, &ridge.rows)), graph);
    }
    if let Some(graph) = &section.separable_patterns {
        line(format!("separable terms{}", if program.vector { ", for each coordinate" } else { "" }), graph);
    }
    lines
}

/// Which rows a term has.
fn rows(program: &Program, rows: &Rows) -> String {
    let Rows::Along(along) = rows else { return "one row".to_owned() };
    let names = along.iter().map(|&index| {
        let argument = &program.arguments[index];
        match argument.kind {
            ArgumentKind::Matrix => format!("row of `{}`", argument.name),
            ArgumentKind::Slice | ArgumentKind::Scalar | ArgumentKind::Any => format!("entry of `{}`", argument.name),
        }
    });
    format!("for each {}", names.collect::<Vec<_>>().join(" and "))
}

/// `8 additions, 7 multiplications, 2 calls (log_sigmoid, sigmoid)`.
pub(crate) fn operations(graph: &Graph) -> String {
    let Operations { additions, multiplications, divisions, calls } = Operations::of(graph);
    let counted =
        [(additions, "addition"), (multiplications, "multiplication"), (divisions, "division"), (calls, "call")];
    let parts = counted.into_iter().filter(|(count, _)| *count > 0);
    let mut text: Vec<String> = parts.map(|(count, noun)| plural(count, noun)).collect();
    let called: BTreeSet<&str> = Primitive::ALL
        .iter()
        .filter(|&&primitive| sharing::uses(graph, |node| matches!(node, Node::Call(found, _) if *found == primitive)))
        .map(|primitive| primitive.name())
        .chain(sharing::uses(graph, |node| matches!(node, Node::RealPower(..))).then_some("powf"))
        .collect();
    if let Some(last) = text.last_mut().filter(|_| !called.is_empty()) {
        last.push_str(&format!(" ({})", called.into_iter().collect::<Vec<_>>().join(", ")));
    }
    if text.is_empty() { "no operations".to_owned() } else { text.join(", ") }
}

/// `1 row`, `2 rows`, `no rows`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// A function of the parameters on one line, unless that would be too long to read.
pub(crate) fn plain(parameters: &[Parameter], graph: &Graph) -> String {
    if formula::is_long(graph, graph.output()) {
        return format!("(long: {}; see RUST)", operations(graph));
    }
    infix(graph, graph.output(), &Leaves::of_parameters(parameters))
}
