//! One gradient of the logistic regression of the paper's section 6.2: batch 64, 50 samples, d = 30, Laplace posterior,
//! four even terms, with the KL divergence, on one thread; beside it the exact rule and the estimators to compare with.

use divan::Bencher;
use logphi::laws::{Gaussian, Laplace};
use logphi::prelude::*;

#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, order = 8, precision = f32)]
struct LogLikelihoodF32;

macro_rules! rules {
    ($($name:ident $single:ident: $form:ident$(($baseline:ident))?),*) => {
        $(
            #[estimator(of = log_likelihood, distribution = Laplace, form(b) = $form$(($baseline))?)]
            struct $name;

            #[estimator(of = log_likelihood, distribution = Laplace, form(b) = $form$(($baseline))?, precision = f32)]
            struct $single;
        )*
    };
}
rules!(
    Exact ExactF32: auxiliary,
    Pathwise PathwiseF32: pathwise,
    Score ScoreF32: score,
    ScoreBaseline ScoreBaselineF32: score(leave_one_out)
);

/// The divergence of a Laplace law from the standard one, paper Eq. (27).
#[term(distribution = Laplace)]
fn divergence(mu: f64, b: f64) -> f64 {
    mu.abs() + b * (-mu.abs() / b).exp() - b.ln() - 1.0
}

const ROWS: usize = 64;
const DIMENSION: usize = 30;
const SAMPLES: usize = 50;

macro_rules! gradient {
    ($name:ident, $estimator:ident, $errors:literal) => {
        #[divan::bench]
        fn $name(bencher: Bencher<'_, '_>) {
            let law = Laplace { mu: vec![0.0; DIMENSION], b: vec![1.0; DIMENSION] };
            let features = Gaussian { mu: 0.0, sigma: 0.3 };
            let x = logphi::sample(&features).dimension(DIMENSION).samples(ROWS).seed(1).matrix().expect("valid law");
            let y: Vec<f64> = (0..ROWS).map(|row| if row % 3 == 0 { -1.0 } else { 1.0 }).collect();
            let objective = $estimator::prepare(&law, (&x, &y)).plus(-1.0 / 569.0, divergence::TERM);
            let objective = objective.samples(SAMPLES).seed(7).threads(1).standard_errors($errors);
            let mut objective = objective.build().expect("valid problem");
            bencher.bench_local(|| objective.step(&law).map(|run| run.value));
        }
    };
}

gradient!(f64_with_standard_errors, log_likelihood, true);
gradient!(f32_with_standard_errors, LogLikelihoodF32, true);
gradient!(f64_without_standard_errors, log_likelihood, false);
gradient!(f32_without_standard_errors, LogLikelihoodF32, false);

gradient!(exact_f64, Exact, true);
gradient!(exact_f32, ExactF32, true);
gradient!(pathwise_f64, Pathwise, true);
gradient!(pathwise_f32, PathwiseF32, true);
gradient!(score_f64, Score, true);
gradient!(score_f32, ScoreF32, true);
gradient!(score_baseline_f64, ScoreBaseline, true);
gradient!(score_baseline_f32, ScoreBaselineF32, true);

fn main() {
    divan::main();
}
