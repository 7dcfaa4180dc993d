//! Parameters as users give them: one number shared by all coordinates, or one for each.

use crate::error::EstimateError;
use crate::kernel::{Domain, Law, ParameterInfo};
use crate::matrix::Matrix;

/// The values of one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values<'a> {
    /// One value for all coordinates.
    Shared(f64),
    /// One value for each coordinate.
    Each(&'a [f64]),
    /// One value for each pair of coordinates.
    Matrix(&'a Matrix),
    /// The probabilities of categorical variables, one row for each: one value for each coordinate, row by row.
    Rows(&'a Matrix),
    /// The probabilities that all categorical variables share, repeated along the coordinates.
    Repeated(&'a [f64]),
}

impl Values<'_> {
    /// The value at a coordinate; of a matrix, its diagonal.
    #[inline(always)]
    pub(crate) fn at(self, coordinate: usize) -> f64 {
        match self {
            Values::Shared(value) => value,
            Values::Each(values) => values[coordinate],
            Values::Matrix(values) => values.row(coordinate)[coordinate],
            Values::Rows(values) => values.as_slice()[coordinate],
            Values::Repeated(values) => values[coordinate % values.len()],
        }
    }

    /// The probabilities of the states of categorical variables, if these are some.
    pub(crate) fn probabilities(&self) -> &[f64] {
        match self {
            Values::Shared(_) | Values::Each(_) | Values::Matrix(_) => &[],
            Values::Rows(values) => values.as_slice(),
            Values::Repeated(values) => values,
        }
    }

    /// The number of states of a categorical variable, if these are its probabilities.
    pub(crate) const fn states(self) -> Option<usize> {
        match self {
            Values::Shared(_) | Values::Each(_) | Values::Matrix(_) => None,
            Values::Rows(values) => Some(values.columns()),
            Values::Repeated(values) => Some(values.len()),
        }
    }
}

/// What can stand in a field of a law: `f64` for a shared value, anything with a slice in it for one per coordinate.
pub trait Field {
    /// What the derivative with respect to the field looks like: `f64` or `Vec<f64>`.
    type Gradient: GradientField;
    /// The numbers.
    fn values(&self) -> Values<'_>;
    /// A gradient of zeros for `dimension` coordinates.
    fn zero_gradient(&self, dimension: usize) -> Self::Gradient {
        Self::Gradient::allocate(dimension)
    }
}

impl Field for f64 {
    type Gradient = f64;
    fn values(&self) -> Values<'_> {
        Values::Shared(*self)
    }
}

impl Field for &f64 {
    type Gradient = f64;
    fn values(&self) -> Values<'_> {
        Values::Shared(**self)
    }
}

/// What can stand in the field of the probabilities of categorical variables: a matrix, with one row for each variable and one
/// column for each state, or anything with a slice in it for variables that share their probabilities.
pub trait SimplexField {
    /// What the derivative with respect to the field looks like: a matrix of the same shape, or `Vec<f64>`.
    type Gradient: GradientField;
    /// The numbers.
    fn values(&self) -> Values<'_>;
    /// A gradient of zeros of the field's shape.
    fn zero_gradient(&self, dimension: usize) -> Self::Gradient;
}

macro_rules! slice_fields {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {
        $(impl<$($generics)*> Field for $type {
            type Gradient = Vec<f64>;
            fn values(&self) -> Values<'_> {
                Values::Each(self.as_ref())
            }
        }

        impl<$($generics)*> SimplexField for $type {
            type Gradient = Vec<f64>;
            fn values(&self) -> Values<'_> {
                Values::Repeated(self.as_ref())
            }
            fn zero_gradient(&self, _: usize) -> Vec<f64> {
                vec![0.0; self.len()]
            }
        })*
    };
}
slice_fields!(
    [] Vec<f64>,
    [] &Vec<f64>,
    [] &mut Vec<f64>,
    [] Box<[f64]>,
    [] &Box<[f64]>,
    [] std::sync::Arc<[f64]>,
    [] &[f64],
    [] &mut [f64],
    [const N: usize] [f64; N],
    [const N: usize] &[f64; N],
    [const N: usize] &mut [f64; N],
);

impl Field for &ndarray::Array1<f64> {
    type Gradient = Vec<f64>;
    fn values(&self) -> Values<'_> {
        // An owned one-dimensional array is contiguous unless it was sliced in place with a step; then nothing is read.
        Values::Each(self.as_slice().unwrap_or(&[]))
    }
}

