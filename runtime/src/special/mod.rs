//! Special functions of a law's parameters: the gamma function's family and Kummer's function, real and complex.
//!
//! They are evaluated once for each gradient, or once for each frequency, and never for each sample, so they are written for
//! accuracy; only the slopes of gamma and beta numbers run for each sample. Each is a recurrence that leads to where a short expansion is
//! accurate; no step subtracts nearly equal numbers except where the function itself has a zero.

mod argument;
mod digamma;
mod gamma;
mod gauss;
mod implicit_beta;
mod implicit_gamma;
mod kummer;
mod polygamma;

pub use digamma::digamma_of_samples;
pub(crate) use gamma::ln_gamma;
pub use implicit_beta::{beta_first_slope, beta_rest_slope, beta_second_slope};
pub use implicit_gamma::gamma_slope;
pub(crate) use kummer::{kummer, kummer_slopes, kummer_taylor};
pub(crate) use polygamma::polygamma;
