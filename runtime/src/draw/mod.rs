//! Random numbers that depend on nothing but their place.
//!
//! A draw is a function of seed, stream, sample, coordinate and site, not of what was drawn before: samples can be split
//! among threads, packs and devices, and two runs with one seed and stream use the same noise. Random bits are made by
//! Philox4x32-10 from a 64-bit [`Key`] and a 128-bit counter. The key mixes seed and stream. The counter is, part of the
//! public contract and pinned by a test:
//!
//! | word | bits 0 to 15 | bits 16 to 31 |
//! | --- | --- | --- |
//! | `c0` | sample, bits 0 to 15 | sample, bits 16 to 31 |
//! | `c1` | sample, bits 32 to 47 | site |
//! | `c2` | coordinate, bits 0 to 15 | coordinate, bits 16 to 31 |
//! | `c3` | block, bits 0 to 15 | block, bits 16 to 31 |
//!
//! Each sample, coordinate and site thus has a sequence of 32-bit words, four to a block. The draws of fixed size of a
//! law take words of site 0 in the order of its sample expression; of the others, the one with index `k` among them has
//! site `k + 1` for itself. Sites from 256 on belong to the auxiliary draws of exact rules, in the same way: those of fixed
//! size take words of site 256 in the order of the rules. So all rules of a law see the same `z`, and no other draw. What rules of
//! joint laws draw once for all coordinates has the place of coordinate 0. Site 65535 of coordinate 0 belongs to `coordinates = m`:
//! its first word says which coordinates a sample evaluates.
//!
//! | draw | words in `f32` | words in `f64` |
//! | --- | --- | --- |
//! | uniform | 1 | 2, the first is the more significant |
//! | exponential | 1 | 2 |
//! | normal, odd ones | 2: radius, angle | 4: radius, angle |
//! | normal, even ones | 0: the other one of the pair | 0 |
//! | gamma and loggamma, two attempts | a block: radius, angle, two acceptances | a block: the same, the last three 28 bits, whose low 4 lengthen the radius to 44 |
//! | the same, shape below 1 | besides, 1 of block 2³² - 1 | besides, 2 of block 2³² - 1 |
//! | beta | a gamma, another from block 2³¹ on, for shapes below 1 the words of block 2³² - 1: 1 and 3 | the same: 1 and 2, 3 and 4 |
//! | inverse Gaussian | those of a normal, then 1 | those of a normal, then 2 |
//! | bernoulli, geometric | 1 | 2 |
//! | logarithmic | 2: uniform, exponential | 4: the same |
//! | poisson, binomial of mean below 10 | 1 of block 0 | 2 of block 0 |
//! | poisson, binomial, trigamma and zeta mixtures, an attempt | 2, so two to a block: number, acceptance | 3 of a block: number, acceptance |
//! | compound | each copy those of a law, under a key of its own, [`Key::of_copy`](philox::Key) | the same |

mod bernoulli;
mod beta;
mod binomial;
mod compound;
#[cfg(test)]
mod counts;
mod exponential;
mod gamma;
mod geometric;
mod inverse_gaussian;
mod logarithmic;
mod mixture;
mod normal;
mod philox;
mod poisson;
mod rejection;
mod search;
#[cfg(test)]
mod statistics;
mod uniform;
mod words;

pub use compound::Compound;
pub use philox::Key;
pub(crate) use philox::philox;
pub use words::Words;

/// The site of the choice of coordinates.
pub(crate) const SELECTION_SITE: u16 = u16::MAX;

/// The first site of the auxiliary draws of exact rules.
pub(crate) const AUXILIARY_SITE: u16 = 256;

/// A function that makes `M` numbers from `N` random words and `K` other numbers of one sample.
///
/// A type and not a closure, because it must be inlined wherever it is used: `#[inline(always)]`.
pub trait FromWords<S: BaseDraw, const N: usize, const K: usize, const M: usize> {
    /// The function.
    fn numbers(words: [S::Word; N], numbers: [S; K]) -> [S; M];
}

/// How numbers are made from random bits, in one format.
///
/// A [`Word`](Self::Word) is as wide as the number, so that words and numbers fill the same vectors. One random word is
/// 32 bits in its lower end; `bits` are random throughout.
pub trait BaseDraw: Sized {
    /// `u32` for `f32`, `u64` for `f64`.
    type Word: Copy + Send + Sync + Default + std::fmt::Debug + 'static;
    /// Words for one number.
    const WORDS: usize;

