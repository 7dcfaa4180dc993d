//! What every stage of the compiler makes of a handful of small inputs.
//!
//! An input is a file of `corpus/golden` with an `#[estimator]` and perhaps a law of its own; beside it lies one dump for
//! each stage. `LOGPHI_BLESS=1` rewrites the dumps.

use logphi_compiler::ir::Distribution;
use logphi_compiler::ir::display::{dump_function, dump_joint_law, dump_law};
use logphi_compiler::kernel::display::dump_program;
use logphi_compiler::rule::{Form, Rule, text};
use logphi_compiler::{Compiled, Source, compile};
use logphi_tests::golden;
use logphi_tests::source::{estimator, functions, law, take_options};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ItemFn;

struct Input {
    name: &'static str,
    text: &'static str,
    /// A law of the library, if the file has none.
    law: Option<&'static str>,
}

macro_rules! input {
    ($name:literal, $law:expr) => {
        Input { name: $name, text: include_str!(concat!("corpus/golden/", $name, ".rs")), law: $law }
    };
}

const INPUTS: &[Input] = &[
    input!("laplace_log_sigmoid", Some("laplace")),
    input!("gamma_squared_distance", Some("gamma")),
    input!("gaussian_separable", Some("gaussian")),
    input!("two_ridges_and_separable", Some("laplace")),
    input!("bernoulli_opaque", Some("bernoulli")),
    input!("own_law", None),
    input!("multivariate_gaussian_log_sum", Some("multivariate_gaussian")),
    input!("categorical_reconstruction", Some("categorical")),
    input!("dirichlet_quadratic_form", Some("dirichlet")),
    input!("closed_form", Some("laplace")),
    input!("laplace_wave", Some("laplace")),
    input!("laplace_curve", Some("laplace")),
    input!("gamma_score", Some("gamma")),
];

fn has(item: &ItemFn, attribute: &str) -> bool {
    item.attrs.iter().any(|found| found.path().is_ident(attribute))
}

fn source(input: &Input) -> Source {
    let functions = functions(input.text);
    let find = |attribute: &str| functions.iter().find(|item| has(item, attribute)).cloned();
    let (law_options, law) = match input.law {
        Some(name) => law(name),
        None => take_options(find("distribution").expect("a law"), "distribution"),
    };
    let (options, function) = take_options(find("estimator").expect("an estimator"), "estimator");
    estimator(law_options, law, options, function)
}

/// The stages, in order, with the extension of their dumps.
fn stages(compiled: &Compiled) -> Vec<(&'static str, String)> {
    let (parameters, law) = match &compiled.law {
        Distribution::Scalar(law) => (&law.parameters, dump_law(law)),
        Distribution::Joint(law) => (&law.parameters, dump_joint_law(law)),
    };
    let names: Vec<String> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let derivation = match &compiled.derivation {
        Some(derivation) => text::write(derivation, &names),
        None => "none: the rules of a joint law come from the parts of its log φ, or stand beside it\n".to_owned(),
    };
    let rules: String = compiled.rules.iter().map(|rule| rule_text(rule, &names)).collect();
    vec![
        ("1.law.txt", law),
        ("2.function.txt", dump_function(&compiled.function)),
        ("3.derivation.txt", derivation),
        ("4.rules.txt", rules),
        ("5.program.txt", dump_program(&compiled.program)),
        ("6.rust.txt", compiled.emitted.rust.clone()),
        ("7.latex.txt", format!("{}\n", compiled.latex.trim_end())),
        ("8.report.txt", format!("{}\n", compiled.report.trim_end())),
        ("9.cuda.txt", compiled.emitted.cuda.clone().unwrap_or_else(|reason| format!("{reason}\n"))),
    ]
}

fn rule_text(rule: &Rule, names: &[String]) -> String {
    let mut lines = format!("{}: {}\n", names[rule.parameter.0], form(&rule.form, names));
    for coefficient in &rule.coefficients {
        lines.push_str(&format!("  a_{} = {}\n", coefficient.order, text::expression(&coefficient.value, names)));
    }
    lines
}

fn form(form: &Form, names: &[String]) -> String {
    match form {
        Form::Terminating { reason } => format!("terminating, {reason:?}"),
        Form::Truncated { order, discarded } => {
            let discarded = discarded.as_ref().map(|coefficient| {
                format!("a_{} = {}", coefficient.order, text::expression(&coefficient.value, names))
            });
            format!("truncated after {order}, discarded {}", discarded.unwrap_or_else(|| "nothing known".to_owned()))
        }
        Form::Score { weight, rest, baseline } => {
            let rest = rest.as_ref().map_or_else(|| "0".to_owned(), |rest| text::expression(rest, names));
            format!("score {} and {rest}, baseline {baseline:?}", text::expression(weight, names))
        }
        other => format!("{other:?}"),
    }
}

fn compiled(input: &Input) -> Compiled {
    compile(&source(input)).unwrap_or_else(|errors| panic!("{}: {errors:?}", input.name))
}

#[test]
fn every_stage_gives_what_it_gave() {
    for input in INPUTS {
        for (stage, text) in stages(&compiled(input)) {
            golden::check(&format!("golden/{}.{stage}", input.name), &text);
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for input in INPUTS {
        let (first, second) = (compiled(input), compiled(input));
        assert_eq!(stages(&first), stages(&second), "{}", input.name);
        assert_eq!(first.emitted.tokens.to_string(), second.emitted.tokens.to_string(), "{}", input.name);
    }
}

#[test]
fn the_text_is_what_is_compiled() {
    for input in INPUTS {
        let compiled = compiled(input);
        let text: syn::File = syn::parse_str(&compiled.emitted.rust).expect("the text is Rust");
        let mut emitted: syn::File = syn::parse2(compiled.emitted.tokens.clone()).expect("the tokens are items");
        // The constants that hold the texts are not part of them.
        emitted.items.retain(|item| !holds_texts(item));
        let (mut read, mut compiled) = (Vec::new(), Vec::new());
        significant(text.to_token_stream(), &mut read);
        significant(emitted.to_token_stream(), &mut compiled);
        let same = read.iter().zip(&compiled).take_while(|(read, compiled)| read == compiled).count();
        let rest =
            |tokens: &[String]| tokens[same.min(tokens.len())..].iter().take(20).cloned().collect::<Vec<_>>().join(" ");
        assert!(read == compiled, "{}: `{}` was read, `{}` is compiled", input.name, rest(&read), rest(&compiled));
        assert!(same > 500, "{}: only {same} tokens", input.name);
    }
}

/// The tokens without those commas before a closing bracket that come and go with line breaks.
fn significant(tokens: TokenStream, out: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                out.push(format!("{:?}", group.delimiter()));
                significant(group.stream(), out);
                out.pop_if(|last| last == ",");
                out.push("end".to_owned());
            }
            other => out.push(other.to_string()),
        }
    }
}

fn holds_texts(item: &syn::Item) -> bool {
    let syn::Item::Impl(block) = item else { return false };
    block.items.iter().any(|item| matches!(item, syn::ImplItem::Const(constant) if constant.ident == "RULE"))
}

#[test]
fn nothing_emitted_is_unsafe() {
    for input in INPUTS {
        let tokens = compiled(input).emitted.tokens.to_string();
        assert!(!tokens.split_whitespace().any(|token| token == "unsafe"), "{}", input.name);
    }
}
