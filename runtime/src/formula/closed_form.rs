//! The weights of closed forms, Eq. (23) of the paper and its generalisation.
//!
//! `a(D)` with `a = ∂_θ log φ` makes of a polynomial times `e^{λz}` another one: with `a_k = a^{(k)}(λ) / k!` the polynomial
//! `p` becomes `q = Σ_k a_k p^{(k)}`, so that `q_n = Σ_k a_k p_{n+k} (n+k)! / n!`. In a ridge argument `u = ⟨A, z⟩ + c` the
//! derivative along coordinate `j` is `A_j d/du`: the point is `λ A_j`, and `a_k` gets the factor `A_j^k`. A sample computes
//! the patterns `(z - c)^n e^{λz}`, and the gradient is their weighted sum with the coefficients of `q`.
//!
//! Where `φ(λ)` is near 0 so is the gradient, `a(λ) φ(λ)`, unless `a` has a pole there, while the noise is that of `a(λ)`
//! alone: closed forms are refused where `|φ(λ)|` is below 10⁻⁶ of its bound `φ(Re λ)`.

use super::characteristic::{check_strip, describe, follow};
use super::expansion::expand;
use super::exponentials::{Outcome, find_centres, for_each_row, row_centre};
use super::{Characteristic, Coefficient, Exponentials, Jet};
use crate::analytic::Analytic;
use crate::error::EstimateError;
use crate::kernel::{Estimator, Law};
use crate::lane::Scalar;

/// `|φ(λ)| / φ(Re λ)` below which a closed form is refused.
const SMALLEST: f64 = 1e-6;

/// What the sample loop reads for closed forms.
pub(crate) struct ClosedFormTables<S> {
    /// For each ridge row, in order of the terms: the centre, then real and imaginary part of each exponent.
    pub(crate) row_numbers: Vec<S>,
    /// The same for each coordinate of the separable term.
    pub(crate) separable_numbers: Vec<S>,
    /// The weights of the patterns of all ridge rows: `[coordinate][pattern][closed form]`.
    pub(crate) row_weights: Vec<S>,
    /// Those of the patterns of the separable term.
    pub(crate) separable_weights: Vec<S>,
    /// Patterns of all ridge rows.
    pub(crate) row_patterns: usize,
}

impl<S> Default for ClosedFormTables<S> {
    fn default() -> Self {
        Self {
            row_numbers: Vec::new(),
            separable_numbers: Vec::new(),
            row_weights: Vec::new(),
            separable_weights: Vec::new(),
            row_patterns: 0,
        }
    }
}

/// Where the weights go.
pub struct ClosedForms<'a, E: Estimator> {
    /// The parameters of each coordinate.
    pub(crate) theta: &'a [<E::Law as Law>::Theta<f64>],
    /// The centre of each coordinate, computed here.
    pub(crate) centres: &'a mut Vec<f64>,
    /// What is filled.
    pub(crate) tables: &'a mut ClosedFormTables<E::Scalar>,
}

/// Computes the weights; `N` is above every polynomial's degree by [`Characteristic::LOST`].
///
/// # Errors
/// As a formula (digits are counted for polynomials), and [`EstimateError::NearZero`] where `φ(λ)` is near 0.
pub fn weigh<E: Exponentials, const N: usize>(arguments: E::Arguments<'_>, forms: ClosedForms<'_, E>) -> Outcome {
    let ClosedForms { theta, centres, tables } = forms;
    find_centres::<E, N>(theta, centres)?;
    let ClosedFormTables { row_numbers, separable_numbers, row_weights, separable_weights, row_patterns } = tables;
    let number = |value: f64| <E::Scalar as Scalar>::from_f64(value);
    separable_numbers.clear();
    separable_weights.clear();
    for (coordinate, theta) in theta.iter().enumerate() {
        let centre = centres[coordinate];
        separable_numbers.push(number(centre));
        E::separable(arguments, coordinate, centre, &mut |exponent, polynomial| {
            separable_numbers.extend(exponent.parts().map(number));
            let gradient = derivatives::<E, N>(theta, exponent, centre, polynomial.len(), coordinate)?;
            patterns::<E, N>(polynomial, 1.0, &gradient, |weight| separable_weights.push(number(weight)));
            Ok(())
        })?;
    }
    *row_patterns = count_patterns::<E>(arguments)?;
    let forms = E::CLOSED_FORMS.len();
    row_numbers.clear();
    row_weights.resize(theta.len() * *row_patterns * forms, number(0.0));
    let mut first = 0;
    for_each_row::<E>(arguments, &mut |ridge, row| {
        let centre = row_centre::<E>(arguments, ridge, row, centres);
        row_numbers.push(number(centre));
        E::row(arguments, ridge, row, centre, &mut |exponent, polynomial| {
            row_numbers.extend(exponent.parts().map(number));
            for (coordinate, theta) in theta.iter().enumerate() {
                let slope = E::slope(arguments, ridge, row, coordinate);
                let point = exponent * E::Number::real(slope);
                let gradient = derivatives::<E, N>(theta, point, centres[coordinate], polynomial.len(), coordinate)?;
                let mut place = (coordinate * *row_patterns + first) * forms;
                patterns::<E, N>(polynomial, slope, &gradient, |weight| {
                    row_weights[place] = number(weight);
                    place += 1;
                });
            }
            first += polynomial.len() * E::Number::PARTS;
            Ok(())
        })
    })
}

