//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}` is the sum of `∂_j^n f` over the samples. The lanes are added first, so this
//! costs `R d` fused multiply-adds for each order.

use super::LANES;
use super::lanes::{Lanes, add_lanes, fold_lanes};
use super::moments::{Layout, convert, runs};
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
    /// Powers of one term's slopes, laid out like them.
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
            Floats::Single(moments) => add_moments::<_, L>(self.layout, moments, self.out),
            Floats::Double(moments) => add_moments::<_, L>(self.layout, moments, self.out),
        }
    }
}

#[inline(always)]
fn add_moments<S: Scalar, L: Lane<Scalar = f64>>(layout: &Layout, moments: &[S], out: &mut Contracted) -> bool {
    let Layout { entries, coordinate_entries, separable_entries, .. } = *layout;
    let moments = runs(moments);
    out.totals.resize(moments.len(), 0.0);
    out.peaks.clear();
    out.values = [0.0; LANES];
    let (ridge_moments, moments) = moments.split_at(layout.ridge_runs());
    let (ridge_totals, totals) = out.totals.split_at_mut(layout.ridge_runs());
    for entry in 0..entries {
        let values = (entry == 0).then_some(&mut out.values);
        match add_entry::<S, L>(ridge_moments, ridge_totals, entries, entry, values) {
            Some(peak) => out.peaks.push(peak),
            None => return false,
        }
    }
    (0..coordinate_entries).all(|entry| {
        let values = (entry == 0 && separable_entries > 0).then_some(&mut out.values);
        add_entry::<S, L>(moments, totals, coordinate_entries, entry, values).is_some()
    })
}

/// Adds one of the `entries` moments of each row over its lanes, and its lanes to `values`. Returns the largest lane sum,
/// or nothing if a total is not finite.
#[inline(always)]
fn add_entry<S: Scalar, L: Lane<Scalar = f64>>(
    moments: &[[S; LANES]],
    totals: &mut [f64],
    entries: usize,
    entry: usize,
    mut values: Option<&mut Lanes>,
) -> Option<f64> {
    let mut largest = [0.0; LANES];
    for (totals, row) in totals.chunks_exact_mut(entries).zip(moments.chunks_exact(entries)) {
        let mut lanes = [0.0; LANES];
        for at in (0..LANES).step_by(L::WIDTH) {
            let pack = convert::<S, L>(&row[entry][at..]);
            let (size, peak) = (pack.abs(), L::load(&largest[at..]));
            L::select(size.gt(peak), size, peak).store(&mut largest[at..]);
            if let Some(values) = &mut values {
                (L::load(&values[at..]) + pack).store(&mut values[at..]);
            }
            pack.store(&mut lanes[at..]);
        }
        totals[entry] = add_lanes(&lanes);
        // Leaving here also keeps the loop from being vectorised over the totals, which would gather every lane.
        if !totals[entry].is_finite() {
            return None;
        }
    }
    Some(fold_lanes(&largest, |a, b| select(a > b, a, b)))
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
            powers.clear();
            powers.extend_from_slice(&ridge.exact);
            let mut exponent = 1;
            let totals = &ridge_totals[ridge.first * entries..][..ridge.rows * entries];
            for (order, (&target, sums)) in orders.iter().zip(sums.chunks_exact_mut(padded)).enumerate() {
                let mut rows = Rows { slopes: &ridge.exact, powers, totals, entries, entry: order + 1, sums };
                match target - exponent {
                    0 => rows.add::<L>(|power, _| power),
                    1 => rows.add::<L>(|power, slope| power * slope),
                    2 => rows.add::<L>(|power, slope| power * slope * slope),
                    more => rows.add::<L>(|power, slope| (0..more).fold(power, |power, _| power * slope)),
                }
                exponent = target;
            }
        }
    }
}

/// The rows of one ridge term at one order.
struct Rows<'a> {
    slopes: &'a [f64],
    powers: &'a mut [f64],
    totals: &'a [f64],
    entries: usize,
    entry: usize,
    sums: &'a mut [f64],
}

impl Rows<'_> {
    /// Raises the powers and adds `Σ_o power_oj M_o` to the sum of every coordinate.
    #[inline(always)]
    fn add<L: Lane<Scalar = f64>>(&mut self, raise: impl Fn(L, L) -> L) {
        let padded = self.sums.len();
        for (coordinate, sums) in (0..padded).step_by(L::WIDTH).zip(self.sums.chunks_exact_mut(L::WIDTH)) {
            let mut sum = L::splat(0.0);
            let rows = self.slopes.chunks_exact(padded).zip(self.powers.chunks_exact_mut(padded));
            for ((slopes, powers), totals) in rows.zip(self.totals.chunks_exact(self.entries)) {
                let powers = &mut powers[coordinate..coordinate + L::WIDTH];
                let power = raise(L::load(powers), L::load(&slopes[coordinate..]));
                power.store(powers);
                sum = power.mul_add(L::splat(totals[self.entry]), sum);
            }
            (L::load(sums) + sum).store(sums);
        }
    }
}
