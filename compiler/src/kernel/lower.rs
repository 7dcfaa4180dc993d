//! From a function, a law and its rules to a kernel program.

use std::collections::BTreeSet;

use super::directional::{lower_directional, lower_directional_stencils};
use super::draws::lower_draws;
use super::interaction::{lower_interaction, pairs};
use super::patterns::lower_patterns;
use super::program::{
    ConvergenceSection, ExponentialSection, Moment, Probes, Program, PullBack, RidgeSection, SeparableSection, Term,
};
use super::stencils::{lower_probes, lower_stencils};
use super::verify::verify;
use super::whole::lower_whole;
use crate::differentiation::{derivative_of_term, derivatives_almost_everywhere};
use crate::errors::{Errors, bug};
use crate::ir::{Condition, DataId, DataRef, Frame, Function, Graph, Node, NodeId, ParamId, Sampler};
use crate::parse::options::Precision;
use crate::passes;
use crate::rule::categorical::visits_states;
use crate::rule::exponentials::expand;
use crate::rule::{Baseline, Coefficient, Form, Radius, Rule};

/// The program that estimates `E f(z)` and `∂_θ E f(z) = Σ_n a_n(θ) E f^(n)(z)` by `rules`, and `E ∂f/∂argument`.
///
/// Exact rules give unbiased gradients; a truncated rule leaves out the terms beyond its order, the first of which
/// the program measures.
///
/// # Errors
/// `NotDifferentiable` at every kink of the draw in `f`; `BadOrder` if a derivative is too long to be compiled.
pub fn lower<'a>(
    function: &Function,
    law: impl Into<Frame<'a>>,
    rules: &[Rule],
    precision: Precision,
) -> Result<Program, Errors> {
    let law = law.into();
    let mut errors = Errors::new();
    let sampler = law.sampler.map(lower_sampler);
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by_key(|rule| rule.parameter);
    let (terms, coefficients) = lower_rules(&rules);
    let orders: BTreeSet<u32> = terms
        .iter()
        .filter_map(|term| match term.moment {
            Moment::Derivative(order) => Some(order),
            Moment::Hessian => Some(2),
            Moment::Stencil(_) => None,
        })
        .collect();
    let orders: Vec<u32> = orders.into_iter().collect();

    let form = &function.normal_form;
    let reads_points = form.separable.is_some() || form.whole.is_some() || !form.interactions.is_empty();
    let mut probes = if law.joint && rules.iter().any(|rule| rule.is_directional(law.parameters)) {
        lower_directional(&rules)
    } else {
        lower_probes(&rules, law.sampler, precision, [!form.ridges.is_empty(), reads_points])
    };
    probes.states = rules.iter().any(|rule| visits_states(law.parameters, rule));
    let mut ridges = Vec::new();
    for ridge in &form.ridges {
        match lower_varying(&ridge.function, &Node::Ridge, &orders, &probes, &form.data) {
            Ok(varying) => ridges.push(RidgeSection {
                rows: ridge.rows.clone(),
                slope_pull_back: pull_back(&ridge.slope, &form.data),
                slope: passes::run(ridge.slope.clone()),
                offset_pull_back: pull_back(&ridge.offset, &form.data),
                offset: passes::run(ridge.offset.clone()),
                numbers: varying.numbers,
                derivatives: varying.derivatives,
                partials: varying.partials,
                stencils: varying.stencils,
                at_draw: varying.at_draw,
                numbers_pull_back: varying.pull_backs,
            }),
            Err(faults) => errors.extend(faults),
        }
    }
    let mut separable = None;
    if let Some(term) = &form.separable {
        match lower_varying(&term.function, &Node::Sample, &orders, &probes, &form.data) {
            Ok(varying) => {
                separable = Some(SeparableSection {
                    along: term.along.clone(),
                    numbers: varying.numbers,
                    derivatives: varying.derivatives,
                    partials: varying.partials,
                    stencils: varying.stencils,
                    numbers_pull_back: varying.pull_backs,
                });
            }
            Err(faults) => errors.extend(faults),
        }
    }
    let has_pairs = terms.iter().any(|term| term.moment == Moment::Hessian);
    let pairs = if has_pairs { pairs(&form.interactions) } else { Vec::new() };
    let mut interactions = Vec::new();
    for term in &form.interactions {
        match lower_interaction(term, &orders, &probes, &form.data, &pairs) {
            Ok(section) => interactions.push(section),
            Err(faults) => errors.extend(faults),
        }
    }
    errors.into_result()?;

    let exponentials = lower_exponentials(function, &rules, &terms);
    let convergence = lower_convergence(function, &rules);
    let simplified =
        |condition: &Condition| Condition { graph: passes::run(condition.graph.clone()), ..condition.clone() };
    let program = Program {
        function: function.name.clone(),
        law: law.name.to_owned(),
        parameters: law.parameters.to_vec(),
        arguments: function.arguments.clone(),
        vector: function.vector,
        joint: law.joint,
        step: law.step,
        totals: law.totals.to_vec(),
        orders,
        data: form.data.clone(),
        coefficients,
        terms,
        sampler,
        coordinates: None,
        exponentials,
        convergence,
        cut: super::cut::cut(form, law.sampler),
        conditions: law.conditions.iter().map(simplified).collect(),
        constant_pull_back: pull_back(&form.constant, &form.data),
        constant: passes::run(form.constant.clone()),
        ridges,
        separable,
        pairs,
        interactions,
        whole: form.whole.map(|whole| lower_whole(&probes, whole.reason)),
        probes,
    };
    if cfg!(debug_assertions) {
        verify(&program);
    }
    Ok(program)
}

