// From the moments of rows to the derivatives of f for each coordinate, so that only these leave the device: the sums and the
// order of operations of `engine/contraction.rs`, in `f64`.
#pragma once

#include "tree.cuh"

namespace logphi {

constexpr int MOST_ORDERS = 32;
// Coordinates of a block, one for each lane of a warp, warps of a block, and rows that are taken at once.
constexpr u32 CONTRACTED = 32;
constexpr u32 CONTRACTING = 32;
constexpr u32 TILE = 64;

// Mirrored in Rust, `#[repr(C)]`.
struct Contraction {
    u32 dimension;
    u32 ridge_rows;
    // Runs of a ridge row, of the separable term of a coordinate, and of a coordinate.
    u32 entries;
    u32 separable_entries;
    u32 coordinate_entries;
    // How many ridge terms and orders there are.
    u32 ridges;
    u32 count;
    u32 orders[MOST_ORDERS];
    // Rows of each term, position of its first, and its slopes [rows][dimension] as `f64`.
    u32 rows[MOST_RIDGES];
    u32 first[MOST_RIDGES];
    const double* slopes[MOST_RIDGES];
    // [laws][1 + orders + stencils][dimension]: the total of the values at 0, then the sums of each moment.
    double* out;
    // [laws][1 + orders + stencils][gridDim.x]: 1 where a total is not finite, else 0.
    u32* broken;
};

// Where the totals of a law's runs come from: their lanes, ...
template <class T> struct OfLanes {
    const T* moments;
    LOGPHI_INLINE double total(u64 run) const { return add_lanes(moments + run * LANES); }
};

// ... or what the tree has made of them.
struct OfTree {
    const double* totals;
    LOGPHI_INLINE double total(u64 run) const { return __ldg(totals + run); }
};

LOGPHI_INLINE bool is_broken(double total) { return !(abs(total) < infinity<double>()); }

// Totals of some rows, and powers of their slopes for each coordinate of a block.
struct Tile {
    double totals[TILE];
    double powers[TILE][CONTRACTED];
};

// Fills a tile with rows of a term from `start` on, by all warps of a block but the first. Order 0 asks for no powers.
template <class Totals>
LOGPHI_INLINE void fill(const Contraction& job, const Totals& of, u32 ridge, u32 start, u32 moment, u32 order, Tile& tile, bool& broken) {
    const u32 rows = job.rows[ridge] - start < TILE ? job.rows[ridge] - start : TILE;
    const u32 worker = threadIdx.y - 1, lane = threadIdx.x;
    const u32 coordinate = blockIdx.x * CONTRACTED + lane;
    for (u32 row = worker * CONTRACTED + lane; row < rows; row += (CONTRACTING - 1) * CONTRACTED) {
        tile.totals[row] = of.total((static_cast<u64>(job.first[ridge]) + start + row) * job.entries + moment);
        broken |= is_broken(tile.totals[row]);
    }
    if (order == 0 || coordinate >= job.dimension) return;
    const double* slopes = job.slopes[ridge] + static_cast<u64>(start) * job.dimension + coordinate;
#pragma unroll 4
    for (u32 row = worker; row < rows; row += CONTRACTING - 1) {
        const double slope = __ldg(slopes + static_cast<u64>(row) * job.dimension);
        double power = slope;
        for (u32 exponent = 1; exponent < order; exponent++) power = power * slope;
        tile.powers[row][lane] = power;
    }
}

// Grid (dimension / 32, 1 + orders + stencils, laws), blocks of (32, 8). A lane of the first warp has one coordinate of one
// moment and takes rows in order; the other warps fill the tile that comes next.
template <class Totals> LOGPHI_INLINE void contract(const Contraction& job, const Totals& of) {
    __shared__ Tile tiles[2];
    __shared__ u32 any_broken;
    const u32 lane = threadIdx.x, moment = blockIdx.y;
    const u32 coordinate = blockIdx.x * CONTRACTED + lane;
    const u64 ridge_runs = static_cast<u64>(job.ridge_rows) * job.entries;
    const bool adds = threadIdx.y == 0, is_stencil = moment > job.count;
    if (adds && lane == 0) any_broken = 0;
    __syncthreads();
    bool broken = false;
    double sum = 0.0;
    // The coordinate's own moment; row 0 of the result is the value, which one thread adds below.
    if (adds && coordinate < job.dimension && moment > 0 && (is_stencil || job.separable_entries > 0)) {
        const u32 entry = is_stencil ? job.separable_entries + moment - 1 - job.count : moment;
        sum = of.total(ridge_runs + static_cast<u64>(coordinate) * job.coordinate_entries + entry);
        broken = is_broken(sum);
    }
    double value = -0.0;
    for (u32 ridge = 0; ridge < job.ridges && !is_stencil; ridge++) {
        const u32 order = moment == 0 ? 0 : job.orders[moment - 1];
        double ridge_sum = 0.0;
        if (!adds && job.rows[ridge] > 0) fill(job, of, ridge, 0, moment, order, tiles[0], broken);
        __syncthreads();
        for (u32 start = 0, at = 0; start < job.rows[ridge]; start += TILE, at ^= 1) {
            const u32 rows = job.rows[ridge] - start < TILE ? job.rows[ridge] - start : TILE;
            const Tile& tile = tiles[at];
            if (!adds) {
                if (start + TILE < job.rows[ridge]) fill(job, of, ridge, start + TILE, moment, order, tiles[at ^ 1], broken);
            } else if (moment == 0) {
#pragma unroll 8
                for (u32 row = 0; row < rows; row++) value = value + tile.totals[row];
            } else if (coordinate < job.dimension) {
#pragma unroll 8
                for (u32 row = 0; row < rows; row++) ridge_sum = mul_add(tile.powers[row][lane], tile.totals[row], ridge_sum);
            }
            __syncthreads();
        }
        sum = sum + ridge_sum;
    }
    if (moment == 0) {
        // Every warp but the first is done.
        for (u32 at = 0; adds && job.separable_entries > 0 && at < job.dimension; at++) {
            const double total = of.total(ridge_runs + static_cast<u64>(at) * job.coordinate_entries);
            broken |= is_broken(total);
            value = value + total;
        }
        sum = value;
    }
    if (broken) any_broken = 1;
    __syncthreads();
    if (!adds) return;
    const u64 row = static_cast<u64>(blockIdx.z) * gridDim.y + moment;
    if (lane == 0) job.broken[row * gridDim.x + blockIdx.x] = any_broken;
    if (moment == 0 ? coordinate == 0 : coordinate < job.dimension) job.out[row * job.dimension + coordinate] = sum;
}

// The runs of a law.
LOGPHI_INLINE u64 runs(const Contraction& job) {
    return static_cast<u64>(job.ridge_rows) * job.entries + static_cast<u64>(job.dimension) * job.coordinate_entries;
}

} // namespace logphi
