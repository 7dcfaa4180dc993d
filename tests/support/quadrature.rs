//! Expectations as finite sums: `E g(z) = Σ_i w_i g(z_i)` to about 14 digits for the functions of the corpus.
//!
//! On the line, the trapezoidal rule with step `h` has an error of order `e^{-2πd/h}` for an integrand analytic in the
//! strip of half-width `d` that decays fast. Half-lines are brought to the line by `z = e^u`, bounded intervals are cut
//! at the kinks of the density and take Gauss–Legendre nodes, atoms are their own nodes, and a mixture or a sum of
//! independent variables has the products of nodes. Nothing is taken from the product but the parameters' values.

use std::collections::BTreeMap;
use std::f64::consts::PI;

/// Nodes with their weights.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    /// Pairs `(z, w)`.
    pub nodes: Vec<(f64, f64)>,
}

/// Step of the trapezoidal rule: the nearest singularity of the corpus's functions is 0.67 from the line, in the
/// variable of the rule, and `e^{-2π · 0.67 · 8}` is 2e-15.
const STEP: f64 = 1.0 / 8.0;

/// Nodes with a smaller weight are left out; no function of the corpus grows fast enough to matter there.
const NEGLIGIBLE: f64 = 1e-30;

impl Measure {
    /// `E g(z)`.
    pub fn expectation(&self, mut g: impl FnMut(f64) -> f64) -> f64 {
        self.expectations(1, |z| vec![g(z)])[0]
    }

    /// `E g_i(z)` for several functions that are computed together.
    pub fn expectations(&self, count: usize, mut g: impl FnMut(f64) -> Vec<f64>) -> Vec<f64> {
        let (mut sums, mut lost) = (vec![0.0; count], vec![0.0; count]);
        for &(z, w) in &self.nodes {
            for ((sum, lost), value) in sums.iter_mut().zip(&mut lost).zip(g(z)) {
                // A hundred thousand terms of one sign lose four digits in a plain sum.
                let term = w * value;
                let next: f64 = *sum + term;
                *lost += if sum.abs() >= term.abs() { (*sum - next) + term } else { (term - next) + *sum };
                *sum = next;
            }
        }
        sums.iter().zip(lost).map(|(sum, lost)| sum + lost).collect()
    }

    /// The law of `shift + scale z`.
    #[must_use]
    pub fn affine(&self, shift: f64, scale: f64) -> Self {
        Self { nodes: self.nodes.iter().map(|&(z, w)| (shift + scale * z, w)).collect() }
    }

