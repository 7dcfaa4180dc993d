// The kernels that are the same for all estimators, a module of its own: `_single` and `_double` read the moments of the only
// leaf in `f32` and `f64`, `_totals` what the tree has made of them.
#pragma once

#include "contract.cuh"

namespace logphi {

extern "C" __global__ void __launch_bounds__(1024, 1)
    logphi_contract_single(const __grid_constant__ Contraction job, const float* moments) {
    contract(job, OfLanes<float>{moments + blockIdx.z * runs(job) * LANES});
}

extern "C" __global__ void __launch_bounds__(1024, 1)
    logphi_contract_double(const __grid_constant__ Contraction job, const double* moments) {
    contract(job, OfLanes<double>{moments + blockIdx.z * runs(job) * LANES});
}

extern "C" __global__ void __launch_bounds__(1024, 1)
    logphi_contract_totals(const __grid_constant__ Contraction job, const double* totals) {
    contract(job, OfTree{totals + blockIdx.z * runs(job)});
}

} // namespace logphi
