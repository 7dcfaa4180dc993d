//! Figure 3: Bayesian logistic regression with Laplace prior and posterior, trained by each estimator.
//!
//! The model and the training are those of the [main job](crate::logistic_regression); here they run for every estimator, every
//! seed and two scalings of the features. The paper's "N = 4 and 8" may count orders or terms of the series, of which every
//! other one is 0: orders 4, 8 and 16 cover both readings.

use logphi::EstimateError;
use serde_json::json;

use super::Experiment;
use super::account::{Account, Claim, Figure, RuleText, Table};
use super::curves::{line, mean_and_deviation, panel, runs, short, spread};
use super::outcome::Outcome;
use super::unit::{Finished, Label, Unit};
use crate::data;
use crate::logistic_regression::model::{Settings, latex, rule};
use crate::logistic_regression::options::Order;
use crate::logistic_regression::record::Record;
use crate::logistic_regression::training::{Observer, Plan, Seen, train};
use crate::report::figure::{self, Axis, FigureError};
use crate::scaling::{Dataset, Scaling};

/// The estimators by name.
const COMPETITORS: [(&str, Order); 7] = [
    ("order-4", Order::Four),
    ("order-8", Order::Eight),
    ("order-16", Order::Sixteen),
    ("exact", Order::Exact),
    ("pathwise", Order::Pathwise),
    ("score", Order::Score),
    ("score-baseline", Order::ScoreWithBaseline),
];

/// Rows of a step: the paper's.
pub(super) const BATCH: usize = 64;

/// Posterior samples of a step: the paper's.
pub(super) const SAMPLES: usize = 50;

/// Adam's learning rate: the paper's.
pub(super) const RATE: f64 = 1e-3;

