#include "logphi.cuh"

namespace logphi {

// Laplace law, `Σ_o sin(<x_o, w> + c_o) + tanh <a, w> + Σ_j e^{-w_j²}`, form(b) = auxiliary.
struct Waves {
    using Scalar = Number;
    static constexpr int PARAMETERS = 2;
    static constexpr int PREPARED = 2;
    static constexpr int ORDERS = 1;
    static constexpr int STENCILS = 1;
    static constexpr int PROBES = 2;

    static LOGPHI_INLINE Scalar draw(const Array<Scalar, PREPARED>& theta, Words<Scalar>& words) {
        const Scalar d0 = words.exponential();
        const Scalar d1 = words.exponential();
        return mul_add(theta[1], d0 - d1, theta[0]);
    }
    static LOGPHI_INLINE void probes(const Array<Scalar, PARAMETERS>& theta, Scalar z, Words<Scalar>& words, Array<Scalar, PROBES>& out) {
        const Scalar d0 = words.exponential();
        const Scalar d1 = words.exponential();
        const Scalar t0 = theta[1] * (d0 - d1);
        out[0] = z + t0;
        out[1] = t0;
    }

    struct Ridge0 {
        static constexpr int NUMBERS = 0;
        static LOGPHI_INLINE void derivatives(Scalar u, const Array<Scalar, NUMBERS>&, Array<Scalar, 1 + ORDERS>& out) {
            out[0] = sin(u);
            out[1] = cos(u);
        }
        static LOGPHI_INLINE void stencils(Scalar u, Scalar, Scalar slope, const Array<Scalar, PROBES>& probes, const Array<Scalar, NUMBERS>&, Array<Scalar, STENCILS>& out) {
            out[0] = -slope * slope * sin(mul_add(slope, probes[1], u));
        }
    };
    struct Ridge1 {
        static constexpr int NUMBERS = 0;
        static LOGPHI_INLINE void derivatives(Scalar u, const Array<Scalar, NUMBERS>&, Array<Scalar, 1 + ORDERS>& out) {
            const Scalar t0 = recip(cosh(u));
            out[0] = tanh(u);
            out[1] = t0 * t0;
        }
        static LOGPHI_INLINE void stencils(Scalar u, Scalar, Scalar slope, const Array<Scalar, PROBES>& probes, const Array<Scalar, NUMBERS>&, Array<Scalar, STENCILS>& out) {
            const Scalar t0 = mul_add(slope, probes[1], u);
            const Scalar t1 = recip(cosh(t0));
            out[0] = Scalar(-2.0) * slope * slope * tanh(t0) * t1 * t1;
        }
    };
    struct Coordinates {
        static constexpr int NUMBERS = 0;
        static LOGPHI_INLINE void derivatives(Scalar z, const Array<Scalar, NUMBERS>&, Array<Scalar, 1 + ORDERS>& out) {
            const Scalar t0 = exp(-z * z);
            out[0] = t0;
            out[1] = Scalar(-2.0) * z * t0;
        }
        static LOGPHI_INLINE void stencils(Scalar, Scalar, const Array<Scalar, PROBES>& probes, const Array<Scalar, NUMBERS>&, Array<Scalar, STENCILS>& out) {
            const Scalar t0 = probes[0] * probes[0];
            out[0] = exp(-t0) * mul_add(t0, Scalar(4.0), Scalar(-2.0));
        }
    };
    using Ridges = List<Ridge0, Ridge1>;
};

LOGPHI_KERNELS(Waves)

} // namespace logphi
