//! The text form of a derivation: for the cache, for builds without computer algebra, and for reading.
//!
//! ```text
//! logphi derivation 2
//! parameter b
//!   degree unknown
//!   computed 12
//!   lattice no
//!   a2 = 2 * b
//!   a4 = 2 * b^3
//!   exact transform
//!     stencil 2 * b
//!       draw exponential()
//!       probe 2 weight 1 at #z + b * #0
//! end
//! ```
//!
//! An exact rule has lines `term n = a_n(θ)` for derivatives at the draw itself and `stencil c(θ)`, followed by the base draws
//! `#0`, `#1`, … and the probes: the order of the derivative of `f`, a weight, and a point, in which `#z` is the draw.
//!
//! Expressions have `+`, `*`, `^` with a whole exponent, calls, and exact numbers such as `-1/2`, which are single words;
//! nothing else, so that the grammar has no precedence to get wrong beyond sums in parentheses. Reading shares equal
//! subexpressions, as the algebra does when it writes them, and text, once read, is written the same again.

use num_traits::Zero;

use super::derivation::{Derivation, ParameterSeries};
use super::form::MAX_ORDER;
use crate::ir::exact_rule::{CHECKED_DEGREE, JOINT_CHECKED_DEGREE};
use crate::ir::{
    BaseDraw, Coefficient, DrawId, ExactRule, Graph, Law, Node, NodeId, Origin, ParamId, Primitive, Radius, Rational,
    Sampler, Stencil, StencilTerm, WrittenRule,
};
use crate::rule::build::Builder;

const HEADER: &str = "logphi derivation 2";

/// The highest derivative of the digamma function in coefficients of the highest order.
const HIGHEST_POLYGAMMA: u32 = 2 * MAX_ORDER;

/// Coefficients nest no deeper than this; a file that does is damaged.
const DEEPEST: usize = 200;

/// Writes a derivation; `names` are those of all parameters of the law.
#[must_use]
pub fn write(derivation: &Derivation, names: &[String]) -> String {
    let mut text = format!("{HEADER}\n");
    for series in &derivation.parameters {
        text.push_str(&format!("parameter {}\n", names[series.parameter.0]));
        match series.degree {
            Some(degree) => text.push_str(&format!("  degree {degree}\n")),
            None => text.push_str("  degree unknown\n"),
        }
        text.push_str(&format!("  computed {}\n", series.computed_to));
        text.push_str(if series.lattice { "  lattice yes\n" } else { "  lattice no\n" });
        match &series.radius {
            Radius::Unknown => text.push_str("  radius unknown\n"),
            Radius::Infinite => text.push_str("  radius infinite\n"),
            Radius::Finite(value) => text.push_str(&format!("  radius {}\n", expression(value, names))),
        }
        for coefficient in &series.coefficients {
            let value = expression(&coefficient.value, names);
            text.push_str(&format!("  a{} = {value}\n", coefficient.order));
        }
        for rule in &series.exact {
            write_exact(rule, names, &mut text);
        }
    }
    text.push_str("end\n");
    text
}

const ORIGINS: [(&str, Origin); 4] = [
    ("transform", Origin::Transform),
    ("finite", Origin::FiniteSupport),
    ("author", Origin::Author { degree: CHECKED_DEGREE }),
    ("joint author", Origin::Author { degree: JOINT_CHECKED_DEGREE }),
];

/// The rules that stand beside a law, each with its parameter.
#[must_use]
pub fn write_rules(law: &Law) -> Vec<(ParamId, String)> {
    let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let write = |rule: &WrittenRule| {
        let mut text = String::new();
        write_exact(&rule.rule, &names, &mut text);
        (rule.parameter, text)
    };
    law.rules.iter().map(write).collect()
}

/// Reads one rule.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn read_rule(text: &str, names: &[String]) -> Result<ExactRule, String> {
    let mut lines = text.lines().peekable();
    let origin = lines.next().and_then(|line| line.strip_prefix("  exact ")).ok_or("no rule")?;
    read_exact(origin, &mut lines, names)
}

