// The two formats, and the operations of which everything else is made: each is one IEEE operation or works on bits, so
// that results are the same on a processor and on a device. Text that must give the same bits uses no others; a compiler
// must not contract `a * b + c` (`--fmad=false`).
#pragma once

#include "array.cuh"

namespace logphi {

template <class S> struct Format;

template <> struct Format<float> {
    using Bits = u32;
    using Signed = i32;
    static constexpr bool SINGLE = true;
    // Words of 32 bits for one number.
    static constexpr int WORDS = 1;
    static constexpr int MANTISSA = 23;
    static constexpr i32 BIAS = 127;
    static constexpr u32 ROOT_HALF = 0x3f3504f3u;
    // 3/2 · 2^m: adding it rounds to a whole number, which then stands in the low bits.
    static constexpr double MAGIC = 12582912.0;
    static constexpr double EPSILON = 1.1920928955078125e-07;
    static constexpr double MIN_POSITIVE = 1.1754943508222875e-38;
    static constexpr u32 INFINITE = 0x7f800000u;
    static constexpr u32 QUIET = 0x7fc00000u;
};

template <> struct Format<double> {
    using Bits = u64;
    using Signed = i64;
    static constexpr bool SINGLE = false;
    static constexpr int WORDS = 2;
    static constexpr int MANTISSA = 52;
    static constexpr i32 BIAS = 1023;
    static constexpr u64 ROOT_HALF = 0x3fe6a09e667f3bcdull;
    static constexpr double MAGIC = 6755399441055744.0;
    static constexpr double EPSILON = 2.220446049250313e-16;
    static constexpr double MIN_POSITIVE = 2.2250738585072014e-308;
    static constexpr u64 INFINITE = 0x7ff0000000000000ull;
    static constexpr u64 QUIET = 0x7ff8000000000000ull;
};

template <class S> using Bits = typename Format<S>::Bits;

LOGPHI_INLINE u32 to_bits(float x) { return __float_as_uint(x); }
LOGPHI_INLINE u64 to_bits(double x) { return static_cast<u64>(__double_as_longlong(x)); }
template <class S> LOGPHI_INLINE S from_bits(Bits<S> bits);
template <> LOGPHI_INLINE float from_bits<float>(u32 bits) { return __uint_as_float(bits); }
template <> LOGPHI_INLINE double from_bits<double>(u64 bits) { return __longlong_as_double(static_cast<i64>(bits)); }

template <class S> LOGPHI_INLINE S infinity() { return from_bits<S>(Format<S>::INFINITE); }
template <class S> LOGPHI_INLINE S not_a_number() { return from_bits<S>(Format<S>::QUIET); }

// `x * factor + summand`, rounded once.
LOGPHI_INLINE float mul_add(float x, float factor, float summand) { return ::fmaf(x, factor, summand); }
LOGPHI_INLINE double mul_add(double x, double factor, double summand) { return ::fma(x, factor, summand); }

LOGPHI_INLINE float floor(float x) { return ::floorf(x); }
LOGPHI_INLINE double floor(double x) { return ::floor(x); }
#ifdef LOGPHI_FAST
LOGPHI_INLINE float sqrt(float x) { return ::sqrtf(x); }
#else
LOGPHI_INLINE float sqrt(float x) { return __fsqrt_rn(x); }
#endif
LOGPHI_INLINE double sqrt(double x) { return __dsqrt_rn(x); }

template <class S> LOGPHI_INLINE S recip(S x) { return S(1) / x; }
template <class S> LOGPHI_INLINE bool is_nan(S x) { return x != x; }

template <class S> LOGPHI_INLINE S select(bool choice, S if_true, S if_false) { return choice ? if_true : if_false; }

template <class S> LOGPHI_INLINE S abs(S x) {
    return from_bits<S>(to_bits(x) & ~(Bits<S>(1) << (8 * sizeof(S) - 1)));
}

template <class S> LOGPHI_INLINE S copysign(S x, S sign) {
    constexpr Bits<S> SIGN = Bits<S>(1) << (8 * sizeof(S) - 1);
    return from_bits<S>((to_bits(x) & ~SIGN) | (to_bits(sign) & SIGN));
}

// The sign: -1, 0 or 1; NaN for NaN.
template <class S> LOGPHI_INLINE S sign(S x) {
    return select(x > S(0), S(1), select(x < S(0), S(-1), x * S(0)));
}

// The smaller and the larger number; NaN if either is.
template <class S> LOGPHI_INLINE S minimum(S a, S b) { return select((a < b) | is_nan(a), a, b); }
template <class S> LOGPHI_INLINE S maximum(S a, S b) { return select((a > b) | is_nan(a), a, b); }

// `x` pulled into `[low, high]`; NaN stays.
template <class S> LOGPHI_INLINE S clamp(S x, S low, S high) {
    x = select(x > high, high, x);
    return select(x < low, low, x);
}

// The power of a whole exponent, by repeated multiplication, from the lowest square to the highest.
template <class S> LOGPHI_INLINE S powi(S x, int exponent) {
    S square = x;
    S result = S(1);
    bool first = true;
    u32 rest = exponent < 0 ? 0u - static_cast<u32>(exponent) : static_cast<u32>(exponent);
    while (rest > 0) {
        if (rest & 1) {
            result = first ? square : result * square;
            first = false;
        }
        rest >>= 1;
        if (rest > 0) square = square * square;
    }
    return exponent < 0 ? recip(result) : result;
}

// For `x = magic + k`: 2^{k - bias}; 0 for k = 0 and infinity for the largest k.
template <class S> LOGPHI_INLINE S power_of_two(S x) { return from_bits<S>(to_bits(x) << Format<S>::MANTISSA); }

template <class S> struct Split {
    S exponent, mantissa;
};

// `x = 2^e · m` with `√½ <= m < √2`, for positive normal numbers; anything for others.
template <class S> LOGPHI_INLINE Split<S> split(S x) {
    using F = Format<S>;
    const auto exponent = static_cast<typename F::Signed>(to_bits(x) - F::ROOT_HALF) >> F::MANTISSA;
    const auto mantissa = to_bits(x) - (static_cast<Bits<S>>(exponent) << F::MANTISSA);
    return {static_cast<S>(exponent), from_bits<S>(mantissa)};
}

// `2^{-e}` of `split`; 0 instead of subnormal numbers.
template <class S> LOGPHI_INLINE S inverse_scale(S x) {
    using F = Format<S>;
    const auto exponent = static_cast<typename F::Signed>(to_bits(x) - F::ROOT_HALF) >> F::MANTISSA;
    const auto field = F::BIAS - exponent > 0 ? F::BIAS - exponent : 0;
    return from_bits<S>(static_cast<Bits<S>>(field) << F::MANTISSA);
}

// For `x = magic + k`: whether bit `index` of k, in two's complement, is set.
template <class S> LOGPHI_INLINE bool has_bit(S x, int index) { return (to_bits(x) >> index) & 1; }

template <class S> LOGPHI_INLINE S negate_if(S x, bool negate) {
    return from_bits<S>(to_bits(x) ^ (static_cast<Bits<S>>(negate) << (8 * sizeof(S) - 1)));
}

// `Σ_k coefficients[k] x^k` by Horner's rule with fused multiply-adds; from eight coefficients on, the even and the odd
// ones apart. The coefficients are rounded to the format when the text is compiled.
template <class S, class... C> LOGPHI_INLINE S polynomial(S x, C... rest) {
    constexpr int N = sizeof...(C);
    const S coefficients[N] = {static_cast<S>(rest)...};
    S sum = coefficients[N - 1];
    if (N < 8) {
#pragma unroll
        for (int index = N - 2; index >= 0; index--) sum = mul_add(sum, x, coefficients[index]);
        return sum;
    }
    const S square = x * x;
    S other = coefficients[N >= 2 ? N - 2 : 0];
#pragma unroll
    for (int index = N - 3; index >= 0; index--) {
        const S next = mul_add(sum, square, coefficients[index]);
        sum = other;
        other = next;
    }
    return mul_add(sum, x, other);
}

} // namespace logphi
