//! Tables with aligned columns.

/// Writes rows under a header, columns aligned to the right and two spaces apart. Rows must be as long as the header.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
        padded.join("  ") + "\n"
    };
    let mut text = line(&mut header.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// About `count` indices spread evenly over `0..length`, the first and the last among them.
#[must_use]
pub fn spread(length: usize, count: usize) -> Vec<usize> {
    if length <= count.max(2) {
        return (0..length).collect();
    }
    let gaps = count.max(2) - 1;
    (0..=gaps).map(|index| index * (length - 1) / gaps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = vec![vec!["1".to_owned(), "-0.5 ± 0.1".to_owned()], vec!["100".to_owned(), "±".to_owned()]];
        assert_eq!(table(&["epoch", "μ"], &rows), "epoch           μ\n    1  -0.5 ± 0.1\n  100           ±\n");
    }

    #[test]
    fn spread_indices_hold_both_ends() {
        assert_eq!(spread(0, 10), [0; 0]);
        assert_eq!(spread(3, 10), [0, 1, 2]);
        assert_eq!(spread(2000, 10), [0, 222, 444, 666, 888, 1110, 1332, 1554, 1776, 1999]);
    }
}
