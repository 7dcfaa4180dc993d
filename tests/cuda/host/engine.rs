//! The kernels against the sample loop: the same moments, value, gradient and standard errors.
//!
//! Parameters and slopes are numbers that both formats hold, so that the contraction, which reads slopes in `f64`, can be
//! compared through the sizes of terms.

use logphi::laws::{Beta, Gamma, Laplace, Merton, NegativeBinomial};
use logphi::prelude::*;
use logphi::{DeviceJob, Draws, EstimateError, Estimator, Gradient, LANES, Law, Moment, Parameters, Prepared, Run};

use super::driver::{Bytes, Program, compare};
use super::estimators::{
    CurvesByDifferencesSingle, CurvesScored, LogLikelihoodSingle, SharePathwise, SharePathwiseSingle,
    SquaredDistanceCounted, SquaredDistancePathwise, SquaredDistancePathwiseSingle, SquaredDistanceScored,
    SquaredDistanceSingle, SquaredDistanceWeak, WavesAtDraw, WavesAtDrawSingle, WavesPartlyScored, WavesScored,
    WavesScoredSingle, WavesSingle, curves, jumps, log_likelihood, offset_waves, product, squared_distance, waves,
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

/// Samples, and how many of the shapes are tried.
const SAMPLES: [(usize, usize); 6] = [(1, 1), (31, 3), (50, 3), (1024, 3), (5000, 3), (11_000, 1)];

fn program<E: Estimator<Scalar: Bytes>>(name: &str) -> Program {
    let number = if E::Scalar::SIZE == 4 { "float" } else { "double" };
    let (text, driver) = (E::CUDA.expect("kernels"), include_str!("../shim/engine.cpp"));
    Program::compile(name, &format!("#include \"cuda_on_host.h\"\nusing Number = {number};\n{text}\n{driver}"))
}

/// A job of one law, or of several whose parameters stand one after the other.
fn write<E: Estimator<Scalar: Bytes>>(job: &DeviceJob<E::Scalar>, shape: Shape, laws: u64, apart: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let number = |value: u64, out: &mut Vec<u8>| out.extend_from_slice(&value.to_ne_bytes());
    let numbers = |values: &[E::Scalar], out: &mut Vec<u8>| {
        number(values.len() as u64, out);
        E::Scalar::write(values, out);
    };
    for value in [shape.groups, shape.slots, u64::from(shape.keep_draws), shape.launch_leaves] {
        number(value, &mut out);
    }
    let [low, high] = job.key;
    for value in [u64::from(low), u64::from(high), job.samples, laws, job.first, apart, job.constant.to_bits()] {
        number(value, &mut out);
    }
    number(job.dimension as u64, &mut out);
    number(job.ridge_rows as u64, &mut out);
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
    number(E::STENCILS as u64, &mut out);
    number(E::ORDERS.len() as u64, &mut out);
    E::ORDERS.iter().for_each(|&order| number(u64::from(order), &mut out));
    out
}

/// Everything of a run that must be equal.
fn results<E: Estimator, G: Gradient>(run: &Run<E, G>) -> Vec<f64> {
    let mut all = vec![run.value, run.value_standard_error.unwrap_or(0.0)];
    for parameter in 0..<E::Law as Law>::PARAMETERS.len() {
        all.extend_from_slice(run.gradient.entries(parameter));
        if let Some(errors) = &run.standard_error {
            all.extend_from_slice(errors.entries(parameter));
        }
    }
    all
}

/// The value and the sizes of all terms, from what the device has contracted.
fn sizes<E: Estimator<Scalar: Bytes>>(job: &DeviceJob<E::Scalar>, contracted: &[f64]) -> Vec<f64> {
    let (samples, parameters) = (job.samples as f64, job.theta.len() / job.dimension);
    let mut all = vec![contracted[0] / samples + job.constant];
    let coefficients: Vec<Vec<f64>> = (0..job.dimension)
        .map(|coordinate| {
            let theta = &job.theta[coordinate * parameters..];
            let theta = <E::Law as Law>::theta(|index| logphi::private::prelude::Scalar::to_f64(theta[index]));
            let mut coefficients = vec![0.0; E::TERMS.len()];
            E::coefficients(&theta, &mut coefficients);
            coefficients
        })
        .collect();
    for (term, info) in E::TERMS.iter().enumerate() {
        let place = |order: u32| E::ORDERS.iter().position(|&known| known == order).expect("an order that is computed");
        let moment = match info.moment {
            Moment::Derivative(order) => place(order),
            Moment::Stencil(number) => E::ORDERS.len() + number,
            Moment::Hessian => panic!("these laws have no such terms"),
        };
        let sums = &contracted[(1 + moment) * job.dimension..];
        all.extend((0..job.dimension).map(|coordinate| coefficients[coordinate][term] * sums[coordinate] / samples));
    }
    all
}

fn check<E, P>(name: &str, law: &P, prepared: impl Fn(usize) -> Prepared<'static, E, P::Gradient>)
where
    E: Estimator<Scalar: Bytes>,
    P: Parameters<Law = E::Law>,
{
    let program = program::<E>(name);
    // The coefficients of a baseline are made of the value, so that `sizes` does not know them.
    let has_baseline = E::SCORES.iter().any(|score| !score.with_value);
    for (samples, shapes) in SAMPLES.into_iter().skip(has_baseline.into()) {
        let mut processor = prepared(samples);
        let run = processor.step(law).expect("the run succeeds");
        let expected = results(run);
        let terms = std::iter::once(run.value).chain(run.terms.iter().flat_map(|term| term.values.clone()));
        let terms: Vec<f64> = terms.collect();
        let moments = processor.moments();
        for &shape in &SHAPES[..shapes] {
            let what = format!("{name}, {samples} samples, {shape:?}");
            let mut device = prepared(samples);
            let mut contracted = Vec::new();
            let mut sample = |job: &DeviceJob<E::Scalar>| {
                let mut found = f64::read(&program.run(name, &write::<E>(job, shape, 1, 0)));
                contracted = sizes::<E>(job, &found.split_off(job.runs * LANES));
                Ok(found)
            };
            let found = results(device.step_elsewhere(law, &mut sample).expect("the run succeeds"));
            compare(&format!("{what}: moments"), &device.moments(), &moments);
            compare(&format!("{what}: results"), &found, &expected);
            if !has_baseline {
                compare(&format!("{what}: contracted"), &contracted, &terms);
            }
        }
    }
}

/// Several laws side by side, against a sweep of the processor.
fn check_sweep<E, P>(name: &str, laws: &[P], prepared: impl Fn(usize) -> Prepared<'static, E, P::Gradient>)
where
    E: Estimator<Scalar: Bytes>,
    P: Parameters<Law = E::Law>,
{
    let program = program::<E>(&format!("sweep_{name}"));
    for (samples, draws) in [(1, Draws::Own), (50, Draws::Common), (2500, Draws::Own)] {
        let expected = prepared(samples).sweep(laws, draws).expect("the runs succeed");
        let mut all: Option<DeviceJob<E::Scalar>> = None;
        for law in laws {
            let mut note = |job: &DeviceJob<E::Scalar>| {
                match &mut all {
                    Some(all) => all.theta.extend_from_slice(&job.theta),
                    None => all = Some(job.clone()),
                }
                Err(EstimateError::NoSamples)
            };
            assert!(prepared(samples).step_elsewhere(law, &mut note).is_err());
        }
        let job = all.expect("a job");
        let apart = if draws == Draws::Own { samples as u64 } else { 0 };
        for shape in &SHAPES[1..] {
            let bytes = program.run(name, &write::<E>(&job, *shape, laws.len() as u64, apart));
            let found = f64::read(&bytes);
            let each = found.len() / laws.len();
            for ((law, expected), found) in laws.iter().zip(&expected).zip(found.chunks_exact(each)) {
                let mut device = prepared(samples);
                let mut moments = |_: &DeviceJob<E::Scalar>| Ok(found[..job.runs * LANES].to_vec());
                let run = device.step_elsewhere(law, &mut moments).expect("the run succeeds");
                compare(&format!("{name}, {samples} samples, {draws:?}, {shape:?}"), &results(run), &results(expected));
            }
        }
    }
}

macro_rules! check {
    ($name:literal, $estimator:ident, $law:expr, $arguments:expr) => {{
        let law = $law;
        check($name, &law, |samples| {
            $estimator::prepare(&law, $arguments).samples(samples).seed(7).stream(2).build().expect("a valid problem")
        });
    }};
}

fn matrix(rows: usize, columns: usize) -> &'static Matrix {
    let entries = (0..rows * columns).map(|at| f64::from((0.37 * at as f64).sin() as f32)).collect();
    Box::leak(Box::new(Matrix::new(rows, columns, entries).expect("as many entries as places")))
}

fn vector(length: usize) -> &'static [f64] {
    // Signs, so that products with the entries of a matrix are numbers of both formats.
    Box::leak((0..length).map(|at| if at % 3 == 1 { -1.0 } else { 1.0 }).collect())
}

#[test]
fn separable_terms_of_gamma_numbers() {
    let law = Gamma { k: vec![0.375, 2.5, 1.0, 17.0, 0.875], mu: vec![1.5, 1.0, 0.25, 0.5, 2.0] };
    check!("squared_distance", squared_distance, law.clone(), 0.49);
    check!("squared_distance_single", SquaredDistanceSingle, law, 0.49);
}

/// The value of the whole function, with and without a baseline, beside rules that move coordinates and without them.
#[test]
fn scores() {
    let law = Laplace { mu: vec![0.125, -0.375, 0.0], b: vec![0.75, 0.5, 1.0] };
    let arguments = || (matrix(11, 3), vector(11), vector(11), vector(3));
    check!("waves_scored", WavesScored, law.clone(), arguments());
    check!("waves_scored_single", WavesScoredSingle, law.clone(), arguments());
    check!("waves_partly_scored", WavesPartlyScored, law.clone(), arguments());
    check!("offset_waves", offset_waves, law, (vector(3), 0.75));
    let law = Gamma { k: vec![0.375, 2.5, 1.0, 17.0, 0.875], mu: vec![1.5, 1.0, 0.25, 0.5, 2.0] };
    check!("squared_distance_scored", SquaredDistanceScored, law.clone(), 0.49);
    check!("squared_distance_weak", SquaredDistanceWeak, law, 0.49);
    let law = NegativeBinomial { r: vec![0.375, 2.5, 17.0], p: vec![0.5, 0.25, 0.75] };
    check!("squared_distance_counted", SquaredDistanceCounted, law, 0.49);
}

/// Shapes for the series, the continued fraction and the integral of the derivative of the draw.
#[test]
fn implicit_derivatives_of_gamma_numbers() {
    let law = Gamma { k: vec![0.03125, 0.375, 2.5, 17.0, 4096.0], mu: vec![1.5, 1.0, 0.25, 0.5, 2.0] };
    check!("squared_distance_pathwise", SquaredDistancePathwise, law.clone(), 0.49);
    check!("squared_distance_pathwise_single", SquaredDistancePathwiseSingle, law, 0.49);
}

/// Shapes for both series and the integral, at both ends.
#[test]
fn implicit_derivatives_of_beta_numbers() {
    let alpha = vec![0.03125, 0.375, 2.5, 17.0, 4096.0, 3000.0];
    let law = Beta { alpha, beta: vec![1.5, 0.0625, 40.0, 0.5, 2048.0, 2.0] };
    check!("share_pathwise", SharePathwise, law.clone(), 0.49);
    check!("share_pathwise_single", SharePathwiseSingle, law, 0.49);
}

#[test]
fn separable_terms_of_compound_draws() {
    let law = Merton {
        drift: vec![0.25, -1.0],
        sigma: vec![0.5, 1.0],
        rate: vec![0.75, 3.0],
        mean: vec![0.5, -0.25],
        spread: vec![0.5, 0.25],
    };
    check!("jumps", jumps, law, 0.49);
}

#[test]
fn ridge_terms() {
    let law = Laplace { mu: vec![0.125, -0.375, 0.0, 0.75, 0.25], b: vec![0.75, 0.5, 1.0, 0.25, 1.5] };
    check!("log_likelihood", log_likelihood, law.clone(), (matrix(21, 5), vector(21)));
    check!("log_likelihood_single", LogLikelihoodSingle, law.clone(), (matrix(21, 5), vector(21)));
    // More rows than a block of the contraction takes at once.
    check!("log_likelihood_of_many_rows", LogLikelihoodSingle, law, (matrix(150, 5), vector(150)));
}

#[test]
fn stencils() {
    let law = Laplace { mu: vec![0.125, -0.375, 0.0], b: vec![0.75, 0.5, 1.0] };
    let arguments = || (matrix(11, 3), vector(11), vector(11), vector(3));
    check!("waves", waves, law.clone(), arguments());
    check!("waves_single", WavesSingle, law, arguments());
}

#[test]
fn stencils_at_the_draw() {
    let law = Laplace { mu: vec![0.125, -0.375, 0.0], b: vec![0.75, 0.5, 1.0] };
    let arguments = || (matrix(11, 3), vector(11), vector(11), vector(3));
    check!("waves_at_draw", WavesAtDraw, law.clone(), arguments());
    check!("waves_at_draw_single", WavesAtDrawSingle, law, arguments());
}

#[test]
fn interaction_terms() {
    let law = Laplace { mu: vec![0.125, -0.375, 0.0], b: vec![0.25, 0.5, 0.125] };
    let arguments = || (vector(5), vector(5), vector(3), 0.75);
    check!("curves", curves, law.clone(), arguments());
    check!("curves_by_differences_single", CurvesByDifferencesSingle, law.clone(), arguments());
    check!("curves_scored", CurvesScored, law.clone(), arguments());
    check!("curves_without_rows", curves, law.clone(), (vector(0), vector(0), vector(3), 0.75));
    check!("product", product, law, ());
}

#[test]
fn several_laws() {
    let law = |shift: f64| Laplace { mu: vec![0.125 + shift, -0.375, 0.0], b: vec![0.75, 0.5, 1.0 - shift] };
    let laws = [0.0, 0.25, -0.5, 0.5].map(law);
    check_sweep("waves", &laws, |samples| {
        let arguments = (matrix(11, 3), vector(11), vector(11), vector(3));
        waves::prepare(&laws[0], arguments).samples(samples).seed(7).stream(2).build().expect("a valid problem")
    });
    check_sweep("waves_scored", &laws, |samples| {
        let arguments = (matrix(11, 3), vector(11), vector(11), vector(3));
        WavesScored::prepare(&laws[0], arguments).samples(samples).seed(7).build().expect("a valid problem")
    });
    check_sweep("curves", &laws, |samples| {
        let arguments = (vector(5), vector(5), vector(3), 0.75);
        curves::prepare(&laws[0], arguments).samples(samples).seed(7).build().expect("a valid problem")
    });
    let law = |k: f64| Gamma { k: vec![k, 2.5, 1.0], mu: vec![1.5, 1.0, 0.25] };
    let laws = [0.375, 1.0, 17.0].map(law);
    check_sweep("squared_distance_single", &laws, |samples| {
        SquaredDistanceSingle::prepare(&laws[0], 0.49).samples(samples).seed(7).build().expect("a valid problem")
    });
    check_sweep("squared_distance_weak", &laws, |samples| {
        SquaredDistanceWeak::prepare(&laws[0], 0.49).samples(samples).seed(7).build().expect("a valid problem")
    });
}
