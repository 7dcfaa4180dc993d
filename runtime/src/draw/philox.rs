//! Philox4x32-10 (Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, 2011).
//!
//! Each word is kept in 64 bits and its upper half is ignored where it does not matter: the multiplication of lower
//! halves to a whole product is one vector instruction, and a pack of samples needs no shuffles in ten rounds. What is
//! equal for all samples (coordinate, block, most of `c1`) costs the first two rounds only half.

/// The Philox key of one stream of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u32; 2]);

impl Key {
    /// The key of `stream` of `seed`.
    ///
    /// With `γ = 0x9e3779b97f4a7c15` and the finaliser `h` of SplitMix64, it is `h(h(seed + γ) + (stream + 1) γ)` modulo
    /// 2⁶⁴, lower half first: the streams of a seed have different keys because `h` is a bijection.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed =
            finalise(finalise(seed.wrapping_add(GAMMA)).wrapping_add(stream.wrapping_add(1).wrapping_mul(GAMMA)));
        Self([mixed as u32, (mixed >> 32) as u32])
    }

    /// The two words of the key, as Philox takes them.
    #[must_use]
    pub(crate) const fn words(self) -> [u32; 2] {
        self.0
    }

    /// The key of copy `copy`, below 2⁴⁸, of the jump of the compound draw at `site`.
    ///
    /// With `k` this key, it is `h(h(k + γ) + (2⁴⁸ site + copy + 1) γ)`: what [`new`](Self::new) makes of the key as seed.
    #[must_use]
    pub(super) fn of_copy(self, site: u16, copy: u64) -> Self {
        let [low, high] = self.0;
        Self::new(u64::from(low) | (u64::from(high) << 32), (u64::from(site) << 48) | copy)
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Four random words for a counter of four words, each in the lower half of 64 bits.
#[inline(always)]
pub(crate) fn philox(key: Key, counter: [u64; 4]) -> [u64; 4] {
    const LOWER: u64 = 0xffff_ffff;
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key.0;
    for _ in 0..10 {
        let even = (c0 & LOWER) * 0xd251_1f53;
        let odd = (c2 & LOWER) * 0xcd9e_8d57;
        // The upper halves of c1 and c3, and through them of c0 and c2, are left over from products.
        c0 = (odd >> 32) ^ c1 ^ u64::from(k0);
        c2 = (even >> 32) ^ c3 ^ u64::from(k1);
        c1 = odd;
        c3 = even;
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [c0 & LOWER, c1 & LOWER, c2 & LOWER, c3 & LOWER]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers published with the authors' implementation.
    #[test]
    fn known_answers() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([0xffff_ffff; 4], [0xffff_ffff; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, answer) in cases {
            assert_eq!(philox(Key(key), counter), answer);
        }
    }

    #[test]
    fn keys_differ_by_seed_and_stream() {
        let mut keys: Vec<_> = (0..64).flat_map(|seed| (0..64).map(move |stream| Key::new(seed, stream).0)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 64 * 64);
    }
}
