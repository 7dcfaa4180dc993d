//! The oracle of every test is the same function, compiled by rustc.

use super::super::function::parse_function;
use super::super::interpreter::{
    MadeUp, Matrix, dot, evaluate_function, log_sigmoid, noise, sigmoid, softplus, underlined,
};
use crate::errors::Code;
use crate::ir::display::{Leaves, infix};
use crate::ir::{Function, Rows, verify::verify_function};

fn parse(source: &str) -> Function {
    let item = syn::parse_str(source).expect("a function");
    parse_function(&item).unwrap_or_else(|errors| panic!("{:#?}", errors.faults()))
}

/// Compares the normal form of the function with the function itself at several points.
macro_rules! same {
    ($(#[$doc:meta])* fn $name:ident($draw:ident: $kind:ty $(, $argument:ident: $argument_kind:ty)* $(,)?) -> f64 $body:block) => {{
        fn $name($draw: $kind $(, $argument: $argument_kind)*) -> f64 $body
        let source = stringify!(fn $name($draw: $kind $(, $argument: $argument_kind)*) -> f64 $body);
        let function = parse(source);
        assert_eq!(verify_function(&function), Ok(()), "{source}");
        for seed in 1..6 {
            let numbers = noise(64, seed);
            let draw = <$kind as MadeUp>::take(&numbers, 0);
            let sites = &mut (1..8);
            $( let $argument = <$argument_kind as MadeUp>::take(&numbers, sites.next().expect("a site")); )*
            let _ = sites;
            let expected = $name(<$kind as MadeUp>::lend(&draw) $(, <$argument_kind as MadeUp>::lend(&$argument))*);
            let data = [$(<$argument_kind as MadeUp>::datum(&$argument)),*];
            let coordinates = <$kind as MadeUp>::coordinates(&draw);
            let found = evaluate_function(&function, &coordinates, &data);
            assert!(
                (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{found} is not {expected} for {source}"
            );
        }
        function
    }};
}

/// Slope, offset and function of a ridge as text.
fn ridge(function: &Function, index: usize) -> [String; 3] {
    let leaves = Leaves::of_function(function);
    let ridge = &function.normal_form.ridges[index];
    [&ridge.slope, &ridge.offset, &ridge.function].map(|graph| infix(graph, graph.output(), &leaves))
}

fn separable(function: &Function) -> String {
    let separable = function.normal_form.separable.as_ref().expect("a separable term");
    infix(&separable.function, separable.function.output(), &Leaves::of_function(function))
}

#[test]
fn logistic_regression_absorbs_the_label_in_the_slope() {
    let function = same! {
        fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
            x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
        }
    };
    assert_eq!(ridge(&function, 0), ["y[o] * x[o, j]", "0", "log_sigmoid(u)"]);
    assert_eq!(function.normal_form.ridges[0].rows, Rows::Along(vec![0, 1]));
    assert!(function.normal_form.separable.is_none() && function.normal_form.constant.outputs.is_empty());
}

#[test]
fn toy_problems_are_separable() {
    let squares = same! {
        fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
            z.iter().map(|z| (z - epsilon).powi(2)).sum()
        }
    };
    assert_eq!(separable(&squares), "(z - epsilon)^2");
    assert!(squares.normal_form.ridges.is_empty());
    let decay = same! {
        fn decay(z: &[f64], epsilon: f64) -> f64 {
            z.iter().map(|z| (-epsilon * z).exp()).sum()
        }
    };
    assert_eq!(separable(&decay), "exp(-z * epsilon)");
}

#[test]
fn rows_of_a_matrix() {
    let log_sum = same! {
        fn log_sum(z: &[f64], a: &Matrix) -> f64 { a.rows().map(|row| softplus(dot(row, z))).sum() }
    };
    assert_eq!(ridge(&log_sum, 0), ["a[o, j]", "0", "softplus(u)"]);
    let quadratic = same! {
        fn quadratic_form(p: &[f64], a: &Matrix) -> f64 { a.rows().map(|row| dot(row, p).powi(2)).sum() }
    };
    assert_eq!(ridge(&quadratic, 0), ["a[o, j]", "0", "u^2"]);
}

