//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}` is the sum of `∂_j^n f` over the samples. The lanes are added first, so this
//! costs `R d` fused multiply-adds for each order.

use super::LANES;
use super::lanes::{Lanes, Quarter, fold_lanes, fold_quarter, quarter_lanes};
use super::moments::{Layout, runs};
use super::table::Slopes;
use crate::lane::{Floats, Kernel, Lane, Scalar};
use crate::math::select;

/// Moments and derivatives over all samples.
#[derive(Debug, Default)]
pub(crate) struct Contracted {
    /// Every moment added over its lanes.
    pub(crate) totals: Vec<f64>,
    /// The largest lane sum of each entry of the ridge rows, in absolute value.
    pub(crate) peaks: Vec<f64>,
    /// The lane sums of the values, added over rows.
    pub(crate) values: Lanes,
    /// Sums over all samples: `sums[moment][coordinate]`, each moment filled up to whole packs.
    pub(crate) sums: Vec<f64>,
    /// The lanes of one moment of each row, added down to a quarter.
    quarters: Vec<Quarter>,
    /// Powers of the slopes of one pack of coordinates.
    powers: Vec<f64>,
}

/// Adds every moment over its lanes; returns whether all are finite.
pub(crate) struct Totals<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) moments: Floats<'a>,
    pub(crate) out: &'a mut Contracted,
}

impl Kernel<f64> for Totals<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) -> bool {
        match self.moments {
            Floats::Single(moments) => add_moments(self.layout, moments, self.out),
            Floats::Double(moments) => add_moments(self.layout, moments, self.out),
        }
    }
}

#[inline(always)]
fn add_moments<S: Scalar>(layout: &Layout, moments: &[S], out: &mut Contracted) -> bool {
    let Layout { entries, coordinate_entries, separable_entries, .. } = *layout;
    let Contracted { totals, peaks, values, quarters, .. } = out;
    let moments = runs(moments);
    totals.resize(moments.len(), 0.0);
    peaks.clear();
    let (ridge_moments, moments) = moments.split_at(layout.ridge_runs());
    let (ridge_totals, totals) = totals.split_at_mut(layout.ridge_runs());
    for entry in 0..entries {
        peaks.push(add_entry(ridge_moments, ridge_totals, entries, entry, quarters));
    }
    for entry in 0..coordinate_entries {
        add_entry(moments, totals, coordinate_entries, entry, quarters);
    }
    *values = add_values(ridge_moments, entries, [0.0; LANES]);
    if separable_entries > 0 {
        *values = add_values(moments, coordinate_entries, *values);
    }
    ridge_totals.iter().chain(&*totals).all(|total| total.is_finite())
}

/// Adds one of the `entries` moments of each row over its lanes. Returns the largest lane sum.
///
/// The last steps have a loop of their own: where the compiler sees all of them at once it takes the packs apart.
#[inline(always)]
fn add_entry<S: Scalar>(
    moments: &[[S; LANES]],
    totals: &mut [f64],
    entries: usize,
    entry: usize,
    quarters: &mut Vec<Quarter>,
) -> f64 {
    quarters.resize(moments.len() / entries, Quarter::default());
    let mut largest = [S::ZERO; LANES];
    for (row, quarter) in moments.chunks_exact(entries).zip(quarters.iter_mut()) {
        let run = &row[entry];
        for lane in 0..LANES {
            let size = run[lane].abs();
            largest[lane] = select(size > largest[lane], size, largest[lane]);
        }
        *quarter = quarter_lanes(run);
    }
    for (totals, quarter) in totals.chunks_exact_mut(entries).zip(quarters) {
        totals[entry] = fold_quarter(quarter, |a, b| a + b);
    }
    fold_lanes(&largest.map(Scalar::to_f64), |a, b| select(a > b, a, b))
}

/// `values` and the first moment of each row, lane by lane.
#[inline(always)]
fn add_values<S: Scalar>(moments: &[[S; LANES]], entries: usize, mut values: Lanes) -> Lanes {
    for row in moments.chunks_exact(entries) {
        for lane in 0..LANES {
            values[lane] += row[0][lane].to_f64();
        }
    }
    values
}

