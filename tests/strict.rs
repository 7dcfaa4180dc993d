//! What the macros add compiles under the strictest lints, in a crate that shadows the names of the prelude, and from
//! wherever laws and functions may stand.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

/// A module with the name of a crate.
pub mod core {}

/// A module with the name of a crate.
pub mod std {}

/// A module with the name of a crate.
pub mod alloc {}

/// Names of the prelude, taken by other things.
pub mod shadowed {
    use logphi::prelude::*;

    /// Not the prelude's.
    #[derive(Debug)]
    pub struct Option;
    /// Not the prelude's.
    #[derive(Debug)]
    pub struct Some;
    /// Not the prelude's.
    #[derive(Debug)]
    pub struct None;
    /// Not the prelude's.
    #[derive(Debug)]
    pub struct Vec;
    /// Not the prelude's.
    #[derive(Debug)]
    pub struct String;
    /// Not the prelude's.
    #[derive(Debug)]
    pub struct Box;
    /// Not the prelude's.
    #[derive(Debug)]
    pub enum Result {
        /// Not the prelude's.
        Ok,
        /// Not the prelude's.
        Err,
    }
    /// Not the prelude's.
    pub trait Iterator {}
    /// Not the prelude's.
    pub trait Clone {}
    /// Not the prelude's.
    pub trait Copy {}
    /// Not the prelude's.
    pub trait Send {}
    /// Not the prelude's.
    pub trait Sized {}
    /// Not the prelude's.
    pub trait AsRef {}
    /// Not the prelude's.
    pub trait Default {}
    /// Not the prelude's.
    pub trait Law {}
    /// Not the prelude's.
    pub trait Estimator {}
    /// Not the prelude's.
    pub trait Lane {}
    /// A module with the name of a primitive type.
    pub mod u32 {}
    /// A module with the name of a primitive type.
    pub mod usize {}

    /// A law beside all these.
    #[distribution(sample = mu + b * (exponential() - exponential()), require = b < 100.0)]
    pub fn own(omega: Frequency, mu: Real, b: Positive) -> LogCf {
        I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln()
    }

    /// An estimator beside all these.
    #[estimator(distribution = Own, packs = portable, order = 6)]
    pub fn f(w: &[f64], x: &Matrix, y: &[f64], scale: f64) -> f64 {
        x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w) * scale)).sum::<f64>()
            + w.iter().zip(y).map(|(w, y)| (w - y).tanh()).sum::<f64>()
    }

    /// A term beside all these.
    #[term(distribution = Own)]
    pub fn penalty(mu: f64, b: f64) -> f64 {
        mu.abs() + b.max(1.0)
    }

    /// A private law with a private estimator.
    #[distribution(sample = mu + uniform() - 0.5)]
    fn hidden(omega: Frequency, mu: Real) -> LogCf {
        I * mu * omega + ((omega / 2.0).sin() / (omega / 2.0)).ln()
    }

    #[estimator(distribution = Hidden, packs = portable)]
    fn g(z: f64) -> f64 {
        z.cos()
    }

    /// A joint law beside all these.
    #[distribution(sample = m + cholesky(s) * normal())]
    pub fn together(omega: &[Frequency], m: &[Real], s: &Covariance) -> LogCf {
        m.iter().zip(omega).map(|(m, omega)| I * m * omega).sum::<LogCf>() - quadratic(omega, s) / 2.0
    }

    /// An estimator of a joint law beside all these.
    #[estimator(distribution = Together, packs = portable)]
    pub fn h(z: &[f64], a: &[f64]) -> f64 {
        dot(a, z).sin() + z.iter().map(|z| z.tanh()).sum::<f64>()
    }

    /// A joint law with a rule.
    #[distribution(image = z / z.sum(), sample = softmax(loggamma(a)), rule(a) = {
        let y = vertex + (z - vertex) * (-exponential() / (a.sum() + trigamma_mixture(a.sum()))).exp();
        trigamma(a.sum()) * df(y, vertex - y)
    })]
    fn shares(omega: &[Frequency], a: &[Positive]) -> LogCf {
        a.iter().zip(omega).map(|(a, omega)| -a * (1.0 - I * omega).ln()).sum()
    }

    #[estimator(distribution = Shares, packs = portable)]
    fn k(z: &[f64], t: &[f64]) -> f64 {
        dot(t, z).exp() + z.iter().zip(t).map(|(z, t)| (t * z).sin()).sum::<f64>()
    }

    /// A law of categorical variables.
    #[distribution(sample = categorical(p))]
    pub fn kinds(omega: &[Frequency], p: &Simplex) -> LogCf {
        p.iter().zip(omega).map(|(p, omega)| (I * omega).exp() * p).sum::<LogCf>().ln()
    }

    /// An estimator of categorical variables.
    #[estimator(distribution = Kinds, packs = portable)]
    pub fn l(z: &OneHot<'_>, t: &[f64]) -> f64 {
        dot(t, z).exp() + z.iter().zip(t).map(|(z, t)| (t * z).sin()).sum::<f64>()
    }

    /// The same, only called.
    #[derive(Debug)]
    #[estimator(of = l, distribution = Kinds, packs = portable, opaque)]
    pub struct Called;

    /// The gradient of the private estimator of a joint law.
    #[must_use]
    pub fn private_joint_gradient() -> [f64; 2] {
        let run = k::estimate(&Shares { a: [0.3, 2.0] }, &[1.0, 2.0]).samples(100).seed(1).run();
        run.map_or([0.0; 2], |run| [run.gradient.a[0], run.gradient.a[1]])
    }

    /// Not the prelude's, and shared by reference or copied.
    #[derive(Debug, Clone, Copy)]
    pub struct Whole<'t> {
        /// A text.
        pub text: &'t str,
    }

    /// A function whose arguments have types of these names, called as the emitted code calls its own.
    #[estimator(distribution = logphi::laws::Poisson, packs = portable, opaque)]
    pub fn call(z: f64, option: &Option, whole: Whole<'_>, rule: &(dyn Fn(&f64) -> f64 + Sync)) -> f64 {
        let Option = option;
        if z > 2.0 { rule(&z) } else { f64::from(u8::from(whole.text.is_empty())) }
    }

    /// Variables and a function of one name, and no further argument.
    #[estimator(distribution = logphi::laws::Bernoulli, packs = portable, opaque)]
    pub fn z(z: &[f64]) -> f64 {
        z.iter().fold(1.0, |product, z| product * (1.0 - z))
    }

    /// The gradient of the private estimator.
    #[must_use]
    pub fn private_gradient() -> f64 {
        g::estimate(&Hidden { mu: 0.3 }, ()).samples(100).seed(1).run().map_or(0.0, |run| run.gradient.mu)
    }
}

