//! Exact rules, through estimators written by hand: their expectations have closed forms under the Laplace law.
//!
//! With `X ~ Laplace(0, b)` independent of `z`, `∂_b E f = 2b E f''(z + X) = (2/b) E [f(z + X) - f(z)]`, and with `T`
//! exponential `∂_b E f = E [f'(z + bT) - f'(z - bT)]`. (Half of this long file is what generated code would say.)

use std::cell::Cell;
use std::marker::PhantomData;

use super::LANES;
use crate::draw::{Key, Words};
use crate::error::EstimateError;
use crate::estimate::Estimate;
use crate::kernel::{Estimator, Moment, Nothing, Ridge, RidgeAdjoint, Separable, TermInfo};
use crate::lane::{Lane, PackWidth, Scalar};
use crate::laws::Laplace;
use crate::matrix::Matrix;
use crate::parameters::Gradient;
use crate::run::Run;
use crate::sample::sample;

type LaplaceLaw = Laplace<(), ()>;
type Fields = Laplace<Vec<f64>, f64>;

/// `f(z) = Σ_o y_o cos(⟨A_o, z⟩ + o) + Σ_j z_j²`. The rule for `b` is half the sum of its two forms by `X`; that for `mu`
/// is twice `E f'` less the stencil `E f'`. Moves `M` coordinates of each sample, all if `M` is 0.
struct Waves<S, const M: usize = 0>(PhantomData<S>);

/// `f(z) = Σ_j z_j²`, with the third form for `b`.
struct Squares<S>(PhantomData<S>);

struct Wave;
struct Square;

const fn term(parameter: usize, moment: Moment) -> TermInfo {
    TermInfo { parameter, moment, kept: true }
}

impl<S: Scalar, const M: usize> Estimator for Waves<S, M> {
    type Law = LaplaceLaw;
    type Scalar = S;
    type Arguments<'a> = (&'a Matrix, &'a [f64]);
    type ArgumentGradient = ();
    type Ridges = (Wave, ());
    type Separable = Square;
    type Interactions = ();
    type Whole = Nothing;
    type Probes<L: Lane<Scalar = S>> = [L; 1];
    type Stencils<L: Lane<Scalar = S>> = [L; 3];
    const STENCILS: usize = 3;
    const COORDINATES: Option<usize> = if M == 0 { None } else { Some(M) };
    const NAME: &'static str = "waves";
    const VECTOR: bool = true;
    const ORDERS: &'static [u32] = &[1];
    const TERMS: &'static [TermInfo] = &[
        term(0, Moment::Derivative(1)),
        term(0, Moment::Stencil(2)),
        term(1, Moment::Stencil(0)),
        term(1, Moment::Stencil(1)),
    ];
    const EXACT: bool = true;
    fn dimension((a, _): (&Matrix, &[f64])) -> Option<usize> {
        Some(a.columns())
    }
    fn check(_: (&Matrix, &[f64]), _: usize) -> Result<(), EstimateError> {
        Ok(())
    }
    fn coefficients(&[_, b]: &[f64; 2], out: &mut [f64]) {
        out.copy_from_slice(&[2.0, -1.0, b, 1.0 / b]);
    }
    #[inline(always)]
    fn probes<L: Lane<Scalar = S>>(&[_, b]: &[S; 2], _: L, words: &mut Words<L>) -> [L; 1] {
        [L::splat(b) * (words.exponential() - words.exponential())]
    }
    fn constant(_: (&Matrix, &[f64])) -> f64 {
        0.0
    }
    fn zero_argument_gradient(_: (&Matrix, &[f64])) {}
    fn constant_pull_back(_: (&Matrix, &[f64]), (): &mut ()) {}
}

thread_local! {
    /// How many moved rows this thread evaluated.
    static EVALUATIONS: Cell<usize> = const { Cell::new(0) };
}

