//! Scaling of features, column by column.
//!
//! The truncated rule of a Laplace scale `b` needs `b |x|` to be small: the log sigmoid of `x w` has its nearest
//! singularities at `w = ±iπ / |x|`. Dividing each column by its largest magnitude keeps `|x| ≤ 1`; standardising
//! leaves values of ten and more in long tails, where the series is of no use.

use clap::ValueEnum;
use logphi::Matrix;
use serde::Serialize;

use crate::data::Table;

/// How each column is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Divided by its largest magnitude, so that values lie in [-1, 1]
    MaxAbs,
    /// Mean 0 and standard deviation 1
    Standardise,
    /// Left as it is
    None,
}

impl Scaling {
    /// The name by which it is chosen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MaxAbs => "max-abs",
            Self::Standardise => "standardise",
            Self::None => "none",
        }
    }
}

/// Scaled features with targets of ±1.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Names of the columns.
    pub names: Vec<String>,
    /// The scaled features, one row for each target.
    pub features: Matrix,
    /// +1 where the label is 1, -1 where it is 0.
    pub targets: Vec<f64>,
}

impl Dataset {
    /// Scales the features of a table. A column without spread becomes 0 when standardised; one of zeros stays as it
    /// is.
    #[must_use]
    pub fn new(table: &Table, scaling: Scaling) -> Self {
        let (rows, columns) = (table.labels.len(), table.features.len());
        let mut features = Matrix::zeros(rows, columns);
        features.as_mut_slice().copy_from_slice(&table.values);
        for column in 0..columns {
            let mut values: Vec<f64> = features.rows().map(|row| row[column]).collect();
            match scaling {
                Scaling::MaxAbs => divide_by_largest(&mut values),
                Scaling::Standardise => standardise(&mut values),
                Scaling::None => {}
            }
            for (entry, value) in features.as_mut_slice().iter_mut().skip(column).step_by(columns).zip(values) {
                *entry = value;
            }
        }
        let targets = table.labels.iter().map(|&label| if label { 1.0 } else { -1.0 }).collect();
        Self { names: table.features.clone(), features, targets }
    }

    /// The largest magnitude in each column.
    #[must_use]
    pub fn largest(&self) -> Vec<f64> {
        let mut largest = vec![0.0_f64; self.features.columns()];
        for row in self.features.rows() {
            for (largest, value) in largest.iter_mut().zip(row) {
                *largest = largest.max(value.abs());
            }
        }
        largest
    }
}

fn divide_by_largest(values: &mut [f64]) {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest > 0.0 {
        values.iter_mut().for_each(|value| *value /= largest);
    }
}

/// The result does not depend on the unit of the column, so the division comes first: squares of it cannot overflow.
fn standardise(values: &mut [f64]) {
    // The mean of equal values need not round to that value: no spread is seen by comparison, not by a variance of 0.
    if values.iter().all(|value| *value == values[0]) {
        return values.fill(0.0);
    }
    divide_by_largest(values);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    values.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    fn scaled(text: &str, scaling: Scaling) -> Dataset {
        Dataset::new(&data::read(text.as_bytes(), "t.csv").expect("readable"), scaling)
    }

    #[test]
    fn max_abs_divides_by_the_largest_magnitude_and_leaves_zeros() {
        let data = scaled("a,b,y\n2,0,1\n-8,0,0\n4,0,0\n", Scaling::MaxAbs);
        assert_eq!(data.features.as_slice(), [0.25, 0.0, -1.0, 0.0, 0.5, 0.0]);
        assert_eq!(data.targets, [1.0, -1.0, -1.0]);
        assert_eq!(data.largest(), [1.0, 0.0]);
    }

    #[test]
    fn standardised_columns_have_mean_zero_and_deviation_one() {
        // 1, 3, 5 has mean 3 and variance 8/3; 0.1 three times has no spread, whatever its mean rounds to.
        let data = scaled("a,b,y\n1,0.1,1\n3,0.1,0\n5,0.1,0\n", Scaling::Standardise);
        let expected = [-1.5_f64.sqrt(), 0.0, 0.0, 0.0, 1.5_f64.sqrt(), 0.0];
        for (found, expected) in data.features.as_slice().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn extreme_columns_stay_finite() {
        for scaling in [Scaling::MaxAbs, Scaling::Standardise] {
            let data = scaled("a,b,y\n1.7e308,5e-324,1\n-1.7e308,0,0\n", scaling);
            assert_eq!(data.features.row(0)[0], 1.0);
            assert!(data.features.as_slice().iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn none_changes_nothing() {
        let data = scaled("a,y\n2,1\n-8,0\n", Scaling::None);
        assert_eq!(data.features.as_slice(), [2.0, -8.0]);
    }
}
