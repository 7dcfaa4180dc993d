//! Everything a run needs, owned, so that a second run allocates nothing.

use std::ops::Range;

use rayon::prelude::*;

use super::device::{Collect, DeviceJob, flat};
use super::formulas::Formulas;
use super::leaf::{ByCoordinate, BySample, Job, Scratch};
use super::moments::Layout;
use super::noise::Noise;
use super::reduction::{Reduction, Sums};
use super::selection::Selection;
use super::signature::Signature;
use super::table::{Fill, Slopes};
use super::tree::{Tree, combine};
use super::{LANES, LEAF, adjoint, interactions};
use crate::coupling::Coupling;
#[cfg(feature = "cuda")]
use crate::cuda::Found;
use crate::error::EstimateError;
use crate::kernel::{Estimator, Interactions, Law, Ridges, Sampled, Separable};
use crate::lane::{Floats, Kernel, PackWidth, Scalar, dispatch};
use crate::opaque::Whole;
use crate::parameters::{Parameters, add_up, check_values, theta};
#[cfg(feature = "cuda")]
use crate::run::Run;
use crate::run::TermSize;
use crate::warning::{Warning, judge_convergence, judge_cut};

/// Draws (and moves of a row with a coordinate) below which a run stays on the calling thread.
const SERIAL_DRAWS: usize = 1 << 14;

/// The same for calls of a function that is called whole. What one costs is not known; most cost more than a draw.
const SERIAL_CALLS: usize = 1 << 7;

/// How a run is carried out. None of it changes a bit of the result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Threads to use; all of rayon's if `None`.
    pub(crate) threads: Option<usize>,
    /// Pack width, for tests; the widest the processor has if `None`.
    pub(crate) width: Option<PackWidth>,
}

impl Settings {
    /// A pool of its own where a number of threads was asked for; if the system refuses one, rayon's serves.
    fn pool(&self) -> Option<rayon::ThreadPool> {
        let threads = self.threads.filter(|&threads| threads > 1)?;
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()
    }
}

/// One worker's part: an aligned run of leaves for a range of coordinates and of lanes.
#[derive(Debug, Default)]
struct Task<S> {
    leaves: Range<usize>,
    coordinates: Range<usize>,
    lanes: Range<usize>,
    scratch: Scratch<S>,
    /// Whether the moments stay in `scratch`, since this is the only leaf of the run, and only adjoint sums go to the tree.
    alone: bool,
    tree: Tree,
}

/// The buffers of an estimator.
pub(crate) struct Workspace<E: Estimator> {
    theta: Vec<<E::Law as Law>::Theta<E::Scalar>>,
    /// Sums over the entries of parameters, which every coordinate's numbers end with.
    totals: Vec<f64>,
    /// Whether anything is drawn.
    draws: bool,
    formulas: Formulas<E>,
    /// `radii[coordinate][rule]`: where the series of [`Estimator::RADII`] converge.
    radii: Vec<f64>,
    /// The smallest shape of draws whose logarithm is taken, and its coordinate.
    cut: (f64, usize),
    /// The largest exponent of the function in each coordinate; empty where no radius is known.
    reach: Vec<f64>,
    samplers: Vec<<E::Law as Sampled>::Prepared<E::Scalar>>,
    /// What makes one draw of those of the coordinates.
    coupling: <E::Law as Sampled>::Coupling<E::Scalar>,
    /// What samplers share, from run to run.
    sampler_tables: <E::Law as Sampled>::Tables,
    tables: <E::Ridges as Ridges<E>>::Tables,
    interactions: <E::Interactions as Interactions<E>>::Tables,
    numbers: Vec<<E::Separable as Separable<E>>::Numbers>,
    selection: Selection,
    tasks: Vec<Task<E::Scalar>>,
    /// Moments and adjoint sums of all samples; unused where a single task has them.
    sums: Vec<f64>,
    /// Expected derivatives for the chain rule through the arguments.
    adjoints: Vec<f64>,
    pool: Option<rayon::ThreadPool>,
    settings: Settings,
    pub(crate) reduction: Reduction,
}