/// The terms of `f`, if some rule is a formula or a closed form.
fn lower_exponentials(function: &Function, rules: &[&Rule], terms: &[Term]) -> Option<ExponentialSection> {
    let of_form = |form: Form| rules.iter().filter(move |rule| rule.form == form).map(|rule| rule.parameter);
    let formulas: Vec<ParamId> = of_form(Form::Formula).collect();
    let stencil = |parameter| match terms.iter().find(|term| term.parameter == parameter).map(|term| term.moment) {
        Some(Moment::Stencil(stencil)) => (parameter, stencil),
        other => bug!("lower", "{other:?} is the expectation of a closed form"),
    };
    let closed_forms: Vec<(ParamId, usize)> = of_form(Form::ClosedForm).map(stencil).collect();
    if formulas.is_empty() && closed_forms.is_empty() {
        return None;
    }
    let expansion = match expand(&function.normal_form) {
        Ok(expansion) => expansion,
        Err(refusal) => bug!("lower", "a formula was chosen for a function with {}", refusal.what),
    };
    let (real, centred, drawn) = (expansion.is_real(), expansion.centred, !closed_forms.is_empty());
    let ridges = expansion.ridges.iter().filter(|_| drawn);
    Some(ExponentialSection {
        formulas,
        closed_forms,
        ridge_patterns: ridges.map(|sum| lower_patterns(sum, &Node::Ridge, real, centred)).collect(),
        separable_patterns: expansion
            .separable
            .as_ref()
            .filter(|_| drawn)
            .map(|sum| lower_patterns(sum, &Node::Sample, real, centred)),
        expansion,
    })
}

/// The radii of truncated rules, if it is known for the function what they mean. A polynomial is no matter of convergence.
fn lower_convergence(function: &Function, rules: &[&Rule]) -> Option<ConvergenceSection> {
    let expansion = expand(&function.normal_form).ok().filter(|expansion| !expansion.is_polynomial())?;
    let (mut parameters, mut radii) = (Vec::new(), Graph::new());
    for rule in rules {
        if let (Form::Truncated { .. }, Radius::Finite(radius)) = (&rule.form, &rule.radius) {
            let output = radii.import(radius, radius.output(), |_, _| None);
            radii.outputs.push(output);
            parameters.push(rule.parameter);
        }
    }
    (!parameters.is_empty()).then(|| ConvergenceSection { parameters, radii: passes::run(radii), expansion })
}

