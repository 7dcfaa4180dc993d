//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}` is the sum of `∂_j^n f` over the samples. The lanes are added first, so this
//! costs `R d` fused multiply-adds for each order.

use std::marker::PhantomData;

use super::LANES;
use super::epilogue::{Lanes, add_lanes, runs};
use super::moments::Layout;
use super::table::RidgeTable;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane};

/// Moments and derivatives over all samples.
#[derive(Debug, Default)]
pub(crate) struct Contracted {
    /// Moments added over lanes: `totals[row][entry]`.
    pub(crate) totals: Vec<f64>,
    /// The largest moment of each entry and lane, in absolute value: `peaks[entry][lane]`.
    peaks: Vec<Lanes>,
    /// Sums over all samples: `sums[order][coordinate]`, each order filled up to whole packs.
    pub(crate) sums: Vec<f64>,
    /// Powers of the slopes of one term at one order, row by row, each filled up to whole packs.
    powers: Vec<f64>,
}

impl Contracted {
    /// The largest lane sum of an entry, in absolute value.
    pub(crate) fn peak(&self, entry: usize) -> f64 {
        self.peaks[entry].iter().fold(0.0, |peak, &lane| f64::max(peak, lane))
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
        let Layout { rows, entries, .. } = *self.layout;
        self.out.totals.resize(rows * entries, 0.0);
        self.out.peaks.clear();
        self.out.peaks.resize(entries, [0.0; LANES]);
        for (totals, row) in self.out.totals.chunks_exact_mut(entries).zip(runs(self.moments).chunks_exact(entries)) {
            for ((total, peaks), lanes) in totals.iter_mut().zip(&mut self.out.peaks).zip(row) {
                for (peaks, lanes) in peaks.chunks_exact_mut(L::WIDTH).zip(lanes.chunks_exact(L::WIDTH)) {
                    let (peak, size) = (L::load(peaks), L::load(lanes).abs());
                    L::select(size.gt(peak), size, peak).store(peaks);
                }
                *total = add_lanes(lanes);
                // Leaving here also keeps the loop from being vectorised over the totals, which would gather every lane.
                if !total.is_finite() {
                    return false;
                }
            }
        }
        true
    }
}

/// Contracts every order over all samples.
pub(crate) struct Contraction<'a, E: Estimator> {
    pub(crate) layout: &'a Layout,
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    pub(crate) out: &'a mut Contracted,
}

impl<E: Estimator> Kernel<f64> for Contraction<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        let Self { layout, tables, out } = self;
        let Layout { padded, separable_first, entries, .. } = *layout;
        out.sums.resize(E::ORDERS.len() * padded, 0.0);
        out.sums.fill(0.0);
        if E::Separable::PRESENT {
            let rows = &out.totals[separable_first * entries..];
            for (order, sums) in out.sums.chunks_exact_mut(padded).enumerate() {
                for (sum, totals) in sums.iter_mut().zip(rows.chunks_exact(entries)) {
                    *sum = totals[order + 1];
                }
            }
        }
        E::Ridges::visit(tables, &mut Rows::<L> { layout, out, lanes: PhantomData });
    }
}

struct Rows<'a, L> {
    layout: &'a Layout,
    out: &'a mut Contracted,
    lanes: PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = f64>> RidgeVisitor<E> for Rows<'_, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let Layout { padded, entries, .. } = *self.layout;
        let Contracted { totals, sums, powers, .. } = &mut *self.out;
        let totals = &totals[table.first * entries..(table.first + table.rows) * entries];
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
        }
    }
}

/// `powers *= slopes^exponent`, entry by entry.
#[inline(always)]
pub(super) fn raise<L: Lane>(powers: &mut [L::Scalar], slopes: &[L::Scalar], exponent: u32) {
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
