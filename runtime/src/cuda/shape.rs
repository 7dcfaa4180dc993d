//! The shapes of launches: how leaves, rows and coordinates are shared out to blocks of threads.

use cudarc::driver::LaunchConfig;

use super::device::Outline;
use crate::engine::{LANES, LEAF};

/// Rows of a block in the tables of ridge terms.
const BLOCK: usize = 8;
/// The most warps of a block of threads.
const WARPS: usize = 16;
/// Blocks with the same samples from which on draws are made once, by a kernel of their own.
const MANY_BLOCKS: usize = 4;
/// Shared memory that every device gives a block.
const SHARED: usize = 48 << 10;

/// What shapes hang on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) outline: Outline,
    pub(super) multiprocessors: usize,
}

/// The shape of a launch by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    config: LaunchConfig,
    /// Whether draws come from memory and not from the block itself.
    pub(super) needs_draws: bool,
    /// Whether blocks put slopes and draws in shared memory; they do where they draw.
    pub(super) is_staged: bool,
}

impl Rows {
    /// The launch for so many leaves of all laws.
    pub(super) fn over(&self, leaves: usize) -> LaunchConfig {
        let (groups, ..) = self.config.grid_dim;
        LaunchConfig { grid_dim: (groups, leaves as u32, 1), ..self.config }
    }
}

impl Geometry {
    /// Enough blocks for so many warps, up to what keeps the device busy; warps take the rest in turn.
    pub(super) fn over_warps(&self, warps: usize) -> LaunchConfig {
        const OWN: usize = 8;
        let blocks = warps.div_ceil(OWN).clamp(1, 64 * self.multiprocessors);
        LaunchConfig { grid_dim: (blocks as u32, 1, 1), block_dim: (LANES as u32, OWN as u32, 1), shared_mem_bytes: 0 }
    }

    /// The launch by row for ridge terms of so many rows each, made for about so many leaves of all laws; it serves any number.
    pub(super) fn by_row(&self, rows_of_terms: &[usize], dimension: usize, samples: u64, leaves: usize) -> Rows {
        let (outline, rows) = (self.outline, self.rows_of_thread());
        let groups: usize =
            rows_of_terms.iter().map(|rows_of_term| rows_of_term.div_ceil(BLOCK) * (BLOCK / rows)).sum();
        let groups = groups.max(1);
        let warps = if self.is_small(leaves * groups) { WARPS } else { WARPS / 2 };
        let shared = |own: usize, slots: usize, drawn: bool, staged: bool| {
            let staged = if staged { dimension * (own * rows + slots * LANES) } else { 0 };
            let prepared = if drawn { dimension * outline.parameters } else { 0 };
            let sums = if slots > 1 { own * rows * outline.entries * LANES } else { 0 };
            (staged + prepared + sums) * outline.size
        };
        let slots = self.slots(samples, leaves * groups);
        let moves = outline.stencils > 0;
        // Where many blocks have the same samples, each would draw them all again.
        let blocks = groups.div_ceil(warps / slots);
        let redraws = blocks >= MANY_BLOCKS && samples >= LEAF as u64 / 2;
        let draws = !moves && !redraws;
        let options = [(slots, draws, true), (1, draws, true), (slots, false, false)];
        let own = |slots: usize| groups.min(warps / slots);
        let fits = |&(slots, drawn, staged): &(usize, bool, bool)| shared(own(slots), slots, drawn, staged) <= SHARED;
        let (slots, drawn, staged) = options.into_iter().find(fits).unwrap_or((1, false, false));
        let own = own(slots);
        let config = LaunchConfig {
            grid_dim: (groups.div_ceil(own) as u32, leaves as u32, 1),
            block_dim: (LANES as u32, own as u32, slots as u32),
            shared_mem_bytes: shared(own, slots, drawn, staged) as u32,
        };
        Rows { config, needs_draws: !drawn, is_staged: staged }
    }

    /// The launch by moved coordinate for so many leaves of all laws.
    pub(super) fn by_moved_coordinate(&self, dimension: usize, samples: u64, leaves: usize) -> LaunchConfig {
        let slots = self.slots(samples, leaves * dimension);
        let shared = |own: usize, slots: usize| match slots {
            1 => 0,
            _ => own * self.outline.coordinate_entries * LANES * self.outline.size,
        };
        let own = |slots: usize| dimension.min(WARPS / slots).max(1);
        let slots = if shared(own(slots), slots) <= SHARED { slots } else { 1 };
        let own = own(slots);
        LaunchConfig {
            grid_dim: (dimension.div_ceil(own) as u32, leaves as u32, 1),
            block_dim: (LANES as u32, own as u32, slots as u32),
            shared_mem_bytes: shared(own, slots) as u32,
        }
    }

