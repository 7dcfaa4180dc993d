//! Sweeps over laws: the same runs as one after the other, with the random numbers that were asked for.

use logphi::laws::{Gamma, Laplace};
use logphi::prelude::*;
use logphi::{Draws, EstimateError};
use logphi_tests::runs::numbers;

#[estimator(distribution = Laplace, packs = portable)]
fn energy(z: &[f64], scale: f64) -> f64 {
    z.iter().map(|z| softplus(scale * z)).sum()
}

/// All rules of this one are formulas: nothing is drawn.
#[estimator(distribution = Gamma, packs = portable)]
fn square(z: &[f64]) -> f64 {
    z.iter().map(|z| z * z).sum()
}

fn laws() -> Vec<Laplace<[f64; 2], f64>> {
    (0..5).map(|law| Laplace { mu: [0.1 * f64::from(law), -0.3], b: 0.5 }).collect()
}

#[test]
fn common_draws_are_those_of_a_step() {
    let laws = laws();
    let mut together = energy::prepare(&laws[0], 1.5).samples(2000).seed(3).stream(7).build().expect("valid");
    let runs = together.sweep(&laws, Draws::Common).expect("runs");
    for (law, run) in laws.iter().zip(&runs) {
        let alone = energy::estimate(law, 1.5).samples(2000).seed(3).stream(7).run().expect("a run");
        assert_eq!(numbers(run), numbers(&alone));
        assert_eq!((run.seed, run.stream, run.samples), (3, 7, 2000));
    }
    // The stream has moved by one.
    let next = numbers(together.step(&laws[0]).expect("a step"));
    let alone = energy::estimate(&laws[0], 1.5).samples(2000).seed(3).stream(8).run().expect("a run");
    assert_eq!(next, numbers(&alone));
}

/// Under one law, law `i` of a sweep with draws of its own has samples `i S` to `(i + 1) S - 1`: the mean over all of them is that of
/// one run with as many.
#[test]
fn own_draws_are_the_samples_that_follow() {
    let law = Laplace { mu: [0.1, -0.3], b: 0.5 };
    let (count, samples) = (8, 1024);
    let mut together = energy::prepare(&law, 1.5).samples(samples).seed(3).build().expect("valid");
    let runs = together.sweep(&vec![law; count], Draws::Own).expect("runs");
    let one = energy::estimate(&law, 1.5).samples(count * samples).seed(3).run().expect("a run");
    let mean = runs.iter().map(|run| run.value).sum::<f64>() / count as f64;
    assert!((mean - one.value).abs() < 1e-13);
    assert!(runs.windows(2).all(|pair| pair[0].value != pair[1].value));
}

/// Differences between close laws have far less noise with common draws. The bound is met with room: the standard errors are
/// some 0.02, the differences some 0.001.
#[test]
fn common_draws_cancel_in_differences() {
    let at = |mu: f64| Laplace { mu: [mu, -0.3], b: 0.5 };
    let (step, exact) = (1e-3, 1_000_000);
    let mut objective = energy::prepare(&at(0.2), 1.5).samples(1000).seed(3).build().expect("valid");
    let runs = objective.sweep(&[at(0.2 - step), at(0.2 + step)], Draws::Common).expect("runs");
    let difference = (runs[1].value - runs[0].value) / (2.0 * step);
    let gradient = energy::estimate(&at(0.2), 1.5).samples(exact).seed(4).run().expect("a run").gradient.mu[0];
    assert!((difference - gradient).abs() < 0.1, "{difference} is not {gradient}");
}

#[test]
fn formulas_need_no_draws() {
    let laws = [Gamma { k: 1.5, mu: 0.7 }, Gamma { k: 2.0, mu: 0.5 }];
    let mut objective = square::prepare(&laws[0], ()).dimension(1).build().expect("valid");
    let runs = objective.sweep(&laws, Draws::Own).expect("runs");
    for (law, run) in laws.iter().zip(&runs) {
        assert!((run.value - law.k * (law.k + 1.0) * law.mu * law.mu).abs() < 1e-12);
    }
}

#[test]
fn a_wrong_law_is_named() {
    let mut laws = laws();
    laws[3].b = -1.0;
    let mut objective = energy::prepare(&laws[0], 1.5).samples(10).seed(3).build().expect("valid");
    let before = numbers(objective.step(&laws[0]).expect("a step"));
    let Err(EstimateError::AtLaw { law: 3, error }) = objective.sweep(&laws, Draws::Own) else { panic!("no error") };
    assert!(matches!(*error, EstimateError::ParameterOutsideDomain { .. }), "{error}");
    // The stream has not moved.
    let next = numbers(objective.step(&laws[0]).expect("a step"));
    assert_ne!(before, next);
    let alone = energy::estimate(&laws[0], 1.5).samples(10).seed(3).stream(1).run().expect("a run");
    assert_eq!(next, numbers(&alone));
}

#[test]
fn no_laws_give_no_runs() {
    let law = laws().remove(0);
    let mut objective = energy::prepare(&law, 1.5).samples(10).seed(3).build().expect("valid");
    assert!(objective.sweep::<Laplace<[f64; 2], f64>>(&[], Draws::Own).expect("nothing fails").is_empty());
}
