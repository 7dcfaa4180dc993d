//! The devices of an estimator: one, or several that share its samples.
//!
//! Leaves are divided in runs of one power of two, one for each device, so that what each finds is a node of the one tree; the
//! processor adds the nodes. Any number of devices so gives the same bits.

use super::device::Device;
use super::step::Found;
use crate::backend::{Arithmetic, DeviceError, KernelReport};
use crate::engine::{DeviceJob, Slopes, combine};
use crate::error::EstimateError;
use crate::kernel::Estimator;
use crate::lane::Scalar;

/// Devices with the kernels of one estimator.
pub(crate) struct Devices {
    each: Vec<Device>,
    /// What each has found, if there are several.
    nodes: Vec<Vec<f64>>,
}

impl Devices {
    /// Opens the devices of these numbers and loads the kernels of the estimator.
    ///
    /// # Errors
    /// [`DeviceError`] for whatever is missing.
    pub(crate) fn open<E: Estimator>(numbers: &[usize], arithmetic: Arithmetic) -> Result<Self, DeviceError> {
        if numbers.is_empty() {
            return Err(DeviceError::NoDevices);
        }
        let open = |(part, &number): (usize, &usize)| Device::open::<E>(number, arithmetic, [part, numbers.len()]);
        let each = numbers.iter().enumerate().map(open).collect::<Result<_, _>>()?;
        Ok(Self { each, nodes: Vec::new() })
    }

    /// Uploads what the arguments give, for the runs to come.
    ///
    /// # Errors
    /// [`DeviceError`] of any call, or too little memory. Nothing can be run then.
    pub(crate) fn load<S: Scalar>(&mut self, job: &DeviceJob<S>, slopes: &[Slopes]) -> Result<(), DeviceError> {
        self.each.iter_mut().try_for_each(|device| device.load(job, slopes))
    }

    /// The kernels of the sample loop, as the first device has launched them in the last step; none before the first step.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(crate) fn report(&self) -> Result<Vec<KernelReport>, DeviceError> {
        self.each[0].report()
    }

    /// The laws that are run at once, of those that are wanted: as many as memory holds the moments of, at least one. With
    /// `errors` these come back.
    ///
    /// # Errors
    /// [`DeviceError`] of any call.
    pub(crate) fn laws_at_once(&mut self, wanted: usize, errors: bool) -> Result<usize, DeviceError> {
        match self.each.as_mut_slice() {
            [device] => device.laws_at_once(wanted, errors),
            _ => Ok(1),
        }
    }

    /// Runs the laws of `jobs`, which have the same arguments and key; several only if `laws_at_once` says so. Their random numbers
    /// lie `apart` samples from one another. With `errors` moments come back, which standard errors need.
    ///
    /// # Errors
    /// [`EstimateError::ResultNotFinite`] for a moment that is not finite, [`DeviceError`] of any call.
    pub(crate) fn step<S: Scalar>(
        &mut self,
        jobs: &[DeviceJob<S>],
        apart: u64,
        errors: bool,
    ) -> Result<Found<'_>, EstimateError> {
        if self.each.len() == 1 {
            self.each[0].begin(jobs, apart, errors)?;
            return self.each[0].finish();
        }
        let begun = self.each.iter_mut().try_for_each(|device| device.begin(jobs, apart, true));
        self.nodes.resize_with(self.each.len(), Vec::new);
        let mut finished = Ok(());
        // Also those that were begun before one failed.
        for (device, node) in self.each.iter_mut().zip(&mut self.nodes) {
            node.clear();
            match device.finish() {
                Ok(found) => node.extend_from_slice(found.numbers),
                Err(error) => finished = Err(error),
            }
        }
        begun?;
        finished?;
        // Devices without a leaf are the last ones.
        let count = self.nodes.iter().take_while(|node| !node.is_empty()).count();
        combine(&mut self.nodes[..count], |node| node);
        Ok(Found { numbers: &self.nodes[0], laws: jobs.len(), is_contracted: false })
    }
}
