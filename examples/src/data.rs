//! Tables of labelled rows, read from CSV.
//!
//! The form is fixed: a header with the names of the columns, numbers, and last a label that is 0 or 1. Whatever
//! departs from it is refused with the file, the line and the column, because a value that is skipped or guessed
//! spoils an experiment unseen. Lines and columns count from 1, the header being line 1.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator, Trim};
use thiserror::Error;

const SHIPPED_NAME: &str = "breast_cancer.csv";
const SHIPPED: &str = include_str!("../data/breast_cancer.csv");

/// Rows of numbers, each with a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What the table was read from.
    pub file: String,
    /// Names of the features, in the order of the columns.
    pub features: Vec<String>,
    /// The values of the features, row after row, finite: shape (labels, features).
    pub values: Vec<f64>,
    /// The label of each row; at least one.
    pub labels: Vec<bool>,
}

/// A position in a file, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Column of the table, from 1.
    pub column: usize,
    /// Name of that column; empty if there is none.
    pub name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: line {}, column {}", self.file, self.line, self.column)?;
        if self.name.is_empty() { Ok(()) } else { write!(formatter, " ({})", self.name) }
    }
}

/// Why a file is not a table of labelled rows.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file does not exist or may not be opened.
    #[error("{file}: cannot be opened: {source}")]
    Unopened {
        /// Name of the file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed part of the way.
    #[error("{place}: cannot be read on from here: {source}")]
    Unreadable {
        /// Where reading stopped.
        place: Place,
        /// What the reader said.
        source: csv::Error,
    },
    /// The header names no feature.
    #[error("{place}: the header has {found} column(s), at least a feature and the label are needed")]
    NoFeatures {
        /// Start of the header.
        place: Place,
        /// Number of names.
        found: usize,
    },
    /// The first line holds values.
    #[error("{place}: this line holds numbers only, a header with names is needed")]
    NoHeader {
        /// Start of the first line.
        place: Place,
    },
    /// Nothing follows the header.
    #[error("{place}: no row follows the header")]
    NoRows {
        /// Where the first row should be.
        place: Place,
    },
    /// A line is shorter or longer than the header.
    #[error("{place}: this line has {found} value(s) where the header has {expected}")]
    Ragged {
        /// The first value that lacks or that has no column.
        place: Place,
        /// Values in the line.
        found: usize,
        /// Names in the header.
        expected: usize,
    },
    /// A value is not a number.
    #[error("{place}: `{text}` is not a number")]
    NotANumber {
        /// The value.
        place: Place,
        /// What stands there.
        text: String,
    },
    /// A value is infinite, not a number, or too large for a double.
    #[error("{place}: `{text}` is not a finite number")]
    NotFinite {
        /// The value.
        place: Place,
        /// What stands there.
        text: String,
    },
    /// A label is neither 0 nor 1.
    #[error("{place}: the label is `{text}`, it must be 0 or 1")]
    Label {
        /// The label.
        place: Place,
        /// What stands there.
        text: String,
    },
}

/// The Wisconsin diagnostic breast-cancer data that ships with the program: 569 rows, 30 features, label 1 for
/// malignant.
///
/// # Errors
/// None for the file as it is shipped; [`DataError`] if somebody changed it.
pub fn shipped() -> Result<Table, DataError> {
    read(SHIPPED.as_bytes(), SHIPPED_NAME)
}

/// Reads a table from a file.
///
/// # Errors
/// The first condition of [`DataError`] that the file violates.
pub fn read_file(path: &Path) -> Result<Table, DataError> {
    let file = path.display().to_string();
    match File::open(path) {
        Ok(source) => read(source, &file),
        Err(source) => Err(DataError::Unopened { file, source }),
    }
}

/// Reads a table from any source; `file` is what messages call it.
///
/// # Errors
/// The first condition of [`DataError`] that the text violates.
pub fn read(source: impl Read, file: &str) -> Result<Table, DataError> {
    // A line ends at `\n` and nowhere else, the last one too: so lines can be counted. Trimming takes care of `\r`.
    let source = source.chain(&b"\n"[..]);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .trim(Trim::Fields)
        .from_reader(source);
    let mut lines = Lines { file, names: Vec::new(), line: 1 };
    let mut record = ByteRecord::new();
    let width = lines.header(&mut reader, &mut record)?;
    let first_row = lines.line + 1;
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    while lines.advance(&mut reader, &mut record)? {
        if record.len() != width {
            let place = lines.place(width.min(record.len()));
            return Err(DataError::Ragged { place, found: record.len(), expected: width });
        }
        for (column, text) in record.iter().take(width - 1).enumerate() {
            values.push(lines.number(column, text)?);
        }
        labels.push(lines.label(width - 1, &record[width - 1])?);
    }
    if labels.is_empty() {
        lines.line = first_row;
        return Err(DataError::NoRows { place: lines.place(0) });
    }
    lines.names.pop();
    Ok(Table { file: file.to_owned(), features: lines.names, values, labels })
}

/// What is needed to speak of a place.
struct Lines<'a> {
    file: &'a str,
    names: Vec<String>,
    /// The line read last.
    line: u64,
}

