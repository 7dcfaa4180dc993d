//! Programs as users write them: logistic regression, a toy problem, running, training, reading.

use logphi::laws::{Bernoulli, Categorical, Dirichlet, Gamma, Gaussian, Laplace, MultivariateGaussian};
use logphi::prelude::*;
use logphi::{Adam, EstimateError, Warning, compare};

/// The log likelihood of a batch: labels are 1 and -1.
#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

/// The same function under a law whose rules are all exact.
#[estimator(of = log_likelihood, distribution = Gaussian)]
struct GaussianLogLikelihood;

/// The same function without an order: the exact rule of the scale.
#[estimator(of = log_likelihood, distribution = Laplace)]
struct ExactLogLikelihood;

/// Another exact rule of the scale.
#[estimator(of = log_likelihood, distribution = Laplace, form(b) = auxiliary(2))]
struct PairedLogLikelihood;

/// The toy problem: two derivatives suffice, and the compiler proves it.
#[estimator(distribution = Gamma, form = terminating)]
fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

/// Full covariance: the Hessian is never formed.
#[estimator(distribution = MultivariateGaussian)]
fn log_sum(z: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum()
}

/// Exact for every concentration above 0.
#[estimator(distribution = Dirichlet)]
fn quadratic_form(p: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| dot(row, p).powi(2)).sum()
}

/// The divergence from Laplace(0, 1), for one coordinate.
#[term(distribution = Laplace)]
fn kl(mu: f64, b: f64) -> f64 {
    mu.abs() + b * (-mu.abs() / b).exp() - b.ln() - 1.0
}

/// The divergence of a gamma law from the one with shape 2 and scale 1, for one coordinate.
#[term(distribution = Gamma)]
fn gamma_kl(k: f64, mu: f64) -> f64 {
    (k - 2.0) * digamma(k) - ln_gamma(k) - 2.0 * mu.ln() + k * (mu - 1.0)
}

fn batch() -> (Matrix, Vec<f64>) {
    let rows = [[0.5, -0.3, 0.1], [-0.2, 0.4, 0.3], [0.1, 0.1, -0.6], [-0.5, -0.2, 0.2]];
    (Matrix::from_rows(&rows).expect("rows of one length"), vec![1.0, -1.0, 1.0, -1.0])
}

/// The gradient of the divergence, by hand: `(k - 2) ψ'(k) + mu - 1` and `k - 2 / mu`. At the law itself both are 0.
#[test]
fn terms_with_gamma_functions() {
    for (k, mu) in [(2.0_f64, 1.0_f64), (0.3, 2.5), (40.0, 0.1)] {
        let mut derivatives = [0.0; 2];
        let value = gamma_kl::TERM.evaluate(&[k, mu], &mut derivatives);
        assert!((value - gamma_kl(k, mu)).abs() <= 1e-14 * value.abs());
        let expected = [(k - 2.0) * trigamma(k) + mu - 1.0, k - 2.0 / mu];
        for (found, expected) in derivatives.into_iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} {expected}");
        }
        assert!(value >= 0.0);
    }
}

#[test]
fn running_one() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let mu = vec![0.1, -0.2, 0.3];
    let law = Laplace { mu: &mu, b: 0.5 };
    let run = log_likelihood::estimate(&law, (&x, &y)).samples(50).seed(7).run()?;
    assert!(run.value < 0.0);
    assert_eq!(run.gradient.mu.len(), 3);
    assert!(run.gradient.mu[2].is_finite() && run.gradient.b.is_finite());
    let errors = run.standard_error.as_ref().expect("more than one sample");
    assert!(errors.mu.iter().all(|error| *error > 0.0) && errors.b > 0.0);
    assert_eq!((run.samples, run.seed, run.stream), (50, 7, 0));
    // The rule for mu ends at order 1; b keeps its even terms up to 8 and measures the next.
    let orders = |parameter| {
        let terms = run.terms.iter().filter(move |term| term.parameter == parameter);
        terms.map(|term| (term.order().expect("a series"), term.kept)).collect::<Vec<_>>()
    };
    assert_eq!(orders("mu"), [(1, true)]);
    assert_eq!(orders("b"), [(2, true), (4, true), (6, true), (8, true), (10, false)]);
    let b: f64 = run.terms.iter().filter(|term| term.parameter == "b" && term.kept).map(|term| term.values[0]).sum();
    assert!((b - run.gradient.b).abs() < 1e-12 * run.gradient.b.abs());
    Ok(())
}

