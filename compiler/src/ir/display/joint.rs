//! Joint laws as text.

use super::{Leaves, dump_draws, dump_graph, infix, line};
use crate::ir::{JointLaw, JointStep, Parameter, ParameterShape, Reduction};

/// `log φ` as one reads it: reductions in their places, a vector's name for its entry `j`.
#[must_use]
pub fn infix_joint(law: &JointLaw) -> String {
    let leaves = Leaves::of_parameters(&law.parameters);
    let mut sums: Vec<String> = Vec::new();
    for reduction in &law.log_cf.reductions {
        let text = match reduction {
            Reduction::Coordinates(body) => {
                format!("Σ_j({})", infix(body, body.output(), &leaves.clone().with_inputs(&sums)))
            }
            Reduction::Quadratic(sigma) => format!("(ω' {} ω)", law.parameters[sigma.0].name),
        };
        sums.push(text);
    }
    let outer = &law.log_cf.outer;
    infix(outer, outer.output(), &leaves.with_inputs(&sums))
}

/// Every part of a joint law; in its rules `d0` is the vertex.
#[must_use]
pub fn dump_joint_law(law: &JointLaw) -> String {
    let leaves = Leaves::of_parameters(&law.parameters);
    let mut text = String::new();
    line(&mut text, &format!("joint law {} of fn {}", law.name, law.function));
    for parameter in &law.parameters {
        line(&mut text, &format!("parameter {}: {}", parameter.name, kind(parameter)));
    }
    for (index, reduction) in law.log_cf.reductions.iter().enumerate() {
        match reduction {
            Reduction::Coordinates(body) => {
                line(&mut text, &format!("in{index} = sum over coordinates:"));
                text.push_str(&dump_graph(body, &leaves));
            }
            Reduction::Quadratic(sigma) => {
                line(&mut text, &format!("in{index} = quadratic {}", law.parameters[sigma.0].name));
            }
        }
    }
    line(&mut text, "log φ:");
    text.push_str(&dump_graph(&law.log_cf.outer, &leaves));
    if let Some(image) = &law.image {
        line(&mut text, &format!("image: {image:?}"));
    }
    line(&mut text, "sample, each coordinate:");
    text.push_str(&dump_graph(&law.sampler.base.graph, &leaves));
    text.push_str(&dump_draws(&law.sampler.base.draws));
    match law.sampler.step {
        Some(JointStep::Cholesky(sigma)) => {
            line(&mut text, &format!("in0 = cholesky {}", law.parameters[sigma.0].name));
        }
        Some(JointStep::Softmax) => line(&mut text, "in0 = softmax"),
        Some(JointStep::Earliest(simplex)) => {
            line(&mut text, &format!("in0 = 1 at the earliest state of {}", law.parameters[simplex.0].name));
        }
        None => {}
    }
    line(&mut text, "sample, then:");
    text.push_str(&dump_graph(&law.sampler.finish, &leaves));
    for (index, total) in law.totals.iter().enumerate() {
        let name = &law.parameters[total.0].name;
        line(&mut text, &format!("θ{} = sum of {name}", law.parameters.len() + index));
    }
    for rule in &law.rules {
        line(&mut text, &format!("rule of {}:", law.parameters[rule.parameter.0].name));
        for term in &rule.rule.stencils {
            text.push_str(&dump_graph(&term.coefficient, &leaves));
            text.push_str(&dump_graph(&term.stencil.numbers.graph, &leaves));
            text.push_str(&dump_draws(&term.stencil.numbers.draws));
        }
    }
    text
}

/// The kind as it is written in a signature.
fn kind(parameter: &Parameter) -> String {
    match parameter.shape {
        ParameterShape::Scalar => parameter.kind.name().to_owned(),
        ParameterShape::Vector => format!("&[{}]", parameter.kind.name()),
        ParameterShape::Simplex => "&Simplex".to_owned(),
        ParameterShape::Covariance => "&Covariance".to_owned(),
    }
}
