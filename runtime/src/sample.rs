//! Draws from a law, with the same random numbers that estimators use.

use rayon::prelude::*;

use crate::coupling::Coupling;
use crate::draw::{Key, Words};
use crate::engine::draw_pack;
use crate::error::EstimateError;
use crate::estimate::MAX_SAMPLES;
use crate::kernel::{Law, Sampled};
use crate::lane::{Kernel, Lane, PackWidth, Scalar, dispatch};
use crate::matrix::Matrix;
use crate::parameters::{Parameters, add_up, check_values, dimension, states, theta};
use crate::seed::fresh_seed;

/// Draws below which the calling thread does all the work.
const SERIAL_DRAWS: usize = 1 << 14;

/// Draws from a law. The draws are those that an estimator with the same seed and stream sees, and the same to the bit
/// for any number of threads and any processor.
///
/// ```
/// use logphi::laws::Laplace;
/// let law = Laplace { mu: [0.0, 10.0], b: 0.5 };
/// let draws = logphi::sample(&law).samples(1000).seed(7).matrix()?;
/// let mean = draws.rows().map(|z| z[1]).sum::<f64>() / 1000.0;
/// assert!((mean - 10.0).abs() < 0.1);
/// # Ok::<(), logphi::EstimateError>(())
/// ```
pub const fn sample<P: Parameters + Sync>(law: &P) -> Sample<'_, P>
where
    P::Law: Sampled,
{
    Sample { law, samples: 1, seed: None, stream: 0, dimension: None, threads: None, width: None }
}

/// Draws to be made, from [`sample`].
#[must_use = "nothing happens before `matrix` or `fill`"]
pub struct Sample<'a, P: Parameters> {
    law: &'a P,
    samples: usize,
    seed: Option<u64>,
    stream: u64,
    dimension: Option<usize>,
    threads: Option<usize>,
    width: Option<PackWidth>,
}

impl<P: Parameters + Sync> Sample<'_, P>
where
    P::Law: Sampled,
{
    /// Number of samples, 1 if not said.
    pub const fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// Seed of the random numbers; a fresh one if not said.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Stream of the random numbers, 0 if not said.
    pub const fn stream(mut self, stream: u64) -> Self {
        self.stream = stream;
        self
    }

    /// The number of coordinates (of a categorical law, of variables), where all parameters are shared; 1 if not said.
    pub const fn dimension(mut self, dimension: usize) -> Self {
        self.dimension = Some(dimension);
        self
    }

    /// Number of threads: 1, or all cores for any other number and if not said; a joint law is drawn by one.
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Narrows the packs of samples, for tests.
    #[doc(hidden)]
    pub const fn pack_width(mut self, width: PackWidth) -> Self {
        self.width = Some(width);
        self
    }

    /// One row for each sample, one column for each coordinate.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn matrix(self) -> Result<Matrix, EstimateError> {
        let (samples, dimension) = (self.samples, self.coordinates()?);
        self.check_samples()?;
        let mut draws = vec![0.0_f64; samples * dimension];
        self.fill(&mut draws)?;
        let mut matrix = Matrix::zeros(samples, dimension);
        for (index, entry) in matrix.as_mut_slice().iter_mut().enumerate() {
            *entry = draws[index % dimension * samples + index / dimension];
        }
        Ok(matrix)
    }

    /// Fills a buffer of samples times coordinates: all samples of coordinate 0, then of coordinate 1, and so on. The
    /// buffer's type is the arithmetic of the draws, `f64` or `f32`.
    ///
    /// # Errors
    /// [`EstimateError`] for parameters outside their domain, lengths that differ, no samples, or a buffer of another
    /// length.
    pub fn fill<S: Scalar>(self, out: &mut [S]) -> Result<(), EstimateError> {
        let dimension = self.coordinates()?;
        if self.samples == 0 {
            return Err(EstimateError::NoSamples);
        }
        if Some(out.len()) != self.samples.checked_mul(dimension) {
            let expected = self.samples.saturating_mul(dimension);
            return Err(EstimateError::BufferLength { found: out.len(), expected });
        }
        let parameters = <P::Law as Law>::PARAMETERS;
        let (mut tables, mut samplers) = (<P::Law as Sampled>::Tables::default(), Vec::with_capacity(dimension));
        for (index, info) in parameters.iter().enumerate() {
            check_values(info, self.law.values(index))?;
        }
        let mut totals = Vec::new();
        add_up(self.law, dimension, &mut totals);
        for coordinate in 0..dimension {
            let theta = theta(self.law, &totals, coordinate);
            if let Some(condition) = P::Law::violated(&theta) {
                return Err(EstimateError::ConditionViolated { law: P::Law::NAME, condition, coordinate });
            }
            let sampler = P::Law::prepare::<S>(&theta, &mut tables).map_err(|reason| EstimateError::Sampler {
                law: P::Law::NAME,
                coordinate,
                reason,
            })?;
            samplers.push(sampler);
        }
        let key = Key::new(self.seed.unwrap_or_else(fresh_seed), self.stream);
        let width = self.width;
        let mut coupling = <P::Law as Sampled>::Coupling::<S>::default();
        coupling.prepare(P::Law::COUPLED.map(|index| (parameters[index].name, self.law.values(index))))?;
        if const { <P::Law as Sampled>::Coupling::<S>::PRESENT } {
            let samples = self.samples;
            dispatch(width, DrawJointly::<P::Law, S> { key, samplers: &samplers, coupling: &coupling, samples, out });
            return Ok(());
        }
        let draw = |(coordinate, out): (usize, &mut [S])| {
            dispatch(width, Draw::<P::Law, S> { key, sampler: &samplers[coordinate], coordinate, out });
        };
        if self.threads == Some(1) || out.len() < SERIAL_DRAWS {
            out.chunks_exact_mut(self.samples).enumerate().for_each(draw);
        } else {
            out.par_chunks_exact_mut(self.samples).enumerate().for_each(draw);
        }
        Ok(())
    }

    fn check_samples(&self) -> Result<(), EstimateError> {
        match self.samples as u64 {
            0 => Err(EstimateError::NoSamples),
            found if found > MAX_SAMPLES => Err(EstimateError::TooMany { what: "samples", found, limit: MAX_SAMPLES }),
            _ => Ok(()),
        }
    }

    fn coordinates(&self) -> Result<usize, EstimateError> {
        dimension(self.law, true, Some(states(self.law)), self.dimension)
    }
}

