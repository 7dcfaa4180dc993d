//! The Dirichlet law against its moments and against exact values that were computed by quadrature of its beta marginals.

use logphi::laws::Dirichlet;
use logphi::prelude::*;
use logphi::private::PackWidth;
use logphi::{EstimateError, sample};

use super::{SCHEDULES, bits, check};

/// Story 10.
#[estimator(distribution = Dirichlet, packs = portable)]
pub(crate) fn quadratic_form(p: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| dot(row, p).powi(2)).sum()
}

/// Ridge terms with offsets, and a separable one.
#[estimator(distribution = Dirichlet)]
fn cubes(p: &[f64], a: &Matrix, c: &[f64], t: &[f64]) -> f64 {
    a.rows().zip(c).map(|(row, c)| (dot(row, p) + c).powi(2)).sum::<f64>()
        + p.iter().zip(t).map(|(p, t)| t * p.powi(3)).sum::<f64>()
}

/// The same in single precision.
#[estimator(of = cubes, distribution = Dirichlet, precision = f32)]
struct CubesSingle;

/// No ridge term.
#[estimator(distribution = Dirichlet, packs = portable)]
fn separable(p: &[f64], t: &[f64]) -> f64 {
    p.iter().zip(t).map(|(p, t)| t * p.powi(3)).sum()
}

/// The rule that differentiates the draw, for both kinds of terms.
#[estimator(of = cubes, distribution = Dirichlet, form = pathwise, packs = portable)]
struct Pathwise;

/// The same in single precision.
#[estimator(of = cubes, distribution = Dirichlet, form = pathwise, precision = f32, packs = portable)]
struct PathwiseSingle;

/// The same without a ridge term.
#[estimator(of = separable, distribution = Dirichlet, form = pathwise, packs = portable)]
struct PathwiseSeparable;

/// Two functions of one number, of which the weight chooses one.
#[estimator(distribution = Dirichlet, packs = portable)]
fn chosen(p: &[f64], a: &[f64], weight: f64) -> f64 {
    weight * dot(a, p).exp() + (1.0 - weight) * softplus(dot(a, p))
}

/// `E z^m = Π_i (α_i)_{m_i} / (A)_{|m|}` and its derivatives in `α`; `powers` are the nonzero `m_i` by coordinate.
fn moment(alpha: &[f64], powers: &[(usize, u32)]) -> (f64, Vec<f64>) {
    let rising = |x: f64, m: u32| (0..m).map(|k| x + f64::from(k)).product::<f64>();
    let slope = |x: f64, m: u32| (0..m).map(|k| 1.0 / (x + f64::from(k))).sum::<f64>();
    let sum: f64 = alpha.iter().sum();
    let total: u32 = powers.iter().map(|power| power.1).sum();
    let value = powers.iter().map(|&(i, m)| rising(alpha[i], m)).product::<f64>() / rising(sum, total);
    let of = |k: usize| powers.iter().filter(|power| power.0 == k).map(|&(_, m)| slope(alpha[k], m)).sum::<f64>();
    let gradient = (0..alpha.len()).map(|k| value * (of(k) - slope(sum, total))).collect();
    (value, gradient)
}

