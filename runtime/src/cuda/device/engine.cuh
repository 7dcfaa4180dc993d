// The kernels of an estimator: loops and no mathematics. One module holds one estimator, so that their names are fixed.
//
// | kernel | for | before it |
// | --- | --- | --- |
// | `logphi_by_coordinate` | nothing that joins coordinates | |
// | `logphi_draw` | ridge terms, interaction terms or scores, where draws are kept | |
// | `logphi_by_row` | ridge terms | `logphi_draw` if `Job::draws` is given |
// | `logphi_evaluate` | scores | `logphi_by_row` if there are ridge terms |
// | `logphi_by_moved_coordinate` | the same, with separable or interaction terms or stencils | all above |
//
// | `logphi_tree` | adding leaves, at most 1024 | all of these |
// | `logphi_few_leaves` | the same, at most 8 | all of these |
// | `logphi_tree_of_sums` | adding what several launches gave | `logphi_tree` |
//
// Each of the kernels before these writes its part of `Job::moments` or none, so all numbers are written once and nothing need be
// cleared.
#pragma once

#include "by_coordinate.cuh"
#include "by_sample.cuh"
#include "tree.cuh"

#define LOGPHI_KERNELS(E)                                                                                              \
    extern "C" __global__ void __launch_bounds__(256, 1) logphi_by_coordinate(const __grid_constant__ Job job) {       \
        by_coordinate<E>(job);                                                                                         \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) logphi_draw(const __grid_constant__ Job job) { draw_all<E>(job); } \
    extern "C" __global__ void __launch_bounds__(Sizes<E>::THREADS, 1)                                                 \
        logphi_by_row(const __grid_constant__ Job job) {                                                               \
        by_row<E>(job);                                                                                                \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256, 1) logphi_evaluate(const __grid_constant__ Job job) {            \
        evaluate_all<E>(job);                                                                                          \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(512, 1) logphi_by_moved_coordinate(const __grid_constant__ Job job) { \
        by_moved_coordinate<E>(job);                                                                                   \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(512)                                                                  \
        logphi_tree(const E::Scalar* leaves, u32 count, u64 length, double* out, double* totals) {                     \
        tree(leaves, count, length, out, totals);                                                                      \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256)                                                                  \
        logphi_few_leaves(const E::Scalar* leaves, u32 count, u64 length, double* out, double* totals) {               \
        few_leaves(leaves, count, length, out, totals);                                                                \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(512)                                                                  \
        logphi_tree_of_sums(const double* leaves, u32 count, u64 length, double* out, double* totals) {                \
        tree(leaves, count, length, out, totals);                                                                      \
    }                                                                                                                  \
    /* For tests: rows of a thread of `by_row`, the sizes that both sides compute, how many scores and interactions there are. */ \
    extern "C" {                                                                                                       \
    __device__ u32 logphi_sizes[5] = {Sizes<E>::ROWS, Sizes<E>::ENTRIES, Sizes<E>::COORDINATE_ENTRIES, E::SCORES,      \
                                            Sizes<E>::INTERACTIONS};                                                   \
    }
