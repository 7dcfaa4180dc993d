//! Special functions of a law's parameters: the gamma function's family and Kummer's function, real and complex.
//!
//! They are evaluated once for each gradient, or once for each frequency, and never for each sample, so they are written for
//! accuracy; only `ln_quantile_derivative` runs for each sample. Each is a recurrence that leads to where a short expansion is
//! accurate; no step subtracts nearly equal numbers except where the function itself has a zero.

mod argument;
mod gamma;
#[allow(dead_code, reason = "for estimators by implicit reparameterisation, which are not written yet")]
mod implicit_gamma;
mod kummer;
mod polygamma;

pub(crate) use gamma::ln_gamma;
#[allow(unused_imports, reason = "as above")]
pub(crate) use implicit_gamma::{ln_quantile_derivative, ln_quantile_derivatives};
pub(crate) use kummer::{kummer, kummer_slopes, kummer_taylor};
pub(crate) use polygamma::polygamma;
