//! Judges a log characteristic function at `ω = 0`, on our own graph and before any computer algebra.
//!
//! Theorem 1 expands `∂_θ log φ` in powers of `s = iω`, so `log φ` must be analytic at 0, be 0 there, and have real
//! coefficients in `s` (else `φ(-ω)` is not the conjugate of `φ(ω)`, and moments come out imaginary). A computer algebra
//! system cannot be asked about the first: simplified as a formal expression, `(ω²)^{1/2}` becomes `ω`, and Cauchy's law
//! passes for an analytic one.
//!
//! The judgement expands the graph as it was written, with floating-point coefficients at generic parameters. Laurent
//! series tell a removable singularity, such as the uniform law's `(e^{bs} - e^{as}) / s`, from a pole, and a branch point
//! shows as a logarithm, root or real power of a series that does not start with a constant.

use super::approximate::Point;
use super::expand::Failure;
use super::power_series::{Coefficients, Obstacle};
use super::realify::{Split, split};
use super::refusal::{
    NOT_ANALYTIC, PRECISION, at_point, degenerate, first_nonzero, nonzero, not_hermitian, not_smooth, pole, reachable,
    span_of,
};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Graph, Law, Node, ParamId, Primitive};

/// Number of parameter values at which a law is judged.
const POINTS: usize = 3;

/// Parameter values that are tried: some may lie outside of the law's domain if no `require` says so.
const CANDIDATES: usize = 64;

/// A law that has an expansion.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// `log φ` as a real function of `s = iω`, one output; leaves are constants, π, `s` and parameters.
    pub log_cf: Graph,
    /// How many orders removable singularities cost: so many more must be carried.
    pub lost: u32,
}

/// Checks that `log φ` depends on ω and on every parameter, is analytic and 0 at `ω = 0`, and has real coefficients in
/// `s = iω`; returns it as a real graph in `s`.
///
/// # Errors
/// [`Code::UnusedParameter`], [`Code::Degenerate`], [`Code::NotSmoothAtOrigin`], [`Code::NotHermitian`],
/// [`Code::NonzeroAtOrigin`] at the smallest guilty expression.
pub fn judge(law: &Law) -> Result<Judgement, Errors> {
    check_use(law)?;
    check_kinks_of_complex_arguments(law)?;
    let root = law.log_cf.output();
    let split = split(&law.log_cf, root);
    check_real_arguments(law, &split)?;
    let parts = split.parts[root.0 as usize];
    let mut lost = 0;
    let mut negative: Option<Failure> = None;
    let mut usable = 0;
    let mut constants = Vec::new();
    for mut point in Point::sample(law, CANDIDATES) {
        if let Some(imaginary) = parts.imaginary
            && let Ok(series) = at_point(&split, imaginary, &mut point)
            && let Some(power) = first_nonzero(&series, &point)
        {
            return Err(not_hermitian(law, &split, &mut point, power).into());
        }
        let Some(real) = parts.real else { return Err(degenerate(law).into()) };
        let series = match at_point(&split, real, &mut point) {
            Ok(series) => series,
            Err(failure) if failure.obstacle == Obstacle::Negative => {
                negative.get_or_insert(failure);
                continue;
            }
            Err(failure) => return Err(not_smooth(law, &split, &failure).into()),
        };
        if series.terms.iter().any(|term| !term.value.is_finite()) {
            continue;
        }
        if series.start < 0 {
            return Err(pole(law, &split, &mut point).into());
        }
        usable += 1;
        lost = lost.max((PRECISION as i32 - series.end()).max(0) as u32);
        let constant = series.coefficient(&mut point, 0);
        if !point.is_zero(&constant) {
            constants.push((constant, point));
        }
        if usable == POINTS {
            break;
        }
    }
    if let (0, Some(failure)) = (usable, negative) {
        return Err(not_smooth(law, &split, &failure).into());
    }
    if !constants.is_empty() {
        return Err(nonzero(law, &split, &constants, constants.len() == usable).into());
    }
    let Some(real) = parts.real else { return Err(degenerate(law).into()) };
    let mut log_cf = Graph::new();
    let output = log_cf.import(&split.graph, real, |_, _| None);
    log_cf.outputs = vec![output];
    Ok(Judgement { log_cf, lost })
}

