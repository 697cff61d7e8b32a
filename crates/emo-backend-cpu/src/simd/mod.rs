//! The instructions that kernels are written in, and the choice among those that this machine has.

#![expect(
    unsafe_code,
    reason = "calling a function compiled for more CPU features than the build's target is unsafe"
)]

/// Methods that are a single expression of instructions.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! instructions {
    ($($name:ident($($operand:ident: $type:ty),*) $(-> $result:ty)? { $body:expr })+) => { $(
        #[inline(always)]
        fn $name(self, $($operand: $type),*) $(-> $result)? {
            // SAFETY: `self` exists only where the instructions do.
            unsafe { $body }
        }
    )+ };
}

/// Methods that are a single expression of instructions that read or write memory.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! memory_instructions {
    ($($name:ident($($operand:ident: $type:ty),*) $(-> $result:ty)? { $body:expr })+) => { $(
        #[inline(always)]
        unsafe fn $name(self, $($operand: $type),*) $(-> $result)? {
            // SAFETY: `self` exists only where the instructions do; the caller vouches for the memory.
            unsafe { $body }
        }
    )+ };
}

pub(crate) mod lookup;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
pub(crate) mod transpose;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt::Debug;

use crate::config::Instructions;

/// Vectors of 32-bit lanes and what kernels do with them.
///
/// A value of an implementing type exists only where its instructions do. Every method is inlined into a function
/// that is compiled for them; [`Level::run`] calls that function.
///
/// All sets give equal results to the bit, but for [`mul_add`](Self::mul_add), which rounds once or twice.
pub(crate) trait Simd: Copy + Debug + Send + Sync + 'static {
    /// [`LANES`](Self::LANES) numbers.
    type F32: Copy;
    /// [`LANES`](Self::LANES) integers of 32 bits, or four times as many of 8 bits.
    type I32: Copy;

    const LANES: usize;
    /// How many vectors the registers hold.
    const REGISTERS: usize;
    /// Whether [`mul_add`](Self::mul_add) rounds once.
    const FUSES: bool;

    /// Runs `job`, compiled for these instructions, in a function that all its callers share.
    fn call(self, job: impl Vectorize);

    /// `a · b + c` of single numbers, fused where the instructions exist.
    fn mul_add_one(a: f32, b: f32, c: f32) -> f32;

    fn splat(self, x: f32) -> Self::F32;
    /// # Safety
    /// [`LANES`](Self::LANES) numbers can be read at `from`, whatever its alignment.
    unsafe fn load(self, from: *const f32) -> Self::F32;
    /// # Safety
    /// [`LANES`](Self::LANES) numbers can be written at `to`, whatever its alignment.
    unsafe fn store(self, x: Self::F32, to: *mut f32);
    /// The first `n` lanes, the others zero.
    ///
    /// # Safety
    /// `n ≤ LANES` numbers can be read at `from`.
    unsafe fn load_first(self, from: *const f32, n: usize) -> Self::F32;
    /// # Safety
    /// `n ≤ LANES` numbers can be written at `to`.
    unsafe fn store_first(self, x: Self::F32, to: *mut f32, n: usize);
    /// `a · b + c`, fused where the instructions exist.
    fn mul_add(self, a: Self::F32, b: Self::F32, c: Self::F32) -> Self::F32;
    fn add(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn sub(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn mul(self, a: Self::F32, b: Self::F32) -> Self::F32;
    fn div(self, a: Self::F32, b: Self::F32) -> Self::F32;
    /// The larger of each pair; `b` where either is NaN.
    fn max(self, a: Self::F32, b: Self::F32) -> Self::F32;
    /// The smaller of each pair; `b` where either is NaN.
    fn min(self, a: Self::F32, b: Self::F32) -> Self::F32;
    /// `a` where `x < 0`, `b` elsewhere and where `x` is NaN.
    fn select_negative(self, x: Self::F32, a: Self::F32, b: Self::F32) -> Self::F32;
    /// The nearest integers, halves to even; anything for what 32 bits cannot hold.
    fn round(self, x: Self::F32) -> Self::I32;

    fn splat_i32(self, x: i32) -> Self::I32;
    /// Raw bytes, the first in the lowest.
    ///
    /// # Safety
    /// `4 · LANES` bytes can be read at `from`, whatever its alignment.
    unsafe fn load_bytes(self, from: *const u8) -> Self::I32;
    /// # Safety
    /// `4 · LANES` bytes can be written at `to`, whatever its alignment.
    unsafe fn store_bytes(self, x: Self::I32, to: *mut u8);
    /// Bytes, each in a lane of its own, extended with zeros.
    ///
    /// # Safety
    /// [`LANES`](Self::LANES) bytes can be read at `from`.
    unsafe fn widen_u8(self, from: *const u8) -> Self::I32;
    /// Each lane as a byte: 0 for what is below, 255 for what is above.
    ///
    /// # Safety
    /// [`LANES`](Self::LANES) bytes can be written at `to`.
    unsafe fn narrow_u8(self, x: Self::I32, to: *mut u8);
    /// As [`narrow_u8`](Self::narrow_u8) of four vectors, one after the other.
    fn narrow4_u8(self, x: [Self::I32; 4]) -> Self::I32;
    /// The bytes of four vectors side by side: byte `16·b + 4·q + i` of each in lane `4·b + i` of vector `q`.
    fn interleave4(self, x: [Self::I32; 4]) -> [Self::I32; 4];
    /// As [`narrow4_u8`](Self::narrow4_u8), of lanes in the order of [`interleave4`](Self::interleave4).
    fn narrow4_interleaved_u8(self, x: [Self::I32; 4]) -> Self::I32;
    /// Four lanes at a time, as four by four bytes, transposed.
    fn transpose_bytes(self, x: Self::I32) -> Self::I32;
    /// Each lane's four bytes from a byte further on than the lane's before: those from `from + l` in lane `l`.
    ///
    /// # Safety
    /// `2 · LANES` bytes can be read at `from`, whatever its alignment.
    unsafe fn load_windows(self, from: *const u8) -> Self::I32;
    /// The lanes of two vectors by turns: the first halves of both, then the second ones.
    fn zip_i32(self, a: Self::I32, b: Self::I32) -> [Self::I32; 2];
    fn add_i32(self, a: Self::I32, b: Self::I32) -> Self::I32;
    fn max_i32(self, a: Self::I32, b: Self::I32) -> Self::I32;
    fn min_i32(self, a: Self::I32, b: Self::I32) -> Self::I32;
    fn xor(self, a: Self::I32, b: Self::I32) -> Self::I32;
    /// The larger of each pair of unsigned bytes.
    fn max_u8(self, a: Self::I32, b: Self::I32) -> Self::I32;
    /// The nearest numbers, halves to even.
    fn to_f32(self, x: Self::I32) -> Self::F32;
    /// `x · 2ⁿ` for `−126 ≤ n ≤ 127`, of which neither factor nor product is subnormal.
    fn scale_by_power(self, x: Self::F32, n: Self::I32) -> Self::F32;
    /// Adds to each lane of `sum` the products of its four unsigned and four signed bytes, exactly.
    fn dot4(self, sum: Self::I32, unsigned: Self::I32, signed: Self::I32) -> Self::I32;
}

/// A computation that is compiled once for each set of instructions.
///
/// `run` and all that it calls in its loops must be `#[inline(always)]`: a function that is not inlined is
/// compiled for the build's target alone.
pub(crate) trait Vectorize {
    /// `NR` is the width, in elements, of a register tile of [`MR`](crate::kernels::gemm::MR) rows.
    fn run<S: Simd, const NR: usize>(self, simd: S);
}

/// A set of instructions that this machine has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    /// Those of the build's target, in plain Rust.
    Portable(portable::Portable),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(x86::Avx512Vnni),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    #[cfg(target_arch = "aarch64")]
    NeonDotprod(neon::NeonDotprod),
}

