//! The compiler against exact values: coefficients, and truncated sums and authors' rules with expectations by quadrature.
//!
//! The last tests show that these comparisons see a coefficient that is off by 1 %, a term that is missing and a sign
//! that is wrong, wherever they may occur.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use logphi_compiler::differentiation::degree::polynomial_degree;
use logphi_compiler::ir::{
    BaseDraw, DataId, DrawId, DrawKind, ExactRule, Function, Graph, Law, Node, Rational, Sampler,
};
use logphi_compiler::kernel::lower::lower;
use logphi_compiler::parse::distribution::parse_distribution;
use logphi_compiler::parse::function::parse_function;
use logphi_compiler::parse::options::Precision;
use logphi_compiler::rule::select::{Choice, Subject, select};
use logphi_compiler::rule::{Derivation, Rule};
use logphi_compiler::series::gradient::derive;
use logphi_tests::comparison::{Series, Term, check_coefficients, check_sum, kept_terms};
use logphi_tests::corpus::{Case, LawValues, oracle};
use logphi_tests::interpret::{Leaves, evaluate};
use logphi_tests::number::Number;
use logphi_tests::quadrature::{Measure, measure};
use logphi_tests::source::{KNOWN, Known, law, scalar_function};
use proc_macro2::Span;

fn values(known: &Known) -> &'static LawValues {
    &oracle().laws[known.key]
}

/// The parameters in the order of their declaration.
fn parameters(law: &Law, known: &Known) -> Vec<Rational> {
    law.parameters.iter().map(|parameter| known.value(&parameter.name, values(known))).collect()
}

fn parse(known: &Known) -> Law {
    let (options, item) = law(known.law);
    parse_distribution(options, &item).unwrap_or_else(|errors| panic!("{}: {errors:?}", known.law))
}

fn derived(known: &Known) -> (Law, Derivation) {
    let law = parse(known);
    let derivation = derive(&law, known.order).unwrap_or_else(|errors| panic!("{}: {errors:?}", known.law));
    (law, derivation)
}

/// The derived series of every parameter, by the corpus's name.
fn series(known: &Known) -> BTreeMap<String, Series> {
    let (law, derivation) = derived(known);
    let parameters = parameters(&law, known);
    let entries = derivation.parameters.iter().map(|series| {
        let name = &law.parameters[series.parameter.0].name;
        (known.name_in_corpus(name).to_owned(), Series::of(series, &parameters))
    });
    entries.collect()
}

