#![expect(
    unsafe_code,
    reason = "instructions are called on the word of a value that exists only where they do"
)]

use std::arch::{aarch64::*, asm, is_aarch64_feature_detected};

use super::{Simd, Vectorize};

/// Four rows fill 16 of 32 registers.
pub(super) const NR: usize = 16;

/// NEON, which every 64-bit ARM has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neon(());

/// [`Neon`] with the dot products of bytes (`FEAT_DotProd`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct NeonDotprod(());

impl Neon {
    pub(super) fn detect() -> Option<Self> {
        is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

impl NeonDotprod {
    pub(super) fn detect() -> Option<Self> {
        (Neon::detect().is_some() && is_aarch64_feature_detected!("dotprod")).then_some(Self(()))
    }

    pub(super) fn without_dotprod(self) -> Neon {
        let Self(()) = self;
        Neon(())
    }
}

#[target_feature(enable = "neon,dotprod")]
pub(super) fn run_dotprod(simd: NeonDotprod, job: impl Vectorize) {
    job.run::<_, NR>(simd);
}

macro_rules! neon {
    ($type:ty { $($dot4:tt)+ }) => {
        impl Simd for $type {
            type F32 = float32x4_t;
            type I32 = int32x4_t;

            const LANES: usize = 4;
            const REGISTERS: usize = 32;
            const FUSES: bool = true;

            #[inline(never)]
            fn call(self, job: impl Vectorize) {
                job.run::<_, NR>(self);
            }

            #[inline(always)]
            fn mul_add_one(a: f32, b: f32, c: f32) -> f32 {
                a.mul_add(b, c)
            }

            #[inline(always)]
            unsafe fn load_first(self, from: *const f32, n: usize) -> float32x4_t {
                let mut x = [0.0; 4];
                // SAFETY: the caller vouches for `n` elements.
                x[..n].copy_from_slice(unsafe { std::slice::from_raw_parts(from, n) });
                // SAFETY: the array holds four.
                unsafe { vld1q_f32(x.as_ptr()) }
            }

            #[inline(always)]
            unsafe fn store_first(self, x: float32x4_t, to: *mut f32, n: usize) {
                let mut all = [0.0; 4];
                // SAFETY: the array holds four, and the caller vouches for `n` elements at `to`.
                unsafe {
                    vst1q_f32(all.as_mut_ptr(), x);
                    std::slice::from_raw_parts_mut(to, n).copy_from_slice(&all[..n]);
                }
            }

            instructions! {
                splat(x: f32) -> float32x4_t { vdupq_n_f32(x) }
                mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t { vfmaq_f32(c, a, b) }
                add(a: float32x4_t, b: float32x4_t) -> float32x4_t { vaddq_f32(a, b) }
                sub(a: float32x4_t, b: float32x4_t) -> float32x4_t { vsubq_f32(a, b) }
                mul(a: float32x4_t, b: float32x4_t) -> float32x4_t { vmulq_f32(a, b) }
                div(a: float32x4_t, b: float32x4_t) -> float32x4_t { vdivq_f32(a, b) }
                max(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcgtq_f32(a, b), a, b) }
                min(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcltq_f32(a, b), a, b) }
                select_negative(x: float32x4_t, a: float32x4_t, b: float32x4_t) -> float32x4_t {
                    vbslq_f32(vcltzq_f32(x), a, b)
                }
                round(x: float32x4_t) -> int32x4_t { vcvtnq_s32_f32(x) }
                splat_i32(x: i32) -> int32x4_t { vdupq_n_s32(x) }
                narrow4_u8(x: [int32x4_t; 4]) -> int32x4_t {{
                    let low = vcombine_s16(vqmovn_s32(x[0]), vqmovn_s32(x[1]));
                    let high = vcombine_s16(vqmovn_s32(x[2]), vqmovn_s32(x[3]));
                    vreinterpretq_s32_u8(vcombine_u8(vqmovun_s16(low), vqmovun_s16(high)))
                }}
                interleave4(x: [int32x4_t; 4]) -> [int32x4_t; 4] {{
                    let (a, b) = (vreinterpretq_u8_s32(x[0]), vreinterpretq_u8_s32(x[1]));
                    let (c, d) = (vreinterpretq_u8_s32(x[2]), vreinterpretq_u8_s32(x[3]));
                    let low_ab = vreinterpretq_u16_u8(vzip1q_u8(a, b));
                    let low_cd = vreinterpretq_u16_u8(vzip1q_u8(c, d));
                    let high_ab = vreinterpretq_u16_u8(vzip2q_u8(a, b));
                    let high_cd = vreinterpretq_u16_u8(vzip2q_u8(c, d));
                    [
                        vreinterpretq_s32_u16(vzip1q_u16(low_ab, low_cd)),
                        vreinterpretq_s32_u16(vzip2q_u16(low_ab, low_cd)),
                        vreinterpretq_s32_u16(vzip1q_u16(high_ab, high_cd)),
                        vreinterpretq_s32_u16(vzip2q_u16(high_ab, high_cd)),
                    ]
                }}
                narrow4_interleaved_u8(x: [int32x4_t; 4]) -> int32x4_t {{
                    let low = vcombine_s16(vqmovn_s32(x[0]), vqmovn_s32(x[1]));
                    let high = vcombine_s16(vqmovn_s32(x[2]), vqmovn_s32(x[3]));
                    vreinterpretq_s32_u8(vcombine_u8(vqmovun_s16(low), vqmovun_s16(high)))
                }}
                transpose_bytes(x: int32x4_t) -> int32x4_t {{
                    const ORDER: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
                    let order = vld1q_u8(ORDER.as_ptr());
                    vreinterpretq_s32_u8(vqtbl1q_u8(vreinterpretq_u8_s32(x), order))
                }}
                zip_i32(a: int32x4_t, b: int32x4_t) -> [int32x4_t; 2] {
                    [vzip1q_s32(a, b), vzip2q_s32(a, b)]
                }
                add_i32(a: int32x4_t, b: int32x4_t) -> int32x4_t { vaddq_s32(a, b) }
                max_i32(a: int32x4_t, b: int32x4_t) -> int32x4_t { vmaxq_s32(a, b) }
                min_i32(a: int32x4_t, b: int32x4_t) -> int32x4_t { vminq_s32(a, b) }
                xor(a: int32x4_t, b: int32x4_t) -> int32x4_t { veorq_s32(a, b) }
                max_u8(a: int32x4_t, b: int32x4_t) -> int32x4_t {
                    vreinterpretq_s32_u8(vmaxq_u8(vreinterpretq_u8_s32(a), vreinterpretq_u8_s32(b)))
                }
                to_f32(x: int32x4_t) -> float32x4_t { vcvtq_f32_s32(x) }
                scale_by_power(x: float32x4_t, n: int32x4_t) -> float32x4_t {
                    vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(x), vshlq_n_s32::<23>(n)))
                }
                $($dot4)+
            }

