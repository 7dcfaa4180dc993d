//! The same bits from any number of threads and any pack width, and from one version to the next.

use std::fmt::Write;

use logphi::laws::{CompoundExponential, Dirac, Exponential, Gamma, Gaussian, Laplace};
use logphi::prelude::*;
use logphi::private::PackWidth;
use logphi::{Run, sample};
use logphi_tests::runs::numbers;

/// A ridge term with two rows of numbers.
#[estimator(distribution = Laplace, order = 8)]
fn ridge(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

/// The same in single precision.
#[estimator(of = ridge, distribution = Laplace, order = 8, precision = f32)]
struct RidgeSingle;

/// Nothing moves: rows are the outer loop.
#[estimator(of = ridge, distribution = Laplace, form = pathwise)]
struct Pathwise;

/// A separable term: coordinates are the outer loop.
#[estimator(distribution = Gamma, form = terminating)]
fn separable(z: &[f64], target: &[f64]) -> f64 {
    z.iter().zip(target).map(|(z, t)| (z - t).powi(3)).sum()
}

/// The same in single precision.
#[estimator(of = separable, distribution = Gamma, form = terminating, precision = f32)]
struct SeparableSingle;

/// The first function, called whole under difference rules: lanes are divided between threads.
#[estimator(of = ridge, distribution = CompoundExponential, opaque)]
struct Whole;

/// The same in single precision.
#[estimator(of = ridge, distribution = CompoundExponential, opaque, precision = f32)]
struct WholeSingle;

/// Two ridge terms and a separable one.
#[estimator(distribution = Gaussian)]
fn mixed(z: &[f64], a: &Matrix, t: &[f64], scale: f64) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum::<f64>()
        + (scale * dot(t, z)).sin()
        + z.iter().map(|z| z.tanh()).sum::<f64>()
}

/// The same in single precision.
#[estimator(of = mixed, distribution = Gaussian, precision = f32)]
struct MixedSingle;

const SAMPLES: [usize; 8] = [1, 2, 31, 50, 1024, 1025, 5000, 70_000];
const WIDTHS: [PackWidth; 3] = [PackWidth::Bits128, PackWidth::Bits256, PackWidth::Bits512];
const THREADS: [usize; 4] = [1, 2, 3, 5];

/// Terms of several coordinates, beside terms of one each.
#[estimator(distribution = Laplace)]
fn interaction(z: &[f64], t: &[f64]) -> f64 {
    let sum: f64 = t.iter().map(|t| (z[0] * (-z[2] * t).exp() - 1.0).powi(2)).sum();
    sum + (z[0] * z[1]).sin() + z.iter().map(|z| z.tanh()).sum::<f64>()
}

#[estimator(of = interaction, distribution = Laplace, precision = f32)]
struct InteractionSingle;

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

fn matrix(rows: usize, columns: usize) -> Matrix {
    let entries = (0..rows * columns).map(|index| (index as f64 * 0.7).sin() * 0.4).collect();
    Matrix::new(rows, columns, entries).expect("it fits")
}

macro_rules! same_bits {
    ($estimator:ident, $law:expr, $arguments:expr) => {
        same_bits!($estimator, &$law, $arguments, SAMPLES);
    };
    ($estimator:ident, $law:expr, $arguments:expr, $samples:expr) => {
        let law = $law;
        for samples in $samples {
            let plain =
                $estimator::estimate(law, $arguments).samples(samples).seed(11).threads(1).run().expect("a run");
            assert!(plain.value.is_finite() && plain.value != 0.0, "{} is a value to compare", plain.value);
            let expected = bits(&numbers(&plain));
            for width in WIDTHS {
                for threads in THREADS {
                    let run = $estimator::estimate(law, $arguments).samples(samples).seed(11);
                    let run = run.threads(threads).pack_width(width).run().expect("a run");
                    let found = bits(&numbers(&run));
                    assert_eq!(found, expected, "{samples} samples, {threads} threads, {width:?}");
                }
            }
        }
    };
}

#[test]
fn ridge_terms_have_the_same_bits() {
    let (x, y) = (matrix(5, 3), [1.0, -1.0, 1.0, 1.0, -1.0]);
    same_bits!(ridge, Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 }, (&x, &y));
}

#[test]
fn ridge_terms_in_single_precision_have_the_same_bits() {
    let (x, y) = (matrix(5, 3), [1.0, -1.0, 1.0, 1.0, -1.0]);
    same_bits!(RidgeSingle, Laplace { mu: 0.1, b: [0.5, 0.6, 0.2] }, (&x, &y));
}