/// Value and gradient of the expectation of a polynomial, by its monomials.
#[derive(Clone, Debug)]
struct Exact {
    alpha: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl Exact {
    fn at(alpha: &[f64]) -> Self {
        Self { alpha: alpha.to_vec(), value: 0.0, gradient: vec![0.0; alpha.len()] }
    }

    fn add(&mut self, factor: f64, powers: &[(usize, u32)]) {
        let (value, gradient) = moment(&self.alpha, powers);
        self.value += factor * value;
        for (sum, slope) in self.gradient.iter_mut().zip(gradient) {
            *sum += factor * slope;
        }
    }

    /// Adds `E (⟨a, z⟩ + c)²`.
    fn add_square(&mut self, a: &[f64], c: f64) {
        self.value += c * c;
        for i in 0..a.len() {
            self.add(2.0 * c * a[i], &[(i, 1)]);
            self.add(a[i] * a[i], &[(i, 2)]);
            for j in 0..i {
                self.add(2.0 * a[i] * a[j], &[(i, 1), (j, 1)]);
            }
        }
    }

    fn add_cubes(&mut self, t: &[f64]) {
        (0..t.len()).for_each(|j| self.add(t[j], &[(j, 3)]));
    }
}

fn data() -> (Matrix, [f64; 2], [f64; 3]) {
    let a = Matrix::from_rows(&[[1.5, -0.5, 0.25], [-0.3, 2.0, 1.0]]).expect("rows");
    (a, [0.4, -0.7], [2.0, -1.0, 0.5])
}

/// Concentrations from 1e-3 to 1e3; small ones make rare events count, so that errors are larger.
const CONCENTRATIONS: [([f64; 3], f64); 6] = [
    ([2.0, 3.0, 4.0], 0.15),
    ([0.5, 0.2, 1.0], 0.15),
    ([10.0, 0.01, 3.0], 0.15),
    ([1000.0, 300.0, 2.0], 0.15),
    ([0.01, 0.03, 0.02], 0.6),
    ([1e-3, 2e-3, 1e-3], 1.5),
];

#[test]
fn gradients_agree_with_the_moments() {
    let (a, c, t) = data();
    for (index, (alpha, share)) in CONCENTRATIONS.into_iter().enumerate() {
        let law = Dirichlet { alpha };
        let seed = 40 + index as u64;
        let mut exact = Exact::at(&alpha);
        a.rows().for_each(|row| exact.add_square(row, 0.0));
        let run = quadratic_form::estimate(&law, &a).samples(40_000).seed(seed).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], share, &format!("quadratic form at {alpha:?}"));
        let mut exact = Exact::at(&alpha);
        a.rows().zip(c).for_each(|(row, c)| exact.add_square(row, c));
        exact.add_cubes(&t);
        let run = cubes::estimate(&law, (&a, &c, &t)).samples(40_000).seed(seed).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], share, &format!("cubes at {alpha:?}"));
        let run = CubesSingle::estimate(&law, (&a, &c, &t)).samples(40_000).seed(seed + 100).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], share, &format!("cubes at {alpha:?} in single precision"));
        let mut exact = Exact::at(&alpha);
        exact.add_cubes(&t);
        let run = separable::estimate(&law, &t).samples(40_000).seed(seed).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], share, &format!("separable at {alpha:?}"));
    }
}

/// Errors are up to a fifth larger than those of the other rule.
#[test]
fn pathwise_gradients_agree_with_the_moments() {
    let (a, c, t) = data();
    for (index, (alpha, share)) in CONCENTRATIONS.into_iter().enumerate() {
        let law = Dirichlet { alpha };
        let seed = 70 + index as u64;
        let mut exact = Exact::at(&alpha);
        exact.add_cubes(&t);
        let run = PathwiseSeparable::estimate(&law, &t).samples(40_000).seed(seed).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], 1.2 * share, &format!("separable at {alpha:?}"));
        a.rows().zip(c).for_each(|(row, c)| exact.add_square(row, c));
        let run = Pathwise::estimate(&law, (&a, &c, &t)).samples(40_000).seed(seed).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], 1.2 * share, &format!("cubes at {alpha:?}"));
        let run = PathwiseSingle::estimate(&law, (&a, &c, &t)).samples(40_000).seed(seed + 100).run().expect("valid");
        check(&run, exact.value, &[&exact.gradient], 1.2 * share, &format!("cubes at {alpha:?} in single precision"));
    }
}

/// The only share is 1, whatever its concentration.
#[test]
fn a_single_share_does_not_move() {
    for alpha in [1e-3, 0.7, 300.0] {
        let law = Dirichlet { alpha: [alpha] };
        let run = PathwiseSeparable::estimate(&law, &[2.0]).samples(100).seed(1).run().expect("valid");
        assert_eq!((run.value, run.gradient.alpha[0]), (2.0, 0.0), "{alpha}");
    }
}

/// Exact values of the oracle, cases `dirichlet(12,9,14,7)|exp(z1)` and `dirichlet(2,3,4)|softplus(z1)`.
#[test]
fn gradients_agree_with_quadrature() {
    let law = Dirichlet { alpha: [12.0, 9.0, 14.0, 7.0] };
    let first = [1.0, 0.0, 0.0, 0.0];
    let run = chosen::estimate(&law, (&first, 1.0)).samples(200_000).seed(50).run().expect("valid");
    check(&run, 1.33389431498375, &[&ORACLE_EXP], 0.05, "exp(z1)");
    let law = Dirichlet { alpha: [2.0, 3.0, 4.0] };
    let run = chosen::estimate(&law, (&first[..3], 0.0)).samples(200_000).seed(51).run().expect("valid");
    check(&run, 0.812539807043808, &[&ORACLE_SOFTPLUS], 0.05, "softplus(z1)");
}

const ORACLE_EXP: [f64; 4] = [0.0227228425189725, -0.00919351696631633, -0.00919351696631633, -0.00919351696631633];
const ORACLE_SOFTPLUS: [f64; 3] = [0.0483486559325419, -0.014085085197105, -0.014085085197105];

