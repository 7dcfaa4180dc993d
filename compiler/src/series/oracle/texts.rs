//! What is said of coefficients, and what is refused.

use super::*;

#[test]
fn coefficients_are_short() {
    assert_eq!(text_of(&samples::laplace(), 1, 4), "2 * b^3");
    assert_eq!(text_of(&samples::gamma(), 0, 5), "1/5 * mu^5");
    assert_eq!(text_of(&samples::gamma(), 1, 5), "k * mu^4");
    assert_eq!(text_of(&samples::uniform(), 1, 4), "1/720 * (a + -1 * b)^3");
}

#[test]
fn ends_are_proved_and_the_first_discarded_term_is_found() {
    let derivation = derive_or_panic(&samples::laplace(), 4);
    let [mu, b] = derivation.parameters.as_slice() else { panic!("two parameters") };
    assert_eq!((mu.degree, b.degree), (Some(1), None));
    assert_eq!(b.coefficients.iter().map(|coefficient| coefficient.order).collect::<Vec<_>>(), [2, 4, 6]);
    let gaussian = derive_or_panic(&samples::gaussian(), 1);
    assert_eq!(gaussian.parameters.iter().map(|series| series.degree).collect::<Vec<_>>(), [Some(1), Some(2)]);
}

#[test]
fn counts_have_no_series() {
    let binomial = law([("n", Count), ("p", Probability)], |_, s, [n, p]| n * (1 - p + p * s.exp()).ln());
    let derivation = derive_or_panic(&binomial, 2);
    let [p] = derivation.parameters.as_slice() else { panic!("one parameter") };
    assert_eq!(p.parameter.0, 1);
    // ∂_p of n p (1 - p) / 2
    assert_eq!(
        exact(coefficient(p, 2).unwrap(), &["5".parse().unwrap(), "2/5".parse().unwrap()]),
        "1/2".parse().unwrap()
    );
}

#[test]
fn real_exponents_stay_symbolic() {
    // c ((lam - s)^alpha - lam^alpha): ∂_c at order 1 is -alpha lam^(alpha - 1), ∂_alpha there -c lam^(alpha-1) (1 + alpha ln lam)
    let stable = law([("c", Positive), ("lam", Positive), ("alpha", Positive)], |_, s, [c, lam, alpha]| {
        c * ((lam - s).powf(alpha) - lam.powf(alpha))
    });
    let derivation = derive_or_panic(&stable, 1);
    let (c, lam, alpha) = (0.6_f64, 2.0_f64, 0.7_f64);
    let at = |parameter: usize| value(coefficient(&derivation.parameters[parameter], 1).unwrap(), &[c, lam, alpha]);
    let slope = lam.powf(alpha - 1.0);
    assert!((at(0) + alpha * slope).abs() < 1e-14);
    assert!((at(1) + c * alpha * (alpha - 1.0) * slope / lam).abs() < 1e-14);
    assert!((at(2) + c * slope * (1.0 + alpha * lam.ln())).abs() < 1e-14);
}

#[test]
fn an_exponential_constant_is_a_kernel() {
    // ln of the moment generating function of an Esscher transform: ln((1 - p + p e^{a+s}) / (1 - p + p e^a))
    let tilted = law([("p", Probability), ("a", Real)], |_, s, [p, a]| {
        ((1 - p + p * (a + s).exp()) / (1 - p + p * a.exp())).ln()
    });
    let derivation = derive_or_panic(&tilted, 1);
    // a_0 = q = p e^a / (1 - p + p e^a) is the mean; ∂_a q = q (1 - q), ∂_p q = q (1 - q) / (p (1 - p))
    let (p, a) = (0.3_f64, 0.7_f64);
    let q = p * a.exp() / (1.0 - p + p * a.exp());
    let at = |parameter: usize| value(coefficient(&derivation.parameters[parameter], 1).unwrap(), &[p, a]);
    assert!((at(1) - q * (1.0 - q)).abs() < 1e-14);
    assert!((at(0) - q * (1.0 - q) / (p * (1.0 - p))).abs() < 1e-13);
}

#[test]
fn the_expansion_is_quick() {
    let start = std::time::Instant::now();
    derive_or_panic(&samples::laplace(), 32);
    // 3 ms were measured without optimisation; the bound allows for other tests that hold the lock.
    assert!(start.elapsed().as_secs_f64() < 5.0);
}

#[test]
fn constants_beyond_exact_algebra_are_refused() {
    let power = law([("b", Positive)], |_, s, [b]| s * (1 + b / 1_000_000).powi(30_000));
    assert_eq!(derive(&power, 2).unwrap_err().faults()[0].code, Code::Unsupported);
}
