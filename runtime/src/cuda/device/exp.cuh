// `e^x` and `e^x - 1`, with the algorithm and the bits of `math/exp.rs`.
#pragma once

#include "format.cuh"

namespace logphi {

// `scale (e^r - 1 - r) / r²` for `|r| <= ½ ln 2` and a power of two `scale`.
template <int SCALE> LOGPHI_INLINE float exp_tail(float r) {
    constexpr double s = SCALE;
    return polynomial(r, s * 0.49999993412475624, s * 0.16666520108022026, s * 0.04166839421086965,
                      s * 0.008368780386266591, s * 0.001381446719661324);
}

template <int SCALE> LOGPHI_INLINE double exp_tail(double r) {
    constexpr double s = SCALE;
    return polynomial(r, s * 0.5000000000000011, s * 0.1666666666666641, s * 0.04166666666652919,
                      s * 0.008333333333495627, s * 0.0013888888943922716, s * 0.00019841269504755464,
                      s * 2.4801492762752072e-05, s * 2.7557587352055477e-06, s * 2.763037862765856e-07,
                      s * 2.499996198007019e-08);
}

// `ln 2` in two parts, the product of the first with a whole number being exact.
template <class S> struct Ln2 {
    static constexpr S HIGH = Format<S>::SINGLE ? S(0.693145751953125) : S(0.6931471805598903);
    static constexpr S LOW = Format<S>::SINGLE ? S(1.4286068203094173e-06) : S(5.497923018708371e-14);
};

template <class S> struct Reduced {
    S r, t;
};

// `(r, t)` with `x = n ln 2 + r` and `t = magic + n + offset`.
template <class S> LOGPHI_INLINE Reduced<S> reduce_exp(S x, i32 offset) {
    const S magic = static_cast<S>(Format<S>::MAGIC + static_cast<double>(offset));
    const S t = mul_add(x, S(1.4426950408889634), magic);
    const S n = t - magic;
    return {mul_add(-n, Ln2<S>::LOW, mul_add(-n, Ln2<S>::HIGH, x)), t};
}

// Arguments beyond which the result is 0 or infinite.
template <class S> struct ExpLimits {
    static constexpr double LOW = Format<S>::SINGLE ? -87.4 : -708.5;
    static constexpr double HIGH = Format<S>::SINGLE ? 89.0 : 710.0;
};

// `2 e^r` for `|r| <= ½ ln 2`.
template <class S> LOGPHI_INLINE S twice_exp(S r) { return mul_add(mul_add(exp_tail<2>(r), r, S(2)), r, S(2)); }

// `e^{x + correction}` for a correction so small that its square does not matter.
template <class S> LOGPHI_INLINE S exp_corrected(S x, S correction) {
    const auto reduced = reduce_exp(clamp(x, S(ExpLimits<S>::LOW), S(ExpLimits<S>::HIGH)), Format<S>::BIAS - 1);
    return twice_exp(reduced.r + correction) * power_of_two(reduced.t);
}

// `e^x`
template <class S> LOGPHI_INLINE S exp(S x) {
    const auto reduced = reduce_exp(clamp(x, S(ExpLimits<S>::LOW), S(ExpLimits<S>::HIGH)), Format<S>::BIAS - 1);
    return twice_exp(reduced.r) * power_of_two(reduced.t);
}

// `e^x / 2`, finite where `e^x` just is not; for `x >= 0`.
template <class S> LOGPHI_INLINE S half_exp(S x) {
    const auto reduced = reduce_exp(clamp(x, S(0), S(ExpLimits<S>::HIGH + 1.0)), Format<S>::BIAS - 2);
    return twice_exp(reduced.r) * power_of_two(reduced.t);
}

// `e^x - 1`
template <class S> LOGPHI_INLINE S exp_m1(S x) {
    // Below the lower limit the result rounds to -1.
    const S low = Format<S>::SINGLE ? S(-30.0) : S(-60.0);
    const auto reduced = reduce_exp(clamp(x, low, S(ExpLimits<S>::HIGH)), Format<S>::BIAS - 1);
    const S r = reduced.r;
    const S sum = mul_add(exp_tail<1>(r), r * r, r);
    const S scale = power_of_two(reduced.t);
    const S result = mul_add(sum, scale, scale - S(0.5)) * S(2);
    // Keeps subnormal numbers and the sign of 0.
    return select(abs(x) < S(Format<S>::EPSILON) * S(0.5), x, result);
}

#ifdef LOGPHI_FAST
LOGPHI_INLINE float exp(float x) { return __expf(x); }
#endif

} // namespace logphi
