//! Running an estimator: once, or prepared and stepped.

#[cfg(not(feature = "cuda"))]
use crate::backend::DeviceError;
use crate::backend::{Arithmetic, Backend, KernelReport};
#[cfg(feature = "cuda")]
use crate::cuda::{Devices, Found};
use crate::draw::Key;
use crate::engine::{DeviceJob, Noise, Reduction, Settings, Workspace};
use crate::error::EstimateError;
use crate::kernel::{ArgumentGradient, Estimator, Law};
use crate::lane::PackWidth;
use crate::opaque::Whole;
use crate::parameters::{Gradient, Parameters, dimension, states};
use crate::run::{Run, TermSize};
use crate::seed::fresh_seed;
use crate::term::Term;
use crate::warning::Warning;

/// Samples of a run that asked for no number.
const DEFAULT_SAMPLES: usize = 1024;

/// Samples that the counter of the random numbers can tell apart.
pub(crate) const MAX_SAMPLES: u64 = 1 << 48;

/// What a run was asked for.
#[derive(Clone)]
struct Options<L: Law> {
    samples: usize,
    seed: Option<u64>,
    stream: u64,
    dimension: Option<usize>,
    standard_errors: bool,
    argument_gradients: bool,
    terms: Vec<(f64, Term<L>)>,
    backend: Backend,
    arithmetic: Arithmetic,
    settings: Settings,
}

impl<L: Law> Default for Options<L> {
    fn default() -> Self {
        Self {
            samples: DEFAULT_SAMPLES,
            seed: None,
            stream: 0,
            dimension: None,
            standard_errors: true,
            argument_gradients: false,
            terms: Vec::new(),
            backend: Backend::default(),
            arithmetic: Arithmetic::default(),
            settings: Settings::default(),
        }
    }
}

macro_rules! option_methods {
    () => {
        /// Number of samples, 1024 if not said. None are drawn where every rule is a formula, the default for sums of polynomials
        /// times exponentials: [`Run::samples`] is then 0 and standard errors are 0. `form = terminating`, `auxiliary`, … draw.
        pub const fn samples(mut self, samples: usize) -> Self {
            self.options.samples = samples;
            self
        }

        /// Seed of the random numbers. Without one a fresh seed is drawn, and recorded in the run.
        pub const fn seed(mut self, seed: u64) -> Self {
            self.options.seed = Some(seed);
            self
        }

        /// Stream of the random numbers, 0 if not said. The same seed and stream repeat the same noise.
        pub const fn stream(mut self, stream: u64) -> Self {
            self.options.stream = stream;
            self
        }

        /// The number of coordinates (of a categorical law, of variables), where all parameters are shared and no argument
        /// tells it.
        pub const fn dimension(mut self, dimension: usize) -> Self {
            self.options.dimension = Some(dimension);
            self
        }

        /// Whether to compute standard errors (yes if not said). Without them no truncation warning is possible.
        pub const fn standard_errors(mut self, wanted: bool) -> Self {
            self.options.standard_errors = wanted;
            self
        }

        /// Also estimates `E ∂f/∂a` for every other argument `a` of `f`, from the same samples. Not for opaque functions.
        pub const fn with_argument_gradients(mut self) -> Self {
            self.options.argument_gradients = true;
            self
        }

        /// Adds `weight` times a deterministic term, summed over coordinates, to the value and the gradient.
        pub fn plus(mut self, weight: f64, term: Term<E::Law>) -> Self {
            self.options.terms.push((weight, term));
            self
        }

        /// Number of threads; all cores if not said. The result is the same to the bit for any number.
        pub const fn threads(mut self, threads: usize) -> Self {
            self.options.settings.threads = Some(threads);
            self
        }

        /// Where samples are drawn; on the processor if not said. In reproducible arithmetic the results of a device are those of
        /// the processor, to the bit. Standard errors, terms and warnings come with either.
        pub const fn backend(mut self, backend: Backend) -> Self {
            self.options.backend = backend;
            self
        }

        /// How a device computes; reproducibly if not said.
        pub const fn arithmetic(mut self, arithmetic: Arithmetic) -> Self {
            self.options.arithmetic = arithmetic;
            self
        }

        /// Narrows the packs of samples, for tests: the result is the same to the bit for any width.
        #[doc(hidden)]
        pub const fn pack_width(mut self, width: PackWidth) -> Self {
            self.options.settings.width = Some(width);
            self
        }
    };
}

/// A single run, from `estimate`.
#[must_use = "nothing happens before `run`"]
pub struct Estimate<'a, E: Estimator, P: Parameters<Law = E::Law>> {
    law: &'a P,
    arguments: E::Arguments<'a>,
    options: Options<E::Law>,
}