/// Contracts every order over all samples.
pub(crate) struct Contraction<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) orders: &'a [u32],
    pub(crate) ridges: &'a [Slopes],
    pub(crate) out: &'a mut Contracted,
}

impl Kernel<f64> for Contraction<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        let Self { layout, orders, ridges, out } = self;
        let Layout { padded, entries, coordinate_entries, separable_entries, .. } = *layout;
        let Contracted { totals, sums, powers, .. } = out;
        sums.resize((orders.len() + coordinate_entries - separable_entries) * padded, 0.0);
        sums.fill(0.0);
        let (ridge_totals, totals) = totals.split_at(layout.ridge_runs());
        for (coordinate, totals) in totals.chunks_exact(coordinate_entries.max(1)).enumerate() {
            let (separable, stencils) = totals.split_at(separable_entries);
            let derivatives = sums.chunks_exact_mut(padded).zip(separable.iter().skip(1));
            derivatives.for_each(|(sums, &total)| sums[coordinate] = total);
            let moved = sums.chunks_exact_mut(padded).skip(orders.len()).zip(stencils);
            moved.for_each(|(sums, &total)| sums[coordinate] = total);
        }
        for ridge in ridges {
            powers.resize(ridge.rows * L::WIDTH, 0.0);
            let totals = &ridge_totals[ridge.first * entries..][..ridge.rows * entries];
            for coordinate in (0..padded).step_by(L::WIDTH) {
                let slopes = &ridge.exact[coordinate..];
                let mut exponent = 0;
                for (pair, orders) in orders.chunks(2).enumerate() {
                    let mut rows = Rows { slopes, padded, powers, totals, entries, entry: 1 + 2 * pair };
                    let first = orders[0] - exponent;
                    let second = orders.get(1).map(|second| second - orders[0]);
                    exponent += first + second.unwrap_or(0);
                    // The usual steps are spelt out, so that their loops are unrolled.
                    let results = match (pair == 0, first, second) {
                        (true, 1, Some(1)) => rows.add::<L>(true, 1, Some(1)),
                        (false, 1, Some(1)) => rows.add::<L>(false, 1, Some(1)),
                        (false, 2, Some(2)) => rows.add::<L>(false, 2, Some(2)),
                        (fresh, first, second) => rows.add::<L>(fresh, first, second),
                    };
                    for (index, &sum) in results.iter().enumerate().take(orders.len()) {
                        let sums = &mut sums[(2 * pair + index) * padded + coordinate..];
                        (L::load(sums) + sum).store(sums);
                    }
                }
            }
        }
    }
}

/// The rows of one ridge term, for a pack of coordinates at two orders, or one where none is left.
struct Rows<'a> {
    /// Slopes from the first coordinate of the pack on, `padded` to a row.
    slopes: &'a [f64],
    padded: usize,
    /// Powers of the pack's slopes, row by row.
    powers: &'a mut [f64],
    /// Totals of every row, `entries` to a row.
    totals: &'a [f64],
    entries: usize,
    /// The first order's.
    entry: usize,
}

impl Rows<'_> {
    /// Raises the powers by `first` and then by `second`; gives `Σ_o power_oj M_o` after each. Powers that are `fresh`
    /// stand for 1.
    #[inline(always)]
    fn add<L: Lane<Scalar = f64>>(&mut self, fresh: bool, first: u32, second: Option<u32>) -> [L; 2] {
        let mut sums = [L::splat(0.0); 2];
        let rows = self.slopes.chunks(self.padded).zip(self.powers.chunks_exact_mut(L::WIDTH));
        for ((slopes, powers), totals) in rows.zip(self.totals.chunks_exact(self.entries)) {
            let slope = L::load(slopes);
            let mut power = if fresh { slope } else { L::load(powers) };
            for _ in u32::from(fresh)..first {
                power = power * slope;
            }
            sums[0] = power.mul_add(L::splat(totals[self.entry]), sums[0]);
            if let Some(second) = second {
                for _ in 0..second {
                    power = power * slope;
                }
                sums[1] = power.mul_add(L::splat(totals[self.entry + 1]), sums[1]);
            }
            power.store(powers);
        }
        sums
    }
}
