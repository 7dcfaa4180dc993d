//! A kernel that only draws: what the kernels of the toy problem are measured against.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cudarc::driver::{CudaContext, CudaFunction, CudaStream, LaunchConfig, PushKernelArg};
use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};

/// Draws the coordinates of every sample by the estimator's own sampler, and adds them up in registers. The numbers of a warp and its
/// loop are those of the estimator's kernel.
const KERNEL: &str = "
namespace logphi {
extern \"C\" __global__ void __launch_bounds__(256)
    draw_and_add(u64 samples, u32 dimension, u32 low, const float* prepared, float* sums) {
    const u32 leaves = static_cast<u32>((samples + LEAF - 1) / LEAF);
    const u64 all = static_cast<u64>(leaves) * dimension, step = static_cast<u64>(gridDim.x) * blockDim.y;
    const Key key = {low, 7u};
    float sum = 0.0f;
    for (u64 at = static_cast<u64>(blockIdx.x) * blockDim.y + threadIdx.y; at < all; at += step) {
        const u64 leaf = at / dimension;
        const u32 coordinate = static_cast<u32>(at % dimension);
        const auto own = load<float, squared_distance::PREPARED>(prepared, coordinate);
        const u64 first = leaf * LEAF, end = first + LEAF < samples ? first + LEAF : samples;
#pragma unroll 1
        for (u64 sample = first + threadIdx.x; sample < end; sample += LANES) {
            Words<float> words(key, sample, coordinate);
            sum = sum + squared_distance::draw(own, words);
        }
    }
    sums[(static_cast<u64>(blockIdx.x) * blockDim.y + threadIdx.y) * LANES + threadIdx.x] = sum;
}
}
";

/// The kernel, ready to run.
pub struct Draws {
    stream: Arc<CudaStream>,
    kernel: CudaFunction,
    blocks: u32,
}

impl Draws {
    /// Compiles the kernel after an estimator's text; `fuse` as fast arithmetic does. Run from the repository's root, where the
    /// headers are.
    pub fn new(text: &str, fast: bool) -> Result<Self, Box<dyn std::error::Error>> {
        let context = CudaContext::new(0)?;
        let (major, minor) = context.compute_capability()?;
        let architecture: &'static str = Box::leak(format!("sm_{major}{minor}").into_boxed_str());
        let mut options = vec!["--std=c++17".to_owned()];
        if fast {
            options.extend(["--use_fast_math".to_owned(), "--define-macro=LOGPHI_FAST".to_owned()]);
        }
        let options = CompileOptions {
            fmad: Some(fast),
            arch: Some(architecture),
            include_paths: vec![Path::new("runtime/src/cuda/device").display().to_string()],
            options,
            ..CompileOptions::default()
        };
        let module = context.load_module(compile_ptx_with_opts(format!("{text}{KERNEL}"), options)?)?;
        let kernel = module.load_function("draw_and_add")?;
        Ok(Self { stream: context.new_stream()?, kernel, blocks: 64 * 132 })
    }

    /// The median time of drawing so many samples with the same parameters in each coordinate.
    pub fn time(
        &self,
        parameters: [f32; 2],
        dimension: u32,
        samples: u64,
    ) -> Result<Duration, cudarc::driver::DriverError> {
        let prepared = self.stream.clone_htod(&parameters.repeat(dimension as usize))?;
        let mut sums = self.stream.alloc_zeros::<f32>(self.blocks as usize * 256)?;
        let shape = LaunchConfig { grid_dim: (self.blocks, 1, 1), block_dim: (32, 8, 1), shared_mem_bytes: 0 };
        let mut times = Vec::new();
        for low in 0..22_u32 {
            let start = Instant::now();
            let mut launch = self.stream.launch_builder(&self.kernel);
            launch.arg(&samples).arg(&dimension).arg(&low).arg(&prepared).arg(&mut sums);
            // SAFETY: the arguments are those of the kernel, and there is a sum for each thread.
            unsafe { launch.launch(shape) }?;
            self.stream.synchronize()?;
            times.push(start.elapsed());
        }
        times.drain(..2);
        times.sort_unstable();
        Ok(times[times.len() / 2])
    }
}
