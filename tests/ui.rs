//! What the compiler says: one file for each refusal, with the message it gives, and programs that it accepts.
//!
//! `LOGPHI_BLESS=1` in the environment rewrites the messages. Read them before keeping them: the text says what was found
//! and what is needed, the help what to do, and the underline is under the smallest guilty expression.
//!
//! The cases are binaries of a package that is written next to the build and checked by cargo in the same target
//! directory, so that the computer algebra system is not built once more for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use logphi_compiler::errors::Code;
use logphi_tests::golden;
use serde_json::Value;

/// A package whose binaries are the files of a folder of `corpus/ui`.
struct Cases {
    folder: &'static str,
    package: String,
    directory: PathBuf,
    names: Vec<String>,
}

impl Cases {
    fn new(folder: &'static str) -> Self {
        Self::of_package(folder, format!("logphi-ui-{folder}"))
    }

    fn of_package(folder: &'static str, package: String) -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = tests.parent().expect("the workspace");
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&package);
        let corpus = tests.join("corpus/ui").join(folder);
        let files = std::fs::read_dir(&corpus).expect("the corpus").map(|entry| entry.expect("an entry").path());
        let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        let mut names: Vec<String> =
            sources.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
        names.sort();
        let mut manifest = format!(
            "[workspace]\n[package]\nname = {package:?}\nedition = \"2024\"\n\
             [dependencies]\nlogphi = {{ path = {:?} }}\n[profile.dev]\ndebug = false\n",
            root.join("runtime")
        );
        for name in &names {
            // Programs of all packages lie in one folder, and cleaning one package must leave the others' alone.
            let program = format!("{package}-{name}");
            manifest += &format!("[[bin]]\nname = {program:?}\npath = {:?}\n", corpus.join(format!("{name}.rs")));
        }
        std::fs::create_dir_all(&directory).expect("a folder of ours");
        std::fs::write(directory.join("Cargo.toml"), manifest).expect("a file of ours");
        std::fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock")).expect("a file of ours");
        Self { folder, package, directory, names }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
        command.args(arguments).args(["--offline", "--target-dir"]).arg(target).current_dir(&self.directory);
        command
    }

    /// Runs cargo on all cases and returns its messages, by case.
    fn cargo(&self, command: &str) -> BTreeMap<String, Vec<Value>> {
        self.messages(&mut self.command(&[command, "--bins", "--keep-going", "--message-format=json"]))
    }

    /// Checks all cases anew while the variable that asks for the generated texts names a directory.
    fn check_and_emit(&self, directory: &Path) -> BTreeMap<String, Vec<Value>> {
        // Cargo does not know that the macros read the variable.
        let cleaned = self.command(&["clean", "--package", &self.package]).output().expect("cargo runs");
        assert!(cleaned.status.success(), "{}", String::from_utf8_lossy(&cleaned.stderr));
        let mut command = self.command(&["check", "--bins", "--keep-going", "--message-format=json"]);
        self.messages(command.env("LOGPHI_EMIT_DIR", directory))
    }

    fn messages(&self, command: &mut Command) -> BTreeMap<String, Vec<Value>> {
        let Output { stdout, stderr, .. } = command.output().expect("cargo runs");
        let mut messages: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in String::from_utf8(stdout).expect("text").lines() {
            let message: Value = serde_json::from_str(line).expect("a message of cargo");
            if let Some(name) = message["target"]["name"].as_str() {
                let case = name.strip_prefix(&format!("{}-", self.package)).unwrap_or(name).to_owned();
                messages.entry(case).or_default().push(message);
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
fn generated_texts_are_written_where_a_variable_says() {
    let cases = Cases::of_package("ok", "logphi-ui-emit".to_owned());
    let directory = std::env::temp_dir().join(format!("logphi-tests-emit-{}", std::process::id()));
    cases.check_and_emit(&directory);
    let files = std::fs::read_dir(&directory).expect("it was made").map(|entry| entry.expect("an entry").path());
    let files: Vec<PathBuf> = files.collect();
    for (extension, part) in [("txt", "truncated, biased"), ("tex", "\\partial_{b}"), ("rs", "impl Estimator for")] {
        let ours = |path: &&PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            name.starts_with("log_likelihood_") && name.ends_with(&format!(".{extension}"))
        };
        let path = files.iter().find(ours).unwrap_or_else(|| panic!("no {extension} among {files:?}"));
        let text = std::fs::read_to_string(path).expect("a text");
        assert!(text.contains(part), "`{part}` is not in {}:\n{text}", path.display());
    }
    std::fs::remove_dir_all(&directory).expect("a folder of ours");
    // A file where the directory should be.
    std::fs::write(&directory, "").expect("a file of ours");
    let messages = cases.check_and_emit(&directory);
    std::fs::remove_file(&directory).expect("a file of ours");
    let said = cases.said(&messages["smallest"]);
    assert!(said.contains(&format!("[{}]", Code::NoEmitDirectory.text())), "{said}");
    assert!(said.contains("help: let LOGPHI_EMIT_DIR name a directory"), "{said}");
}

#[test]
fn codes_are_different() {
    let texts: BTreeSet<&str> = Code::ALL.iter().map(|code| code.text()).collect();
    assert_eq!(texts.len(), Code::ALL.len(), "two codes have one text");
}

#[test]
fn every_code_has_a_case() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ui/err");
    let files = std::fs::read_dir(corpus).expect("the corpus").map(|entry| entry.expect("an entry").path());
    let messages = files.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    let text: String = messages.map(|path| std::fs::read_to_string(path).expect("a message")).collect();
    // These need another build, a directory that cannot be written, another version, or a bug.
    let elsewhere =
        [Code::NoAlgebra, Code::NoLockDirectory, Code::NoEmitDirectory, Code::VersionMismatch, Code::Internal];
    for code in Code::ALL.iter().filter(|code| !elsewhere.contains(code)) {
        assert!(text.contains(&format!("[{}]", code.text())), "no case shows {code:?}");
    }
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
