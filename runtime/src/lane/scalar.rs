//! The two scalar types of the runtime.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Lane;
use super::pack::Pack;
use crate::draw::BaseDraw;
use crate::math::Format;

/// `f32` or `f64`: the number that a lane of a [`Lane`] pack holds.
///
/// The packs named here are those of `dispatch`.
pub trait Scalar:
    Copy
    + Send
    + Sync
    + PartialOrd
    + Default
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Format
    + BaseDraw
    + 'static
{
    /// The pack for vectors of 512 bits.
    type Wide: Lane<Scalar = Self>;
    /// The pack for vectors of 256 bits.
    type Medium: Lane<Scalar = Self>;
    /// The pack for vectors of 128 bits.
    type Narrow: Lane<Scalar = Self>;

    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// 1/2
    const HALF: Self;
    /// 2
    const TWO: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// A quiet NaN.
    const NAN: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;

    /// The nearest scalar, ties to even.
    fn from_f64(value: f64) -> Self;
    /// The numbers, with their type told at run time.
    fn floats(values: &[Self]) -> Floats<'_>;
    /// The same number as `f64`; exact.
    fn to_f64(self) -> f64;
    /// `self * factor + summand`, rounded once.
    fn mul_add(self, factor: Self, summand: Self) -> Self;
    /// The square root, correctly rounded; NaN below 0.
    fn sqrt(self) -> Self;
    /// The absolute value.
    fn abs(self) -> Self;
    /// The largest whole number that is not above `self`.
    fn floor(self) -> Self;
    /// The absolute value of `self` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
}

/// Numbers of either type, for code that is compiled once and not for each estimator.
#[derive(Clone, Copy, Debug)]
pub enum Floats<'a> {
    /// `f32`
    Single(&'a [f32]),
    /// `f64`
    Double(&'a [f64]),
}

impl Floats<'_> {
    /// Copies the numbers.
    pub(crate) fn widen(self, to: &mut [f64]) {
        match self {
            Floats::Single(from) => {
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = f64::from(from);
                }
            }
            Floats::Double(from) => to.copy_from_slice(from),
        }
    }
}

macro_rules! scalar {
    ($float:ident, $floats:ident, $wide:literal, $medium:literal, $narrow:literal) => {
        impl Scalar for $float {
            type Wide = Pack<Self, $wide>;
            type Medium = Pack<Self, $medium>;
            type Narrow = Pack<Self, $narrow>;

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const HALF: Self = 0.5;
            const TWO: Self = 2.0;
            const INFINITY: Self = Self::INFINITY;
            const NAN: Self = Self::NAN;
            const MIN_POSITIVE: Self = Self::MIN_POSITIVE;
            const EPSILON: Self = Self::EPSILON;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn floats(values: &[Self]) -> Floats<'_> {
                Floats::$floats(values)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                self.mul_add(factor, summand)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn floor(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.copysign(sign)
            }
        }
    };
}

scalar!(f32, Single, 16, 16, 4);
scalar!(f64, Double, 16, 8, 2);
