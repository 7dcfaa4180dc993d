//! Figure 4: bias and variance of the truncated gradient against its order, at the parameters of one epoch; and how far the
//! estimators are apart along a training.
//!
//! The reference is the exact rule with ten million samples, on the batch and the parameters at which the others are judged.

use logphi::EstimateError;
use serde_json::json;

use super::Experiment;
use super::account::{Account, Claim, Figure, Table};
use super::curves::{panel, runs, short};
use super::logistic::{BATCH, Datasets, RATE, SAMPLES, datasets};
use super::outcome::Outcome;
use super::unit::{Finished, Label, Unit};
use crate::data;
use crate::logistic_regression::batch::{Batch, Batches};
use crate::logistic_regression::model::{Settings, Weights, objective, rule};
use crate::logistic_regression::options::Order;
use crate::logistic_regression::posterior::{Ascent, Posterior};
use crate::report::figure::{self, Axis, FigureError, Line};
use crate::scaling::Dataset;

const ORDERS: [Order; 6] = [Order::Two, Order::Four, Order::Six, Order::Eight, Order::Twelve, Order::Sixteen];

/// What the gradients of a trajectory are compared with: the truncated rule of order 8.
const ALONG: [(&str, Order); 4] = [
    ("exact", Order::Exact),
    ("pathwise", Order::Pathwise),
    ("score", Order::Score),
    ("score-baseline", Order::ScoreWithBaseline),
];

/// The experiment.
pub struct Orders {
    datasets: Datasets,
    file: String,
    seed: u64,
    /// The epoch whose parameters are looked at, the paper's.
    epoch: usize,
    /// Samples of the reference, and of each order.
    reference: usize,
    judged: usize,
}

impl Orders {
    /// The experiment on a table.
    #[must_use]
    pub fn new(table: &data::Table, seed: u64, quick: bool) -> Self {
        let (epoch, reference, judged) = if quick { (10, 20_000, 20_000) } else { (100, 10_000_000, 1_000_000) };
        Self { datasets: datasets(table), file: table.file.clone(), seed, epoch, reference, judged }
    }

    fn settings(&self, order: Order, samples: usize, seed: u64) -> Settings {
        // The divergence is the same for all.
        Settings { order, samples, seed, kl_weight: 0.0, threads: Some(1) }
    }

    /// Trains by the exact rule and calls `visit` with the parameters and the next batch before every step, and once at the end.
    fn walk(
        &self,
        data: &Dataset,
        mut visit: impl FnMut(usize, &Weights, &Batch) -> Result<(), EstimateError>,
    ) -> Result<(), EstimateError> {
        let kl_weight = 1.0 / data.targets.len() as f64;
        let settings = Settings { kl_weight, ..self.settings(Order::Exact, SAMPLES, self.seed) };
        let mut batches = Batches::new(data, BATCH, self.seed);
        let first = batches.get(0).clone();
        let mut posterior = Posterior::new(data.features.columns());
        let start = posterior.law.clone();
        let mut objective = objective(settings, &start, &first)?;
        let mut ascent = Ascent::new(RATE, data.features.columns());
        let mut step = 0;
        for _ in 0..self.epoch {
            batches.shuffle();
            for index in 0..batches.count() {
                let batch = batches.get(index);
                visit(step, &posterior.law, batch)?;
                let gradient = objective.step(&posterior.law, batch)?.gradient;
                ascent.update(&mut posterior, gradient);
                step += 1;
            }
        }
        visit(step, &posterior.law, batches.get(0))
    }

    /// The gradient by the scales and its standard errors at the end of the walk.
    fn at_the_end(&self, data: &Dataset, settings: Settings) -> Result<Outcome, EstimateError> {
        let mut last = None;
        self.walk(data, |_, weights, batch| {
            last = Some((weights.clone(), batch.clone()));
            Ok(())
        })?;
        let mut outcome = Outcome::new(&["gradient_b", "error_b"]);
        if let Some((weights, batch)) = last {
            let mut objective = objective(settings, &weights, &batch)?;
            let step = objective.step(&weights, &batch)?;
            let errors = step.standard_error.map_or_else(Vec::new, |errors| errors.b.clone());
            step.gradient.b.iter().zip(errors).for_each(|(gradient, error)| outcome.push(&[*gradient, error]));
        }
        Ok(outcome)
    }

