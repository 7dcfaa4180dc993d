//! The same bits from a CUDA device as from the processor.
//!
//! Needs a device, and NVRTC where the library path finds it. Without one every test says so and passes, unless
//! `LOGPHI_REQUIRE_DEVICE` is set. `device/run.sh` runs the tests and the benchmark on a machine without Rust.

use logphi::laws::{
    Bernoulli, Exponential, Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Poisson, Tweedie,
    VarianceGamma,
};
use logphi::prelude::*;
use logphi::{Arithmetic, Backend, DeviceError, Draws, EstimateError, Estimator, Prepared, Run};
use logphi_tests::runs::numbers;

/// A ridge term, truncated.
#[estimator(distribution = Laplace, order = 8, packs = portable)]
fn ridge(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

/// The same in single precision.
#[estimator(of = ridge, distribution = Laplace, order = 8, precision = f32, packs = portable)]
struct RidgeSingle;

/// The same function by an exact rule: coordinates are moved one by one.
#[estimator(of = ridge, distribution = Laplace, packs = portable)]
struct Moved;

/// The same in single precision.
#[estimator(of = ridge, distribution = Laplace, precision = f32, packs = portable)]
struct MovedSingle;

/// Differences under a law of counts.
#[estimator(of = ridge, distribution = Poisson, packs = portable)]
struct Counted;

/// Two states (Theorem 2 of the paper).
#[estimator(of = ridge, distribution = Bernoulli, packs = portable)]
struct TwoStates;

/// A separable term.
#[estimator(distribution = Gamma, form = terminating, packs = portable)]
fn separable(z: &[f64], target: &[f64]) -> f64 {
    z.iter().zip(target).map(|(z, t)| (z - t).powi(3)).sum()
}

/// The same in single precision.
#[estimator(of = separable, distribution = Gamma, form = terminating, precision = f32, packs = portable)]
struct SeparableSingle;

/// Two ridge terms and a separable one.
#[estimator(distribution = Gaussian, packs = portable)]
fn mixed(z: &[f64], a: &Matrix, t: &[f64], scale: f64) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum::<f64>()
        + (scale * dot(t, z)).sin()
        + z.iter().map(|z| z.tanh()).sum::<f64>()
}

/// The same in single precision.
#[estimator(of = mixed, distribution = Gaussian, precision = f32, packs = portable)]
struct MixedSingle;

/// The rule of the shape has derivatives of the draw by it.
#[estimator(of = separable, distribution = Gamma, form = pathwise, packs = portable)]
struct Pathwise;

/// The same in single precision.
#[estimator(of = separable, distribution = Gamma, form = pathwise, precision = f32, packs = portable)]
struct PathwiseSingle;

/// The score function with a baseline, of ridge terms and a separable one.
#[estimator(of = mixed, distribution = Gaussian, form = score(leave_one_out), packs = portable)]
struct Scored;

/// Without a baseline, of a separable term, in single precision.
#[estimator(of = separable, distribution = Gamma, form = score, precision = f32, packs = portable)]
struct ScoredSingle;

/// Terms of several coordinates, beside terms of one each.
#[estimator(distribution = Laplace, packs = portable)]
fn curve(z: &[f64], t: &[f64]) -> f64 {
    let sum: f64 = t.iter().map(|t| (z[0] * (-z[2] * t).exp() - 1.0).powi(2)).sum();
    sum + (z[0] * z[1]).sin() + z.iter().map(|z| z.tanh()).sum::<f64>()
}

/// The same in single precision, by a series.
#[estimator(of = curve, distribution = Laplace, order = 4, precision = f32, packs = portable)]
struct CurveSingle;

/// A smooth function of one coordinate each, for many laws.
#[estimator(distribution = Exponential, packs = portable)]
fn smooth(z: &[f64]) -> f64 {
    z.iter().map(|z| (1.0 + z * z).ln() + (0.3 * z).atan()).sum()
}