#[test]
fn a_shared_concentration_adds_up() {
    let (a, _, _) = data();
    let each = quadratic_form::estimate(&Dirichlet { alpha: [0.7; 3] }, &a).samples(5000).seed(1).run().expect("valid");
    let shared = Dirichlet { alpha: 0.7 };
    let shared = quadratic_form::estimate(&shared, &a).samples(5000).seed(1).dimension(3).run().expect("valid");
    let sum: f64 = each.gradient.alpha.iter().sum();
    assert!((shared.gradient.alpha - sum).abs() < 1e-13, "{} {sum}", shared.gradient.alpha);
}

#[test]
fn draws_are_shares_at_every_concentration() {
    for (alpha, _) in CONCENTRATIONS {
        let samples = 50_000;
        let sum: f64 = alpha.iter().sum();
        let draws = sample(&Dirichlet { alpha }).samples(samples).seed(60).matrix().expect("valid");
        assert!(draws.rows().all(|z| (z.iter().sum::<f64>() - 1.0).abs() < 1e-14 && z.iter().all(|z| *z >= 0.0)));
        let mut single = vec![0.0_f32; 3 * samples];
        sample(&Dirichlet { alpha }).samples(samples).seed(61).fill(&mut single).expect("valid");
        for (j, alpha) in alpha.into_iter().enumerate() {
            let (mean, variance) = (alpha / sum, alpha * (sum - alpha) / (sum * sum * (sum + 1.0)));
            let error = (variance / samples as f64).sqrt();
            let found = draws.rows().map(|z| z[j]).sum::<f64>() / samples as f64;
            let single = &single[j * samples..(j + 1) * samples];
            let in_single = single.iter().map(|&z| f64::from(z)).sum::<f64>() / samples as f64;
            // 5 standard errors are exceeded with probability 6e-7, for each of 36 numbers.
            assert!((found - mean).abs() < 5.0 * error, "{found} ± {error}, expected {mean}");
            assert!((in_single - mean).abs() < 5.0 * error + 1e-7, "{in_single} ± {error}, expected {mean}");
        }
    }
}

#[test]
fn the_same_bits_from_any_width_and_number_of_threads() {
    let (a, c, t) = data();
    let law = Dirichlet { alpha: [0.5, 2.0, 0.01] };
    for samples in [2, 33, 1025, 20_000] {
        let run = |width, threads| {
            let run = cubes::estimate(&law, (&a, &c, &t)).samples(samples).seed(3).threads(threads).pack_width(width);
            let single = CubesSingle::estimate(&law, (&a, &c, &t)).samples(samples).seed(3).threads(threads);
            let moved = Pathwise::estimate(&law, (&a, &c, &t)).samples(samples).seed(3).threads(threads);
            [
                bits(&run.run().expect("valid")),
                bits(&single.pack_width(width).run().expect("valid")),
                bits(&moved.pack_width(width).run().expect("valid")),
            ]
        };
        let expected = run(PackWidth::Bits128, 1);
        for (width, threads) in SCHEDULES {
            assert_eq!(run(width, threads), expected, "{samples} samples, {width:?}, {threads} threads");
        }
    }
}

#[test]
fn concentrations_must_be_positive() {
    let (a, _, _) = data();
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = quadratic_form::estimate(&Dirichlet { alpha: [1.0, bad, 1.0] }, &a).samples(10).run().err();
        assert!(
            matches!(error, Some(EstimateError::ParameterOutsideDomain { parameter: "alpha", coordinate: 1, .. })),
            "{error:?}"
        );
    }
}

#[test]
fn the_pathwise_rule_can_be_read() {
    let rule = Pathwise::RULE;
    for line in [
        "∂_alpha[j] E f(z) = E <d, ∇f(z)>",
        "d = beta_rest_slope(alpha, alpha_sum - alpha, z_j) * (e_j - z)",
        "where beta_rest_slope(a, b, x) = -∂ln(1 - x)/∂a at a fixed probability",
    ] {
        assert!(rule.contains(line), "{line} in\n{rule}");
    }
    assert!(Pathwise::LATEX.contains("\\langle d, \\nabla f(z)\\rangle"), "{}", Pathwise::LATEX);
}

#[test]
fn the_rule_can_be_read() {
    let rule = quadratic_form::RULE;
    for line in [
        "z ~ Dirichlet(alpha)",
        "∂_alpha[j] E f(z) = trigamma(alpha_sum) * E <d, ∇f(y)>",
        "d = e_j - y",
        "checked on polynomials to degree 8",
        "where alpha_sum = Σ_j alpha[j]",
    ] {
        assert!(rule.contains(line), "{line} in\n{rule}");
    }
    assert!(quadratic_form::LATEX.contains("\\langle d, \\nabla f(y)\\rangle"), "{}", quadratic_form::LATEX);
}
