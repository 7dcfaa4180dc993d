// How gamma numbers move with their shape, with the algorithm and the bits of `special/implicit_gamma.rs`; in `f64` for either
// scalar.
#pragma once

#include "ln.cuh"

namespace logphi {

// `ln x - ψ(x)` for `x >= 10`.
LOGPHI_INLINE double ln_minus_digamma(double x) {
    constexpr double BERNOULLI[8] = {1.0 / 12.0, -1.0 / 120.0,       1.0 / 252.0, -1.0 / 240.0,
                                     1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0,  -3617.0 / 8160.0};
    const double inverse = 1.0 / x, square = inverse * inverse;
    double sum = 0.0;
#pragma unroll
    for (int at = 7; at >= 0; at--) sum = sum * square + BERNOULLI[at];
    return 0.5 * inverse + square * sum;
}

// `ψ(x)` for positive `x`.
LOGPHI_INLINE double positive_digamma(double x) {
    double below = 0.0;
    while (x < 10.0) {
        below = below + 1.0 / x;
        x = x + 1.0;
    }
    return ln_normal(x) - ln_minus_digamma(x) - below;
}

// `ψ(x)` for a sample: NaN where `x` is not positive.
template <class S> LOGPHI_INLINE S digamma(S x) {
    const double wide = static_cast<double>(x);
    if (wide > 0.0 && wide < infinity<double>()) return static_cast<S>(positive_digamma(wide));
    return wide > 0.0 ? x : not_a_number<S>();
}

// `Σ_n z^n / (k (k + 1) … (k + n)) (ψ(k + n + 1) - ln z)`
LOGPHI_INLINE double implicit_gamma_series(double k, double z, double ln_z) {
    double factor = positive_digamma(k + 1.0) - ln_z, term = 1.0 / k, last = k;
    double sum = term * factor;
#pragma unroll 1
    for (int step = 0; step < 1000; step++) {
        last = last + 1.0;
        const double inverse = 1.0 / last;
        factor = factor + inverse;
        term = term * (z * inverse);
        sum = sum + term * factor;
        if (term * (1.0 + abs(factor)) <= 1e-17 * abs(sum)) break;
    }
    return sum;
}

// `c U + ∂U/∂k` by the continued fraction, with numerator and denominator of the convergents and their derivatives.
LOGPHI_INLINE double implicit_gamma_fraction(double k, double z, double ln_z) {
    const double c = ln_z - positive_digamma(k);
    double partial = z + 1.0 - k;
    double before[4] = {0.0, 1.0, 0.0, 0.0}, current[4] = {1.0, partial, 0.0, -1.0};
    double n = 0.0, value = not_a_number<double>();
#pragma unroll 1
    for (int turn = 0; turn < 100; turn++) {
#pragma unroll 1
        for (int step = 0; step < 8; step++) {
            n = n + 1.0;
            partial = partial + 2.0;
            const double a = n * (k - n);
            const double next[4] = {
                partial * current[0] + a * before[0],
                partial * current[1] + a * before[1],
                (partial * current[2] - current[0]) + (a * before[2] + n * before[0]),
                (partial * current[3] - current[1]) + (a * before[3] + n * before[1]),
            };
#pragma unroll
            for (int at = 0; at < 4; at++) {
                before[at] = current[at];
                current[at] = next[at];
            }
        }
        const double scale = 1.0 / current[1];
#pragma unroll
        for (int at = 0; at < 4; at++) {
            before[at] = before[at] * scale;
            current[at] = current[at] * scale;
        }
        const double previous = value;
        value = current[0] * c + (current[2] - current[0] * current[3]);
        if (abs(value - previous) <= 4e-16 * abs(value)) break;
    }
    return value;
}

// `e^t - 1 - t` for `|t| <= 0.3`.
LOGPHI_INLINE double exp_m1_tail(double t) {
    constexpr double INVERSE_FACTORIALS[11] = {1.0 / 2.0,     1.0 / 6.0,      1.0 / 24.0,      1.0 / 120.0,
                                               1.0 / 720.0,   1.0 / 5040.0,   1.0 / 40320.0,   1.0 / 362880.0,
                                               1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0};
    double sum = 0.0;
#pragma unroll
    for (int at = 10; at >= 0; at--) sum = sum * t + INVERSE_FACTORIALS[at];
    return sum * t * t;
}

// A node of Gauss's rule on `[0, 1]` and its weight, those of `special/gauss.rs`.
struct Node {
    double place, weight;
};
constexpr __device__ Node NODES[24] = {
    {0.00240639000148932, 0.0061706148999936},
    {0.012635722014345251, 0.014265694314466832},
    {0.030862723998633622, 0.022138719408709904},
    {0.056792236497799485, 0.02964929245771839},
    {0.08999900701304854, 0.03667324070554015},
    {0.12993790421072282, 0.04309508076597664},
    {0.17595317403151223, 0.04880932605205694},
    {0.22728926430558022, 0.05372213505798282},
    {0.2831032461869774, 0.0577528340268628},
    {0.3424786601519183, 0.060835236463901696},
    {0.40444056626319186, 0.06291872817341415},
    {0.4679715535686972, 0.06396909767337608},
    {0.5320284464313028, 0.06396909767337608},
    {0.5955594337368082, 0.06291872817341415},
    {0.6575213398480817, 0.060835236463901696},
    {0.7168967538130225, 0.0577528340268628},
    {0.7727107356944197, 0.05372213505798282},
    {0.8240468259684878, 0.04880932605205694},
    {0.8700620957892772, 0.04309508076597664},
    {0.9100009929869515, 0.03667324070554015},
    {0.9432077635022005, 0.02964929245771839},
    {0.9691372760013663, 0.022138719408709904},
    {0.9873642779856547, 0.014265694314466832},
    {0.9975936099985107, 0.0061706148999936},
};

// `∫_0^∞ e^(±k v - z (e^(±v) - 1)) (|c| + v) dv` for large shapes, from `δ = ln(z / k)`.
LOGPHI_INLINE double implicit_gamma_integral(double k, double delta) {
    const double c = delta + ln_minus_digamma(k);
    const double sign = c < 0.0 ? -1.0 : 1.0;
    const double excess = exp_m1(delta);
    const double alpha = sign * excess, zeta = 1.0 + excess;
    const double spread = 2.0 * 38.0 / k;
    const double end = spread / (alpha + sqrt(alpha * alpha + spread * zeta));
    double sum = -0.0;
#pragma unroll 1
    for (int at = 0; at < 24; at++) {
        const double v = NODES[at].place * end;
        const double exponent = -k * (alpha * v + zeta * exp_m1_tail(sign * v));
        sum = sum + NODES[at].weight * (abs(c) + v) * exp(exponent);
    }
    return sum * end;
}

// `∂ ln z / ∂k` at a fixed probability.
LOGPHI_INLINE double ln_quantile_derivative(double k, double ln_z) {
    if (!(k > 0.0 && k < infinity<double>() && ln_z == ln_z)) return not_a_number<double>();
    if (ln_z == infinity<double>()) return 0.0;
    if (ln_z == -infinity<double>()) return infinity<double>();
    const double ln_k = ln(k);
    if (ln_z > 40.0 + (ln_k > 0.0 ? ln_k : 0.0)) return (ln_z - positive_digamma(k)) * exp(-ln_z);
    if (k >= 1000.0) return implicit_gamma_integral(k, ln_z - ln_k);
    const double z = exp(ln_z);
    return z <= k + 1.5 * sqrt(k) + 2.5 ? implicit_gamma_series(k, z, ln_z) : implicit_gamma_fraction(k, z, ln_z);
}

// `∂z/∂k` at a fixed probability, for a gamma number of scale 1 and shape `k`.
template <class S> LOGPHI_INLINE S gamma_slope(S shape, S number) {
    const double k = static_cast<double>(shape), z = static_cast<double>(number);
    return static_cast<S>(z == 0.0 ? 0.0 : z * ln_quantile_derivative(k, ln(z)));
}

} // namespace logphi
