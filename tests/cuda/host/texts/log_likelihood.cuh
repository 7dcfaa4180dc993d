#include "logphi.cuh"

namespace logphi {

// Laplace law, `Σ_o ln σ(y_o <x_o, w>)`, order = 4.
struct LogLikelihood {
    using Scalar = Number;
    static constexpr int PARAMETERS = 2;
    static constexpr int PREPARED = 2;
    static constexpr int ORDERS = 4;
    static constexpr int STENCILS = 0;
    static constexpr int PROBES = 0;

    static LOGPHI_INLINE Scalar draw(const Array<Scalar, PREPARED>& theta, Words<Scalar>& words) {
        const Scalar d0 = words.exponential();
        const Scalar d1 = words.exponential();
        return mul_add(theta[1], d0 - d1, theta[0]);
    }
    static LOGPHI_INLINE void probes(const Array<Scalar, PARAMETERS>&, Scalar, Words<Scalar>&, Array<Scalar, PROBES>&) {}

    struct Ridge0 {
        static constexpr int NUMBERS = 0;
        static LOGPHI_INLINE void derivatives(Scalar u, const Array<Scalar, NUMBERS>&, Array<Scalar, 1 + ORDERS>& out) {
            const auto t = logistic(u);
            const Scalar t3 = t[2] * t[1];
            const Scalar t4 = mul_add(t3, mul_add(t3, Scalar(-120.0), Scalar(30.0)), Scalar(-1.0));
            out[0] = t[0];
            out[1] = t[2];
            out[2] = -t3;
            out[3] = t3 * mul_add(t3, Scalar(6.0), Scalar(-1.0));
            out[4] = t3 * t4;
        }
        static LOGPHI_INLINE void stencils(Scalar, Scalar, Scalar, const Array<Scalar, PROBES>&, const Array<Scalar, NUMBERS>&, Array<Scalar, STENCILS>&) {}
    };
    using Coordinates = Nothing;
    using Ridges = List<Ridge0>;
};

LOGPHI_KERNELS(LogLikelihood)

} // namespace logphi