impl<E: Estimator> Workspace<E> {
    /// Buffers for a gradient with as many entries for each parameter as `gradient`; `draws` unless all is known.
    pub(crate) fn new(settings: Settings, gradient: Vec<Vec<f64>>, draws: bool) -> Self {
        Self {
            theta: Vec::new(),
            totals: Vec::new(),
            draws,
            formulas: Formulas::new(&gradient),
            radii: Vec::new(),
            cut: (f64::INFINITY, 0),
            reach: Vec::new(),
            samplers: Vec::new(),
            coupling: Default::default(),
            sampler_tables: Default::default(),
            tables: E::Ridges::tables(),
            interactions: E::Interactions::tables(),
            numbers: Vec::new(),
            selection: Selection::default(),
            tasks: Vec::new(),
            sums: Vec::new(),
            adjoints: Vec::new(),
            pool: settings.pool(),
            reduction: Reduction::new(Signature::of::<E>(), E::Ridges::COUNT, gradient, settings.width),
            settings,
        }
    }

    /// Prologue over the parameters: checks them and computes the coefficients.
    pub(crate) fn read_parameters<P: Parameters<Law = E::Law>>(
        &mut self,
        law: &P,
        dimension: usize,
    ) -> Result<(), EstimateError> {
        let parameters = E::Law::PARAMETERS;
        for (index, info) in parameters.iter().enumerate() {
            check_values(info, law.values(index))?;
        }
        add_up(law, dimension, &mut self.totals);
        self.theta.clear();
        self.samplers.truncate(dimension);
        let all = &mut self.reduction.coefficients;
        all.resize(dimension * E::TERMS.len(), 0.0);
        self.formulas.theta.clear();
        self.radii.resize(dimension * E::RADII.len(), 0.0);
        self.cut = (f64::INFINITY, 0);
        for coordinate in 0..dimension {
            let exact = theta(law, &self.totals, coordinate);
            if let Some(condition) = E::Law::violated(&exact) {
                return Err(EstimateError::ConditionViolated { law: E::Law::NAME, condition, coordinate });
            }
            if !(E::FORMULAS.is_empty() && E::CLOSED_FORMS.is_empty()) {
                self.formulas.theta.push(exact);
            }
            if !self.draws {
                continue;
            }
            E::coefficients(&exact, &mut all[coordinate * E::TERMS.len()..][..E::TERMS.len()]);
            E::radii(&exact, &mut self.radii[coordinate * E::RADII.len()..][..E::RADII.len()]);
            if E::CUT.is_none_or(|named| named.contains(&coordinate)) {
                let mut shape = [f64::INFINITY];
                E::cut_shape(&exact, &mut shape);
                if shape[0] < self.cut.0 {
                    self.cut = (shape[0], coordinate);
                }
            }
            self.theta.push(E::Law::theta(|index| Scalar::from_f64(exact.as_ref()[index])));
            let sampler = E::Law::prepare(&exact, &mut self.sampler_tables)
                .map_err(|reason| EstimateError::Sampler { law: E::Law::NAME, coordinate, reason })?;
            // In its place: a table of the last run is held until the new one is found.
            match self.samplers.get_mut(coordinate) {
                Some(place) => *place = sampler,
                None => self.samplers.push(sampler),
            }
        }
        if self.draws {
            let read = E::Law::COUPLED.map(|parameter| (parameters[parameter].name, law.values(parameter)));
            self.coupling.prepare(read)?;
        }
        self.reduction.check_coefficients()
    }

    /// The largest bound on the error of a probability among the samplers; 0 where all are exact.
    pub(crate) fn sampler_error(&self) -> f64 {
        self.samplers.iter().map(E::Law::sampler_error).fold(0.0, f64::max)
    }

