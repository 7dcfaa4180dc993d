//! Exact rules against exact gradients, and the variance of a single sample against known ones, for every law of the library
//! whose rules need an auxiliary draw and for every form of these rules.
//!
//! `|estimate - exact| ≤ z · SE` with 31 degrees of freedom: the quotient leaves ±5 with probability 2e-5, so about 400
//! comparisons with a fresh seed would raise a false alarm in 9 of 1000 runs (more often for long tails; the seed is fixed).
//! Every comparison is repeated with the exact value changed by 5 % in either direction; it has to fail wherever 5 % are more
//! than twice what is allowed, which is counted.
//!
//! Generated code is lightly optimised in tests, so the default is 2¹⁷ samples. Ten million take as long with
//!
//! ```text
//! LOGPHI_SAMPLES=10000000 cargo test -p logphi-statistical-tests --test exact --config 'profile.dev.package.logphi-statistical-tests.opt-level=3'
//! ```

mod compiled;
mod estimators;

use std::f64::consts::FRAC_PI_2;

use logphi::laws::{Beta, Gamma};
use logphi_tests::corpus::oracle;
use serde_json::Value;

use compiled::{Arguments, Compiled, Parameters, STEPS};
use estimators::*;

/// `r` of a name like `exp(-49/100 z)`.
fn rate(function: &str, name: &str) -> Option<f64> {
    let inside = function.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(" z)")?;
    let (above, below) = inside.split_once('/').unwrap_or((inside, "1"));
    Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?)
}

const ZERO: [f64; 8] = [0.0; 8];

/// The weights of [`mixture`] for a function of the corpora.
fn mixture_weights(function: &str) -> Option<[f64; 8]> {
    let mut weights = ZERO;
    if let Some(rate) = rate(function, "exp") {
        weights[3..5].copy_from_slice(&[rate, 1.0]);
    } else if let Some(slope) = rate(function, "logsigmoid") {
        weights[5..7].copy_from_slice(&[slope, 1.0]);
    } else {
        match function {
            "z^2" => weights[0] = 1.0,
            "z^3" => weights[1] = 1.0,
            "z^4" => weights[2] = 1.0,
            // ln(1 + e^z) = -ln σ(-z)
            "softplus" => weights[5..7].copy_from_slice(&[-1.0, -1.0]),
            "tanh" => weights[7] = 1.0,
            _ => return None,
        }
    }
    Some(weights)
}

/// The weights of [`waves`] for a function of the corpora.
fn waves_weights(function: &str) -> Option<[f64; 8]> {
    let mut weights = ZERO;
    if let Some(angle) = rate(function, "sin") {
        weights[0..3].copy_from_slice(&[angle, 0.0, 1.0]);
    } else if let Some(angle) = rate(function, "cos") {
        weights[0..3].copy_from_slice(&[angle, FRAC_PI_2, 1.0]);
    } else {
        match function {
            "exp(-z^2/2)" => weights[3] = 1.0,
            "1/(1+z^2)" => weights[4] = 1.0,
            "sqrt(1+z^2)" => weights[5] = 1.0,
            "log(1+z^2)" => weights[6] = 1.0,
            "z^2 exp(-3/10 z)" => weights[7] = 1.0,
            _ => return None,
        }
    }
    Some(weights)
}

const fn arguments([a, b, c, d, e, f, g, h]: [f64; 8]) -> Arguments {
    (a, b, c, d, e, f, g, h)
}

/// Standard errors that a comparison allows.
const ALLOWED: f64 = 5.0;

fn samples() -> usize {
    let given = std::env::var("LOGPHI_SAMPLES").ok();
    given.map_or(1 << 17, |text| text.parse().expect("LOGPHI_SAMPLES is a number"))
}

/// # Errors
/// What was compared, if it does not agree.
fn compare((estimate, error): (f64, f64), exact: f64) -> Result<(), String> {
    let close = (estimate - exact).abs() <= ALLOWED * error.abs() + 1e-12 * exact.abs();
    if close { Ok(()) } else { Err(format!("{estimate:e} ± {error:e}, expected {exact:e}")) }
}

