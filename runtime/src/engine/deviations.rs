//! How far the mean of each lane is from the mean of all samples, for the derivatives of `f` at each coordinate.
//!
//! A standard error needs `Σ_o A_oj^n (M_{n,o,l} / n_l - M_{n,o} / S)` in each of the 32 lanes `l`: `32 R d` fused
//! multiply-adds for each order, whatever the number of samples, which makes it the dearest loop of a small run. Only the
//! error hangs on it, and the mean is already taken off, so single precision serves. Nothing can overflow there: slopes
//! are divided by the largest and moments by the largest of their order, and the two factors go back on in `f64`. The
//! loop is blocked like a matrix product: several coordinates and packs of lanes share the loads.

use std::marker::PhantomData;

use super::LANES;
use super::contraction::Contracted;
use super::epilogue::{Lanes, Spread};
use super::moments::{Layout, Moments, runs};
use super::table::RidgeTable;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane, Scalar};

/// Coordinates of a block.
const COORDINATES: usize = 6;

/// Packs of lanes of a block; 32 is a multiple of twice every width of an `f32` pack.
const PACKS: usize = 2;

/// Deviations of the lanes, and the buffers that lead there.
#[derive(Debug, Default)]
pub(crate) struct LaneMeans {
    /// `means[order][coordinate][lane]`, for the orders that were asked for: the deviation of the lane's mean.
    means: Vec<Lanes>,
    /// The same over ridge rows, scaled.
    products: Vec<[f32; LANES]>,
    /// Scaled deviations of one term's moments at one order: `[row][lane]`.
    moments: Vec<[f32; LANES]>,
    /// Powers of one term's scaled slopes, row by row, each filled up to whole packs.
    powers: Vec<f32>,
}

impl LaneMeans {
    /// The deviations of `∂_j^n f`, for order `n` with the given index.
    #[inline(always)]
    pub(crate) fn of(&self, layout: &Layout, order: usize, coordinate: usize) -> &Lanes {
        &self.means[order * layout.dimension + coordinate]
    }
}

/// Computes the deviations for the orders that `wanted` names; others are left as they are.
pub(crate) struct Deviations<'a, E: Estimator> {
    pub(crate) layout: &'a Layout,
    pub(crate) spread: &'a Spread,
    pub(crate) moments: Moments<'a, E::Scalar>,
    pub(crate) contracted: &'a Contracted,
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    /// The largest slope.
    pub(crate) largest: f64,
    pub(crate) wanted: &'a [bool],
    pub(crate) out: &'a mut LaneMeans,
}

impl<E: Estimator> Kernel<f32> for Deviations<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f32>>(self) {
        match self.moments {
            Moments::Leaf(moments) => self.of::<L, _>(moments),
            Moments::Tree(moments) => self.of::<L, _>(moments),
        }
    }
}

impl<E: Estimator> Deviations<'_, E> {
    #[inline(always)]
    fn of<L: Lane<Scalar = f32>, S: Scalar>(mut self, moments: &[S]) {
        let dimension = self.layout.dimension;
        self.out.means.resize(E::ORDERS.len() * dimension, [0.0; LANES]);
        self.out.products.resize(E::ORDERS.len() * dimension, [0.0; LANES]);
        let tables = self.tables;
        E::Ridges::visit(tables, &mut Rows::<E, S, L> { run: &mut self, moments, lanes: PhantomData });
        for order in (0..E::ORDERS.len()).filter(|&order| self.wanted[order]) {
            let scale = self.largest.powi(E::ORDERS[order] as i32) * self.contracted.peaks[order + 1];
            for coordinate in 0..dimension {
                let mut means = [0.0; LANES];
                let products = &self.out.products[order * dimension + coordinate];
                for lane in 0..LANES {
                    means[lane] = f64::from(products[lane]) * scale;
                }
                if E::Separable::PRESENT {
                    let (lanes, mean) = self.row(moments, self.layout.separable_first + coordinate, order);
                    for lane in 0..LANES {
                        means[lane] += lanes[lane].to_f64() * self.spread.reciprocals[lane] - mean;
                    }
                }
                self.out.means[order * dimension + coordinate] = means;
            }
        }
    }

    /// The lanes of one moment of one row, and the mean over all samples.
    #[inline(always)]
    fn row<'m, S>(&self, moments: &'m [S], row: usize, order: usize) -> (&'m [S; LANES], f64) {
        let at = row * self.layout.entries + order + 1;
        (&runs(moments)[at], self.contracted.totals[at] / self.spread.samples)
    }
}

struct Rows<'a, 'b, E: Estimator, S, L> {
    run: &'a mut Deviations<'b, E>,
    moments: &'a [S],
    lanes: PhantomData<L>,
}

impl<E: Estimator, S: Scalar, L: Lane<Scalar = f32>> RidgeVisitor<E> for Rows<'_, '_, E, S, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let Layout { dimension, padded, .. } = *self.run.layout;
        let mut powers = std::mem::take(&mut self.run.out.powers);
        let mut moments = std::mem::take(&mut self.run.out.moments);
        powers.clear();
        powers.extend_from_slice(&table.unit_slopes);
        moments.resize(table.rows, [0.0; LANES]);
        let mut exponent = 1;
        for (order, &target) in E::ORDERS.iter().enumerate().filter(|(order, _)| self.run.wanted[*order]) {
            raise::<L>(&mut powers, &table.unit_slopes, target - exponent);
            exponent = target;
            let peak = self.run.contracted.peaks[order + 1];
            let scale = if peak >= f64::MIN_POSITIVE { 1.0 / peak } else { 0.0 };
            let mut factors = self.run.spread.reciprocals;
            for lane in 0..LANES {
                factors[lane] *= scale;
            }
            for (row, moments) in moments.iter_mut().enumerate() {
                let (lanes, mean) = self.run.row(self.moments, table.first + row, order);
                let mean = mean * scale;
                let mut scaled = [0.0; LANES];
                for lane in 0..LANES {
                    scaled[lane] = (lanes[lane].to_f64() * factors[lane] - mean) as f32;
                }
                *moments = scaled;
            }
            let products = &mut self.run.out.products[order * dimension..(order + 1) * dimension];
            Product { padded, powers: &powers, moments: &moments, fresh: table.first == 0 }
                .add_to::<L>(dimension, products);
        }
        self.run.out.powers = powers;
        self.run.out.moments = moments;
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
