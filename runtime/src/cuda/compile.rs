//! NVRTC, and the folder that keeps what it made.

use std::ffi::{CStr, CString};
use std::fs;
use std::mem::size_of;
use std::path::{Path, PathBuf};

use cudarc::nvrtc::{result, sys};

use super::source;
use crate::backend::{Arithmetic, DeviceError};

/// What is compiled, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unit {
    /// Name of the function, for errors.
    pub(super) function: &'static str,
    /// The estimator's text.
    pub(super) text: &'static str,
    pub(super) arithmetic: Arithmetic,
    /// Compute capability, such as 90 for 9.0.
    pub(super) architecture: u32,
}

impl Unit {
    fn options(&self) -> Vec<String> {
        let mut options = vec![
            format!("--gpu-architecture=sm_{}", self.architecture),
            "--std=c++17".to_owned(),
            "--device-int128".to_owned(),
        ];
        match self.arithmetic {
            Arithmetic::Reproducible => options.push("--fmad=false".to_owned()),
            Arithmetic::Fast => options.extend(["--use_fast_math".to_owned(), "--define-macro=LOGPHI_FAST".to_owned()]),
        }
        options
    }
}

/// Machine code for the unit: from the folder, or compiled and put there.
///
/// # Errors
/// [`DeviceError`] without NVRTC, or if the text does not compile.
pub(super) fn machine_code(unit: &Unit) -> Result<Vec<u8>, DeviceError> {
    // SAFETY: asks only whether the library can be loaded.
    if !unsafe { sys::is_culib_present() } {
        return Err(DeviceError::NoLibrary {
            what: "NVRTC, the compiler of kernels",
            looked_for: "libnvrtc.so, libnvrtc.so.13, libnvrtc.so.12",
            help: "install the CUDA toolkit or `pip install nvidia-cuda-nvrtc`, and let LD_LIBRARY_PATH name its folder",
        });
    }
    let (text, options) = (source::complete(unit.text), unit.options());
    let path = directory().map(|directory| directory.join(file_name(&text, &options)));
    if let Some(code) = path.as_deref().and_then(kept) {
        return Ok(code);
    }
    let code = compile(unit, &text, &options)?;
    if let Some(path) = path {
        // What cannot be kept is made again next time.
        let _ = store(&path, &code);
    }
    Ok(code)
}

/// Forgets what was kept for a unit, since the driver refuses it.
pub(super) fn forget(unit: &Unit) {
    if let Some(directory) = directory() {
        let _ = fs::remove_file(directory.join(file_name(&source::complete(unit.text), &unit.options())));
    }
}

/// A program of NVRTC, destroyed when dropped.
struct Program(sys::nvrtcProgram);

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: made by `create_program`, and destroyed here only.
        let _ = unsafe { result::destroy_program(self.0) };
    }
}

fn compile(unit: &Unit, text: &str, options: &[String]) -> Result<Vec<u8>, DeviceError> {
    let failed = |call: &'static str, reason: String| DeviceError::Call { call, reason };
    let source = CString::new(text).map_err(|error| failed("nvrtcCreateProgram", error.to_string()))?;
    let program = result::create_program(&source, Some(c"estimator.cu"))
        .map(Program)
        .map_err(|error| failed("nvrtcCreateProgram", format!("{error:?}")))?;
    // SAFETY: the program lives until the end of this function, options are strings without zeros.
    if unsafe { result::compile_program(program.0, options) }.is_err() {
        // SAFETY: as above; the log ends with a zero.
        let log = unsafe { result::get_program_log(program.0) }.map_or_else(
            |error| format!("{error:?}"),
            |log| unsafe { CStr::from_ptr(log.as_ptr()) }.to_string_lossy().into_owned(),
        );
        return Err(DeviceError::Compile { function: unit.function, log, source_text: unit.text.to_owned() });
    }
    let mut size = 0;
    // SAFETY: the program is compiled; the buffer is as long as NVRTC says.
    unsafe {
        sys::nvrtcGetCUBINSize(program.0, &raw mut size)
            .result()
            .map_err(|error| failed("nvrtcGetCUBINSize", format!("{error:?}")))?;
        let mut code = vec![0_u8; size];
        sys::nvrtcGetCUBIN(program.0, code.as_mut_ptr().cast())
            .result()
            .map_err(|error| failed("nvrtcGetCUBIN", format!("{error:?}")))?;
        Ok(code)
    }
}

