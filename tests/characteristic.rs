//! The emitted log characteristic functions: values against the user's own function where principal branches serve,
//! branches against sums of logarithms that never leave theirs, strips against the known moments of each law.

use logphi::analytic::{Branches, FrequencyPath, PathError, StripError, exists_on};
use logphi::laws::{
    Beta, Exponential, Gamma, Gaussian, Gumbel, Laplace, beta, exponential, gamma, gaussian, gumbel, laplace,
};
use logphi::prelude::*;
use logphi::{Complex, Law, LogCharacteristic};

/// Three exponentials with means 1, 2 and 1/2, to the power 1.3: written as one logarithm, whose principal branch jumps.
#[distribution]
fn three_gammas(omega: Frequency, k: Positive) -> LogCf {
    -k * ((1 - I * omega) * (1 - 2 * I * omega) * (1 - I * omega / 2)).ln()
}

/// Inverse Gaussian law with mean `mu` and shape `lambda`.
#[distribution]
fn inverse_gaussian(omega: Frequency, mu: Positive, lambda: Positive) -> LogCf {
    lambda / mu * (1 - (1 - 2 * mu.powi(2) * I * omega / lambda).sqrt())
}

/// Normal-inverse Gaussian law.
#[distribution(require = alpha > beta.abs())]
fn nig(omega: Frequency, mu: Real, alpha: Positive, beta: Real, delta: Positive) -> LogCf {
    let gamma = (alpha.powi(2) - beta.powi(2)).sqrt();
    I * mu * omega + delta * (gamma - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt())
}

/// Variance gamma law.
#[distribution]
fn variance_gamma(omega: Frequency, theta: Real, sigma: Positive, nu: Positive) -> LogCf {
    -(1 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2).ln() / nu
}

/// Logistic law: the quotient has a singularity at 0 that cancels.
#[distribution]
fn logistic(omega: Frequency, m: Real, scale: Positive) -> LogCf {
    let x = PI * scale * omega;
    I * m * omega + (x / x.sinh()).ln()
}

/// The same law through the gamma function.
#[distribution]
fn logistic_by_gamma(omega: Frequency, m: Real, scale: Positive) -> LogCf {
    let s = I * omega;
    m * s + (1.0 - scale * s).ln_gamma() + (1.0 + scale * s).ln_gamma()
}

/// Uniform law between two numbers.
#[distribution(require = a < b)]
fn uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / (s * (b - a))).ln()
}

/// Tempered stable law of index `index` below 1.
#[distribution]
fn tempered(omega: Frequency, scale: Positive, decay: Positive, index: Probability) -> LogCf {
    scale * (decay.powf(index) - (decay - I * omega).powf(index))
}

/// No law of use: one call of each function with branches, and of some without.
#[distribution]
fn every_branch(omega: Frequency, a: Positive, b: Real) -> LogCf {
    let s = I * omega;
    let zero = (a * s).ln_1p().exp_m1() / 8 + (s / 3).atan() / 5 + ((s + b).softplus() - b.softplus()) / 7;
    zero + (s * b).tanh() / 9 + (s.log_sigmoid() - f64::ln(0.5)) + s.cosh() - 1 + s.sinh() + s.sin() + s.cos() - 1
        + s.tan()
}

fn close(x: Complex, y: Complex, tolerance: f64) {
    let distance = (x - y).re.hypot((x - y).im);
    assert!(distance <= tolerance * (1.0 + y.re.hypot(y.im)), "{x:?} is not {y:?}");
}

fn number(value: f64) -> Complex {
    value.into()
}

/// The emitted function on the first evaluation of a path is principal, as is the annotated function.
#[test]
fn small_frequencies_agree_with_the_function_as_written() {
    fn check<W: LogCharacteristic>(theta: W::Theta<f64>, written: impl Fn(Complex) -> Complex) {
        for omega in [0.0, 0.01, 0.2, 0.5] {
            // A quotient that is 0/0 at 0 is compared beside it only.
            let value = W::log_cf(&theta, Complex { re: 0.0, im: omega }, &mut Branches::default());
            let expected = written(number(omega));
            if omega > 0.0 || expected.re.is_finite() {
                close(value, expected, 1e-14);
            }
        }
    }
    check::<Gaussian<(), ()>>([0.3, 1.2], |omega| gaussian(omega, number(0.3), number(1.2)));
    check::<Laplace<(), ()>>([0.3, 0.7], |omega| laplace(omega, number(0.3), number(0.7)));
    check::<Gamma<(), ()>>([2.5, 0.7], |omega| gamma(omega, number(2.5), number(0.7)));
    check::<Exponential<()>>([2.5], |omega| exponential(omega, number(2.5)));
    check::<InverseGaussian<(), ()>>([0.8, 1.5], |omega| inverse_gaussian(omega, number(0.8), number(1.5)));
    check::<Nig<(), (), (), ()>>([0.1, 2.0, 0.5, 1.5], |omega| {
        nig(omega, number(0.1), number(2.0), number(0.5), number(1.5))
    });
    check::<VarianceGamma<(), (), ()>>([0.1, 0.4, 0.5], |omega| {
        variance_gamma(omega, number(0.1), number(0.4), number(0.5))
    });
    check::<Logistic<(), ()>>([0.1, 0.4], |omega| logistic(omega, number(0.1), number(0.4)));
    check::<LogisticByGamma<(), ()>>([0.1, 0.4], |omega| logistic(omega, number(0.1), number(0.4)));
    check::<Gumbel<(), ()>>([0.3, 0.7], |omega| gumbel(omega, number(0.3), number(0.7)));
    check::<Beta<(), ()>>([2.0, 3.5], |omega| beta(omega, number(2.0), number(3.5)));
    check::<Tempered<(), (), ()>>([0.7, 1.4, 0.3], |omega| tempered(omega, number(0.7), number(1.4), number(0.3)));
    check::<EveryBranch<(), ()>>([0.7, 0.4], |omega| every_branch(omega, number(0.7), number(0.4)));
}