    /// The law of a function of the variable.
    #[must_use]
    pub fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        Self { nodes: self.nodes.iter().map(|&(z, w)| (function(z), w)).collect() }
    }

    /// The rule of a density on the line with twice the step.
    #[must_use]
    pub fn thinned(&self) -> Self {
        Self { nodes: self.nodes.iter().step_by(2).map(|&(z, w)| (z, 2.0 * w)).collect() }
    }

    /// Without the nodes of smaller weight.
    #[must_use]
    pub fn above(&self, weight: f64) -> Self {
        Self { nodes: self.nodes.iter().copied().filter(|node| node.1.abs() > weight).collect() }
    }

    /// The law of a variable whose law is `law(z)` given `z`.
    #[must_use]
    pub fn mixture(&self, law: impl Fn(f64) -> Self) -> Self {
        let inner = self.nodes.iter().flat_map(|&(z, w)| law(z).nodes.into_iter().map(move |(x, v)| (x, v * w)));
        Self { nodes: inner.filter(|&(_, w)| w.abs() > NEGLIGIBLE).collect() }
    }

    /// The law of the sum with an independent variable.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.mixture(|z| other.affine(z, 1.0))
    }

    /// The law of `a` with weight `p` and of `b` with the rest.
    #[must_use]
    pub fn blend(p: f64, a: &Self, b: &Self) -> Self {
        let first = a.nodes.iter().map(|&(z, w)| (z, p * w));
        Self { nodes: first.chain(b.nodes.iter().map(|&(z, w)| (z, (1.0 - p) * w))).collect() }
    }

    fn line(from: f64, to: f64, step: f64, node: impl Fn(f64) -> (f64, f64)) -> Self {
        let count = ((to - from) / step).ceil() as usize;
        let nodes = (0..=count).map(|index| node(from + step * index as f64)).map(|(z, w)| (z, step * w));
        Self { nodes: nodes.filter(|&(_, w)| w.abs() > NEGLIGIBLE).collect() }
    }

    /// A density on the positive half-line, given through its logarithm; `scale` is a typical size of `z`.
    fn half_line(scale: f64, step: f64, log_density: impl Fn(f64) -> f64) -> Self {
        Self::line(-60.0, 8.0, step, |u| {
            let z = scale * u.exp();
            (z, (log_density(z) + z.ln()).exp())
        })
    }

    /// The standard normal law.
    #[must_use]
    pub fn normal() -> Self {
        Self::line(-13.0, 13.0, STEP, |t| (t, (-t * t / 2.0).exp() / (2.0 * PI).sqrt()))
    }

    /// The gamma law with scale 1.
    #[must_use]
    pub fn gamma(shape: f64) -> Self {
        let constant = log_gamma(shape);
        // ln z has the standard deviation 1/√shape.
        Self::half_line(1.0, STEP.min(0.4 / shape.sqrt()), |z| (shape - 1.0) * z.ln() - z - constant)
    }

    /// The exponential law with mean 1.
    #[must_use]
    pub fn exponential() -> Self {
        Self::gamma(1.0)
    }

    /// The Laplace law with scale 1.
    #[must_use]
    pub fn laplace() -> Self {
        let half = Self::exponential();
        Self::blend(0.5, &half, &half.affine(0.0, -1.0))
    }

    /// The inverse Gaussian law.
    #[must_use]
    pub fn inverse_gaussian(mu: f64, lam: f64) -> Self {
        Self::half_line(mu, STEP, |z| {
            0.5 * (lam / (2.0 * PI * z.powi(3))).ln() - lam * (z - mu).powi(2) / (2.0 * mu * mu * z)
        })
    }

    /// The beta law.
    #[must_use]
    pub fn beta(a: f64, b: f64) -> Self {
        let constant = log_gamma(a) + log_gamma(b) - log_gamma(a + b);
        // z = σ(t), dz = z (1 - z) dt
        let log_sigmoid = |t: f64| f64::min(t, 0.0) - (-t.abs()).exp().ln_1p();
        Self::line(-60.0, 60.0, STEP, |t| {
            (log_sigmoid(t).exp(), (a * log_sigmoid(t) + b * log_sigmoid(-t) - constant).exp())
        })
    }

    /// Counts `k` with probabilities proportional to `(x + k)^-2`: the first thirty as they are, of the others the
    /// integral with Gregory's corrections at its end.
    #[must_use]
    pub fn trigamma_mixture(x: f64) -> Self {
        const EXPLICIT: i32 = 30;
        let weight = |k: f64| (x + k).powi(-2);
        let mut nodes: Vec<(f64, f64)> = (0..EXPLICIT).map(f64::from).map(|k| (k, weight(k))).collect();
        // ∫ (x + k)^-2 g(k) dk from `EXPLICIT` on, with x + k = (x + EXPLICIT) / v.
        let start = x + f64::from(EXPLICIT);
        let tail = gauss_legendre(20).into_iter().map(|(t, w)| (start / (0.5 + 0.5 * t) - x, 0.5 * w / start));
        nodes.extend(tail);
        // Gregory's formula ends with Σ_n (-1)^n g_n Δ^n, and (-1)^n Δ^n = Σ_j (-1)^j C(n, j) on the value j places on.
        let g = [1.0 / 2.0, 1.0 / 12.0, 1.0 / 24.0, 19.0 / 720.0, 3.0 / 160.0, 863.0 / 60_480.0, 275.0 / 24_192.0];
        for j in 0..g.len() {
            let choose = |n: usize| (0..j).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>();
            let sign = if j.is_multiple_of(2) { 1.0 } else { -1.0 };
            let correction: f64 = (j..g.len()).map(|n| sign * choose(n) * g[n]).sum();
            let k = f64::from(EXPLICIT) + j as f64;
            nodes.push((k, correction * weight(k)));
        }
        let total: f64 = nodes.iter().map(|node| node.1).sum();
        Self { nodes: nodes.into_iter().map(|(k, w)| (k, w / total)).collect() }
    }

    /// The standard logistic law.
    #[must_use]
    pub fn logistic() -> Self {
        Self::line(-90.0, 90.0, STEP, |t| (t, 0.25 / (0.5 * t).cosh().powi(2)))
    }

    /// A density between two points where it is smooth.
    #[must_use]
    pub fn interval(from: f64, to: f64, density: impl Fn(f64) -> f64) -> Self {
        const PANELS: usize = 8;
        let width = (to - from) / PANELS as f64;
        let mut nodes = Vec::new();
        for panel in 0..PANELS {
            let middle = from + width * (panel as f64 + 0.5);
            for (x, w) in gauss_legendre(24) {
                let z = middle + 0.5 * width * x;
                nodes.push((z, 0.5 * width * w * density(z)));
            }
        }
        Self { nodes }
    }

    /// Atoms at `0, 1, 2, …` by the ratio of neighbours.
    #[must_use]
    pub fn atoms(first: f64, ratio: impl Fn(f64) -> f64) -> Self {
        let mut nodes = vec![(0.0, first)];
        for count in 1..2000 {
            let (z, w) = nodes[nodes.len() - 1];
            let next = w * ratio(f64::from(count));
            if next.abs() < NEGLIGIBLE {
                break;
            }
            nodes.push((z + 1.0, next));
        }
        Self { nodes }
    }

    /// The Poisson law.
    #[must_use]
    pub fn poisson(rate: f64) -> Self {
        Self::atoms((-rate).exp(), |count| rate / count)
    }

    /// The binomial law.
    #[must_use]
    pub fn binomial(trials: i32, p: f64) -> Self {
        Self::atoms((1.0 - p).powi(trials), |count| (f64::from(trials) - count + 1.0) / count * p / (1.0 - p))
    }

    /// The negative binomial law.
    #[must_use]
    pub fn negative_binomial(r: f64, p: f64) -> Self {
        Self::atoms(p.powf(r), |count| (r + count - 1.0) / count * (1.0 - p))
    }
}

