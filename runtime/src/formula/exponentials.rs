//! The estimator's side of formulas, and the sums over its terms.

use super::expansion::{expand, mean};
use super::{Characteristic, Coefficient, ridge};
use crate::error::EstimateError;
use crate::kernel::{Estimator, Law};

/// An estimator whose function is a sum of polynomials times exponentials. Implemented by `#[estimator]`.
///
/// The function is `Σ_i Re p_i(z - c) e^{λ_i z}` in every coordinate and `Σ_i Re p_i(u - c) e^{λ_i u}` in every ridge argument,
/// with a centre `c` that is given, or 0; a polynomial is the list of its coefficients, from the constant on.
pub trait Exponentials: Estimator<Law: Characteristic> {
    /// `f64` if all exponents are real, otherwise complex.
    type Number: Coefficient;
    /// Whether polynomials are in powers of `z - c`, and not in powers of `z`.
    const CENTRED: bool;

    /// Calls `add(λ_i, p_i)` for every term in coordinate `j`.
    fn separable(
        arguments: Self::Arguments<'_>,
        coordinate: usize,
        centre: f64,
        add: &mut Add<'_, Self::Number>,
    ) -> Outcome;

    /// Calls `add(λ_i, p_i)` for every term in the argument of row `o` of a ridge term.
    fn row(
        arguments: Self::Arguments<'_>,
        ridge: usize,
        row: usize,
        centre: f64,
        add: &mut Add<'_, Self::Number>,
    ) -> Outcome;

    /// How many rows a ridge term has; `None` if there is no such term.
    fn rows(arguments: Self::Arguments<'_>, ridge: usize) -> Option<usize>;

    /// `A_oj` of a ridge term.
    fn slope(arguments: Self::Arguments<'_>, ridge: usize, row: usize, coordinate: usize) -> f64;

    /// `c_o` of a ridge term.
    fn offset(arguments: Self::Arguments<'_>, ridge: usize, row: usize) -> f64;
}

/// What the terms of a function are handed to.
pub type Add<'a, C> = dyn FnMut(C, &[C]) -> Outcome + 'a;

/// Whether an expectation could be computed.
pub type Outcome = Result<(), EstimateError>;

/// Value and gradient of `E f`, without the part of `f` that does not depend on the draw.
pub struct Expectations<'a, E: Estimator> {
    /// The parameters of each coordinate.
    pub(crate) theta: &'a [<E::Law as Law>::Theta<f64>],
    /// The centre of each coordinate, computed here.
    pub(crate) centres: &'a mut Vec<f64>,
    /// The value.
    pub(crate) value: &'a mut f64,
    /// The entries of each parameter's gradient: one for each coordinate, or a shared one.
    pub(crate) gradient: &'a mut [Vec<f64>],
    /// Room for the coordinates of one row, kept from run to run.
    pub(crate) room: &'a mut Vec<[f64; 2]>,
}

impl<E: Estimator> Expectations<'_, E> {
    /// Adds to the derivative with respect to a parameter at a coordinate.
    pub(super) fn add(&mut self, parameter: usize, coordinate: usize, derivative: f64) {
        let entries = &mut self.gradient[parameter];
        let entry = if entries.len() == self.theta.len() { coordinate } else { 0 };
        if let Some(entry) = entries.get_mut(entry) {
            *entry += derivative;
        }
    }
}

/// Computes value and gradient; `N` is above every polynomial's degree by [`Characteristic::LOST`].
///
/// # Errors
/// As the expectation of a single term: outside of its strip, undecided, not finite, or lost to rounding.
pub fn evaluate<E: Exponentials, const N: usize>(
    arguments: E::Arguments<'_>,
    mut sums: Expectations<'_, E>,
) -> Outcome {
    *sums.value = 0.0;
    for entries in sums.gradient.iter_mut() {
        entries.fill(0.0);
    }
    let theta = sums.theta;
    find_centres::<E, N>(theta, sums.centres)?;
    for (coordinate, theta) in theta.iter().enumerate() {
        let centre = sums.centres[coordinate];
        E::separable(arguments, coordinate, centre, &mut |exponent, polynomial| {
            let (value, gradient) =
                expand::<E::Law, E::Number, N>(theta, exponent, centre, polynomial.len(), coordinate)?;
            let expectation = |jet: &super::Jet<E::Number, N>| {
                let terms = weights(polynomial).enumerate().map(|(power, weight)| weight * jet.coefficient(power));
                terms.fold(0.0, |sum, term| sum + term.parts()[0])
            };
            *sums.value += expectation(&value);
            for (parameter, jet) in gradient.as_ref().iter().enumerate() {
                sums.add(parameter, coordinate, expectation(jet));
            }
            Ok(())
        })?;
    }
    for_each_row::<E>(arguments, &mut |ridge, row| {
        let centre = row_centre::<E>(arguments, ridge, row, sums.centres);
        E::row(arguments, ridge, row, centre, &mut |exponent, polynomial| {
            ridge::add::<E, N>(arguments, ridge, row, exponent, polynomial, &mut sums)
        })
    })
}

/// Calls `visit` with the numbers of a ridge term and of its row, for all rows of all terms.
pub(super) fn for_each_row<E: Exponentials>(
    arguments: E::Arguments<'_>,
    visit: &mut dyn FnMut(usize, usize) -> Outcome,
) -> Outcome {
    let mut ridge = 0;
    while let Some(rows) = E::rows(arguments, ridge) {
        for row in 0..rows {
            visit(ridge, row)?;
        }
        ridge += 1;
    }
    Ok(())
}

/// The centre of each coordinate: its mean, or 0 where polynomials are not centred.
pub(super) fn find_centres<E: Exponentials, const N: usize>(
    theta: &[<E::Law as Law>::Theta<f64>],
    centres: &mut Vec<f64>,
) -> Outcome {
    centres.clear();
    centres.resize(theta.len(), 0.0);
    if E::CENTRED {
        for (coordinate, (theta, centre)) in theta.iter().zip(centres).enumerate() {
            *centre = mean::<E::Law, N>(theta, coordinate)?;
        }
    }
    Ok(())
}

/// The centre of the argument of a row.
pub(super) fn row_centre<E: Exponentials>(
    arguments: E::Arguments<'_>,
    ridge: usize,
    row: usize,
    centres: &[f64],
) -> f64 {
    if !E::CENTRED {
        return 0.0;
    }
    let offset = E::offset(arguments, ridge, row);
    let terms = centres.iter().enumerate();
    terms.fold(offset, |sum, (coordinate, centre)| sum + E::slope(arguments, ridge, row, coordinate) * centre)
}

/// `m! p_m`: what the coefficients of a power series are multiplied with.
pub(super) fn weights<C: Coefficient>(polynomial: &[C]) -> impl Iterator<Item = C> + '_ {
    let factorials = (1_u32..).scan(1.0, |factorial, next| {
        let current = *factorial;
        *factorial *= f64::from(next);
        Some(current)
    });
    polynomial.iter().zip(factorials).map(|(&coefficient, factorial)| coefficient * C::real(factorial))
}
