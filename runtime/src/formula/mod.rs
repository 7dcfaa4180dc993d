//! Expectations that are known: `f` is a sum of polynomials times exponentials.
//!
//! `E z^m e^{λz} = φ^(m)(λ)`, so that value and gradient need no draw: `∂_θ E z^m e^{λz} = ∂_θ ∂_s^m φ(s)` at `s = λ`. Of a ridge
//! term, `u = ⟨A, z⟩ + c` with independent coordinates, `E e^{λu} = e^{λc} Π_j φ_j(λ A_j)`. Generated code knows `φ`, `∂_θ φ`, and
//! the exponents and polynomials of `f` as functions of the arguments ([`Exponentials`]); the sums are here, and the
//! derivatives in `s` are coefficients of power series ([`Jet`]).
//!
//! The same functions have closed forms ([`ClosedForms`]): `∂_θ log φ(D)` applied to them is a function of the draw.
//!
//! An expectation exists in the strip around the imaginary axis that ends at the first real singularities of `log φ`;
//! outside is an error. Results are exact up to rounding; polynomials are taken around the mean, so that the spread of a law
//! far from 0 is not lost.

mod characteristic;
mod closed_form;
mod coefficient;
mod expansion;
mod exponentials;
mod jet;
mod reach;
mod ridge;

pub use characteristic::Characteristic;
pub(crate) use closed_form::ClosedFormTables;
pub use closed_form::{ClosedForms, weigh};
pub use coefficient::Coefficient;
pub use expansion::{WithGradient, expand, mean};
pub use exponentials::{Add, Expectations, Exponentials, evaluate};
pub use jet::Jet;
pub use reach::add_reach;
