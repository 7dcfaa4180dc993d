//! One estimator at many parameter vectors.

#[cfg(feature = "cuda")]
use crate::cuda::Devices;
#[cfg(feature = "cuda")]
use crate::draw::Key;
#[cfg(feature = "cuda")]
use crate::engine::Noise;
use crate::error::EstimateError;
use crate::estimate::{MAX_SAMPLES, Prepared, Source};
use crate::kernel::Estimator;
use crate::parameters::{Gradient, Parameters};
use crate::run::Run;

/// Which random numbers the laws of a [`sweep`](Prepared::sweep) take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Draws {
    /// All the same ones: differences between laws have little noise, as finite differences and searches along a line need.
    Common,
    /// Each its own: law `i` takes samples `i S` to `(i + 1) S - 1` of the stream, so that the noise of different laws is independent,
    /// as for parameters of each datum.
    Own,
}

impl<E: Estimator, G: Gradient> Prepared<'_, E, G> {
    /// One run for each of many laws, on the arguments that the estimator was prepared with, all in the next stream.
    ///
    /// On a device as many laws as its memory holds are run in one launch, which for small problems takes hardly longer than one of
    /// them; on the processor they are run one after the other, each on all cores. Either gives the same bits.
    ///
    /// # Errors
    /// [`EstimateError::AtLaw`] says at which law a [`step`](Self::step) would have failed, and why; errors of the device concern all.
    /// The stream moves only if every run succeeds.
    pub fn sweep<P>(&mut self, laws: &[P], draws: Draws) -> Result<Vec<Run<E, G>>, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let apart = match draws {
            Draws::Common => 0,
            Draws::Own => self.run.samples as u64,
        };
        let found = (laws.len() as u64).saturating_mul(apart);
        if found > MAX_SAMPLES {
            return Err(EstimateError::TooMany { what: "samples of all laws", found, limit: MAX_SAMPLES });
        }
        let runs = self.run_all(laws, apart)?;
        self.take_stream();
        Ok(runs)
    }

    /// The runs of a sweep, the random numbers of each law `apart` samples after those of the one before.
    fn run_all<P>(&mut self, laws: &[P], apart: u64) -> Result<Vec<Run<E, G>>, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let mut runs = Vec::with_capacity(laws.len());
        for (index, law) in laws.iter().enumerate() {
            // A step has put the arguments on the device.
            #[cfg(feature = "cuda")]
            if self.holds_own_arguments
                && self.run.samples > 0
                && let Some(mut devices) = self.devices.take()
            {
                let others = self.run_on(&mut devices, laws, apart, &mut runs);
                self.devices = Some(devices);
                others?;
                break;
            }
            self.step_from(law, index as u64 * apart, Source::Backend).map_err(at_law(index))?;
            runs.push(self.run.clone());
        }
        Ok(runs)
    }

    /// The runs that are missing, as many at once as the devices take.
    #[cfg(feature = "cuda")]
    fn run_on<P>(
        &mut self,
        devices: &mut Devices,
        laws: &[P],
        apart: u64,
        runs: &mut Vec<Run<E, G>>,
    ) -> Result<(), EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let (samples, errors) = (self.run.samples, self.run.standard_error.is_some());
        let key = Key::new(self.run.seed, self.next_stream);
        let mut jobs = Vec::new();
        while runs.len() < laws.len() {
            let first = runs.len();
            let at_once = devices.laws_at_once(laws.len() - first, errors)?;
            let group = || laws.iter().enumerate().skip(first).take(at_once);
            jobs.clear();
            for (index, law) in group() {
                self.read_law(law, Some(self.dimension)).map_err(at_law(index))?;
                let noise = Noise { key, first: index as u64 * apart };
                jobs.push(self.workspace.device_parameters(noise, samples));
            }
            let found = devices.step(&jobs, apart, errors)?;
            for (index, law) in group() {
                let source = Source::Found(&found, index - first);
                self.step_from(law, index as u64 * apart, source).map_err(at_law(index))?;
                runs.push(self.run.clone());
            }
        }
        Ok(())
    }
}

/// The error of a law.
fn at_law(law: usize) -> impl Fn(EstimateError) -> EstimateError {
    move |error| EstimateError::AtLaw { law, error: Box::new(error) }
}
