//! What the user may choose.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Reproduces the experiments of the paper's section 6.
///
/// Every estimator was derived from a log characteristic function while this program was compiled. Figures, tables, the
/// rules and what became of each claim are on one page, `index.html`, in the folder of the results. An interrupted run is
/// taken up again with `--resume`, and ends with the same bits.
#[derive(Clone, Debug, Parser)]
#[command(name = "reproduce", version)]
pub struct Options {
    /// What to reproduce
    #[arg(value_enum)]
    pub experiment: Choice,

    /// Short runs, to see that everything works: under a minute for all of them
    #[arg(long)]
    pub quick: bool,

    /// Folder for the results
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,

    /// Go on with the results that are in the folder, if they are of the same configuration
    #[arg(long)]
    pub resume: bool,

    /// Seeds, separated by commas; bands in figures are standard deviations over them
    #[arg(long, value_name = "SEEDS", default_value = "0,1,2,3,4", value_parser = seeds)]
    pub seeds: Seeds,

    /// CSV file with a label 0 or 1 in its last column, for figures 3 and 4 [default: the breast-cancer data, shipped]
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// Charge the whole KL divergence to every row, the literal Eq. (26), instead of once to the whole data
    #[arg(long)]
    pub kl_per_sample: bool,
}

/// The experiments by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Toy problem 1: a square under gamma laws
    Figure1,
    /// Toy problem 2: an exponential under gamma laws
    Figure2,
    /// Bayesian logistic regression with Laplace prior and posterior
    Figure3,
    /// Bias and variance of its gradient against the order of the series
    Figure4,
    /// Laws of counts, compound Poisson sums and a book of options
    Beyond,
    /// All of them
    All,
}

/// Different seeds, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds(pub Vec<u64>);

fn seeds(text: &str) -> Result<Seeds, String> {
    let mut seen = BTreeSet::new();
    let parse = |word: &str| {
        let seed = word.trim().parse().map_err(|error| format!("`{word}` is not a seed: {error}"))?;
        if seen.insert(seed) {
            Ok(seed)
        } else {
            Err(format!("the seed {seed} is there twice: its runs would be equal"))
        }
    };
    text.split(',').map(parse).collect::<Result<_, _>>().map(Seeds)
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
    fn seeds_are_numbers_that_differ() {
        let parse = |seeds: &str| Options::try_parse_from(["p", "all", "--seeds", seeds]);
        assert_eq!(parse("3, 1").expect("valid").seeds, Seeds(vec![3, 1]));
        for (text, reason) in [("1,2,1", "the seed 1 is there twice"), ("", "not a seed"), ("1,x", "`x` is not a seed")]
        {
            let error = parse(text).expect_err("refused");
            assert!(error.to_string().contains(reason), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn experiments_that_do_not_exist_are_refused() {
        assert_eq!(Options::try_parse_from(["p", "figure5"]).expect_err("refused").exit_code(), 2);
    }
}
