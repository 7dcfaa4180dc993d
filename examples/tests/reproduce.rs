//! What `reproduce` does where it cannot do what it was asked for: one line that says why, exit code 2, nothing half-written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_reproduce");

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("logphi-reproduce-{name}-{}", std::process::id()))
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("the program starts")
}

/// Refused with these words, and nothing was made at `out`.
fn refused(arguments: &[&str], words: &[&str], out: &Path) {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} without {word:?}: {said}");
    }
    assert!(!out.exists(), "{arguments:?} left {}", out.display());
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_written() {
    let out = place("refused");
    let path = out.to_str().expect("a plain name");
    refused(&["figure5", "--out", path], &["figure5", "figure4"], &out);
    refused(&["figure1", "--seeds", "1,2,1", "--out", path], &["the seed 1 is there twice"], &out);
    refused(&["figure3", "--data", "no/such/file.csv", "--out", path], &["no/such/file.csv"], &out);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let out = place("file");
    fs::write(&out, "x").expect("writable");
    let output = run(&["figure1", "--quick", "--out", out.to_str().expect("a plain name")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the folder cannot be used for results"), "{said}");
    assert_eq!(fs::read_to_string(&out).expect("still there"), "x");
    fs::remove_file(&out).expect("there");
}

/// A limit on the size of files stands for a full disk: the system refuses to write on, in the middle of a file.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_part_of_a_file() {
    let out = place("full");
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" figure1 --quick --seeds 0 --out \"$1\"";
    let output = Command::new("sh").args(["-c", limited, PROGRAM]).arg(&out).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot be written"), "{said}");
    for folder in ["runs", "times"] {
        for entry in fs::read_dir(out.join("figure1").join(folder)).expect("the folder was made") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a text");
            let is_whole = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert!(
                is_whole && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')),
                "{path:?}"
            );
        }
    }
    assert!(!out.join("index.html").exists());
    fs::remove_dir_all(&out).expect("there");
}
