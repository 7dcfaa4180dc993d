//! Signs that a result should not be trusted, and how they are found.
//!
//! A truncated rule is judged twice: by the sizes of its terms, which takes standard errors and works for every function, and
//! by the radius of convergence of its series where the function is a sum of polynomials times exponentials, which is decided
//! without a draw. Standard errors are judged by how evenly the lanes share in them.

use crate::engine::Signature;
use crate::kernel::ParameterInfo;
use crate::run::TermSize;

/// A sign that a result should not be trusted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The first discarded term of a truncated rule matters: it is beyond two of its own standard errors and two of the
    /// gradient's, or it exceeds both the last kept term and the gradient itself (so that a series that runs away is
    /// caught even where its terms are mostly noise). The gradient is then off by about its size or more.
    TruncationBias {
        /// Name of the parameter.
        parameter: &'static str,
        /// Highest order kept.
        kept_order: u32,
        /// Order of the first discarded term.
        discarded_order: u32,
        /// The entry of the gradient with the largest discarded term among those that gave rise to the warning.
        entry: usize,
        /// How many entries gave rise to it.
        entries: usize,
        /// The last kept term there.
        kept: f64,
        /// The discarded term there.
        discarded: f64,
        /// The order from which on the terms only grow there, the discarded one included; `None` if the discarded term is
        /// not above the last kept one. A divergent series is best cut at its smallest term: an order above this one makes
        /// the result worse.
        growing_from: Option<u32>,
    },
    /// The series of a truncated rule cannot converge: `f` is a sum of polynomials times exponentials `e^{λz}`, and some
    /// `|λ|` is not below the radius of convergence of `∂_θ log φ`, the distance from 0 to its nearest singularity. More
    /// terms make the gradient worse from some order on. For other functions no such statement is made.
    OutsideRadius {
        /// Name of the parameter.
        parameter: &'static str,
        /// The coordinate that is furthest outside.
        coordinate: usize,
        /// How many coordinates are outside.
        coordinates: usize,
        /// The radius of convergence there.
        radius: f64,
        /// The largest `|λ|` there; for a ridge term `|λ A_oj|`.
        reach: f64,
    },
    /// `f` takes the logarithm of draws of which many are below the smallest positive number, and are drawn as that number
    /// (`2.2e-308`, in `f32` `1.2e-38`). What the logarithms lack is a bias of the value, and of rules that evaluate `f`: of
    /// their mean about `probability / shape`, a quarter of its standard error or more. The factors that the score function
    /// and weak reparameterisation take know of it.
    LogarithmsCut {
        /// The coordinate with the smallest shape.
        coordinate: usize,
        /// The shape of the gamma or beta number there.
        shape: f64,
        /// The probability that a draw is cut there.
        probability: f64,
    },
    /// Standard errors that a few samples dominate: of the 32 lanes of samples, whose means give the standard error, one has
    /// more than half of the sum of squares (somewhat more where a run has many errors). The draws of `f` have heavy tails, or
    /// are rarely different from 0: neither estimate nor standard error is to be trusted, and more samples are needed.
    ///
    /// False alarms: with means of lanes that are normal, fewer than one run in eight thousand has this warning. Runs with
    /// fewer than 256 samples, 8 in each lane, never have it: the means of so few are not normal.
    FewSamplesDominate {
        /// Name of the parameter.
        parameter: &'static str,
        /// The entry of the gradient with the largest share.
        entry: usize,
        /// How many entries are dominated by one lane.
        entries: usize,
        /// The share of one lane in the square of the standard error there.
        share: f64,
    },
}

impl Warning {
    /// The most warnings that a run has for one parameter, or for all of them: one of each kind.
    pub(crate) const KINDS: usize = 4;
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let noun = |count: usize, one: &'static str, several: &'static str| if count == 1 { one } else { several };
        match self {
            Warning::TruncationBias {
                parameter,
                kept_order,
                discarded_order,
                entry,
                entries,
                kept,
                discarded,
                growing_from,
            } => {
                write!(
                    f,
                    "the truncated rule for `{parameter}` is biased in {entries} {}: at entry {entry} the first discarded \
                     term (order {discarded_order}) is {discarded:.3e}, the last kept one (order {kept_order}) {kept:.3e}",
                    noun(*entries, "entry", "entries"),
                )?;
                match growing_from {
                    Some(order) => write!(
                        f,
                        "; the terms grow from order {order} on, so that a higher order makes it worse: keep no more than \
                         order {order}, or take an exact rule"
                    ),
                    None => Ok(()),
                }
            }
            Warning::OutsideRadius { parameter, coordinate, coordinates, radius, reach } => write!(
                f,
                "the series of the truncated rule for `{parameter}` cannot converge in {coordinates} {}: at coordinate \
                 {coordinate} its radius of convergence is {radius:.3e}, and f has a term e^(λz) with |λ| = {reach:.3e}; take \
                 an exact rule",
                noun(*coordinates, "coordinate", "coordinates"),
            ),
            Warning::LogarithmsCut { coordinate, shape, probability } => write!(
                f,
                "f takes the logarithm of draws that are too small for a number: at coordinate {coordinate} the shape is \
                 {shape:.3e}, and {:.2} % of the draws are cut at the smallest one; its mean is then too high",
                100.0 * probability,
            ),
            Warning::FewSamplesDominate { parameter, entry, entries, share } => write!(
                f,
                "few samples dominate the standard error for `{parameter}` in {entries} {}: at entry {entry} one lane of 32 \
                 has {:.0} % of it; take more samples, or a rule with lighter tails",
                noun(*entries, "entry", "entries"),
                100.0 * share,
            ),
        }
    }
}

