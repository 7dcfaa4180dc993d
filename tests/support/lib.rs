//! What the tests of logphi share: exact values, laws to test with, and slow ways to compute what the product computes.
//!
//! Nothing here uses the product to check the product. Exact values come from a file that was computed with 60 digits by
//! another program ([`corpus`]); expectations are sums over quadrature nodes ([`quadrature`]); graphs are evaluated one
//! node at a time, in `f64` or in exact rationals ([`interpret`]).

pub mod comparison;
pub mod corpus;
pub mod dual;
pub mod expression;
pub mod golden;
pub mod interpret;
pub mod laws;
pub mod normal;
pub mod number;
pub mod quadrature;
pub mod runs;
pub mod source;
