use super::Jet;
use crate::analytic::Analytic;
use crate::complex::Complex;

type Real = Jet<f64, 6>;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} is not {expected}");
}

/// Compares the coefficients with divided differences of the function itself on a circle: Cauchy's integral, exact to
/// rounding for functions that are analytic well beyond it.
fn agrees(at: f64, function: impl Fn(Jet<Complex, 6>, &mut crate::analytic::Branches) -> Jet<Complex, 6>) {
    const POINTS: usize = 64;
    let radius = 0.25;
    let value = |re: f64, im: f64| {
        let jet = function(Jet::variable(Complex { re, im }, 1.0), &mut Default::default());
        jet.coefficient(0)
    };
    let jet = function(Jet::variable(Complex::from(at), 1.0), &mut Default::default());
    for power in 0..6 {
        let (mut re, mut im) = (0.0, 0.0);
        for point in 0..POINTS {
            let angle = std::f64::consts::TAU * point as f64 / POINTS as f64;
            let sample = value(at + radius * angle.cos(), radius * angle.sin());
            let turn = Complex { re: 0.0, im: -(power as f64) * angle }.exp();
            re += (sample * turn).re;
            im += (sample * turn).im;
        }
        let scale = POINTS as f64 * radius.powi(power as i32);
        close(jet.coefficient(power).re * radius.powi(power as i32), re / scale * radius.powi(power as i32));
        close(jet.coefficient(power).im * radius.powi(power as i32), im / POINTS as f64);
    }
}

#[test]
fn coefficients_are_those_of_cauchys_integral() {
    agrees(0.3, |s, _| s.exp());
    agrees(0.3, |s, _| s.exp_m1() * s.sin());
    agrees(0.3, |s, _| s.cos() / s.cosh());
    agrees(0.3, |s, _| s.tan() - s.tanh());
    agrees(0.3, |s, _| s.sinh() * s.sigmoid());
    agrees(1.3, |s, path| s.ln(path));
    agrees(0.3, |s, path| s.ln_1p(path));
    agrees(1.3, |s, path| s.sqrt(path));
    agrees(0.3, |s, path| s.atan(path));
    agrees(0.3, |s, path| s.softplus(path) + s.log_sigmoid(path));
    agrees(1.3, |s, path| s.powf(Jet::real(-1.7), path));
    agrees(1.3, |s, path| s.powf(Jet::real(-3.0), path));
    agrees(1.3, |s, path| s.powf(s, path));
    agrees(1.3, |s, _| s.powi(5));
    agrees(1.3, |s, _| s.ln_gamma() + s.polygamma(1));
    agrees(-0.3, |s, _| (s * s).kummer(Jet::real(0.7), Jet::real(1.9)));
    agrees(0.3, |s, _| s.kummer_slopes(Jet::real(0.7), Jet::real(1.9))[0]);
    agrees(-0.3, |s, _| s.kummer_slopes(Jet::real(0.7), Jet::real(1.9))[1]);
}

#[test]
fn singularities_cancel() {
    // (e^{2s} - 1) / s = Σ 2^{k+1} s^k / (k+1)!
    let s = Real::variable(0.0, 1.0);
    let quotient = ((s + s).exp() - Real::real(1.0)) / s;
    let (mut factorial, mut power) = (1.0, 1.0);
    for k in 0..5 {
        factorial *= k as f64 + 1.0;
        power *= 2.0;
        close(quotient.coefficient(k), power / factorial);
    }
    // One order is lost, and says so.
    assert!(quotient.coefficient(5).is_nan());
    // ln(s / sin s) = s²/6 + s⁴/180
    let logarithm = (s / s.sin()).ln(&mut ());
    for (power, expected) in [0.0, 0.0, 1.0 / 6.0, 0.0, 1.0 / 180.0].into_iter().enumerate() {
        close(logarithm.coefficient(power), expected);
    }
}

#[test]
fn what_cancels_in_a_product_is_counted_once() {
    // s (s e^s) / s²: the square of s begins with s², and costs no more than s does.
    let s = Real::variable(0.0, 1.0);
    let quotient = s * (s * s.exp()) / (s * s);
    let mut factorial = 1.0;
    for k in 0..5 {
        close(quotient.coefficient(k), 1.0 / factorial);
        factorial *= k as f64 + 1.0;
    }
    close((s * (s - s)).coefficient(5), 0.0);
}

#[test]
fn poles_and_branch_points_are_not_numbers() {
    let s = Real::variable(0.0, 1.0);
    assert!((Real::real(1.0) / s).coefficient(0).is_nan());
    assert!((Real::real(1.0) / (s - s)).coefficient(0).is_nan());
    assert!(s.ln(&mut ()).coefficient(0).is_nan());
    assert!(s.sqrt(&mut ()).coefficient(0).is_nan());
    assert!(s.powf(Real::real(0.5), &mut ()).coefficient(0).is_nan());
    assert!((Real::real(1.0) / s).exp().coefficient(0).is_nan());
    close(s.powf(Real::real(3.0), &mut ()).coefficient(3), 1.0);
    close((s * s).sqrt(&mut ()).coefficient(1), 1.0);
}

#[test]
fn kinks_are_analytic_on_either_side() {
    let s = Real::variable(-0.5, 1.0);
    close(s.abs().coefficient(0), 0.5);
    close(s.abs().coefficient(1), -1.0);
    close(s.maximum(Real::real(-2.0)).coefficient(1), 1.0);
    close(s.minimum(Real::real(-2.0)).coefficient(0), -2.0);
}
