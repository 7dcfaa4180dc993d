//! Elementary functions and draws, one number at a time.

use std::sync::LazyLock;

use logphi::draw::{Key, Words};
use logphi::private::prelude::{Lane, Scalar};

use super::driver::{Bytes, Program, compare};

static PROGRAM: LazyLock<Program> =
    LazyLock::new(|| Program::compile("functions", include_str!("../shim/functions.cpp")));

const FUNCTIONS: u64 = 26;

/// The function with this number in `functions.cpp`.
fn function<L: Lane>(index: u64, x: L, y: L) -> L {
    match index {
        0 => x.exp(),
        1 => x.exp_m1(),
        2 => x.ln(),
        3 => x.ln_1p(),
        4 => x.sin(),
        5 => x.cos(),
        6 => x.tan(),
        7 => x.atan(),
        8 => x.sinh(),
        9 => x.cosh(),
        10 => x.tanh(),
        11 => x.sigmoid(),
        12 => x.log_sigmoid(),
        13 => x.softplus(),
        14 => x.powf(y),
        15 => x.logistic()[0],
        16 => x.logistic()[1],
        17 => x.logistic()[2],
        18 => x.minimum(y),
        19 => x.maximum(y),
        20 => x.sign(),
        21 => x.sqrt(),
        22 => x.recip(),
        23 => x.powi(-3) + y.powi(6),
        24 => x.abs(),
        _ => x.mul_add(y, x),
    }
}

fn map<S: Scalar>(x: &[S], y: &[S], of: impl Fn(S::Narrow, S::Narrow) -> S::Narrow) -> Vec<S> {
    let width = S::Narrow::WIDTH;
    let mut out = vec![S::ZERO; x.len()];
    for ((out, x), y) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(y.chunks_exact(width)) {
        of(S::Narrow::load(x), S::Narrow::load(y)).store(out);
    }
    out
}

