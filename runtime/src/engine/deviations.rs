//! How far the mean of each lane is from the mean of all samples, for sums of terms at each coordinate.
//!
//! A standard error needs `Σ_n a_n(θ_j) Σ_o A_oj^n (M_{n,o,l} / n_l - M_{n,o} / S)` in each of the 32 lanes `l`: `32 R d`
//! fused multiply-adds for each order, whatever the number of samples, which makes it the dearest loop of a small run. Only
//! the error hangs on it, and the mean is already taken off, so single precision serves. Nothing can overflow there: slopes
//! are divided by the largest, moments by the largest of their order and coefficients so that none is above 1; the factors
//! go back on in `f64`. The loop is blocked like a matrix product: several coordinates and packs of lanes share the loads.

use std::ops::Range;

use super::LANES;
use super::contraction::Contracted;
use super::lanes::Spread;
use super::moments::{Layout, runs};
use super::signature::Signature;
use super::table::Slopes;
use crate::kernel::Moment;
use crate::lane::{Floats, Kernel, Lane, Scalar};

/// Coordinates of a block.
const COORDINATES: usize = 10;

/// Packs of lanes of a block; 32 is a multiple of twice every width of an `f32` pack.
pub(super) const PACKS: usize = 2;

/// Deviations of the lanes over ridge rows, and the buffers that lead there.
#[derive(Debug, Default)]
pub(crate) struct Deviations {
    /// `lanes[sum][coordinate][lane]`, divided by the scale.
    lanes: Vec<[f32; LANES]>,
    /// `scales[sum][coordinate]`
    scales: Vec<f64>,
    /// Their inverses; 0 where there is none.
    inverses: Vec<f64>,
    /// Coefficients over scales, `weights[term][coordinate]`.
    weights: Vec<f32>,
    /// Scaled deviations of one term's moments at one order: `[row][lane]`.
    moments: Vec<[f32; LANES]>,
    /// Powers of one term's scaled slopes, row by row, each filled up to whole packs.
    powers: Vec<f32>,
}

impl Deviations {
    /// The deviations of a sum of terms at a coordinate, and the factor that belongs to them.
    #[inline(always)]
    pub(crate) fn of(&self, layout: &Layout, sum: usize, coordinate: usize) -> (&[f32; LANES], f64) {
        let at = sum * layout.dimension + coordinate;
        (&self.lanes[at], self.scales[at])
    }
}

/// Computes the deviations of sums of terms.
pub(crate) struct Deviate<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) layout: &'a Layout,
    pub(crate) spread: &'a Spread,
    pub(crate) moments: Floats<'a>,
    pub(crate) contracted: &'a Contracted,
    pub(crate) ridges: &'a [Slopes],
    /// The largest slope.
    pub(crate) largest: f64,
    /// `coefficients[coordinate][term]`
    pub(crate) coefficients: &'a [f64],
    /// How many sums there are.
    pub(crate) sums: usize,
    /// The sum that each term belongs to, if any.
    pub(crate) sum_of_term: &'a [Option<usize>],
    pub(crate) out: &'a mut Deviations,
}

impl Kernel<f32> for Deviate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f32>>(self) {
        match self.moments {
            Floats::Single(moments) => self.of::<L, _>(moments),
            Floats::Double(moments) => self.of::<L, _>(moments),
        }
    }
}

