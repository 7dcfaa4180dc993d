//! Eight processes derive a rule at once: none aborts, none writes anything of its own to standard output.
//!
//! The computer algebra system allows one thread per user and aborts the process of a second one. A test harness writes
//! to standard output, so this target has none: the program starts itself again, with a variable in the environment that
//! tells a child what to do.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use logphi_compiler::cache;
use logphi_compiler::parse::distribution::parse_distribution;
use logphi_compiler::rule::text;
use logphi_tests::source::law;

/// The law that a child derives.
const TASK: &str = "LOGPHI_TESTS_DERIVE";
const PROCESSES: usize = 8;
const ORDER: u32 = 16;

fn main() {
    if let Ok(name) = std::env::var(TASK) {
        return child(&name);
    }
    let directory = Temporary::new();
    processes_wait_for_each_other(&directory.0);
    a_lock_that_cannot_be_made_is_a_fault(&directory.0);
    a_damaged_cache_is_derived_again(&directory.0);
    println!("parallel: 3 tests passed");
}

/// Derives a law and prints the derivation, or the fault.
fn child(name: &str) {
    let (options, item) = law(name);
    let law = parse_distribution(options, &item).expect("a law");
    match cache::derivation(&law, ORDER) {
        Ok(derivation) => {
            let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
            print!("{}", text::write(&derivation, &names));
        }
        Err(errors) => {
            for fault in errors.faults() {
                println!("{fault}");
            }
            std::process::exit(3);
        }
    }
}

/// A directory of this run, removed at its end.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("logphi-tests-parallel-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left over is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn start(name: &str, cache: &Path, locks: Option<&Path>) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.env(TASK, name).env("LOGPHI_CACHE_DIR", cache).env_remove("SYMBOLICA_HIDE_BANNER");
    if let Some(locks) = locks {
        for variable in ["LOGPHI_LOCK_DIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "HOME", "TMPDIR"] {
            command.env(variable, locks);
        }
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process")
}

fn finish(child: Child) -> Output {
    child.wait_with_output().expect("a process that ends")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn processes_wait_for_each_other(directory: &Path) {
    let laws = ["laplace", "variance_gamma"];
    let children: Vec<(usize, Child)> = (0..PROCESSES)
        .map(|index| (index, start(laws[index % 2], &directory.join(format!("cold-{index}")), None)))
        .collect();
    let mut first: [Option<String>; 2] = [None, None];
    for (index, child) in children {
        let output = finish(child);
        assert!(
            output.status.success(),
            "process {index}: {} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        let text = stdout(&output);
        assert!(text.lines().last() == Some("end"), "process {index} wrote:\n{text}");
        let same = first[index % 2].get_or_insert_with(|| text.clone());
        assert_eq!(&text, same, "process {index} derived something else");
    }
    // And with one cache for all, half of them reading what others write.
    let shared = directory.join("shared");
    let children: Vec<Child> = (0..PROCESSES).map(|index| start(laws[index % 2], &shared, None)).collect();
    for (index, child) in children.into_iter().enumerate() {
        let output = finish(child);
        assert!(output.status.success(), "process {index}: {}", output.status);
        assert_eq!(Some(stdout(&output)), first[index % 2], "process {index} derived something else");
    }
}

fn a_lock_that_cannot_be_made_is_a_fault(directory: &Path) {
    let file = directory.join("a-file");
    std::fs::write(&file, "not a directory").expect("a temporary file");
    let output = finish(start("laplace", &directory.join("locked"), Some(&file)));
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "no algebra without a lock: {text}");
    assert!(text.starts_with("[L0402] symbolic algebra needs a directory for its lock"), "{text}");
    assert!(text.contains("help: set LOGPHI_LOCK_DIR"), "{text}");
}

fn a_damaged_cache_is_derived_again(directory: &Path) {
    let cache = directory.join("damaged");
    let expected = stdout(&finish(start("laplace", &cache, None)));
    let entries =
        |cache: &Path| std::fs::read_dir(cache).expect("a cache").map(|entry| entry.expect("an entry").path());
    let files: Vec<PathBuf> = entries(&cache).collect();
    assert_eq!(files.len(), 1, "one derivation is kept: {files:?}");
    let text = std::fs::read_to_string(&files[0]).expect("a derivation");
    for damaged in ["", "no derivation\n", &text[..text.len() / 2]] {
        std::fs::write(&files[0], damaged).expect("a file of ours");
        assert_eq!(stdout(&finish(start("laplace", &cache, None))), expected, "after a cache with `{damaged}`");
        assert_eq!(std::fs::read_to_string(&files[0]).expect("a derivation"), text, "the entry is repaired");
    }
}
