//! A device that is ready for one estimator: its stream, kernels and memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cudarc::driver::sys::CUdevice_attribute as Attribute;
use cudarc::driver::{CudaContext, CudaFunction, CudaModule, CudaStream, DriverError, sys};
use cudarc::nvrtc::Ptx;

use super::compile::{self, Unit};
use super::graph::Graph;
use super::memory::Memory;
use super::plan::{Plan, Tables};
use super::shape::Geometry;
use crate::backend::{Arithmetic, DeviceError};
use crate::kernel::{Estimator, Interactions, Law, Ridges, Separable};

/// The kernels that are the same for all estimators.
const COMMON: &str = "#include \"common.cuh\"\n";

/// The kernels of an estimator.
pub(super) struct Kernels {
    pub(super) by_coordinate: CudaFunction,
    pub(super) draw: CudaFunction,
    pub(super) by_row: CudaFunction,
    pub(super) evaluate: CudaFunction,
    pub(super) by_moved_coordinate: CudaFunction,
    pub(super) tree: CudaFunction,
    pub(super) few_leaves: CudaFunction,
    pub(super) tree_of_sums: CudaFunction,
    /// The contraction of totals, and of the moments of the only leaf in the estimator's scalar.
    pub(super) contract: CudaFunction,
    pub(super) contract_lanes: CudaFunction,
}

impl Kernels {
    /// Whether the argument of a kernel is a [`Job`](super::plan::Job).
    pub(super) fn take_job(&self, function: sys::CUfunction) -> bool {
        let Self { by_coordinate, draw, by_row, evaluate, by_moved_coordinate, .. } = self;
        [by_coordinate, draw, by_row, evaluate, by_moved_coordinate]
            .iter()
            .any(|kernel| kernel.cu_function() == function)
    }
}

/// What the launches must know of an estimator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    /// Bytes of a number.
    pub(super) size: usize,
    /// Numbers that the draw of a coordinate reads.
    pub(super) parameters: usize,
    /// Orders of the derivatives.
    pub(super) orders: &'static [u32],
    /// Runs of a ridge row.
    pub(super) entries: usize,
    /// Runs of the separable and interaction terms of a coordinate.
    pub(super) separable_entries: usize,
    /// Runs of a coordinate.
    pub(super) coordinate_entries: usize,
    pub(super) stencils: usize,
    pub(super) has_ridges: bool,
    pub(super) has_interactions: bool,
    /// Whether rules read the value of the function.
    pub(super) has_scores: bool,
}

impl Outline {
    /// Whether something joins the coordinates of a sample, as `job.cuh` says it.
    pub(super) const fn is_joined(&self) -> bool {
        self.has_ridges || self.has_interactions || self.has_scores
    }

    fn of<E: Estimator>() -> Self {
        let entries = 1 + E::ORDERS.len();
        let has_interactions = <E::Interactions as Interactions<E>>::COUNT > 0;
        let separable = if <E::Separable as Separable<E>>::PRESENT || has_interactions { entries } else { 0 };
        Self {
            size: size_of::<E::Scalar>(),
            parameters: size_of::<<E::Law as Law>::Theta<E::Scalar>>() / size_of::<E::Scalar>(),
            orders: E::ORDERS,
            entries,
            separable_entries: separable,
            coordinate_entries: separable + E::STENCILS,
            stencils: E::STENCILS,
            has_ridges: <E::Ridges as Ridges<E>>::COUNT > 0,
            has_interactions,
            has_scores: !E::SCORES.is_empty(),
        }
    }
}

/// A device with the kernels of one estimator.
pub(super) struct Device {
    pub(super) context: Arc<CudaContext>,
    pub(super) stream: Arc<CudaStream>,
    pub(super) kernels: Kernels,
    pub(super) geometry: Geometry,
    pub(super) memory: Memory,
    pub(super) tables: Option<Tables>,
    pub(super) plan: Option<Plan>,
    /// Whether the plan has been run, and its recording.
    pub(super) has_run: bool,
    pub(super) graph: Option<Graph>,
    /// Which part of all leaves is this device's, and of how many.
    pub(super) part: usize,
    pub(super) parts: usize,
}

