//! Beyond the paper: laws of counts and compound sums, which a density-based framework differentiates by the score function,
//! by a relaxation, or not at all.
//!
//! The function is the cost of a stock: what is left over costs 1 for each, what is missing costs 3, both with a soft kink, so
//! that a relaxation can be differentiated. The relaxation is a law of its own, the normal one with the mean and the variance of
//! the Poisson law, declared in two lines and derived by the same compiler.

use logphi::laws::{NegativeBinomial, Poisson, Tweedie};
use logphi::prelude::*;

use super::Experiment;
use super::account::{Account, Claim, Figure, Table};
use super::curves::{panel, short};
use super::measured::{Competitor, Judged, Place, competitor};
use super::references;
use super::unit::{Finished, Unit};
use crate::report::figure::{Axis, FigureError, Line, row};

/// The cost of having `stock` where `z` is asked for.
#[estimator(distribution = Poisson, packs = portable)]
pub fn cost(z: f64, stock: f64) -> f64 {
    softplus(stock - z) + 3.0 * softplus(z - stock)
}

/// The same by the score function.
#[estimator(of = cost, distribution = Poisson, form = score, packs = portable)]
pub struct PoissonScore;

/// The same by the score function, with a baseline.
#[estimator(of = cost, distribution = Poisson, form = score(leave_one_out), packs = portable)]
pub struct PoissonBaseline;

/// The normal law with the mean and the variance of a Poisson law.
#[distribution(sample = rate + rate.sqrt() * normal())]
pub fn relaxed_poisson(omega: Frequency, rate: Positive) -> LogCf {
    I * rate * omega - rate * omega.powi(2) / 2.0
}

/// The same by the reparameterisation gradient of the relaxation: biased.
#[estimator(of = cost, distribution = RelaxedPoisson, form = pathwise, packs = portable)]
pub struct PoissonRelaxed;

/// The cost under negative binomial demand.
#[estimator(of = cost, distribution = NegativeBinomial, packs = portable)]
pub struct NegativeBinomialExact;

/// The same by the score function for `p`; that for `r` would be a digamma function of the draw, which is not compiled.
#[estimator(of = cost, distribution = NegativeBinomial, form(p) = score, packs = portable)]
pub struct NegativeBinomialScore;

/// The same with a baseline.
#[estimator(of = cost, distribution = NegativeBinomial, form(p) = score(leave_one_out), packs = portable)]
pub struct NegativeBinomialBaseline;

/// The cost under a compound sum of gamma numbers, whose density is an infinite sum: there is no score function.
#[estimator(of = cost, distribution = Tweedie, packs = portable)]
pub struct TweedieExact;

static COMPETITORS: [Competitor; 8] = [
    competitor!("poisson", "exact", cost, |t| Poisson { rate: t[0] }),
    competitor!("poisson", "score", PoissonScore, |t| Poisson { rate: t[0] }),
    competitor!("poisson", "score-baseline", PoissonBaseline, |t| Poisson { rate: t[0] }),
    competitor!("poisson", "relaxed", PoissonRelaxed, |t| RelaxedPoisson { rate: t[0] }),
    competitor!("negative-binomial", "exact", NegativeBinomialExact, |t| NegativeBinomial { r: t[0], p: t[1] }),
    competitor!("negative-binomial", "score", NegativeBinomialScore, |t| NegativeBinomial { r: t[0], p: t[1] }),
    competitor!("negative-binomial", "score-baseline", NegativeBinomialBaseline, |t| NegativeBinomial {
        r: t[0],
        p: t[1]
    }),
    competitor!("tweedie", "exact", TweedieExact, |t| Tweedie { rate: t[0], k: t[1], mu: t[2] }),
];

/// Whether an estimator's derivative by a parameter is its own, and not that of the exact rule.
fn is_own(competitor: &Competitor, parameter: &str) -> bool {
    competitor.name == "exact" || parameter != "r"
}

/// The estimator that differentiates another law than the one in question.
const BIASED: &str = "relaxed";

const RATES: [f64; 5] = [0.5, 2.0, 8.0, 16.0, 32.0];

/// The cost as a function, for the references.
fn plain(stock: f64) -> impl Fn(f64) -> f64 {
    move |z| softplus(stock - z) + 3.0 * softplus(z - stock)
}

/// The experiment.
pub struct Counts {
    places: Vec<Place>,
    seeds: Vec<u64>,
    samples: usize,
}

impl Counts {
    /// With some seeds, at full length or short.
    #[must_use]
    pub fn new(seeds: Vec<u64>, quick: bool) -> Self {
        let mut places = Vec::new();
        for rate in RATES {
            let stock = rate.ceil();
            places.push(Place {
                law: "poisson",
                name: format!("poisson-{rate}"),
                parameters: &["rate"],
                values: vec![rate],
                argument: stock,
                exact: references::poisson(rate, plain(stock)),
            });
        }
        for (r, p) in [(2.5, 0.4), (0.5, 0.2)] {
            places.push(Place {
                law: "negative-binomial",
                name: format!("negative-binomial-{r}-{p}"),
                parameters: &["r", "p"],
                values: vec![r, p],
                argument: 4.0,
                exact: references::negative_binomial(r, p, plain(4.0)),
            });
        }
        for (rate, k, mu) in [(2.0, 1.5, 0.8), (0.5, 0.7, 2.0)] {
            places.push(Place {
                law: "tweedie",
                name: format!("tweedie-{rate}-{k}-{mu}"),
                parameters: &["rate", "k", "mu"],
                values: vec![rate, k, mu],
                argument: 2.0,
                exact: references::tweedie(rate, k, mu, plain(2.0)),
            });
        }
        Self { places, seeds, samples: if quick { 200 } else { 4000 } }
    }