    /// Prologue over the arguments: checks them and reads slopes, offsets and numbers.
    pub(crate) fn read_arguments(
        &mut self,
        arguments: E::Arguments<'_>,
        dimension: usize,
        adjoints: bool,
    ) -> Result<(), EstimateError> {
        E::check(arguments, dimension)?;
        let slopes = self.reduction.ridges.iter_mut();
        let mut fill = Fill { arguments, dimension, slopes, rows: 0, partials: 0, largest: 0.0 };
        E::Ridges::visit_mut(&mut self.tables, &mut fill);
        let Fill { mut slopes, rows, partials, mut largest, .. } = fill;
        if let Some(pairs) = slopes.next() {
            pairs.set_pairs(E::PAIRS, rows, dimension);
            largest = largest.max(1.0);
        }
        let mut counted = interactions::Fill::<E> { arguments, rows: 0, partials: 0 };
        E::Interactions::visit_mut(&mut self.interactions, &mut counted);
        let interactions = [counted.rows, counted.partials];
        self.reduction.prepare(dimension, [rows, partials], interactions, largest, adjoints);
        if !E::RADII.is_empty() {
            self.reach.clear();
            self.reach.resize(dimension, 0.0);
            E::reach(arguments, &mut self.reach)?;
        }
        self.selection.reset(E::COORDINATES, dimension);
        self.numbers.clear();
        if E::Separable::PRESENT {
            self.numbers.extend((0..dimension).map(|coordinate| E::Separable::numbers(arguments, coordinate)));
        }
        Ok(())
    }

    /// The sample section: every leaf, and their sum.
    pub(crate) fn sample(&mut self, noise: Noise, samples: usize, arguments: E::Arguments<'_>) {
        let layout = &self.reduction.layout;
        let division = match layout.points {
            Some(_) => Division::Lanes,
            // Blocks of coordinates would tear the adjoint sums apart.
            None if by_coordinate::<E>() && !layout.adjoints => Division::Coordinates,
            None => Division::Leaves,
        };
        let closed_forms = &self.formulas.closed_forms;
        let patterns = closed_forms.row_patterns + E::Separable::PATTERNS;
        plan(&mut self.tasks, layout, patterns, division, self.settings.threads, samples);
        let probes = E::Probes::<<E::Scalar as Scalar>::Narrow>::default().as_ref().len();
        if const { E::AT_DRAW } {
            let (probes, sums) = (layout.dimension * probes, layout.dimension * E::STENCILS);
            self.tasks.iter_mut().for_each(|task| task.scratch.reset_at_draw(probes, sums));
        }
        if let Some(count) = self.selection.count() {
            let reset = |task: &mut Task<E::Scalar>| task.scratch.reset_selection(count, layout.dimension * probes);
            self.tasks.iter_mut().for_each(reset);
        }
        let Self { theta, samplers, coupling, tables, interactions, numbers, selection, .. } = self;
        let job = Job::<E> {
            noise,
            samples,
            layout,
            theta,
            samplers,
            coupling,
            tables,
            interactions,
            numbers,
            selection,
            arguments,
            constant: if E::SCORES.is_empty() { Scalar::ZERO } else { Scalar::from_f64(E::constant(arguments)) },
            closed_forms,
        };
        let (width, ridges) = (self.settings.width, &self.reduction.ridges[..E::Ridges::COUNT]);
        let run = |task: &mut Task<E::Scalar>| run_task(&job, width, ridges, task);
        if let [task] = self.tasks.as_mut_slice() {
            run(task);
        } else {
            run_all(self.pool.as_ref(), &mut self.tasks, &run);
            gather(&mut self.tasks, &mut self.sums);
        }
    }

    /// What a device reads in place of [`sample`](Self::sample).
    pub(crate) fn device_job(&self, noise: Noise, samples: usize, constant: f64) -> DeviceJob<E::Scalar> {
        let mut job = self.device_parameters(noise, samples);
        job.constant = if E::SCORES.is_empty() { 0.0 } else { constant };
        E::Ridges::visit(&self.tables, &mut Collect(&mut job.ridges));
        E::Interactions::visit(&self.interactions, &mut Collect(&mut job.ridges));
        job.numbers = flat(&self.numbers);
        job
    }

