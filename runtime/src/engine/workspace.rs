//! Everything a run needs, owned, so that a second run allocates nothing.

use std::marker::PhantomData;

use rayon::prelude::*;

use super::contraction::{Contracted, Contraction, Totals};
use super::deviations::{Deviations, LaneMeans};
use super::epilogue::{Epilogue, Errors, Spread, TermError};
use super::leaf::{ByCoordinate, BySample, Job, Scratch};
use super::moments::{Layout, Moments};
use super::table::{Fill, Normalise};
use super::tree::{Tree, combine};
use super::{LEAF, adjoint};
use crate::draw::Key;
use crate::error::EstimateError;
use crate::kernel::{Estimator, Law, Ridges, Sampled, Separable};
use crate::lane::{Kernel, Lane, PackWidth, Scalar, dispatch};
use crate::parameters::{Gradient, Parameters, check_value};
use crate::run::TermSize;

/// Draws below which a run stays on the calling thread.
const SERIAL_DRAWS: usize = 1 << 14;

/// How a run is carried out. None of it changes a bit of the result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Threads to use; all of rayon's if `None`.
    pub(crate) threads: Option<usize>,
    /// Pack width, for tests; the widest the processor has if `None`.
    pub(crate) width: Option<PackWidth>,
}

/// One worker's part: an aligned run of leaves for a range of coordinates.
#[derive(Debug)]
struct Task<S> {
    leaves: std::ops::Range<usize>,
    coordinates: std::ops::Range<usize>,
    scratch: Scratch<S>,
    /// Whether the moments stay in `scratch`, since this is the only leaf of the run, and only adjoint sums go to the tree.
    alone: bool,
    tree: Tree,
}

/// The buffers of an estimator.
pub(crate) struct Workspace<E: Estimator> {
    pub(crate) layout: Layout,
    samplers: Vec<<E::Law as Sampled>::Prepared<E::Scalar>>,
    /// What samplers share, from run to run.
    sampler_tables: <E::Law as Sampled>::Tables,
    tables: <E::Ridges as Ridges<E>>::Tables,
    numbers: Vec<<E::Separable as Separable<E>>::Numbers>,
    coefficients: Vec<f64>,
    order_of_term: Vec<usize>,
    tasks: Vec<Task<E::Scalar>>,
    /// Moments and adjoint sums of all samples; unused where a single task has them.
    moments: Vec<f64>,
    contracted: Contracted,
    lane_means: LaneMeans,
    /// The largest slope of all ridge terms.
    largest_slope: f64,
    /// Whether each order's lane sums are to be computed.
    wanted_orders: Vec<bool>,
    /// Whether each order's lane sums are there.
    known_orders: Vec<bool>,
    /// Expected derivatives for the chain rule through the arguments.
    adjoints: Vec<f64>,
    pool: Option<rayon::ThreadPool>,
    settings: Settings,
}