#[test]
fn one_sample_has_no_standard_error() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let law = Laplace { mu: 0.0, b: 0.5 };
    let run = log_likelihood::estimate(&law, (&x, &y)).samples(1).seed(7).run()?;
    assert!(run.standard_error.is_none() && run.value_standard_error.is_none());
    let run = log_likelihood::estimate(&law, (&x, &y)).samples(100).standard_errors(false).run()?;
    assert!(run.standard_error.is_none() && run.warnings.is_empty());
    Ok(())
}

#[test]
fn a_divergent_series_warns() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let narrow = Laplace { mu: 0.0, b: 0.3 };
    let run = log_likelihood::estimate(&narrow, (&x, &y)).samples(20_000).seed(7).run()?;
    assert!(run.warnings.is_empty(), "{:?}", run.warnings);
    let wide = Laplace { mu: 0.0, b: 6.0 };
    let run = log_likelihood::estimate(&wide, (&x, &y)).samples(20_000).seed(7).run()?;
    let [warning @ Warning::TruncationBias { parameter, kept_order, discarded_order, .. }] = run.warnings.as_slice()
    else {
        panic!("expected one warning, found {:?}", run.warnings);
    };
    assert_eq!((*parameter, *kept_order, *discarded_order), ("b", 8, 10));
    let text = warning.to_string();
    assert!(text.contains("`b`") && text.contains("order 10") && text.contains("biased"), "{text}");
    Ok(())
}

#[test]
fn the_toy_problem_is_exact() -> Result<(), EstimateError> {
    // E (z - ε)² = k μ² + (k μ - ε)²: derivatives by hand.
    let (k, mu, epsilon) = (2.5, 1.5, 0.49);
    let law = Gamma { k, mu };
    let run = squared_distance::estimate(&law, epsilon).dimension(100).samples(20_000).seed(1).run()?;
    let by_k = 100.0 * (mu * mu + 2.0 * mu * (k * mu - epsilon));
    let by_mu = 100.0 * (2.0 * k * mu + 2.0 * k * (k * mu - epsilon));
    let errors = run.standard_error.expect("many samples");
    // Twelve in a million runs with a fresh seed would be further off than 5 standard errors.
    assert!((run.gradient.k - by_k).abs() < 5.0 * errors.k, "{} ± {}, expected {by_k}", run.gradient.k, errors.k);
    assert!((run.gradient.mu - by_mu).abs() < 5.0 * errors.mu, "{} ± {}", run.gradient.mu, errors.mu);
    assert!(errors.k < 0.01 * by_k && errors.mu < 0.01 * by_mu);
    assert!(run.terms.iter().all(|term| term.kept && term.order().is_some_and(|order| order <= 2)));
    assert!(squared_distance::RULE.contains("exact"), "{}", squared_distance::RULE);
    Ok(())
}

#[test]
fn a_second_estimator_of_a_function() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let law = Gaussian { mu: [0.1, -0.2, 0.3], sigma: 0.5 };
    let run = GaussianLogLikelihood::estimate(&law, (&x, &y)).samples(4000).seed(7).run()?;
    // The same function: at equal draws, the mean of its values.
    let draws = logphi::sample(&law).samples(4000).seed(7).matrix()?;
    let mean = draws.rows().map(|w| log_likelihood(w, &x, &y)).sum::<f64>() / 4000.0;
    assert!((run.value - mean).abs() < 1e-12);
    // Its gradient: ∂/∂μ_j = E ∂_j f.
    let slope = |j: usize| {
        let of = |w: &[f64]| x.rows().zip(&y).map(|(r, y)| y * r[j] * sigmoid(-y * dot(r, w))).sum::<f64>();
        draws.rows().map(of).sum::<f64>() / 4000.0
    };
    for j in 0..3 {
        assert!((run.gradient.mu[j] - slope(j)).abs() < 1e-12);
    }
    assert!(run.terms.iter().all(|term| term.kept));
    Ok(())
}

