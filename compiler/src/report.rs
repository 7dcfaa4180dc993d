//! The reader's account of a compilation: for each parameter the rule, the reason, the coefficients, the bias, the cost.
//!
//! Plain text of at most 100 columns, the same for the same input, so that it can be read, compared and kept.

use crate::emit::{self, exponentials, summary};
use crate::ir::{DrawSlope, Node, NodeId, Parameter, ParameterKind, ParameterShape};
use crate::kernel::program::Program;
use crate::parse::options::Precision;
use crate::rule::{Coefficient, Ending, Form, Origin, Radius, Rule, StencilTerm};

/// Other exact rules that are shown.
const ALTERNATIVES: usize = 3;

/// Widest line.
const WIDTH: usize = 100;

/// The account of an estimator.
///
/// States for each parameter the equation `∂_θ E f(z) = Σ_n a_n E f^(n)(z)` with the kept orders, whether it is exact
/// or by what it is biased, why its form was chosen, and every coefficient; then the moments of the draw that must exist
/// for the rules to hold, the arithmetic, and the operations of one sample.
#[must_use]
pub fn report(program: &Program, rules: &[Rule], precision: Precision) -> String {
    let mut text = Text::default();
    text.line(0, &summary::title(program));
    for rule in rules {
        text.blank();
        account(program, rule, &mut text);
    }
    for parameter in program.parameters.iter().filter(|parameter| !parameter.kind.has_gradient()) {
        text.blank();
        text.line(0, &format!("{}: {}, no gradient", parameter.name, kind(parameter)));
    }
    text.blank();
    moments(program, rules, &mut text);
    if program.sampler.is_none() {
        text.line(
            0,
            "Sampler: by inversion of the characteristic function, at run time (cargo feature `inversion`); the",
        );
        text.line(
            9,
            "error of any probability is bounded by `sampler_error` of the run, 1e-9 or less, and the bias of",
        );
        text.line(9, "E f and its gradient that comes from it by as much times the variation of f and its derivatives");
    }
    let arithmetic = match precision {
        Precision::F64 => "f64",
        Precision::F32 => "f32 for draws and derivatives, f64 for coefficients and sums over leaves",
    };
    text.line(0, &format!("Arithmetic: {arithmetic}"));
    for line in summary::cost(program) {
        text.line(0, &line);
    }
    text.0
}

/// A rule on one line: the form, the equation, and what is drawn; `parameters` are those of a coordinate, in a joint law with
/// sums.
#[must_use]
pub fn line(parameters: &[Parameter], rule: &Rule) -> String {
    let draws = |term: &StencilTerm| draws(parameters, rule, term);
    let draws: Vec<String> = rule.stencils.iter().map(draws).collect();
    let letters = emit::weak::letters(parameters, rule).into_iter();
    let rest = draws.into_iter().filter(|draws| !draws.is_empty()).chain(letters).map(|text| format!("; {text}"));
    format!("{}: {}{}", form(rule), summary::equation(parameters, None, rule), rest.collect::<String>())
}

/// What is drawn for a term of a rule, and where that moves the draw.
fn draws(parameters: &[Parameter], rule: &Rule, term: &StencilTerm) -> String {
    if rule.is_directional(parameters) {
        emit::directional::draws(parameters, &term.stencil)
    } else {
        emit::stencil::draws(parameters, &term.stencil)
    }
}

const fn form(rule: &Rule) -> &'static str {
    match rule.form {
        Form::Formula => "formula, exact, zero variance",
        Form::ClosedForm => "closed form, exact",
        Form::Terminating { .. } => "terminating, exact",
        Form::Truncated { .. } => "truncated, biased",
        Form::Auxiliary { .. } => "auxiliary draw, exact",
        Form::Difference { .. } => "difference, exact",
        Form::Discrete => "discrete, exact",
        Form::Pathwise => "pathwise, exact",
        Form::Score { .. } => "score function, exact",
        Form::Weak { .. } => "weak reparameterisation, exact",
        Form::Hessian { .. } => "terminating, exact",
    }
}