impl<S: Scalar, const M: usize> Ridge<Waves<S, M>> for Wave {
    type Numbers = [S; 1];
    type Derivatives<L: Lane<Scalar = S>> = [L; 2];
    type Partials<L: Lane<Scalar = S>> = [L; 0];
    const NUMBERS: usize = 1;
    fn rows((a, _): (&Matrix, &[f64])) -> usize {
        a.row_count()
    }
    fn slope((a, _): (&Matrix, &[f64]), row: usize, coordinate: usize) -> f64 {
        a.get(row, coordinate)
    }
    fn offset(_: (&Matrix, &[f64]), row: usize) -> f64 {
        row as f64
    }
    fn numbers((_, y): (&Matrix, &[f64]), row: usize) -> [S; 1] {
        [S::from_f64(y[row])]
    }
    #[inline(always)]
    fn derivatives<L: Lane<Scalar = S>>(u: L, &[y]: &[S; 1]) -> [L; 2] {
        [L::splat(y) * u.cos(), -L::splat(y) * u.sin()]
    }
    fn partials<L: Lane<Scalar = S>>(_: L, _: &[S; 1]) -> [L; 0] {
        []
    }
    #[inline(always)]
    fn stencils<L: Lane<Scalar = S>>(u: L, value: L, slope: L, &[x]: &[L; 1], &[y]: &[S; 1]) -> [L; 3] {
        EVALUATIONS.set(EVALUATIONS.get() + L::WIDTH);
        let moved = L::splat(y) * slope.mul_add(x, u).cos();
        [-(slope * slope * moved), moved - value, -(slope * L::splat(y) * u.sin())]
    }
    fn pull_back(_: (&Matrix, &[f64]), _: usize, _: RidgeAdjoint<'_>, (): &mut ()) {}
}

impl<S: Scalar, const M: usize> Separable<Waves<S, M>> for Square {
    type Numbers = [S; 0];
    type Derivatives<L: Lane<Scalar = S>> = [L; 2];
    type Partials<L: Lane<Scalar = S>> = [L; 0];
    const PRESENT: bool = true;
    const NUMBERS: usize = 0;
    fn numbers(_: (&Matrix, &[f64]), _: usize) -> [S; 0] {
        []
    }
    #[inline(always)]
    fn derivatives<L: Lane<Scalar = S>>(z: L, _: &[S; 0]) -> [L; 2] {
        [z * z, z + z]
    }
    fn partials<L: Lane<Scalar = S>>(_: L, _: &[S; 0]) -> [L; 0] {
        []
    }
    #[inline(always)]
    fn stencils<L: Lane<Scalar = S>>(z: L, value: L, &[x]: &[L; 1], _: &[S; 0]) -> [L; 3] {
        [L::constant(2.0), (z + x) * (z + x) - value, z + z]
    }
    fn pull_back(_: (&Matrix, &[f64]), _: usize, _: &[f64], (): &mut ()) {}
}

impl<S: Scalar> Estimator for Squares<S> {
    type Law = LaplaceLaw;
    type Scalar = S;
    type Arguments<'a> = ();
    type ArgumentGradient = ();
    type Ridges = ();
    type Separable = Square;
    type Interactions = ();
    type Whole = Nothing;
    type Probes<L: Lane<Scalar = S>> = [L; 1];
    type Stencils<L: Lane<Scalar = S>> = [L; 1];
    const STENCILS: usize = 1;
    const NAME: &'static str = "squares";
    const VECTOR: bool = true;
    const ORDERS: &'static [u32] = &[1];
    const TERMS: &'static [TermInfo] = &[term(0, Moment::Derivative(1)), term(1, Moment::Stencil(0))];
    const EXACT: bool = true;
    fn dimension((): ()) -> Option<usize> {
        None
    }
    fn check((): (), _: usize) -> Result<(), EstimateError> {
        Ok(())
    }
    fn coefficients(_: &[f64; 2], out: &mut [f64]) {
        out.fill(1.0);
    }
    /// An exponential number as a gamma number of shape 1, drawn by rejection.
    #[inline(always)]
    fn probes<L: Lane<Scalar = S>>(&[_, b]: &[S; 2], _: L, words: &mut Words<L>) -> [L; 1] {
        [L::splat(b) * words.gamma(257, L::constant(1.0))]
    }
    fn constant((): ()) -> f64 {
        0.0
    }
    fn zero_argument_gradient((): ()) {}
    fn constant_pull_back((): (), (): &mut ()) {}
}

impl<S: Scalar> Separable<Squares<S>> for Square {
    type Numbers = [S; 0];
    type Derivatives<L: Lane<Scalar = S>> = [L; 2];
    type Partials<L: Lane<Scalar = S>> = [L; 0];
    const PRESENT: bool = true;
    const NUMBERS: usize = 0;
    fn numbers((): (), _: usize) -> [S; 0] {
        []
    }
    #[inline(always)]
    fn derivatives<L: Lane<Scalar = S>>(z: L, _: &[S; 0]) -> [L; 2] {
        [z * z, z + z]
    }
    fn partials<L: Lane<Scalar = S>>(_: L, _: &[S; 0]) -> [L; 0] {
        []
    }
    #[inline(always)]
    fn stencils<L: Lane<Scalar = S>>(z: L, _: L, &[x]: &[L; 1], _: &[S; 0]) -> [L; 1] {
        [(z + x + z + x) - (z - x + z - x)]
    }
    fn pull_back((): (), _: usize, _: &[f64], (): &mut ()) {}
}

/// An estimator that uses every default.
struct Plain;

impl Estimator for Plain {
    type Law = LaplaceLaw;
    type Scalar = f64;
    type Arguments<'a> = ();
    type ArgumentGradient = ();
    type Ridges = ();
    type Separable = Nothing;
    type Interactions = ();
    type Whole = Nothing;
    type Probes<L: Lane<Scalar = f64>> = [L; 0];
    type Stencils<L: Lane<Scalar = f64>> = [L; 0];
    const NAME: &'static str = "constant";
    const VECTOR: bool = true;
    const ORDERS: &'static [u32] = &[1];
    const TERMS: &'static [TermInfo] = &[term(0, Moment::Derivative(1))];
    const EXACT: bool = true;
    const PORTABLE: bool = true;
    fn dimension((): ()) -> Option<usize> {
        None
    }
    fn check((): (), _: usize) -> Result<(), EstimateError> {
        Ok(())
    }
    fn coefficients(_: &[f64; 2], out: &mut [f64]) {
        out.fill(1.0);
    }
    fn constant((): ()) -> f64 {
        4.5
    }
    fn zero_argument_gradient((): ()) {}
    fn constant_pull_back((): (), (): &mut ()) {}
}

const B: f64 = 0.6;
const Y: [f64; 2] = [1.5, -0.7];

fn law() -> Fields {
    Laplace { mu: vec![0.3, -0.2, 0.5], b: B }
}

fn slopes() -> Matrix {
    Matrix::from_rows(&[[0.9, -1.2, 0.4], [0.5, 0.8, 1.6]]).expect("rows")
}

/// `E f` and its derivatives by every `mu` and by the shared `b`, from `E e^{iaz} = e^{iaμ} / (1 + a²b²)`.
fn exact() -> (f64, [f64; 3], f64) {
    let (a, mu) = (slopes(), law().mu);
    let mut value = mu.iter().map(|mu| mu * mu + 2.0 * B * B).sum();
    let mut by_mu: [f64; 3] = std::array::from_fn(|j| 2.0 * mu[j]);
    let mut by_b = 3.0 * 4.0 * B;
    for row in 0..2 {
        let slopes: [f64; 3] = std::array::from_fn(|j| a.get(row, j));
        let phase = row as f64 + slopes.iter().zip(&mu).map(|(a, mu)| a * mu).sum::<f64>();
        let size = Y[row] / slopes.iter().map(|a| 1.0 + (a * B).powi(2)).product::<f64>();
        value += size * phase.cos();
        for j in 0..3 {
            by_mu[j] -= size * phase.sin() * slopes[j];
            by_b -= size * phase.cos() * 2.0 * B * slopes[j].powi(2) / (1.0 + (slopes[j] * B).powi(2));
        }
    }
    (value, by_mu, by_b)
}

/// Every number of a run.
fn numbers<E: Estimator, G: Gradient>(run: &Run<E, G>) -> Vec<u64> {
    let gradients = std::iter::once(&run.gradient).chain(&run.standard_error);
    let entries = gradients.flat_map(|gradient| [gradient.entries(0), gradient.entries(1)].concat());
    let terms = run.terms.iter().flat_map(|term| &term.values);
    let value = std::iter::once(run.value).chain(run.value_standard_error);
    value.chain(entries).chain(terms.copied()).map(f64::to_bits).collect()
}

/// The quotients of error and standard error, by every `mu` and by `b`, if the exact gradient were `factor` times what it
/// is.
fn deviations<S: Scalar, const M: usize>(samples: usize, seed: u64, factor: f64) -> [f64; 4] {
    let (law, a) = (law(), slopes());
    let run = Estimate::<Waves<S, M>, _>::new(&law, (&a, &Y)).samples(samples).seed(seed).run().expect("a run");
    let (_, by_mu, by_b) = exact();
    let errors = run.standard_error.expect("many samples");
    let mu = |j: usize| (run.gradient.mu[j] - factor * by_mu[j]) / errors.mu[j];
    [mu(0), mu(1), mu(2), (run.gradient.b - factor * by_b) / errors.b]
}

/// A quotient beyond ±4.5 has probability 9e-5 (Student's t, 31 degrees of freedom): with fresh seeds, 16 comparisons would
/// raise a false alarm in 14 of 10000 runs. Weights wrong by a fortieth fail.
#[test]
fn expectations_are_those_of_the_closed_form() {
    fn check<S: Scalar, const M: usize>(seed: u64) {
        assert!(deviations::<S, M>(200_000, seed, 1.0).iter().all(|quotient| quotient.abs() < 4.5));
        for factor in [0.975, 1.025] {
            assert!(deviations::<S, M>(200_000, seed, factor)[3].abs() > 4.5);
        }
    }
    check::<f64, 0>(1);
    check::<f32, 0>(2);
    check::<f64, 2>(3);
    check::<f32, 2>(4);
}

#[test]
fn selected_coordinates_cost_as_much_as_they_are() {
    fn evaluations<const M: usize>() -> usize {
        let (law, a) = (law(), slopes());
        let before = EVALUATIONS.get();
        Estimate::<Waves<f64, M>, _>::new(&law, (&a, &Y)).samples(4096).seed(1).threads(1).run().expect("a run");
        EVALUATIONS.get() - before
    }
    // Two rows for each sample, and all three coordinates or two.
    assert_eq!((evaluations::<0>(), evaluations::<2>()), (2 * 3 * 4096, 2 * 2 * 4096));
}

/// Of 400 intervals at 95 % fewer than 362 or more than 397 hold the exact value with probability below 1e-4.
#[test]
fn standard_errors_cover_the_exact_values() {
    fn check<const M: usize>() {
        let mut covered = [0; 4];
        for seed in 0..400 {
            for (covered, quotient) in covered.iter_mut().zip(deviations::<f64, M>(320, seed, 1.0)) {
                *covered += u32::from(quotient.abs() < 2.0395);
            }
        }
        assert!(covered.iter().all(|count| (362..=397).contains(count)), "{covered:?}");
    }
    check::<0>();
    check::<2>();
}

/// The mean and its standard error by batch means, from the definition.
fn batch_means(values: &[f64]) -> (f64, f64) {
    let samples = values.len() as f64;
    let mean = values.iter().sum::<f64>() / samples;
    let squares = (0..LANES).map(|lane| {
        let lane: Vec<f64> = values.iter().skip(lane).step_by(LANES).copied().collect();
        lane.len() as f64 * (lane.iter().sum::<f64>() / lane.len() as f64 - mean).powi(2)
    });
    (mean, (squares.sum::<f64>() / (31.0 * samples)).sqrt())
}

/// Gradient and standard error of `b`, from the draws, sample by sample and without packs.
#[test]
fn sums_and_errors_are_those_of_plain_loops() {
    const SAMPLES: usize = 77;
    let (law, a, key) = (law(), slopes(), Key::new(5, 3));
    let draws = sample(&law).samples(SAMPLES).seed(5).stream(3).matrix().expect("draws");
    let value = |z: &[f64]| {
        let wave = |row: usize| Y[row] * (row as f64 + (0..3).map(|j| a.get(row, j) * z[j]).sum::<f64>()).cos();
        wave(0) + wave(1) + z.iter().map(|z| z * z).sum::<f64>()
    };
    let contributions: Vec<f64> = draws
        .rows()
        .enumerate()
        .map(|(sample, z)| {
            (0..3)
                .map(|j| {
                    type Narrow = <f64 as Scalar>::Narrow;
                    let first = sample - sample % Narrow::WIDTH;
                    let mut words = Words::<Narrow>::auxiliary(key, first as u64, j as u32);
                    let [x] = <Waves<f64> as Estimator>::probes(&[0.0, B], Lane::splat(0.0), &mut words);
                    let mut moved = z.to_vec();
                    moved[j] += x.extract(sample % Narrow::WIDTH);
                    let waves = |row: usize| {
                        let u = row as f64 + (0..3).map(|k| a.get(row, k) * moved[k]).sum::<f64>();
                        -Y[row] * a.get(row, j).powi(2) * u.cos()
                    };
                    B * (waves(0) + waves(1) + 2.0) + (value(&moved) - value(z)) / B
                })
                .sum()
        })
        .collect();
    let (mean, error) = batch_means(&contributions);
    let run = Estimate::<Waves<f64>, _>::new(&law, (&a, &Y)).samples(SAMPLES).seed(5).stream(3).run().expect("a run");
    assert!((run.gradient.b - mean).abs() < 1e-12 * mean.abs(), "{} {mean}", run.gradient.b);
    let found = run.standard_error.expect("many samples").b;
    assert!((found - error).abs() < 1e-6 * error, "{found} {error}");
}

/// `2 E f' - E f'` and `E f'` have the same error, which a sum of squares would not give.
#[test]
fn errors_see_the_covariance_of_derivatives_and_stencils() {
    let (law, a) = (law(), slopes());
    let run = Estimate::<Waves<f64>, _>::new(&law, (&a, &Y)).samples(500).seed(5).run().expect("a run");
    let [derivative, stencil, ..] = run.terms.as_slice() else { panic!("four terms") };
    assert_eq!((derivative.order(), stencil.order()), (Some(1), None));
    assert_eq!(stencil.moment, Moment::Stencil(2));
    let draws = sample(&law).samples(500).seed(5).matrix().expect("draws");
    let slope = |z: &[f64]| {
        let wave = |row: usize| {
            let u = row as f64 + (0..3).map(|j| a.get(row, j) * z[j]).sum::<f64>();
            -Y[row] * a.get(row, 0) * u.sin()
        };
        wave(0) + wave(1) + 2.0 * z[0]
    };
    let slopes: Vec<f64> = draws.rows().map(slope).collect();
    let (mean, error) = batch_means(&slopes);
    assert!((derivative.values[0] - 2.0 * mean).abs() < 1e-12 && (stencil.values[0] + mean).abs() < 1e-12);
    let found = run.standard_error.expect("many samples").mu[0];
    assert!((found - error).abs() < 1e-6 * error, "{found} {error}");
}

fn same_bits<'a, E: Estimator<Law = LaplaceLaw>>(law: &'a Fields, arguments: E::Arguments<'a>) {
    for samples in [1, 2, 50, 1024, 1500, 5000] {
        let build = || Estimate::<E, _>::new(law, arguments).samples(samples).seed(11);
        let expected = numbers(&build().threads(1).run().expect("a run"));
        for width in [PackWidth::Bits128, PackWidth::Bits256, PackWidth::Bits512] {
            for threads in [1, 2, 3] {
                let run = build().threads(threads).pack_width(width).run().expect("a run");
                assert_eq!(numbers(&run), expected, "{samples} samples, {threads} threads, {width:?}");
            }
        }
    }
}

