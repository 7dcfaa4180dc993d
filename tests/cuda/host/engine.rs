//! The kernels against the sample loop: the same moments, value, gradient and standard errors.

use logphi::laws::{Gamma, Laplace};
use logphi::prelude::*;
use logphi::{DeviceJob, Elsewhere, Estimator, Gradient, LANES, Parameters, Prepared, Run};

use super::driver::{Bytes, Program, compare};
use super::estimators::{
    LogLikelihoodSingle, SquaredDistanceSingle, WavesSingle, log_likelihood, squared_distance, waves,
};

/// How kernels are launched: nothing of it may change a bit.
#[derive(Clone, Copy, Debug)]
struct Shape {
    groups: u64,
    slots: u64,
    keep_draws: bool,
    launch_leaves: u64,
}

const SHAPES: [Shape; 3] = [
    Shape { groups: 4, slots: 1, keep_draws: true, launch_leaves: 1024 },
    Shape { groups: 1, slots: 2, keep_draws: true, launch_leaves: 4 },
    Shape { groups: 3, slots: 5, keep_draws: false, launch_leaves: 16 },
];

const SAMPLES: [usize; 6] = [1, 31, 50, 1024, 5000, 40_000];

fn program<S: Bytes>(name: &str, text: &str) -> Program {
    let number = if S::SIZE == 4 { "float" } else { "double" };
    let driver = include_str!("../shim/engine.cpp");
    let source = format!("#include \"cuda_on_host.h\"\nusing Number = {number};\n{text}\n{driver}");
    Program::compile(&format!("{name}_{number}"), &source)
}

fn write<S: Bytes>(job: &DeviceJob<S>, shape: Shape) -> Vec<u8> {
    let mut out = Vec::new();
    let number = |value: u64, out: &mut Vec<u8>| out.extend_from_slice(&value.to_ne_bytes());
    let numbers = |values: &[S], out: &mut Vec<u8>| {
        number(values.len() as u64, out);
        S::write(values, out);
    };
    for value in [shape.groups, shape.slots, u64::from(shape.keep_draws), shape.launch_leaves] {
        number(value, &mut out);
    }
    let [low, high] = job.key;
    for value in [u64::from(low), u64::from(high), job.samples, job.dimension as u64, job.ridge_rows as u64] {
        number(value, &mut out);
    }
    number(job.runs as u64, &mut out);
    numbers(&job.theta, &mut out);
    numbers(&job.numbers, &mut out);
    number(job.ridges.len() as u64, &mut out);
    for ridge in &job.ridges {
        number(ridge.rows as u64, &mut out);
        number(ridge.first as u64, &mut out);
        numbers(&ridge.slopes, &mut out);
        numbers(&ridge.offsets, &mut out);
        numbers(&ridge.numbers, &mut out);
    }
    for value in [job.entries, job.separable_entries, job.coordinate_entries, job.orders.len()] {
        number(value as u64, &mut out);
    }
    job.orders.iter().for_each(|&order| number(u64::from(order), &mut out));
    for ridge in &job.ridges {
        number(ridge.exact.len() as u64, &mut out);
        f64::write(&ridge.exact, &mut out);
    }
    out
}

/// The value and the gradient.
fn gradient<E: Estimator, G: Gradient>(run: &Run<E, G>, parameters: usize) -> Vec<f64> {
    let entries = (0..parameters).flat_map(|parameter| run.gradient.entries(parameter).iter().copied());
    std::iter::once(run.value).chain(entries).collect()
}

/// Everything of a run that must be equal.
fn results<E: Estimator, G: Gradient>(run: &Run<E, G>, parameters: usize) -> Vec<f64> {
    let mut all = vec![run.value, run.value_standard_error.unwrap_or(0.0)];
    for parameter in 0..parameters {
        all.extend_from_slice(run.gradient.entries(parameter));
        if let Some(errors) = &run.standard_error {
            all.extend_from_slice(errors.entries(parameter));
        }
    }
    all
}

