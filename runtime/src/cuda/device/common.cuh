// The kernels that all estimators share, a module of its own: `_single` reads moments in `f32`, `_double` in `f64`.
#pragma once

#include "contract.cuh"
#include "tree.cuh"

namespace logphi {

extern "C" __global__ void __launch_bounds__(512)
    logphi_tree_single(const float* leaves, u32 count, u64 length, double* out) {
    tree(leaves, count, length, out);
}

extern "C" __global__ void __launch_bounds__(512)
    logphi_tree_double(const double* leaves, u32 count, u64 length, double* out) {
    tree(leaves, count, length, out);
}

extern "C" __global__ void __launch_bounds__(128)
    logphi_contract_single(const __grid_constant__ Contraction job, const float* moments) {
    contract(job, moments);
}

extern "C" __global__ void __launch_bounds__(128)
    logphi_contract_double(const __grid_constant__ Contraction job, const double* moments) {
    contract(job, moments);
}

} // namespace logphi
