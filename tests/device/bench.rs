//! Times of a CUDA device: a table on standard output, and JSON in the folder given as argument.
//!
//! Every row is the time of a whole step as a user sees it (upload of parameters, kernels, download, the processor's
//! epilogue), the median of repetitions; rows that belong together are measured in one process.

use std::time::{Duration, Instant};

use logphi::laws::{Gamma, Laplace};
use logphi::prelude::*;
use logphi::{Arithmetic, Backend, EstimateError};

#[estimator(distribution = Gamma, form = terminating, precision = f32)]
fn squared_distance(z: &[f64]) -> f64 {
    z.iter().map(|z| (z - 0.49).powi(2)).sum()
}

#[estimator(distribution = Laplace, order = 8, precision = f32)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
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

fn toy(rows: &mut Vec<Row>) -> Result<(), EstimateError> {
    const DIMENSION: usize = 100;
    const SAMPLES: usize = 1_000_000;
    let law = Gamma { k: [1.5; DIMENSION], mu: 0.7 };
    for (name, backend, arithmetic) in backends() {
        let repetitions = if backend == Backend::Cpu { 1 } else { 20 };
        let draws = (DIMENSION * SAMPLES) as f64;
        let whole = squared_distance::prepare(&law, ()).samples(SAMPLES).seed(1).standard_errors(false);
        let mut whole = whole.backend(backend).arithmetic(arithmetic).build()?;
        let median_of_whole = median(repetitions, || whole.step(&law).map(|_| ()))?;
        rows.push(Row { name: format!("toy 1, gradient, {name}"), median: median_of_whole, draws });
    }
    Ok(())
}

fn logistic(rows: &mut Vec<Row>, batch: usize, samples: usize) -> Result<(), EstimateError> {
    const DIMENSION: usize = 30;
    let law = Laplace { mu: vec![0.0; DIMENSION], b: vec![1.0; DIMENSION] };
    let entries = (0..batch * DIMENSION).map(|index| (index as f64 * 0.7).sin() * 0.3).collect();
    let x = Matrix::new(batch, DIMENSION, entries).expect("it fits");
    let y: Vec<f64> = (0..batch).map(|row| if row % 3 == 0 { -1.0 } else { 1.0 }).collect();
    for (name, backend, arithmetic) in backends() {
        for errors in [true, false] {
            let objective = log_likelihood::prepare(&law, (&x, &y)).samples(samples).seed(7).standard_errors(errors);
            let mut objective = objective.backend(backend).arithmetic(arithmetic).build()?;
            let median =
                median(if batch * samples > 1_000_000 { 10 } else { 200 }, || objective.step(&law).map(|_| ()))?;
            let with = if errors { ", standard errors" } else { "" };
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut rows = Vec::new();
    first_use(&mut rows)?;
    toy(&mut rows)?;
    for (batch, samples) in [(64, 50), (64, 5000), (4096, 50), (4096, 5000)] {
        logistic(&mut rows, batch, samples)?;
    }
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
