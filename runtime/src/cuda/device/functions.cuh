// The logistic and the hyperbolic functions, the inverse tangent and Stirling's remainder, with the algorithms and the bits
// of `math/logistic.rs`, `hyperbolic.rs`, `atan.rs` and `stirling.rs`.
#pragma once

#include "ln.cuh"

namespace logphi {

// `ln(1 + t)` for `0 <= t <= 1`.
template <class S> LOGPHI_INLINE S ln_1p_within(S t) {
    const bool beyond = t > S(0.41421356237309515);
    const S f = select(beyond, mul_add(t, S(0.5), S(-0.5)), t);
    return ln_mantissa(select(beyond, S(1), S(0)), f);
}

// `σ(x) = 1 / (1 + e^{-x})`
template <class S> LOGPHI_INLINE S sigmoid(S x) {
    const S t = exp(-abs(x));
    return select(x < S(0), t, S(1)) * (S(1) / (S(1) + t));
}

// `ln(1 + e^x)`
template <class S> LOGPHI_INLINE S softplus(S x) {
    return select(x < S(0), S(0), x) + ln_1p_within(exp(-abs(x)));
}

// `ln σ(x)`
template <class S> LOGPHI_INLINE S log_sigmoid(S x) {
    return select(x > S(0), S(0), x) - ln_1p_within(exp(-abs(x)));
}

// `ln σ(x)`, `σ(x)` and `σ(-x)` from one exponential and one division.
template <class S> LOGPHI_INLINE Array<S, 3> logistic(S x) {
    const S t = exp(-abs(x));
    const S r = S(1) / (S(1) + t);
    const S small = t * r;
    const S log = select(x > S(0), S(0), x) - ln_1p_within(t);
    return {{log, select(x < S(0), small, r), select(x > S(0), small, r)}};
}

// `(sinh x - x) / x³` as a function of `x²`, for `|x| <= 1`.
LOGPHI_INLINE float sinh_tail(float square) {
    return polynomial(square, 0.16666666490750934, 0.00833335056240278, 0.00019836057248198743, 2.8175651427715863e-06);
}

LOGPHI_INLINE double sinh_tail(double square) {
    return polynomial(square, 0.16666666666666669, 0.008333333333333137, 0.000198412698414401, 2.7557319154364367e-06,
                      2.5052123582700756e-08, 1.6057223931155936e-10, 7.759866980880574e-13);
}

template <class S> LOGPHI_INLINE S sinh(S x) {
    const S square = x * x;
    const S near = mul_add(sinh_tail(square), square * x, x);
    const S half = half_exp(abs(x));
    const S far = copysign(half - S(0.25) / half, x);
    return select(abs(x) < S(1), near, far);
}

template <class S> LOGPHI_INLINE S cosh(S x) {
    const S half = half_exp(abs(x));
    return half + S(0.25) / half;
}

template <class S> LOGPHI_INLINE S tanh(S x) {
    const S t = exp_m1(S(-2) * abs(x));
    return copysign(-t / (t + S(2)), x);
}

// `(atan y - y) / y³` as a function of `y²`, for `|y| <= 1`.
LOGPHI_INLINE float atan_tail(float square) {
    return polynomial(square, -0.3333315273422484, 0.1999377278893451, -0.14211054939919027, 0.10666003240024867,
                      -0.07552211400438087, 0.04321182798814852, -0.016367908593039344, 0.0029206875737503484);
}

LOGPHI_INLINE double atan_tail(double square) {
    return polynomial(square, -0.3333333333333186, 0.19999999999755025, -0.142857142713351, 0.11111110678757331,
                      -0.09090901235525109, 0.07692212931847969, -0.06665860372144837, 0.05877307816353288,
                      -0.05239233170193636, 0.04673950084963181, -0.040926392475271314, 0.034067827814177574,
                      -0.025826818207690026, 0.016978056666391596, -0.009184574386865343, 0.003855982933289903,
                      -0.0011640746586529397, 0.00022302303813844865, -2.0258617532136363e-05);
}

template <class S> LOGPHI_INLINE S atan(S x) {
    const S magnitude = abs(x);
    const bool beyond = magnitude > S(1);
    const S y = select(beyond, S(1) / magnitude, magnitude);
    const S square = y * y;
    const S near = mul_add(atan_tail(square), square * y, y);
    const S high = Format<S>::SINGLE ? S(1.5707963705062866) : S(1.5707963267948966);
    const S low = Format<S>::SINGLE ? S(-4.371138828673793e-08) : S(6.123233995736766e-17);
    const S far = high - (near - low);
    return copysign(select(beyond, far, near), x);
}

// `ε(y)` of `ln Γ(y + ½) = ½ ln 2π + y ln y - y - ε(y)`, for `y >= ½`.
template <class S> LOGPHI_INLINE S stirling_remainder(S y) {
    const S t = S(1) / mul_add(y, y, S(0.3));
    return polynomial(t, 0.041666654548509215, -0.002429669505933281, 2.7418942406000365e-05, -0.00027110702059311904,
                      0.00013960330830831735, -8.77171013605063e-05, 2.793741501796425e-05, -4.8679254037513194e-06) /
           y;
}

} // namespace logphi