    /// A random word.
    fn word(bits: u64) -> Self::Word;
    /// The bits made of two words; of the first alone if `WORDS` is 1.
    fn join(first: Self::Word, second: Self::Word) -> Self::Word;
    /// Uniform on (0, 1), exclusive.
    fn uniform(bits: Self::Word) -> Self;
    /// Uniform on (0, 1], unbiased to the last place, and near 0 as dense as the bits are: from 2⁻³³ (`f32`) or 2⁻⁵³
    /// (`f64`) on.
    fn fraction(bits: Self::Word) -> Self;
    /// Uniform on (0, ½], as dense near 0, and a side.
    fn sided(bits: Self::Word) -> (Self, bool);
    /// Exponential with mean 1, positive and finite.
    fn exponential(bits: Self::Word) -> Self;
    /// The angle `2π bits / 2^w`, `w` the number of bits, as `r + n π/2`: returns `r` within `[-π/4, π/4]`, and bits 0
    /// and 1 of `n`.
    fn angle(bits: Self::Word) -> (Self, bool, bool);
    /// Bits for radius, angle and two acceptances, for two attempts of a gamma draw.
    fn attempts(block: [Self::Word; 4]) -> [Self::Word; 4];
    /// A number in [0, 1], uniform and unbiased to the last place of the format.
    fn acceptance(bits: Self::Word) -> Self;
}

impl BaseDraw for f32 {
    type Word = u32;
    const WORDS: usize = 1;

    #[inline(always)]
    fn word(bits: u64) -> u32 {
        bits as u32
    }
    #[inline(always)]
    fn join(first: u32, _: u32) -> u32 {
        first
    }
    #[inline(always)]
    fn uniform(bits: u32) -> Self {
        uniform::single(bits)
    }
    #[inline(always)]
    fn fraction(bits: u32) -> Self {
        (bits as f32 + 0.5) * (1.0 / 4294967296.0)
    }
    #[inline(always)]
    fn sided(bits: u32) -> (Self, bool) {
        (((bits << 1) as f32 + 1.0) * (1.0 / 8589934592.0), bits >> 31 == 1)
    }
    #[inline(always)]
    fn exponential(bits: u32) -> Self {
        exponential::single(bits)
    }
    #[inline(always)]
    fn angle(bits: u32) -> (Self, bool, bool) {
        normal::angle_single(bits)
    }
    #[inline(always)]
    fn attempts(block: [u32; 4]) -> [u32; 4] {
        block
    }
    #[inline(always)]
    fn acceptance(bits: u32) -> Self {
        Self::fraction(bits)
    }
}

impl BaseDraw for f64 {
    type Word = u64;
    const WORDS: usize = 2;

    #[inline(always)]
    fn word(bits: u64) -> u64 {
        bits
    }
    #[inline(always)]
    fn join(first: u64, second: u64) -> u64 {
        (first << 32) | second
    }
    #[inline(always)]
    fn uniform(bits: u64) -> Self {
        uniform::double(bits)
    }
    #[inline(always)]
    fn fraction(bits: u64) -> Self {
        uniform::double(bits)
    }
    #[inline(always)]
    fn sided(bits: u64) -> (Self, bool) {
        (0.5 * uniform::double(bits << 1), bits >> 63 == 1)
    }
    #[inline(always)]
    fn exponential(bits: u64) -> Self {
        exponential::double(bits)
    }
    #[inline(always)]
    fn angle(bits: u64) -> (Self, bool, bool) {
        normal::angle_double(bits)
    }
    #[inline(always)]
    fn attempts([w0, w1, w2, w3]: [u64; 4]) -> [u64; 4] {
        const LEADING: u64 = 0xffff_fff0;
        // The low four bits of the last three words lengthen the radius; the bit after the last is the middle of its step.
        let radius = (w0 << 32) | ((w1 & 15) << 28) | ((w2 & 15) << 24) | ((w3 & 15) << 20) | (1 << 19);
        [radius, (w1 & LEADING) << 32, w2 & LEADING, w3 & LEADING]
    }
    #[inline(always)]
    fn acceptance(bits: u64) -> Self {
        (bits as u32 as f64 + 8.0) * (1.0 / 4294967296.0)
    }
}