#[test]
fn a_term_is_the_closed_form_with_its_derivative() {
    // Values of the divergence by quadrature at 60 digits.
    let mut derivatives = [0.0; 2];
    for (mu, b, expected) in [(0.7, 0.4, 0.685_800_309_254_333_1), (-1.3, 2.2, 0.729_954_515_263_399)] {
        let value = kl::TERM.evaluate(&[mu, b], &mut derivatives);
        assert!((value - expected).abs() < 4e-16, "{value}");
        assert!((kl(mu, b) - expected).abs() < 4e-16);
        // By central differences, good to h² and to the rounding of two values.
        let h = 1e-5;
        let by_mu = (kl(mu + h, b) - kl(mu - h, b)) / (2.0 * h);
        let by_b = (kl(mu, b + h) - kl(mu, b - h)) / (2.0 * h);
        assert!((derivatives[0] - by_mu).abs() < 1e-9, "{} {by_mu}", derivatives[0]);
        assert!((derivatives[1] - by_b).abs() < 1e-9, "{} {by_b}", derivatives[1]);
        // By hand: sign(μ) (1 - e^{-|μ|/b}), e^{-|μ|/b} (1 + |μ|/b) - 1/b.
        let e = (-mu.abs() / b).exp();
        assert!((derivatives[0] - mu.signum() * (1.0 - e)).abs() < 1e-15);
        assert!((derivatives[1] - (e * (1.0 + mu.abs() / b) - 1.0 / b)).abs() < 1e-15);
    }
    let value = kl::TERM.evaluate(&[0.0, 1.0], &mut derivatives);
    assert_eq!((value, derivatives), (0.0, [0.0, 0.0]), "smooth at 0, where the laws agree");
    assert_eq!(kl::TERM.name(), "kl");
}

#[test]
fn a_term_is_added_to_value_and_gradient() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let law = Laplace { mu: [0.7, -1.3, 0.0], b: 0.4 };
    let plain = log_likelihood::estimate(&law, (&x, &y)).samples(64).seed(7).run()?;
    let run = log_likelihood::estimate(&law, (&x, &y)).samples(64).seed(7).plus(-0.25, kl::TERM).run()?;
    let (mut value, mut by_b) = (0.0, 0.0);
    for (j, mu) in law.mu.into_iter().enumerate() {
        let mut derivatives = [0.0; 2];
        value -= 0.25 * kl::TERM.evaluate(&[mu, 0.4], &mut derivatives);
        by_b -= 0.25 * derivatives[1];
        assert!((run.gradient.mu[j] - plain.gradient.mu[j] + 0.25 * derivatives[0]).abs() < 1e-12);
    }
    assert!((run.value - plain.value - value).abs() < 1e-12);
    assert!((run.gradient.b - plain.gradient.b - by_b).abs() < 1e-12, "a shared parameter takes the sum");
    assert_eq!(run.value_standard_error, plain.value_standard_error, "a term has no noise");
    Ok(())
}

#[test]
fn a_training_loop_learns() -> Result<(), EstimateError> {
    // Two groups that a line through 0 separates; the objective is the mean log likelihood minus KL / n.
    let x = Matrix::from_rows(&[[1.0, 0.2], [0.8, -0.1], [-0.9, 0.1], [-1.0, -0.3]]).expect("rows");
    let y = [1.0, 1.0, -1.0, -1.0];
    let (mut mu, mut rho) = ([0.0; 2], [0.0; 2]);
    let positive = |rho: [f64; 2]| rho.map(|rho| 0.3 * sigmoid(rho));
    let law = |mu: [f64; 2], rho| Laplace { mu, b: positive(rho) };
    let mut objective =
        log_likelihood::prepare(&law(mu, rho), (&x, &y)).plus(-0.05, kl::TERM).samples(50).seed(7).build()?;
    let (mut adam_mu, mut adam_rho) = (Adam::maximizing(0.05), Adam::maximizing(0.05));
    let first = objective.step(&law(mu, rho))?.value;
    for step in 1..=200 {
        let run = objective.step(&law(mu, rho))?;
        assert_eq!(run.stream, step, "every step sees new noise");
        adam_mu.update(&mut mu, &run.gradient.mu);
        let b = positive(rho);
        let chain: Vec<f64> = (0..2).map(|j| run.gradient.b[j] * b[j] * (1.0 - b[j] / 0.3)).collect();
        adam_rho.update(&mut rho, &chain);
    }
    let last = objective.step(&law(mu, rho))?.value;
    assert!(last > first + 1.0, "from {first} to {last}");
    assert!(mu[0] > 1.0, "the first feature separates the groups: {mu:?}");
    Ok(())
}

