// Powers with a real exponent, with the algorithm and the bits of `math/power.rs`: in `f64` for both formats.
#pragma once

#include "ln.cuh"

namespace logphi {

LOGPHI_INLINE bool is_whole(double x) {
    const double unit = 4503599627370496.0;
    const double magnitude = abs(x);
    return (magnitude >= unit) | ((magnitude + unit) - unit == magnitude);
}

struct LnPair {
    double high, low;
};

// `ln x` for positive finite `x` as a sum of two numbers.
LOGPHI_INLINE LnPair ln_pair(double x) {
    const bool subnormal = x < Format<double>::MIN_POSITIVE;
    const auto parts = split(x * select(subnormal, 4503599627370496.0, 1.0));
    const double e = parts.exponent - select(subnormal, 52.0, 0.0);
    const double f = parts.mantissa - 1.0;
    const double square = f * f;
    const double square_error = mul_add(f, f, -square);
    // e ln 2 + f - f²/2, every rounding error kept.
    const double inner = f - 0.5 * square;
    const double inner_error = (f - inner) - 0.5 * square;
    const double whole = e * Ln2<double>::HIGH;
    const double high = whole + inner;
    const double rounded = high - whole;
    const double high_error = (whole - (high - rounded)) + (inner - rounded);
    const double small = mul_add(-0.5, square_error, e * Ln2<double>::LOW) + inner_error;
    const double low = high_error + mul_add(ln_tail(f), square * f, small);
    const double sum = high + low;
    return {sum, low - (sum - high)};
}

// `base^exponent`, with the special cases of IEEE 754 `pow`.
LOGPHI_INLINE double power(double base, double exponent) {
    const double magnitude = abs(base);
    const LnPair ln = ln_pair(magnitude);
    const double product = exponent * ln.high;
    const double error = mul_add(exponent, ln.high, -product) + exponent * ln.low;
    // Where the product is infinite or e^product is 0, the error may not be a number, and does not matter.
    double result = exp_corrected(product, select(abs(product) < 800.0, error, 0.0));
    const bool growing = (magnitude > 1.0) == (exponent > 0.0);
    const bool at_end = (magnitude == 0.0) | (magnitude == infinity<double>());
    result = select(at_end, select(growing, infinity<double>(), 0.0), result);
    result = select(magnitude == 1.0, 1.0, result);
    const bool whole = is_whole(exponent);
    result = select((base < 0.0) & !whole & !at_end, not_a_number<double>(), result);
    const bool odd = whole & !is_whole(exponent * 0.5);
    result = negate_if(result, odd & ((to_bits(base) >> 63) != 0));
    result = select(is_nan(base) | is_nan(exponent), not_a_number<double>(), result);
    return select((exponent == 0.0) | (base == 1.0), 1.0, result);
}

template <class S> LOGPHI_INLINE S powf(S base, S exponent) {
    return static_cast<S>(power(static_cast<double>(base), static_cast<double>(exponent)));
}

#ifdef LOGPHI_FAST
LOGPHI_INLINE float powf(float base, float exponent) { return ::powf(base, exponent); }
#endif

} // namespace logphi