#[test]
fn bits_do_not_depend_on_width_or_threads() {
    let (law, a) = (law(), slopes());
    same_bits::<Waves<f64>>(&law, (&a, &Y));
    same_bits::<Waves<f32>>(&law, (&a, &Y));
    same_bits::<Waves<f64, 2>>(&law, (&a, &Y));
    same_bits::<Waves<f32, 2>>(&law, (&a, &Y));
    same_bits::<Squares<f64>>(&law, ());
    same_bits::<Squares<f32>>(&law, ());
}

/// The exact gradients are `4b` and `2μ`; false alarms as above.
#[test]
fn separable_terms_alone() {
    fn check<S: Scalar>() {
        let law = Laplace { mu: 0.4, b: [0.5, 2.0] };
        let run = Estimate::<Squares<S>, _>::new(&law, ()).samples(100_000).seed(3).run().expect("a run");
        let errors = run.standard_error.expect("many samples");
        for (j, exact) in [2.0, 8.0].into_iter().enumerate() {
            assert!((run.gradient.b[j] - exact).abs() < 4.5 * errors.b[j] && errors.b[j] < 0.01 * exact);
        }
        assert!((run.gradient.mu - 1.6).abs() < 4.5 * errors.mu);
    }
    check::<f64>();
    check::<f32>();
}

#[test]
fn a_stencil_that_overflows_is_an_error() {
    let law = law();
    let a = Matrix::from_rows(&[[1e200, 0.0, 0.0]]).expect("a row");
    let run = Estimate::<Waves<f64>, _>::new(&law, (&a, &Y)).samples(10).run();
    assert!(matches!(run.map(|_| ()), Err(EstimateError::ResultNotFinite { .. })));
}

#[test]
fn a_function_without_any_draw_is_its_constant() {
    let law = law();
    let run = Estimate::<Plain, _>::new(&law, ()).samples(10).run().expect("a run");
    assert_eq!((run.value, run.gradient.mu, run.gradient.b), (4.5, vec![0.0; 3], 0.0));
}
