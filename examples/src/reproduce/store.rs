//! Finished units on disk.
//!
//! A unit is written when it is finished, whole or not at all, so that a run may be killed at any moment and loses what was
//! in work only. Whoever resumes gets the bits that an undisturbed run gives: units are deterministic, numbers read back
//! exactly, and times are kept in files of their own. Nothing is overwritten that is of another configuration.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

use super::account::Account;
use super::unit::{Finished, Unit};
use crate::report::folder::{FolderError, SUMMARY, write_whole};

/// Why results cannot be kept or taken up again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A folder cannot be made or read, or a file cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There are results, and nobody said that they should be taken up.
    #[error("{path} holds results; take them up with --resume, or choose another folder with --out", path = path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// A finished unit is of another configuration.
    #[error(
        "{path} is of another configuration or version; resume with the options it was made with, or choose another folder with --out",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file of a finished unit, or what was made of them, cannot be read.
    #[error("{path} is not what was written there ({reason}); remove it to have it computed again", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The folder of one experiment: finished units in `runs`, their times in `times`, and beside them what is made of them.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// Opens the folder of an experiment, which must be empty unless results are to be taken up.
    ///
    /// # Errors
    /// [`StoreError::Taken`], or that the folder cannot be used.
    pub fn open(path: &Path, resume: bool) -> Result<Self, StoreError> {
        let fault = |source| FolderError::Unusable { path: path.to_owned(), source };
        for folder in ["runs", "times"] {
            // What is there already is looked at before anything is made.
            if !resume && is_filled(&path.join(folder)).map_err(fault)? {
                return Err(StoreError::Taken { path: path.to_owned() });
            }
        }
        for folder in ["runs", "times"] {
            fs::create_dir_all(path.join(folder)).map_err(fault)?;
        }
        let store = Self { path: path.to_owned() };
        store.probe()?;
        Ok(store)
    }

    /// Writes and removes a file, so that a folder without permission or a full disk is seen before hours of work.
    fn probe(&self) -> Result<(), StoreError> {
        let path = self.path.join(".probe");
        write_whole(&path, "may be removed\n")?;
        fs::remove_file(&path).map_err(|source| FolderError::Unwritable { path, source })?;
        Ok(())
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn file(&self, unit: &Unit<'_>) -> PathBuf {
        self.path.join("runs").join(format!("{}.json", unit.label.name()))
    }

    /// Reads a unit back, if it is finished.
    ///
    /// # Errors
    /// [`StoreError::Foreign`], [`StoreError::Unreadable`], or that the file cannot be read.
    pub fn read(&self, unit: &Unit<'_>) -> Result<Option<Finished>, StoreError> {
        let path = self.file(unit);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::Unreadable { path, reason: error.to_string() }),
        };
        match serde_json::from_str::<Finished>(&text) {
            Ok(found) if found.fingerprint == unit.fingerprint() => Ok(Some(found)),
            Ok(_) => Err(StoreError::Foreign { path }),
            Err(error) => Err(StoreError::Unreadable { path, reason: error.to_string() }),
        }
    }

    /// Keeps a finished unit, and apart from it how long it took.
    ///
    /// # Errors
    /// That a file cannot be written.
    pub fn keep(&self, unit: &Unit<'_>, finished: &Finished, time: Duration) -> Result<(), StoreError> {
        let name = unit.label.name();
        let seconds = json!({ "unit": name, "seconds": time.as_secs_f64() });
        write_whole(&self.path.join("times").join(format!("{name}.json")), format!("{seconds}\n"))?;
        let text = serde_json::to_string(finished)
            .map_err(|error| FolderError::Unwritable { path: self.file(unit), source: error.into() })?;
        write_whole(&self.file(unit), format!("{text}\n"))?;
        Ok(())
    }

    /// Writes a file beside the units.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), StoreError> {
        Ok(write_whole(&self.path.join(name), content)?)
    }
}

/// What the experiment in a folder had to say when it was last finished, with its figures; none if it never was.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn account(path: &Path) -> Result<Option<Account>, StoreError> {
    #[derive(Deserialize)]
    struct Summary {
        account: Account,
    }
    let fault = |path: &Path, reason: String| StoreError::Unreadable { path: path.to_owned(), reason };
    let summary = path.join(SUMMARY);
    let text = match fs::read_to_string(&summary) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(&summary, error.to_string())),
    };
    let Summary { mut account } = serde_json::from_str(&text).map_err(|error| fault(&summary, error.to_string()))?;
    for figure in &mut account.figures {
        let file = path.join(&figure.file);
        figure.svg = fs::read_to_string(&file).map_err(|error| fault(&file, error.to_string()))?;
    }
    Ok(Some(account))
}

fn is_filled(path: &Path) -> io::Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Outcome;
    use super::super::unit::Label;
    use super::*;

    fn unit(configuration: u32) -> Unit<'static> {
        let job = Box::new(|| Ok(Outcome::new(&["a"])));
        Unit { label: Label::new("t", "s", "e", 0), configuration: json!(configuration), job }
    }

    fn finished(unit: &Unit<'_>) -> Finished {
        let mut outcome = Outcome::new(&["a"]);
        outcome.push(&[0.1]);
        Finished { label: unit.label.clone(), fingerprint: unit.fingerprint(), outcome }
    }

    fn place(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("logphi-store-{name}-{}", std::process::id()))
    }

    #[test]
    fn what_is_kept_is_read_back_by_the_same_configuration_only() {
        let path = place("kept");
        let store = Store::open(&path, false).expect("possible");
        let (unit, other) = (unit(1), unit(2));
        assert_eq!(store.read(&unit).expect("readable"), None);
        store.keep(&unit, &finished(&unit), Duration::ZERO).expect("writable");
        assert_eq!(store.read(&unit).expect("readable"), Some(finished(&unit)));
        assert!(matches!(store.read(&other), Err(StoreError::Foreign { .. })));
        assert!(matches!(Store::open(&path, false), Err(StoreError::Taken { .. })));
        assert!(Store::open(&path, true).is_ok());
        fs::remove_dir_all(&path).expect("there");
    }

    #[test]
    fn nothing_but_whole_files_is_left() {
        let path = place("whole");
        let store = Store::open(&path, false).expect("possible");
        let unit = unit(1);
        store.keep(&unit, &finished(&unit), Duration::ZERO).expect("writable");
        let names = |folder: &str| -> Vec<_> {
            fs::read_dir(path.join(folder)).expect("there").map(|entry| entry.expect("readable").file_name()).collect()
        };
        assert_eq!(names("runs"), ["t-s-e-0.json"]);
        fs::write(store.file(&unit), "{\"label\":").expect("writable");
        assert!(matches!(store.read(&unit), Err(StoreError::Unreadable { .. })));
        fs::remove_dir_all(&path).expect("there");
    }

    #[test]
    fn a_file_in_the_folder_s_place_is_an_error() {
        let path = place("file");
        fs::write(&path, "x").expect("writable");
        let error = Store::open(&path, false).expect_err("refused").to_string();
        assert!(error.contains("the folder cannot be used"), "{error}");
        fs::remove_file(&path).expect("there");
    }
}
