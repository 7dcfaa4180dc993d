//! How far can a series be trusted?
//!
//! At the start of the logistic regression (`μ = 0`, `b = 1`) the gradient by the scales is estimated by the series cut
//! at several orders, by the exact rule, and by the pathwise gradient, which knows nothing of characteristic
//! functions and is the reference: `z = μ + b (T1 - T2)`, `∂_b f = Σ f'(z) (T1 - T2)`. Features scaled to `|x| ≤ 1` lie
//! within the range of the series, standardised ones do not.

use std::path::PathBuf;

use clap::Parser;
use logphi::{EstimateError, Matrix, sigmoid};
use serde::Serialize;
use serde_json::json;

use crate::data;
use crate::logistic_regression::RunError;
use crate::logistic_regression::batch::Batch;
use crate::logistic_regression::model::{Settings, objective};
use crate::logistic_regression::options::Order;
use crate::logistic_regression::posterior::prior;
use crate::report::figure::{Axis, Line, Panel, row};
use crate::report::folder::{Folder, SUMMARY};
use crate::report::table::table;
use crate::report::terminal::say;
use crate::scaling::{Dataset, Scaling};

const ORDERS: [Order; 6] = [Order::Two, Order::Four, Order::Six, Order::Eight, Order::Twelve, Order::Sixteen];

/// Shows how far the truncated series can be trusted, beside the exact rule and the pathwise gradient.
#[derive(Clone, Debug, Parser)]
#[command(name = "truncation", version)]
pub struct Options {
    /// Samples for each gradient
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(64..))]
    pub samples: u32,
    /// Seed of the samples
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Folder for the results; if it holds other results, a numbered one beside it is used
    #[arg(long, value_name = "DIR", default_value = "results/truncation")]
    pub out: PathBuf,
    /// A short run of 256 samples
    #[arg(long, conflicts_with = "samples")]
    pub quick: bool,
}

/// A gradient by the scales with its standard errors, one entry for each feature.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// The estimates.
    pub mean: Vec<f64>,
    /// Their standard errors.
    pub error: Vec<f64>,
}

/// What one rule gave on one scaling; root mean squares over the features.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// How the features were scaled.
    pub scaling: &'static str,
    /// The rule.
    pub rule: String,
    /// The order, if the series was cut.
    pub order: Option<u32>,
    /// Difference from the pathwise gradient, relative to the latter: bias and noise together.
    pub difference: f64,
    /// Standard error of that difference, relative likewise.
    pub noise: f64,
    /// Standard deviation of one sample, relative likewise.
    pub deviation: f64,
    /// The largest difference of one feature, in standard errors.
    pub largest: f64,
}

/// The pathwise gradient, with draws of its own.
#[must_use]
pub fn pathwise(rows: &Batch, samples: u32, seed: u64) -> Gradient {
    let features = rows.features.columns();
    let mut state = seed;
    let mut exponential = || {
        // SplitMix64: not the generator of the estimators, so that the two are independent.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        -((((word ^ (word >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64).ln()
    };
    let (x, targets, weight): (&Matrix, &[f64], f64) = rows.arguments();
    let (mut sums, mut squares) = (vec![0.0; features], vec![0.0; features]);
    let (mut noise, mut slopes) = (vec![0.0; features], vec![0.0; features]);
    for _ in 0..samples {
        noise.iter_mut().for_each(|noise| *noise = exponential() - exponential());
        slopes.fill(0.0);
        for (row, y) in x.rows().zip(targets) {
            let margin: f64 = row.iter().zip(&noise).map(|(x, z)| x * z).sum();
            let slope = weight * y * sigmoid(-y * margin);
            slopes.iter_mut().zip(row).for_each(|(sum, x)| *sum += slope * x);
        }
        for j in 0..features {
            let term = slopes[j] * noise[j];
            sums[j] += term;
            squares[j] += term * term;
        }
    }
    let count = f64::from(samples);
    let mean: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
    let error = squares.iter().zip(&mean).map(|(square, mean)| ((square / count - mean * mean) / (count - 1.0)).sqrt());
    Gradient { error: error.collect(), mean }
}

/// The gradient by a compiled rule.
///
/// # Errors
/// What the estimator finds wrong.
pub fn compiled(rows: &Batch, order: Order, samples: u32, seed: u64) -> Result<Gradient, EstimateError> {
    let weights = prior(rows.features.columns());
    let settings = Settings { order, samples: samples as usize, seed, kl_weight: 0.0, threads: None };
    let mut objective = objective(settings, &weights, rows)?;
    let step = objective.step(&weights, rows)?;
    let error = step.standard_error.map_or_else(|| vec![f64::NAN; weights.b.len()], |error| error.b.clone());
    Ok(Gradient { mean: step.gradient.b.clone(), error })
}

fn root_mean_square(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    (values.map(|value| value * value).sum::<f64>() / count).sqrt()
}

/// Compares a gradient with the reference.
#[must_use]
pub fn compare(scaling: Scaling, order: Order, found: &Gradient, reference: &Gradient, samples: u32) -> Row {
    let size = root_mean_square(reference.mean.iter().copied());
    let differences: Vec<f64> = found.mean.iter().zip(&reference.mean).map(|(found, mean)| found - mean).collect();
    let errors: Vec<f64> = found.error.iter().zip(&reference.error).map(|(one, two)| one.hypot(*two)).collect();
    Row {
        scaling: scaling.name(),
        rule: order.name(),
        order: order.number(),
        difference: root_mean_square(differences.iter().copied()) / size,
        noise: root_mean_square(errors.iter().copied()) / size,
        deviation: root_mean_square(found.error.iter().copied()) * f64::from(samples).sqrt() / size,
        largest: differences.iter().zip(&errors).fold(0.0, |most, (one, error)| most.max(one.abs() / error)),
    }
}

