//! Seeded shuffles, the same on every machine.
//!
//! The order of the rows must not depend on the estimator's random numbers, or a change of the samples would change
//! the batches with it: hence a generator of its own, `SplitMix64`, and the Fisher–Yates algorithm.

/// Shuffles with a seed.
#[derive(Clone, Debug)]
pub struct Shuffle {
    state: u64,
}

impl Shuffle {
    /// The sequence of shuffles that belongs to a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Brings the entries into a random order, all orders being equally likely.
    pub fn permute<T>(&mut self, entries: &mut [T]) {
        for last in (1..entries.len()).rev() {
            entries.swap(last, self.below(last + 1));
        }
    }

    /// A number below `bound`. The product's upper half favours some numbers by at most `bound / 2^64`.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// The next word of SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_splitmix64() {
        // Published test values of the generator for the seed 1234567.
        let mut shuffle = Shuffle::new(1_234_567);
        let words: Vec<u64> = (0..3).map(|_| shuffle.next()).collect();
        assert_eq!(words, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn orders_are_equally_likely() {
        let mut counts = [0_u32; 6];
        let mut shuffle = Shuffle::new(3);
        for _ in 0..6000 {
            let mut entries = [0, 1, 2];
            shuffle.permute(&mut entries);
            counts[entries[0] * 2 + usize::from(entries[1] > entries[2])] += 1;
        }
        // Chi-squared with 5 degrees of freedom: above 25.7 once in 10^4 seeds.
        let chi: f64 = counts.iter().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 25.7, "{counts:?}");
    }
}
