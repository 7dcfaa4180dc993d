//! Power series of log characteristic functions in `s = iω`, and what they say about the parameter gradient.
//!
//! | paper | code |
//! | --- | --- |
//! | `log φ_θ(ω)` | `Law::log_cf`, after [`analytic::judge`] a real graph in `s` |
//! | `a_{j,n}(θ)`, Eq. (4) | [`Coefficient`](crate::rule::Coefficient) of order `n` in the series of parameter `j` |
//! | `κ_n / n!` | coefficient `n` of the expansion of `log φ` |
//!
//! One convention everywhere: `a_{j,n}` multiplies `s^n`, no factorial inside.

pub mod analytic;
pub mod characteristic;
pub mod degree;
pub mod density;
#[cfg(feature = "algebra")]
pub mod gradient;

mod approximate;
mod complex;
mod expand;
mod gamma_series;
#[cfg(all(test, feature = "algebra"))]
mod oracle;
mod power_series;
pub mod projection;
mod realify;
mod refusal;
#[cfg(test)]
pub(crate) mod samples;
mod scale;
pub mod shape;
