//! Every exact rule that the matcher finds satisfies `∂_θ log φ(s) = transform of the rule` at complex `s`.
//!
//! Applied to `f(z) = e^{sz}` a rule `Σ_n a_n E f^(n)(z) + Σ_k c_k E Σ_i w_i f^(p_i)(z + x_i)` gives `E e^{sz}` times
//! `Σ_n a_n s^n + Σ_k c_k Σ_i s^{p_i} E w_i e^{s x_i}`, which must be `∂_θ log φ(s)`. The left side comes from `log φ` as it is
//! written, in complex numbers with a derivative; the right side from moment generating functions and quadrature:
//!
//! * where the exponent is a quadratic in a normal draw, `E e^{a + bN + cN²} = e^{a + b²/(2(1-2c))} (1-2c)^{-1/2}`,
//! * where it is affine in an exponential or gamma draw, `E e^{a + bG} = e^a (1-b)^{-k}`,
//! * over uniform, discrete and other draws a sum over nodes.
//!
//! Rules of authors move the draw itself and are no transforms: they are checked where a law is compiled, on polynomials.

use logphi::Complex;
use logphi_compiler::ir::{BaseDraw, DrawKind, Graph, Law, NodeId, ParamId};
use logphi_compiler::parse::distribution::parse_distribution;
use logphi_compiler::rule::{ExactRule, Origin, Stencil};
use logphi_compiler::series::gradient::derive;
use logphi_tests::dual::Dual;
use logphi_tests::interpret::{Leaves, evaluate};
use logphi_tests::quadrature::Measure;
use logphi_tests::source::{LIBRARY, law};

/// The laws for which the matcher finds rules, with parameters for which every point of [`POINTS`] is inside the strip.
const PARAMETERS: &[(&str, &[f64])] = &[
    ("asymmetric_laplace", &[0.2, 2.0, 0.8]),
    ("bernoulli", &[0.3]),
    ("chi_squared", &[3.0]),
    ("compound_exponential", &[1.3, 0.7]),
    ("erlang", &[3.0, 1.5]),
    ("exponential", &[2.0]),
    ("gamma", &[2.5, 1.5]),
    ("gamma_by_rate", &[2.5, 0.8]),
    ("geometric", &[0.4]),
    ("inverse_gaussian", &[1.2, 2.5]),
    ("laplace", &[0.2, 0.7]),
    ("laplace_plus_gaussian", &[0.1, 0.6, 0.7]),
    ("merton", &[0.1, 0.55, 1.2, -0.25, 0.45]),
    ("negative_binomial", &[3.5, 0.6]),
    ("normal_inverse_gaussian", &[2.5, 0.5, 1.0, 0.2]),
    ("poisson", &[2.5]),
    ("skellam", &[1.5, 0.8]),
    ("tempered_stable", &[0.5, 2.0]),
    ("tweedie", &[1.4, 1.7, 0.6]),
    ("variance_gamma", &[0.1, 0.25, 0.8, 0.65]),
];

const POINTS: [Complex; 4] = [
    Complex { re: 0.3, im: 0.0 },
    Complex { re: -0.35, im: 0.8 },
    Complex { re: 0.12, im: -1.7 },
    Complex { re: 0.0, im: 0.45 },
];

const TOLERANCE: f64 = 1e-9;

fn modulus(z: Complex) -> f64 {
    z.re.hypot(z.im)
}

/// `log φ(s)` with its derivative by a parameter.
fn log_characteristic(law: &Law, theta: &[f64], by: ParamId, s: Complex) -> Dual {
    let parameters: Vec<Dual> = theta
        .iter()
        .enumerate()
        .map(|(index, &value)| Dual { value: value.into(), slope: f64::from(u8::from(index == by.0)).into() })
        .collect();
    let frequency = Dual::fixed(-logphi::I * s);
    evaluate(&law.log_cf, Leaves::characteristic(&parameters, &frequency)).expect("elementary functions")[0]
}

/// `ln E e^{…}` as a function of the draws that are left.
type LogExpectation<'a> = Box<dyn Fn(&mut [f64]) -> Complex + 'a>;

/// Values of the draws at which the shape of an exponent is looked at.
fn somewhere(count: usize, place: usize) -> Vec<f64> {
    (0..count).map(|draw| 0.31 + 0.37 * place as f64 + 0.059 * draw as f64).collect()
}

/// The value with one draw replaced.
fn at(log: &LogExpectation<'_>, draws: &mut [f64], draw: usize, value: f64) -> Complex {
    let own = std::mem::replace(&mut draws[draw], value);
    let result = log(draws);
    draws[draw] = own;
    result
}

