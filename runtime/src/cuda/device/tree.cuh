// The second stage: leaves are added in `f64` in the binary tree of `engine/tree.rs`. Node i of a level is the sum of nodes
// 2i and 2i + 1 below; a missing right child counts as nothing.
#pragma once

#include "job.cuh"

namespace logphi {

// Aligned runs into which the leaves of a launch are cut, and the most leaves of a run and of a launch. Sums of several
// launches of 1024 leaves each (the last may have fewer) are leaves of another.
constexpr u32 TREE_RUNS = 16;
constexpr u32 TREE_LEVELS = 7;
constexpr u32 TREE_LEAVES = TREE_RUNS << (TREE_LEVELS - 1);

// Pushes a complete subtree of 2^level leaves, of which `count` multiples lie before it, as a binary counter carries.
LOGPHI_INLINE void push(double (&stack)[TREE_LEVELS][TREE_RUNS][LANES], u32 run, u32 lane, u32 count, u32 level, double sum) {
    for (; count & 1; count >>= 1) {
        sum = stack[level][run][lane] + sum;
        level++;
    }
    stack[level][run][lane] = sum;
}

// The most leaves that `few_leaves` adds, and runs of a block of it.
constexpr u32 FEW_LEAVES = 8;
constexpr u32 FEW_RUNS = 8;

// The same as `tree` for a few leaves, in registers. Grid (length / 256, laws), blocks of (32, 8).
template <class T>
LOGPHI_INLINE void few_leaves(const T* leaves, u32 count, u64 length, double* out, double* totals) {
    __shared__ double lanes[FEW_RUNS][LANES];
    const u32 lane = threadIdx.x;
    const u64 run = static_cast<u64>(blockIdx.x) * FEW_RUNS + threadIdx.y, entry = run * LANES + lane;
    const bool present = entry < length;
    double values[FEW_LEAVES];
#pragma unroll
    for (u32 leaf = 0; leaf < FEW_LEAVES; leaf++) {
        const u64 place = (static_cast<u64>(blockIdx.y) * count + leaf) * length + entry;
        values[leaf] = present && leaf < count ? static_cast<double>(leaves[place]) : 0.0;
    }
#pragma unroll
    for (u32 stride = 1; stride < FEW_LEAVES; stride *= 2) {
#pragma unroll
        for (u32 leaf = 0; leaf < FEW_LEAVES; leaf += 2 * stride) {
            if (leaf + stride < count) values[leaf] = values[leaf] + values[leaf + stride];
        }
    }
    if (present) out[blockIdx.y * length + entry] = values[0];
    if (!totals) return;
    // The lanes pairwise, as `add_lanes` does.
    double* const own = lanes[threadIdx.y];
    own[lane] = values[0];
#pragma unroll
    for (u32 half = LANES / 2; half > 0; half /= 2) {
        __syncthreads();
        if (lane < half) own[lane] = own[lane] + own[lane + half];
    }
    if (lane == 0 && present) totals[(blockIdx.y * length + entry) / LANES] = own[0];
}

// Adds the lanes of a run pairwise: halves, quarters, ….
template <class T> LOGPHI_INLINE double add_lanes(const T* lanes) {
    const auto quarter = [lanes](u32 lane) {
        const double left = static_cast<double>(lanes[lane]) + static_cast<double>(lanes[lane + 16]);
        return left + (static_cast<double>(lanes[lane + 8]) + static_cast<double>(lanes[lane + 24]));
    };
    double sums[4];
#pragma unroll
    for (u32 lane = 0; lane < 4; lane++) sums[lane] = quarter(lane) + quarter(lane + 4);
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

// `out[law][i] = Σ_leaf leaves[law][leaf][i]`, i below `length`, and where `totals` is not null the sum over the lanes of each
// run of `out`. Grid (length / 32, laws), blocks of (32, 16); at most 1024 leaves.
template <class T> LOGPHI_INLINE void tree(const T* leaves, u32 count, u64 length, double* out, double* totals) {
    __shared__ double stack[TREE_LEVELS][TREE_RUNS][LANES];
    const u32 lane = threadIdx.x, run = threadIdx.y;
    const u64 entry = static_cast<u64>(blockIdx.x) * LANES + lane;
    u32 each = 1;
    while (each * TREE_RUNS < count) each *= 2;
    const u32 runs = (count + each - 1) / each;
    const u32 first = run * each;
    const u32 own = first >= count ? 0 : count - first < each ? count - first : each;
    const T* from = leaves + (static_cast<u64>(blockIdx.y) * count + first) * length + entry;
    u32 at = 0;
    // Eight leaves at once, so that their loads do not wait for one another.
    for (; at + 8 <= own; at += 8) {
        double values[8];
#pragma unroll
        for (int index = 0; index < 8; index++) values[index] = static_cast<double>(from[(at + index) * length]);
        const double left = (values[0] + values[1]) + (values[2] + values[3]);
        const double right = (values[4] + values[5]) + (values[6] + values[7]);
        push(stack, run, lane, at / 8, 3, left + right);
    }
    for (; at < own; at++) push(stack, run, lane, at, 0, static_cast<double>(from[at * length]));
    // What is left over, smallest first.
    double sum = 0;
    bool any = false;
    for (u32 level = 0; level < TREE_LEVELS; level++) {
        if (!(own >> level & 1)) continue;
        const double left = stack[level][run][lane];
        sum = any ? left + sum : left;
        any = true;
    }
    stack[0][run][lane] = sum;
    for (u32 stride = 1; stride < runs; stride *= 2) {
        __syncthreads();
        if (run % (2 * stride) == 0 && run + stride < runs) {
            stack[0][run][lane] = stack[0][run][lane] + stack[0][run + stride][lane];
        }
    }
    if (run == 0) out[blockIdx.y * length + entry] = stack[0][0][lane];
    if (!totals) return;
    __syncthreads();
    if (run == 0 && lane == 0) totals[static_cast<u64>(blockIdx.y) * gridDim.x + blockIdx.x] = add_lanes(stack[0][0]);
}

} // namespace logphi
