//! How far the mean of each lane is from the mean of all samples, for the derivatives of `f` at each coordinate.
//!
//! A standard error needs `Σ_o A_oj^n (M_{n,o,l} / n_l - M_{n,o} / S)` in each of the 32 lanes `l`: `32 R d` fused
//! multiply-adds for each order, whatever the number of samples, which makes it the dearest loop of a small run. Only the
//! error hangs on it, and the mean is already taken off, so single precision serves. Nothing can overflow there: slopes
//! are divided by the largest and moments by the largest of their order, and the two factors go back on in `f64`. The
//! loop is blocked like a matrix product: several coordinates and packs of lanes share the loads.

use super::LANES;
use super::contraction::Contracted;
use super::lanes::{Lanes, Spread};
use super::moments::{Layout, runs};
use super::table::Slopes;
use crate::lane::{Floats, Kernel, Lane, Scalar};

/// Coordinates of a block.
const COORDINATES: usize = 6;

/// Packs of lanes of a block; 32 is a multiple of twice every width of an `f32` pack.
const PACKS: usize = 2;

/// Deviations of the lanes, and the buffers that lead there.
#[derive(Debug, Default)]
pub(crate) struct LaneMeans {
    /// `means[moment][coordinate][lane]`, for the moments that were asked for: the deviation of the lane's mean.
    means: Vec<Lanes>,
    /// The same over ridge rows, scaled.
    products: Vec<[f32; LANES]>,
    /// Scaled deviations of one term's moments at one order: `[row][lane]`.
    moments: Vec<[f32; LANES]>,
    /// Powers of one term's scaled slopes, row by row, each filled up to whole packs.
    powers: Vec<f32>,
}

impl LaneMeans {
    /// The deviations of a moment of a coordinate.
    #[inline(always)]
    pub(crate) fn of(&self, layout: &Layout, moment: usize, coordinate: usize) -> &Lanes {
        &self.means[moment * layout.dimension + coordinate]
    }
}

/// Computes the deviations for the moments that `wanted` names; others are left as they are.
pub(crate) struct Deviations<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) orders: &'a [u32],
    pub(crate) spread: &'a Spread,
    pub(crate) moments: Floats<'a>,
    pub(crate) contracted: &'a Contracted,
    pub(crate) ridges: &'a [Slopes],
    /// The largest slope.
    pub(crate) largest: f64,
    pub(crate) wanted: &'a [bool],
    pub(crate) out: &'a mut LaneMeans,
}

impl Kernel<f32> for Deviations<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f32>>(self) {
        match self.moments {
            Floats::Single(moments) => self.of::<L, _>(moments),
            Floats::Double(moments) => self.of::<L, _>(moments),
        }
    }
}

impl Deviations<'_> {
    #[inline(always)]
    fn of<L: Lane<Scalar = f32>, S: Scalar>(self, moments: &[S]) {
        let Self { layout, orders, spread, contracted, ridges, largest, wanted, out, .. } = self;
        let Layout { dimension, separable_entries, .. } = *layout;
        let moments = Moments { runs: runs(moments), totals: &contracted.totals, spread };
        let LaneMeans { means, products, moments: scaled, powers } = out;
        means.resize(wanted.len() * dimension, [0.0; LANES]);
        products.resize(orders.len() * dimension, [0.0; LANES]);
        for ridge in ridges {
            powers.clear();
            powers.extend_from_slice(&ridge.unit);
            scaled.resize(ridge.rows, [0.0; LANES]);
            let mut exponent = 1;
            for (order, &target) in orders.iter().enumerate().filter(|(order, _)| wanted[*order]) {
                raise::<L>(powers, &ridge.unit, target - exponent);
                exponent = target;
                let first = ridge.first * layout.entries + order + 1;
                moments.scale(first, layout.entries, contracted.peaks[order + 1], scaled);
                let products = &mut products[order * dimension..(order + 1) * dimension];
                Product { padded: layout.padded, powers, moments: scaled, fresh: ridge.first == 0 }
                    .add_to::<L>(dimension, products);
            }
        }
        for order in (0..orders.len()).filter(|&order| wanted[order]) {
            let scale = largest.powi(orders[order] as i32) * contracted.peaks[order + 1];
            let products = &products[order * dimension..(order + 1) * dimension];
            let means = &mut means[order * dimension..(order + 1) * dimension];
            for (coordinate, (means, products)) in means.iter_mut().zip(products).enumerate() {
                for lane in 0..LANES {
                    means[lane] = f64::from(products[lane]) * scale;
                }
                if separable_entries > 0 {
                    moments.add(layout.first_run(coordinate) + order + 1, means);
                }
            }
        }
        for (stencil, means) in means.chunks_exact_mut(dimension).skip(orders.len()).enumerate() {
            if wanted[orders.len() + stencil] {
                for (coordinate, means) in means.iter_mut().enumerate() {
                    *means = [0.0; LANES];
                    moments.add(layout.first_stencil(coordinate) + stencil, means);
                }
            }
        }
    }
}

