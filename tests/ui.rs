//! What the compiler says: one file for each refusal, with the message it gives, and programs that it accepts.
//!
//! `LOGPHI_BLESS=1` in the environment rewrites the messages. Read them before keeping them: the text says what was found
//! and what is needed, the help what to do, and the underline is under the smallest guilty expression.
//!
//! The cases are binaries of a package that is written next to the build and checked by cargo in the same target
//! directory, so that the computer algebra system is not built once more for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use logphi_tests::golden;
use serde_json::Value;

/// A package whose binaries are the files of a folder of `corpus/ui`.
struct Cases {
    folder: &'static str,
    directory: PathBuf,
    names: Vec<String>,
}

impl Cases {
    fn new(folder: &'static str) -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = tests.parent().expect("the workspace");
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ui-{folder}"));
        let corpus = tests.join("corpus/ui").join(folder);
        let files = std::fs::read_dir(&corpus).expect("the corpus").map(|entry| entry.expect("an entry").path());
        let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        let mut names: Vec<String> =
            sources.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
        names.sort();
        let mut manifest = format!(
            "[workspace]\n[package]\nname = \"logphi-ui-{folder}\"\nedition = \"2024\"\n\
             [dependencies]\nlogphi = {{ path = {:?} }}\n[profile.dev]\ndebug = false\n",
            root.join("runtime")
        );
        for name in &names {
            manifest += &format!("[[bin]]\nname = {name:?}\npath = {:?}\n", corpus.join(format!("{name}.rs")));
        }
        std::fs::create_dir_all(&directory).expect("a folder of ours");
        std::fs::write(directory.join("Cargo.toml"), manifest).expect("a file of ours");
        std::fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock")).expect("a file of ours");
        Self { folder, directory, names }
    }

    /// Runs cargo on all cases and returns its messages, by case.
    fn cargo(&self, command: &str) -> BTreeMap<String, Vec<Value>> {
        let Output { stdout, stderr, .. } = Command::new(env!("CARGO"))
            .args([command, "--offline", "--bins", "--keep-going", "--message-format=json"])
            .args([
                "--target-dir".as_ref(),
                Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder"),
            ])
            .current_dir(&self.directory)
            .output()
            .expect("cargo runs");
        let mut messages: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in String::from_utf8(stdout).expect("text").lines() {
            let message: Value = serde_json::from_str(line).expect("a message of cargo");
            if let Some(name) = message["target"]["name"].as_str() {
                messages.entry(name.to_owned()).or_default().push(message);
            }
        }
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(messages.contains_key("logphi"), "cargo did not come to the cases:\n{stderr}");
        messages
    }

    /// What the compiler says about a case, with paths from the corpus.
    fn said(&self, messages: &[Value]) -> String {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ui").join(self.folder);
        let mut text = String::new();
        for message in messages {
            let said = &message["message"];
            // Summaries such as "aborting due to 2 previous errors" have no place in the source.
            if said["spans"].as_array().is_some_and(|spans| !spans.is_empty()) {
                let rendered = said["rendered"].as_str().expect("text").trim_end();
                text += &rendered.replace(&format!("{}/", corpus.display()), "");
                text += "\n\n";
            }
        }
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>().trim_end().to_owned() + "\n"
    }
}

#[test]
fn every_refusal_is_said_well() {
    let cases = Cases::new("err");
    let messages = cases.cargo("check");
    for name in &cases.names {
        let said = messages.get(name).map(|messages| cases.said(messages)).unwrap_or_default();
        assert!(said.contains("error"), "{name} compiles, or was not reached:\n{said}");
        golden::check(&format!("ui/err/{name}.stderr"), &said);
    }
    assert!(cases.names.len() >= 28, "only {} refusals", cases.names.len());
}

#[test]
fn every_accepted_program_runs() {
    let cases = Cases::new("ok");
    let messages = cases.cargo("build");
    for name in &cases.names {
        let messages = messages.get(name).unwrap_or_else(|| panic!("{name} was not reached"));
        let said = cases.said(messages);
        assert_eq!(said, "\n", "{name} does not compile without a word");
        let program = messages.iter().find_map(|message| message["executable"].as_str()).expect("an executable");
        let Output { status, stderr, .. } = Command::new(program).output().expect("it runs");
        assert!(status.success(), "{name}: {status}\n{}", String::from_utf8_lossy(&stderr));
    }
}
