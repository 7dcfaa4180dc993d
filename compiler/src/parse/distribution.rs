//! `#[distribution(…)] fn name(omega: Frequency, theta: Kind, …) -> LogCf { … }`.

use proc_macro2::TokenStream;
use syn::{BinOp, Expr, ExprRange, ItemFn};

use super::expression::{Dialect, Walker};
use super::log_cf::{declare_parameters, parse_log_cf};
use super::options::{DistributionOptions, parse_distribution_options};
use super::rule::parse_rule;
use super::signature::{self, check_plain, check_return, last_segment};
use super::spelling::{list, nearest};
use crate::errors::{Code, Errors, Fault};
use crate::ir::draw::take_arguments;
use crate::ir::{
    Condition, Graph, Law, Node, NodeId, ParamId, Parameter, ParameterKind, ParameterShape, Relation, Sampler, Support,
    WrittenRule,
};

/// Every parameter kind.
const KINDS: [ParameterKind; 4] =
    [ParameterKind::Real, ParameterKind::Positive, ParameterKind::Probability, ParameterKind::Count];

/// Reads a law: parameters, `log φ_θ(ω)`, and of the options the sampler and the conditions.
///
/// The law's type is named by the function's name in upper camel case: `jump_diffusion` gives `JumpDiffusion`. Nothing is
/// proved about the function here; that it is the logarithm of a characteristic function with an expansion at `ω = 0`
/// is judged on the graph afterwards.
///
/// # Errors
/// Every fault of syntax, names and types in the signature, the options and the body.
pub fn parse_distribution(options: TokenStream, item: &ItemFn) -> Result<Law, Errors> {
    let mut errors = Errors::new();
    let arguments = check_plain(item, &mut errors);
    check_return(item, "LogCf", &mut errors);
    let options = match parse_distribution_options(options) {
        Ok(options) => Some(options),
        Err(faults) => {
            errors.extend(faults);
            None
        }
    };
    let Some((frequency, arguments)) = arguments.split_first() else {
        errors.push(no_frequency(&item.sig.ident));
        return Err(errors);
    };
    if last_segment(frequency.kind).is_none_or(|last| last != "Frequency") {
        errors.push(no_frequency(frequency.kind));
    }
    let parameters: Vec<Parameter> = arguments.iter().filter_map(|argument| parameter(argument, &mut errors)).collect();
    if arguments.is_empty() {
        errors.push(Fault::over(
            Code::BadSignature,
            &item.sig.ident,
            "the law has no parameters, so there is no gradient to estimate",
            "add the parameters after the frequency, as in `fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf`",
        ));
    }
    let log_cf = keep(parse_log_cf(item, frequency, arguments), &mut errors);
    let DistributionOptions { sample, require, rules, support, strip, log_density, image, .. } =
        options.unwrap_or_default();
    if let Some(image) = &image {
        errors.push(Fault::over(
            Code::BadOption,
            image,
            "a law of one variable has no image",
            "`image = z / z.sum()` makes a joint law, whose frequency is `omega: &[Frequency]`; an affine image is written into \
             the log characteristic function",
        ));
    }
    let sampler = sample.and_then(|sample| keep(parse_sampler(&sample, arguments), &mut errors));
    let conditions = require.and_then(|require| keep(parse_conditions(&require, arguments), &mut errors));
    let support = support.and_then(|support| keep(parse_range(&support, arguments), &mut errors));
    let strip = strip.and_then(|strip| keep(parse_range(&strip, arguments), &mut errors));
    let log_density = log_density.and_then(|density| keep(parse_log_density(&density, arguments), &mut errors));
    let rules = parse_rules(&rules, &parameters, arguments, &mut errors);
    errors.into_result()?;
    let Some((log_cf, log_cf_span)) = log_cf else {
        crate::errors::bug!("parse", "no log characteristic function and no fault");
    };
    let function = plain_name(&item.sig.ident);
    Ok(Law {
        name: upper_camel_case(&function),
        function,
        span: item.sig.ident.span(),
        parameters,
        log_cf,
        log_cf_span,
        sampler,
        conditions: conditions.unwrap_or_default(),
        support: support.unwrap_or_default(),
        strip,
        log_density,
        rules,
    })
}

/// The rules that stand beside the law.
fn parse_rules(
    rules: &[(syn::Ident, Expr)],
    parameters: &[Parameter],
    arguments: &[signature::Parameter],
    errors: &mut Errors,
) -> Vec<WrittenRule> {
    let mut parsed = Vec::new();
    for (name, expression) in rules {
        let found = parameters.iter().position(|known| known.name == plain_name(name) && known.kind.has_gradient());
        let Some(index) = found else {
            let names = parameters.iter().filter(|known| known.kind.has_gradient()).map(|known| known.name.as_str());
            errors.push(Fault::new(
                Code::UnknownName,
                name.span(),
                format!("`{name}` is not a parameter with a gradient"),
                format!("the parameters with a gradient are {}", list(names)),
            ));
            continue;
        };
        parsed.extend(keep(parse_rule(expression, ParamId(index), arguments), errors));
    }
    parsed
}

