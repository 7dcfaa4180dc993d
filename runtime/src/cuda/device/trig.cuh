// Sine, cosine and tangent, with the algorithms and the bits of `math/trig.rs` and `math/reduction.rs`.
#pragma once

#include "exp.cuh"

namespace logphi {

// 128 bits, the lower half first.
struct Wide {
    u64 low, high;
};

LOGPHI_INLINE Wide negated(Wide x) {
    const u64 low = 0 - x.low;
    return {low, ~x.high + (low == 0 ? 1 : 0)};
}

// The nearest `f64` to a number of 128 bits without sign, ties to even.
LOGPHI_INLINE double nearest(Wide x) {
    if (x.high == 0) return static_cast<double>(x.low);
    const int shift = __clzll(static_cast<i64>(x.high));
    const u64 top = shift == 0 ? x.high : (x.high << shift) | (x.low >> (64 - shift));
    const u64 rest = shift == 0 ? x.low : x.low << shift;
    // What is cut off matters only by not being zero: 64 bits are more than the two beyond the mantissa.
    const double leading = static_cast<double>(top | (rest != 0 ? 1 : 0));
    return leading * from_bits<double>(static_cast<u64>(1023 + 64 - shift) << 52);
}

// A number `m 2^k < 2^128` with whole `m` and `k >= 0`, or one below 2^64, as 128 bits.
LOGPHI_INLINE Wide widened(double x) {
    const u64 bits = to_bits(x);
    const int exponent = static_cast<int>(bits >> 52) - 1075;
    const u64 mantissa = (bits & ((1ull << 52) - 1)) | (1ull << 52);
    if (exponent <= -53) return {0, 0};
    if (exponent <= 0) return {mantissa >> -exponent, 0};
    if (exponent >= 64) return {0, mantissa << (exponent - 64)};
    return {mantissa << exponent, mantissa >> (64 - exponent)};
}

// Digits of `2/π` after 64 zeros: bit 63 of word 1 counts `1/2`.
static __device__ const u64 TWO_OVER_PI[20] = {
    0ull, 0xa2f9836e4e441529ull, 0xfc2757d1f534ddc0ull, 0xdb6295993c439041ull,
    0xfe5163abdebbc561ull, 0xb7246e3a424dd2e0ull, 0x06492eea09d1921cull, 0xfe1deb1cb129a73eull,
    0xe88235f52ebb4484ull, 0xe99c7026b45f7e41ull, 0x3991d639835339f4ull, 0x9c845f8bbdf9283bull,
    0x1ff897ffde05980full, 0xef2f118b5a0a6d1full, 0x6d367ecf27cb09b7ull, 0x4f463f669e5fea2dull,
    0x7527bac7ebe5f17bull, 0x3d0739f78a5292eaull, 0x6bfb5fb11f8d5d08ull, 0x56033046fc7b6babull,
};

// `(r, t)` with `x = n π/2 + r`, `|r| <= π/4` and `t = magic + (n mod 4)`, for `|x| > 1`; NaN for infinity. (Payne and
// Hanek; see `math/reduction.rs`.)
LOGPHI_INLINE Reduced<double> reduce_far(double x) {
    const u64 magnitude = to_bits(x) & ~(1ull << 63);
    if (magnitude >= Format<double>::INFINITE) return {not_a_number<double>(), Format<double>::MAGIC};
    const u64 mantissa = (magnitude & ((1ull << 52) - 1)) | (1ull << 52);
    const int first = static_cast<int>(magnitude >> 52) - 1075 - 1 + 63;
    const int start = first / 64, shift = first % 64;
    u64 word[3];
#pragma unroll
    for (int index = 0; index < 3; index++) {
        const u64 upper = TWO_OVER_PI[start + index], lower = TWO_OVER_PI[start + index + 1];
        word[index] = shift == 0 ? upper : (upper << shift) | (lower >> (64 - shift));
    }
    // The product modulo 2^192, that is modulo 4 in units of π/2.
    const u64 low = mantissa * word[2];
    const u64 carried = __umul64hi(mantissa, word[2]);
    const u64 middle = mantissa * word[1] + carried;
    const u64 carry = __umul64hi(mantissa, word[1]) + (middle < carried ? 1 : 0);
    const u64 high = mantissa * word[0] + carry;
    // The two leading bits are the quadrant; the others, read as a signed number, are the nearest remainder.
    const Wide fraction = {(middle << 2) | (low >> 62), (high << 2) | (middle >> 62)};
    const bool negative = (fraction.high >> 63) != 0;
    int quadrant = static_cast<int>(high >> 62) + (negative ? 1 : 0);
    const Wide size = negative ? negated(fraction) : fraction;
    const double rounded = nearest(size);
    Wide whole = widened(rounded);
    // 2^127 is no signed number of 128 bits: the largest one stands for it.
    if (!negative && (whole.high >> 63) != 0) whole = {~0ull, ~0ull >> 1};
    const Wide difference = {size.low - whole.low, size.high - whole.high - (size.low < whole.low ? 1 : 0)};
    const bool below = (difference.high >> 63) != 0;
    const double rest = nearest(below ? negated(difference) : difference);
    const double leading = negative ? -rounded : rounded;
    const double trailing = below != negative ? -rest : rest;
    const double unit = 2.938735877055719e-39; // 2^-128
    const double half_pi = 1.5707963267948966 * unit, remainder = 6.123233995736766e-17 * unit;
    const double r = mul_add(leading, half_pi, mul_add(leading, remainder, trailing * half_pi));
    quadrant = x < 0.0 ? -quadrant : quadrant;
    return {x < 0.0 ? -r : r, Format<double>::MAGIC + static_cast<double>(quadrant)};
}

// Whether the magnitude of an angle is beyond what `reduce_angle` takes.
template <class S> LOGPHI_INLINE bool is_far(S x) { return abs(x) > (Format<S>::SINGLE ? S(1e5) : S(1e6)); }

// `(r, t)` with `x = n π/2 + r` and `t = magic + n`, for an angle that is not far.
template <class S> LOGPHI_INLINE Reduced<S> reduce_angle(S x) {
    constexpr bool SINGLE = Format<S>::SINGLE;
    const S first = SINGLE ? S(1.5707963705062866) : S(1.5707963267948966);
    const S second = SINGLE ? S(-4.371138828673793e-08) : S(6.123233995736766e-17);
    const S third = SINGLE ? S(-1.7151245100058819e-15) : S(-1.4973849048591698e-33);
    const S magic = S(Format<S>::MAGIC);
    const S t = mul_add(x, S(0.6366197723675814), magic);
    const S n = magic - t;
    const S r = mul_add(n, second, mul_add(n, first, x));
    return {mul_add(n, third, r), t};
}

LOGPHI_INLINE float sine_tail(float square) {
    return polynomial(square, -0.16666654591374946, 0.008332159587038753, -0.00019515120522197525);
}
LOGPHI_INLINE double sine_tail(double square) {
    return polynomial(square, -0.1666666666666663, 0.00833333333332209, -0.00019841269829566117, 2.7557313612970315e-06,
                      -2.5050746402306718e-08, 1.5896148930607972e-10);
}
LOGPHI_INLINE float cosine_tail(float square) {
    return polynomial(square, 0.04166664683683435, -0.001388736600134706, 2.4438271334051824e-05);
}
LOGPHI_INLINE double cosine_tail(double square) {
    return polynomial(square, 0.0416666666666666, -0.00138888888888741, 2.4801587289467714e-05, -2.755731434796604e-07,
                      2.087572265589138e-09, -1.1359614678209486e-11);
}

template <class S> struct SinCos {
    S sine, cosine;
};

// Sine and cosine of an angle within `[-π/4, π/4]`.
template <class S> LOGPHI_INLINE SinCos<S> sin_cos_within(S r) {
    const S square = r * r;
    return {mul_add(sine_tail(square), square * r, r), mul_add(mul_add(cosine_tail(square), square, S(-0.5)), square, S(1))};
}

// Sine, cosine and tangent of `r + n π/2`, the low bits of `t` being n.
template <class S> LOGPHI_INLINE S sin_of(S r, S t) {
    const auto at = sin_cos_within(r);
    return negate_if(select(has_bit(t, 0), at.cosine, at.sine), has_bit(t, 1));
}
template <class S> LOGPHI_INLINE S cos_of(S r, S t) {
    const auto at = sin_cos_within(r);
    return negate_if(select(has_bit(t, 0), at.sine, at.cosine), has_bit(t, 0) != has_bit(t, 1));
}
template <class S> LOGPHI_INLINE S tan_of(S r, S t) {
    const auto at = sin_cos_within(r);
    return select(has_bit(t, 0), -at.cosine, at.sine) / select(has_bit(t, 0), at.sine, at.cosine);
}

template <class S> LOGPHI_INLINE S sin(S x) {
    if (is_far(x)) {
        const auto far = reduce_far(static_cast<double>(x));
        return static_cast<S>(sin_of(far.r, far.t));
    }
    const auto reduced = reduce_angle(x);
    return select(x == S(0), x, sin_of(reduced.r, reduced.t));
}

template <class S> LOGPHI_INLINE S cos(S x) {
    if (is_far(x)) {
        const auto far = reduce_far(static_cast<double>(x));
        return static_cast<S>(cos_of(far.r, far.t));
    }
    const auto reduced = reduce_angle(x);
    return cos_of(reduced.r, reduced.t);
}

template <class S> LOGPHI_INLINE S tan(S x) {
    if (is_far(x)) {
        const auto far = reduce_far(static_cast<double>(x));
        return static_cast<S>(tan_of(far.r, far.t));
    }
    const auto reduced = reduce_angle(x);
    return select(x == S(0), x, tan_of(reduced.r, reduced.t));
}

} // namespace logphi
