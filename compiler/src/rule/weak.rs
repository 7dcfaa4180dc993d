//! Weak reparameterisation, for comparison: the draw is standardised by functions of the parameter, differentiated along, and
//! what that leaves in the density is made up for by the value of `f` (Ruiz, Titsias and Blei, *The generalized
//! reparameterization gradient*, 2016).
//!
//! The logarithm of a gamma number `x` of shape `k` has the mean `ψ(k)` and the variance `ψ'(k)`. At a fixed standardised
//! logarithm `x` moves by `x r` where `k` moves by one, with
//!
//! ```text
//! r = ψ'(k) + c (ln x - ψ(k)),   c = ψ''(k) / (2 ψ'(k)),
//! ```
//!
//! so that for `z = a(θ) + b(θ) x` and `k = k(θ)`
//!
//! ```text
//! ∂_θ E f(z) = E[ f'(z) (a' + b' x + b k' x r) ] + E[ f(z) k' (ln x - ψ(k) + (k - x) r + c) ].
//! ```
//!
//! Written in `v = x / k`, of mean 1, and `δ = ln k - ψ(k)`, the factors of `f'` and `f` are sums of `1`, `v`, `ln v` and
//! `v ln v` with coefficients that hang on parameters only.

use num_traits::Zero;

use super::form::{Form, Rule, ScoreTerm};
use super::pathwise::{DrawParts, pathwise, simplified};
use super::select::rule;
use crate::ir::{
    Coefficient, DrawKind, Graph, Law, Node, NodeId, ParamId, Primitive, Rational, Sampler, Stencil, StencilTerm,
};
use crate::passes;

/// The rule of a parameter, or why there is none. Where no draw hangs on the parameter it is the pathwise rule.
///
/// # Errors
/// The reason, as the end of a sentence about the law.
pub(super) fn weak(law: &Law, parameter: ParamId) -> Result<Rule, String> {
    let name = &law.parameters[parameter.0].name;
    let sampler = law.sampler.as_ref().ok_or("it has no sample expression")?;
    match DrawParts::of(sampler, parameter) {
        None => pathwise(law, parameter),
        Some(parts) if parts.kind == DrawKind::Gamma => Pieces::of(&parts, parameter)
            .map(|pieces| pieces.rule(parameter))
            .map_err(|()| format!("its sample expression has no derivative by `{name}`")),
        Some(parts) => Err(format!(
            "`{name}` is an argument of `{}` in its sample expression; only the logarithm of a gamma number, as in \
             `a + b * gamma(k)`, is standardised",
            parts.kind.name()
        )),
    }
}

/// One graph with everything that the terms are made of.
struct Pieces {
    graph: Graph,
    /// `a'`, `b`, `b'`, `k` and `k'`.
    of_parameters: [NodeId; 5],
    /// `v` and `ln v`.
    of_draw: [NodeId; 2],
}

impl Pieces {
    fn of(parts: &DrawParts, parameter: ParamId) -> Result<Self, ()> {
        let mut graph = Graph::new();
        let location = graph.import(&parts.location, parts.location.output(), |_, _| None);
        let location_slope = DrawParts::slope(&mut graph, &parts.location, parts.location.output(), parameter)?;
        let scale = graph.import(&parts.scale, parts.scale.output(), |_, _| None);
        let scale_slope = DrawParts::slope(&mut graph, &parts.scale, parts.scale.output(), parameter)?;
        let shape = graph.import(&parts.arguments, parts.arguments.output(), |_, _| None);
        let shape_slope = DrawParts::slope(&mut graph, &parts.arguments, parts.arguments.output(), parameter)?;
        let sample = graph.push(Node::Sample);
        let from_location = graph.subtract(sample, location);
        let mean = graph.product(vec![shape, scale]);
        let relative = graph.divide(from_location, mean);
        let logarithm = graph.call(Primitive::Ln, relative);
        let of_parameters = [location_slope, scale, scale_slope, shape, shape_slope];
        Ok(Self { graph, of_parameters, of_draw: [relative, logarithm] })
    }

