//! What the macro does while a program builds: the logistic-regression estimator at orders 8, 16 and 32, in an
//! unoptimised compiler as in users' builds, with the cache of derivations (an unchanged law) and without.

#![allow(missing_docs)] // criterion's macros add a public function

use criterion::{Criterion, criterion_group, criterion_main};
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

fn expansion(criterion: &mut Criterion) {
    let cache = std::env::temp_dir().join(format!("logphi-bench-{}", std::process::id()));
    let mut group = criterion.benchmark_group("expansion");
    group.sample_size(10);
    for order in [8, 16, 32] {
        let source = logistic_regression(order);
        // A path below a file cannot be written: every derivation is made anew.
        for (name, directory) in [("cold", "/dev/null/none".into()), ("cached", cache.clone())] {
            // SAFETY: nothing else runs in this process yet.
            unsafe { std::env::set_var("LOGPHI_CACHE_DIR", &directory) };
            group.bench_function(format!("order {order}, {name}"), |bencher| {
                bencher.iter(|| logphi_compiler::compile(&source).map(|compiled| compiled.report.len()));
            });
        }
    }
    group.finish();
    // The cache is a temporary folder of this process; leaving it behind costs nothing.
    let _ = std::fs::remove_dir_all(cache);
}

criterion_group!(benches, expansion);
criterion_main!(benches);