fn account(program: &Program, rule: &Rule, text: &mut Text) {
    let parameter = &program.parameters[rule.parameter.0];
    let form = form(rule);
    // Whoever reads that a rule is exact should not take the draws for exact, too.
    let sampler = if program.sampler.is_none() { " rule, sampler error <= `sampler_error` of the run" } else { "" };
    text.line(0, &format!("{} ({}): {form}{sampler}", parameter.name, kind(parameter)));
    text.line(2, &summary::equation(&program.theta(), summary::expansion(program), rule));
    text.line(2, &format!("why:  {}", reason(rule)));
    text.line(2, &format!("bias: {}", summary::bias(program, rule)));
    for coefficient in &rule.coefficients {
        self::coefficient(program, coefficient, "", text);
    }
    emit::weak::letters(&program.parameters, rule).iter().for_each(|letter| text.line(2, letter));
    let theta = program.theta();
    for term in &rule.stencils {
        let draws = draws(&theta, rule, term);
        if !draws.is_empty() {
            text.line(2, &format!("with {draws}"));
        }
    }
    for slope in DrawSlope::ALL {
        let is_used = |(_, node): (NodeId, &Node)| matches!(node, Node::DrawSlope(own, _) if own == slope);
        if rule.stencils.iter().any(|term| term.stencil.numbers.graph.iter().any(is_used)) {
            text.line(2, meaning(*slope));
        }
    }
    for total in &program.totals {
        let name = &program.parameters[total.0].name;
        text.line(2, &format!("where {name}_sum = Σ_j {name}[j]"));
    }
    if let (Form::Truncated { .. }, Some(radius)) = (&rule.form, radius(program, &rule.radius)) {
        let judged = program.convergence.as_ref().is_some_and(|section| section.parameters.contains(&rule.parameter));
        let warning = if judged { ", and a run warns where an exponent of f is not" } else { "" };
        text.line(2, &format!("radius of convergence: {radius}{warning}"));
    }
    for (form, stencils) in rule.alternatives.iter().take(ALTERNATIVES) {
        let terms: Vec<String> = stencils
            .iter()
            .map(|term| {
                let (negative, body) = emit::stencil::term(&program.parameters, term);
                format!("{}{body}", if negative { "-" } else { "" })
            })
            .collect();
        let draws: Vec<String> =
            stencils.iter().map(|term| emit::stencil::draws(&program.parameters, &term.stencil)).collect();
        let draws = draws.join(", ");
        let with = if draws.is_empty() { String::new() } else { format!(", {draws}") };
        text.line(2, &format!("also exact, `form({}) = {form}`: {}{with}", parameter.name, terms.join(" + ")));
    }
    if let Form::Truncated { discarded: Some(discarded), .. } = &rule.form {
        coefficient(program, discarded, "  (discarded)", text);
    }
}

/// What the name of a draw's derivative stands for.
const fn meaning(slope: DrawSlope) -> &'static str {
    match slope {
        DrawSlope::Gamma => {
            "where gamma_slope(k, g) = ∂g/∂k at a fixed probability, g a gamma number of shape k and scale 1"
        }
        DrawSlope::BetaFirst => {
            "where beta_first_slope(a, b, x) = ∂x/∂a at a fixed probability, x a beta number of shapes a and b"
        }
        DrawSlope::BetaSecond => {
            "where beta_second_slope(a, b, x) = ∂x/∂b at a fixed probability, x a beta number of shapes a and b"
        }
        DrawSlope::BetaRest => {
            "where beta_rest_slope(a, b, x) = -∂ln(1 - x)/∂a at a fixed probability, x a beta number of shapes a and b"
        }
    }
}

fn coefficient(program: &Program, coefficient: &Coefficient, remark: &str, text: &mut Text) {
    let value = summary::plain(&program.parameters, &coefficient.value);
    text.line(2, &format!("a_{} = {value}{remark}", coefficient.order));
}

/// `1 / b: for functions of exponential type below it the series converges`.
fn radius(program: &Program, radius: &Radius) -> Option<String> {
    match radius {
        Radius::Unknown => None,
        Radius::Infinite => Some("infinite".to_owned()),
        Radius::Finite(value) => {
            let value = summary::plain(&program.parameters, value);
            Some(format!("{value}; the series converges for functions of exponential type below it"))
        }
    }
}

