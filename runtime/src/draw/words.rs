//! The words of a pack of samples, in order.

use super::{BaseDraw, FromWords, Key};
use crate::lane::Lane;

/// Draws for a pack of consecutive samples of one coordinate.
///
/// Where a law's sampler is inlined, how many words are used is known to the compiler at every point: blocks and halves
/// of a normal pair that nobody reads are not computed. So a [`Words`] must not outlive the expression it serves.
#[derive(Clone, Debug)]
pub struct Words<L: Lane> {
    key: Key,
    first_sample: u64,
    coordinate: u32,
    /// The site of the words that are taken in order.
    site: u16,
    next_block: u32,
    block: [Option<L::Words>; 4],
    used: usize,
    pub(super) spare_normal: Option<L>,
}

impl<L: Lane> Words<L> {
    /// The words of samples `first_sample .. first_sample + WIDTH` of `coordinate`.
    ///
    /// `first_sample` must be a multiple of the pack's width and below 2⁴⁸ (checked in debug builds).
    #[inline(always)]
    #[must_use]
    pub fn new(key: Key, first_sample: u64, coordinate: u32) -> Self {
        Self::at_site(key, first_sample, coordinate, 0)
    }

    /// The words for the auxiliary draws of exact rules: those of site 256 in order. A draw by rejection says its own
    /// site, from the next one on.
    #[inline(always)]
    #[must_use]
    pub fn auxiliary(key: Key, first_sample: u64, coordinate: u32) -> Self {
        Self::at_site(key, first_sample, coordinate, super::AUXILIARY_SITE)
    }

    /// The same, where draws of a fixed number of words take those of `site` instead of site 0.
    #[inline(always)]
    pub(super) fn at_site(key: Key, first_sample: u64, coordinate: u32, site: u16) -> Self {
        debug_assert!(first_sample < 1 << 48, "a sample index has 48 bits");
        debug_assert!(first_sample.is_multiple_of(L::WIDTH as u64), "packs start at multiples of their width");
        Self { key, first_sample, coordinate, site, next_block: 0, block: [None; 4], used: 4, spare_normal: None }
    }

    /// The words of a copy of the jump of the compound draw at `site`.
    #[inline(always)]
    pub(super) fn copy(&self, site: u16, copy: u64) -> Self {
        Self::new(self.key.of_copy(site, copy), self.first_sample, self.coordinate)
    }

    /// Block `block` of `site`.
    #[inline(always)]
    pub(super) fn block(&self, site: u16, block: u32) -> [L::Words; 4] {
        // An aligned pack shares all but the low bits of its sample indices.
        let shared = (self.first_sample >> 32) | (u64::from(site) << 16);
        L::philox(self.key, self.first_sample, [shared, u64::from(self.coordinate), u64::from(block)])
    }

    /// The next word.
    #[inline(always)]
    fn word(&mut self) -> L::Words {
        if self.used == 4 {
            self.block = self.block(self.site, self.next_block).map(Some);
            self.next_block = self.next_block.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1].expect("a block was made")
    }

    /// Words for one number: the next two, or the next one twice.
    #[inline(always)]
    pub(super) fn number_words(&mut self) -> [L::Words; 2] {
        let first = self.word();
        [first, if L::Scalar::WORDS == 2 { self.word() } else { first }]
    }

