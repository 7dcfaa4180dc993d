// Philox4x32-10 and its keys: the bits of `draw/philox.rs`.
#pragma once

#include "array.cuh"

namespace logphi {

struct Key {
    u32 low, high;

    LOGPHI_INLINE static u64 finalise(u64 z) {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }

    // The key of copy `copy`, below 2⁴⁸, of the jump of the compound draw at `site`.
    LOGPHI_INLINE Key of_copy(u16 site, u64 copy) const {
        const u64 gamma = 0x9e3779b97f4a7c15ull;
        const u64 seed = (static_cast<u64>(high) << 32) | low;
        const u64 stream = (static_cast<u64>(site) << 48) | copy;
        const u64 mixed = finalise(finalise(seed + gamma) + (stream + 1) * gamma);
        return {static_cast<u32>(mixed), static_cast<u32>(mixed >> 32)};
    }
};

// Four random words.
struct Block {
    u32 w0, w1, w2, w3;
};

LOGPHI_INLINE Block philox(Key key, u32 c0, u32 c1, u32 c2, u32 c3) {
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const u64 even = static_cast<u64>(c0) * 0xd2511f53u;
        const u64 odd = static_cast<u64>(c2) * 0xcd9e8d57u;
        c0 = static_cast<u32>(odd >> 32) ^ c1 ^ key.low;
        c2 = static_cast<u32>(even >> 32) ^ c3 ^ key.high;
        c1 = static_cast<u32>(odd);
        c3 = static_cast<u32>(even);
        key.low += 0x9e3779b9u;
        key.high += 0xbb67ae85u;
    }
    return {c0, c1, c2, c3};
}

} // namespace logphi
