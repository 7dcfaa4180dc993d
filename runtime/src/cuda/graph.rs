//! A step that was recorded once and is launched whole.
//!
//! The driver records what a step asks of the stream. From step to step only the random numbers' key and first sample change,
//! which are part of the argument of the kernels that draw: they are exchanged in their nodes before each launch.

use cudarc::driver::{CudaGraph, CudaStream, DriverError, sys};

use super::device::of_call;
use super::plan::Job;
use crate::backend::DeviceError;

/// A kernel that takes a [`Job`].
struct Drawing {
    node: sys::CUgraphNode,
    shape: sys::CUDA_KERNEL_NODE_PARAMS,
    job: Job,
}

/// A recorded step.
pub(super) struct Graph {
    graph: CudaGraph,
    drawing: Vec<Drawing>,
}

// SAFETY: a graph is used by one thread at a time, since `launch` borrows it mutably and nothing else touches the driver.
unsafe impl Send for Graph {}
// SAFETY: as above; a shared reference gives access to nothing.
unsafe impl Sync for Graph {}

impl Graph {
    /// Records what `step` asks of the stream. `takes_job` says whether a kernel takes a [`Job`].
    ///
    /// # Errors
    /// [`DeviceError`] of any call, those of `step` included.
    pub(super) fn record(
        stream: &std::sync::Arc<CudaStream>,
        takes_job: impl Fn(sys::CUfunction) -> bool,
        step: impl FnOnce() -> Result<(), DeviceError>,
    ) -> Result<Self, DeviceError> {
        let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        stream.begin_capture(mode).map_err(of_call("cuStreamBeginCapture"))?;
        let asked = step();
        // Ends the recording also after an error.
        let graph = stream.end_capture(sys::CUgraphInstantiate_flags(0)).map_err(of_call("cuStreamEndCapture"));
        asked?;
        let Some(graph) = graph? else {
            return Err(DeviceError::Call { call: "cuStreamEndCapture", reason: "nothing was recorded".to_owned() });
        };
        let drawing = drawing(&graph, takes_job).map_err(of_call("cuGraphKernelNodeGetParams"))?;
        Ok(Self { graph, drawing })
    }

    /// Launches the step with this key, from sample `first` on.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(super) fn launch(&mut self, key: [u32; 2], first: u64) -> Result<(), DeviceError> {
        for Drawing { node, shape, job } in &mut self.drawing {
            (job.key, job.first) = (key, first);
            let mut arguments = [std::ptr::from_mut(job).cast()];
            let shape = sys::CUDA_KERNEL_NODE_PARAMS { kernelParams: arguments.as_mut_ptr(), ..*shape };
            // SAFETY: the node belongs to the graph; the kernel has one argument, which the driver copies.
            unsafe { sys::cuGraphExecKernelNodeSetParams_v2(self.graph.cu_graph_exec(), *node, &raw const shape) }
                .result()
                .map_err(of_call("cuGraphExecKernelNodeSetParams"))?;
        }
        self.graph.launch().map_err(of_call("cuGraphLaunch"))
    }
}

/// The nodes of kernels that take a [`Job`].
fn drawing(graph: &CudaGraph, takes_job: impl Fn(sys::CUfunction) -> bool) -> Result<Vec<Drawing>, DriverError> {
    let mut count = 0;
    // SAFETY: asks for the number of nodes only.
    unsafe { sys::cuGraphGetNodes(graph.cu_graph(), std::ptr::null_mut(), &raw mut count) }.result()?;
    let mut nodes = vec![std::ptr::null_mut(); count];
    // SAFETY: there is room for so many nodes.
    unsafe { sys::cuGraphGetNodes(graph.cu_graph(), nodes.as_mut_ptr(), &raw mut count) }.result()?;
    let mut drawing = Vec::new();
    for node in nodes {
        let mut kind = sys::CUgraphNodeType::CU_GRAPH_NODE_TYPE_EMPTY;
        // SAFETY: the node belongs to the graph.
        unsafe { sys::cuGraphNodeGetType(node, &raw mut kind) }.result()?;
        if kind != sys::CUgraphNodeType::CU_GRAPH_NODE_TYPE_KERNEL {
            continue;
        }
        // SAFETY: all zeros are pointers to nothing and sizes of 0.
        let mut shape: sys::CUDA_KERNEL_NODE_PARAMS = unsafe { std::mem::zeroed() };
        // SAFETY: the node is a kernel's.
        unsafe { sys::cuGraphKernelNodeGetParams_v2(node, &raw mut shape) }.result()?;
        if takes_job(shape.func) {
            // SAFETY: such a kernel has one argument, a job, of which the graph holds a copy.
            let job = unsafe { shape.kernelParams.read().cast::<Job>().read() };
            drawing.push(Drawing { node, shape, job });
        }
    }
    Ok(drawing)
}
