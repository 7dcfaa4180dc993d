//! A folder for the results of one configuration.
//!
//! Nothing is lost: a folder with the results of the same configuration is written anew (the run is repeatable, so
//! the results are the same), any other that is not empty is left alone and the next free name beside it is taken,
//! `name-2`, `name-3`, … Files appear whole or not at all: they are written under another name and then renamed. The
//! summary is what claims a folder, so that two runs at once do not take the same one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thiserror::Error;

/// Name of the file that says what the other files belong to.
pub const SUMMARY: &str = "summary.json";

/// Folders tried before giving up.
const LIMIT: u32 = 1000;

/// A folder that belongs to one configuration.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// Why results cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder cannot be made or read.
    #[error("{path}: the folder cannot be used for results: {source}", path = path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{path}: cannot be written: {source}", path = path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// All the numbered names are taken.
    #[error("{path} and {LIMIT} folders numbered after it hold other results; choose another", path = path.display())]
    AllTaken {
        /// The folder asked for.
        path: PathBuf,
    },
}

impl Folder {
    /// Takes the folder `wanted`, or a numbered one beside it if `wanted` holds anything but results of this
    /// configuration.
    ///
    /// # Errors
    /// [`FolderError`] if no folder can be had.
    pub fn claim(wanted: &Path, configuration: &Value) -> Result<Self, FolderError> {
        for number in 1..=LIMIT {
            let path = if number == 1 { wanted.to_owned() } else { numbered(wanted, number) };
            let taken = fs::create_dir_all(&path).and_then(|()| take(&path, configuration));
            match taken {
                Ok(true) => return Ok(Self { path }),
                Ok(false) => {}
                Err(source) => return Err(FolderError::Unusable { path, source }),
            }
        }
        Err(FolderError::AllTaken { path: wanted.to_owned() })
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, replacing one of the same name at once.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn write(&self, name: &str, text: &str) -> Result<(), FolderError> {
        write_whole(&self.path.join(name), text)
    }
}

/// Writes a file whole or not at all, replacing one of the same name at once.
///
/// # Errors
/// [`FolderError::Unwritable`].
pub fn write_whole(path: &Path, content: impl AsRef<[u8]>) -> Result<(), FolderError> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(content.as_ref()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        // The first failure is what matters; what cannot be removed either is only a file left over.
        drop(fs::remove_file(&temporary));
        FolderError::Unwritable { path: path.to_owned(), source }
    })
}

fn numbered(wanted: &Path, number: u32) -> PathBuf {
    let mut name = wanted.file_name().map_or_else(|| OsString::from("results"), OsString::from);
    name.push(format!("-{number}"));
    wanted.with_file_name(name)
}

/// Makes the folder this configuration's, if it is so already or is empty.
fn take(path: &Path, configuration: &Value) -> io::Result<bool> {
    let summary = path.join(SUMMARY);
    if !summary.exists() && fs::read_dir(path)?.next().is_some() {
        return Ok(false);
    }
    match File::create_new(&summary) {
        Ok(mut file) => {
            let claim = json!({ "status": "running", "configuration": configuration });
            file.write_all(format!("{claim:#}\n").as_bytes())?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::read_to_string(&summary)?;
            let found: Option<Value> = serde_json::from_str(&found).ok();
            Ok(found.as_ref().and_then(|found| found.get("configuration")) == Some(configuration))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty place, removed at the end.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("logphi-folder-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("temporary folder");
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn the_same_configuration_takes_its_folder_again_and_another_a_numbered_one() {
        let place = Place::new("claim");
        let wanted = place.0.join("results/run");
        let claim = |seed: u32| Folder::claim(&wanted, &json!({ "seed": seed })).expect("possible").path().to_owned();
        assert_eq!(claim(1), wanted);
        assert_eq!(claim(2), place.0.join("results/run-2"));
        assert_eq!(claim(1), wanted);
        assert_eq!(claim(2), place.0.join("results/run-2"));
        assert_eq!(claim(3), place.0.join("results/run-3"));
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let place = Place::new("foreign");
        fs::write(place.0.join("thesis.tex"), "x").expect("writable");
        let folder = Folder::claim(&place.0, &json!({})).expect("possible");
        assert_ne!(folder.path(), place.0);
        assert!(!place.0.join(SUMMARY).exists());
        drop(fs::remove_dir_all(folder.path()));
    }

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let place = Place::new("write");
        let folder = Folder::claim(&place.0, &json!({})).expect("possible");
        folder.write("a.csv", "1").expect("writable");
        folder.write("a.csv", "2").expect("writable");
        assert_eq!(fs::read_to_string(place.0.join("a.csv")).expect("readable"), "2");
        assert_eq!(fs::read_dir(&place.0).expect("readable").count(), 2);
    }

    #[test]
    fn a_file_in_the_way_is_an_error_that_names_it() {
        let place = Place::new("file");
        let path = place.0.join("taken");
        fs::write(&path, "x").expect("writable");
        let error = Folder::claim(&path, &json!({})).expect_err("refused").to_string();
        assert!(error.contains("taken: the folder cannot be used"), "{error}");
    }
}