/// A table with its features scaled within the range of the series, and beyond it, as is usual.
pub(super) type Datasets = [(&'static str, Dataset); 2];

/// Both scalings of a table.
pub(super) fn datasets(table: &data::Table) -> Datasets {
    [("max-abs", Scaling::MaxAbs), ("standardised", Scaling::Standardise)]
        .map(|(name, scaling)| (name, Dataset::new(table, scaling)))
}

/// The experiment.
pub struct Regression {
    datasets: Datasets,
    file: String,
    seeds: Vec<u64>,
    epochs: u32,
    /// Epochs for each row that is kept.
    every: u32,
    kl_per_sample: bool,
}

impl Regression {
    /// The experiment on a table, with features scaled by their largest values and standardised.
    #[must_use]
    pub fn new(table: &data::Table, seeds: Vec<u64>, quick: bool, kl_per_sample: bool) -> Self {
        let (epochs, every) = if quick { (20, 2) } else { (2000, 20) };
        Self { datasets: datasets(table), file: table.file.clone(), seeds, epochs, every, kl_per_sample }
    }

    fn training(&self, index: usize, (name, order): (&'static str, Order), seed: u64) -> Unit<'_> {
        let (scaling, data) = &self.datasets[index];
        let kl_weight = if self.kl_per_sample { 1.0 } else { 1.0 / data.targets.len() as f64 };
        let settings = Settings { order, samples: SAMPLES, seed, kl_weight, threads: Some(1) };
        let plan = Plan { settings, epochs: self.epochs, batch: BATCH, learning_rate: RATE };
        Unit {
            label: Label::new("training", scaling, name, seed),
            configuration: json!({
                "data": self.file, "rows": data.targets.len(), "scaling": scaling, "epochs": self.epochs, "every": self.every,
                "batch": BATCH, "samples": SAMPLES, "rate": RATE, "kl_weight": kl_weight, "rule": rule(order),
            }),
            job: Box::new(move || self.train(data, &plan)),
        }
    }

    fn train(&self, data: &Dataset, plan: &Plan) -> Result<Outcome, EstimateError> {
        let training = train(data, plan, &mut Silent)?;
        let mut outcome = Outcome::new(&["epoch", "elbo", "log10_variance_mu", "log10_variance_b", "accuracy"]);
        for record in training.records.iter().filter(|record| record.epoch == 1 || record.epoch % self.every == 0) {
            let Record { epoch, elbo, log10_variance_mu, log10_variance_b, accuracy, .. } = *record;
            let [by_mu, by_b] = [log10_variance_mu, log10_variance_b].map(|variance| variance.unwrap_or(f64::NAN));
            outcome.push(&[f64::from(epoch), elbo, by_mu, by_b, accuracy]);
        }
        outcome.notes.extend(training.stop.map(|stop| format!("ended early: {stop}")));
        outcome.notes.extend(training.warnings.iter().map(|seen| format!("{} steps: {}", seen.steps, seen.warning)));
        Ok(outcome)
    }

    fn claims(&self, finished: &[Finished]) -> Vec<Claim> {
        let last = |scaling: &str, name: &str, column: &str| {
            let values: Vec<f64> =
                runs(finished, "training", scaling, name).iter().filter_map(|run| run.last(column)).collect();
            mean_and_deviation(&values)
        };
        // In the middle of the training, where speeds differ.
        let half = |scaling: &str, name: &str| {
            let runs = runs(finished, "training", scaling, name);
            let values: Vec<f64> =
                runs.iter().filter_map(|run| run.column("elbo").get(run.rows.len() / 2).copied()).collect();
            mean_and_deviation(&values)
        };
        let (mut faster, mut lower, mut effect) =
            ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for (scaling, _) in &self.datasets {
            let (own, deviation) = half(scaling, "order-8");
            for other in ["pathwise", "score"] {
                let (mean, _) = half(scaling, other);
                faster.0.push(own + deviation >= mean && own.is_finite());
                faster.1.push(format!("{scaling} {} against {} of {other}", short(own), short(mean)));
                let (own, other_variance) =
                    (last(scaling, "order-8", "log10_variance_b").0, last(scaling, other, "log10_variance_b").0);
                lower.0.push(own < other_variance);
                lower.1.push(format!("{scaling} {} against {} of {other}", short(own), short(other_variance)));
            }
            let (four, deviation) = last(scaling, "order-4", "elbo");
            let (sixteen, other) = last(scaling, "order-16", "elbo");
            effect.0.push((four - sixteen).abs() <= 3.0 * (deviation + other).max(1e-3));
            effect.1.push(format!("{scaling} {} at order 4, {} at order 16", short(four), short(sixteen)));
        }
        let claim = |claim: &str, cases: &[bool], numbers| Claim::judged("6.2", claim, cases, numbers);
        vec![
            claim(
                "the Fourier rule (order 8) converges faster than pathwise and score function",
                &faster.0,
                format!(
                    "bound halfway, held where it is not below the other's by more than a deviation: {}",
                    faster.1.join(", ")
                ),
            ),
            claim(
                "its variance is significantly lower",
                &lower.0,
                format!("log10 variance by b at the end: {}", lower.1.join(", ")),
            ),
            claim(
                "the truncation level has little effect on the outcome",
                &effect.0,
                format!("bound at the end: {}", effect.1.join(", ")),
            ),
        ]
    }
}

struct Silent;

impl Observer for Silent {
    fn epoch(&mut self, _: &Record) {}
    fn warning(&mut self, _: &Seen) {}
}

impl Experiment for Regression {
    fn name(&self) -> &'static str {
        "figure3"
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let mut units = Vec::new();
        for index in 0..self.datasets.len() {
            for competitor in COMPETITORS {
                units.extend(self.seeds.iter().map(|&seed| self.training(index, competitor, seed)));
            }
        }
        units
    }

    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError> {
        let drawn = |column: &str, y: &Axis| {
            let panels = self.datasets.iter().map(|(scaling, _)| {
                let lines = COMPETITORS
                    .iter()
                    .map(|(name, _)| line(name, &runs(finished, "training", scaling, name), "epoch", column));
                panel(scaling, "epoch", y.clone(), lines.collect())
            });
            figure::row(&panels.collect::<Vec<_>>())
        };
        let mut figures = Vec::new();
        for (column, file, caption, y) in [
            (
                "elbo",
                "elbo.svg",
                "Evidence lower bound of a row, while the parameters move",
                Axis::linear("bound / nats"),
            ),
            (
                "log10_variance_b",
                "variance_b.svg",
                "Variance of one sample's gradient by the scales, a mean over weights",
                Axis::logarithmic("variance"),
            ),
            (
                "log10_variance_mu",
                "variance_mu.svg",
                "Variance of one sample's gradient by the locations",
                Axis::logarithmic("variance"),
            ),
            (
                "accuracy",
                "accuracy.svg",
                "Fraction of all rows that the posterior mean classifies correctly",
                Axis::linear("accuracy"),
            ),
        ] {
            figures.push(Figure { file: file.to_owned(), caption: caption.to_owned(), svg: drawn(column, &y)? });
        }
        let mut rows = Vec::new();
        for (scaling, _) in &self.datasets {
            for (name, _) in COMPETITORS {
                let runs = runs(finished, "training", scaling, name);
                let of = |column: &str| spread(&runs, |run| run.last(column).unwrap_or(f64::NAN));
                let ended =
                    runs.iter().filter(|run| run.notes.iter().any(|note| note.starts_with("ended early"))).count();
                let [elbo, by_b, accuracy] = ["elbo", "log10_variance_b", "accuracy"].map(of);
                rows.push(vec![format!("{name}, {scaling}"), elbo, by_b, accuracy, ended.to_string()]);
            }
        }
        let header = ["estimator", "bound", "log10 variance by b", "accuracy", "trainings that ended early"];
        let table = Table {
            caption: format!("After {} epochs", self.epochs),
            header: header.map(str::to_owned).to_vec(),
            rows,
        };
        let kl = if self.kl_per_sample { "for every row, as Eq. (26) reads" } else { "once for the whole data" };
        Ok(Account {
            title: "Figure 3: Bayesian logistic regression".to_owned(),
            text: vec![format!(
                "Laplace prior and posterior on the weights, {}, batches of {BATCH} rows, {SAMPLES} posterior samples, Adam with rate \
                 {RATE}; the KL divergence counts {kl}. Features are scaled by their largest values, within the range of the series, \
                 or standardised, as is usual, beyond it.",
                self.file
            )],
            figures,
            tables: vec![table],
            claims: self.claims(finished),
            rules: COMPETITORS
                .iter()
                .map(|&(name, order)| RuleText {
                    name: name.to_owned(),
                    rule: rule(order).to_owned(),
                    latex: latex(order).to_owned(),
                })
                .collect(),
        })
    }
}