macro_rules! of_laws {
    ($($name:ident, $law:ident;)*) => {
        $(
            /// The smooth function under another law.
            #[estimator(of = smooth, distribution = $law, packs = portable)]
            struct $name;
        )*
    };
}

of_laws! {
    UnderGamma, Gamma;
    UnderInverseGaussian, InverseGaussian;
    UnderNegativeBinomial, NegativeBinomial;
    UnderVarianceGamma, VarianceGamma;
    UnderTweedie, Tweedie;
}

const SAMPLES: [usize; 7] = [1, 2, 31, 50, 1025, 5000, 3_000_000];

/// The run, or nothing where there is no device.
fn on_device<E: Estimator, G>(run: Result<Run<E, G>, EstimateError>) -> Option<Run<E, G>> {
    match run {
        Ok(run) => Some(run),
        Err(EstimateError::Device(error @ (DeviceError::NoLibrary { .. } | DeviceError::NoSuchDevice { .. })))
            if std::env::var_os("LOGPHI_REQUIRE_DEVICE").is_none() =>
        {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

macro_rules! same_bits {
    ($name:ident, $estimator:ident, $law:expr, $arguments:expr) => {
        same_bits!($name, $estimator, $law, $arguments, SAMPLES.len());
    };
    ($name:ident, $estimator:ident, $law:expr, $arguments:expr, $sizes:expr) => {
        #[test]
        fn $name() {
            let law = $law;
            for samples in SAMPLES.into_iter().take($sizes) {
                let estimate = || $estimator::estimate(&law, $arguments).samples(samples).seed(11);
                let Some(found) = on_device(estimate().backend(Backend::Cuda(0)).run()) else { return };
                let expected = estimate().run().expect("a run");
                let bits = |run: &Run<_, _>| numbers(run).into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(&found), bits(&expected), "{samples} samples");
                // Without standard errors moments are contracted on the device.
                let without = estimate().standard_errors(false);
                let found = without.backend(Backend::Cuda(0)).run().expect("a run");
                let expected = estimate().standard_errors(false).run().expect("a run");
                assert_eq!(bits(&found), bits(&expected), "{samples} samples without standard errors");
                let fast = estimate().backend(Backend::Cuda(0)).arithmetic(Arithmetic::Fast).run().expect("a run");
                let scale = expected.value.abs().max(1.0);
                let difference = (fast.value - expected.value).abs() / scale;
                assert!(difference < 2e-3, "fast arithmetic is off by {difference} of {scale} ({samples} samples)");
            }
        }
    };
}

/// A matrix that lives as long as the tests.
fn matrix(rows: usize, columns: usize) -> &'static Matrix {
    let entries = (0..rows * columns).map(|index| (index as f64 * 0.7).sin() * 0.4).collect();
    Box::leak(Box::new(Matrix::new(rows, columns, entries).expect("it fits")))
}

const LABELS: [f64; 5] = [1.0, -1.0, 1.0, 1.0, -1.0];

same_bits!(ridge_terms, ridge, Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 }, (matrix(5, 3), &LABELS));
same_bits!(ridge_terms_single, RidgeSingle, Laplace { mu: 0.1, b: [0.5, 0.6, 0.2] }, (matrix(5, 3), &LABELS));
same_bits!(moved_coordinates, Moved, Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 }, (matrix(5, 3), &LABELS));
same_bits!(moved_coordinates_single, MovedSingle, Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 }, (matrix(5, 3), &LABELS));
same_bits!(counts, Counted, Poisson { rate: [0.3, 4.0, 25.0] }, (matrix(5, 3), &LABELS));
same_bits!(two_states, TwoStates, Bernoulli { p: [0.3, 0.5, 0.9] }, (matrix(5, 3), &LABELS));
same_bits!(separable_terms, separable, Gamma { k: [0.4, 1.0, 7.5], mu: 1.5 }, &[0.1, 0.2, 0.3]);
same_bits!(separable_terms_single, SeparableSingle, Gamma { k: [0.4, 1.0, 7.5], mu: 1.5 }, &[0.1, 0.2, 0.3]);
same_bits!(scored_single, ScoredSingle, Gamma { k: [0.4, 1.0, 7.5], mu: 1.5 }, &[0.1, 0.2, 0.3], 6);
same_bits!(interactions, curve, Laplace { mu: [0.3, -0.2, 0.1], b: 0.2 }, &[0.2, 0.9, 1.7]);
same_bits!(interactions_single, CurveSingle, Laplace { mu: [0.3, -0.2, 0.1], b: 0.2 }, &[0.2, 0.9, 1.7]);
same_bits!(pathwise, Pathwise, Gamma { k: [0.4, 1.0, 2000.0], mu: 1.5 }, &[0.1, 0.2, 0.3], 6);
same_bits!(pathwise_single, PathwiseSingle, Gamma { k: [0.4, 1.0, 2000.0], mu: 1.5 }, &[0.1, 0.2, 0.3], 6);
same_bits!(
    mixed_terms,
    mixed,
    Gaussian { mu: [0.1, 0.2, -0.3, 0.0], sigma: 0.7 },
    (matrix(9, 4), &[0.5, 0.2, -0.1, 0.9], 1.25)
);
same_bits!(
    mixed_terms_single,
    MixedSingle,
    Gaussian { mu: [0.1, 0.2, -0.3, 0.0], sigma: 0.7 },
    (matrix(9, 4), &[0.5, 0.2, -0.1, 0.9], 1.25)
);
same_bits!(exponential, smooth, Exponential { rate: [0.5, 2.0] }, (), 6);
same_bits!(gamma, UnderGamma, Gamma { k: [0.4, 7.5], mu: 1.5 }, (), 6);
same_bits!(inverse_gaussian, UnderInverseGaussian, InverseGaussian { mu: [0.5, 2.0], lambda: 1.5 }, (), 6);
same_bits!(negative_binomial, UnderNegativeBinomial, NegativeBinomial { r: [0.5, 20.0], p: 0.4 }, (), 6);
same_bits!(variance_gamma, UnderVarianceGamma, VarianceGamma { c: [0.5, 2.0], theta: 0.2, sigma: 0.6, nu: 0.4 }, (), 6);
same_bits!(tweedie, UnderTweedie, Tweedie { rate: [0.5, 3.0], k: 2.0, mu: 0.5 }, (), 6);

