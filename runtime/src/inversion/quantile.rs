//! Quantiles of a distribution function that is known at nodes.

/// Where to look for a probability among ascending ones: for each of equal parts of [0, 1], the last node at or below its
/// left end.
#[derive(Clone, Debug)]
pub(super) struct Guide {
    starts: Vec<u32>,
}

impl Guide {
    /// `below` must ascend from 0 to 1.
    pub(super) fn new(below: impl ExactSizeIterator<Item = f64>) -> Self {
        let (parts, last) = (below.len().next_power_of_two(), below.len().saturating_sub(1));
        let mut starts = Vec::with_capacity(parts + 1);
        for (node, probability) in below.enumerate() {
            // All parts that begin before this node begin at the node before it.
            while starts.len() <= parts && (starts.len() as f64) < probability * parts as f64 {
                starts.push(node.saturating_sub(1) as u32);
            }
        }
        starts.resize(parts + 1, last as u32);
        Self { starts }
    }

    /// The last node for which `below` is at most `probability`, which lies in [0, 1); of two equal nodes the last.
    #[inline]
    pub(super) fn find(&self, probability: f64, below: impl Fn(usize) -> f64, nodes: usize) -> usize {
        let parts = self.starts.len() - 1;
        let part = ((probability * parts as f64) as usize).min(parts - 1);
        let mut low = self.starts[part] as usize;
        let mut high = (self.starts[part + 1] as usize + 1).min(nodes);
        while high - low > 1 {
            let middle = low.midpoint(high);
            if below(middle) <= probability {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// A node of a continuous distribution function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// Where it is.
    pub(super) at: f64,
    /// `P(z ≤ at)`
    pub(super) below: f64,
    /// The density there.
    pub(super) density: f64,
}

/// The cubic on one cell of nodes, over `t` in [0, 1], with values from 0 to 1.
///
/// Its slopes at the ends are the densities', bounded by 3, which is known to make it ascend (Fritsch and Carlson 1980).
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    left: f64,
    right: f64,
}

impl Cell {
    /// From densities times the width of the cell over its probability.
    #[inline]
    pub(super) fn new(left: f64, right: f64) -> Self {
        let bounded = |slope: f64| {
            if slope > 3.0 {
                3.0
            } else if slope > 0.0 {
                slope
            } else {
                0.0
            }
        };
        Self { left: bounded(left), right: bounded(right) }
    }

    /// The cubic.
    #[inline]
    pub(super) fn value(self, t: f64) -> f64 {
        t * (self.left + t * ((3.0 - 2.0 * self.left - self.right) + t * (self.left + self.right - 2.0)))
    }

    #[inline]
    fn slope(self, t: f64) -> f64 {
        self.left + t * (2.0 * (3.0 - 2.0 * self.left - self.right) + 3.0 * t * (self.left + self.right - 2.0))
    }

    /// Where the cubic is `value`, by Newton's method inside a bracket.
    #[inline]
    pub(super) fn solve(self, value: f64) -> f64 {
        const ATTEMPTS: u32 = 60;
        const CLOSE: f64 = 1e-14;
        let (mut low, mut high, mut t) = (0.0, 1.0, value);
        for _ in 0..ATTEMPTS {
            let excess = self.value(t) - value;
            if excess.abs() <= CLOSE {
                break;
            }
            if excess > 0.0 {
                high = t;
            } else {
                low = t;
            }
            let next = t - excess / self.slope(t);
            t = if low < next && next < high { next } else { f64::midpoint(low, high) };
        }
        t
    }
}

/// The quantile of a continuous distribution function.
#[inline]
pub(super) fn quantile(nodes: &[Node], guide: &Guide, probability: f64) -> f64 {
    let index = guide.find(probability, |node| nodes[node].below, nodes.len());
    let [Some(left), Some(right)] = [nodes.get(index), nodes.get(index + 1)] else {
        return nodes[index].at;
    };
    let (width, mass) = (right.at - left.at, right.below - left.below);
    let cell = Cell::new(left.density * width / mass, right.density * width / mass);
    left.at + width * cell.solve((probability - left.below) / mass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guides_find_the_last_node_below() {
        for below in [
            vec![0.0, 1.0],
            vec![0.0, 0.0, 0.0, 0.4, 0.4, 0.9, 1.0, 1.0],
            vec![0.0, 1e-12, 1e-11, 1e-10, 0.5, 0.5 + 1e-12, 1.0],
        ] {
            let guide = Guide::new(below.iter().copied());
            for step in 0..10_000 {
                let probability = f64::from(step) / 10_000.0;
                let expected = below.iter().rposition(|&value| value <= probability).expect("0 is below");
                assert_eq!(
                    guide.find(probability, |node| below[node], below.len()),
                    expected,
                    "{probability} in {below:?}"
                );
            }
        }
    }

    #[test]
    fn cells_are_inverted() {
        for (left, right) in [(1.0, 1.0), (0.0, 0.0), (3.0, 3.0), (0.0, 3.0), (5.0, -1.0), (0.3, 1.9), (f64::NAN, 1.0)]
        {
            let cell = Cell::new(left, right);
            let mut last = 0.0;
            for step in 0..=1000 {
                let value = f64::from(step) / 1000.0;
                let t = cell.solve(value);
                assert!((0.0..=1.0).contains(&t) && t >= last - 1e-9, "{value} at {t} in {cell:?}");
                assert!((cell.value(t) - value).abs() < 1e-13, "{value} at {t} in {cell:?}");
                last = t;
            }
        }
    }
}
