//! From the moments of rows to the derivatives of `f` for each coordinate.
//!
//! `D_{n,j} = Σ_o A_oj^n M_{n,o} + m_{n,j}`, lane by lane: the lane sums of `∂_j^n f`. The cost is `32 R d N` fused
//! multiply-adds, whatever the number of samples, so the loop is blocked like a matrix product: four coordinates by two
//! packs of lanes share the loads.

use super::LANES;
use super::moments::Layout;
use super::table::RidgeTable;
use crate::kernel::{Estimator, Ridge, RidgeVisitor, Ridges, Separable};
use crate::lane::{Kernel, Lane};

/// Coordinates of a block.
const COORDINATES: usize = 4;

/// Packs of lanes of a block.
const PACKS: usize = 2;

/// Contracts the moments; `derivatives[order][coordinate][lane]` is overwritten.
pub(crate) struct Contraction<'a, E: Estimator> {
    pub(crate) layout: &'a Layout,
    pub(crate) moments: &'a [f64],
    pub(crate) tables: &'a <E::Ridges as Ridges<E>>::Tables,
    /// Room for the powers `A_oj^n` of one ridge term.
    pub(crate) powers: &'a mut Vec<f64>,
    pub(crate) derivatives: &'a mut [f64],
}

impl<E: Estimator> Kernel<f64> for Contraction<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lane<Scalar = f64>>(self) {
        let Self { layout, moments, tables, powers, derivatives } = self;
        let dimension = layout.dimension;
        if E::Separable::PRESENT {
            let row_length = layout.row_length();
            let rows = &moments[layout.separable_first * row_length..];
            for (order, derivatives) in derivatives.chunks_exact_mut(dimension * LANES).enumerate() {
                for (row, derivative) in rows.chunks_exact(row_length).zip(derivatives.chunks_exact_mut(LANES)) {
                    derivative.copy_from_slice(&row[(order + 1) * LANES..][..LANES]);
                }
            }
        } else {
            derivatives.fill(0.0);
        }
        let mut rows =
            RowContraction::<L> { layout, moments, powers, derivatives, lanes: std::marker::PhantomData };
        E::Ridges::visit(tables, &mut rows);
    }
}

struct RowContraction<'a, L> {
    layout: &'a Layout,
    moments: &'a [f64],
    powers: &'a mut Vec<f64>,
    derivatives: &'a mut [f64],
    lanes: std::marker::PhantomData<L>,
}

impl<E: Estimator, L: Lane<Scalar = f64>> RidgeVisitor<E> for RowContraction<'_, L> {
    #[inline(always)]
    fn visit<R: Ridge<E>>(&mut self, table: &RidgeTable<E, R>) {
        let dimension = self.layout.dimension;
        let row_length = self.layout.row_length();
        let moments = &self.moments[table.first * row_length..(table.first + table.rows) * row_length];
        self.powers.clear();
        self.powers.extend_from_slice(&table.exact_slopes);
        let mut exponent = 1;
        for (index, &order) in E::ORDERS.iter().enumerate() {
            while exponent < order {
                for (power, slope) in self.powers.iter_mut().zip(&table.exact_slopes) {
                    *power *= slope;
                }
                exponent += 1;
            }
            let order_moments = &moments[(index + 1) * LANES..];
            let derivatives = &mut self.derivatives[index * dimension * LANES..(index + 1) * dimension * LANES];
            let mut coordinate = 0;
            while coordinate + COORDINATES <= dimension {
                block::<L, COORDINATES>(table.rows, dimension, coordinate, row_length, self.powers, order_moments, derivatives);
                coordinate += COORDINATES;
            }
            while coordinate < dimension {
                block::<L, 1>(table.rows, dimension, coordinate, row_length, self.powers, order_moments, derivatives);
                coordinate += 1;
            }
        }
    }
}

/// Adds `Σ_o powers[o][coordinate + c] moments[o][lane]` to `C` coordinates.
#[inline(always)]
fn block<L: Lane<Scalar = f64>, const C: usize>(
    rows: usize,
    dimension: usize,
    coordinate: usize,
    row_length: usize,
    powers: &[f64],
    moments: &[f64],
    derivatives: &mut [f64],
) {
    // 32 is a multiple of twice every width of an `f64` pack.
    for lane in (0..LANES).step_by(PACKS * L::WIDTH) {
        let at = |c: usize, pack: usize| (coordinate + c) * LANES + lane + pack * L::WIDTH;
        let mut sums: [[L; PACKS]; C] =
            std::array::from_fn(|c| std::array::from_fn(|pack| L::load(&derivatives[at(c, pack)..][..L::WIDTH])));
        for row in 0..rows {
            let weights = &powers[row * dimension + coordinate..][..C];
            let row_moments = &moments[row * row_length + lane..][..PACKS * L::WIDTH];
            let values: [L; PACKS] = std::array::from_fn(|pack| L::load(&row_moments[pack * L::WIDTH..][..L::WIDTH]));
            for c in 0..C {
                let weight = L::splat(weights[c]);
                for pack in 0..PACKS {
                    sums[c][pack] = values[pack].mul_add(weight, sums[c][pack]);
                }
            }
        }
        for (c, sums) in sums.iter().enumerate() {
            for (pack, &sum) in sums.iter().enumerate() {
                sum.store(&mut derivatives[at(c, pack)..][..L::WIDTH]);
            }
        }
    }
}