    /// Whether so many blocks of a warp each leave the device with little to do.
    fn is_small(&self, warps: usize) -> bool {
        warps < 16 * self.multiprocessors
    }

    /// Rounds of a leaf that a block takes at once: several where there are too few blocks to fill the device.
    fn slots(&self, samples: u64, warps: usize) -> usize {
        match samples.min(LEAF as u64).div_ceil(LANES as u64) {
            _ if !self.is_small(warps) => 1,
            0..8 => 4,
            _ => 8,
        }
    }

    /// Rows of one thread, as `job.cuh` computes them.
    fn rows_of_thread(&self) -> usize {
        match self.outline.entries * self.outline.size / 4 {
            0..=12 => 4,
            13..=24 => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(entries: usize, size: usize, stencils: usize) -> Geometry {
        let outline = Outline {
            size,
            parameters: 2,
            orders: &[],
            entries,
            separable_entries: 0,
            coordinate_entries: stencils,
            stencils,
            has_ridges: true,
            has_interactions: false,
            has_scores: false,
        };
        Geometry { outline, multiprocessors: 132 }
    }

    /// What `by_row` of `by_sample.cuh` puts in shared memory.
    fn bytes_of_kernel(geometry: &Geometry, shape: &Rows, dimension: usize) -> usize {
        let (_, groups, slots) = shape.config.block_dim;
        let (groups, slots, rows) = (groups as usize, slots as usize, geometry.rows_of_thread());
        let staged = if shape.is_staged { groups * dimension * rows + slots * dimension * 32 } else { 0 };
        let prepared = if shape.needs_draws { 0 } else { dimension * geometry.outline.parameters };
        let sums = if slots > 1 { groups * rows * geometry.outline.entries * 32 } else { 0 };
        (staged + prepared + sums) * geometry.outline.size
    }

    #[test]
    fn shapes_by_row_keep_to_what_the_kernel_and_the_device_ask() {
        for (entries, size, stencils) in [(1, 4, 0), (7, 4, 0), (7, 8, 0), (30, 8, 0), (3, 4, 2), (3, 8, 9)] {
            let geometry = geometry(entries, size, stencils);
            for rows in [0, 1, 9, 64, 100, 4096] {
                for dimension in [1, 3, 30, 500, 20_000] {
                    for (samples, leaves) in
                        [(1, 1), (50, 1), (50, 1000), (5000, 5), (1 << 20, 1024), (1 << 20, 60_000)]
                    {
                        let shape = geometry.by_row(&[rows, 1], dimension, samples, leaves);
                        let (x, y, z) = shape.config.block_dim;
                        let what = format!("{rows} rows, {dimension} coordinates, {leaves} leaves: {shape:?}");
                        assert!(x == 32 && y > 0 && x * y * z <= 512, "{what}");
                        assert_eq!(
                            shape.config.shared_mem_bytes as usize,
                            bytes_of_kernel(&geometry, &shape, dimension),
                            "{what}"
                        );
                        assert!(shape.config.shared_mem_bytes as usize <= SHARED, "{what}");
                        assert!(shape.is_staged || shape.needs_draws, "what is drawn lies in shared memory: {what}");
                        assert!(shape.needs_draws || stencils == 0, "stencils read kept draws: {what}");
                        let groups = (rows.div_ceil(8) + 1) * (8 / geometry.rows_of_thread());
                        assert!(shape.config.grid_dim.0 * y >= groups as u32, "every row has a warp: {what}");
                        assert_eq!(shape.over(7).grid_dim, (shape.config.grid_dim.0, 7, 1));
                    }
                }
            }
        }
    }

    #[test]
    fn shapes_by_moved_coordinate_fit() {
        for stencils in [1, 4, 100] {
            for (dimension, samples, leaves) in [(1, 1, 1), (30, 50, 1), (30, 5000, 5), (1000, 1 << 20, 1024)] {
                let config = geometry(3, 8, stencils).by_moved_coordinate(dimension, samples, leaves);
                let (x, y, z) = config.block_dim;
                assert!(x == 32 && x * y * z <= 512 && config.grid_dim.0 * y >= dimension as u32, "{config:?}");
                assert!(config.shared_mem_bytes as usize <= SHARED, "{config:?}");
            }
        }
    }
}