    /// The part of [`device_job`](Self::device_job) that does not hang on the arguments.
    pub(crate) fn device_parameters(&self, noise: Noise, samples: usize) -> DeviceJob<E::Scalar> {
        let layout = &self.reduction.layout;
        DeviceJob {
            key: noise.key.words(),
            samples: samples as u64,
            first: noise.first,
            dimension: layout.dimension,
            ridge_rows: layout.ridge_rows,
            runs: layout.moments(layout.dimension) / LANES,
            theta: flat(&self.theta),
            constant: 0.0,
            numbers: Vec::new(),
            ridges: Vec::new(),
        }
    }

    /// Takes the moments of all samples from a device, for [`reduce`](Self::reduce). Those of one leaf are put back in the
    /// estimator's arithmetic, in which the processor leaves them; so errors are the same to the bit.
    pub(crate) fn take_moments(&mut self, moments: &[f64], samples: usize) {
        self.sums.clear();
        self.sums.extend_from_slice(moments);
        self.tasks.clear();
        if samples <= LEAF {
            let mut task = Task { alone: true, ..Task::default() };
            task.scratch.moments.extend(moments.iter().map(|&moment| E::Scalar::from_f64(moment)));
            self.tasks.push(task);
        }
    }

    /// The moments of all samples.
    pub(crate) fn moments(&self) -> Vec<f64> {
        let (moments, _) = sums(&self.reduction.layout, &self.tasks, &self.sums);
        let mut widened = vec![0.0; self.reduction.layout.moments(self.reduction.layout.dimension)];
        moments.widen(&mut widened);
        widened
    }

    /// Epilogue: the results, in [`Workspace::reduction`]; with `errors` also standard errors and warnings.
    pub(crate) fn reduce(
        &mut self,
        samples: usize,
        constant: f64,
        errors: bool,
        terms: &mut [TermSize],
        warnings: &mut Vec<Warning>,
    ) -> Result<(), EstimateError> {
        let (moments, _) = sums(&self.reduction.layout, &self.tasks, &self.sums);
        self.reduction.run(Sums { moments, samples, constant }, errors, terms, warnings)?;
        self.judge(samples, warnings);
        Ok(())
    }

    /// The warnings that need no moment.
    fn judge(&self, samples: usize, warnings: &mut Vec<Warning>) {
        judge_convergence(E::Law::PARAMETERS, E::RADII, &self.radii, &self.reach, warnings);
        if E::CUT.is_none_or(|named| !named.is_empty()) {
            judge_cut(self.cut, E::Scalar::MIN_POSITIVE.to_f64(), samples, warnings);
        }
    }

    /// The same from what a device has found for a law.
    #[cfg(feature = "cuda")]
    pub(crate) fn reduce_found<G>(
        &mut self,
        found: &Found<'_>,
        law: usize,
        samples: usize,
        constant: f64,
        errors: bool,
        run: &mut Run<E, G>,
    ) -> Result<(), EstimateError> {
        let (terms, warnings) = (&mut run.terms, &mut run.warnings);
        if found.is_contracted {
            self.reduction.run_contracted(samples, constant, found.law(law), terms, warnings);
            self.judge(samples, warnings);
            return Ok(());
        }
        self.take_moments(found.law(law), samples);
        self.reduce(samples, constant, errors, terms, warnings)
    }

    /// Prologue of closed forms: the weights of their patterns.
    pub(crate) fn weigh_closed_forms(&mut self, arguments: E::Arguments<'_>) -> Result<(), EstimateError> {
        if E::CLOSED_FORMS.is_empty() { Ok(()) } else { self.formulas.weigh(arguments) }
    }

    /// What formulas give takes the place of what was estimated; `constant` is the part of `f` without the draw.
    pub(crate) fn apply_formulas(&mut self, arguments: E::Arguments<'_>, constant: f64) -> Result<(), EstimateError> {
        if E::FORMULAS.is_empty() {
            return Ok(());
        }
        self.formulas.evaluate(arguments)?;
        let Formulas { value, gradient, .. } = &self.formulas;
        let results = &mut self.reduction;
        (results.value, results.value_error) = (value + constant, 0.0);
        for &parameter in E::FORMULAS {
            results.gradient[parameter].copy_from_slice(&gradient[parameter]);
            results.errors[parameter].fill(0.0);
        }
        Ok(())
    }

