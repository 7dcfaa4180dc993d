//! The unit of work: what is computed at once, kept in one file, and never in part.

use logphi::EstimateError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::outcome::Outcome;
use crate::fingerprint::fingerprint;

/// What tells the units of an experiment apart. All but the seed are lower-case words for file names and tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The table to which the unit's rows belong.
    pub table: String,
    /// The problem, such as the number of dimensions.
    pub setting: String,
    /// The estimator.
    pub estimator: String,
    /// The seed of the random numbers.
    pub seed: u64,
}

impl Label {
    /// A label from its words.
    #[must_use]
    pub fn new(table: &str, setting: &str, estimator: &str, seed: u64) -> Self {
        Self { table: table.to_owned(), setting: setting.to_owned(), estimator: estimator.to_owned(), seed }
    }

    /// The name of the unit and of its file.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}-{}-{}", self.table, self.setting, self.estimator, self.seed)
    }
}

/// A computation of seconds whose result depends on its configuration only.
pub struct Unit<'a> {
    /// Its name.
    pub label: Label,
    /// Everything that the result depends on.
    pub configuration: Value,
    /// The computation.
    pub job: Box<dyn Fn() -> Result<Outcome, EstimateError> + Send + Sync + 'a>,
}

impl Unit<'_> {
    /// The fingerprint of configuration and version: units with the same one have the same result.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let identity = json!({ "version": env!("CARGO_PKG_VERSION"), "label": self.label, "of": self.configuration });
        fingerprint([identity.to_string().as_bytes()])
    }
}

/// A finished unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Its name.
    pub label: Label,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What it left.
    pub outcome: Outcome,
}