/// Laws and functions in modules of modules, in any order.
pub mod nested {
    /// The estimator stands before the law, and names it by a path.
    pub mod first {
        use logphi::prelude::*;

        /// A function of one number.
        #[estimator(distribution = super::second::deep::Shifted, packs = portable, order = 3)]
        pub fn above(z: f64) -> f64 {
            softplus(z)
        }

        /// The same function under a law of another crate.
        #[derive(Debug)]
        #[estimator(of = above, distribution = ::logphi::laws::Gaussian, packs = portable)]
        pub struct Elsewhere;

        /// The same function under a law of yet another crate.
        #[derive(Debug)]
        #[estimator(of = self::above, distribution = logphi_tests::laws::ExponentialPlusGaussian, packs = portable, order = 2, precision = f32)]
        pub struct FromTests;
    }

    /// Holds a module.
    pub mod second {
        /// Holds a law.
        pub mod deep {
            use logphi::prelude::*;

            /// An exponential law that starts at `start`.
            #[distribution(sample = start + scale * exponential())]
            pub fn shifted(omega: Frequency, start: Real, scale: Positive) -> LogCf {
                let s = I * omega;
                start * s - (1.0 - scale * s).ln()
            }
        }
    }

    /// Laws under other names and through globs.
    pub mod exported {
        pub use super::second::deep::Shifted as Renamed;
        pub use logphi_tests::laws::*;
    }
}

/// Uses laws through a re-export and a glob.
pub mod through {
    use super::nested::exported::*;
    use logphi::prelude::{Elementary, estimator};

    /// A law of another crate, found by a glob.
    #[estimator(distribution = GaussianByVariance, packs = portable, order = 2)]
    pub fn method(z: f64) -> f64 {
        z.log_sigmoid()
    }

    /// A law under another name.
    #[estimator(distribution = Renamed, packs = portable, order = 2)]
    pub fn renamed(z: f64) -> f64 {
        z.sqrt().ln_1p()
    }
}

fn finite(numbers: &[f64]) {
    assert!(numbers.iter().all(|number| number.is_finite() && *number != 0.0), "{numbers:?}");
}

#[test]
fn beside_shadowed_names() {
    use shadowed::{Own, f, penalty};
    let x = logphi::Matrix::from_rows(&[[0.3, -0.2], [0.1, 0.5]]).expect("rows");
    let law = Own { mu: [0.1, 0.2], b: 0.3 };
    let run = f::estimate(&law, (&x, &[1.0, -1.0], 0.5)).samples(100).seed(1).plus(2.0, penalty::TERM);
    let run = run.with_argument_gradients().run().expect("a run");
    finite(&run.gradient.mu);
    finite(&[run.value, run.gradient.b]);
    let (matrix, slice, scale) = run.argument_gradient.expect("asked for");
    finite(matrix.as_slice());
    finite(&slice);
    finite(&[scale]);
    finite(&[shadowed::private_gradient()]);
    finite(&shadowed::private_joint_gradient());
    let sigma = logphi::Matrix::from_rows(&[[1.0, 0.2], [0.2, 0.5]]).expect("rows");
    let law = shadowed::Together { m: [0.1, 0.2], s: &sigma };
    let run = shadowed::h::estimate(&law, &[0.5, -0.5]).samples(100).seed(1).run().expect("a run");
    finite(&run.gradient.m);
    finite(run.gradient.s.as_slice());
}