#[test]
fn coefficients_are_those_of_the_corpus() {
    let mut wrong = Vec::new();
    for known in KNOWN {
        let found = series(known);
        for (name, expected) in &values(known).coefficients {
            if let Err(what) = check_coefficients(&found[name], expected, &values(known).parameters, known.order) {
                wrong.push(format!("{} ({}), {name}: {what}", known.law, known.key));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_polynomial_gradient_is_proved_to_be_one() {
    // By hand: location and diffusion parameters have ∂ log φ = s, s²/2 or σ s².
    let degrees = [
        ("dirac", "a", 1),
        ("gaussian", "mu", 1),
        ("gaussian", "sigma", 2),
        ("laplace", "mu", 1),
        ("merton", "drift", 1),
        ("merton", "sigma", 2),
        ("normal_inverse_gaussian", "mu", 1),
        ("logistic", "mu", 1),
        ("laplace_plus_gaussian", "sigma", 2),
    ];
    for (name, parameter, degree) in degrees {
        let (options, item) = law(name);
        let law = parse_distribution(options, &item).expect("a law");
        let derivation = derive(&law, 4).expect("a derivation");
        let index = law.parameters.iter().position(|known| known.name == parameter).expect("a parameter");
        let series = derivation.parameters.iter().find(|series| series.parameter.0 == index).expect("a series");
        assert_eq!(series.degree, Some(degree), "{name}, {parameter}");
    }
    let (options, item) = law("laplace");
    let derivation = derive(&parse_distribution(options, &item).expect("a law"), 4).expect("a derivation");
    assert_eq!(derivation.parameters[1].degree, None, "the series of b does not end");
}

/// The rules of a function, given as a Rust expression, at an order.
fn rules(function: &str, law: &Law, derivation: &Derivation, order: u32) -> (Function, Vec<Rule>) {
    let function = parse_function(&scalar_function(function)).expect("a function");
    let degree = polynomial_degree(&function.normal_form);
    let span = Span::call_site();
    let choice = Choice { order: Some((order, span)), form: None, forms: Vec::new(), distribution: span };
    let subject = Subject { degree, ..Subject::default() };
    let rules = select(law, derivation, &subject, &choice).expect("rules");
    (function, rules)
}

/// The terms that the program of a function keeps at an order, by the corpus's name of the parameter.
fn terms(function: &str, known: &Known, derivation: &Derivation, order: u32) -> BTreeMap<String, Vec<Term>> {
    // Programs are lowered with a sampler; expectations by quadrature need none, so any serves where the law has none.
    let mut law = parse(known);
    law.sampler = law.sampler.or_else(|| Some(any_sampler()));
    let (function, rules) = rules(function, &law, derivation, order);
    let program =
        lower(&function, &law, &rules, Precision::F64).unwrap_or_else(|errors| panic!("{}: {errors:?}", known.key));
    let numbers: Vec<f64> = parameters(&law, known).iter().map(f64::constant).collect();
    let kept = kept_terms(&program, &numbers, &measure(known.key, &values(known).numbers()));
    kept.into_iter().map(|(name, terms)| (known.name_in_corpus(&name).to_owned(), terms)).collect()
}

fn any_sampler() -> Sampler {
    let mut graph = Graph::new();
    let draw = graph.push(Node::Draw(DrawId(0)));
    graph.outputs.push(draw);
    Sampler { graph, draws: vec![BaseDraw::new(DrawKind::Normal, vec![])] }
}

/// A sum of the corpus: the case, the parameter's name, the order, and the compiled terms up to it.
type Sum = (&'static Case, String, u32, Vec<Term>);

/// Every sum of the corpus, with expectations computed once for all orders of a case and for all tests.
fn sums() -> &'static [Sum] {
    static SUMS: OnceLock<Vec<Sum>> = OnceLock::new();
    SUMS.get_or_init(|| {
        let mut sums = Vec::new();
        for known in KNOWN {
            let (_, derivation) = derived(known);
            for case in oracle().cases.iter().filter(|case| case.law == known.key) {
                let terms = terms(&case.function.rust(), known, &derivation, known.order);
                for (name, values) in &case.gradients {
                    for &order in values.truncated.keys().filter(|order| **order <= known.order) {
                        let terms = terms.get(name).into_iter().flatten().filter(|term| term.order <= order);
                        sums.push((case, name.clone(), order, terms.copied().collect()));
                    }
                }
            }
        }
        sums
    })
}

#[test]
fn truncated_sums_are_those_of_the_corpus() {
    let mut wrong = Vec::new();
    for (case, name, order, terms) in sums() {
        if let Err(what) = check_sum(terms, *order, &case.gradients[name]) {
            wrong.push(format!("{}, {name}, order {order}: {what}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), sums().len(), wrong.join("\n"));
    assert!(sums().len() > 1000, "only {} sums", sums().len());
}

#[test]
fn functions_written_out_have_the_same_sums() {
    // `ln(1 + e^z)` instead of `softplus(z)`. The derivatives of the quotient lose digits that those of the sigmoid keep,
    // so the comparison stops at order 8.
    let mut compared = 0;
    for known in KNOWN {
        let written_out = |case: &&Case| case.law == known.key && case.function.rust() != case.function.literal_rust();
        for case in oracle().cases.iter().filter(written_out) {
            let (_, derivation) = derived(known);
            for (name, terms) in terms(&case.function.literal_rust(), known, &derivation, 8) {
                check_sum(&terms, 8, &case.gradients[&name])
                    .unwrap_or_else(|what| panic!("{}, {name}: {what}", case.id));
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "only {compared} sums");
}

#[test]
fn a_rule_of_a_lower_order_is_the_beginning_of_one_of_a_higher() {
    for known in KNOWN {
        let (law, derivation) = derived(known);
        for case in oracle().cases.iter().filter(|case| case.law == known.key) {
            let (_, longest) = rules(&case.function.rust(), &law, &derivation, known.order);
            for order in [1, 2, 3, 4, 6, 8, 12].into_iter().filter(|order| *order < known.order) {
                let (_, rules) = rules(&case.function.rust(), &law, &derivation, order);
                for rule in &rules {
                    let long = longest.iter().find(|long| long.parameter == rule.parameter).expect("a rule");
                    let begin: Vec<_> = long.coefficients.iter().filter(|a| a.order <= order).cloned().collect();
                    // A series or function that ends by itself beyond the order is kept whole, and is exact.
                    let whole = rule.is_exact() && rule.coefficients == long.coefficients;
                    assert!(whole || rule.coefficients == begin, "{}, order {order}", case.id);
                }
            }
        }
    }
}

/// Three ways in which a term can be wrong: 1 % too large, missing, of the wrong sign.
const MUTATIONS: [fn(f64) -> f64; 3] = [|a| 1.01 * a, |_| 0.0, |a| -a];

#[test]
fn a_wrong_coefficient_is_seen() {
    for known in KNOWN {
        let found = series(known);
        for (name, expected) in &values(known).coefficients {
            for order in found[name].values.keys().copied().filter(|&order| order <= known.order) {
                for (kind, mutate) in MUTATIONS.iter().enumerate() {
                    let mut mutant = found[name].clone();
                    mutant.values.entry(order).and_modify(|a| *a = mutate(*a));
                    let factor = [Rational::new(101.into(), 100.into()), Rational::from_integer(0.into())];
                    let factor = factor.get(kind).cloned().unwrap_or_else(|| Rational::from_integer((-1).into()));
                    mutant.exact.entry(order).and_modify(|a| *a *= factor);
                    if found[name].values[&order] != 0.0 {
                        let verdict = check_coefficients(&mutant, expected, &values(known).parameters, known.order);
                        assert!(verdict.is_err(), "{}, {name}: a mutated a_{order} is not seen", known.law);
                    }
                }
            }
        }
    }
}

#[test]
fn a_wrong_term_is_seen() {
    let mut seen = 0;
    for (case, name, order, terms) in sums() {
        let largest = terms.iter().fold(0.0, |largest, term| f64::max(largest, term.value().abs()));
        for index in 0..terms.len() {
            // A term below a hundred-millionth of the largest may be off by 1 % within the tolerance.
            if terms[index].value().abs() < 1e-7 * largest || largest == 0.0 {
                continue;
            }
            for mutate in MUTATIONS {
                let mut mutant = terms.clone();
                mutant[index].coefficient = mutate(mutant[index].coefficient);
                let verdict = check_sum(&mutant, *order, &case.gradients[name]);
                let of = terms[index].order;
                assert!(verdict.is_err(), "{}, {name}, {order}: a mutated term of order {of} is not seen", case.id);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "only {seen} mutants");
}

/// A function with its first two derivatives, by their order.
type Function012 = fn(u32, f64) -> f64;

/// The expectation of an author's rule, all draws by quadrature: no code of the runtime has a part in it.
fn expectation(rule: &ExactRule, parameters: &[f64], draw: &Measure, f: Function012) -> f64 {
    let number = |graph: &Graph| evaluate(graph, Leaves::parameters(parameters)).expect("numbers")[0];
    let derivatives = rule.derivatives.iter().map(|a| number(&a.value) * draw.expectation(|z| f(a.order, z)));
    let stencils = rule.stencils.iter().map(|term| {
        let (graph, draws) = (&term.stencil.numbers.graph, &term.stencil.numbers.draws);
        let mut nodes: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 1.0)];
        for draw in draws {
            let argument = |index: usize| {
                let mut argument = graph.clone();
                argument.outputs = vec![draw.arguments[index]];
                let mut alone = Graph::new();
                let output = alone.import(&argument, argument.output(), |_, _| None);
                alone.outputs = vec![output];
                number(&alone)
            };
            let law = match draw.kind {
                DrawKind::Exponential => Measure::exponential().thinned().above(1e-16),
                DrawKind::Uniform => Measure::interval(0.0, 1.0, |_| 1.0),
                DrawKind::ZetaMixture => Measure::trigamma_mixture(1.0).affine(1.0, 1.0),
                DrawKind::TrigammaMixture => Measure::trigamma_mixture(argument(0)),
                other => panic!("no quadrature for {other:?}"),
            };
            let with = |(known, weight): (Vec<f64>, f64)| {
                law.nodes.iter().map(move |&(x, w)| ([known.as_slice(), &[x]].concat(), weight * w)).collect::<Vec<_>>()
            };
            nodes = nodes.into_iter().flat_map(with).filter(|node| node.1.abs() > 1e-17).collect();
        }
        // The draws as data, which the interpreter reads.
        let mut whole = Graph::new();
        for &output in &graph.outputs {
            let output = whole.import(graph, output, |whole, node| match node {
                Node::Draw(DrawId(index)) => Some(whole.push(Node::Data(DataId(*index)))),
                _ => None,
            });
            whole.outputs.push(output);
        }
        let sum = draw.expectation(|z| {
            let value = |(data, weight): &(Vec<f64>, f64)| {
                let numbers = evaluate(&whole, Leaves { parameters, ..Leaves::draw(&z, data) }).expect("numbers");
                let probes = term.stencil.orders.iter().zip(numbers.chunks_exact(2));
                weight * probes.map(|(&order, probe)| probe[1] * f(order, probe[0])).sum::<f64>()
            };
            nodes.iter().map(value).sum()
        });
        number(&term.coefficient) * sum
    });
    derivatives.chain(stencils).sum()
}

/// The rules that stand beside a law for a parameter.
fn written(law: &Law, parameter: &str) -> Vec<ExactRule> {
    let rules = law.rules.iter().filter(|rule| law.parameters[rule.parameter.0].name == parameter);
    rules.map(|rule| rule.rule.clone()).collect()
}

#[test]
fn written_rules_have_the_exact_expectations() {
    let rows: [(&str, &str, Function012); 4] = [
        ("gumbel", "exp(-z)", |order, z| if order == 1 { -(-z).exp() } else { (-z).exp() }),
        ("gumbel", "z**3", |order, z| if order == 1 { 3.0 * z * z } else { 6.0 * z }),
        ("beta", "exp(z)", |_, z| z.exp()),
        ("beta", "log(1+z**2)", |_, z| 2.0 * z / (1.0 + z * z)),
    ];
    let mut compared = 0;
    for (key, function, f) in rows {
        let known = KNOWN.iter().find(|known| known.key == key).expect("a law of the corpus");
        let case = oracle().cases.iter().find(|case| case.law == key && case.text == function).expect("a case");
        let law = parse(known);
        let numbers: Vec<f64> = parameters(&law, known).iter().map(f64::constant).collect();
        let draw = measure(key, &values(known).numbers()).thinned().above(1e-13);
        for parameter in &law.parameters {
            for rule in written(&law, &parameter.name) {
                let exact = case.gradients[known.name_in_corpus(&parameter.name)].exact;
                let found = expectation(&rule, &numbers, &draw, f);
                assert!(
                    (found - exact).abs() <= 1e-9 * exact.abs(),
                    "{}, {}: {found} {exact}",
                    case.id,
                    parameter.name
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 6);
}

/// `d/dk E tanh z` of the gamma law from tiny shapes to large ones, by the multiplicative rule. The exact values are integrals
/// of the differentiated density with 40 digits, by another program.
#[test]
fn the_shape_of_a_gamma_number_may_be_small_or_large() {
    let (options, item) = law("gamma");
    let law = parse_distribution(options, &item).expect("a law");
    let [rule] = <[ExactRule; 1]>::try_from(written(&law, "k")).expect("one rule");
    for (k, mu, exact) in [
        (1e-3, 1.0, 0.782_723_146_793_78),
        (0.03, 1.0, 0.769_244_986_774_587_4),
        (1.0, 1.0, 0.385_802_633_593_824_9),
        (10.0, 0.1, 0.041_830_310_027_973_63),
        (100.0, 0.01, 0.004_198_743_244_254_94),
    ] {
        // What is below 1e-13 adds as little: the rule is an expectation of y f'(y) with y <= z.
        let draw = Measure::gamma(k);
        let mut draw = if k <= 1.0 { draw.thinned() } else { draw }.above(1e-14).affine(0.0, mu);
        draw.nodes.retain(|node| node.0 > 1e-13);
        let found = expectation(&rule, &[k, mu], &draw, |_, y| y.cosh().powi(-2));
        assert!((found - exact).abs() <= 1e-9 * exact, "k = {k}: {found} {exact}");
    }
}
