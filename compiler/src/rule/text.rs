//! The text form of a derivation: for the cache, for builds without computer algebra, and for reading.
//!
//! ```text
//! logphi derivation 1
//! parameter b
//!   degree unknown
//!   computed 12
//!   a2 = 2 * b
//!   a4 = 2 * b^3
//! end
//! ```
//!
//! Expressions have `+`, `*`, `^` with a whole exponent, calls, and exact numbers such as `-1/2`, which are single words;
//! nothing else, so that the grammar has no precedence to get wrong beyond sums in parentheses. Reading shares equal
//! subexpressions, as the algebra does when it writes them, and text, once read, is written the same again.

use num_traits::Zero;

use super::derivation::{Derivation, ParameterSeries};
use super::form::{Coefficient, MAX_ORDER};
use crate::ir::{Graph, Law, Node, NodeId, ParamId, Primitive, Rational};
use crate::rule::build::Builder;

const HEADER: &str = "logphi derivation 1";

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
        for coefficient in &series.coefficients {
            let value = expression(&coefficient.value, names);
            text.push_str(&format!("  a{} = {value}\n", coefficient.order));
        }
    }
    text.push_str("end\n");
    text
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
        Node::Call(primitive, argument) => call(primitive.name(), &[*argument], graph, names, text),
        Node::ImaginaryUnit
        | Node::Frequency
        | Node::TransformVariable
        | Node::Sample
        | Node::Ridge
        | Node::Data(_)
        | Node::Draw(_) => crate::errors::bug!("rule::text", "{:?} in a coefficient", graph.node(id)),
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
    let mut lines = text.lines();
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
            parameters.push(ParameterSeries {
                parameter: ParamId(index),
                degree,
                coefficients: Vec::new(),
                computed_to,
            });
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

fn field<'a>(line: Option<&'a str>, name: &str) -> Result<&'a str, String> {
    line.and_then(|line| line.trim_start().strip_prefix(name)?.strip_prefix(' '))
        .ok_or_else(|| format!("a line `{name} …` is missing"))
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number"))
}

/// Reads the text of one expression.
fn parse_expression(text: &str, names: &[String]) -> Result<Graph, String> {
    let mut parser = Parser { rest: text, names, builder: Builder::new(), depth: 0 };
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
        if word == "PI" { Ok(self.builder.node(Node::Pi)) } else { Err(format!("unknown name `{word}`")) }
    }

    fn call(&mut self, name: &str) -> Result<NodeId, String> {
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

    const SOUND: &str = "logphi derivation 1\nparameter mu\n  degree 1\n  computed 4\n  a1 = 1\nparameter b\n  degree unknown\n  \
                         computed 6\n  a2 = 2 * b\n  a4 = -1/2 * b^-3 * (1 + mu * (2 + b)^2) * pow(b, 1/3 * mu)\nend\n";

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
            ("derivation 1", "derivation 2"),
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
