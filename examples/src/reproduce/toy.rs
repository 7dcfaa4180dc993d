//! Figures 1 and 2: two toy problems under gamma laws, with every estimator that they have.
//!
//! `L(k, μ) = E Σ_j f(z_j)` with `z_j ~ Gamma(k_j, μ_j)` is lowered by Adam, for `f(z) = (z - ε)²` and `f(z) = e^{-εz}` with
//! `ε = 0.49`. Loss and gradient are known in closed form: what is drawn is how far each estimator comes, and how noisy its
//! gradients are where it is. Shapes and scales are softpluses of what is optimised.

use logphi::laws::Gamma;
use logphi::prelude::*;
use logphi::{Adam, EstimateError, Estimator, Prepare, Prepared, sigmoid, softplus};
use serde_json::json;

use super::Experiment;
use super::account::{Account, Claim, Figure, RuleText, Table};
use super::curves::{line, mean_and_deviation, panel, runs, short, spread};
use super::outcome::Outcome;
use super::unit::{Finished, Label, Unit};
use crate::report::figure::{self, Axis, FigureError};

/// The `ε` of both problems.
const EPSILON: f64 = 0.49;

/// Samples of a gradient.
const SAMPLES: usize = 10;

/// Samples from which the variance of a gradient is judged, in as many runs.
const JUDGED: usize = 2048;

/// Where each of the parameters starts.
const START: (f64, f64) = (1.5, 0.7);

/// Adam's learning rate, the paper's.
const RATE: f64 = 1e-3;

/// Toy problem 1 by the Fourier rule: the series ends with the second derivative.
#[estimator(distribution = Gamma, form = terminating)]
pub fn square(z: &[f64]) -> f64 {
    z.iter().map(|z| (z - 0.49).powi(2)).sum()
}

/// The same by the reparameterisation gradient, implicit in the shape.
#[estimator(of = square, distribution = Gamma, form = pathwise)]
pub struct SquarePathwise;

/// The same by the generalised reparameterisation gradient: the logarithm of the draw is standardised.
#[estimator(of = square, distribution = Gamma, form = weak)]
pub struct SquareWeak;

/// The same by the score function.
#[estimator(of = square, distribution = Gamma, form = score)]
pub struct SquareScore;

/// The same by the score function, with a baseline.
#[estimator(of = square, distribution = Gamma, form = score(leave_one_out))]
pub struct SquareBaseline;

/// The same without a draw: the exact gradient.
#[estimator(of = square, distribution = Gamma)]
pub struct SquareFormula;

/// Toy problem 2 by the Fourier rule, Eq. (23).
#[estimator(distribution = Gamma, form = closed_form)]
pub fn exponential(z: &[f64]) -> f64 {
    z.iter().map(|z| (-0.49 * z).exp()).sum()
}

/// The same by the series, cut after order 4.
#[estimator(of = exponential, distribution = Gamma, order = 4)]
pub struct ExponentialCut;

/// The same without a draw: the exact gradient.
#[estimator(of = exponential, distribution = Gamma)]
pub struct ExponentialFormula;

/// The same by the rule with an auxiliary draw.
#[estimator(of = exponential, distribution = Gamma, form = auxiliary)]
pub struct ExponentialAuxiliary;

/// The same by the reparameterisation gradient.
#[estimator(of = exponential, distribution = Gamma, form = pathwise)]
pub struct ExponentialPathwise;

/// The same by the generalised reparameterisation gradient.
#[estimator(of = exponential, distribution = Gamma, form = weak)]
pub struct ExponentialWeak;

/// The same by the score function.
#[estimator(of = exponential, distribution = Gamma, form = score)]
pub struct ExponentialScore;

/// The same by the score function, with a baseline.
#[estimator(of = exponential, distribution = Gamma, form = score(leave_one_out))]
pub struct ExponentialBaseline;

type Gammas = Gamma<Vec<f64>, Vec<f64>>;

