//! Derivations kept between builds.
//!
//! rustc and editors expand every macro at every check, and symbolic algebra, though a matter of milliseconds, waits for a
//! lock that all builds of a user share. So a derivation is kept as text in the user's cache directory, under a name that
//! hashes everything it depends on: the log characteristic function, parameters and conditions, the order, the version of the
//! compiler. Entries are written to a temporary file and renamed, so that no reader sees half of one; what cannot be read is
//! derived again. Deleting the directory costs time, nothing else.
//!
//! A build without computer algebra reads the same files from the directory `LOGPHI_DERIVATIONS`.

#[cfg(feature = "algebra")]
use std::path::Path;
use std::path::PathBuf;

use crate::errors::Errors;
use crate::ir::{Graph, JointLaw, Law, Reduction, StencilTerm, WrittenRule};
use crate::rule::{Derivation, text};
use crate::series::analytic;

/// The series of every parameter of a law up to `order` and the first nonzero term beyond: from the cache, or derived.
/// Judges the law in either case.
///
/// # Errors
/// Those of [`analytic::judge`]; with the feature `algebra` those of `series::gradient::derive`, without it
/// [`Code::NoAlgebra`](crate::errors::Code::NoAlgebra) if the file with the derivation is missing or unreadable.
pub fn derivation(law: &Law, order: u32) -> Result<Derivation, Errors> {
    let judgement = analytic::judge(law)?;
    let name = file_name(law, order);
    #[cfg(feature = "algebra")]
    {
        let path = cache_directory().map(|directory| directory.join(&name));
        if let Some(known) = path.as_deref().and_then(|path| load(path, law)) {
            return Ok(known);
        }
        let derived = crate::series::gradient::derive_judged(law, &judgement, order)?;
        if let Some(path) = path {
            // A cache that cannot be written is no reason to fail a build.
            let _ = store(&path, &text::write(&derived, &names(law)));
        }
        Ok(derived)
    }
    #[cfg(not(feature = "algebra"))]
    {
        drop(judgement);
        stored(law, &name)
    }
}

/// Reads a derivation from `LOGPHI_DERIVATIONS`.
#[cfg(not(feature = "algebra"))]
fn stored(law: &Law, name: &str) -> Result<Derivation, Errors> {
    use crate::errors::{Code, Fault};
    let fault = |message: String, help: String| Err(Fault::new(Code::NoAlgebra, law.span, message, help).into());
    let Some(directory) = directory_from("LOGPHI_DERIVATIONS") else {
        return fault(
            format!("logphi is built without computer algebra, and the derivation `{name}` was not provided"),
            "enable the feature `algebra`, or set LOGPHI_DERIVATIONS to a directory that holds this file".to_owned(),
        );
    };
    let path = directory.join(name);
    match std::fs::read_to_string(&path).map_err(|error| error.to_string()).and_then(|text| text::read(&text, law)) {
        Ok(derivation) => Ok(derivation),
        Err(why) => fault(
            format!("logphi is built without computer algebra and needs the file `{}`: {why}", path.display()),
            "enable the feature `algebra`, or copy the file from the cache of a build that has it".to_owned(),
        ),
    }
}

/// The name under which a derivation is kept: readable, and unique by a hash of all it depends on.
#[must_use]
pub fn file_name(law: &Law, order: u32) -> String {
    let mut hash = Hash::new();
    hash.add(env!("CARGO_PKG_VERSION"));
    hash.add(&order.to_string());
    for parameter in &law.parameters {
        hash.add(&parameter.name);
        hash.add(parameter.kind.name());
    }
    for (_, node) in law.log_cf.iter() {
        hash.add(&format!("{node:?}"));
    }
    hash.add(&format!("{:?}", law.log_cf.outputs));
    for condition in &law.conditions {
        hash.add(&condition.text);
    }
    for (parameter, rule) in text::write_rules(law) {
        hash.add(&parameter.0.to_string());
        hash.add(&rule);
    }
    format!("{}-{order}-{:032x}.txt", law.function, hash.0)
}

/// Checks the rules of a joint law, unless the cache knows that they were found right.
///
/// # Errors
/// With the feature `algebra` those of `transform::joint::check_rules`; without it
/// [`Code::NoAlgebra`](crate::errors::Code::NoAlgebra) if the file that says so was not provided.
pub fn check_joint_rules(law: &JointLaw) -> Result<(), Errors> {
    if law.rules.is_empty() {
        return Ok(());
    }
    let name = joint_file_name(law);
    #[cfg(feature = "algebra")]
    {
        let path = cache_directory().map(|directory| directory.join(&name));
        if path.as_deref().is_some_and(|path| std::fs::read_to_string(path).is_ok_and(|text| text == CHECKED)) {
            return Ok(());
        }
        crate::transform::joint::check_rules(law)?;
        if let Some(path) = path {
            // A cache that cannot be written is no reason to fail a build.
            let _ = store(&path, CHECKED);
        }
        Ok(())
    }
    #[cfg(not(feature = "algebra"))]
    {
        use crate::errors::{Code, Fault};
        let known = directory_from("LOGPHI_DERIVATIONS").map(|directory| directory.join(&name));
        if known.is_some_and(|path| std::fs::read_to_string(path).is_ok_and(|text| text == CHECKED)) {
            return Ok(());
        }
        Err(Fault::new(
            Code::NoAlgebra,
            law.span,
            format!(
                "logphi is built without computer algebra, and that the rules are right, `{name}`, was not provided"
            ),
            "enable the feature `algebra`, or set LOGPHI_DERIVATIONS to a directory that holds this file",
        )
        .into())
    }
}

