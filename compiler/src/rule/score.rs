//! The score function rule, for comparison: the log density that a law's author gave is differentiated, and `f` is not
//! (Glynn, *Likelihood ratio gradient estimation for stochastic systems*, 1990; Williams, 1992).
//!
//! ```text
//! ∂_θ E f(z) = E[ f(z) ∂_θ log p_θ(z) ]
//! ```
//!
//! which is exact for any `f` with the two moments, if the support of the law does not hang on `θ` and the density is
//! absolutely continuous in it. With independent coordinates `f` is the whole function, of all of them. The score has mean
//! 0, so that a baseline may be subtracted from `f`; for each sample the mean over all others, which does not hang on it,
//! leaves the expectation as it is.

use super::form::{Baseline, Form, Rule};
use super::select::rule;
use crate::differentiation::derivative_of_term;
use crate::ir::{Graph, Law, Node, NodeId, ParamId, Primitive};
use crate::passes;

/// The rule of a parameter, or why there is none.
///
/// # Errors
/// The reason, as the end of a sentence about the law.
pub(super) fn score(law: &Law, parameter: ParamId, baseline: Baseline) -> Result<Rule, String> {
    let name = &law.parameters[parameter.0].name;
    let density =
        law.log_density.as_ref().ok_or("the law does not give the logarithm of its density, `log_density = …`")?;
    let score = derivative_of_term(density, density.output(), &Node::Param(parameter));
    let score = passes::prune(passes::fold(passes::share(score)));
    let terms = match score.node(score.output()) {
        Node::Sum(terms) => terms.to_vec(),
        _ => vec![score.output()],
    };
    let (drawn, known): (Vec<NodeId>, Vec<NodeId>) =
        terms.into_iter().partition(|&term| score.contains(term, |node| *node == Node::Sample));
    if drawn.is_empty() {
        return Err(format!("its `log_density` has no term with both `{name}` and the draw `z`"));
    }
    let weight = sum(&score, &drawn);
    // A derivative of ln Γ is digamma, which has code for samples.
    let is_special = |node: &Node| matches!(node, Node::Call(Primitive::LnGamma | Primitive::Polygamma(1..), _));
    if weight.contains(weight.output(), is_special) {
        return Err(format!(
            "the derivative of its `log_density` by `{name}` has ln Γ, or a second derivative of it, in a term with the draw, which \
             has no code for samples"
        ));
    }
    let rest = (!known.is_empty()).then(|| sum(&score, &known));
    Ok(rule(parameter, Form::Score { weight, rest, baseline }, Vec::new()))
}

/// A sum of nodes of a graph, by itself.
fn sum(graph: &Graph, terms: &[NodeId]) -> Graph {
    let mut sum = Graph::new();
    let terms: Vec<NodeId> = terms.iter().map(|&term| sum.import(graph, term, |_, _| None)).collect();
    sum.outputs = match terms.as_slice() {
        [term] => vec![*term],
        _ => vec![sum.sum(terms)],
    };
    passes::prune(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::parse::distribution::parse_distribution;

    /// The part with the draw and the rest of the score of the first parameter, or why there is no rule.
    fn parts(density: &str) -> Result<[String; 2], String> {
        let item = syn::parse_quote! {
            fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }
        };
        let law =
            parse_distribution(format!("log_density = {density}").parse().expect("tokens"), &item).expect("a law");
        let leaves = Leaves::of_parameters(&law.parameters);
        match score(&law, ParamId(0), Baseline::None)?.form {
            Form::Score { weight, rest, .. } => {
                let rest = rest.map(|rest| infix(&rest, rest.output(), &leaves));
                Ok([infix(&weight, weight.output(), &leaves), rest.unwrap_or_default()])
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_parts_of_a_score() {
        let gamma = "(k - 1.0) * z.ln() - z / mu - k * mu.ln() - ln_gamma(k)";
        assert_eq!(parts(gamma), Ok(["ln(z)".to_owned(), "-ln(mu) - digamma(k)".to_owned()]));
        let negative_binomial = "ln_gamma(z + k) - ln_gamma(k) - ln_gamma(z + 1.0) + k * mu.ln()";
        assert_eq!(parts(negative_binomial), Ok(["digamma(k + z)".to_owned(), "ln(mu) - digamma(k)".to_owned()]));
        assert_eq!(parts("-(z - k).abs() / mu"), Ok(["sign(z - k) / mu".to_owned(), String::new()]));
    }

    #[test]
    fn what_has_no_score() {
        let reason = parts("-z / mu - ln_gamma(k)").expect_err("k stands alone");
        assert!(reason.contains("no term with both `k` and the draw"), "{reason}");
        let reason = parts("k * ln_gamma(z + mu) - ln_gamma(k)").expect_err("ln Γ of the draw");
        assert!(reason.contains("has no code for samples"), "{reason}");
    }
}