/// The folder: `LOGPHI_CACHE_DIR`, else one in the user's cache directory, else none.
fn directory() -> Option<PathBuf> {
    let named = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = || named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    Some(named("LOGPHI_CACHE_DIR").or_else(|| Some(caches()?.join("logphi")))?.join("device"))
}

/// The name of a file: a hash of all that decides what is in it.
fn file_name(text: &str, options: &[String]) -> String {
    let (mut major, mut minor, mut driver) = (0, 0, 0);
    // SAFETY: writes two numbers.
    let _ = unsafe { sys::nvrtcVersion(&raw mut major, &raw mut minor) };
    // SAFETY: writes a number.
    let _ = unsafe { cudarc::driver::sys::cuDriverGetVersion(&raw mut driver) };
    let version = format!("{} {major}.{minor} {driver}", env!("CARGO_PKG_VERSION"));
    let parts = [text, &version].into_iter().chain(options.iter().map(String::as_str));
    format!("{:032x}.cubin", hash(parts.map(str::as_bytes)))
}

/// FNV-1a of 128 bits, the parts ended by a byte that no text holds.
fn hash<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    parts
        .flat_map(|part| part.iter().copied().chain([0xff]))
        .fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// The machine code in a file; none if it is not what was put there.
fn kept(path: &Path) -> Option<Vec<u8>> {
    let mut code = fs::read(path).ok()?;
    let seal = code.split_off(code.len().checked_sub(size_of::<u128>())?);
    (seal == seal_of(&code)).then_some(code)
}

/// What stands behind machine code in a file, so that damage is seen before a device runs it.
fn seal_of(code: &[u8]) -> [u8; size_of::<u128>()] {
    hash(std::iter::once(code)).to_le_bytes()
}

/// Writes a file so that it appears whole or not at all.
fn store(path: &Path, code: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let thread: String = format!("{:?}", std::thread::current().id()).chars().filter(char::is_ascii_digit).collect();
    let temporary = path.with_extension(format!("{}-{thread}.tmp", std::process::id()));
    fs::write(&temporary, [code, &seal_of(code)].concat())?;
    fs::rename(&temporary, path).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Unit = Unit { function: "f", text: "int x;", arithmetic: Arithmetic::Reproducible, architecture: 90 };

    #[test]
    fn names_tell_texts_and_options_apart() {
        let fast = Unit { arithmetic: Arithmetic::Fast, ..UNIT };
        let older = Unit { architecture: 80, ..UNIT };
        let of = |parts: &[&str]| hash(parts.iter().map(|part| part.as_bytes()));
        let of_options = |unit: Unit| hash(unit.options().iter().map(String::as_bytes));
        let hashes = [of(&["a", "b"]), of(&["ab"]), of_options(UNIT), of_options(fast), of_options(older)];
        for (index, one) in hashes.iter().enumerate() {
            assert!(hashes[..index].iter().all(|other| one != other));
        }
        assert!(UNIT.options().contains(&"--fmad=false".to_owned()));
    }

    #[test]
    fn files_appear_whole_and_damage_is_seen() {
        let directory = std::env::temp_dir().join(format!("logphi-device-cache-{}", std::process::id()));
        let path = directory.join("code.cubin");
        store(&path, b"machine code").expect("a folder that can be written");
        assert_eq!(fs::read_dir(&directory).expect("the folder").count(), 1);
        assert_eq!(kept(&path).as_deref(), Some(b"machine code".as_slice()));
        let whole = fs::read(&path).expect("the file");
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(&path, damaged).expect("the file");
            assert_eq!(kept(&path), None, "byte {place}");
            fs::write(&path, &whole[..place]).expect("the file");
            assert_eq!(kept(&path), None, "the first {place} bytes");
        }
        fs::remove_dir_all(&directory).expect("the folder");
        assert_eq!(kept(&path), None);
    }
}
