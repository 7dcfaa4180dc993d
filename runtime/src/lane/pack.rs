//! The one implementation of [`Lane`]: plain loops over an array.
//!
//! Every operation is a loop of `W` equal steps without a branch or a call. Inlined into a function that is compiled for
//! a vector extension, the loops become single instructions and the arrays registers; inlined anywhere else, they are the
//! same IEEE operations one after another, so the bits are the same. That is why everything is `#[inline(always)]` and why
//! an elementary function is one loop, and not a loop for each of its steps: the loop vectoriser sees all of it at once.

use std::array;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::mask::MaskPack;
use super::{Lane, Mask, Scalar};
use crate::draw::{FromWords, Key, philox};
use crate::math;

/// Elementary functions, without a closure: one that is not inlined would not be compiled for vectors.
macro_rules! functions {
    ($($name:ident)*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            let mut out = self;
            for lane in 0..W {
                out.0[lane] = math::$name(self.0[lane]);
            }
            out
        }
    )*};
}

/// The same, with a second function for rare arguments that the first cannot take.
macro_rules! functions_with_exceptions {
    ($($name:ident, $is_rare:ident => $rare:ident;)*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            let mut out = self;
            for lane in 0..W {
                out.0[lane] = math::$name(self.0[lane]);
            }
            if self.compare(self, |x, _| math::$is_rare(x)).any() {
                return replace(&self, &out, math::$is_rare, math::$rare);
            }
            out
        }
    )*};
}

#[cold]
#[inline(never)]
fn replace<T: Scalar, const W: usize>(
    arguments: &Pack<T, W>,
    results: &Pack<T, W>,
    is_rare: fn(T) -> bool,
    rare: fn(T) -> T,
) -> Pack<T, W> {
    Pack(array::from_fn(|lane| {
        let argument = arguments.0[lane];
        if is_rare(argument) { rare(argument) } else { results.0[lane] }
    }))
}

/// `W` consecutive samples' values of one quantity.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Pack<T, const W: usize>([T; W]);

impl<T: Scalar, const W: usize> Default for Pack<T, W> {
    #[inline(always)]
    fn default() -> Self {
        Self([T::ZERO; W])
    }
}