#[test]
fn a_step_can_take_the_next_batch() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let (mut part, law) = (Matrix::default(), Laplace { mu: [0.1, 0.2, 0.3], b: 0.4 });
    let mut prepared = log_likelihood::prepare(&law, (&x, &y)).samples(50).seed(7).build()?;
    for rows in [[0, 1], [2, 3]] {
        part.select_rows(&x, &rows);
        let labels = rows.map(|row| y[row]);
        let stream = prepared.step_on(&law, (&part, &labels))?.stream;
        let alone = log_likelihood::estimate(&law, (&part, &labels)).samples(50).seed(7).stream(stream).run()?;
        assert_eq!(prepared.step_on(&law, (&part, &labels))?.stream, stream + 1);
        assert!(alone.value.is_finite());
    }
    Ok(())
}

#[test]
fn reading_one() {
    let rule = log_likelihood::RULE;
    for wanted in ["mu", "b", "exact", "truncated", "order 8", "biased"] {
        assert!(rule.contains(wanted), "`{wanted}` is not in\n{rule}");
    }
    assert!(log_likelihood::LATEX.contains("\\partial"), "{}", log_likelihood::LATEX);
    let rust = log_likelihood::RUST;
    for wanted in ["//", "impl Estimator", "fn coefficients", "fn derivatives", "log_sigmoid"] {
        assert!(rust.contains(wanted), "`{wanted}` is not in\n{rust}");
    }
    assert!(!rust.contains("unsafe"));
    assert!(rust.lines().all(|line| line.chars().count() <= 140), "generated code is formatted");
}

/// Scalars, slices along rows and along coordinates, a matrix, and an argument that the draw does not meet.
#[estimator(distribution = Gaussian)]
fn with_arguments(z: &[f64], a: &Matrix, bias: &[f64], target: &[f64], scale: f64, offset: f64) -> f64 {
    let rows: f64 = a.rows().zip(bias).map(|(row, bias)| softplus(scale * dot(row, z) + bias)).sum();
    rows + z.iter().zip(target).map(|(z, t)| (z - t).powi(2) * scale).sum::<f64>() + offset.exp() * scale
}

#[derive(Clone)]
struct Arguments {
    a: Matrix,
    bias: Vec<f64>,
    target: Vec<f64>,
    scale: f64,
    offset: f64,
}

impl Arguments {
    fn number(&mut self, index: usize) -> &mut f64 {
        let (entries, rows) = (self.a.as_slice().len(), self.bias.len());
        match index {
            _ if index < entries => &mut self.a.as_mut_slice()[index],
            _ if index < entries + rows => &mut self.bias[index - entries],
            _ if index < entries + rows + self.target.len() => &mut self.target[index - entries - rows],
            _ if index == entries + rows + self.target.len() => &mut self.scale,
            _ => &mut self.offset,
        }
    }

    fn value(&self) -> f64 {
        let law = Gaussian { mu: [0.2, -0.4, 0.1], sigma: 0.7 };
        let arguments = (&self.a, self.bias.as_slice(), self.target.as_slice(), self.scale, self.offset);
        with_arguments::estimate(&law, arguments).samples(700).seed(5).run().expect("a run").value
    }
}

#[test]
fn argument_gradients_are_those_of_the_estimated_value() {
    let mut arguments = Arguments {
        a: Matrix::from_rows(&[[0.5, -0.3, 0.1], [-0.2, 0.4, 0.3]]).expect("rows"),
        bias: vec![0.1, -0.6],
        target: vec![0.3, 0.0, -0.2],
        scale: 1.3,
        offset: 0.4,
    };
    let law = Gaussian { mu: [0.2, -0.4, 0.1], sigma: 0.7 };
    let given = arguments.clone();
    let run = with_arguments::estimate(&law, (&given.a, &given.bias, &given.target, given.scale, given.offset));
    let run = run.samples(700).seed(5).with_argument_gradients().run().expect("a run");
    let (a, bias, target, scale, offset) = run.argument_gradient.expect("asked for");
    let found = [a.as_slice(), &bias, &target, &[scale, offset]].concat();
    assert_eq!(found.len(), 6 + 2 + 3 + 2);
    // With the same random numbers the value is a smooth function of the arguments, and central differences are good to
    // h² and to the rounding of a value near 3 over 2 h.
    let h = 1e-5;
    for (index, &derivative) in found.iter().enumerate() {
        let centre = *arguments.number(index);
        *arguments.number(index) = centre + h;
        let above = arguments.value();
        *arguments.number(index) = centre - h;
        let below = arguments.value();
        *arguments.number(index) = centre;
        let difference = (above - below) / (2.0 * h);
        assert!((derivative - difference).abs() < 1e-8, "number {index}: {derivative}, by differences {difference}");
        assert!(derivative.abs() > 1e-3, "number {index} has a derivative worth comparing");
    }
}

