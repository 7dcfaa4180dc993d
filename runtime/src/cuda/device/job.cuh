// What kernels read and where sums lie: the device's side of `engine/leaf.rs` and `engine/moments.rs`. Mirrored in Rust,
// `#[repr(C)]`.
#pragma once

#include "words.cuh"

namespace logphi {

// Lanes of a sum, samples of a leaf, rows that share the loads of a draw, and the most ridge terms of an estimator.
constexpr u32 LANES = 32;
constexpr u32 LEAF = 1024;
constexpr u32 BLOCK = 8;
constexpr int MOST_RIDGES = 8;

// A ridge term: slopes and offsets as in `engine/table.rs`, in blocks of eight rows, filled up with 0. Interaction terms have such a
// table each after those of ridge terms, with numbers only.
struct RidgeTable {
    // Rows of this term, and position of the first among those of all terms.
    u32 rows;
    u32 first;
    // [blocks][dimension][8], [blocks][8], [rows][NUMBERS], in the estimator's scalar.
    const void* slopes;
    const void* offsets;
    const void* numbers;
};

// One launch: `leaves` leaves from `first_leaf` on, of each of `laws` laws. All pointers are to numbers in the estimator's
// scalar. What has a place for each leaf has those of the first law first, then those of the second, ….
struct Job {
    u32 key[2];
    // Samples of a law. Random numbers count them from `first` on, and those of each law from `apart` samples after those of
    // the law before it.
    u64 samples;
    u64 first;
    u64 apart;
    u64 first_leaf;
    u32 leaves;
    u32 laws;
    u32 dimension;
    // Rows of all ridge terms.
    u32 ridge_rows;
    // Runs of 32 lanes of a leaf.
    u32 runs;
    // Whether blocks of rows put their slopes and draws in shared memory; they must where `draws` is null.
    u32 is_staged;
    // [laws][dimension][PREPARED]: what the draw reads.
    const void* prepared;
    // [laws][dimension][PARAMETERS]
    const void* theta;
    // [dimension][NUMBERS] of the separable term.
    const void* numbers;
    // [leaves][dimension][1024]: the draws, or null where each block of rows draws for itself. Needed for stencils with ridge terms,
    // for interaction terms and for scores.
    void* draws;
    // [leaves][ridge_rows][2][1024]: `u_o` and `h(u_o)`. Needed for stencils with ridge terms, otherwise null.
    void* arguments;
    // [leaves][1024]: the value of the function. Needed for score function rules, otherwise null. The part of the value without the draw.
    void* values;
    double constant;
    // [leaves][runs][32]: lane sums of every leaf.
    void* moments;
    RidgeTable ridges[MOST_RIDGES];
};

template <class... Types> struct Count;
template <class... Types> struct Count<List<Types...>> {
    static constexpr int VALUE = sizeof...(Types);
};

// Sizes that follow from an estimator.
template <class E> struct Sizes {
    using S = typename E::Scalar;
    static constexpr bool SEPARABLE = !Same<typename E::Coordinates, Nothing>::VALUE;
    static constexpr int RIDGES = Count<typename E::Ridges>::VALUE;
    static constexpr int INTERACTIONS = Count<typename E::Interactions>::VALUE;
    static_assert(RIDGES + INTERACTIONS <= MOST_RIDGES, "too many ridge and interaction terms");
    // Whether something joins the coordinates of a sample, so that its draws are made first.
    static constexpr bool JOINED = RIDGES > 0 || INTERACTIONS > 0 || E::SCORES > 0;
    // Runs of a ridge row, of the separable and interaction terms of a coordinate, and of a coordinate.
    static constexpr int ENTRIES = 1 + E::ORDERS;
    static constexpr int SEPARABLE_ENTRIES = SEPARABLE || INTERACTIONS > 0 ? ENTRIES : 0;
    static constexpr int COORDINATE_ENTRIES = SEPARABLE_ENTRIES + E::STENCILS;
    // Rows whose sums one thread keeps in registers.
    static constexpr int WEIGHT = ENTRIES * static_cast<int>(sizeof(S) / 4);
    static constexpr int ROWS = WEIGHT <= 12 ? 4 : WEIGHT <= 24 ? 2 : 1;
    // Threads among which the registers of a multiprocessor are shared out (80 each, or 128): more of them hide latencies.
    static constexpr int THREADS = sizeof(S) == 4 && ROWS * WEIGHT <= 32 ? 768 : 512;
};

template <class T, int N> LOGPHI_INLINE Array<T, N> load(const void* base, u64 index) {
    Array<T, N> out;
#pragma unroll
    for (int at = 0; at < N; at++) out[at] = __ldg(static_cast<const T*>(base) + index * N + at);
    return out;
}

// As `load`, for arrays that begin at multiples of their size, in any memory.
template <class T, int N> LOGPHI_INLINE Array<T, N> load_aligned(const void* base, u64 index) {
    constexpr int BYTES = N * static_cast<int>(sizeof(T));
    if constexpr (BYTES % 16 == 0) {
        Array<T, N> out;
#pragma unroll
        for (int at = 0; at < BYTES / 16; at++) {
            const uint4 part = static_cast<const uint4*>(base)[index * (BYTES / 16) + at];
            memcpy(&out[at * (16 / static_cast<int>(sizeof(T)))], &part, 16);
        }
        return out;
    } else {
        return static_cast<const Array<T, N>*>(base)[index];
    }
}

// A leaf's samples, as the random numbers count them.
struct Leaf {
    u64 first, end;
    // Position of coordinate 0 of the leaf's law.
    u64 coordinates;
    LOGPHI_INLINE Leaf(const Job& job, u32 place) {
        const u32 law = place / job.leaves, leaf = place - law * job.leaves;
        const u64 own = (job.first_leaf + leaf) * LEAF, skipped = job.first + law * job.apart;
        first = skipped + own;
        end = skipped + (own + LEAF < job.samples ? own + LEAF : job.samples);
        coordinates = static_cast<u64>(law) * job.dimension;
    }
    // Groups of 32 samples, one for each lane.
    LOGPHI_INLINE u32 rounds() const { return static_cast<u32>((end - first + LANES - 1) / LANES); }
};

// Writes a lane of consecutive runs of a leaf.
template <class S, int N> LOGPHI_INLINE void store(const Job& job, u32 leaf, u32 run, u32 lane, const Array<S, N>& sums) {
    S* to = static_cast<S*>(job.moments) + (static_cast<u64>(leaf) * job.runs + run) * LANES + lane;
#pragma unroll
    for (int at = 0; at < N; at++) to[at * LANES] = sums[at];
}

} // namespace logphi
