// Everything a compiled estimator reads. Its text stands in namespace `logphi`, where `exp` and the other functions are
// those of `math.cuh` and not the compiler's:
//
//     #include "logphi.cuh"
//     namespace logphi {
//     struct Name { … };
//     LOGPHI_KERNELS(Name)
//     }
#pragma once

#include "array.cuh"
#include "engine.cuh"
#include "implicit_beta.cuh"
#include "implicit_gamma.cuh"
#include "math.cuh"
#include "words.cuh"
