//! Expectations against every case of the corpus whose function is a sum of polynomials times exponentials: one evaluation for
//! each law, real and complex, around 0 and around the mean. No estimator is compiled for these.

use logphi::Domain;
use logphi::formula::{Characteristic, Coefficient, Jet, expand, mean};
use logphi::laws::{
    AsymmetricLaplace, Bernoulli, Beta, Binomial, ChiSquared, Dirac, Erlang, Exponential, Gamma, Geometric, Gumbel,
    InverseGaussian, Laplace, Logistic, NegativeBinomial, NormalInverseGaussian, Poisson, Skellam, TemperedStable,
    Triangular, Uniform, VarianceGamma,
};
use logphi::prelude::*;
use logphi_tests::corpus::{Case, oracle};
use logphi_tests::laws::{
    ExponentialPlusGaussian, GaussianByVariance, LaplacePlusGaussianByVariance, MertonByVariances, PoissonPlusGaussian,
};

/// Powers go to 6.
const ORDERS: usize = 7;

/// `Re p(z) e^{λz}`: `λ`, then the coefficients of `p`.
type Term = (LogCf, [LogCf; ORDERS]);

/// The terms of a function of the corpus.
fn term(function: &str) -> Option<Term> {
    let number = |re: f64, im: f64| LogCf { re, im };
    let of = |exponent: LogCf, coefficients: &[(usize, f64)]| {
        let mut polynomial = [LogCf::default(); ORDERS];
        coefficients.iter().for_each(|&(power, value)| polynomial[power] = value.into());
        Some((exponent, polynomial))
    };
    let power = |power: usize| of(number(0.0, 0.0), &[(power, 1.0)]);
    let exponential = |rate: f64| of(rate.into(), &[(0, 1.0)]);
    let cosine = |angle: f64| of(number(0.0, angle), &[(0, 1.0)]);
    // sin az = Re (-i e^{iaz})
    let sine =
        |angle: f64| cosine(angle).map(|(exponent, polynomial)| (exponent, polynomial.map(|c| c * number(0.0, -1.0))));
    match function {
        "z**2" => power(2),
        "z**3" => power(3),
        "z**4" => power(4),
        "z**5" => power(5),
        "z**6" => power(6),
        "z**2 - 49*z/50 + 2401/10000" => of(number(0.0, 0.0), &[(2, 1.0), (1, -0.98), (0, 0.2401)]),
        "z**4/3 + 2*z**2 - z/2 + 1" => of(number(0.0, 0.0), &[(4, 1.0 / 3.0), (2, 2.0), (1, -0.5), (0, 1.0)]),
        "z**2*exp(-3/10*z)" => of(number(-0.3, 0.0), &[(2, 1.0)]),
        "exp(z)" => exponential(1.0),
        "exp(-z)" => exponential(-1.0),
        "exp(1/2*z)" => exponential(0.5),
        "exp(1/5*z)" => exponential(0.2),
        "exp(-49/100*z)" => exponential(-0.49),
        "exp(-3/2*z)" => exponential(-1.5),
        "sin(z)" => sine(1.0),
        "sin(1/2*z)" => sine(0.5),
        "sin(2*z)" => sine(2.0),
        "sin(3*z)" => sine(3.0),
        "cos(z)" => cosine(1.0),
        "cos(3*z)" => cosine(3.0),
        "cos(4*z)" => cosine(4.0),
        _ => None,
    }
}

/// Names of parameters here and in the corpus.
const ALIASES: &[(&str, &str)] = &[
    ("lambda", "lam"),
    ("rate", "lam"),
    ("mu1", "lam1"),
    ("mu2", "lam2"),
    ("mu", "m"),
    ("scale", "sc"),
    ("c", "C"),
    ("beta", "be"),
];

/// The entry of a map of the corpus for a parameter.
fn named<'a, T>(entries: impl IntoIterator<Item = (&'a String, T)>, name: &str) -> Option<T> {
    entries.into_iter().find(|(known, _)| *known == name || ALIASES.contains(&(name, known))).map(|(_, entry)| entry)
}

/// Compares one case: value and gradient to 1e-12, relative to the value where a gradient is small beside it.
fn compare<W: Characteristic, const N: usize>(case: &Case, (exponent, polynomial): Term) {
    let values = oracle().laws[&case.law].numbers::<f64>();
    let fixed = |domain| if domain == Domain::Count { if W::NAME == "Erlang" { 3.0 } else { 5.0 } } else { f64::NAN };
    let theta = W::theta(|index| {
        let info = W::PARAMETERS[index];
        named(&values, info.name).copied().unwrap_or_else(|| fixed(info.domain))
    });
    let mean = mean::<W, N>(&theta, 0).expect("a mean");
    for centre in [0.0, mean] {
        check::<W, LogCf, N>(case, &theta, exponent, &around(&polynomial, centre), centre);
        if exponent.im == 0.0 {
            let real = around(&polynomial, centre).map(|coefficient| coefficient.re);
            check::<W, f64, N>(case, &theta, exponent.re, &real, centre);
        }
    }
}

