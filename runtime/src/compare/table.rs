//! A comparison as a table.

use std::fmt::{Display, Formatter, Result};

use super::Comparison;

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let off = if self.reference.is_some() { "off the reference by" } else { "off the best exact by" };
        writeln!(
            f,
            "{:<16} {:<10} {:>12} {:>12} {off:>24} {:>7} {:>10} {:>12}",
            "rule", "parameter", "gradient", "variance", "in SE", "ns/sample", "var × cost"
        )?;
        for (index, rule) in self.rules.iter().enumerate() {
            for found in &rule.parameters {
                let (deviation, largest) = match self.deviation(index, found.name) {
                    Some(found) => {
                        (format!("{:.3e} ± {:.1e}", found.size, found.standard_error), format!("{:.1}", found.largest))
                    }
                    None => ("-".to_owned(), "-".to_owned()),
                };
                let work = found.variance * rule.seconds;
                let best = self.best(found.name).and_then(|best| self.work(best, found.name));
                let relative = match best {
                    Some(best) if best > 0.0 => format!("{:.2}", work / best),
                    _ => format!("{:.2e}", 1e9 * work),
                };
                let (size, nanoseconds) = (found.size(), 1e9 * rule.seconds);
                writeln!(
                    f,
                    "{:<16} {:<10} {size:>12.4e} {:>12.4e} {deviation:>24} {largest:>7} {nanoseconds:>10.1} {relative:>12}",
                    rule.name, found.name, found.variance
                )?;
            }
        }
        Ok(())
    }
}
