//! Tests of what is emitted as a whole: from parsed functions and hand-made rules to tokens and texts.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;

use super::law::{LawContext, emit_faulty_law, emit_law};
use super::rust::{Emitted, EstimatorContext, emit_estimator};
use super::term::{TermContext, emit_term};
use crate::errors::{Code, Errors};
use crate::ir::{Graph, Law, Node, ParamId};
use crate::kernel::lower::lower;
use crate::kernel::program::Program;
use crate::parse::distribution::parse_distribution;
use crate::parse::function::parse_function;
use crate::parse::options::{Packs, Precision};
use crate::parse::term::parse_term;
use crate::rule::{Coefficient, Ending, Form, Radius, Rule};
use crate::series::analytic::judge;

fn options() -> TokenStream {
    quote! { sample = mu + b * (exponential() - exponential()), require = mu < 2.0 * b }
}

fn law_item() -> syn::ItemFn {
    syn::parse_quote! {
        pub fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
            I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln()
        }
    }
}

fn law() -> Law {
    parse_distribution(options(), &law_item()).expect("a law")
}

fn law_context() -> LawContext {
    let item = law_item();
    LawContext {
        vis: item.vis.clone(),
        docs: vec![],
        options: options(),
        item: quote! { #item },
        runtime: syn::parse_quote!(::logphi),
        position: "lib.rs:1:0".to_owned(),
    }
}

fn emitted_law(law: &Law, context: &LawContext) -> TokenStream {
    emit_law(law, &judge(law).expect("an expansion"), context)
}

/// `a_n = 2 b^(n-1)`, Eq. (19) with respect to `b`.
fn coefficient(order: u32) -> Coefficient {
    let mut value = Graph::new();
    let b = value.push(Node::Param(ParamId(1)));
    let two = value.integer(2);
    let power = value.power(b, order as i32 - 1);
    let product = value.product(vec![two, power]);
    value.outputs = vec![product];
    Coefficient { order, value }
}

/// Rules of the Laplace law: exact for `mu`, cut after order 4 for `b`.
fn rules() -> Vec<Rule> {
    let mut one = Graph::new();
    let output = one.integer(1);
    one.outputs = vec![output];
    let form = Form::Terminating { reason: Ending::Series { degree: 1 } };
    let cut = Form::Truncated { order: 4, discarded: Some(coefficient(6)) };
    vec![
        Rule {
            parameter: ParamId(0),
            form,
            coefficients: vec![Coefficient { order: 1, value: one }],
            stencils: vec![],
            radius: Radius::Unknown,
            alternatives: vec![],
        },
        Rule {
            parameter: ParamId(1),
            form: cut,
            coefficients: vec![coefficient(2), coefficient(4)],
            stencils: vec![],
            radius: Radius::Unknown,
            alternatives: vec![],
        },
    ]
}

fn program(function: &syn::ItemFn) -> Program {
    lower(&parse_function(function).expect("a function"), &law(), &rules(), Precision::F64).expect("a program")
}

fn context(precision: Precision) -> EstimatorContext {
    EstimatorContext {
        name: syn::parse_quote!(f),
        vis: syn::parse_quote!(pub),
        docs: vec![],
        law: syn::parse_quote!(laws::Laplace),
        runtime: syn::parse_quote!(::logphi),
        precision,
        packs: Packs::Widest,
        define_type: true,
        rule: "the rule".to_owned(),
        latex: "the formula".to_owned(),
        input: 7,
        callee: None,
    }
}

fn emit(function: &syn::ItemFn, precision: Precision) -> Result<Emitted, Errors> {
    emit_estimator(&program(function), &rules(), &context(precision))
}

fn logistic() -> syn::ItemFn {
    syn::parse_quote! {
        fn f(w: &[f64], x: &Matrix, row: &[f64]) -> f64 {
            x.rows().zip(row).map(|(x, y)| log_sigmoid(y * dot(x, w))).sum()
        }
    }
}

/// Tokens one by one, without the comma that formatting puts after the last element of a list on several lines.
fn canonical(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let inner = canonical(group.stream());
                text.push_str(&format!("{:?}[{}]", group.delimiter(), inner.trim_end_matches([',', ' '])));
            }
            token @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => {
                text.push_str(&format!("{token} "));
            }
        }
    }
    text
}