/// The value, or its faults added to the others.
pub(crate) fn keep<T>(result: Result<T, Errors>, errors: &mut Errors) -> Option<T> {
    result.map_err(|faults| errors.extend(faults)).ok()
}

fn no_frequency(tokens: &impl quote::ToTokens) -> Fault {
    Fault::over(
        Code::BadSignature,
        tokens,
        "the first argument of a distribution is not its frequency",
        "write it as in `fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf`; a joint law takes `omega: &[Frequency]`",
    )
}

fn parameter(argument: &signature::Parameter, errors: &mut Errors) -> Option<Parameter> {
    let found = last_segment(argument.kind).map(ToString::to_string);
    let kind = KINDS.into_iter().find(|kind| found.as_deref() == Some(kind.name()));
    if kind.is_none() {
        let names = KINDS.map(ParameterKind::name);
        let near = found.as_deref().and_then(|found| nearest(found, names));
        errors.push(Fault::over(
            Code::UnknownParameterKind,
            argument.kind,
            format!("`{}` is not a kind of parameter", signature::text(argument.kind)),
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if matches!(argument.kind, syn::Type::Reference(_)) => {
                    "vectors and matrices are parameters of joint laws, whose frequency is `omega: &[Frequency]`"
                        .to_owned()
                }
                None => format!("the kinds are {}", list(names)),
            },
        ));
    }
    let (name, span) = (plain_name(argument.name), argument.name.span());
    kind.map(|kind| Parameter { name, kind, shape: ParameterShape::Scalar, span })
}

/// `sample = …`: an expression over base draws and parameters. Every call that is written is a draw of its own.
fn parse_sampler(sample: &Expr, parameters: &[signature::Parameter]) -> Result<Sampler, Errors> {
    let mut walker = Walker::new(Dialect::Sample);
    declare_parameters(&mut walker, parameters);
    let output = walker.number(sample);
    walker.errors.into_result()?;
    let Walker { terms, mut draws, .. } = walker;
    // Arguments first, so that the graph reads like the source.
    let mut roots: Vec<NodeId> = draws.iter().flat_map(|draw| draw.arguments.iter().copied()).collect();
    let arguments = roots.len();
    roots.extend(output);
    let mut graph = terms.graph(&roots);
    graph.outputs.rotate_left(arguments);
    take_arguments(&mut graph, &mut draws);
    Ok(Sampler { graph, draws })
}

/// `require = …`: comparisons joined by `&&`.
fn parse_conditions(require: &Expr, parameters: &[signature::Parameter]) -> Result<Vec<Condition>, Errors> {
    let mut conditions = Vec::new();
    let mut errors = Errors::new();
    let mut waiting = vec![require];
    while let Some(condition) = waiting.pop() {
        match condition {
            Expr::Paren(inner) => waiting.push(&inner.expr),
            Expr::Group(inner) => waiting.push(&inner.expr),
            Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
                waiting.push(&both.right);
                waiting.push(&both.left);
            }
            Expr::Binary(comparison) => {
                let (relation, turned) = match comparison.op {
                    BinOp::Lt(_) => (Relation::Less, false),
                    BinOp::Le(_) => (Relation::LessOrEqual, false),
                    BinOp::Gt(_) => (Relation::Less, true),
                    BinOp::Ge(_) => (Relation::LessOrEqual, true),
                    _ => {
                        errors.push(no_comparison(condition));
                        continue;
                    }
                };
                let mut walker = Walker::new(Dialect::Condition);
                declare_parameters(&mut walker, parameters);
                let left = walker.number(&comparison.left);
                let right = walker.number(&comparison.right);
                errors.extend(walker.errors);
                let (Some(left), Some(right)) = (left, right) else { continue };
                let sides = if turned { [right, left] } else { [left, right] };
                conditions.push(Condition {
                    graph: walker.terms.graph(&sides),
                    relation,
                    text: signature::text(condition),
                });
            }
            other => errors.push(no_comparison(other)),
        }
    }
    errors.into_result()?;
    Ok(conditions)
}