impl Deviate<'_> {
    #[inline(always)]
    fn of<L: Lane<Scalar = f32>, S: Scalar>(mut self, moments: &[S]) {
        self.weigh();
        let Self { signature, layout, spread, contracted, ridges, sum_of_term, .. } = self;
        let dimension = layout.dimension;
        let Deviations { lanes, weights, moments: scaled, powers, .. } = self.out;
        for ridge in ridges {
            powers.resize(ridge.unit.len(), 0.0);
            scaled.resize(ridge.rows, [0.0; LANES]);
            let mut exponent = 1;
            for (index, &order) in signature.orders.iter().enumerate() {
                let of_order = |term: usize| signature.terms[term].moment == Moment::Derivative(order);
                if !(0..sum_of_term.len()).any(|term| sum_of_term[term].is_some() && of_order(term)) {
                    continue;
                }
                match order {
                    1 => {}
                    _ if exponent == 1 => raise::<L>(&ridge.unit, order, powers),
                    _ => raise_further::<L>(powers, &ridge.unit, order - exponent),
                }
                exponent = order;
                let first = ridge.first * layout.entries + index + 1;
                let peak = contracted.peaks[index + 1];
                scale(&runs(moments)[first..], &contracted.totals[first..], layout.entries, spread, peak, scaled);
                let powers = if order == 1 { &ridge.unit } else { &*powers };
                let product = Product { padded: layout.padded, powers, moments: scaled };
                let mut target = Target { dimension, order, signature, sum_of_term, weights, lanes };
                product.give::<L>(0..dimension, &mut target);
            }
        }
    }

    /// Scales the coefficients of each sum and coordinate, and sets the lanes to 0.
    fn weigh(&mut self) {
        let Self { signature, layout, contracted, sum_of_term, .. } = *self;
        let (dimension, terms) = (layout.dimension, signature.terms.len());
        let Deviations { lanes, scales, inverses, weights, .. } = &mut *self.out;
        lanes.clear();
        lanes.resize(self.sums * dimension, [0.0; LANES]);
        scales.clear();
        scales.resize(self.sums * dimension, 0.0);
        weights.resize(terms * dimension, 0.0);
        let size = |term: usize| match signature.terms[term].moment {
            Moment::Derivative(order) => self.largest.powi(order as i32) * contracted.peaks[1 + signature.moment(term)],
            // Second derivatives by pairs of coordinates have deviations of their own.
            Moment::Stencil(_) | Moment::Hessian => 0.0,
        };
        let members = || (0..terms).filter_map(|term| sum_of_term[term].map(|sum| (term, sum)));
        for (term, sum) in members() {
            let size = size(term);
            let scales = &mut scales[sum * dimension..(sum + 1) * dimension];
            for (scale, coefficients) in scales.iter_mut().zip(self.coefficients.chunks_exact(terms)) {
                *scale = scale.max(coefficients[term].abs() * size);
            }
        }
        inverses.clear();
        inverses.extend(scales.iter().map(|&scale| if scale >= f64::MIN_POSITIVE { 1.0 / scale } else { 0.0 }));
        for (term, sum) in members() {
            let size = size(term);
            let inverses = &inverses[sum * dimension..(sum + 1) * dimension];
            let weights = &mut weights[term * dimension..(term + 1) * dimension];
            for ((weight, inverse), coefficients) in
                weights.iter_mut().zip(inverses).zip(self.coefficients.chunks_exact(terms))
            {
                *weight = (coefficients[term] * size * inverse) as f32;
            }
        }
    }
}

/// The deviations of one moment of each row of a ridge term, divided by `peak`; the moments stand `stride` runs apart.
#[inline(always)]
pub(super) fn scale<S: Scalar>(
    runs: &[[S; LANES]],
    totals: &[f64],
    stride: usize,
    spread: &Spread,
    peak: f64,
    out: &mut [[f32; LANES]],
) {
    let scale = if peak >= S::MIN_POSITIVE.to_f64() { 1.0 / peak } else { 0.0 };
    let factors = spread.reciprocals.map(|reciprocal| S::from_f64(reciprocal * scale));
    let to_mean = scale / spread.samples;
    for ((out, run), total) in out.iter_mut().zip(runs.iter().step_by(stride)).zip(totals.iter().step_by(stride)) {
        let mean = S::from_f64(total * to_mean);
        let mut scaled = [0.0; LANES];
        for lane in 0..LANES {
            scaled[lane] = run[lane].mul_add(factors[lane], -mean).to_f64() as f32;
        }
        *out = scaled;
    }
}

/// `powers = slopes^exponent`, entry by entry.
#[inline(always)]
fn raise<L: Lane>(slopes: &[L::Scalar], exponent: u32, powers: &mut [L::Scalar]) {
    for (power, slope) in powers.chunks_exact_mut(L::WIDTH).zip(slopes.chunks_exact(L::WIDTH)) {
        let slope = L::load(slope);
        let mut raised = slope * slope;
        for _ in 2..exponent {
            raised = raised * slope;
        }
        raised.store(power);
    }
}