/// What can stand in the field of a covariance matrix: a matrix or a reference to one.
pub trait MatrixField {
    /// What the derivative with respect to the field looks like: a matrix.
    type Gradient: GradientField;
    /// The numbers.
    fn values(&self) -> Values<'_>;
    /// A gradient of zeros for `dimension` coordinates.
    fn zero_gradient(&self, dimension: usize) -> Self::Gradient {
        Self::Gradient::allocate(dimension)
    }
}

impl MatrixField for Matrix {
    type Gradient = Matrix;
    fn values(&self) -> Values<'_> {
        Values::Matrix(self)
    }
}

impl MatrixField for &Matrix {
    type Gradient = Matrix;
    fn values(&self) -> Values<'_> {
        Values::Matrix(self)
    }
}

impl MatrixField for &mut Matrix {
    type Gradient = Matrix;
    fn values(&self) -> Values<'_> {
        Values::Matrix(self)
    }
}

macro_rules! simplex_matrices {
    ($($type:ty),*) => {
        $(impl SimplexField for $type {
            type Gradient = Matrix;
            fn values(&self) -> Values<'_> {
                Values::Rows(self)
            }
            fn zero_gradient(&self, _: usize) -> Matrix {
                Matrix::zeros(self.row_count(), self.columns())
            }
        })*
    };
}
simplex_matrices!(Matrix, &Matrix, &mut Matrix);

/// One entry of a gradient: `f64` for a shared parameter, `Vec<f64>` for one per coordinate, `Matrix` for a covariance
/// matrix, `()` for none.
pub trait GradientField: Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Zeros; `length` is the number of coordinates.
    fn allocate(length: usize) -> Self;
    /// The numbers.
    fn entries(&self) -> &[f64];
    /// The numbers.
    fn entries_mut(&mut self) -> &mut [f64];
}

impl GradientField for f64 {
    fn allocate(_: usize) -> Self {
        0.0
    }
    fn entries(&self) -> &[f64] {
        std::slice::from_ref(self)
    }
    fn entries_mut(&mut self) -> &mut [f64] {
        std::slice::from_mut(self)
    }
}

impl GradientField for Vec<f64> {
    fn allocate(length: usize) -> Self {
        vec![0.0; length]
    }
    fn entries(&self) -> &[f64] {
        self
    }
    fn entries_mut(&mut self) -> &mut [f64] {
        self
    }
}

impl GradientField for Matrix {
    fn allocate(length: usize) -> Self {
        Matrix::zeros(length, length)
    }
    fn entries(&self) -> &[f64] {
        self.as_slice()
    }
    fn entries_mut(&mut self) -> &mut [f64] {
        self.as_mut_slice()
    }
}

impl GradientField for () {
    fn allocate(_: usize) -> Self {}
    fn entries(&self) -> &[f64] {
        &[]
    }
    fn entries_mut(&mut self) -> &mut [f64] {
        &mut []
    }
}

/// A law with its parameters, such as `Laplace { mu: &mu, b: 0.5 }`. Implemented by `#[distribution]`.
pub trait Parameters {
    /// The law.
    type Law: Law;
    /// Its gradient: the same struct with `f64` and `Vec<f64>` in its fields.
    type Gradient: Gradient;
    /// The numbers of parameter `θ_j`.
    fn values(&self, parameter: usize) -> Values<'_>;
    /// A gradient of zeros for `dimension` coordinates.
    fn zero_gradient(&self, dimension: usize) -> Self::Gradient;
}

/// A gradient with the shapes of the parameters. Implemented by `#[distribution]`.
pub trait Gradient: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The entries of one parameter.
    fn entries(&self, parameter: usize) -> &[f64];
    /// The entries of one parameter.
    fn entries_mut(&mut self, parameter: usize) -> &mut [f64];
}

/// The sums over the entries of the parameters of [`Law::TOTALS`], at `dimension` coordinates.
pub(crate) fn add_up<P: Parameters>(law: &P, dimension: usize, totals: &mut Vec<f64>) {
    totals.clear();
    totals.extend(P::Law::TOTALS.iter().map(|&parameter| {
        let values = law.values(parameter);
        (0..dimension).map(|coordinate| values.at(coordinate)).sum::<f64>()
    }));
}

/// The numbers of one coordinate: the parameters, then the sums.
pub(crate) fn theta<P: Parameters>(law: &P, totals: &[f64], coordinate: usize) -> <P::Law as Law>::Theta<f64> {
    let parameters = P::Law::PARAMETERS.len();
    P::Law::theta(|index| match index.checked_sub(parameters) {
        Some(total) => totals[total],
        None => law.values(index).at(coordinate),
    })
}

/// The coordinates of each variable: the states of a categorical one, otherwise 1.
pub(crate) fn states<P: Parameters>(law: &P) -> usize {
    let mut parameters = 0..P::Law::PARAMETERS.len();
    parameters.find_map(|parameter| law.values(parameter).states()).map_or(1, |states| states.max(1))
}