#[test]
fn the_text_is_what_is_compiled() {
    let several: syn::ItemFn = syn::parse_quote! {
        fn f(z: &[f64], t: &[f64], k: f64) -> f64 {
            z.iter().zip(t).map(|(z, t)| t * z.tanh() + 0.1 * z.powi(5)).sum::<f64>() + (k * z[1]).sin() + k.powi(3)
        }
    };
    for function in [logistic(), several] {
        for precision in [Precision::F64, Precision::F32] {
            let emitted = emit(&function, precision).expect("fits");
            let read: TokenStream = emitted.rust.parse().expect("the text is tokens");
            let mut compiled: syn::File = syn::parse2(emitted.tokens).expect("the tokens parse");
            // The last item holds the texts themselves.
            compiled.items.pop();
            assert_eq!(canonical(read), canonical(quote! { #compiled }));
            assert!(emitted.rust.lines().all(|line| !line.starts_with("// ") || line.chars().count() <= 102));
        }
    }
}

#[test]
fn sections_and_headers_are_commented() {
    let text = emit(&logistic(), Precision::F64).expect("fits").rust;
    for part in [
        "from input 0000000000000007.",
        "//   ∂_mu E f(z) = a_1 E f'(z)\n//     bias: none, ∂_mu log φ is a polynomial of degree 1 in s = iω\n",
        "//   ∂_b E f(z) = a_2 E f''(z) + a_4 E f^(4)(z)\n//     bias: the terms beyond order 4; the first, a_6 E",
        "        // Prologue, once for each gradient and coordinate: (mu, b) -> a_n of the terms above.\n",
        "        // Sample, once for each sample and row: u -> h(u) and its derivatives of order 1, 2, 4, 6.\n",
        "        // Epilogue of argument gradients, once for each row: chain rule to the arguments.\n",
    ] {
        assert!(text.contains(part), "{part}\nis missing from\n{text}");
    }
}

#[test]
fn arguments_make_way_and_are_checked() {
    let text = emit(&logistic(), Precision::F64).expect("fits").rust;
    for part in [
        "check::columns(\"x\", x, dimension)?;",
        "check::rows_agree(&[(\"x\", x.row_count()), (\"row\", row_.len())])?;",
        "check::slice(\"row\", row_)?;",
        "Some(x.columns())",
        "row_[row]",
    ] {
        assert!(text.contains(part), "{part}\nis missing from\n{text}");
    }
}

#[test]
fn single_precision_has_no_double_constants() {
    let text = emit(&logistic(), Precision::F32).expect("fits").rust;
    let splats = text.matches("L::splat(").count();
    let typed =
        text.split("L::splat(").skip(1).filter(|rest| rest.split(')').next().is_some_and(|c| c.ends_with("_f32")));
    assert!(splats > 0);
    assert_eq!(typed.count(), splats);
}

#[test]
fn a_constant_that_does_not_fit_is_a_fault() {
    let function: syn::ItemFn = syn::parse_quote! { fn f(z: f64) -> f64 { (1e60 * z).sin() * 1e-60 + 1e60 * z.cos() } };
    assert!(emit(&function, Precision::F64).is_ok());
    let errors = emit(&function, Precision::F32).expect_err("1e60 has no f32");
    assert!(errors.faults().iter().all(|fault| fault.code == Code::ConstantOutOfRange));
}

#[test]
fn a_type_that_the_prelude_hides_gets_another_name() {
    let mut context = context(Precision::F64);
    context.name = syn::parse_quote!(check);
    let program = program(&logistic());
    let text = emit_estimator(&program, &rules(), &context).expect("fits").rust;
    assert!(text.contains("type ThisEstimator = check;"), "{text}");
    assert!(text.contains("impl Estimator for ThisEstimator {"), "{text}");
}

#[test]
fn a_law_is_its_type_its_traits_and_its_macro() {
    let tokens = emitted_law(&law(), &law_context());
    let file: syn::File = syn::parse2(tokens).expect("the tokens parse");
    let text = prettyplease::unparse(&file);
    for part in [
        "pub struct Laplace<P0 = ::core::primitive::f64, P1 = ::core::primitive::f64> {",
        "impl Law for Laplace<(), ()> {",
        "let d0 = words.exponential();\n",
        "L::splat(b).mul_add(d0 - d1, L::splat(mu))",
        "if !(mu < 2.0 * b) {",
        "const SHAPE: &'static [usize] = &[1];",
        "fn location<N: Analytic>(&[mu, _]: &[f64; 2], _: &mut N::Path) -> N {\n            N::real(mu)\n",
        "fn shape<N: Analytic>(&[_, b]: &[f64; 2], s: N, path: &mut N::Path) -> N {",
        "-(N::real(1.0) - N::real(b).powi(2) * s.powi(2)).ln(path)",
        "fn standard(&[mu, b]: &[f64; 2]) -> (f64, [f64; 2]) {\n            (b, [mu, 1.0])\n",
        "fn jumps(_: &[f64; 2]) -> Option<Vec<f64>> {\n            None\n",
        "fn support(_: &[f64; 2]) -> [f64; 2] {\n            [f64::NEG_INFINITY, f64::INFINITY]\n",
        "type Gradient = Laplace<P0::Gradient, P1::Gradient>;",
        "#[macro_export]",
        "as Laplace;",
    ] {
        assert!(text.contains(part), "{part}\nis missing from\n{text}");
    }
}

/// Constants that `f64` does not hold are widened by intervals, others are exact; only branches need the path.
#[test]
fn a_log_characteristic_function_in_analytic_numbers() {
    let text = |options: TokenStream, body: &str| {
        let item =
            syn::parse_str(&format!("fn f(omega: Frequency, mu: Real) -> LogCf {{ {body} }}")).expect("a function");
        let law = parse_distribution(options, &item).expect("a law");
        let file: syn::File = syn::parse2(emitted_law(&law, &law_context())).expect("the tokens parse");
        let text = prettyplease::unparse(&file);
        let (_, rest) = text.split_once("impl LogCharacteristic for F<()> {").expect("an implementation");
        rest.split_once("\n    }\n").expect("its end").0.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let start = "const SHAPE: &'static [usize] = &";
    let location = "fn location<N: Analytic>(_: &[f64; 1], _: &mut N::Path) -> N { N::real(0.0) }";
    let no_jumps = "fn jumps(_: &[f64; 1]) -> Option<Vec<f64>> { None }";
    let everywhere = "fn support(_: &[f64; 1]) -> [f64; 2] { [f64::NEG_INFINITY, f64::INFINITY] }";
    assert_eq!(
        text(quote! {}, "0.1 * I * mu * omega"),
        format!(
            "{start}[]; fn location<N: Analytic>(&[mu]: &[f64; 1], _: &mut N::Path) -> N {{ N::rounded(0.1) * N::real(mu) }} \
             fn shape<N: Analytic>(_: &[f64; 1], _: N, _: &mut N::Path) -> N {{ N::real(0.0) }} \
             fn standard(&[mu]: &[f64; 1]) -> (f64, [f64; 1]) {{ (1.0, [mu]) }} \
             fn jumps(_: &[f64; 1]) -> Option<Vec<f64>> {{ Some(::std::vec![]) }} {everywhere}"
        )
    );
    assert_eq!(
        text(quote! {}, "(I * mu * omega).exp_m1() / 4"),
        format!(
            "{start}[0]; {location} fn shape<N: Analytic>(&[mu]: &[f64; 1], s: N, _: &mut N::Path) -> N \
             {{ N::real(0.25) * (s * N::real(mu)).exp_m1() }} \
             fn standard(&[mu]: &[f64; 1]) -> (f64, [f64; 1]) {{ (1.0, [mu]) }} \
             fn jumps(&[mu]: &[f64; 1]) -> Option<Vec<f64>> {{ Some(::std::vec![mu]) }} {everywhere}"
        )
    );
    assert_eq!(
        text(quote! { support = 2.0 * mu.. }, "(1 - I * mu * omega).powf(0.3) - 1"),
        format!(
            "{start}[0]; {location} fn shape<N: Analytic>(&[mu]: &[f64; 1], s: N, path: &mut N::Path) -> N \
             {{ (N::real(1.0) - s * N::real(mu)).powf(N::rounded(0.3), path) - N::real(1.0) }} \
             fn standard(&[mu]: &[f64; 1]) -> (f64, [f64; 1]) {{ (1.0, [mu]) }} {no_jumps} \
             fn support(&[mu]: &[f64; 1]) -> [f64; 2] {{ [2.0 * mu, f64::INFINITY] }}"
        )
    );
}

#[test]
fn the_hidden_name_depends_on_tokens_and_position() {
    let name = |context: &LawContext| {
        let text = emitted_law(&law(), context).to_string();
        text.split("__logphi_laplace_").nth(1).expect("a name")[..16].to_owned()
    };
    let here = name(&law_context());
    assert_eq!(here, name(&law_context()));
    assert_ne!(here, name(&LawContext { position: "lib.rs:2:0".to_owned(), ..law_context() }));
    assert_ne!(here, name(&LawContext { options: quote! { sample = mu }, ..law_context() }));
}

#[test]
fn a_faulty_law_keeps_its_paths() {
    let function = proc_macro2::Ident::new("laplace", Span::call_site());
    let text = emit_faulty_law(&function, &law_context()).to_string();
    assert!(text.contains("pub struct Laplace"), "{text}");
    assert!(text.contains("pub b : P1"), "{text}");
    assert!(text.contains("=> { }"), "{text}");
}

#[test]
fn a_term_returns_value_and_derivatives() {
    let item: syn::ItemFn = syn::parse_quote! { fn penalty(b: f64) -> f64 { 3.0 * b.powi(2) } };
    let context = TermContext {
        name: item.sig.ident.clone(),
        vis: item.vis.clone(),
        docs: vec![],
        law: syn::parse_quote!(Laplace),
        runtime: syn::parse_quote!(::logphi),
    };
    let term = parse_term(&item, &law()).expect("a term");
    let tokens = emit_term(&term, &law(), &context).expect("fits");
    let file: syn::File = syn::parse2(tokens).expect("the tokens parse");
    let text = prettyplease::unparse(&file);
    assert!(text.contains("pub const TERM: Term<Laplace<(), ()>> = Term::new(\"penalty\", evaluate);"), "{text}");
    assert!(text.contains("let b = theta[1];\n"), "{text}");
    assert!(text.contains("out[0] = 0.0;\n        out[1] = 6.0 * b;\n        3.0 * b * b\n"), "{text}");
}

#[test]
fn the_rule_as_latex() {
    let text = super::latex::latex(&program(&logistic()), &rules());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], r"\partial_{\mu}\,\mathbb{E} f(z) &= \mathbb{E} f'(z) \\");
    let series = r"2\,b\,\mathbb{E} f''(z) + 2\,b^{3}\,\mathbb{E} f^{(4)}(z)";
    let discarded = r"\left[2\,b^{5}\,\mathbb{E} f^{(6)}(z)\right] + \cdots";
    assert_eq!(lines[2], format!(r"\partial_{{b}}\,\mathbb{{E}} f(z) &= {series} + {discarded}"));
}

#[test]
fn the_report_accounts_for_every_parameter() {
    let report = crate::report::report(&program(&logistic()), &rules(), Precision::F64);
    for line in [
        "Gradient of E f(z), f = f, independent z_j ~ Laplace(mu, b)",
        "mu (real): terminating, exact",
        "  why:  the series in s = iω ends by itself at s^1, so that no order is needed",
        "b (positive): truncated, biased",
        "  ∂_b E f(z) = a_2 E f''(z) + a_4 E f^(4)(z)",
        "  bias: the terms beyond order 4; the first, a_6 E f^(6)(z), is measured in every run",
        "  a_4 = 2 * b^3",
        "  a_6 = 2 * b^5  (discarded)",
        "Must exist: moments of z up to order 4 (6 for the discarded term)",
        "            E f(z), and E f^(n)(z) for n = 1, 2, 4, 6",
    ] {
        assert!(report.lines().any(|found| found == line), "{line}\nis missing from\n{report}");
    }
    assert!(report.lines().all(|line| line.chars().count() <= 100));
}
