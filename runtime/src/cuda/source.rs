//! The text that NVRTC compiles: an estimator's, with the headers put where it includes them.

/// The headers, by name.
const HEADERS: &[(&str, &str)] = &[
    ("array.cuh", include_str!("device/array.cuh")),
    ("base.cuh", include_str!("device/base.cuh")),
    ("by_coordinate.cuh", include_str!("device/by_coordinate.cuh")),
    ("by_sample.cuh", include_str!("device/by_sample.cuh")),
    ("common.cuh", include_str!("device/common.cuh")),
    ("contract.cuh", include_str!("device/contract.cuh")),
    ("engine.cuh", include_str!("device/engine.cuh")),
    ("exp.cuh", include_str!("device/exp.cuh")),
    ("format.cuh", include_str!("device/format.cuh")),
    ("functions.cuh", include_str!("device/functions.cuh")),
    ("implicit_beta.cuh", include_str!("device/implicit_beta.cuh")),
    ("implicit_gamma.cuh", include_str!("device/implicit_gamma.cuh")),
    ("interactions.cuh", include_str!("device/interactions.cuh")),
    ("job.cuh", include_str!("device/job.cuh")),
    ("ln.cuh", include_str!("device/ln.cuh")),
    ("logphi.cuh", include_str!("device/logphi.cuh")),
    ("math.cuh", include_str!("device/math.cuh")),
    ("philox.cuh", include_str!("device/philox.cuh")),
    ("power.cuh", include_str!("device/power.cuh")),
    ("tree.cuh", include_str!("device/tree.cuh")),
    ("trig.cuh", include_str!("device/trig.cuh")),
    ("words.cuh", include_str!("device/words.cuh")),
];

/// `text` with every header in the place of its first inclusion.
pub(super) fn complete(text: &str) -> String {
    let (mut out, mut seen) = (String::new(), Vec::new());
    include(text, &mut out, &mut seen);
    out
}

fn include(text: &str, out: &mut String, seen: &mut Vec<&'static str>) {
    for line in text.lines() {
        let name = line.strip_prefix("#include \"").and_then(|rest| rest.strip_suffix('"'));
        let header = name.and_then(|name| HEADERS.iter().find(|(known, _)| *known == name));
        match header {
            Some((name, _)) if seen.contains(name) => {}
            Some((name, header)) => {
                seen.push(name);
                include(header, out, seen);
            }
            None if line == "#pragma once" => {}
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_stands_once_and_before_what_needs_it() {
        let text = complete("#include \"logphi.cuh\"\nnamespace logphi {}\n");
        assert!(!text.lines().any(|line| line.starts_with("#include") || line.starts_with("#pragma once")));
        let place = |needle: &str| {
            assert_eq!(text.matches(needle).count(), 1, "{needle}");
            text.find(needle).expect("it is there")
        };
        let job = place("struct Job {");
        assert!(place("struct Array {") < job && job < place("#define LOGPHI_KERNELS"));
        assert!(text.ends_with("namespace logphi {}\n"));
    }
}
