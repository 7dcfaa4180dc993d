//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}` is the sum of `∂_j^n f` over the samples. The lanes are added first, so this
//! costs `R d` fused multiply-adds for each order.

use std::marker::PhantomData;

use super::LANES;
use super::epilogue::{Lanes, add_lanes, fold_lanes};
use super::moments::{Layout, Moments, convert, runs};
use super::table::RidgeTable;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane, Scalar};
use crate::math::select;

/// Orders that share the loads and powers of a slope; their sums stay in registers.
const GROUP: usize = 8;

/// Moments and derivatives over all samples.
#[derive(Debug, Default)]
pub(crate) struct Contracted {
    /// Moments added over lanes: `totals[row][entry]`.
    pub(crate) totals: Vec<f64>,
    /// The largest lane sum of each entry, in absolute value.
    pub(crate) peaks: Vec<f64>,
    /// The lane sums of the values, added over rows.
    pub(crate) values: Lanes,
    /// Sums over all samples: `sums[order][coordinate]`, each order filled up to whole packs.
    pub(crate) sums: Vec<f64>,
}

/// Adds every moment over its lanes; returns whether all are finite.
pub(crate) struct Totals<'a, S> {
    pub(crate) layout: &'a Layout,
    pub(crate) moments: Moments<'a, S>,
    pub(crate) out: &'a mut Contracted,
}

impl<S: Scalar> Kernel<f64> for Totals<'_, S> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> bool {
        match self.moments {
            Moments::Leaf(moments) => add_moments::<_, L>(self.layout, moments, self.out),
            Moments::Tree(moments) => add_moments::<_, L>(self.layout, moments, self.out),
        }
    }
}

#[inline(always)]
fn add_moments<S: Scalar, L: Lane<Scalar = f64>>(layout: &Layout, moments: &[S], out: &mut Contracted) -> bool {
    let Layout { rows, entries, .. } = *layout;
    let Contracted { totals, peaks, values, .. } = out;
    totals.resize(rows * entries, 0.0);
    peaks.resize(entries, 0.0);
    *values = [0.0; LANES];
    for (entry, peak) in peaks.iter_mut().enumerate() {
        let mut largest = [0.0; LANES];
        for (totals, row) in totals.chunks_exact_mut(entries).zip(runs(moments).chunks_exact(entries)) {
            let mut lanes = [0.0; LANES];
            for at in (0..LANES).step_by(L::WIDTH) {
                let pack = convert::<S, L>(&row[entry][at..]);
                let (size, peak) = (pack.abs(), L::load(&largest[at..]));
                L::select(size.gt(peak), size, peak).store(&mut largest[at..]);
                if entry == 0 {
                    (L::load(&values[at..]) + pack).store(&mut values[at..]);
                }
                pack.store(&mut lanes[at..]);
            }
            totals[entry] = add_lanes(&lanes);
            // Leaving here also keeps the loop from being vectorised over the totals, which would gather every lane.
            if !totals[entry].is_finite() {
                return false;
            }
        }
        *peak = fold_lanes(&largest, |a, b| select(a > b, a, b));
    }
    true
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
        let Contracted { totals, sums, .. } = &mut *self.out;
        let totals = &totals[table.first * entries..(table.first + table.rows) * entries];
        for (group, orders) in E::ORDERS.chunks(GROUP).enumerate() {
            let sums = &mut sums[group * GROUP * padded..];
            for coordinate in (0..padded).step_by(L::WIDTH) {
                let mut group_sums = [L::splat(0.0); GROUP];
                for (slopes, totals) in table.exact_slopes.chunks_exact(padded).zip(totals.chunks_exact(entries)) {
                    let slope = L::load(&slopes[coordinate..]);
                    let mut power = slope;
                    let mut exponent = 1;
                    let totals = &totals[1 + group * GROUP..][..orders.len()];
                    for index in 0..orders.len() {
                        while exponent < orders[index] {
                            power = power * slope;
                            exponent += 1;
                        }
                        group_sums[index] = power.mul_add(L::splat(totals[index]), group_sums[index]);
                    }
                }
                for (sums, &sum) in sums.chunks_exact_mut(padded).zip(&group_sums).take(orders.len()) {
                    let sums = &mut sums[coordinate..];
                    (L::load(sums) + sum).store(sums);
                }
            }
        }
    }
}
