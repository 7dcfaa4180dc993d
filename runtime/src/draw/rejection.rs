//! Draws that are tried until they are accepted.
//!
//! A pack tries until each of its samples has a number; a sample keeps its first accepted one, so it never depends on its
//! neighbours. An attempt takes the words of one number and one word for the acceptance: in `f32` a block holds two
//! attempts, in `f64` one.

use super::{BaseDraw, FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};

/// What stands for a number that is not decided yet; accepted numbers are not negative.
pub(super) fn undecided<L: Lane>() -> L {
    L::splat(-L::Scalar::ONE)
}

impl<L: Lane> Words<L> {
    /// Repeats `F` with words of `site`, from block 0 on, until no sample is undecided.
    ///
    /// The first of `packs` is the draw so far, which `F` gives back where it is decided. `F` must accept with a
    /// probability that is bounded from below, or the loop is long.
    #[inline(always)]
    pub(super) fn reject<F, const K: usize>(&self, site: u16, mut packs: [L; K]) -> L
    where
        F: FromWords<L::Scalar, 3, K, 1>,
    {
        let mut block = 0;
        let mut rest = None;
        loop {
            if !packs[0].eq(undecided()).any() {
                return packs[0];
            }
            // One place for the attempt, so that its code stands there once.
            let words = match rest.take() {
                Some(words) => words,
                None => {
                    let [w0, w1, w2, w3] = self.block(site, block);
                    block += 1;
                    if L::Scalar::WORDS == 2 {
                        [w0, w1, w2]
                    } else {
                        rest = Some([w2, w2, w3]);
                        [w0, w0, w1]
                    }
                }
            };
            [packs[0]] = L::from_words::<F, 3, K, 1>(words, packs);
        }
    }
}
