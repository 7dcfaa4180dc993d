//! Logarithmic numbers as a mixture of geometric ones (Kemp, *Efficient generation of logarithmically distributed
//! pseudo-random variables*, 1981).
//!
//! With `r = 1 - (1 - q)^U`, `U` uniform, `P(K > k | U) = r^k`: so `K = 1 + ⌊E / -ln r⌋`, `E` exponential. Where `r` is
//! near 1, `ln r` is computed from `1 - r`.

use super::{FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::{exp, exp_m1, ln, ln_1p, select};

struct Logarithmic;

impl<S: Scalar> FromWords<S, 4, 1, 1> for Logarithmic {
    #[inline(always)]
    fn numbers([u0, u1, e0, e1]: [S::Word; 4], [q]: [S; 1]) -> [S; 1] {
        let x = -ln_1p(-q) * S::uniform(S::join(u0, u1));
        // For q = 0, too, the first of the two logarithms is that of a positive normal number.
        let x = select(x < S::MIN_POSITIVE, S::MIN_POSITIVE, x);
        let near_zero = ln(-exp_m1(-x));
        let near_one = ln_1p(-exp(-x));
        let rate = -select(x < S::from_f64(std::f64::consts::LN_2), near_zero, near_one);
        let draw = S::ONE + (S::exponential(S::join(e0, e1)) / rate).floor();
        [select((q >= S::ZERO) & (q < S::ONE), draw, S::NAN)]
    }
}

impl<L: Lane> Words<L> {
    /// Logarithmic: `k >= 1` with probability `-q^k / (k ln(1 - q))`; 1 for `q = 0`. NaN unless `0 <= q < 1`.
    ///
    /// Numbers from 2²⁴ (`f32`) or 2⁵³ (`f64`) on are rounded.
    #[inline(always)]
    pub fn logarithmic(&mut self, q: L) -> L {
        let [u0, u1] = self.number_words();
        let [e0, e1] = self.number_words();
        let [draw] = L::from_words::<Logarithmic, 4, 1, 1>([u0, u1, e0, e1], [q]);
        draw
    }
}