/// A sampler as it is emitted: its graph and the arguments of its base draws have been through the passes.
#[must_use]
pub fn lower_sampler(sampler: &Sampler) -> Sampler {
    let (graph, draws) = lower_draws(&sampler.graph, &sampler.draws);
    Sampler { graph, draws }
}

/// The terms of all rules, and the graph of their coefficients: output `i` belongs to term `i`.
fn lower_rules(rules: &[&Rule]) -> (Vec<Term>, Graph) {
    let mut terms = Vec::new();
    let mut graph = Graph::new();
    let mut stencils = 0..;
    for rule in rules {
        let mut append = |coefficient: &Graph, moment: Moment, kept: bool| {
            let output = graph.import(coefficient, coefficient.output(), |_, _| None);
            graph.outputs.push(output);
            terms.push(Term { parameter: rule.parameter, moment, kept });
        };
        let mut kept: Vec<&Coefficient> = rule.coefficients.iter().collect();
        kept.sort_by_key(|coefficient| coefficient.order);
        for coefficient in kept {
            append(&coefficient.value, Moment::Derivative(coefficient.order), true);
        }
        for (term, index) in rule.stencils.iter().zip(&mut stencils) {
            append(&term.coefficient, Moment::Stencil(index), true);
        }
        if rule.form == Form::ClosedForm
            && let Some(index) = stencils.next()
        {
            append(&one(), Moment::Stencil(index), true);
        }
        match &rule.form {
            Form::Truncated { discarded: Some(discarded), .. } => {
                append(&discarded.value, Moment::Derivative(discarded.order), false);
            }
            Form::Truncated { discarded: None, .. }
            | Form::Formula
            | Form::ClosedForm
            | Form::Terminating { .. }
            | Form::Auxiliary { .. }
            | Form::Difference { .. }
            | Form::Discrete
            | Form::Pathwise => {}
            Form::Score { rest, baseline, .. } => {
                let mut append_next = |coefficient: &Graph| {
                    stencils.next().into_iter().for_each(|index| append(coefficient, Moment::Stencil(index), true));
                };
                append_next(&one());
                match (baseline, rest) {
                    (Baseline::None, Some(rest)) => append_next(rest),
                    (Baseline::None, None) => {}
                    (Baseline::LeaveOneOut, _) => append_next(&one()),
                }
            }
            Form::Weak { correction } => {
                for (term, index) in correction.iter().zip(&mut stencils) {
                    append(&term.coefficient, Moment::Stencil(index), true);
                }
            }
            Form::Hessian { coefficient } => {
                let mut constant = Graph::new();
                let output = constant.constant(coefficient.clone());
                constant.outputs = vec![output];
                append(&constant, Moment::Hessian, true);
            }
        }
    }
    (terms, passes::run(graph))
}

/// The coefficient of an expectation that is a gradient by itself.
fn one() -> Graph {
    let mut graph = Graph::new();
    let one = graph.integer(1);
    graph.outputs.push(one);
    graph
}

/// What the sample section computes for a function of one variable.
struct Varying {
    numbers: Graph,
    derivatives: Graph,
    partials: Graph,
    stencils: Graph,
    at_draw: Graph,
    pull_backs: Vec<Vec<PullBack>>,
}

