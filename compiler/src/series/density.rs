//! Whether a law has a density, as far as its characteristic function shows.
//!
//! The modulus of the characteristic function of a law with atoms does not fall to 0 (its mean square tends to the sum of
//! the squared weights of the atoms, by Wiener's theorem), while that of the laws in use with a density falls at least
//! like a power of the frequency. So `log |φ|` is looked at where the frequency grows by large factors, at generic parameters.

use super::approximate::Point;
use super::complex::Complex;
use crate::ir::Law;

/// Parameter values at which a law is looked at.
const POINTS: usize = 3;

/// Frequencies between which `log |φ|` must fall; not commensurate with any lattice in use.
const FREQUENCIES: [f64; 3] = [12.34, 1.2345e4, 1.23456e7];

/// By how much it must fall between two of them: a thousandfold frequency takes `z^-0.05` there.
const FALL: f64 = 0.3;

/// Whether `|φ|` falls without end, at every generic parameter value that is tried. A law for which this cannot be seen
/// counts as one without a density.
#[must_use]
pub fn has_density(law: &Law) -> bool {
    let points = Point::sample(law, POINTS);
    !points.is_empty() && points.iter().all(|point| falls(law, point))
}

fn falls(law: &Law, point: &Point) -> bool {
    let sizes = FREQUENCIES.map(|frequency| {
        let log_cf = Complex::evaluate(&law.log_cf, &point.0, frequency);
        // Beyond the range of exponentials nothing is left of the modulus.
        if log_cf.re.is_nan() { f64::NEG_INFINITY } else { log_cf.re }
    });
    sizes.windows(2).all(|pair| pair[1] == f64::NEG_INFINITY || pair[1] < pair[0] - FALL)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{gamma, laplace};
    use super::*;
    use crate::parse::distribution::parse_distribution;

    fn law(item: &str) -> Law {
        parse_distribution(Default::default(), &syn::parse_str(item).expect("a function")).expect("a law")
    }

    #[test]
    fn laws_with_and_without_a_density() {
        assert!(has_density(&laplace()));
        assert!(has_density(&gamma()));
        for (body, expected) in [
            ("I * mu * omega - b * omega.powi(2)", true),
            ("I * mu * omega + (PI * b * omega / (PI * b * omega).sinh()).ln()", true),
            ("I * mu * omega + b - (b.powi(2) - 2.0 * b * I * omega).sqrt()", true),
            ("I * mu * omega + b * ((I * omega).exp() - 1.0)", false),
            ("I * mu * omega + b * ((I * omega - omega.powi(2)).exp() - 1.0)", false),
            ("I * mu * omega + (0.5 + 0.5 * (I * b * omega).exp()).ln()", false),
            ("I * (mu + b) * omega", false),
        ] {
            let item = format!("fn f(omega: Frequency, mu: Real, b: Positive) -> LogCf {{ {body} }}");
            assert_eq!(has_density(&law(&item)), expected, "{body}");
        }
    }
}
