// Elementary functions of one scalar: the bits of `runtime/src/math`.
#pragma once

#include "exp.cuh"
#include "functions.cuh"
#include "ln.cuh"
#include "power.cuh"
#include "trig.cuh"