#[test]
fn every_form_agrees_with_the_exact_gradient() {
    type Weights = fn(&str) -> Option<[f64; 8]>;
    let (mut wrong, mut compared, mut sharp) = (Vec::new(), 0, 0);
    let families: [(&[Compiled], Weights); 2] = [(MIXTURES, mixture_weights), (WAVES, waves_weights)];
    for (compiled, weights) in families {
        for Compiled { estimator, keys, forms, run, .. } in compiled {
            for case in oracle().cases.iter().filter(|case| keys.contains(&&*case.law)) {
                let (_, function) = case.id.split_once('|').expect("law and function");
                let Some(weights) = weights(function) else { continue };
                let entries = run(&oracle().laws[&case.law].numbers(), arguments(weights), samples());
                for (name, _) in *forms {
                    let (entry, exact) = (entries[*name], case.gradients[*name].exact);
                    compared += 1;
                    if let Err(difference) = compare(entry, exact) {
                        wrong.push(format!("{estimator}, {}, {name}: {difference}", case.id));
                    }
                    if 0.05 * exact.abs() > 2.0 * ALLOWED * entry.1.abs() {
                        sharp += 1;
                        for factor in [0.95, 1.05] {
                            let verdict = compare(entry, factor * exact);
                            assert!(verdict.is_err(), "{estimator}, {}, {name}: 5 % are not seen", case.id);
                        }
                    }
                }
            }
        }
    }
    println!("{compared} comparisons, of which {sharp} are sharp");
    assert!(wrong.is_empty(), "{} of {compared} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= 200 && sharp >= 140, "{compared} comparisons, {sharp} of them sharp");
}

/// `E z²` at shapes down to 1e-3, where draws are 0 and 1 or very small to all digits. Only few samples count there, so that the
/// standard errors are large; nothing is NaN.
#[test]
fn tiny_shapes() {
    let weights = arguments(mixture_weights("z^2").expect("a function of the corpus"));
    let check = |(estimate, error): (f64, f64), exact: f64| {
        assert!(
            error.is_finite() && (estimate - exact).abs() <= ALLOWED * error,
            "{estimate} ± {error}, expected {exact}"
        );
    };
    for (k, mu) in [(1e-3, 1e6), (1e-3, 1.0), (0.02, 3.0)] {
        let law = Gamma { k, mu };
        let exact = mu * mu * (2.0 * k + 1.0);
        let run = GammaRule::estimate(&law, weights).samples(samples()).seed(31).run().expect("a run");
        check((run.gradient.k, run.standard_error.as_ref().expect("many samples").k), exact);
        let run = GammaMultiplicative::estimate(&law, weights).samples(samples()).seed(32).run().expect("a run");
        let entry = (run.gradient.k, run.standard_error.as_ref().expect("many samples").k);
        // Of samples of the second rule, k² count: at the smallest shapes too few for a comparison.
        if k > 0.01 {
            check(entry, exact);
        } else {
            assert!(entry.0.is_finite() && entry.1.is_finite(), "{entry:?}");
        }
    }
    for (alpha, beta) in [(1e-3_f64, 1e-3_f64), (1e-3, 5.0), (300.0, 1e-3), (0.2, 0.1)] {
        let run = BetaRule::estimate(&Beta { alpha, beta }, weights).samples(samples()).seed(33).run().expect("a run");
        let errors = run.standard_error.as_ref().expect("many samples");
        // E z² = α (α + 1) / (A (A + 1)), A = α + β.
        let total = alpha + beta;
        let square = alpha * (alpha + 1.0) / (total * (total + 1.0));
        let by_total = -square * (total.recip() + (total + 1.0).recip());
        check((run.gradient.alpha, errors.alpha), square * (alpha.recip() + (alpha + 1.0).recip()) + by_total);
        check((run.gradient.beta, errors.beta), by_total);
    }
}

/// Which rule for the shape of a gamma number is the better one depends on the shape: a pilot run ranks them.
#[test]
fn rules_of_the_gamma_shape_are_ranked() {
    let weights = arguments(mixture_weights("tanh").expect("a function of the corpus"));
    for (law, better) in [(Gamma { k: 0.7, mu: 0.5 }, "additive"), (Gamma { k: 10.0, mu: 0.3 }, "multiplicative")] {
        let pilot = logphi::compare(&law, weights)
            .rule::<GammaRule>("additive")
            .rule::<GammaMultiplicative>("multiplicative")
            .samples(20_000)
            .seed(11);
        let comparison = pilot.run().expect("a comparison");
        // The variances differ by factors of 8 and 2.5.
        let variance =
            |rule: usize| comparison.rules[rule].parameters.iter().find(|p| p.name == "k").expect("k").variance;
        let least = if variance(0) < variance(1) { "additive" } else { "multiplicative" };
        assert_eq!(least, better, "{comparison}");
    }
}

/// A row of `corpus/variance.json`.
struct Row {
    law: String,
    parameters: Parameters,
    parameter: String,
    function: String,
    exact: f64,
    variances: Vec<f64>,
}

fn rows() -> Vec<Row> {
    let file: Value = serde_json::from_str(include_str!("../../corpus/variance.json")).expect("the corpus is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let number = |value: &Value| value.as_f64().expect("a number");
    let row = |row: &Value| Row {
        law: text(&row["law"]),
        parameters: row["params"]
            .as_object()
            .expect("parameters")
            .iter()
            .map(|(n, v)| (n.clone(), number(v)))
            .collect(),
        parameter: text(&row["param"]),
        function: text(&row["f"]),
        exact: number(&row["exact"]),
        variances: row["aux"].as_array().expect("forms").iter().map(|form| number(&form["var"])).collect(),
    };
    file.as_array().expect("rows").iter().map(row).collect()
}

/// Draws behind each variance of the corpus, which has an error like ours.
const DRAWS_OF_CORPUS: f64 = 400_000.0;

/// The variance of a sample, from one sample in each lane, is that of the corpus up to 5 %, or up to 5 of its standard errors
/// where these are more. Rows without fourth moment are left out: `E f²` of Laplace(0.2, 2) and `e^{-0.49 z}` is finite only
/// if `2 · 0.49 · 2 < 1`.
#[test]
fn variances_are_the_known_ones() {
    let (mut wrong, mut compared, mut close) = (Vec::new(), 0, 0);
    for row in rows() {
        if row.law == "laplace" && row.parameters["b"] == 2.0 && row.function == "exp(-49/100 z)" {
            continue;
        }
        let weights = mixture_weights(&row.function).expect("a function of the corpus");
        for compiled in MIXTURES.iter().filter(|compiled| compiled.keys[0] == row.law) {
            for (_, place) in compiled.forms.iter().filter(|form| form.0 == row.parameter) {
                let Some(expected) = place.map(|place| row.variances[place]) else { continue };
                let found = (compiled.variance)(&row.parameters, arguments(weights))[&row.parameter];
                let ours = (STEPS * 32) as f64;
                let error = found.error * (1.0 + ours / DRAWS_OF_CORPUS).sqrt();
                let difference = (found.value - expected).abs();
                compared += 1;
                // A variance of 0 is one of rounding.
                let allowed = f64::max(0.05 * expected, 5.0 * error) + 1e-20 * row.exact.powi(2);
                if expected > 1e-12 * row.exact.powi(2) && 5.0 * error <= 0.05 * expected {
                    close += 1;
                    assert!((found.value - 1.12 * expected).abs() > allowed, "12 % are not seen");
                }
                if difference > allowed {
                    let name = format!("{} {:?} {} {}", row.law, row.parameters, row.parameter, row.function);
                    wrong.push(format!(
                        "{}, {name}: {} ± {error:e}, expected {expected}",
                        compiled.estimator, found.value
                    ));
                }
            }
        }
    }
    println!("{compared} variances, {close} known to 1 %");
    assert!(wrong.is_empty(), "{} of {compared} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 150, "{compared} variances");
}
