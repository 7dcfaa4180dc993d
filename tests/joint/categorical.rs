//! Categorical variables against sums over all of their states.

use logphi::laws::{Bernoulli, Categorical};
use logphi::prelude::*;
use logphi::private::PackWidth;
use logphi::{EstimateError, Run, sample};

use super::{SCHEDULES, bits, check};

/// Ridge terms of two kinds and a separable one.
#[estimator(distribution = Categorical)]
pub(super) fn mixed(z: &OneHot, weights: &Matrix, bias: &[f64], x: &[f64], t: &[f64]) -> f64 {
    weights.rows().zip(bias).zip(x).map(|((row, b), x)| log_bernoulli(x, dot(row, z) + b)).sum::<f64>()
        + (0.3 * dot(t, z)).exp()
        + z.iter().zip(t).map(|(z, t)| (z * t).sin() + (z - t).powi(2)).sum::<f64>()
}

#[estimator(of = mixed, distribution = Categorical, precision = f32, packs = portable)]
struct MixedSingle;

#[estimator(of = mixed, distribution = Categorical, opaque, packs = portable)]
struct OpaqueMixed;

/// Not in normal form: two variables, with a table of values.
#[estimator(distribution = Categorical, opaque, packs = portable)]
fn looked_up(z: &OneHot, table: &Matrix) -> f64 {
    if z.state(0) == z.state(1) { 0.5 } else { table.row(z.state(0))[z.state(1)] }
}

/// A function of bits, and the same of categorical variables with two states.
#[estimator(distribution = Bernoulli, packs = portable)]
fn of_bits(z: &[f64], a: &[f64]) -> f64 {
    z.iter().zip(a).map(|(z, a)| (a * z - 0.3).tanh()).sum::<f64>() + 0.1 * dot(a, z)
}

#[estimator(distribution = Categorical, packs = portable)]
fn of_two_states(z: &OneHot, a: &[f64], present: &[f64]) -> f64 {
    z.iter().zip(a).zip(present).map(|((z, a), present)| present * (a * z - 0.3).tanh()).sum::<f64>() + 0.1 * dot(a, z)
}

/// Four variables of three states, and arguments without pattern.
struct Problem {
    p: Matrix,
    weights: Matrix,
    bias: Vec<f64>,
    x: Vec<f64>,
    t: Vec<f64>,
}

const VARIABLES: usize = 4;
const STATES: usize = 3;
const COORDINATES: usize = VARIABLES * STATES;

impl Problem {
    fn new() -> Self {
        let mut state = 0.7_f64;
        let mut number = || {
            state = (state * 997.0 + 0.123).fract();
            2.0 * state - 1.0
        };
        let mut p = Matrix::zeros(VARIABLES, STATES);
        for (variable, row) in p.as_mut_slice().chunks_exact_mut(STATES).enumerate() {
            row.fill_with(|| (number() * (1.0 + variable as f64 / 3.0)).exp());
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|p| *p /= sum);
        }
        let mut weights = Matrix::zeros(9, COORDINATES);
        weights.as_mut_slice().fill_with(|| 2.0 * number());
        let bias = (0..9).map(|_| number()).collect();
        let x = (0..9).map(|_| f64::from(u8::from(number() > 0.0))).collect();
        let t = (0..COORDINATES).map(|_| 1.5 * number()).collect();
        Self { p, weights, bias, x, t }
    }

    fn arguments(&self) -> (&Matrix, &[f64], &[f64], &[f64]) {
        (&self.weights, &self.bias, &self.x, &self.t)
    }

    fn value(&self, z: &OneHot) -> f64 {
        mixed(z, &self.weights, &self.bias, &self.x, &self.t)
    }
}

/// `E f` and its gradient, over all states: `E[f; z_j = k] / p_jk - E f`, entry by entry.
fn enumerate(p: &Matrix, f: impl Fn(&OneHot) -> f64) -> (f64, Vec<f64>) {
    let (variables, states) = (p.row_count(), p.columns());
    let (mut value, mut conditional) = (0.0, vec![0.0; variables * states]);
    for index in 0..states.pow(variables as u32) {
        let chosen: Vec<usize> = (0..variables).map(|j| index / states.pow(j as u32) % states).collect();
        let mut entries = vec![0.0; variables * states];
        chosen.iter().enumerate().for_each(|(j, k)| entries[j * states + k] = 1.0);
        let here = f(&OneHot::new(&entries, states).expect("one-hot"));
        let all_but = |out: Option<usize>| -> f64 {
            (0..variables).filter(|j| Some(*j) != out).map(|j| p.row(j)[chosen[j]]).product()
        };
        value += here * all_but(None);
        for (j, k) in chosen.iter().enumerate() {
            conditional[j * states + k] += here * all_but(Some(j));
        }
    }
    (value, conditional.into_iter().map(|conditional| conditional - value).collect())
}

fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{what}: {found}, expected {expected}");
}

#[test]
fn sums_over_all_states_are_met() {
    let problem = Problem::new();
    let (value, gradient) = enumerate(&problem.p, |z| problem.value(z));
    let law = Categorical { p: &problem.p };
    let run = mixed::estimate(&law, problem.arguments()).samples(30_000).seed(3).run().expect("valid");
    check(&run, value, &[&gradient], 0.05, "in normal form");
    let run = MixedSingle::estimate(&law, problem.arguments()).samples(30_000).seed(4).run().expect("valid");
    check(&run, value, &[&gradient], 0.05, "in single precision");
    let run = OpaqueMixed::estimate(&law, problem.arguments()).samples(10_000).seed(5).run().expect("valid");
    check(&run, value, &[&gradient], 0.05, "only called");
}

#[test]
fn the_rule_can_be_read() {
    for line in [
        "Gradient of E f(z), f = mixed, independent z_j ~ Categorical(p)",
        "p (simplex): discrete, exact",
        "  ∂_p[j, k] E f(z) = E[f(z: z_j = e_k) - Σ_m p[j, m] f(z: z_j = e_m)]",
        "Must exist: f at every joint state of the variables",
        "    S R d updates of a ridge argument for S samples and R rows; of each:",
    ] {
        assert!(mixed::RULE.lines().any(|found| found == line), "no line `{line}` in\n{}", mixed::RULE);
    }
    let calls = "opaque: f is called whole, 1 + d times, fewer since a state may be the draw's own";
    assert!(OpaqueMixed::RULE.contains(calls), "{}", OpaqueMixed::RULE);
    let latex = "&= \\mathbb{E}\\left[f(z_{-j}, e_k) - \\textstyle\\sum_m p_{jm}\\,f(z_{-j}, e_m)\\right]";
    assert!(mixed::LATEX.contains(latex), "{}", mixed::LATEX);
}

#[test]
fn updates_are_what_calls_give() {
    let problem = Problem::new();
    let law = Categorical { p: &problem.p };
    let run = mixed::estimate(&law, problem.arguments()).samples(3000).seed(8).run().expect("valid");
    let called = OpaqueMixed::estimate(&law, problem.arguments()).samples(3000).seed(8).run().expect("valid");
    close(run.value, called.value, "the value");
    for (found, expected) in run.gradient.p.as_slice().iter().zip(called.gradient.p.as_slice()) {
        close(*found, *expected, "an entry");
    }
}

#[test]
fn the_draw_of_a_variable_adds_no_noise_to_its_gradient() {
    let problem = Problem::new();
    let arguments = (&problem.weights, problem.bias.as_slice(), problem.x.as_slice(), problem.t.as_slice());
    // One variable of twelve states, one of which never occurs.
    let mut p = vec![1.0 / 11.0; COORDINATES];
    p[4] = 0.0;
    let one = Matrix::from_rows(&[&p]).expect("a row");
    let (_, exact) = enumerate_one(&p, |z| problem.value(z));
    for seed in 0..3 {
        let run = mixed::estimate(&Categorical { p: &one }, arguments).samples(7).seed(seed).run().expect("valid");
        for (found, expected) in run.gradient.p.row(0).iter().zip(&exact) {
            close(*found, *expected, "an entry");
        }
        let shared = mixed::estimate(&Categorical { p: &p }, arguments).samples(7).seed(seed).run().expect("valid");
        assert_eq!(shared.gradient.p, run.gradient.p.row(0));
    }
}

/// [`enumerate`] for a single variable, where a probability may be 0.
fn enumerate_one(p: &[f64], f: impl Fn(&OneHot) -> f64) -> (f64, Vec<f64>) {
    let values: Vec<f64> = (0..p.len())
        .map(|state| {
            let mut entries = vec![0.0; p.len()];
            entries[state] = 1.0;
            f(&OneHot::new(&entries, p.len()).expect("one-hot"))
        })
        .collect();
    let value = dot(p, &values);
    (value, values.iter().map(|at_state| at_state - value).collect())
}

#[test]
fn two_states_are_a_bit() {
    // A separable function of bits has no noise under either rule. State 0 has no value of its own.
    let (q, a) = ([0.2, 0.5, 0.9], [1.0, -2.0, 0.7]);
    let bits = of_bits::estimate(&Bernoulli { p: q }, &a).samples(50).seed(1).run().expect("valid");
    let p = Matrix::from_rows(&q.map(|q| [1.0 - q, q])).expect("rows");
    let slopes: Vec<f64> = a.iter().flat_map(|a| [0.0, *a]).collect();
    let present = [0.0, 1.0].repeat(3);
    let run = of_two_states::estimate(&Categorical { p: &p }, (&slopes, &present)).samples(50).seed(1).run();
    let gradient = run.expect("valid").gradient.p;
    for (variable, expected) in bits.gradient.p.iter().enumerate() {
        close(gradient.row(variable)[1] - gradient.row(variable)[0], *expected, "the last less the first");
    }
}