/// A baseline needs two samples at least, which the list of `same_bits` does not keep to.
#[test]
fn scores_with_a_baseline_have_the_same_bits() {
    let law = Gaussian { mu: [0.1, 0.2, -0.3, 0.0], sigma: 0.7 };
    let arguments = || (matrix(9, 4), &[0.5, 0.2, -0.1, 0.9][..], 1.25);
    for (samples, errors) in [(2, true), (50, false), (5000, true), (5000, false)] {
        let run = |backend| {
            let estimate = Scored::estimate(&law, arguments()).samples(samples).seed(11).standard_errors(errors);
            estimate.backend(backend).run()
        };
        let Some(found) = on_device(run(Backend::Cuda(0))) else { return };
        assert_eq!(numbers(&found), numbers(&run(Backend::Cpu).expect("a run")), "{samples} samples");
    }
}

/// What was prepared for a device, or nothing where there is none.
fn prepared<'a, E: Estimator, G>(built: Result<Prepared<'a, E, G>, EstimateError>) -> Option<Prepared<'a, E, G>> {
    match built {
        Ok(prepared) => Some(prepared),
        Err(EstimateError::Device(error)) if std::env::var_os("LOGPHI_REQUIRE_DEVICE").is_none() => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A training loop: each step sees the next stream, and other parameters. The third and later ones are launched as recorded.
#[test]
fn prepared_steps_have_the_same_bits() {
    let law = |step: usize| Laplace { mu: [0.1 * step as f64, -0.2, 0.0], b: 0.5 };
    // One leaf, one with many rows, several leaves.
    for (rows, samples) in [(70, 50), (700, 50), (70, 5000)] {
        let (x, y) = (matrix(rows, 3), LABELS.repeat(rows / 5));
        let build = |backend, errors| {
            let first = law(0);
            let objective = RidgeSingle::prepare(&first, (x, &y)).samples(samples).seed(3).standard_errors(errors);
            objective.backend(backend).build()
        };
        for errors in [true, false] {
            let mut expected = build(Backend::Cpu, errors).expect("valid");
            let Some(mut found) = prepared(build(Backend::Cuda(0), errors)) else { return };
            for step in 0..20 {
                let expected = numbers(expected.step(&law(step)).expect("a step"));
                let found = numbers(found.step(&law(step)).expect("a step"));
                assert_eq!(found, expected, "step {step}, {rows} rows, {samples} samples");
            }
        }
    }
}

/// Leaves in two chunks, of which the last is small: one shape of blocks serves both.
#[test]
fn a_last_chunk_of_few_leaves_has_the_same_bits() {
    let (x, y) = (matrix(65, 3), LABELS.repeat(13));
    let law = Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 };
    let run = |backend, errors| {
        let estimate = RidgeSingle::estimate(&law, (x, &y)).samples((1 << 20) + 5000).seed(3);
        estimate.standard_errors(errors).backend(backend).run()
    };
    for errors in [true, false] {
        let Some(found) = on_device(run(Backend::Cuda(0), errors)) else { return };
        assert_eq!(numbers(&found), numbers(&run(Backend::Cpu, errors).expect("a run")));
    }
}

