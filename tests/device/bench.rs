//! Times of a CUDA device: a table on standard output, and JSON in the folder given as argument. With `--profile` only a few steps
//! of each kind, for a profiler of kernels.
//!
//! Every row is the time of a whole step as a user sees it (upload of parameters, kernels, download, the processor's
//! epilogue), the median of repetitions; rows that belong together are measured in one process.

mod draws;

use std::time::{Duration, Instant};

use logphi::laws::{
    Exponential, Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Poisson, Tweedie, VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Arithmetic, Backend, Draws, EstimateError, Estimator, Parameters, Prepared};

#[estimator(distribution = Gamma, form = terminating, precision = f32)]
fn squared_distance(z: &[f64]) -> f64 {
    z.iter().map(|z| (z - 0.49).powi(2)).sum()
}

/// The same by the implicit derivative of the draw.
#[estimator(of = squared_distance, distribution = Gamma, form = pathwise, precision = f32)]
struct PathwiseDistance;

#[estimator(distribution = Laplace, order = 8, precision = f32)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

/// A smooth function of one coordinate each, by the exact rules of many laws.
#[estimator(distribution = Gaussian, precision = f32)]
fn smooth(z: &[f64]) -> f64 {
    z.iter().map(|z| (1.0 + z * z).ln()).sum()
}

macro_rules! of_laws {
    ($($name:ident, $law:ident;)*) => {
        $(
            #[estimator(of = smooth, distribution = $law, precision = f32)]
            struct $name;
        )*
    };
}

of_laws! {
    UnderLaplace, Laplace;
    UnderExponential, Exponential;
    UnderGamma, Gamma;
    UnderInverseGaussian, InverseGaussian;
    UnderPoisson, Poisson;
    UnderNegativeBinomial, NegativeBinomial;
    UnderVarianceGamma, VarianceGamma;
    UnderTweedie, Tweedie;
}

struct Row {
    name: String,
    median: Duration,
    draws: f64,
}

/// The median time of a step.
fn median(repetitions: usize, mut step: impl FnMut() -> Result<(), EstimateError>) -> Result<Duration, EstimateError> {
    step()?;
    step()?;
    let mut times = Vec::with_capacity(repetitions);
    for _ in 0..repetitions {
        let start = Instant::now();
        step()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[repetitions / 2])
}

