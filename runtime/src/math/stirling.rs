//! What Stirling's formula leaves of the logarithm of a factorial.

use super::polynomial;
use crate::lane::Scalar;

/// `ε(y)` of `ln Γ(y + ½) = ½ ln 2π + y ln y - y - ε(y)`, for `y >= ½`: positive, about `1 / 24y`.
///
/// Around half a unit off, the formula has no singularity at the factorial of 0. Absolute error at most 4·10⁻⁹ at
/// `k + ½` for whole `k >= 0`, or the rounding of the format; anything for smaller arguments.
#[inline(always)]
pub(crate) fn stirling_remainder<S: Scalar>(y: S) -> S {
    let t = S::ONE / y.mul_add(y, S::from_f64(0.3));
    let scaled = polynomial(
        t,
        [
            0.041666654548509215,
            -0.002429669505933281,
            2.7418942406000365e-05,
            -0.00027110702059311904,
            0.00013960330830831735,
            -8.77171013605063e-05,
            2.793741501796425e-05,
            -4.8679254037513194e-06,
        ],
    );
    scaled / y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `½ ln 2π + y ln y - y - ln k!` with `ln k!` as a sum of logarithms, and computed in 40 digits at a few points.
    #[test]
    fn remainders_are_accurate() {
        let known = [
            (0.5, 0.0723649429247001),
            (1.5, 0.027136195366919315),
            (3.5, 0.011849453710405726),
            (10.5, 0.003966160345673161),
            (100.5, 0.00041459130379198333),
        ];
        for (y, exact) in known {
            assert!((stirling_remainder::<f64>(y) - exact).abs() < 4e-9, "{y}");
            assert!((f64::from(stirling_remainder::<f32>(y as f32)) - exact).abs() < 8e-9, "{y}");
        }
        let mut log_factorial = 0.0_f64;
        for k in 0..400_u32 {
            let y = f64::from(k) + 0.5;
            log_factorial += f64::from(k.max(1)).ln();
            let exact = 0.5 * std::f64::consts::TAU.ln() + y * y.ln() - y - log_factorial;
            assert!((stirling_remainder::<f64>(y) - exact).abs() < 5e-9, "{y}");
        }
    }
}