#[test]
fn offsets_and_scales_move_into_the_argument() {
    let shifted = same! { fn f(z: &[f64], a: &[f64]) -> f64 { (2.0 * dot(a, z) - 1.0).powi(2) } };
    assert_eq!(ridge(&shifted, 0), ["2 * a[j]", "-1", "u^2"]);
    let with_bias = same! {
        fn f(z: &[f64], w: &Matrix, bias: &[f64], x: &[f64], n: f64) -> f64 {
            let total: f64 = w
                .rows()
                .zip(bias)
                .zip(x)
                .map(|((row, b), x)| {
                    let u = dot(row, z) + b;
                    x * log_sigmoid(u) + (1.0 - x) * log_sigmoid(-u)
                })
                .sum();
            -0.5 * total / n
        }
    };
    assert_eq!(with_bias.normal_form.ridges.len(), 1);
    assert_eq!(ridge(&with_bias, 0)[..2], ["w[o, j]", "bias[o]"]);
}

#[test]
fn multiples_by_data_share_the_unscaled_argument() {
    let function = same! {
        fn f(w: &[f64], x: &Matrix, y: &[f64], t: &[f64]) -> f64 {
            x.rows()
                .zip(y.iter().zip(t))
                .map(|(row, (y, t))| softplus(y * dot(row, w)) * (t * dot(w, row) - 3.0).exp())
                .sum()
        }
    };
    assert_eq!(ridge(&function, 0)[..2], ["x[o, j]", "0"]);
}

#[test]
fn sums_of_several_kinds_are_told_apart() {
    let function = same! {
        fn f(z: &[f64], a: &[f64], b: &[f64], x: &Matrix, c: f64) -> f64 {
            let ridge = dot(a, z).sin() + dot(a, z) * c;
            let both = x.rows().map(|row| softplus(dot(z, row)) + 1.0).sum::<f64>()
                - z.iter().zip(b).map(|(&z, b)| b * z.exp() + z).sum::<f64>();
            ridge + c * both / 2.0 + c.ln_1p().abs()
        }
    };
    let form = &function.normal_form;
    assert_eq!((form.ridges.len(), form.constant.outputs.len()), (2, 1));
    assert_eq!(form.separable.as_ref().map(|term| term.along.clone()), Some(vec![1]));
}

#[test]
fn affine_functions_are_ridges_unless_a_separable_term_is_there() {
    let affine = same! { fn f(z: &[f64], a: &[f64], c: f64) -> f64 { dot(a, z) + c } };
    assert_eq!(ridge(&affine, 0), ["a[j]", "0", "u"]);
    assert_eq!(affine.normal_form.constant.outputs.len(), 1);
    let mixed = same! { fn f(z: &[f64], a: &[f64]) -> f64 { dot(a, z) + z.iter().map(|z| z.powi(3)).sum::<f64>() } };
    assert!(mixed.normal_form.ridges.is_empty());
    let total = same! { fn f(z: &[f64]) -> f64 { z.iter().sum() } };
    assert_eq!(ridge(&total, 0), ["1", "0", "u"]);
    let centred = same! { fn f(z: &[f64], m: &[f64]) -> f64 { z.iter().zip(m).map(|(z, m)| m * (z - m)).sum() } };
    assert!(centred.normal_form.ridges.is_empty());
}

#[test]
fn single_numbers() {
    let function = same! { fn f(z: f64, a: f64) -> f64 { z * (a * z).sin() + a / (1.0 + z * z) - 2.0 } };
    assert_eq!(function.normal_form.ridges.len(), 0);
    assert!(!function.vector);
    let rows = same! {
        fn f(z: f64, x: &[f64], y: &[f64]) -> f64 {
            z.exp() + x.iter().zip(y).map(|(x, y)| sigmoid(x * z + y)).sum::<f64>()
        }
    };
    assert_eq!(ridge(&rows, 0), ["x[o]", "y[o]", "sigmoid(u)"]);
    assert_eq!(separable(&rows), "exp(z)");
}

