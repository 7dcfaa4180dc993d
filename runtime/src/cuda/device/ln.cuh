// `ln x` and `ln(1 + x)`, with the algorithm and the bits of `math/ln.rs`.
#pragma once

#include "exp.cuh"

namespace logphi {

// `(ln(1 + f) - f + f²/2) / f³` for `√½ <= 1 + f <= √2`.
LOGPHI_INLINE float ln_tail(float f) {
    return polynomial(f, 0.33333331706839175, -0.250008210310707, 0.20001226918843001, -0.16623357491770072,
                      0.14201757444900512, -0.13160180486531445, 0.1276157887211528, -0.076345030148245);
}

LOGPHI_INLINE double ln_tail(double f) {
    return polynomial(f, 0.3333333333333314, -0.24999999999987976, 0.20000000000066612, -0.16666666669825844,
                      0.14285714280093462, -0.12499999691447461, 0.11111111147442773, -0.10000015206037013,
                      0.09090923932586772, -0.08332913546319914, 0.07691529808089063, -0.07149439431413171,
                      0.0668458919935243, -0.06196679084044066, 0.05668377465039572, -0.056777811569492145,
                      0.06503489989491995, -0.05981709363568285, 0.0261509966211265);
}

// `e ln 2 + ln(1 + f)` for whole `e` and `√½ <= 1 + f <= √2`.
template <class S> LOGPHI_INLINE S ln_mantissa(S e, S f) {
    const S tail = ln_tail(f);
    const S square = f * f;
    const S mantissa = mul_add(mul_add(tail, f, S(-0.5)), square, f);
    return mul_add(e, Ln2<S>::HIGH, mul_add(e, Ln2<S>::LOW, mantissa));
}

// `ln x` for positive normal finite `x`; anything for others.
template <class S> LOGPHI_INLINE S ln_normal(S x) {
    const auto parts = split(x);
    return ln_mantissa(parts.exponent, parts.mantissa - S(1));
}

// `result`, or what the logarithm of `x` is where `x` is not positive and finite.
template <class S> LOGPHI_INLINE S ln_special(S x, S result) {
    result = select(x < infinity<S>(), result, x);
    result = select(x < S(0), not_a_number<S>(), result);
    return select(x == S(0), -infinity<S>(), result);
}

// `ln x` for any `x`. Subnormal numbers are scaled first: no branch, since threads of a warp would wait for it.
template <class S> LOGPHI_INLINE S ln(S x) {
    const S lift = Format<S>::SINGLE ? S(8388608.0) : S(4503599627370496.0);
    const S lowered = Format<S>::SINGLE ? S(23.0) : S(52.0);
    const bool subnormal = (x > S(0)) & (x < S(Format<S>::MIN_POSITIVE));
    const auto parts = split(select(subnormal, x * lift, x));
    const S e = parts.exponent - select(subnormal, lowered, S(0));
    return ln_special(x, ln_mantissa(e, parts.mantissa - S(1)));
}

// `ln(1 + x)`
template <class S> LOGPHI_INLINE S ln_1p(S x) {
    // 1 + x = sum + error exactly; scaled by 2^-e, the error corrects f.
    const S sum = S(1) + x;
    const S rounded = sum - x;
    const S error = (S(1) - rounded) + (x - (sum - rounded));
    const auto parts = split(sum);
    const S f = mul_add(error, inverse_scale(sum), parts.mantissa - S(1));
    const S result = ln_special(sum, ln_mantissa(parts.exponent, f));
    // Keeps subnormal numbers and the sign of 0.
    return select(abs(x) < S(Format<S>::EPSILON) * S(0.5), x, result);
}

// `ln(1 + t) - t` for `t > -1`, accurate relative to itself.
template <class S> LOGPHI_INLINE S ln_excess(S t) {
    const auto parts = split(S(1) + t);
    const S e = parts.exponent;
    const S f = select(e == S(0), t, parts.mantissa - S(1));
    const S tail = mul_add(ln_tail(f), f, S(-0.5));
    return mul_add(tail, f * f, mul_add(e, Ln2<S>::HIGH + Ln2<S>::LOW, f - t));
}

#ifdef LOGPHI_FAST
LOGPHI_INLINE float ln(float x) { return __logf(x); }
#endif

} // namespace logphi
