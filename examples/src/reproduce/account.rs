//! What an experiment has to say for itself: its figures and tables, the rules it used, and what became of the claims.

use serde::{Deserialize, Serialize};

/// Everything that the page shows of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its title.
    pub title: String,
    /// What was done, a paragraph each.
    pub text: Vec<String>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// The claims that it puts to the test.
    pub claims: Vec<Claim>,
    /// The rules that were derived.
    pub rules: Vec<RuleText>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Name of its file, beside the account.
    pub file: String,
    /// What it shows.
    pub caption: String,
    /// The figure as SVG; it is in a file of its own and not repeated.
    #[serde(skip)]
    pub svg: String,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

/// A rule as text and as LaTeX.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleText {
    /// Name of the estimator.
    pub name: String,
    /// Its account by the compiler.
    pub rule: String,
    /// The formula.
    pub latex: String,
}

/// A claim of the paper and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Where in the paper it stands.
    pub place: String,
    /// In the paper's words, or close to them.
    pub claim: String,
    /// Whether it held in this run.
    pub verdict: Verdict,
    /// How it was judged, and the numbers.
    pub numbers: String,
}

impl Claim {
    /// A claim that is judged by the cases in which it was put to the test.
    #[must_use]
    pub fn judged(place: &str, claim: &str, cases: &[bool], numbers: String) -> Self {
        Self { place: place.to_owned(), claim: claim.to_owned(), verdict: Verdict::of(cases), numbers }
    }
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held.
    Held,
    /// It held in some of the cases, or within noise only.
    InPart,
    /// It did not hold.
    Failed,
    /// This run cannot tell.
    Open,
}

impl Verdict {
    /// Held in all cases, in some, or in none; open without cases.
    #[must_use]
    pub fn of(cases: &[bool]) -> Self {
        match cases.iter().filter(|&&held| held).count() {
            _ if cases.is_empty() => Self::Open,
            0 => Self::Failed,
            held if held == cases.len() => Self::Held,
            _ => Self::InPart,
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::InPart => "held in part",
            Self::Failed => "did not hold",
            Self::Open => "not decided",
        }
    }
}