/// The polynomial in powers of `z - centre`.
fn around(polynomial: &[LogCf; ORDERS], centre: f64) -> [LogCf; ORDERS] {
    std::array::from_fn(|power| {
        let mut binomial = 1.0;
        let terms = polynomial[power..].iter().enumerate().map(|(above, &coefficient)| {
            if above > 0 {
                binomial *= (power + above) as f64 / above as f64;
            }
            coefficient * (binomial * centre.powi(above as i32))
        });
        terms.fold(LogCf::default(), |sum, term| sum + term)
    })
}

fn check<W: Characteristic, C: Coefficient, const N: usize>(
    case: &Case,
    theta: &W::Theta<f64>,
    exponent: C,
    polynomial: &[C],
    centre: f64,
) {
    let used = polynomial.iter().rposition(|&coefficient| !coefficient.is_zero()).map_or(1, |last| last + 1);
    let (value, gradient) =
        expand::<W, C, N>(theta, exponent, centre, used, 0).unwrap_or_else(|error| panic!("{}: {error}", case.id));
    let expectation = |jet: &Jet<C, N>| {
        let mut factorial = 1.0;
        let terms = polynomial[..used].iter().enumerate().map(|(power, &coefficient)| {
            factorial *= power.max(1) as f64;
            (coefficient * jet.coefficient(power) * C::real(factorial)).parts()[0]
        });
        terms.sum::<f64>()
    };
    let exact = case.derivatives[0];
    let scale = 1e-12 * exact.abs().max(1e-3);
    let found = expectation(&value);
    assert!((found - exact).abs() <= scale, "{} around {centre}: {found} is not {exact}", case.id);
    for (info, jet) in W::PARAMETERS.iter().zip(gradient.as_ref()).filter(|(info, _)| info.domain != Domain::Count) {
        let exact = named(&case.gradients, info.name).unwrap_or_else(|| panic!("{} by {}", case.id, info.name)).exact;
        let (found, tolerance) = (expectation(jet), 1e-12 * exact.abs() + scale);
        assert!(
            (found - exact).abs() <= tolerance,
            "{} by {} around {centre}: {found} is not {exact}",
            case.id,
            info.name
        );
    }
}

macro_rules! laws {
    ($($keys:pat => $law:ty),* $(,)?) => {
        /// How a case is compared; `None` for a law that is not here.
        fn comparison(law: &str) -> Option<fn(&Case, Term)> {
            match law {
                $($keys => Some(compare::<$law, { ORDERS + <$law as Characteristic>::LOST }>),)*
                _ => None,
            }
        }
    };
}

laws! {
    "asymlaplace" => AsymmetricLaplace<(), (), ()>,
    "bernoulli" => Bernoulli<()>,
    "beta" => Beta<(), ()>,
    "binomial" => Binomial<(), ()>,
    "chi2" => ChiSquared<()>,
    "merton" => MertonByVariances<(), (), (), (), ()>,
    "dirac" => Dirac<()>,
    "erlang" => Erlang<(), ()>,
    "exponential" => Exponential<()>,
    "gamma" | "gamma_small" => Gamma<(), ()>,
    "gauss" | "gauss_wide" => GaussianByVariance<(), ()>,
    "geometric" => Geometric<()>,
    "gumbel" => Gumbel<(), ()>,
    "invgauss" => InverseGaussian<(), ()>,
    "laplace" | "laplace_narrow" | "laplace_wide" => Laplace<(), ()>,
    "logistic" => Logistic<(), ()>,
    "negbin" => NegativeBinomial<(), ()>,
    "nig" => NormalInverseGaussian<(), (), (), ()>,
    "poisson" => Poisson<()>,
    "skellam" => Skellam<(), ()>,
    "exp+gauss" => ExponentialPlusGaussian<(), ()>,
    "laplace+gauss" => LaplacePlusGaussianByVariance<(), (), ()>,
    "poisson+gauss" => PoissonPlusGaussian<(), ()>,
    "tempered_stable_half" => TemperedStable<(), ()>,
    "triangular" => Triangular<(), (), ()>,
    "uniform" => Uniform<(), ()>,
    "vg" => VarianceGamma<(), (), (), ()>,
}

#[test]
fn every_case_of_the_corpus() {
    let mut compared = 0;
    for case in &oracle().cases {
        match term(&case.text) {
            Some(term) => {
                comparison(&case.law).unwrap_or_else(|| panic!("{} is of no law here", case.id))(case, term);
                compared += 1;
            }
            // Not of this kind: logarithms, roots, quotients, e^{-z²/2}, tanh.
            None => assert!(["log", "sqrt", "1/(1", "**2/2", "tanh"].iter().any(|part| case.text.contains(part))),
        }
    }
    assert!(compared > 45, "{compared} cases");
}

/// The exact gradient of a law whose coefficient is wrong by 5 %: the comparison would notice.
#[distribution(sample = mu + 0.975 * b * (exponential() - exponential()))]
fn wrong_laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
    I * mu * omega - (1.0 + 0.95 * b.powi(2) * omega.powi(2)).ln()
}

#[test]
#[should_panic(expected = "is not")]
fn a_changed_coefficient_is_noticed() {
    let case = oracle().cases.iter().find(|case| case.text == "z**2*exp(-3/10*z)").expect("a case");
    compare::<WrongLaplace<(), ()>, ORDERS>(case, term(&case.text).expect("a term"));
}