/// Compares all rules on both scalings, and writes table, figure and summary.
///
/// # Errors
/// [`RunError`] if there is nothing to show.
pub fn run(options: &Options) -> Result<(), RunError> {
    let samples = if options.quick { 256 } else { options.samples };
    let data = data::shipped()?;
    let configuration = json!({ "program": "truncation", "version": env!("CARGO_PKG_VERSION"), "data": data.file,
        "samples": samples, "seed": options.seed });
    let folder = Folder::claim(&options.out, &configuration)?;
    let mut rows = Vec::new();
    for scaling in [Scaling::MaxAbs, Scaling::Standardise] {
        let scaled = Dataset::new(&data, scaling);
        let batch = Batch { features: scaled.features, targets: scaled.targets };
        let reference = pathwise(&batch, samples.saturating_mul(4), options.seed);
        for order in ORDERS.into_iter().chain([Order::Exact]) {
            let found = compiled(&batch, order, samples, options.seed)?;
            rows.push(compare(scaling, order, &found, &reference, samples));
        }
    }
    let cells = |row: &Row| {
        let numbers = [row.difference, row.noise, row.deviation, row.largest].map(|value| format!("{value:.3e}"));
        [vec![row.scaling.to_owned(), row.rule.clone()], numbers.to_vec()].concat()
    };
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let header = ["scaling", "rule", "difference", "its_error", "one_sample", "largest_in_errors"];
    let lines: String = cells.iter().map(|row| row.join(",") + "\n").collect();
    folder.write("truncation.csv", &format!("{}\n{lines}", header.join(",")))?;
    folder.write("truncation.svg", &row(&panels(&rows))?)?;
    let summary = json!({ "status": "finished", "configuration": configuration, "rows": rows });
    folder.write(SUMMARY, &format!("{summary:#}\n"))?;
    say(&format!(
        "Gradient of b at mu = 0, b = 1, relative to the pathwise gradient; {samples} samples.\n\n{}\nresults: {}\n",
        table(&header, &cells),
        folder.path().display()
    ));
    Ok(())
}

fn panels(rows: &[Row]) -> Vec<Panel> {
    let panel = |scaling: Scaling| {
        let rows = || rows.iter().filter(move |row| row.scaling == scaling.name());
        let cut = || rows().filter_map(|row| Some((f64::from(row.order?), row)));
        let exact = || rows().filter(|row| row.order.is_none()).flat_map(|row| [(2.0, row), (16.0, row)]);
        // The true difference is no further from the measured one than the noise, by the triangle inequality.
        let band = |row: &Row| (row.difference - row.noise).max(0.0).log10()..(row.difference + row.noise).log10();
        Panel {
            title: format!("Gradient of b, scaling {}", scaling.name()),
            x: "order of the series".to_owned(),
            y: Axis::logarithmic("size, relative to the gradient"),
            lines: vec![
                Line {
                    name: "series: difference from pathwise".to_owned(),
                    points: cut().map(|(order, row)| (order, row.difference.log10())).collect(),
                    band: cut().map(|(order, row)| (order, band(row))).collect(),
                },
                Line {
                    name: "series: deviation of a sample".to_owned(),
                    points: cut().map(|(order, row)| (order, row.deviation.log10())).collect(),
                    band: Vec::new(),
                },
                Line {
                    name: "exact rule: difference from pathwise".to_owned(),
                    points: exact().map(|(order, row)| (order, row.difference.log10())).collect(),
                    band: exact().map(|(order, row)| (order, band(row))).collect(),
                },
            ],
        }
    };
    [Scaling::MaxAbs, Scaling::Standardise].map(panel).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_standardised_data_the_exact_rule_agrees_and_the_series_does_not() {
        let scaled = Dataset::new(&data::shipped().expect("shipped"), Scaling::Standardise);
        // Every 20th row is enough.
        let chosen: Vec<usize> = (0..scaled.targets.len()).step_by(20).collect();
        let mut features = Matrix::default();
        features.select_rows(&scaled.features, &chosen);
        let batch = Batch { features, targets: chosen.iter().map(|&row| scaled.targets[row]).collect() };
        let reference = pathwise(&batch, 8000, 1);
        let of = |order| {
            let found = compiled(&batch, order, 2000, 1).expect("valid");
            compare(Scaling::Standardise, order, &found, &reference, 2000)
        };
        // 30 features at 5 errors, t of 31 degrees of freedom: a false alarm in fewer than 1 in 1000 seeds.
        let (exact, cut) = (of(Order::Exact), of(Order::Sixteen));
        assert!(exact.largest < 5.0, "{exact:?}");
        assert!(cut.difference > 1e6, "{cut:?}");
    }

    #[test]
    fn options_without_sense_are_refused() {
        for arguments in [["--samples", "0"], ["--samples", "63"], ["--seed", "-1"]] {
            assert!(Options::try_parse_from(["p"].into_iter().chain(arguments)).is_err(), "{arguments:?}");
        }
    }
}