            memory_instructions! {
                load(from: *const f32) -> float32x4_t { vld1q_f32(from) }
                store(x: float32x4_t, to: *mut f32) { vst1q_f32(to, x) }
                load_bytes(from: *const u8) -> int32x4_t { vreinterpretq_s32_u8(vld1q_u8(from)) }
                store_bytes(x: int32x4_t, to: *mut u8) { vst1q_u8(to, vreinterpretq_u8_s32(x)) }
                load_windows(from: *const u8) -> int32x4_t {{
                    const INDICES: [u8; 16] = [0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6];
                    let bytes = vld1_u8(from);
                    let indices = vld1q_u8(INDICES.as_ptr());
                    vreinterpretq_s32_u8(vqtbl1q_u8(vcombine_u8(bytes, bytes), indices))
                }}
                widen_u8(from: *const u8) -> int32x4_t {{
                    let bytes = vcreate_u8(u64::from(from.cast::<u32>().read_unaligned()));
                    vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))))
                }}
                narrow_u8(x: int32x4_t, to: *mut u8) {{
                    let words = vqmovun_s32(x);
                    let bytes = vqmovn_u16(vcombine_u16(words, words));
                    to.cast::<u32>().write_unaligned(vget_lane_u32::<0>(vreinterpret_u32_u8(bytes)));
                }}
            }
        }
    };
}

neon! { Neon {
    dot4(sum: int32x4_t, unsigned: int32x4_t, signed: int32x4_t) -> int32x4_t {{
        let (unsigned, signed) = (vreinterpretq_u8_s32(unsigned), vreinterpretq_s8_s32(signed));
        // Products of a byte of either kind fit 16 bits, sums of two need not.
        let low = vmulq_s16(
            vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(unsigned))),
            vmovl_s8(vget_low_s8(signed)),
        );
        let high = vmulq_s16(
            vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(unsigned))),
            vmovl_s8(vget_high_s8(signed)),
        );
        vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)))
    }}
} }

neon! { NeonDotprod {
    dot4(sum: int32x4_t, unsigned: int32x4_t, signed: int32x4_t) -> int32x4_t {{
        // The instruction multiplies bytes of one sign: (u − 128) · s + 64 · s + 64 · s.
        let mut sum = sum;
        let shifted = veorq_s32(unsigned, vreinterpretq_s32_u8(vdupq_n_u8(0x80)));
        let half = vreinterpretq_s32_u8(vdupq_n_u8(64));
        asm!(
            "sdot {sum:v}.4s, {shifted:v}.16b, {signed:v}.16b",
            "sdot {sum:v}.4s, {half:v}.16b, {signed:v}.16b",
            "sdot {sum:v}.4s, {half:v}.16b, {signed:v}.16b",
            sum = inout(vreg) sum,
            shifted = in(vreg) shifted,
            half = in(vreg) half,
            signed = in(vreg) signed,
            options(pure, nomem, nostack, preserves_flags),
        );
        sum
    }}
} }
