//! `x ↦ L x` with the lower triangular `L L' = Σ`: from independent normal numbers to normal ones with covariance `Σ`.

use super::Coupling;
use crate::error::EstimateError;
use crate::lane::{Lane, Scalar};
use crate::matrix::Matrix;
use crate::parameters::Values;

/// By how much `Σ_ij` and `Σ_ji` may differ, relative to `√(Σ_ii Σ_jj)`: what the rounding of a product `A A'` leaves.
const ASYMMETRY: f64 = 1e-10;

/// Rows that share the loads of a coordinate.
const ROWS: usize = 4;

/// The Cholesky factor of a covariance matrix.
#[derive(Clone, Debug, Default)]
pub struct Cholesky<S> {
    dimension: usize,
    /// Row by row, up to the diagonal.
    exact: Vec<f64>,
    /// The same in the arithmetic of the draws.
    lower: Vec<S>,
}

impl<S: Scalar> Coupling<S> for Cholesky<S> {
    /// Factorises in `f64`, reading the lower triangle, and rounds once.
    ///
    /// # Errors
    /// [`EstimateError::NotSymmetric`] and [`EstimateError::NotPositiveDefinite`], which names the pivot.
    fn prepare(&mut self, parameter: Option<(&'static str, Values<'_>)>) -> Result<(), EstimateError> {
        // Nothing but a matrix reaches this: the field of a covariance parameter holds nothing else.
        let Some((name, Values::Matrix(sigma))) = parameter else { return Ok(()) };
        check_symmetric(name, sigma)?;
        factorise(name, sigma, &mut self.exact)?;
        self.dimension = sigma.row_count();
        self.lower.clear();
        self.lower.extend(self.exact.iter().map(|&entry| S::from_f64(entry)));
        Ok(())
    }

    #[inline(always)]
    fn apply<L: Lane<Scalar = S>>(&self, draws: &mut [S]) {
        // From the last rows on, since row `i` reads the coordinates up to `i` only.
        let mut end = self.dimension;
        while end >= ROWS {
            end -= ROWS;
            self.rows::<L, ROWS>(end, draws);
        }
        while end > 0 {
            end -= 1;
            self.rows::<L, 1>(end, draws);
        }
    }
}

impl<S: Scalar> Cholesky<S> {
    /// Replaces `R` coordinates from `first` on by their sums `Σ_j L_ij x_j`, each in the order of `j`.
    #[inline(always)]
    fn rows<L: Lane<Scalar = S>, const R: usize>(&self, first: usize, draws: &mut [S]) {
        let rows: [&[S]; R] = std::array::from_fn(|k| &self.lower[(first + k) * (first + k + 1) / 2..][..=first + k]);
        let mut sums = [L::splat(S::ZERO); R];
        let mut packs = draws.chunks_exact(L::WIDTH);
        for (column, x) in packs.by_ref().take(first).enumerate() {
            let x = L::load(x);
            for k in 0..R {
                sums[k] = x.mul_add(L::splat(rows[k][column]), sums[k]);
            }
        }
        for (column, x) in packs.take(R).enumerate() {
            let x = L::load(x);
            for k in column..R {
                sums[k] = x.mul_add(L::splat(rows[k][first + column]), sums[k]);
            }
        }
        for (k, sum) in sums.iter().enumerate() {
            sum.store(&mut draws[(first + k) * L::WIDTH..]);
        }
    }
}

fn check_symmetric(parameter: &'static str, sigma: &Matrix) -> Result<(), EstimateError> {
    let dimension = sigma.row_count();
    let entry = |row: usize, column: usize| sigma.row(row)[column];
    for row in 0..dimension {
        for column in 0..row {
            let scale = (entry(row, row) * entry(column, column)).abs().sqrt();
            let equal = (entry(row, column) - entry(column, row)).abs() <= ASYMMETRY * scale;
            if !equal {
                return Err(EstimateError::NotSymmetric { parameter, row, column });
            }
        }
    }
    Ok(())
}

/// The factor, row by row up to the diagonal.
fn factorise(parameter: &'static str, sigma: &Matrix, lower: &mut Vec<f64>) -> Result<(), EstimateError> {
    let at = |row: usize, column: usize| row * (row + 1) / 2 + column;
    lower.clear();
    for row in 0..sigma.row_count() {
        for column in 0..=row {
            let (left, right) = (at(row, 0), at(column, 0));
            let products = (0..column).map(|k| lower[left + k] * lower[right + k]);
            let rest = sigma.row(row)[column] - products.sum::<f64>();
            let factor = if row > column {
                rest / lower[at(column, column)]
            } else if rest > 0.0 && rest.is_finite() {
                rest.sqrt()
            } else {
                return Err(EstimateError::NotPositiveDefinite { parameter, pivot: row, value: rest });
            };
            lower.push(factor);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(rows: &[[f64; 3]]) -> Result<Cholesky<f64>, EstimateError> {
        let sigma = Matrix::from_rows(rows).expect("rows of one length");
        let mut factor = Cholesky::default();
        factor.prepare(Some(("sigma", Values::Matrix(&sigma)))).map(|()| factor)
    }

    #[test]
    fn the_factor_is_the_known_one() {
        // A matrix whose factor is whole: rows (2), (6, 1), (-8, 5, 3).
        let factor = prepared(&[[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]]).expect("definite");
        assert_eq!(factor.lower, [2.0, 6.0, 1.0, -8.0, 5.0, 3.0]);
        type Pack = <f64 as Scalar>::Narrow;
        let mut draws: Vec<f64> = [1.0, -2.0, 0.5].iter().flat_map(|&x| vec![x; Pack::WIDTH]).collect();
        factor.apply::<Pack>(&mut draws);
        let expected: Vec<f64> = [2.0, 4.0, -16.5].iter().flat_map(|&x| vec![x; Pack::WIDTH]).collect();
        assert_eq!(draws, expected);
    }

    #[test]
    fn what_is_no_covariance_matrix_is_refused() {
        let unequal = prepared(&[[4.0, 1.0, 0.0], [1.5, 4.0, 0.0], [0.0, 0.0, 1.0]]);
        assert_eq!(unequal.err(), Some(EstimateError::NotSymmetric { parameter: "sigma", row: 1, column: 0 }));
        let singular = prepared(&[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let expected = EstimateError::NotPositiveDefinite { parameter: "sigma", pivot: 1, value: 0.0 };
        assert_eq!(singular.err(), Some(expected));
        let negative = prepared(&[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let expected = EstimateError::NotPositiveDefinite { parameter: "sigma", pivot: 0, value: -1.0 };
        assert_eq!(negative.err(), Some(expected));
        assert!(prepared(&[[1.0, f64::NAN, 0.0], [f64::NAN, 1.0, 0.0], [0.0, 0.0, 1.0]]).is_err());
    }
}