    /// Derivatives of `E f` with respect to the arguments, added to `out`.
    pub(crate) fn pull_back(&mut self, samples: usize, arguments: E::Arguments<'_>, out: &mut E::ArgumentGradient) {
        let (_, adjoints) = sums(&self.reduction.layout, &self.tasks, &self.sums);
        self.adjoints.clear();
        self.adjoints.extend(adjoints.iter().map(|sum| sum / samples as f64));
        let (dimension, means) = (self.reduction.layout.dimension, &self.adjoints);
        adjoint::pull_back::<E>(dimension, &self.tables, &self.interactions, means, arguments, out);
    }
}

/// What tasks divide between them where there are fewer runs of leaves than threads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Division {
    /// Nothing else.
    Leaves,
    /// Each has a block of coordinates.
    Coordinates,
    /// Each has a few lanes. It draws whole packs all the same, which is little beside the calls of a function.
    Lanes,
}

impl Division {
    /// Divides the coordinates or the lanes in about `parts` ranges of one length.
    fn ranges(self, layout: &Layout, samples: usize, parts: usize) -> (usize, impl Fn(usize) -> [Range<usize>; 2]) {
        let whole = match self {
            Division::Leaves => 1,
            Division::Coordinates => layout.dimension,
            Division::Lanes => samples.min(LANES),
        };
        let width = whole.div_ceil(parts.min(whole));
        let count = whole.div_ceil(width);
        let all = [0..layout.dimension, 0..LANES];
        let ranges = move |part: usize| {
            let range = part * width..whole.min((part + 1) * width);
            let [coordinates, lanes] = all.clone();
            match self {
                _ if count == 1 => [coordinates, lanes],
                Division::Leaves => [coordinates, lanes],
                Division::Coordinates => [range, lanes],
                Division::Lanes => [coordinates, range],
            }
        };
        (count, ranges)
    }
}

/// Divides the work in tasks and makes room for each, with so many `patterns` of closed forms.
fn plan<S: Scalar>(
    tasks: &mut Vec<Task<S>>,
    layout: &Layout,
    patterns: usize,
    division: Division,
    threads: Option<usize>,
    samples: usize,
) {
    let leaves = samples.div_ceil(LEAF);
    let is_small = || match layout.calls() {
        Some(calls) => samples.saturating_mul(calls) < SERIAL_CALLS,
        None => samples.saturating_mul(layout.draws()) < SERIAL_DRAWS,
    };
    let threads = match threads {
        Some(threads) => threads.max(1),
        None if is_small() => 1,
        None => rayon::current_num_threads(),
    };
    let run = if threads == 1 { leaves } else { (leaves / (2 * threads)).max(1) }.next_power_of_two();
    let chunks = leaves.div_ceil(run);
    let parts = if threads > 1 && chunks < 2 * threads { (4 * threads).div_ceil(chunks) } else { 1 };
    let (parts, ranges) = division.ranges(layout, samples, parts);
    tasks.resize_with(chunks * parts, Task::default);
    for (index, task) in tasks.iter_mut().enumerate() {
        let (part, chunk) = (index / chunks, index % chunks);
        task.leaves = chunk * run..leaves.min((chunk + 1) * run);
        [task.coordinates, task.lanes] = ranges(part);
        task.scratch.reset(layout, task.coordinates.len(), patterns);
        task.alone = leaves * parts == 1;
        let moments = if task.alone { 0 } else { task.scratch.moments.len() };
        task.tree.reset(task.leaves.len(), moments + layout.adjoint_sums());
    }
}

/// Runs every task, on the pool or on rayon's. The type of `run` is forgotten, so that what rayon takes is compiled once for all
/// estimators of a program.
fn run_all<S: Scalar>(
    pool: Option<&rayon::ThreadPool>,
    tasks: &mut [Task<S>],
    run: &(dyn Fn(&mut Task<S>) + Send + Sync),
) {
    match pool {
        Some(pool) => pool.install(|| tasks.par_iter_mut().for_each(run)),
        None => tasks.par_iter_mut().for_each(run),
    }
}