/// `support = …` and `strip = …`: a range between functions of the parameters.
fn parse_range(range: &ExprRange, parameters: &[signature::Parameter]) -> Result<Support, Errors> {
    let mut errors = Errors::new();
    let mut end = |end: &Option<Box<Expr>>| {
        let mut walker = Walker::new(Dialect::Condition);
        declare_parameters(&mut walker, parameters);
        let output = walker.number(end.as_deref()?);
        errors.extend(walker.errors);
        Some(walker.terms.graph(&[output?]))
    };
    let range = Support { lower: end(&range.start), upper: end(&range.end) };
    errors.into_result()?;
    Ok(range)
}

/// `log_density = …`: a function of the draw `z` and the parameters.
fn parse_log_density(density: &Expr, parameters: &[signature::Parameter]) -> Result<Graph, Errors> {
    let mut walker = Walker::new(Dialect::Condition);
    declare_parameters(&mut walker, parameters);
    walker.declare(&syn::Ident::new("z", proc_macro2::Span::call_site()), Node::Sample);
    let output = walker.number(density);
    walker.errors.into_result()?;
    let Some(output) = output else { crate::errors::bug!("parse", "a log density without value and without fault") };
    Ok(walker.terms.graph(&[output]))
}

fn no_comparison(condition: &Expr) -> Fault {
    Fault::over(
        Code::BadOption,
        condition,
        "`require` takes comparisons between parameters, joined by `&&`",
        "compare with `<`, `<=`, `>` or `>=`, as in `require = alpha > beta.abs() && beta < 1.0`",
    )
}

