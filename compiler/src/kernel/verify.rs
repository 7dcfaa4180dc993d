//! Checks that a program keeps the promises that emitters rely on.

use super::lower::data_leaf;
use super::patterns::PatternNumbers;
use super::program::{ExponentialSection, Inputs, Moment, Program, PullBack, Term};
use crate::errors::bug;
use crate::ir::{self, DataRef, Graph, Node, ParamId, Primitive, Rows};

/// Which leaves a graph may have besides constants and π.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    Parameters,
    /// Parameters and this many base draws.
    Draws(usize),
    Data,
    /// This many numbers, and the ridge argument or the sample.
    Varying(usize, &'static Node),
    /// The same, and the inputs of stencils.
    Stencil(usize, &'static Node),
    /// Parameters, the sample and this many base draws.
    Probes(usize),
    /// The ridge argument or the sample, and this many inputs.
    Patterns(usize, &'static Node),
    /// This many numbers and this many coordinates.
    Interaction(usize, usize),
    /// The same, and the inputs of stencils.
    InteractionStencil(usize, usize),
    /// This many values of a function that is called whole, and the inputs of stencils.
    Whole(usize),
}

/// Stops the compiler if the program breaks an invariant of [`Program`].
///
/// # Panics
/// Always a bug of the compiler, never of the user's program.
pub fn verify(program: &Program) {
    if let Some(violation) = violations(program).first() {
        bug!("kernel", "{violation} in the program of `{}`", program.function);
    }
}

/// What is wrong with a program; empty if nothing is.
#[must_use]
pub fn violations(program: &Program) -> Vec<String> {
    let mut check = Check { program, found: Vec::new() };
    check.terms();
    check.graph("coefficients", &program.coefficients, program.terms.len(), Leaves::Parameters);
    if let Some(section) = &program.convergence {
        check.graph("radii", &section.radii, section.parameters.len(), Leaves::Parameters);
    }
    if let Some(section) = &program.cut {
        check.graph("shape of cut draws", &section.shape, 1, Leaves::Parameters);
    }
    if let Some(sampler) = &program.sampler {
        check.graph("draw", &sampler.graph, 1, Leaves::Draws(sampler.draws.len()));
        if let Err(violation) = ir::verify::verify_draws(&sampler.graph, &sampler.draws) {
            check.found.push(format!("draw: {violation}"));
        }
    }
    let probes = &program.probes;
    let (count, stencils) = (probes.numbers.graph.outputs.len(), probes.count());
    check.graph("probes", &probes.numbers.graph, count, Leaves::Probes(probes.numbers.draws.len()));
    for score in &probes.scores {
        let placed = probes.stencils.get(score.stencil).is_some_and(Vec::is_empty);
        check.require(placed && score.weight.is_none_or(|weight| weight < count), || format!("misplaced {score:?}"));
    }
    for condition in &program.conditions {
        check.graph("condition", &condition.graph, 2, Leaves::Parameters);
    }
    check.graph("constant", &program.constant, program.constant.outputs.len().min(1), Leaves::Data);
    check.pull_backs("constant", &program.constant_pull_back);
    let values = program.orders.len() + 1;
    for (index, ridge) in program.ridges.iter().enumerate() {
        let numbers = ridge.numbers.outputs.len();
        let name = |part: &str| format!("{part} of ridge {index}");
        check.graph(&name("slope"), &ridge.slope, 1, Leaves::Data);
        check.graph(&name("offset"), &ridge.offset, 1, Leaves::Data);
        check.graph(&name("numbers"), &ridge.numbers, numbers, Leaves::Data);
        check.graph(&name("derivatives"), &ridge.derivatives, values, Leaves::Varying(numbers, &Node::Ridge));
        check.graph(&name("partials"), &ridge.partials, numbers + 1, Leaves::Varying(numbers, &Node::Ridge));
        check.graph(&name("stencils"), &ridge.stencils, stencils, Leaves::Stencil(numbers, &Node::Ridge));
        let at_draw = if probes.are_at_draw() { stencils } else { 0 };
        check.graph(&name("derivatives at the draw"), &ridge.at_draw, at_draw, Leaves::Varying(numbers, &Node::Ridge));
        check.without_coordinates(&name("offset"), &ridge.offset);
        check.without_coordinates(&name("numbers"), &ridge.numbers);
        check.pull_backs(&name("slope"), &ridge.slope_pull_back);
        check.pull_backs(&name("offset"), &ridge.offset_pull_back);
        check.require(ridge.numbers_pull_back.len() == numbers, || name("wrong number of pull-backs"));
        ridge.numbers_pull_back.iter().for_each(|list| check.pull_backs(&name("numbers"), list));
        if let Rows::Along(arguments) = &ridge.rows {
            check
                .require(arguments.iter().all(|&argument| argument < program.arguments.len()), || name("unknown rows"));
        }
    }
    if let Some(separable) = &program.separable {
        let numbers = separable.numbers.outputs.len();
        check.graph("numbers", &separable.numbers, numbers, Leaves::Data);
        check.graph("derivatives", &separable.derivatives, values, Leaves::Varying(numbers, &Node::Sample));
        check.graph("partials", &separable.partials, numbers, Leaves::Varying(numbers, &Node::Sample));
        check.graph("stencils", &separable.stencils, stencils, Leaves::Stencil(numbers, &Node::Sample));
        check.require(separable.numbers_pull_back.len() == numbers, || "wrong number of pull-backs".to_owned());
        separable.numbers_pull_back.iter().for_each(|list| check.pull_backs("numbers", list));
    }
    for (index, section) in program.interactions.iter().enumerate() {
        let (numbers, coordinates) = (section.numbers.outputs.len(), section.coordinates.len());
        let name = |part: &str| format!("{part} of interaction {index}");
        let leaves = Leaves::Interaction(numbers, coordinates);
        check.graph(&name("numbers"), &section.numbers, numbers, Leaves::Data);
        check.without_coordinates(&name("numbers"), &section.numbers);
        let derivatives = 1 + coordinates * program.orders.len() + section.pairs.len();
        check.graph(&name("derivatives"), &section.derivatives, derivatives, leaves);
        check.require(section.pairs.iter().all(|pair| *pair < program.pairs.len()), || name("unknown pairs"));
        check.graph(&name("partials"), &section.partials, numbers, leaves);
        for graph in &section.stencils {
            check.graph(&name("stencils"), graph, stencils, Leaves::InteractionStencil(numbers, coordinates));
        }
        let moves = coordinates + usize::from(!probes.directional.is_empty());
        check.require(section.stencils.len() == moves, || name("wrong number of stencils"));
        check.require(section.coordinates.is_sorted_by(|a, b| a < b), || name("coordinates out of order"));
        check.require(section.numbers_pull_back.len() == numbers, || name("wrong number of pull-backs"));
        section.numbers_pull_back.iter().for_each(|list| check.pull_backs(&name("numbers"), list));
    }
    if let Some(section) = &program.exponentials {
        check.exponentials(section);
    }
    if let Some(whole) = &program.whole {
        check.graph("stencils of the whole", &whole.stencils, stencils, Leaves::Whole(whole.points.len()));
        check.require(whole.points.iter().all(|point| *point < count), || "unknown points".to_owned());
        let terms = program.ridges.len() + program.interactions.len() + usize::from(program.separable.is_some());
        let alone = terms == 0 && program.orders.is_empty();
        check.require(alone, || "terms beside a function that is called whole".to_owned());
    }
    check.found
}

struct Check<'a> {
    program: &'a Program,
    found: Vec<String>,
}

impl Check<'_> {
    fn require(&mut self, holds: bool, violation: impl FnOnce() -> String) {
        if !holds {
            self.found.push(violation());
        }
    }

    /// Kept terms by parameter and order, a discarded one behind the kept ones, and the orders are those of the terms.
    fn terms(&mut self) {
        let key = |term: &Term| (term.parameter, !term.kept, term.moment);
        let program = self.program;
        self.require(program.terms.is_sorted_by(|a, b| key(a) < key(b)), || "terms out of order".to_owned());
        self.require(program.orders.is_sorted_by(|a, b| a < b), || "orders out of order".to_owned());
        self.require(program.orders.first().is_none_or(|&order| order >= 1), || "order 0".to_owned());
        for term in &program.terms {
            self.require(term.parameter.0 < program.parameters.len(), || format!("unknown {:?}", term.parameter));
            match term.moment {
                Moment::Derivative(order) => {
                    self.require(program.orders.contains(&order), || format!("no derivative of order {order}"));
                }
                Moment::Hessian => {
                    self.require(program.orders.contains(&2), || "no second derivative".to_owned());
                }
                Moment::Stencil(index) => {
                    self.require(index < program.probes.count(), || format!("no stencil {index}"));
                }
            }
        }
        for order in &program.orders {
            let used = program.terms.iter().any(|term| match term.moment {
                Moment::Derivative(known) => known == *order,
                Moment::Hessian => *order == 2,
                Moment::Stencil(_) => false,
            });
            self.require(used, || format!("no term of order {order}"));
        }
    }

    /// Closed forms have a stencil without probes; patterns are there for each function and nothing else.
    fn exponentials(&mut self, section: &ExponentialSection) {
        let (expansion, stencils) = (&section.expansion, &self.program.probes.stencils);
        let placed = section.closed_forms.iter().all(|(_, index)| stencils.get(*index).is_some_and(Vec::is_empty));
        self.require(placed, || "a closed form without a stencil of its own".to_owned());
        let patterns = section.ridge_patterns.len() + usize::from(section.separable_patterns.is_some());
        let expected = if section.closed_forms.is_empty() { 0 } else { expansion.sums().count() };
        self.require(patterns == expected, || format!("patterns of {patterns} functions, expected {expected}"));
        let parts = if expansion.is_real() { 1 } else { 2 };
        let ridges = section.ridge_patterns.iter().zip(&expansion.ridges).map(|pair| (pair, &Node::Ridge));
        let separable = section.separable_patterns.iter().zip(&expansion.separable).map(|pair| (pair, &Node::Sample));
        for ((graph, sum), variable) in ridges.chain(separable) {
            let count: usize = sum.groups.iter().map(|group| parts * group.polynomial.len()).sum();
            let numbers = PatternNumbers::count(sum.groups.len());
            self.graph("patterns", graph, count, Leaves::Patterns(numbers, variable));
        }
    }

    fn graph(&mut self, name: &str, graph: &Graph, outputs: usize, leaves: Leaves) {
        self.require(graph.outputs.len() == outputs, || {
            format!("{name}: {} outputs, expected {outputs}", graph.outputs.len())
        });
        if let Err(violation) = ir::verify::verify(graph) {
            self.found.push(format!("{name}: {violation}"));
        }
        for (id, node) in graph.iter() {
            let parameter = |index: &ParamId| index.0 < self.program.parameters.len() + self.program.totals.len();
            let allowed = match (node, leaves) {
                (Node::Constant(_) | Node::Pi, _) => true,
                (Node::Param(index), Leaves::Parameters | Leaves::Draws(_) | Leaves::Probes(_)) => parameter(index),
                (Node::Draw(draw), Leaves::Draws(count) | Leaves::Probes(count)) => draw.0 < count,
                (Node::Data(data), Leaves::Data) => data.0 < self.program.data.len(),
                (
                    Node::Data(number),
                    Leaves::Varying(count, _)
                    | Leaves::Stencil(count, _)
                    | Leaves::Whole(count)
                    | Leaves::Interaction(count, _)
                    | Leaves::InteractionStencil(count, _),
                ) => number.0 < count,
                (
                    Node::Coordinate(place),
                    Leaves::Interaction(_, coordinates) | Leaves::InteractionStencil(_, coordinates),
                ) => *place < coordinates,
                (
                    Node::Sample | Node::Ridge,
                    Leaves::Varying(_, variable) | Leaves::Stencil(_, variable) | Leaves::Patterns(_, variable),
                ) => node == variable,
                (Node::Input(input), Leaves::Patterns(count, _)) => *input < count,
                (Node::Sample, Leaves::Probes(_)) => true,
                (Node::Input(Inputs::SLOPE), Leaves::Whole(_) | Leaves::InteractionStencil(..)) => false,
                (Node::Input(input), Leaves::Stencil(..) | Leaves::Whole(_) | Leaves::InteractionStencil(..)) => {
                    let probes = &self.program.probes;
                    let at_draw = if probes.are_at_draw() { probes.stencils.len() } else { 0 };
                    *input < Inputs::NUMBERS + probes.numbers.graph.outputs.len() + at_draw
                }
                (
                    Node::Param(_)
                    | Node::Draw(_)
                    | Node::Input(_)
                    | Node::Coordinate(_)
                    | Node::Data(_)
                    | Node::Sample
                    | Node::Ridge
                    | Node::ImaginaryUnit
                    | Node::Frequency
                    | Node::TransformVariable,
                    _,
                ) => false,
                // The gamma function's family is evaluated once for a gradient, for a sample only its first member that a score needs.
                (Node::Call(Primitive::Polygamma(0), _), Leaves::Probes(_)) => true,
                (Node::Call(Primitive::LnGamma | Primitive::Polygamma(_), _), Leaves::Parameters) => true,
                (Node::Call(Primitive::LnGamma | Primitive::Polygamma(_), _) | Node::Kummer(..), _) => false,
                (Node::DrawSlope(..), leaves) => matches!(leaves, Leaves::Probes(_)),
                (Node::Power(_, exponent), _) => matches!(exponent, 2 | -1),
                (
                    Node::Sum(_)
                    | Node::Product(_)
                    | Node::RealPower(..)
                    | Node::Call(..)
                    | Node::Maximum(..)
                    | Node::Minimum(..),
                    _,
                ) => true,
            };
            self.require(allowed, || format!("{name}: unexpected node {} = {node:?}", id.0));
        }
    }

    fn pull_backs(&mut self, name: &str, list: &[PullBack]) {
        for PullBack { data, derivative } in list {
            self.graph(&format!("pull-back of {name}"), derivative, 1, Leaves::Data);
            let argument = self.program.data.get(data.0).is_some_and(|data| !matches!(data, DataRef::Unit(_)));
            self.require(argument, || format!("pull-back of {name} to no argument"));
        }
        let ascending = list.is_sorted_by(|a, b| a.data < b.data);
        self.require(ascending, || format!("pull-backs of {name} out of order"));
    }

    fn without_coordinates(&mut self, name: &str, graph: &Graph) {
        for data in graph.iter().filter_map(|(_, node)| data_leaf(node)) {
            let runs = match self.program.data.get(data.0) {
                Some(DataRef::Coordinate(_) | DataRef::Entry(_) | DataRef::Unit(_)) => true,
                Some(DataRef::Scalar(_) | DataRef::Row(_)) | None => false,
            };
            self.require(!runs, || format!("{name}: depends on the coordinate"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{expression, function, law, rules};
    use super::super::lower::lower;
    use super::*;
    use crate::ir::DataId;
    use crate::parse::options::Precision;

    /// The violations of a program changed by `spoil`.
    fn spoiled(spoil: impl FnOnce(&mut Program)) -> Vec<String> {
        let mut program = lower(&function(), &law(), &rules(), Precision::F64).expect("a valid program");
        assert_eq!(violations(&program), [""; 0]);
        spoil(&mut program);
        violations(&program)
    }

    #[test]
    fn broken_programs_are_found() {
        assert_eq!(spoiled(|program| program.terms.swap(1, 2)), ["terms out of order"]);
        assert_eq!(spoiled(|program| program.terms[1].kept = false), ["terms out of order"]);
        assert!(
            spoiled(|program| program.terms[0].moment = Moment::Derivative(3))[0]
                .starts_with("no derivative of order 3")
        );
        assert_eq!(
            spoiled(|program| program.coefficients.outputs.truncate(2)),
            ["coefficients: 2 outputs, expected 4"]
        );
        let foreign = spoiled(|program| {
            let z = program.constant.push(Node::Sample);
            program.constant.outputs[0] = z;
        });
        assert!(foreign[0].starts_with("constant: unexpected node"));
        let coordinate = spoiled(|program| program.ridges[0].offset = expression(|g| g.push(Node::Data(DataId(0)))));
        assert_eq!(coordinate, ["offset of ridge 0: depends on the coordinate"]);
        let unbuilt = spoiled(|program| {
            let ridge = &mut program.ridges[0].derivatives;
            let u = ridge.push(Node::Ridge);
            ridge.outputs[1] = ridge.power(u, 3);
        });
        assert!(unbuilt[0].starts_with("derivatives of ridge 0: unexpected node"));
        let call = spoiled(|program| {
            let z = program.coefficients.push(Node::Ridge);
            program.coefficients.call(Primitive::Exp, z);
        });
        assert_eq!(call.len(), 1);
    }
}
