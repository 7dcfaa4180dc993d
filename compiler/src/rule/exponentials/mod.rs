//! Recognises sums of polynomials times exponentials, the functions whose expectations are known.
//!
//! `E z^m e^{λz} = φ^(m)(λ)`: where `f` is a sum of such terms in single coordinates and in ridge arguments, value and gradient
//! are formulas, and `a(D) f` is one too. The functions are closed under sums, products and whole powers; sines and cosines
//! are real parts of exponentials with imaginary `λ`, and a product of real parts is `Re x Re y = ½ Re (x y + x ȳ)`.
//!
//! Coefficients and exponents are exact graphs over the arguments of `f`; they never depend on the draw. Polynomials of
//! second or higher degree are written around a *centre*, a number that is known at run time only: far from 0 a power of the
//! draw is a small difference of large numbers.

mod complex;
mod reading;
mod sum;
#[cfg(test)]
mod tests;

use crate::errors::Extent;
use crate::ir::display::coordinate_names;
use crate::ir::{Graph, Node, NormalForm};

/// The highest power of the draw.
pub const HIGHEST_POWER: u32 = 64;

/// The most terms of one function.
const MOST_TERMS: usize = 128;

/// From this power on polynomials are written around a centre.
const CENTRED_FROM: u32 = 2;

/// The leaf of coefficients that stands for the centre.
pub const CENTRE: Node = Node::Input(0);

/// The terms of `f`: each function is a sum of polynomials times exponentials.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// The separable function, in a coordinate.
    pub separable: Option<ExponentialSum>,
    /// The ridge functions, in their arguments.
    pub ridges: Vec<ExponentialSum>,
    /// Whether polynomials are in powers of `z - c` with the centre `c`, and not in powers of `z`.
    pub centred: bool,
}

/// `Σ_i Re p_i(z - c) e^{λ_i z}`.
#[derive(Clone, Debug, Default)]
pub struct ExponentialSum {
    /// Outputs are the numbers of `groups`; leaves are constants, π, data and [`CENTRE`]. Has been through the passes.
    pub graph: Graph,
    /// The terms, by distinct exponent.
    pub groups: Vec<Group>,
}

/// `Re p(z - c) e^{λz}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `λ`; free of the centre.
    pub exponent: Parts,
    /// The coefficients of `p`, from the constant on; `None` is 0.
    pub polynomial: Vec<Option<Parts>>,
}

/// A number by the outputs that hold its parts; a part that is absent is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Real part.
    pub re: Option<usize>,
    /// Imaginary part.
    pub im: Option<usize>,
}

/// Why a function is no sum of polynomials times exponentials.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What is in its way, such as `` `sin` of a function of the draw that is not affine``.
    pub what: String,
    /// Its tokens, if they are known.
    pub at: Option<Extent>,
}

impl Group {
    /// Whether this is a polynomial.
    #[must_use]
    pub fn is_polynomial(&self) -> bool {
        self.exponent == Parts::default()
    }
}

impl Expansion {
    /// The sums of all functions.
    pub fn sums(&self) -> impl Iterator<Item = &ExponentialSum> {
        self.separable.iter().chain(&self.ridges)
    }

    /// The highest power of the draw or of a ridge argument.
    #[must_use]
    pub fn highest_power(&self) -> u32 {
        let lengths = self.sums().flat_map(|sum| &sum.groups).map(|group| group.polynomial.len() as u32);
        lengths.max().unwrap_or(1) - 1
    }

    /// Whether every exponent is real.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.sums().flat_map(|sum| &sum.groups).all(|group| group.exponent.im.is_none())
    }

    /// Whether every exponent is 0, so that `f` is a polynomial.
    #[must_use]
    pub fn is_polynomial(&self) -> bool {
        self.sums().flat_map(|sum| &sum.groups).all(Group::is_polynomial)
    }
}

/// The terms of a function.
///
/// # Errors
/// What in the function is no polynomial, exponential, sine or cosine of the draw.
pub fn expand(function: &NormalForm) -> Result<Expansion, Refusal> {
    if function.whole.is_some() {
        return Err(Refusal { what: "a body that is not looked into".to_owned(), at: None });
    }
    if let Some(term) = function.interactions.first() {
        let what = format!("a function of {} together", coordinate_names(&term.coordinates).join(", "));
        return Err(Refusal { what, at: Some(term.at) });
    }
    let expansion = expand_around(function, false)?;
    if expansion.highest_power() < CENTRED_FROM { Ok(expansion) } else { expand_around(function, true) }
}

fn expand_around(function: &NormalForm, centred: bool) -> Result<Expansion, Refusal> {
    let sum = |graph: &Graph, variable: &Node| reading::read(graph, variable, centred);
    Ok(Expansion {
        separable: function.separable.as_ref().map(|term| sum(&term.function, &Node::Sample)).transpose()?,
        ridges: function.ridges.iter().map(|ridge| sum(&ridge.function, &Node::Ridge)).collect::<Result<_, _>>()?,
        centred,
    })
}