impl<'a, E: Estimator, P: Parameters<Law = E::Law>> Estimate<'a, E, P> {
    #[doc(hidden)]
    pub fn new(law: &'a P, arguments: E::Arguments<'a>) -> Self {
        Self { law, arguments, options: Options::default() }
    }

    option_methods!();

    /// Draws the samples and returns value, gradient and errors.
    ///
    /// # Errors
    /// [`EstimateError`] for parameters outside their domain, arguments that are not finite or whose lengths differ, no
    /// samples, or results that are not finite.
    pub fn run(self) -> Result<Run<E, P::Gradient>, EstimateError> {
        let mut prepared =
            Prepare::<'_, 'a, E, P> { law: self.law, arguments: self.arguments, options: self.options }.build()?;
        prepared.step(self.law)?;
        Ok(prepared.run)
    }
}

/// An estimator to be prepared, from `prepare`.
#[must_use = "nothing happens before `build`"]
pub struct Prepare<'law, 'a, E: Estimator, P: Parameters<Law = E::Law>> {
    law: &'law P,
    arguments: E::Arguments<'a>,
    options: Options<E::Law>,
}

impl<'law, 'a, E: Estimator, P: Parameters<Law = E::Law>> Prepare<'law, 'a, E, P> {
    #[doc(hidden)]
    pub fn new(law: &'law P, arguments: E::Arguments<'a>) -> Self {
        Self { law, arguments, options: Options::default() }
    }

    option_methods!();

    /// Allocates everything that [`Prepared::step`] needs.
    ///
    /// # Errors
    /// [`EstimateError`] for lengths that differ, no samples, too many of anything, or argument gradients of an opaque
    /// function.
    pub fn build(self) -> Result<Prepared<'a, E, P::Gradient>, EstimateError> {
        let Self { law, arguments, options } = self;
        if options.samples == 0 {
            return Err(EstimateError::NoSamples);
        }
        if options.samples == 1 && E::SCORES.iter().any(|score| !score.with_value) {
            return Err(EstimateError::NoOtherSamples { function: E::NAME });
        }
        if options.samples as u64 > MAX_SAMPLES {
            return Err(EstimateError::TooMany { what: "samples", found: options.samples as u64, limit: MAX_SAMPLES });
        }
        if E::Whole::PRESENT && options.argument_gradients {
            return Err(EstimateError::NoArgumentGradient { function: E::NAME });
        }
        if options.backend != Backend::Cpu && options.argument_gradients {
            return Err(EstimateError::NoArgumentGradientOnDevice { function: E::NAME });
        }
        #[cfg(feature = "cuda")]
        let devices = match options.backend {
            Backend::Cpu => None,
            Backend::Cuda(device) => Some(Devices::open::<E>(&[device], options.arithmetic)?),
            Backend::Cudas(devices) => Some(Devices::open::<E>(devices, options.arithmetic)?),
        };
        #[cfg(not(feature = "cuda"))]
        if options.backend != Backend::Cpu {
            return Err(DeviceError::NotBuilt.into());
        }
        let dimension = dimension(law, E::VECTOR, E::dimension(arguments), options.dimension)?;
        E::check(arguments, dimension)?;
        let gradient = law.zero_gradient(dimension);
        let terms = E::TERMS
            .iter()
            .map(|info| {
                let name = <E::Law as Law>::PARAMETERS[info.parameter].name;
                TermSize::new(name, *info, gradient.entries(info.parameter).to_vec())
            })
            .collect::<Vec<_>>();
        let known = !E::FORMULAS.is_empty() && E::TERMS.is_empty();
        let draws = !known || options.argument_gradients;
        let samples = if draws { options.samples } else { 0 };
        let with_errors = options.standard_errors && (known || samples > 1);
        let parameters = <E::Law as Law>::PARAMETERS.len();
        let entries = (0..parameters).map(|parameter| gradient.entries(parameter).to_vec()).collect();
        let run = Run {
            value: 0.0,
            standard_error: with_errors.then(|| gradient.clone()),
            value_standard_error: None,
            gradient,
            terms,
            warnings: Vec::with_capacity(Warning::KINDS * parameters),
            argument_gradient: options.argument_gradients.then(|| E::zero_argument_gradient(arguments)),
            sampler_error: 0.0,
            samples,
            seed: options.seed.unwrap_or_else(fresh_seed),
            stream: options.stream,
        };
        Ok(Prepared {
            arguments,
            holds_own_arguments: false,
            dimension,
            states: states(law),
            workspace: Workspace::new(options.settings.clone(), entries, draws),
            next_stream: options.stream,
            theta: vec![0.0; parameters],
            term_gradient: vec![0.0; parameters],
            options,
            #[cfg(feature = "cuda")]
            devices,
            run,
        })
    }
}

