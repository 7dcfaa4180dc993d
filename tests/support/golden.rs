//! Files of `corpus/` that hold what the product gave when a person last looked at it.
//!
//! With `LOGPHI_BLESS=1` in the environment the files are written instead of compared; the change is then read in the
//! version control system's diff.

use std::path::PathBuf;

/// Lines shown around the first difference.
const CONTEXT: usize = 3;

/// Compares a text with a file of the corpus.
///
/// # Panics
/// If they differ, or the file cannot be read or written.
pub fn check(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    if std::env::var_os("LOGPHI_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, found).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run with LOGPHI_BLESS=1 to write it", path.display()));
    if let Some(difference) = difference(&expected, found) {
        panic!("corpus/{name} differs (LOGPHI_BLESS=1 rewrites it):\n{difference}");
    }
}

/// The first lines that differ, with some before and after; `None` if the texts are equal.
fn difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let line = |prefix: &str, line: &&str| format!("{prefix}{line}\n");
    let before = &new[same.saturating_sub(CONTEXT)..same.min(new.len())];
    let mut text = format!("at line {}:\n", same + 1);
    text.extend(before.iter().map(|text| line("  ", text)));
    text.extend(old.iter().skip(same).take(CONTEXT).map(|text| line("- ", text)));
    text.extend(new.iter().skip(same).take(CONTEXT).map(|text| line("+ ", text)));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n").as_deref(), Some("at line 2:\n  a\n- b\n+ c\n"));
        assert_eq!(difference("a\n", "a\nb\n").as_deref(), Some("at line 2:\n  a\n+ b\n"));
        assert!(difference("a\n", "a").is_some(), "a missing end of line is a difference");
    }
}
