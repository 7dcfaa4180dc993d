//! The faults of the [judgement](super::analytic): which expression is to blame, and what to say about it.
//!
//! A fault is found at the root of `log φ` or somewhere inside; here it is followed down to the smallest expression that
//! shows it, since that is what gets underlined.

use std::collections::BTreeSet;

use crate::errors::Extent;

use super::approximate::{Approximation, Point};
use super::expand::{Failure, expand};
use super::power_series::{Coefficients, Obstacle, Series};
use super::realify::Split;
use crate::errors::{Code, Fault};
use crate::ir::{Graph, Law, Node, NodeId, Primitive};

/// Terms at which series are judged: enough to see any cancellation that a law of this world has.
pub(super) const PRECISION: usize = 16;

pub(super) const NOT_ANALYTIC: &str = "not analytic at omega = 0: no moments exist, Theorem 1 does not apply";

/// The series of a node of the split graph.
pub(super) fn at_point(split: &Split, output: NodeId, point: &mut Point) -> Result<Series<Approximation>, Failure> {
    let mut graph = split.graph.clone();
    graph.outputs = vec![output];
    Ok(expand(&graph, point, PRECISION)?[&output].clone())
}

/// The first power with a coefficient that is a number other than zero.
pub(super) fn first_nonzero(series: &Series<Approximation>, point: &Point) -> Option<i32> {
    let index = series.terms.iter().position(|term| !point.is_zero(term) && !term.value.is_nan())?;
    Some(series.start + index as i32)
}

/// The nodes that a node depends on, and itself.
pub(super) fn reachable(graph: &Graph, root: NodeId) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::from([root]);
    for index in (0..=root.0).rev() {
        if found.contains(&NodeId(index)) {
            graph.node(NodeId(index)).for_each_operand(|operand| {
                found.insert(operand);
            });
        }
    }
    found
}

pub(super) fn degenerate(law: &Law) -> Fault {
    Fault::new(
        Code::Degenerate,
        law.log_cf_span,
        "the log characteristic function does not depend on the frequency",
        "it must be log E exp(I * omega * z) as a function of omega; for the law of a constant c write I * omega * c",
    )
}

/// The source position of a node of the log characteristic function.
pub(super) fn span_of(law: &Law, id: NodeId) -> Extent {
    law.log_cf.span(id).unwrap_or(law.log_cf_span)
}

/// A node has no Laurent series.
pub(super) fn not_smooth(law: &Law, split: &Split, failure: &Failure) -> Fault {
    let origin = split.origin[failure.node.0 as usize];
    let span = span_of(law, origin);
    let what = law.log_cf.node(origin);
    let help = "laws without moments, such as Cauchy's and the stable ones, have no expansion; tempered versions do";
    let (reason, help) = match &failure.obstacle {
        Obstacle::Branch if matches!(what, Node::Call(Primitive::Abs, _)) => {
            ("`abs` has a kink where its argument vanishes", help)
        }
        Obstacle::Branch if matches!(what, Node::Call(Primitive::Ln | Primitive::Ln1p, _)) => {
            ("the logarithm's argument vanishes or has a pole at omega = 0", help)
        }
        Obstacle::Branch => {
            ("the root or real power of something that vanishes at omega = 0 has a branch point there", help)
        }
        Obstacle::Essential => ("the argument of this function has a pole at omega = 0", help),
        Obstacle::DivisionByZero => ("this divides by something that is zero for every omega", "check the denominator"),
        Obstacle::Kink => ("this has a kink where its argument changes its sign", help),
        Obstacle::Negative => {
            let message = "at omega = 0 this is the logarithm or root of a negative number";
            let help = "log phi must be real at omega = 0; if this depends on the parameters, add `require = ...`";
            return Fault::new(Code::NotHermitian, span, message, help);
        }
        Obstacle::Inexpressible(what) => {
            return Fault::new(Code::Unsupported, span, what.clone(), "rewrite this expression with simpler functions");
        }
    };
    Fault::new(Code::NotSmoothAtOrigin, span, format!("{NOT_ANALYTIC} ({reason})"), help)
}

/// The smallest expression with a pole that all of `root`'s pole comes from.
pub(super) fn pole(law: &Law, split: &Split, point: &mut Point) -> Fault {
    let mut guilty = law.log_cf.output();
    loop {
        let mut worst: Option<(i32, NodeId)> = None;
        law.log_cf.node(guilty).for_each_operand(|operand| {
            let parts = split.parts[operand.0 as usize];
            for part in parts.real.into_iter().chain(parts.imaginary) {
                if let Ok(series) = at_point(split, part, point)
                    && series.start < worst.map_or(0, |worst| worst.0)
                {
                    worst = Some((series.start, operand));
                }
            }
        });
        match worst {
            Some((_, operand)) => guilty = operand,
            None => break,
        }
    }
    let message = format!("{NOT_ANALYTIC} (this has a pole that nothing removes)");
    let help = "a division by omega is allowed only where the numerator vanishes too";
    Fault::new(Code::NotSmoothAtOrigin, span_of(law, guilty), message, help)
}

