//! Sums as Rust: operators for numbers, fused multiply-add for packs.

use quote::quote;

use super::expression::{Arithmetic, Level, Printed, Printer, negated, product};
use super::quotient::Quotient;
use super::sharing::repetitions;
use crate::errors::bug;
use crate::ir::NodeId;

impl Printer<'_> {
    /// The sum of `terms`.
    pub(super) fn sum(&self, terms: &[NodeId]) -> Printed {
        match self.arithmetic {
            Arithmetic::Number | Arithmetic::Analytic => self.number_sum(terms),
            Arithmetic::Pack(_) | Arithmetic::AnyPack => self.pack_sum(terms),
        }
    }

    /// `a + b - c`, left to right; of two terms the positive one comes first.
    fn number_sum(&self, terms: &[NodeId]) -> Printed {
        let mut quotients = self.terms(terms);
        if quotients.len() == 2 && quotients[0].negative && !quotients[1].negative {
            quotients.swap(0, 1);
        }
        let sum = quotients.into_iter().map(|term| (term.negative, term)).fold(None, |sum, (negative, mut term)| {
            let Some(sum) = sum else { return Some(self.quotient(term).at(Level::Sum)) };
            term.negative = false;
            let term = self.quotient(term).at(Level::Product);
            Some(if negative {
                quote! { #sum - #term }
            } else {
                quote! { #sum + #term }
            })
        });
        Printed { tokens: sum.unwrap_or_default(), level: Level::Sum }
    }

    fn terms(&self, terms: &[NodeId]) -> Vec<Quotient> {
        terms.iter().map(|&term| if self.is_named(term) { self.named(term) } else { self.read(term) }).collect()
    }

    fn named(&self, id: NodeId) -> Quotient {
        Quotient { numerator: vec![(id, 1)], ..Quotient::default() }
    }

    /// A sum of packs: products are added with `mul_add`, starting from the first term that is none.
    fn pack_sum(&self, terms: &[NodeId]) -> Printed {
        let mut quotients = self.terms(terms);
        let is_product = |term: &Quotient| {
            let factors = term.numerator.iter().map(|&(_, exponent)| repetitions(exponent)).sum::<usize>();
            term.denominator.is_empty() && term.constants.len() + factors > 1
        };
        let start = quotients
            .iter()
            .position(|term| !is_product(term) && !term.negative)
            .or_else(|| quotients.iter().position(|term| !is_product(term)))
            .unwrap_or(0);
        let mut sum = self.quotient(quotients.remove(start));
        for term in quotients {
            sum = if is_product(&term) { self.multiply_add(term, sum) } else { self.add(sum, term) };
        }
        sum
    }

    fn add(&self, sum: Printed, mut term: Quotient) -> Printed {
        let negative = std::mem::take(&mut term.negative);
        let (sum, term) = (sum.at(Level::Sum), self.quotient(term).at(Level::Product));
        let tokens = if negative {
            quote! { #sum - #term }
        } else {
            quote! { #sum + #term }
        };
        Printed { tokens, level: Level::Sum }
    }

    /// `x.mul_add(y, sum)` for a product `x * y`, the constant and the sign in `y`.
    fn multiply_add(&self, term: Quotient, sum: Printed) -> Printed {
        let mut factors = self.factors(&term.numerator);
        let mut second = if term.constants.is_empty() {
            factors.pop().unwrap_or_else(|| bug!("emit", "a product without factors"))
        } else {
            product(term.constants.iter().map(|value| self.constant(value)).collect())
        };
        if factors.is_empty() {
            // Only constants: folding did not run. Their product is a term like any other.
            factors.push(std::mem::replace(&mut second, self.constant(&num_traits::One::one())));
        }
        let mut first = product(factors);
        if term.negative {
            if term.constants.len() == 1 {
                second = self.negative_constant(&term.constants[0]);
            } else {
                first = negated(first);
            }
        }
        let (first, second, sum) = (first.at(Level::Atom), second.tokens, sum.tokens);
        Printed::atom(quote! { #first.mul_add(#second, #sum) })
    }
}
