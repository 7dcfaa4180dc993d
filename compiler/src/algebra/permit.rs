//! One thread, one lock: how the computer algebra system is run.
//!
//! Without a licence key the system is free for non-commercial use and allows one thread per user at a time; a second
//! one *aborts the whole process*, which would take rustc with it whenever cargo builds two crates at once. So all
//! algebra runs on a thread that ends with the work (which gives the system's permit back), and only while this process
//! holds a lock that all processes of the user share. Others wait their turn. There is no way around the lock: where no
//! directory for it can be written, nothing is run. A key in `SYMBOLICA_LICENSE` is read by the system itself.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use proc_macro2::Span;

use crate::errors::{Code, Fault};

/// How long a process waits in silence.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks meanwhile.
const PAUSE: Duration = Duration::from_millis(5);
/// Deep expressions are walked by recursion.
const STACK: usize = 64 << 20;

/// Runs `work` on a thread of its own while this process holds the user's lock.
///
/// # Errors
/// [`Code::NoLockDirectory`] if no directory for the lock is writable, [`Code::Internal`] if the work panicked.
pub fn with_permit<T: Send>(span: Span, work: impl FnOnce() -> T + Send) -> Result<T, Fault> {
    let lock = open_lock(&lock_directories(), span)?;
    acquire(&lock).map_err(|error| no_directory(span, &format!("the lock could not be taken: {error}")))?;
    silence_banner();
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("logphi algebra".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, work) {
            Ok(handle) => handle.join().map_err(|panic| panic_text(&*panic)),
            Err(error) => Err(format!("the thread for symbolic algebra could not be started: {error}")),
        }
    });
    // Closing the file releases the lock, after the thread and with it the system's permit have ended.
    drop(lock);
    result.map_err(|what| {
        Fault::new(
            Code::Internal,
            span,
            format!("symbolic algebra stopped: {what}"),
            "this is a bug of logphi; please report it together with the distribution",
        )
    })
}

/// Keeps the system's greeting off standard output, over which editors speak to the macro server.
fn silence_banner() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if std::env::var_os("SYMBOLICA_HIDE_BANNER").is_none() {
            // SAFETY: racing with readers of the environment that bypass `std` is what makes this unsafe. Rust code reads
            // it through `std`, which locks; it happens once, before the system starts, and nothing else in this process
            // reads the variable. There is no other switch that works before the system's first use.
            unsafe { std::env::set_var("SYMBOLICA_HIDE_BANNER", "1") };
        }
    });
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "unknown panic".to_owned())
}

/// Where the lock may lie, best place first.
fn lock_directories() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    [variable("LOGPHI_LOCK_DIR"), variable("XDG_RUNTIME_DIR"), cache, Some(private_temporary())]
        .into_iter()
        .flatten()
        .collect()
}

/// The lock file in the first directory where it can be made.
fn open_lock(directories: &[PathBuf], span: Span) -> Result<File, Fault> {
    let mut reasons = Vec::new();
    for directory in directories {
        match open_in(directory) {
            Ok(file) => return Ok(file),
            Err(error) => reasons.push(format!("{}: {error}", directory.display())),
        }
    }
    Err(no_directory(span, &reasons.join("; ")))
}

fn no_directory(span: Span, why: &str) -> Fault {
    Fault::new(
        Code::NoLockDirectory,
        span,
        format!("symbolic algebra needs a directory for its lock, and none is writable ({why})"),
        "set LOGPHI_LOCK_DIR to a directory that you can write to",
    )
}

fn open_in(directory: &Path) -> std::io::Result<File> {
    let private = directory.join("logphi");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&private)?;
    let file =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).open(private.join("algebra.lock"))?;
    Ok(file)
}

/// The user's own part of the temporary directory, which users may share: named by the owner of a file made there, since
/// environment variables differ between an editor's processes and a shell's, and two names would be two locks.
fn private_temporary() -> PathBuf {
    let shared = std::env::temp_dir();
    #[cfg(unix)]
    {
        let probe = shared.join(format!("logphi-owner-{}-{:?}", std::process::id(), std::thread::current().id()));
        let owner = File::create(&probe).and_then(|file| file.metadata()).map(|data| {
            use std::os::unix::fs::MetadataExt;
            data.uid()
        });
        let _ = std::fs::remove_file(&probe);
        if let Ok(owner) = owner {
            return shared.join(format!("logphi-{owner}"));
        }
    }
    shared
}

/// Waits for the lock, saying so when it takes long.
fn acquire(lock: &File) -> std::io::Result<()> {
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => break,
        }
    }
    eprintln!("logphi: waiting for another compiler process to finish its symbolic algebra");
    lock.lock()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_process_waits() {
        let directory = std::env::temp_dir().join(format!("logphi-permit-test-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let first = open_lock(std::slice::from_ref(&directory), Span::call_site()).unwrap();
        acquire(&first).unwrap();
        let second = open_in(&directory).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        acquire(&second).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn no_writable_directory_names_the_variable() {
        let fault = open_lock(&[PathBuf::from("/proc/none")], Span::call_site()).unwrap_err();
        assert_eq!(fault.code, Code::NoLockDirectory);
        assert!(fault.help.contains("LOGPHI_LOCK_DIR"), "{fault}");
        assert!(fault.message.contains("/proc/none"), "{fault}");
    }

    #[test]
    fn a_panic_is_a_fault() {
        let fault = with_permit(Span::call_site(), || -> () { panic!("seven") }).unwrap_err();
        assert_eq!(fault.code, Code::Internal);
        assert!(fault.message.contains("seven"), "{fault}");
    }
}
