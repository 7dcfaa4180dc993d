//! What the bias of a rule is measured from.

use super::RuleComparison;
use crate::error::EstimateError;
use crate::estimate::Prepare;
use crate::kernel::{Estimator, Law, Sampled};
use crate::parameters::{Gradient, Parameters};

/// The stream of the reference's random numbers, beyond those of pilot runs.
const STREAM: u64 = 1 << 32;

/// A reference as it was asked for.
pub(super) enum Wanted<'a, P: Parameters, A> {
    /// The exact gradient.
    Known(P::Gradient),
    /// An estimate by a rule, with so many samples.
    Estimated { run: Run<'a, P, A>, samples: usize },
}

/// How a reference is estimated: law, arguments, samples, seed, dimension; gives the gradient and its standard errors.
type Run<'a, P, A> =
    fn(&'a P, A, usize, Option<u64>, Option<usize>) -> Result<[<P as Parameters>::Gradient; 2], EstimateError>;

impl<'a, P: Parameters, A: Copy> Wanted<'a, P, A> {
    pub(super) fn estimated<E>(samples: usize) -> Self
    where
        E: Estimator<Law = P::Law, Arguments<'a> = A>,
        P::Law: Sampled,
    {
        Self::Estimated { run: estimate::<E, P, A>, samples }
    }

    /// The reference for some rules.
    pub(super) fn find(
        self,
        law: &'a P,
        arguments: A,
        seed: Option<u64>,
        dimension: Option<usize>,
        rules: &[RuleComparison],
    ) -> Result<Reference, EstimateError> {
        let (gradient, errors) = match self {
            Self::Known(gradient) => (gradient, None),
            Self::Estimated { samples, .. } if samples < 2 => return Err(EstimateError::NoSamples),
            Self::Estimated { run, samples } => {
                let [gradient, errors] = run(law, arguments, samples, seed, dimension)?;
                (gradient, Some(errors))
            }
        };
        let mut parameters = Vec::new();
        for (index, info) in <P::Law as Law>::PARAMETERS.iter().enumerate() {
            let entries = gradient.entries(index).to_vec();
            let Some(own) = rules.iter().find_map(|rule| rule.parameter(info.name)) else { continue };
            if entries.len() != own.gradient.len() {
                return Err(EstimateError::LengthsDiffer {
                    name: "the exact gradient",
                    found: entries.len(),
                    other: info.name,
                    expected: own.gradient.len(),
                });
            }
            if !entries.iter().all(|entry| entry.is_finite()) {
                return Err(EstimateError::GradientNotFinite { parameter: info.name });
            }
            let errors =
                errors.as_ref().map_or_else(|| vec![0.0; entries.len()], |errors| errors.entries(index).to_vec());
            parameters.push((info.name, entries, errors));
        }
        Ok(Reference { parameters })
    }
}

fn estimate<'a, E, P, A>(
    law: &'a P,
    arguments: A,
    samples: usize,
    seed: Option<u64>,
    dimension: Option<usize>,
) -> Result<[P::Gradient; 2], EstimateError>
where
    E: Estimator<Law = P::Law, Arguments<'a> = A>,
    P: Parameters,
    P::Law: Sampled,
{
    let mut prepare = Prepare::<E, P>::new(law, arguments).samples(samples).stream(STREAM);
    if let Some(seed) = seed {
        prepare = prepare.seed(seed);
    }
    if let Some(dimension) = dimension {
        prepare = prepare.dimension(dimension);
    }
    let mut prepared = prepare.build()?;
    let run = prepared.step(law)?;
    let errors = run.standard_error.clone().ok_or(EstimateError::NoSamples)?;
    Ok([run.gradient.clone(), errors])
}

/// A reference that was found.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// The gradient of each parameter by name, and its standard errors.
    parameters: Vec<(&'static str, Vec<f64>, Vec<f64>)>,
}

impl Reference {
    /// The gradient of a parameter, and its standard errors.
    pub(super) fn of(&self, parameter: &str) -> Option<(&[f64], &[f64])> {
        let found = self.parameters.iter().find(|(name, ..)| *name == parameter)?;
        Some((&found.1, &found.2))
    }
}
