//! What is recognised of every law of the library: for each parameter the exact rules, the preferred one first.

#[path = "matcher/transforms.rs"]
mod transforms;

use std::fmt::Write;

use logphi_compiler::ir::Frame;
use logphi_compiler::parse::distribution::parse_distribution;
use logphi_compiler::parse::joint::parse_joint;
use logphi_compiler::report;
use logphi_compiler::rule::joint::select_joint;
use logphi_compiler::rule::select::{Choice, Subject, candidates};
use logphi_compiler::series::gradient::derive;
use logphi_tests::golden;
use logphi_tests::source::{JOINT_LIBRARY, LIBRARY, law};
use proc_macro2::Span;

#[test]
fn every_parameter_has_the_rules_that_it_had() {
    let mut text = String::new();
    for name in LIBRARY {
        let (options, item) = law(name);
        let law = parse_distribution(options, &item).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let derivation = derive(&law, 2).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let parameters: Vec<&str> = law.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        writeln!(text, "{}({})", law.name, parameters.join(", ")).expect("a string");
        for series in &derivation.parameters {
            let rules = candidates(&law, series, &Subject::default());
            assert!(!rules.is_empty(), "{name}: no exact rule for parameter {}", series.parameter.0);
            for rule in rules {
                writeln!(text, "  {}", report::line(&law.parameters, &rule)).expect("a string");
            }
        }
    }
    for name in JOINT_LIBRARY {
        let (options, item) = law(name);
        let law = parse_joint(options, &item).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let parameters: Vec<&str> = law.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        writeln!(text, "{}({})", law.name, parameters.join(", ")).expect("a string");
        let choice = Choice { order: None, form: None, forms: Vec::new(), distribution: Span::call_site() };
        let rules = select_joint(&law, &Subject::default(), &choice);
        for rule in rules.unwrap_or_else(|errors| panic!("{name}: {errors:?}")) {
            writeln!(text, "  {}", report::line(&Frame::from(&law).theta(), &rule)).expect("a string");
        }
    }
    golden::check("golden/laws.txt", &text);
}
