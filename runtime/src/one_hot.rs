//! Draws of categorical variables.

use std::ops::Deref;

/// A draw of `d` categorical variables of `K` states: a slice of `d K` numbers, of which each variable's `K` are 1 at its state
/// and 0 elsewhere.
///
/// It is read as a slice: `dot(row, z)` and `z.iter()` run over all `d K` numbers. A function that is only called (`opaque`)
/// may ask for states instead.
///
/// ```
/// use logphi::OneHot;
/// let z = OneHot::new(&[0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 3)?;
/// assert_eq!((z.variables(), z.states()), (2, 3));
/// assert_eq!((z.state(0), z.state(1)), (1, 2));
/// # Ok::<(), logphi::OneHotError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneHot<'a> {
    entries: &'a [f64],
    states: usize,
}

/// Why numbers are not the draw of categorical variables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OneHotError {
    /// The numbers do not fill whole variables.
    #[error("{found} numbers are no whole number of variables with {states} states")]
    Length {
        /// Numbers given.
        found: usize,
        /// States of a variable.
        states: usize,
    },
    /// A variable is not 1 at one state and 0 at the others.
    #[error("variable {variable} is not 1 at one state and 0 at all others")]
    State {
        /// Index of the variable.
        variable: usize,
    },
}

impl<'a> OneHot<'a> {
    /// The draw that a slice holds, variable by variable.
    ///
    /// # Errors
    /// [`OneHotError`] if the slice is not one-hot.
    pub fn new(entries: &'a [f64], states: usize) -> Result<Self, OneHotError> {
        if states == 0 || !entries.len().is_multiple_of(states) {
            return Err(OneHotError::Length { found: entries.len(), states });
        }
        for (variable, own) in entries.chunks_exact(states).enumerate() {
            let ones = own.iter().filter(|&&entry| entry == 1.0).count();
            let zeros = own.iter().filter(|&&entry| entry == 0.0).count();
            if ones != 1 || zeros + 1 != states {
                return Err(OneHotError::State { variable });
            }
        }
        Ok(Self { entries, states })
    }

    /// A draw of the engine, which makes no others.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_draw(entries: &'a [f64], states: usize) -> Self {
        Self { entries, states }
    }

    /// The number of variables `d`.
    #[must_use]
    pub const fn variables(&self) -> usize {
        self.entries.len() / self.states
    }

    /// The number of states `K`.
    #[must_use]
    pub const fn states(&self) -> usize {
        self.states
    }

    /// The state of a variable, from 0 to `K - 1`.
    ///
    /// # Panics
    /// If there is no such variable, as indexing does.
    #[must_use]
    pub fn state(&self, variable: usize) -> usize {
        let own = &self.entries[variable * self.states..][..self.states];
        own.iter().position(|&entry| entry == 1.0).unwrap_or(0)
    }
}

impl Deref for OneHot<'_> {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        self.entries
    }
}

impl AsRef<[f64]> for OneHot<'_> {
    fn as_ref(&self) -> &[f64] {
        self.entries
    }
}

impl<'a> IntoIterator for &OneHot<'a> {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_hot_is_refused() {
        assert_eq!(OneHot::new(&[1.0, 0.0, 0.0], 2), Err(OneHotError::Length { found: 3, states: 2 }));
        assert_eq!(OneHot::new(&[1.0], 0), Err(OneHotError::Length { found: 1, states: 0 }));
        for faulty in [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [1.0, f64::NAN]] {
            let entries = [1.0, 0.0, faulty[0], faulty[1]];
            assert_eq!(OneHot::new(&entries, 2), Err(OneHotError::State { variable: 1 }));
        }
    }
}
