#!/usr/bin/env bash
# Tests and benchmarks on a CUDA device, on a machine without Rust: run.sh BINARIES RESULTS
#
# BINARIES holds `tests` and `bench`, built by
#   cargo test -p logphi-tests --features cuda --test device --no-run
#   cargo bench -p logphi-tests --features cuda --bench device --no-run
# and copied there from where cargo says they are. NVRTC is looked for in the CUDA toolkit and beside PyTorch.
set -uo pipefail
binaries=$1 results=$2 here=$(dirname "$0")
for folder in /usr/local/cuda/lib64 $(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' 2>/dev/null)/nvidia/cu13/lib; do
    [ -d "$folder" ] && export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LOGPHI_REQUIRE_DEVICE=1 LOGPHI_CACHE_DIR=${LOGPHI_CACHE_DIR:-$(mktemp -d)}
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
"$binaries/tests" --test-threads=4 2>&1 | tee "$results/tests.txt" | grep -E "^test |panicked|left|right|error|result" | cut -c1-400
"$binaries/bench" "$results" 2>&1 | tee "$results/bench.txt"
echo "again, with kernels from the folder:"
"$binaries/bench" 2>&1 | head -1 | tee -a "$results/bench.txt"
python3 "$here/peers.py" "$results" 2>&1 | tee "$results/peers.txt"