impl<E: Estimator> Workspace<E> {
    pub(crate) fn new(settings: Settings) -> Self {
        let order_of_term =
            E::TERMS.iter().map(|term| E::ORDERS.iter().position(|&order| order == term.order).unwrap_or(0)).collect();
        // A pool of its own only where a number of threads was asked for; if the system refuses one, rayon's serves.
        let pool = match settings.threads {
            Some(threads) if threads > 1 => rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok(),
            _ => None,
        };
        Self {
            layout: Layout::default(),
            samplers: Vec::new(),
            sampler_tables: Default::default(),
            tables: E::Ridges::tables(),
            numbers: Vec::new(),
            coefficients: Vec::new(),
            order_of_term,
            tasks: Vec::new(),
            moments: Vec::new(),
            contracted: Contracted::default(),
            lane_means: LaneMeans::default(),
            largest_slope: 0.0,
            wanted_orders: vec![false; E::ORDERS.len()],
            known_orders: vec![false; E::ORDERS.len()],
            adjoints: Vec::new(),
            pool,
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
            match law.values(index) {
                crate::parameters::Values::Shared(value) => check_value(info, 0, value)?,
                crate::parameters::Values::Each(values) => {
                    for (coordinate, &value) in values.iter().enumerate() {
                        check_value(info, coordinate, value)?;
                    }
                }
            }
        }
        self.samplers.truncate(dimension);
        self.coefficients.resize(dimension * E::TERMS.len(), 0.0);
        for (coordinate, coefficients) in self.coefficients.chunks_exact_mut(E::TERMS.len()).enumerate() {
            let exact = E::Law::theta(|index| law.values(index).at(coordinate));
            if let Some(condition) = E::Law::violated(&exact) {
                return Err(EstimateError::ConditionViolated { law: E::Law::NAME, condition, coordinate });
            }
            E::coefficients(&exact, coefficients);
            if let Some(term) = coefficients.iter().position(|coefficient| !coefficient.is_finite()) {
                let info = E::TERMS[term];
                let parameter = parameters[info.parameter].name;
                return Err(EstimateError::CoefficientNotFinite { parameter, order: info.order, coordinate });
            }
            let sampler = E::Law::prepare(&exact, &mut self.sampler_tables)
                .map_err(|reason| EstimateError::Sampler { law: E::Law::NAME, coordinate, reason })?;
            // In its place: a table of the last run is held until the new one is found.
            match self.samplers.get_mut(coordinate) {
                Some(place) => *place = sampler,
                None => self.samplers.push(sampler),
            }
        }
        Ok(())
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
        let mut fill = Fill { arguments, dimension, rows: 0, partials: 0, largest: 0.0 };
        E::Ridges::visit_mut(&mut self.tables, &mut fill);
        self.largest_slope = fill.largest;
        E::Ridges::visit_mut(&mut self.tables, &mut Normalise { largest: fill.largest });
        self.layout = Layout::new::<E>(dimension, fill.rows, fill.partials, adjoints);
        self.numbers.clear();
        if E::Separable::PRESENT {
            self.numbers.extend((0..dimension).map(|coordinate| E::Separable::numbers(arguments, coordinate)));
        }
        Ok(())
    }

    /// The sample section: every leaf, and their sum.
    pub(crate) fn sample(&mut self, key: Key, samples: usize) {
        self.plan(samples);
        let job = Job::<E> {
            key,
            samples,
            layout: &self.layout,
            samplers: &self.samplers,
            tables: &self.tables,
            numbers: &self.numbers,
        };
        let width = self.settings.width;
        let by_coordinate = by_coordinate::<E>(&self.layout);
        let run = |task: &mut Task<E::Scalar>| run_task(&job, width, by_coordinate, task);
        if self.tasks.len() == 1 {
            run(&mut self.tasks[0]);
        } else {
            let tasks = &mut self.tasks;
            match &self.pool {
                Some(pool) => pool.install(|| tasks.par_iter_mut().for_each(run)),
                None => tasks.par_iter_mut().for_each(run),
            }
        }
        if self.tasks.len() > 1 {
            self.gather();
        }
    }