#[test]
fn categorical_variables_beside_shadowed_names() {
    use shadowed::{Called, Kinds, l};
    let law = Kinds { p: [0.2, 0.8] };
    let run = l::estimate(&law, &[0.5, -0.5, 0.3, 0.1]).samples(100).seed(1).run().expect("a run");
    finite(&run.gradient.p);
    let run = Called::estimate(&law, &[0.5, -0.5, 0.3, 0.1]).dimension(2).samples(100).seed(1).run().expect("a run");
    finite(&run.gradient.p);
}

#[test]
fn opaque_functions_beside_shadowed_names() {
    use shadowed::{Option, Whole, call, z};
    let law = logphi::laws::Poisson { rate: 3.0 };
    let text = "text".to_owned();
    let run = call::estimate(&law, (&Option, Whole { text: &text }, &|z: &f64| z.sqrt())).samples(100).seed(1).run();
    finite(&[run.expect("a run").gradient.rate]);
    let run = z::estimate(&logphi::laws::Bernoulli { p: 0.4 }, ()).dimension(3).samples(100).seed(1).run();
    finite(&[run.expect("a run").gradient.p]);
}

#[test]
fn in_nested_modules() {
    use nested::first::{Elsewhere, FromTests, above};
    use nested::second::deep::Shifted;
    let run = above::estimate(&Shifted { start: 0.5, scale: 0.2 }, ()).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.start, run.gradient.scale]);
    let law = logphi::laws::Gaussian { mu: 0.5, sigma: 0.2 };
    let run = Elsewhere::estimate(&law, ()).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.mu, run.gradient.sigma]);
    let law = logphi_tests::laws::ExponentialPlusGaussian { lam: 4.0, v: 0.1 };
    let run = FromTests::estimate(&law, ()).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.lam, run.gradient.v]);
}

#[test]
fn through_exports() {
    use nested::exported::{GaussianByVariance, Renamed};
    let law = GaussianByVariance { mu: 0.5, v: 3.0 };
    let run = through::method::estimate(&law, ()).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.mu, run.gradient.v]);
    let law = Renamed { start: 2.0, scale: 0.2 };
    let run = through::renamed::estimate(&law, ()).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.start, run.gradient.scale]);
}

#[test]
fn inside_a_function() {
    use logphi::prelude::*;

    #[distribution(sample = rate * exponential())]
    fn waiting(omega: Frequency, rate: Positive) -> LogCf {
        -(1.0 - I * rate * omega).ln()
    }

    #[distribution(sample = gamma(k).ln())]
    fn log_gamma(omega: Frequency, k: Positive) -> LogCf {
        (k + I * omega).ln_gamma() - ln_gamma(k)
    }

    #[estimator(distribution = Waiting, packs = portable, order = 2)]
    fn gain(z: f64, strength: f64) -> f64 {
        (strength * z).tanh()
    }

    #[estimator(distribution = Waiting, packs = portable, opaque)]
    fn late(z: f64, limit: u8) -> f64 {
        if z > f64::from(limit) { z.sqrt() } else { 0.0 }
    }

    #[derive(Debug)]
    #[estimator(of = gain, distribution = LogGamma, packs = portable, order = 2)]
    struct LogGammaGain;

    #[term(distribution = Waiting)]
    fn cost(rate: f64) -> f64 {
        rate.powi(2) + ln_gamma(rate) * digamma(rate)
    }

    let run = LogGammaGain::estimate(&LogGamma { k: 0.3 }, 0.5).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.k]);
    let run = gain::estimate(&Waiting { rate: 0.3 }, 0.5).samples(100).seed(1).plus(1.0, cost::TERM).run();
    let run = run.expect("a run");
    finite(&[run.value, run.gradient.rate]);
    let run = late::estimate(&Waiting { rate: 0.3 }, 0).samples(100).seed(1).run().expect("a run");
    finite(&[run.value, run.gradient.rate]);
}

#[test]
fn two_laws_of_one_name() {
    mod left {
        use logphi::prelude::*;
        #[distribution(sample = a)]
        pub(crate) fn point(omega: Frequency, a: Real) -> LogCf {
            I * a * omega
        }
    }
    mod right {
        use logphi::prelude::*;
        #[distribution(sample = a)]
        pub(crate) fn point(omega: Frequency, a: Real) -> LogCf {
            I * a * omega
        }
    }
    use logphi::prelude::*;

    #[estimator(distribution = left::Point, packs = portable)]
    fn square(z: f64) -> f64 {
        z * z
    }

    #[derive(Debug)]
    #[estimator(of = square, distribution = right::Point, packs = portable)]
    struct Other;

    let run = square::estimate(&left::Point { a: 3.0 }, ()).samples(1).seed(1).run().expect("a run");
    assert_eq!((run.value, run.gradient.a), (9.0, 6.0));
    let run = Other::estimate(&right::Point { a: 3.0 }, ()).samples(1).seed(1).run().expect("a run");
    assert_eq!((run.value, run.gradient.a), (9.0, 6.0));
}