impl Device {
    /// Opens device `device` for part `part` of `parts`, and loads the kernels of the estimator.
    ///
    /// # Errors
    /// [`DeviceError`] for whatever is missing.
    pub(super) fn open<E: Estimator>(
        device: usize,
        arithmetic: Arithmetic,
        [part, parts]: [usize; 2],
    ) -> Result<Self, DeviceError> {
        let text = E::CUDA.map_err(|reason| DeviceError::NoKernels { function: E::NAME, reason })?;
        let context = context(device)?;
        let attribute = |attribute| context.attribute(attribute).map_err(of_call("cuDeviceGetAttribute"));
        let major = attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
        let minor = attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
        let multiprocessors = attribute(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?.unsigned_abs() as usize;
        let architecture = (10 * major + minor).unsigned_abs();
        let unit = Unit { function: E::NAME, text, arithmetic, architecture };
        let module_of_estimator = module(&context, device, unit)?;
        // The epilogue's order of operations is the processor's in either arithmetic.
        let common = Unit { function: "logphi", text: COMMON, arithmetic: Arithmetic::Reproducible, architecture };
        let common = module(&context, device, common)?;
        let function =
            |module: &Arc<CudaModule>, name: &str| module.load_function(name).map_err(of_call("cuModuleGetFunction"));
        let kernel = |name: &str| function(&module_of_estimator, name);
        let lanes = if size_of::<E::Scalar>() == 4 { "logphi_contract_single" } else { "logphi_contract_double" };
        let kernels = Kernels {
            by_coordinate: kernel("logphi_by_coordinate")?,
            draw: kernel("logphi_draw")?,
            by_row: kernel("logphi_by_row")?,
            evaluate: kernel("logphi_evaluate")?,
            by_moved_coordinate: kernel("logphi_by_moved_coordinate")?,
            tree: kernel("logphi_tree")?,
            few_leaves: kernel("logphi_few_leaves")?,
            tree_of_sums: kernel("logphi_tree_of_sums")?,
            contract: function(&common, "logphi_contract_totals")?,
            contract_lanes: function(&common, lanes)?,
        };
        let stream = context.new_stream().map_err(of_call("cuStreamCreate"))?;
        Ok(Self {
            context,
            stream,
            kernels,
            geometry: Geometry { outline: Outline::of::<E>(), multiprocessors },
            memory: Memory::default(),
            tables: None,
            plan: None,
            has_run: false,
            graph: None,
            part,
            parts,
        })
    }
}

/// The number of devices.
///
/// # Errors
/// [`DeviceError`] without a driver.
pub(crate) fn count() -> Result<usize, DeviceError> {
    // SAFETY: asks only whether the library can be loaded.
    if !unsafe { sys::is_culib_present() } {
        return Err(DeviceError::NoLibrary {
            what: "the driver",
            looked_for: "libcuda.so, libcuda.so.1",
            help: "install the driver of the device, or use `Backend::Cpu`",
        });
    }
    let count = CudaContext::device_count().map_err(of_call("cuDeviceGetCount"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The context of a device, opened once for the process.
fn context(device: usize) -> Result<Arc<CudaContext>, DeviceError> {
    static CONTEXTS: Mutex<Vec<(usize, Arc<CudaContext>)>> = Mutex::new(Vec::new());
    let count = count()?;
    let mut contexts = CONTEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = contexts.iter().find(|(number, _)| *number == device) {
        return Ok(known.clone());
    }
    if device >= count {
        return Err(DeviceError::NoSuchDevice { device, count });
    }
    let context = CudaContext::new(device).map_err(of_call("cuDevicePrimaryCtxRetain"))?;
    // SAFETY: every buffer is used on the one stream of its `Device`, which orders all that is done to it.
    unsafe { context.disable_event_tracking() };
    contexts.push((device, context.clone()));
    Ok(context)
}

/// A module of this process; locked while it is compiled, so that it is compiled once.
type Place = Arc<Mutex<Option<Arc<CudaModule>>>>;

/// The compiled kernels of a unit, loaded once for the process. Others can be compiled at the same time.
fn module(context: &Arc<CudaContext>, device: usize, unit: Unit) -> Result<Arc<CudaModule>, DeviceError> {
    static MODULES: OnceLock<Mutex<HashMap<(usize, Unit), Place>>> = OnceLock::new();
    let modules = MODULES.get_or_init(Mutex::default);
    let place = modules.lock().unwrap_or_else(PoisonError::into_inner).entry((device, unit)).or_default().clone();
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = &*place {
        return Ok(known.clone());
    }
    let load = || {
        let code = compile::machine_code(&unit)?;
        context.load_module(Ptx::from_binary(code)).map_err(of_call("cuModuleLoadData"))
    };
    let module = load().or_else(|error| match error {
        // What was kept may have been damaged.
        DeviceError::Call { call: "cuModuleLoadData", .. } => {
            compile::forget(&unit);
            load()
        }
        other => Err(other),
    })?;
    Ok(place.insert(module).clone())
}

/// The error of a call.
pub(super) fn of_call(call: &'static str) -> impl Fn(DriverError) -> DeviceError {
    move |error| DeviceError::Call { call, reason: error.to_string() }
}
