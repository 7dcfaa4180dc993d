//! The binary tree over leaves.
//!
//! Node `i` of a level is the sum of nodes `2i` and `2i + 1` of the level below; a missing right child counts as
//! nothing. Leaves that arrive in order are folded like the carries of a binary counter, which gives this tree with one
//! buffer for each level.

/// Partial sums of the leaves of one aligned run, as a stack of complete subtrees.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// `levels[k]` holds a complete subtree of `2^k` leaves whenever bit `k` of `leaves` is set.
    levels: Vec<Vec<f64>>,
    leaves: usize,
    /// Level of the buffer that holds the sum of all leaves, once finished.
    root: usize,
}

impl Tree {
    /// Makes room for `leaves` leaves of `length` numbers, and forgets what was added.
    pub(crate) fn reset(&mut self, leaves: usize, length: usize) {
        let depth = (usize::BITS - leaves.leading_zeros()) as usize;
        if self.levels.len() < depth {
            self.levels.resize_with(depth, Vec::new);
        }
        for level in &mut self.levels[..depth] {
            level.resize(length, 0.0);
        }
        self.leaves = 0;
    }

    /// Adds the next leaf; `write` stores its numbers.
    pub(crate) fn add_leaf(&mut self, write: impl FnOnce(&mut [f64])) {
        // The carry chain: the new leaf is written where the first unset bit will be, then lower levels are added to it
        // as left siblings, smallest first.
        let level = self.leaves.trailing_ones() as usize;
        let (lower, upper) = self.levels.split_at_mut(level);
        let target = &mut upper[0];
        write(target);
        for left in lower.iter() {
            add_left(left, target);
        }
        self.leaves += 1;
    }

    /// Adds the complete subtrees that are left over, smallest first.
    pub(crate) fn finish(&mut self) {
        let mut pending: Option<usize> = None;
        for level in 0..self.levels.len() {
            if self.leaves >> level & 1 == 0 {
                continue;
            }
            if let Some(right) = pending {
                let (lower, upper) = self.levels.split_at_mut(level);
                add_right(&mut upper[0], &lower[right]);
            }
            pending = Some(level);
        }
        self.root = pending.unwrap_or(0);
    }

    /// The sum of all leaves of a finished tree.
    pub(crate) fn sum(&self) -> &[f64] {
        self.levels.get(self.root).map_or(&[], Vec::as_slice)
    }

    /// The sum of all leaves of a finished tree.
    pub(crate) fn sum_mut(&mut self) -> &mut [f64] {
        self.levels.get_mut(self.root).map_or(&mut [], Vec::as_mut_slice)
    }
}

/// `right = left + right`, entry by entry.
fn add_left(left: &[f64], right: &mut [f64]) {
    for (right, left) in right.iter_mut().zip(left) {
        *right += left;
    }
}

/// `left = left + right`, entry by entry.
fn add_right(left: &mut [f64], right: &[f64]) {
    for (left, right) in left.iter_mut().zip(right) {
        *left += right;
    }
}

/// Adds the sums of aligned runs of equal length, in the same tree: `runs` are in order, `sum` gives the numbers of one,
/// and the result is in the first.
pub(crate) fn combine<T>(runs: &mut [T], sum: impl Fn(&mut T) -> &mut [f64]) {
    let mut stride = 1;
    while stride < runs.len() {
        for left in (0..runs.len() - stride).step_by(2 * stride) {
            let (lower, upper) = runs.split_at_mut(left + stride);
            add_right(sum(&mut lower[left]), sum(&mut upper[0]));
        }
        stride *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, recursively.
    fn by_definition(leaves: &[f64]) -> f64 {
        if leaves.len() == 1 {
            return leaves[0];
        }
        let half = leaves.len().next_power_of_two() / 2;
        by_definition(&leaves[..half]) + by_definition(&leaves[half..])
    }

    fn leaves(count: usize) -> Vec<f64> {
        (0..count).map(|i| (i as f64 * 0.73).sin() * 10f64.powi(i as i32 % 17 - 8)).collect()
    }

    #[test]
    fn counter_and_definition_give_the_same_bits() {
        for count in 1..70 {
            let values = leaves(count);
            let mut tree = Tree::default();
            tree.reset(count, 1);
            for &value in &values {
                tree.add_leaf(|target| target[0] = value);
            }
            tree.finish();
            assert_eq!(tree.sum()[0].to_bits(), by_definition(&values).to_bits(), "{count} leaves");
        }
    }

    #[test]
    fn aligned_runs_give_the_same_bits() {
        for count in 1..70 {
            let values = leaves(count);
            for run in [1, 2, 4, 8, 16] {
                let mut sums: Vec<Vec<f64>> = values
                    .chunks(run)
                    .map(|chunk| {
                        let mut tree = Tree::default();
                        tree.reset(chunk.len(), 1);
                        chunk.iter().for_each(|&value| tree.add_leaf(|target| target[0] = value));
                        tree.finish();
                        tree.sum().to_vec()
                    })
                    .collect();
                combine(&mut sums, Vec::as_mut_slice);
                assert_eq!(sums[0][0].to_bits(), by_definition(&values).to_bits(), "{count} leaves in runs of {run}");
            }
        }
    }
}
