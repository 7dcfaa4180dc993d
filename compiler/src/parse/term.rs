//! `#[term(distribution = …)] fn kl(mu: f64, b: f64) -> f64 { … }`: a deterministic function of the parameters.

use proc_macro2::Span;
use syn::ItemFn;

use super::distribution::plain_name;
use super::expression::{Dialect, Walker};
use super::signature::{check_plain, check_return, last_segment, text};
use super::spelling::{list, nearest};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Graph, Law, Node, ParamId};

/// A parsed `#[term]`: a function `k(θ)` of one coordinate's parameters, added up over coordinates by the runtime.
#[derive(Clone, Debug)]
pub struct TermFunction {
    /// Name of the annotated function.
    pub name: String,
    /// Position of the name.
    pub span: Span,
    /// The parameters that the arguments stand for, in the order of the arguments.
    pub parameters: Vec<ParamId>,
    /// `k(θ)`, one output; leaves are constants, π and the parameters. `abs`, `max` and `min` are allowed here and
    /// are differentiated with `sign(0) = 0`.
    pub graph: Graph,
}

/// Reads a term of `law`. Arguments are named like the law's parameters, any of them in any order.
///
/// # Errors
/// Every fault of syntax, names and types; an argument that is no parameter of the law is [`Code::UnknownName`].
pub fn parse_term(item: &ItemFn, law: &Law) -> Result<TermFunction, Errors> {
    let mut walker = Walker::new(Dialect::Term);
    let mut errors = Errors::new();
    let mut parameters = Vec::new();
    for argument in check_plain(item, &mut errors) {
        let name = plain_name(argument.name);
        if last_segment(argument.kind).is_none_or(|last| last != "f64") {
            errors.push(Fault::over(
                Code::BadSignature,
                argument.kind,
                format!("the argument `{name}` is `{}`, expected `f64`", text(argument.kind)),
                "a term is a function of the parameters of one coordinate, each a number of type `f64`",
            ));
        }
        let known = law.parameters.iter().position(|parameter| parameter.name == name);
        if known.is_none() {
            let names: Vec<&str> = law.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            errors.push(Fault::over(
                Code::UnknownName,
                argument.name,
                format!("`{name}` is not a parameter of `{}`", law.name),
                match nearest(&name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its parameters are {}", list(names)),
                },
            ));
        }
        // An unknown argument is declared too, so that the body is read without further complaints about it.
        let id = ParamId(known.unwrap_or(usize::MAX));
        walker.declare(argument.name, Node::Param(id));
        parameters.push(id);
    }
    check_return(item, "f64", &mut errors);
    let value = walker.block(&item.block);
    let output = walker.expect_number(value, &item.block);
    errors.extend(walker.errors);
    errors.into_result()?;
    let graph = walker.terms.graph(&output.map(|(id, _)| id).into_iter().collect::<Vec<_>>());
    Ok(TermFunction { name: plain_name(&item.sig.ident), span: item.sig.ident.span(), parameters, graph })
}

#[cfg(test)]
mod tests {
    use super::super::distribution::parse_distribution;
    use super::super::interpreter::{evaluate, underlined};
    use super::*;

    fn parse(source: &str) -> Result<TermFunction, Errors> {
        let law = "fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf { I * mu * b * omega }";
        let law = parse_distribution(Default::default(), &syn::parse_str(law).expect("a function")).expect("a law");
        parse_term(&syn::parse_str(source).expect("a function"), &law)
    }

    #[test]
    fn arguments_are_parameters_by_name() {
        let kl = "fn kl(b: f64, mu: f64) -> f64 { mu.abs() + b * (-mu.abs() / b).exp() - b.ln() - 1.0 }";
        let term = parse(kl).expect("sound");
        assert_eq!(term.parameters, [ParamId(1), ParamId(0)]);
        let value = evaluate(&term.graph, |node| match node {
            Node::Param(ParamId(index)) => [0.7, 0.4][*index],
            other => panic!("{other:?}"),
        });
        // Quadrature of the divergence between Laplace laws at (0.7, 0.4).
        assert!((value[0] - 0.685_800_309_254_333_1).abs() < 1e-15);
    }

    #[test]
    fn other_arguments_are_refused() {
        let errors = parse("fn kl(mu: f64, beta: f64) -> f64 { mu + beta }").expect_err("no parameter");
        assert_eq!(underlined(&errors), [(Code::UnknownName, "beta".to_owned())]);
        let errors = parse("fn kl(mu: &[f64]) -> f64 { mu }").expect_err("no number");
        assert_eq!(underlined(&errors), [(Code::BadSignature, "&[f64]".to_owned())]);
    }
}
