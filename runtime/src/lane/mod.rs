//! Packs of numbers, one for each of several consecutive samples, and the choice of a pack for the processor.
//!
//! Everything that runs once for each sample is written once, generic over a [`Lane`]; [`dispatch`] compiles it for packs
//! of several widths and picks one at run time. The estimates must not depend on the choice. So every operation here acts
//! on each sample by itself, and is either one IEEE operation (`+ − × ÷ √`, fused multiply-add) or a fixed sequence of
//! them and of integer operations: its bits are the same in a pack of any width on any processor. (The sign and payload
//! of a NaN are the exception; IEEE leaves them open.)

mod dispatch;
#[cfg(test)]
mod identity;
mod mask;
mod pack;
mod scalar;

use std::ops::{Add, Div, Mul, Neg, Sub};

pub use dispatch::{Kernel, PackWidth, dispatch};
pub use mask::Mask;
#[cfg(test)]
pub(crate) use pack::Pack;
pub use scalar::{Floats, Scalar};

use crate::draw::{FromWords, Key};
use crate::math::{Format, select};

/// One number for each of [`WIDTH`](Self::WIDTH) consecutive samples; 0 by default.
///
/// 32 is a multiple of every width that `dispatch` uses. The errors of the elementary functions are stated in units in
/// the last place (ulp) of the result, against the exact value. Arguments of any size are accepted, infinity and NaN too.
pub trait Lane:
    Copy
    + Send
    + Sync
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Type of the number.
    type Scalar: Scalar;
    /// One truth value for each sample.
    type Mask: Mask;
    /// One word of random bits for each sample.
    type Words: Copy + Send + Sync + 'static;
    /// How many samples there are.
    const WIDTH: usize;

    /// The same number for each sample.
    fn splat(value: Self::Scalar) -> Self;
    /// The number `entry(i)` for sample `i` of the pack.
    fn from_fn(entry: impl FnMut(usize) -> Self::Scalar) -> Self;
    /// The first `WIDTH` of `values`.
    ///
    /// # Panics
    /// If there are fewer.
    fn load(values: &[Self::Scalar]) -> Self;
    /// Writes to the first `WIDTH` places of `out`.
    ///
    /// # Panics
    /// If there are fewer.
    fn store(self, out: &mut [Self::Scalar]);
    /// The number of sample `lane` of the pack.
    ///
    /// # Panics
    /// If `lane` is not below `WIDTH`.
    fn extract(self, lane: usize) -> Self::Scalar;
    /// `operation` of each number. It must be small: a closure that is not inlined is not compiled for vectors.
    fn map(self, operation: impl Fn(Self::Scalar) -> Self::Scalar) -> Self;
    /// `operation` of each two numbers.
    fn zip(self, other: Self, operation: impl Fn(Self::Scalar, Self::Scalar) -> Self::Scalar) -> Self;
    /// `self * factor + summand`, rounded once.
    fn mul_add(self, factor: Self, summand: Self) -> Self;
    /// Whether `relation` holds, for each two numbers.
    fn compare(self, other: Self, relation: impl Fn(Self::Scalar, Self::Scalar) -> bool) -> Self::Mask;
    /// `if_true` where the mask is true, `if_false` elsewhere.
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self;
    /// A block of four random words for each sample: `philox(key, [first_sample + i, rest…])` for sample `i` of the pack.
    fn philox(key: Key, first_sample: u64, rest: [u64; 3]) -> [Self::Words; 4];
    /// Makes numbers from each sample's random words and other numbers.
    fn from_words<F, const N: usize, const K: usize, const M: usize>(
        words: [Self::Words; N],
        packs: [Self; K],
    ) -> [Self; M]
    where
        F: FromWords<Self::Scalar, N, K, M>;

    /// The nearest scalar to `value`, for each sample.
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self::splat(Self::Scalar::from_f64(value))
    }

    /// `self < other`; false for NaN, like the other comparisons except [`ne`](Self::ne).
    #[inline(always)]
    fn lt(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a < b)
    }
    /// `self <= other`
    #[inline(always)]
    fn le(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a <= b)
    }
    /// `self > other`
    #[inline(always)]
    fn gt(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a > b)
    }
    /// `self >= other`
    #[inline(always)]
    fn ge(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a >= b)
    }
    /// `self == other`
    #[inline(always)]
    fn eq(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a == b)
    }
    /// `self != other`
    #[inline(always)]
    fn ne(self, other: Self) -> Self::Mask {
        self.compare(other, |a, b| a != b)
    }

    /// The smaller number; NaN if either is.
    #[inline(always)]
    fn minimum(self, other: Self) -> Self {
        self.zip(other, |a, b| select((a < b) | a.is_nan(), a, b))
    }
    /// The larger number; NaN if either is.
    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        self.zip(other, |a, b| select((a > b) | a.is_nan(), a, b))
    }
    /// The absolute value.
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(Scalar::abs)
    }
    /// The sign: -1, 0 or 1; NaN for NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let (zero, one) = (Self::Scalar::ZERO, Self::Scalar::ONE);
        self.map(|x| select(x > zero, one, select(x < zero, -one, x * zero)))
    }
    /// The square root, correctly rounded; NaN below 0.
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(Scalar::sqrt)
    }
    /// `1 / self`, correctly rounded.
    #[inline(always)]
    fn recip(self) -> Self {
        self.map(|x| Self::Scalar::ONE / x)
    }
    /// The power of a whole exponent, by repeated multiplication: the squares `x, x², x⁴, …` that make up the exponent
    /// are multiplied from the lowest to the highest. A negative one gives the reciprocal of the positive power.
    #[inline(always)]
    fn powi(self, exponent: i32) -> Self {
        let mut square = self;
        let mut result = Self::splat(Self::Scalar::ONE);
        let mut first = true;
        let mut rest = exponent.unsigned_abs();
        while rest > 0 {
            if rest & 1 == 1 {
                result = if first { square } else { result * square };
                first = false;
            }
            rest >>= 1;
            if rest > 0 {
                square = square * square;
            }
        }
        if exponent < 0 { result.recip() } else { result }
    }
    /// `self^exponent`: error at most 0.51 ulp in `f32`, and `2 + |ln result| / 16` ulp in `f64`.
    ///
    /// Special cases are those of IEEE 754 `pow`: among them NaN for a negative base unless the exponent is whole, and
    /// 1 for the exponent 0.
    fn powf(self, exponent: Self) -> Self;

    /// `e^x`: error at most 1.25 ulp; 0 where the result is below 3/2 of the smallest normal number.
    fn exp(self) -> Self;
    /// `e^x - 1`: error at most 2 ulp, near 0 too.
    fn exp_m1(self) -> Self;
    /// The natural logarithm: error at most 1.5 ulp; minus infinity at 0 and NaN below.
    fn ln(self) -> Self;
    /// `ln(1 + x)`: error at most 2 ulp, near 0 too; minus infinity at -1 and NaN below.
    fn ln_1p(self) -> Self;
    /// The sine of any angle: error at most 2 ulp.
    fn sin(self) -> Self;
    /// The cosine of any angle: error at most 2 ulp.
    fn cos(self) -> Self;
    /// The tangent of any angle: error at most 3 ulp.
    fn tan(self) -> Self;
    /// The inverse tangent: error at most 2 ulp.
    fn atan(self) -> Self;
    /// The hyperbolic sine: error at most 2 ulp.
    fn sinh(self) -> Self;
    /// The hyperbolic cosine: error at most 1.5 ulp.
    fn cosh(self) -> Self;
    /// The hyperbolic tangent: error at most 3 ulp.
    fn tanh(self) -> Self;
    /// `σ(x) = 1 / (1 + e^{-x})`: error at most 3 ulp; 0 where the result is below 3/2 of the smallest normal number.
    fn sigmoid(self) -> Self;
    /// `ln σ(x)`, `σ(x)` and `σ(-x)`: the same bits as one by one, at the price of little more than one.
    fn logistic(self) -> [Self; 3];
    /// `ln σ(x)`: error at most 2 ulp; 0 where `e^{-x}` is below 3/2 of the smallest normal number.
    fn log_sigmoid(self) -> Self;
    /// `ln(1 + e^x)`: error at most 2 ulp; 0 where `e^x` is below 3/2 of the smallest normal number.
    fn softplus(self) -> Self;
}
