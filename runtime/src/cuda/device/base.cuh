// How numbers are made from random bits, in each format: the bits of `draw/uniform.rs`, `exponential.rs`, `normal.rs` and
// of `BaseDraw`. Words have 32 bits; the bits of a number are one word (`f32`) or two (`f64`).
#pragma once

#include "math.cuh"
#include "philox.cuh"

namespace logphi {

template <class S> LOGPHI_INLINE Bits<S> join(u32 first, u32 second);
template <> LOGPHI_INLINE u32 join<float>(u32 first, u32) { return first; }
template <> LOGPHI_INLINE u64 join<double>(u32 first, u32 second) { return (static_cast<u64>(first) << 32) | second; }

// Uniform on (0, 1), exclusive.
LOGPHI_INLINE float uniform_from(u32 bits) { return from_bits<float>((bits >> 9) | 0x3f800000u) - 0.99999994f; }
LOGPHI_INLINE double uniform_from(u64 bits) {
    return from_bits<double>((bits >> 12) | 0x3ff0000000000000ull) - 0.9999999999999999;
}

// Uniform on (0, 1], unbiased to the last place.
LOGPHI_INLINE float fraction(u32 bits) { return (static_cast<float>(bits) + 0.5f) * 2.3283064365386963e-10f; }
LOGPHI_INLINE double fraction(u64 bits) { return uniform_from(bits); }

// Uniform on (0, ½], and a side.
LOGPHI_INLINE float sided(u32 bits, bool& negative) {
    negative = (bits >> 31) != 0;
    return (static_cast<float>(bits << 1) + 1.0f) * 1.1641532182693481e-10f;
}
LOGPHI_INLINE double sided(u64 bits, bool& negative) {
    negative = (bits >> 63) != 0;
    return 0.5 * uniform_from(bits << 1);
}

// A number in [0, 1], from a word in the lower 32 bits.
template <class S> LOGPHI_INLINE S acceptance(Bits<S> bits);
template <> LOGPHI_INLINE float acceptance<float>(u32 bits) { return fraction(bits); }
template <> LOGPHI_INLINE double acceptance<double>(u64 bits) {
    return (static_cast<double>(static_cast<u32>(bits)) + 8.0) * 2.3283064365386963e-10;
}

// Exponential with mean 1, positive and finite. In `f32` all 32 bits count near both ends, see `draw/exponential.rs`.
LOGPHI_INLINE float exponential_from(u32 bits) {
    const bool near_one = bits >= 0xb504f334u;
    const float steps = static_cast<float>(near_one ? ~bits : bits) + 0.5f;
    const auto parts = split(steps);
    const float e = select(near_one, 0.0f, parts.exponent - 32.0f);
    const float f = select(near_one, steps * -2.3283064365386963e-10f, parts.mantissa - 1.0f);
    return -ln_mantissa(e, f);
}
LOGPHI_INLINE double exponential_from(u64 bits) { return -ln_normal(uniform_from(bits)); }

template <class S> struct Angle {
    S within;
    bool odd, upper;
};

// The angle `2π bits / 2^w` as `r + n π/2`: `r` within `[-π/4, π/4]`, and bits 0 and 1 of n.
LOGPHI_INLINE Angle<float> angle(u32 bits) {
    const u32 quadrant = (bits + (1u << 29)) >> 30;
    const i32 within = static_cast<i32>(bits - (quadrant << 30));
    return {static_cast<float>(within) * static_cast<float>(6.283185307179586 / 4294967296.0), (quadrant & 1) == 1,
            (quadrant & 2) == 2};
}
LOGPHI_INLINE Angle<double> angle(u64 bits) {
    const u64 quadrant = (bits + (1ull << 61)) >> 62;
    const i64 within = static_cast<i64>(bits - (quadrant << 62));
    return {static_cast<double>(within) * (6.283185307179586 / 18446744073709551616.0), (quadrant & 1) == 1,
            (quadrant & 2) == 2};
}

template <class S> struct Pair {
    S first, second;
};

// Two independent standard normal numbers, the cosine first.
template <class S> LOGPHI_INLINE Pair<S> normal_pair(Bits<S> radius_bits, Bits<S> angle_bits) {
    const S radius = sqrt(S(2) * exponential_from(radius_bits));
    const auto at = angle(angle_bits);
    const auto values = sin_cos_within(at.within);
    const S across = select(at.odd, values.sine, values.cosine);
    const S along = select(at.odd, values.cosine, values.sine);
    return {radius * negate_if(across, at.odd != at.upper), radius * negate_if(along, at.upper)};
}

// Bits for radius, angle and two acceptances, for two attempts of a gamma draw.
template <class B> struct Attempts {
    B radius, angle, first, second;
};
template <class S> LOGPHI_INLINE Attempts<Bits<S>> attempts(Block block);
template <> LOGPHI_INLINE Attempts<u32> attempts<float>(Block block) { return {block.w0, block.w1, block.w2, block.w3}; }
template <> LOGPHI_INLINE Attempts<u64> attempts<double>(Block block) {
    // The low four bits of the last three words lengthen the radius; the bit after the last is the middle of its step.
    const u64 radius = (static_cast<u64>(block.w0) << 32) | (static_cast<u64>(block.w1 & 15) << 28) |
                       ((block.w2 & 15) << 24) | ((block.w3 & 15) << 20) | (1u << 19);
    return {radius, static_cast<u64>(block.w1 & 0xfffffff0u) << 32, block.w2 & 0xfffffff0u, block.w3 & 0xfffffff0u};
}

} // namespace logphi
