// How beta numbers move with their shapes, with the algorithm and the bits of `special/implicit_beta.rs`; in `f64` for either scalar.
#pragma once

#include "implicit_gamma.cuh"

namespace logphi {

// `ψ(x + d) - ψ(x)` for positive `x` and `x + d`.
LOGPHI_INLINE double digamma_difference(double x, double d) {
    constexpr double BERNOULLI[8] = {1.0 / 12.0, -1.0 / 120.0,       1.0 / 252.0, -1.0 / 240.0,
                                     1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0,  -3617.0 / 8160.0};
    double end = x + d, below = 0.0;
#pragma unroll 1
    while ((x < end ? x : end) < 10.0) {
        below = below + d / x / end;
        x = x + 1.0;
        end = end + 1.0;
    }
    const double inverse = 1.0 / x, inverse_end = 1.0 / end;
    const double square = inverse * inverse, square_end = inverse_end * inverse_end;
    double sum = 0.0, difference = 0.0;
#pragma unroll
    for (int at = 7; at >= 0; at--) {
        difference = difference * square + sum;
        sum = sum * square_end + BERNOULLI[at];
    }
    const double divided = 0.5 + (inverse + inverse_end) * (sum + square * difference);
    return below + ln_1p(d * inverse) + d * inverse * inverse_end * divided;
}

// `Σ_n r_n z^n (ψ(a + n + 1) - ψ(a + b + n) - ln z)`
LOGPHI_INLINE double implicit_beta_lower_series(double a, double b, double z, double ln_z) {
    double factor = -ln_z - digamma_difference(a + 1.0, b - 1.0), term = 1.0 / a;
    double sum = term * factor, above = a + b, below = a + 1.0;
#pragma unroll 1
    for (int step = 0; step < 1000; step++) {
        const double inverse = 1.0 / (above * below);
        term = term * (z * above * (above * inverse));
        factor = factor + (b - 1.0) * inverse;
        sum = sum + term * factor;
        if (term * (1.0 + abs(factor)) <= 1e-17 * abs(sum)) break;
        above = above + 1.0;
        below = below + 1.0;
    }
    return sum;
}

// `Σ_n y^n (q_n (ψ(a + b) - ψ(a)) - m_n)`
LOGPHI_INLINE double implicit_beta_upper_series(double a, double b, double y) {
    double power = 1.0, q = digamma_difference(a, b) / b, m = 0.0;
    double sum = q, above = a + b, n = 1.0;
#pragma unroll 1
    for (int step = 0; step < 1000; step++) {
        const double inverse = 1.0 / (b + n);
        power = power * y;
        q = q * (y * above * inverse);
        m = (y * above * m + power / n) * inverse;
        sum = sum + (q - m);
        if (q + m <= 1e-17 * sum) break;
        above = above + 1.0;
        n = n + 1.0;
    }
    return sum;
}

// `∫_0^∞ t^a (1 - t)^b / (z^a y^b) (|c| + |ln(t / z)|) dv` with `ln(t / (1 - t)) = ln(z / y) ± v`.
LOGPHI_INLINE double implicit_beta_integral(double a, double b, double z, double y, double c) {
    constexpr double END = -38.0;
    const bool is_low = z <= y;
    const double k = is_low ? a : b, x = is_low ? z : y;
    const double sign = is_low == (c >= 0.0) ? 1.0 : -1.0;
    const double total = a + b, distance = abs(c);
    const double decline = sign * (total * x - k);
    double end = -2.0 * END / (decline + sqrt(decline * decline - 2.0 * END * total * z * y));
#pragma unroll 1
    for (int step = 0; step < 2; step++) {
        const double s = sign * end, excess = x * exp_m1(s), growth = x * exp(s);
        const double exponent = k * s - total * ln_1p(excess);
        end = end + (exponent - END) / (sign * (total * growth / (1.0 + excess) - k));
    }
    double sum = -0.0;
#pragma unroll 1
    for (int at = 0; at < 24; at++) {
        const double s = sign * NODES[at].place * end;
        const double moved = ln_1p(x * exp_m1(s));
        const double further = is_low ? s - moved : moved;
        sum = sum + NODES[at].weight * (distance + abs(further)) * exp(k * s - total * moved);
    }
    return sum * end;
}

// The derivative of `ln(z / y)` with respect to `a` at a fixed probability, for positive `z`.
LOGPHI_INLINE double implicit_beta_logit(double a, double b, double z, double y) {
    const double ln_z = z <= y ? ln(z) : ln_1p(-y);
    const bool is_low = z <= y;
    const double shape = is_low ? a : b, part = is_low ? z : y;
    if (shape < 1000.0 && (a + b) * part <= shape + sqrt(shape) + 3.0) {
        return is_low ? implicit_beta_lower_series(a, b, z, ln_z) : implicit_beta_upper_series(a, b, y);
    }
    return implicit_beta_integral(a, b, z, y, ln_z + digamma_difference(a, b));
}

// `∂z/∂a` with `y = 1 - z`; NaN for shapes that are none.
LOGPHI_INLINE double implicit_beta(double a, double b, double z, double y) {
    const double top = infinity<double>();
    if (!(a > 0.0 && a < top && b > 0.0 && b < top)) return not_a_number<double>();
    return z == 0.0 || y == 0.0 ? 0.0 : z * implicit_beta_logit(a, b, z, y) * y;
}

// A number that rounding has put beside the interval counts as its end.
LOGPHI_INLINE double within_interval(double z) { return z < 0.0 ? 0.0 : z > 1.0 ? 1.0 : z; }

// `∂z/∂a` at a fixed probability, for a beta number with shapes `a` and `b`.
template <class S> LOGPHI_INLINE S beta_first_slope(S a, S b, S number) {
    const double z = within_interval(static_cast<double>(number));
    return static_cast<S>(implicit_beta(static_cast<double>(a), static_cast<double>(b), z, 1.0 - z));
}

// `∂z/∂b`, likewise.
template <class S> LOGPHI_INLINE S beta_second_slope(S a, S b, S number) {
    const double z = within_interval(static_cast<double>(number));
    return static_cast<S>(-implicit_beta(static_cast<double>(b), static_cast<double>(a), 1.0 - z, z));
}

} // namespace logphi