/// Estimates gradients of one problem by one rule.
trait Objective {
    /// The gradient of a new set of samples, and its standard errors if they are asked for.
    fn step(&mut self, law: &Gammas) -> Result<(&Gammas, Option<&Gammas>), EstimateError>;
}

impl<E> Objective for Prepared<'_, E, Gammas>
where
    E: for<'a> Estimator<Law = Gamma<(), ()>, Arguments<'a> = ()>,
{
    fn step(&mut self, law: &Gammas) -> Result<(&Gammas, Option<&Gammas>), EstimateError> {
        let run = self.step(law)?;
        Ok((&run.gradient, run.standard_error.as_ref()))
    }
}

/// How many samples, of which seed, and whether errors are wanted.
#[derive(Clone, Copy)]
struct Settings {
    samples: usize,
    seed: u64,
    errors: bool,
}

type Build = fn(&Gammas, Settings) -> Result<Box<dyn Objective>, EstimateError>;

/// An estimator of the comparison.
struct Competitor {
    name: &'static str,
    build: Build,
    rule: &'static str,
    latex: &'static str,
}

fn build<E>(estimator: Prepare<'_, 'static, E, Gammas>, settings: Settings) -> Result<Box<dyn Objective>, EstimateError>
where
    E: for<'a> Estimator<Law = Gamma<(), ()>, Arguments<'a> = ()>,
{
    let Settings { samples, seed, errors } = settings;
    Ok(Box::new(estimator.samples(samples).seed(seed).standard_errors(errors).threads(1).build()?))
}

/// The name of the paper's rule.
const FOURIER: &str = "fourier";

/// The name of descent by the exact gradient, which has no noise and nothing to be compared with.
const EXACT: &str = "exact-gradient";

macro_rules! competitor {
    ($name:expr, $estimator:ident) => {
        Competitor {
            name: $name,
            build: |law, settings| build($estimator::prepare(law, ()), settings),
            rule: $estimator::RULE,
            latex: $estimator::LATEX,
        }
    };
}

const SQUARE: &[Competitor] = &[
    competitor!(FOURIER, square),
    competitor!("pathwise", SquarePathwise),
    competitor!("weak", SquareWeak),
    competitor!("score", SquareScore),
    competitor!("score-baseline", SquareBaseline),
    competitor!(EXACT, SquareFormula),
];

const EXPONENTIAL: &[Competitor] = &[
    competitor!(FOURIER, exponential),
    competitor!("order-4", ExponentialCut),
    competitor!("auxiliary", ExponentialAuxiliary),
    competitor!("pathwise", ExponentialPathwise),
    competitor!("weak", ExponentialWeak),
    competitor!("score", ExponentialScore),
    competitor!("score-baseline", ExponentialBaseline),
    competitor!(EXACT, ExponentialFormula),
];

/// Which of the two problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    /// `(z - ε)²`
    Square,
    /// `e^{-εz}`
    Exponential,
}

impl Problem {
    const fn competitors(self) -> &'static [Competitor] {
        match self {
            Self::Square => SQUARE,
            Self::Exponential => EXPONENTIAL,
        }
    }

    /// The loss of one coordinate.
    fn loss(self, k: f64, mu: f64) -> f64 {
        match self {
            Self::Square => k * mu * mu + (k * mu - EPSILON).powi(2),
            Self::Exponential => (1.0 + EPSILON * mu).powf(-k),
        }
    }
}

/// One of the two experiments.
pub struct Toy {
    problem: Problem,
    seeds: Vec<u64>,
    dimensions: &'static [usize],
    steps: usize,
    /// Gradients behind each variance of the table.
    repetitions: usize,
}

/// Shapes of the table of variances, at scale 0.7, with the variance by `k` of the pathwise gradient of toy problem 1, which was
/// found by quadrature with 40 digits.
const SHAPES: [(f64, f64); 3] = [(0.3, 2.47), (1.5, 4.50), (10.0, 22.8)];
const SCALE: f64 = 0.7;

