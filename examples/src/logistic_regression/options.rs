//! What the user may choose.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde::{Serialize, Serializer};

use crate::scaling::Scaling;

/// Trains a Bayesian logistic regression with Laplace prior and posterior (paper, section 6.2) on a table of labelled
/// rows.
///
/// The gradient of the evidence lower bound comes from an estimator that was derived from the Laplace log
/// characteristic function while this program was compiled. Curves, figures and a summary are written to a folder.
#[derive(Clone, Debug, Parser)]
#[command(name = "logistic_regression", version)]
pub struct Options {
    /// CSV file: a header, numbers, and in the last column a label 0 or 1 [default: the breast-cancer data, shipped]
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// How the features are scaled
    #[arg(long, value_enum, default_value_t = Scaling::MaxAbs)]
    pub scaling: Scaling,

    /// Highest order of the series kept in the rule for the scale `b`, or `exact`: no series, and one more draw
    ///
    /// `pathwise`, `score` and `score-baseline` are there to compare with.
    #[arg(long, value_enum, default_value_t = Order::Eight)]
    pub order: Order,

    /// Passes over the data
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,

    /// Seed of the posterior samples and of the order of the rows
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,

    /// Posterior samples for each gradient
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_one)]
    pub samples: usize,

    /// Rows for each gradient; the last batch of an epoch may be smaller
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
    pub batch: usize,

    /// Learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    pub learning_rate: f64,

    /// Charge the whole KL divergence to every row, the literal Eq. (26), instead of once to the whole data
    #[arg(long)]
    pub kl_per_sample: bool,

    /// Folder for the results; if it holds other results, a numbered one beside it is used
    #[arg(long, value_name = "DIR", default_value = "results/logistic_regression")]
    pub out: PathBuf,

    /// A short run of 20 epochs
    #[arg(long, conflicts_with = "epochs")]
    pub quick: bool,

    /// Print the rule that was derived, and end
    #[arg(long)]
    pub show_rule: bool,

    /// Print the Rust that was generated, and end
    #[arg(long)]
    pub show_rust: bool,
}

impl Options {
    /// Epochs to train, `--quick` considered.
    #[must_use]
    pub const fn epoch_count(&self) -> u32 {
        if self.quick { 20 } else { self.epochs }
    }
}

/// The compiled rules for the scale `b`: the series cut at an order, the exact rule, or one to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// One term
    #[value(name = "2")]
    Two,
    /// Two terms
    #[value(name = "4")]
    Four,
    /// Three terms
    #[value(name = "6")]
    Six,
    /// Four terms
    #[value(name = "8")]
    Eight,
    /// Six terms
    #[value(name = "12")]
    Twelve,
    /// Eight terms
    #[value(name = "16")]
    Sixteen,
    /// The exact rule: no bias, but as many evaluations for each row as there are features
    #[value(name = "exact")]
    Exact,
    /// The reparameterisation gradient
    #[value(name = "pathwise")]
    Pathwise,
    /// The score function, for `mu` too
    #[value(name = "score")]
    Score,
    /// The score function with a leave-one-out baseline, for `mu` too
    #[value(name = "score-baseline")]
    ScoreWithBaseline,
}

impl Order {
    /// The highest power of `s` that is kept; none where no series is cut.
    #[must_use]
    pub const fn number(self) -> Option<u32> {
        match self {
            Self::Two => Some(2),
            Self::Four => Some(4),
            Self::Six => Some(6),
            Self::Eight => Some(8),
            Self::Twelve => Some(12),
            Self::Sixteen => Some(16),
            Self::Exact | Self::Pathwise | Self::Score | Self::ScoreWithBaseline => None,
        }
    }

    /// How the rule is called in figures and messages: `order 8`, or `exact`.
    #[must_use]
    pub fn name(self) -> String {
        self.number().map_or_else(|| self.word().to_owned(), |number| format!("order {number}"))
    }

    /// What it is called where it has no number.
    const fn word(self) -> &'static str {
        match self {
            Self::Pathwise => "pathwise",
            Self::Score => "score",
            Self::ScoreWithBaseline => "score-baseline",
            Self::Two | Self::Four | Self::Six | Self::Eight | Self::Twelve | Self::Sixteen | Self::Exact => "exact",
        }
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number() {
            Some(number) => serializer.serialize_u32(number),
            None => serializer.serialize_str(self.word()),
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        Ok(_) => Err("must be a finite number above 0".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn values_without_sense_are_refused() {
        for arguments in [
            ["--epochs", "0"],
            ["--samples", "0"],
            ["--batch", "0"],
            ["--order", "5"],
            ["--learning-rate", "nan"],
            ["--learning-rate", "0"],
        ] {
            assert!(Options::try_parse_from(["p"].into_iter().chain(arguments)).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn the_orders_are_named_by_their_numbers_and_the_exact_rule_by_a_word() {
        for order in Order::value_variants() {
            let name = order.to_possible_value().expect("all have names");
            let number = order.number().map_or_else(|| order.word().to_owned(), |number| number.to_string());
            assert_eq!(name.get_name(), number);
            let json = serde_json::to_value(order).expect("plain");
            assert_eq!(json, order.number().map_or_else(|| order.word().into(), serde_json::Value::from));
        }
    }
}