/// Batches of the data, of two sizes: what was recorded for one must not serve another.
#[test]
fn other_arguments_have_the_same_bits() {
    let law = Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 };
    let batches = [5, 70, 5, 5, 5, 700, 70, 70, 70, 5].map(|rows| (matrix(rows, 3), LABELS.repeat(rows / 5)));
    let build = |backend| {
        let (x, y) = &batches[0];
        Moved::prepare(&law, (x, y)).samples(200).seed(3).backend(backend).build()
    };
    let mut expected = build(Backend::Cpu).expect("valid");
    let Some(mut found) = prepared(build(Backend::Cuda(0))) else { return };
    for (x, y) in &batches {
        let expected = numbers(expected.step_on(&law, (x, y)).expect("a step"));
        let found = numbers(found.step_on(&law, (x, y)).expect("a step"));
        assert_eq!(found, expected, "{} rows", y.len());
    }
}

/// Many laws in one launch.
#[test]
fn sweeps_have_the_same_bits() {
    let (x, y) = (matrix(20, 3), LABELS.repeat(4));
    let laws: Vec<_> =
        (0..300).map(|law| Laplace { mu: [0.01 * f64::from(law), -0.2, 0.0], b: [0.5, 0.6, 0.7] }).collect();
    for (count, samples, errors) in
        [(300, 1, false), (300, 50, true), (300, 50, false), (20, 3000, true), (20, 3000, false)]
    {
        let laws = &laws[..count];
        let build = |backend| {
            let objective = Moved::prepare(&laws[0], (x, &y)).samples(samples).seed(3).standard_errors(errors);
            objective.backend(backend).build()
        };
        let mut expected = build(Backend::Cpu).expect("valid");
        let Some(mut found) = prepared(build(Backend::Cuda(0))) else { return };
        for draws in [Draws::Common, Draws::Own, Draws::Own] {
            let expected = expected.sweep(laws, draws).expect("runs");
            let found = found.sweep(laws, draws).expect("runs");
            for (law, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(numbers(found), numbers(expected), "law {law}, {samples} samples, {draws:?}");
            }
        }
    }
}