#[test]
fn an_annotated_function_stays_a_function() {
    let (x, y) = batch();
    let w = [0.3, 0.2, -0.1];
    let by_hand: f64 = x.rows().zip(&y).map(|(row, y)| -(-y * dot(row, w)).exp().ln_1p()).sum();
    assert!((log_likelihood(&w, &x, &y) - by_hand).abs() < 1e-14);
    // The log characteristic function too: log φ(ω) of Laplace(0.3, 0.5) at ω = 2 is 0.6 i - ln 2.
    let value = logphi::laws::laplace(2.0.into(), 0.3.into(), 0.5.into());
    assert!((value.re + 2.0_f64.ln()).abs() < 1e-15 && (value.im - 0.6).abs() < 1e-15);
}

#[test]
fn an_exact_rule_serves_where_the_series_diverges() -> Result<(), EstimateError> {
    // Wide enough for the series of order 8 to be off by an order of magnitude.
    let (x, y) = batch();
    let law = Laplace { mu: [0.1, -0.2, 0.3], b: 6.0 };
    let samples = 200_000;
    let exact = ExactLogLikelihood::estimate(&law, (&x, &y)).samples(samples).seed(3).run()?;
    assert!(exact.warnings.is_empty());
    let error = exact.standard_error.as_ref().expect("many samples").b;
    // ∂/∂b E f(mu + b ξ) = E Σ_j ∂_j f ξ_j, the reparameterised gradient, from other draws of the same law.
    let draws = logphi::sample(&law).samples(samples).seed(4).matrix()?;
    let gradients: Vec<f64> = draws
        .rows()
        .map(|w| {
            let slope = |j: usize| x.rows().zip(&y).map(|(r, y)| y * r[j] * sigmoid(-y * dot(r, w))).sum::<f64>();
            (0..3).map(|j| slope(j) * (w[j] - law.mu[j]) / law.b).sum()
        })
        .collect();
    let mean = gradients.iter().sum::<f64>() / samples as f64;
    let variance = gradients.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / samples as f64;
    let joint = (error.powi(2) + variance / samples as f64).sqrt();
    // 4.5 standard errors: one fresh seed in a hundred thousand would be further off.
    let found = exact.gradient.b;
    assert!((found - mean).abs() < 4.5 * joint, "{found} ± {joint}, expected {mean}");
    assert!(joint < 0.02 * mean.abs(), "{joint} of {mean}");
    let truncated = log_likelihood::estimate(&law, (&x, &y)).samples(samples).seed(3).run()?;
    assert!((truncated.gradient.b - mean).abs() > 10.0 * mean.abs(), "{} {mean}", truncated.gradient.b);
    Ok(())
}

#[test]
fn a_full_covariance_matrix() -> Result<(), EstimateError> {
    let (a, _) = batch();
    let mut sigma = Matrix::zeros(3, 3);
    let rows = [0.5, 0.1, 0.0, 0.1, 0.4, -0.2, 0.0, -0.2, 0.3];
    sigma.as_mut_slice().copy_from_slice(&rows);
    let law = MultivariateGaussian { mu: [0.1, -0.2, 0.3], sigma: &sigma };
    let run = log_sum::estimate(&law, &a).samples(20_000).seed(7).run()?;
    let errors = run.standard_error.as_ref().expect("many samples");
    // Of a small argument, softplus is ln 2 + u/2 + u²/8 - u⁴/192 and on: E ∂_i ∂_j f is near Σ_o A_oi A_oj / 4.
    for (i, j) in [(0, 0), (0, 2), (2, 1)] {
        let near: f64 = a.rows().map(|row| row[i] * row[j] / 8.0).sum();
        let found = run.gradient.sigma.row(i)[j];
        assert!((found - near).abs() < 0.02 * a.rows().map(|row| row[i].abs() * row[j].abs()).sum::<f64>());
        assert_eq!(found, run.gradient.sigma.row(j)[i]);
        assert!(errors.sigma.row(i)[j] < 0.01);
    }
    assert!(log_sum::RULE.contains("1/2 E ∂_i ∂_j f(z)"));
    Ok(())
}