fn check<E, P>(
    name: &str,
    program: &Program,
    law: &P,
    mut prepared: impl FnMut(usize, bool) -> Prepared<'static, E, P::Gradient>,
)
where
    E: Estimator<Scalar: Bytes>,
    P: Parameters<Law = E::Law>,
{
    for samples in SAMPLES {
        let mut processor = prepared(samples, true);
        let run = processor.step(law).expect("the run succeeds");
        let (expected, expected_gradient) = (results(run, 2), gradient(run, 2));
        let moments = processor.moments();
        for shape in SHAPES {
            let what = format!("{name}, {samples} samples, {shape:?}");
            let mut device = prepared(samples, true);
            let mut rest = Vec::new();
            let mut sample = |job: &DeviceJob<E::Scalar>| {
                let mut moments = f64::read(&program.run(name, &write(job, shape)));
                rest = moments.split_off(job.runs * LANES);
                Ok(Elsewhere::Moments(moments))
            };
            let found = results(device.step_elsewhere(law, &mut sample).expect("the run succeeds"), 2);
            compare(&format!("{what}: moments"), &device.moments(), &moments);
            compare(&format!("{what}: results"), &found, &expected);
            // The same run, with the contraction of the device.
            let mut contracted = |job: &DeviceJob<E::Scalar>| {
                Ok(Elsewhere::Derivatives { value: rest[0], sums: rest[job.dimension..].to_vec() })
            };
            let mut device = prepared(samples, false);
            let run = device.step_elsewhere(law, &mut contracted).expect("the run succeeds");
            let found = gradient(run, 2);
            compare(&format!("{what}: contracted"), &found, &expected_gradient);
        }
    }
}

macro_rules! check {
    ($name:literal, $text:literal, $estimator:ident, $scalar:ident, $law:expr, $arguments:expr) => {{
        let program = program::<$scalar>($name, include_str!(concat!("texts/", $text, ".cuh")));
        let law = $law;
        let prepared = |samples, errors| {
            let prepare = $estimator::prepare(&law, $arguments).samples(samples).standard_errors(errors);
            prepare.seed(7).stream(2).build().expect("a valid problem")
        };
        check($name, &program, &law, prepared);
    }};
}

fn matrix(rows: usize, columns: usize) -> &'static Matrix {
    let entry = |at: usize| (0.37 * at as f64).sin();
    let entries = (0..rows * columns).map(entry).collect();
    Box::leak(Box::new(Matrix::new(rows, columns, entries).expect("as many entries as places")))
}

fn vector(length: usize) -> &'static [f64] {
    Box::leak((0..length).map(|at| (0.61 * at as f64 + 0.2).cos()).collect())
}

#[test]
fn separable_terms_of_gamma_numbers() {
    let law = || Gamma { k: vec![0.4, 2.5, 1.0, 17.0, 0.9], mu: 1.5 };
    check!("squared_distance", "squared_distance", squared_distance, f64, law(), 0.49);
    check!("squared_distance_single", "squared_distance", SquaredDistanceSingle, f32, law(), 0.49);
}

#[test]
fn ridge_terms() {
    let law = || Laplace { mu: vec![0.1, -0.4, 0.0, 0.7, 0.2], b: 0.8 };
    check!("log_likelihood", "log_likelihood", log_likelihood, f64, law(), (matrix(21, 5), vector(21)));
    check!("log_likelihood_single", "log_likelihood", LogLikelihoodSingle, f32, law(), (matrix(21, 5), vector(21)));
}

#[test]
fn stencils() {
    let law = || Laplace { mu: vec![0.1, -0.4, 0.0], b: 0.8 };
    check!("waves", "waves", waves, f64, law(), (matrix(11, 3), vector(11), vector(3)));
    check!("waves_single", "waves", WavesSingle, f32, law(), (matrix(11, 3), vector(11), vector(3)));
}