/// Compares the discarded term of each truncated rule with its noise, the gradient's, the last kept term and the gradient.
///
/// `term_error` gives the standard error of a term at an entry; it costs something and is asked only where it decides.
pub(crate) fn judge_truncation(
    signature: &Signature,
    terms: &[TermSize],
    gradient: &[Vec<f64>],
    gradient_errors: &[Vec<f64>],
    mut term_error: impl FnMut(usize, usize) -> f64,
    warnings: &mut Vec<Warning>,
) {
    for (index, discarded) in terms.iter().enumerate().filter(|(_, term)| !term.kept) {
        let parameter = signature.terms[index].parameter;
        let kept =
            terms[..index].iter().zip(signature.terms).rev().find(|(_, info)| info.kept && info.parameter == parameter);
        let Some((kept, _)) = kept else { continue };
        let (Some(kept_order), Some(discarded_order)) = (kept.order(), discarded.order()) else { continue };
        let mut guilty = 0;
        let mut worst: Option<usize> = None;
        for (entry, size) in discarded.values.iter().map(|value| value.abs()).enumerate() {
            let runaway = size > kept.values[entry].abs() && size > gradient[parameter][entry].abs();
            let matters = size > 2.0 * gradient_errors[parameter][entry];
            if runaway || (matters && size > 2.0 * term_error(index, entry)) {
                guilty += 1;
                if worst.is_none_or(|worst| size > discarded.values[worst].abs()) {
                    worst = Some(entry);
                }
            }
        }
        let Some(entry) = worst else { continue };
        warnings.push(Warning::TruncationBias {
            parameter: signature.parameters[parameter].name,
            kept_order,
            discarded_order,
            entry,
            entries: guilty,
            kept: kept.values[entry],
            discarded: discarded.values[entry],
            growing_from: growing_from(signature, terms, index, entry),
        });
    }
}

/// The order from which on the terms of a parameter grow up to the discarded one, which has the given index.
fn growing_from(signature: &Signature, terms: &[TermSize], discarded: usize, entry: usize) -> Option<u32> {
    let parameter = signature.terms[discarded].parameter;
    let own = terms[..discarded].iter().zip(signature.terms).filter(|(_, info)| info.parameter == parameter);
    let mut next = terms[discarded].values[entry].abs();
    let smaller = own.rev().take_while(|(term, _)| {
        let size = term.values[entry].abs();
        let grows = size < next;
        next = size;
        grows
    });
    smaller.last().and_then(|(term, _)| term.order())
}

/// Looks for standard errors in which one lane has a large share; `shares` are 0 where none has.
///
/// Where the rule has no variance at all, what is left is rounding in single precision, which is no sign of anything.
pub(crate) fn judge_domination(
    signature: &Signature,
    terms: &[TermSize],
    errors: &[Vec<f64>],
    shares: &[Vec<f64>],
    warnings: &mut Vec<Warning>,
) {
    for (parameter, (errors, shares)) in errors.iter().zip(shares).enumerate() {
        let mut entries = 0;
        let mut worst: Option<usize> = None;
        for (entry, &share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let own = terms.iter().zip(signature.terms).filter(|(_, info)| info.kept && info.parameter == parameter);
            let size: f64 = own.map(|(term, _)| term.values[entry].abs()).sum();
            if errors[entry] <= f64::from(f32::EPSILON) * size {
                continue;
            }
            entries += 1;
            if worst.is_none_or(|worst| share > shares[worst]) {
                worst = Some(entry);
            }
        }
        if let Some(entry) = worst {
            let parameter = signature.parameters[parameter].name;
            warnings.push(Warning::FewSamplesDominate { parameter, entry, entries, share: shares[entry] });
        }
    }
}

/// Judges the smallest shape, with its coordinate, of draws whose logarithm is taken; `smallest` is the smallest positive number.
pub(crate) fn judge_cut((shape, coordinate): (f64, usize), smallest: f64, samples: usize, warnings: &mut Vec<Warning>) {
    // The logarithms have a standard deviation of about 1 / shape, and lack probability / shape in the mean.
    let probability = (shape * smallest.ln()).exp();
    if probability * (samples as f64).sqrt() >= 0.25 {
        warnings.push(Warning::LogarithmsCut { coordinate, shape, probability });
    }
}

