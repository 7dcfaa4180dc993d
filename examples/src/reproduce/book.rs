//! Beyond the paper: sensitivities of a book of options under laws that are known by their characteristic function.
//!
//! The logarithm of a price is a variance gamma or a normal-inverse Gaussian number; a payoff is a call with a soft kink. The
//! compiled rules need neither a density nor its derivative. The reference differentiates cosine series by hand
//! ([`cos`](super::cos)).

use logphi::Complex;
use logphi::laws::{NormalInverseGaussian, VarianceGamma};
use logphi::prelude::*;

use super::Experiment;
use super::account::{Account, Claim, Figure, Table};
use super::cos::{Densities, with_derivatives};
use super::curves::{panel, short};
use super::measured::{Competitor, Judged, Place, competitor};
use super::unit::{Finished, Unit};
use crate::report::figure::{Axis, FigureError, Line, row};

/// A call with a soft kink, on a price whose logarithm is drawn.
#[estimator(distribution = VarianceGamma, packs = portable)]
pub fn call(z: f64, strike: f64) -> f64 {
    softplus(20.0 * (z.exp() - strike)) / 20.0
}

/// The same by the series, cut after order 6.
#[estimator(of = call, distribution = VarianceGamma, order = 6, packs = portable)]
pub struct VarianceGammaCut;

/// The same under a normal-inverse Gaussian law.
#[estimator(of = call, distribution = NormalInverseGaussian, packs = portable)]
pub struct NigExact;

/// The same by the series, cut after order 6.
#[estimator(of = call, distribution = NormalInverseGaussian, order = 6, packs = portable)]
pub struct NigCut;

static COMPETITORS: [Competitor; 4] = [
    competitor!("vg", "exact", call, |t| VarianceGamma { c: t[0], theta: t[1], sigma: t[2], nu: t[3] }),
    competitor!("vg", "order-6", VarianceGammaCut, |t| VarianceGamma { c: t[0], theta: t[1], sigma: t[2], nu: t[3] }),
    competitor!("nig", "exact", NigExact, |t| NormalInverseGaussian { alpha: t[0], beta: t[1], delta: t[2], mu: t[3] }),
    competitor!("nig", "order-6", NigCut, |t| NormalInverseGaussian { alpha: t[0], beta: t[1], delta: t[2], mu: t[3] }),
];

const STRIKES: [f64; 5] = [0.8, 0.9, 1.0, 1.1, 1.2];

/// `c`, `theta`, `sigma`, `nu`: those of Madan, Carr and Chang (1998), about a year.
const VARIANCE_GAMMA: [f64; 4] = [0.12, -0.14, 0.2, 0.2];

/// `alpha`, `beta`, `delta`, `mu`.
const NIG: [f64; 4] = [8.0, -2.0, 0.3, 0.05];

/// The characteristic function of a variance gamma law and its derivatives by `c`, `theta`, `sigma`, `nu`.
fn variance_gamma([c, theta, sigma, nu]: [f64; 4], u: f64) -> Vec<Complex> {
    let spread = 0.5 * sigma * sigma * u * u - I * theta * u;
    let inner = 1.0 + nu * spread;
    let by_nu = inner.ln() / (nu * nu) - spread / (nu * inner);
    let slopes = [I * u, I * u / inner, -sigma * u * u / inner, by_nu];
    with_derivatives(I * c * u - inner.ln() / nu, &slopes)
}

/// The characteristic function of a normal-inverse Gaussian law and its derivatives by `alpha`, `beta`, `delta`, `mu`.
fn normal_inverse_gaussian([alpha, beta, delta, mu]: [f64; 4], u: f64) -> Vec<Complex> {
    let gamma = (alpha * alpha - beta * beta).sqrt();
    let tilted = beta + I * u;
    let root = (alpha * alpha - tilted * tilted).sqrt();
    let slopes =
        [delta * alpha * (1.0 / gamma - root.recip()), delta * (tilted / root - beta / gamma), gamma - root, I * u];
    with_derivatives(I * mu * u + delta * (gamma - root), &slopes)
}

/// Payoffs as functions, for the references.
fn plain(strike: f64) -> impl Fn(f64) -> f64 {
    move |z| softplus(20.0 * (z.exp() - strike)) / 20.0
}

/// The experiment.
pub struct Book {
    places: Vec<Place>,
    seeds: Vec<u64>,
    samples: usize,
}