/// A sequence without a pattern that matters (Knuth's multiplier).
fn scrambled(index: u64) -> u64 {
    let x = index.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Specials, every kind of bit pattern, and numbers of usual size.
fn points<S: Scalar>(count: usize, from_bits: impl Fn(u64) -> S) -> Vec<S> {
    const SPECIAL: [f64; 26] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        3.0,
        -3.0,
        1e-300,
        5e-324,
        1e-40,
        1e-45,
        1e5,
        -123456.75,
        1e7,
        1e30,
        -1e30,
        88.5,
        -87.2,
        709.5,
        -708.4,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        2.2250738585072014e-308,
    ];
    let mut points: Vec<S> = SPECIAL.map(S::from_f64).to_vec();
    // Every special with every other when the second sequence is shifted by one for each round.
    points.extend((0..26 * 26).map(|index| S::from_f64(SPECIAL[(index + index / 26) % 26])));
    let usual = |index: u64| (scrambled(index) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
    for index in points.len() as u64..count as u64 {
        points.push(match index % 4 {
            0 => from_bits(scrambled(index)),
            1 => S::from_f64(8.0 * usual(index)),
            2 => S::from_f64(200.0 * usual(index)),
            _ => S::from_f64((700.0 * usual(index)).exp()),
        });
    }
    points
}

fn check_functions<S: Bytes>(name: &str, from_bits: impl Fn(u64) -> S) {
    let x = points(1 << 20, from_bits);
    let y: Vec<S> = (0..x.len()).map(|at| if at < 702 { x[at % 26] } else { x[(at * 7 + 1) % x.len()] }).collect();
    for index in 0..FUNCTIONS {
        let mut input = Vec::new();
        for number in [0, S::SIZE as u64, index, x.len() as u64] {
            input.extend_from_slice(&number.to_ne_bytes());
        }
        S::write(&x, &mut input);
        S::write(&y, &mut input);
        let device = S::read(&PROGRAM.run(&format!("{name}_{index}"), &input));
        let processor = map(&x, &y, |x, y| function(index, x, y));
        let at = (0..x.len()).find(|&at| device[at].bits() != processor[at].bits());
        let point = at.map(|at| (x[at], y[at]));
        compare(&format!("function {index} at {point:?}"), &device, &processor);
    }
}

#[test]
fn elementary_functions_in_single_precision() {
    check_functions::<f32>("single", |bits| f32::from_bits(bits as u32));
}

#[test]
fn elementary_functions_in_double_precision() {
    check_functions::<f64>("double", f64::from_bits);
}

/// The draw with this number in `functions.cpp`.
fn draw<L: Lane>(index: u64, words: &mut Words<L>, a: L, b: L) -> L {
    match index {
        0 => words.uniform(),
        1 => words.exponential() + words.exponential(),
        2 => words.normal() - L::constant(2.0) * words.normal() + words.normal(),
        3 => words.gamma(1, a),
        4 => words.loggamma(2, a),
        5 => words.bernoulli(a),
        6 => words.geometric(a),
        7 => words.logarithmic(a),
        8 => words.inverse_gaussian(a, b),
        9 => words.beta(3, a, b),
        10 => words.binomial(4, a, b),
        11 => words.poisson(5, a),
        12 => words.trigamma_mixture(6, a),
        13 => words.zeta_mixture(7),
        _ => {
            let mut copies = words.compound(8, a);
            while let Some(mut words) = copies.next_copy() {
                let normal = words.normal();
                copies.add(normal * words.gamma(1, b));
            }
            copies.sum()
        }
    }
}

/// Draws with their parameters: usual ones, ends of the domain and beyond it.
const DRAWS: &[(u64, f64, f64)] = &[
    (0, 0.0, 0.0),
    (1, 0.0, 0.0),
    (2, 0.0, 0.0),
    (3, 0.001, 0.0),
    (3, 0.3, 0.0),
    (3, 1.0, 0.0),
    (3, 2.5, 0.0),
    (3, 1e6, 0.0),
    (3, 0.0, 0.0),
    (3, -1.0, 0.0),
    (3, f64::INFINITY, 0.0),
    (4, 0.001, 0.0),
    (4, 0.9, 0.0),
    (4, 7.0, 0.0),
    (4, 0.0, 0.0),
    (5, 0.3, 0.0),
    (5, 0.999, 0.0),
    (5, 0.0, 0.0),
    (5, 1.0, 0.0),
    (5, 1.5, 0.0),
    (6, 0.01, 0.0),
    (6, 1.0, 0.0),
    (6, 0.0, 0.0),
    (7, 0.99, 0.0),
    (7, 0.0, 0.0),
    (7, 0.3, 0.0),
    (7, 1.0, 0.0),
    (8, 1.0, 2.0),
    (8, 1e4, 1e9),
    (8, -1.0, 1.0),
    (9, 0.3, 2.5),
    (9, 0.001, 0.001),
    (9, 2.0, 0.5),
    (9, 2.0, 3.0),
    (9, 0.0, 1.0),
    (10, 30.0, 0.2),
    (10, 30.0, 0.9),
    (10, 1e4, 0.3),
    (10, 100.0, 0.85),
    (10, 0.0, 0.5),
    (10, 5.0, 1.0),
    (10, 5.0, 1.5),
    (11, 0.0, 0.0),
    (11, 0.7, 0.0),
    (11, 6.5, 0.0),
    (11, 10.0, 0.0),
    (11, 1e3, 0.0),
    (11, -1.0, 0.0),
    (12, 3.0, 0.0),
    (12, 0.01, 0.0),
    (12, 1e4, 0.0),
    (12, 0.0, 0.0),
    (13, 0.0, 0.0),
    (14, 2.0, 0.5),
    (14, 7.0, 3.0),
    (14, 0.0, 1.0),
    (14, -1.0, 1.0),
];

fn check_draws<S: Bytes>(name: &str) {
    const SAMPLES: u64 = 1 << 14;
    // Across the end of the lower 32 bits of the sample.
    let (seed, first, coordinate) = (42_u64, (3_u64 << 32) - (SAMPLES / 2), 9_u32);
    for &(index, a, b) in DRAWS {
        let mut input = Vec::new();
        for number in [1, S::SIZE as u64, index, SAMPLES, seed, first, u64::from(coordinate)] {
            input.extend_from_slice(&number.to_ne_bytes());
        }
        S::write(&[S::from_f64(a), S::from_f64(b)], &mut input);
        let device = S::read(&PROGRAM.run(&format!("draw_{name}"), &input));
        let mut processor = vec![S::ZERO; SAMPLES as usize];
        for (pack, out) in processor.chunks_exact_mut(S::Narrow::WIDTH).enumerate() {
            let sample = first + (pack * S::Narrow::WIDTH) as u64;
            let mut words = Words::<S::Narrow>::new(Key::new(seed, 1), sample, coordinate);
            draw(index, &mut words, S::Narrow::constant(a), S::Narrow::constant(b)).store(out);
        }
        compare(&format!("draw {index} with {a} and {b}"), &device, &processor);
    }
}

#[test]
fn draws_in_single_precision() {
    check_draws::<f32>("single");
}

#[test]
fn draws_in_double_precision() {
    check_draws::<f64>("double");
}