impl<T: Scalar, const W: usize> Lane for Pack<T, W> {
    type Scalar = T;
    type Mask = MaskPack<W>;
    type Words = [T::Word; W];
    const WIDTH: usize = W;

    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; W])
    }

    #[inline(always)]
    fn from_fn(entry: impl FnMut(usize) -> T) -> Self {
        Self(array::from_fn(entry))
    }

    #[inline(always)]
    fn load(values: &[T]) -> Self {
        let mut out = [T::ZERO; W];
        out.copy_from_slice(&values[..W]);
        Self(out)
    }

    #[inline(always)]
    fn store(self, out: &mut [T]) {
        out[..W].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn extract(self, lane: usize) -> T {
        self.0[lane]
    }

    #[inline(always)]
    fn map(self, operation: impl Fn(T) -> T) -> Self {
        let mut out = self;
        for lane in 0..W {
            out.0[lane] = operation(self.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(T, T) -> T) -> Self {
        let mut out = self;
        for lane in 0..W {
            out.0[lane] = operation(self.0[lane], other.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        let mut out = self;
        for lane in 0..W {
            out.0[lane] = self.0[lane].mul_add(factor.0[lane], summand.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn compare(self, other: Self, relation: impl Fn(T, T) -> bool) -> MaskPack<W> {
        let mut out = MaskPack([false; W]);
        for lane in 0..W {
            out.0[lane] = relation(self.0[lane], other.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn select(mask: MaskPack<W>, if_true: Self, if_false: Self) -> Self {
        let mut out = if_false;
        for lane in 0..W {
            out.0[lane] = math::select(mask.0[lane], if_true.0[lane], if_false.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn philox(key: Key, first_sample: u64, [c1, c2, c3]: [u64; 3]) -> [[T::Word; W]; 4] {
        let mut out = [[T::Word::default(); W]; 4];
        for lane in 0..W {
            let block = philox(key, [first_sample + lane as u64, c1, c2, c3]);
            for (words, word) in out.iter_mut().zip(block) {
                words[lane] = T::word(word);
            }
        }
        out
    }

    #[inline(always)]
    fn from_words<F, const N: usize, const K: usize, const M: usize>(
        words: [[T::Word; W]; N],
        packs: [Self; K],
    ) -> [Self; M]
    where
        F: FromWords<T, N, K, M>,
    {
        let mut out = [Self([T::ZERO; W]); M];
        for lane in 0..W {
            let mut bits = [T::Word::default(); N];
            for (bits, words) in bits.iter_mut().zip(&words) {
                *bits = words[lane];
            }
            let mut numbers = [T::ZERO; K];
            for (number, pack) in numbers.iter_mut().zip(&packs) {
                *number = pack.0[lane];
            }
            for (pack, number) in out.iter_mut().zip(F::numbers(bits, numbers)) {
                pack.0[lane] = number;
            }
        }
        out
    }

    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        let mut out = self;
        for lane in 0..W {
            out.0[lane] = math::powf(self.0[lane], exponent.0[lane]);
        }
        out
    }

    #[inline(always)]
    fn logistic(self) -> [Self; 3] {
        let mut out = [self; 3];
        for lane in 0..W {
            let [log, right, left] = math::logistic(self.0[lane]);
            out[0].0[lane] = log;
            out[1].0[lane] = right;
            out[2].0[lane] = left;
        }
        out
    }

    functions! { exp exp_m1 ln_1p atan sinh cosh tanh sigmoid log_sigmoid softplus }
    functions_with_exceptions! {
        ln, is_unusual => ln_any;
        sin, is_far => sin_far;
        cos, is_far => cos_far;
        tan, is_far => tan_far;
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Scalar, const W: usize> $trait for Pack<T, W> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, T::$method)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<T: Scalar, const W: usize> Neg for Pack<T, W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(T::neg)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mask;
    use super::*;

    type Quad = Pack<f64, 4>;

    #[test]
    fn arithmetic_is_lane_by_lane() {
        let a = Quad::load(&[1.0, -2.0, 0.5, 8.0]);
        let b = Quad::from_fn(|lane| lane as f64 + 1.0);
        assert_eq!((a + b).0, [2.0, 0.0, 3.5, 12.0]);
        assert_eq!((a - b).0, [0.0, -4.0, -2.5, 4.0]);
        assert_eq!((a * b).0, [1.0, -4.0, 1.5, 32.0]);
        assert_eq!((a / b).0, [1.0, -1.0, 0.5 / 3.0, 2.0]);
        assert_eq!((-a).0, [-1.0, 2.0, -0.5, -8.0]);
        assert_eq!(a.mul_add(b, Quad::constant(0.5)).0, [1.5, -3.5, 2.0, 32.5]);
    }

    #[test]
    fn powers_multiply_in_binary_order() {
        let x = Quad::load(&[2.0, -3.0, 0.1, 1.5]);
        assert_eq!(x.powi(0).0, [1.0; 4]);
        assert_eq!(x.powi(5).extract(1), -243.0);
        assert_eq!(x.powi(-3).extract(0), 0.125);
        let tenth = 0.1_f64;
        let (square, fourth) = (tenth * tenth, (tenth * tenth) * (tenth * tenth));
        assert_eq!(x.powi(7).extract(2), (tenth * square) * fourth);
    }

    #[test]
    fn selection_and_extrema() {
        let a = Quad::load(&[1.0, f64::NAN, 3.0, -1.0]);
        let b = Quad::load(&[2.0, 0.0, -3.0, f64::NAN]);
        let picked = Quad::select(a.lt(b), a, b);
        assert_eq!(picked.0[..3], [1.0, 0.0, -3.0]);
        assert_eq!(a.minimum(b).0[..1], [1.0]);
        assert_eq!(a.maximum(b).0[2], 3.0);
        assert!([1, 3].iter().all(|&lane| a.minimum(b).0[lane].is_nan() && a.maximum(b).0[lane].is_nan()));
        assert!(a.ne(a).any() && !a.eq(a).all());
        assert_eq!(Quad::load(&[-2.0, 0.0, 5.0, -0.0]).sign().0, [-1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn loads_and_stores_a_prefix() {
        let pack = Pack::<f32, 2>::load(&[1.0, 2.0, 3.0]);
        let mut out = [9.0; 3];
        pack.store(&mut out);
        assert_eq!(out, [1.0, 2.0, 9.0]);
    }
}