#[test]
fn shares_of_a_whole() -> Result<(), EstimateError> {
    let (a, _) = batch();
    let alpha = [0.5, 1.0, 1.5];
    let run = quadratic_form::estimate(&Dirichlet { alpha }, &a).samples(50_000).seed(7).run()?;
    // E z_i z_j = α_i (α_j + δ_ij) / (A (A + 1)) with A = 3.
    let second = |i: usize, j: usize| alpha[i] * (alpha[j] + f64::from(u8::from(i == j))) / 12.0;
    let exact: f64 =
        a.rows().map(|row| (0..9).map(|k| row[k / 3] * row[k % 3] * second(k / 3, k % 3)).sum::<f64>()).sum();
    // 5 standard errors: a false alarm in 5e5 seeds.
    let error = run.value_standard_error.expect("many samples");
    assert!((run.value - exact).abs() < 5.0 * error, "{} ± {error}, expected {exact}", run.value);
    // With the mean m = α / A held, E z_i z_j = m_i (A m_j + δ_ij) / (A + 1), whose derivative along α is
    // A m_i (m_j - δ_ij) / (A + 1)².
    let mean = alpha.map(|alpha| alpha / 3.0);
    let spread = |row: &[f64]| dot(row, mean).powi(2) - row.iter().zip(mean).map(|(a, m)| a * a * m).sum::<f64>();
    let exact = 3.0 / 16.0 * a.rows().map(spread).sum::<f64>();
    let errors = run.standard_error.as_ref().expect("many samples");
    let along = dot(alpha, run.gradient.alpha.as_slice());
    assert!((along - exact).abs() < 5.0 * dot(alpha, errors.alpha.as_slice()), "{along}, expected {exact}");
    assert!(quadratic_form::RULE.contains("auxiliary draw, exact"));
    Ok(())
}

#[test]
fn choosing_among_rules() -> Result<(), EstimateError> {
    let (x, y) = batch();
    let law = Laplace { mu: [0.1, -0.2, 0.3], b: 0.5 };
    let pilot = compare(&law, (&x, &y[..]))
        .rule::<ExactLogLikelihood>("curvature")
        .rule::<PairedLogLikelihood>("paired slopes")
        .rule::<log_likelihood>("order 8")
        .samples(20_000)
        .seed(5);
    let comparison = pilot.run()?;
    // At this scale the curvature form has the smaller variance by far.
    let variance = |rule: usize| comparison.rules[rule].parameters.iter().find(|p| p.name == "b").expect("b").variance;
    assert!(3.0 * variance(0) < variance(1), "{comparison}");
    assert!(comparison.rules[0].exact && comparison.rules[1].exact && !comparison.rules[2].exact);
    assert_eq!(comparison.best("b").map(|rule| rule.name), Some("curvature"), "{comparison}");
    let deviation = comparison.deviation(1, "b").expect("another rule is the best");
    // Both are unbiased: a fresh seed would be further off than 5 standard errors less than once in a million runs.
    assert!(deviation.largest < 5.0, "{comparison}");
    let text = comparison.to_string();
    assert!(text.lines().count() == 7 && text.contains("paired slopes"), "{text}");
    Ok(())
}

/// Nodes joined by edges that may fail.
struct Network {
    nodes: usize,
    edges: Vec<(usize, usize)>,
}

impl Network {
    /// Whether edges that are up lead from the first node to the last.
    fn connected(&self, edges_up: &[f64]) -> bool {
        let mut reached = vec![false; self.nodes];
        let mut waiting = vec![0];
        while let Some(node) = waiting.pop() {
            reached[node] = true;
            for (&(a, b), _) in self.edges.iter().zip(edges_up).filter(|(_, up)| **up > 0.0) {
                let next = if a == node { b } else { a };
                if (a == node || b == node) && !reached[next] {
                    waiting.push(next);
                }
            }
        }
        reached[self.nodes - 1]
    }
}

