//! The moments that base draws declare: `E d^m` as a function of their arguments.

use crate::ir::{DrawKind, Rational};

/// Arithmetic in which moments are computed.
pub(super) trait Arithmetic {
    /// A number.
    type Value: Clone;
    /// Argument `index` of the draw.
    fn argument(&self, index: usize) -> Self::Value;
    /// An exact number.
    fn rational(&self, value: &Rational) -> Self::Value;
    /// `x + y`
    fn add(&self, x: &Self::Value, y: &Self::Value) -> Self::Value;
    /// `x y`
    fn multiply(&self, x: &Self::Value, y: &Self::Value) -> Self::Value;
    /// `1 / x`, if `x` is a number that is not 0.
    fn invert(&self, x: &Self::Value) -> Option<Self::Value>;
    /// `π²`
    fn pi_squared(&self) -> Self::Value;
    /// `ζ(n)` for an odd `n` from 3 on, if it is known.
    fn odd_zeta(&self, n: u32) -> Option<Self::Value>;
}

/// `E d^exponent` of a draw of a kind. Only the mixture over the inverse squares has moments of negative order; `None` where
/// a moment is not known.
pub(super) fn moment<A: Arithmetic>(kind: DrawKind, exponent: i32, a: &A) -> Option<A::Value> {
    let integer = |value: i64| a.rational(&Rational::from_integer(value.into()));
    if kind == DrawKind::ZetaMixture {
        return inverse_zeta_moment(exponent, a);
    }
    let m = i64::from(u32::try_from(exponent).ok()?);
    let product = |factors: &mut dyn Iterator<Item = A::Value>| {
        factors.fold(integer(1), |product, factor| a.multiply(&product, &factor))
    };
    let shifted = |index: usize, shift: i64| a.add(&a.argument(index), &integer(shift));
    Some(match kind {
        DrawKind::Uniform => a.rational(&Rational::new(1.into(), (m + 1).into())),
        DrawKind::Exponential => integer((1..=m).product()),
        DrawKind::Normal if m % 2 == 1 => integer(0),
        DrawKind::Normal => integer((1..m).step_by(2).product()),
        DrawKind::Gamma => product(&mut (0..m).map(|i| shifted(0, i))),
        DrawKind::Beta => {
            let sum = a.add(&a.argument(0), &a.argument(1));
            let above = product(&mut (0..m).map(|i| shifted(0, i)));
            let below = product(&mut (0..m).map(|i| a.add(&sum, &integer(i))));
            a.multiply(&above, &a.invert(&below)?)
        }
        DrawKind::Bernoulli if m == 0 => integer(1),
        DrawKind::Bernoulli => a.argument(0),
        // E d^m = Σ_k S(m, k) E d (d - 1) … (d - k + 1).
        DrawKind::Poisson | DrawKind::Binomial | DrawKind::Geometric => {
            let mut sum = integer(0);
            for (k, stirling) in (0..).zip(stirling(m)) {
                let factorial = match kind {
                    DrawKind::Poisson => product(&mut (0..k).map(|_| a.argument(0))),
                    DrawKind::Binomial => product(&mut (0..k).map(|i| a.multiply(&shifted(0, -i), &a.argument(1)))),
                    _ => {
                        let odds = a.add(&a.invert(&a.argument(0))?, &integer(-1));
                        product(&mut (1..=k).map(|i| a.multiply(&integer(i), &odds)))
                    }
                };
                sum = a.add(&sum, &a.multiply(&integer(stirling), &factorial));
            }
            sum
        }
        DrawKind::ZetaMixture
        | DrawKind::LogGamma
        | DrawKind::InverseGaussian
        | DrawKind::Logarithmic
        | DrawKind::TrigammaMixture
        | DrawKind::Compound => return None,
    })
}

/// Stirling numbers of the second kind `S(m, 0), …, S(m, m)`.
fn stirling(m: i64) -> Vec<i64> {
    let mut row = vec![1];
    for _ in 0..m {
        let mut next = vec![0; row.len() + 1];
        for (k, &value) in row.iter().enumerate() {
            next[k] += k as i64 * value;
            next[k + 1] += value;
        }
        row = next;
    }
    row
}