fn write_exact(rule: &ExactRule, names: &[String], text: &mut String) {
    let Some((origin, _)) = ORIGINS.iter().find(|(_, origin)| *origin == rule.origin) else {
        crate::errors::bug!("rule::text", "{:?} has no name", rule.origin)
    };
    text.push_str(&format!("  exact {origin}\n"));
    for coefficient in &rule.derivatives {
        text.push_str(&format!("    term {} = {}\n", coefficient.order, expression(&coefficient.value, names)));
    }
    for StencilTerm { coefficient, stencil } in &rule.stencils {
        text.push_str(&format!("    stencil {}\n", expression(coefficient, names)));
        let graph = &stencil.numbers.graph;
        let node = |id: NodeId| {
            let mut text = String::new();
            write_node(graph, id, names, Place::Alone, &mut text);
            text
        };
        for draw in &stencil.numbers.draws {
            let arguments: Vec<String> = draw.arguments.iter().map(|&argument| node(argument)).collect();
            text.push_str(&format!("      draw {}({})\n", draw.kind.name(), arguments.join(", ")));
        }
        for (probe, order) in stencil.orders.iter().enumerate() {
            let (weight, point) = (node(stencil.weight(probe)), node(stencil.point(probe)));
            text.push_str(&format!("      probe {order} weight {weight} at {point}\n"));
        }
    }
}

/// A graph over constants, π and parameters as text.
#[must_use]
pub fn expression(graph: &Graph, names: &[String]) -> String {
    let mut text = String::new();
    write_node(graph, graph.output(), names, Place::Alone, &mut text);
    text
}

/// Where an expression stands, which decides on parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    Term,
    Factor,
    Base,
}

fn write_node(graph: &Graph, id: NodeId, names: &[String], place: Place, text: &mut String) {
    let mut joined = |operands: &[NodeId], between: &str, inner: Place, bracketed: bool| {
        text.push_str(if bracketed { "(" } else { "" });
        for (index, operand) in operands.iter().enumerate() {
            text.push_str(if index > 0 { between } else { "" });
            write_node(graph, *operand, names, inner, text);
        }
        text.push_str(if bracketed { ")" } else { "" });
    };
    match graph.node(id) {
        Node::Constant(value) if place == Place::Base => text.push_str(&format!("({value})")),
        Node::Constant(value) => text.push_str(&value.to_string()),
        Node::Pi => text.push_str("PI"),
        Node::Param(parameter) => text.push_str(&names[parameter.0]),
        Node::Sum(operands) => joined(operands, " + ", Place::Term, place != Place::Alone),
        Node::Product(operands) => {
            joined(operands, " * ", Place::Factor, matches!(place, Place::Factor | Place::Base));
        }
        Node::Power(base, exponent) => {
            let bracketed = place == Place::Base;
            joined(&[*base], "", Place::Base, bracketed);
            if bracketed {
                text.pop();
            }
            text.push_str(&format!("^{exponent}"));
            if bracketed {
                text.push(')');
            }
        }
        Node::RealPower(base, exponent) => call("pow", &[*base, *exponent], graph, names, text),
        Node::Maximum(x, y) => call("max", &[*x, *y], graph, names, text),
        Node::Minimum(x, y) => call("min", &[*x, *y], graph, names, text),
        Node::Call(Primitive::Polygamma(order @ 2..), argument) => {
            text.push_str(&format!("polygamma({order}, "));
            write_node(graph, *argument, names, Place::Alone, text);
            text.push(')');
        }
        Node::Call(primitive, argument) => call(primitive.name(), &[*argument], graph, names, text),
        Node::Sample => text.push_str("#z"),
        Node::Draw(draw) => text.push_str(&format!("#{}", draw.0)),
        Node::ImaginaryUnit
        | Node::Frequency
        | Node::TransformVariable
        | Node::Ridge
        | Node::Data(_)
        | Node::Input(_)
        | Node::Coordinate(_)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => crate::errors::bug!("rule::text", "{:?} in a coefficient", graph.node(id)),
    }
}

fn call(name: &str, arguments: &[NodeId], graph: &Graph, names: &[String], text: &mut String) {
    text.push_str(name);
    text.push('(');
    for (index, argument) in arguments.iter().enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        write_node(graph, *argument, names, Place::Alone, text);
    }
    text.push(')');
}

