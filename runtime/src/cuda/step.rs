//! A step: parameters in, kernels, results out.

use super::device::{Device, of_call};
use super::graph::Graph;
use super::memory::{Memory, widen, write};
use super::plan::Plan;
use crate::backend::DeviceError;
use crate::engine::DeviceJob;
use crate::error::EstimateError;
use crate::lane::Scalar;

/// Chunks up to which a step is recorded: the launches of more take no time beside what they do.
const MOST_CHUNKS: usize = 16;

/// What the device gives back of the laws of a step.
pub(crate) struct Found<'a> {
    pub(super) numbers: &'a [f64],
    pub(super) laws: usize,
    /// Whether each law has the sum of its values, then of each moment, for each coordinate, and not the lane sums of all moments.
    pub(crate) is_contracted: bool,
}

impl Found<'_> {
    /// The numbers of a law.
    pub(crate) fn law(&self, law: usize) -> &[f64] {
        let each = self.numbers.len() / self.laws.max(1);
        &self.numbers[law * each..(law + 1) * each]
    }
}

impl Device {
    /// Asks for the laws of `jobs`, which have the same arguments and key; their random numbers lie `apart` samples from one
    /// another. `wants_moments` asks for moments and not for what they are contracted to.
    ///
    /// The first step after new arguments is launched kernel by kernel, the second is recorded, and the others are launched whole.
    ///
    /// # Errors
    /// [`DeviceError`] of any call; the device has then nothing to do.
    pub(super) fn begin<S: Scalar>(
        &mut self,
        jobs: &[DeviceJob<S>],
        apart: u64,
        wants_moments: bool,
    ) -> Result<(), DeviceError> {
        let theta = jobs.iter().map(|job| job.theta.len()).sum::<usize>() * size_of::<S>();
        self.plan(jobs.len(), theta, apart, wants_moments)?;
        let (Some(plan), Some(first)) = (&mut self.plan, jobs.first()) else { return Ok(()) };
        let mut inbox = &mut self.memory.inbox.bytes_mut()?[..theta];
        for job in jobs {
            let own;
            (own, inbox) = inbox.split_at_mut(job.theta.len() * size_of::<S>());
            write(&job.theta, own);
        }
        (plan.job.key, plan.job.first) = (first.key, first.first);
        self.run().inspect_err(|_| {
            // What was asked for before the error must not meet the next step.
            let _ = self.stream.synchronize();
        })
    }

    /// Waits for what [`begin`](Self::begin) has asked for.
    ///
    /// # Errors
    /// [`EstimateError::ResultNotFinite`] for a moment that is not finite, [`DeviceError`] of any call.
    pub(super) fn finish(&mut self) -> Result<Found<'_>, EstimateError> {
        self.stream.synchronize().map_err(of_call("cuStreamSynchronize"))?;
        let Some(plan) = &self.plan else { return Ok(Found { numbers: &[], laws: 0, is_contracted: false }) };
        let (laws, length) = (plan.laws(), plan.length());
        let Memory { outbox, widened, .. } = &mut self.memory;
        let (outbox, size) = (outbox.bytes()?, self.geometry.outline.size);
        // SAFETY: any bytes are numbers, and the memory of the host begins at a page.
        let (_, numbers, _) = unsafe { outbox.align_to::<f64>() };
        if let Some(contraction) = &plan.contraction {
            if contraction.found_broken(outbox, laws) {
                return Err(EstimateError::ResultNotFinite {
                    what: "a moment of the function or of one of its derivatives",
                });
            }
            return Ok(Found { numbers: &numbers[..laws * contraction.results()], laws, is_contracted: true });
        }
        if plan.leaves == 1 {
            widen(&outbox[..laws * length * size], size, widened);
            return Ok(Found { numbers: widened, laws, is_contracted: false });
        }
        Ok(Found { numbers: &numbers[..laws * length], laws, is_contracted: false })
    }

    /// Asks the stream for a step of the plan.
    fn run(&mut self) -> Result<(), DeviceError> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let (key, first) = (plan.job.key, plan.job.first);
        if let Some(graph) = &mut self.graph {
            return graph.launch(key, first);
        }
        let is_short = plan.leaves.div_ceil(plan.chunk) <= MOST_CHUNKS;
        if !std::mem::replace(&mut self.has_run, true) || !is_short {
            return self.launch_all(plan);
        }
        let takes_job = |function| self.kernels.take_job(function);
        let recorded = Graph::record(&self.stream, takes_job, || self.launch_all(plan));
        self.graph.insert(recorded?).launch(key, first)
    }

    /// Uploads the parameters, runs the kernels, and brings the results back.
    fn launch_all(&self, plan: &Plan) -> Result<(), DeviceError> {
        let Self { memory, stream, .. } = self;
        if !plan.reads_inbox {
            memory.theta.copy_from(stream, &memory.inbox, plan.theta)?;
        }
        let sums = self.sample(plan, plan.contraction.is_some() && plan.totals)?;
        match &plan.contraction {
            Some(contraction) if plan.totals => {
                self.contract(contraction, plan, &self.kernels.contract, memory.totals.address(stream))
            }
            Some(contraction) => self.contract(contraction, plan, &self.kernels.contract_lanes, sums.address(stream)),
            None => {
                let size = if plan.leaves == 1 { self.geometry.outline.size } else { size_of::<f64>() };
                sums.copy_to(stream, &memory.outbox, plan.laws() * plan.length() * size)
            }
        }
    }
}
