//! Tests that need many samples, and are optimised for them: exact rules and variances for every law of the library, truncated
//! rules and their warnings, the coverage of the intervals, the pathwise form.
//!
//! Each is a test target of its own; this library is empty.
