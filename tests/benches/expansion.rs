//! What the macro does while a program builds: the logistic-regression estimator at orders 8, 16 and 32, in an
//! unoptimised compiler as in users' builds, with every derivation made anew.

use divan::Bencher;
use logphi_compiler::Source;
use logphi_tests::source::{estimator, functions, law, take_options};

fn logistic_regression(order: u32) -> Source {
    let function = format!(
        "#[estimator(distribution = Laplace, order = {order})]
         fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {{
             x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
         }}"
    );
    let function = functions(&function).remove(0);
    let (options, function) = take_options(function, "estimator");
    let (law_options, law) = law("laplace");
    estimator(law_options, law, options, function)
}

#[divan::bench(args = [8, 16, 32], sample_count = 20, sample_size = 1)]
fn cold(bencher: Bencher<'_, '_>, order: u32) {
    let source = logistic_regression(order);
    bencher.bench_local(|| logphi_compiler::compile(&source).map(|compiled| compiled.report.len()));
}

fn main() {
    // SAFETY: no other thread runs yet. A folder below a file cannot be written, so nothing is kept.
    unsafe { std::env::set_var("LOGPHI_CACHE_DIR", "/dev/null/none") };
    divan::main();
}