fn reason(rule: &Rule) -> String {
    match &rule.form {
        Form::Formula => {
            "f is a sum of polynomials times exponentials, whose expectations are derivatives of φ".to_owned()
        }
        Form::ClosedForm => {
            "as asked; f is a sum of polynomials times exponentials, to which ∂_θ log φ(D) applies term by term"
                .to_owned()
        }
        Form::Terminating { reason: Ending::Series { degree } } => {
            format!("the series in s = iω ends by itself at s^{degree}, so that no order is needed")
        }
        Form::Terminating { reason: Ending::Function { degree } } => {
            format!("derivatives of f beyond order {degree} vanish, so that no order is needed")
        }
        Form::Auxiliary { origin: Origin::Transform } => {
            "the gradient of log φ is a transform that is known: derivatives of f at points moved by a draw".to_owned()
        }
        Form::Difference { origin: Origin::Transform } => {
            "the gradient of log φ is a transform that is known: differences of f, which needs no derivative".to_owned()
        }
        Form::Auxiliary { origin } | Form::Difference { origin } => match origin {
            Origin::Author { .. } => "written beside the law by its author".to_owned(),
            Origin::Transform | Origin::FiniteSupport => "the draw has finitely many values".to_owned(),
        },
        Form::Discrete => "the draw has finitely many values, at each of which f is evaluated".to_owned(),
        Form::Pathwise => "as asked; the sample expression is differentiated along with f".to_owned(),
        Form::Score { .. } => "as asked; the log density is differentiated, and f is not".to_owned(),
        Form::Weak { .. } => "as asked; the standardised draw is differentiated along with f".to_owned(),
        Form::Hessian { .. } => {
            "the covariance matrix stands in the quadratic part of log φ only, so that second derivatives are all there is"
                .to_owned()
        }
        Form::Truncated { order, .. } => {
            format!("cut after order {order}, as asked; no rule with finitely many terms was found or chosen")
        }
    }
}

const fn kind(parameter: &Parameter) -> &'static str {
    match (parameter.shape, parameter.kind) {
        (ParameterShape::Simplex, _) => "simplex",
        (ParameterShape::Covariance, _) => "covariance matrix",
        (ParameterShape::Scalar, ParameterKind::Real) => "real",
        (ParameterShape::Scalar, ParameterKind::Positive) => "positive",
        (ParameterShape::Scalar, ParameterKind::Probability) => "probability",
        (ParameterShape::Scalar, ParameterKind::Count) => "count",
        (ParameterShape::Vector, ParameterKind::Real) => "real vector",
        (ParameterShape::Vector, ParameterKind::Positive) => "vector of positive numbers",
        (ParameterShape::Vector, ParameterKind::Probability) => "vector of probabilities",
        (ParameterShape::Vector, ParameterKind::Count) => "vector of counts",
    }
}

/// `a_n` is the derivative of the n-th cumulant over `n!`, so that cumulants up to the highest order must exist.
fn moments(program: &Program, rules: &[Rule], text: &mut Text) {
    if let Some(expansion) = summary::expansion(program) {
        text.line(0, &format!("Must exist: {}", exponentials::existence(expansion)));
        if rules.iter().any(|rule| rule.form == Form::ClosedForm) && !expansion.is_polynomial() {
            text.line(12, "for the standard errors of closed forms also E e^(2 Re λ z)");
        }
        if rules.iter().all(|rule| matches!(rule.form, Form::Formula | Form::ClosedForm)) {
            return;
        }
    }
    if program.probes.states {
        text.line(0, "Must exist: f at every joint state of the variables");
        return;
    }
    let kept = rules.iter().flat_map(summary::orders).max().unwrap_or(0);
    let orders = summary::list(&program.orders);
    let measured = program.orders.last().copied().unwrap_or(0);
    let also = if measured > kept { format!(" ({measured} for the discarded term)") } else { String::new() };
    text.line(0, &format!("Must exist: moments of z up to order {kept}{also}"));
    let derivatives = if orders.is_empty() { String::new() } else { format!(", and E f^(n)(z) for n = {orders}") };
    text.line(12, &format!("E f(z){derivatives}"));
    if !program.probes.scores.is_empty() {
        text.line(12, SCORES);
    }
    if program.probes.are_evaluated() {
        let derivatives = if program.whole.is_some() { "" } else { " and its derivatives" };
        text.line(12, &format!("the expectations of f{derivatives} at the moved points, as written above"));
    }
}

/// What multiplies `f` in score function rules; the mean of the score is 0, its size is not.
const SCORES: &str = "E f(z) times each score, and for standard errors E of its square";

/// Lines of at most `WIDTH` columns.
#[derive(Default)]
struct Text(String);

impl Text {
    fn blank(&mut self) {
        self.0.push('\n');
    }

    /// A line at an indentation, broken at spaces; continued lines are indented by four more columns.
    fn line(&mut self, indent: usize, line: &str) {
        let own = line.len() - line.trim_start().len();
        let mut current = " ".repeat(indent + own);
        let mut is_empty = true;
        for word in line.trim_start().split(' ') {
            if !is_empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
                self.0.push_str(current.trim_end());
                self.0.push('\n');
                current = " ".repeat(indent + own + 4);
                is_empty = true;
            }
            if !is_empty {
                current.push(' ');
            }
            current.push_str(word);
            is_empty = false;
        }
        self.0.push_str(&current);
        self.0.push('\n');
    }
}
