//! Prints programs, section by section, for golden files and for reading.
//!
//! One line for each node, with the order of everything given by the program alone. Parameters are `θ0, θ1, …` as in the
//! opening lines, data are named after the arguments they come from, and `n0, n1, …` are the numbers that a sample section
//! reads.

use std::fmt::Write;

use super::cost::Operations;
use super::program::{Inputs, Moment, Place, Probe, Program, PullBack, Weight};
use crate::ir::display::{Leaves, coordinate_names, dump_draws, dump_graph};
use crate::ir::{Argument, ArgumentKind, DataRef, Graph, Relation, Rows};

/// The whole program as text.
#[must_use]
pub fn dump_program(program: &Program) -> String {
    let mut printer =
        Printer { text: String::new(), data: Leaves::of_data(&program.data, &program.arguments), program };
    printer.opening();
    printer.prologue();
    printer.sample();
    printer.pull_back();
    printer.epilogue();
    printer.text
}

struct Printer<'a> {
    text: String,
    data: Leaves,
    program: &'a Program,
}

impl Printer<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn graph(&mut self, title: &str, graph: &Graph, leaves: &Leaves) {
        self.line(format!("{title}: {}", Operations::of(graph)));
        self.text.push_str(&dump_graph(graph, leaves));
    }

    fn over_data(&mut self, title: &str, graph: &Graph) {
        let leaves = self.data.clone();
        self.graph(title, graph, &leaves);
    }

    fn over_numbers(&mut self, title: &str, graph: &Graph, count: usize) {
        self.graph(title, graph, &number_leaves(count));
    }

    fn opening(&mut self) {
        let program = self.program;
        let draw = if program.vector { "a vector" } else { "a number" };
        self.line(format!("program {} of {draw} under {}", program.function, program.law));
        for (index, parameter) in program.parameters.iter().enumerate() {
            self.line(format!("θ{index} = {}: {}", parameter.name, parameter.kind.name()));
        }
        self.line(format!("derivatives of order 0{}", list(&program.orders)));
    }

    fn prologue(&mut self) {
        let program = self.program;
        self.line("\nprologue");
        for condition in &program.conditions {
            let relation = match condition.relation {
                Relation::Less => "<",
                Relation::LessOrEqual => "<=",
            };
            self.graph(&format!("left {relation} right"), &condition.graph, &Leaves::default());
        }
        self.graph("coefficients", &program.coefficients, &Leaves::default());
        if let Some(section) = &program.convergence {
            self.graph("radii of convergence", &section.radii, &Leaves::default());
        }
        if let Some(section) = &program.cut {
            self.graph("shape of draws that are cut", &section.shape, &Leaves::default());
        }
        if !program.constant.outputs.is_empty() {
            self.over_data("constant", &program.constant);
        }
        for (index, ridge) in program.ridges.iter().enumerate() {
            self.line(format!("ridge {index}, {}", self.rows(&ridge.rows)));
            self.over_data("slope", &ridge.slope);
            self.over_data("offset", &ridge.offset);
            self.over_data("numbers", &ridge.numbers);
        }
        if let Some(separable) = &program.separable {
            let along = self.names(&separable.along);
            self.line(if along.is_empty() { "separable".to_owned() } else { format!("separable, along {along}") });
            self.over_data("numbers", &separable.numbers);
        }
        for (index, section) in program.interactions.iter().enumerate() {
            let rows = self.rows(&section.rows);
            let coordinates = coordinate_names(&section.coordinates).join(", ");
            self.line(format!("interaction {index} of {coordinates}, {rows}"));
            self.over_data("numbers", &section.numbers);
        }
    }

    fn sample(&mut self) {
        let program = self.program;
        self.line("\nsample");
        match &program.sampler {
            Some(sampler) => {
                self.graph("draw", &sampler.graph, &Leaves::default());
                self.text.push_str(&dump_draws(&sampler.draws));
            }
            None => self.line("draw by inversion"),
        }
        self.probes();
        for (index, ridge) in program.ridges.iter().enumerate() {
            let count = ridge.numbers.outputs.len();
            self.over_numbers(&format!("derivatives of ridge {index}"), &ridge.derivatives, count);
            self.over_numbers(&format!("partials of ridge {index}"), &ridge.partials, count);
            if program.probes.count() > 0 {
                if !ridge.at_draw.outputs.is_empty() {
                    self.over_numbers(&format!("derivatives at the draw of ridge {index}"), &ridge.at_draw, count);
                }
                self.over_numbers(&format!("stencils of ridge {index}"), &ridge.stencils, count);
            }
        }
        if let Some(separable) = &program.separable {
            let count = separable.numbers.outputs.len();
            self.over_numbers("derivatives of separable", &separable.derivatives, count);
            self.over_numbers("partials of separable", &separable.partials, count);
            if program.probes.count() > 0 {
                self.over_numbers("stencils of separable", &separable.stencils, count);
            }
        }
        for (index, section) in program.interactions.iter().enumerate() {
            let leaves = number_leaves(section.numbers.outputs.len()).with_coordinates(&section.coordinates);
            self.graph(&format!("derivatives of interaction {index}"), &section.derivatives, &leaves);
            self.graph(&format!("partials of interaction {index}"), &section.partials, &leaves);
            let moved = coordinate_names(&section.coordinates).into_iter().chain(["others".to_owned()]);
            for (coordinate, graph) in moved.zip(&section.stencils).filter(|_| program.probes.count() > 0) {
                self.graph(&format!("stencils of interaction {index} by {coordinate}"), graph, &leaves);
            }
        }
        if let Some(whole) = &program.whole {
            let points: Vec<String> = whole.points.iter().map(|point| number(*point)).collect();
            self.line(format!("called whole at the draw and at {}", points.join(", ")));
            self.over_numbers("stencils of the whole", &whole.stencils, whole.points.len());
        }
        self.patterns();
    }

    /// The patterns of closed forms; `in0` is the centre, `in1, in2, …` are real and imaginary parts of exponents.
    fn patterns(&mut self) {
        let Some(section) = &self.program.exponentials else { return };
        for (index, graph) in section.ridge_patterns.iter().enumerate() {
            self.over_numbers(&format!("patterns of ridge {index}"), graph, 0);
        }
        if let Some(graph) = &section.separable_patterns {
            self.over_numbers("patterns of separable", graph, 0);
        }
    }

    /// The numbers of exact rules, and the stencils that read them; in sections they are `in2, in3, …`, after the value
    /// of the function (`in0`) and the slope (`in1`), or after the offset and the vertex; derivatives at the draw come last.
    fn probes(&mut self) {
        let probes = &self.program.probes;
        if probes.count() == 0 {
            return;
        }
        self.graph("probes", &probes.numbers.graph, &Leaves::default());
        self.text.push_str(&dump_draws(&probes.numbers.draws));
        for (index, stencil) in probes.stencils.iter().enumerate() {
            let texts: Vec<String> = stencil.iter().map(probe).collect();
            self.line(format!("stencil {index}: {}", texts.join(", ")));
        }
        for score in &probes.scores {
            let weight = score.weight.map_or_else(|| "1".to_owned(), number);
            let value = if score.with_value { " f" } else { "" };
            self.line(format!("stencil {} is {weight}{value}", score.stencil));
        }
        if probes.states {
            self.line("from 0 to each state of each variable, less the mean over its states");
        }
        for (index, stencil) in probes.directional.iter().enumerate() {
            self.line(format!("directional stencil {index}: {stencil:?}"));
        }
    }

    fn pull_back(&mut self) {
        let program = self.program;
        self.line("\npull-back");
        self.pull_backs("constant", &program.constant_pull_back);
        for (index, ridge) in program.ridges.iter().enumerate() {
            self.pull_backs(&format!("slope of ridge {index}"), &ridge.slope_pull_back);
            self.pull_backs(&format!("offset of ridge {index}"), &ridge.offset_pull_back);
            for (number, list) in ridge.numbers_pull_back.iter().enumerate() {
                self.pull_backs(&format!("n{number} of ridge {index}"), list);
            }
        }
        if let Some(separable) = &program.separable {
            for (number, list) in separable.numbers_pull_back.iter().enumerate() {
                self.pull_backs(&format!("n{number} of separable"), list);
            }
        }
        for (index, section) in program.interactions.iter().enumerate() {
            for (number, list) in section.numbers_pull_back.iter().enumerate() {
                self.pull_backs(&format!("n{number} of interaction {index}"), list);
            }
        }
    }

    fn pull_backs(&mut self, of: &str, pull_backs: &[PullBack]) {
        for PullBack { data, derivative } in pull_backs {
            let by = match self.program.data[data.0] {
                DataRef::Scalar(argument) => self.names(&[argument]),
                DataRef::Row(argument) => format!("{}[o]", self.names(&[argument])),
                DataRef::Coordinate(argument) => format!("{}[j]", self.names(&[argument])),
                DataRef::Entry(argument) => format!("{}[o, j]", self.names(&[argument])),
                DataRef::Unit(index) => format!("[j = {index}]"),
            };
            self.over_data(&format!("{of} by {by}"), derivative);
        }
    }

    fn epilogue(&mut self) {
        let program = self.program;
        self.line("\nepilogue");
        for (index, term) in program.terms.iter().enumerate() {
            let name = &program.parameters[term.parameter.0].name;
            let kept = if term.kept { "" } else { ", discarded" };
            self.line(format!("term {index}: d/d{name} += coefficient {index} * {}{kept}", moment(term.moment)));
        }
    }

    fn rows(&self, rows: &Rows) -> String {
        match rows {
            Rows::One => "one row".to_owned(),
            Rows::Along(arguments) => format!("rows o along {}", self.names(arguments)),
        }
    }

    fn names(&self, arguments: &[usize]) -> String {
        let names: Vec<&str> = arguments.iter().map(|&index| self.program.arguments[index].name.as_str()).collect();
        names.join(", ")
    }
}

