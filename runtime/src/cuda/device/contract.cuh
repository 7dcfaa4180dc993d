// From the moments of rows to the derivatives of f for each coordinate, so that only these leave the device: the sums and the
// order of operations of `engine/contraction.rs`, in `f64`.
#pragma once

#include "job.cuh"

namespace logphi {

constexpr int MOST_ORDERS = 32;
// Threads of a block; so many rows are added over their lanes at once.
constexpr u32 CONTRACTED = 128;

// Mirrored in Rust, `#[repr(C)]`.
struct Contraction {
    u32 dimension;
    u32 ridge_rows;
    // Runs of a ridge row, of the separable term of a coordinate, and of a coordinate.
    u32 entries;
    u32 separable_entries;
    u32 coordinate_entries;
    // How many ridge terms and orders there are.
    u32 ridges;
    u32 count;
    u32 orders[MOST_ORDERS];
    // Rows of each term, position of its first, and its slopes [rows][dimension] as `f64`.
    u32 rows[MOST_RIDGES];
    u32 first[MOST_RIDGES];
    const double* slopes[MOST_RIDGES];
    // [laws][1 + orders + stencils][dimension]: the total of the values at 0, then the sums of each moment.
    double* out;
    // [laws][1 + orders + stencils][gridDim.x]: 1 where a total is not finite, else 0.
    u32* broken;
};

// Adds the lanes of a run pairwise: halves, quarters, ….
template <class T> LOGPHI_INLINE double add_lanes(const T* moments, u64 run) {
    const T* lanes = moments + run * LANES;
    const auto quarter = [lanes](u32 lane) {
        const double left = static_cast<double>(lanes[lane]) + static_cast<double>(lanes[lane + 16]);
        return left + (static_cast<double>(lanes[lane + 8]) + static_cast<double>(lanes[lane + 24]));
    };
    double sums[4];
#pragma unroll
    for (u32 lane = 0; lane < 4; lane++) sums[lane] = quarter(lane) + quarter(lane + 4);
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

LOGPHI_INLINE bool is_broken(double total) { return !(abs(total) < infinity<double>()); }

// Grid (dimension / 128, 1 + orders + stencils, laws), blocks of 128. A thread has one coordinate of one moment and takes rows in
// order; the block adds their lanes.
template <class T> LOGPHI_INLINE void contract(const Contraction& job, const T* all_moments) {
    __shared__ double totals[CONTRACTED];
    __shared__ u32 any_broken;
    const u32 thread = threadIdx.x, moment = blockIdx.y;
    const u32 coordinate = blockIdx.x * CONTRACTED + thread;
    const u64 ridge_runs = static_cast<u64>(job.ridge_rows) * job.entries;
    const u64 runs = ridge_runs + static_cast<u64>(job.dimension) * job.coordinate_entries;
    const T* const moments = all_moments + blockIdx.z * runs * LANES;
    if (thread == 0) any_broken = 0;
    __syncthreads();
    bool broken = false;
    double sum = 0.0;
    // The coordinate's own moment; row 0 of the result is the value, which one thread adds below.
    const bool is_stencil = moment > job.count;
    if (coordinate < job.dimension && moment > 0 && (is_stencil || job.separable_entries > 0)) {
        const u32 entry = is_stencil ? job.separable_entries + moment - 1 - job.count : moment;
        sum = add_lanes(moments, ridge_runs + static_cast<u64>(coordinate) * job.coordinate_entries + entry);
        broken = is_broken(sum);
    }
    if (!is_stencil) {
        double value = -0.0;
        for (u32 ridge = 0; ridge < job.ridges; ridge++) {
            const u32 order = moment == 0 ? 0 : job.orders[moment - 1];
            double ridge_sum = 0.0;
            for (u32 start = 0; start < job.rows[ridge]; start += CONTRACTED) {
                const u32 rows = job.rows[ridge] - start < CONTRACTED ? job.rows[ridge] - start : CONTRACTED;
                __syncthreads();
                if (thread < rows) {
                    const u64 row = job.first[ridge] + start + thread;
                    totals[thread] = add_lanes(moments, row * job.entries + moment);
                    broken |= is_broken(totals[thread]);
                }
                __syncthreads();
                if (moment == 0) {
                    if (thread == 0) {
                        for (u32 row = 0; row < rows; row++) value = value + totals[row];
                    }
                } else if (coordinate < job.dimension) {
                    const double* slopes = job.slopes[ridge] + static_cast<u64>(start) * job.dimension + coordinate;
#pragma unroll 8
                    for (u32 row = 0; row < rows; row++) {
                        const double slope = __ldg(slopes + static_cast<u64>(row) * job.dimension);
                        double power = slope;
                        for (u32 exponent = 1; exponent < order; exponent++) power = power * slope;
                        ridge_sum = mul_add(power, totals[row], ridge_sum);
                    }
                }
            }
            sum = sum + ridge_sum;
        }
        if (moment == 0 && job.separable_entries > 0) {
            for (u32 start = 0; start < job.dimension; start += CONTRACTED) {
                const u32 count = job.dimension - start < CONTRACTED ? job.dimension - start : CONTRACTED;
                __syncthreads();
                if (thread < count) {
                    totals[thread] = add_lanes(moments, ridge_runs + static_cast<u64>(start + thread) * job.coordinate_entries);
                    broken |= is_broken(totals[thread]);
                }
                __syncthreads();
                if (thread == 0) {
                    for (u32 at = 0; at < count; at++) value = value + totals[at];
                }
            }
        }
        if (moment == 0) sum = value;
    }
    if (broken) any_broken = 1;
    __syncthreads();
    const u64 row = static_cast<u64>(blockIdx.z) * gridDim.y + moment;
    if (thread == 0) job.broken[row * gridDim.x + blockIdx.x] = any_broken;
    if (moment == 0 ? coordinate == 0 : coordinate < job.dimension) {
        job.out[row * job.dimension + coordinate] = sum;
    }
}

} // namespace logphi