#[test]
fn stencils_at_the_draw_have_the_same_bits() {
    let (x, y) = (matrix(11, 3), [1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0]);
    same_bits!(Pathwise, Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 }, (&x, &y));
}

#[test]
fn interaction_terms_have_the_same_bits() {
    let t = [0.2, 0.9, 1.7];
    same_bits!(interaction, Laplace { mu: [0.3, -0.2, 0.0], b: 0.2 }, &t);
    same_bits!(InteractionSingle, Laplace { mu: [0.3, -0.2, 0.0], b: 0.2 }, &t);
}

#[test]
fn separable_terms_have_the_same_bits() {
    same_bits!(separable, Gamma { k: [0.4, 1.0, 7.5], mu: 1.5 }, &[0.1, 0.2, 0.3]);
}

#[test]
fn separable_terms_in_single_precision_have_the_same_bits() {
    same_bits!(SeparableSingle, Gamma { k: [0.4, 1.0, 7.5], mu: 1.5 }, &[0.1, 0.2, 0.3]);
}

#[test]
fn opaque_functions_have_the_same_bits() {
    let (x, y) = (matrix(5, 3), [1.0, -1.0, 1.0, 1.0, -1.0]);
    let law = CompoundExponential { rate: [0.3, 2.0, 1.0], mu: 0.5 };
    // Enough for tasks that divide the lanes of one leaf and of several, and for tasks of several leaves.
    let samples = [1, 2, 31, 50, 1024, 5000];
    same_bits!(Whole, &law, (&x, &y), samples);
    same_bits!(WholeSingle, &law, (&x, &y), samples);
}

#[test]
fn mixed_terms_have_the_same_bits() {
    let a = matrix(2, 4);
    same_bits!(mixed, Gaussian { mu: 0.3, sigma: 0.8 }, (&a, &[0.5, 0.2, -0.1, 0.9], 1.25));
}

#[test]
fn mixed_terms_in_single_precision_have_the_same_bits() {
    let a = matrix(2, 4);
    same_bits!(MixedSingle, Gaussian { mu: 0.3, sigma: 0.8 }, (&a, &[0.5, 0.2, -0.1, 0.9], 1.25));
}

#[test]
fn argument_gradients_have_the_same_bits() {
    let (a, t) = (matrix(2, 4), [0.5, 0.2, -0.1, 0.9]);
    let law = Gaussian { mu: 0.3, sigma: 0.8 };
    let gradient = |width, threads| {
        let run = mixed::estimate(&law, (&a, &t, 1.25)).samples(5000).seed(3).with_argument_gradients();
        let run = run.threads(threads).pack_width(width).run().expect("a run");
        let (a, t, scale) = run.argument_gradient.expect("asked for");
        bits(&[a.as_slice(), &t, &[scale]].concat())
    };
    let expected = gradient(PackWidth::Bits128, 1);
    for width in WIDTHS {
        for threads in THREADS {
            assert_eq!(gradient(width, threads), expected, "{threads} threads, {width:?}");
        }
    }
}

#[test]
fn what_else_is_asked_for_changes_no_bit() {
    let a = matrix(2, 4);
    let law = Gaussian { mu: [0.3, 0.1, -0.2, 0.5], sigma: 0.8 };
    let build = || mixed::estimate(&law, (&a, &[0.5, 0.2, -0.1, 0.9], 1.25)).samples(5000).seed(3);
    let result = |run: Run<mixed, _>| -> Vec<u64> {
        let gradient: Gaussian<Vec<f64>, f64> = run.gradient;
        bits(&[&[run.value, gradient.sigma], gradient.mu.as_slice()].concat())
    };
    let plain = result(build().run().expect("a run"));
    assert_eq!(result(build().standard_errors(false).run().expect("a run")), plain);
    assert_eq!(result(build().with_argument_gradients().run().expect("a run")), plain);
    let both = build().with_argument_gradients().standard_errors(false);
    assert_eq!(result(both.run().expect("a run")), plain);
}