/// A name without the `r#` of a raw identifier.
pub(crate) fn plain_name(name: &syn::Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// `jump_diffusion` to `JumpDiffusion`.
pub(crate) fn upper_camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::interpreter::{evaluate, underlined};
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::ir::verify::verify_law;
    use crate::ir::{BaseDraw, DrawId, DrawKind, Node, ParamId};

    fn parse(options: &str, item: &str) -> Result<Law, Errors> {
        let item = syn::parse_str(item).expect("a function");
        parse_distribution(options.parse().expect("tokens"), &item)
    }

    fn refuse(options: &str, item: &str) -> Vec<(Code, String)> {
        underlined(&parse(options, item).expect_err(item))
    }

    fn one(code: Code, guilty: &str) -> Vec<(Code, String)> {
        vec![(code, guilty.to_owned())]
    }

    const LAPLACE: &str = "fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
        I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln()
    }";

    #[test]
    fn a_law_has_all_its_parts() {
        let law = parse("sample = mu + b * (exponential() - exponential())", LAPLACE).expect("sound");
        assert_eq!(verify_law(&law), Ok(()));
        assert_eq!((law.function.as_str(), law.name.as_str()), ("laplace", "Laplace"));
        let kinds: Vec<ParameterKind> = law.parameters.iter().map(|parameter| parameter.kind).collect();
        assert_eq!(kinds, [ParameterKind::Real, ParameterKind::Positive]);
        let text = infix(&law.log_cf, law.log_cf.output(), &Leaves::of_law(&law));
        assert_eq!(text, "ω * mu * i - ln(1 + b^2 * ω^2)");
        assert_eq!(law.log_cf_span.start.source_text().as_deref(), Some("I"));
    }

    #[test]
    fn every_call_is_a_draw_of_its_own() {
        let law = parse("sample = mu + b * (exponential() - exponential())", LAPLACE).expect("sound");
        let sampler = law.sampler.expect("a sampler");
        assert_eq!(sampler.draws, vec![BaseDraw::new(DrawKind::Exponential, vec![]); 2]);
        let value = evaluate(&sampler.graph, |node| match node {
            Node::Param(ParamId(index)) => [0.5, 2.0][*index],
            Node::Draw(DrawId(index)) => [3.0, 1.25][*index],
            other => panic!("{other:?}"),
        });
        assert_eq!(value, [0.5 + 2.0 * (3.0 - 1.25)]);
    }

    #[test]
    fn shapes_of_gamma_draws_are_nodes_of_the_sampler() {
        let law = "fn law(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }";
        let sampler = parse("sample = { let g = gamma(k + 1.0); g * mu * uniform() }", law).expect("sound").sampler;
        let sampler = sampler.expect("a sampler");
        let kinds: Vec<DrawKind> = sampler.draws.iter().map(|draw| draw.kind).collect();
        assert_eq!(kinds, [DrawKind::Gamma, DrawKind::Uniform]);
        assert_eq!(infix(&sampler.graph, sampler.draws[0].arguments[0], &Leaves::default()), "θ0 + 1");
        assert_eq!(sampler.graph.outputs.len(), 1);
    }

    #[test]
    fn draws_may_read_earlier_draws_and_copies_have_their_own() {
        let law = "fn law(omega: Frequency, nu: Positive) -> LogCf { nu * omega }";
        let sample = "sample = { let time = nu * gamma(1.0 / nu); compound(poisson(time), normal() * exponential()) }";
        let sampler = parse(sample, law).expect("sound").sampler.expect("a sampler");
        let of = |draw: &BaseDraw| (draw.kind, draw.within);
        assert_eq!(
            sampler.draws.iter().map(of).collect::<Vec<_>>(),
            [
                (DrawKind::Gamma, None),
                (DrawKind::Poisson, None),
                (DrawKind::Normal, Some(DrawId(4))),
                (DrawKind::Exponential, Some(DrawId(4))),
                (DrawKind::Compound, None),
            ]
        );
        assert_eq!(crate::ir::verify::verify_draws(&sampler.graph, &sampler.draws), Ok(()));
        assert_eq!(infix(&sampler.graph, sampler.draws[1].arguments[0], &Leaves::default()), "θ0 * draw0");
        let bound_outside = "sample = { let jump = normal(); compound(poisson(nu), jump) }";
        assert_eq!(refuse(bound_outside, law), one(Code::Unsupported, "jump"));
    }

    #[test]
    fn conditions_are_turned_around() {
        let item = "fn nig(omega: Frequency, alpha: Positive, beta: Real) -> LogCf { alpha * beta * omega }";
        let law = parse("require = alpha > beta.abs() && beta <= 2.0, support = 0.0..", item).expect("sound");
        let texts: Vec<&str> = law.conditions.iter().map(|condition| condition.text.as_str()).collect();
        assert_eq!(texts, ["alpha > beta.abs()", "beta <= 2.0"]);
        let sides = |index: usize| {
            evaluate(&law.conditions[index].graph, |node| match node {
                Node::Param(ParamId(index)) => [3.0, -1.5][*index],
                other => panic!("{other:?}"),
            })
        };
        assert_eq!((law.conditions[0].relation, sides(0)), (Relation::Less, vec![1.5, 3.0]));
        assert_eq!((law.conditions[1].relation, sides(1)), (Relation::LessOrEqual, vec![-1.5, 2.0]));
        assert_eq!(refuse("require = alpha == beta", item), one(Code::BadOption, "alpha == beta"));
    }

    #[test]
    fn signatures() {
        let wrong = |signature: &str| refuse("", &format!("{signature} {{ I * omega * mu }}"));
        assert_eq!(wrong("fn f(omega: f64, mu: Real) -> LogCf"), one(Code::BadSignature, "f64"));
        assert_eq!(wrong("fn f(omega: Frequency, mu: Reel) -> LogCf"), one(Code::UnknownParameterKind, "Reel"));
        assert_eq!(wrong("fn f(omega: Frequency, mu: Real) -> f64"), one(Code::BadSignature, "f64"));
        assert_eq!(
            wrong("fn f<const N: usize>(omega: Frequency, mu: Real) -> LogCf"),
            one(Code::BadSignature, "<const N: usize>")
        );
        assert_eq!(wrong("unsafe fn f(omega: Frequency, mu: Real) -> LogCf"), one(Code::BadSignature, "unsafe"));
        assert_eq!(refuse("", "fn f(omega: Frequency) -> LogCf { I * omega }"), one(Code::BadSignature, "f"));
    }

    #[test]
    fn options() {
        assert_eq!(refuse("sampel = mu", LAPLACE), one(Code::BadOption, "sampel"));
        assert_eq!(refuse("sample = mu, sample = b", LAPLACE), one(Code::BadOption, "sample"));
        assert_eq!(refuse("sample = mu + cauchy(b)", LAPLACE), one(Code::UnknownFunction, "cauchy"));
        assert_eq!(refuse("support = 1.0", LAPLACE), one(Code::BadOption, "1.0"));
        assert_eq!(refuse("sample", LAPLACE), one(Code::BadOption, "sample"));
    }

    #[test]
    fn camel_case() {
        assert_eq!(upper_camel_case("jump_diffusion"), "JumpDiffusion");
        assert_eq!(upper_camel_case("one_sided_2"), "OneSided2");
    }

    #[test]
    fn stories() {
        for body in [
            "let s = I * omega; mu * s + b.powi(2) * s.powi(2) / 2.0 + b * ((mu * s + b.powi(2) * s.powi(2) / 2.0).exp() - 1.0)",
            "-2.0 * b * PI.sqrt() * ((mu - I * omega).sqrt() - mu.sqrt())",
            "-b * omega.abs()",
            "1.0 + I * mu * omega",
            "2 * mu * omega.powi(2) + f64::exp(b) + std::f64::consts::PI",
        ] {
            let law = parse("", &format!("fn f(omega: Frequency, mu: Real, b: Positive) -> LogCf {{ {body} }}"));
            assert_eq!(law.map(|law| verify_law(&law)).map_err(|errors| underlined(&errors)), Ok(Ok(())), "{body}");
        }
    }
}