macro_rules! each_level {
    ($level:expr, $simd:ident => $body:expr) => {
        match $level {
            Level::Portable($simd) => $body,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2($simd) => $body,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512($simd) => $body,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512Vnni($simd) => $body,
            #[cfg(target_arch = "aarch64")]
            Level::Neon($simd) => $body,
            #[cfg(target_arch = "aarch64")]
            Level::NeonDotprod($simd) => $body,
        }
    };
}

impl Level {
    /// The best that this machine has.
    pub(crate) fn detect() -> Self {
        Instructions::ALL
            .iter()
            .rev()
            .find_map(|&instructions| Self::of(instructions))
            .unwrap_or(Self::Portable(portable::Portable))
    }

    /// These instructions, if this machine has them.
    pub(crate) fn of(instructions: Instructions) -> Option<Self> {
        match instructions {
            Instructions::Portable => Some(Self::Portable(portable::Portable)),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => x86::Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => x86::Avx512::detect().map(Self::Avx512),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512Vnni => x86::Avx512Vnni::detect().map(Self::Avx512Vnni),
            #[cfg(target_arch = "aarch64")]
            Instructions::Neon => neon::Neon::detect().map(Self::Neon),
            #[cfg(target_arch = "aarch64")]
            Instructions::NeonDotprod => neon::NeonDotprod::detect().map(Self::NeonDotprod),
            _ => None,
        }
    }

    /// How many 32-bit numbers a vector holds.
    pub(crate) fn lanes(self) -> usize {
        fn of<S: Simd>(_: S) -> usize {
            S::LANES
        }
        each_level!(self, simd => of(simd))
    }

    /// How many vectors the registers hold.
    pub(crate) fn registers(self) -> usize {
        fn of<S: Simd>(_: S) -> usize {
            S::REGISTERS
        }
        each_level!(self, simd => of(simd))
    }

    /// The width of a register tile of [`MR`](crate::kernels::gemm::MR) rows.
    pub(crate) fn nr(self) -> usize {
        match self {
            Self::Portable(_) => portable::NR,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => x86::AVX2_NR,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) | Self::Avx512Vnni(_) => x86::AVX512_NR,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) | Self::NeonDotprod(_) => neon::NR,
        }
    }

    /// Runs `job`, compiled for these instructions, but for dot products of bytes: what does not need them is not
    /// compiled again for sets that differ in them alone.
    pub(crate) fn run(self, job: impl Vectorize) {
        match self {
            Self::Portable(simd) => job.run::<_, { portable::NR }>(simd),
            // SAFETY: a value of these types is made only after their features were detected.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => unsafe { x86::run_avx2(simd, job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => unsafe { x86::run_avx512(simd, job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(simd) => unsafe { x86::run_avx512(simd.without_vnni(), job) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => job.run::<_, { neon::NR }>(simd),
            #[cfg(target_arch = "aarch64")]
            Self::NeonDotprod(simd) => job.run::<_, { neon::NR }>(simd.without_dotprod()),
        }
    }

    /// Runs `job`, compiled for these instructions with their dot products of bytes.
    pub(crate) fn run_with_dot_products(self, job: impl Vectorize) {
        match self {
            // SAFETY: a value of these types is made only after their features were detected.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(simd) => unsafe { x86::run_avx512_vnni(simd, job) },
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            Self::NeonDotprod(simd) => unsafe { neon::run_dotprod(simd, job) },
            other => other.run(job),
        }
    }
}

/// All that this machine has, the portable one first.
#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    Instructions::ALL
        .iter()
        .filter_map(|&instructions| Level::of(instructions))
        .collect()
}