impl Lines<'_> {
    fn place(&self, column: usize) -> Place {
        let name = self.names.get(column).cloned().unwrap_or_default();
        Place { file: self.file.to_owned(), line: self.line, column: column + 1, name }
    }

    /// Reads the next line that is not blank.
    fn advance<R: Read>(&mut self, reader: &mut Reader<R>, record: &mut ByteRecord) -> Result<bool, DataError> {
        loop {
            self.line = reader.position().line();
            let found = reader
                .read_byte_record(record)
                .map_err(|source| DataError::Unreadable { place: self.place(0), source })?;
            // The reader is now at the start of the line after; blank lines that it skipped are counted in.
            self.line = reader.position().line().saturating_sub(1).max(1);
            if !(found && record.len() == 1 && record[0].is_empty()) {
                return Ok(found);
            }
        }
    }

    /// Keeps the names of the columns and returns how many there are.
    fn header<R: Read>(&mut self, reader: &mut Reader<R>, record: &mut ByteRecord) -> Result<usize, DataError> {
        self.advance(reader, record)?;
        if record.len() < 2 {
            return Err(DataError::NoFeatures { place: self.place(0), found: record.len() });
        }
        if record.iter().all(|text| parse(text).is_some()) {
            return Err(DataError::NoHeader { place: self.place(0) });
        }
        self.names = record.iter().map(text_of).collect();
        Ok(record.len())
    }

    fn number(&self, column: usize, text: &[u8]) -> Result<f64, DataError> {
        match parse(text) {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => Err(DataError::NotFinite { place: self.place(column), text: text_of(text) }),
            None => Err(DataError::NotANumber { place: self.place(column), text: text_of(text) }),
        }
    }

    fn label(&self, column: usize, text: &[u8]) -> Result<bool, DataError> {
        match parse(text) {
            Some(0.0) => Ok(false),
            Some(1.0) => Ok(true),
            Some(_) | None => Err(DataError::Label { place: self.place(column), text: text_of(text) }),
        }
    }
}

fn parse(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn text_of(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &[u8]) -> String {
        read(text, "t.csv").expect_err("refused").to_string()
    }

    #[test]
    fn the_shipped_data_has_its_shape_and_spot_values() {
        let table = shipped().expect("readable");
        assert_eq!((table.labels.len(), table.features.len()), (569, 30));
        assert_eq!(table.labels.iter().filter(|&&malignant| malignant).count(), 212);
        assert_eq!(
            (table.features[0].as_str(), table.features[29].as_str()),
            ("mean_radius", "worst_fractal_dimension")
        );
        let mean = |column: usize| table.values.chunks(30).map(|row| row[column]).sum::<f64>() / 569.0;
        assert!((mean(3) - 654.889_103_690_685_5).abs() < 1e-9);
        assert!((mean(29) - 0.083_945_817_223_198_59).abs() < 1e-14);
    }

    #[test]
    fn spaces_quotes_and_line_ends_of_other_systems_are_read() {
        let table = read(&b"a, b ,y\r\n 1.5 ,\"-2e3\",1\r\n0,7,0.0\r\n"[..], "t.csv").expect("readable");
        assert_eq!(table.values, [1.5, -2000.0, 0.0, 7.0]);
        assert_eq!(table.labels, [true, false]);
        assert_eq!(table.features, ["a", "b"]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_file(Path::new("/nowhere/missing.csv")).expect_err("refused").to_string();
        assert!(error.starts_with("/nowhere/missing.csv: cannot be opened: "), "{error}");
    }

    #[test]
    fn faults_name_file_line_and_column() {
        for (text, expected) in [
            (
                &b""[..],
                "t.csv: line 1, column 1: the header has 0 column(s), at least a feature and the label are needed",
            ),
            (
                b"y\n1\n",
                "t.csv: line 1, column 1: the header has 1 column(s), at least a feature and the label are needed",
            ),
            (b"1,2,0\n", "t.csv: line 1, column 1: this line holds numbers only, a header with names is needed"),
            (b"a,b,y", "t.csv: line 2, column 1 (a): no row follows the header"),
            (b"a,b,y\n", "t.csv: line 2, column 1 (a): no row follows the header"),
            (b"a,b,y\n1,2,0\n1,2\n", "t.csv: line 3, column 3 (y): this line has 2 value(s) where the header has 3"),
            (b"a,b,y\n1,2,0,4\n", "t.csv: line 2, column 4: this line has 4 value(s) where the header has 3"),
            (b"a,b,y\n1,2,0\n1,2x,0\n", "t.csv: line 3, column 2 (b): `2x` is not a number"),
            (b"a,b,y\n,2,0\n", "t.csv: line 2, column 1 (a): `` is not a number"),
            (b"a,b,y\n1,\xff,0\n", "t.csv: line 2, column 2 (b): `\u{fffd}` is not a number"),
            (b"a,b,y\n1,nan,0\n", "t.csv: line 2, column 2 (b): `nan` is not a finite number"),
            (b"a,b,y\n1e999,2,0\n", "t.csv: line 2, column 1 (a): `1e999` is not a finite number"),
            (b"a,b,y\n1,2,2\n", "t.csv: line 2, column 3 (y): the label is `2`, it must be 0 or 1"),
            (b"a,b,y\n1,2,M\n", "t.csv: line 2, column 3 (y): the label is `M`, it must be 0 or 1"),
        ] {
            assert_eq!(message(text), expected);
        }
    }

    #[test]
    fn blank_lines_and_line_ends_do_not_move_the_line_number() {
        for text in [
            &b"a,y\n\n\n1,0\nx,0\n"[..],
            b"a,y\r\n\r\n\r\n1,0\r\nx,0\r\n",
            b"\n\na,y\n1,0\nx,0",
            b"a,y\n1,0\n \n\nx,0",
            b"a,\"y\"\r\n1,\"0\"\r\n\r\n\r\nx,0",
            b"a,y\n1,0\n\n\nx,0\n1,1\n",
        ] {
            assert_eq!(message(text), "t.csv: line 5, column 1 (a): `x` is not a number");
        }
    }
}