fn backends() -> [(&'static str, Backend, Arithmetic); 3] {
    [
        ("reproducible", Backend::Cuda(0), Arithmetic::Reproducible),
        ("fast", Backend::Cuda(0), Arithmetic::Fast),
        ("processor", Backend::Cpu, Arithmetic::Reproducible),
    ]
}

fn toy(rows: &mut Vec<Row>) -> Result<(), Box<dyn std::error::Error>> {
    const DIMENSION: usize = 100;
    const SAMPLES: usize = 1_000_000;
    let law = Gamma { k: [1.5; DIMENSION], mu: 0.7 };
    for (name, backend, arithmetic) in backends() {
        let (repetitions, draws) = (if backend == Backend::Cpu { 3 } else { 20 }, (DIMENSION * SAMPLES) as f64);
        let whole = squared_distance::prepare(&law, ()).samples(SAMPLES).seed(1).standard_errors(false);
        let mut whole = whole.backend(backend).arithmetic(arithmetic).build()?;
        let median_of_whole = median(repetitions, || whole.step(&law).map(|_| ()))?;
        rows.push(Row { name: format!("toy 1, gradient, {name}"), median: median_of_whole, draws });
        if backend != Backend::Cpu {
            let pathwise = PathwiseDistance::prepare(&law, ()).samples(SAMPLES).seed(1).standard_errors(false);
            let mut pathwise = pathwise.backend(backend).arithmetic(arithmetic).build()?;
            let median_of_pathwise = median(repetitions, || pathwise.step(&law).map(|_| ()))?;
            rows.push(Row { name: format!("toy 1, pathwise, {name}"), median: median_of_pathwise, draws });
            let kernel = draws::Draws::new(squared_distance::CUDA, arithmetic == Arithmetic::Fast)?;
            let median = kernel.time([1.5, 0.7], DIMENSION as u32, SAMPLES as u64)?;
            rows.push(Row { name: format!("toy 1, draws and their sum, {name}"), median, draws });
        }
    }
    Ok(())
}

/// A law's exact rules, in both arithmetics.
fn law<E, P>(
    rows: &mut Vec<Row>,
    law: &P,
    prepared: impl Fn(Arithmetic) -> Result<Prepared<'static, E, P::Gradient>, EstimateError>,
) -> Result<(), EstimateError>
where
    E: Estimator,
    P: Parameters<Law = E::Law>,
{
    for arithmetic in [Arithmetic::Reproducible, Arithmetic::Fast] {
        let mut prepared = prepared(arithmetic)?;
        let median = median(20, || prepared.step(law).map(|_| ()))?;
        let name = format!("{}, smooth function, {arithmetic:?}", <E::Law as logphi::Law>::NAME);
        rows.push(Row { name, median, draws: 16e6 });
    }
    Ok(())
}

macro_rules! laws {
    ($rows:expr; $($estimator:ident, $law:expr;)*) => {
        $(
            law($rows, &$law, |arithmetic| {
                let whole = $estimator::prepare(&$law, ()).dimension(16).samples(1_000_000).seed(1).standard_errors(false);
                whole.backend(Backend::Cuda(0)).arithmetic(arithmetic).build()
            })?;
        )*
    };
}

fn laws(rows: &mut Vec<Row>) -> Result<(), EstimateError> {
    laws! {
        rows;
        smooth, Gaussian { mu: 0.2, sigma: 0.7 };
        UnderLaplace, Laplace { mu: 0.2, b: 0.7 };
        UnderExponential, Exponential { rate: 1.5 };
        UnderGamma, Gamma { k: 1.5, mu: 0.7 };
        UnderInverseGaussian, InverseGaussian { mu: 1.5, lambda: 0.7 };
        UnderPoisson, Poisson { rate: 4.0 };
        UnderNegativeBinomial, NegativeBinomial { r: 3.0, p: 0.4 };
        UnderVarianceGamma, VarianceGamma { c: 0.5, theta: 0.2, sigma: 0.6, nu: 0.4 };
        UnderTweedie, Tweedie { rate: 2.0, k: 2.0, mu: 0.5 };
    }
    Ok(())
}

/// Many laws at once, against one after the other.
fn sweep(rows: &mut Vec<Row>) -> Result<(), EstimateError> {
    let laws: Vec<_> =
        (0..1000).map(|law| Laplace { mu: vec![0.001 * f64::from(law); 30], b: vec![0.5; 30] }).collect();
    let (x, y) = (data(64), labels(64));
    for (name, backend, arithmetic) in backends() {
        let objective = log_likelihood::prepare(&laws[0], (&x, &y)).samples(50).seed(7).standard_errors(false);
        let mut objective = objective.backend(backend).arithmetic(arithmetic).build()?;
        let median = median(10, || objective.sweep(&laws, Draws::Own).map(|_| ()))?;
        rows.push(Row { name: format!("logistic, batch 64, S 50, 1000 laws, {name}"), median, draws: 1000.0 * 1500.0 });
    }
    Ok(())
}

fn data(batch: usize) -> Matrix {
    let entries = (0..batch * 30).map(|index| (index as f64 * 0.7).sin() * 0.3).collect();
    Matrix::new(batch, 30, entries).expect("it fits")
}

fn labels(batch: usize) -> Vec<f64> {
    (0..batch).map(|row| if row % 3 == 0 { -1.0 } else { 1.0 }).collect()
}

fn logistic(rows: &mut Vec<Row>, batch: usize, samples: usize) -> Result<(), EstimateError> {
    const DIMENSION: usize = 30;
    let law = Laplace { mu: vec![0.0; DIMENSION], b: vec![1.0; DIMENSION] };
    let (x, y) = (data(batch), labels(batch));
    for (name, backend, arithmetic) in backends() {
        for errors in [true, false] {
            let objective = log_likelihood::prepare(&law, (&x, &y)).samples(samples).seed(7).standard_errors(errors);
            let mut objective = objective.backend(backend).arithmetic(arithmetic).build()?;
            let median =
                median(if batch * samples > 1_000_000 { 10 } else { 200 }, || objective.step(&law).map(|_| ()))?;
            let with = if errors { ", standard errors" } else { "" };
            for kernel in objective.kernels()? {
                println!("    {kernel}");
            }
            rows.push(Row {
                name: format!("logistic, batch {batch}, S {samples}, {name}{with}"),
                median,
                draws: (samples * DIMENSION) as f64,
            });
        }
    }
    Ok(())
}

/// The time until kernels are ready: compiled afresh, and from the folder.
fn first_use(rows: &mut Vec<Row>) -> Result<(), EstimateError> {
    let law = Laplace { mu: 0.0, b: 1.0 };
    let x = Matrix::new(1, 1, vec![0.5]).expect("it fits");
    let start = Instant::now();
    let run = log_likelihood::estimate(&law, (&x, &[1.0])).samples(32).seed(1).backend(Backend::Cuda(0)).run()?;
    rows.push(Row { name: "first use in this process".to_owned(), median: start.elapsed(), draws: run.samples as f64 });
    Ok(())
}

/// Three steps of each kind, so that each kernel is launched as it would be in a loop.
fn profile() -> Result<(), EstimateError> {
    for (batch, samples) in [(64, 50), (64, 5000), (4096, 50), (4096, 5000)] {
        let law = Laplace { mu: vec![0.0; 30], b: vec![1.0; 30] };
        let (x, y) = (data(batch), labels(batch));
        let objective = log_likelihood::prepare(&law, (&x, &y)).samples(samples).seed(7).standard_errors(false);
        let mut objective = objective.backend(Backend::Cuda(0)).build()?;
        (0..3).try_for_each(|_| objective.step(&law).map(|_| ()))?;
    }
    let law = Gamma { k: [1.5; 100], mu: 0.7 };
    let toy = squared_distance::prepare(&law, ()).samples(1_000_000).seed(1).standard_errors(false);
    let mut toy = toy.backend(Backend::Cuda(0)).build()?;
    (0..3).try_for_each(|_| toy.step(&law).map(|_| ()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().any(|argument| argument == "--profile") {
        return Ok(profile()?);
    }
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut rows = Vec::new();
    first_use(&mut rows)?;
    for (batch, samples) in [(64, 50), (64, 5000), (4096, 50), (4096, 5000)] {
        logistic(&mut rows, batch, samples)?;
    }
    toy(&mut rows)?;
    sweep(&mut rows)?;
    laws(&mut rows)?;
    let mut json = Vec::new();
    for Row { name, median, draws } in &rows {
        let seconds = median.as_secs_f64();
        println!("{name:<60} {:>12.1} us {:>10.3e} draws/s", seconds * 1e6, draws / seconds);
        json.push(serde_json::json!({ "name": name, "seconds": seconds, "draws": draws }));
    }
    if let Some(folder) = folder {
        std::fs::write(std::path::Path::new(&folder).join("device.json"), serde_json::to_string_pretty(&json)?)?;
    }
    Ok(())
}