/// The sum of three logarithms, each on its principal branch for every frequency.
#[test]
fn branches_are_followed_beyond_the_principal_one() {
    let theta = [1.3];
    let apart = |omega: f64| {
        let ln = |mean: f64| (1.0 - mean * I * omega).ln();
        -1.3 * (ln(1.0) + ln(2.0) + ln(0.5))
    };
    for step in [1e-3, 0.1, 1.7, 40.0, 1e6] {
        let mut path = FrequencyPath::<ThreeGammas<()>>::new(&theta, step).expect("finite at 0");
        let mut jumped = false;
        for at in 1..=100 {
            let omega = step * f64::from(at);
            let followed = path.advance(omega).expect("finite");
            close(followed, apart(omega), 1e-13);
            let principal = three_gammas(number(omega), number(1.3));
            jumped |= (principal - followed).im.abs() > 1.0;
        }
        assert!(jumped || step < 0.01, "the principal branch would have served at step {step}");
    }
}

/// The gamma function has no zero and no branch point on the way: the law through it and through `sinh` are one for all
/// frequencies, and `|Γ(1 - iωβ)|² = πβω / sinh πβω`.
#[test]
fn the_gamma_function_is_followed() {
    let theta = [0.3, 0.7];
    let logistic = &mut FrequencyPath::<Logistic<(), ()>>::new(&theta, 1.0).expect("finite beside 0");
    let by_gamma = &mut FrequencyPath::<LogisticByGamma<(), ()>>::new(&theta, 1.0).expect("finite at 0");
    let gumbel = &mut FrequencyPath::<Gumbel<(), ()>>::new(&theta, 1.0).expect("finite at 0");
    for at in 1..=100 {
        let omega = f64::from(at);
        close(by_gamma.advance(omega).expect("finite"), logistic.advance(omega).expect("finite"), 1e-13);
        let x = PI * 0.7 * omega;
        let size = 0.5 * (x.ln() - x - (-2.0 * x).exp_m1().abs().ln() + 2.0_f64.ln());
        let value = gumbel.advance(omega).expect("finite");
        assert!((value.re - size).abs() <= 1e-13 * (1.0 + size.abs()), "{} is not {size}", value.re);
    }
}

/// A power turns its phase without end: `(1 - iω)^8` as a square root of 16 factors, and under a large exponent.
#[test]
fn many_turns_are_counted() {
    let theta = [40.0, 1.0];
    let mut path = FrequencyPath::<ManyTurns<(), ()>>::new(&theta, 1.0).expect("finite at 0");
    for omega in [0.5, 3.0, 1e3, 1e9] {
        let expected = -40.0 * 8.0 * (1.0 - I * omega).ln();
        close(path.advance(omega).expect("finite"), expected, 1e-12);
    }
}

/// Gamma with shape `8 k`, written as a square root of a product.
#[distribution]
fn many_turns(omega: Frequency, k: Positive, mu: Positive) -> LogCf {
    -k * (1 - I * mu * omega).powi(16).sqrt().ln()
}

#[test]
fn a_path_ends_with_an_error() {
    // sinh overflows at 710: φ is long gone there, and the walk says so.
    let theta = [0.0, 1.0];
    let mut path = FrequencyPath::<Logistic<(), ()>>::new(&theta, 1.0).expect("finite beside 0");
    assert!(path.advance(200.0).is_ok());
    let Err(PathError::Ends { frequency }) = path.advance(1e9) else { panic!("sinh does not overflow") };
    assert!((220.0..240.0).contains(&frequency), "{frequency}");
    // Outside the law's domain the function is NaN or not small near 0.
    let nan = [f64::NAN, 1.0];
    assert_eq!(FrequencyPath::<Gaussian<(), ()>>::new(&nan, 1.0).err(), Some(PathError::NotFiniteAtOrigin));
}

