// Estimators whose terms join the coordinates, ridge terms or the value that scores multiply: draws, rows, the value, then
// coordinates, each a kernel.
//
// A block has one leaf. Its samples are taken in rounds of 32, one for each lane; `blockDim.z` rounds are taken at once (their
// *slots*), and added to the lanes in order. With one slot all sums stay in registers: that is for long runs. More slots
// shorten the way through a leaf where there are too few leaves to fill the device.
#pragma once

#include "interactions.cuh"

#ifndef LOGPHI_SHARED
#define LOGPHI_SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#endif

namespace logphi {

// Draws every coordinate of every sample: grid-stride over warps, blocks of (32, warps).
template <class E> LOGPHI_INLINE void draw_all(const Job& job) {
    if constexpr (Sizes<E>::JOINED) {
        using S = typename E::Scalar;
        constexpr u32 ROUNDS = LEAF / LANES;
        const u64 all = static_cast<u64>(job.laws) * job.leaves * job.dimension * ROUNDS;
        const u64 step = static_cast<u64>(gridDim.x) * blockDim.y;
        for (u64 at = static_cast<u64>(blockIdx.x) * blockDim.y + threadIdx.y; at < all; at += step) {
            const u64 row = at / ROUNDS;
            const u32 leaf = static_cast<u32>(row / job.dimension), coordinate = static_cast<u32>(row % job.dimension);
            const Leaf range(job, leaf);
            const u32 offset = static_cast<u32>(at % ROUNDS) * LANES + threadIdx.x;
            if (range.first + offset < range.end) {
                const auto prepared = load<S, E::PREPARED>(job.prepared, range.coordinates + coordinate);
                Words<S> words(Key{job.key[0], job.key[1]}, range.first + offset, coordinate);
                static_cast<S*>(job.draws)[row * LEAF + offset] = E::draw(prepared, words);
            }
        }
    }
}

// The sums of the rows of one thread.
template <class E> using RowSums = Array<Array<typename E::Scalar, Sizes<E>::ENTRIES>, Sizes<E>::ROWS>;

template <class E> LOGPHI_INLINE void clear(RowSums<E>& sums) {
#pragma unroll
    // Adding to -0 changes no number.
    for (int row = 0; row < Sizes<E>::ROWS; row++) fill(sums[row], -typename E::Scalar(0));
}

// One round of a warp. Draws and slopes lie in shared memory, where `staged[coordinate * 32]` is the coordinate of the sample and
// `slopes[coordinate]` are the slopes of the warp's rows, or the draws lie at `draws[coordinate * 1024]`.
template <class S, int ROWS> struct Round {
    const S* staged;
    const Array<S, ROWS>* slopes;
    const S* draws;
    u32 leaf;
    // Place of the sample in its leaf, and whether it exists.
    u32 offset;
    bool exists;
};

// Where the slopes of ROWS rows from `row` on begin, in units of so many; those of the next coordinate come BLOCK / ROWS later.
template <int ROWS> LOGPHI_INLINE u64 first_slope(const Job& job, u32 row) {
    return (static_cast<u64>(row / BLOCK) * job.dimension * BLOCK + row % BLOCK) / ROWS;
}

template <class S, int ROWS> LOGPHI_INLINE void add_product(S z, const Array<S, ROWS>& slopes, Array<S, ROWS>& u) {
#pragma unroll
    for (int at = 0; at < ROWS; at++) u[at] = mul_add(z, slopes[at], u[at]);
}

// Adds ROWS rows from `row` on to their sums.
template <class E, class R>
LOGPHI_INLINE void add_rows(const Job& job, const RidgeTable& table, u32 row, const Round<typename E::Scalar, Sizes<E>::ROWS>& round,
                            RowSums<E>& sums) {
    using S = typename E::Scalar;
    constexpr int ROWS = Sizes<E>::ROWS;
    Array<S, ROWS> u = load<S, ROWS>(table.offsets, row / ROWS);
    // Two loops, so that each knows which memory it reads.
    if (round.staged) {
#pragma unroll 4
        for (u32 coordinate = 0; coordinate < job.dimension; coordinate++) {
            add_product(round.staged[coordinate * LANES], load_aligned<S, ROWS>(round.slopes, coordinate), u);
        }
    } else {
        const u64 slopes = first_slope<ROWS>(job, row);
#pragma unroll 4
        for (u32 coordinate = 0; coordinate < job.dimension; coordinate++) {
            add_product(round.draws[coordinate * LEAF],
                        load_aligned<S, ROWS>(table.slopes, slopes + coordinate * (BLOCK / ROWS)), u);
        }
    }
#pragma unroll
    for (int at = 0; at < ROWS; at++) {
        if (row + at >= table.rows) break;
        Array<S, Sizes<E>::ENTRIES> derivatives;
        R::derivatives(u[at], load<S, R::NUMBERS>(table.numbers, row + at), derivatives);
        if (!round.exists) continue;
        add(sums[at], derivatives);
        if constexpr (E::STENCILS > 0) {
            const u64 place = static_cast<u64>(round.leaf) * job.ridge_rows + table.first + row + at;
            S* to = static_cast<S*>(job.arguments) + 2 * place * LEAF + round.offset;
            to[0] = u[at];
            to[LEAF] = derivatives[0];
        }
    }
}

// The term that has group `group` of ROWS rows, the terms' groups being numbered one after the other; each term has whole
// blocks of eight rows.
template <class E, int INDEX, class R, class... Rest>
LOGPHI_INLINE void add_group(List<R, Rest...>, const Job& job, u32 group, const Round<typename E::Scalar, Sizes<E>::ROWS>& round,
                             RowSums<E>& sums) {
    const RidgeTable& table = job.ridges[INDEX];
    const u32 groups = (table.rows + BLOCK - 1) / BLOCK * (BLOCK / Sizes<E>::ROWS);
    if (group < groups) {
        add_rows<E, R>(job, table, group * Sizes<E>::ROWS, round, sums);
    } else if constexpr (sizeof...(Rest) > 0) {
        add_group<E, INDEX + 1>(List<Rest...>(), job, group - groups, round, sums);
    }
}

// The first row of a group among those of all terms, and how many rows it has; 0 beyond the last.
template <class E> LOGPHI_INLINE u32 rows_of_group(const Job& job, u32 group, u32& first) {
    constexpr u32 ROWS = Sizes<E>::ROWS;
    for (int index = 0; index < Sizes<E>::RIDGES; index++) {
        const RidgeTable& table = job.ridges[index];
        const u32 groups = (table.rows + BLOCK - 1) / BLOCK * (BLOCK / ROWS);
        if (group < groups) {
            const u32 row = group * ROWS;
            first = table.first + row;
            return row >= table.rows ? 0 : table.rows - row < ROWS ? table.rows - row : ROWS;
        }
        group -= groups;
    }
    first = 0;
    return 0;
}

// Copies the slopes of a group, coordinate by coordinate, by `threads` threads of which this is number `thread`.
template <class E, int INDEX, class R, class... Rest>
LOGPHI_INLINE void stage_slopes(List<R, Rest...>, const Job& job, u32 group, u32 thread, u32 threads,
                                Array<typename E::Scalar, Sizes<E>::ROWS>* to) {
    constexpr int ROWS = Sizes<E>::ROWS;
    const RidgeTable& table = job.ridges[INDEX];
    const u32 groups = (table.rows + BLOCK - 1) / BLOCK * (BLOCK / ROWS);
    if (group < groups) {
        const u64 first = first_slope<ROWS>(job, group * ROWS);
        for (u32 coordinate = thread; coordinate < job.dimension; coordinate += threads) {
            to[coordinate] = load_aligned<typename E::Scalar, ROWS>(table.slopes, first + coordinate * (BLOCK / ROWS));
        }
    } else if constexpr (sizeof...(Rest) > 0) {
        stage_slopes<E, INDEX + 1>(List<Rest...>(), job, group - groups, thread, threads, to);
    }
}

// Draws a coordinate of a sample with what `all` has for each coordinate.
template <class E>
LOGPHI_INLINE typename E::Scalar draw_with(const Job& job, const typename E::Scalar* all, u64 sample, u32 coordinate) {
    Words<typename E::Scalar> words(Key{job.key[0], job.key[1]}, sample, coordinate);
    Array<typename E::Scalar, E::PREPARED> prepared;
#pragma unroll
    for (int at = 0; at < E::PREPARED; at++) prepared[at] = all[coordinate * E::PREPARED + at];
    return E::draw(prepared, words);
}

// Derivatives of every row. Grid (groups of rows / blockDim.y, laws * leaves), blocks of (32, groups, slots). Shared memory, in
// numbers: where the job is staged `groups * dimension * ROWS` for slopes, `slots * dimension * 32` for draws and without
// `job.draws` `dimension * PREPARED`, then with several slots `groups * ROWS * ENTRIES * 32` for sums.
template <class E> LOGPHI_INLINE void by_row(const Job& job) {
    if constexpr (Sizes<E>::RIDGES > 0) {
        using S = typename E::Scalar;
        constexpr int ROWS = Sizes<E>::ROWS, ENTRIES = Sizes<E>::ENTRIES;
        LOGPHI_SHARED(bytes);
        const u32 lane = threadIdx.x, slot = threadIdx.z, slots = blockDim.z, leaf = blockIdx.y;
        const u32 warp = slot * blockDim.y + threadIdx.y, warps = blockDim.y * slots;
        const Leaf range(job, leaf);
        // What lies in shared memory, one after the other.
        auto* const slopes = reinterpret_cast<Array<S, ROWS>*>(bytes) + (job.is_staged ? threadIdx.y * job.dimension : 0);
        S* const staged = reinterpret_cast<S*>(bytes) + (job.is_staged ? blockDim.y * job.dimension * ROWS : 0);
        S* const prepared = staged + (job.is_staged ? slots * job.dimension * LANES : 0);
        S* const all_sums = prepared + (job.draws ? 0 : job.dimension * E::PREPARED);
        S* const shared_sums = all_sums + threadIdx.y * ROWS * ENTRIES * LANES + lane;
        // All at once, since they may come from the host.
        for (u32 at = warp * LANES + lane; !job.draws && at < job.dimension * E::PREPARED; at += warps * LANES) {
            prepared[at] = load<S, 1>(job.prepared, range.coordinates * E::PREPARED + at)[0];
        }
        const u32 rounds = range.rounds();
        const u32 group = blockIdx.x * blockDim.y + threadIdx.y;
        u32 first = 0;
        const u32 rows = rows_of_group<E>(job, group, first);
        if (job.is_staged && rows > 0) {
            stage_slopes<E, 0>(typename E::Ridges(), job, group, slot * LANES + lane, slots * LANES, slopes);
        }
        RowSums<E> sums;
        clear<E>(sums);
        if (slots > 1 && slot == 0) {
            for (int at = 0; at < ROWS * ENTRIES; at++) shared_sums[at * LANES] = -S(0);
        }
#pragma unroll 1
        for (u32 start = 0; start < rounds; start += slots) {
            if (job.is_staged) {
                __syncthreads();
#pragma unroll 1
                for (u32 item = warp; item < slots * job.dimension; item += warps) {
                    const u32 coordinate = item % job.dimension, place = (start + item / job.dimension) * LANES + lane;
                    S z = S(0);
                    if (range.first + place < range.end) {
                        z = job.draws ? drawn<S>(job, leaf, coordinate)[place]
                                      : draw_with<E>(job, prepared, range.first + place, coordinate);
                    }
                    staged[item * LANES + lane] = z;
                }
                __syncthreads();
            }
            const u32 offset = (start + slot) * LANES + lane;
            const Round<S, ROWS> round = {job.is_staged ? staged + slot * job.dimension * LANES + lane : nullptr, slopes,
                                          job.is_staged ? nullptr : drawn<S>(job, leaf, 0) + offset,
                                          leaf, offset, range.first + offset < range.end};
            if (rows > 0 && start + slot < rounds) add_group<E, 0>(typename E::Ridges(), job, group, round, sums);
            if (slots > 1) {
                // Round after round, so that each lane adds its samples in order.
#pragma unroll 1
                for (u32 turn = 0; turn < slots; turn++) {
                    __syncthreads();
                    if (turn != slot) continue;
#pragma unroll
                    for (int at = 0; at < ROWS * ENTRIES; at++) {
                        S& sum = shared_sums[at * LANES];
                        sum = sum + sums[at / ENTRIES][at % ENTRIES];
                    }
                }
                clear<E>(sums);
            }
        }
        // The last slot has added.
        if (slots > 1) __syncthreads();
        if (slot > 0) return;
#pragma unroll
        for (int row = 0; row < ROWS; row++) {
            if (row >= static_cast<int>(rows)) break;
            if (slots > 1) {
#pragma unroll
                for (int entry = 0; entry < ENTRIES; entry++) sums[row][entry] = shared_sums[(row * ENTRIES + entry) * LANES];
            }
            store(job, leaf, (first + row) * ENTRIES, lane, sums[row]);
        }
    }
}

// The value of the function for every sample, after `logphi_by_row`, from what that has kept: grid-stride over warps, blocks of
// (32, warps).
template <class E> LOGPHI_INLINE void evaluate_all(const Job& job) {
    if constexpr (E::SCORES > 0) {
        using S = typename E::Scalar;
        using C = typename E::Coordinates;
        constexpr u32 ROUNDS = LEAF / LANES;
        const u64 all = static_cast<u64>(job.laws) * job.leaves * ROUNDS, step = static_cast<u64>(gridDim.x) * blockDim.y;
        for (u64 at = static_cast<u64>(blockIdx.x) * blockDim.y + threadIdx.y; at < all; at += step) {
            const u32 leaf = static_cast<u32>(at / ROUNDS), offset = static_cast<u32>(at % ROUNDS) * LANES + threadIdx.x;
            const Leaf range(job, leaf);
            if (range.first + offset >= range.end) continue;
            S value = static_cast<S>(job.constant);
            const S* rows = static_cast<const S*>(job.arguments) + 2 * static_cast<u64>(leaf) * job.ridge_rows * LEAF;
            for (u32 row = 0; row < job.ridge_rows; row++) value = value + rows[(2 * static_cast<u64>(row) + 1) * LEAF + offset];
            if constexpr (Sizes<E>::SEPARABLE) {
                for (u32 coordinate = 0; coordinate < job.dimension; coordinate++) {
                    Array<S, Sizes<E>::ENTRIES> derivatives;
                    const auto numbers = load<S, C::NUMBERS>(job.numbers, coordinate);
                    C::derivatives(drawn<S>(job, leaf, coordinate)[offset], numbers, derivatives);
                    value = value + derivatives[0];
                }
            }
            if constexpr (Sizes<E>::INTERACTIONS > 0) {
                S sum = S(0);
                add_values<E, Sizes<E>::RIDGES>(typename E::Interactions(), job, Place{leaf, offset}, sum);
                value = value + sum;
            }
            static_cast<S*>(job.values)[static_cast<u64>(leaf) * LEAF + offset] = value;
        }
    }
}

// Adds what every row gives to the stencils of a coordinate.
template <class E, int INDEX, class R, class... Rest>
LOGPHI_INLINE void add_moved(List<R, Rest...>, const Job& job, const Round<typename E::Scalar, Sizes<E>::ROWS>& round, u32 coordinate,
                             const Array<typename E::Scalar, E::PROBES>& probes,
                             Array<typename E::Scalar, E::STENCILS>& sums) {
    using S = typename E::Scalar;
    const RidgeTable& table = job.ridges[INDEX];
    const S* slopes = static_cast<const S*>(table.slopes) + coordinate * BLOCK;
    const u64 place = static_cast<u64>(round.leaf) * job.ridge_rows + table.first;
    const S* arguments = static_cast<const S*>(job.arguments) + 2 * place * LEAF + round.offset;
#pragma unroll 1
    for (u32 row = 0; row < table.rows; row++) {
        const S slope = __ldg(slopes + static_cast<u64>(row / BLOCK) * job.dimension * BLOCK + row % BLOCK);
        const S* at = arguments + static_cast<u64>(row) * 2 * LEAF;
        Array<S, E::STENCILS> moved;
        R::stencils(at[0], at[LEAF], slope, probes, load<S, R::NUMBERS>(table.numbers, row), moved);
        add(sums, moved);
    }
    if constexpr (sizeof...(Rest) > 0) {
        add_moved<E, INDEX + 1>(List<Rest...>(), job, round, coordinate, probes, sums);
    }
}

// The separable term, its part of interaction terms and the stencils of every coordinate, after `by_row`. Grid
// (coordinates / blockDim.y, laws * leaves), blocks of (32, coordinates, slots). Shared memory with several slots:
// `coordinates * COORDINATE_ENTRIES * 32` numbers.
template <class E> LOGPHI_INLINE void by_moved_coordinate(const Job& job) {
    if constexpr (Sizes<E>::JOINED && Sizes<E>::COORDINATE_ENTRIES > 0) {
        using S = typename E::Scalar;
        using C = typename E::Coordinates;
        constexpr int ENTRIES = Sizes<E>::COORDINATE_ENTRIES, FIRST = Sizes<E>::SEPARABLE_ENTRIES;
        LOGPHI_SHARED(bytes);
        const u32 lane = threadIdx.x, slot = threadIdx.z, slots = blockDim.z, leaf = blockIdx.y;
        S* const shared_sums = reinterpret_cast<S*>(bytes) + threadIdx.y * ENTRIES * LANES + lane;
        const Leaf range(job, leaf);
        const Key key = {job.key[0], job.key[1]};
        const u32 coordinate = blockIdx.x * blockDim.y + threadIdx.y;
        const bool present = coordinate < job.dimension;
        Array<S, ENTRIES> sums;
        fill(sums, -S(0));
        if (slots > 1 && slot == 0) {
            for (int at = 0; at < ENTRIES; at++) shared_sums[at * LANES] = -S(0);
        }
#pragma unroll 1
        for (u32 start = 0; start < range.rounds(); start += slots) {
            const u32 offset = (start + slot) * LANES + lane;
            const u64 sample = range.first + offset;
            if (present && sample < range.end) {
                S z;
                if (job.draws) {
                    z = static_cast<const S*>(job.draws)[(static_cast<u64>(leaf) * job.dimension + coordinate) * LEAF + offset];
                } else {
                    Words<S> words(key, sample, coordinate);
                    z = E::draw(load<S, E::PREPARED>(job.prepared, range.coordinates + coordinate), words);
                }
                S value = S(0);
                Array<S, FIRST> derivatives;
                if constexpr (Sizes<E>::SEPARABLE) {
                    C::derivatives(z, load<S, C::NUMBERS>(job.numbers, coordinate), derivatives);
                    value = derivatives[0];
                }
                if constexpr (Sizes<E>::INTERACTIONS > 0) {
                    Array<S, FIRST> joined;
                    fill(joined, -S(0));
                    add_interactions<E, Sizes<E>::RIDGES>(typename E::Interactions(), job, Place{leaf, offset}, coordinate, joined);
                    if constexpr (Sizes<E>::SEPARABLE) {
                        add(derivatives, joined);
                    } else {
                        derivatives = joined;
                    }
                }
                if constexpr (FIRST > 0) add(sums, derivatives);
                if constexpr (E::STENCILS > 0) {
                    auto words = Words<S>::auxiliary(key, sample, coordinate);
                    Array<S, E::PROBES> probes;
                    E::probes(load<S, E::PARAMETERS>(job.theta, range.coordinates + coordinate), z, words, probes);
                    Array<S, E::STENCILS> moved_sums;
                    fill(moved_sums, S(0));
                    const Round<S, Sizes<E>::ROWS> round = {nullptr, nullptr, nullptr, leaf, offset, true};
                    constexpr bool MOVES = E::STENCILS > E::SCORES;
                    if constexpr (MOVES && Sizes<E>::RIDGES > 0) {
                        add_moved<E, 0>(typename E::Ridges(), job, round, coordinate, probes, moved_sums);
                    }
                    if constexpr (MOVES && Sizes<E>::SEPARABLE) {
                        Array<S, E::STENCILS> moved;
                        C::stencils(z, value, probes, load<S, C::NUMBERS>(job.numbers, coordinate), moved);
                        add(moved_sums, moved);
                    }
                    if constexpr (MOVES && Sizes<E>::INTERACTIONS > 0) {
                        add_moved_interactions<E, Sizes<E>::RIDGES>(typename E::Interactions(), job, Place{leaf, offset}, coordinate,
                                                                    probes, moved_sums);
                    }
                    if constexpr (E::SCORES > 0) {
                        E::scores(static_cast<const S*>(job.values)[static_cast<u64>(leaf) * LEAF + offset], probes, moved_sums);
                    }
                    add<FIRST>(sums, moved_sums);
                }
            }
            if (slots > 1) {
#pragma unroll 1
                for (u32 turn = 0; turn < slots; turn++) {
                    __syncthreads();
                    if (turn != slot) continue;
#pragma unroll
                    for (int at = 0; at < ENTRIES; at++) {
                        S& sum = shared_sums[at * LANES];
                        sum = sum + sums[at];
                    }
                }
                fill(sums, -S(0));
            }
        }
        // The last slot has added.
        if (slots > 1) __syncthreads();
        if (slot > 0 || !present) return;
        if (slots > 1) {
#pragma unroll
            for (int at = 0; at < ENTRIES; at++) sums[at] = shared_sums[at * LANES];
        }
        const u32 run = job.ridge_rows * Sizes<E>::ENTRIES + coordinate * ENTRIES;
        store(job, leaf, run, lane, sums);
    }
}

} // namespace logphi
