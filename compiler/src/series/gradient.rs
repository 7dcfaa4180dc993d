//! The Taylor coefficients `a_{j,n}(θ)` of the parameter gradient.
//!
//! `log φ` is expanded first and its coefficients are differentiated with respect to `θ` afterwards: differentiating the
//! expression first makes it larger, and was measured to be slower by an order of magnitude.
//!
//! Source positions belong to the thread that the macro runs on and symbolic algebra to another (see
//! [`permit`](crate::algebra::permit)), so a graph without positions goes over, and the derivation's text form comes
//! back. What is used is what is parsed from that text, whether it was derived just now or read from the cache.

use super::analytic::Judgement;
use super::degree::gradient_degree_bound;
use super::expand::expand;
use super::power_series::{Coefficients, Obstacle, Series};
use num_traits::One;

use crate::algebra::permit::with_permit;
use crate::algebra::{Field, Inexpressible, Quotient};
use crate::errors::{Code, Errors, Fault};
use crate::ir::exact_rule::CHECKED_DEGREE;
use crate::ir::{Graph, Law, Node, NodeId, ParamId, ParameterKind, Primitive, Rational};
use crate::rule::{Coefficient, Derivation, LOOK_AHEAD, MAX_ORDER, ParameterSeries, text};
use crate::transform;

/// Taylor coefficients of the parameter gradient of a log characteristic function, paper Eq. (4):
///
/// `∂ log φ_θ / ∂θ_j = Σ_n a_{j,n}(θ) s^n`, `s = iω`
///
/// with exact coefficients up to `order` and [`LOOK_AHEAD`] orders beyond, or as far as the series of a parameter is known
/// to end. There is no `n = 0` term because `log φ_θ(0) = 0`. Then `∂E f(z)/∂θ_j = Σ_n a_{j,n} E f^(n)(z)` with equality
/// if the series ends or `f` is a polynomial of degree at most the last order (expectations existing), otherwise biased by
/// the discarded terms. Parameters without gradient (counts) have no series. Gaussian `N(μ, σ²)`: `a_1 = 1` for μ, `a_2 = σ`
/// for σ.
///
/// # Errors
/// Those of [`analytic::judge`](super::analytic::judge); [`Code::Unsupported`] if a constant is beyond exact algebra;
/// [`Code::NoLockDirectory`] and [`Code::Internal`] as [`with_permit`] says.
pub fn derive(law: &Law, order: u32) -> Result<Derivation, Errors> {
    let judgement = super::analytic::judge(law)?;
    derive_judged(law, &judgement, order)
}

/// [`derive()`] of a law that has been judged.
///
/// # Errors
/// As [`derive()`] except those of the judgement.
pub fn derive_judged(law: &Law, judgement: &Judgement, order: u32) -> Result<Derivation, Errors> {
    let task = Task {
        nodes: judgement.log_cf.iter().map(|(_, node)| node.clone()).collect(),
        output: judgement.log_cf.output(),
        kinds: law.parameters.iter().map(|parameter| parameter.kind).collect(),
        names: law.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        order,
        lost: judgement.lost,
        rules: text::write_rules(law),
    };
    let text = with_permit(law.log_cf_span.start, || task.run())?.map_err(|trouble| match trouble {
        Trouble::Series(why) => {
            let message = format!("the expansion in s = i omega is not possible in exact algebra: {why}");
            let help = "rewrite the log characteristic function so that its value at omega = 0 is simpler";
            Fault::new(Code::Unsupported, law.log_cf_span, message, help)
        }
        Trouble::Rule(index, why) => {
            let rule = &law.rules[index];
            let name = &law.parameters[rule.parameter.0].name;
            let message = format!("this rule is not the gradient with respect to `{name}`: {why}");
            let help = "a rule is checked against the cumulants of the law on powers of the draw; see that weights of `f` add up to \
                        0 and that draws are independent of one another";
            Fault::new(Code::WrongRule, rule.extent, message, help)
        }
    })?;
    text::read(&text, law).map_err(|why| {
        let help = "this is a bug of logphi; please report it together with the distribution";
        Fault::new(Code::Internal, law.log_cf_span, format!("a derivation does not read back: {why}"), help).into()
    })
}