fn lower_varying(
    function: &Graph,
    variable: &Node,
    orders: &[u32],
    probes: &Probes,
    data: &[DataRef],
) -> Result<Varying, Errors> {
    let (rest, numbers) = passes::hoist(&passes::run(function.clone()), std::slice::from_ref(variable));
    let rest = passes::run(rest);
    let derivatives = derivatives_almost_everywhere(&rest, variable, orders)?;
    let [stencils, at_draw] = if probes.directional.is_empty() {
        lower_stencils(&rest, variable, probes)?
    } else {
        [lower_directional_stencils(&rest, variable, probes)?, Graph::new()]
    };
    let mut partials = Graph::new();
    if *variable == Node::Ridge {
        let first = derivatives_almost_everywhere(&rest, variable, &[1])?;
        let slope = partials.import(&first, first.outputs[1], |_, _| None);
        partials.outputs.push(slope);
    }
    for number in 0..numbers.outputs.len() {
        let partial = derivative_of_term(&rest, rest.output(), &Node::Data(DataId(number)));
        let output = partials.import(&partial, partial.output(), |_, _| None);
        partials.outputs.push(output);
    }
    let numbers = passes::run(numbers);
    let pull_backs = numbers.outputs.iter().map(|&output| pull_back_of(&numbers, output, data)).collect();
    Ok(Varying { derivatives, partials: passes::run(partials), stencils, at_draw, pull_backs, numbers })
}

/// The derivatives of a graph with one output, or none, with respect to the data it reads.
fn pull_back(graph: &Graph, data: &[DataRef]) -> Vec<PullBack> {
    graph.outputs.iter().flat_map(|&output| pull_back_of(graph, output, data)).collect()
}

pub(super) fn pull_back_of(graph: &Graph, output: NodeId, data: &[DataRef]) -> Vec<PullBack> {
    let mut single = graph.clone();
    single.outputs = vec![output];
    let single = passes::run(single);
    let read: BTreeSet<DataId> = single.iter().filter_map(|(_, node)| data_leaf(node)).collect();
    let arguments = read.into_iter().filter(|leaf| !matches!(data[leaf.0], DataRef::Unit(_)));
    let derivative = |data: DataId| {
        let derivative = passes::run(derivative_of_term(&single, single.output(), &Node::Data(data)));
        let zero = matches!(derivative.node(derivative.output()), Node::Constant(value) if *value.numer() == 0.into());
        (!zero).then_some(PullBack { data, derivative })
    };
    arguments.filter_map(derivative).collect()
}