/// Patterns of all ridge rows.
fn count_patterns<E: Exponentials>(arguments: E::Arguments<'_>) -> Result<usize, EstimateError> {
    let mut count = 0;
    for_each_row::<E>(arguments, &mut |ridge, row| {
        E::row(arguments, ridge, row, 0.0, &mut |_, polynomial| {
            count += polynomial.len() * E::Number::PARTS;
            Ok(())
        })
    })?;
    Ok(count)
}

/// The series of each parameter's gradient.
type Gradient<E, const N: usize> = <<E as Estimator>::Law as Law>::Theta<Jet<<E as Exponentials>::Number, N>>;

/// `a^{(k)}(λ) / k!` of every parameter, as power series; `centre` is the coordinate's.
fn derivatives<E: Exponentials, const N: usize>(
    theta: &<E::Law as Law>::Theta<f64>,
    exponent: E::Number,
    centre: f64,
    orders: usize,
    coordinate: usize,
) -> Result<Gradient<E, N>, EstimateError> {
    let [re, im] = exponent.parts();
    check_strip::<E::Law>(theta, re, coordinate)?;
    // The gradient has its pole at the zero: whether it is near comes first.
    if im != 0.0 {
        let bound = magnitude::<E, N>(theta, E::Number::real(re), coordinate)?;
        let found = magnitude::<E, N>(theta, exponent, coordinate)?;
        let ratio = found / bound;
        if ratio.is_nan() || ratio < SMALLEST {
            let (law, parameters, exponent) = (E::Law::NAME, describe::<E::Law>(theta), [re, im]);
            return Err(EstimateError::NearZero { law, coordinate, parameters, exponent, ratio });
        }
    }
    // At 0 these are the derivatives of cumulants over factorials, whose digits moments count.
    if exponent.is_zero() && E::CENTRED {
        expand::<E::Law, E::Number, N>(theta, exponent, centre, orders, coordinate)?;
    }
    let of_forms = |gradient: &Gradient<E, N>| {
        E::CLOSED_FORMS.iter().all(|&(parameter, _)| gradient.as_ref()[parameter].is_finite(orders))
    };
    let function =
        |s: Jet<E::Number, N>, path: &mut <E::Number as Analytic>::Path| E::Law::log_gradient(theta, s, path);
    follow::<E::Law, E::Number, _, N>(theta, exponent, 1.0, coordinate, function, of_forms)
}

/// `|φ|`.
fn magnitude<E: Exponentials, const N: usize>(
    theta: &<E::Law as Law>::Theta<f64>,
    exponent: E::Number,
    coordinate: usize,
) -> Result<f64, EstimateError> {
    let value = |s: Jet<E::Number, N>, path: &mut <E::Number as Analytic>::Path| {
        let [re, im] = E::Law::characteristic(theta, s, path).0.coefficient(0).parts();
        re.hypot(im)
    };
    follow::<E::Law, E::Number, _, N>(theta, exponent, 1.0, coordinate, value, |size| size.is_finite())
}

/// The weights of the patterns of one polynomial: by power, by real and imaginary part, by closed form.
fn patterns<E: Exponentials, const N: usize>(
    polynomial: &[E::Number],
    slope: f64,
    gradient: &Gradient<E, N>,
    mut push: impl FnMut(f64),
) {
    for power in 0..polynomial.len() {
        for part in 0..E::Number::PARTS {
            for &(parameter, _) in E::CLOSED_FORMS {
                let jet = &gradient.as_ref()[parameter];
                // (n+k)! / n! A^k
                let mut factor = 1.0;
                let mut weight = E::Number::real(0.0);
                for k in 0..polynomial.len() - power {
                    if k > 0 {
                        factor *= (power + k) as f64 * slope;
                    }
                    weight = weight + jet.coefficient(k) * polynomial[power + k] * E::Number::real(factor);
                }
                // Re q x = Re q Re x - Im q Im x
                let [re, im] = weight.parts();
                push(if part == 0 { re } else { -im });
            }
        }
    }
}