/// The first power of `s` with an imaginary coefficient in a node's expansion.
fn imaginary_power(split: &Split, id: NodeId, point: &mut Point) -> Option<i32> {
    let imaginary = split.parts[id.0 as usize].imaginary?;
    let series = at_point(split, imaginary, point).ok()?;
    first_nonzero(&series, point)
}

/// The coefficient of `s^power` of the whole is imaginary.
pub(super) fn not_hermitian(law: &Law, split: &Split, point: &mut Point, mut power: i32) -> Fault {
    let mut guilty = law.log_cf.output();
    while let Node::Sum(operands) = law.log_cf.node(guilty) {
        let found = operands.iter().find_map(|operand| Some((*operand, imaginary_power(split, *operand, point)?)));
        let Some(next) = found else { break };
        (guilty, power) = next;
    }
    let why = match power {
        0 => "its value at omega = 0 is imaginary".to_owned(),
        1 => "its coefficient of s is imaginary: E z would be imaginary".to_owned(),
        _ => format!("its coefficient of s^{power} is imaginary: a moment of order {power} would be imaginary"),
    };
    let message = format!("log phi is not Hermitian (phi(-omega) is not the conjugate of phi(omega)): {why}");
    let help = match source_text(law, guilty) {
        Some(text) if power % 2 == 1 && !law.log_cf.contains(guilty, |node| *node == Node::ImaginaryUnit) => {
            format!("did you mean I * {text}?")
        }
        Some(_) | None => "odd powers of omega come with I, even powers without".to_owned(),
    };
    Fault::new(Code::NotHermitian, span_of(law, guilty), message, help)
}

/// `log φ(0)` was found to be one of these numbers, at these points; `everywhere` says whether it is so at all that were tried.
pub(super) fn nonzero(law: &Law, split: &Split, found: &[(Approximation, Point)], everywhere: bool) -> Fault {
    let root = law.log_cf.output();
    let (constant, mut point) = found[0].clone();
    let close = |x: f64| (x - constant.value).abs() <= 1e-9 * constant.value.abs();
    let same = everywhere && found.iter().all(|other| close(other.0.value));
    let frequency_free: Vec<NodeId> = summands(&law.log_cf, root)
        .into_iter()
        .filter(|summand| !law.log_cf.contains(*summand, |node| *node == Node::Frequency))
        .collect();
    let culprit = match frequency_free.as_slice() {
        [summand] => split.parts[summand.0 as usize].real.and_then(|part| {
            let value = at_point(split, part, &mut point).ok()?.coefficient(&mut point, 0).value;
            close(value).then_some(*summand)
        }),
        [] | [_, _, ..] => None,
    };
    let text = culprit.and_then(|summand| source_text(law, summand));
    let value = match &text {
        Some(text) => text.clone(),
        None if same => {
            let rounded = (constant.value * 1e12).round() / 1e12;
            format!("{rounded}")
        }
        None => {
            let values: Vec<String> =
                law.parameters.iter().zip(&point.0).map(|(p, value)| format!("{} = {value:.3}", p.name)).collect();
            format!("{:.4} for {}", constant.value, values.join(", "))
        }
    };
    let help = match text {
        Some(text) => format!("every law satisfies log phi(0) = 0; did you mean to drop the summand `{text}`?"),
        None => "every law satisfies log phi(0) = 0: subtract the value at omega = 0".to_owned(),
    };
    let span = culprit.map_or(law.log_cf_span, |summand| span_of(law, summand));
    Fault::new(Code::NonzeroAtOrigin, span, format!("log phi is {value} at omega = 0, expected 0"), help)
}

fn summands(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    if let Node::Sum(operands) = graph.node(root) {
        operands.iter().flat_map(|operand| summands(graph, *operand)).collect()
    } else {
        vec![root]
    }
}

/// Short expressions as the user could write them.
fn source_text(law: &Law, id: NodeId) -> Option<String> {
    let graph = &law.log_cf;
    match graph.node(id) {
        Node::Constant(value) => Some(value.to_string()),
        Node::Pi => Some("PI".to_owned()),
        Node::Frequency => Some("omega".to_owned()),
        Node::ImaginaryUnit => Some("I".to_owned()),
        Node::Param(parameter) => Some(law.parameters[parameter.0].name.clone()),
        Node::Product(operands) => {
            let mut parts = Vec::new();
            for operand in operands {
                // Numbers first, the frequency last.
                let node = graph.node(*operand);
                let number = matches!(node, Node::Constant(_) | Node::ImaginaryUnit);
                parts.push(((*node == Node::Frequency, !number), source_text(law, *operand)?));
            }
            parts.sort_by_key(|part| part.0);
            Some(parts.into_iter().map(|part| part.1).collect::<Vec<_>>().join(" * "))
        }
        Node::Power(base, exponent) => Some(format!("{}.powi({exponent})", source_text(law, *base)?)),
        Node::Call(primitive, argument) => {
            let leaf = matches!(graph.node(*argument), Node::Param(_) | Node::Frequency);
            leaf.then(|| Some(format!("{}.{}()", source_text(law, *argument)?, primitive.name())))?
        }
        Node::TransformVariable
        | Node::Sample
        | Node::Ridge
        | Node::Data(_)
        | Node::Draw(_)
        | Node::Input(_)
        | Node::Coordinate(_)
        | Node::Sum(_)
        | Node::RealPower(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => None,
    }
}