impl Toy {
    /// Figure 1.
    #[must_use]
    pub fn square(seeds: Vec<u64>, quick: bool) -> Self {
        Self::new(Problem::Square, seeds, quick)
    }

    /// Figure 2.
    #[must_use]
    pub fn exponential(seeds: Vec<u64>, quick: bool) -> Self {
        Self::new(Problem::Exponential, seeds, quick)
    }

    fn new(problem: Problem, seeds: Vec<u64>, quick: bool) -> Self {
        let (steps, repetitions) = if quick { (100, 400) } else { (4000, 4000) };
        Self { problem, seeds, dimensions: &[1, 10, 100], steps, repetitions }
    }

    /// The same in small.
    #[cfg(test)]
    #[must_use]
    pub fn shortened(self, steps: usize, repetitions: usize) -> Self {
        Self { steps, repetitions, dimensions: &[1, 2], ..self }
    }

    fn training(&self, competitor: &'static Competitor, dimension: usize, seed: u64) -> Unit<'_> {
        let (problem, steps) = (self.problem, self.steps);
        Unit {
            label: Label::new("training", &format!("d{dimension}"), competitor.name, seed),
            configuration: json!({
                "problem": format!("{problem:?}"), "dimension": dimension, "steps": steps, "samples": SAMPLES,
                "start": START, "rate": RATE, "judged": JUDGED, "rule": competitor.rule,
            }),
            job: Box::new(move || train(problem, competitor, dimension, steps, seed)),
        }
    }

    fn variance(&self, competitor: &'static Competitor, k: f64) -> Unit<'_> {
        let repetitions = self.repetitions;
        Unit {
            label: Label::new("variance", &format!("k{k}"), competitor.name, 0),
            configuration: json!({ "k": k, "mu": SCALE, "repetitions": repetitions, "judged": JUDGED, "rule": competitor.rule }),
            job: Box::new(move || {
                let law = Gamma { k: vec![k], mu: vec![SCALE] };
                let mut objective = (competitor.build)(&law, Settings { samples: JUDGED, seed: 1, errors: true })?;
                let mut sums = [0.0; 2];
                for _ in 0..repetitions {
                    let (_, errors) = objective.step(&law)?;
                    let Some(errors) = errors else { continue };
                    sums[0] += errors.k[0].powi(2);
                    sums[1] += errors.mu[0].powi(2);
                }
                let mut outcome = Outcome::new(&["variance_k", "variance_mu"]);
                outcome.push(&sums.map(|sum| sum * JUDGED as f64 / repetitions as f64));
                Ok(outcome)
            }),
        }
    }

    /// The table of variances, and how far those of the closed forms are off at most.
    fn variances(&self, finished: &[Finished]) -> (Table, f64) {
        let mut rows = Vec::new();
        let mut worst = 0.0_f64;
        for (k, by_shape) in SHAPES {
            for competitor in self.problem.competitors() {
                let runs = runs(finished, "variance", &format!("k{k}"), competitor.name);
                let Some(run) = runs.first() else { continue };
                let found = ["variance_k", "variance_mu"].map(|column| run.last(column).unwrap_or(f64::NAN));
                let exact =
                    (self.problem == Problem::Square).then(|| known_variances(competitor.name, k, by_shape)).flatten();
                let of = |entry: usize| exact.map_or_else(String::new, |exact| short(exact[entry]));
                for (found, exact) in found.iter().zip(exact.iter().flatten()) {
                    let deviation = (found / exact - 1.0).abs();
                    worst = if deviation.is_nan() { f64::INFINITY } else { worst.max(deviation) };
                }
                rows.push(vec![
                    competitor.name.to_owned(),
                    k.to_string(),
                    short(found[0]),
                    of(0),
                    short(found[1]),
                    of(1),
                ]);
            }
        }
        let header =
            ["estimator", "k", "variance by k", "exactly", "variance by μ", "exactly"].map(str::to_owned).to_vec();
        let caption = format!(
            "Variances of one sample's gradient at μ = {SCALE}, from {} samples each; closed forms where they are known",
            self.repetitions * JUDGED
        );
        (Table { caption, header, rows }, worst)
    }

    /// The paper's claims about the figure.
    fn claims(&self, finished: &[Finished], worst: f64) -> Vec<Claim> {
        let (mut loss, mut variance) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for dimension in self.dimensions {
            let setting = format!("d{dimension}");
            let of = |name: &str, column: &str| {
                let values: Vec<f64> =
                    runs(finished, "training", &setting, name).iter().filter_map(|run| run.last(column)).collect();
                mean_and_deviation(&values)
            };
            let fourier = (of(FOURIER, "loss"), of(FOURIER, "log10_variance"));
            let others = self
                .problem
                .competitors()
                .iter()
                .map(|competitor| competitor.name)
                .filter(|name| ![FOURIER, EXACT].contains(name));
            for other in others {
                let (mean, deviation) = of(other, "loss");
                loss.0.push(fourier.0.0 <= mean + deviation.max(1e-12));
                loss.1.push(format!("{setting} {} against {} of {other}", short(fourier.0.0), short(mean)));
            }
            let (pathwise, _) = of("pathwise", "log10_variance");
            variance.0.push(fourier.1.0 <= pathwise + 0.3);
            variance.1.push(format!("{setting} {} against {}", short(fourier.1.0), short(pathwise)));
        }
        let mut claims = vec![
            Claim::judged(
                "6.1",
                "the Fourier rule comes to the minimal value in all cases faster than the other estimators",
                &loss.0,
                format!(
                    "loss at the end, held where it is not above the other's mean plus one deviation: {}",
                    loss.1.join(", ")
                ),
            ),
            Claim::judged(
                "6.1",
                "the variance of the gradient is competitive with that of the pathwise gradient",
                &variance.0,
                format!("log10 at the end, held up to a factor of 2: {}", variance.1.join(", ")),
            ),
        ];
        if self.problem == Problem::Square {
            claims.push(Claim::judged(
                "beyond",
                "measured variances are those of the closed forms, within 10 %",
                &[worst < 0.1],
                format!("the largest deviation is {:.1} %", 100.0 * worst),
            ));
        }
        claims
    }
}

/// The variances by `k` and `μ` of one sample's gradient of toy problem 1 by the Fourier rule.
fn fourier_variances(k: f64, mu: f64) -> [f64; 2] {
    [4.0 * k * mu.powi(4), 4.0 * k.powi(3) * mu * mu]
}

/// The variances by `k` and `μ` of one sample's gradient of toy problem 1, where a closed form or a quadrature gives them.
fn known_variances(estimator: &str, k: f64, pathwise_by_shape: f64) -> Option<[f64; 2]> {
    let mu = SCALE;
    match estimator {
        FOURIER => Some(fourier_variances(k, mu)),
        "pathwise" => {
            let moment = |n: u32| (0..n).map(|index| k + f64::from(index)).product::<f64>();
            let (square, both) = (moment(4) - moment(2).powi(2), moment(3) - moment(2) * k);
            let by_scale = 4.0 * (mu * mu * square + EPSILON * EPSILON * k - 2.0 * mu * EPSILON * both);
            Some([pathwise_by_shape, by_scale])
        }
        _ => None,
    }
}

/// One training from the start: the loss and the noise of the gradient along the way.
fn train(
    problem: Problem,
    competitor: &Competitor,
    dimension: usize,
    steps: usize,
    seed: u64,
) -> Result<Outcome, EstimateError> {
    let raw = |value: f64| value.exp_m1().ln();
    let (mut raw_k, mut raw_mu) = (vec![raw(START.0); dimension], vec![raw(START.1); dimension]);
    let mut law = Gamma { k: vec![START.0; dimension], mu: vec![START.1; dimension] };
    let mut objective = (competitor.build)(&law, Settings { samples: SAMPLES, seed, errors: false })?;
    let mut judge = (competitor.build)(&law, Settings { samples: JUDGED, seed: seed ^ (1 << 32), errors: true })?;
    let (mut adam_k, mut adam_mu) = (Adam::minimizing(RATE), Adam::minimizing(RATE));
    // The closed form of the variance, where there is one.
    let exact_variance = |law: &Gammas| {
        let known = problem == Problem::Square && competitor.name == FOURIER;
        let of = |(&k, &mu): (&f64, &f64)| fourier_variances(k, mu).iter().sum::<f64>();
        if known { law.k.iter().zip(&law.mu).map(of).sum() } else { f64::NAN }
    };
    let entries = (SAMPLES * 2 * dimension) as f64;
    let mut outcome = Outcome::new(&["step", "loss", "log10_variance", "log10_exact_variance"]);
    for step in 0..=steps {
        if step % (steps / 40).max(1) == 0 {
            let loss: f64 = law.k.iter().zip(&law.mu).map(|(&k, &mu)| problem.loss(k, mu)).sum();
            let (_, errors) = judge.step(&law)?;
            let squares: f64 =
                errors.map_or(f64::NAN, |errors| errors.k.iter().chain(&errors.mu).map(|error| error * error).sum());
            let variance = squares * JUDGED as f64 / entries;
            let exact = exact_variance(&law) / entries;
            outcome.push(&[step as f64, loss / dimension as f64, variance.log10(), exact.log10()]);
        }
        let (gradient, _) = objective.step(&law)?;
        let chained = |gradient: &[f64], raw: &[f64]| -> Vec<f64> {
            gradient.iter().zip(raw).map(|(gradient, raw)| gradient * sigmoid(*raw)).collect()
        };
        let (by_k, by_mu) = (chained(&gradient.k, &raw_k), chained(&gradient.mu, &raw_mu));
        adam_k.update(&mut raw_k, &by_k);
        adam_mu.update(&mut raw_mu, &by_mu);
        law.k.iter_mut().zip(&raw_k).for_each(|(k, raw)| *k = softplus(*raw));
        law.mu.iter_mut().zip(&raw_mu).for_each(|(mu, raw)| *mu = softplus(*raw));
    }
    Ok(outcome)
}

impl Experiment for Toy {
    fn name(&self) -> &'static str {
        match self.problem {
            Problem::Square => "figure1",
            Problem::Exponential => "figure2",
        }
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let mut units = Vec::new();
        for competitor in self.problem.competitors() {
            for &dimension in self.dimensions {
                units.extend(self.seeds.iter().map(|&seed| self.training(competitor, dimension, seed)));
            }
            units.extend(SHAPES.iter().map(|&(k, _)| self.variance(competitor, k)));
        }
        units
    }

    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError> {
        let competitors = self.problem.competitors();
        let drawn = |column: &str, y: &Axis| {
            let panels = self.dimensions.iter().map(|dimension| {
                let setting = format!("d{dimension}");
                let lines = competitors.iter().map(|competitor| {
                    line(competitor.name, &runs(finished, "training", &setting, competitor.name), "step", column)
                });
                let closed_form = (self.problem == Problem::Square && column == "log10_variance").then(|| {
                    let runs = runs(finished, "training", &setting, FOURIER);
                    line("fourier, closed form", &runs, "step", "log10_exact_variance")
                });
                panel(&format!("d = {dimension}"), "step", y.clone(), lines.chain(closed_form).collect())
            });
            figure::row(&panels.collect::<Vec<_>>())
        };
        let mut rows = Vec::new();
        for competitor in competitors {
            let mut row = vec![competitor.name.to_owned()];
            for dimension in self.dimensions {
                let runs = runs(finished, "training", &format!("d{dimension}"), competitor.name);
                row.push(spread(&runs, |run| run.last("loss").unwrap_or(f64::NAN)));
                row.push(spread(&runs, |run| run.last("log10_variance").unwrap_or(f64::NAN)));
            }
            rows.push(row);
        }
        let mut header = vec!["estimator".to_owned()];
        header.extend(
            self.dimensions.iter().flat_map(|d| [format!("loss, d = {d}"), format!("log10 variance, d = {d}")]),
        );
        let (variances, worst) = self.variances(finished);
        let (title, function) = match self.problem {
            Problem::Square => ("Figure 1: toy problem 1", "f(z) = Σ (z_j - 0.49)²"),
            Problem::Exponential => ("Figure 2: toy problem 2", "f(z) = Σ exp(-0.49 z_j)"),
        };
        Ok(Account {
            title: title.to_owned(),
            text: vec![
                format!(
                    "E f(z) under independent gamma laws, {function}, is lowered by Adam with rate {RATE}, {SAMPLES} samples a step, from \
                     k = {} and μ = {} (the paper does not say from where). The loss is exact, a mean over coordinates.",
                    START.0, START.1
                ),
                format!(
                    "The variance is that of one step's gradient at the parameters reached, a mean over its entries, judged by {JUDGED} \
                     fresh samples. All estimators see the same draws at the same parameters."
                ),
            ],
            figures: vec![
                Figure {
                    file: "loss.svg".to_owned(),
                    caption: "Exact loss of a coordinate".to_owned(),
                    svg: drawn("loss", &Axis::linear("loss"))?,
                },
                Figure {
                    file: "variance.svg".to_owned(),
                    caption: "Variance of the gradient".to_owned(),
                    svg: drawn("log10_variance", &Axis::logarithmic("variance"))?,
                },
            ],
            tables: vec![Table { caption: format!("At the end of {} steps", self.steps), header, rows }, variances],
            claims: self.claims(finished, worst),
            rules: competitors.iter().map(RuleText::of).collect(),
        })
    }
}

impl RuleText {
    fn of(competitor: &Competitor) -> Self {
        Self { name: competitor.name.to_owned(), rule: competitor.rule.to_owned(), latex: competitor.latex.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_the_formulas() {
        let law = Gamma { k: 1.3, mu: 0.6 };
        for (problem, found) in [
            (Problem::Square, square_formula::estimate(&law, ()).dimension(1).run().expect("a formula").value),
            (
                Problem::Exponential,
                exponential_formula::estimate(&law, ()).dimension(1).run().expect("a formula").value,
            ),
        ] {
            assert!((problem.loss(1.3, 0.6) - found).abs() < 1e-14, "{problem:?}: {found}");
        }
    }

    #[estimator(distribution = Gamma)]
    fn square_formula(z: &[f64]) -> f64 {
        z.iter().map(|z| (z - 0.49).powi(2)).sum()
    }

    #[estimator(distribution = Gamma)]
    fn exponential_formula(z: &[f64]) -> f64 {
        z.iter().map(|z| (-0.49 * z).exp()).sum()
    }

    #[test]
    fn variances_come_near_those_of_the_closed_forms() {
        let toy = Toy::square(vec![0], true);
        let finished: Vec<Finished> = toy
            .units()
            .iter()
            .filter(|unit| unit.label.table == "variance")
            .map(|unit| Finished {
                label: unit.label.clone(),
                fingerprint: unit.fingerprint(),
                outcome: (unit.job)().expect("a run"),
            })
            .collect();
        let (table, worst) = toy.variances(&finished);
        assert!(table.rows.len() == SHAPES.len() * SQUARE.len() && worst < 0.1, "{worst} {table:?}");
    }

    #[test]
    fn a_training_lowers_the_loss() {
        let outcome = train(Problem::Square, &SQUARE[0], 2, 400, 3).expect("a training");
        let losses = outcome.column("loss");
        assert!(losses.len() == 41 && losses[40] < 0.9 * losses[0], "{losses:?}");
    }
}
