//! The emitted texts through NVRTC and `ptxas`, for which no device is needed.
//!
//! In reproducible arithmetic no two operations may become one and none may be approximate, or bits would differ from the
//! processor's: the PTX says so of each instruction. `ptxas` is looked for in `LOGPHI_PTXAS`, then in the search path.

use std::path::Path;
use std::process::Command;

use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};

use estimators::{
    CurvesByDifferencesSingle, CurvesScored, LogLikelihoodSingle, SharePathwise, SharePathwiseSingle,
    SquaredDistanceCounted, SquaredDistancePathwise, SquaredDistancePathwiseSingle, SquaredDistanceScored,
    SquaredDistanceSingle, SquaredDistanceWeak, WavesPartlyScored, WavesScored, WavesScoredSingle, WavesSingle, curves,
    jumps, log_likelihood, product, squared_distance, waves,
};

#[path = "host/estimators.rs"]
mod estimators;

/// A text of the golden dumps, by the name of its input.
macro_rules! text {
    ($name:literal) => {
        ($name, include_str!(concat!("../corpus/golden/", $name, ".9.cuda.txt")))
    };
}

const TEXTS: [(&str, &str); 6] = [
    text!("laplace_log_sigmoid"),
    text!("gamma_squared_distance"),
    text!("two_ridges_and_separable"),
    text!("own_law"),
    text!("laplace_wave"),
    text!("laplace_curve"),
];

const ARCHITECTURES: [&str; 3] = ["sm_80", "sm_90", "sm_100"];

/// PTX of a text; whether the compiler may fuse operations.
fn ptx(text: &str, fuse: bool) -> String {
    let headers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/cuda/device");
    let options = CompileOptions {
        fmad: Some(fuse),
        arch: Some("compute_80"),
        include_paths: vec![headers.display().to_string()],
        options: vec!["--std=c++17".to_owned()],
        ..CompileOptions::default()
    };
    match compile_ptx_with_opts(text, options) {
        Ok(ptx) => ptx.to_src(),
        Err(error) => panic!("{error:?}\n{text}"),
    }
}

/// The instructions of the kernels whose names begin so.
fn instructions<'a>(ptx: &'a str, kernel: &str) -> Vec<&'a str> {
    let entries = ptx.split(".entry ").skip(1).filter(|entry| entry.starts_with(kernel));
    entries.flat_map(str::lines).map(str::trim).filter(|line| line.ends_with(';')).collect()
}

/// What in the PTX may give other bits than the processor's.
fn fault(ptx: &str) -> Option<&str> {
    ptx.lines().map(str::trim).find(|line| {
        let unrounded = ["mul", "add", "sub", "div", "sqrt", "rcp"]
            .iter()
            .any(|operation| ["f32", "f64", "ftz"].iter().any(|next| line.starts_with(&format!("{operation}.{next}"))));
        let approximate = line.contains(".approx") || line.contains(".ftz") || line.contains("div.full");
        let atomic = (line.starts_with("atom") || line.starts_with("red.")) && line.contains(".f");
        unrounded || approximate || atomic
    })
}

fn check(name: &str, text: &str, single: bool) {
    let ptx = ptx(text, false);
    assert_eq!(fault(&ptx), None, "{name}");
    // Powers, angles beyond 10⁵, the derivatives of gamma and beta numbers and digamma functions are computed in `f64` on the
    // processor, too.
    let in_double =
        ["powf(", "sin(", "cos(", "tan(", "_slope(", "digamma("].iter().any(|function| text.contains(function));
    if single && !in_double {
        for kernel in ["logphi_by_", "logphi_draw"] {
            let found = instructions(&ptx, kernel).into_iter().find(|line| line.contains(".f64"));
            assert_eq!(found, None, "{name}: double arithmetic in {kernel}");
        }
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cuda_nvrtc");
    std::fs::create_dir_all(&directory).expect("the directory of the build can be written");
    let file = directory.join(format!("{name}.ptx"));
    std::fs::write(&file, &ptx).expect("the directory of the build can be written");
    let program = std::env::var_os("LOGPHI_PTXAS").unwrap_or_else(|| "ptxas".into());
    for architecture in ARCHITECTURES {
        let output = Command::new(&program)
            .arg(format!("-arch={architecture}"))
            .args(["-v", "--warning-as-error", "-o", "/dev/null"])
            .arg(&file)
            .output()
            .unwrap_or_else(|error| {
                panic!("no ptxas ({error}): name it in LOGPHI_PTXAS, it is in the wheel nvidia-cuda-nvcc")
            });
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}, {architecture}: {log}");
        let mut spills = log.lines().filter(|line| line.contains("spill")).peekable();
        assert!(spills.peek().is_some(), "{name}, {architecture}: {log}");
        assert!(spills.all(|line| line.contains(" 0 bytes spill stores")), "{name}, {architecture}: {log}");
    }
}

#[test]
fn golden_texts() {
    TEXTS.iter().for_each(|(name, text)| check(name, text, false));
}

#[test]
fn texts_of_both_precisions() {
    check("squared_distance", squared_distance::CUDA, false);
    check("squared_distance_single", SquaredDistanceSingle::CUDA, true);
    check("squared_distance_pathwise", SquaredDistancePathwise::CUDA, false);
    check("squared_distance_pathwise_single", SquaredDistancePathwiseSingle::CUDA, true);
    check("share_pathwise", SharePathwise::CUDA, false);
    check("share_pathwise_single", SharePathwiseSingle::CUDA, true);
    check("squared_distance_scored", SquaredDistanceScored::CUDA, false);
    check("squared_distance_weak", SquaredDistanceWeak::CUDA, false);
    check("squared_distance_counted", SquaredDistanceCounted::CUDA, true);
    check("waves_scored", WavesScored::CUDA, false);
    check("waves_scored_single", WavesScoredSingle::CUDA, true);
    check("waves_partly_scored", WavesPartlyScored::CUDA, false);
    check("jumps", jumps::CUDA, true);
    check("log_likelihood", log_likelihood::CUDA, false);
    check("log_likelihood_single", LogLikelihoodSingle::CUDA, true);
    check("waves", waves::CUDA, false);
    check("waves_single", WavesSingle::CUDA, true);
    check("curves", curves::CUDA, false);
    check("curves_by_differences_single", CurvesByDifferencesSingle::CUDA, true);
    check("curves_scored", CurvesScored::CUDA, false);
    check("product", product::CUDA, false);
}

#[test]
fn kernels_that_all_share() {
    check("common", "#include \"common.cuh\"\n", false);
}

/// What the checks are for: operations that the compiler may fuse are seen.
#[test]
fn an_operation_that_may_be_fused_is_found() {
    assert!(fault(&ptx(TEXTS[0].1, true)).is_some());
}