/// Discrete variables and a function that the compiler does not look into.
#[estimator(distribution = Bernoulli, opaque)]
fn reliability(edges_up: &[f64], network: &Network) -> f64 {
    network.connected(edges_up) as u8 as f64
}

#[test]
fn an_opaque_function_is_only_called() -> Result<(), EstimateError> {
    // A bridge, and after it two parallel edges.
    let network = Network { nodes: 5, edges: vec![(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 4), (3, 4)] };
    let p = [0.9, 0.4, 0.5, 0.3, 0.85, 0.6, 0.5];
    // Over all 128 states: the derivative by p_j is the probability that edge j decides.
    let (mut exact, mut decides) = (0.0, [0.0; 7]);
    for state in 0..1_u32 << 7 {
        let mut up: [f64; 7] = std::array::from_fn(|j| f64::from(state >> j & 1));
        let probability = |j: usize| if state >> j & 1 == 1 { p[j] } else { 1.0 - p[j] };
        let weight: f64 = (0..7).map(probability).product();
        exact += weight * reliability(&up, &network);
        for j in 0..7 {
            let own = std::mem::replace(&mut up[j], 1.0);
            let with = reliability(&up, &network);
            up[j] = 0.0;
            decides[j] += weight * (with - reliability(&up, &network));
            up[j] = own;
        }
    }
    let law = Bernoulli { p };
    let run = reliability::estimate(&law, &network).samples(1 << 18).seed(7).run()?;
    let errors = run.standard_error.expect("many samples");
    // 8 comparisons at 5 standard errors: with a fresh seed 2 in ten thousand runs would fail. 5 % more or less would.
    let error = run.value_standard_error.expect("many samples");
    assert!((run.value - exact).abs() < 5.0 * error && error < 0.005 * exact, "{} ± {error}, {exact}", run.value);
    for (j, decides) in decides.into_iter().enumerate() {
        let (found, error) = (run.gradient.p[j], errors.p[j]);
        assert!((found - decides).abs() < 5.0 * error, "edge {j}: {found} ± {error}, expected {decides}");
        assert!(error < 0.005 * decides, "edge {j}: {error} of {decides}");
    }
    Ok(())
}

/// Categorical variables with ridge terms: a changed variable is an update, not a new evaluation.
#[estimator(distribution = Categorical)]
fn reconstruction(z: &OneHot, weights: &Matrix, bias: &[f64], x: &[f64]) -> f64 {
    weights.rows().zip(bias).zip(x).map(|((row, b), x)| log_bernoulli(x, dot(row, z) + b)).sum()
}

#[test]
fn an_autoencoder_with_categorical_variables_learns() -> Result<(), EstimateError> {
    // Two variables of three states write one of nine patterns into six pixels; the codes and the decoder are learnt.
    let x = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let mut logits: [f64; 6] = [0.1, 0.0, -0.1, 0.0, 0.2, -0.2];
    let mut weights = Matrix::new(6, 6, (0..36).map(|entry| f64::from(entry).sin()).collect()).expect("it fits");
    let mut bias = vec![0.0; 6];
    let mut adam = [(); 3].map(|()| Adam::maximizing(0.1));
    let mut values = Vec::new();
    for step in 0..60 {
        let mut p = Matrix::zeros(2, 3);
        for (p, logits) in p.as_mut_slice().chunks_exact_mut(3).zip(logits.chunks_exact(3)) {
            let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
            p.iter_mut().zip(logits).for_each(|(p, logit)| *p = logit.exp() / sum);
        }
        let law = Categorical { p: &p };
        let run = reconstruction::estimate(&law, (&weights, &bias, &x)).samples(20).seed(7).stream(step);
        let run = run.with_argument_gradients().run()?;
        values.push(run.value);
        let by_logits = run.gradient.logits(&law)?;
        let (by_weights, by_bias, _) = run.argument_gradient.expect("asked for");
        adam[0].update(&mut logits, by_logits.as_slice());
        adam[1].update(weights.as_mut_slice(), by_weights.as_slice());
        adam[2].update(&mut bias, &by_bias);
    }
    assert!(values[0] < -3.0 && values[59] > -0.5, "{values:?}");
    assert!(reconstruction::RULE.contains("p (simplex): discrete, exact"), "{}", reconstruction::RULE);
    Ok(())
}