/// What goes to the algebra thread.
struct Task {
    nodes: Vec<Node>,
    output: NodeId,
    kinds: Vec<ParameterKind>,
    names: Vec<String>,
    order: u32,
    lost: u32,
    /// The author's rules, as text: parameter and rule.
    rules: Vec<(ParamId, String)>,
}

/// Why a derivation failed.
enum Trouble {
    /// The series cannot be computed.
    Series(String),
    /// One of the author's rules is wrong.
    Rule(usize, String),
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Trouble::Series(why)
    }
}

impl Task {
    fn run(&self) -> Result<String, Trouble> {
        let mut graph = Graph::new();
        for node in &self.nodes {
            graph.push(node.clone());
        }
        graph.outputs = vec![self.output];
        let bounds: Vec<Option<u32>> =
            (0..self.kinds.len()).map(|index| gradient_degree_bound(&graph, ParamId(index))).collect();
        let longest = bounds.iter().flatten().copied().filter(|bound| *bound <= MAX_ORDER).max().unwrap_or(0);
        let checked = if self.rules.is_empty() { 0 } else { CHECKED_DEGREE };
        let last = (self.order + LOOK_AHEAD).max(longest).max(checked);
        let mut field = Field::new(self.kinds.clone());
        let precision = (last + 1 + self.lost) as usize;
        let series = expand(&graph, &mut field, precision).map_err(|failure| describe(&failure.obstacle))?;
        let all = series;
        let series = &all[&self.output];
        if series.start < 0 || series.end() <= last as i32 {
            return Err("it seems to have a pole".to_owned().into());
        }
        let constant = series.coefficient(&mut field, 0);
        if let Some(value) = field.as_rational(&constant).filter(|value| *value != Rational::default()) {
            return Err(format!("log phi is {value} at omega = 0, expected 0").into());
        }
        let moments = match graph.node(self.output) {
            // φ itself is there: its moments need no detour.
            Node::Call(Primitive::Ln, argument) => moments(&all[argument], checked, &mut field),
            _ => None,
        };
        let moments = moments.unwrap_or_else(|| {
            let cumulants: Vec<Quotient> = (1..=checked).map(|n| series.coefficient(&mut field, n as i32)).collect();
            transform::written::moments_of_cumulants(&cumulants, checked, &field)
        });
        for (index, (parameter, rule)) in self.rules.iter().enumerate() {
            let rule = text::read_rule(rule, &self.names)?;
            transform::written::check(&rule, *parameter, &moments, "z", &mut field)
                .map_err(|why| Trouble::Rule(index, why))?;
        }
        let mut parameters = Vec::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            if !kind.has_gradient() {
                continue;
            }
            let parameter = ParamId(index);
            let ends = bounds[index].filter(|bound| *bound <= last);
            let mut coefficients = Vec::new();
            for n in 1..=ends.unwrap_or(self.order + LOOK_AHEAD) {
                let term = series.coefficient(&mut field, n as i32);
                let value = field.derivative(&term, parameter);
                if !value.is_zero() {
                    coefficients.push(Coefficient { order: n, value: field.to_graph(&value) });
                    // Beyond the order asked for, only the first discarded term is wanted.
                    if n > self.order && ends.is_none() {
                        break;
                    }
                }
            }
            let degree = ends.map(|_| coefficients.last().map_or(0, |coefficient| coefficient.order));
            let computed_to = match (ends, coefficients.last()) {
                (Some(bound), _) => bound.max(self.order),
                (None, Some(last)) if last.order > self.order => last.order,
                (None, _) => self.order + LOOK_AHEAD,
            };
            let recognised = transform::recognise(&graph, &self.kinds, parameter);
            parameters.push(ParameterSeries {
                parameter,
                degree,
                coefficients,
                computed_to,
                exact: recognised.rules,
                lattice: recognised.lattice,
                radius: recognised.radius,
            });
        }
        Ok(text::write(&Derivation { parameters }, &self.names))
    }
}

