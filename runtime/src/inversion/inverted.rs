//! The sampler of a law without a sample expression, and the tables it shares.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{DEFAULT_TOLERANCE, SamplerError, Table};
use crate::analytic::LogCharacteristic;
use crate::draw::{BaseDraw, Words};
use crate::lane::{Lane, Scalar};

/// Tables that may wait unused before they are dropped.
const SPARE: usize = 64;

/// A law's sampler at one value of the parameters: a location, a scale and a table.
#[derive(Clone, Debug)]
pub struct Inverted {
    location: f64,
    scale: f64,
    table: Arc<Table>,
}

/// The tables that were made so far, one for each shape: parameters that differ only in what moves the law or changes its
/// scale find the table that is there already.
#[derive(Debug, Default)]
pub struct Tables {
    known: BTreeMap<Vec<u64>, Arc<Table>>,
    key: Vec<u64>,
}

impl Tables {
    fn find_or_make<W: LogCharacteristic>(
        &mut self,
        theta: &W::Theta<f64>,
        support: [f64; 2],
    ) -> Result<Arc<Table>, SamplerError> {
        let values = theta.as_ref();
        self.key.clear();
        self.key.extend(W::SHAPE.iter().map(|&parameter| values[parameter].to_bits()));
        self.key.extend(support.map(f64::to_bits));
        if let Some(table) = self.known.get(&self.key) {
            return Ok(Arc::clone(table));
        }
        if self.known.len() >= SPARE {
            // What no sampler holds belongs to parameters of the past.
            self.known.retain(|_, table| Arc::strong_count(table) > 1);
        }
        let table = Arc::new(Table::on::<W>(theta, support, DEFAULT_TOLERANCE)?);
        self.known.insert(self.key.clone(), Arc::clone(&table));
        Ok(table)
    }
}

impl Inverted {
    /// Finds or makes the table.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn prepare<W: LogCharacteristic>(theta: &W::Theta<f64>, tables: &mut Tables) -> Result<Self, SamplerError> {
        let location = W::location::<f64>(theta, &mut ());
        let (mut scale, mut standard) = W::standard(theta);
        let is_normal = |parameter: &usize| {
            let value = standard.as_ref()[*parameter];
            value.is_normal() || value == 0.0
        };
        if !(scale.is_normal() && W::SHAPE.iter().all(is_normal)) {
            // The change of scale leaves the range of the format: the parameters are taken as they are.
            (scale, standard) = (1.0, *theta);
        }
        let support = Table::support::<W>(theta).map(|end| end / scale);
        Ok(Self { location, scale, table: tables.find_or_make::<W>(&standard, support)? })
    }

    /// One draw for each sample of a pack, from one uniform number in `f64` and from two in `f32`, whose 23 bits would be
    /// too coarse for tails.
    #[inline(always)]
    pub fn draw<L: Lane>(&self, words: &mut Words<L>) -> L {
        let first = words.uniform();
        let second = if L::Scalar::WORDS == 1 { Some(words.uniform()) } else { None };
        L::from_fn(|lane| {
            let mut probability = first.extract(lane).to_f64();
            if let Some(second) = second {
                probability += (second.extract(lane).to_f64() - 0.5) * f64::from(f32::EPSILON);
            }
            L::Scalar::from_f64(self.location + self.scale * self.table.quantile(probability))
        })
    }

    /// The bound on the error of a probability.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.table.error()
    }
}