/// Adds the tasks' sums in the one tree, and puts blocks of coordinates side by side. Of tasks that divide the lanes each has
/// -0 in those of the others, which changes no sum.
fn gather<S>(tasks: &mut [Task<S>], sums: &mut Vec<f64>) {
    sums.clear();
    let mut first = 0;
    while first < tasks.len() {
        let part = |task: &Task<S>| (task.coordinates.clone(), task.lanes.clone());
        let own = part(&tasks[first]);
        let count = tasks[first..].iter().take_while(|task| part(task) == own).count();
        let block = &mut tasks[first..first + count];
        combine(block, |task| task.tree.sum_mut());
        if first > 0 && own.0.start == 0 {
            sums.iter_mut().zip(block[0].tree.sum()).for_each(|(sum, other)| *sum += other);
        } else {
            sums.extend_from_slice(block[0].tree.sum());
        }
        first += count;
    }
}

/// The sums of all samples, those of the only task or the gathered ones: moments and adjoint sums.
fn sums<'a, S: Scalar>(layout: &Layout, tasks: &'a [Task<S>], gathered: &'a [f64]) -> (Floats<'a>, &'a [f64]) {
    let sums = if let [task] = tasks {
        if task.alone {
            return (S::floats(&task.scratch.moments), task.tree.sum());
        }
        task.tree.sum()
    } else {
        gathered
    };
    let (moments, adjoints) = sums.split_at(layout.moments(layout.dimension));
    (Floats::Double(moments), adjoints)
}

fn run_task<E: Estimator>(
    job: &Job<'_, '_, E>,
    width: Option<PackWidth>,
    ridges: &[Slopes],
    task: &mut Task<E::Scalar>,
) {
    for leaf in task.leaves.clone() {
        sample_leaf(job, width, leaf, task);
        finish_leaf(job.layout, width, ridges, task);
    }
    task.tree.finish();
}

/// Whether nothing joins the coordinates, so that each can be sampled by itself.
const fn by_coordinate<E: Estimator>() -> bool {
    E::Ridges::COUNT == 0
        && E::Interactions::COUNT == 0
        && !E::Whole::PRESENT
        && !E::DIRECTIONAL
        && E::SCORES.is_empty()
        && !<<E::Law as Sampled>::Coupling<E::Scalar> as Coupling<E::Scalar>>::PRESENT
}

/// The samples of one leaf. Only one of the two schedules is compiled.
fn sample_leaf<E: Estimator>(job: &Job<'_, '_, E>, width: Option<PackWidth>, leaf: usize, task: &mut Task<E::Scalar>) {
    let Task { coordinates, lanes, scratch, .. } = task;
    if const { by_coordinate::<E>() } {
        run_packs::<E, _>(width, ByCoordinate { job, leaf, coordinates: coordinates.clone(), scratch });
    } else {
        run_packs::<E, _>(width, BySample { job, leaf, lanes: lanes.clone(), scratch });
    }
}

/// Runs the sample loop with the packs that it is compiled for.
fn run_packs<E: Estimator, K: Kernel<E::Scalar>>(width: Option<PackWidth>, kernel: K) -> K::Output {
    if const { E::PORTABLE } { kernel.run::<<E::Scalar as Scalar>::Narrow>() } else { dispatch(width, kernel) }
}

/// Adds the sums of a leaf to the tree.
fn finish_leaf<S: Scalar>(layout: &Layout, width: Option<PackWidth>, ridges: &[Slopes], task: &mut Task<S>) {
    let Task { scratch, alone, tree, .. } = task;
    tree.add_leaf(|target| {
        let (moments, adjoints) = target.split_at_mut(if *alone { 0 } else { scratch.moments.len() });
        if !*alone {
            S::floats(&scratch.moments).widen(moments);
        }
        if layout.adjoints {
            adjoint::reduce(width, layout, ridges, S::floats(&scratch.kept), adjoints);
        }
    });
}
