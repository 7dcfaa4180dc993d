//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}` is the sum of `∂_j^n f` over the samples. The mean needs it once, from lane
//! totals; a standard error needs it in each of the 32 lanes, `32 R d` fused multiply-adds for each order whatever the
//! number of samples. That is the dearest loop of a small run, so it is blocked like a matrix product: several
//! coordinates and packs of lanes share the loads.

use std::marker::PhantomData;

use super::LANES;
use super::epilogue::add_lanes;
use super::moments::Layout;
use super::table::RidgeTable;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane};

/// Coordinates of a block.
const COORDINATES: usize = 6;

/// Packs of lanes of a block; 32 is a multiple of twice every width of an `f64` pack.
const PACKS: usize = 2;

/// What the contraction leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Contracted {
    /// Moments added over lanes: `totals[row][entry]`.
    pub(crate) totals: Vec<f64>,
    /// Sums over all samples: `sums[order][coordinate]`, each order filled up to whole packs.
    pub(crate) sums: Vec<f64>,
    /// Sums over the samples of each lane: `lanes[order][coordinate][lane]`, for the orders that were asked for.
    pub(crate) lanes: Vec<f64>,
    /// Powers of the slopes of one term at one order, row by row, each filled up to whole packs.
    powers: Vec<f64>,
}

impl Contracted {
    /// The lane sums of `∂_j^n f`, for order `n` with the given index.
    #[inline(always)]
    pub(crate) fn lanes_of(&self, layout: &Layout, order: usize, coordinate: usize) -> &[f64] {
        &self.lanes[(order * layout.dimension + coordinate) * LANES..][..LANES]
    }
}

/// Adds every moment over its lanes; returns whether all are finite.
pub(crate) struct Totals<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) moments: &'a [f64],
    pub(crate) out: &'a mut Contracted,
}

impl Kernel<f64> for Totals<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> bool {
        let totals = &mut self.out.totals;
        totals.resize(self.layout.rows * self.layout.entries, 0.0);
        for (total, lanes) in totals.iter_mut().zip(self.moments.chunks_exact(LANES)) {
            *total = add_lanes(lanes);
            // Leaving here also keeps the loop from being vectorised over the totals, which would gather every lane.
            if !total.is_finite() {
                return false;
            }
        }
        true
    }
}

/// Contracts every order: over all samples, and in each lane for the orders that `wanted` names. Lane sums of other orders
/// are left as they are.
pub(crate) struct Contraction<'a, E: Estimator> {
    pub(crate) layout: &'a Layout,
    pub(crate) moments: &'a [f64],
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    pub(crate) wanted: &'a [bool],
    pub(crate) out: &'a mut Contracted,
}

impl<E: Estimator> Kernel<f64> for Contraction<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        let Self { layout, moments, tables, wanted, out } = self;
        let Layout { dimension, padded, separable_first, entries, .. } = *layout;
        let row_length = layout.row_length();
        out.sums.resize(E::ORDERS.len() * padded, 0.0);
        out.sums.fill(0.0);
        out.lanes.resize(E::ORDERS.len() * dimension * LANES, 0.0);
        for order in 0..E::ORDERS.len() {
            let lanes = &mut out.lanes[order * dimension * LANES..(order + 1) * dimension * LANES];
            if wanted[order] {
                lanes.fill(0.0);
            }
            if !E::Separable::PRESENT {
                continue;
            }
            let totals = out.totals[separable_first * entries..].chunks_exact(entries);
            for (sum, totals) in out.sums[order * padded..].iter_mut().zip(totals) {
                *sum = totals[order + 1];
            }
            if wanted[order] {
                let rows = moments[separable_first * row_length..].chunks_exact(row_length);
                for (lanes, row) in lanes.chunks_exact_mut(LANES).zip(rows) {
                    lanes.copy_from_slice(&row[(order + 1) * LANES..][..LANES]);
                }
            }
        }
        E::Ridges::visit(tables, &mut Term::<L> { layout, moments, wanted, out, lanes: PhantomData });
    }
}

