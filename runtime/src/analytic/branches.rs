//! The phases of all branch points of an expression, remembered from one evaluation to the next.

use std::f64::consts::TAU;

/// The phase of the argument of every logarithm, root and power of an expression, in order of evaluation.
///
/// An evaluation proposes new phases: each is the one, among those that differ by whole turns, nearest to the last
/// accepted phase. The first evaluation takes principal values. Whoever walks along a path begins each evaluation,
/// looks how far phases have moved, and accepts or tries a shorter step.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    accepted: Vec<f64>,
    proposed: Vec<f64>,
    largest_move: f64,
}

impl Branches {
    /// Makes ready for one evaluation; what was proposed and not accepted is forgotten.
    pub fn begin(&mut self) {
        self.proposed.clear();
        self.largest_move = 0.0;
    }

    /// The largest change of a phase in the evaluation since [`begin`](Self::begin); NaN if a phase is.
    #[must_use]
    pub fn largest_move(&self) -> f64 {
        self.largest_move
    }

    /// Makes the phases of the last evaluation those that the next one continues.
    pub fn accept(&mut self) {
        std::mem::swap(&mut self.accepted, &mut self.proposed);
    }

    /// The phase to be used for the next branch point, whose principal value is given.
    pub(super) fn follow(&mut self, principal: f64) -> f64 {
        let phase = match self.accepted.get(self.proposed.len()) {
            Some(last) => {
                let phase = principal + TAU * ((last - principal) / TAU).round();
                let moved = (phase - last).abs();
                // Nothing is larger than NaN, so that it stays.
                if moved > self.largest_move || moved.is_nan() {
                    self.largest_move = moved;
                }
                phase
            }
            None => principal,
        };
        self.proposed.push(phase);
        phase
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_continue_over_whole_turns() {
        let mut branches = Branches::default();
        for step in 0..100 {
            let phase = f64::from(step) * 0.5;
            branches.begin();
            let principal = f64::sin(phase).atan2(phase.cos());
            assert!((branches.follow(principal) - phase).abs() < 1e-13);
            assert!(branches.largest_move() < 0.5 + 1e-13);
            branches.accept();
        }
    }

    #[test]
    fn what_is_not_accepted_is_forgotten() {
        let mut branches = Branches::default();
        branches.follow(0.0);
        branches.accept();
        branches.begin();
        branches.follow(3.0);
        assert_eq!(branches.largest_move(), 3.0);
        branches.begin();
        assert_eq!(branches.follow(-3.0), -3.0);
        branches.begin();
        branches.follow(f64::NAN);
        assert!(branches.largest_move().is_nan());
    }
}