/// What a file says about rules that were found right.
const CHECKED: &str = "logphi rules, checked\n";

fn joint_file_name(law: &JointLaw) -> String {
    let mut hash = Hash::new();
    hash.add(env!("CARGO_PKG_VERSION"));
    for parameter in &law.parameters {
        hash.add(&format!("{} {:?} {:?}", parameter.name, parameter.shape, parameter.kind));
    }
    let graph = |hash: &mut Hash, graph: &Graph| {
        graph.iter().for_each(|(_, node)| hash.add(&format!("{node:?}")));
        hash.add(&format!("{:?}", graph.outputs));
    };
    graph(&mut hash, &law.log_cf.outer);
    for reduction in &law.log_cf.reductions {
        match reduction {
            Reduction::Coordinates(body) => graph(&mut hash, body),
            Reduction::Quadratic(parameter) => hash.add(&format!("{parameter:?}")),
        }
    }
    hash.add(&format!("{:?} {:?}", law.image, law.totals));
    for WrittenRule { parameter, rule, .. } in &law.rules {
        hash.add(&format!("{parameter:?}"));
        rule.derivatives.iter().for_each(|coefficient| graph(&mut hash, &coefficient.value));
        for StencilTerm { coefficient, stencil } in &rule.stencils {
            graph(&mut hash, coefficient);
            graph(&mut hash, &stencil.numbers.graph);
            hash.add(&format!("{:?} {:?}", stencil.numbers.draws, stencil.orders));
        }
    }
    format!("{}-rules-{:032x}.txt", law.function, hash.0)
}

/// The 128-bit FNV-1a hash: the same on every platform and in every version of the standard library.
struct Hash(u128);

impl Hash {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    /// Adds a text and its end.
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

fn directory_from(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// `LOGPHI_CACHE_DIR`, else a folder in the user's cache directory, else none.
#[cfg(feature = "algebra")]
fn cache_directory() -> Option<PathBuf> {
    directory_from("LOGPHI_CACHE_DIR").or_else(|| {
        let caches = directory_from("XDG_CACHE_HOME").or_else(|| Some(directory_from("HOME")?.join(".cache")))?;
        Some(caches.join("logphi"))
    })
}

/// A derivation from a file, if it is there and sound.
#[cfg(feature = "algebra")]
fn load(path: &Path, law: &Law) -> Option<Derivation> {
    text::read(&std::fs::read_to_string(path).ok()?, law).ok()
}

#[cfg(feature = "algebra")]
fn names(law: &Law) -> Vec<String> {
    law.parameters.iter().map(|parameter| parameter.name.clone()).collect()
}

/// Writes a file so that it appears whole or not at all.
#[cfg(feature = "algebra")]
fn store(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let thread = format!("{:?}", std::thread::current().id());
    let number: String = thread.chars().filter(char::is_ascii_digit).collect();
    let temporary = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::samples::{gamma, laplace};

    #[test]
    fn names_tell_laws_and_orders_apart() {
        assert_eq!(file_name(&laplace(), 8), file_name(&laplace(), 8));
        assert_ne!(file_name(&laplace(), 8), file_name(&laplace(), 9));
        assert_ne!(file_name(&laplace(), 8), file_name(&gamma(), 8));
        let mut renamed = laplace();
        renamed.parameters[1].name = "scale".to_owned();
        assert_ne!(file_name(&laplace(), 8), file_name(&renamed, 8));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // FNV-1a, 128 bits, of the two bytes "a", 0xff: computed by hand from the offset basis and prime.
        let mut hash = Hash::new();
        hash.add("a");
        let prime = 0x0000_0000_0100_0000_0000_0000_0000_013b_u128;
        let basis = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        assert_eq!(hash.0, ((basis ^ 0x61).wrapping_mul(prime) ^ 0xff).wrapping_mul(prime));
    }

    #[cfg(feature = "algebra")]
    #[test]
    fn entries_are_whole_and_damaged_ones_are_ignored() {
        let directory = std::env::temp_dir().join(format!("logphi-cache-test-{}", std::process::id()));
        let path = directory.join("laplace.txt");
        let text = "logphi derivation 2\nparameter mu\n  degree 1\n  computed 4\n  lattice no\n  radius unknown\n  a1 = 1\nparameter b\n  degree unknown\n  \
                    computed 6\n  lattice no\n  radius unknown\n  a2 = 2 * b\nend\n";
        store(&path, text).unwrap();
        let known = load(&path, &laplace()).unwrap();
        assert_eq!(text::write(&known, &names(&laplace())), text);
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
        assert!(load(&path, &gamma()).is_none());
        store(&path, &text[..text.len() - 4]).unwrap();
        assert!(load(&path, &laplace()).is_none());
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