fn check_use(law: &Law) -> Result<(), Errors> {
    let root = law.log_cf.output();
    let mut errors = Errors::new();
    for (index, parameter) in law.parameters.iter().enumerate() {
        if !law.log_cf.contains(root, |node| *node == Node::Param(ParamId(index))) {
            errors.push(Fault::new(
                Code::UnusedParameter,
                parameter.span,
                format!("parameter `{}` does not occur in the log characteristic function", parameter.name),
                "use it or remove it: the law, and so every gradient with respect to it, does not depend on it",
            ));
        }
    }
    if !law.log_cf.contains(root, |node| *node == Node::Frequency) {
        errors.push(degenerate(law));
    }
    errors.into_result()
}

/// `|x + iy|` is not analytic in its argument, whatever the argument is.
fn check_kinks_of_complex_arguments(law: &Law) -> Result<(), Errors> {
    let graph = &law.log_cf;
    let mut errors = Errors::new();
    for id in reachable(graph, graph.output()) {
        let (name, arguments) = match graph.node(id) {
            Node::Call(primitive @ (Primitive::Abs | Primitive::Sign), argument) => (primitive.name(), vec![*argument]),
            Node::Maximum(x, y) => ("max", vec![*x, *y]),
            Node::Minimum(x, y) => ("min", vec![*x, *y]),
            Node::Constant(_)
            | Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::Power(..)
            | Node::RealPower(..)
            | Node::Call(..)
            | Node::Kummer(..)
            | Node::DrawSlope(..) => continue,
        };
        let has = |wanted: &Node| arguments.iter().any(|argument| graph.contains(*argument, |node| node == wanted));
        if has(&Node::Frequency) && has(&Node::ImaginaryUnit) {
            errors.push(Fault::new(
                Code::NotSmoothAtOrigin,
                span_of(law, id),
                format!("{NOT_ANALYTIC} (`{name}` of a complex argument is differentiable nowhere)"),
                format!("write the log characteristic function without `{name}` of the frequency"),
            ));
        }
    }
    errors.into_result()
}