    /// Divides the work in tasks and makes room for each.
    fn plan(&mut self, samples: usize) {
        let layout = &self.layout;
        let leaves = samples.div_ceil(LEAF);
        let threads = match self.settings.threads {
            Some(threads) => threads.max(1),
            None if samples * layout.dimension < SERIAL_DRAWS => 1,
            None => rayon::current_num_threads(),
        };
        let run = if threads == 1 { leaves } else { (leaves / (2 * threads)).max(1) }.next_power_of_two();
        let chunks = leaves.div_ceil(run);
        let blocks = if threads > 1 && by_coordinate::<E>(layout) && chunks < 2 * threads {
            (4 * threads).div_ceil(chunks).min(layout.dimension)
        } else {
            1
        };
        let width = layout.dimension.div_ceil(blocks);
        let blocks = layout.dimension.div_ceil(width);
        self.tasks.resize_with(chunks * blocks, || Task {
            leaves: 0..0,
            coordinates: 0..0,
            scratch: Scratch::default(),
            alone: false,
            tree: Tree::default(),
        });
        for (index, task) in self.tasks.iter_mut().enumerate() {
            let (block, chunk) = (index / chunks, index % chunks);
            task.leaves = chunk * run..leaves.min((chunk + 1) * run);
            task.coordinates = block * width..layout.dimension.min((block + 1) * width);
            let rows = if by_coordinate::<E>(layout) { task.coordinates.len() } else { layout.rows };
            task.scratch.reset(layout, rows);
            task.alone = leaves * blocks == 1;
            let moments = if task.alone { 0 } else { rows * layout.row_length() };
            task.tree.reset(task.leaves.len(), moments + adjoint::length::<E>(layout, &self.tables));
        }
    }

    /// Adds the tasks' sums in the one tree and puts the blocks of coordinates side by side.
    fn gather(&mut self) {
        let length = self.layout.rows * self.layout.row_length() + adjoint::length::<E>(&self.layout, &self.tables);
        self.moments.resize(length, 0.0);
        let mut at = 0;
        let mut first = 0;
        while first < self.tasks.len() {
            let coordinates = self.tasks[first].coordinates.clone();
            let count = self.tasks[first..].iter().take_while(|task| task.coordinates == coordinates).count();
            let block = &mut self.tasks[first..first + count];
            combine(block, |task| task.tree.sum_mut());
            let sum = block[0].tree.sum();
            self.moments[at..at + sum.len()].copy_from_slice(sum);
            at += sum.len();
            first += count;
        }
    }

    /// Epilogue: the value, the gradient and the size of every term; with `errors` also standard errors. Returns the value
    /// and its standard error.
    pub(crate) fn epilogue<G: Gradient>(
        &mut self,
        samples: usize,
        constant: f64,
        gradient: &mut G,
        errors: Option<&mut G>,
        terms: &mut [TermSize],
    ) -> Result<(f64, f64), EstimateError> {
        let (moments, _) = sums::<E>(&self.layout, &self.tasks, &self.moments);
        let width = self.settings.width;
        if !dispatch(width, Totals { layout: &self.layout, moments, out: &mut self.contracted }) {
            return Err(EstimateError::ResultNotFinite {
                what: "a moment of the function or of one of its derivatives",
            });
        }
        for (wanted, &order) in self.wanted_orders.iter_mut().zip(E::ORDERS) {
            *wanted = errors.is_some() && E::TERMS.iter().any(|term| term.kept && term.order == order);
        }
        self.known_orders.copy_from_slice(&self.wanted_orders);
        let contraction = Contraction::<E> { layout: &self.layout, tables: &self.tables, out: &mut self.contracted };
        dispatch(width, contraction);
        if errors.is_some() {
            self.lane_means(samples);
        }
        let epilogue = self.results(samples, constant);
        let value = epilogue.value();
        for parameter in 0..E::Law::PARAMETERS.len() {
            gradient.entries_mut(parameter).fill(0.0);
        }
        for (term, (info, size)) in E::TERMS.iter().zip(terms).enumerate() {
            let entries = size.values.len();
            for (entry, size) in size.values.iter_mut().enumerate() {
                *size = epilogue.term(term, entries, entry);
                if info.kept {
                    gradient.entries_mut(info.parameter)[entry] += *size;
                }
            }
        }
        let error = errors.map_or(0.0, |errors| dispatch(width, Errors { epilogue, value, errors }));
        Ok((value, error))
    }