/// `E e^{λz}` exists for `λ` in an open interval around 0, whose ends are known for each law.
#[test]
fn strips_of_existence() {
    fn check<W: LogCharacteristic>(theta: W::Theta<f64>, lower: f64, upper: f64) {
        for end in [lower, upper] {
            if end.is_infinite() {
                for exponent in [1.0_f64, 30.0, 1e4, 1e100] {
                    assert_eq!(exists_on::<W>(&theta, exponent.copysign(end)), Ok(()), "{}", W::NAME);
                }
                continue;
            }
            assert_eq!(exists_on::<W>(&theta, end * (1.0 - 1e-9)), Ok(()), "{} below {end}", W::NAME);
            for beyond in [1.0 + 1e-9, 1.1, 100.0, 1e200] {
                match exists_on::<W>(&theta, end * beyond) {
                    Err(StripError::Outside { proved, exponent } | StripError::Undecided { proved, exponent }) => {
                        assert_eq!(exponent, end * beyond);
                        let resolution = 1e-11 * (end * beyond).abs();
                        assert!((proved - end).abs() <= resolution, "{}: {proved} instead of {end}", W::NAME);
                    }
                    other => panic!("{} at {}: {other:?}", W::NAME, end * beyond),
                }
            }
        }
    }
    let inf = f64::INFINITY;
    check::<Gaussian<(), ()>>([0.3, 1.2], -inf, inf);
    check::<Gamma<(), ()>>([2.5, 0.7], -inf, 1.0 / 0.7);
    check::<Laplace<(), ()>>([0.3, 0.7], -1.0 / 0.7, 1.0 / 0.7);
    check::<InverseGaussian<(), ()>>([0.8, 1.5], -inf, 1.5 / (2.0 * 0.8 * 0.8));
    check::<Nig<(), (), (), ()>>([0.1, 2.0, 0.5, 1.5], -2.0 - 0.5, 2.0 - 0.5);
    // Roots of 1 - θνs - σ²νs²/2.
    let (theta, sigma2, nu) = (0.1_f64, 0.16_f64, 0.5_f64);
    let root = (theta * theta + 2.0 * sigma2 / nu).sqrt();
    check::<VarianceGamma<(), (), ()>>([theta, 0.4, nu], (-theta - root) / sigma2, (-theta + root) / sigma2);
    check::<Tempered<(), (), ()>>([0.7, 1.4, 0.3], -inf, 1.4);
    check::<Gumbel<(), ()>>([0.2, 0.4], -inf, 2.5);
    check::<LogisticByGamma<(), ()>>([0.2, 0.4], -2.5, 2.5);
    for exponent in [-700.0, -20.0, 1e-9, 20.0, 700.0] {
        assert_eq!(exists_on::<Beta<(), ()>>(&[2.0, 3.5], exponent), Ok(()), "beta at {exponent}");
    }
    // Singularities at 0 that cancel.
    check::<Logistic<(), ()>>([0.2, 0.4], -2.5, 2.5);
    for exponent in [-20.0, -1e-9, 1e-300, 0.7, 20.0] {
        assert_eq!(exists_on::<Uniform<(), ()>>(&[-0.5, 1.5], exponent), Ok(()), "uniform at {exponent}");
    }
}

#[test]
fn exponents_that_are_none() {
    let theta = [0.3, 1.2];
    assert!(matches!(exists_on::<Gaussian<(), ()>>(&theta, f64::NAN), Err(StripError::NotFinite { .. })));
    assert_eq!(exists_on::<Gaussian<(), ()>>(&theta, 0.0), Ok(()));
    assert_eq!(exists_on::<Logistic<(), ()>>(&theta, 0.0), Ok(()));
    let nan = [f64::NAN, 1.2];
    assert!(exists_on::<Gaussian<(), ()>>(&nan, 1.0).is_err());
}

/// On the real axis the emitted function is the cumulant generating function.
#[test]
fn real_arguments() {
    let value = Gamma::<(), ()>::log_cf(&[2.5, 0.7], 0.9_f64, &mut ());
    assert!((value + 2.5 * (1.0 - 0.63_f64).ln()).abs() < 1e-15);
    let value = Nig::<(), (), (), ()>::log_cf(&[0.1, 2.0, 0.5, 1.5], 0.25_f64, &mut ());
    let expected = 0.025 + 1.5 * (f64::sqrt(3.75) - f64::sqrt(4.0 - 0.5625));
    assert!((value - expected).abs() < 1e-15);
    assert!(Gamma::<(), ()>::log_cf(&[2.5, 0.7], 2.0_f64, &mut ()).is_nan());
    assert_eq!(Nig::<(), (), (), ()>::PARAMETERS.len(), 4);
}
