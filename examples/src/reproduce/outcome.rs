//! What a unit leaves: a table of numbers that survives writing and reading to the last bit.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A table of numbers with named columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Number>>,
    /// What a reader should know, such as why a training ended early.
    pub notes: Vec<String>,
}

/// A double. JSON knows no infinities: they and NaN are written as words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Number(pub f64);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Word(String),
}

impl From<Number> for Written {
    fn from(Number(value): Number) -> Self {
        if value.is_finite() { Self::Finite(value) } else { Self::Word(value.to_string()) }
    }
}

impl TryFrom<Written> for Number {
    type Error = std::num::ParseFloatError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Finite(value) => Ok(Self(value)),
            Written::Word(word) => word.parse().map(Self),
        }
    }
}

impl Outcome {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Self { columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row, which must be as long as there are columns.
    pub fn push(&mut self, row: &[f64]) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row.iter().map(|&value| Number(value)).collect());
    }

    /// The values of a column; none if there is no such column.
    #[must_use]
    pub fn column(&self, name: &str) -> Vec<f64> {
        match self.columns.iter().position(|column| column == name) {
            Some(index) => self.rows.iter().map(|row| row[index].0).collect(),
            None => Vec::new(),
        }
    }

    /// The last value of a column.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<f64> {
        self.column(name).last().copied()
    }

    /// The rows as CSV, each after the same first cells.
    #[must_use]
    pub fn csv(&self, first: &str) -> String {
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(first);
            for Number(value) in row {
                // Writing to a string cannot fail. Whole numbers need no point, others the shortest text that reads back.
                let _ = if value.fract() == 0.0 && value.abs() < 1e15 {
                    write!(text, ",{value}")
                } else {
                    write!(text, ",{value:?}")
                };
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_to_the_last_bit() {
        let mut outcome = Outcome::new(&["a"]);
        let mut state = 1_u64;
        for _ in 0..2000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(state);
            outcome.push(&[if value.is_nan() { 0.1 } else { value }]);
        }
        for value in [0.0, -0.0, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            outcome.push(&[value]);
        }
        let text = serde_json::to_string(&outcome).expect("plain");
        let read: Outcome = serde_json::from_str(&text).expect("its own text");
        let bits = |outcome: &Outcome| outcome.column("a").iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&outcome), bits(&read));
    }

    #[test]
    fn words_stand_for_what_json_has_no_number_for() {
        let mut outcome = Outcome::new(&["a", "b"]);
        outcome.push(&[f64::NAN, f64::INFINITY]);
        let text = serde_json::to_string(&outcome).expect("plain");
        assert!(text.contains(r#"[["NaN","inf"]]"#), "{text}");
        assert!(serde_json::from_str::<Outcome>(&text).expect("its own text").rows[0][0].0.is_nan());
    }

    #[test]
    fn csv_has_the_shortest_texts() {
        let mut outcome = Outcome::new(&["a", "b", "c"]);
        outcome.push(&[100.0, 0.1, 1e300]);
        assert_eq!(outcome.csv("d1,exact,0"), "d1,exact,0,100,0.1,1e300\n");
    }
}
