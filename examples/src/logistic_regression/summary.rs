//! The summary of a run as JSON: what was run, how it ended, what came out.

use std::time::Duration;

use serde_json::{Value, json};

use super::model::{rule, rust};
use super::options::Options;
use super::training::{Seen, Training};
use crate::data::Table;
use crate::fingerprint::fingerprint;
use crate::scaling::Dataset;

/// Everything that the curves depend on. Two runs with equal configurations give equal curves.
#[must_use]
pub fn configuration(options: &Options, table: &Table, data: &Dataset) -> Value {
    let bytes: Vec<[u8; 8]> =
        data.features.as_slice().iter().chain(&data.targets).map(|value| value.to_bits().to_le_bytes()).collect();
    json!({
        "program": "logistic_regression",
        "version": env!("CARGO_PKG_VERSION"),
        "data": {
            "file": table.file,
            "rows": table.labels.len(),
            "features": table.features.len(),
            "fingerprint": fingerprint(bytes.iter().map(<[u8; 8]>::as_slice)),
        },
        "estimator": fingerprint([rule(options.order).as_bytes(), rust(options.order).as_bytes()]),
        "scaling": options.scaling,
        "order": options.order,
        "epochs": options.epoch_count(),
        "seed": options.seed,
        "samples": options.samples,
        "batch": options.batch,
        "learning_rate": options.learning_rate,
        "kl_per_sample": options.kl_per_sample,
    })
}

/// The summary of a finished run. Times differ from run to run, the rest does not.
#[must_use]
pub fn summary(configuration: &Value, training: &Training, wall: Duration) -> Value {
    let warning =
        |seen: &Seen| json!({ "epoch": seen.epoch, "steps": seen.steps, "message": seen.warning.to_string() });
    json!({
        "status": if training.stop.is_none() { "finished" } else { "stopped" },
        "configuration": configuration,
        "final": training.records.last(),
        "epochs_completed": training.records.len(),
        "gradients": training.steps,
        "stopped": training.stop.as_ref().map(ToString::to_string),
        "warnings": training.warnings.iter().map(warning).collect::<Vec<_>>(),
        "seconds": wall.as_secs_f64(),
        "microseconds_per_gradient": microseconds_per_gradient(training),
        "platform": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
    })
}

/// Mean time of a gradient, KL divergence and standard errors included; none if there was no gradient.
#[must_use]
pub fn microseconds_per_gradient(training: &Training) -> Option<f64> {
    (training.steps > 0).then(|| 1e6 * training.estimating.as_secs_f64() / training.steps as f64)
}
