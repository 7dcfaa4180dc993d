// Interaction terms: the device's side of `engine/interactions.rs`. A thread has one coordinate of a sample and takes of each row
// what belongs to its coordinate, from the draws that `logphi_draw` has kept.
#pragma once

#include "job.cuh"

namespace logphi {

// The kept draws of a coordinate in a leaf.
template <class S> LOGPHI_INLINE const S* drawn(const Job& job, u32 leaf, u32 coordinate) {
    return static_cast<const S*>(job.draws) + (static_cast<u64>(leaf) * job.dimension + coordinate) * LEAF;
}

// A sample among the kept draws.
struct Place {
    u32 leaf;
    u32 offset;
};

// The coordinates that a term reads.
template <class S, class I> LOGPHI_INLINE Array<S, I::COORDINATES> coordinates(const Job& job, Place at) {
    Array<S, I::COORDINATES> z;
#pragma unroll
    for (int place = 0; place < I::COORDINATES; place++) z[place] = drawn<S>(job, at.leaf, I::coordinate(place))[at.offset];
    return z;
}

template <class I> LOGPHI_INLINE bool reads(u32 coordinate) {
    bool any = false;
#pragma unroll
    for (int place = 0; place < I::COORDINATES; place++) any = any || I::coordinate(place) == coordinate;
    return any;
}

// Adds what the rows of every term have for a coordinate, in `sums`: the value for the first one of a term, then each order.
template <class E, int INDEX, class I, class... Rest>
LOGPHI_INLINE void add_interactions(List<I, Rest...>, const Job& job, Place at, u32 coordinate,
                                    Array<typename E::Scalar, 1 + E::ORDERS>& sums) {
    using S = typename E::Scalar;
    const RidgeTable& table = job.ridges[INDEX];
    if (reads<I>(coordinate)) {
        const auto z = coordinates<S, I>(job, at);
        Array<S, 1 + E::ORDERS> own;
        fill(own, -S(0));
#pragma unroll 1
        for (u32 row = 0; row < table.rows; row++) {
            Array<S, 1 + I::COORDINATES * E::ORDERS> found;
            I::derivatives(z, load<S, I::NUMBERS>(table.numbers, row), found);
#pragma unroll
            for (int place = 0; place < I::COORDINATES; place++) {
                if (I::coordinate(place) != coordinate) continue;
                if (place == 0) own[0] = own[0] + found[0];
#pragma unroll
                for (int order = 0; order < E::ORDERS; order++) {
                    own[1 + order] = own[1 + order] + found[1 + place * E::ORDERS + order];
                }
            }
        }
        add(sums, own);
    }
    if constexpr (sizeof...(Rest) > 0) add_interactions<E, INDEX + 1>(List<Rest...>(), job, at, coordinate, sums);
}

// Adds what a row gives to the stencils of a coordinate, one of the term's places from PLACE on.
template <class E, class I, int PLACE = 0, class S = typename E::Scalar>
LOGPHI_INLINE void add_moved_row(u32 coordinate, const Array<S, I::COORDINATES>& z, S value, const Array<S, E::PROBES>& probes,
                                 const Array<S, I::NUMBERS>& numbers, Array<S, E::STENCILS>& sums) {
    if (I::coordinate(PLACE) == coordinate) {
        Array<S, E::STENCILS> moved;
        I::template stencils<PLACE>(z, value, probes, numbers, moved);
        add(sums, moved);
    }
    if constexpr (PLACE + 1 < I::COORDINATES) add_moved_row<E, I, PLACE + 1>(coordinate, z, value, probes, numbers, sums);
}

// Adds what the rows of every term give to the stencils of a coordinate.
template <class E, int INDEX, class I, class... Rest>
LOGPHI_INLINE void add_moved_interactions(List<I, Rest...>, const Job& job, Place at, u32 coordinate,
                                          const Array<typename E::Scalar, E::PROBES>& probes,
                                          Array<typename E::Scalar, E::STENCILS>& sums) {
    using S = typename E::Scalar;
    const RidgeTable& table = job.ridges[INDEX];
    if (reads<I>(coordinate)) {
        const auto z = coordinates<S, I>(job, at);
#pragma unroll 1
        for (u32 row = 0; row < table.rows; row++) {
            const auto numbers = load<S, I::NUMBERS>(table.numbers, row);
            Array<S, 1 + I::COORDINATES * E::ORDERS> found;
            I::derivatives(z, numbers, found);
            add_moved_row<E, I>(coordinate, z, found[0], probes, numbers, sums);
        }
    }
    if constexpr (sizeof...(Rest) > 0) add_moved_interactions<E, INDEX + 1>(List<Rest...>(), job, at, coordinate, probes, sums);
}

// Adds the values of the rows of every term.
template <class E, int INDEX, class I, class... Rest>
LOGPHI_INLINE void add_values(List<I, Rest...>, const Job& job, Place at, typename E::Scalar& sum) {
    using S = typename E::Scalar;
    const RidgeTable& table = job.ridges[INDEX];
    const auto z = coordinates<S, I>(job, at);
#pragma unroll 1
    for (u32 row = 0; row < table.rows; row++) {
        Array<S, 1 + I::COORDINATES * E::ORDERS> found;
        I::derivatives(z, load<S, I::NUMBERS>(table.numbers, row), found);
        sum = sum + found[0];
    }
    if constexpr (sizeof...(Rest) > 0) add_values<E, INDEX + 1>(List<Rest...>(), job, at, sum);
}

} // namespace logphi