/// The gamma function and Kummer's are understood where their arguments are real in `s`.
fn check_real_arguments(law: &Law, split: &Split) -> Result<(), Errors> {
    let graph = &law.log_cf;
    let mut errors = Errors::new();
    for id in reachable(graph, graph.output()) {
        let (name, arguments) = match graph.node(id) {
            Node::Call(primitive @ (Primitive::LnGamma | Primitive::Polygamma(_)), argument) => {
                (primitive.name(), vec![*argument])
            }
            Node::Kummer(part, arguments) => (part.name(), arguments.to_vec()),
            _ => continue,
        };
        for argument in arguments {
            if split.parts[argument.0 as usize].imaginary.is_some() {
                errors.push(Fault::new(
                    Code::Unsupported,
                    span_of(law, argument),
                    format!("`{name}` of something that is not a real function of s = I * omega"),
                    "write the argument with I * omega, which stands for s, such as `1.0 - I * omega * beta`",
                ));
            }
        }
    }
    errors.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::samples::{Count, Expression, Positive, Probability, Real, gamma, laplace, law, uniform};

    fn fault(law: &Law) -> Fault {
        judge(law).unwrap_err().faults()[0].clone()
    }

    fn code_of(
        log_cf: impl for<'a> FnOnce(Expression<'a>, Expression<'a>, [Expression<'a>; 1]) -> Expression<'a>,
    ) -> Code {
        fault(&law([("c", Positive)], log_cf)).code
    }

    #[test]
    fn laws_pass() {
        for law in [laplace(), gamma()] {
            assert_eq!(judge(&law).unwrap().lost, 0);
        }
        // Two exponentials that start equal cost one order.
        assert_eq!(judge(&uniform()).unwrap().lost, 1);
        let binomial = law([("n", Count), ("p", Probability)], |_, s, [n, p]| n * (1 - p + p * s.exp()).ln());
        judge(&binomial).unwrap();
    }

    #[test]
    fn trigonometric_forms_of_real_laws_pass() {
        // uniform on (m - h, m + h): φ = e^{iωm} sin(ωh) / (ωh)
        let uniform = law([("m", Real), ("h", Positive)], |omega, s, [m, h]| {
            m * s + ((omega * h).call(Primitive::Sin) / (omega * h)).ln()
        });
        judge(&uniform).unwrap();
        // a fair coin on ±a: φ = cos(aω)
        judge(&law([("a", Real)], |omega, _, [a]| (a * omega).call(Primitive::Cos).ln())).unwrap();
        // two conjugate roots whose imaginary parts cancel
        let pair = law([("a", Positive), ("b", Real)], |_, s, [a, b]| {
            let i = s.leaf(Node::ImaginaryUnit);
            (a - s - i * b).sqrt() + (a - s + i * b).sqrt() - (a - i * b).sqrt() - (a + i * b).sqrt()
        });
        judge(&pair).unwrap();
    }

    #[test]
    fn branch_points_are_refused() {
        use Code::NotSmoothAtOrigin as Refused;
        assert_eq!(code_of(|omega, _, [c]| -c * omega.call(Primitive::Abs)), Refused);
        assert_eq!(code_of(|omega, _, [c]| -c * (omega * omega).sqrt()), Refused);
        assert_eq!(code_of(|omega, _, [c]| -c * omega.call(Primitive::Abs).powf(c.number(3, 2))), Refused);
        assert_eq!(code_of(|omega, _, [c]| -c * omega.powi(2).powf(c)), Refused);
        assert_eq!(code_of(|omega, _, [c]| c * omega.ln()), Refused);
        assert_eq!(code_of(|omega, _, [c]| c * omega.powi(2) + 1 / omega.powi(2)), Refused);
        assert_eq!(code_of(|omega, _, [c]| (-c / omega.powi(2)).exp()), Refused);
        assert_eq!(code_of(|_, s, [c]| c * (1 + s).call(Primitive::Abs)), Refused);
        let cauchy = fault(&law([("c", Positive)], |omega, _, [c]| -c * omega.call(Primitive::Abs)));
        assert!(cauchy.message.contains("no moments exist, Theorem 1 does not apply"), "{cauchy}");
    }

    #[test]
    fn imaginary_moments_are_refused() {
        let complex = fault(&law([("mu", Real)], |omega, _, [mu]| mu * omega));
        assert_eq!(complex.code, Code::NotHermitian);
        assert!(complex.message.contains("E z would be imaginary"), "{complex}");
        assert_eq!(complex.help, "did you mean I * mu * omega?");
        assert_eq!(code_of(|omega, s, [c]| c * s * omega), Code::NotHermitian);
        assert_eq!(code_of(|omega, _, [c]| (c - omega).sqrt() - c.sqrt()), Code::NotHermitian);
        assert_eq!(code_of(|_, s, [c]| (s - c).ln() - (-c).ln()), Code::NotHermitian);
    }

    #[test]
    fn the_value_at_zero_must_be_zero() {
        let shifted = fault(&law([("mu", Real)], |_, s, [mu]| 1 + mu * s));
        assert_eq!(shifted.code, Code::NonzeroAtOrigin);
        assert!(
            shifted.message.contains("is 1 at omega = 0") && shifted.help.contains("drop the summand `1`"),
            "{shifted}"
        );
        let hidden = fault(&law([("lam", Positive)], |_, s, [lam]| lam * s.exp()));
        assert_eq!(hidden.code, Code::NonzeroAtOrigin);
        assert!(hidden.message.contains("lam = "), "{hidden}");
        let number = fault(&law([("b", Positive)], |_, s, [b]| (2 - b * s).ln()));
        assert!(number.message.contains("is 0.69314718056 at"), "{number}");
    }

    #[test]
    fn everything_must_be_used() {
        let unused = law([("mu", Real), ("b", Positive)], |_, s, [mu, _]| mu * s);
        let unused = fault(&unused);
        assert_eq!(unused.code, Code::UnusedParameter);
        assert!(unused.message.contains("`b`"), "{unused}");
        assert_eq!(code_of(|_, _, [c]| c), Code::Degenerate);
    }

    #[test]
    fn the_smallest_expression_is_underlined() {
        let mut law = law([("c", Positive)], |omega, _, [c]| -c * omega.call(Primitive::Abs));
        // Only the call to `abs` has a position, on its own line.
        let tokens: proc_macro2::TokenStream = "\n\nabs".parse().unwrap();
        let position = tokens.into_iter().next().unwrap().span();
        let mut spanned = Graph::new();
        for (_, node) in law.log_cf.iter() {
            let span = matches!(node, Node::Call(Primitive::Abs, _)).then_some(position.into());
            spanned.push_spanned(node.clone(), span);
        }
        spanned.outputs = law.log_cf.outputs.clone();
        law.log_cf = spanned;
        assert_eq!(fault(&law).start.start().line, 3);
    }
}