    /// A number made of the next words.
    #[inline(always)]
    pub(super) fn number<F: FromWords<L::Scalar, 2, 0, 1>>(&mut self) -> L {
        let words = self.number_words();
        let [pack] = L::from_words::<F, 2, 0, 1>(words, []);
        pack
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::philox;
    use crate::lane::{Pack, Scalar};

    const SEED: u64 = 42;
    const STREAM: u64 = 3;
    const SAMPLE: u64 = (5 << 32) + 1016;
    const COORDINATE: u32 = 9;

    fn words<L: Lane>() -> Words<L> {
        Words::new(Key::new(SEED, STREAM), SAMPLE, COORDINATE)
    }

    /// The counter of the table in the module documentation, written out.
    #[test]
    fn counters_follow_the_table() {
        let key = Key::new(SEED, STREAM);
        let counter = |lane: u64, site: u64, block: u64| {
            philox(key, [(SAMPLE + lane) & 0xffff_ffff, 5 | (site << 16), u64::from(COORDINATE), block])
        };
        let block = words::<Pack<f64, 4>>().block(300, 17);
        for lane in 0..4 {
            assert_eq!(block.map(|word| word[lane]), counter(lane as u64, 300, 17));
        }
        let mut single = words::<Pack<f32, 4>>();
        let mut double = words::<Pack<f64, 4>>();
        for index in 0..10 {
            let word = |index: u64| counter(2, 0, index / 4)[index as usize % 4];
            assert_eq!(single.uniform().extract(2), f32::uniform(word(index) as u32));
            let bits = (word(2 * index) << 32) | word(2 * index + 1);
            assert_eq!(double.uniform().extract(2), f64::uniform(bits));
        }
    }

    #[test]
    fn auxiliary_draws_have_sites_of_their_own() {
        let key = Key::new(SEED, STREAM);
        let word =
            |site: u64| philox(key, [(SAMPLE + 2) & 0xffff_ffff, 5 | (site << 16), u64::from(COORDINATE), 0])[0] as u32;
        let mut auxiliary = Words::<Pack<f32, 4>>::auxiliary(key, SAMPLE, COORDINATE);
        assert_eq!(auxiliary.uniform().extract(2), f32::uniform(word(256)));
        // A draw by rejection is that of its site, whichever the words in order are.
        let shape = Pack::constant(2.5);
        assert_eq!(auxiliary.gamma(257, shape).extract(2), words::<Pack<f32, 4>>().gamma(257, shape).extract(2));
    }

    /// Values that must never change: they are the noise of every seeded run.
    #[test]
    fn the_sequence_is_stable() {
        let mut single = words::<Pack<f32, 8>>();
        let draws = [
            single.uniform(),
            single.exponential(),
            single.normal(),
            single.gamma(1, Lane::constant(2.5)),
            single.gamma(2, Lane::constant(0.3)),
        ];
        let expected = [1057593763, 1071287845, 3206143979, 1066534519, 1044351780];
        assert_eq!(draws.map(|pack| pack.extract(1).to_bits()), expected);
        let mut double = words::<Pack<f64, 8>>();
        let draws = [
            double.uniform(),
            double.exponential(),
            double.normal(),
            double.gamma(1, Lane::constant(2.5)),
            double.gamma(2, Lane::constant(0.3)),
        ];
        let expected =
            [4603016594040671595, 4598206256806490987, 4598398048823542298, 4607816624955096132, 4595907358735336960];
        assert_eq!(draws.map(|pack| pack.extract(1).to_bits()), expected);
    }

    /// The same for the draws of counts and of other laws.
    #[test]
    fn the_sequence_of_other_draws_is_stable() {
        fn draws<L: Lane>() -> [u64; 12] {
            let mut words = words::<L>();
            let of = L::constant;
            let mut copies = words.compound(9, of(2.0));
            while let Some(mut words) = copies.next_copy() {
                let draw = words.exponential();
                copies.add(draw);
            }
            let draws = [
                words.bernoulli(of(0.5)),
                words.geometric(of(0.01)),
                words.logarithmic(of(0.99)),
                words.inverse_gaussian(of(1.0), of(2.0)),
                words.beta(1, of(0.3), of(2.5)),
                words.binomial(2, of(30.0), of(0.2)),
                words.binomial(3, of(1e4), of(0.3)),
                words.poisson(4, of(6.5)),
                words.poisson(5, of(1e3)),
                words.trigamma_mixture(6, of(3.0)),
                words.zeta_mixture(7),
                copies.sum(),
            ];
            draws.map(|pack| pack.extract(1).to_f64().to_bits())
        }
        let single = draws::<Pack<f32, 8>>().map(f64::from_bits);
        let expected = [
            0.0,
            169.0,
            19.0,
            0.24207115173339844,
            0.08468098938465118,
            6.0,
            2978.0,
            3.0,
            967.0,
            0.0,
            3.0,
            1.3834950923919678,
        ];
        assert_eq!(single, expected);
        let double = draws::<Pack<f64, 8>>().map(f64::from_bits);
        let expected = [
            0.0,
            25.0,
            2.0,
            0.2120067754057791,
            0.0846810224388678,
            6.0,
            2978.0,
            3.0,
            967.0,
            0.0,
            3.0,
            1.383495160202477,
        ];
        assert_eq!(double, expected);
    }
}
