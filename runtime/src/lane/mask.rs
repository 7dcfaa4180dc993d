//! One truth value for each lane of a pack.

/// The result of comparing two packs.
pub trait Mask: Copy + Send + Sync + 'static {
    /// Lanes true in both.
    fn and(self, other: Self) -> Self;
    /// Lanes true in either.
    fn or(self, other: Self) -> Self;
    /// Lanes that are false.
    fn not(self) -> Self;
    /// Whether any lane is true.
    fn any(self) -> bool;
    /// Whether every lane is true.
    fn all(self) -> bool;
}

/// The [`Mask`] of a pack of `W` lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskPack<const W: usize>(pub(super) [bool; W]);

impl<const W: usize> MaskPack<W> {
    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(bool, bool) -> bool) -> Self {
        let mut out = self;
        for lane in 0..W {
            out.0[lane] = operation(self.0[lane], other.0[lane]);
        }
        out
    }
}

impl<const W: usize> Mask for MaskPack<W> {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }
    #[inline(always)]
    fn not(self) -> Self {
        self.zip(self, |a, _| !a)
    }
    #[inline(always)]
    fn any(self) -> bool {
        let mut found = false;
        for lane in 0..W {
            found |= self.0[lane];
        }
        found
    }
    #[inline(always)]
    fn all(self) -> bool {
        !self.not().any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinators_work_lane_by_lane() {
        let a = MaskPack([true, true, false, false]);
        let b = MaskPack([true, false, true, false]);
        assert_eq!(a.and(b), MaskPack([true, false, false, false]));
        assert_eq!(a.or(b), MaskPack([true, true, true, false]));
        assert_eq!(a.not(), MaskPack([false, false, true, true]));
        assert!(a.any() && !a.all());
        assert!(!a.and(a.not()).any());
        assert!(a.or(a.not()).all());
    }
}
