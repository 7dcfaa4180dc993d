//! A dense row-major matrix whose rows are slices.

/// A dense matrix of `f64`, row by row. [`rows`](Matrix::rows) iterates over `&[f64]`, which is what `f` sums over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    entries: Vec<f64>,
}

/// The entries do not fill the shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// The number of entries is not rows times columns.
    #[error("a matrix of {rows} rows and {columns} columns needs {} entries, found {found}", rows * columns)]
    EntryCount {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        columns: usize,
        /// Entries given.
        found: usize,
    },
    /// A row has another length than the first.
    #[error("row {row} has {found} entries, expected {expected}")]
    RaggedRow {
        /// Index of the row.
        row: usize,
        /// Its length.
        found: usize,
        /// Length of the first row.
        expected: usize,
    },
}

impl Matrix {
    /// A matrix from its entries, row by row.
    ///
    /// # Errors
    /// [`MatrixError::EntryCount`] if there are not `rows * columns` of them.
    pub fn new(rows: usize, columns: usize, entries: Vec<f64>) -> Result<Self, MatrixError> {
        if rows.checked_mul(columns) == Some(entries.len()) {
            Ok(Self { rows, columns, entries })
        } else {
            Err(MatrixError::EntryCount { rows, columns, found: entries.len() })
        }
    }

    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, entries: vec![0.0; rows * columns] }
    }

    /// A matrix from its rows.
    ///
    /// # Errors
    /// [`MatrixError::RaggedRow`] if a row has another length than the first.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, MatrixError> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut entries = Vec::with_capacity(rows.len() * columns);
        for (row, values) in rows.iter().enumerate() {
            let values = values.as_ref();
            if values.len() != columns {
                return Err(MatrixError::RaggedRow { row, found: values.len(), expected: columns });
            }
            entries.extend_from_slice(values);
        }
        Ok(Self { rows: rows.len(), columns, entries })
    }

    /// Replaces the contents by the given rows of `source`, keeping the allocation: the next batch of a training loop.
    ///
    /// # Panics
    /// If an index is not a row of `source`, as indexing does.
    pub fn select_rows(&mut self, source: &Matrix, indices: &[usize]) {
        self.entries.clear();
        for &index in indices {
            self.entries.extend_from_slice(source.row(index));
        }
        self.rows = indices.len();
        self.columns = source.columns;
    }

    /// Number of rows.
    #[must_use]
    pub const fn row_count(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row, as indexing does.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.entries[row * self.columns..(row + 1) * self.columns]
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        (0..self.rows).map(|row| self.row(row))
    }

    /// One entry.
    ///
    /// # Panics
    /// If there is no such entry, as indexing does.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.entries[row * self.columns + column]
    }

    /// Adds to one entry.
    ///
    /// # Panics
    /// If there is no such entry, as indexing does.
    #[inline(always)]
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.entries[row * self.columns + column] += value;
    }

    /// All entries, row by row.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.entries
    }

    /// All entries, row by row.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        &mut self.entries
    }
}

impl From<ndarray::ArrayView2<'_, f64>> for Matrix {
    fn from(array: ndarray::ArrayView2<'_, f64>) -> Self {
        let (rows, columns) = array.dim();
        Self { rows, columns, entries: array.iter().copied().collect() }
    }
}

impl From<&ndarray::Array2<f64>> for Matrix {
    fn from(array: &ndarray::Array2<f64>) -> Self {
        array.view().into()
    }
}

impl From<ndarray::Array2<f64>> for Matrix {
    fn from(array: ndarray::Array2<f64>) -> Self {
        array.view().into()
    }
}

impl From<Matrix> for ndarray::Array2<f64> {
    fn from(matrix: Matrix) -> Self {
        let Matrix { rows, columns, entries } = matrix;
        Self::from_shape_fn((rows, columns), |(row, column)| entries[row * columns + column])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_and_entries_must_agree() {
        assert_eq!(Matrix::new(2, 3, vec![0.0; 5]), Err(MatrixError::EntryCount { rows: 2, columns: 3, found: 5 }));
        let ragged = Matrix::from_rows(&[vec![1.0, 2.0], vec![3.0]]);
        assert_eq!(ragged, Err(MatrixError::RaggedRow { row: 1, found: 1, expected: 2 }));
    }

    #[test]
    fn rows_are_slices_in_order() {
        let matrix = Matrix::new(2, 2, vec![1.0, 2.0, 3.0, 4.0]).expect("fits");
        assert_eq!(matrix.rows().collect::<Vec<_>>(), [[1.0, 2.0], [3.0, 4.0]]);
        let mut batch = Matrix::default();
        batch.select_rows(&matrix, &[1, 0, 1]);
        assert_eq!(batch.as_slice(), [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn arrays_convert_in_both_directions() {
        let array = ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let matrix = Matrix::from(&array);
        assert_eq!(matrix.row(1), [4.0, 5.0, 6.0]);
        assert_eq!(ndarray::Array2::from(matrix), array);
        let transposed = Matrix::from(array.t());
        assert_eq!(transposed.row(0), [1.0, 4.0]);
    }
}
