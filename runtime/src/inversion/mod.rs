//! Draws from a law that is known only by its log characteristic function.
//!
//! The distribution function is a Fourier integral of `φ`; computed on a grid by one fast Fourier transform and
//! interpolated, it gives a table of quantiles, from which a draw takes one uniform number. The table is that of
//! the law without its location, which is added to the draws. Every step of the approximation has a bound on the error
//! that it makes in a probability, and their sum is kept and must meet a tolerance:
//!
//! | what is left out | its size | from |
//! | --- | --- | --- |
//! | the law outside a window `[a, b]` | `P(z < a) + P(z > b)`, by Chernoff's bound `E e^{s(z - b)}` | `window` |
//! | frequencies beyond the last | `(2/π) Σ |φ(ω_k)| / k`, extrapolated from the decay over the last two octaves | `spectrum` |
//! | the grid between its points | twice the largest error found at grid points that the table leaves out | `continuous` |
//! | rounding | a few units of `|φ| (1 + |log φ|)` at every frequency | `spectrum` |
//!
//! The first holds where the sums in it are finite, which is looked for with floating-point numbers; the second and the
//! third are estimates from what was computed. So the bound is one for laws that go on as they look, and no proof.
//!
//! A law on a lattice `h ℤ` has a periodic `φ`, does not decay, and needs none of that: a finite Fourier sum gives its
//! probabilities exactly but for what lies outside of the window. The compiler recognises it by its graph, in which `s`
//! stands only in exponentials of multiples of `s`. Other laws with atoms are refused.

#[cfg(not(feature = "inversion"))]
mod absent;
#[cfg(feature = "inversion")]
mod continuous;
mod error;
#[cfg(feature = "inversion")]
mod inverted;
#[cfg(feature = "inversion")]
mod lattice;
#[cfg(feature = "inversion")]
mod quantile;
#[cfg(feature = "inversion")]
mod spectrum;
#[cfg(feature = "inversion")]
mod table;
#[cfg(feature = "inversion")]
mod window;

#[cfg(not(feature = "inversion"))]
pub use absent::{Inverted, Tables};
pub use error::SamplerError;
#[cfg(feature = "inversion")]
pub use inverted::{Inverted, Tables};
#[cfg(feature = "inversion")]
pub use table::{DEFAULT_TOLERANCE, Table};
