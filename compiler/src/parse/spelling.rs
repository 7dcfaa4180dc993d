//! "Did you mean …?": the nearest known name.

/// The candidate that differs from `name` least, if it is near enough to be a slip of the keyboard.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count().max(2) / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Names in backquotes, separated by commas.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Number of insertions, deletions and replacements between two names; a change of case or of underscores is one.
fn distance(left: &str, right: &str) -> usize {
    let plain = |text: &str| text.to_lowercase().replace('_', "");
    if left != right && plain(left) == plain(right) {
        return 1;
    }
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        assert_eq!(nearest("scal", ["omega", "scale"]), Some("scale"));
        assert_eq!(nearest("logSigmoid", ["sigmoid", "log_sigmoid"]), Some("log_sigmoid"));
        assert_eq!(nearest("truncate", ["terminating", "truncated"]), Some("truncated"));
    }

    #[test]
    fn strangers_are_not() {
        assert_eq!(nearest("rate", ["mu", "b", "omega"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
