//! The curves of a training: as CSV, as figures, as a table.

use std::fmt::Write as _;

use super::posterior::Posterior;
use super::record::Record;
use crate::report::figure::{Axis, FigureError, Line, Panel, row, single};
use crate::report::table::{spread, table};

const TABLE_ROWS: usize = 11;

/// All records, one line each. A measurement that was not made is an empty field.
#[must_use]
pub fn csv(records: &[Record]) -> String {
    let mut text =
        "epoch,elbo,elbo_standard_error,accuracy,log10_variance_mu,log10_variance_b,largest_b_x,warned_steps\n"
            .to_owned();
    for record in records {
        let cells = [
            record.epoch.to_string(),
            record.elbo.to_string(),
            cell(record.elbo_standard_error),
            record.accuracy.to_string(),
            cell(record.log10_variance_mu),
            cell(record.log10_variance_b),
            record.largest_b_x.to_string(),
            record.warned_steps.to_string(),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The posterior of each weight, with the name of its feature.
#[must_use]
pub fn posterior_csv(names: &[String], posterior: &Posterior) -> String {
    let mut text = "feature,mu,b\n".to_owned();
    for ((name, mu), b) in names.iter().zip(&posterior.law.mu).zip(&posterior.law.b) {
        let quoted = if name.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.clone()
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{quoted},{mu},{b}");
    }
    text
}

/// A dozen epochs, for the terminal.
#[must_use]
pub fn overview(records: &[Record]) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let rows: Vec<Vec<String>> = spread(records.len(), TABLE_ROWS)
        .into_iter()
        .map(|index| &records[index])
        .map(|record| {
            let error = record.elbo_standard_error.map_or_else(String::new, |error| format!(" ± {error:.4}"));
            vec![
                record.epoch.to_string(),
                format!("{:.4}{error}", record.elbo),
                format!("{:.1} %", 100.0 * record.accuracy),
                number(record.log10_variance_mu),
                number(record.log10_variance_b),
                record.warned_steps.to_string(),
            ]
        })
        .collect();
    table(&["epoch", "ELBO per row (nats)", "accuracy", "log10 Var mu", "log10 Var b", "warned steps"], &rows)
}

/// The figures, each with the name of its file: one for each curve and one with all three.
///
/// # Errors
/// [`FigureError`].
pub fn figures(records: &[Record], rule: &str) -> Result<Vec<(&'static str, String)>, FigureError> {
    let line = |name: &str, value: &dyn Fn(&Record) -> Option<f64>| Line {
        name: name.to_owned(),
        points: records.iter().filter_map(|record| Some((f64::from(record.epoch), value(record)?))).collect(),
        band: Vec::new(),
    };
    let panel = |title: &str, y: Axis, lines| Panel { title: title.to_owned(), x: "epoch".to_owned(), y, lines };
    let elbo =
        panel("Evidence lower bound", Axis::linear("ELBO per row (nats)"), vec![line("", &|record| Some(record.elbo))]);
    let accuracy = panel(
        "Training accuracy",
        Axis::linear("accuracy (%)"),
        vec![line("", &|record| Some(100.0 * record.accuracy))],
    );
    let variance = panel(
        "Variance of the gradient",
        Axis::logarithmic("variance, one sample"),
        vec![
            line("μ, exact", &|record| record.log10_variance_mu),
            line(&format!("b, {rule}"), &|record| record.log10_variance_b),
        ],
    );
    Ok(vec![
        ("elbo.svg", single(&elbo)?),
        ("accuracy.svg", single(&accuracy)?),
        ("variance.svg", single(&variance)?),
        ("curves.svg", row(&[elbo, accuracy, variance])?),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            epoch: 3,
            elbo: -0.25,
            elbo_standard_error: Some(0.001),
            accuracy: 0.925,
            log10_variance_mu: Some(-2.5),
            log10_variance_b: None,
            largest_b_x: 0.5,
            warned_steps: 2,
        }
    }

    #[test]
    fn what_was_not_measured_is_an_empty_field() {
        let text = csv(&[record()]);
        assert_eq!(text.lines().nth(1), Some("3,-0.25,0.001,0.925,-2.5,,0.5,2"));
    }

    #[test]
    fn names_with_commas_are_quoted() {
        let text = posterior_csv(&["a,\"b\"".to_owned()], &Posterior::new(1));
        assert_eq!(text, "feature,mu,b\n\"a,\"\"b\"\"\",0,1\n");
    }

    #[test]
    fn the_overview_shows_estimates_with_their_errors() {
        let text = overview(&[record()]);
        assert!(text.contains("-0.2500 ± 0.0010    92.5 %         -2.50            -             2"), "{text}");
    }

    #[test]
    fn every_curve_has_a_figure() {
        let figures = figures(&[record()], "order 8").expect("drawn");
        assert_eq!(
            figures.iter().map(|figure| figure.0).collect::<Vec<_>>(),
            ["elbo.svg", "accuracy.svg", "variance.svg", "curves.svg"]
        );
    }
}
