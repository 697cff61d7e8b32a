#![expect(
    unsafe_code,
    reason = "calling a function compiled for more CPU features than the build's target is unsafe"
)]

/// The instructions that a kernel is compiled for.
pub(crate) trait Isa {
    /// `a · b + c`, fused where the instructions exist.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// What every CPU of the build's target has.
pub(crate) struct Baseline;

impl Isa for Baseline {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            a.mul_add(b, c)
        } else {
            a * b + c
        }
    }
}

/// AVX2 with FMA.
#[cfg(target_arch = "x86_64")]
struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// A computation written in plain loops, which the compiler vectorises for the instructions at hand.
///
/// `run` and all that it calls in its loops must be `#[inline(always)]`: a function that is not inlined is
/// compiled for the build's target alone.
pub(crate) trait Vectorize {
    /// `NR` is the width, in elements, of a register tile of [`MR`](crate::kernels::gemm::MR) rows.
    fn run<S: Isa, const NR: usize>(self);
}

/// A set of instructions that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Those of the build's target.
    Baseline,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2Proof),
}

/// Exists only where AVX2 and FMA were detected.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2Proof(());

/// Tile width of the build's target: 4 rows fill 8 of SSE2's 16 registers, 16 of NEON's 32.
const BASELINE_NR: usize = if cfg!(target_arch = "aarch64") { 16 } else { 8 };
/// Four rows of two 8-element registers: the 8 sums that hide the latency of two additions per cycle, and 8
/// registers for operands, none of which has to be spilled.
#[cfg(target_arch = "x86_64")]
const AVX2_NR: usize = 16;

impl Level {
    /// The best that this machine has.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Self::Avx2(Avx2Proof(()));
        }
        Self::Baseline
    }

    /// The tile width that [`run`](Self::run) hands to its job.
    pub(crate) fn nr(self) -> usize {
        match self {
            Self::Baseline => BASELINE_NR,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => AVX2_NR,
        }
    }

    /// Runs `job`, compiled for these instructions.
    pub(crate) fn run(self, job: impl Vectorize) {
        match self {
            Self::Baseline => job.run::<Baseline, BASELINE_NR>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: an `Avx2Proof` is made only after both features were detected.
            Self::Avx2(_) => unsafe { run_avx2(job) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2(job: impl Vectorize) {
    job.run::<Avx2, AVX2_NR>();
}

#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    let mut levels = vec![Level::Baseline];
    if Level::detect() != Level::Baseline {
        levels.push(Level::detect());
    }
    levels
}