/// The data leaf that a node is, if it is one.
pub(super) fn data_leaf(node: &Node) -> Option<DataId> {
    match node {
        Node::Data(data) => Some(*data),
        Node::Constant(_)
        | Node::Pi
        | Node::ImaginaryUnit
        | Node::Frequency
        | Node::TransformVariable
        | Node::Param(_)
        | Node::Sample
        | Node::Ridge
        | Node::Draw(_)
        | Node::Input(_)
        | Node::Coordinate(_)
        | Node::Sum(_)
        | Node::Product(_)
        | Node::Power(..)
        | Node::RealPower(..)
        | Node::Call(..)
        | Node::Maximum(..)
        | Node::Minimum(..)
        | Node::Kummer(..)
        | Node::DrawSlope(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{expression, function, law, rules};
    use super::*;
    use crate::errors::Code;
    use crate::ir::{Law, ParamId, Primitive};
    use crate::passes::interpret::{Leaves, values};

    fn program() -> Program {
        lower(&function(), &law(), &rules(), Precision::F64).expect("a valid program")
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{found:e} {expected:e}");
        }
    }

    /// The values of a graph over data `x = 3, y = -1, t = 0.7`.
    fn over_data(graph: &Graph) -> Vec<f64> {
        values(graph, &Leaves { data: vec![3.0, -1.0, 0.7], ..Leaves::default() })
    }

    #[test]
    fn terms_come_by_parameter_and_order_with_the_discarded_one_last() {
        let mut shuffled = rules();
        shuffled.reverse();
        shuffled[0].coefficients.reverse();
        for rules in [rules(), shuffled] {
            let program = lower(&function(), &law(), &rules, Precision::F64).expect("a valid program");
            let term = |parameter, order, kept| Term {
                parameter: ParamId(parameter),
                moment: Moment::Derivative(order),
                kept,
            };
            assert_eq!(program.terms, [term(0, 1, true), term(1, 2, true), term(1, 4, true), term(1, 6, false)]);
            assert_eq!(program.orders, [1, 2, 4, 6]);
            let leaves = Leaves { parameters: vec![0.3, 0.5], ..Leaves::default() };
            assert_eq!(values(&program.coefficients, &leaves), [1.0, 1.0, 0.25, 0.0625]);
        }
    }

    #[test]
    fn a_ridge_has_derivatives_partials_and_pull_backs() {
        let program = program();
        let ridge = &program.ridges[0];
        close(&over_data(&ridge.slope), &[-3.0]);
        let numbers = over_data(&ridge.numbers);
        close(&numbers, &[0.49]);
        // log σ(0), 1/2, -1/4, 1/8, -1/4 at u = 0, times t².
        let at_zero = Leaves { data: numbers, ..Leaves::default() };
        let expected = [0.5f64.ln(), 0.5, -0.25, 0.125, -0.25].map(|value| 0.49 * value);
        close(&values(&ridge.derivatives, &at_zero), &expected);
        close(&values(&ridge.partials, &at_zero), &[0.245, 0.5f64.ln()]);
        let pulled = |list: &[PullBack]| -> Vec<(usize, f64)> {
            list.iter().map(|pull| (pull.data.0, over_data(&pull.derivative)[0])).collect()
        };
        assert_eq!(pulled(&ridge.slope_pull_back), [(0, -1.0), (1, 3.0)]);
        assert_eq!(pulled(&ridge.offset_pull_back), [(2, 1.0)]);
        assert_eq!(pulled(&ridge.numbers_pull_back[0]), [(2, 1.4)]);
        assert_eq!(pulled(&program.constant_pull_back), [(2, 1.0)]);
    }

    #[test]
    fn a_separable_term_reads_numbers() {
        let program = program();
        let separable = program.separable.as_ref().expect("there is one");
        // One number, -2 t.
        close(&over_data(&separable.numbers), &[-1.4]);
        let leaves = Leaves { sample: 2.0, data: vec![-1.4], ..Leaves::default() };
        close(&values(&separable.derivatives, &leaves), &[0.36, 1.2, 2.0, 0.0, 0.0]);
        close(&values(&separable.partials, &leaves), &[1.2]);
        assert_eq!(over_data(&separable.numbers_pull_back[0][0].derivative), [-2.0]);
    }

    #[test]
    fn base_draws_keep_their_arguments() {
        let sampler = program().sampler.expect("a sample expression");
        let shape = sampler.draws[2].arguments[0];
        let mut graph = sampler.graph.clone();
        graph.outputs = vec![shape];
        let leaves = Leaves { parameters: vec![0.3, 0.5], draws: vec![1.0, 3.0, 0.25], ..Leaves::default() };
        assert_eq!(values(&graph, &leaves), [0.125]);
        close(&values(&sampler.graph, &leaves), &[0.3 - 1.0 + 0.25]);
    }

    #[test]
    fn a_law_without_sample_expression_is_left_to_inversion() {
        let program = lower(&function(), &Law { sampler: None, ..law() }, &rules(), Precision::F64).expect("a program");
        assert!(program.sampler.is_none());
        let report = crate::report::report(&program, &rules(), Precision::F64);
        assert!(report.contains("exact rule, sampler error <= `sampler_error` of the run"), "{report}");
        assert!(report.contains("Sampler: by inversion of the characteristic function"), "{report}");
        assert!(program.cost().draw == crate::kernel::cost::Operations::default());
    }

    #[test]
    fn a_kink_is_reported_with_the_forms_that_accept_it() {
        let mut function = function();
        function.normal_form.ridges[0].function = expression(|graph| {
            let u = graph.push(Node::Ridge);
            graph.call(Primitive::Abs, u)
        });
        let errors = lower(&function, &law(), &rules(), Precision::F64).expect_err("a fault");
        let codes: Vec<Code> = errors.faults().iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::NotDifferentiable]);
    }

    #[test]
    fn the_cost_counts_what_is_printed() {
        // b³ as b · b²: 2b, 2b³, 2b⁵ need b², b³, b⁵ and one product each.
        assert_eq!(program().cost().coefficients.multiplications, 3 + 3);
        assert_eq!(program().cost().ridges[0].calls, 3);
    }
}
