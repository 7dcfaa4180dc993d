//! A prepared estimator allocates nothing after its first step.
//!
//! A global allocator counts the allocations of the thread that asks; runs stay on that thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use logphi::laws::{Bernoulli, Categorical, Laplace, MultivariateGaussian};
use logphi::prelude::*;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more, and no run either.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, order = 8, precision = f32)]
struct LogLikelihoodSingle;

#[term(distribution = Laplace)]
fn kl(mu: f64, b: f64) -> f64 {
    mu.abs() + b * (-mu.abs() / b).exp() - b.ln() - 1.0
}

fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

fn batch() -> (Matrix, Vec<f64>) {
    let entries = (0..64 * 30).map(|index| (f64::from(index) * 0.37).sin()).collect();
    let labels = (0..64).map(|row| if row % 3 == 0 { 1.0 } else { -1.0 }).collect();
    (Matrix::new(64, 30, entries).expect("it fits"), labels)
}

#[test]
fn the_counter_counts() {
    let before = allocations();
    let buffer = std::hint::black_box(vec![1.0; 10]);
    assert_eq!(allocations() - before, 1);
    drop(buffer);
}

macro_rules! steps_allocate_nothing {
    ($estimator:ident, $samples:expr) => {
        let (x, y) = batch();
        let (other, labels) = batch();
        let mut mu = vec![0.1; 30];
        let b = vec![0.05; 30];
        let mut prepared = $estimator::prepare(&Laplace { mu: &mu, b: &b }, (&x, &y))
            .samples($samples)
            .seed(7)
            .threads(1)
            .plus(-0.01, kl::TERM)
            .with_argument_gradients()
            .build()
            .expect("valid");
        prepared.step(&Laplace { mu: &mu, b: &b }).expect("a run");
        let before = allocations();
        for step in 0..5 {
            mu[step] += 0.01;
            let law = Laplace { mu: &mu, b: &b };
            let run = prepared.step(&law).expect("a run");
            assert!(run.gradient.mu[step].is_finite());
            let run = prepared.step_on(&law, (&other, &labels)).expect("a run");
            assert!(run.argument_gradient.is_some());
        }
        assert_eq!(allocations() - before, 0, "{} samples", $samples);
    };
}

#[test]
fn steps_allocate_nothing() {
    steps_allocate_nothing!(log_likelihood, 50);
    steps_allocate_nothing!(log_likelihood, 5000);
}

#[test]
fn steps_in_single_precision_allocate_nothing() {
    steps_allocate_nothing!(LogLikelihoodSingle, 50);
    steps_allocate_nothing!(LogLikelihoodSingle, 5000);
}

#[estimator(of = log_likelihood, distribution = MultivariateGaussian)]
struct GaussianLogLikelihood;

#[test]
fn steps_of_a_joint_law_allocate_nothing() {
    let (x, y) = batch();
    let mut mu = vec![0.1; 30];
    let mut sigma = Matrix::zeros(30, 30);
    (0..30).for_each(|index| sigma.as_mut_slice()[31 * index] = 0.2);
    let law = MultivariateGaussian { mu: &mu, sigma: &sigma };
    let prepared = GaussianLogLikelihood::prepare(&law, (&x, &y)).samples(50).seed(7).threads(1);
    let mut prepared = prepared.build().expect("valid");
    prepared.step(&law).expect("a run");
    let before = allocations();
    for step in 0..5 {
        mu[step] += 0.01;
        sigma.as_mut_slice()[31 * step] += 0.01;
        let run = prepared.step(&MultivariateGaussian { mu: &mu, sigma: &sigma }).expect("a run");
        assert!(run.gradient.sigma.as_slice()[step].is_finite());
    }
    assert_eq!(allocations() - before, 0);
}

#[estimator(distribution = Categorical, packs = portable)]
fn reconstruction(z: &OneHot, weights: &Matrix, bias: &[f64], x: &[f64]) -> f64 {
    weights.rows().zip(bias).zip(x).map(|((row, b), x)| log_bernoulli(x, dot(row, z) + b)).sum()
}

#[estimator(of = reconstruction, distribution = Categorical, opaque, packs = portable)]
struct CalledReconstruction;

#[test]
fn steps_of_categorical_variables_allocate_nothing() {
    let (weights, bias, x) = (Matrix::zeros(5, 12), [0.3; 5], [1.0, 0.0, 0.0, 1.0, 1.0]);
    let mut p = Matrix::zeros(4, 3);
    p.as_mut_slice().fill(1.0 / 3.0);
    let law = Categorical { p: &p };
    let arguments = (&weights, &bias[..], &x[..]);
    let prepared = reconstruction::prepare(&law, arguments).samples(1500).seed(7).threads(1).with_argument_gradients();
    let mut prepared = prepared.build().expect("valid");
    let called = CalledReconstruction::prepare(&law, arguments).samples(50).seed(7).threads(1);
    let mut called = called.build().expect("valid");
    prepared.step(&law).expect("a run");
    called.step(&law).expect("a run");
    let before = allocations();
    for step in 0..4 {
        p.as_mut_slice()[3 * step..][..3].copy_from_slice(&[0.2, 0.3, 0.5]);
        let law = Categorical { p: &p };
        assert!(prepared.step(&law).expect("a run").gradient.p.as_slice()[step].is_finite());
        assert!(called.step(&law).expect("a run").gradient.p.as_slice()[step].is_finite());
    }
    assert_eq!(allocations() - before, 0);
}

#[estimator(distribution = Bernoulli, opaque, packs = portable)]
fn largest(z: &[f64], prices: &[f64]) -> f64 {
    z.iter().zip(prices).fold(0.0, |largest, (z, price)| f64::max(largest, z * price))
}

#[test]
fn steps_of_opaque_functions_allocate_nothing() {
    let (prices, others) = ([1.0, 3.0, 2.0], [2.0, 1.0, 4.0]);
    for samples in [50, 5000] {
        let law = Bernoulli { p: [0.2, 0.5, 0.7] };
        let prepared = largest::prepare(&law, &prices).samples(samples).seed(7).threads(1).build();
        let mut prepared = prepared.expect("valid");
        prepared.step(&law).expect("a run");
        let before = allocations();
        for _ in 0..3 {
            assert!(prepared.step(&law).expect("a run").gradient.p[1] > 0.0);
            assert!(prepared.step_on(&law, &others).expect("a run").gradient.p[2] > 0.0);
        }
        assert_eq!(allocations() - before, 0, "{samples} samples");
    }
}

/// A function whose truncated series diverges, so that every step warns.
#[estimator(distribution = Laplace, order = 4)]
fn steep(z: f64) -> f64 {
    (3.0 * z).tanh()
}

#[test]
fn warnings_allocate_nothing() {
    let law = Laplace { mu: 0.2, b: 0.7 };
    let mut prepared = steep::prepare(&law, ()).samples(50_000).seed(7).threads(1).build().expect("valid");
    assert!(!prepared.step(&law).expect("a run").warnings.is_empty());
    let before = allocations();
    for _ in 0..3 {
        assert!(!prepared.step(&law).expect("a run").warnings.is_empty());
    }
    assert_eq!(allocations() - before, 0);
}