/// `E K^-j = 6/π² ζ(j + 2)`, with `ζ(2n) = |B_2n| (2π)^2n / (2 (2n)!)`.
fn inverse_zeta_moment<A: Arithmetic>(exponent: i32, a: &A) -> Option<A::Value> {
    let j = u32::try_from(-exponent).ok()?;
    if j % 2 == 1 {
        let factor = a.multiply(&a.rational(&Rational::from_integer(6.into())), &a.invert(&a.pi_squared())?);
        return Some(a.multiply(&factor, &a.odd_zeta(j + 2)?));
    }
    // ζ(2n) / π^2n from the recurrence (n + 1/2) ζ(2n) = Σ_(k < n) ζ(2k) ζ(2n - 2k).
    let count = (j as usize + 2) / 2;
    let mut zeta = vec![Rational::new(1.into(), 6.into())];
    for n in 2..=count {
        let sum: Rational = (1..n).map(|k| &zeta[k - 1] * &zeta[n - k - 1]).sum();
        zeta.push(sum / Rational::new((2 * n + 1).into(), 2.into()));
    }
    let value = a.rational(&(&zeta[count - 1] * Rational::from_integer(6.into())));
    let square = a.pi_squared();
    Some((1..count).fold(value, |value, _| a.multiply(&value, &square)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{One, Zero};

    /// Rational arguments; 1 stands for `π²`, `1/n` for `ζ(n)` of an odd `n`.
    struct Numbers(Vec<Rational>);

    impl Arithmetic for Numbers {
        type Value = Rational;
        fn argument(&self, index: usize) -> Rational {
            self.0[index].clone()
        }
        fn rational(&self, value: &Rational) -> Rational {
            value.clone()
        }
        fn add(&self, x: &Rational, y: &Rational) -> Rational {
            x + y
        }
        fn multiply(&self, x: &Rational, y: &Rational) -> Rational {
            x * y
        }
        fn invert(&self, x: &Rational) -> Option<Rational> {
            (!x.is_zero()).then(|| x.recip())
        }
        fn pi_squared(&self) -> Rational {
            Rational::one()
        }
        fn odd_zeta(&self, n: u32) -> Option<Rational> {
            Some(ratio(1, n.into()))
        }
    }

    fn ratio(numerator: i64, denominator: i64) -> Rational {
        Rational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn moments_are_those_of_tables() {
        let find = |kind, exponent, arguments: &[Rational]| moment(kind, exponent, &Numbers(arguments.to_vec()));
        assert_eq!(find(DrawKind::Uniform, 3, &[]), Some(ratio(1, 4)));
        assert_eq!(find(DrawKind::Exponential, 5, &[]), Some(ratio(120, 1)));
        assert_eq!(find(DrawKind::Normal, 6, &[]), Some(ratio(15, 1)));
        assert_eq!(find(DrawKind::Normal, 3, &[]), Some(ratio(0, 1)));
        assert_eq!(find(DrawKind::Gamma, 3, &[ratio(1, 2)]), Some(ratio(15, 8)));
        assert_eq!(find(DrawKind::Beta, 2, &[ratio(2, 1), ratio(1, 1)]), Some(ratio(1, 2)));
        assert_eq!(find(DrawKind::Bernoulli, 9, &[ratio(1, 3)]), Some(ratio(1, 3)));
        // Poisson: λ³ + 3 λ² + λ.
        assert_eq!(find(DrawKind::Poisson, 3, &[ratio(2, 1)]), Some(ratio(22, 1)));
        let by_hand: Rational = (0..=5).map(|k: i64| ratio([1, 5, 10, 10, 5, 1][k as usize] * k.pow(3), 32)).sum();
        assert_eq!(find(DrawKind::Binomial, 3, &[ratio(5, 1), ratio(1, 2)]), Some(by_hand));
        // Geometric with p = 1/2: mean 1, second moment 3.
        assert_eq!(find(DrawKind::Geometric, 2, &[ratio(1, 2)]), Some(ratio(3, 1)));
        // E K^-2 = 6 ζ(4) / π² = π²/15, and E K^-4 = 6 ζ(6) / π² = 2 π⁴/315.
        assert_eq!(find(DrawKind::ZetaMixture, -2, &[]), Some(ratio(1, 15)));
        assert_eq!(find(DrawKind::ZetaMixture, -4, &[]), Some(ratio(2, 315)));
        assert_eq!(find(DrawKind::ZetaMixture, -3, &[]), Some(ratio(6, 5)));
        assert_eq!(find(DrawKind::ZetaMixture, 1, &[]), None);
    }
}