/// Reads a derivation of a law.
///
/// # Errors
/// What is wrong with the text, in words: it is not the compiler's own, damaged, or of another law or version.
pub fn read(text: &str, law: &Law) -> Result<Derivation, String> {
    let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let mut lines = text.lines().peekable();
    if lines.next() != Some(HEADER) {
        return Err(format!("the first line is not `{HEADER}`"));
    }
    let mut parameters: Vec<ParameterSeries> = Vec::new();
    loop {
        let line = lines.next().ok_or("it ends before `end`")?;
        if line == "end" {
            break;
        }
        if let Some(name) = line.strip_prefix("parameter ") {
            let index =
                names.iter().position(|known| known == name).ok_or_else(|| format!("unknown parameter `{name}`"))?;
            let degree = match field(lines.next(), "degree")? {
                "unknown" => None,
                degree => Some(number(degree)?),
            };
            let computed_to = number(field(lines.next(), "computed")?)?;
            let lattice = match field(lines.next(), "lattice")? {
                "yes" => true,
                "no" => false,
                other => return Err(format!("`{other}` is neither `yes` nor `no`")),
            };
            let radius = match field(lines.next(), "radius")? {
                "unknown" => Radius::Unknown,
                "infinite" => Radius::Infinite,
                value => Radius::Finite(parse_expression(value, &names)?),
            };
            parameters.push(ParameterSeries {
                parameter: ParamId(index),
                degree,
                coefficients: Vec::new(),
                computed_to,
                exact: Vec::new(),
                lattice,
                radius,
            });
            continue;
        }
        if let Some(origin) = line.strip_prefix("  exact ") {
            let rule = read_exact(origin, &mut lines, &names)?;
            parameters.last_mut().ok_or("a rule before its parameter")?.exact.push(rule);
            continue;
        }
        let series = parameters.last_mut().ok_or("a coefficient before its parameter")?;
        let (order, value) = line
            .strip_prefix("  a")
            .and_then(|rest| rest.split_once(" = "))
            .ok_or_else(|| format!("cannot read `{line}`"))?;
        let order = number(order)?;
        let before = series.coefficients.last().map_or(0, |coefficient| coefficient.order);
        if order <= before || order > 2 * MAX_ORDER {
            return Err(format!("order {order} after order {before}"));
        }
        series.coefficients.push(Coefficient { order, value: parse_expression(value, &names)? });
    }
    let found: Vec<ParamId> = parameters.iter().map(|series| series.parameter).collect();
    let expected: Vec<ParamId> = law
        .parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.kind.has_gradient())
        .map(|(index, _)| ParamId(index))
        .collect();
    if found != expected {
        return Err("its parameters are not those of the law".to_owned());
    }
    Ok(Derivation { parameters })
}

/// Reads the lines of an exact rule.
fn read_exact<'a>(
    origin: &str,
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    names: &[String],
) -> Result<ExactRule, String> {
    let origin =
        ORIGINS.iter().find(|(name, _)| *name == origin).ok_or_else(|| format!("unknown origin `{origin}`"))?.1;
    let mut rule = ExactRule { origin, derivatives: Vec::new(), stencils: Vec::new() };
    while let Some(line) = lines.next_if(|line| line.starts_with("    ")) {
        if let Some(rest) = line.strip_prefix("    term ") {
            let (order, value) = rest.split_once(" = ").ok_or_else(|| format!("cannot read `{line}`"))?;
            rule.derivatives.push(Coefficient { order: number(order)?, value: parse_expression(value, names)? });
        } else if let Some(coefficient) = line.strip_prefix("    stencil ") {
            let stencil = read_stencil(lines, names)?;
            rule.stencils.push(StencilTerm { coefficient: parse_expression(coefficient, names)?, stencil });
        } else {
            return Err(format!("cannot read `{line}`"));
        }
    }
    if rule.derivatives.is_empty() && rule.stencils.is_empty() {
        return Err("an exact rule without terms".to_owned());
    }
    Ok(rule)
}

fn read_stencil<'a>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    names: &[String],
) -> Result<Stencil, String> {
    let mut parser = Parser { rest: "", names, builder: Builder::new(), depth: 0, draws: Some(0) };
    let (mut draws, mut orders, mut outputs) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(line) = lines.next_if(|line| line.starts_with("      ")) {
        if let Some(rest) = line.strip_prefix("      draw ") {
            parser.rest = rest;
            let name = parser.word(|c| c.is_alphanumeric() || c == '_');
            parser.expect("(")?;
            let mut arguments = Vec::new();
            while !parser.take(")") {
                if !arguments.is_empty() {
                    parser.expect(", ")?;
                }
                arguments.push(parser.sum()?);
            }
            draws.push(BaseDraw::named(name, &arguments).ok_or_else(|| format!("unknown base draw `{rest}`"))?);
            parser.draws = Some(draws.len());
        } else if let Some(rest) = line.strip_prefix("      probe ") {
            parser.rest = rest;
            let order = parser.word(|c| c.is_ascii_digit());
            parser.expect(" weight ")?;
            let weight = parser.sum()?;
            parser.expect(" at ")?;
            outputs.extend([parser.sum()?, weight]);
            orders.push(number(order)?);
        } else {
            return Err(format!("cannot read `{line}`"));
        }
        if !parser.rest.is_empty() {
            return Err(format!("cannot read `{}`", parser.rest));
        }
    }
    if orders.is_empty() {
        return Err("a stencil without probes".to_owned());
    }
    // Arguments of draws travel as outputs while nodes are put in order.
    let probes = outputs.len();
    outputs.extend(draws.iter().flat_map(|draw| draw.arguments.clone()));
    let mut graph = parser.builder.finish_all(&outputs);
    let mut arguments = graph.outputs.split_off(probes).into_iter();
    let draws = draws.iter().map(|draw| draw.map_arguments(|argument| arguments.next().unwrap_or(argument))).collect();
    Ok(Stencil { numbers: Sampler { graph, draws }, orders })
}