/// Computes the moments of a run from its tables.
type Elsewhere<'a, E> = &'a mut dyn FnMut(&DeviceJob<<E as Estimator>::Scalar>) -> Result<Vec<f64>, EstimateError>;

/// Where the sums of a run come from.
pub(crate) enum Source<'a, E: Estimator> {
    /// The sample loop, on the processor or on the device.
    Backend,
    Elsewhere(Elsewhere<'a, E>),
    /// What a device has found for a law of several.
    #[cfg(feature = "cuda")]
    Found(&'a Found<'a>, usize),
}

/// An estimator that owns its buffers: [`step`](Prepared::step) allocates nothing once it has seen its largest arguments.
/// On a device it makes small buffers on the host.
pub struct Prepared<'a, E: Estimator, G> {
    arguments: E::Arguments<'a>,
    /// Whether the workspace has read `arguments`, which cannot change while they are borrowed.
    pub(crate) holds_own_arguments: bool,
    options: Options<E::Law>,
    pub(crate) dimension: usize,
    /// The coordinates of each variable.
    states: usize,
    pub(crate) workspace: Workspace<E>,
    pub(crate) next_stream: u64,
    theta: Vec<f64>,
    term_gradient: Vec<f64>,
    #[cfg(feature = "cuda")]
    pub(crate) devices: Option<Devices>,
    pub(crate) run: Run<E, G>,
}