/// Whether an exponent is a polynomial of this degree in a draw, from `start` on: the next difference vanishes.
fn is_polynomial(log: &LogExpectation<'_>, count: usize, draw: usize, degree: usize, start: f64) -> bool {
    (0..2).all(|place| {
        let mut draws = somewhere(count, place);
        let mut differences: Vec<Complex> =
            (0..degree + 2).map(|index| at(log, &mut draws, draw, start + 0.3 * index as f64)).collect();
        let size = differences.iter().map(|&value| modulus(value)).fold(0.0, f64::max);
        for _ in 0..=degree {
            differences = differences.windows(2).map(|pair| pair[1] - pair[0]).collect();
        }
        modulus(differences[0]) <= 1e-12 * (size + 1e-3)
    })
}

/// One probe of a stencil at given parameters.
struct Probe<'a> {
    stencil: &'a Stencil,
    probe: usize,
    theta: &'a [f64],
}

impl Probe<'_> {
    fn number(&self, node: NodeId, z: f64, draws: &[f64]) -> f64 {
        let mut graph = self.stencil.numbers.graph.clone();
        graph.outputs = vec![node];
        evaluate(&graph, Leaves::stencil(self.theta, &z, draws)).expect("a number")[0]
    }

    /// How far the draw is moved; or the point itself, if it does not depend on the draw.
    fn shift(&self, draws: &[f64]) -> f64 {
        self.number(self.stencil.point(self.probe), 0.0, draws)
    }

    fn is_absolute(&self) -> bool {
        let draws = somewhere(self.draws().len(), 0);
        let move_of = |z: f64| self.number(self.stencil.point(self.probe), z, &draws) - self.shift(&draws);
        let found = move_of(1.0);
        assert!(found == 0.0 || (found - 1.0).abs() < 1e-12, "a point that is neither fixed nor a shift");
        found == 0.0
    }

    fn weight(&self, draws: &[f64]) -> f64 {
        self.number(self.stencil.weight(self.probe), 0.0, draws)
    }

    fn weight_depends_on(&self, draw: usize) -> bool {
        let mut draws = somewhere(self.draws().len(), 0);
        let before = self.weight(&draws);
        draws[draw] += 0.4;
        self.weight(&draws) != before
    }

    fn draws(&self) -> &[BaseDraw] {
        &self.stencil.numbers.draws
    }

    /// An argument of a draw; none depends on another draw.
    fn argument(&self, draw: usize, index: usize) -> f64 {
        let draws = vec![f64::NAN; self.draws().len()];
        self.number(self.draws()[draw].arguments[index], f64::NAN, &draws)
    }

    /// Nodes of a draw that is not integrated in closed form.
    fn nodes(&self, draw: usize) -> Vec<(f64, f64)> {
        let argument = |index: usize| self.argument(draw, index);
        let measure = match self.draws()[draw].kind {
            // Square roots of a uniform number occur: with U = v² the integrand is analytic in v.
            DrawKind::Uniform => {
                let nodes = Measure::interval(0.0, 1.0, |v| 2.0 * v).nodes;
                return nodes.into_iter().map(|(v, weight)| (v * v, weight)).collect();
            }
            DrawKind::Normal => Measure::normal(),
            DrawKind::Exponential => Measure::exponential(),
            DrawKind::Gamma => Measure::gamma(argument(0)),
            DrawKind::Bernoulli => Measure::binomial(1, argument(0)),
            DrawKind::Geometric => Measure::negative_binomial(1.0, argument(0)),
            DrawKind::Poisson => Measure::poisson(argument(0)),
            DrawKind::Logarithmic => {
                let q = argument(0);
                Measure::atoms(-q / (1.0 - q).ln(), |k| q * k / (k + 1.0)).affine(1.0, 1.0)
            }
            kind @ (DrawKind::LogGamma
            | DrawKind::Beta
            | DrawKind::InverseGaussian
            | DrawKind::Binomial
            | DrawKind::ZetaMixture
            | DrawKind::TrigammaMixture
            | DrawKind::Compound) => panic!("no rule of the matcher draws {kind:?}"),
        };
        measure.nodes
    }

    /// `E w e^{sx}`.
    fn transform(&self, s: Complex) -> Complex {
        let count = self.draws().len();
        let mut log: LogExpectation<'_> = Box::new(move |draws: &mut [f64]| s * self.shift(draws));
        let mut left: Vec<usize> = (0..count).collect();
        while let Some(place) =
            left.iter().position(|&draw| !self.weight_depends_on(draw) && self.is_closed(&log, draw))
        {
            let draw = left.remove(place);
            log = self.integrated(log, draw);
        }
        let nodes: Vec<Vec<(f64, f64)>> = left.iter().map(|&draw| self.nodes(draw)).collect();
        let mut draws = vec![0.5; count];
        self.sum(&log, &left, &nodes, &mut draws)
    }

    /// Whether the expectation over a draw has a closed form.
    fn is_closed(&self, log: &LogExpectation<'_>, draw: usize) -> bool {
        let polynomial = |degree: usize, start: f64| is_polynomial(log, self.draws().len(), draw, degree, start);
        match self.draws()[draw].kind {
            // On both sides of 0, to tell |N| from N.
            DrawKind::Normal => polynomial(2, -0.5),
            DrawKind::Exponential | DrawKind::Gamma => polynomial(1, 0.4),
            _ => polynomial(0, 0.1),
        }
    }

    fn integrated<'b>(&self, log: LogExpectation<'b>, draw: usize) -> LogExpectation<'b> {
        let one = Complex::from(1.0);
        let shape = match self.draws()[draw].kind {
            DrawKind::Normal => {
                return Box::new(move |draws: &mut [f64]| {
                    let [down, a, up] = [-1.0, 0.0, 1.0].map(|value| at(&log, draws, draw, value));
                    let (b, c) = (0.5 * (up - down), 0.5 * (up + down) - a);
                    let rest = one - 2.0 * c;
                    assert!(rest.re > 0.0, "outside of the strip");
                    a + 0.5 * b * b / rest - 0.5 * rest.ln()
                });
            }
            DrawKind::Exponential => 1.0,
            DrawKind::Gamma => self.argument(draw, 0),
            _ => return log,
        };
        Box::new(move |draws: &mut [f64]| {
            let [low, high] = [0.5, 1.5].map(|value| at(&log, draws, draw, value));
            let b = high - low;
            assert!(b.re < 1.0, "outside of the strip");
            low - 0.5 * b - shape * (one - b).ln()
        })
    }

    /// The sum over the nodes of the draws that are left.
    fn sum(&self, log: &LogExpectation<'_>, left: &[usize], nodes: &[Vec<(f64, f64)>], draws: &mut [f64]) -> Complex {
        let (Some((&draw, left)), Some((own, nodes))) = (left.split_first(), nodes.split_first()) else {
            return self.weight(draws) * log(draws).exp();
        };
        own.iter().fold(Complex::from(0.0), |sum, &(value, weight)| {
            draws[draw] = value;
            sum + weight * self.sum(log, left, nodes, draws)
        })
    }
}