/// The number of coordinates, from the parameters, then from the arguments, then from what the user said.
///
/// # Errors
/// Lengths that differ, or no source at all.
pub(crate) fn dimension<P: Parameters>(
    law: &P,
    vector: bool,
    implied: Option<usize>,
    given: Option<usize>,
) -> Result<usize, EstimateError> {
    let mut found: Option<(&'static str, usize)> = if vector { None } else { Some(("the single draw", 1)) };
    let mut agree = |name: &'static str, length: usize| match found {
        None => {
            found = Some((name, length));
            Ok(())
        }
        Some((_, expected)) if expected == length => Ok(()),
        Some((other, expected)) => Err(EstimateError::LengthsDiffer { name, found: length, other, expected }),
    };
    let states = states(law);
    for (index, info) in P::Law::PARAMETERS.iter().enumerate() {
        match law.values(index) {
            Values::Shared(_) | Values::Repeated(_) => {}
            Values::Rows(values) => agree(info.name, values.as_slice().len())?,
            Values::Each(values) => agree(info.name, values.len())?,
            Values::Matrix(values) => {
                let (rows, columns) = (values.row_count(), values.columns());
                if rows != columns {
                    return Err(EstimateError::NotSquare { parameter: info.name, rows, columns });
                }
                agree(info.name, rows)?;
            }
        }
    }
    if let Some(length) = given {
        agree("dimension", length.saturating_mul(states))?;
    }
    if let (Some(length), None) = (implied, found) {
        found = Some(("arguments", length));
    }
    if let Some((name, found)) = found.filter(|(_, length)| !length.is_multiple_of(states)) {
        return Err(EstimateError::NotWholeVariables { name, found, states });
    }
    match found {
        None => Err(EstimateError::DimensionUnknown),
        Some((_, 0)) => Err(EstimateError::NoCoordinates),
        Some((_, length)) if length as u64 > u64::from(u32::MAX) => {
            Err(EstimateError::TooMany { what: "coordinates", found: length as u64, limit: u64::from(u32::MAX) })
        }
        Some((_, length)) => Ok(length),
    }
}

/// Refuses the values of a parameter if one is outside its domain.
pub(crate) fn check_values(info: &ParameterInfo, values: Values<'_>) -> Result<(), EstimateError> {
    match values {
        Values::Shared(value) => check_value(info, 0, value),
        Values::Each(values) => {
            let mut values = values.iter().enumerate();
            values.try_for_each(|(coordinate, &value)| check_value(info, coordinate, value))
        }
        Values::Matrix(values) => {
            let mut rows = values.rows().enumerate();
            rows.try_for_each(|(row, values)| values.iter().try_for_each(|&value| check_value(info, row, value)))
        }
        Values::Rows(values) => {
            let mut rows = values.rows().enumerate();
            rows.try_for_each(|(row, values)| check_simplex(info, row, values))
        }
        Values::Repeated(values) => check_simplex(info, 0, values),
    }
}

/// By how much probabilities may miss the sum 1: what rounding leaves of a normalisation in `f64`.
const NORMALISATION: f64 = 1e-9;

/// Refuses what are not the probabilities of at least two states; written so that NaN is refused.
fn check_simplex(info: &ParameterInfo, row: usize, values: &[f64]) -> Result<(), EstimateError> {
    if values.len() < 2 {
        return Err(EstimateError::TooFewStates { parameter: info.name, states: values.len() });
    }
    let mut entries = values.iter().enumerate();
    entries.try_for_each(|(state, &value)| check_value(info, row * values.len() + state, value))?;
    let sum: f64 = values.iter().sum();
    if (sum - 1.0).abs() <= NORMALISATION {
        Ok(())
    } else {
        Err(EstimateError::NotNormalised { parameter: info.name, row, sum })
    }
}

/// Refuses a value outside its domain; written so that NaN is refused.
pub(crate) fn check_value(info: &ParameterInfo, coordinate: usize, value: f64) -> Result<(), EstimateError> {
    let inside = match info.domain {
        Domain::Real => value.is_finite(),
        Domain::Positive => value.is_finite() && value > 0.0,
        Domain::Probability => value > 0.0 && value < 1.0,
        Domain::Simplex => (0.0..=1.0).contains(&value),
        Domain::Count => value >= 0.0 && value.is_finite() && value.fract() == 0.0,
    };
    if inside {
        Ok(())
    } else {
        Err(EstimateError::ParameterOutsideDomain { parameter: info.name, coordinate, value, domain: info.domain })
    }
}