    fn rule(mut self, parameter: ParamId) -> Rule {
        let [location_slope, b, scale_slope, k, shape_slope] = self.of_parameters;
        let [v, logarithm] = self.of_draw;
        let graph = &mut self.graph;
        let trigamma = graph.call(Primitive::Polygamma(1), k);
        let tetragamma = graph.call(Primitive::Polygamma(2), k);
        let half = graph.constant(Rational::new(1.into(), 2.into()));
        let over_trigamma = graph.divide(tetragamma, trigamma);
        let c = graph.product(vec![half, over_trigamma]);
        let digamma = graph.call(Primitive::Polygamma(0), k);
        let log_shape = graph.call(Primitive::Ln, k);
        let delta = graph.subtract(log_shape, digamma);
        // r = mean_rate + c ln v
        let moved = graph.product(vec![c, delta]);
        let mean_rate = graph.sum(vec![trigamma, moved]);
        let v_logarithm = graph.product(vec![v, logarithm]);
        let kc = graph.product(vec![k, c]);

        // f': a' + (b' k + b k k' mean_rate) v + b k k' c v ln v
        let by_scale = graph.product(vec![scale_slope, k]);
        let by_shape = graph.product(vec![b, k, shape_slope, mean_rate]);
        let of_v = graph.sum(vec![by_scale, by_shape]);
        let of_v_logarithm = graph.product(vec![b, shape_slope, kc]);
        let stencils = [(of_v, v), (of_v_logarithm, v_logarithm)];
        let stencils = stencils.map(|(coefficient, weight)| StencilTerm {
            coefficient: self.part(coefficient),
            stencil: at_draw(self.part(weight)),
        });
        let location_slope = self.part(location_slope);
        let is_still = matches!(location_slope.node(location_slope.output()), Node::Constant(value) if value.is_zero());
        let coefficients = (!is_still).then_some(Coefficient { order: 1, value: location_slope });

        // f: k' ((1 + k c) ln v - k c v ln v - k mean_rate v + (1 + k c) δ + k ψ' + c)
        let graph = &mut self.graph;
        let one = graph.integer(1);
        let above = graph.sum(vec![one, kc]);
        let minus_kc = graph.negate(kc);
        let k_rate = graph.product(vec![k, mean_rate]);
        let minus_rate = graph.negate(k_rate);
        let moved = graph.product(vec![above, delta]);
        let k_trigamma = graph.product(vec![k, trigamma]);
        let known = graph.sum(vec![moved, k_trigamma, c]);
        let terms = [(above, Some(logarithm)), (minus_kc, Some(v_logarithm)), (minus_rate, Some(v)), (known, None)];
        let correction = terms.map(|(coefficient, weight)| {
            let coefficient = self.graph.product(vec![shape_slope, coefficient]);
            ScoreTerm { coefficient: self.part(coefficient), weight: weight.map(|weight| self.part(weight)) }
        });
        let form = Form::Weak { correction: correction.into() };
        Rule { stencils: stencils.into(), ..rule(parameter, form, coefficients.into_iter().collect()) }
    }

    /// A node by itself, simplified.
    fn part(&self, node: NodeId) -> Graph {
        let mut part = Graph::new();
        let output = part.import(&self.graph, node, |_, _| None);
        part.outputs = vec![output];
        simplified(part)
    }
}

/// `E[w(z) f'(z)]`.
fn at_draw(weight: Graph) -> Stencil {
    let mut numbers = weight;
    let point = numbers.push(Node::Sample);
    numbers.outputs.insert(0, point);
    Stencil { numbers: Sampler { graph: passes::share(numbers), draws: Vec::new() }, orders: vec![1] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::display::{Leaves, infix};
    use crate::parse::distribution::parse_distribution;

    /// The law of two parameters with a sample expression.
    fn law(sample: &str) -> Law {
        let item = syn::parse_quote! {
            fn some(omega: Frequency, k: Positive, mu: Positive) -> LogCf { -k * (1.0 - I * mu * omega).ln() }
        };
        parse_distribution(format!("sample = {sample}").parse().expect("tokens"), &item).expect("a law")
    }

    /// The factors of `f'`, then those of `f`, of the terms that hang on the draw.
    fn weights(sample: &str, parameter: usize) -> Result<(Vec<String>, Vec<String>), String> {
        let law = law(sample);
        let leaves = Leaves::of_parameters(&law.parameters);
        let rule = weak(&law, ParamId(parameter))?;
        let of_slope = |term: &StencilTerm| infix(&term.stencil.numbers.graph, term.stencil.weight(0), &leaves);
        let of_value = |term: &ScoreTerm| term.weight.as_ref().map(|weight| infix(weight, weight.output(), &leaves));
        let correction = match &rule.form {
            Form::Weak { correction } => correction.iter().filter_map(of_value).collect(),
            _ => Vec::new(),
        };
        Ok((rule.stencils.iter().map(of_slope).collect(), correction))
    }

    #[test]
    fn the_factors_of_a_gamma_law() {
        let (of_slope, of_value) = weights("mu * gamma(k)", 0).expect("a rule");
        let [v, v_logarithm] = ["z / (mu * k)", "z * ln(z / (mu * k)) / (mu * k)"];
        assert_eq!(of_slope, [v, v_logarithm]);
        assert_eq!(of_value, ["ln(z / (mu * k))", v_logarithm, v]);
    }

    #[test]
    fn without_a_shape_it_is_the_pathwise_rule() {
        let (of_slope, of_value) = weights("mu * gamma(k)", 1).expect("a rule");
        assert_eq!((of_slope.as_slice(), of_value.len()), (["z / mu".to_owned()].as_slice(), 0));
    }

    #[test]
    fn a_location_that_moves_has_a_term_of_its_own() {
        let rule = |sample| weak(&law(sample), ParamId(0)).expect("a rule");
        assert!(rule("mu * gamma(k)").coefficients.is_empty());
        assert_eq!(rule("k * mu + gamma(k)").coefficients.len(), 1);
    }

    #[test]
    fn other_draws_are_refused() {
        let reason = weights("mu * beta(k, 2.0)", 0).expect_err("a beta number");
        assert!(reason.contains("`k` is an argument of `beta`"), "{reason}");
        let reason = weights("mu * poisson(k)", 0).expect_err("a count");
        assert!(reason.contains("`k` is an argument of `poisson`"), "{reason}");
    }
}
