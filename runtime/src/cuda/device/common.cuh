// The kernels that are the same for all estimators, a module of its own: `_single` reads the moments of the only leaf in
// `f32`, `_double` those in `f64`, or what the tree gave.
#pragma once

#include "contract.cuh"

namespace logphi {

extern "C" __global__ void __launch_bounds__(128, 2)
    logphi_contract_single(const __grid_constant__ Contraction job, const float* moments) {
    contract(job, moments);
}

extern "C" __global__ void __launch_bounds__(128, 2)
    logphi_contract_double(const __grid_constant__ Contraction job, const double* moments) {
    contract(job, moments);
}

} // namespace logphi