/// All samples of a joint law, coordinates together.
struct DrawJointly<'a, W: Sampled, S: Scalar> {
    key: Key,
    samplers: &'a [W::Prepared<S>],
    coupling: &'a W::Coupling<S>,
    samples: usize,
    out: &'a mut [S],
}

impl<W: Sampled, S: Scalar> Kernel<S> for DrawJointly<'_, W, S> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) {
        let Self { key, samplers, coupling, samples, out } = self;
        let mut pack = vec![S::ZERO; samplers.len() * L::WIDTH];
        for sample in (0..samples).step_by(L::WIDTH) {
            draw_pack::<W, L>(samplers, coupling, key, sample as u64, &mut pack);
            let active = (samples - sample).min(L::WIDTH);
            for (out, draws) in out.chunks_exact_mut(samples).zip(pack.chunks_exact(L::WIDTH)) {
                out[sample..sample + active].copy_from_slice(&draws[..active]);
            }
        }
    }
}

/// All samples of one coordinate.
struct Draw<'a, W: Sampled, S: Scalar> {
    key: Key,
    sampler: &'a W::Prepared<S>,
    coordinate: usize,
    out: &'a mut [S],
}

impl<W: Sampled, S: Scalar> Kernel<S> for Draw<'_, W, S> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) {
        let mut packs = self.out.chunks_exact_mut(L::WIDTH);
        let mut sample = 0;
        for pack in &mut packs {
            let mut words = Words::<L>::new(self.key, sample, self.coordinate as u32);
            W::draw(self.sampler, &mut words).store(pack);
            sample += L::WIDTH as u64;
        }
        let rest = packs.into_remainder();
        if !rest.is_empty() {
            let mut words = Words::<L>::new(self.key, sample, self.coordinate as u32);
            let z: L = W::draw(self.sampler, &mut words);
            let mut last = [S::ZERO; 16];
            z.store(&mut last[..L::WIDTH]);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }
}
