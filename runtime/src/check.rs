//! Checks of arguments, called by generated code.

use crate::error::EstimateError;
use crate::matrix::Matrix;

/// Refuses a scalar that is not finite.
///
/// # Errors
/// [`EstimateError::ArgumentNotFinite`].
pub fn scalar(argument: &'static str, value: f64) -> Result<(), EstimateError> {
    slice(argument, &[value])
}

/// Refuses a slice with a number that is not finite.
///
/// # Errors
/// [`EstimateError::ArgumentNotFinite`] at the first one.
pub fn slice(argument: &'static str, values: &[f64]) -> Result<(), EstimateError> {
    // One pass without early exit, which vectorises; the guilty number is looked for only if there is one.
    if values.iter().fold(true, |finite, value| finite & value.is_finite()) {
        return Ok(());
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(EstimateError::ArgumentNotFinite { argument, index, value: values[index] }),
        None => Ok(()),
    }
}

/// Refuses a matrix with a number that is not finite.
///
/// # Errors
/// [`EstimateError::ArgumentNotFinite`] at the first one.
pub fn matrix(argument: &'static str, values: &Matrix) -> Result<(), EstimateError> {
    slice(argument, values.as_slice())
}

/// Refuses a matrix whose columns are not the coordinates.
///
/// # Errors
/// [`EstimateError::LengthsDiffer`].
pub fn columns(argument: &'static str, values: &Matrix, dimension: usize) -> Result<(), EstimateError> {
    length(argument, values.columns(), dimension)
}

/// Refuses a slice along the coordinates with another length.
///
/// # Errors
/// [`EstimateError::LengthsDiffer`].
pub fn length(argument: &'static str, found: usize, dimension: usize) -> Result<(), EstimateError> {
    if found == dimension {
        Ok(())
    } else {
        Err(EstimateError::LengthsDiffer { name: argument, found, other: "the draw", expected: dimension })
    }
}

/// Refuses rows of one sum with different counts.
///
/// # Errors
/// [`EstimateError::LengthsDiffer`] for the first that differs from the first.
pub fn rows_agree(counts: &[(&'static str, usize)]) -> Result<(), EstimateError> {
    let Some(&(other, expected)) = counts.first() else { return Ok(()) };
    match counts.iter().find(|(_, found)| *found != expected) {
        None => Ok(()),
        Some(&(name, found)) => Err(EstimateError::LengthsDiffer { name, found, other, expected }),
    }
}

/// Refuses a draw with too few coordinates.
///
/// # Errors
/// [`EstimateError::TooFewCoordinates`].
pub fn at_least(name: &'static str, found: usize, needed: usize) -> Result<(), EstimateError> {
    if found >= needed { Ok(()) } else { Err(EstimateError::TooFewCoordinates { name, found, needed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_bad_number_is_found() {
        assert_eq!(slice("y", &[0.0, -0.0, 1e308, -1e308]), Ok(()));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = slice("y", &[1.0, bad, 2.0]).expect_err("bad number");
            assert!(matches!(error, EstimateError::ArgumentNotFinite { argument: "y", index: 1, .. }));
        }
    }

    #[test]
    fn rows_are_compared_with_the_first() {
        assert_eq!(rows_agree(&[("x", 3), ("y", 3)]), Ok(()));
        assert_eq!(
            rows_agree(&[("x", 3), ("y", 4)]),
            Err(EstimateError::LengthsDiffer { name: "y", found: 4, other: "x", expected: 3 })
        );
    }
}