impl Book {
    /// With some seeds, at full length or short.
    #[must_use]
    pub fn new(seeds: Vec<u64>, quick: bool) -> Self {
        let densities = [
            ("vg", &["c", "theta", "sigma", "nu"], VARIANCE_GAMMA, series(|u| variance_gamma(VARIANCE_GAMMA, u))),
            ("nig", &["alpha", "beta", "delta", "mu"], NIG, series(|u| normal_inverse_gaussian(NIG, u))),
        ];
        let mut places = Vec::new();
        for (law, parameters, values, densities) in densities {
            places.extend(STRIKES.map(|strike| Place {
                law,
                name: format!("{law}-{strike}"),
                parameters,
                values: values.to_vec(),
                argument: strike,
                exact: densities.integrals(plain(strike)).split_off(1),
            }));
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

    /// The sensitivities over strikes: estimates with bands of two standard errors, and the reference as a line.
    fn figure(&self, finished: &[Finished], law: &str) -> Result<Figure, FigureError> {
        let places = || self.places.iter().filter(|place| place.law == law);
        let names = places().next().map_or(&[][..], |place| place.parameters);
        let panels: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                let curve = |name: &str| {
                    let found = |place: &Place| {
                        Some((100.0 * place.argument, Judged::new(finished, "book", place, name, index)?))
                    };
                    let found: Vec<_> = places().filter_map(found).collect();
                    let ends =
                        |(x, of): &(f64, Judged)| (*x, of.estimate - 2.0 * of.error..of.estimate + 2.0 * of.error);
                    Line {
                        name: name.to_owned(),
                        points: found.iter().map(|(x, of)| (*x, of.estimate)).collect(),
                        band: found.iter().map(ends).collect(),
                    }
                };
                let reference = Line {
                    name: "cosine series".to_owned(),
                    points: places().map(|place| (100.0 * place.argument, place.exact[index])).collect(),
                    band: Vec::new(),
                };
                panel(
                    &format!("{law}, by {parameter}"),
                    "strike (%)",
                    Axis::linear("sensitivity"),
                    vec![curve("exact"), curve("order-6"), reference],
                )
            })
            .collect();
        let caption = "Sensitivities of calls; bands are two standard errors.".to_owned();
        Ok(Figure { file: format!("{law}.svg"), caption, svg: row(&panels)? })
    }

    fn claims(&self, finished: &[Finished]) -> Vec<Claim> {
        let judge = |name: &str| {
            let judged = |place: &Place| -> Vec<Judged> {
                (0..4).filter_map(|index| Judged::new(finished, "book", place, name, index)).collect()
            };
            self.places.iter().flat_map(judged).collect::<Vec<_>>()
        };
        let (exact, cut) = (judge("exact"), judge("order-6"));
        let largest = exact.iter().fold(0.0_f64, |most, found| most.max(found.errors().abs()));
        let worst =
            |found: &[Judged]| found.iter().fold(0.0_f64, |most, one| most.max((one.estimate / one.exact - 1.0).abs()));
        let held: Vec<bool> = exact.iter().map(|found| found.errors().abs() < 5.0).collect();
        let close: Vec<bool> = cut
            .iter()
            .map(|found| (found.estimate - found.exact).abs() < 5.0 * found.error + 0.01 * found.exact.abs())
            .collect();
        let claim = |claim: &str, cases: &[bool], numbers| Claim::judged("beyond", claim, cases, numbers);
        vec![
            claim(
                "Sensitivities by the exact rules are those of differentiated Fourier prices",
                &held,
                format!(
                    "the largest of {} deviations is {largest:.1} standard errors, held below 5; the largest relative one {}",
                    exact.len(),
                    short(worst(&exact))
                ),
            ),
            claim(
                "So are those of the series cut after order 6, within 1 %",
                &close,
                format!("the largest relative deviation is {}", short(worst(&cut))),
            ),
        ]
    }
}

/// Six units to each side of 0 hold all of both laws that doubles see of a payoff.
fn series(transforms: impl Fn(f64) -> Vec<Complex>) -> Densities {
    Densities::new(-6.0..6.0, 2048, transforms)
}

impl Experiment for Book {
    fn name(&self) -> &'static str {
        "book"
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let of = |(place, competitor): (_, &'static Competitor)| {
            self.seeds.iter().map(move |&seed| competitor.unit("book", place, self.samples, seed))
        };
        self.pairs().flat_map(of).collect()
    }

    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError> {
        let of = |(place, competitor): (&Place, &'static Competitor)| -> Vec<Vec<String>> {
            let row = |index| {
                Some(Judged::new(finished, "book", place, competitor.name, index)?.row(place, competitor.name, index))
            };
            (0..place.parameters.len()).filter_map(row).collect()
        };
        let rows = self.pairs().flat_map(of).collect();
        let caption = "Sensitivities at each strike, means over seeds, beside those of cosine series.".to_owned();
        Ok(Account {
            title: "Beyond the paper: a book of options".to_owned(),
            text: vec![format!(
                "Calls with a soft kink, softplus(20 (e^z − K)) / 20, where z is variance gamma or normal-inverse Gaussian; a hundred runs \
                 of {} samples for each seed. Sensitivities to all parameters of the law by the compiled rules, beside cosine series whose \
                 coefficients were differentiated by hand.",
                self.samples
            )],
            figures: vec![self.figure(finished, "vg")?, self.figure(finished, "nig")?],
            tables: vec![Table { caption, header: Judged::header(), rows }],
            claims: self.claims(finished),
            rules: COMPETITORS.iter().map(Competitor::text).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_prices() {
        type Transforms = fn([f64; 4], f64) -> Vec<Complex>;
        for (values, transforms) in
            [(VARIANCE_GAMMA, variance_gamma as Transforms), (NIG, normal_inverse_gaussian as Transforms)]
        {
            let prices = |values| Densities::new(-6.0..6.0, 1024, |u| transforms(values, u)).integrals(plain(1.1));
            let found = prices(values);
            for index in 0..4 {
                let at = |step: f64| {
                    let mut moved = values;
                    moved[index] += step;
                    prices(moved)[0]
                };
                let difference = (at(1e-4) - at(-1e-4)) / 2e-4;
                assert!((found[index + 1] - difference).abs() < 1e-6, "{index}: {} {difference}", found[index + 1]);
            }
        }
    }
}