#[test]
fn coordinates_by_number() {
    let function = same! { fn f(z: &[f64]) -> f64 { (2.0 * z[0] - z[2]).powi(2) + z[1].cos() * 3.0 } };
    assert_eq!(ridge(&function, 0)[2], "u^2");
    assert_eq!(ridge(&function, 1), ["[j = 1]", "0", "3 * cos(u)"]);
}

/// Rows, coordinates and function of an interaction term as text.
fn interaction(function: &Function, index: usize) -> (Rows, Vec<usize>, String) {
    let term = &function.normal_form.interactions[index];
    let leaves = Leaves::of_function(function).with_coordinates(&term.coordinates);
    (term.rows.clone(), term.coordinates.clone(), infix(&term.function, term.function.output(), &leaves))
}

#[test]
fn several_coordinates_that_are_named_interact() {
    let valley = same! {
        fn f(z: &[f64], a: f64) -> f64 { (1.0 - z[0]).powi(2) + a * (z[2] - z[0].powi(2)).powi(2) }
    };
    assert_eq!(valley.normal_form.ridges.len(), 1);
    assert_eq!(interaction(&valley, 0), (Rows::One, vec![0, 2], "a * (z[2] - z[0]^2)^2".to_owned()));
    let curve = same! {
        fn f(z: &[f64], t: &[f64], y: &[f64]) -> f64 {
            t.iter().zip(y).map(|(t, y)| (y - z[0] * (-z[1] * t).exp()).powi(2)).sum::<f64>() / 3.0 + (z[1] * z[2]).sin()
        }
    };
    let (rows, coordinates, _) = interaction(&curve, 0);
    assert_eq!((rows, coordinates), (Rows::Along(vec![0, 1]), vec![0, 1]));
    assert_eq!(interaction(&curve, 1), (Rows::One, vec![1, 2], "sin(z[1] * z[2])".to_owned()));
}

#[test]
fn terms_of_the_same_rows_share_an_interaction() {
    let function = same! { fn f(z: &[f64]) -> f64 { z[0] * z[1] + z[1] * z[2] - (z[0] * z[2]).exp() } };
    assert_eq!(function.normal_form.interactions.len(), 1);
    assert_eq!(function.normal_form.interactions[0].coordinates, [0, 1, 2]);
}

#[test]
fn sums_over_slices_with_a_joint_argument() {
    let function = same! {
        fn f(w: &[f64], x: &[f64], y: &[f64]) -> f64 { y.iter().map(|y| log_sigmoid(y * dot(x, w))).sum() }
    };
    assert_eq!(ridge(&function, 0)[0], "y[o] * x[j]");
    let lengths = same! { fn f(z: &[f64], y: &[f64]) -> f64 { dot(z, z) + y.iter().map(|y| y * y).sum::<f64>() } };
    assert_eq!(ridge(&lengths, 0)[0], "0");
    assert_eq!(lengths.normal_form.ridges[0].rows, Rows::Along(vec![0]));
}

#[test]
fn every_form_of_iteration_reads_the_same() {
    let function = same! {
        fn f(z: &[f64], t: &[f64], s: &[f64]) -> f64 {
            z.iter().zip(t.iter()).zip(s).map(|((z, t), s)| (z - t) * s * z).sum::<f64>()
                + t.iter().zip(z).map(|(t, &z)| t.mul_add(z.tanh(), *t)).sum::<f64>()
                + z.iter().copied().map(f64::exp).map(|e| e.recip()).sum::<f64>()
                + z.iter().zip(t.iter().zip(s)).map(|(z, (t, _s))| f64::powi(*z, 2) + t + _s).sum::<f64>()
        }
    };
    assert!(function.normal_form.ridges.is_empty());
}

