// Types that every other header uses: NVRTC knows no standard library.
#pragma once

#define LOGPHI_INLINE __device__ __forceinline__

namespace logphi {

using i32 = int;
using u16 = unsigned short;
using u32 = unsigned int;
using i64 = long long;
using u64 = unsigned long long;

// N numbers, N = 0 allowed. Indices must be known where code is inlined, or the numbers leave the registers.
template <class T, int N> struct Array {
    T entries[N];
    LOGPHI_INLINE T& operator[](int index) { return entries[index]; }
    LOGPHI_INLINE const T& operator[](int index) const { return entries[index]; }
};

template <class T> struct Array<T, 0> {
    // Never called: loops over no entries are compiled all the same.
    LOGPHI_INLINE T& operator[](int) { return *reinterpret_cast<T*>(this); }
    LOGPHI_INLINE const T& operator[](int) const { return *reinterpret_cast<const T*>(this); }
};

// The same number in each place.
template <class T, int N> LOGPHI_INLINE void fill(Array<T, N>& array, T value) {
#pragma unroll
    for (int index = 0; index < N; index++) array[index] = value;
}

// `sums += values`, place by place, from place FROM on.
template <int FROM = 0, class T, int N, int M> LOGPHI_INLINE void add(Array<T, N>& sums, const Array<T, M>& values) {
    static_assert(FROM + M <= N, "as many sums as values");
#pragma unroll
    for (int index = 0; index < M; index++) sums[FROM + index] = sums[FROM + index] + values[index];
}

template <class A, class B> struct Same { static constexpr bool VALUE = false; };
template <class A> struct Same<A, A> { static constexpr bool VALUE = true; };

// A list of types: the ridge terms of an estimator, or its interaction terms.
template <class... Types> struct List {};

// The absent separable term.
struct Nothing {};

} // namespace logphi
