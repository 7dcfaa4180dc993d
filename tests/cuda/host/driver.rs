//! Compiling a C++ text with the shim, and running it on a file of numbers.

use std::path::{Path, PathBuf};
use std::process::Command;

use logphi::private::prelude::Scalar;

/// A compiled program, in a directory of its own.
pub struct Program {
    directory: PathBuf,
    binary: PathBuf,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_path_buf()
}

impl Program {
    /// Compiles `source`, which may include the headers of the device and of the shim.
    pub fn compile(name: &str, source: &str) -> Self {
        let root = repository();
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cuda_host").join(name);
        std::fs::create_dir_all(&directory).expect("the directory of the build can be written");
        let (text, binary) = (directory.join("program.cpp"), directory.join("program"));
        std::fs::write(&text, source).expect("the directory of the build can be written");
        let output = Command::new("g++")
            .args(["-std=c++17", "-O1", "-ffp-contract=off", "-mfma", "-Wall", "-Wno-unknown-pragmas", "-Werror", "-I"])
            .arg(root.join("tests/cuda/shim"))
            .arg("-I")
            .arg(root.join("runtime/src/cuda/device"))
            .arg(&text)
            .arg("-o")
            .arg(&binary)
            .output()
            .expect("g++ runs");
        assert!(output.status.success(), "{name}:\n{}", String::from_utf8_lossy(&output.stderr));
        Self { directory, binary }
    }

    /// What the program writes for `input`.
    pub fn run(&self, name: &str, input: &[u8]) -> Vec<u8> {
        let (from, to) = (self.directory.join(format!("{name}.in")), self.directory.join(format!("{name}.out")));
        std::fs::write(&from, input).expect("the input can be written");
        let status = Command::new(&self.binary).arg(&from).arg(&to).status().expect("the program runs");
        assert!(status.success(), "{name}: {status}");
        std::fs::read(&to).expect("the output can be read")
    }
}

/// Numbers as the C++ side reads and writes them.
pub trait Bytes: Scalar {
    const SIZE: usize;
    fn write(values: &[Self], out: &mut Vec<u8>);
    fn read(bytes: &[u8]) -> Vec<Self>;
    /// The bits; one number for every NaN.
    fn bits(self) -> u64;
}

macro_rules! bytes {
    ($float:ident) => {
        impl Bytes for $float {
            const SIZE: usize = size_of::<$float>();
            fn write(values: &[Self], out: &mut Vec<u8>) {
                values.iter().for_each(|value| out.extend_from_slice(&value.to_ne_bytes()));
            }
            fn read(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|&bytes| $float::from_ne_bytes(bytes)).collect()
            }
            fn bits(self) -> u64 {
                if self.is_nan() { u64::MAX } else { u64::from(self.to_bits()) }
            }
        }
    };
}

bytes!(f32);
bytes!(f64);

/// Whether all numbers have the same bits; says where they do not.
pub fn compare<S: Bytes>(what: &str, device: &[S], processor: &[S]) {
    assert_eq!(device.len(), processor.len(), "{what}");
    if let Some(at) = (0..device.len()).find(|&at| device[at].bits() != processor[at].bits()) {
        panic!("{what}: number {at} is {:?} in place of {:?}", device[at], processor[at]);
    }
}
