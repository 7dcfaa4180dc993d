//! Laws, each written with the public `#[distribution]` macro: a log characteristic function and a sampler.

mod dirac;
mod exponential;
mod gamma;
mod gaussian;
mod laplace;

pub use dirac::{Dirac, dirac};
pub use exponential::{Exponential, exponential};
pub use gamma::{Gamma, gamma};
pub use gaussian::{Gaussian, gaussian};
pub use laplace::{Laplace, laplace};