fn refuse(source: &str) -> Vec<(Code, String)> {
    let item = syn::parse_str(source).expect("a function");
    underlined(&parse_function(&item).expect_err("outside the normal form"))
}

#[test]
fn the_smallest_expression_outside_the_normal_form_is_named() {
    for (source, guilty) in [
        (
            "fn f(z: &[f64], a: &[f64], b: &[f64]) -> f64 { 1.0 + dot(a, z).exp() * dot(b, z) }",
            "dot(a, z).exp() * dot(b, z)",
        ),
        (
            "fn f(z: &[f64], a: &[f64], b: &[f64]) -> f64 { (dot(a, z).exp() + dot(b, z).exp()).ln() }",
            "dot(a, z).exp() + dot(b, z).exp()",
        ),
        (
            "fn f(z: &[f64]) -> f64 { 2.0 * z.iter().map(|z| z * z).sum::<f64>().sqrt() }",
            "z.iter().map(|z| z * z).sum::<f64>().sqrt()",
        ),
        ("fn f(z: &[f64]) -> f64 { let m: f64 = z.iter().sum(); z.iter().map(|z| (z - m).powi(2)).sum() }", "z - m"),
        (
            "fn f(z: &[f64]) -> f64 { z.iter().map(|x| z.iter().map(|y| x * y).sum::<f64>()).sum() }",
            "z.iter().map(|y| x * y).sum::<f64>()",
        ),
        (
            "fn f(z: &[f64], x: &Matrix) -> f64 { x.rows().zip(z).map(|(row, z)| z * dot(row, z)).sum() }",
            "x.rows().zip(z).map(|(row, z)| z * dot(row, z)).sum()",
        ),
        (
            "fn f(z: &[f64], x: &Matrix) -> f64 { x.rows().map(|row| row.iter().zip(z).map(|(x, z)| (z - x).powi(2)).sum::<f64>()).sum() }",
            "row.iter().zip(z).map(|(x, z)| (z - x).powi(2)).sum::<f64>()",
        ),
        (
            "fn f(z: f64, y: &[f64]) -> f64 { y.iter().map(|y| y * z).sum::<f64>().exp() }",
            "y.iter().map(|y| y * z).sum::<f64>().exp()",
        ),
        ("fn f(z: &[f64], a: &[f64]) -> f64 { (dot(a, a) * dot(a, z)).exp() }", "dot(a, a)"),
        ("fn f(z: &[f64], a: &[f64]) -> f64 { z[0] * dot(a, z) }", "z[0] * dot(a, z)"),
        (
            "fn f(z: &[f64], m: &[f64]) -> f64 { z.iter().zip(m).map(|(z, m)| m * (z - m)).sum::<f64>().sin() }",
            "z.iter().zip(m).map(|(z, m)| m * (z - m)).sum::<f64>()",
        ),
    ] {
        assert_eq!(refuse(source), [(Code::NotNormalForm, guilty.to_owned())], "{source}");
    }
}

#[test]
fn a_division_by_data_that_cancels_is_not_lost() {
    let function = same! { fn f(z: &[f64], a: &[f64], c: f64) -> f64 { (dot(a, z) / c + c).exp() - dot(a, z) * 0.5 } };
    assert_eq!(function.normal_form.ridges.len(), 1);
}

#[test]
fn methods_and_functions_are_one_thing() {
    let graphs = ["z.tanh().powi(-1) - z.powf(3.0)", "f64::powi(f64::tanh(z), -1) - f64::powf(z, 3.0)"].map(|body| {
        let function = parse(&format!("fn t(z: f64) -> f64 {{ {body} }}"));
        function.normal_form.separable.expect("a separable term").function
    });
    assert_eq!(graphs[0], graphs[1]);
    assert_eq!(infix(&graphs[0], graphs[0].output(), &Leaves::default()), "1 / tanh(z) - z^3");
}