    fn point(&self, index: usize, name: &str, order: Order, samples: usize) -> Unit<'_> {
        let (scaling, data) = &self.datasets[index];
        // The reference and the others draw independently.
        let settings = self.settings(order, samples, if order == Order::Exact { 1 } else { 2 });
        Unit {
            label: Label::new("point", scaling, name, self.seed),
            configuration: json!({
                "data": self.file, "scaling": scaling, "epoch": self.epoch, "samples": samples, "rule": rule(order),
                "exact": rule(Order::Exact), "batch": BATCH,
            }),
            job: Box::new(move || self.at_the_end(data, settings)),
        }
    }

    fn trajectory(&self, index: usize, name: &'static str, order: Order) -> Unit<'_> {
        let (scaling, data) = &self.datasets[index];
        Unit {
            label: Label::new("trajectory", scaling, name, self.seed),
            configuration: json!({
                "data": self.file, "scaling": scaling, "epoch": self.epoch, "rule": rule(order),
                "other": rule(Order::Eight), "exact": rule(Order::Exact), "batch": BATCH, "samples": SAMPLES,
            }),
            job: Box::new(move || self.follow(data, order)),
        }
    }

    /// Along the walk, at every tenth step: the mean square of the difference between one gradient of a rule and one of order 8,
    /// both by the scales, and the norms of both.
    fn follow(&self, data: &Dataset, order: Order) -> Result<Outcome, EstimateError> {
        let rows = Batches::new(data, BATCH, self.seed).get(0).clone();
        let start = Posterior::new(data.features.columns()).law;
        let mut objectives = [(order, 3), (Order::Eight, 4)]
            .map(|(order, seed)| objective(self.settings(order, SAMPLES, seed), &start, &rows));
        let mut outcome = Outcome::new(&["step", "mean_square_difference", "norm", "norm_order_8"]);
        self.walk(data, |step, weights, batch| {
            if step % 10 != 0 {
                return Ok(());
            }
            let mut gradients = [Vec::new(), Vec::new()];
            for (objective, gradient) in objectives.iter_mut().zip(&mut gradients) {
                match objective {
                    Ok(objective) => gradient.clone_from(&objective.step(weights, batch)?.gradient.b),
                    Err(error) => return Err(error.clone()),
                }
            }
            let [own, other] = &gradients;
            let difference: f64 = own.iter().zip(other).map(|(own, other)| (own - other).powi(2)).sum();
            outcome.push(&[step as f64, difference / own.len() as f64, norm(own), norm(other)]);
            Ok(())
        })?;
        Ok(outcome)
    }

    /// For each order: the norm of the bias, the noise in it, and the deviation of one gradient of 50 samples, relative to the
    /// norm of the exact gradient.
    fn biases(&self, finished: &[Finished], scaling: &str) -> Vec<(u32, [f64; 3])> {
        let of = |name: &str, column: &str| {
            runs(finished, "point", scaling, name).first().map_or_else(Vec::new, |run| run.column(column))
        };
        let (exact, exact_error) = (of("exact", "gradient_b"), of("exact", "error_b"));
        let size = norm(&exact);
        ORDERS
            .iter()
            .filter_map(|order| {
                let number = order.number()?;
                let name = format!("order-{number}");
                let (gradient, error) = (of(&name, "gradient_b"), of(&name, "error_b"));
                let difference: Vec<f64> = gradient.iter().zip(&exact).map(|(cut, exact)| cut - exact).collect();
                let noise = norm(&error).hypot(norm(&exact_error));
                let deviation = norm(&error) * (self.judged as f64 / SAMPLES as f64).sqrt();
                Some((number, [norm(&difference) / size, noise / size, deviation / size]))
            })
            .collect()
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

impl Experiment for Orders {
    fn name(&self) -> &'static str {
        "figure4"
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let mut units = Vec::new();
        for index in 0..self.datasets.len() {
            units.push(self.point(index, "exact", Order::Exact, self.reference));
            for order in ORDERS {
                let name = format!("order-{}", order.number().unwrap_or(0));
                units.push(self.point(index, &name, order, self.judged));
            }
            units.extend(ALONG.iter().map(|&(name, order)| self.trajectory(index, name, order)));
        }
        units
    }

    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError> {
        let (mut panels, mut rows) = (Vec::new(), Vec::new());
        let mut vary = (Vec::new(), Vec::new());
        for (scaling, _) in &self.datasets {
            let biases = self.biases(finished, scaling);
            let of = |name: &str, entry: usize| Line {
                name: name.to_owned(),
                points: biases.iter().map(|(order, numbers)| (f64::from(*order), numbers[entry].log10())).collect(),
                band: Vec::new(),
            };
            let lines = vec![of("bias", 0), of("noise in the bias", 1), of("deviation of a gradient", 2)];
            panels.push(panel(scaling, "order", Axis::logarithmic("size, relative"), lines));
            let sizes: Vec<f64> = biases.iter().map(|(_, numbers)| numbers[0].hypot(numbers[2])).collect();
            let ends = (sizes.iter().copied().fold(f64::INFINITY, f64::min), sizes.iter().copied().fold(0.0, f64::max));
            vary.0.push(ends.1 <= 2.0 * ends.0);
            vary.1.push(format!("{scaling} from {} to {}", short(ends.0), short(ends.1)));
            for (order, [bias, noise, deviation]) in biases {
                rows.push(vec![format!("order {order}, {scaling}"), short(bias), short(noise), short(deviation)]);
            }
        }
        let along = |column: &str, title: &str, y: &Axis| {
            let panels = self.datasets.iter().map(|(scaling, _)| {
                let lines = ALONG.iter().map(|(name, _)| {
                    let run = runs(finished, "trajectory", scaling, name);
                    let columns = run.first().map(|run| (run.column("step"), run.column(column))).unwrap_or_default();
                    let points = columns.0.into_iter().zip(columns.1.into_iter().map(f64::log10)).collect();
                    Line { name: (*name).to_owned(), points, band: Vec::new() }
                });
                panel(&format!("{title}, {scaling}"), "step", y.clone(), lines.collect())
            });
            figure::row(&panels.collect::<Vec<_>>())
        };
        let mean = |scaling: &str, name: &str| {
            let run = runs(finished, "trajectory", scaling, name);
            let differences = run.first().map_or_else(Vec::new, |run| run.column("mean_square_difference"));
            differences.iter().sum::<f64>() / differences.len() as f64
        };
        let (mut closer, mut numbers) = (Vec::new(), Vec::new());
        for (scaling, _) in &self.datasets {
            let (pathwise, score) = (mean(scaling, "pathwise"), mean(scaling, "score"));
            closer.push(pathwise < score);
            numbers.push(format!("{scaling} {} to pathwise, {} to score", short(pathwise), short(score)));
        }
        let claim = |claim: &str, cases: &[bool], numbers| Claim::judged("6.2", claim, cases, numbers);
        let header = ["rule", "bias", "noise in the bias", "deviation of a gradient"];
        Ok(Account {
            title: "Figure 4: bias and variance against the order".to_owned(),
            text: vec![format!(
                "The gradient by the scales b on one batch of {BATCH} rows, at the parameters that {} epochs by the exact rule lead to. \
                 The reference has {} samples, each order {}; sizes are norms over the weights, relative to that of the reference, and \
                 the deviation is that of a gradient of {SAMPLES} samples. A bias below its noise is not resolved.",
                self.epoch, self.reference, self.judged
            )],
            figures: vec![
                Figure {
                    file: "orders.svg".to_owned(),
                    caption: "Bias and deviation of the truncated gradient".to_owned(),
                    svg: figure::row(&panels)?,
                },
                Figure {
                    file: "differences.svg".to_owned(),
                    caption: "Mean square of the difference from the gradient of order 8".to_owned(),
                    svg: along("mean_square_difference", "difference", &Axis::logarithmic("mean square"))?,
                },
                Figure {
                    file: "norms.svg".to_owned(),
                    caption: "Norms of the gradients".to_owned(),
                    svg: along("norm", "norm", &Axis::logarithmic("norm"))?,
                },
            ],
            tables: vec![Table {
                caption: format!("At epoch {}", self.epoch),
                header: header.map(str::to_owned).to_vec(),
                rows,
            }],
            claims: vec![
                claim(
                    "bias and variance do not vary much with the truncation level",
                    &vary.0,
                    format!(
                        "root mean square error of a gradient over the orders, held within a factor of 2: {}",
                        vary.1.join(", ")
                    ),
                ),
                claim(
                    "the reparameterisation gradient is closer to the Fourier rule than the score function's",
                    &closer,
                    format!("mean square difference along the training: {}", numbers.join(", ")),
                ),
            ],
            rules: Vec::new(),
        })
    }
}
