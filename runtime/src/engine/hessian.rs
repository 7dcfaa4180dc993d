//! Second derivatives by pairs of coordinates, for covariance matrices.
//!
//! `E ∂_i ∂_j f = Σ_o A_oi A_oj M_{2,o} + δ_ij m_{2,j}`: the moments that samples contribute are those of single
//! coordinates, and no Hessian is ever formed for a sample. The product `A' diag(M_2) A` is taken once for each run. Its
//! standard errors need it in each of the 32 lanes, `16 R d²` fused multiply-adds for the pairs `i <= j`; the rest is as in
//! [`deviations`](super::deviations), whose blocked loop does the work: for a fixed `i` the numbers `A_oi A_oj` take the place
//! of the powers of slopes.

use super::LANES;
use super::contraction::Contracted;
use super::deviations::{PACKS, Product, Take, scale};
use super::lanes::{Lanes, Spread};
use super::moments::{Layout, runs};
use super::table::Slopes;
use crate::lane::{Floats, Kernel, Lane, Scalar};

/// The product over all samples: `sums[i][j]`, rows filled up to whole packs.
pub(crate) struct SecondDerivatives<'a> {
    pub(crate) layout: &'a Layout,
    /// Place of the second derivative among the moments of a row.
    pub(crate) moment: usize,
    pub(crate) ridges: &'a [Slopes],
    pub(crate) contracted: &'a Contracted,
    pub(crate) out: &'a mut Vec<f64>,
}

impl Kernel<f64> for SecondDerivatives<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        let Self { layout, moment, ridges, contracted, out } = self;
        let Layout { padded, dimension, entries, .. } = *layout;
        out.clear();
        out.resize(dimension * padded, 0.0);
        for ridge in ridges {
            let totals = contracted.totals[ridge.first * entries..][..ridge.rows * entries].chunks_exact(entries);
            for (slopes, totals) in ridge.exact.chunks_exact(padded).zip(totals) {
                for (row, sums) in out.chunks_exact_mut(padded).enumerate() {
                    let weight = L::splat(slopes[row] * totals[1 + moment]);
                    for (sums, slopes) in sums.chunks_exact_mut(L::WIDTH).zip(slopes.chunks_exact(L::WIDTH)) {
                        L::load(slopes).mul_add(weight, L::load(sums)).store(sums);
                    }
                }
            }
        }
        // The two halves would differ in rounding.
        for row in 0..dimension {
            for column in 0..row {
                out[row * padded + column] = out[column * padded + row];
            }
        }
        for coordinate in 0..dimension {
            if let Some(run) = layout.run(entries - 1, moment, coordinate) {
                out[coordinate * padded + coordinate] += contracted.totals[run];
            }
        }
    }
}

/// Buffers for the standard errors.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    /// Scaled deviations of the second derivative of every ridge row.
    moments: Vec<[f32; LANES]>,
    /// `A_oi A_oj` for one `i`, scaled, row by row.
    products: Vec<f32>,
    /// Scaled deviations for one `i`, by `j`.
    lanes: Vec<[f32; LANES]>,
}

/// The standard errors of `c E ∂_i ∂_j f`, one for each pair.
pub(crate) struct PairErrors<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) moment: usize,
    pub(crate) spread: &'a Spread,
    pub(crate) moments: Floats<'a>,
    pub(crate) contracted: &'a Contracted,
    pub(crate) ridges: &'a [Slopes],
    /// The largest slope.
    pub(crate) largest: f64,
    /// The coefficient `c`.
    pub(crate) coefficient: f64,
    pub(crate) buffers: &'a mut Pairs,
    /// `errors[i][j]`
    pub(crate) out: &'a mut [f64],
}

impl Kernel<f32> for PairErrors<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f32>>(self) {
        match self.moments {
            Floats::Single(moments) => self.of::<L, _>(runs(moments)),
            Floats::Double(moments) => self.of::<L, _>(runs(moments)),
        }
    }
}

impl PairErrors<'_> {
    #[inline(always)]
    fn of<L: Lane<Scalar = f32>, S: Scalar>(self, all: &[[S; LANES]]) {
        let Self { layout, moment, spread, contracted, ridges, largest, coefficient, buffers, out, .. } = self;
        let Layout { padded, dimension, entries, .. } = *layout;
        let Pairs { moments, products, lanes } = buffers;
        let peak = contracted.peaks.get(1 + moment).copied().unwrap_or(0.0);
        moments.resize(layout.moment_rows(), [0.0; LANES]);
        for ridge in ridges.iter().filter(|ridge| ridge.rows > 0) {
            let first = ridge.first * entries + 1 + moment;
            let out = &mut moments[ridge.first..ridge.first + ridge.rows];
            scale(&all[first..], &contracted.totals[first..], entries, spread, peak, out);
        }
        let factor = coefficient * largest * largest * peak;
        for row in 0..dimension {
            lanes.clear();
            lanes.resize(dimension, [0.0; LANES]);
            for ridge in ridges {
                products.resize(ridge.unit.len(), 0.0);
                for (products, slopes) in products.chunks_exact_mut(padded).zip(ridge.unit.chunks_exact(padded)) {
                    let own = L::splat(slopes[row]);
                    for (product, slope) in products.chunks_exact_mut(L::WIDTH).zip(slopes.chunks_exact(L::WIDTH)) {
                        (L::load(slope) * own).store(product);
                    }
                }
                let moments = &moments[ridge.first..ridge.first + ridge.rows];
                let product = Product { padded, powers: products, moments };
                product.give::<L>(row..dimension, &mut Adding { lanes });
            }
            for column in row..dimension {
                let mut deviations: Lanes = [0.0; LANES];
                for lane in 0..LANES {
                    deviations[lane] = f64::from(lanes[column][lane]) * factor;
                }
                if let (true, Some(run)) = (row == column, layout.run(entries - 1, moment, row)) {
                    let mean = contracted.totals[run] / spread.samples;
                    for lane in 0..LANES {
                        let deviation = all[run][lane].to_f64().mul_add(spread.reciprocals[lane], -mean);
                        deviations[lane] = deviation.mul_add(coefficient, deviations[lane]);
                    }
                }
                let error = spread.squared_error::<<f64 as Scalar>::Narrow>(&deviations, f64::INFINITY).0.sqrt();
                out[row * dimension + column] = error;
                out[column * dimension + row] = error;
            }
        }
    }
}

/// Adds products to lanes.
struct Adding<'a> {
    lanes: &'a mut [[f32; LANES]],
}

impl Take for Adding<'_> {
    #[inline(always)]
    fn take<L: Lane<Scalar = f32>, const C: usize>(
        &mut self,
        coordinate: usize,
        lane: usize,
        products: &[[L; PACKS]; C],
    ) {
        for (lanes, products) in self.lanes[coordinate..coordinate + C].iter_mut().zip(products) {
            for (pack, &product) in products.iter().enumerate() {
                let lanes = &mut lanes[lane + pack * L::WIDTH..][..L::WIDTH];
                (L::load(lanes) + product).store(lanes);
            }
        }
    }
}