#[test]
fn shared_probabilities_add_up_the_gradients_of_variables() {
    let problem = Problem::new();
    let p = [0.2, 0.3, 0.5];
    let each = Matrix::from_rows(&[p; VARIABLES]).expect("rows");
    let (apart, shared) = (Categorical { p: &each }, Categorical { p });
    let apart = OpaqueMixed::estimate(&apart, problem.arguments()).samples(500).seed(2).run().expect("valid");
    let known = mixed::estimate(&shared, problem.arguments()).samples(500).seed(2).run().expect("valid");
    let shared = OpaqueMixed::estimate(&shared, problem.arguments()).dimension(VARIABLES).samples(500).seed(2);
    let shared = shared.run().expect("valid");
    assert_eq!(shared.value.to_bits(), apart.value.to_bits());
    let mut squares = 0.0;
    for state in 0..STATES {
        let sum: f64 = apart.gradient.p.rows().map(|row| row[state]).sum();
        close(shared.gradient.p[state], sum, "a shared entry");
        close(known.gradient.p[state], sum, "a shared entry in normal form");
        squares += known.standard_error.as_ref().expect("many samples").p[state].powi(2);
    }
    assert!(squares > 0.0);
}

#[test]
fn logits_are_differentiated_through_the_softmax() {
    let problem = Problem::new();
    let softmax = |logits: &[f64]| {
        let weights: Vec<f64> = logits.iter().map(|logit| logit.exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect::<Vec<f64>>()
    };
    let logits: Vec<f64> = (0..COORDINATES).map(|state| (state as f64).cos()).collect();
    let p = softmax(&logits);
    let law = Categorical { p: &p };
    let run = mixed::estimate(&law, problem.arguments()).samples(2).seed(1).run().expect("valid");
    let found = run.gradient.logits(&law).expect("the law of the run");
    for (state, found) in found.iter().enumerate() {
        let at = |step: f64| {
            let mut moved = logits.clone();
            moved[state] += step;
            enumerate_one(&softmax(&moved), |z| problem.value(z)).0
        };
        // Central differences of a function of order 10: the step leaves an error of 1e-8 at most.
        let difference = (at(1e-4) - at(-1e-4)) / 2e-4;
        assert!((found - difference).abs() < 1e-7, "state {state}: {found}, expected {difference}");
    }
    assert!(run.gradient.logits(&Categorical { p: [0.5, 0.5] }).is_err());
}

#[test]
fn a_table_of_joint_states_is_one_variable() {
    // Two variables of two states that depend on one another, with the table of their joint probabilities; and two by two of
    // these, independent.
    let table = Matrix::from_rows(&[[0.4, 0.1, 0.15, 0.35], [0.1, 0.2, 0.3, 0.4]]).expect("rows");
    let values = Matrix::new(4, 4, (0..16).map(|entry| f64::from(entry).sin()).collect()).expect("it fits");
    let (value, gradient) = enumerate(&table, |z| looked_up(z, &values));
    let law = Categorical { p: &table };
    let run = looked_up::estimate(&law, &values).samples(50_000).seed(6).run().expect("valid");
    check(&run, value, &[&gradient], 0.05, "joint states");
}

#[test]
fn the_result_does_not_depend_on_the_schedule() {
    let problem = Problem::new();
    let law = Categorical { p: &problem.p };
    let run = |width: PackWidth, threads: usize| {
        let run = mixed::estimate(&law, problem.arguments()).samples(2500).seed(9).with_argument_gradients();
        bits(&run.pack_width(width).threads(threads).run().expect("valid"))
    };
    let called = |threads: usize| {
        let run = OpaqueMixed::estimate(&law, problem.arguments()).samples(2500).seed(9);
        bits(&run.threads(threads).run().expect("valid"))
    };
    let (expected, expected_of_calls) = (run(PackWidth::Bits128, 1), called(1));
    for (width, threads) in SCHEDULES {
        assert_eq!(run(width, threads), expected, "{width:?}, {threads} threads");
        assert_eq!(called(threads), expected_of_calls, "{threads} threads");
    }
}

#[test]
fn argument_gradients_are_those_of_the_estimated_value() {
    let mut problem = Problem::new();
    let p = problem.p.clone();
    let run = |problem: &Problem| -> Run<mixed, Categorical<Matrix>> {
        let law = Categorical { p: &p };
        let run = mixed::estimate(&law, problem.arguments()).samples(200).seed(9).with_argument_gradients();
        run.run().expect("valid")
    };
    let gradient = run(&problem).argument_gradient.expect("asked for");
    // With the same noise the value is a smooth function of the arguments; differences leave an error of 1e-8 at most.
    let mut check = |place: fn(&mut Problem, usize) -> &mut f64, index: usize, found: f64| {
        let value = *place(&mut problem, index);
        let mut at = |step: f64| {
            *place(&mut problem, index) = value + step;
            run(&problem).value
        };
        let difference = (at(1e-4) - at(-1e-4)) / 2e-4;
        *place(&mut problem, index) = value;
        assert!((found - difference).abs() < 1e-7, "entry {index}: {found}, expected {difference}");
    };
    for index in [0, 17, 40, 107] {
        check(|problem, index| &mut problem.weights.as_mut_slice()[index], index, gradient.0.as_slice()[index]);
    }
    check(|problem, index| &mut problem.bias[index], 3, gradient.1[3]);
    check(|problem, index| &mut problem.x[index], 5, gradient.2[5]);
    check(|problem, index| &mut problem.t[index], 7, gradient.3[7]);
}

#[test]
fn states_occur_as_often_as_their_probabilities_say() {
    let p = Matrix::from_rows(&[[0.1, 0.2, 0.7, 0.0], [0.25, 0.05, 0.4, 0.3]]).expect("rows");
    let samples = 100_000;
    let draws = sample(&Categorical { p: &p }).samples(samples).seed(11).matrix().expect("valid");
    assert!(draws.rows().all(|row| OneHot::new(row, 4).is_ok()));
    for (coordinate, &p) in p.as_slice().iter().enumerate() {
        let count: f64 = draws.rows().map(|row| row[coordinate]).sum();
        // 7 of 8 counts are random; with a fresh seed one of them is beyond 5 deviations in 4 of a million runs.
        let deviation = (samples as f64 * p * (1.0 - p)).sqrt();
        assert!((count - samples as f64 * p).abs() <= 5.0 * deviation, "coordinate {coordinate}: {count}");
    }
    let shared = sample(&Categorical { p: [0.5, 0.5] }).dimension(3).seed(1).matrix().expect("valid");
    assert_eq!((shared.row_count(), shared.columns()), (1, 6));
}

#[test]
fn what_are_no_probabilities_is_refused() {
    let table = Matrix::zeros(3, 3);
    let of = |rows: &[[f64; 3]]| {
        let p = Matrix::from_rows(rows).expect("rows");
        looked_up::estimate(&Categorical { p }, &table).samples(5).seed(1).run().err()
    };
    let good = [0.2, 0.3, 0.5];
    assert_eq!(of(&[good, good]), None);
    let sum = EstimateError::NotNormalised { parameter: "p", row: 1, sum: 0.75 };
    assert_eq!(of(&[good, [0.25, 0.25, 0.25]]), Some(sum));
    for value in [-0.25, 1.5, f64::NAN] {
        let error = of(&[good, [value, 1.0 - value, 0.0]]);
        let Some(EstimateError::ParameterOutsideDomain { parameter: "p", coordinate: 3, .. }) = error else {
            panic!("{value}: {error:?}");
        };
    }
    let single = looked_up::estimate(&Categorical { p: [1.0] }, &table).dimension(2).samples(5).run().err();
    assert_eq!(single, Some(EstimateError::TooFewStates { parameter: "p", states: 1 }));
    let none: [f64; 0] = [];
    let none = looked_up::estimate(&Categorical { p: none }, &table).dimension(2).samples(5).run().err();
    assert_eq!(none, Some(EstimateError::TooFewStates { parameter: "p", states: 0 }));
    let unknown = looked_up::estimate(&Categorical { p: good }, &table).samples(5).run().err();
    assert_eq!(unknown, Some(EstimateError::DimensionUnknown));
}

#[test]
fn shapes_that_do_not_agree_are_refused() {
    let problem = Problem::new();
    let law = Categorical { p: [0.1, 0.2, 0.3, 0.2, 0.2] };
    let error = mixed::estimate(&law, problem.arguments()).samples(5).run().err();
    assert_eq!(error, Some(EstimateError::NotWholeVariables { name: "arguments", found: 12, states: 5 }));
    let wide = Matrix::from_rows(&[[0.25; 4]; 4]).expect("rows");
    let error = mixed::estimate(&Categorical { p: &wide }, problem.arguments()).samples(5).run().err();
    assert!(matches!(error, Some(EstimateError::LengthsDiffer { .. })), "{error:?}");
    let law = Categorical { p: &problem.p };
    let mut prepared = mixed::prepare(&law, problem.arguments()).samples(5).seed(1).build().expect("valid");
    let other = Matrix::from_rows(&[[0.25; 4]; 3]).expect("rows");
    let error = prepared.step(&Categorical { p: &other }).err();
    assert_eq!(error, Some(EstimateError::StatesChanged { expected: 3, found: 4 }));
    assert!(prepared.step(&law).is_ok());
}
