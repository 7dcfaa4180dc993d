//! Joint laws against closed forms and quadrature.

mod categorical;
mod dirichlet;
mod gaussian;
mod independent;

use std::fmt::Write;

use logphi::laws::{Categorical, Dirichlet, MultivariateGaussian};
use logphi::private::PackWidth;
use logphi::{Estimator, Gradient, Law, Matrix, Run};

/// Pack widths and numbers of threads that must give the same bits as a narrow pack on one thread.
const SCHEDULES: [(PackWidth, usize); 3] = [(PackWidth::Bits256, 1), (PackWidth::Bits512, 3), (PackWidth::Bits128, 2)];

/// Standard errors that an entry may be off: 5.2 are exceeded with probability 1.2e-5 by Student's t with 31 degrees of
/// freedom, so that one of the 500 entries tested here fails by chance with probability 6e-3; the seeds are fixed.
const DEVIATIONS: f64 = 5.2;

/// Compares value and gradient with exact ones, one vector for each parameter. The largest error of a parameter, times the
/// allowance, must be below a `share` of its largest entry, so that an error of that size is seen.
fn check<E: Estimator>(run: &Run<E, impl Gradient>, value: f64, gradient: &[&[f64]], share: f64, what: &str) {
    let near = |found: f64, error: f64, exact: f64, name: &str| {
        // What has no variance is right to rounding, in single precision too.
        let allowed = DEVIATIONS * error + 1e-6 * exact.abs().max(1e-3);
        assert!((found - exact).abs() <= allowed, "{what}, {name}: {found} ± {error}, expected {exact}");
        error
    };
    near(run.value, run.value_standard_error.expect("many samples"), value, "the value");
    let errors = run.standard_error.as_ref().expect("many samples");
    for (parameter, exact) in gradient.iter().enumerate() {
        let entries = run.gradient.entries(parameter).iter().zip(errors.entries(parameter));
        assert_eq!(entries.len(), exact.len());
        let compared = entries.zip(*exact).enumerate().map(|(entry, ((&found, &error), &exact))| {
            near(found, error, exact, &format!("entry {entry} of parameter {parameter}"))
        });
        let largest = compared.fold(0.0, f64::max);
        let size = exact.iter().map(|entry| entry.abs()).fold(0.0, f64::max);
        assert!(DEVIATIONS * largest < share * size, "{what}: errors up to {largest} would hide {share} of {size}");
    }
}

/// Every number of a run, to the bit.
fn bits<E: Estimator, G: Gradient>(run: &Run<E, G>) -> Vec<u64> {
    let mut numbers = vec![run.value];
    numbers.extend(run.value_standard_error);
    for index in 0..<E::Law as Law>::PARAMETERS.len() {
        numbers.extend(run.gradient.entries(index));
        numbers.extend(run.standard_error.iter().flat_map(|errors| errors.entries(index)));
    }
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn bits_are_those_of_the_last_version() {
    let mut text =
        String::from("# bits of value, its standard error, gradients with theirs; 1500 samples, seed 2020\n");
    let mut line = |name: &str, bits: Vec<u64>| {
        write!(text, "{name}").expect("memory");
        bits.iter().for_each(|bits| write!(text, " {bits:016x}").expect("memory"));
        text.push('\n');
    };
    let a = Matrix::from_rows(&[[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]).expect("rows");
    let sigma = Matrix::from_rows(&[[1.0, 0.3], [0.3, 0.5]]).expect("rows");
    let law = MultivariateGaussian { mu: [0.2, -0.1], sigma: &sigma };
    let run = gaussian::log_sum::estimate(&law, &a).samples(1500).seed(2020).run().expect("a run");
    line("multivariate_gaussian", bits(&run));
    let run = dirichlet::quadratic_form::estimate(&Dirichlet { alpha: [0.3, 2.0] }, &a).samples(1500).seed(2020).run();
    line("dirichlet", bits(&run.expect("a run")));
    let p = Matrix::from_rows(&[[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]).expect("rows");
    let weights =
        Matrix::from_rows(&[[0.5, -1.0, 0.3, 0.1, 2.0, -0.2], [2.0, 0.25, -0.7, 1.0, 0.0, 0.4]]).expect("rows");
    let arguments = (&weights, &[0.1, -0.2][..], &[1.0, 0.0][..], &[0.3, 0.2, -0.1, 0.4, 0.5, 1.0][..]);
    let law = Categorical { p: &p };
    let run = categorical::mixed::estimate(&law, arguments).samples(1500).seed(2020).run().expect("a run");
    line("categorical", bits(&run));
    logphi_tests::golden::check("stability_joint.txt", &text);
}
