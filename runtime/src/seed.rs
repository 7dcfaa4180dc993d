//! Fresh seeds for runs that were given none.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A seed that differs from call to call and from process to process.
pub(crate) fn fresh_seed() -> u64 {
    // The standard library keys each hasher from the operating system's random numbers.
    RandomState::new().build_hasher().finish()
}
