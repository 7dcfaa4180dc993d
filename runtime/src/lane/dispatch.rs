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

/// Width of the vectors that a pack is made of.
///
/// A pack can be two vectors: twice the independent work hides half of the latency, and a loop of 16 steps is left to the
/// loop vectoriser, where one of 4 or 8 is unrolled before it is seen, and then vectorised less well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackWidth {
    /// Packs of 4 `f32` or 2 `f64`.
    Bits128,
    /// Packs of 16 `f32` or 8 `f64`, two vectors each.
    Bits256,
    /// Packs of 16 `f32`, one vector, or 16 `f64`, two vectors.
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

/// A local of a function that makes the compiler align the function's stack to whole cache lines.
///
/// Without one, vectors that do not fit in registers are put on a stack that is aligned to 16 bytes: three times in four each
/// lies across two cache lines, and in one process of three one lies across two pages, which takes half as long again for
/// the sample loop of a gamma law.
#[cfg(target_arch = "x86_64")]
#[repr(align(64))]
struct Aligned(#[expect(dead_code, reason = "only its place matters")] u8);

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn wide<S: Scalar, K: Kernel<S>>(kernel: K) -> K::Output {
    let aligned = Aligned(0);
    std::hint::black_box(&aligned);
    kernel.run::<S::Wide>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn medium<S: Scalar, K: Kernel<S>>(kernel: K) -> K::Output {
    let aligned = Aligned(0);
    std::hint::black_box(&aligned);
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
        let packs = [(PackWidth::Bits128, 4, 2), (PackWidth::Bits256, 16, 8), (PackWidth::Bits512, 16, 16)];
        for (width, single, double) in packs.into_iter().filter(|&(width, ..)| width <= PackWidth::widest()) {
            assert_eq!(dispatch::<f32, _>(Some(width), Width), single);
            assert_eq!(dispatch::<f64, _>(Some(width), Width), double);
        }
        assert_eq!(dispatch::<f64, _>(None, Width), dispatch::<f64, _>(Some(PackWidth::Bits512), Width));
    }
}