    fn pairs(&self) -> impl Iterator<Item = (&Place, &'static Competitor)> {
        self.places.iter().flat_map(|place| {
            COMPETITORS
                .iter()
                .filter(|competitor| competitor.law == place.law)
                .map(move |competitor| (place, competitor))
        })
    }

    /// A curve over the rates of the Poisson law.
    fn curve(&self, finished: &[Finished], name: &str, number: impl Fn(&Judged) -> f64) -> Line {
        let of = |(place, rate): (&Place, f64)| Some((rate, number(&Judged::new(finished, "counts", place, name, 0)?)));
        let points = self.places.iter().zip(RATES).filter_map(of).collect();
        Line { name: name.to_owned(), points, band: Vec::new() }
    }

    fn figure(&self, finished: &[Finished]) -> Result<Figure, FigureError> {
        let poisson = || COMPETITORS.iter().filter(|competitor| competitor.law == "poisson");
        let variance = |competitor: &Competitor| self.curve(finished, competitor.name, |found| found.variance.log10());
        let off = |found: &Judged| ((found.estimate - found.exact) / found.exact).abs().log10();
        let panels = [
            panel(
                "Variance, Poisson",
                "rate",
                Axis::logarithmic("variance, one sample"),
                poisson().map(variance).collect(),
            ),
            panel(
                "Relative error of the mean, Poisson",
                "rate",
                Axis::logarithmic("relative error"),
                poisson().map(|competitor| self.curve(finished, competitor.name, off)).collect(),
            ),
        ];
        let caption = format!("A hundred runs of {} samples for each seed.", self.samples);
        Ok(Figure { file: "poisson.svg".to_owned(), caption, svg: row(&panels)? })
    }

    fn claims(&self, finished: &[Finished]) -> Vec<Claim> {
        let (mut unbiased, mut lower, mut biased) = (Vec::new(), Vec::new(), Vec::new());
        let (mut largest, mut least, mut off) = (0.0_f64, f64::INFINITY, Vec::new());
        for (place, competitor) in self.pairs() {
            for index in (0..place.parameters.len()).filter(|&index| is_own(competitor, place.parameters[index])) {
                let of = |name| Judged::new(finished, "counts", place, name, index);
                let Some(found) = of(competitor.name) else { continue };
                if competitor.name == BIASED {
                    biased.push(found.errors().abs() > 5.0);
                    off.push(format!("{}: {:.1} %", place.name, 100.0 * (found.estimate / found.exact - 1.0)));
                    continue;
                }
                unbiased.push(found.errors().abs() < 5.0);
                largest = largest.max(found.errors().abs());
                if let Some(exact) = of("exact").filter(|_| competitor.name == "score-baseline") {
                    lower.push(exact.variance < found.variance);
                    least = least.min(found.variance / exact.variance);
                }
            }
        }
        let claim = |claim: &str, cases: &[bool], numbers| Claim::judged("beyond", claim, cases, numbers);
        vec![
            claim(
                "The exact rules and the score function have no bias",
                &unbiased,
                format!("the largest of {} deviations is {largest:.1} standard errors; held below 5", unbiased.len()),
            ),
            claim(
                "The exact rules have less variance than the score function with a baseline",
                &lower,
                format!("the score function's is at least {} times theirs", short(least)),
            ),
            claim("The relaxation is biased", &biased, format!("off by {}", off.join("; "))),
        ]
    }
}

impl Experiment for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let of = |(place, competitor): (_, &'static Competitor)| {
            self.seeds.iter().map(move |&seed| competitor.unit("counts", place, self.samples, seed))
        };
        self.pairs().flat_map(of).collect()
    }

    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError> {
        let of = |(place, competitor): (&Place, &'static Competitor)| -> Vec<Vec<String>> {
            let row = |index| {
                Some(Judged::new(finished, "counts", place, competitor.name, index)?.row(place, competitor.name, index))
            };
            let own = |index: &usize| is_own(competitor, place.parameters[*index]);
            (0..place.parameters.len()).filter(own).filter_map(row).collect()
        };
        let rows = self.pairs().flat_map(of).collect();
        let caption = "Derivatives of the expected cost, means over seeds, beside exact sums and integrals.".to_owned();
        Ok(Account {
            title: "Beyond the paper: counts and compound sums".to_owned(),
            text: vec![
                "The cost of a stock s under random demand z, softplus(s − z) + 3 softplus(z − s), is differentiated by the \
                 parameters of Poisson, negative binomial and Tweedie laws. Exact values come from sums over all counts and from \
                 integrals; no rule of the compiler is in them."
                    .to_owned(),
                "The relaxation is the normal law with the mean and variance of the Poisson law, by its reparameterisation \
                 gradient. A Tweedie law's density is an infinite sum: there is no score function to compare with."
                    .to_owned(),
            ],
            figures: vec![self.figure(finished)?],
            tables: vec![Table { caption, header: Judged::header(), rows }],
            claims: self.claims(finished),
            rules: COMPETITORS.iter().map(Competitor::text).collect(),
        })
    }
}