    /// The standard error of one term at one entry, after [`epilogue`](Self::epilogue) with errors.
    pub(crate) fn term_error(&mut self, samples: usize, term: usize, size: &TermSize, entry: usize) -> f64 {
        let order = self.order_of_term[term];
        if !self.known_orders[order] {
            self.wanted_orders.fill(false);
            self.wanted_orders[order] = true;
            self.known_orders[order] = true;
            self.lane_means(samples);
        }
        let epilogue = self.results(samples, 0.0);
        dispatch(self.settings.width, TermError { epilogue, term, entries: size.values.len(), entry })
    }

    /// Computes the deviations of the lanes for the wanted orders.
    fn lane_means(&mut self, samples: usize) {
        let deviations = Deviations::<E> {
            layout: &self.layout,
            spread: &Spread::new(samples),
            moments: sums::<E>(&self.layout, &self.tasks, &self.moments).0,
            contracted: &self.contracted,
            tables: &self.tables,
            largest: self.largest_slope,
            wanted: &self.wanted_orders,
            out: &mut self.lane_means,
        };
        dispatch(self.settings.width, deviations);
    }

    fn results(&self, samples: usize, constant: f64) -> Epilogue<'_, E> {
        Epilogue {
            layout: &self.layout,
            spread: Spread::new(samples),
            contracted: &self.contracted,
            lane_means: &self.lane_means,
            coefficients: &self.coefficients,
            order_of_term: &self.order_of_term,
            constant,
            estimator: PhantomData,
        }
    }

    /// Derivatives of `E f` with respect to the arguments, added to `out`.
    pub(crate) fn pull_back(&mut self, samples: usize, arguments: E::Arguments<'_>, out: &mut E::ArgumentGradient) {
        let (_, adjoints) = sums::<E>(&self.layout, &self.tasks, &self.moments);
        self.adjoints.clear();
        self.adjoints.extend(adjoints.iter().map(|sum| sum / samples as f64));
        adjoint::pull_back::<E>(&self.layout, &self.tables, &self.adjoints, arguments, out);
    }
}

/// The sums of all samples, those of the only task or the gathered ones: moments and adjoint sums.
fn sums<'a, E: Estimator>(
    layout: &Layout,
    tasks: &'a [Task<E::Scalar>],
    gathered: &'a [f64],
) -> (Moments<'a, E::Scalar>, &'a [f64]) {
    let sums = if let [task] = tasks {
        if task.alone {
            return (Moments::Leaf(&task.scratch.moments), task.tree.sum());
        }
        task.tree.sum()
    } else {
        gathered
    };
    let (moments, adjoints) = sums.split_at(layout.rows * layout.row_length());
    (Moments::Tree(moments), adjoints)
}

/// Whether coordinates are the outer loop.
fn by_coordinate<E: Estimator>(layout: &Layout) -> bool {
    E::Ridges::COUNT == 0 && !layout.adjoints
}

fn run_task<E: Estimator>(job: &Job<'_, E>, width: Option<PackWidth>, by_coordinate: bool, task: &mut Task<E::Scalar>) {
    for leaf in task.leaves.clone() {
        let scratch = &mut task.scratch;
        if by_coordinate {
            let coordinates = task.coordinates.clone();
            dispatch(width, ByCoordinate { job, leaf, coordinates, moments: &mut scratch.moments });
        } else {
            dispatch(width, BySample { job, leaf, scratch });
        }
        task.tree.add_leaf(|target| {
            let (moments, adjoints) = target.split_at_mut(if task.alone { 0 } else { scratch.moments.len() });
            dispatch(width, Widen { from: &scratch.moments, to: moments });
            if job.layout.adjoints {
                dispatch(width, adjoint::Reduce { job, scratch, sums: adjoints });
            }
        });
    }
    task.tree.finish();
}

/// Converts the sums of a leaf to `f64`.
struct Widen<'a, S> {
    from: &'a [S],
    to: &'a mut [f64],
}

impl<S: Scalar> Kernel<S> for Widen<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) {
        for (to, &from) in self.to.iter_mut().zip(self.from) {
            *to = from.to_f64();
        }
    }
}
