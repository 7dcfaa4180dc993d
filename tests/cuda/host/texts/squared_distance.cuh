#include "logphi.cuh"

namespace logphi {

// Gamma law, `Σ_j (z_j - ε)²`, form = terminating.
struct SquaredDistance {
    using Scalar = Number;
    static constexpr int PARAMETERS = 2;
    static constexpr int PREPARED = 2;
    static constexpr int ORDERS = 2;
    static constexpr int STENCILS = 0;
    static constexpr int PROBES = 0;

    static LOGPHI_INLINE Scalar draw(const Array<Scalar, PREPARED>& theta, Words<Scalar>& words) {
        return theta[1] * words.gamma(1, theta[0]);
    }
    static LOGPHI_INLINE void probes(const Array<Scalar, PARAMETERS>&, Scalar, Words<Scalar>&, Array<Scalar, PROBES>&) {}

    struct Coordinates {
        static constexpr int NUMBERS = 1;
        static LOGPHI_INLINE void derivatives(Scalar z, const Array<Scalar, NUMBERS>& numbers, Array<Scalar, 1 + ORDERS>& out) {
            const Scalar t0 = z + numbers[0];
            out[0] = t0 * t0;
            out[1] = Scalar(2.0) * t0;
            out[2] = Scalar(2.0);
        }
        static LOGPHI_INLINE void stencils(Scalar, Scalar, const Array<Scalar, PROBES>&, const Array<Scalar, NUMBERS>&, Array<Scalar, STENCILS>&) {}
    };
    using Ridges = List<>;
};

LOGPHI_KERNELS(SquaredDistance)

} // namespace logphi
