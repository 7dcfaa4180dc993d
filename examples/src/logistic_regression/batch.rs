//! Batches of rows: each epoch visits every row once, in a new order.

use logphi::Matrix;

use crate::scaling::Dataset;
use crate::shuffle::Shuffle;

/// Some rows with their targets.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The rows.
    pub features: Matrix,
    /// One target of ±1 for each row.
    pub targets: Vec<f64>,
}

impl Batch {
    /// The arguments of the log likelihood: rows, targets, and the weight that makes their sum a mean.
    #[must_use]
    pub fn arguments(&self) -> (&Matrix, &[f64], f64) {
        (&self.features, &self.targets, 1.0 / self.targets.len() as f64)
    }
}

/// The batches of epoch after epoch.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    data: &'a Dataset,
    order: Vec<usize>,
    size: usize,
    shuffle: Shuffle,
    batch: Batch,
}

impl<'a> Batches<'a> {
    /// Batches of at most `size` rows (and at least one).
    #[must_use]
    pub fn new(data: &'a Dataset, size: usize, seed: u64) -> Self {
        let order: Vec<usize> = (0..data.targets.len()).collect();
        let size = size.clamp(1, order.len().max(1));
        let mut batches = Self { data, order, size, shuffle: Shuffle::new(seed), batch: Batch::default() };
        batches.get(0);
        batches
    }

    /// Batches in an epoch.
    #[must_use]
    pub fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Starts an epoch: puts the rows into a new order.
    pub fn shuffle(&mut self) {
        self.shuffle.permute(&mut self.order);
    }

    /// The batch at `index` of this epoch; the last one holds what is left. An index beyond it gives no rows.
    pub fn get(&mut self, index: usize) -> &Batch {
        let rows = self.order.chunks(self.size).nth(index).unwrap_or(&[]);
        self.batch.features.select_rows(&self.data.features, rows);
        self.batch.targets.clear();
        self.batch.targets.extend(rows.iter().map(|&row| self.data.targets[row]));
        &self.batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(rows: usize) -> Dataset {
        let mut features = Matrix::zeros(rows, 1);
        features.as_mut_slice().iter_mut().enumerate().for_each(|(row, entry)| *entry = row as f64);
        Dataset { names: vec!["a".to_owned()], features, targets: (0..rows).map(|row| -(row as f64)).collect() }
    }

    #[test]
    fn an_epoch_visits_every_row_once_with_its_target() {
        let data = data(10);
        let mut batches = Batches::new(&data, 4, 1);
        assert_eq!(batches.count(), 3);
        for _ in 0..5 {
            batches.shuffle();
            let (mut seen, mut sizes) = (Vec::new(), Vec::new());
            for index in 0..batches.count() {
                let batch = batches.get(index);
                sizes.push(batch.targets.len());
                assert_eq!(batch.arguments().2, 1.0 / batch.targets.len() as f64);
                for (row, target) in batch.features.rows().zip(&batch.targets) {
                    assert_eq!(row[0], -target);
                    seen.push(row[0] as usize);
                }
            }
            assert_eq!(sizes, [4, 4, 2]);
            assert_ne!(seen, (0..10).collect::<Vec<_>>());
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_batch_larger_than_the_data_is_all_of_it() {
        assert_eq!(Batches::new(&data(3), 64, 1).count(), 1);
    }
}
