//! Derivatives: one order of a graph by the plain rules, or many orders of a function of one variable.
//!
//! The two serve different needs. A term or an argument gradient wants one derivative with respect to any leaf:
//! [`rules`] writes it down, one row per primitive. A rule of order `N` wants `f, f', …, f^(N)`: applying the plain rules
//! again and again doubles the expression at every order, so [`nth`] works in a set of generators that is closed
//! under differentiation ([`generators`]), where every order is a polynomial ([`polynomial`]) and is written down
//! by Horner's scheme ([`horner`]). [`degree`] proves that a function is a polynomial of the draw.

pub mod degree;
pub mod generators;
pub mod horner;
mod kinks;
pub mod nth;
pub mod polynomial;
mod primitives;
#[cfg(test)]
mod references;
pub mod rules;

pub use degree::polynomial_degree;
pub use kinks::kinks;
pub use nth::{derivatives, derivatives_almost_everywhere};
pub use rules::{derivative, derivative_of_term};