/// The lane sums, and what turns them into deviations.
struct Moments<'a, S> {
    runs: &'a [[S; LANES]],
    totals: &'a [f64],
    spread: &'a Spread,
}

impl<S: Scalar> Moments<'_, S> {
    /// The deviations of one moment of each row of a ridge term, divided by `peak`.
    #[inline(always)]
    fn scale(&self, first: usize, entries: usize, peak: f64, out: &mut [[f32; LANES]]) {
        let scale = if peak >= f64::MIN_POSITIVE { 1.0 / peak } else { 0.0 };
        let mut factors = self.spread.reciprocals;
        for lane in 0..LANES {
            factors[lane] *= scale;
        }
        for (row, out) in out.iter_mut().enumerate() {
            let at = first + row * entries;
            let mean = self.totals[at] / self.spread.samples * scale;
            let mut scaled = [0.0; LANES];
            for lane in 0..LANES {
                scaled[lane] = (self.runs[at][lane].to_f64() * factors[lane] - mean) as f32;
            }
            *out = scaled;
        }
    }

    /// Adds the deviations of one moment to `means`.
    #[inline(always)]
    fn add(&self, at: usize, means: &mut Lanes) {
        let mean = self.totals[at] / self.spread.samples;
        for lane in 0..LANES {
            means[lane] += self.runs[at][lane].to_f64() * self.spread.reciprocals[lane] - mean;
        }
    }
}

/// `powers *= slopes^exponent`, entry by entry.
#[inline(always)]
fn raise<L: Lane>(powers: &mut [L::Scalar], slopes: &[L::Scalar], exponent: u32) {
    if exponent == 0 {
        return;
    }
    for (power, slope) in powers.chunks_exact_mut(L::WIDTH).zip(slopes.chunks_exact(L::WIDTH)) {
        let slope = L::load(slope);
        let mut raised = L::load(power);
        for _ in 0..exponent {
            raised = raised * slope;
        }
        raised.store(power);
    }
}

/// `Σ_o powers[o][coordinate] moments[o][lane]` for one order.
#[derive(Clone, Copy)]
struct Product<'a> {
    padded: usize,
    powers: &'a [f32],
    moments: &'a [[f32; LANES]],
    /// Whether these are the first rows, and the sums start at 0.
    fresh: bool,
}

impl Product<'_> {
    /// Adds the sums of every coordinate to `products`.
    #[inline(always)]
    fn add_to<L: Lane<Scalar = f32>>(self, dimension: usize, products: &mut [[f32; LANES]]) {
        let mut coordinate = 0;
        while coordinate + COORDINATES <= dimension {
            self.block::<L, COORDINATES>(coordinate, products);
            coordinate += COORDINATES;
        }
        while coordinate < dimension {
            self.block::<L, 1>(coordinate, products);
            coordinate += 1;
        }
    }

    /// Adds the sums of `C` coordinates to `products`.
    #[inline(always)]
    fn block<L: Lane<Scalar = f32>, const C: usize>(self, coordinate: usize, products: &mut [[f32; LANES]]) {
        for lane in (0..LANES).step_by(PACKS * L::WIDTH) {
            let at = |pack: usize| lane + pack * L::WIDTH..lane + (pack + 1) * L::WIDTH;
            let mut sums = [[L::splat(0.0); PACKS]; C];
            for c in 0..if self.fresh { 0 } else { C } {
                for pack in 0..PACKS {
                    sums[c][pack] = L::load(&products[coordinate + c][at(pack)]);
                }
            }
            for (weights, moments) in self.powers.chunks_exact(self.padded).zip(self.moments) {
                let weights = &weights[coordinate..][..C];
                for pack in 0..PACKS {
                    let moment = L::load(&moments[at(pack)]);
                    for c in 0..C {
                        sums[c][pack] = moment.mul_add(L::splat(weights[c]), sums[c][pack]);
                    }
                }
            }
            for c in 0..C {
                for pack in 0..PACKS {
                    sums[c][pack].store(&mut products[coordinate + c][at(pack)]);
                }
            }
        }
    }
}