/// Several devices share the samples; here one device stands for all.
#[test]
fn devices_share_samples() {
    let law = Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 };
    for (samples, errors) in [(50, true), (1025, false), (5000, true), (5000, false), (200_000, true)] {
        let run = |backend| {
            let estimate = MovedSingle::estimate(&law, (matrix(5, 3), &LABELS)).samples(samples).seed(11);
            estimate.standard_errors(errors).backend(backend).run()
        };
        let expected = numbers(&run(Backend::Cpu).expect("a run"));
        for devices in [&[0, 0][..], &[0, 0, 0], &[0; 5]] {
            let Some(found) = on_device(run(Backend::Cudas(devices.to_vec().leak()))) else { return };
            assert_eq!(numbers(&found), expected, "{samples} samples, {} devices", devices.len());
        }
    }
}

/// Estimators of one device run side by side.
#[test]
fn threads_share_a_device() {
    let law = Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 };
    let run = |seed: u64| ridge::estimate(&law, (matrix(5, 3), &LABELS)).samples(5000).seed(seed);
    if on_device(run(0).backend(Backend::Cuda(0)).run()).is_none() {
        return;
    }
    std::thread::scope(|scope| {
        for seed in 0..8 {
            scope.spawn(move || {
                let found = run(seed).backend(Backend::Cuda(0)).run().expect("a run");
                assert_eq!(numbers(&found), numbers(&run(seed).run().expect("a run")));
            });
        }
    });
}

/// A function with more rows than the device has memory for.
#[test]
fn too_little_memory_is_an_error() {
    // The ridge arguments of one leaf take 4 000 000 rows · 2 · 1024 samples · 8 bytes = 66 GB, of a quarter of the free memory.
    let rows = 4_000_000;
    let (x, y) = (matrix(rows, 1), vec![1.0; rows]);
    let law = Laplace { mu: [0.3], b: 0.5 };
    let build = || Moved::prepare(&law, (x, &y)).seed(3).backend(Backend::Cuda(0)).build();
    let Some(mut found) = prepared(build()) else { return };
    let error = found.step(&law).map(|run| run.value);
    let Err(EstimateError::Device(DeviceError::OutOfMemory { wanted })) = error else { panic!("{error:?}") };
    assert!(wanted > 65_000_000_000);
    // Afterwards the device can be used.
    let law = Exponential { rate: [0.5, 2.0] };
    assert!(smooth::estimate(&law, ()).samples(100).seed(1).backend(Backend::Cuda(0)).run().is_ok());
}

#[test]
fn kernels_are_reported() {
    let law = Laplace { mu: [0.3, -0.2, 0.0], b: 0.5 };
    let (x, y) = (matrix(5, 3), &LABELS);
    let Some(mut objective) = prepared(MovedSingle::prepare(&law, (x, y)).seed(1).backend(Backend::Cuda(0)).build())
    else {
        return;
    };
    assert!(objective.kernels().expect("nothing fails").is_empty());
    objective.step(&law).expect("a step");
    let kernels = objective.kernels().expect("a report");
    assert_eq!(kernels.iter().map(|kernel| kernel.name).collect::<Vec<_>>(), ["draw", "by row", "by moved coordinate"]);
    for kernel in kernels {
        println!("{kernel}");
        assert!(kernel.registers > 0 && kernel.local_bytes == 0 && kernel.occupancy > 0.1, "{kernel}");
    }
}

#[test]
fn no_devices_are_an_error() {
    let law = Exponential { rate: 1.0 };
    let error = smooth::estimate(&law, ()).dimension(1).backend(Backend::Cudas(&[])).run();
    assert!(matches!(error, Err(EstimateError::Device(DeviceError::NoDevices))));
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    let law = Exponential { rate: 1.0 };
    let error = smooth::estimate(&law, ()).dimension(1).backend(Backend::Cuda(1000)).run();
    let Err(EstimateError::Device(error)) = error else { panic!("no error") };
    assert!(matches!(error, DeviceError::NoLibrary { .. } | DeviceError::NoSuchDevice { device: 1000, .. }), "{error}");
}
