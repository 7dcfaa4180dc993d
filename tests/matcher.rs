//! What is recognised of every law of the library: for each parameter the exact rules, the preferred one first.

#[path = "matcher/transforms.rs"]
mod transforms;

use std::fmt::Write;

use logphi_compiler::ir::{Coefficient, Frame, Parameter};
use logphi_compiler::parse::distribution::parse_distribution;
use logphi_compiler::parse::joint::parse_joint;
use logphi_compiler::report;
use logphi_compiler::rule::joint::select_joint;
use logphi_compiler::rule::select::{Choice, Subject, candidates};
use logphi_compiler::rule::{Rule, text};
use logphi_compiler::series::gradient::derive;
use logphi_tests::golden;
use logphi_tests::source::{JOINT_LIBRARY, LIBRARY, law};
use proc_macro2::Span;

/// One law: its name and parameters, and a line for each rule.
struct Recognised {
    law: String,
    rules: Vec<String>,
}

impl Recognised {
    fn new(name: &str, parameters: &[Parameter]) -> Self {
        let parameters: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        Self { law: format!("{name}({})", parameters.join(", ")), rules: Vec::new() }
    }

    fn add(&mut self, parameters: &[Parameter], rule: &Rule) {
        let names: Vec<String> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let coefficient = |coefficient: &Coefficient| {
            format!("; a_{} = {}", coefficient.order, text::expression(&coefficient.value, &names))
        };
        let coefficients: String = rule.coefficients.iter().map(coefficient).collect();
        self.rules.push(report::line(parameters, rule) + coefficients.as_str());
    }
}

fn of_one_variable(name: &str) -> Recognised {
    let (options, item) = law(name);
    let law = parse_distribution(options, &item).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let derivation = derive(&law, 2).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let mut found = Recognised::new(&law.name, &law.parameters);
    for series in &derivation.parameters {
        let rules = candidates(&law, series, &Subject::default());
        assert!(!rules.is_empty(), "{name}: no exact rule for parameter {}", series.parameter.0);
        rules.iter().for_each(|rule| found.add(&law.parameters, rule));
    }
    found
}

fn joint(name: &str) -> Recognised {
    let (options, item) = law(name);
    let law = parse_joint(options, &item).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let choice = Choice { order: None, form: None, forms: Vec::new(), distribution: Span::call_site() };
    let rules = select_joint(&law, &Subject::default(), &choice).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let mut found = Recognised::new(&law.name, &law.parameters);
    rules.iter().for_each(|rule| found.add(&Frame::from(&law).theta(), rule));
    found
}

/// The part of a law's documentation that `runtime/src/laws/rules` holds.
fn documentation(found: &Recognised) -> String {
    let rules: String = found.rules.iter().map(|rule| format!("* `{rule}`\n")).collect();
    format!(
        "\n# Rules\nAs the compiler finds them for a function of which nothing is known, the first of each parameter preferred:\n\n\
         {rules}"
    )
}

/// Besides the list of all rules, each law's are in a file that its documentation includes. A new law starts with an empty one.
#[test]
fn every_parameter_has_the_rules_that_it_had() {
    let mut text = String::new();
    let laws = LIBRARY.iter().map(|name| (name, of_one_variable(name)));
    for (name, found) in laws.chain(JOINT_LIBRARY.iter().map(|name| (name, joint(name)))) {
        writeln!(text, "{}", found.law).expect("a string");
        found.rules.iter().for_each(|rule| writeln!(text, "  {rule}").expect("a string"));
        golden::check(&format!("../../runtime/src/laws/rules/{name}.md"), &documentation(&found));
    }
    golden::check("golden/laws.txt", &text);
}
