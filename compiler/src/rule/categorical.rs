//! Theorem 2 of the paper for categorical variables: local expectations.
//!
//! A variable of `K` states has the characteristic function `φ(ω) = Σ_k p_k e^{iω_k}` of a one-hot draw `e_k`: a finite sum of
//! exponentials. So `E f = Σ_k p_k E f(z_-j, e_k)` for each variable `j`, whatever `f` is, and
//!
//! ```text
//! ∂_{p_jk} E f(z) = E[f(z_-j, e_k) - Σ_m p_jm f(z_-j, e_m)]
//! ```
//!
//! where `p_jk` stands for `p_jk / Σ_m p_jm`. So no state is singled out, which Eq. (18) does with the last: its gradient, with
//! respect to the first `K - 1` entries of which the last is what is left, is the difference of two entries of this one.

use super::form::{Form, RequestedForm, Rule};
use super::select::{Choice, rule};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{
    Graph, JointLaw, Node, ParamId, Parameter, ParameterShape, Primitive, Reduction, Sampler, Stencil, StencilTerm,
};

/// Whether the stencil of a rule is asked for at every state of every variable.
#[must_use]
pub fn visits_states(parameters: &[Parameter], rule: &Rule) -> bool {
    rule.form == Form::Discrete && parameters[rule.parameter.0].shape == ParameterShape::Simplex
}

/// The rule of a law whose draws are one-hot.
///
/// # Errors
/// [`Code::FormUnavailable`] for another form, and for a `log φ` that is not that of one-hot draws.
pub(super) fn select_categorical(law: &JointLaw, simplex: ParamId, choice: &Choice) -> Result<Vec<Rule>, Errors> {
    let name = &law.parameters[simplex.0].name;
    if let Some((form, span)) = choice.form_of(name).filter(|(form, _)| *form != RequestedForm::Discrete) {
        return Err(Fault::new(
            Code::FormUnavailable,
            span,
            format!("no rule of the form `{form}` for `{name}`"),
            format!("the form of `{name}` is `discrete`, by the values of `f` at each state of a variable"),
        )
        .into());
    }
    let sampler = &law.sampler.finish;
    let draws_states = matches!(sampler.node(sampler.output()), Node::Input(_));
    if law.parameters.len() > 1 || !draws_states || !is_log_of_exponentials(law, simplex) {
        return Err(Fault::new(
            Code::FormUnavailable,
            choice.distribution,
            format!("no exact rule is known for the parameters of `{}`", law.name),
            format!(
                "a law with the sample expression `categorical({name})` has the log characteristic function \
                 `{name}.iter().zip(omega).map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>().ln()`"
            ),
        )
        .into());
    }
    let mut coefficient = Graph::new();
    let one = coefficient.integer(1);
    coefficient.outputs = vec![one];
    let stencils = vec![StencilTerm { coefficient, stencil: step() }];
    Ok(vec![Rule { stencils, ..rule(simplex, Form::Discrete, Vec::new()) }])
}

/// `f(z + e_k) - f(z)`, for draws without the variable.
fn step() -> Stencil {
    let mut graph = Graph::new();
    let (z, one, minus) = (graph.push(Node::Sample), graph.integer(1), graph.integer(-1));
    let moved = graph.sum(vec![z, one]);
    graph.outputs = vec![moved, one, z, minus];
    Stencil { numbers: Sampler { graph, draws: Vec::new() }, orders: vec![0, 0] }
}

/// Whether `log φ` is `ln Σ_k p_k e^{iω_k}`.
fn is_log_of_exponentials(law: &JointLaw, simplex: ParamId) -> bool {
    let outer = &law.log_cf.outer;
    let Node::Call(Primitive::Ln, argument) = outer.node(outer.output()) else { return false };
    let Node::Input(reduction) = outer.node(*argument) else { return false };
    let Reduction::Coordinates(body) = &law.log_cf.reductions[*reduction] else { return false };
    let Node::Product(factors) = body.node(body.output()) else { return false };
    let is_exponential = |node: &Node| {
        let Node::Call(Primitive::Exp, exponent) = node else { return false };
        let Node::Product(factors) = body.node(*exponent) else { return false };
        let mut factors: Vec<&Node> = factors.iter().map(|&factor| body.node(factor)).collect();
        factors.sort_unstable();
        let mut wanted = [&Node::ImaginaryUnit, &Node::Frequency];
        wanted.sort_unstable();
        factors == wanted
    };
    let [left, right] = &**factors else { return false };
    let (left, right) = (body.node(*left), body.node(*right));
    let probability = Node::Param(simplex);
    (*left == probability && is_exponential(right)) || (*right == probability && is_exponential(left))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;
    use crate::parse::joint::parse_joint;

    fn select(sample: &str, terms: &str) -> Result<Vec<Rule>, Errors> {
        let item = format!("fn law(omega: &[Frequency], p: &Simplex) -> LogCf {{ p.iter().zip(omega).{terms} }}");
        let options = format!("sample = {sample}").parse().expect("tokens");
        let law = parse_joint(options, &syn::parse_str(&item).expect("a function")).expect("a law");
        assert!(law.is_one_hot());
        let choice = Choice { order: None, form: None, forms: Vec::new(), distribution: Span::call_site() };
        select_categorical(&law, ParamId(0), &choice)
    }

    #[test]
    fn the_logarithm_of_a_sum_of_exponentials_is_found() {
        for terms in [
            "map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>().ln()",
            "map(|(q, w)| { let s = w * I; s.exp() * q }).sum::<LogCf>().ln()",
        ] {
            let rules = select("categorical(p)", terms).expect(terms);
            assert_eq!((rules.len(), &rules[0].form, rules[0].stencils.len()), (1, &Form::Discrete, 1), "{terms}");
        }
    }

    #[test]
    fn what_is_not_one_hot_has_no_rule() {
        let plain = "map(|(p, omega)| p * (I * omega).exp()).sum::<LogCf>().ln()";
        let doubled = "map(|(p, omega)| p * (2.0 * I * omega).exp()).sum::<LogCf>().ln()";
        let squared = "map(|(p, omega)| p.powi(2) * (I * omega).exp()).sum::<LogCf>().ln()";
        for (sample, terms) in
            [("categorical(p)", doubled), ("2.0 * categorical(p)", plain), ("categorical(p)", squared)]
        {
            let errors = select(sample, terms).expect_err(terms);
            assert_eq!(errors.faults()[0].code, Code::FormUnavailable, "{sample}, {terms}");
        }
    }
}