/// The parts of a rule's transform at `s`, one for each derivative and each stencil.
fn parts(rule: &ExactRule, theta: &[f64], characteristic: Complex, s: Complex) -> Vec<Complex> {
    let number = |graph: &Graph| evaluate(graph, Leaves::parameters(theta)).expect("a number")[0];
    let derivatives = rule.derivatives.iter().map(|term| number(&term.value) * s.powi(term.order as i32));
    let stencils = rule.stencils.iter().map(|term| {
        let sum = (0..term.stencil.orders.len()).fold(Complex::from(0.0), |sum, probe| {
            let order = term.stencil.orders[probe];
            let probe = Probe { stencil: &term.stencil, probe, theta };
            let transform = s.powi(order as i32) * probe.transform(s);
            sum + if probe.is_absolute() { transform / characteristic } else { transform }
        });
        number(&term.coefficient) * sum
    });
    derivatives.chain(stencils).collect()
}

fn agrees(parts: &[Complex], expected: Complex) -> bool {
    let sum = parts.iter().fold(Complex::from(0.0), |sum, &part| sum + part);
    modulus(sum - expected) <= TOLERANCE * modulus(expected)
}

#[test]
fn rules_have_the_transform_of_the_gradient() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for name in LIBRARY {
        let (options, item) = law(name);
        let law = parse_distribution(options, &item).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let derivation = derive(&law, 2).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        for series in &derivation.parameters {
            let found = series.exact.iter().filter(|rule| !matches!(rule.origin, Origin::Author { .. }));
            for (number, rule) in found.enumerate() {
                let theta = PARAMETERS.iter().find(|known| known.0 == *name);
                let theta = theta.unwrap_or_else(|| panic!("no parameters of {name}")).1;
                for s in POINTS {
                    let log = log_characteristic(&law, theta, series.parameter, s);
                    let parts = parts(rule, theta, log.value.exp(), s);
                    let what = format!("{name}, {}, rule {number}, {s:?}", law.parameters[series.parameter.0].name);
                    if !agrees(&parts, log.slope) {
                        wrong.push(format!("{what}: {parts:?}, expected {:?}", log.slope));
                    }
                    for mutated in 0..parts.len() {
                        let mut mutant = parts.clone();
                        mutant[mutated] = 1.001 * mutant[mutated];
                        assert!(!agrees(&mutant, log.slope), "{what}: a mutated coefficient is not seen");
                    }
                    checked += 1;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 4 * 60, "only {checked} transforms");
}
