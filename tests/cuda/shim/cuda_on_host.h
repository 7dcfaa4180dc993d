// CUDA C++ on the processor, for tests: the text of a kernel compiles with g++ and its blocks and threads run one after the
// other. Threads are fibers that give way at barriers; what the device computes with single IEEE operations is the same here
// (compile with `-ffp-contract=off -mfma`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <ucontext.h>
#include <vector>

#define __device__
#define __global__
#define __shared__ static
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __grid_constant__

inline unsigned __float_as_uint(float x) {
    unsigned bits;
    std::memcpy(&bits, &x, 4);
    return bits;
}
inline float __uint_as_float(unsigned bits) {
    float x;
    std::memcpy(&x, &bits, 4);
    return x;
}
inline long long __double_as_longlong(double x) {
    long long bits;
    std::memcpy(&bits, &x, 8);
    return bits;
}
inline double __longlong_as_double(long long bits) {
    double x;
    std::memcpy(&x, &bits, 8);
    return x;
}
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline double __dsqrt_rn(double x) { return std::sqrt(x); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>((static_cast<unsigned __int128>(a) * b) >> 64);
}

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};

namespace on_host {

// A block runs in rounds: each of its fibers in turn until the next barrier or the end.
struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool done = true;
};

inline dim3 grid, block, block_index, thread_index;
inline std::vector<Fiber> fibers;
inline unsigned current;
inline ucontext_t scheduler;
inline std::function<void()> body;
inline std::vector<double> dynamic_shared;
constexpr std::size_t STACK = 256 * 1024;

inline void run_fiber() {
    body();
    fibers[current].done = true;
    swapcontext(&fibers[current].context, &scheduler);
}

inline void barrier() { swapcontext(&fibers[current].context, &scheduler); }

inline void run_block() {
    const unsigned threads = block.x * block.y * block.z;
    if (fibers.size() < threads) fibers.resize(threads);
    for (unsigned at = 0; at < threads; at++) {
        Fiber& fiber = fibers[at];
        if (!fiber.stack) fiber.stack.reset(new char[STACK]);
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = STACK;
        fiber.context.uc_link = &scheduler;
        fiber.done = false;
        makecontext(&fiber.context, run_fiber, 0);
    }
    for (bool any = true; any;) {
        any = false;
        for (unsigned at = 0; at < threads; at++) {
            if (fibers[at].done) continue;
            any = true;
            current = at;
            thread_index = {at % block.x, at / block.x % block.y, at / block.x / block.y};
            swapcontext(&scheduler, &fibers[at].context);
        }
    }
}

// Runs `kernel` for every block of the grid. Shared memory begins as NaN, so that what was not written shows.
template <class Kernel> void launch(dim3 grid_size, dim3 block_size, std::size_t shared, Kernel kernel) {
    grid = grid_size;
    block = block_size;
    body = kernel;
    for (unsigned z = 0; z < grid.z; z++) {
        for (unsigned y = 0; y < grid.y; y++) {
            for (unsigned x = 0; x < grid.x; x++) {
                dynamic_shared.assign(shared / 8 + 1, std::nan(""));
                block_index = {x, y, z};
                run_block();
            }
        }
    }
}

} // namespace on_host

#define threadIdx (on_host::thread_index)
#define blockIdx (on_host::block_index)
#define blockDim (on_host::block)
#define gridDim (on_host::grid)

inline void __syncthreads() { on_host::barrier(); }
inline void __syncwarp() { on_host::barrier(); }
struct uint4 {
    unsigned x, y, z, w;
};

template <class T> T __ldg(const T* at) { return *at; }

// Dynamic shared memory, declared by `LOGPHI_SHARED` in `engine.cuh`.
#define LOGPHI_SHARED(name) unsigned char* name = reinterpret_cast<unsigned char*>(on_host::dynamic_shared.data())