/// Looks for truncated rules whose series diverge: `radii[coordinate][rule]` for the rules of the parameters `of`, and how far
/// `f` reaches in each coordinate.
pub(crate) fn judge_convergence(
    parameters: &[ParameterInfo],
    of: &[usize],
    radii: &[f64],
    reach: &[f64],
    warnings: &mut Vec<Warning>,
) {
    for (rule, &parameter) in of.iter().enumerate() {
        let radius = |coordinate: usize| radii[coordinate * of.len() + rule];
        let excess = |coordinate: usize| reach[coordinate] / radius(coordinate);
        let mut outside = (0..reach.len()).filter(|&coordinate| reach[coordinate] >= radius(coordinate));
        let Some(first) = outside.next() else { continue };
        let (mut coordinate, mut coordinates) = (first, 1);
        for next in outside {
            coordinates += 1;
            if excess(next) > excess(coordinate) {
                coordinate = next;
            }
        }
        warnings.push(Warning::OutsideRadius {
            parameter: parameters[parameter].name,
            coordinate,
            coordinates,
            radius: radius(coordinate),
            reach: reach[coordinate],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Domain, Moment, TermInfo};

    const PARAMETERS: &[ParameterInfo] =
        &[ParameterInfo { name: "mu", domain: Domain::Real }, ParameterInfo { name: "b", domain: Domain::Positive }];

    const fn term(parameter: usize, order: u32, kept: bool) -> TermInfo {
        TermInfo { parameter, moment: Moment::Derivative(order), kept }
    }

    const TERMS: &[TermInfo] = &[term(0, 1, true), term(1, 2, true), term(1, 4, true), term(1, 6, false)];

    const SIGNATURE: Signature = Signature {
        parameters: PARAMETERS,
        orders: &[1, 2, 4, 6],
        terms: TERMS,
        stencils: 0,
        scores: &[],
        separable: Some(0),
        interacts: false,
        pairs: &[],
        whole: None,
        states: false,
    };

    /// Terms of two entries each.
    fn sizes(values: [[f64; 2]; 4]) -> Vec<TermSize> {
        let sized = TERMS.iter().zip(values);
        sized.map(|(info, values)| TermSize::new(PARAMETERS[info.parameter].name, *info, values.to_vec())).collect()
    }

    #[test]
    fn terms_that_grow_are_told_from_terms_that_shrink() {
        let judge = |values: [[f64; 2]; 4]| {
            let mut warnings = Vec::new();
            let terms = sizes(values);
            let gradient = vec![vec![1.0; 2], (0..2).map(|entry| values[1][entry] + values[2][entry]).collect()];
            let errors = vec![vec![0.01; 2]; 2];
            judge_truncation(&SIGNATURE, &terms, &gradient, &errors, |_, _| 0.01, &mut warnings);
            warnings
        };
        assert!(judge([[1.0; 2], [1.0; 2], [0.1; 2], [0.01; 2]]).is_empty());
        for (terms, growing) in [([1.0, 0.5, 0.25], None), ([1.0, 0.5, 0.75], Some(4)), ([0.2, -0.5, 0.75], Some(2))] {
            let [warning] = &judge([[1.0; 2], [1.0, terms[0]], [0.1, terms[1]], [0.01, terms[2]]])[..] else {
                panic!("one warning")
            };
            let Warning::TruncationBias { parameter: "b", entry: 1, entries: 1, growing_from, .. } = warning else {
                panic!("{warning:?}")
            };
            assert_eq!(*growing_from, growing);
            let text = warning.to_string();
            assert_eq!(text.contains("keep no more than order"), growing.is_some(), "{text}");
        }
    }

    #[test]
    fn the_coordinate_furthest_outside_is_named() {
        let judge = |radii: &[f64], reach: &[f64]| {
            let mut warnings = Vec::new();
            judge_convergence(PARAMETERS, &[1], radii, reach, &mut warnings);
            warnings
        };
        assert!(judge(&[2.0, 1.0, f64::NAN], &[1.9, 0.5, 1.0]).is_empty());
        assert!(judge(&[], &[]).is_empty());
        let warnings = judge(&[2.0, 1.0, 3.0], &[3.0, 2.0, 1.0]);
        let expected =
            Warning::OutsideRadius { parameter: "b", coordinate: 1, coordinates: 2, radius: 1.0, reach: 2.0 };
        assert_eq!(warnings, [expected]);
        assert!(warnings[0].to_string().contains("2 coordinates"), "{}", warnings[0]);
    }

    #[test]
    fn a_lane_that_dominates_is_reported_unless_it_is_rounding() {
        let judge = |error: f64| {
            let mut warnings = Vec::new();
            let (terms, shares) = (sizes([[1.0; 2]; 4]), [vec![0.0; 2], vec![0.6, 0.9]]);
            judge_domination(&SIGNATURE, &terms, &[vec![1.0; 2], vec![error; 2]], &shares, &mut warnings);
            warnings
        };
        let warnings = judge(0.1);
        assert_eq!(warnings, [Warning::FewSamplesDominate { parameter: "b", entry: 1, entries: 2, share: 0.9 }]);
        assert!(warnings[0].to_string().contains("90 %"), "{}", warnings[0]);
        assert!(judge(1e-8).is_empty());
    }
}
