//! Runs generic code with the widest pack of the processor.
//!
//! The only unsafe code of this crate: calling a function compiled for a vector extension, after asking the processor
//! for it (the standard library caches the answer).

use super::{Lane, Scalar};

/// Code that is generic over the pack.
///
/// [`run`](Self::run) must be `#[inline(always)]`, and so must everything it calls for each sample: what is inlined is
/// compiled for the vector extension, what is not is slow.
pub trait Kernel<S: Scalar> {
    /// What it returns.
    type Output;
    /// Does the work with packs of type `L`.
    fn run<L: Lane<Scalar = S>>(self) -> Self::Output;
}

/// Width of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackWidth {
    /// Four `f32`, two `f64`.
    Bits128,
    /// Eight `f32`, four `f64`.
    Bits256,
    /// Sixteen `f32`, eight `f64`.
    Bits512,
}

impl PackWidth {
    /// The widest pack for which the processor has instructions: 512 bits with AVX-512 (F, DQ, VL, BW), 256 bits with
    /// AVX2 and FMA, otherwise 128 bits.
    #[must_use]
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let foundation = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
            if fma && foundation && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw") {
                return Self::Bits512;
            }
            if fma {
                return Self::Bits256;
            }
        }
        Self::Bits128
    }
}

/// Runs `kernel` with packs as wide as the processor has instructions for, and not wider than `width`.
///
/// The result is the same to the bit for every width if the kernel treats each sample by itself. Where there is no fused
/// multiply-add instruction (x86-64 without FMA) the C library's function stands in for it: slower, with the same bits.
#[inline]
pub fn dispatch<S: Scalar, K: Kernel<S>>(width: Option<PackWidth>, kernel: K) -> K::Output {
    let widest = PackWidth::widest();
    match width.map_or(widest, |width| width.min(widest)) {
        // SAFETY: `widest` is 512 bits only if the processor has all the features that `wide` enables.
        #[cfg(target_arch = "x86_64")]
        PackWidth::Bits512 => unsafe { wide(kernel) },
        // SAFETY: `widest` is 256 bits or more only if the processor has all the features that `medium` enables.
        #[cfg(target_arch = "x86_64")]
        PackWidth::Bits256 => unsafe { medium(kernel) },
        #[cfg(not(target_arch = "x86_64"))]
        PackWidth::Bits512 | PackWidth::Bits256 => kernel.run::<S::Narrow>(),
        PackWidth::Bits128 => kernel.run::<S::Narrow>(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn wide<S: Scalar, K: Kernel<S>>(kernel: K) -> K::Output {
    kernel.run::<S::Wide>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn medium<S: Scalar, K: Kernel<S>>(kernel: K) -> K::Output {
    kernel.run::<S::Medium>()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Width;

    impl<S: Scalar> Kernel<S> for Width {
        type Output = usize;
        fn run<L: Lane<Scalar = S>>(self) -> usize {
            L::WIDTH
        }
    }

    #[test]
    fn a_narrower_pack_can_be_asked_for() {
        assert_eq!(dispatch::<f32, _>(Some(PackWidth::Bits128), Width), 4);
        assert_eq!(dispatch::<f64, _>(Some(PackWidth::Bits128), Width), 2);
        for width in [PackWidth::Bits256, PackWidth::Bits512] {
            let single = dispatch::<f32, _>(Some(width), Width);
            assert!([4, 8, 16].contains(&single) && 32 % single == 0);
            assert_eq!(dispatch::<f64, _>(Some(width), Width) * 2, single);
        }
        assert_eq!(dispatch::<f64, _>(None, Width), dispatch::<f64, _>(Some(PackWidth::widest()), Width));
    }
}
