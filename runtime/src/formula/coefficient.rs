//! The numbers of which exponents and expectations are made: real where all exponents are, complex otherwise.

use std::f64::consts::FRAC_PI_4;

use crate::analytic::{Analytic, Branches};
use crate::complex::Complex;
use crate::special;

/// By how much a phase may move in one step along a segment.
const LARGEST_MOVE: f64 = FRAC_PI_4;

/// The shortest step, as a part of the segment.
const SHORTEST: f64 = 1.0 / (1_u64 << 30) as f64;

/// A real or complex number.
pub trait Coefficient: Analytic + PartialEq + Send + Sync + 'static {
    /// How many real numbers it has: 1 or 2.
    const PARTS: usize;

    /// Real and imaginary part.
    fn parts(self) -> [f64; 2];

    /// The number with these parts; a real number has no use for the second.
    fn of_parts(parts: [f64; 2]) -> Self;

    /// Evaluates a function at `exponent`, on the branches that are continuous along the segment from 0.
    ///
    /// `evaluate` takes the place and the path, and says whether its value is finite. `false` if it is not at `exponent`,
    /// or if the branches cannot be followed to there.
    fn follow(exponent: Self, evaluate: impl FnMut(Self, &mut Self::Path) -> bool) -> bool;

    /// Coefficient `k` of the Taylor series at this place of Kummer's function with shapes `a` and `b`, and of its derivatives
    /// with respect to them.
    fn kummer_taylor(self, a: Self, b: Self, k: u32) -> [Self; 3];

    /// Whether the number is 0.
    fn is_zero(self) -> bool {
        self == Self::real(0.0)
    }

    /// The whole number that this is, if it is one of moderate size.
    fn as_whole(self) -> Option<i32> {
        let [re, im] = self.parts();
        (im == 0.0 && re.fract() == 0.0 && re.abs() <= f64::from(1 << 20)).then_some(re as i32)
    }
}

impl Coefficient for f64 {
    const PARTS: usize = 1;
    fn parts(self) -> [f64; 2] {
        [self, 0.0]
    }
    fn of_parts([re, _]: [f64; 2]) -> Self {
        re
    }
    fn follow(exponent: Self, mut evaluate: impl FnMut(Self, &mut ()) -> bool) -> bool {
        evaluate(exponent, &mut ())
    }
    fn kummer_taylor(self, a: Self, b: Self, k: u32) -> [Self; 3] {
        special::kummer_taylor(a, b, self, k)
    }
}

impl Coefficient for Complex {
    const PARTS: usize = 2;
    fn parts(self) -> [f64; 2] {
        [self.re, self.im]
    }
    fn of_parts([re, im]: [f64; 2]) -> Self {
        Self { re, im }
    }
    fn kummer_taylor(self, a: Self, b: Self, k: u32) -> [Self; 3] {
        special::kummer_taylor(a.re, b.re, self, k)
    }
    fn follow(exponent: Self, mut evaluate: impl FnMut(Self, &mut Branches) -> bool) -> bool {
        // At 0 everything is real, and principal values are right.
        let mut branches = Branches::default();
        if !evaluate(Self::default(), &mut branches) {
            return false;
        }
        branches.accept();
        if exponent.is_zero() {
            return true;
        }
        let (mut reached, mut step) = (0.0, 1.0);
        while step >= SHORTEST {
            let next = f64::min(reached + step, 1.0);
            branches.begin();
            if evaluate(exponent * next, &mut branches) && branches.largest_move() <= LARGEST_MOVE {
                branches.accept();
                if next == 1.0 {
                    return true;
                }
                (reached, step) = (next, 2.0 * step);
            } else {
                step /= 2.0;
            }
        }
        false
    }
}
