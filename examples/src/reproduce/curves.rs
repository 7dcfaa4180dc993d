//! Curves over seeds: means, and bands of one standard deviation.

use super::outcome::Outcome;
use super::unit::Finished;
use crate::report::figure::{Axis, Line, Panel};

/// The finished units of one table, setting and estimator, one for each seed.
pub fn runs<'a>(finished: &'a [Finished], table: &str, setting: &str, estimator: &str) -> Vec<&'a Outcome> {
    let chosen = |unit: &&Finished| {
        let label = &unit.label;
        label.table == table && label.setting == setting && label.estimator == estimator
    };
    finished.iter().filter(chosen).map(|unit| &unit.outcome).collect()
}

/// Mean and standard deviation; the latter is 0 for a single value.
#[must_use]
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return (mean, 0.0);
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

/// The mean of a column over seeds against another one. It ends where the first of the runs ends.
#[must_use]
pub fn line(name: &str, runs: &[&Outcome], x: &str, y: &str) -> Line {
    let places = runs.first().map_or_else(Vec::new, |run| run.column(x));
    let columns: Vec<Vec<f64>> = runs.iter().map(|run| run.column(y)).collect();
    let length = columns.iter().map(Vec::len).min().unwrap_or(0);
    let mut line = Line { name: name.to_owned(), points: Vec::new(), band: Vec::new() };
    for (index, &place) in places.iter().enumerate().take(length) {
        let values: Vec<f64> = columns.iter().map(|column| column[index]).collect();
        let (mean, deviation) = mean_and_deviation(&values);
        line.points.push((place, mean));
        line.band.push((place, mean - deviation..mean + deviation));
    }
    line
}

/// A pair of axes with its lines.
#[must_use]
pub fn panel(title: &str, x: &str, y: Axis, lines: Vec<Line>) -> Panel {
    Panel { title: title.to_owned(), x: x.to_owned(), y, lines }
}

/// `mean ± deviation` over seeds of a number of each run.
#[must_use]
pub fn spread(runs: &[&Outcome], number: impl Fn(&Outcome) -> f64) -> String {
    let values: Vec<f64> = runs.iter().map(|run| number(run)).collect();
    let (mean, deviation) = mean_and_deviation(&values);
    format!("{} ± {}", short(mean), short(deviation))
}

/// Four significant digits.
#[must_use]
pub fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = if size == 0.0 { 0 } else { (3 - size.log10().floor() as i32).max(0) as usize };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_means_with_bands_of_one_deviation() {
        let run = |values: &[f64]| {
            let mut outcome = Outcome::new(&["step", "loss"]);
            values.iter().enumerate().for_each(|(step, &value)| outcome.push(&[step as f64, value]));
            outcome
        };
        let (one, two) = (run(&[1.0, 5.0, 0.0]), run(&[3.0, 5.0]));
        let line = line("a", &[&one, &two], "step", "loss");
        assert_eq!(line.points, [(0.0, 2.0), (1.0, 5.0)]);
        let root = 2.0_f64.sqrt();
        assert_eq!(line.band, [(0.0, 2.0 - root..2.0 + root), (1.0, 5.0..5.0)]);
    }

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [(0.0, "0"), (1.44, "1.440"), (1960.0, "1960"), (-0.05, "-0.05000"), (1e-9, "1.000e-9")] {
            assert_eq!(short(value), text);
        }
    }
}