/// Nodes and weights on (-1, 1), by Newton's method on the Legendre polynomial.
fn gauss_legendre(count: u32) -> Vec<(f64, f64)> {
    let n = f64::from(count);
    let node = |index: u32| {
        let mut x = (PI * (f64::from(index) + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..60 {
            let (mut previous, mut value) = (1.0, x);
            for k in 2..=count {
                let k = f64::from(k);
                (previous, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * previous) / k);
            }
            slope = n * (x * value - previous) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).collect()
}

/// `ln Γ(x)`: Stirling's series after shifting the argument above 20.
fn log_gamma(x: f64) -> f64 {
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 20.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let r = 1.0 / (shifted * shifted);
    let series = (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / shifted;
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * (2.0 * PI).ln() + series - product.ln()
}

/// The law behind a key of the corpus; the names are the corpus's.
///
/// # Panics
/// If the key or a parameter is unknown.
#[must_use]
pub fn measure(key: &str, parameters: &BTreeMap<String, f64>) -> Measure {
    let p = |name: &str| *parameters.get(name).unwrap_or_else(|| panic!("no parameter `{name}` of `{key}`"));
    match key {
        "dirac" => Measure { nodes: vec![(p("a"), 1.0)] },
        "gauss" | "gauss_wide" => Measure::normal().affine(p("mu"), p("v").sqrt()),
        "laplace" | "laplace_narrow" | "laplace_wide" => Measure::laplace().affine(p("mu"), p("b")),
        "gamma" | "gamma_small" => Measure::gamma(p("k")).affine(0.0, p("mu")),
        "exponential" => Measure::exponential().affine(0.0, 1.0 / p("lam")),
        "erlang" => Measure::gamma(3.0).affine(0.0, 1.0 / p("lam")),
        "chi2" => Measure::gamma(p("nu") / 2.0).affine(0.0, 2.0),
        "beta" => Measure::beta(p("alpha"), p("beta")),
        "gumbel" => Measure::exponential().map(|t| p("m") - p("be") * t.ln()),
        "logistic" => Measure::logistic().affine(p("m"), p("sc")),
        "invgauss" => Measure::inverse_gaussian(p("mu"), p("lam")),
        // The law of the first passage of a Brownian motion, of mean C√(π/lam) and shape 2πC².
        "tempered_stable_half" => Measure::inverse_gaussian(p("C") * (PI / p("lam")).sqrt(), 2.0 * PI * p("C").powi(2)),
        // The difference of two exponential variables with means a and b is the first with weight a/(a+b).
        "asymlaplace" => {
            let (a, b) = (1.0 / (p("lam") * p("kappa")), p("kappa") / p("lam"));
            let half = Measure::exponential();
            Measure::blend(a / (a + b), &half.affine(p("m"), a), &half.affine(p("m"), -b))
        }
        "uniform" => Measure::interval(p("a"), p("b"), |_| 1.0 / (p("b") - p("a"))),
        "triangular" => {
            let (a, b, c) = (p("a"), p("b"), p("c"));
            let up = Measure::interval(a, c, |z| 2.0 * (z - a) / ((b - a) * (c - a)));
            let down = Measure::interval(c, b, |z| 2.0 * (b - z) / ((b - a) * (b - c)));
            Measure { nodes: [up.nodes, down.nodes].concat() }
        }
        "bernoulli" => Measure::binomial(1, p("p")),
        "binomial" => Measure::binomial(5, p("p")),
        "geometric" => Measure::negative_binomial(1.0, p("p")),
        "negbin" => Measure::negative_binomial(p("r"), p("p")),
        "poisson" => Measure::poisson(p("lam")),
        "skellam" => Measure::poisson(p("lam1")).plus(&Measure::poisson(p("lam2")).affine(0.0, -1.0)),
        "poisson+gauss" => Measure::poisson(p("lam")).plus(&Measure::normal().affine(0.0, p("v").sqrt())),
        "exp+gauss" => {
            Measure::exponential().affine(0.0, 1.0 / p("lam")).plus(&Measure::normal().affine(0.0, p("v").sqrt()))
        }
        "laplace+gauss" => {
            Measure::laplace().affine(p("mu"), p("b")).plus(&Measure::normal().affine(0.0, p("v").sqrt()))
        }
        "merton" => Measure::poisson(p("lam"))
            .mixture(|jumps| Measure::normal().affine(p("g") + p("m") * jumps, (p("v") + p("d2") * jumps).sqrt())),
        "vg" => Measure::gamma(1.0 / p("nu"))
            .affine(0.0, p("nu"))
            .mixture(|time| Measure::normal().affine(p("c") + p("theta") * time, p("sigma") * time.sqrt())),
        "nig" => {
            let root = (p("alpha").powi(2) - p("beta").powi(2)).sqrt();
            Measure::inverse_gaussian(p("delta") / root, p("delta").powi(2))
                .mixture(|time| Measure::normal().affine(p("m") + p("beta") * time, time.sqrt()))
        }
        _ => panic!("no law `{key}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::oracle;

    #[test]
    fn every_law_has_the_expectations_of_the_corpus() {
        for case in &oracle().cases {
            let law = measure(&case.law, &oracle().laws[&case.law].numbers());
            let one = law.expectation(|_| 1.0);
            assert!((one - 1.0).abs() < 1e-13, "{}: total weight {one}", case.id);
            let mut names = BTreeMap::new();
            let mut f = |z| {
                names.insert("z".to_owned(), z);
                case.function.evaluate(&names).expect("a number")
            };
            let found = law.expectation(&mut f);
            let size = law.expectation(|z| f(z).abs());
            let expected = case.derivatives[0];
            assert!((found - expected).abs() < 1e-12 * size, "{}: {found}, expected {expected}", case.id);
        }
    }
}