#[test]
fn a_stream_repeats_and_the_next_step_differs() {
    let law = Laplace { mu: 0.3, b: 0.5 };
    let (x, y) = (matrix(5, 3), [1.0, -1.0, 1.0, 1.0, -1.0]);
    let run =
        |stream| numbers(&ridge::estimate(&law, (&x, &y)).samples(100).seed(7).stream(stream).run().expect("a run"));
    assert_eq!(run(4), run(4));
    assert_ne!(run(4), run(5));
    let mut prepared = ridge::prepare(&law, (&x, &y)).samples(100).seed(7).stream(4).build().expect("valid");
    assert_eq!(numbers(prepared.step(&law).expect("a run")), run(4));
    let next = prepared.step(&law).expect("a run");
    assert_eq!(next.stream, 5);
    assert_eq!(numbers(next), run(5));
}

#[test]
fn without_a_seed_runs_differ_and_record_theirs() {
    let law = Gaussian { mu: 0.3, sigma: 0.8 };
    let a = matrix(2, 4);
    let arguments = || (&a, &[0.5, 0.2, -0.1, 0.9][..], 1.25);
    let first = mixed::estimate(&law, arguments()).samples(10).run().expect("a run");
    let second = mixed::estimate(&law, arguments()).samples(10).run().expect("a run");
    assert_ne!(first.seed, second.seed);
    let again = mixed::estimate(&law, arguments()).samples(10).seed(first.seed).run().expect("a run");
    assert_eq!(numbers(&again), numbers(&first));
}

/// One entry of the draw.
#[estimator(distribution = Gamma, form = terminating)]
fn entry(z: &[f64], unit: &[f64]) -> f64 {
    dot(unit, z)
}

/// The same in single precision.
#[estimator(of = entry, distribution = Gamma, form = terminating, precision = f32)]
struct EntrySingle;

#[test]
fn sample_gives_the_draws_that_estimators_see() {
    let law = Gamma { k: [0.4, 2.5], mu: 1.5 };
    for stream in 0..50 {
        let draws = sample(&law).samples(2).seed(9).stream(stream).matrix().expect("draws");
        let mut single = [0.0_f32; 4];
        sample(&law).samples(2).seed(9).stream(stream).fill(&mut single).expect("draws");
        for (coordinate, unit) in [[1.0, 0.0], [0.0, 1.0]].iter().enumerate() {
            let run = entry::estimate(&law, unit).samples(2).seed(9).stream(stream).run().expect("a run");
            assert_eq!(run.value, (draws.get(0, coordinate) + draws.get(1, coordinate)) / 2.0);
            let run = EntrySingle::estimate(&law, unit).samples(2).seed(9).stream(stream).run().expect("a run");
            let (first, second) = (f64::from(single[2 * coordinate]), f64::from(single[2 * coordinate + 1]));
            assert_eq!(run.value, (first + second) / 2.0);
        }
    }
}

#[estimator(distribution = Gaussian)]
fn gaussian_softplus(z: f64) -> f64 {
    softplus(z)
}

#[estimator(of = gaussian_softplus, distribution = Dirac)]
struct DiracSoftplus;

#[estimator(of = gaussian_softplus, distribution = Laplace, order = 4)]
struct LaplaceSoftplus;

#[estimator(of = gaussian_softplus, distribution = Gamma, order = 4)]
struct GammaSoftplus;

#[estimator(of = gaussian_softplus, distribution = Exponential, order = 4)]
struct ExponentialSoftplus;

/// The bits of small runs, one for each law, are part of the contract: the layout of the counter, the samplers, the
/// elementary functions and the order of additions all enter them.
#[test]
fn bits_are_those_of_the_last_version() {
    let mut text =
        String::from("# bits of value, its standard error, gradients with theirs, terms; 1500 samples, seed 2020\n");
    macro_rules! line {
        ($name:literal, $estimator:ident, $law:expr) => {
            let law = $law;
            let run = $estimator::estimate(&law, ()).samples(1500).seed(2020).run().expect("a run");
            write!(text, "{}", $name).expect("memory");
            for bits in bits(&numbers(&run)) {
                write!(text, " {bits:016x}").expect("memory");
            }
            text.push('\n');
        };
    }
    line!("dirac", DiracSoftplus, Dirac { a: 0.75 });
    line!("gaussian", gaussian_softplus, Gaussian { mu: 0.3, sigma: 0.9 });
    line!("laplace", LaplaceSoftplus, Laplace { mu: 0.2, b: 0.7 });
    line!("gamma", GammaSoftplus, Gamma { k: 2.5, mu: 1.5 });
    line!("exponential", ExponentialSoftplus, Exponential { rate: 2.0 });
    logphi_tests::golden::check("stability.txt", &text);
}