/// `κ_n / n!` for `n` up to `degree`, of a real graph in `s` whose expansion costs `lost` orders.
pub(crate) fn cumulants(graph: &Graph, field: &mut Field, degree: u32, lost: u32) -> Result<Vec<Quotient>, String> {
    let precision = (degree + 1 + lost) as usize;
    let series = expand(graph, field, precision).map_err(|failure| describe(&failure.obstacle))?;
    let series = &series[&graph.output()];
    if series.start < 0 || series.end() <= degree as i32 {
        return Err("it seems to have a pole".to_owned());
    }
    Ok((1..=degree).map(|n| series.coefficient(field, n as i32)).collect())
}

/// `E z^m` for `m` up to `degree`, from the series of `φ`; none if it is cut before or does not begin with 1.
fn moments(phi: &Series<Quotient>, degree: u32, field: &mut Field) -> Option<Vec<Quotient>> {
    let first = phi.coefficient(field, 0);
    if phi.end() <= degree as i32 || !field.as_rational(&first).is_some_and(|first| first.is_one()) {
        return None;
    }
    let mut factorial = field.integer(1);
    let mut moments = Vec::new();
    for m in 0..=degree {
        if m > 0 {
            factorial = field.scale(&factorial, m.into(), 1);
        }
        let coefficient = phi.coefficient(field, m as i32);
        moments.push(field.multiply(&factorial, &coefficient));
    }
    Some(moments)
}

fn describe(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Inexpressible(why) => why.clone(),
        Obstacle::Branch => "a logarithm or root seems to have a branch point".to_owned(),
        Obstacle::Essential => "a function's argument seems to have a pole".to_owned(),
        Obstacle::DivisionByZero => "a divisor seems to vanish".to_owned(),
        Obstacle::Kink => "an absolute value seems to have a kink".to_owned(),
        Obstacle::Negative => "a logarithm or root of a negative number".to_owned(),
    }
}

impl From<Inexpressible> for Obstacle {
    fn from(why: Inexpressible) -> Self {
        Obstacle::Inexpressible(why.0)
    }
}

impl Coefficients for Field {
    type Value = Quotient;

    fn rational(&mut self, value: &Rational) -> Quotient {
        Field::rational(self, value)
    }

    fn parameter(&mut self, parameter: ParamId) -> Quotient {
        Field::parameter(self, parameter)
    }

    fn pi(&mut self) -> Quotient {
        Field::pi(self)
    }

    fn is_zero(&self, x: &Quotient) -> bool {
        x.is_zero()
    }

    fn add(&mut self, x: &Quotient, y: &Quotient) -> Quotient {
        Field::add(self, x, y)
    }

    fn multiply(&mut self, x: &Quotient, y: &Quotient) -> Quotient {
        Field::multiply(self, x, y)
    }

    fn divide(&mut self, x: &Quotient, y: &Quotient) -> Quotient {
        Field::divide(self, x, y)
    }

    fn power(&mut self, x: &Quotient, exponent: i64) -> Result<Quotient, Obstacle> {
        Ok(Field::power(self, x, exponent)?)
    }

    fn real_power(&mut self, x: &Quotient, exponent: &Quotient) -> Result<Quotient, Obstacle> {
        Ok(Field::real_power(self, x, exponent)?)
    }

    fn exp(&mut self, x: &Quotient) -> Result<Quotient, Obstacle> {
        Ok(Field::exp(self, x)?)
    }

    fn ln(&mut self, x: &Quotient) -> Result<Quotient, Obstacle> {
        Ok(Field::ln(self, x)?)
    }

    fn sin(&mut self, x: &Quotient) -> Quotient {
        Field::sin(self, x)
    }

    fn cos(&mut self, x: &Quotient) -> Quotient {
        Field::cos(self, x)
    }

    fn atan(&mut self, x: &Quotient) -> Quotient {
        Field::atan(self, x)
    }

    fn ln_gamma(&mut self, x: &Quotient) -> Result<Quotient, Obstacle> {
        Ok(Field::ln_gamma(self, x)?)
    }

    fn polygamma(&mut self, order: u32, x: &Quotient) -> Result<Quotient, Obstacle> {
        Ok(Field::polygamma(self, order, x)?)
    }

    fn is_positive(&self, x: &Quotient) -> Option<bool> {
        self.sign(x)
    }
}