/// `powers *= slopes^exponent`, entry by entry.
#[inline(always)]
fn raise_further<L: Lane>(powers: &mut [L::Scalar], slopes: &[L::Scalar], exponent: u32) {
    for (power, slope) in powers.chunks_exact_mut(L::WIDTH).zip(slopes.chunks_exact(L::WIDTH)) {
        let slope = L::load(slope);
        let mut raised = L::load(power);
        for _ in 0..exponent {
            raised = raised * slope;
        }
        raised.store(power);
    }
}

/// Takes what a [`Product`] computes.
pub(super) trait Take {
    /// The products of `C` coordinates and two packs of lanes, from a coordinate and a lane on.
    fn take<L: Lane<Scalar = f32>, const C: usize>(
        &mut self,
        coordinate: usize,
        lane: usize,
        products: &[[L; PACKS]; C],
    );
}

/// Where the products of one order go.
struct Target<'a> {
    dimension: usize,
    order: u32,
    signature: &'a Signature,
    sum_of_term: &'a [Option<usize>],
    weights: &'a [f32],
    lanes: &'a mut [[f32; LANES]],
}

impl Take for Target<'_> {
    /// Adds the products of a block to the sums of every term of the order, with the term's weights.
    #[inline(always)]
    fn take<L: Lane<Scalar = f32>, const C: usize>(
        &mut self,
        coordinate: usize,
        lane: usize,
        products: &[[L; PACKS]; C],
    ) {
        for (term, sum) in self.sum_of_term.iter().enumerate() {
            let Some(sum) = sum else { continue };
            if self.signature.terms[term].moment != Moment::Derivative(self.order) {
                continue;
            }
            let weights = &self.weights[term * self.dimension + coordinate..][..C];
            let lanes = &mut self.lanes[sum * self.dimension + coordinate..][..C];
            for c in 0..C {
                for pack in 0..PACKS {
                    let lanes = &mut lanes[c][lane + pack * L::WIDTH..][..L::WIDTH];
                    products[c][pack].mul_add(L::splat(weights[c]), L::load(lanes)).store(lanes);
                }
            }
        }
    }
}

/// `Σ_o powers[o][coordinate] moments[o][lane]` for one order.
#[derive(Clone, Copy)]
pub(super) struct Product<'a> {
    /// Numbers of a row of `powers`.
    pub(super) padded: usize,
    pub(super) powers: &'a [f32],
    pub(super) moments: &'a [[f32; LANES]],
}

impl Product<'_> {
    /// Gives the sums of these coordinates to `target`.
    #[inline(always)]
    pub(super) fn give<L: Lane<Scalar = f32>>(self, coordinates: Range<usize>, target: &mut impl Take) {
        let mut coordinate = coordinates.start;
        while coordinate + COORDINATES <= coordinates.end {
            self.block::<L, COORDINATES>(coordinate, target);
            coordinate += COORDINATES;
        }
        while coordinate < coordinates.end {
            self.block::<L, 1>(coordinate, target);
            coordinate += 1;
        }
    }

    /// The sums of `C` coordinates.
    #[inline(always)]
    fn block<L: Lane<Scalar = f32>, const C: usize>(self, coordinate: usize, target: &mut impl Take) {
        for lane in (0..LANES).step_by(PACKS * L::WIDTH) {
            let at = |pack: usize| lane + pack * L::WIDTH..lane + (pack + 1) * L::WIDTH;
            let mut sums = [[L::splat(0.0); PACKS]; C];
            for (weights, moments) in self.powers.chunks_exact(self.padded).zip(self.moments) {
                let weights = &weights[coordinate..][..C];
                for pack in 0..PACKS {
                    let moment = L::load(&moments[at(pack)]);
                    for c in 0..C {
                        sums[c][pack] = moment.mul_add(L::splat(weights[c]), sums[c][pack]);
                    }
                }
            }
            target.take(coordinate, lane, &sums);
        }
    }
}