fn field<'a>(line: Option<&'a str>, name: &str) -> Result<&'a str, String> {
    line.and_then(|line| line.trim_start().strip_prefix(name)?.strip_prefix(' '))
        .ok_or_else(|| format!("a line `{name} …` is missing"))
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number"))
}

/// Reads the text of one expression.
fn parse_expression(text: &str, names: &[String]) -> Result<Graph, String> {
    let mut parser = Parser { rest: text, names, builder: Builder::new(), depth: 0, draws: None };
    let output = parser.sum()?;
    if parser.rest.is_empty() {
        Ok(parser.builder.finish(output))
    } else {
        Err(format!("cannot read `{}`", parser.rest))
    }
}

struct Parser<'a> {
    rest: &'a str,
    names: &'a [String],
    builder: Builder,
    depth: usize,
    /// In a stencil, how many base draws there are so far.
    draws: Option<usize>,
}

impl<'a> Parser<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("expected `{token}` before `{}`", self.rest)) }
    }

    fn word(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !of(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn sum(&mut self) -> Result<NodeId, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it nests too deeply".to_owned());
        }
        let mut terms = vec![self.product()?];
        while self.take(" + ") {
            terms.push(self.product()?);
        }
        self.depth -= 1;
        Ok(self.builder.sum(terms))
    }

    fn product(&mut self) -> Result<NodeId, String> {
        let mut factors = vec![self.power()?];
        while self.take(" * ") {
            factors.push(self.power()?);
        }
        Ok(self.builder.product(factors))
    }

    fn power(&mut self) -> Result<NodeId, String> {
        let base = self.atom()?;
        if !self.take("^") {
            return Ok(base);
        }
        let word = self.word(|c| c.is_ascii_digit() || c == '-');
        match word.parse::<i32>() {
            Ok(exponent) if exponent != 0 && exponent != 1 => Ok(self.builder.power(base, exponent)),
            Ok(_) | Err(_) => Err(format!("`{word}` is not an exponent")),
        }
    }

    fn atom(&mut self) -> Result<NodeId, String> {
        if self.take("(") {
            let inside = self.sum()?;
            self.expect(")")?;
            return Ok(inside);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let word = self.word(|c| c.is_ascii_digit() || c == '-' || c == '/');
            let zero_below = word
                .split_once('/')
                .is_some_and(|(_, below)| below.parse::<num_bigint::BigInt>().map_or(true, |below| below.is_zero()));
            let value = if zero_below { None } else { word.parse::<Rational>().ok() };
            return Ok(self.builder.constant(value.ok_or_else(|| format!("`{word}` is not a number"))?));
        }
        let word = self.word(|c| c.is_alphanumeric() || c == '_' || c == '#');
        if self.take("(") {
            return self.call(word);
        }
        if let Some(index) = self.names.iter().position(|name| name == word) {
            return Ok(self.builder.node(Node::Param(ParamId(index))));
        }
        match (word.strip_prefix('#'), self.draws) {
            (Some("z"), Some(_)) => return Ok(self.builder.node(Node::Sample)),
            (Some(index), Some(count)) => {
                let index = index.parse().ok().filter(|index| *index < count);
                let draw = index.ok_or_else(|| format!("there is no draw `{word}`"))?;
                return Ok(self.builder.node(Node::Draw(DrawId(draw))));
            }
            (None, _) | (_, None) => {}
        }
        if word == "PI" { Ok(self.builder.node(Node::Pi)) } else { Err(format!("unknown name `{word}`")) }
    }

    fn call(&mut self, name: &str) -> Result<NodeId, String> {
        if name == "polygamma" {
            let order = number(self.word(|c| c.is_ascii_digit()))?;
            if !(2..=HIGHEST_POLYGAMMA).contains(&order) {
                return Err(format!("`polygamma` of order {order}"));
            }
            self.expect(", ")?;
            let argument = self.sum()?;
            self.expect(")")?;
            return Ok(self.builder.node(Node::Call(Primitive::Polygamma(order), argument)));
        }
        let first = self.sum()?;
        if let Some(&primitive) = Primitive::ALL.iter().find(|primitive| primitive.name() == name) {
            self.expect(")")?;
            return Ok(self.builder.node(Node::Call(primitive, first)));
        }
        self.expect(", ")?;
        let second = self.sum()?;
        self.expect(")")?;
        let node = match name {
            "pow" => Node::RealPower(first, second),
            "max" => Node::Maximum(first, second),
            "min" => Node::Minimum(first, second),
            _ => return Err(format!("unknown function `{name}`")),
        };
        Ok(self.builder.node(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::samples::laplace;

    const SOUND: &str = "logphi derivation 2\nparameter mu\n  degree 1\n  computed 4\n  lattice no\n  radius infinite\n  a1 = 1\nparameter b\n  degree unknown\n  \
                         computed 6\n  lattice yes\n  radius min(b, abs(1/2 * mu))\n  a2 = 2 * b\n  a4 = -1/2 * b^-3 * (1 + mu * (2 + b)^2) * pow(b, 1/3 * mu)\n  exact transform\n    term 1 = mu\n    stencil 2 * b\n      draw exponential()\n      \
                         draw gamma(1 + b)\n      probe 2 weight 1 at #z + b * #0\n      probe 1 weight -1/2 * b at #z + #0 * #1\n  \
                         exact finite\n    stencil 1\n      probe 0 weight 1 at 1\n      probe 0 weight -1 at 0\nend\n";

    fn names() -> Vec<String> {
        vec!["mu".to_owned(), "b".to_owned()]
    }

    #[test]
    fn what_is_read_is_written_again() {
        let derivation = read(SOUND, &laplace()).unwrap();
        assert_eq!(derivation.parameters[0].degree, Some(1));
        assert_eq!(derivation.parameters[1].degree, None);
        assert_eq!(derivation.parameters[1].computed_to, 6);
        assert_eq!(write(&derivation, &names()), SOUND);
    }

    #[test]
    fn expressions_keep_their_structure() {
        for text in ["-1/2", "(2 + b)^3", "ln(1 + -1 * b)", "PI * sqrt(PI)", "(1/2)^3", "exp(exp(b))", "((1 + b)^2)^3"]
        {
            let graph = parse_expression(text, &names()).unwrap();
            assert_eq!(expression(&graph, &names()), text);
        }
        let graph = parse_expression("2 * b^3", &names()).unwrap();
        assert_eq!(crate::series::samples::value(&graph, &[0.0, 3.0]), 54.0);
    }

    #[test]
    fn damage_is_noticed() {
        for (from, to) in [
            ("derivation 2", "derivation 1"),
            ("parameter b", "parameter c"),
            ("parameter mu", "parameter b"),
            ("  computed 6\n", ""),
            ("a4", "a2"),
            ("a4", "a4000000000"),
            ("-1/2", "-1/0"),
            ("b^-3", "b^x"),
            ("pow(b, ", "pow(b "),
            ("pow", "pof"),
            ("end\n", ""),
            ("lattice no", "lattice maybe"),
            ("radius infinite", "radius"),
            ("min(b", "mind(b"),
            ("transform", "hearsay"),
            ("exponential()", "exponential(1)"),
            ("probe 0 weight 1 at 1\n      probe 0 weight -1 at 0\n", ""),
            ("#0 * #1", "#0 * #2"),
            ("#z + b", "#y + b"),
            ("weight", "wait"),
            ("term 1 = mu", "term 1 = #z"),
        ] {
            assert!(SOUND.contains(from), "{from}");
            assert!(read(&SOUND.replacen(from, to, 1), &laplace()).is_err(), "{from} -> {to}");
        }
        for cut in 0..SOUND.len() - 1 {
            assert!(read(&SOUND[..cut], &laplace()).is_err(), "cut at {cut}");
        }
        let deep = "(".repeat(100_000);
        assert!(parse_expression(&deep, &names()).is_err());
    }
}
