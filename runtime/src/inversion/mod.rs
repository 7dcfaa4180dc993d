//! Draws from a law that is known only by its log characteristic function.
//!
//! The distribution function is a Fourier integral of `φ`; computed on a grid by one fast Fourier transform and
//! interpolated, it gives a table of quantiles, from which a draw takes one uniform number. Location and scale, where the
//! graph of `log φ` shows them, are taken off before and put on the draws again, so that one table serves all of them; it
//! is kept from run to run.
//!
//! Every step of the approximation has a bound on the error that it makes in a probability. Their sum is kept, must meet
//! a tolerance, and is part of every run (`sampler_error`). With `r_k` for the size of `φ` at the frequency `ω_k`:
//!
//! | what is left out | its size | computed in |
//! | --- | --- | --- |
//! | the law outside a window `[a, b]` | `P(z < a) + P(z > b)`, by Chernoff's bound `E e^{s(z - b)}` | `window` |
//! | frequencies beyond the last | `(2/π) Σ r_k / k`, from how `r_k` decays over the last two octaves | `spectrum` |
//! | the grid between its points | twice the largest error at grid points that the table leaves out | `continuous` |
//! | rounding | a few units in the last place of `r_k (4 + size of log φ) / k`, summed | `spectrum` |
//!
//! The first holds where the expectations in it exist, which is looked for with floating-point numbers; the second and
//! third are estimates from what was computed. So the sum bounds the error of a law that goes on as it looks, and is no
//! proof. That `φ` is a characteristic function at all is checked where it shows: its size is at most 1 at every frequency
//! of the grid, and no interval gets a negative probability.
//!
//! A law on a lattice `h ℤ` has a periodic `φ` that does not decay, and needs little of that: a finite Fourier sum gives its
//! probabilities exactly but for what lies outside of the window. The compiler recognises it by its graph, in which `s`
//! stands only in exponentials of multiples of `s`. Other laws with atoms are refused, and so are laws with a `φ` that
//! decays too slowly for the tolerance: about `ω^{-1.8}` is needed for 1e-9, which a density with jumps does not have. Those
//! need a sample expression.

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