struct Term<'a, L> {
    layout: &'a Layout,
    moments: &'a [f64],
    wanted: &'a [bool],
    out: &'a mut Contracted,
    lanes: PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = f64>> RidgeVisitor<E> for Term<'_, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let Layout { dimension, padded, entries, .. } = *self.layout;
        let row_length = self.layout.row_length();
        let Contracted { totals, sums, lanes, powers } = &mut *self.out;
        let totals = &totals[table.first * entries..(table.first + table.rows) * entries];
        let moments = &self.moments[table.first * row_length..(table.first + table.rows) * row_length];
        powers.clear();
        powers.extend_from_slice(&table.exact_slopes);
        let mut exponent = 1;
        for (order, &target) in E::ORDERS.iter().enumerate() {
            raise::<L>(powers, &table.exact_slopes, target - exponent);
            exponent = target;
            let sums = &mut sums[order * padded..(order + 1) * padded];
            for (pack, sum) in sums.chunks_exact_mut(L::WIDTH).enumerate() {
                let mut total = L::load(sum);
                for (powers, totals) in powers.chunks_exact(padded).zip(totals.chunks_exact(entries)) {
                    let power = L::load(&powers[pack * L::WIDTH..]);
                    total = power.mul_add(L::splat(totals[order + 1]), total);
                }
                total.store(sum);
            }
            if self.wanted[order] {
                let product = Product { padded, row_length, powers, moments: &moments[(order + 1) * LANES..] };
                let lanes = &mut lanes[order * dimension * LANES..(order + 1) * dimension * LANES];
                product.add_to::<L>(dimension, lanes);
            }
        }
    }
}

/// `powers *= slopes^exponent`, entry by entry.
#[inline(always)]
fn raise<L: Lane<Scalar = f64>>(powers: &mut [f64], slopes: &[f64], exponent: u32) {
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
    row_length: usize,
    powers: &'a [f64],
    moments: &'a [f64],
}

impl Product<'_> {
    /// Adds the sums of every coordinate to `lanes`.
    #[inline(always)]
    fn add_to<L: Lane<Scalar = f64>>(self, dimension: usize, lanes: &mut [f64]) {
        let mut coordinate = 0;
        while coordinate + COORDINATES <= dimension {
            self.block::<L, COORDINATES>(coordinate, lanes);
            coordinate += COORDINATES;
        }
        while coordinate + 2 <= dimension {
            self.block::<L, 2>(coordinate, lanes);
            coordinate += 2;
        }
        if coordinate < dimension {
            self.block::<L, 1>(coordinate, lanes);
        }
    }

    /// Adds the sums of `C` coordinates to `lanes`.
    #[inline(always)]
    fn block<L: Lane<Scalar = f64>, const C: usize>(self, coordinate: usize, lanes: &mut [f64]) {
        for lane in (0..LANES).step_by(PACKS * L::WIDTH) {
            let at = |c: usize, pack: usize| (coordinate + c) * LANES + lane + pack * L::WIDTH;
            let mut sums = [[L::splat(0.0); PACKS]; C];
            for c in 0..C {
                for pack in 0..PACKS {
                    sums[c][pack] = L::load(&lanes[at(c, pack)..][..L::WIDTH]);
                }
            }
            for (weights, moments) in self.powers.chunks_exact(self.padded).zip(self.moments.chunks(self.row_length)) {
                let weights = &weights[coordinate..][..C];
                let moments = &moments[lane..][..PACKS * L::WIDTH];
                for pack in 0..PACKS {
                    let moment = L::load(&moments[pack * L::WIDTH..][..L::WIDTH]);
                    for c in 0..C {
                        sums[c][pack] = moment.mul_add(L::splat(weights[c]), sums[c][pack]);
                    }
                }
            }
            for c in 0..C {
                for pack in 0..PACKS {
                    sums[c][pack].store(&mut lanes[at(c, pack)..][..L::WIDTH]);
                }
            }
        }
    }
}