impl<E: Estimator, G: Gradient> Prepared<'_, E, G> {
    /// One run at the given parameters, with the noise of the next stream.
    ///
    /// # Errors
    /// As [`Estimate::run`], and [`EstimateError::DimensionChanged`] or [`EstimateError::StatesChanged`] if the law has another
    /// number of coordinates or states than the one that was prepared. After an error the prepared estimator can be used on; its stream has not moved.
    pub fn step<P>(&mut self, law: &P) -> Result<&Run<E, G>, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let (arguments, known) = (self.arguments, self.holds_own_arguments);
        self.advance(law, arguments, known, 0, Source::Backend)?;
        self.holds_own_arguments = true;
        self.take_stream();
        Ok(&self.run)
    }

    /// As [`step`](Self::step), with moments that `sample` computes elsewhere from the tables of the run.
    #[doc(hidden)]
    pub fn step_elsewhere<P>(&mut self, law: &P, sample: Elsewhere<'_, E>) -> Result<&Run<E, G>, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let (arguments, known) = (self.arguments, self.holds_own_arguments);
        self.advance(law, arguments, known, 0, Source::Elsewhere(sample))?;
        self.holds_own_arguments = true;
        self.take_stream();
        Ok(&self.run)
    }

    /// The kernels that the last step has launched on a device (of several, on the first), with their registers and occupancy. None on
    /// the processor and before the first step.
    ///
    /// # Errors
    /// [`DeviceError`](crate::DeviceError) of the driver.
    pub fn kernels(&self) -> Result<Vec<KernelReport>, EstimateError> {
        #[cfg(feature = "cuda")]
        if let Some(devices) = &self.devices {
            return Ok(devices.report()?);
        }
        Ok(Vec::new())
    }

    /// The lane sums of all moments of the last step, for tests.
    #[doc(hidden)]
    pub fn moments(&self) -> Vec<f64> {
        self.workspace.moments()
    }

    /// One run at the given parameters on other arguments, such as the next batch of the data.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_on<P>(&mut self, law: &P, arguments: E::Arguments<'_>) -> Result<&Run<E, G>, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        self.holds_own_arguments = false;
        self.advance(law, arguments, false, 0, Source::Backend)?;
        self.take_stream();
        Ok(&self.run)
    }

    /// One run at the given parameters, with the random numbers of the next stream from sample `first` on. The stream does not
    /// move.
    pub(crate) fn step_from<P>(&mut self, law: &P, first: u64, source: Source<'_, E>) -> Result<(), EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let (arguments, known) = (self.arguments, self.holds_own_arguments);
        self.advance(law, arguments, known, first, source)?;
        self.holds_own_arguments = true;
        Ok(())
    }

    /// Moves to the next stream.
    pub(crate) fn take_stream(&mut self) {
        self.next_stream = self.next_stream.wrapping_add(1);
    }

    /// Reads the parameters of a run on arguments that imply so many coordinates, and gives their number.
    pub(crate) fn read_law<P>(&mut self, law: &P, implied: Option<usize>) -> Result<usize, EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let found = dimension(law, E::VECTOR, implied, self.options.dimension)?;
        if found != self.dimension {
            return Err(EstimateError::DimensionChanged { expected: self.dimension, found });
        }
        let states = states(law);
        if states != self.states {
            return Err(EstimateError::StatesChanged { expected: self.states, found: states });
        }
        self.workspace.read_parameters(law, found)?;
        Ok(found)
    }

    /// A run from sample `first` on; `known` if the workspace has read these arguments already.
    fn advance<P>(
        &mut self,
        law: &P,
        arguments: E::Arguments<'_>,
        known: bool,
        first: u64,
        source: Source<'_, E>,
    ) -> Result<(), EstimateError>
    where
        P: Parameters<Law = E::Law, Gradient = G>,
    {
        let implied = if known { Some(self.dimension) } else { E::dimension(arguments) };
        let found = self.read_law(law, implied)?;
        if !known {
            self.workspace.read_arguments(arguments, found, self.options.argument_gradients)?;
        }
        let (samples, constant) = (self.run.samples, E::constant(arguments));
        if samples > 0 {
            self.workspace.weigh_closed_forms(arguments)?;
            let noise = Noise { key: Key::new(self.run.seed, self.next_stream), first };
            self.estimate(noise, arguments, constant, known, source)?;
        }
        self.workspace.apply_formulas(arguments, constant)?;
        self.add_terms(law);
        self.workspace.reduction.check_results(self.run.standard_error.is_some())?;
        self.publish();
        if let Some(gradient) = &mut self.run.argument_gradient {
            gradient.clear();
            self.workspace.pull_back(samples, arguments, gradient);
        }
        self.run.stream = self.next_stream;
        Ok(())
    }

    /// The sums of a run, and the epilogue.
    fn estimate(
        &mut self,
        noise: Noise,
        arguments: E::Arguments<'_>,
        constant: f64,
        known: bool,
        source: Source<'_, E>,
    ) -> Result<(), EstimateError> {
        let Self { workspace, run, .. } = self;
        let (samples, errors) = (run.samples, run.standard_error.is_some());
        run.sampler_error = workspace.sampler_error();
        match source {
            #[cfg(feature = "cuda")]
            Source::Backend if let Some(devices) = &mut self.devices => {
                if !known {
                    devices.load(&workspace.device_job(noise, samples, constant), &workspace.reduction.ridges)?;
                }
                let found = devices.step(&[workspace.device_parameters(noise, samples)], 0, errors)?;
                return workspace.reduce_found(&found, 0, samples, constant, errors, run);
            }
            #[cfg(feature = "cuda")]
            Source::Found(found, law) => return workspace.reduce_found(found, law, samples, constant, errors, run),
            Source::Elsewhere(sample) => {
                let moments = sample(&workspace.device_job(noise, samples, constant))?;
                workspace.take_moments(&moments, samples);
            }
            Source::Backend => workspace.sample(noise, samples, arguments),
        }
        let _ = known;
        workspace.reduce(samples, constant, errors, &mut run.terms, &mut run.warnings)
    }

    /// Adds the deterministic terms to value and gradient.
    fn add_terms<P: Parameters<Law = E::Law>>(&mut self, law: &P) {
        let Reduction { value, gradient, .. } = &mut self.workspace.reduction;
        for (weight, term) in &self.options.terms {
            for coordinate in 0..self.dimension {
                for (parameter, theta) in self.theta.iter_mut().enumerate() {
                    *theta = law.values(parameter).at(coordinate);
                }
                *value += weight * term.evaluate(&self.theta, &mut self.term_gradient);
                for (entries, derivative) in gradient.iter_mut().zip(&self.term_gradient) {
                    let entry = if entries.len() == self.dimension { coordinate } else { 0 };
                    if let Some(entry) = entries.get_mut(entry) {
                        *entry += weight * derivative;
                    }
                }
            }
        }
    }

    /// Puts the results in their shapes.
    fn publish(&mut self) {
        let (run, results) = (&mut self.run, &self.workspace.reduction);
        run.value = results.value;
        run.value_standard_error = run.standard_error.is_some().then_some(results.value_error);
        for (parameter, (gradient, errors)) in results.gradient.iter().zip(&results.errors).enumerate() {
            run.gradient.entries_mut(parameter).copy_from_slice(gradient);
            if let Some(standard_error) = &mut run.standard_error {
                standard_error.entries_mut(parameter).copy_from_slice(errors);
            }
        }
    }
}
