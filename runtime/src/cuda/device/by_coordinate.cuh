// Estimators without ridge terms: a warp has one leaf and one coordinate, a thread one lane, and the sums stay in registers.
#pragma once

#include "job.cuh"

namespace logphi {

// Any grid of blocks of (32, warps); warps take leaves and coordinates in turn.
template <class E> LOGPHI_INLINE void by_coordinate(const Job& job) {
    if constexpr (!Sizes<E>::JOINED && Sizes<E>::SEPARABLE) {
        using S = typename E::Scalar;
        using C = typename E::Coordinates;
        const u32 lane = threadIdx.x;
        const u64 all = static_cast<u64>(job.laws) * job.leaves * job.dimension;
        const u64 step = static_cast<u64>(gridDim.x) * blockDim.y;
        const Key key = {job.key[0], job.key[1]};
        for (u64 at = static_cast<u64>(blockIdx.x) * blockDim.y + threadIdx.y; at < all; at += step) {
            const u32 leaf = static_cast<u32>(at / job.dimension), coordinate = static_cast<u32>(at % job.dimension);
            const Leaf range(job, leaf);
            const auto prepared = load<S, E::PREPARED>(job.prepared, range.coordinates + coordinate);
            const auto theta = load<S, E::PARAMETERS>(job.theta, range.coordinates + coordinate);
            const auto numbers = load<S, C::NUMBERS>(job.numbers, coordinate);
            // As on the processor, these sums begin at 0 and not at -0.
            Array<S, Sizes<E>::COORDINATE_ENTRIES> sums;
            fill(sums, S(0));
#pragma unroll 1
            for (u64 sample = range.first + lane; sample < range.end; sample += LANES) {
                Words<S> words(key, sample, coordinate);
                const S z = E::draw(prepared, words);
                Array<S, Sizes<E>::ENTRIES> derivatives;
                C::derivatives(z, numbers, derivatives);
                if constexpr (E::STENCILS > 0) {
                    auto auxiliary = Words<S>::auxiliary(key, sample, coordinate);
                    Array<S, E::PROBES> probes;
                    E::probes(theta, z, auxiliary, probes);
                    Array<S, E::STENCILS> moved;
                    C::stencils(z, derivatives[0], probes, numbers, moved);
                    add<Sizes<E>::ENTRIES>(sums, moved);
                }
                add(sums, derivatives);
            }
            store(job, leaf, coordinate * Sizes<E>::COORDINATE_ENTRIES, lane, sums);
        }
    }
}

} // namespace logphi