/// `weight in3, order 2 at in2 (shift)`.
fn probe(probe: &Probe) -> String {
    let weight = match &probe.weight {
        Weight::Constant(value) => value.to_string(),
        Weight::Number(index) => number(*index),
    };
    let place = match probe.place {
        Place::Draw => "the draw".to_owned(),
        Place::Moved { point, shift } => {
            let point = point.map(|index| format!("{} (point)", number(index)));
            let shift = shift.map(|index| format!("{} (shift)", number(index)));
            point.into_iter().chain(shift).collect::<Vec<_>>().join(" ")
        }
    };
    format!("weight {weight}, order {} at {place}", probe.order)
}

/// How sections name a number of the probes.
fn number(index: usize) -> String {
    format!("in{}", Inputs::NUMBERS + index)
}

/// `moment 2`, `stencil 0`.
fn moment(moment: Moment) -> String {
    match moment {
        Moment::Derivative(order) => format!("moment {order}"),
        Moment::Hessian => "second derivatives".to_owned(),
        Moment::Stencil(index) => format!("stencil {index}"),
    }
}

/// Names `n0, n1, …` for the numbers of a sample section.
fn number_leaves(count: usize) -> Leaves {
    let name = |index: usize| Argument {
        name: format!("n{index}"),
        kind: ArgumentKind::Scalar,
        span: proc_macro2::Span::call_site(),
    };
    let data: Vec<DataRef> = (0..count).map(DataRef::Scalar).collect();
    Leaves::of_data(&data, &(0..count).map(name).collect::<Vec<_>>())
}

/// `, 1, 2, 4`
fn list(orders: &[u32]) -> String {
    let mut text = String::new();
    for order in orders {
        // Writing to a string cannot fail.
        let _ = write!(text, ", {order}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::example::{function, law, rules};
    use super::super::lower::lower;
    use super::*;
    use crate::parse::options::Precision;

    #[test]
    fn every_section_is_printed_and_the_same_each_time() {
        let program = lower(&function(), &law(), &rules(), Precision::F64).expect("a valid program");
        let text = dump_program(&program);
        assert_eq!(text, dump_program(&lower(&function(), &law(), &rules(), Precision::F64).expect("a valid program")));
        for line in [
            "program objective of a vector under Laplace",
            "θ1 = b: Positive",
            "derivatives of order 0, 1, 2, 4, 6",
            "ridge 0, rows o along x, y",
            "draw1 ~ exponential()",
            "slope of ridge 0 by y[o]: 0 additions, 0 multiplications, 0 divisions, 0 calls",
            "term 3: d/db += coefficient 3 * moment 6, discarded",
        ] {
            assert!(text.lines().any(|found| found == line), "no line `{line}` in\n{text}");
        }
        assert!(text.contains("= log_sigmoid %0") && text.contains("= n0"), "{text}");
    }
}
