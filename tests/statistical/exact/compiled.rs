//! A compiled form of a law's rules, with its type forgotten: gradients and variances by the corpus's names.

use std::collections::BTreeMap;

use logphi::{Domain, Estimator, Gradient, Law, ParameterInfo, Run};

pub type Arguments = (f64, f64, f64, f64, f64, f64, f64, f64);

/// The parameters of a law in the corpus.
pub type Parameters = BTreeMap<String, f64>;

/// A gradient by the corpus's name of the parameter: the estimate and its standard error.
pub type Entries = BTreeMap<String, (f64, f64)>;

/// A compiled form of the rules of a law.
pub struct Compiled {
    /// The name of the estimator.
    pub estimator: &'static str,
    /// The keys of the law in the corpora.
    pub keys: &'static [&'static str],
    /// The parameters whose rules are compared, by the corpus's name; of the others, another form is. With the place in
    /// `variance.json` of the rule that evaluates the same, if there is one.
    pub forms: &'static [(&'static str, Option<usize>)],
    /// A run with a number of samples.
    pub run: fn(&Parameters, Arguments, usize) -> Entries,
    /// Means of the estimates and of `S · SE²` over many steps with one sample in each lane, with their standard errors.
    pub variance: fn(&Parameters, Arguments) -> BTreeMap<String, Variance>,
}

/// The variance of a single sample, with its standard error.
#[derive(Clone, Copy)]
pub struct Variance {
    pub value: f64,
    pub error: f64,
}

/// The corpus's name of a parameter of a law of the library, and what the gradient is multiplied by there.
pub fn in_corpus(key: &str, parameter: &'static str, p: &Parameters) -> (&'static str, f64) {
    // ∂/∂σ = 2 σ ∂/∂v where the corpus has the variance v.
    let by_variance = |name: &'static str| (name, 0.5 / p[name].sqrt());
    match (key, parameter) {
        ("merton", "drift") => ("g", 1.0),
        ("merton", "mean") => ("m", 1.0),
        ("merton", "spread") => by_variance("d2"),
        ("merton" | "laplace+gauss", "sigma") => by_variance("v"),
        ("nig" | "logistic" | "gumbel", "mu") => ("m", 1.0),
        ("gumbel", "beta") => ("be", 1.0),
        ("tempered_stable_half", "c") => ("C", 1.0),
        (_, "rate" | "lambda") => ("lam", 1.0),
        (_, "scale") => ("sc", 1.0),
        (_, "mu1") => ("lam1", 1.0),
        (_, "mu2") => ("lam2", 1.0),
        (_, same) => (same, 1.0),
    }
}

/// What a run found for each parameter with a gradient.
pub fn entries<E: Estimator, G: Gradient>(key: &str, p: &Parameters, run: &Run<E, G>) -> Entries {
    let errors = run.standard_error.as_ref().expect("many samples");
    let found = |index| (run.gradient.entries(index)[0], errors.entries(index)[0]);
    by_name(key, p, E::Law::PARAMETERS, &found)
}

/// What was found, by the corpus's names; apart from [`entries`], to be compiled once.
fn by_name(key: &str, p: &Parameters, parameters: &[ParameterInfo], found: &dyn Fn(usize) -> (f64, f64)) -> Entries {
    let with_gradient = parameters.iter().enumerate().filter(|(_, info)| info.domain != Domain::Count);
    let entry = |(index, info): (usize, &ParameterInfo)| {
        let (name, factor) = in_corpus(key, info.name, p);
        let (gradient, error) = found(index);
        (name.to_owned(), (factor * gradient, factor * error))
    };
    with_gradient.map(entry).collect()
}

/// Steps over which variances are averaged: 2¹⁶ samples.
pub const STEPS: usize = 2048;

/// Variances from steps with one sample in each lane.
pub fn variances(step: &mut dyn FnMut() -> Entries) -> BTreeMap<String, Variance> {
    let mut sums: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for _ in 0..STEPS {
        for (name, (_, error)) in step() {
            let variance = 32.0 * error * error;
            let [sum, squares] = sums.entry(name).or_default();
            *sum += variance;
            *squares += variance * variance;
        }
    }
    let count = STEPS as f64;
    let variance = |[sum, squares]: [f64; 2]| {
        let value = sum / count;
        Variance { value, error: ((squares / count - value * value) / count).sqrt() }
    };
    sums.into_iter().map(|(name, sums)| (name, variance(sums))).collect()
}

macro_rules! compiled {
    ($estimator:ident, $keys:expr, $forms:expr, |$p:ident| $law:expr) => {
        Compiled {
            estimator: stringify!($estimator),
            keys: &$keys,
            forms: &$forms,
            run: |p, arguments, samples| {
                let $p = |name: &str| p[name];
                let run = $estimator::estimate(&$law, arguments).samples(samples).seed(2020).run().expect("a run");
                entries($keys[0], p, &run)
            },
            variance: |p, arguments| {
                let $p = |name: &str| p[name];
                let law = $law;
                let mut prepared =
                    $estimator::prepare(&law, arguments).samples(32).seed(2021).build().expect("a preparation");
                variances(&mut || entries($keys[0], p, prepared.step(&law).expect("a step")))
            },
        }
    };
}

pub(crate) use compiled;
